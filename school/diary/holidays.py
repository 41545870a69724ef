"""Holidays: days without school, added and withdrawn by the office, seen by all of the school."""

import datetime as dt
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school import clock
from school.clock import check_range
from school.context import ADMINISTRATION, MEMBERS, Viewer, act_in
from school.db import Rows
from school.diary.inserts import insert, key_of
from school.diary.models import Lesson
from school.diary.queries import limited
from school.diary.term_dates import LONGEST_NAME, check_days
from school.diary.texts import required_text
from school.diary.timetable import alone, lock
from school.diary.untouched import clear
from school.errors import Code, Refused, bad_input, conflict, not_found
from school.ids import Ref
from school.reading import Reader
from school.registry.calendar_models import Holiday
from school.registry.policy import in_schools
from school.statements import Asking, Read, given

LONGEST_RANGE = 400
"""Days that one question may span."""
MOST_HOLIDAYS = 500
"""Of one school, with those that were withdrawn; and in one answer."""


class HolidayRow(NamedTuple):
    """Holidays: the columns of `HOLIDAY`, in order."""

    school_id: int
    id: UUID
    name: str
    starts_on: dt.date
    ends_on: dt.date
    withdrawn_at: dt.datetime | None


HOLIDAY: Rows = sa.select(Holiday.school_id, Holiday.id, Holiday.name, Holiday.starts_on, Holiday.ends_on, Holiday.withdrawn_at)


@Read
def _holidays(viewer: Asking) -> Rows:
    return HOLIDAY.where(
        in_schools(viewer, Holiday.school_id, *MEMBERS), Holiday.withdrawn_at.is_(None), Holiday.ends_on >= given("from_", sa.Date()),
        Holiday.starts_on <= given("to", sa.Date()),
    ).order_by(Holiday.starts_on, Holiday.school_id, Holiday.id).limit(MOST_HOLIDAYS + 1)


async def in_days(reader: Reader, viewer: Viewer, from_: dt.date, to: dt.date) -> list[HolidayRow]:
    """The holidays of the viewer's schools that have a day of at most 400, by their beginning."""
    check_range(from_, to, LONGEST_RANGE)
    return limited([HolidayRow(*row) for row in await reader.all(_holidays, viewer, from_=from_, to=to)], MOST_HOLIDAYS)


async def add(session: AsyncSession, viewer: Viewer, school_id: int, id_: UUID, *, name: str, starts_on: dt.date, ends_on: dt.date) -> HolidayRow:
    """Add holidays, of the whole school. The client made the id; asking the same again is harmless. As the service: no viewer takes lessons away.

    Lessons to come on these days are taken away, unless somebody has touched them; the families are told. Refused: another school (NOT_FOUND), a name that
    is empty or longer than 60 characters, an end before the beginning, more than 366 days, a day of other holidays, lessons that stay (BAD_INPUT, with what
    to do), the same id with different content (CONFLICT), the 501st (TOO_MANY).
    """
    act_in(viewer, school_id, *ADMINISTRATION)
    row = HolidayRow(school_id, id_, required_text(name, "name", LONGEST_NAME), *check_days(starts_on, ends_on), None)
    await alone(session, school_id)
    await lock(session, viewer, [school_id], [])
    there = [HolidayRow(*found) for found in await session.execute(HOLIDAY.where(Holiday.school_id == school_id))]
    stored = next((one for one in there if one.id == id_), None)
    if stored is not None:
        if stored[:-1] == row[:-1]:
            return stored
        raise conflict("other holidays have this id")
    for other in there:
        if other.withdrawn_at is None and other.starts_on <= ends_on and starts_on <= other.ends_on:
            raise bad_input(f"other holidays lie on these days already: {other.name}, {other.starts_on} to {other.ends_on}")
    if len(there) >= MOST_HOLIDAYS:
        raise Refused(Code.TOO_MANY, f"a school has at most {MOST_HOLIDAYS} holidays")
    added = await session.execute(
        insert(session, Holiday).values(row._asdict()).on_conflict_do_nothing(index_elements=key_of(Holiday)).returning(Holiday.id))
    if added.one_or_none() is None:
        raise conflict("other holidays have this id")
    await clear(session, school_id, Lesson.on_date.between(starts_on, ends_on), "there is school on these days")
    return row


async def withdraw(session: AsyncSession, viewer: Viewer, ref: Ref) -> HolidayRow:
    """There is school on these days after all; doing so twice is harmless. Their lessons come with the next planning. Refused: another school's (NOT_FOUND)."""
    act_in(viewer, ref.school_id, *ADMINISTRATION)
    this = (Holiday.school_id == ref.school_id, Holiday.id == ref.id)
    await session.execute(
        sa.update(Holiday).where(*this, Holiday.withdrawn_at.is_(None)).values(withdrawn_at=clock.now()).execution_options(synchronize_session=False))
    found = (await session.execute(HOLIDAY.where(*this))).one_or_none()
    if found is None:
        raise not_found()
    return HolidayRow(*found)
