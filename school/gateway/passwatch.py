"""Pass watch: tells the gates that long-poll at this process when something of their school changes their list, at one statement for all of them."""

import asyncio
import time
from collections import Counter

import sqlalchemy as sa

from school.db import Database
from school.ids import Ref
from school.outbox import FeedRow, Signal, TopicKind, head

LOOK_EVERY_SECONDS = 5.0
"""A signal is no promise: who waits looks by himself now and then."""
MOST_WAITING = 2048
"""So many polls wait at once in a process; a further one is answered at once."""
MOST_OF_A_DEVICE = 2
"""One that was broken off without our knowledge, and the next."""


class PassWatch:
    """Follows the passes' topics of all schools, only while somebody waits."""

    def __init__(self, database: Database, signal: Signal) -> None:
        self._database = database
        self._signal = signal
        self._looking = asyncio.Lock()
        self._from = 0      # rows up to here were never looked at
        self._seen = 0
        self._newest: dict[int, int] = {}
        self._waiting = 0
        self._of_device: Counter[Ref] = Counter()
        self._closed = asyncio.Event()

    def close(self) -> None:
        """End every wait, now and from now on."""
        self._closed.set()

    async def wait(self, device: Ref, seq: int, seconds: float) -> None:
        """Return when the pass list of the device's school may be newer than at `seq`, after `seconds` at the latest. Holds no connection meanwhile.

        At once where too many wait already: 2048 in this process, or 2 of this device.
        """
        if self._waiting >= MOST_WAITING or self._of_device[device] >= MOST_OF_A_DEVICE:
            return
        self._waiting += 1
        self._of_device[device] += 1
        watching = asyncio.ensure_future(self._wait(device.school_id, seq, time.monotonic() + seconds))
        closing = asyncio.ensure_future(self._closed.wait())
        try:
            await asyncio.wait({watching, closing}, return_when=asyncio.FIRST_COMPLETED)
            if watching.done():
                watching.result()
        finally:
            watching.cancel()
            closing.cancel()
            self._waiting -= 1
            self._of_device[device] -= 1
            if not self._of_device[device]:
                del self._of_device[device]

    async def _wait(self, school_id: int, seq: int, deadline: float) -> None:
        async with self._looking:
            if not self._seen:
                await self._begin()
        known = seq
        while (remaining := deadline - time.monotonic()) > 0:
            grown = await self._signal.wait_beyond(known, min(remaining, LOOK_EVERY_SECONDS))
            known = max(known, self._signal.seq)
            if await self._changed(school_id, seq, look=not grown):
                return

    async def _changed(self, school_id: int, seq: int, *, look: bool) -> bool:
        """Whether the school's list has changed after `seq`. Of many that ask at once, the first looks for all; `look` insists."""
        before = self._seen
        async with self._looking:
            if self._signal.seq > self._seen or (look and self._seen == before):
                await self._look()
        return seq < self._from or self._newest.get(school_id, 0) > seq

    async def _begin(self) -> None:
        """From the feed's head on; who has an older version is answered at once, and comes back with a newer one."""
        async with self._database.read() as session:
            self._from = self._seen = await head(session)

    async def _look(self) -> None:
        """Read what the feed has gained: by its key, so that it costs what is new and not what is there."""
        statement = (
            sa.select(FeedRow.school_id, sa.func.max(FeedRow.seq).filter(FeedRow.topic_kind == TopicKind.PASSES), sa.func.max(FeedRow.seq))
            .where(FeedRow.seq > self._seen).group_by(FeedRow.school_id)
        )
        async with self._database.read() as session:
            rows = (await session.execute(statement)).all()
        for school_id, passes, newest in rows:
            self._newest[school_id] = max(self._newest.get(school_id, 0), passes or 0)
            self._seen = max(self._seen, newest)
