"""The serving processes: ready, measured, and ended cleanly while clients hang on."""

import asyncio
import contextlib
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import websockets
from structlog.testing import capture_logs

from school.commands import processes
from school.db import Database
from tests.service_process import ROOT, Service, give_passwords
from tests.world import build

AT_ONCE = 5.0


@pytest.mark.once
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
async def test_it_is_ready_and_ends_cleanly_with_a_stream_open(database_url: str, database: Database, tmp_path: Path, how: signal.Signals) -> None:
    await build(database)
    await give_passwords(database, "parent")
    program = ("-m", "school") if database.sqlite and how is signal.SIGTERM else None  # as Python starts, and forked
    with few_files(), Service(database_url, tmp_path, program=program) as service:
        files = resource.prlimit(service.process.pid, resource.RLIMIT_NOFILE)
        assert files == (files[1], files[1])
        assert service.http.request("GET", f"{service.url}/healthz").json() == {"status": "ready"}
        figures = service.http.request("GET", f"{service.url}/metrics")
        assert figures.headers["Content-Type"].startswith("text/plain")
        assert "# TYPE school_feed_rows_published_total counter" in figures.data.decode()
        async with service.updates(service.sign_in("parent")) as stream:
            waiting = asyncio.ensure_future(anext(stream, None))
            started = time.monotonic()
            assert await asyncio.to_thread(service.stop, how) == 0
            assert time.monotonic() - started < AT_ONCE
            with contextlib.suppress(websockets.ConnectionClosedError):  # uvicorn's 1012, service restart, may be faster than our `complete`
                assert await waiting is None
        assert "Traceback" not in service.log.read_text()


@contextlib.contextmanager
def few_files() -> Iterator[int]:
    """As many open files as a process is usually allowed, unless it asks for more; how many it may ask for."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(1024, hard), hard))
    try:
        yield hard
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_the_collector_is_on_again_and_leaves_what_was_imported() -> None:
    told = "import gc, school.__main__; print(gc.isenabled(), gc.get_freeze_count() > 100_000)"
    assert subprocess.run([sys.executable, "-c", told], cwd=ROOT, check=True, capture_output=True, text=True).stdout == "True True\n"


def test_a_process_takes_the_files_that_it_may_have() -> None:
    """And says when they are too few for the connections that it is to serve."""
    for lacking in (0, 1):
        with few_files() as hard, capture_logs() as logs:
            processes.allow_files(hard - processes.SPARE_FILES + lacking)
            assert resource.getrlimit(resource.RLIMIT_NOFILE) == (hard, hard)
        wanted = {"files": hard, "connections": hard - processes.SPARE_FILES + 1}
        assert logs == lacking * [{"event": "fewer open files are allowed than SCHOOL_CONNECTIONS needs", "log_level": "warning", **wanted}]


def test_a_database_of_another_version_is_not_served(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="run `school migrate` first"), Service(f"sqlite:///{tmp_path}/absent.db", tmp_path):
        pass
    assert not (tmp_path / "absent.db").exists()
