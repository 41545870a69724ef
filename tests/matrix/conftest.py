"""What the tests of the matrix share: the town, and the desk where everybody asks."""

from collections.abc import AsyncIterator, Callable, Iterator

import pytest
import pytest_asyncio
import sqlalchemy as sa

from school import clock
from school.clock import Clock
from school.db import Database
from tests.matrix.asking import Desk, desk
from tests.matrix.founding import found
from tests.statements import forget_compiled


@pytest_asyncio.fixture
async def counter(database: Database) -> AsyncIterator[Desk]:
    """On a fresh database of each kind."""
    async with desk(await found(database)) as made:
        yield made
    clock.use(Clock())


@pytest_asyncio.fixture
async def sqlite_counter(sqlite_url: str) -> AsyncIterator[Desk]:
    """As `counter`, where one kind is enough."""
    database = Database(sqlite_url)
    async with desk(await found(database)) as made:
        yield made
    clock.use(Clock())
    await database.close()


@pytest.fixture
def widen(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Makes a visible-to clause let everyone see everything."""
    def widened(place: str) -> None:
        monkeypatch.setattr(place, lambda *_asked: sa.true())
        forget_compiled()

    yield widened
    monkeypatch.undo()
    forget_compiled()
