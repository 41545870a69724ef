"""The tail: follows the feed in this process, once for all subscribers, and tells the hub each row in order."""

import asyncio
from collections import deque
from collections.abc import Sequence
from itertools import islice
from typing import NoReturn

import structlog

from school import outbox
from school.db import Database
from school.delivery import channels, feed
from school.delivery.backoff import Backoff
from school.delivery.feed import Row
from school.delivery.hub import Hub
from school.outbox import Signal

LOOK = 1.0
"""Seconds between looks that no wake-up asked for."""
PAGE = 500
MOST_HANDED = 10_000
"""Rows of the relay's that wait; more are forgotten, and read when it is their turn."""

log = structlog.get_logger()


class Tail:
    """The follower of one process. The rows come from the database; the signal and PostgreSQL's notifications only say when to look.

    When it loses its view, be it the listener or the database, delivery pauses; rights are read afresh before it goes on where it was.
    """

    def __init__(self, database: Database, signal: Signal, hub: Hub) -> None:
        self._handed: deque[Row] = deque()
        self._handing = False
        self._database = database
        self._signal = signal
        self._hub = hub
        self._started = False
        self._backoff = Backoff()

    def hand_over(self, rows: Sequence[Row]) -> None:
        """What this process's relay has published: committed, in order and without a gap. What comes beside it (another one has led) is read instead."""
        self._handing = True
        if (self._handed and self._handed[-1].seq + 1 != rows[0].seq) or len(self._handed) + len(rows) > MOST_HANDED:
            self._handed.clear()
        self._handed.extend(rows)

    async def run(self) -> NoReturn:
        """Follow until cancelled."""
        while True:
            try:
                if self._database.sqlite:
                    await self._begin()
                    await self._follow()
                else:
                    await self._listen()
            except Exception as error:  # noqa: BLE001 - whatever it is: nobody gets anything until the view is whole again
                log.warning("the feed is lost", error=type(error).__name__)
            finally:
                self._hub.pause()
            await self._backoff.pause()

    async def _listen(self) -> None:
        """Follow while the listener hears; either failing ends both.

        No TaskGroup: before Python 3.13 it forgets that it was cancelled when a task of its own fails at the same moment, and the process would never end.
        """
        heard = asyncio.Event()

        async def ready() -> None:
            heard.set()

        async def follow() -> None:
            await heard.wait()
            await self._begin()
            await self._follow()

        listening = channels.listen(self._database, channels.FEED, lambda payload: self._hear(int(payload)), ready)
        tasks = [asyncio.create_task(listening), asyncio.create_task(follow())]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        for task in done:
            task.result()

    def _hear(self, seq: int) -> None:
        """Of what this process's relay has published it is heard a moment before it is handed over: there is nothing to read. Should another one publish now,
        the next look finds it, and from then on it is heard of.
        """
        if not self._handing:
            self._signal.advance(seq)

    async def _begin(self) -> None:
        """From the head at the first time, later from where it stopped."""
        head: int | None = None
        if not self._started:
            async with self._database.read() as session:
                head = await outbox.head(session)
        await self._hub.resume(head)
        self._started = True
        self._backoff.reset()

    async def _follow(self) -> NoReturn:
        while True:
            if not await self._step():
                await self._signal.wait_beyond(self._hub.seq, LOOK)

    async def _step(self) -> bool:
        """Read and dispatch what is new; whether more may be there."""
        rows: Sequence[Row] = self._next_handed()
        if not rows:
            async with self._database.read() as session:
                rows = await feed.read_all(session, self._hub.seq, PAGE)
            if rows and not (self._handed and self._handed[-1].seq >= rows[-1].seq):
                self._handing = False
        if rows:
            await self._hub.prepare(rows)
            self._hub.dispatch(rows)
            self._signal.advance(self._hub.seq)
        return len(rows) == PAGE

    def _next_handed(self) -> list[Row]:
        """The rows behind the hub's place, if they were handed over."""
        while self._handed and self._handed[0].seq <= self._hub.seq:
            self._handed.popleft()
        if not self._handed or self._handed[0].seq != self._hub.seq + 1:
            return []
        return list(islice(self._handed, PAGE))
