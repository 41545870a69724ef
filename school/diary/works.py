"""The school's own kinds of work: added, renamed, retired, each with the weight that its marks have unless a teacher says another."""

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school import clock
from school.context import ADMINISTRATION, Viewer, act_in
from school.db import Rows
from school.diary.inserts import insert
from school.diary.mark_rows import HEAVIEST
from school.diary.models import WorkKind
from school.diary.policy import visible_scales
from school.diary.texts import required_text
from school.diary.work_models import OwnWork
from school.errors import Code, Refused, bad_input, conflict, not_found
from school.ids import Ref
from school.reading import Reader
from school.statements import Asking, Read, given

LONGEST_NAME = 60
MOST = 50
"""Of one school, with those that are retired."""


class WorkRow(NamedTuple):
    """A school's own kind of work: the columns of `WORK`, in order."""

    school_id: int
    id: UUID
    name: str
    work: WorkKind
    weight: int
    retired_at: dt.datetime | None


WORK: Rows = sa.select(OwnWork.school_id, OwnWork.id, OwnWork.name, OwnWork.work, OwnWork.weight, OwnWork.retired_at)


@Read
def _works(viewer: Asking, retired: bool) -> Rows:
    mine = WORK.where(OwnWork.school_id == given("school_id"), visible_scales(viewer, OwnWork.school_id))
    return (mine if retired else mine.where(OwnWork.retired_at.is_(None))).order_by(OwnWork.name, OwnWork.id).limit(MOST)


async def of_school(reader: Reader, viewer: Viewer, school_id: int, *, retired: bool) -> list[WorkRow]:
    """A school's own kinds of work by name; of a school that is not the viewer's none."""
    return [WorkRow(*row) for row in await reader.all(_works, viewer, retired, school_id=school_id)]


async def add(session: AsyncSession, viewer: Viewer, school_id: int, id_: UUID, *, name: str, work: WorkKind, weight: int) -> WorkRow:
    """The office or the head adds a kind; the client made its id, and asking the same again is harmless.

    Refused: another school (NOT_FOUND), a name that is empty or longer than 60 characters, a weight outside 1 to 10 (BAD_INPUT), a name that another kind
    in use has, the same id with different content (CONFLICT), the 51st (TOO_MANY).
    """
    act_in(viewer, school_id, *ADMINISTRATION)
    row = WorkRow(school_id, id_, required_text(name, "name", LONGEST_NAME), work, _weight(weight), None)
    there = await session.scalar(sa.select(sa.func.count()).select_from(OwnWork).where(OwnWork.school_id == school_id)) or 0
    if there < MOST:
        statement = insert(session, OwnWork).values(row._asdict()).on_conflict_do_nothing().returning(OwnWork.id)
        if (await session.execute(statement)).one_or_none() is not None:
            return row
    stored = await _find(session, Ref(school_id, id_))
    if stored is None:
        raise _taken() if there < MOST else Refused(Code.TOO_MANY, f"a school has at most {MOST} kinds of work of its own")
    if stored != row:
        raise conflict("another kind of work has this id")
    return stored


async def change(session: AsyncSession, viewer: Viewer, ref: Ref, *, name: str, weight: int, in_use: bool) -> WorkRow:
    """The office or the head renames a kind, gives it another weight for marks to come, retires it or takes it into use again. Marks that are there keep
    theirs. Saying what is there already changes nothing. Refused as `add`; a kind of another school (NOT_FOUND)."""
    act_in(viewer, ref.school_id, *ADMINISTRATION)
    name, weight = required_text(name, "name", LONGEST_NAME), _weight(weight)
    old = await _find(session, ref, lock=True)
    if old is None:
        raise not_found()
    new = old._replace(name=name, weight=weight, retired_at=None if in_use else old.retired_at or clock.now())
    if new != old:
        values = {"name": new.name, "weight": new.weight, "retired_at": new.retired_at}
        try:
            async with session.begin_nested():
                await session.execute(
                    sa.update(OwnWork).where(OwnWork.school_id == ref.school_id, OwnWork.id == ref.id).values(values)
                    .execution_options(synchronize_session=False))
        except sa.exc.IntegrityError:
            raise _taken() from None
    return new


async def named(session: AsyncSession, refs: Iterable[Ref]) -> dict[Ref, WorkRow]:
    """Those of these that are there, retired or not; no statement where none is asked for."""
    keys = sorted(set(refs))
    if not keys:
        return {}
    found = await session.execute(WORK.where(sa.tuple_(OwnWork.school_id, OwnWork.id).in_(keys)))
    return {Ref(row[0], row[1]): WorkRow(*row) for row in found}


def usable(works: dict[Ref, WorkRow], school_id: int, work_id: UUID) -> WorkRow:
    """A kind that a new mark of this school may have. Refused: one of another school (NOT_FOUND), a retired one (BAD_INPUT)."""
    found = works.get(Ref(school_id, work_id))
    if found is None:
        raise not_found()
    if found.retired_at is not None:
        raise bad_input("the kind of work is not in use any more")
    return found


async def _find(session: AsyncSession, ref: Ref, *, lock: bool = False) -> WorkRow | None:
    statement = WORK.where(OwnWork.school_id == ref.school_id, OwnWork.id == ref.id)
    row = (await session.execute(statement.with_for_update() if lock else statement)).one_or_none()
    return None if row is None else WorkRow(*row)


def _weight(weight: int) -> int:
    if not 1 <= weight <= HEAVIEST:
        raise bad_input(f"weight lies between 1 and {HEAVIEST}")
    return weight


def _taken() -> Refused:
    return conflict("another kind of work in use has this name")
