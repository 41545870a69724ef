"""Fixtures of the meals' tests."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.meals.canteen import Canteen, canteen_at


@pytest_asyncio.fixture
async def canteen(database_url: str) -> AsyncIterator[Canteen]:
    """A canteen on a fresh database of each kind."""
    async with canteen_at(database_url) as made:
        yield made
