"""What the tests of the record share."""

import pytest_asyncio

from school.db import Database
from tests.record.archive import Archive
from tests.world import build


@pytest_asyncio.fixture
async def archive(database: Database) -> Archive:
    """The small world, of which nobody has read anything."""
    return Archive(database, await build(database))
