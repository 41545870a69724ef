"""The desk of the identity's tests, at noon of the world's one lesson day."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from argon2 import PasswordHasher

from school import clock
from school.clock import Clock
from school.db import Database
from school.identity import passwords
from school.registry import accounts
from tests.identity.desk import Desk
from tests.registry.office import NOON, at
from tests.world import build

REAL = accounts.HASHER
_QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
_ABSENT = _QUICK.hash("a password that nobody has")


@pytest.fixture(autouse=True)
def hasher(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> PasswordHasher:
    """Passwords are hashed in no time, unless a test is marked to hash them as the service does: a hash tells its own cost, and so that of a look."""
    if request.node.get_closest_marker("real_cost"):
        return REAL
    monkeypatch.setattr(accounts, "HASHER", _QUICK)
    monkeypatch.setattr(passwords, "_ABSENT", _ABSENT)
    return _QUICK


@pytest_asyncio.fixture
async def desk(database: Database, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    """The small world on a fresh database of each kind; the clock stands still until it is moved, and so does the one that phones go by."""
    monkeypatch.setattr(clock, "real", clock.now)
    at(NOON)
    yield Desk(database, await build(database))
    clock.use(Clock())
