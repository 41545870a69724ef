"""What the tests of delivery share."""

from collections.abc import AsyncIterator

import pytest_asyncio

from school.db import Database
from tests.world import World, build


@pytest_asyncio.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """The test's own view of the database."""
    database = Database(database_url)
    yield database
    await database.close()


@pytest_asyncio.fixture
async def world(database: Database) -> World:
    """The small world."""
    return await build(database)
