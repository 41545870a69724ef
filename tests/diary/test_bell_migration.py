"""A school that is there when bell schedules come keeps its bells, and its lessons have them."""

import asyncio
import datetime as dt
from functools import partial
from uuid import UUID

import pytest
import sqlalchemy as sa

from school.db import Database, migrate
from school.diary.bell_times import BEGINS, ENDS, with_bells
from school.diary.models import Lesson
from tests.databases import Kind, fresh_database

ONE = UUID(int=1)
ROWS = (
    "INSERT INTO school (id, name, short_name, time_zone, currency) VALUES (1, 'Школа № 1', 'Ш1', 'Europe/Moscow', 'RUB')",
    "INSERT INTO bell (school_id, number, starts_at, ends_at) VALUES (1, 1, '08:30:00.000000', '09:15:00.000000')",
    "INSERT INTO person (school_id, id, family_name, given_name, sort_key) VALUES (1, :id, 'Иванова', 'Анна', 'x')",
    "INSERT INTO staff (school_id, id, position) VALUES (1, :id, 'учитель')",
    "INSERT INTO class_group (school_id, id, grade, letter) VALUES (1, :id, 5, 'А')",
    "INSERT INTO subject (school_id, id, name) VALUES (1, :id, 'Алгебра')",
    "INSERT INTO course (school_id, id, class_group_id, subject_id, teacher_id) VALUES (1, :id, :id, :id, :id)",
    """INSERT INTO lesson (school_id, id, course_id, class_group_id, on_date, bell, planned_on, planned_bell, revision)
    VALUES (1, :id, :id, :id, '2026-09-07', 1, '2026-09-08', 1, 1)""",
)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_lessons_keep_their_bells(kind: Kind) -> None:
    async with fresh_database(kind, migrate=partial(migrate, revision="0022")) as url:
        database = Database(url)
        async with database.begin() as session:
            for row in ROWS:
                statement = sa.text(row)
                if ":id" in row:
                    statement = statement.bindparams(sa.bindparam("id", ONE, type_=sa.Uuid()))
                await session.execute(statement)
        await database.close()
        await asyncio.to_thread(migrate, url)
        database = Database(url)
        async with database.read() as session:
            found = (await session.execute(with_bells(sa.select(
                Lesson.id, Lesson.revision, Lesson.schedule_id, Lesson.planned_schedule_id, Lesson.retimed, BEGINS, ENDS)))).all()
        await database.close()
    assert [tuple(row) for row in found] == [(ONE, 1, None, None, 0, dt.time(8, 30), dt.time(9, 15))]
