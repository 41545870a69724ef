"""What the daemon's tests share: a misbehaving gateway, and hosts with a daemon."""
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from readers import failpoints
from tests.readers.hosts import Host
from tests.readers.loopback import Loopback


@pytest.fixture
def loopback() -> Iterator[Loopback]:
    """The server's side."""
    with Loopback() as server:
        yield server


@pytest.fixture
def host(tmp_path: Path, loopback: Loopback) -> Iterator[Host]:
    """A host that is not enrolled yet; its daemon ends with the test."""
    host = Host(tmp_path, loopback.url)
    yield host
    host.kill()


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """No failpoint stays armed in this process, and log lines go nowhere."""
    with structlog.testing.capture_logs():
        yield
    failpoints.arm(None)
