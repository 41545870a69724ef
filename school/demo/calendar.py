"""Which day the demo plays: the school day after everything that is recorded, with a timetable that never runs out."""

import datetime as dt
from collections import defaultdict
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school import clock, ids
from school.diary.models import Attendance, Lesson, Mark
from school.meals.models import Transfer
from school.outbox import FeedRow
from school.registry.account_models import Session
from school.registry.calendar_models import Holiday, Term
from school.registry.models import Course, Device, Tap
from school.seed.plan import TIME_ZONE, next_school_day

_DAY, _WEEK = dt.timedelta(days=1), dt.timedelta(days=7)
_Days = tuple[dt.date, dt.date]
_AS_PLANNED = {
    "topic": None, "cancelled_at": None, "substitute_id": None, "merged_with_id": None, "planned_on": None, "planned_bell": None, "planned_room": None,
    "revision": 0,
}


async def next_day(session: AsyncSession) -> dt.date:
    """The demo's clock never goes back: whatever has been recorded, however it was left, lies before this day. In holidays of either school it plays none."""
    moments = [
        await session.scalar(sa.select(sa.func.max(column)))
        for column in (
            Tap.received_at, Mark.given_at, Attendance.at, Transfer.happened_at, FeedRow.published_at, Session.made_at, Device.seen_at,
        )
    ]
    last = max(clock.school_date(moment, TIME_ZONE) for moment in moments if moment is not None)
    day, free = next_school_day(last + _DAY), await _holidays(session)
    while any(_within(day, days) for days in free.values()):
        day = next_school_day(day + _DAY)
    return day


async def _holidays(session: AsyncSession) -> dict[int, list[_Days]]:
    """The days without school, by school."""
    found: defaultdict[int, list[_Days]] = defaultdict(list)
    for school_id, *days in await session.execute(
            sa.select(Holiday.school_id, Holiday.starts_on, Holiday.ends_on).where(Holiday.withdrawn_at.is_(None))):
        found[school_id].append((days[0], days[1]))
    return found


def _within(day: dt.date, holidays: list[_Days]) -> bool:
    return any(first <= day <= last for first, last in holidays)


def _planned(row: sa.RowMapping) -> dict[str, Any]:
    """Where the timetable has a lesson that was changed."""
    return {"on_date": row["planned_on"], "bell": row["planned_bell"], "room": row["planned_room"]}


async def extend(session: AsyncSession, day: dt.date) -> int:
    """Give the week of this day the lessons of the last week that has some, in every school whose timetable has run out, but for holidays and courses that
    are closed; how many were added."""
    added, free = 0, await _holidays(session)
    for school_id, last in (await session.execute(sa.select(Lesson.school_id, sa.func.max(Lesson.on_date)).group_by(Lesson.school_id))).all():
        if last >= day:
            continue
        goes_on = sa.and_(Course.school_id == Lesson.school_id, Course.id == Lesson.course_id, Course.closed_at.is_(None))
        found = (await session.execute(
            sa.select(Lesson.__table__).join(Course, goes_on).where(Lesson.school_id == school_id, Lesson.on_date > last - _WEEK))).mappings().all()
        pattern = [{**row, **_planned(row)} if row["revision"] else dict(row) for row in found]
        until = day + _WEEK
        shifts = range(1, (until - last) // _WEEK + 2)
        rows = [
            {**row, "id": ids.new(), "on_date": row["on_date"] + shift * _WEEK, **_AS_PLANNED}
            for shift in shifts for row in pattern
            if row["on_date"] + shift * _WEEK <= until and not _within(row["on_date"] + shift * _WEEK, free.get(school_id, []))
        ]
        if rows:
            await session.execute(sa.insert(Lesson), rows)
        await session.execute(sa.update(Term).where(Term.school_id == school_id, Term.ends_on == last).values(ends_on=until))
        added += len(rows)
    return added
