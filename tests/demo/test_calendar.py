"""Which day the demo plays, and what lessons it has: none in holidays, none of a closed course."""

import datetime as dt

import sqlalchemy as sa

from school import ids
from school.db import Database
from school.demo.calendar import extend, next_day
from school.diary.models import Lesson
from school.registry.calendar_models import Holiday
from school.registry.models import Course, Device
from tests.world import EARLY, MONDAY, build

WEEK = dt.timedelta(days=7)
DAY = dt.timedelta(days=1)


async def test_there_is_no_school_in_holidays_and_no_lesson_of_a_closed_course(database: Database) -> None:
    world = await build(database)
    async with database.begin() as session:
        await session.execute(sa.update(Device).values(seen_at=dt.datetime.combine(MONDAY, dt.time(12), dt.UTC)))
        first = await next_day(session)
        session.add_all((
            Holiday(school_id=1, id=ids.new(), name="Карантин", starts_on=first, ends_on=first + 6 * DAY, withdrawn_at=None),
            Holiday(school_id=1, id=ids.new(), name="Ошибка", starts_on=first + 7 * DAY, ends_on=first + 60 * DAY, withdrawn_at=EARLY)))
        await session.execute(sa.update(Course).where(Course.id == world.courses["6B"]).values(closed_at=EARLY))
        await session.flush()
        day = await next_day(session)
        assert (day > first + 6 * DAY, day <= first + 9 * DAY, day.weekday() < 5) == (True, True, True)
        added = await extend(session, day)
        lessons = (await session.execute(sa.select(Lesson.school_id, Lesson.on_date, Lesson.course_id).where(Lesson.on_date > MONDAY))).all()
        assert added == len(lessons)
        assert await extend(session, day) == 0
    assert {lesson.course_id for lesson in lessons} == {world.courses["5A"], world.courses["2-5A"]}
    of_one = {lesson.on_date for lesson in lessons if lesson.school_id == 1}
    assert not [date for date in of_one if first <= date <= first + 6 * DAY]
    assert max(of_one) >= day
