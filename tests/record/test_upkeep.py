"""Parts are made in time by whoever publishes the feed: at once, each hour, and although something went wrong the hour before."""

import asyncio
import contextlib
import datetime as dt
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from types import SimpleNamespace

import pytest
import pytest_asyncio
import sqlalchemy as sa
from structlog.testing import capture_logs

from school.app import create, run_relay
from school.db import Database
from school.record import parts
from school.record.parts import LEAST, LOOK, MONTH, Upkeep, make_ahead
from school.settings import Settings
from tests.record.archive import Archive
from tests.record.test_parts import NOW, lie, names, publish
from tests.security.test_database_roles import ask
from tests.world import build

PATIENCE = 60.0
Look = Callable[[], Awaitable[None]]


@pytest_asyncio.fixture
async def database(postgresql_url: str) -> AsyncIterator[Database]:
    """PostgreSQL alone has parts."""
    opened = Database(postgresql_url)
    yield opened
    await opened.close()


@asynccontextmanager
async def keeping(database: Database, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Look]:
    """The upkeep, which has looked once, until the end of the block: then it is cancelled. What is given lets an hour pass, and it look again."""
    looked, hour = asyncio.Semaphore(0), asyncio.Semaphore(0)

    async def sleep(seconds: float) -> None:
        assert seconds == LOOK
        looked.release()
        await hour.acquire()

    async def look() -> None:
        hour.release()
        await asyncio.wait_for(looked.acquire(), PATIENCE)

    monkeypatch.setattr(parts, "asyncio", SimpleNamespace(sleep=sleep))
    running = asyncio.create_task(Upkeep(database).run())
    await asyncio.wait_for(looked.acquire(), PATIENCE)
    yield look
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def all_names(database: Database) -> list[str]:
    return [*await names(database, "passage"), *await names(database, "feed")]


async def test_it_looks_at_once_and_again_each_hour(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    archive, before = Archive(database, await build(database)), await all_names(database)
    with capture_logs() as logs:
        async with keeping(database, monkeypatch) as look:
            first = await all_names(database)
            assert len(await names(database, "passage")) > 2
            assert await names(database, "feed") == ["feed_first", f"feed_{LEAST}"]
            async with database.read() as session:
                assert parts.moment_of((await parts.parts(session, "passage"))[-1].upper) > dt.datetime.now(dt.UTC) + parts.MONTHS * MONTH
            await look()
            assert await all_names(database) == first  # there is nothing to do
            await publish(archive, [1, LEAST + 5], NOW)  # the feed has come to its last part
            await look()
            second = await all_names(database)
    assert (second[:-1], len(second)) == (first, len(first) + 1)
    made = [name for name in second if name not in before]
    assert [(one["event"], one["log_level"], one["part"]) for one in logs] == [("part made", "info", name) for name in made]


@asynccontextmanager
async def no_function(database: Database) -> AsyncIterator[None]:
    """A part cannot be made."""
    async with database.engine.begin() as connection:
        await connection.execute(sa.text("ALTER FUNCTION make_part RENAME TO make_nothing"))
    yield
    async with database.engine.begin() as connection:
        await connection.execute(sa.text("ALTER FUNCTION make_nothing RENAME TO make_part"))


@asynccontextmanager
async def no_connection(database: Database) -> AsyncIterator[None]:
    """The pool's connections are cut."""
    await ask(database.url, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
    yield


@pytest.mark.parametrize(("trouble", "errors"), [
    (no_function, {"ProgrammingError"}),
    (no_connection, {"InterfaceError", "InternalError", "OperationalError", "DBAPIError"}),  # as far as the driver has read why it was cut
])
async def test_what_goes_wrong_is_told_and_made_good_the_next_hour(
    database: Database, monkeypatch: pytest.MonkeyPatch, trouble: Callable[[Database], AbstractAsyncContextManager[None]], errors: set[str],
) -> None:
    archive = Archive(database, await build(database))
    async with keeping(database, monkeypatch) as look:
        before = await all_names(database)
        await publish(archive, [1, 2 * LEAST + 5], NOW)
        assert await lie(database, "feed") == {"feed_first": 1, "feed_other": 1}
        async with trouble(database):
            with capture_logs() as logs:
                await look()
            assert [(one["event"], one["log_level"], one["error"] in errors) for one in logs] == [("parts not made", "warning", True)]
        assert await all_names(database) == before
        assert await lie(database, "feed") == {"feed_first": 1, "feed_other": 1}  # kept aside
        await look()
        assert set(await all_names(database)) > set(before)
        assert "feed_other" not in await lie(database, "feed")
        assert sum((await lie(database, "feed")).values()) == 2


async def test_on_sqlite_there_is_nothing_to_do(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    database = Database(sqlite_url)
    with capture_logs() as logs:
        async with keeping(database, monkeypatch) as look:
            await look()
    assert logs == []
    await database.close()


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[None]:
    """The whole service."""
    application = create(settings)
    async with application.router.lifespan_context(application):
        yield


@asynccontextmanager
async def relaying(settings: Settings) -> AsyncIterator[None]:
    """The relay alone."""
    running = asyncio.create_task(run_relay(settings))
    yield
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running


@pytest.mark.parametrize("process", [serving, relaying])
async def test_every_process_with_a_relay_does_it(
    database: Database, monkeypatch: pytest.MonkeyPatch, process: Callable[[Settings], AbstractAsyncContextManager[None]],
) -> None:
    looked = asyncio.Event()

    async def make(database: Database, now: dt.datetime) -> list[str]:
        made = await make_ahead(database, now)
        looked.set()
        return made

    monkeypatch.setattr(parts, "make_ahead", make)
    with capture_logs():
        async with process(Settings(database_url=database.url)):
            await asyncio.wait_for(looked.wait(), PATIENCE)
    assert len(await names(database, "passage")) > 2
    assert await names(database, "feed") == ["feed_first", f"feed_{LEAST}"]
