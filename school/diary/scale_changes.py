"""Grading scales as their office sees them: renamed, with a pass mark, retired. Which numbers are grades never changes: marks were given on it."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school import clock, outbox
from school.context import ADMINISTRATION, Viewer, act_in
from school.db import Rows
from school.diary.models import GradingScale
from school.diary.scale_rows import SCALE, Labels
from school.diary.scales import LONGEST_NAME, MOST_LABELS, MOST_SCALES, checked_labels
from school.diary.texts import required_text
from school.errors import Code, Refused, bad_input, not_found
from school.ids import Ref
from school.reading import Reader
from school.registry.events import scale_renamed
from school.registry.policy import in_schools
from school.statements import Asking, Read, given


class SchoolScaleRow(NamedTuple):
    """A scale with what its office says of it: the columns of the read, in order."""

    school_id: int
    scale_id: UUID
    scale_name: str
    lowest: int
    highest: int
    scale_counts: bool
    labels: Labels
    pass_mark: int | None
    retired_at: dt.datetime | None


_ROW: Rows = sa.select(GradingScale.school_id, *SCALE, GradingScale.pass_mark, GradingScale.retired_at)


@Read
def _scales(viewer: Asking) -> Rows:
    return _ROW.where(GradingScale.school_id == given("school_id"), in_schools(viewer, GradingScale.school_id, *ADMINISTRATION)).order_by(
        GradingScale.name, GradingScale.id).limit(MOST_SCALES)


async def of_school(reader: Reader, viewer: Viewer, school_id: int) -> list[SchoolScaleRow]:
    """A school's scales by name, also retired ones, for office and head; of another school none. One statement."""
    return [SchoolScaleRow(*row) for row in await reader.all(_scales, viewer, school_id=school_id)]


async def change(
    session: AsyncSession, viewer: Viewer, ref: Ref, *, name: str, labels: Sequence[tuple[int, str]], pass_mark: int | None, in_use: bool,
) -> SchoolScaleRow:
    """The office or the head says anew what a scale and its grades are called, from which average on one has passed, and whether new courses may have it.

    Marks that are there are shown by the new words; events keep those of then. Courses of a retired scale keep it. Saying what is there already changes
    nothing. Refused: a scale of another school (NOT_FOUND), a name or labels as `scales.add` has it, a pass mark that is not one of its grades but the
    lowest (BAD_INPUT), more than 100 labels (TOO_MANY).
    """
    act_in(viewer, ref.school_id, *ADMINISTRATION)
    if len(labels) > MOST_LABELS:
        raise Refused(Code.TOO_MANY, f"a scale has at most {MOST_LABELS} labels")
    one = (GradingScale.school_id == ref.school_id, GradingScale.id == ref.id)
    found: Any = (await session.execute(_ROW.where(*one).with_for_update(of=GradingScale))).one_or_none()
    if found is None:
        raise not_found()
    old = SchoolScaleRow(*found)
    if pass_mark is not None and not old.lowest < pass_mark <= old.highest:
        raise bad_input(f"the pass mark lies above {old.lowest}, and is at most {old.highest}")
    new = old._replace(
        scale_name=required_text(name, "name", LONGEST_NAME), labels=checked_labels(labels, old.lowest, old.highest), pass_mark=pass_mark,
        retired_at=None if in_use else old.retired_at or clock.now())
    if new != old:
        values = {"name": new.scale_name, "labels": new.labels, "pass_mark": new.pass_mark, "retired_at": new.retired_at}
        await session.execute(sa.update(GradingScale).where(*one).values(values).execution_options(synchronize_session=False))
    if (new.scale_name, new.labels) != (old.scale_name, old.labels):
        await outbox.append(session, scale_renamed(ref.school_id, ref.id, clock.now()))
    return new
