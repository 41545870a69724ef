"""Lessons that nobody has touched: of days to come, as planned, with nothing written in them. When the timetable changes, these alone are taken away."""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from school import clock, outbox
from school.diary.attendance_models import ReplacedAttendance
from school.diary.message_models import Remark
from school.diary.models import Attendance, Homework, Lesson, Mark, Substitution
from school.diary.timetable_events import Changes, timetable_changed
from school.errors import bad_input
from school.registry.group_models import GroupMember
from school.registry.models import Pupil, School
from school.statements import Many, any_of


def among(column: Any, ids: Collection[UUID]) -> sa.ColumnElement[bool]:
    """Whether a column has one of these ids, however many: they are one parameter."""
    return any_of(column, sa.bindparam(None, sorted(ids), type_=Many(UUID), unique=True))


async def today_of(session: AsyncSession, school_id: int) -> dt.date:
    """The school's own date."""
    return clock.school_date(clock.now(), await session.scalar(sa.select(School.time_zone).where(School.id == school_id)) or "UTC")


async def untouched(session: AsyncSession, school_id: int, lessons: Collection[UUID]) -> set[UUID]:
    """Which of these lessons nobody has touched; nothing can be written in them until the transaction ends.

    First they are locked, then looked at: what was being written meanwhile is there by then. Two statements.
    """
    if not lessons:
        return set()
    mine = (Lesson.school_id == school_id, among(Lesson.id, lessons))
    await session.execute(sa.select(Lesson.id).where(*mine).order_by(Lesson.id).with_for_update())
    guest = aliased(Lesson)
    written = (
        sa.exists().where(table.school_id == Lesson.school_id, column == Lesson.id).correlate(Lesson)
        for table, column in (
            (Homework, Homework.due_lesson_id), (Mark, Mark.lesson_id), (Attendance, Attendance.lesson_id),
            (ReplacedAttendance, ReplacedAttendance.lesson_id), (Remark, Remark.lesson_id),
            (guest, guest.merged_with_id), (Substitution, Substitution.merged_with_id), (Substitution, Substitution.old_merged_with_id))
    )
    statement = sa.select(Lesson.id).where(*mine, Lesson.revision == 0, Lesson.cancelled_at.is_(None), Lesson.topic.is_(None), ~sa.or_(*written))
    return set(await session.scalars(statement))


async def take_away(session: AsyncSession, school_id: int, lessons: Collection[UUID]) -> None:
    """Lessons that are `untouched` are there no more."""
    if lessons:
        table: Any = Lesson.__table__
        await session.execute(sa.delete(table).where(table.c.school_id == school_id, among(table.c.id, lessons)))


async def clear(session: AsyncSession, school_id: int, days: sa.ColumnElement[bool], why: str) -> int:
    """Take the lessons of some days of Lesson away, and tell the families how many; cancelled ones stay, for they are not held. Seven statements.

    Refused (BAD_INPUT, beginning with `why`): lessons that are of today or past, or that somebody has touched; the message says how many, and the first day.
    """
    found = (await session.execute(
        sa.select(Lesson.id, Lesson.class_group_id, Lesson.pupil_group_id, Lesson.on_date)
        .where(Lesson.school_id == school_id, days, Lesson.cancelled_at.is_(None)).order_by(Lesson.on_date))).all()
    if not found:
        return 0
    today = await today_of(session, school_id)
    free = await untouched(session, school_id, [row.id for row in found if row.on_date > today])
    stay = [row.on_date for row in found if row.id not in free]
    if stay:
        raise bad_input(f"{why}: {len(stay)} lessons stand there that are over, changed or written in, the first on {stay[0]}; cancel or move them first")
    await take_away(session, school_id, free)
    gone = Counter((row.class_group_id, row.pupil_group_id) for row in found)
    changes = [
        Changes(class_group_id, found[0].on_date, found[-1].on_date, 0, 0, number, group)
        for (class_group_id, group), number in sorted(gone.items(), key=lambda item: (item[0][0], str(item[0][1])))]
    await tell(session, school_id, changes)
    return len(found)


async def tell(session: AsyncSession, school_id: int, changes: Iterable[Changes]) -> None:
    """Tell the families of classes, or of groups, that their timetable has changed. Two statements."""
    if not (told := {one.whose: one for one in changes}):
        return
    pupils, now = await pupils_by_class(session, school_id, {one.class_group_id for one in told.values()}, told), clock.now()
    await outbox.append(session, *(timetable_changed(school_id, one, pupils[group], now) for group, one in told.items() if group in pupils))


async def pupils_by_class(session: AsyncSession, school_id: int, classes: Collection[UUID], groups: Collection[UUID] = ()) -> dict[UUID, list[UUID]]:
    """Who is in these classes, and in which of these groups of them, now; one without pupils is not named. One statement."""
    member = sa.and_(
        GroupMember.school_id == Pupil.school_id, GroupMember.pupil_id == Pupil.id, GroupMember.until.is_(None), among(GroupMember.group_id, groups))
    here = sa.select(Pupil.id, Pupil.class_group_id, GroupMember.group_id).outerjoin(GroupMember, member).where(
        Pupil.school_id == school_id, among(Pupil.class_group_id, classes), Pupil.left_on.is_(None)).order_by(Pupil.id)
    pupils: dict[UUID, dict[UUID, None]] = {}
    for row in await session.execute(here):
        for whose in (row.class_group_id, row.group_id):
            if whose is not None:
                pupils.setdefault(whose, {})[row.id] = None
    return {whose: list(those) for whose, those in pupils.items()}
