"""What is told of a database that is not at this version's revision, and of a server that is too old; its password never."""

import asyncio
from pathlib import Path

import asyncpg
import pytest
import sqlalchemy as sa

from school import db
from school.db import Database, UnfitDatabaseError, is_current, migrate, version_fault
from tests.databases import Kind, fresh_database


def shown(url: str) -> str:
    """An address as an operator has it, without its password."""
    address = sa.make_url(url)
    return address.set(drivername=address.get_backend_name(), password=None).render_as_string()


def fault(url: str) -> str | None:
    """What is told; the password is not in it."""
    found = version_fault(url)
    assert is_current(url) is (found is None)
    assert (sa.make_url(url).password or "no such word") not in (found or "")
    return found


async def test_another_version_is_told_from_an_earlier_one(database_url: str) -> None:
    url, database = sa.make_url(database_url), Database(database_url)
    password = url.password or ("a secret" if url.host else None)
    address = url.set(password=password).render_as_string(hide_password=False)
    assert await asyncio.to_thread(fault, address) is None
    for version, told in (("0001", "is of an earlier version: run `school migrate` first"), ("later", "is of a version that this one does not know")):
        async with database.engine.begin() as connection:
            await connection.execute(sa.text("UPDATE alembic_version SET version_num = :version"), {"version": version})
        assert await asyncio.to_thread(fault, address) == f"the database {shown(address)} {told}"
    await database.close()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_an_empty_database_is_named(kind: Kind) -> None:
    async with fresh_database(kind, migrate=lambda _url: None) as url:
        if kind == "sqlite":
            assert await asyncio.to_thread(fault, url) == f"there is no database {shown(url)}: run `school migrate` first"
            await asyncio.to_thread(Path(sa.make_url(url).database or "").touch)
        assert await asyncio.to_thread(fault, url) == f"there is nothing of a school in the database {shown(url)}: run `school migrate` first"


async def test_a_server_that_is_too_old_is_told_before_anything_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    async with fresh_database("postgresql", migrate=lambda _url: None) as url:
        connection = await asyncpg.connect(url.replace("+asyncpg", ""))
        version = (await connection.fetchval("SHOW server_version")).partition(" ")[0]
        monkeypatch.setattr(db, "OLDEST_POSTGRESQL", 99)
        for act in (migrate, version_fault):
            with pytest.raises(UnfitDatabaseError) as unfit:
                await asyncio.to_thread(act, url)
            assert str(unfit.value) == f"PostgreSQL 99 or newer is needed; this is {version}"
        assert await connection.fetchval("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == 0
        await connection.close()
