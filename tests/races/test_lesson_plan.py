"""Planning while somebody else plans, or writes in a lesson that would go, in transactions that really commit."""

import datetime as dt
from typing import Any

import sqlalchemy as sa

from school import ids
from school.db import Database
from school.diary import class_timetables, homework, lesson_plan, term_dates
from school.diary.class_timetables import NewSlot, NewTimetable
from school.diary.lesson_plan import Plan
from school.diary.models import Homework, Lesson
from school.errors import Code, Refused
from school.ids import Ref
from school.registry.calendar_models import TermKind
from tests.races.test_marks import lesson_day, race
from tests.world import build

__all__ = ["lesson_day"]
FIRST, LAST = dt.date(2026, 9, 14), dt.date(2026, 9, 20)


async def test_planning_at_once_makes_each_lesson_once_and_loses_no_homework(database: Database) -> None:
    """Six plan a week; then the week is ended while a teacher sets homework for one of its lessons: it has its lesson, or it is refused."""
    world = await build(database)
    office, teacher = world.viewers["office"], world.viewers["teacher"]
    group, course = Ref(1, world.classes["5A"]), Ref(1, world.courses["5A"])

    async def set_(*slots: NewSlot) -> None:
        async with database.begin() as session:
            assert await class_timetables.set_(session, office, NewTimetable(ids.new(), group, FIRST, slots)) == []

    async def plan(session: Any) -> Plan:
        return await lesson_plan.plan(session, office, 1, FIRST, LAST)

    await set_(*(NewSlot(course, weekday, bell) for weekday in range(1, 6) for bell in (1, 2)))
    plans = await race(database, [plan] * 6)
    assert sorted((one.made, one.kept) for one in plans) == [*[(0, 10)] * 5, (10, 0)]
    await set_()
    async with database.read() as session:
        lesson = (await session.scalars(sa.select(Lesson.id).where(Lesson.on_date == FIRST, Lesson.bell == 1))).one()

    async def write(session: Any) -> Any:
        return await homework.set_homework(session, teacher, ids.new(), Ref(1, lesson), "№ 7")

    written, planned = await race(database, [write, plan])
    async with database.read() as session:
        rows = (await session.execute(sa.select(Homework.due_lesson_id))).scalars().all()
        left = (await session.execute(sa.select(Lesson.id).where(Lesson.on_date >= FIRST))).scalars().all()
    if isinstance(written, Refused):
        assert (written.code, rows, left, planned.removed) == (Code.NOT_FOUND, [], [], 10)
    else:
        assert (rows, left, planned.removed, planned.stayed) == ([lesson], [lesson], 9, 1)


async def test_of_terms_that_share_a_day_one_is_added(database: Database) -> None:
    office = (await build(database)).viewers["office"]

    async def add(session: Any) -> Any:
        return await term_dates.add(
            session, office, 1, ids.new(), name="II", kind=TermKind.TERM, starts_on=dt.date(2027, 1, 11), ends_on=dt.date(2027, 3, 31))

    answers = await race(database, [add] * 4)
    assert sorted(answer.code if isinstance(answer, Refused) else "" for answer in answers) == ["", *[Code.BAD_INPUT] * 3]
