"""What the processes of one test session share: a directory, things that are made once, and a PostgreSQL with one connection to it for each process.

The PostgreSQL is the one that SCHOOL_TEST_POSTGRES names (a superuser, for tests make databases and logins), or a server of the session's own
that starts with the first test that needs it and ends with the session.
"""

import asyncio
import fcntl
import json
import os
import pickle
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import TypeVar

import asyncpg
import pytest
import sqlalchemy as sa

from tests.postgres import START_SECONDS

T = TypeVar("T")

_SESSION = "PYTEST_SCHOOL_SESSION"  # the directory that the session's workers share
_MEMORY = Path("/dev/shm")  # noqa: S108 - the folder in it is made by mkdtemp
_ROOM = 2 << 30
_ONE_AT_A_TIME = threading.Lock()


def begin() -> None:
    """The session's directory, made by the process that steers the workers."""
    os.environ[_SESSION] = f"{scratch('school-tests-')}:{os.getpid()}"


def end() -> None:
    """Nothing of the session stays behind: no server, no file."""
    directory, _ = current()
    del os.environ[_SESSION]
    _stop_server(directory)
    shutil.rmtree(directory)


def current() -> tuple[Path, int]:
    """The session's directory, and the process that steers the workers."""
    directory, _, pid = os.environ[_SESSION].rpartition(":")
    return Path(directory), int(pid)


def scratch(prefix: str) -> Path:
    """A directory, in memory where there is room: there a copy of a database takes 10 ms, on a disk 300."""
    roomy = _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _ROOM
    directory = Path(tempfile.mkdtemp(prefix=prefix, dir=_MEMORY if roomy else None))
    directory.chmod(0o711)  # PostgreSQL runs as another user where we are root
    return directory


def of_the_session(name: str, make: Callable[[], T]) -> T:
    """What the first process of the session makes that asks for it, the same for all; each its own outside of one."""
    if _SESSION not in os.environ:
        return make()
    directory, _ = current()
    with alone(directory / f"{name}.lock"):
        kept = directory / name
        if not kept.exists():
            kept.write_bytes(pickle.dumps(make()))
        found: T = pickle.loads(kept.read_bytes())  # noqa: S301 - of this session
        return found


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """One process of the session at a time."""
    with path.open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def server_url() -> str:
    """The address of the session's PostgreSQL, started if nobody needed it before."""
    if given := os.environ.get("SCHOOL_TEST_POSTGRES"):
        return sa.make_url(given).set(drivername="postgresql+asyncpg").render_as_string(hide_password=False)
    directory, watched = current()
    postgres = directory / "postgres"
    with alone(directory / "server.lock"):
        if not postgres.exists():
            postgres.mkdir(mode=0o711)
            postgres.chmod(0o711)
            _start_server(postgres, watched)
        note = json.loads((postgres / "server.json").read_text())
    if "error" in note:
        pytest.fail(f"the session's PostgreSQL did not start: {note['error']}", pytrace=False)
    return str(note["url"])


def _start_server(directory: Path, watched: int) -> None:
    """Start the keeper as nobody's child: it outlives the worker that happened to come first."""
    command = ["setsid", "--fork", sys.executable, "-m", "tests.postgres", str(directory), str(watched)]
    root = Path(__file__).parent.parent
    with (directory / "keeper.log").open("wb") as log:
        subprocess.run(command, check=True, cwd=root, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    deadline = time.monotonic() + START_SECONDS
    while not (directory / "server.json").exists():
        if time.monotonic() > deadline:
            pytest.fail(f"the session's PostgreSQL is not there:\n{(directory / 'keeper.log').read_text()}", pytrace=False)
        time.sleep(0.01)


def _stop_server(directory: Path) -> None:
    note = directory / "postgres" / "server.json"
    if not note.exists():
        return
    keeper = json.loads(note.read_text()).get("pid")
    with suppress(ProcessLookupError, TypeError):  # it has ended, or never ran
        descriptor = os.pidfd_open(keeper)
        os.kill(keeper, signal.SIGTERM)
        select.select([descriptor], [], [], 60)
        os.close(descriptor)


def on_server(statement: str) -> None:
    """Run it on the session's PostgreSQL."""
    with _ONE_AT_A_TIME:
        runner, connection = _connection()
        runner.run(connection.execute(statement))


@cache
def _connection() -> tuple[asyncio.Runner, asyncpg.Connection]:
    """This process's own to the server: to make one for each statement took longer than the statements."""
    runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
    return runner, runner.run(asyncpg.connect(server_url().replace("postgresql+asyncpg", "postgresql")))


def disconnect() -> None:
    """Before the process or the session ends."""
    if _connection.cache_info().currsize:
        runner, connection = _connection()
        runner.run(connection.close(timeout=5))
        runner.close()
        _connection.cache_clear()
