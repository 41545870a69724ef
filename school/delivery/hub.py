"""The hub: hands each row of the feed to the subscribers of its topic, in this process, and keeps their rights up to date."""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from typing import TypeVar
from uuid import UUID

import structlog

from school.context import Context, Viewer
from school.db import Database
from school.delivery import feed, metrics, rights
from school.delivery.feed import Channel, Row
from school.delivery.subscriber import Subscriber
from school.errors import Code, Refused, not_found
from school.ids import Ref
from school.outbox import TopicKind
from school.registry import guardianship
from school.registry.events import PERSON_ERASED, PERSON_RENAMED, SCALE_RENAMED, SUBJECT_RENAMED
from school.registry.kept_names import KeptNames

SESSION_CHECK = 3.0
"""Seconds within which a subscription ends after its session."""

Key = TypeVar("Key")

log = structlog.get_logger()


class Hub:
    """All subscriptions of this process. The tail feeds it; nothing flows before it does, nor while its view of the feed is lost."""

    def __init__(self, database: Database, *, queue_limit: int = 256, names: KeptNames | None = None) -> None:
        self.seq = 0
        self.flowing = False
        self._database = database
        self._queue_limit = queue_limit
        self._names = KeptNames() if names is None else names
        self._started = asyncio.Event()
        self._reading = asyncio.Lock()
        self._subscribers: set[Subscriber] = set()
        self._by_channel: defaultdict[Channel, set[Subscriber]] = defaultdict(set)
        self._by_guardian: defaultdict[Ref, set[Subscriber]] = defaultdict(set)

    @asynccontextmanager
    async def family(self, viewer: Viewer, wanted: frozenset[Ref] | None, after: str | None) -> AsyncIterator[Subscriber]:
        """A subscription to what happens to the viewer's children, or to those `wanted`, after a cursor or from now on.

        Refused: another family's child (NOT_FOUND, as if it did not exist), a foreign cursor (BAD_CURSOR), a session that has ended (NOT_SIGNED_IN).
        """
        async with self._subscribed(viewer, frozenset(), after, wanted) as subscriber:
            if wanted is not None and subscriber.channels != feed.pupil_channels(wanted):
                raise not_found()
            yield subscriber

    @asynccontextmanager
    async def monitor(self, viewer: Viewer, channel: Channel, after: str | None) -> AsyncIterator[Subscriber]:
        """A subscription to a door, a till, a desk or an inbox, never to a pupil. Whether the viewer may see it is decided by the caller."""
        if channel.kind is TopicKind.PUPIL:
            raise not_found()
        async with self._subscribed(viewer, frozenset({channel}), after, None) as subscriber:
            yield subscriber

    async def read(self, channels: Collection[Channel], seq: int, limit: int, upto: int) -> Sequence[Row]:
        """A page of the past, for a subscriber that catches up."""
        async with self._database.read() as session:
            return await feed.read_after(session, channels, seq, limit, upto=upto)

    async def prepare(self, rows: Sequence[Row]) -> None:
        """Before rows are dispatched: guardianships that they change are read again, and names that they change are forgotten."""
        for row in rows:
            if row.kind in {PERSON_ERASED, PERSON_RENAMED, SCALE_RENAMED, SUBJECT_RENAMED}:
                self._names.forget(row.channel.school_id)
        changed = {Ref(row.channel.school_id, UUID(row.payload["guardian_id"])) for row in rows if row.kind in rights.GUARDIANSHIP_KINDS}
        affected = {subscriber for guardian in changed for subscriber in self._by_guardian.get(guardian, ())}
        await self._refresh(affected)

    def dispatch(self, rows: Sequence[Row]) -> None:
        """Hand rows out, in order, without waiting; those of one event to several topics come one by one."""
        for row in rows:
            for subscriber in tuple(self._by_channel.get(row.channel, ())):
                subscriber.offer(row)
            self.seq = row.seq

    def pause(self) -> None:
        """The view of the feed is lost: nobody gets anything until `resume`, for a right may have ended meanwhile."""
        self.flowing = False
        self._names.follow(followed=False)
        metrics.LISTENING.set(0)

    async def resume(self, seq: int | None = None) -> None:
        """The feed is followed again, at its first start from `seq` on: rights are read afresh before anything flows."""
        await self._check_sessions()
        await self._refresh([subscriber for subscriber in self._subscribers if subscriber.family])
        if seq is not None:
            self.seq = seq
        self._names.follow(followed=True)
        self.flowing = True
        metrics.LISTENING.set(1)
        self._started.set()
        for subscriber in self._subscribers:
            subscriber.wake()

    async def check_sessions(self, seconds: float = 0) -> None:
        """Close the subscriptions whose session has expired or was revoked, over so many seconds. A database that is away is the tail's matter."""
        ends = time.monotonic() + seconds
        try:
            await self._check_sessions(seconds)
        except Exception as error:  # noqa: BLE001 - whatever it is, the next look may succeed, and the process must not end for it
            log.warning("sessions not checked", error=type(error).__name__)
        await asyncio.sleep(ends - time.monotonic())

    async def run(self) -> None:
        """Watch the sessions until cancelled, a few at a time: to look at thousands in one go would hold up what is delivered."""
        while True:
            await self.check_sessions(SESSION_CHECK / 2)  # one that comes during a round is looked at in the next

    def close(self) -> None:
        """The server stops: every stream ends; clients resume elsewhere."""
        for subscriber in tuple(self._subscribers):
            subscriber.close(None)
        self._started.set()

    async def _check_sessions(self, seconds: float = 0) -> None:
        subscribers = tuple(self._subscribers)
        for start in range(0, len(subscribers), rights.AT_ONCE):
            some = subscribers[start:start + rights.AT_ONCE]
            valid = await rights.standing(self._database.reader(), {subscriber.session_id for subscriber in some})
            for subscriber in some:
                if subscriber.session_id not in valid:
                    subscriber.close(Code.NOT_SIGNED_IN)
            await asyncio.sleep(seconds * 0.9 * len(some) / len(subscribers))

    @asynccontextmanager
    async def _subscribed(self, viewer: Viewer, channels: frozenset[Channel], after: str | None, wanted: frozenset[Ref] | None) -> AsyncIterator[Subscriber]:
        """Registered before its rights are read, so that a change of them cannot fall between."""
        if viewer.account_id is None or viewer.session_id is None:
            raise Refused(Code.NOT_SIGNED_IN, "Sign in first.")
        await self._started.wait()
        place = None
        if after is not None:
            async with self._database.read() as session:
                place = await feed.place(session, after)
        family = None if channels else await rights.family_of(self._database.reader(), viewer.account_id)
        subscriber = Subscriber(
            self, viewer.session_id, channels, self.seq if place is None else place, self._queue_limit, family=family, wanted=wanted, scopes=viewer.scopes)
        self._add(subscriber)
        try:
            if viewer.session_id not in await rights.standing(self._database.reader(), {viewer.session_id}):
                raise Refused(Code.NOT_SIGNED_IN, "Sign in first.")
            await self._refresh([subscriber] if family else [])
            yield subscriber
        finally:
            self._remove(subscriber)

    def _add(self, subscriber: Subscriber) -> None:
        self._subscribers.add(subscriber)
        for channel in subscriber.channels:
            self._by_channel[channel].add(subscriber)
        for guardian in subscriber.family.guardians if subscriber.family else ():
            self._by_guardian[guardian].add(subscriber)
        metrics.SUBSCRIBERS.inc()

    def _remove(self, subscriber: Subscriber) -> None:
        self._subscribers.discard(subscriber)
        self._follow(subscriber, frozenset())
        for guardian in subscriber.family.guardians if subscriber.family else ():
            _drop(self._by_guardian, guardian, subscriber)
        metrics.SUBSCRIBERS.dec()
        if subscriber.closed is not None:
            metrics.CLOSED.labels(subscriber.closed.value).inc()

    async def _refresh(self, subscribers: Collection[Subscriber]) -> None:
        """Read the children of these families and let each follow its own. One at a time: an older reading must not be applied after a newer one."""
        if not subscribers:
            return
        async with self._reading:
            guardians = {guardian for subscriber in subscribers if subscriber.family for guardian in subscriber.family.guardians}
            children = await guardianship.children_of(self._database.reader(), guardians)
            for subscriber in subscribers:
                if subscriber not in self._subscribers or subscriber.family is None:
                    continue
                opened = subscriber.family.opened(children)
                own = frozenset(opened)
                subscriber.withheld = guardianship.withheld_of(opened)
                self._follow(subscriber, feed.pupil_channels(own if subscriber.wanted is None else own & subscriber.wanted))

    def _follow(self, subscriber: Subscriber, channels: frozenset[Channel]) -> None:
        """Change what a subscriber hears. One that asked for certain children ends when none of them is its own any more."""
        for channel in subscriber.channels - channels:
            _drop(self._by_channel, channel, subscriber)
        for channel in channels - subscriber.channels:
            self._by_channel[channel].add(subscriber)
        lost = subscriber.wanted is not None and subscriber.channels and not channels
        subscriber.channels = channels
        if lost:
            subscriber.close(Code.NOT_FOUND)


def _drop(index: dict[Key, set[Subscriber]], key: Key, subscriber: Subscriber) -> None:
    """Out of an index, and the key with its last one."""
    found = index.get(key)
    if found is not None:
        found.discard(subscriber)
        if not found:
            del index[key]


def hub_of(context: Context) -> Hub:
    """The hub of the process that serves this request."""
    if not isinstance(context.live, Hub):
        raise TypeError("this process delivers nothing")
    return context.live
