"""Bell days: days on which classes have other bells than usual, such as a shortened one, set by the office and seen by all of the school."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school import clock, ids
from school.clock import check_range
from school.context import ADMINISTRATION, MEMBERS, Viewer, act_in
from school.db import Moment, Rows, local_date
from school.diary import bell_schedules, bell_times
from school.diary.bell_times import Schoolbells
from school.diary.lessons import check_open
from school.diary.queries import MINE, check_child, class_of, limited
from school.diary.retiming import Retiming, retime
from school.diary.terms import is_closed
from school.diary.timetable import alone, lock
from school.diary.untouched import today_of
from school.errors import bad_input
from school.ids import Ref
from school.reading import Reader
from school.registry.bell_models import BellDay, BellSchedule
from school.registry.models import ClassGroup, Pupil, School
from school.registry.policy import in_schools
from school.statements import Asking, Read, given

LONGEST_RANGE = 400
"""Days that one question may span."""
MOST_DAYS = 1000
"""In one answer."""
MOST_DAYS_AHEAD = 366
"""From today, of a day that gets other bells."""


class BellDayRow(NamedTuple):
    """A day on which the classes of a usual schedule have another one: the columns of `_DAY`, in order. None is the regular bells."""

    school_id: int
    on_date: dt.date
    usual_id: UUID | None
    schedule_id: UUID | None
    name: str | None


_DAY: Rows = sa.select(BellDay.school_id, BellDay.on_date, BellDay.usual_id, BellDay.schedule_id, BellSchedule.name).outerjoin(
    BellSchedule, sa.and_(BellSchedule.school_id == BellDay.school_id, BellSchedule.id == BellDay.schedule_id)).where(BellDay.withdrawn_at.is_(None))
_ORDER = (BellDay.on_date, BellDay.school_id, BellDay.id)
_DAYS = BellDay.on_date.between(given("from_", sa.Date()), given("to", sa.Date()))


@Read
def _days(viewer: Asking) -> Rows:
    return _DAY.where(in_schools(viewer, BellDay.school_id, *MEMBERS), _DAYS).order_by(*_ORDER).limit(MOST_DAYS + 1)


async def in_days(reader: Reader, viewer: Viewer, from_: dt.date, to: dt.date) -> list[BellDayRow]:
    """The days, of at most 400, on which classes of the viewer's schools have other bells than usual, in order."""
    check_range(from_, to, LONGEST_RANGE)
    return limited([BellDayRow(*row) for row in await reader.all(_days, viewer, from_=from_, to=to)], MOST_DAYS)


@Read
def _of_child(viewer: Asking) -> Rows:
    usual = sa.and_(ClassGroup.school_id == BellDay.school_id, ClassGroup.bell_schedule_id.is_not_distinct_from(BellDay.usual_id))
    to_come = BellDay.on_date >= local_date(given("now", Moment()), School.time_zone)
    return (
        _DAY.join(ClassGroup, usual).join(Pupil, sa.and_(Pupil.school_id == ClassGroup.school_id, Pupil.class_group_id == ClassGroup.id))
        .join(School, School.id == BellDay.school_id)
        .where(*MINE, Pupil.class_group_id == class_of(viewer), _DAYS, to_come).order_by(*_ORDER).limit(MOST_DAYS + 1))


async def of_child(reader: Reader, viewer: Viewer, child: Ref, from_: dt.date, to: dt.date) -> list[BellDayRow]:
    """The days, of at most 400, on which a child's class has other bells than usual, from the school's today on: which class and which usual bells it had
    before is not asked, and the lessons say when they were. Refused as absent: a child whose diary the viewer may not open."""
    check_range(from_, to, LONGEST_RANGE)
    found = await reader.all(_of_child, viewer, school_id=child.school_id, person_id=child.id, from_=from_, to=to, now=clock.now())
    if not found:
        await check_child(reader, viewer, child)
    return limited([BellDayRow(*row) for row in found], MOST_DAYS)


async def set_(session: AsyncSession, viewer: Viewer, school_id: int, on_date: dt.date, schedules: Mapping[Ref | None, Ref | None]) -> list[BellDayRow]:
    """Say which schedules the classes of some usual schedules have on a day, and that all others have their usual one. As the service.

    The lessons of that day have the other hours, and the families of whose class that is so are told. Saying what is so already changes nothing. Refused:
    another school or its schedule (NOT_FOUND), a closed one (CLOSED), a day that is over or more than a year ahead (BAD_INPUT), of a closed term (CLOSED),
    lessons as `retime` says.
    """
    act_in(viewer, school_id, *ADMINISTRATION)
    await alone(session, school_id)
    await lock(session, viewer, [school_id], [])
    if not 0 <= (on_date - await today_of(session, school_id)).days <= MOST_DAYS_AHEAD:
        raise bad_input("the day lies in the past, or more than a year ahead")
    check_open(bool(await session.scalar(sa.select(is_closed(sa.literal(school_id), sa.null(), sa.literal(on_date, sa.Date()))))))
    await bell_schedules.check_standing(session, school_id, {one for pair in schedules.items() for one in pair if one is not None})
    wanted = {_id(usual): _id(schedule) for usual, schedule in schedules.items() if usual != schedule}
    before = (await bell_times.read(session, [school_id]))[school_id]
    there = {usual: schedule for (date, usual), schedule in before.days.items() if date == on_date}
    if wanted != there:
        await _write(session, school_id, on_date, there, wanted)
        others = {key: schedule for key, schedule in before.days.items() if key[0] != on_date}
        after = Schoolbells(before.hours, others | {(on_date, usual): schedule for usual, schedule in wanted.items()})
        await retime(session, Retiming(school_id, before, after, from_=on_date, to=on_date))
    here = (BellDay.school_id == school_id, BellDay.on_date == on_date)
    return [BellDayRow(*row) for row in await session.execute(_DAY.where(*here).order_by(*_ORDER))]


def _id(ref: Ref | None) -> UUID | None:
    return None if ref is None else ref.id


async def _write(
    session: AsyncSession, school_id: int, on_date: dt.date, there: Mapping[UUID | None, UUID | None], wanted: Mapping[UUID | None, UUID | None],
) -> None:
    """Take back what is no more so, and add what is new."""
    table: Any = BellDay.__table__
    gone = [usual for usual, schedule in there.items() if usual not in wanted or wanted[usual] != schedule]
    if gone:
        some = table.c.usual_id.in_([usual for usual in gone if usual is not None])
        which = sa.or_(some, table.c.usual_id.is_(None)) if None in gone else some
        await session.execute(
            sa.update(table).where(table.c.school_id == school_id, table.c.on_date == on_date, table.c.withdrawn_at.is_(None), which)
            .values(withdrawn_at=clock.now()))
    new = [{"school_id": school_id, "id": ids.new(), "on_date": on_date, "usual_id": usual, "schedule_id": schedule, "withdrawn_at": None}
           for usual, schedule in wanted.items() if usual not in there or there[usual] != schedule]
    if new:
        await session.execute(sa.insert(table), new)
