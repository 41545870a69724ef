"""What the tests of the day share."""

import pytest_asyncio

from school.db import Database
from tests.day.porch import Porch
from tests.world import build


@pytest_asyncio.fixture
async def porch(database: Database) -> Porch:
    """The small world's porch."""
    return Porch(database, await build(database))
