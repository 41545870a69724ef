"""Marks of a course that count no more: by whom, when and why each was withdrawn."""

import datetime as dt
from typing import Any

import sqlalchemy as sa

from school.clock import check_range
from school.context import Viewer
from school.db import Rows
from school.diary.gradebook import LONGEST_RANGE, in_range, opened
from school.diary.mark_rows import MARK
from school.diary.models import Mark, MarkAction, MarkRevision
from school.diary.queries import limited
from school.errors import not_found
from school.ids import Ref
from school.reading import Reader
from school.statements import Asking, Read

MOST = 500
"""A course of thirty pupils has some hundred marks in a week, and one of some hundred is withdrawn."""


@Read
def _withdrawn(viewer: Asking) -> Rows:
    last = sa.and_(
        MarkRevision.school_id == Mark.school_id, MarkRevision.mark_id == Mark.id, MarkRevision.revision == Mark.revision,
        MarkRevision.action == MarkAction.WITHDRAWN)
    return (
        MARK.add_columns(MarkRevision.by.label("withdrawn_by"), MarkRevision.reason.label("reason")).join(MarkRevision, last)
        .where(in_range(viewer), Mark.withdrawn_at.is_not(None)).order_by(Mark.withdrawn_at.desc(), Mark.id).limit(MOST + 1)
    )


async def of_course(reader: Reader, viewer: Viewer, ref: Ref, from_: dt.date, to: dt.date) -> list[Any]:
    """What was withdrawn in the lessons of at most 190 days, the latest first: a `MarkRow` with `withdrawn_by` and `reason`. Rights are the gradebook's, and so
    a substitute has the own lessons alone. Refused as absent: a course whose gradebook the viewer may not open."""
    check_range(from_, to, LONGEST_RANGE)
    courses, found = await reader.each((opened, _withdrawn), viewer, school_id=ref.school_id, course_id=ref.id, from_=from_, to=to)
    if not courses:
        raise not_found()
    return limited(found, MOST)
