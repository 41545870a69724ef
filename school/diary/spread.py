"""One entry over all lessons of a child in some days: what the class teacher or the office knows, written into the registers of many teachers."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school import clock, outbox
from school.clock import check_range
from school.context import Role, Viewer, act_in
from school.db import Rows
from school.diary import attendance_history, events
from school.diary.attendance import ABSENCES, REPLACED
from school.diary.attendance_rows import AttendanceRow
from school.diary.inserts import insert, key_of
from school.diary.lessons import LESSON, LessonRow, attends, check_open
from school.diary.models import Attendance, Lesson
from school.diary.policy import answers_for
from school.diary.queries import LONGEST_RANGE
from school.diary.reasons import in_use
from school.diary.terms import is_closed
from school.errors import not_found
from school.ids import Ref
from school.registry.models import Pupil, School

_WIDTH = len(LessonRow._fields)


@dataclass(frozen=True, slots=True)
class Spread:
    """What came of it: the entries that were written, how many said so already, how many lessons are not held yet, and what contradicts."""

    written: list[AttendanceRow]
    unchanged: int
    ahead: int
    contradictions: list[tuple[LessonRow, AttendanceRow]]


async def spread(session: AsyncSession, viewer: Viewer, child: Ref, from_: dt.date, to: dt.date, bells: int | None, reason: Ref) -> Spread:
    """Enter a reason for all lessons of a child in at most 31 days, or for those of some bells; six statements, however many lessons, and one more where
    entries are replaced, which are kept.

    A teacher who has seen the child (PRESENT or LATE) is right: such an entry stays, and is told as a contradiction. Lessons of later days are only counted,
    for a register tells what was. Refused: a child of no class for which the viewer answers, another school's reason (NOT_FOUND), one not in use, days in the
    wrong order (BAD_INPUT), more than 31 days (TOO_MANY), one of a closed term (CLOSED).
    """
    check_range(from_, to, LONGEST_RANGE)
    by = act_in(viewer, child.school_id, Role.TEACHER, Role.OFFICE)
    today = await _today(session, viewer, child)
    why = await in_use(session, reason, child.school_id)
    await _lock(session, child, from_, min(to, today), bells)
    known = await _lessons(session, child, from_, to, bells)
    held, now = [(lesson, old) for lesson, old in known if lesson.on_date <= today], clock.now()
    done = [
        (lesson, old, AttendanceRow(child.school_id, lesson.id, child.id, why.kind, None, by, now, why.id))
        for lesson, old in held if old is None or (old.kind in ABSENCES and old.reason_id != why.id)]
    await attendance_history.keep(session, (old for _, old, _ in done if old is not None))
    await _write(session, [new for _, _, new in done])
    await outbox.append(session, *(events.attendance_recorded(lesson, old, new) for lesson, old, new in done))
    seen = [(lesson, old) for lesson, old in held if old is not None and old.kind not in ABSENCES]
    unchanged = sum(old is not None and old.reason_id == why.id for _, old in held)
    return Spread([new for _, _, new in done], unchanged, len(known) - len(held), seen)


async def _today(session: AsyncSession, viewer: Viewer, child: Ref) -> dt.date:
    """The school's own date, if the viewer answers for the child's class; refused as absent otherwise."""
    zone: str | None = await session.scalar(
        sa.select(School.time_zone).join(Pupil, Pupil.school_id == School.id)
        .where(Pupil.school_id == child.school_id, Pupil.id == child.id, answers_for(viewer, Pupil.school_id, Pupil.class_group_id)))
    if zone is None:
        raise not_found()
    return clock.school_date(clock.now(), zone)


def _wanted(statement: Rows, child: Ref, from_: dt.date, to: dt.date, bells: int | None) -> Rows:
    """The child's lessons of these days and bells, of a statement that has joined Pupil by `attends`."""
    statement = statement.where(
        Pupil.school_id == child.school_id, Pupil.id == child.id, Lesson.on_date.between(from_, to), Lesson.cancelled_at.is_(None))
    return statement if bells is None else statement.where(sa.literal(bells).bitwise_rshift(Lesson.bell).bitwise_and(1) == 1)


async def _lock(session: AsyncSession, child: Ref, from_: dt.date, to: dt.date, bells: int | None) -> None:
    """Let nobody else write the registers of these lessons meanwhile: whose entry is replaced is known only then (`attendance.record_many` does so, too)."""
    lessons = _wanted(sa.select(Lesson.id).join(Pupil, attends()), child, from_, to, bells).order_by(Lesson.school_id, Lesson.id)
    await session.execute(lessons.with_for_update(of=Lesson, key_share=True))


async def _lessons(
    session: AsyncSession, child: Ref, from_: dt.date, to: dt.date, bells: int | None,
) -> list[tuple[LessonRow, AttendanceRow | None]]:
    """The child's lessons that are not cancelled, in their order, each with its entry."""
    entry = sa.and_(Attendance.school_id == Lesson.school_id, Attendance.lesson_id == Lesson.id, Attendance.pupil_id == child.id)
    statement = _wanted(
        LESSON.join(Pupil, attends()).outerjoin(Attendance, entry)
        .add_columns(
            Attendance.kind, Attendance.minutes_late, Attendance.by, Attendance.at, Attendance.reason_id,
            is_closed(Lesson.school_id, Lesson.course_id, Lesson.on_date).label("closed")), child, from_, to, bells)
    found = (await session.execute(statement.order_by(Lesson.on_date, Lesson.bell, Lesson.id))).all()
    check_open(any(row.closed for row in found))
    return [(LessonRow(*row[:_WIDTH]), _entry(child, row)) for row in found]


def _entry(child: Ref, row: Any) -> AttendanceRow | None:
    return None if row.kind is None else AttendanceRow(child.school_id, row.id, child.id, *row[_WIDTH:-1])


async def _write(session: AsyncSession, entries: list[AttendanceRow]) -> None:
    """Put entries where there is none, or another absence."""
    if not entries:
        return
    statement = insert(session, Attendance).values([entry._asdict() for entry in entries])
    await session.execute(statement.on_conflict_do_update(
        index_elements=key_of(Attendance), set_={name: statement.excluded[name] for name in REPLACED}, where=Attendance.kind.in_(ABSENCES)))
