"""Reactions: a consumer of the feed with its checkpoint, once among many processes, never stopped by one bad event."""

import asyncio
import dataclasses
import datetime as dt
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from school.access.events import PASSED
from school.day import reactions
from school.day.reactions import Reaction, Reactions
from school.db import Database
from school.outbox import Checkpoint, Signal, head
from tests.day.porch import REACTION, Porch, at
from tests.statements import statements


async def checkpoint(database: Database, name: str = REACTION.name) -> int | None:
    async with database.read() as session:
        return await session.scalar(sa.select(Checkpoint.seq).where(Checkpoint.consumer == name))


async def test_the_checkpoint_follows_the_feed(porch: Porch) -> None:
    await porch.passes("anna", at(8, 45))
    await porch.react()
    async with porch.database.read() as session:
        newest = await head(session)
    assert newest == 4  # to the family, at the door, to the gates; and that she came late
    assert await checkpoint(porch.database) == 3
    assert await porch.reactions.step(REACTION, 3) == (4, False)
    assert await checkpoint(porch.database) == 3  # nothing concerned it: not worth a write


async def test_what_concerns_nobody_is_stepped_over_in_strides(porch: Porch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reactions, "STRIDE", 3)
    await porch.passes("teacher", at(8, 45))
    await porch.passes("teacher", at(9, 45), "out")
    await porch.react()
    assert await checkpoint(porch.database) == 4


async def test_a_batch_that_is_full_is_followed_by_the_next(porch: Porch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reactions, "BATCH", 2)
    for name in ("anna", "boris", "vera"):
        await porch.passes(name, at(8, 45))
    await porch.react()
    assert {row[0] for row in await porch.arrivals()} == {porch.world.people[name] for name in ("anna", "boris", "vera")}


async def test_many_processes_react_once(porch: Porch) -> None:
    for number, name in enumerate(("anna", "boris", "vera")):
        await porch.passes(name, at(8, 40 + number))
    while await porch.relay.publish():
        pass
    others = [Database(porch.database.url) for _ in range(4)]
    try:
        await asyncio.gather(*(Reactions(database, Signal()).step(REACTION, 0) for database in others for _ in range(3)))
    finally:
        for database in others:
            await database.close()
    await porch.react()
    assert [(kind, payload["minutes"]) for kind, payload, _ in await porch.told()] == [("day.came_late", minutes) for minutes in (10, 11, 12)]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_process_that_dies_in_the_midst_leaves_its_batch_to_the_others(porch: Porch) -> None:
    """SQLite has one process. The other one that stepped aside must not believe that the batch is done."""
    await porch.passes("anna", at(8, 45))
    while await porch.relay.publish():
        pass
    in_the_midst, never = asyncio.Event(), asyncio.Event()

    async def react(session: AsyncSession, school_id: int, pupil_id: UUID, payload: dict[str, Any], occurred_at: dt.datetime, late: bool) -> None:
        del session, school_id, pupil_id, payload, occurred_at, late
        in_the_midst.set()
        await never.wait()

    other = Database(porch.database.url)
    dying = asyncio.create_task(Reactions(other, Signal()).step(dataclasses.replace(REACTION, react=react), 0))
    async with asyncio.timeout(30):
        await in_the_midst.wait()
    aside = await porch.reactions.step(REACTION, 0)
    assert aside == (0, False)
    dying.cancel()
    with pytest.raises(asyncio.CancelledError):
        await dying
    await other.close()
    assert await porch.reactions.step(REACTION, aside[0]) == (3, False)
    assert [row[0] for row in await porch.arrivals()] == [porch.world.people["anna"]]


async def test_an_event_that_cannot_be_digested_is_stepped_over(porch: Porch) -> None:
    """The others of its batch are reacted to, and the log says which one was not."""
    bad = porch.world.people["boris"]

    async def react(session: AsyncSession, school_id: int, pupil_id: UUID, payload: dict[str, Any], occurred_at: dt.datetime, late: bool) -> None:
        await REACTION.react(session, school_id, pupil_id, payload, occurred_at, late)
        if pupil_id == bad:
            raise LookupError("a bug")

    for name in ("anna", "boris", "vera"):
        await porch.passes(name, at(8, 45))
    while await porch.relay.publish():
        pass
    with structlog.testing.capture_logs() as logs:
        seq, more = await porch.reactions.step(dataclasses.replace(REACTION, react=react), 0)
    assert (seq, more) == (9, False)
    assert {row[0] for row in await porch.arrivals()} == {porch.world.people["anna"], porch.world.people["vera"]}
    assert [(entry["event"], entry["seq"]) for entry in logs if entry["log_level"] == "error"] == [("a reaction steps over an event", 4)]
    assert await checkpoint(porch.database) == 9


async def test_it_runs_until_cancelled_and_is_woken_by_the_feed(porch: Porch) -> None:
    heard = asyncio.Event()

    async def react(session: AsyncSession, school_id: int, pupil_id: UUID, payload: dict[str, Any], occurred_at: dt.datetime, late: bool) -> None:
        del session, school_id, payload, occurred_at, late
        if pupil_id == porch.world.people["anna"]:
            heard.set()

    running = asyncio.create_task(Reactions(porch.database, porch.signal, [Reaction("test", frozenset({PASSED}), react)]).run())
    await porch.passes("anna", at(8, 45))
    await porch.relay.publish()
    async with asyncio.timeout(4):  # less than the look that nobody asks for
        await heard.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_children_in_time_cost_a_batch_no_more_than_one_of_them(porch: Porch) -> None:
    """And the one among them who is late is noticed."""
    counts, seq = [], 0
    for names in (("anna",), ("anna",), ("anna", "boris", "anna")):
        for name in names:
            await porch.passes(name, at(8, len(counts)))
        while await porch.relay.publish():
            pass
        with statements(porch.database) as sent:
            seq, more = await porch.reactions.step(REACTION, seq)
        assert not more
        counts.append(sent)
    assert counts[1] == counts[2]  # the first makes the checkpoint
    for name, minute in (("anna", 45), ("vera", 46)):
        await porch.passes(name, at(8, minute))
    await porch.react()
    assert [row[0] for row in await porch.arrivals()] == [porch.world.people["vera"]]
