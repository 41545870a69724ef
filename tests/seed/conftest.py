"""The seeded schools, built once for all tests that leave them as they are (and so run in one process: `xdist_group("seed")`)."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio

from school.db import Database
from school.seed.build import build
from school.seed.plan import Size
from tests.databases import fresh_database
from tests.seed.reading import PASSWORDS, TODAY


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def seeded_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A database of each kind with the small schools in it, for all tests that leave them as they are."""

    async def build_it(stack: AsyncExitStack) -> str:
        url = await stack.enter_async_context(fresh_database(request.param))
        database = Database(url)
        await build(database, PASSWORDS, TODAY, size=Size.SMALL)
        await database.close()
        return url

    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        yield runner.run(build_it(stack))
        runner.run(stack.aclose())


@pytest_asyncio.fixture
async def seeded(seeded_url: str) -> AsyncIterator[Database]:
    """It, opened as the service does."""
    opened = Database(seeded_url)
    yield opened
    await opened.close()
