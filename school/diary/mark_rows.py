"""What a mark is: its row as screens show it, and the content that its scale and limits allow."""

import datetime as dt
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from school.db import Rows
from school.diary.models import Lesson, Mark, MarkAction, WorkKind
from school.diary.scale_rows import SHOWN, Labels, Steps, label_of, with_scale
from school.diary.texts import optional_text
from school.errors import Code, Refused, bad_input
from school.registry.models import Course

LONGEST_COMMENT = 500
HEAVIEST = 10


class Content(NamedTuple):
    """What a mark says; giving sets it, a correction replaces it whole."""

    value: int
    weight: int
    work: WorkKind
    comment: str | None
    work_id: UUID | None = None


class MarkRow(NamedTuple):
    """A mark as it stands: the columns of `MARK`, in order."""

    school_id: int
    id: UUID
    pupil_id: UUID
    lesson_id: UUID
    course_id: UUID
    subject_id: UUID
    on_date: dt.date
    value: int
    weight: int
    work: WorkKind
    comment: str | None
    revision: int
    given_by: UUID
    given_at: dt.datetime
    withdrawn_at: dt.datetime | None
    scale_id: UUID | None = None
    retake_of: UUID | None = None
    replaces: bool = False
    replaced: bool = False
    work_id: UUID | None = None
    labels: Labels | None = None
    steps: Steps | None = None
    other_labels: Labels | None = None

    @property
    def counted(self) -> bool:
        """Whether it counts."""
        return is_counted(self.withdrawn_at, self.replaced)

    @property
    def label(self) -> str:
        """Its value as people read it."""
        return label_of(self.labels, self.value)

    @property
    def content(self) -> Content:
        """What it says."""
        return Content(self.value, self.weight, self.work, self.comment, self.work_id)


_Retake = aliased(Mark)


def replaced() -> sa.ColumnElement[bool]:
    """Whether a retake that stands is there instead of a mark."""
    return sa.exists().where(
        _Retake.school_id == Mark.school_id, _Retake.retake_of == Mark.id, _Retake.replaces, _Retake.withdrawn_at.is_(None)).correlate_except(_Retake)


def counts() -> sa.ColumnElement[bool]:
    """Whether a mark counts in averages and figures: one that stands, and that no standing retake replaces. Once that is withdrawn, it counts again."""
    return sa.and_(Mark.withdrawn_at.is_(None), ~replaced())


def is_counted(withdrawn_at: dt.datetime | None, replaced: bool) -> bool:
    """The same of a row."""
    return withdrawn_at is None and not replaced


MARK: Rows = with_scale(
    sa.select(
        Mark.school_id, Mark.id, Mark.pupil_id, Mark.lesson_id, Mark.course_id, Course.subject_id, Lesson.on_date, Mark.value,
        Mark.weight, Mark.work, Mark.comment, Mark.revision, Mark.given_by, Mark.given_at, Mark.withdrawn_at, Mark.scale_id,
        Mark.retake_of, Mark.replaces, replaced().label("replaced"), Mark.work_id, *SHOWN,
    )
    .outerjoin(Lesson, sa.and_(Lesson.school_id == Mark.school_id, Lesson.id == Mark.lesson_id))
    .outerjoin(Course, sa.and_(Course.school_id == Mark.school_id, Course.id == Mark.course_id))
)


def checked(content: Content, lowest: int | None, highest: int | None) -> Content:
    """The content, its comment trimmed. Refused: a value that the scale does not have, or any where there is no scale (OUT_OF_SCALE);
    a weight outside 1 to 10 and a comment of more than 500 characters (BAD_INPUT)."""
    check_scale(content.value, lowest, highest)
    if not 1 <= content.weight <= HEAVIEST:
        raise bad_input(f"weight lies between 1 and {HEAVIEST}")
    return content._replace(comment=optional_text(content.comment, "comment", LONGEST_COMMENT))


def check_scale(value: int | None, lowest: int | None, highest: int | None) -> None:
    """Refused: a value that the scale does not have, or any where there is no scale (OUT_OF_SCALE)."""
    if lowest is None or highest is None:
        raise Refused(Code.OUT_OF_SCALE, "this course gives no marks")
    if value is not None and not lowest <= value <= highest:
        raise Refused(Code.OUT_OF_SCALE, f"a mark lies between {lowest} and {highest}")


def revision_of(mark: MarkRow, action: MarkAction, reason: str | None, by: UUID, at: dt.datetime) -> dict[str, Any]:
    """The row of the history that says what a mark is after a change."""
    return {
        "school_id": mark.school_id, "mark_id": mark.id, "revision": mark.revision, "action": action, **mark.content._asdict(), "reason": reason,
        "by": by, "at": at,
    }
