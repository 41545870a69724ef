"""A day's bells changed while somebody else says the same, plans its lessons or moves one onto it, in transactions that really commit."""

import datetime as dt
from typing import Any

import sqlalchemy as sa

from school import ids
from school.db import Database
from school.diary import bell_days, bell_schedules, class_timetables, lesson_plan, substitutions
from school.diary.bells import BellRow
from school.diary.class_timetables import NewSlot, NewTimetable
from school.diary.models import Lesson
from school.diary.substitutions import Change, NewSubstitution
from school.errors import Refused
from school.ids import Ref
from school.outbox import OutboxRow
from school.registry.bell_models import BellDay
from tests.races.test_marks import count, lesson_day, race
from tests.world import MONDAY, build

__all__ = ["lesson_day"]
DAY = MONDAY + dt.timedelta(days=7)


async def test_every_lesson_of_a_day_has_its_bells_whoever_comes_first(database: Database) -> None:
    """Six say that a day is shortened, while its lessons are planned and one is moved onto it: it is so once, and for all of them."""
    world = await build(database)
    office, group, course = world.viewers["office"], Ref(1, world.classes["5A"]), Ref(1, world.courses["5A"])
    short = [BellRow(number, dt.time(8 + number), dt.time(8 + number, 30)) for number in (1, 2, 3)]
    async with database.begin() as session:
        schedule = await bell_schedules.add(session, office, 1, ids.new(), "Сокращённый день", short)
        week = [NewSlot(course, 1, bell) for bell in (1, 2)]
        assert await class_timetables.set_(session, office, NewTimetable(ids.new(), group, DAY, week)) == []

    async def set_day(session: Any) -> Any:
        return await bell_days.set_(session, office, 1, DAY, {None: Ref(1, schedule.id)})

    async def plan(session: Any) -> Any:
        return await lesson_plan.plan(session, office, 1, DAY, DAY)

    async def move(session: Any) -> Any:
        change = NewSubstitution(ids.new(), Ref(1, world.lessons["5A-1"]), 0, Change(on_date=DAY, bell=3), "болезнь")
        return await substitutions.substitute_many(session, office, [change])

    answers = await race(database, [set_day, plan, set_day, move, set_day, set_day, set_day, set_day])
    assert [answer for answer in answers if isinstance(answer, Refused)] == []
    assert not isinstance(answers[3][0], Refused)
    async with database.read() as session:
        lessons = (await session.execute(sa.select(Lesson.bell, Lesson.schedule_id).where(Lesson.on_date == DAY).order_by(Lesson.bell))).all()
        told = (await session.scalars(sa.select(OutboxRow.kind).where(OutboxRow.kind == "diary.bells_changed"))).all()
    assert [tuple(row) for row in lessons] == [(bell, schedule.id) for bell in (1, 2, 3)]
    assert await count(database, BellDay) == [1]
    assert len(told) <= 1
