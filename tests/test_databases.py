"""The tests' databases: fresh, real, apart from each other, and gone afterwards."""

import asyncio
import sqlite3
from pathlib import Path

import asyncpg
import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from tests.databases import Kind, fresh_database
from tests.postgres import PostgresServer
from tests.session import server_url
from tests.tcp_proxy import TcpProxy


def shelf(url: str) -> None:
    """A migration small enough to be checked by eye."""

    async def build() -> None:
        engine = create_async_engine(url)
        async with engine.begin() as connection:
            await connection.execute(sa.text("CREATE TABLE shelf (book text PRIMARY KEY)"))
        await engine.dispose()

    asyncio.run(build())


async def ask(url: str, statement: str) -> list[str]:
    """The first column of each row."""
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        result = await connection.execute(sa.text(statement))
        rows = [str(row[0]) for row in result] if result.returns_rows else []
    await engine.dispose()
    return rows


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_two_databases_do_not_see_each_other(kind: Kind) -> None:
    async with fresh_database(kind, migrate=shelf) as one, fresh_database(kind, migrate=shelf) as two:
        assert one.startswith(kind)
        await ask(one, "INSERT INTO shelf VALUES ('Ёлка')")
        assert await ask(one, "SELECT book FROM shelf") == ["Ёлка"]
        assert await ask(two, "SELECT book FROM shelf") == []


async def test_a_postgresql_database_is_dropped() -> None:
    async with fresh_database("postgresql", migrate=shelf) as url:
        name = sa.make_url(url).database
        held = await asyncpg.connect(url.replace("+asyncpg", ""))  # someone forgot to disconnect
    assert held.is_closed()
    assert name not in await ask(server_url(), "SELECT datname FROM pg_database")


async def test_the_real_migrations_build_it(database_url: str) -> None:
    assert len(await ask(database_url, "SELECT version_num FROM alembic_version")) == 1


async def test_the_sqlite_copy_is_whole(sqlite_url: str) -> None:
    path = Path(sqlite_url.removeprefix("sqlite+aiosqlite:///"))
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert connection.execute("SELECT count(*) FROM alembic_version").fetchall() == [(1,)]
    connection.close()


async def test_a_private_server_stops_starts_and_recovers(private_postgres: PostgresServer) -> None:
    url = private_postgres.url()
    await ask(url, "CREATE TABLE shelf (book text)")
    await ask(url, "INSERT INTO shelf VALUES ('one')")
    private_postgres.stop()
    with pytest.raises(OSError):  # noqa: PT011 - refused, by whatever name the driver gives it
        await ask(url, "SELECT 1")
    private_postgres.start()
    assert private_postgres.url() == url
    assert await ask(url, "SELECT book FROM shelf") == ["one"]
    private_postgres.crash()
    private_postgres.start()
    assert await ask(url, "SELECT 1") == ["1"]


async def test_a_database_through_a_proxy_that_is_cut(private_postgres: PostgresServer) -> None:
    with TcpProxy(private_postgres.port) as proxy:
        url = private_postgres.url(port=proxy.port)
        assert await ask(url, "SELECT 1") == ["1"]
        proxy.refuse()
        with pytest.raises(OSError):  # noqa: PT011 - as above
            await ask(url, "SELECT 1")
        proxy.heal()
        assert await ask(url, "SELECT 1") == ["1"]
