"""The office of the registry's tests, at noon of the world's one lesson day."""

from collections.abc import AsyncIterator

import pytest_asyncio

from school import clock
from school.clock import Clock
from school.db import Database
from tests.registry.office import NOON, Office, at
from tests.world import build


@pytest_asyncio.fixture
async def office(database: Database) -> AsyncIterator[Office]:
    """The small world on a fresh database of each kind; the clock stands still until it is moved."""
    at(NOON)
    yield Office(database, await build(database))
    clock.use(Clock())
