"""Who leads: one relay among many, the next one at once after a resignation and otherwise when the lease has run out; and who wakes the leader."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from uuid import UUID

import pytest
import sqlalchemy as sa

from school import clock
from school.db import Database
from school.delivery import channels, lease, relay
from school.delivery.channels import Nudge
from school.delivery.models import Lease
from school.delivery.relay import LEASE, Relay
from school.outbox import FeedRow, Signal
from school.reading import WORKERS
from tests.delivery.house import another, event, eventually, listener, postgresql_only, read_feed, tell, until_published, waiting
from tests.world import World


async def test_one_leads_and_the_other_publishes_nothing(database: Database, world: World) -> None:
    leader, follower = Relay(database, Signal()), Relay(database, Signal())
    assert (await leader.publish(), await follower.publish()) == (0, 0)
    assert (leader.leading, follower.leading) == (True, False)
    held = await _lease(database)
    await tell(database, event(world, "anna", 0))
    assert await follower.publish() == 0
    assert (await waiting(database), await read_feed(database), await _lease(database)) == ([0], [], held)
    assert await leader.publish() == 1
    assert await read_feed(database) == [(1, 0)]


async def test_after_a_resignation_the_next_leads_at_once(database: Database, world: World) -> None:
    leader, follower = Relay(database, Signal()), Relay(database, Signal())
    await tell(database, event(world, "anna", 0))
    assert await leader.publish() == 1
    await leader._resign()
    assert (leader.leading, await _lease(database)) == (False, None)
    await tell(database, event(world, "anna", 1))
    assert await follower.publish() == 1
    assert await leader.publish() == 0
    assert (leader.leading, follower.leading) == (False, True)
    assert await read_feed(database) == [(1, 0), (2, 1)]


async def test_only_the_leader_can_resign(database: Database, world: World) -> None:
    leader, follower = Relay(database, Signal()), Relay(database, Signal())
    await leader.publish()
    await follower.publish()
    held = await _lease(database)
    await follower._resign()
    async with database.begin() as session:
        await lease.release(session, LEASE, world.people["anna"])
    assert held is not None
    assert (held[0], await _lease(database)) == (leader._holder, held)


async def test_a_lease_that_ran_out_goes_to_whoever_comes(database: Database, world: World) -> None:
    """The old leader finds out, changes nothing, and gets its turn when the new one is gone."""
    old, new = Relay(database, Signal()), Relay(database, Signal())
    await old.publish()
    async with database.begin() as session:
        await session.execute(sa.update(Lease).values(expires_at=clock.now() - dt.timedelta(seconds=1)))
    await tell(database, event(world, "anna", 0))
    assert await new.publish() == 1
    held = await _lease(database)
    await tell(database, event(world, "anna", 1))
    assert await old.publish() == 0
    assert (old.leading, new.leading, await waiting(database), await _lease(database)) == (False, True, [1], held)
    await new._resign()
    assert await old.publish() == 1
    assert await read_feed(database) == [(1, 0), (2, 1)]


async def test_work_that_fails_leaves_nothing_and_its_connection_goes_on(database: Database, world: World) -> None:
    """As often as a process has connections for it, and once more."""
    async def fail() -> None:
        async with database.work() as work:
            assert await lease.hold(work, LEASE, world.people["anna"], 60)
            raise ZeroDivisionError

    for _ in range(WORKERS + 1):
        with pytest.raises(ZeroDivisionError):
            await fail()
        assert await _lease(database) is None
    async with database.work() as work:
        assert await lease.hold(work, LEASE, world.people["anna"], 60)
    assert (await _lease(database) or (None,))[0] == world.people["anna"]


async def test_an_idle_leader_renews_its_lease(database: Database) -> None:
    async with _running(Relay(database, Signal(), lease_seconds=0.6)) as leader:
        await eventually(lambda: leader.leading)
        ends = {(await _lease(database) or (None, None))[1]}
        async with asyncio.timeout(30):
            while len(ends) < 3:
                held = await _lease(database)
                assert held is not None
                assert held[0] == leader._holder
                ends.add(held[1])
    assert await _lease(database) is None
    assert await read_feed(database) == []


async def test_a_bug_or_a_lost_database_is_no_end(database: Database, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a batch fails with, its events are in the next."""
    failures = [RuntimeError("a bug"), ConnectionError("away")]

    async def fail(session: object, batch: int) -> object:
        if failures:
            raise failures.pop()
        return await take(session, batch)  # type: ignore[arg-type]

    take = relay._take
    monkeypatch.setattr(relay, "_take", fail)
    await tell(database, event(world, "anna", 0))
    async with _running(Relay(database, Signal())):
        await until_published(database)
    assert failures == []
    assert await read_feed(database) == [(1, 0)]


@postgresql_only
async def test_a_process_that_ends_hands_over_at_once(database: Database, database_url: str, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its lease would have been good for an hour."""
    monkeypatch.setattr(relay, "LOOK", 0.05)
    async with another(database_url) as one, another(database_url) as two, AsyncExitStack() as until_the_end:
        async with _running(Relay(one, Signal(), lease_seconds=3600)) as first:
            await eventually(lambda: first.leading)
            second = await until_the_end.enter_async_context(_running(Relay(two, Signal())))
            await tell(database, event(world, "anna", 0))
            await until_published(database)
            assert (first.leading, second.leading) == (True, False)
        await tell(database, event(world, "anna", 1), event(world, "anna", 2))
        await until_published(database)
        assert (first.leading, second.leading) == (False, True)
    assert await read_feed(database) == [(1, 0), (2, 1), (3, 2)]


@postgresql_only
async def test_a_process_that_died_is_followed_when_its_lease_runs_out(
    database: Database, database_url: str, world: World, monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And not before."""
    async with another(database_url) as one, another(database_url) as two, AsyncExitStack() as until_the_end:
        dead = Relay(one, Signal(), lease_seconds=1)
        monkeypatch.setattr(dead, "_resign", lambda: asyncio.sleep(0))
        async with _running(dead):
            await eventually(lambda: dead.leading)
            await until_the_end.enter_async_context(_running(Relay(two, Signal())))
            await tell(database, event(world, "anna", 0))
            await until_published(database)
        held = await _lease(database)
        await tell(database, event(world, "anna", 1))
        await until_published(database)
    assert held is not None
    assert held[0] == dead._holder
    assert await read_feed(database) == [(1, 0), (2, 1)]
    async with database.read() as session:
        published = list(await session.scalars(sa.select(FeedRow.published_at).order_by(FeedRow.seq)))
    assert published[0] < held[1] < published[1]


@postgresql_only
async def test_a_nudge_from_a_process_without_a_relay_wakes_the_leader(
    database: Database, database_url: str, world: World, never_by_itself: float,
) -> None:
    async with another(database_url) as here, another(database_url) as there, _running(Relay(here, Signal(), lease_seconds=never_by_itself)) as leader:
        await eventually(lambda: leader.leading and leader._listening)
        nudge = Nudge(there)
        there.after_commit.append(nudge)
        nudging = asyncio.create_task(nudge.run())
        for number in range(5):
            await tell(there, event(world, "anna", number))
            await until_published(database)
        nudging.cancel()
        await asyncio.gather(nudging, return_exceptions=True)
    assert await read_feed(database) == [(number + 1, number) for number in range(5)]


@postgresql_only
async def test_only_who_does_not_lead_nudges(database: Database, database_url: str, world: World, never_by_itself: float) -> None:
    """The leader wakes itself; a follower tells it, once for a commit."""
    heard: list[str] = []
    async with (
        another(database_url) as here, another(database_url) as there,
        listener(database, channels.OUTBOX, heard) as until_heard, AsyncExitStack() as until_the_end,
    ):
        leader = await until_the_end.enter_async_context(_running(Relay(here, Signal(), lease_seconds=never_by_itself)))
        await eventually(lambda: leader.leading and leader._listening)
        await until_the_end.enter_async_context(_running(Relay(there, Signal())))
        for number, database_of in enumerate((here, there, here, there)):
            await tell(database_of, event(world, "anna", number))
            await until_published(database)
            await until_heard(f"{number}")
    assert heard == ["0", "", "1", "2", "", "3"]
    assert await read_feed(database) == [(number + 1, number) for number in range(4)]


@pytest.fixture
def never_by_itself(monkeypatch: pytest.MonkeyPatch) -> float:
    """A relay looks by itself so seldom that what it publishes is what it was woken for; a lease that needs no renewal meanwhile."""
    monkeypatch.setattr(relay, "LOOK", 3600.0)
    monkeypatch.setattr(relay, "LOOK_OFTEN", 3600.0)
    return 100_000.0


@asynccontextmanager
async def _running(running: Relay) -> AsyncIterator[Relay]:
    """A relay that runs until the end of the block."""
    task = asyncio.create_task(running.run())
    try:
        yield running
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert task.cancelled()


async def _lease(database: Database) -> tuple[UUID, dt.datetime] | None:
    """Who leads, and until when."""
    async with database.read() as session:
        found = (await session.execute(sa.select(Lease.holder, Lease.expires_at).where(Lease.name == LEASE))).one_or_none()
        return None if found is None else (found.holder, found.expires_at)
