"""A relay that is stopped, paused, frozen or cut off in mid-batch loses nothing, doubles nothing and publishes nothing on top of the next one."""

import asyncio
import itertools
from contextlib import suppress

import asyncpg
import pytest
import sqlalchemy as sa

from school.db import Database
from school.delivery import relay
from school.delivery.relay import Relay
from school.outbox import Signal, head
from school.sets import Work
from tests.delivery.house import another, event, postgresql_only, read_feed, tell, waiting
from tests.world import World


class Halt:
    """Stops the first relay that comes in mid-batch: its events are taken and its numbers given out, and nothing is committed."""

    def __init__(self) -> None:
        self.reached, self.go = asyncio.Event(), asyncio.Event()
        self.pid = 0
        self.timeouts: tuple[str, str] | None = None

    async def __call__(self, work: Work, count: int) -> int:
        """In place of the relay's `_advance`."""
        found = await _ADVANCE(work, count)
        if not self.reached.is_set():
            if work.dialect.name == "postgresql":
                [(self.pid, idle, lock)] = await work.run(
                    "SELECT pg_backend_pid(), current_setting('idle_in_transaction_session_timeout'), current_setting('lock_timeout')", [])
                self.timeouts = idle, lock
            self.reached.set()
            await self.go.wait()
        return found


_ADVANCE = relay._advance


@pytest.fixture
def halt(monkeypatch: pytest.MonkeyPatch) -> Halt:
    """A halt for the first batch."""
    made = Halt()
    monkeypatch.setattr(relay, "_advance", made)
    return made


async def test_a_relay_that_is_stopped_anywhere_loses_and_doubles_nothing(database: Database, database_url: str, world: World) -> None:
    """Each round a relay is cancelled a little later than in the round before: before its transaction, in it, and after it."""
    await tell(database, *(event(world, "anna", number) for number in range(300)))
    whole = 0
    for round_ in itertools.count():
        async with another(database_url) as other:
            publishing = asyncio.create_task(Relay(other, Signal(), lease_seconds=0, batch=10).publish())
            for _ in range(round_ * round_):
                await asyncio.sleep(0)
            publishing.cancel()
            with suppress(asyncio.CancelledError):
                await publishing
                whole += 1
        async with database.read() as session:
            published = await head(session)
        assert await read_feed(database) == [(number + 1, number) for number in range(published)]
        assert await waiting(database) == list(range(published, 300))
        if whole == 3:
            break
    assert published >= 30


async def test_a_relay_that_is_stopped_in_mid_batch_leaves_everything_to_the_next(
    database: Database, database_url: str, world: World, halt: Halt,
) -> None:
    await tell(database, event(world, "anna", 0), event(world, "anna", 1))
    async with another(database_url) as other:
        running = asyncio.create_task(Relay(other, Signal()).run())
        await halt.reached.wait()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert running.cancelled()
    assert await read_feed(database) == []
    assert await waiting(database) == [0, 1]
    assert await Relay(database, Signal()).publish() == 2
    assert await read_feed(database) == [(1, 0), (2, 1)]


@postgresql_only
async def test_a_paused_leader_whose_lease_ran_out_still_comes_first(database: Database, database_url: str, world: World, halt: Halt) -> None:
    """The next one waits for the batch under way: its numbers come after."""
    await tell(database, *(event(world, "anna", number) for number in range(4)))
    async with another(database_url) as other:
        paused, follower = Relay(database, Signal(), lease_seconds=0, batch=2), Relay(other, Signal(), batch=10)
        first = asyncio.create_task(paused.publish())
        await halt.reached.wait()
        second = asyncio.create_task(follower.publish())
        await _blocked(other)
        assert await read_feed(database) == []
        halt.go.set()
        assert (await first, await second) == (2, 2)
        assert (await paused.publish(), paused.leading, follower.leading) == (0, False, True)
    assert await read_feed(database) == [(1, 0), (2, 1), (3, 2), (4, 3)]


@postgresql_only
async def test_a_frozen_leader_loses_its_batch_and_cannot_publish_it_any_more(database: Database, database_url: str, world: World, halt: Halt) -> None:
    """PostgreSQL ends its connection; here by hand instead of after ten seconds."""
    await tell(database, event(world, "anna", 0), event(world, "anna", 1))
    async with another(database_url) as other:
        frozen, follower = Relay(other, Signal(), lease_seconds=0), Relay(database, Signal())
        publishing = asyncio.create_task(frozen.publish())
        await halt.reached.wait()
        assert halt.timeouts == ("10s", "5s")
        async with database.engine.begin() as connection:
            await connection.execute(sa.select(sa.func.pg_terminate_backend(halt.pid)))
        assert await follower.publish() == 2
        halt.go.set()
        with pytest.raises((asyncpg.PostgresConnectionError, ConnectionError)):
            await publishing
        assert (await frozen.publish(), frozen.leading) == (0, False)
    assert await read_feed(database) == [(1, 0), (2, 1)]


async def _blocked(database: Database) -> None:
    """Wait until somebody waits for a lock."""
    async with asyncio.timeout(30):
        while True:
            async with database.engine.begin() as connection:  # as the login: a role of the service does not see what others wait for
                if await connection.scalar(sa.text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")):
                    return
