"""Fresh databases for tests, SQLite and a real PostgreSQL: migrated once for the whole session, filled once, then copied for each test.

A pytest plugin, which begins and ends what the processes of a session share.
"""

import asyncio
import json
import os
import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal
from uuid import uuid4

import asyncpg
import pytest
import pytest_asyncio
import sqlalchemy as sa

from tests import session
from tests.postgres import PostgresServer

Kind = Literal["sqlite", "postgresql"]
Furniture = Literal["world", "town"]
"""What stands in a database from its beginning: the small world, or the matrix's town, which has grown out of it."""
Migrate = Callable[[str], None]

_WANTED: dict[str, Furniture] = {
    "counter": "town", "sqlite_counter": "town",
    **dict.fromkeys(("archive", "canteen", "desk", "house", "lodge", "office", "porch", "world"), "world"),
}
"""By the fixtures that begin with it, what stands already in a database that one of them asks for."""
FURNISHED: dict[str, Furniture] = {}
"""What stands in databases, by their addresses."""


def pytest_configure(config: pytest.Config) -> None:
    """The session's directory, made by the process that steers the workers."""
    if not hasattr(config, "workerinput"):
        session.begin()
        if "SCHOOL_TEST_POSTGRES" not in os.environ:
            os.environ["PGSSLMODE"] = "disable"  # ours speaks no TLS: to be asked, it would have each connection read the system's certificates


def pytest_unconfigure(config: pytest.Config) -> None:
    """Nothing of the session stays behind: no server, no database on a server that was given, no file."""
    steers = not hasattr(config, "workerinput")
    if steers:
        _drop_templates()
    session.disconnect()
    if steers:
        session.end()


@pytest.hookimpl(tryfirst=True)  # before what is deselected by its marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The twin on SQLite of a test that is marked `once` waits for the long run."""
    for item in items:
        if isinstance(item, pytest.Function) and item.get_closest_marker("once") and item.callspec.params.get("database_url") == "sqlite":
            item.add_marker("soak")


@pytest_asyncio.fixture(params=["sqlite", "postgresql"])
async def database_url(request: pytest.FixtureRequest) -> AsyncIterator[str]:
    """The address of a fresh, migrated, empty database; the test runs once for each kind."""
    async with fresh_database(request.param, furnished=_furniture(request)) as url:
        yield url


@pytest_asyncio.fixture
async def sqlite_url(request: pytest.FixtureRequest) -> AsyncIterator[str]:
    """As `database_url`, for a test that concerns SQLite alone."""
    async with fresh_database("sqlite", furnished=_furniture(request)) as url:
        yield url


@pytest_asyncio.fixture
async def postgresql_url(request: pytest.FixtureRequest) -> AsyncIterator[str]:
    """As `database_url`, for a test that concerns PostgreSQL alone."""
    async with fresh_database("postgresql", furnished=_furniture(request)) as url:
        yield url


def _furniture(request: pytest.FixtureRequest) -> Furniture | None:
    return next((furniture for name, furniture in _WANTED.items() if name in request.fixturenames), None)


@pytest.fixture
def private_postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL for this test alone, running, with no database of ours: it may be stopped, started and crashed."""
    directory = session.scratch("school-postgres-")
    try:
        with PostgresServer(directory / "cluster") as server:
            yield server
    finally:
        shutil.rmtree(directory)


@asynccontextmanager
async def fresh_database(kind: Kind, *, migrate: Migrate | None = None, furnished: Furniture | None = None) -> AsyncIterator[str]:
    """A copy of the session's migrated template; gone afterwards. With a `migrate` of one's own the database is built by that instead.

    `furnished`: with the small world's or the town's rows in it, which `tests.world.build` and `tests.matrix.founding.found` then find there.
    """
    name = f"school_{uuid4().hex[:16]}"
    make = _fresh_sqlite if kind == "sqlite" else _fresh_postgresql
    async with make(name, None if migrate else await asyncio.to_thread(_template, kind, furnished)) as url:
        if migrate:
            await asyncio.to_thread(migrate, url)
        if furnished:
            FURNISHED[url] = furnished
        yield url
        FURNISHED.pop(url, None)


@asynccontextmanager
async def _fresh_sqlite(name: str, template: str | None) -> AsyncIterator[str]:
    folder = session.current()[0] / name
    folder.mkdir()
    path = folder / "school.db"
    if template:
        shutil.copy(template, path)
    yield _sqlite_url(path)
    shutil.rmtree(folder)  # the log and the shared memory beside the database, too


@asynccontextmanager
async def _fresh_postgresql(name: str, template: str | None) -> AsyncIterator[str]:
    server = await asyncio.to_thread(session.server_url)
    await asyncio.to_thread(session.on_server, f'CREATE DATABASE "{name}" TEMPLATE "{template or "template1"}" STRATEGY file_copy')
    try:
        yield _with_database(server, name)
    finally:
        await asyncio.to_thread(session.on_server, f'DROP DATABASE "{name}" WITH (FORCE)')


def _template(kind: Kind, furnished: Furniture | None = None) -> str:
    """The migrated template, built by whoever comes first: a file's path or a database's name. A failure is told to all."""
    directory, _ = session.current()
    below = None if furnished is None else _template(kind, "world" if furnished == "town" else None)
    name = f"template-{kind}{f'-{furnished}' if furnished else ''}"
    note = directory / f"{name}.json"
    with session.alone(directory / f"{name}.lock"):
        if not note.exists():
            try:
                path = directory / f"{name}.db"
                answer = {"template": _build_sqlite(path, below, furnished) if kind == "sqlite" else _build_postgresql(below, furnished)}
            except Exception as error:  # noqa: BLE001 - whatever a migration raises, every test must hear it
                answer = {"error": f"{type(error).__name__}: {error}"}
            note.write_text(json.dumps(answer))
        told: dict[str, str] = json.loads(note.read_text())
    if "error" in told:
        pytest.fail(f"the migrations fail on {kind}: {told['error']}", pytrace=False)
    return told["template"]


def _build_sqlite(path: Path, below: str | None, furnished: Furniture | None) -> str:
    if below is None:
        _migrate(_sqlite_url(path))
    else:
        shutil.copy(below, path)
    if furnished == "town":
        _found(_sqlite_url(path))
    connection = sqlite3.connect(path)
    if furnished == "world":
        connection.execute("PRAGMA foreign_keys = ON")
        connection.executescript(_world("sqlite"))
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()  # the last connection removes the log: now the file alone is the database
    return str(path)


def _build_postgresql(below: str | None, furnished: Furniture | None) -> str:
    url = _with_database(session.server_url(), name := f"school_template_{uuid4().hex[:16]}")
    session.on_server(f'CREATE DATABASE "{name}" TEMPLATE "{below or "template1"}"')
    if furnished is None:
        _migrate(url)
    elif furnished == "world":
        asyncio.run(_execute(url, _world("postgresql")))
    else:
        _found(url)
    session.on_server(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')  # a copy is refused while someone is connected
    return name


def _drop_templates() -> None:
    """On a server that was given: ours disappears with its templates."""
    if "SCHOOL_TEST_POSTGRES" in os.environ:
        for note in session.current()[0].glob("template-postgresql*.json"):
            if name := json.loads(note.read_text()).get("template"):
                session.on_server(f'DROP DATABASE "{name}"')


def _migrate(url: str) -> None:
    from school.db import migrate

    migrate(url)


def _world(kind: Kind) -> str:
    from tests.world import made

    return made()[1][kind]


def _found(url: str) -> None:
    from tests.matrix.founding import keep

    FURNISHED[url] = "world"
    asyncio.run(keep(url))
    del FURNISHED[url]


async def _execute(url: str, script: str) -> None:
    connection = await asyncpg.connect(url.replace("postgresql+asyncpg", "postgresql"))
    await connection.execute(script)
    await connection.close()


def _sqlite_url(path: Path) -> str:
    return f"sqlite+aiosqlite:///{path}"


def _with_database(server: str, name: str) -> str:
    return sa.make_url(server).set(database=name).render_as_string(hide_password=False)
