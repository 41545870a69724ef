"""Terms that are closed: from then on marks and registers of their lessons stay as they are, but for what is opened again with a reason."""

import datetime as dt
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school import clock
from school.context import ADMINISTRATION, Viewer, act_in
from school.db import Column
from school.diary.inserts import insert, key_of
from school.diary.term_models import TermClosing, TermOpening
from school.diary.texts import required_text
from school.errors import bad_input, conflict, not_found
from school.ids import Ref
from school.registry.calendar_models import Term
from school.registry.models import Course, School
from school.registry.policy import in_schools

LONGEST_REASON = 500
LONGEST_OPENING = dt.timedelta(days=31)


def is_closed(school_id: Column, course_id: Column, on_date: Column) -> sa.ColumnElement[bool]:
    """Whether a course's lesson of this day lies in a closed term, or year, that is not opened for the course. What is written at the moment of closing
    is written before it."""
    return sa.exists().where(
        Term.school_id == school_id, on_date.between(Term.starts_on, Term.ends_on), TermClosing.school_id == Term.school_id, TermClosing.id == Term.id,
        ~_is_opened(course_id)).correlate_except(Term, TermClosing)


def stands_closed(course_id: Column) -> sa.ColumnElement[bool]:
    """Whether the term of a statement is closed for a course; for a statement that has joined Term."""
    return sa.and_(
        sa.exists().where(TermClosing.school_id == Term.school_id, TermClosing.id == Term.id).correlate_except(TermClosing), ~_is_opened(course_id))


def _is_opened(course_id: Column) -> Any:
    return sa.exists().where(
        TermOpening.school_id == Term.school_id, TermOpening.term_id == Term.id, TermOpening.until > clock.now(),
        sa.or_(TermOpening.course_id.is_(None), TermOpening.course_id == course_id)).correlate_except(TermOpening)


async def close(session: AsyncSession, viewer: Viewer, ref: Ref) -> TermClosing:
    """Close a term of the viewer's own school that has begun; closing it again is harmless. Refused: another's (NOT_FOUND), a later one (BAD_INPUT)."""
    term = await _own(session, viewer, ref)
    if term.starts_on > clock.school_date(clock.now(), term.time_zone):
        raise bad_input("the term has not begun")
    statement = insert(session, TermClosing).values(school_id=ref.school_id, id=ref.id, by=act_in(viewer, ref.school_id, *ADMINISTRATION), at=clock.now())
    await session.execute(statement.on_conflict_do_nothing(index_elements=key_of(TermClosing)))
    return (await session.scalars(sa.select(TermClosing).where(TermClosing.school_id == ref.school_id, TermClosing.id == ref.id))).one()


async def open_again(
    session: AsyncSession, viewer: Viewer, id_: UUID, ref: Ref, course: Ref | None, until: dt.datetime, reason: str,
) -> TermOpening:
    """Let the lessons of a closed term be written again, those of one course or of all, until a moment of the next 31 days. The client made the id.

    Refused: a term of another school or a course that is not of it (NOT_FOUND), one that is not closed, a moment that is past or too far or has no offset,
    no reason (BAD_INPUT), the same id with different content (CONFLICT).
    """
    reason = required_text(reason, "reason", LONGEST_REASON)
    if until.tzinfo is None:
        raise bad_input("until needs an offset")
    await _own(session, viewer, ref)
    by, now, course_id = act_in(viewer, ref.school_id, *ADMINISTRATION), clock.now(), course.id if course is not None else None
    one = (TermOpening.school_id == ref.school_id, TermOpening.id == id_)
    stored = (await session.scalars(sa.select(TermOpening).where(*one))).one_or_none()
    if stored is None:
        if not now < until <= now + LONGEST_OPENING:
            raise bad_input("until lies in the next 31 days")
        if course is not None and not await session.scalar(sa.select(sa.exists().where(
                Course.school_id == ref.school_id, Course.id == course.id, sa.literal(course.school_id == ref.school_id)))):
            raise not_found()
        if not await session.scalar(sa.select(sa.exists().where(TermClosing.school_id == ref.school_id, TermClosing.id == ref.id))):
            raise bad_input("the term is not closed")
        values = {"school_id": ref.school_id, "id": id_, "term_id": ref.id, "course_id": course_id, "until": until, "reason": reason, "by": by, "at": now}
        await session.execute(insert(session, TermOpening).values(values).on_conflict_do_nothing(index_elements=key_of(TermOpening)))
        stored = (await session.scalars(sa.select(TermOpening).where(*one))).one()  # ours, or that of who asked at the same moment
    if (stored.term_id, stored.course_id, stored.until, stored.reason) != (ref.id, course_id, until, reason):
        raise conflict("another opening has this id")
    return stored


async def _own(session: AsyncSession, viewer: Viewer, ref: Ref) -> Any:
    """A term of a school that the viewer administers, else refused as absent."""
    found = (await session.execute(
        sa.select(Term.starts_on, School.time_zone).join(School, School.id == Term.school_id)
        .where(Term.school_id == ref.school_id, Term.id == ref.id, in_schools(viewer, Term.school_id, *ADMINISTRATION)))).one_or_none()
    if found is None:
        raise not_found()
    return found
