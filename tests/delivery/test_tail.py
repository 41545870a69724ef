"""The tail: whatever it fails with, it pauses delivery and goes on where it was; and when it is told to end, it ends."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from typing import Any, NoReturn

import pytest

from school import clock, ids
from school.db import Database
from school.delivery import channels, feed
from school.delivery import tail as tail_module
from school.delivery.feed import Channel, Row
from school.delivery.hub import Hub
from school.delivery.tail import Tail
from school.outbox import Signal, TopicKind
from tests.delivery.house import event, eventually, house, numbers, postgresql_only, sign_in, tell
from tests.world import World


async def test_a_bug_pauses_delivery_and_loses_nothing(database: Database, database_url: str, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rights cannot be read before a batch is handed out: nobody gets it until they can."""
    viewer = await sign_in(database, world, "parent")
    flowing: list[bool] = []
    async with house(database_url) as here, here.hub.family(viewer, None, None) as subscriber, aclosing(subscriber.stream()) as stream:
        prepare, pause = here.hub.prepare, here.hub.pause

        async def fail_twice(rows: Sequence[Row]) -> None:
            flowing.append(here.hub.flowing)
            if len(flowing) < 3:
                raise RuntimeError("a bug")
            await prepare(rows)

        paused: list[int] = []
        monkeypatch.setattr(here.hub, "prepare", fail_twice)
        monkeypatch.setattr(here.hub, "pause", lambda: (paused.append(here.hub.seq), pause()))
        await tell(database, event(world, "anna", 1), event(world, "vera", 2))
        async with asyncio.timeout(30):
            assert numbers([await anext(stream), await anext(stream)]) == [1, 2]
        assert (flowing, paused, here.hub.seq, here.hub.flowing) == ([True] * 3, [0, 0], 2, True)


@postgresql_only
async def test_a_cancellation_while_the_listener_fails_is_not_forgotten(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Server and database stop at the same moment: the process must end, not listen anew."""
    cut, aborting, finish, calls = asyncio.Event(), asyncio.Event(), asyncio.Event(), []

    async def listen(_database: Database, channel: str, _hear: Callable[[str], None], ready: Callable[[], Awaitable[None]]) -> NoReturn:
        calls.append(channel)
        await ready()
        await cut.wait()
        raise ConnectionError("cut off")

    class SlowTail(Tail):
        async def _follow(self) -> NoReturn:
            try:
                await asyncio.Event().wait()
            finally:
                aborting.set()
                await finish.wait()
            raise AssertionError

    monkeypatch.setattr(channels, "listen", listen)
    hub = Hub(database)
    running: asyncio.Task[Any] = asyncio.create_task(SlowTail(database, Signal(), hub).run())
    await eventually(lambda: hub.flowing)
    cut.set()
    await aborting.wait()
    running.cancel()
    finish.set()
    await asyncio.wait({running}, timeout=10)
    assert (running.cancelled(), hub.flowing, calls) == (True, False, [channels.FEED])


async def test_what_the_relay_of_this_process_hands_over_is_not_read_again(
    database: Database, database_url: str, world: World, monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And is just what the table has, so that nobody can tell the difference. The first batch may be read: the notification of it may come first."""
    viewer, read, found = await sign_in(database, world, "parent"), feed.read_all, list[Row]()

    async def read_and_note(*how: Any) -> Sequence[Row]:
        rows = await read(*how)
        found.extend(rows)
        return rows

    monkeypatch.setattr(tail_module, "LOOK", 60.0)
    monkeypatch.setattr(feed, "read_all", read_and_note)
    async with house(database_url) as here, here.hub.family(viewer, None, None) as subscriber, aclosing(subscriber.stream()) as stream:
        rows = []
        for number, name in enumerate(("anna", "vera", "anna")):
            await tell(here.database, event(world, name, number))
            async with asyncio.timeout(30):
                rows.append(await anext(stream))
    async with database.read() as session:
        assert rows == [*await read(session, 0, 10)]
    assert found in ([], rows[:1])


def handed(*seqs: int) -> list[Row]:
    """Rows of these numbers."""
    channel = Channel(1, TopicKind.PUPIL, ids.new())
    return [Row(seq, channel, ids.new(), "test.happened", {}, clock.now(), late=False) for seq in seqs]


@pytest.mark.parametrize(("batches", "at", "found"), [
    (((1, 2), (3,)), 0, [1, 2, 3]),
    (((1, 2), (3,)), 1, [2, 3]),
    (((1, 2), (3,)), 3, []),
    (((5, 6),), 3, []),  # another process has published 4
    (((1, 2), (5, 6)), 0, []),  # another one has led meanwhile
    (((1, 2), (5, 6)), 4, [5, 6]),
])
async def test_rows_that_were_handed_over_are_taken_only_without_a_gap(
    database: Database, batches: tuple[tuple[int, ...], ...], at: int, found: list[int],
) -> None:
    hub = Hub(database)
    tail, hub.seq = Tail(database, Signal(), hub), at
    for batch in batches:
        tail.hand_over(handed(*batch))
    assert [row.seq for row in tail._next_handed()] == found


async def test_rows_that_nobody_takes_do_not_pile_up(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tail_module, "MOST_HANDED", 3)
    hub = Hub(database)
    tail, hub.seq = Tail(database, Signal(), hub), 0
    tail.hand_over(handed(1, 2))
    tail.hand_over(handed(3, 4))
    assert tail._next_handed() == []  # the gap is read
    hub.seq = 2
    assert [row.seq for row in tail._next_handed()] == [3, 4]
