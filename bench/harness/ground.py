"""The ground of a contest: PostgreSQL with a seeded school, a restricted login for whoever serves it, and a family whose parent is signed in."""

import asyncio
import datetime as dt
import platform
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import asyncpg
import sqlalchemy as sa

from school.context import Context, Viewer
from school.db import Database, migrate
from school.identity import sessions
from school.registry import viewers
from school.seed.build import build
from school.seed.logins import make_passwords
from school.seed.plan import Size
from school.settings import Settings
from tests.postgres import PostgresServer

TODAY = dt.date(2026, 11, 23)
LOGIN = "bench_app"
_FAMILY = """
    SELECT r.account_id, array_agg(g.pupil_id ORDER BY g.pupil_id) AS children FROM account_role r
    JOIN guardianship g ON g.school_id = r.school_id AND g.guardian_id = r.person_id AND g.ended_at IS NULL AND g.diary AND g.meals AND g.access
    JOIN LATERAL (
        SELECT (SELECT count(*) FROM mark WHERE mark.pupil_id = g.pupil_id AND withdrawn_at IS NULL) AS marks,
            (SELECT count(*) FROM passage WHERE passage.person_id = g.pupil_id) AS passages,
            (SELECT count(*) FROM transfer JOIN meal_account a ON a.id = transfer.account_id WHERE a.person_id = g.pupil_id) AS transfers
    ) has ON has.marks >= $1 AND has.passages >= $2 AND has.transfers >= $2
    WHERE r.role = 'guardian' AND r.school_id = 1
      AND (SELECT count(*) FROM account_role other JOIN guardianship o ON o.school_id = other.school_id AND o.guardian_id = other.person_id
           WHERE other.account_id = r.account_id) = 2
    GROUP BY r.account_id HAVING count(*) = 2 ORDER BY r.account_id LIMIT 1"""


@dataclass(frozen=True, slots=True)
class Ground:
    """`url` is SQLAlchemy's address for the login that serves, `owner` the superuser's. The parent's token is good for twelve hours."""

    server: PostgresServer
    url: str
    owner: str
    token: str
    children: tuple[UUID, ...]
    machine: str

    @property
    def postmaster(self) -> int:
        """PostgreSQL's first process."""
        return int((self.server.directory / "data" / "postmaster.pid").read_text().split()[0])


def plain(url: str) -> str:
    """An address as libpq and asyncpg take it."""
    return url.replace("postgresql+asyncpg", "postgresql")


@contextmanager
def ground(folder: Path, size: Size, *, marks: int, others: int) -> Iterator[Ground]:
    """Start it; the family's two children have at least so many marks, and so many transfers and passages. What is logged is kept as JSON."""
    with PostgresServer(folder / "cluster") as server:
        execute(server.url(), *(f"ALTER SYSTEM SET {what}" for what in (
            "logging_collector = on", "log_destination = 'jsonlog'", "log_directory = 'log'", "log_parameter_max_length = -1")))
        server.stop()
        server.start()
        owner, password = server.url("school"), secrets.token_hex(12)
        execute(server.url(), "CREATE DATABASE school")
        migrate(owner)
        # Foreign keys would be checked by plans made for empty tables: minutes instead of seconds. The seed's own tests check them.
        execute(owner, "ALTER DATABASE school SET session_replication_role = replica")
        asyncio.run(_seed(owner, size))
        execute(owner, "ALTER DATABASE school RESET session_replication_role", "ANALYZE")
        account, children = asyncio.run(_find_family(owner, marks, others))
        execute(owner, f"CREATE ROLE {LOGIN} LOGIN NOINHERIT PASSWORD '{password}'", f"GRANT school_viewer, school_system TO {LOGIN}", "VACUUM ANALYZE")
        url = sa.make_url(owner).set(username=LOGIN, password=password).render_as_string(hide_password=False)
        yield Ground(server, url, owner, asyncio.run(_sign_in(owner, account)), tuple(children), asyncio.run(_machine(owner)))


def execute(url: str, *statements: str) -> None:
    """Statements, one after the other, outside of a transaction."""
    async def ask() -> None:
        connection = await asyncpg.connect(plain(url))
        for statement in statements:
            await connection.execute(statement)
        await connection.close()

    asyncio.run(ask())


async def _seed(url: str, size: Size) -> None:
    database = Database(url)
    await build(database, make_passwords(), TODAY, size=size)
    await database.close()


async def _find_family(url: str, marks: int, others: int) -> tuple[UUID, list[UUID]]:
    connection = await asyncpg.connect(plain(url))
    found = await connection.fetchrow(_FAMILY, marks, others)
    await connection.close()
    if found is None:
        raise RuntimeError("no family of the seed has enough of everything")
    return found["account_id"], found["children"]


async def _sign_in(url: str, account: UUID) -> str:
    """A session of an account, as if its password had been right."""
    database = Database(url)
    context = Context(Viewer(), database, Settings(), address="127.0.0.1", agent="bench")
    async with database.begin() as session:
        opened = await sessions.begin(session, account, sessions.Client.of(context, cookie=False), strong=False)
    viewer = await viewers.viewer_of(database.reader(), opened.token)
    await database.close()
    assert len(viewer.children) == 2, viewer
    return opened.token


async def _machine(url: str) -> str:
    import os

    connection = await asyncpg.connect(plain(url))
    version = await connection.fetchval("SHOW server_version")
    await connection.close()
    return f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, PostgreSQL {version}"
