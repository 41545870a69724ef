"""What the tests of serving share: the workbench, served on a port."""

import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from school.db import Database
from tests.serving.server import serving
from tests.serving.workbench import Witness, application


@dataclass
class Bench:
    """The workbench, what its resolvers did and what was logged."""

    address: str
    seen: Witness
    logs: list[Any] = field(default_factory=list)


@pytest_asyncio.fixture
async def bench(sqlite_url: str, caplog: pytest.LogCaptureFixture) -> AsyncIterator[Bench]:
    """On a port of its own; the server itself finds nothing to complain of."""
    database, seen = Database(sqlite_url), Witness()
    with capture_logs() as logs:
        async with serving(application(database, seen)) as address:
            yield Bench(address, seen, logs)
    await database.close()
    assert [record.getMessage() for record in caplog.get_records("call") if record.levelno >= logging.WARNING] == []
