"""Bell times: which hours a lesson has by its schedule and number, in statements and, for who changes lessons, in memory."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from school.db import Rows
from school.diary.models import Lesson
from school.registry.bell_models import Bell, BellDay, ScheduleBell

Hours = tuple[dt.time, dt.time]
"""When a lesson begins and ends, in the school's own time."""

BEGINS: sa.ColumnElement[dt.time] = sa.func.coalesce(ScheduleBell.starts_at, Bell.starts_at, type_=sa.Time())
ENDS: sa.ColumnElement[dt.time] = sa.func.coalesce(ScheduleBell.ends_at, Bell.ends_at, type_=sa.Time())
"""Of a statement's lesson, once `with_bells` has joined what it needs."""


def with_bells(statement: Rows) -> Rows:
    """A statement of lessons, joined with the bell of each."""
    return _joined(statement, Lesson, Bell, ScheduleBell)


def at_one_time(statement: Rows, one: Any, other: Any) -> Rows:
    """A statement of two aliases of Lesson, of one day each pair: those that share a minute."""
    hours = list[tuple[Any, Any]]()
    for lesson in (one, other):
        regular, own = aliased(Bell), aliased(ScheduleBell)
        statement = _joined(statement, lesson, regular, own)
        hours.append((sa.func.coalesce(own.starts_at, regular.starts_at, type_=sa.Time()), sa.func.coalesce(own.ends_at, regular.ends_at, type_=sa.Time())))
    (begins, ends), (others_begin, others_end) = hours
    return statement.where(begins < others_end, others_begin < ends)


def _joined(statement: Rows, lesson: Any, bell: Any, schedule_bell: Any) -> Rows:
    regular = sa.and_(bell.school_id == lesson.school_id, bell.number == lesson.bell)
    own = sa.and_(
        schedule_bell.school_id == lesson.school_id, schedule_bell.schedule_id == lesson.schedule_id, schedule_bell.number == lesson.bell)
    return statement.outerjoin(bell, regular).outerjoin(schedule_bell, own)


class Rung(NamedTuple):
    """A bell by which a lesson is held: of which schedule (None: the regular one), and its hours."""

    schedule_id: UUID | None
    hours: Hours


@dataclass(frozen=True, slots=True)
class Schoolbells:
    """The bells of a school by schedule and number, and the days on which a usual schedule gives way to another one. None is the regular one."""

    hours: Mapping[tuple[UUID | None, int], Hours] = field(default_factory=dict)
    days: Mapping[tuple[dt.date, UUID | None], UUID | None] = field(default_factory=dict)

    def schedule(self, usual: UUID | None, on_date: dt.date) -> UUID | None:
        """Which schedule a class with this usual one has on a day."""
        return self.days.get((on_date, usual), usual)

    def at(self, usual: UUID | None, on_date: dt.date, number: int) -> Rung | None:
        """The bell of this number for a class on a day, if its schedule has it."""
        schedule = self.schedule(usual, on_date)
        found = self.hours.get((schedule, number))
        return None if found is None else Rung(schedule, found)

    def week(self, usual: UUID | None, number: int) -> Hours:
        """The hours of a number in a usual week; by the regular bells, where the schedule has not got it (any more)."""
        return self.hours.get((usual, number)) or self.hours[None, number]

    def beside(self, hours: Hours) -> set[int]:
        """The numbers that some schedule has at these hours, or at a part of them."""
        return {number for (_, number), other in self.hours.items() if overlap(hours, other)}


def overlap(one: Hours, other: Hours) -> bool:
    """Whether two lessons of a day share a minute."""
    return one[0] < other[1] and other[0] < one[1]


async def read(session: AsyncSession, schools: Collection[int], *, days: bool = True) -> dict[int, Schoolbells]:
    """The bells of these schools, as they are in the transaction: a statement, and one for the `days`."""
    regular = sa.select(Bell.school_id, sa.null().label("schedule_id"), Bell.number, Bell.starts_at, Bell.ends_at).where(Bell.school_id.in_(sorted(schools)))
    others = sa.select(
        ScheduleBell.school_id, ScheduleBell.schedule_id, ScheduleBell.number, ScheduleBell.starts_at, ScheduleBell.ends_at).where(
        ScheduleBell.school_id.in_(sorted(schools)))
    hours: dict[int, dict[tuple[UUID | None, int], Hours]] = {school: {} for school in schools}
    for row in await session.execute(others.union_all(regular)):
        hours[row.school_id][row.schedule_id, row.number] = row.starts_at, row.ends_at
    others_on: dict[int, dict[tuple[dt.date, UUID | None], UUID | None]] = {school: {} for school in schools}
    for row in await session.execute(standing(schools)) if days else ():
        others_on[row.school_id][row.on_date, row.usual_id] = row.schedule_id
    return {school: Schoolbells(hours[school], others_on[school]) for school in schools}


def standing(schools: Collection[int]) -> Rows:
    """The days of these schools that have another schedule, those that are over too: a few each year."""
    return sa.select(BellDay.school_id, BellDay.on_date, BellDay.usual_id, BellDay.schedule_id).where(
        BellDay.school_id.in_(sorted(schools)), BellDay.withdrawn_at.is_(None))
