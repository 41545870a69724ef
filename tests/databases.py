"""Fresh databases for tests, SQLite and a real PostgreSQL: migrated once for the whole session, then copied for each test.

A pytest plugin. The PostgreSQL is the one that SCHOOL_TEST_POSTGRES names (a superuser, for tests make databases and logins), or a server
of the session's own that starts with the first test that needs it, serves all workers and ends with the session.
"""

import asyncio
import fcntl
import json
import os
import select
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Literal
from uuid import uuid4

import asyncpg
import pytest
import pytest_asyncio
import sqlalchemy as sa

from tests.postgres import START_SECONDS, PostgresServer

Kind = Literal["sqlite", "postgresql"]
Migrate = Callable[[str], None]

_SESSION = "PYTEST_SCHOOL_SESSION"  # the directory that the session's workers share
_MEMORY = Path("/dev/shm")  # noqa: S108 - the folder in it is made by mkdtemp
_ROOM = 2 << 30


def pytest_configure(config: pytest.Config) -> None:
    """The session's directory, made by the process that steers the workers."""
    if not hasattr(config, "workerinput"):
        directory = _scratch("school-tests-")
        os.environ[_SESSION] = f"{directory}:{os.getpid()}"


def pytest_unconfigure(config: pytest.Config) -> None:
    """Nothing of the session stays behind: no server, no database on a server that was given, no file."""
    if hasattr(config, "workerinput"):
        return
    directory, _ = _session()
    del os.environ[_SESSION]
    _drop_template(directory)
    _stop_server(directory)
    shutil.rmtree(directory)


@pytest_asyncio.fixture(params=["sqlite", "postgresql"])
async def database_url(request: pytest.FixtureRequest) -> AsyncIterator[str]:
    """The address of a fresh, migrated, empty database; the test runs once for each kind."""
    async with fresh_database(request.param) as url:
        yield url


@pytest_asyncio.fixture
async def sqlite_url() -> AsyncIterator[str]:
    """As `database_url`, for a test that concerns SQLite alone."""
    async with fresh_database("sqlite") as url:
        yield url


@pytest_asyncio.fixture
async def postgresql_url() -> AsyncIterator[str]:
    """As `database_url`, for a test that concerns PostgreSQL alone."""
    async with fresh_database("postgresql") as url:
        yield url


@pytest.fixture
def private_postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL for this test alone, running, with no database of ours: it may be stopped, started and crashed."""
    directory = _scratch("school-postgres-")
    try:
        with PostgresServer(directory / "cluster") as server:
            yield server
    finally:
        shutil.rmtree(directory)


@asynccontextmanager
async def fresh_database(kind: Kind, *, migrate: Migrate | None = None) -> AsyncIterator[str]:
    """A copy of the session's migrated template; gone afterwards. With a `migrate` of one's own the database is built by that instead."""
    name = f"school_{uuid4().hex[:16]}"
    make = _fresh_sqlite if kind == "sqlite" else _fresh_postgresql
    async with make(name, None if migrate else await asyncio.to_thread(_template, kind)) as url:
        if migrate:
            await asyncio.to_thread(migrate, url)
        yield url


@asynccontextmanager
async def _fresh_sqlite(name: str, template: str | None) -> AsyncIterator[str]:
    folder = _session()[0] / name
    folder.mkdir()
    path = folder / "school.db"
    if template:
        shutil.copy(template, path)
    yield _sqlite_url(path)
    shutil.rmtree(folder)  # the log and the shared memory beside the database, too


@asynccontextmanager
async def _fresh_postgresql(name: str, template: str | None) -> AsyncIterator[str]:
    server = await asyncio.to_thread(server_url)
    await _on_server(server, f'CREATE DATABASE "{name}" TEMPLATE "{template or "template1"}" STRATEGY file_copy')
    try:
        yield _with_database(server, name)
    finally:
        await _on_server(server, f'DROP DATABASE "{name}" WITH (FORCE)')


def server_url() -> str:
    """The address of the session's PostgreSQL, started if nobody needed it before."""
    if given := os.environ.get("SCHOOL_TEST_POSTGRES"):
        return sa.make_url(given).set(drivername="postgresql+asyncpg").render_as_string(hide_password=False)
    directory, watched = _session()
    postgres = directory / "postgres"
    with _alone(directory / "server.lock"):
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


def _template(kind: Kind) -> str:
    """The migrated template, built by whoever comes first: a file's path or a database's name. A failure is told to all."""
    directory, _ = _session()
    note = directory / f"template-{kind}.json"
    with _alone(directory / f"template-{kind}.lock"):
        if not note.exists():
            try:
                answer = {"template": _build_sqlite(directory) if kind == "sqlite" else _build_postgresql()}
            except Exception as error:  # noqa: BLE001 - whatever a migration raises, every test must hear it
                answer = {"error": f"{type(error).__name__}: {error}"}
            note.write_text(json.dumps(answer))
        told: dict[str, str] = json.loads(note.read_text())
    if "error" in told:
        pytest.fail(f"the migrations fail on {kind}: {told['error']}", pytrace=False)
    return told["template"]


def _build_sqlite(directory: Path) -> str:
    path = directory / "template.db"
    _migrate(_sqlite_url(path))
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()  # the last connection removes the log: now the file alone is the database
    return str(path)


def _build_postgresql() -> str:
    server = server_url()
    name = f"school_template_{uuid4().hex[:16]}"
    asyncio.run(_on_server(server, f'CREATE DATABASE "{name}"'))
    _migrate(_with_database(server, name))
    asyncio.run(_on_server(server, f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false'))  # a copy is refused while someone is connected
    return name


def _drop_template(directory: Path) -> None:
    """On a server that was given: ours disappears with its templates."""
    note = directory / "template-postgresql.json"
    if "SCHOOL_TEST_POSTGRES" in os.environ and note.exists():
        name = json.loads(note.read_text()).get("template")
        if name:
            asyncio.run(_on_server(server_url(), f'DROP DATABASE "{name}"'))


def _migrate(url: str) -> None:
    from school.db import migrate

    migrate(url)


async def _on_server(server: str, statement: str) -> None:
    connection = await asyncpg.connect(server.replace("postgresql+asyncpg", "postgresql"))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def _sqlite_url(path: Path) -> str:
    return f"sqlite+aiosqlite:///{path}"


def _with_database(server: str, name: str) -> str:
    return sa.make_url(server).set(database=name).render_as_string(hide_password=False)


def _scratch(prefix: str) -> Path:
    """A directory, in memory where there is room: there a copy of a database takes 10 ms, on a disk 300."""
    roomy = _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _ROOM
    directory = Path(tempfile.mkdtemp(prefix=prefix, dir=_MEMORY if roomy else None))
    directory.chmod(0o711)  # PostgreSQL runs as another user where we are root
    return directory


def _session() -> tuple[Path, int]:
    directory, _, pid = os.environ[_SESSION].rpartition(":")
    return Path(directory), int(pid)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """One process of the session at a time."""
    with path.open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
