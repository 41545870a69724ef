"""Fixtures that many tests share."""

import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
import structlog
from hypothesis import HealthCheck, settings

from school.db import Database
from tests.pcsc_harness import FOUR_READERS, VirtualReaders

pytest_plugins = ["tests.databases", "tests.thrift"]

# Of a bug that a test causes structlog would draw each frame with its variables, which took up to ten seconds.
structlog.configure(processors=[
    *structlog.get_config()["processors"][:-1], structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)])

# A machine that is busy is no fault of the code.
settings.register_profile("patient", settings.default, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


@pytest.fixture
def pcsc_directory() -> Iterator[Path]:
    """A directory with a short path, as a Unix socket needs (pytest's own are too long)."""
    with tempfile.TemporaryDirectory(prefix="pcsc-") as directory:
        yield Path(directory)


@pytest.fixture
def virtual_readers(pcsc_directory: Path) -> Iterator[VirtualReaders]:
    """A real pcscd with two gates and two canteens, for this test alone."""
    with VirtualReaders(FOUR_READERS, pcsc_directory) as readers:
        yield readers


@pytest_asyncio.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A fresh database of each kind, opened as the service does."""
    opened = Database(database_url)
    yield opened
    await opened.close()
