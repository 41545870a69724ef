"""Terms and their days: added and changed by the office. Two of a kind never share a day, and a lesson lies in a term."""

import datetime as dt
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school.context import ADMINISTRATION, Viewer, act_in
from school.diary.inserts import insert, key_of
from school.diary.models import Lesson
from school.diary.term_sheets import TERM, TermRow
from school.diary.texts import required_text
from school.diary.timetable import alone, lock
from school.diary.untouched import clear
from school.errors import Code, Refused, bad_input, conflict, not_found
from school.ids import Ref
from school.registry.calendar_models import Term, TermKind

LONGEST_NAME = 60
LONGEST = 366
"""Days of a term, and of a year."""
MOST_TERMS = 100
"""Of one school: five in each of twenty years."""


async def add(
    session: AsyncSession, viewer: Viewer, school_id: int, id_: UUID, *, name: str, kind: TermKind, starts_on: dt.date, ends_on: dt.date,
) -> TermRow:
    """Add a term, or a year. The client made the id; asking the same again is harmless.

    Refused: another school (NOT_FOUND), a name that is empty or longer than 60 characters, an end before the beginning, more than 366 days, a day of another
    term of this kind (BAD_INPUT), the same id with different content (CONFLICT), the 101st (TOO_MANY).
    """
    act_in(viewer, school_id, *ADMINISTRATION)
    row = TermRow(school_id, id_, required_text(name, "name", LONGEST_NAME), kind, *check_days(starts_on, ends_on), None)
    await alone(session, school_id)
    there = await _of(session, school_id)
    stored = next((term for term in there if term.id == id_), None)
    if stored is None:
        _check_overlap(row, there)
        if len(there) >= MOST_TERMS:
            raise Refused(Code.TOO_MANY, f"a school has at most {MOST_TERMS} terms")
        values = {name: value for name, value in row._asdict().items() if name != "closed_at"}
        added = await session.execute(insert(session, Term).values(values).on_conflict_do_nothing(index_elements=key_of(Term)).returning(Term.id))
        if added.one_or_none() is not None:
            return row
        raise conflict("another term has this id")
    if stored[:-1] != row[:-1]:
        raise conflict("another term has this id")
    return stored


async def change(session: AsyncSession, viewer: Viewer, ref: Ref, *, name: str, starts_on: dt.date, ends_on: dt.date) -> TermRow:
    """Give a term another name or other days. Saying what it is already changes nothing. As the service: no viewer takes lessons away.

    Lessons to come that lie in no term afterwards are taken away, unless somebody has touched them. Refused: as `add`; a term that is not there or another
    school's (NOT_FOUND), one that is closed (CLOSED), lessons that stay and would lie outside the terms (BAD_INPUT, with what to do).
    """
    act_in(viewer, ref.school_id, *ADMINISTRATION)
    name = required_text(name, "name", LONGEST_NAME)
    check_days(starts_on, ends_on)
    await alone(session, ref.school_id)
    await lock(session, viewer, [ref.school_id], [])
    there = await _of(session, ref.school_id)
    old = next((term for term in there if term.id == ref.id), None)
    if old is None:
        raise not_found()
    new = old._replace(name=name, starts_on=starts_on, ends_on=ends_on)
    if new == old:
        return old
    if old.closed_at is not None:
        raise Refused(Code.CLOSED, "the term is closed")
    others = [term for term in there if term.id != ref.id]
    _check_overlap(new, others)
    await session.execute(
        sa.update(Term).where(Term.school_id == ref.school_id, Term.id == ref.id).values(name=name, starts_on=starts_on, ends_on=ends_on)
        .execution_options(synchronize_session=False))
    if new.kind is TermKind.TERM:
        within = [Lesson.on_date.between(term.starts_on, term.ends_on) for term in (new, *others) if term.kind is TermKind.TERM]
        left = sa.and_(Lesson.on_date.between(old.starts_on, old.ends_on), ~sa.or_(*within))
        await clear(session, ref.school_id, left, "lessons would lie outside the terms")
    return new


def check_days(starts_on: dt.date, ends_on: dt.date) -> tuple[dt.date, dt.date]:
    """Refused (BAD_INPUT): an end before the beginning, more than 366 days."""
    if ends_on < starts_on:
        raise bad_input("endsOn must not lie before startsOn")
    if (ends_on - starts_on).days >= LONGEST:
        raise bad_input(f"at most {LONGEST} days")
    return starts_on, ends_on


def _check_overlap(new: TermRow, others: list[TermRow]) -> None:
    for term in others:
        if term.kind is new.kind and term.starts_on <= new.ends_on and new.starts_on <= term.ends_on:
            raise bad_input(f"a term lies on these days already: {term.name}, {term.starts_on} to {term.ends_on}")


async def _of(session: AsyncSession, school_id: int) -> list[TermRow]:
    found: Any = await session.execute(TERM.where(Term.school_id == school_id).order_by(Term.starts_on, Term.id))
    return [TermRow(*row) for row in found]
