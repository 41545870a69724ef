"""The desk of the diary's tests, at noon of the world's one lesson day."""

from collections.abc import Iterator

import pytest
import pytest_asyncio

from school import clock
from school.clock import Clock
from school.db import Database
from tests.diary.desk import NOON, Desk
from tests.world import build


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    """The clock stands still."""
    clock.use(Clock(NOON, NOON, 0))
    yield
    clock.use(Clock())


@pytest_asyncio.fixture
async def desk(database: Database) -> Desk:
    """The small world with an empty diary."""
    return Desk(database, await build(database))
