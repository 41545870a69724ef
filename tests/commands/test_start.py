"""How every command begins: what it cannot go on with is told in one line, with an exit code, and nothing has been touched."""

import asyncio
import datetime as dt
import json
import logging
import os
import re
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
import structlog

from school import db
from school.commands.start import configure_log, reaching
from school.db import Database
from school.registry.models import DeviceCode
from tests.commands.shell import Command, Ended, process_state
from tests.databases import Kind, fresh_database
from tests.ports import free_ports
from tests.session import server_url
from tests.world import build

ROOT = Path(__file__).parent.parent.parent
DEVICE = ("device", "revoke", "01a20ed0-d4b8-7763-8a4f-9352324f62d1")
WITH_DATABASE = (
    ("serve",), ("seed", "--size", "small"), ("device", "list"), ("device", "code", "--kind", "desk", "--name", "x"), DEVICE,
)
BESIDE_OTHERS = (("gateway",), ("relay",))
ABSENT, EMPTY = "there is no database {0}: run `school migrate` first", "there is nothing of a school in the database {0}: run `school migrate` first"
UNKNOWN = "the database {0} is of a version that this one does not know"
UNREACHABLE = Ended(1, "", "school: SCHOOL_DATABASE_URL: the database cannot be reached\n")


def unfit(fault: str, url: str) -> Ended:
    """How a command ends that has no database of its version, which it names without its password."""
    address = sa.make_url(url)
    return Ended(1, "", f"school: SCHOOL_DATABASE_URL: {fault.format(address.set(drivername=address.get_backend_name(), password=None))}\n")


@pytest.mark.parametrize(("name", "value", "line"), [
    ("SCHOOL_PORT", "70000", "Input should be less than or equal to 65535"), ("SCHOOL_PROT", "8000", "there is no such setting"),
    ("SCHOOL_DATABASE_URL", "mysql://root:secret@localhost/school", "must begin with sqlite:/// or postgresql://"),
    ("SCHOOL_DATABASE_URL", "postgresql://localhost:here/school", "is not the address of a database"),
    ("SCHOOL_CONFIG", "/nowhere.toml", "no file '/nowhere.toml'"), ("SCHOOL_MODE", "test", "Input should be 'production' or 'demo'"),
    ("SCHOOL_CLOCK", "1,2026-09-07T07:30:00+03:00,60", "a simulated clock is for SCHOOL_MODE=demo only"),
    ("SCHOOL_ORIGINS", "https://school.example", 'must be JSON, for example ["https://school.example"]'),
    ("SCHOOL_LOG_LEVEL", "loud", "String should match pattern '^(debug|info|warning|error)$'"),
])
async def test_a_bad_setting_is_named(command: Command, name: str, value: str, line: str) -> None:
    assert await command("device", "list", **{name: value}) == Ended(2, "", f"school: {name}: {line}\n")


async def test_a_bad_setting_ends_each_command_before_it_begins(command: Command, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/school.db"
    for arguments in (*WITH_DATABASE, *BESIDE_OTHERS, ("migrate",)):
        ended = await command(*arguments, SCHOOL_DATABASE_URL=url, SCHOOL_MODE="demo", SCHOOL_HOST="192.0.2.1")
        assert ended == Ended(2, "", "school: SCHOOL_HOST: the demo binds to loopback only\n"), arguments
    assert contents(tmp_path) == {}


async def test_a_process_beside_others_needs_postgresql(command: Command, sqlite_url: str, tmp_path: Path) -> None:
    for name in ("gateway", "relay"):
        line = f"school: SCHOOL_DATABASE_URL: `school {name}` is a process beside others and needs PostgreSQL; with SQLite `school serve` does it all\n"
        assert await command(name, SCHOOL_DATABASE_URL=sqlite_url) == Ended(2, "", line)
        assert await command(name, SCHOOL_DATABASE_URL=f"sqlite:///{tmp_path}/school.db") == Ended(2, "", line)
    assert contents(tmp_path) == {}


async def test_a_database_that_was_not_migrated_is_refused(command: Command, tmp_path: Path) -> None:
    empty, other = tmp_path / "empty.db", tmp_path / "other.db"
    empty.touch()
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE note (text)")
    connection.close()
    before = contents(tmp_path)
    assert set(before) == {empty, other}
    for path in (tmp_path / "absent.db", tmp_path / "no folder" / "school.db", empty, other):
        for arguments in WITH_DATABASE:
            ended = await command(*arguments, SCHOOL_DATABASE_URL=f"sqlite:///{path}")
            assert ended == unfit(EMPTY if path in before else ABSENT, f"sqlite:///{path}"), (path, arguments)
    assert contents(tmp_path) == before
    async with fresh_database("postgresql", migrate=lambda _url: None) as url:
        for arguments in (*WITH_DATABASE, *BESIDE_OTHERS):
            assert await command(*arguments, SCHOOL_DATABASE_URL=url) == unfit(EMPTY, url), arguments
        assert await tables(url) == []


def contents(folder: Path) -> dict[Path, bytes]:
    """What is in a folder."""
    return {path: path.read_bytes() for path in folder.iterdir()}


async def tables(url: str) -> list[str]:
    """What is in a database."""
    database = Database(url)
    async with database.engine.connect() as connection:
        names = await connection.run_sync(lambda inner: sa.inspect(inner).get_table_names())
    await database.close()
    return names


async def test_a_forgotten_setting_is_told(command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert await command("device", "list") == unfit(ABSENT, "sqlite:///school.db")
    assert contents(tmp_path) == {}


async def test_a_server_that_is_too_old_is_told_in_one_line(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db, "OLDEST_POSTGRESQL", 99)
    async with fresh_database("postgresql", migrate=lambda _url: None) as url:
        for arguments in (*WITH_DATABASE, *BESIDE_OTHERS, ("migrate",)):
            ended = await command(*arguments, SCHOOL_DATABASE_URL=url)
            assert re.fullmatch(r"school: SCHOOL_DATABASE_URL: PostgreSQL 99 or newer is needed; this is \d+\.\d+\n", ended.err), arguments
            assert (ended.code, ended.out, await tables(url)) == (1, "", [])


def test_a_wrong_statement_is_a_bug_and_no_database_that_is_away() -> None:
    wrong = sa.exc.ProgrammingError("SELEC", None, Exception("syntax error"))
    with pytest.raises(sa.exc.ProgrammingError), reaching():
        raise wrong


async def test_a_database_of_another_version_is_refused(school: Command, database: Database) -> None:
    async with database.engine.begin() as connection:
        await connection.execute(sa.text("UPDATE alembic_version SET version_num = 'later'"))
    for arguments in WITH_DATABASE:
        assert await school(*arguments) == unfit(UNKNOWN, database.url), arguments
    async with database.read() as session:
        assert await session.scalar(sa.text("SELECT version_num FROM alembic_version")) == "later"


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_migrate_makes_the_database_that_commands_want(command: Command, kind: Kind) -> None:
    async with fresh_database(kind, migrate=lambda _url: None) as url:
        assert await command("migrate", SCHOOL_DATABASE_URL=url) == Ended(0, "", "")
        made = await tables(url)
        assert {"school", "device", "outbox", "alembic_version"} <= set(made)
        assert await command("migrate", SCHOOL_DATABASE_URL=url) == Ended(0, "", "")
        assert await tables(url) == made
        assert (await command("documents", "list", SCHOOL_DATABASE_URL=url)).code == 0


async def test_a_database_that_is_away_is_told_in_one_line(command: Command, tmp_path: Path) -> None:
    [port] = free_ports(1)
    for arguments in (*WITH_DATABASE, *BESIDE_OTHERS, ("migrate",)):
        assert await command(*arguments, SCHOOL_DATABASE_URL=f"postgresql://somebody:secret@127.0.0.1:{port}/school") == UNREACHABLE, arguments
    server = sa.make_url(await asyncio.to_thread(server_url))
    for absent in (server.set(database="nowhere"), server.set(username="nobody", password="secret", database="school")):
        assert await command("device", "list", SCHOOL_DATABASE_URL=absent.render_as_string(hide_password=False)) == UNREACHABLE
    text = tmp_path / "school.db"
    text.write_text("This is no database, however long it may be. " * 100)
    assert await command("device", "list", SCHOOL_DATABASE_URL=f"sqlite:///{text}") == UNREACHABLE


async def test_a_port_that_is_taken_is_named(school: Command, database_url: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        line = f"school: SCHOOL_PORT: cannot listen on 127.0.0.1, port {port}: Address already in use\n"
        for name in ("serve", *(("gateway",) if database_url.startswith("postgresql") else ())):
            assert await school(name, SCHOOL_PORT=str(port)) == Ended(2, "", line)
    ended = await school("serve", SCHOOL_HOST="192.0.2.1", SCHOOL_PORT=str(port))
    assert ended == Ended(2, "", f"school: SCHOOL_PORT: cannot listen on 192.0.2.1, port {port}: Cannot assign requested address\n")


def test_a_process_ends_without_a_trace(tmp_path: Path) -> None:
    [port] = free_ports(1)
    settings = {"PYTHONPATH": str(ROOT), "SCHOOL_DATABASE_URL": f"postgresql://127.0.0.1:{port}/school"}
    ended = subprocess.run(
        [sys.executable, "-m", "school", "relay"], env={**os.environ, **settings}, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert Ended(ended.returncode, ended.stdout, ended.stderr) == UNREACHABLE


async def test_the_demo_s_clock_is_the_command_s(school: Command, database: Database) -> None:
    await build(database)
    simulated = dt.datetime(2026, 9, 7, 4, 30, tzinfo=dt.UTC)
    clock = f"{dt.datetime.now(dt.UTC).timestamp()},{simulated.isoformat()},0.001"
    ended = await school("device", "code", "--kind", "desk", "--name", "x", SCHOOL_MODE="demo", SCHOOL_CLOCK=clock)
    assert (ended.code, ended.err) == (0, "")
    async with database.read() as session:
        made = (await session.execute(sa.select(DeviceCode.made_at))).scalar_one()
    assert simulated <= made < simulated + dt.timedelta(seconds=1)


def test_the_log_is_json_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    with process_state():
        configure_log("warning")
        structlog.get_logger().info("hidden")
        structlog.get_logger().warning("Вход", door=1)
        logging.getLogger("library").info("hidden")
        logging.getLogger("library").warning("a %s", "word")
        logging.getLogger("uvicorn.error").info("hidden")
        structlog.get_logger().error("bug", exc_info=ValueError("two\nlines"))
    out, err = capsys.readouterr()
    lines = [json.loads(line) for line in err.splitlines()]
    assert [(line["level"], line["event"]) for line in lines] == [("warning", "Вход"), ("warning", "a word"), ("error", "bug")]
    assert all(dt.datetime.fromisoformat(line["timestamp"]).tzinfo == dt.UTC for line in lines)
    assert lines[0]["door"] == 1
    assert lines[2]["exception"] == "ValueError"  # its message may hold what persons wrote
    assert out == ""
