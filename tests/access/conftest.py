"""The gatehouse of the access tests, at noon of the world's one lesson day."""

from collections.abc import Iterator

import pytest
import pytest_asyncio

from school import clock
from school.clock import Clock
from school.db import Database
from tests.access.gatehouse import NOON, Gatehouse, set_clock
from tests.world import build


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    """The clock stands still."""
    set_clock(NOON)
    yield
    clock.use(Clock())


@pytest_asyncio.fixture
async def house(database: Database) -> Gatehouse:
    """The small world with nobody inside."""
    return Gatehouse(database, await build(database))
