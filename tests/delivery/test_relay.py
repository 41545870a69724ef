"""The relay's numbers: gapless, in the order of publication, whatever the order of commits and whenever a relay is stopped."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace

import pytest
import sqlalchemy as sa

from school.db import Database
from school.delivery import channels, feed, relay
from school.delivery.relay import BATCH, Relay
from school.outbox import FeedRow, OutboxRow, Signal, Topic, TopicKind, append, head
from tests.delivery.house import another, event, feed_of, listener, postgresql_only, read_feed, tell, until_published, waiting
from tests.world import World

ORDERS = list(itertools.permutations(range(4)))
"""The orders in which four transactions may commit."""


class FeedReader:
    """Reads what a relay has published, each time all after the last number it saw."""

    def __init__(self, database: Database) -> None:
        self.seen: list[int] = []
        self._database, self._relay, self._seq = database, Relay(database, Signal()), 0

    async def look(self) -> None:
        """Let the relay publish what is committed, then read."""
        await self._relay.publish()
        async with self._database.read() as session:
            rows = await feed.read_all(session, self._seq, 100)
        assert [row.seq for row in rows] == list(range(self._seq + 1, self._seq + 1 + len(rows)))
        self.seen += [row.payload["number"] for row in rows]
        self._seq += len(rows)


class NaiveReader:
    """What the relay is there to prevent: reads the outbox itself, each time all after the last position it saw."""

    def __init__(self, database: Database) -> None:
        self.seen: list[int] = []
        self._database, self._position = database, 0

    async def look(self) -> None:
        """Read."""
        async with self._database.read() as session:
            rows = (await session.execute(sa.select(OutboxRow.position, OutboxRow.payload).where(OutboxRow.position > self._position).order_by(
                OutboxRow.position))).all()
        self.seen += [row.payload["number"] for row in rows]
        self._position = max((row.position for row in rows), default=self._position)


async def overtake(database: Database, world: World, order: Iterable[int], look: Callable[[], Awaitable[None]]) -> None:
    """Transactions append 0, 1, 2, … in this order, and commit in another; a look before the first commit and after each."""
    order = list(order)
    commits = [asyncio.Event() for _ in order]

    async def write(number: int, appended: asyncio.Event) -> None:
        async with database.begin() as session:
            await append(session, event(world, "anna", number))
            appended.set()
            await commits[number].wait()

    writing = []
    for number in range(len(order)):
        appended = asyncio.Event()
        writing.append(asyncio.create_task(write(number, appended)))
        await appended.wait()
    await look()
    for number in order:
        commits[number].set()
        await writing[number]
        await look()


@postgresql_only
async def test_commits_out_of_order_are_numbered_as_they_are_published(database: Database, world: World) -> None:
    reader, expected = FeedReader(database), []
    for order in ORDERS:
        await overtake(database, world, order, reader.look)
        expected += order
    assert reader.seen == expected
    assert await read_feed(database) == list(enumerate(expected, 1))
    assert await waiting(database) == []


@postgresql_only
async def test_a_reader_of_positions_would_lose_what_commits_late(database: Database, world: World) -> None:
    """The harness has teeth: only what commits in the order of positions is seen."""
    for order in ORDERS:
        reader = NaiveReader(database)
        async with database.begin() as session:
            await session.execute(sa.delete(OutboxRow))
        await overtake(database, world, order, reader.look)
        assert reader.seen == [number for place, number in enumerate(order) if number == max(order[:place + 1])]
    assert len(await waiting(database)) == 4


async def test_what_is_rolled_back_leaves_no_gap(database: Database, world: World) -> None:
    async def fail() -> None:
        async with database.begin() as session:
            await append(session, event(world, "anna", 0))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    await tell(database, event(world, "anna", 1))
    assert await Relay(database, Signal()).publish() == 1
    assert await read_feed(database) == [(1, 1)]


async def test_a_reader_in_parallel_sees_every_number_in_its_order(database: Database, database_url: str, world: World) -> None:
    """Eight writers; on PostgreSQL two relays whose lease runs out at once, so that they keep taking over from each other."""
    count, seen = 200, []

    async def write(numbers: Iterable[int]) -> None:
        for number in numbers:
            await tell(database, event(world, "anna", number), event(world, "boris", number))

    async def publish(moved: list[int]) -> None:
        async with another(database_url) as other:
            publisher = Relay(other, Signal(), lease_seconds=0, batch=7)
            while len(seen) < 2 * count:
                moved.append(await publisher.publish())
                await asyncio.sleep(0.001)  # SQLite's lock is not fair

    async def read() -> None:
        async with another(database_url) as other:
            while len(seen) < 2 * count:
                async with other.read() as session:
                    found = list(await session.scalars(sa.select(FeedRow.seq).where(FeedRow.seq > len(seen)).order_by(FeedRow.seq)))
                assert found == list(range(len(seen) + 1, len(seen) + 1 + len(found)))
                seen.extend(found)

    relays: list[list[int]] = [[]] if database.sqlite else [[], []]
    async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
        queue = iter(range(count))
        for work in (*(write(queue) for _ in range(8)), *(publish(moved) for moved in relays), read()):
            tasks.create_task(work)
    assert sum(sum(moved) for moved in relays) == 2 * count
    assert all(sum(moved) for moved in relays)
    assert [seq for seq, _ in await read_feed(database)] == list(range(1, 2 * count + 1))
    for name in ("anna", "boris"):
        assert sorted(number for _, number in await feed_of(database, world.people[name])) == list(range(count))


async def test_one_row_for_each_topic(database: Database, world: World) -> None:
    """An event's rows stand together; one that nobody follows is taken away and has no number."""
    topics = (Topic(TopicKind.PUPIL, world.people["anna"]), Topic(TopicKind.DOOR, world.doors["main"]), Topic(TopicKind.PUPIL, world.people["vera"]))
    events = [replace(event(world, "anna", number), topics=topics[:number], late=number == 1) for number in (3, 0, 1)]
    await tell(database, *events)
    signal = Signal()
    assert await Relay(database, signal).publish() == 3
    async with database.read() as session:
        found = (await session.execute(sa.select(*FeedRow.__table__.c).order_by(FeedRow.seq))).all()
        assert await head(session) == signal.seq == 4
    places = ((1, 0, topics[0]), (2, 0, topics[1]), (3, 0, topics[2]), (4, 2, topics[0]))
    for row, (seq, place, topic) in zip(found, places, strict=True):
        told = events[place]
        assert (row.seq, row.school_id, row.topic_kind, row.topic_id, row.event_id) == (seq, 1, topic.kind, topic.id, told.id)
        assert (row.kind, row.version, row.payload, row.occurred_at, row.late) == (told.kind, 1, told.payload, told.occurred_at, told.late)
    assert await waiting(database) == []


async def test_events_without_topics_move_nothing(database: Database, world: World) -> None:
    signal = Signal()
    await tell(database, replace(event(world, "anna", 1), topics=()), replace(event(world, "anna", 2), topics=()))
    assert await Relay(database, signal).publish() == 2
    assert await waiting(database) == await read_feed(database) == []
    async with database.read() as session:
        assert await head(session) == signal.seq == 0


async def test_more_events_than_a_batch_are_published_without_a_rest(database: Database, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """All were there before, so that nothing wakes the relay between its batches."""
    monkeypatch.setattr(relay, "LOOK", 3600.0)
    monkeypatch.setattr(relay, "LOOK_OFTEN", 3600.0)
    count = 2 * BATCH + 50
    await tell(database, *(event(world, "anna", number) for number in range(count)))
    running = asyncio.create_task(Relay(database, Signal(), lease_seconds=10_000).run())
    await until_published(database)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert await read_feed(database) == [(number + 1, number) for number in range(count)]


@postgresql_only
async def test_others_are_told_once_for_each_batch(database: Database, world: World) -> None:
    """With the head after it; where nothing was published, nothing is told."""
    heard: list[str] = []
    async with listener(database, channels.FEED, heard) as until_heard:
        publisher = Relay(database, Signal())
        await tell(database, *(replace(event(world, "anna", number), topics=event(world, "anna", 0).topics * 2) for number in range(2 * BATCH + 50)))
        assert [await publisher.publish() for _ in range(4)] == [BATCH, BATCH, 50, 0]
        await tell(database, replace(event(world, "anna", 1), topics=()))
        assert await publisher.publish() == 1
        await tell(database, event(world, "anna", 1))
        assert await publisher.publish() == 1
        await until_heard("end")
    assert heard == [str(2 * BATCH), str(4 * BATCH), str(4 * BATCH + 100), str(4 * BATCH + 101), "end"]
