"""The year of the seed: its lessons are those of its timetables, so that planning them once more changes nothing."""

import pytest
import sqlalchemy as sa

from school import clock
from school.clock import Clock
from school.context import Role
from school.db import Database
from school.diary import lesson_plan
from school.diary.models import Lesson
from school.registry.calendar_models import Holiday
from tests.seed.reading import TODAY, rows
from tests.seed.test_build import viewer

pytestmark = pytest.mark.xdist_group("seed")


async def test_its_lessons_are_those_of_its_timetables(seeded: Database) -> None:
    office = await viewer(seeded, "office")
    assert [grant.role for grant in office.grants if grant.school_id == 1] == [Role.OFFICE]
    [days] = await rows(seeded, sa.select(
        sa.func.min(Lesson.on_date).label("first"), sa.func.max(Lesson.on_date).label("last"), sa.func.count().label("all")).where(Lesson.school_id == 1))
    noon = clock.school_day(TODAY, "Europe/Moscow")[0]
    clock.use(Clock(noon, noon, 0))
    try:
        async with seeded.begin() as session:
            plan = await lesson_plan.plan(session, office, 1, days.first, days.last)
            await session.rollback()
    finally:
        clock.use(Clock())
    assert (plan.made, plan.kept, plan.moved, plan.removed, plan.stayed, plan.unmade) == (0, days.all, 0, 0, 0, 0)
    holidays = await rows(seeded, sa.select(Holiday.school_id, Holiday.name).order_by(Holiday.school_id))
    assert [tuple(row) for row in holidays] == [(1, "Каникулы"), (2, "Каникулы")]
