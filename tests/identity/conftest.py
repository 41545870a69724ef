"""The desk of the identity's tests, at noon of the world's one lesson day."""

from collections.abc import AsyncIterator

import pytest_asyncio

from school import clock
from school.clock import Clock
from school.db import Database
from tests.identity.desk import Desk
from tests.registry.office import NOON, at
from tests.world import build


@pytest_asyncio.fixture
async def desk(database: Database) -> AsyncIterator[Desk]:
    """The small world on a fresh database of each kind; the clock stands still until it is moved."""
    at(NOON)
    yield Desk(database, await build(database))
    clock.use(Clock())
