"""The relay: moves committed events from the outbox into the feed and numbers them. One leads among all processes.

Two locks make it right, not the lease's time: the lease's row and the feed head's row stay locked until the batch commits, so that batches
never interleave and a number never becomes visible before a smaller one. The lease only decides who does the work.

In the same transaction the record gets an entry for each change that an account has made to a pupil's record: once, as each event is published once.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
import structlog

from school import clock, sets
from school.context import Role
from school.db import Database
from school.delivery import channels, lease, metrics
from school.delivery.backoff import Backoff
from school.delivery.feed import Row, as_row
from school.outbox import FeedHead, FeedRow, OutboxRow, Signal, TopicKind
from school.record.entries import Entries, Entry
from school.record.models import RecordAction
from school.sets import Addition, Work
from school.statements import Asking, Read, given
from school.updates import area_of

LEASE = "relay"
LEASE_SECONDS = 5.0
BATCH = 200
"""Events of one transaction. Most have one to three topics; a homework has one for each pupil of its class."""
LOOK, LOOK_OFTEN = 1.0, 0.25
"""Seconds between looks nobody asked for: with a wake-up that works, and without."""

log = structlog.get_logger()


class Relay:
    """The relay of one process. It waits until it leads; `leading` tells others of this process whether it does.

    `hand_over` gets the rows of each batch once it is committed: whoever follows the feed in this process need not read them.
    """

    def __init__(
        self, database: Database, signal: Signal, *, lease_seconds: float = LEASE_SECONDS, batch: int = BATCH,
        hand_over: Callable[[Sequence[Row]], None] | None = None,
    ) -> None:
        self.leading = False
        self._hand_over = hand_over
        self._database = database
        self._signal = signal
        self._lease_seconds = lease_seconds
        self._batch = batch
        self._holder = uuid4()
        self._held_at = 0.0
        self._woken = asyncio.Event()
        self._listening = database.sqlite
        self._record = Entries()

    def wake(self) -> None:
        """The outbox has grown; `run` puts this into `database.after_commit`."""
        self._woken.set()

    async def run(self) -> None:
        """Publish until cancelled; then the lease is given back."""
        nudge = channels.Nudge(self._database, needed=lambda: not self.leading)
        tell: list[Callable[[], None]] = [self.wake] if self._database.sqlite else [self.wake, nudge]
        self._database.after_commit.extend(tell)
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._work())
                if not self._database.sqlite:
                    tasks.create_task(self._listen())
                    tasks.create_task(nudge.run())
        finally:
            for one in tell:
                self._database.after_commit.remove(one)
            await self._resign()

    async def publish(self) -> int:
        """Move one batch; how many events it had. Takes or renews the lease, and does nothing when another process holds it."""
        head = moved = 0
        rows = list[dict[str, Any]]()
        async with self._database.work() as work:
            leading = await lease.hold(work, LEASE, self._holder, self._lease_seconds)
            if leading:
                events = await _take(work, self._batch)
                moved = len(events)
                count = sum(len(event.topics) for event in events)
                await self._record.write(work, _changes(events))
                if count:
                    head = await _advance(work, count)
                    rows = _number(events, head - count)
                    await _PUBLICATION.run(work, rows)
        self._lead(leading)
        if rows:
            metrics.PUBLISHED.inc(len(rows))
            if self._hand_over is not None:
                self._hand_over([as_row(row) for row in rows])
            self._signal.advance(head)
        return moved

    def _lead(self, leading: bool) -> None:
        if leading != self.leading:
            log.info("relay leads" if leading else "relay follows", holder=str(self._holder))
        self.leading = leading
        self._held_at = time.monotonic()
        metrics.LEADING.set(leading)

    async def _work(self) -> None:
        backoff = Backoff()
        while True:
            woken = self._woken.is_set()
            self._woken.clear()
            try:
                moved = await self.publish() if (woken and self.leading) or await self._due() else 0
            except Exception as error:  # noqa: BLE001 - whatever it is, the events wait in the outbox, and another process may fare better
                self._lead(False)
                log.warning("relay failed", error=type(error).__name__)
                await backoff.pause()
                continue
            backoff.reset()
            if moved < self._batch:
                await self._rest()

    async def _due(self) -> bool:
        """Whether there is something to publish, the lease to renew, or a lease to win. One read."""
        async with self._database.read() as session:
            obtainable = lease.obtainable(self._database.engine.dialect.name, LEASE, self._holder)
            found = (await session.execute(sa.select(obtainable.label("obtainable"), sa.exists().select_from(OutboxRow).label("waiting")))).one()
        if not found.obtainable:
            self._lead(False)
        stale = time.monotonic() - self._held_at > self._lease_seconds / 3
        return bool(found.obtainable and (found.waiting or stale or not self.leading))

    async def _rest(self) -> None:
        """Until the next wake-up. One that does not lead is not woken by commits: it only looks whether the leader has gone."""
        if not self.leading:
            await asyncio.sleep(min(LOOK, self._lease_seconds / 3))
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(min(LOOK if self._listening else LOOK_OFTEN, self._lease_seconds / 3)):
                await self._woken.wait()

    async def _listen(self) -> None:
        """Be woken by writers of other processes. While this fails, the relay looks more often."""
        backoff = Backoff()

        async def ready() -> None:
            self._listening = True
            backoff.reset()
            self.wake()

        while True:
            try:
                await channels.listen(self._database, channels.OUTBOX, lambda _payload: self.wake(), ready)
            except Exception as error:  # noqa: BLE001 - the connection is made anew, whatever ended it
                log.warning("relay does not hear the outbox", error=type(error).__name__)
            self._listening = False
            await backoff.pause()

    async def _resign(self) -> None:
        if not self.leading:
            return
        self._lead(False)
        try:
            async with asyncio.timeout(2), self._database.begin() as session:
                await lease.release(session, LEASE, self._holder)
        except Exception as error:  # noqa: BLE001 - at the end of the process: the lease runs out by itself
            log.warning("relay keeps its lease", error=type(error).__name__)


_PUBLICATION = Addition(FeedRow)


@Read
def _oldest(_service: Asking, _dialect: str) -> Any:
    oldest = sa.select(OutboxRow.position).order_by(OutboxRow.position).limit(given("batch", sa.Integer())).scalar_subquery()
    return sa.delete(OutboxRow).where(OutboxRow.position.in_(oldest)).returning(*OutboxRow.__table__.c)


@Read
def _head(_service: Asking, dialect: str) -> Any:
    told = [] if dialect == "sqlite" else [sa.func.pg_notify(channels.FEED, sa.cast(FeedHead.seq, sa.Text())).label("told")]
    return sa.update(FeedHead).values(seq=FeedHead.seq + given("count", sa.BigInteger())).returning(FeedHead.seq, *told)


async def _take(work: Work, batch: int) -> Sequence[Any]:
    """The oldest events, out of the outbox, in order of position."""
    return sorted(await sets.find(work, _oldest, batch=batch), key=lambda row: row.position)


async def _advance(work: Work, count: int) -> int:
    """Give out numbers: the last of them, which other processes are told with the commit. The row stays locked, so that whoever comes next has greater numbers
    and commits later.
    """
    [found] = await sets.find(work, _head, count=count)
    return int(found.seq)


def _number(events: Sequence[Any], seq: int) -> list[dict[str, Any]]:
    """The feed's rows: one for each topic of each event, counted on from `seq`."""
    now, rows = clock.now(), []
    for event in events:
        for kind, topic_id in event.topics:
            seq += 1
            rows.append({
                "seq": seq, "school_id": event.school_id, "topic_kind": TopicKind(kind), "topic_id": UUID(topic_id), "event_id": event.event_id,
                "kind": event.kind, "version": event.version, "payload": event.payload, "occurred_at": event.occurred_at, "late": event.late,
                "published_at": now,
            })
    return rows


def _changes(events: Sequence[Any]) -> list[Entry]:
    """Of what accounts have done, an entry for each pupil to whose family it is told; and of what anybody has, for each person whom it concerns untold.

    What devices and the service itself tell is in the feed alone. What concerns somebody and is no account's doing was an operator's command.
    """
    return [
        Entry(
            school_id=event.school_id, person_id=UUID(person), area=area_of(event.kind), action=RecordAction.CHANGED, at=event.appended_at,
            account_id=event.actor_id, role=Role(event.actor_role) if event.actor_role else None, kind=event.kind,
        )
        for event in events
        for person in (*(topic_id for kind, topic_id in event.topics if kind == TopicKind.PUPIL and event.actor_id is not None), *event.concerns)
    ]
