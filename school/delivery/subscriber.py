"""A subscriber: first what it has missed, from the database in pages, then the live rows, from a bounded queue. No gap, no repeat."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from typing import Protocol
from uuid import UUID

from school.context import Area, Scope
from school.delivery.feed import Channel, Row, encode_cursor
from school.delivery.rights import Family
from school.errors import Code
from school.ids import Ref
from school.updates import area_of

PAGE = 200


class Feed(Protocol):
    """What a subscriber needs of the hub."""

    seq: int
    flowing: bool

    async def read(self, channels: frozenset[Channel], seq: int, limit: int, upto: int) -> Sequence[Row]:
        """A page of the past."""


class Subscriber:
    """One open subscription. The hub offers rows, changes rights and closes; `stream` hands the rows out.

    Every row is checked against `channels` and `withheld` at the moment it is handed out, so that a right that ends stops even what is queued.
    """

    def __init__(self, feed: Feed, session_id: UUID, channels: frozenset[Channel], after: int, limit: int, *,
                 family: Family | None = None, wanted: frozenset[Ref] | None = None, scopes: frozenset[Scope] | None = None) -> None:
        self.session_id = session_id
        self.channels = channels
        self.withheld: frozenset[tuple[Ref, Area]] = frozenset()
        self.scopes = scopes
        self.family = family
        self.wanted = wanted
        self.position = after
        self.closed: Code | None = None
        self._feed = feed
        self._limit = limit
        self._queue: list[Row] = []  # short, and a deque would be large even when it is empty
        self._live_from: int | None = None
        self._ended = False
        self._waiting: asyncio.Future[None] | None = None

    @property
    def cursor(self) -> str:
        """Behind the last row that was handed out; resume with it."""
        return encode_cursor(self.position)

    def hears(self, row: Row) -> bool:
        """Whether this row may be handed out now."""
        if row.channel not in self.channels:
            return False
        if self.family is None:
            return True
        area = area_of(row.kind)
        return (self.scopes is None or Scope(area, write=False) in self.scopes) and (Ref(row.channel.school_id, row.channel.id), area) not in self.withheld

    def offer(self, row: Row) -> None:
        """A live row. While the past is still being read it is left to the pages; a full queue closes the subscription."""
        if self._ended or self._live_from is None or row.seq <= self._live_from:
            return
        if len(self._queue) >= self._limit:
            self.close(Code.FELL_BEHIND)
            return
        self._queue.append(row)
        self.wake()

    def close(self, code: Code | None) -> None:
        """End the stream, for this reason (None: the server stops). The first reason counts; what is queued is dropped and can be had by resuming."""
        if not self._ended:
            self._ended, self.closed = True, code
            self._queue.clear()
        self.wake()

    def wake(self) -> None:
        """Something has changed: the stream looks again."""
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    async def stream(self) -> AsyncGenerator[Row, None]:
        """The rows, each once and in order, until `close`; then `closed` tells why."""
        async with aclosing(self._past()) as past:
            async for row in past:
                if await self._flows() and self.hears(row):
                    self.position = row.seq
                    yield row
        while await self._flows(lambda: bool(self._queue)):
            row = self._queue.pop(0)
            if self.hears(row):
                self.position = row.seq
                yield row

    async def _past(self) -> AsyncGenerator[Row, None]:
        """Pages until the feed's present is nearly reached; from then on live rows queue up, and the small rest is read up to where they begin."""
        seq = self.position
        while await self._flows():
            upto = self._live_from if self._live_from is not None else self._feed.seq
            if seq < upto:
                page = await self._feed.read(self.channels, seq, PAGE, upto)
                for row in page:
                    yield row
                seq = page[-1].seq if len(page) == PAGE else upto
            if self._live_from is not None and seq >= self._live_from:
                return
            if self._live_from is None and seq >= upto:
                self._live_from = max(seq, self._feed.seq)

    async def _flows(self, ready: Callable[[], bool] = lambda: True) -> bool:
        """Wait while delivery is paused or there is nothing; False when the stream has ended."""
        while not self._ended:
            if self._feed.flowing and ready():
                return True
            self._waiting = asyncio.get_running_loop().create_future()
            await self._waiting
        return False
