"""PostgreSQL's logins and roles, as an operator has them: one that owns and migrates, one that may only take both roles, and one that may not."""

import asyncio
import os
import secrets
import subprocess
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest
import sqlalchemy as sa

from school import ids
from school.db import Database, login_faults
from school.ids import Kind
from school.tables import metadata
from tests.commands.shell import Command, Ended
from tests.postgres import PostgresServer
from tests.security.sight import SIGHTS
from tests.service_process import Service, give_passwords
from tests.world import build

ROOT = Path(__file__).parent.parent.parent


async def ask(url: str, *statements: str) -> None:
    """Run statements as the login of an address, outside of any role."""
    connection = await asyncpg.connect(url.replace("postgresql+asyncpg", "postgresql"))
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


@asynccontextmanager
async def login(url: str, *, member: bool, attributes: str = "NOINHERIT") -> AsyncIterator[str]:
    """The address of the same database for a login of its own, which owns nothing."""
    name, password = f"app_{secrets.token_hex(6)}", secrets.token_hex(12)
    await ask(url, f"CREATE ROLE {name} LOGIN {attributes} PASSWORD '{password}'", *([f"GRANT school_viewer, school_system TO {name}"] if member else []))
    try:
        yield sa.make_url(url).set(username=name, password=password).render_as_string(hide_password=False)
    finally:
        await ask(url, f"DROP ROLE {name}")


async def test_a_login_that_only_takes_the_roles_serves(postgresql_url: str, tmp_path: Path) -> None:
    """A whole server: sign-in, a family's read, a teacher's write, the relay, the family's news of it. The login itself reads nothing."""
    owner = Database(postgresql_url)
    world = await build(owner)
    await give_passwords(owner, "parent", "teacher")
    await owner.close()
    async with login(postgresql_url, member=True) as url:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await ask(url, "SELECT FROM pupil")
        with Service(url, tmp_path) as service:
            parent, teacher = await asyncio.to_thread(service.sign_in, "parent"), await asyncio.to_thread(service.sign_in, "teacher")
            anna = ids.encode(Kind.PERSON, 1, world.people["anna"])
            async with service.updates(parent) as stream:
                items = [{"id": str(ids.new()), "pupilId": anna, "value": 5, "work": "TEST"}]
                marks = {"lessonId": ids.encode(Kind.LESSON, 1, world.lessons["5A-1"]), "items": items}
                given = await asyncio.to_thread(service.graphql, MARK, {"input": marks}, teacher)
                assert given == {"data": {"giveMarks": {"__typename": "GiveMarksResults"}}}
                assert (await anext(stream))["childId"] == anna
            children = await asyncio.to_thread(service.graphql, "{ me { children { id } } }", None, parent)
            own = {ids.encode(Kind.PERSON, school, world.people[name]) for school, name in ((1, "anna"), (1, "vera"), (2, "gleb"))}
            assert {child["id"] for child in children["data"]["me"]["children"]} == own


MARK = "mutation($input: GiveMarksInput!) { giveMarks(input: $input) { __typename } }"


async def test_a_login_that_may_not_take_the_roles_is_told_so(postgresql_url: str) -> None:
    async with login(postgresql_url, member=False) as url:
        line = "; ".join(f"this login may not act as {role}: GRANT {role} TO it" for role in ("school_viewer", "school_system"))
        for command in ("serve", "gateway", "relay"):
            assert await Command({"SCHOOL_DATABASE_URL": url})(command) == Ended(2, "", f"school: SCHOOL_DATABASE_URL: {line}\n")


async def test_a_login_that_inherits_the_roles_sees_nothing_either(postgresql_url: str) -> None:
    """An operator's slip: the role's rights without the role. Nobody has said that this is the service's work."""
    owner = Database(postgresql_url)
    await build(owner)
    await owner.close()
    async with login(postgresql_url, member=True, attributes="INHERIT") as url:
        careless = Database(url)
        async with careless.engine.connect() as connection:
            count = sa.select(sa.func.count())
            assert {table.name: await connection.scalar(count.select_from(table)) for table in metadata.sorted_tables} == dict.fromkeys(SIGHTS, 0)
        await careless.close()


async def test_an_owner_who_is_no_superuser_migrates_and_sees_nothing(private_postgres: PostgresServer) -> None:
    """A new server: two databases of one owner at once, the roles made by whichever came first. FORCE holds the owner, too."""
    admin = private_postgres.url()
    await ask(admin, "CREATE ROLE owner LOGIN CREATEROLE PASSWORD 'o'", "CREATE DATABASE one OWNER owner", "CREATE DATABASE two OWNER owner")
    one, two = (sa.make_url(admin).set(username="owner", password="o", database=name).render_as_string(hide_password=False) for name in ("one", "two"))
    started = [await asyncio.create_subprocess_exec(
        sys.executable, "-m", "school", "migrate", env={**os.environ, "SCHOOL_DATABASE_URL": url}, cwd=ROOT, stderr=PIPE) for url in (one, two)]
    assert [(await process.communicate())[1] for process in started] == [b"", b""]
    for url in (one, two):
        assert await asyncio.to_thread(login_faults, url) == []
        owner = Database(url)
        await build(owner)  # as the service, whose role the owner may take
        async with owner.engine.connect() as connection:
            assert await connection.scalar(sa.text("SELECT count(*) FROM pupil")) == 0
        async with owner.read() as session:
            assert await session.scalar(sa.text("SELECT count(*) FROM pupil")) == 5
        await owner.close()
    await ask(admin, "ALTER ROLE school_viewer BYPASSRLS")
    assert await asyncio.to_thread(login_faults, one) == ["school_viewer must be neither a superuser nor have BYPASSRLS"]
    await ask(admin, "ALTER ROLE school_viewer NOBYPASSRLS", "GRANT school_system TO school_viewer")
    assert await asyncio.to_thread(login_faults, one) == ["school_viewer must not be a member of school_system"]


async def test_an_owner_who_may_not_make_roles_is_told_so(private_postgres: PostgresServer) -> None:
    admin = private_postgres.url()
    await ask(admin, "CREATE ROLE owner LOGIN PASSWORD 'o'", "CREATE DATABASE one OWNER owner")
    url = sa.make_url(admin).set(username="owner", password="o", database="one").render_as_string(hide_password=False)
    ended = await Command({"SCHOOL_DATABASE_URL": url})("migrate")
    assert (ended.code, ended.out, ended.err) == (1, "", "school: SCHOOL_DATABASE_URL: this login may not do that: permission denied to create role\n")
    await ask(admin, *(f"CREATE ROLE {role} NOLOGIN" for role in ("school_viewer", "school_system")))
    assert await Command({"SCHOOL_DATABASE_URL": url})("migrate") == Ended(0, "", "")  # a superuser has made them: it does not have to
    assert len(await asyncio.to_thread(login_faults, url)) == 2


def test_pgrls_finds_nothing(postgresql_url: str) -> None:
    """The linter for row-level security, with the exceptions of pgrls.toml, each of which has its reason there."""
    program = Path(sys.executable).with_name("pgrls")
    done = subprocess.run(
        [program, "lint", "--database-url", postgresql_url.replace("+asyncpg", "")], cwd=ROOT, check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
