"""The lodge of the gateway's tests."""

from collections.abc import AsyncIterator

import pytest_asyncio

from school.db import Database
from tests.gateway.lodge import Lodge, lodge_at


@pytest_asyncio.fixture
async def lodge(database: Database) -> AsyncIterator[Lodge]:
    """A gateway on a fresh database of each kind, with the small world behind it."""
    async with lodge_at(database) as made:
        yield made
