"""What each screen costs: statements and CPU of its document, executed by the people's schema in this process, on both databases, over a seeded school.

`first` is without the names of the staff, `again` with them, as a process that is at work has them. Anyone can run it:

    .venv/bin/python bench/screens.py [--quick]
"""

import argparse
import asyncio
import datetime as dt
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import sqlalchemy as sa

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.harness import cpu
from bench.harness.ground import TODAY, execute
from school import clock, ids
from school.access.models import Direction, Door, DoorReader, Passage, Presence
from school.clock import Clock
from school.context import Context, Viewer
from school.db import Database, migrate
from school.diary.models import Mark
from school.identity import sessions
from school.ids import Kind
from school.registry import viewers
from school.registry.account_models import Account
from school.registry.kept_names import KeptNames
from school.registry.models import Course
from school.schema import people
from school.seed.build import build
from school.seed.logins import make_passwords
from school.seed.plan import Size
from school.settings import Settings
from tests.postgres import PostgresServer
from tests.statements import counted

DOCUMENTS = Path(__file__).parent / "documents"
NOW = dt.datetime.combine(TODAY, dt.time(12), dt.UTC)
MONDAY = TODAY - dt.timedelta(days=TODAY.weekday() + 7)
"""Of the last whole week."""
SETTINGS = Settings()
Screen = tuple[str, str, dict[str, Any]]
"""A document's name, who asks, and for what."""


async def signed_in(database: Database, login: str) -> Viewer:
    """Who is behind a login, as a request finds it."""
    context = Context(Viewer(), database, Settings(), address="127.0.0.1", agent="bench")
    async with database.begin() as session:
        account = await session.scalar(sa.select(Account.id).where(Account.login == login))
        assert account is not None, login
        opened = await sessions.begin(session, account, sessions.Client.of(context, cookie=False), strong=True)
    return await viewers.viewer_of(database.reader(), opened.token)


async def screens(database: Database, parent: Viewer, teacher: Viewer) -> list[Screen]:
    """What is asked, of those of whom most is known."""
    async with database.read() as session:
        child = await session.scalar(
            sa.select(Mark.pupil_id).where(Mark.school_id == 1, Mark.pupil_id.in_([one.id for one in parent.children])).group_by(Mark.pupil_id)
            .order_by(sa.func.count().desc()).limit(1))
        course = await session.scalar(
            sa.select(Course.id).join(Mark, sa.and_(Mark.school_id == Course.school_id, Mark.course_id == Course.id))
            .where(Course.school_id == 1, Course.teacher_id.in_([one.person_id for one in teacher.grants])).group_by(Course.id)
            .order_by(sa.func.count().desc()).limit(1))
        door = await session.scalar(
            sa.select(Door.id).join(Passage, sa.and_(Passage.school_id == Door.school_id, Passage.door_id == Door.id)).where(Door.school_id == 1)
            .group_by(Door.id).order_by(sa.func.count().desc()).limit(1))
    assert child is not None
    assert course is not None
    assert door is not None
    pupil, week = ids.encode(Kind.PERSON, 1, child), {"from": MONDAY.isoformat(), "to": (MONDAY + dt.timedelta(days=6)).isoformat()}
    day = {"date": (MONDAY + dt.timedelta(days=1)).isoformat(), "tomorrow": (MONDAY + dt.timedelta(days=2)).isoformat()}
    term = {"from": (MONDAY - dt.timedelta(days=60)).isoformat(), "to": TODAY.isoformat()}
    return [
        ("today", "parent", {"child": pupil, **day}), ("dashboard", "parent", {"a": pupil, "b": pupil}), ("diary_week", "parent", {"child": pupil, **week}),
        ("gradebook", "teacher", {"course": ids.encode(Kind.COURSE, 1, course), **term}), ("gate_monitor", "guard", {"door": ids.encode(Kind.DOOR, 1, door)}),
    ]


async def measure(name: str, database: Database, postmaster: int | None, count: int, rounds: int) -> None:
    """Print a row for each screen."""
    schema, who = people(), {login: await signed_in(database, login) for login in ("parent", "teacher", "guard")}
    asked = await screens(database, who["parent"], who["teacher"])
    for screen, login, variables in asked:
        document, names = (DOCUMENTS / f"{screen}.graphql").read_text(), KeptNames()
        await schema.read(document, variables)

        async def show(of: Viewer = who[login], document: str = document, variables: dict[str, Any] = variables, names: KeptNames = names) -> Any:
            answer = await schema.execute(document, variables, Context(of, database, SETTINGS, names=names))
            assert answer.errors is None, answer.errors
            return answer.data

        sent = []
        for _ in range(2):
            with counted(database) as found:
                size = _values(await show())
            sent.append(len(found))
        turns = []
        for _ in range(rounds):
            started, app, server = time.perf_counter(), time.process_time(), cpu.used(postmaster) if postmaster else 0.0
            for _ in range(count):
                await show()
            used = time.perf_counter() - started, time.process_time() - app, (cpu.used(postmaster) if postmaster else 0.0) - server
            turns.append([one / count * 1000 for one in used])
        took, app, server = (statistics.median(one) for one in zip(*turns, strict=True))
        print(f"| {name} | {screen} | {size} | {sent[0]} | {sent[1]} | {took:.2f} | {app:.2f} | {f'{server:.2f}' if postmaster else '-'} |", flush=True)


def _values(data: Any) -> int:
    """How many values an answer has."""
    if isinstance(data, dict | list):
        return sum(map(_values, data.values() if isinstance(data, dict) else data))
    return 1


async def _open(database: Database) -> None:
    """The seed's gates are gone and nobody is inside: let them stand at their doors, and everybody be there."""
    gate = (Passage.school_id, Passage.device_id, Passage.door_id)
    async with database.begin() as session:
        await session.execute(sa.delete(DoorReader))
        for school_id, device_id, door_id in (await session.execute(sa.select(*gate).distinct())).all():
            session.add_all(DoorReader(school_id=school_id, device_id=device_id, reader=way.value, door_id=door_id, direction=way) for way in Direction)
        await session.execute(sa.update(Presence).values(inside=True))


async def seeded(url: str, size: Size) -> Database:
    """A database with the seed's schools in it, while school is in."""
    await asyncio.to_thread(migrate, url)
    if not url.startswith("sqlite"):  # plans for empty tables would check foreign keys: minutes instead of seconds
        await asyncio.to_thread(execute, url, "ALTER DATABASE school SET session_replication_role = replica")
    database = Database(url)
    await build(database, make_passwords(), TODAY, size=size)
    await _open(database)
    if not url.startswith("sqlite"):
        await asyncio.to_thread(execute, url, "ALTER DATABASE school RESET session_replication_role", "VACUUM ANALYZE")
    return database


async def both(folder: Path, cluster: PostgresServer, count: int, rounds: int, size: Size) -> None:
    """Both databases."""
    clock.use(Clock(NOW, NOW, 0))
    database = await seeded(f"sqlite+aiosqlite:///{folder}/school.db", size)
    await measure("SQLite", database, None, count, rounds)
    await database.close()
    with cluster as server:
        await asyncio.to_thread(execute, server.url(), "CREATE DATABASE school")
        postmaster = int((server.directory / "data" / "postmaster.pid").read_text().split()[0])
        database = await seeded(server.url("school"), size)
        await measure("PostgreSQL", database, postmaster, count, rounds)
        await database.close()


def main() -> None:
    """The table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    count, rounds = (5, 1) if parser.parse_args().quick else (50, 5)
    print("| database | screen | values | statements, first | again | answered in ms | app CPU ms | database CPU ms |\n|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o711)  # PostgreSQL runs as another user where we are root
        asyncio.run(both(Path(folder), PostgresServer(Path(folder) / "cluster"), count, rounds, Size.SMALL))


if __name__ == "__main__":
    main()
