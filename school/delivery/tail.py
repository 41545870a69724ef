"""The tail: follows the feed in this process, once for all subscribers, and tells the hub each row in order."""

import asyncio
from typing import NoReturn

import structlog

from school import outbox
from school.db import Database
from school.delivery import channels, feed
from school.delivery.backoff import Backoff
from school.delivery.hub import Hub
from school.outbox import Signal

LOOK = 1.0
"""Seconds between looks that no wake-up asked for."""
PAGE = 500

log = structlog.get_logger()


class Tail:
    """The follower of one process. The rows come from the database; the signal and PostgreSQL's notifications only say when to look.

    When it loses its view, be it the listener or the database, delivery pauses; rights are read afresh before it goes on where it was.
    """

    def __init__(self, database: Database, signal: Signal, hub: Hub) -> None:
        self._database = database
        self._signal = signal
        self._hub = hub
        self._started = False
        self._backoff = Backoff()

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

        listening = channels.listen(self._database, channels.FEED, lambda payload: self._signal.advance(int(payload)), ready)
        tasks = [asyncio.create_task(listening), asyncio.create_task(follow())]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        for task in done:
            task.result()

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
        async with self._database.read() as session:
            rows = await feed.read_all(session, self._hub.seq, PAGE)
        if rows:
            await self._hub.prepare(rows)
            self._hub.dispatch(rows)
            self._signal.advance(self._hub.seq)
        return len(rows) == PAGE
