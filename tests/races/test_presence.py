"""Presence under real commits in parallel: whatever arrives first, who is inside is what the newest passage says. Naive ways must not pass."""

import asyncio
import datetime as dt
import random
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any

import pytest
import pytest_asyncio
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from school import clock
from school.access import passages, presence
from school.access.models import Passage, Presence
from school.clock import Clock
from school.db import Database
from school.outbox import OutboxRow
from school.registry.models import Device, Tap
from school.statements import Read
from tests.access.gatehouse import NOON, SECOND, Gatehouse, set_clock
from tests.world import build

TASKS = 8
GATES = ("gate", "gate 2", "gate 3", "gate 4")
PEOPLE = ("anna", "boris", "vera", "teacher", "class_teacher", "canteen", "guard", "office")
ROUNDS = 24
"""How often everybody goes through a gate."""


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    """The clock stands still."""
    set_clock(NOON)
    yield
    clock.use(Clock())


@pytest_asyncio.fixture
async def house(database_url: str) -> AsyncIterator[Gatehouse]:
    """Four gates. SQLite has one writer: a few connections, on which the tasks wait in line. PostgreSQL gets one for each task."""
    database = Database(database_url, pool_size=4 if database_url.startswith("sqlite") else TASKS)
    try:
        made = Gatehouse(database, await build(database))
        for name in GATES[1:]:
            await made.add_device(name, door="main")
        yield made
    finally:
        await database.close()


async def receive(house: Gatehouse, taps: Sequence[Tap], *, lock: bool = False) -> None:
    """A batch in a transaction of its own. `lock`: the device's row is held, as the gateway does, so that its taps come one after another."""
    async with house.database.begin() as session:
        if lock:
            await session.execute(sa.select(Device.id).where(Device.id == taps[0].device_id).with_for_update())
        session.add_all(taps)
        await session.flush()
        await passages.record_many(session, taps)


async def in_parallel(house: Gatehouse, batches: Sequence[Sequence[Tap]], *, lock: bool = False) -> None:
    """All batches, by 8 tasks at once; whatever fails, a deadlock too, fails the test."""
    queue = list(batches)

    async def take() -> None:
        while queue:
            await receive(house, queue.pop(), lock=lock)

    async with asyncio.TaskGroup() as group:
        for _ in range(TASKS):
            group.create_task(take())


def crowd(house: Gatehouse, seed: int) -> list[list[Tap]]:
    """Everybody in and out at all gates, each at a moment of their own; in batches of one gate that hold everybody, all in disorder."""
    dice = random.Random(seed)  # noqa: S311 - a crowd that can be met again
    moments = iter(dice.sample(range(3600), ROUNDS * len(PEOPLE)))
    batches = []
    for number in range(ROUNDS):
        gate = GATES[number % len(GATES)]
        batches.append([house.tap(name, dice.choice(["in", "out"]), device=gate, ago=next(moments) * SECOND) for name in PEOPLE])
        dice.shuffle(batches[-1])
    return batches


def newest(house: Gatehouse, batches: Sequence[Sequence[Tap]]) -> dict[str, tuple[bool, dt.datetime]]:
    """Where everybody must be in the end."""
    names = {id_: name for name, id_ in house.world.people.items()}
    ordered = sorted((tap for batch in batches for tap in batch), key=lambda tap: (tap.happened_at, tap.sequence))
    return {names[tap.person_id]: (tap.reader == "in", tap.happened_at) for tap in ordered if tap.person_id is not None}


async def count(house: Gatehouse) -> list[int]:
    """How many taps, passages, presences and events there are."""
    async with house.database.read() as session:
        return [await session.scalar(sa.select(sa.func.count()).select_from(table)) or 0 for table in (Tap, Passage, Presence, OutboxRow)]


async def test_the_newest_passage_wins_in_any_order_of_arrival(house: Gatehouse) -> None:
    """Each batch has the same eight persons in another order: rows must be taken in one order, or two batches wait for each other."""
    batches = crowd(house, 1)
    await in_parallel(house, batches)
    assert await house.presence() == newest(house, batches)
    assert await count(house) == [ROUNDS * len(PEOPLE)] * 2 + [len(PEOPLE), ROUNDS * len(PEOPLE)]


async def test_at_one_moment_a_device_s_sequence_wins_in_any_order_of_arrival(house: Gatehouse) -> None:
    """A bad clock: all taps of the backlog lie at the moment of receipt. Two tasks of one device wait for each other."""
    dice = random.Random(2)  # noqa: S311 - as above
    taps = [house.tap(name, dice.choice(["in", "out"]), suspect=True) for _ in range(ROUNDS) for name in PEOPLE[:3]]
    dice.shuffle(taps)
    batches = [taps[start:start + 3] for start in range(0, len(taps), 3)]
    await in_parallel(house, batches, lock=True)
    assert await house.presence() == newest(house, batches)


async def test_first_passages_of_one_person_at_all_gates_at_once(house: Gatehouse) -> None:
    """Nobody has a presence yet: every transaction wants to insert the same row."""
    for name in PEOPLE:
        batches = [[house.tap(name, way, device=gate, ago=ago * SECOND)] for ago, (gate, way) in enumerate(
            (gate, way) for gate in GATES for way in ("in", "out"))]
        await in_parallel(house, batches)
        assert (await house.presence())[name] == (True, NOON)


async def test_the_last_to_commit_does_not_win(house: Gatehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """The harness: presence that each passage simply overwrites must be caught."""

    def overwrite(_service: Any, dialect: str) -> Any:
        moved, columns = presence._MOVES.table(dialect), [column.name for column in Presence.__table__.columns]
        add = sqlite.insert if dialect == "sqlite" else postgresql.insert
        statement = add(Presence).from_select(columns, sa.select(*(moved.c[column] for column in columns)).where(sa.true()))
        return statement.on_conflict_do_update(index_elements=["school_id", "person_id"], set_={
            name: statement.excluded[name] for name in ("inside", "door_id", "changed_at")})

    monkeypatch.setattr(presence, "_move", Read(overwrite))
    batches = crowd(house, 1)
    await in_parallel(house, batches)
    assert await house.presence() != newest(house, batches)
