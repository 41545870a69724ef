"""Schools that are there when reasons come begin with the usual ones, and registers keep what they say."""

import asyncio
from functools import partial

import pytest
import sqlalchemy as sa

from school.db import Database, migrate
from school.diary.reasons import USUAL
from tests.databases import Kind, fresh_database

ROWS = (
    "INSERT INTO school (id, name, short_name, time_zone, currency) VALUES (1, 'Школа № 1', 'Ш1', 'Europe/Moscow', 'RUB')",
    "INSERT INTO school (id, name, short_name, time_zone, currency) VALUES (2, 'Школа № 2', 'Ш2', 'Europe/Moscow', 'RUB')",
)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_schools_begin_with_the_usual_reasons(kind: Kind) -> None:
    async with fresh_database(kind, migrate=partial(migrate, revision="0012")) as url:
        database = Database(url)
        async with database.begin() as session:
            for row in ROWS:
                await session.execute(sa.text(row))
        await database.close()
        await asyncio.to_thread(migrate, url)
        database = Database(url)
        async with database.read() as session:
            found = await session.execute(sa.text("SELECT school_id, name, sign, excused FROM absence_reason ORDER BY school_id, id"))
            reasons = [(row.school_id, row.name, row.sign, bool(row.excused)) for row in found]
        await database.close()
    assert reasons == [(school, *reason) for school in (1, 2) for reason in USUAL]
