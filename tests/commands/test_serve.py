"""The serving processes: ready, measured, and ended cleanly while clients hang on."""

import asyncio
import contextlib
import signal
import time
from pathlib import Path

import pytest
import websockets

from school.db import Database
from tests.service_process import Service, give_passwords
from tests.world import build

AT_ONCE = 5.0


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
async def test_it_is_ready_and_ends_cleanly_with_a_stream_open(database_url: str, database: Database, tmp_path: Path, how: signal.Signals) -> None:
    await build(database)
    await give_passwords(database, "parent")
    with Service(database_url, tmp_path, program=("-m", "school")) as service:
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


def test_a_database_of_another_version_is_not_served(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="run `school migrate` first"), Service(f"sqlite:///{tmp_path}/absent.db", tmp_path):
        pass
    assert not (tmp_path / "absent.db").exists()
