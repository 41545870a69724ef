"""The tail: whatever it fails with, it pauses delivery and goes on where it was; and when it is told to end, it ends."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from typing import Any, NoReturn

import pytest

from school.db import Database
from school.delivery import channels
from school.delivery.feed import Row
from school.delivery.hub import Hub
from school.delivery.tail import Tail
from school.outbox import Signal
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
