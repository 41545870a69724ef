"""The outbox: an event is written in the transaction of the change it tells of; the relay numbers it into the feed."""

import asyncio
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from school import clock, ids
from school.db import Base, BigIdentity, Rows, enumerated
from school.ids import Ref
from school.reading import Reader
from school.row_security import Identity
from school.sets import Addition
from school.statements import SERVICE, Asking, Many, Read, any_of, given


class TopicKind(StrEnum):
    """What a topic is about."""

    PUPIL = "pupil"
    DOOR = "door"
    TILL = "till"
    DESK = "desk"  # a desk device, whose taps the office watches
    INBOX = "inbox"  # a guardian, or one of the staff: what is written to this person
    PASSES = "passes"  # whatever changes a gate's pass list; one topic for each school


class Topic(NamedTuple):
    """To whom an event is told: one row of the feed for each."""

    kind: TopicKind
    id: UUID


PASSES = Topic(TopicKind.PASSES, UUID(int=0))
"""The one topic of a school that its gates follow."""


@dataclass(frozen=True, slots=True)
class Event:
    """What happened. The payload carries ids and values, never names; ids in it are plain UUID texts.

    `concerns` are persons whose record it changes beside the pupils among its topics: it is not told to them, but they may read that it was done.
    `role` is in which role it was caused, where that is not the highest that the viewer holds in the school.
    """

    kind: str
    school_id: int
    topics: tuple[Topic, ...]
    payload: Mapping[str, Any]
    occurred_at: dt.datetime
    late: bool = False
    version: int = 1
    id: UUID = field(default_factory=ids.new)
    concerns: tuple[UUID, ...] = ()
    role: str | None = None


class OutboxRow(Base):
    """An event that is committed and not yet published. `position` orders rows only roughly: transactions commit out of order.

    `actor_id` is the account that caused it, in which role; null where the service itself did, or a device.
    """

    __tablename__ = "outbox"

    position: Mapped[int] = mapped_column(BigIdentity, primary_key=True, autoincrement=True)
    school_id: Mapped[int] = mapped_column(sa.ForeignKey("school.id"))
    event_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(sa.String(64))
    version: Mapped[int] = mapped_column(sa.SmallInteger)
    topics: Mapped[list[Any]]
    payload: Mapped[dict[str, Any]]
    occurred_at: Mapped[dt.datetime]
    late: Mapped[bool]
    appended_at: Mapped[dt.datetime]
    actor_id: Mapped[UUID | None]
    actor_role: Mapped[str | None] = mapped_column(sa.String(24))
    concerns: Mapped[list[Any]]


class FeedRow(Base):
    """A published event for one topic. `seq` is deployment-wide and grows in the order of commit: nothing appears behind a reader.

    On PostgreSQL it is in parts by `seq` (ADR 13).
    """

    __tablename__ = "feed"

    seq: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)
    school_id: Mapped[int] = mapped_column(sa.ForeignKey("school.id"))
    topic_kind: Mapped[TopicKind] = mapped_column(enumerated(TopicKind, "topic_kind"))
    topic_id: Mapped[UUID]
    event_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(sa.String(64))
    version: Mapped[int] = mapped_column(sa.SmallInteger)
    payload: Mapped[dict[str, Any]]
    occurred_at: Mapped[dt.datetime]
    late: Mapped[bool]
    published_at: Mapped[dt.datetime]

    __table_args__ = (sa.Index("ix_feed_topic", "school_id", "topic_kind", "topic_id", "seq"),)


class FeedHead(Base):
    """The last number given out; one row, locked by the relay while it publishes a batch. Rows up to `floor` have been removed for their age."""

    __tablename__ = "feed_head"

    id: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(sa.BigInteger)
    floor: Mapped[int] = mapped_column(sa.BigInteger, default=0, server_default="0")


class Checkpoint(Base):
    """How far a consumer of the feed has come."""

    __tablename__ = "checkpoint"

    consumer: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    seq: Mapped[int] = mapped_column(sa.BigInteger)


_ADDITION = Addition(OutboxRow, *(column.key for column in OutboxRow.__table__.columns if column.key != "position"))


async def append(session: AsyncSession, *events: Event) -> None:
    """Put events into the outbox, in the caller's transaction: they are published if and only if it commits."""
    if not events:
        return
    now = clock.now()
    identity: Identity | None = session.info.get("identity")
    rows = [
        {
            "school_id": event.school_id, "event_id": event.id, "kind": event.kind, "version": event.version,
            "topics": [[topic.kind, str(topic.id)] for topic in event.topics], "payload": dict(event.payload),
            "occurred_at": event.occurred_at, "late": event.late, "appended_at": now,
            "actor_id": identity and identity.account_id, "actor_role": identity and (event.role or identity.highest.get(event.school_id)),
            "concerns": [str(person) for person in event.concerns],
        }
        for event in events
    ]
    await _ADDITION.run(session, rows)  # nothing is returned: who adds to the outbox may not read it
    session.info["outbox"] = True


async def head(session: AsyncSession) -> int:
    """The last published number; 0 before the first."""
    return await session.scalar(sa.select(FeedHead.seq)) or 0


@Read
def _waiting(_viewer: Asking) -> Rows:
    return sa.select(OutboxRow.position).where(any_of(OutboxRow.school_id, given("schools", Many(int)))).limit(1)


@Read
def _last(_viewer: Asking) -> Rows:
    return sa.select(FeedRow.seq).where(
        FeedRow.school_id == given("school_id", sa.Integer()), FeedRow.topic_kind == TopicKind.PUPIL, FeedRow.topic_id == given("topic_id", sa.Uuid()),
    ).order_by(FeedRow.seq.desc()).limit(1)


async def last_told(reader: Reader, pupils: Sequence[Ref]) -> tuple[int, ...] | None:
    """The number of the last event that was told to each of these pupils, 0 where none was; None while an event of their schools waits to be published.

    One statement: what is committed is either published or waits. The reader is the service's own.
    """
    schools = sorted({pupil.school_id for pupil in pupils})
    waiting, *found = await asyncio.gather(
        reader.all(_waiting, SERVICE, schools=schools), *(reader.all(_last, SERVICE, school_id=pupil.school_id, topic_id=pupil.id) for pupil in pupils))
    return None if waiting else tuple(rows[0].seq if rows else 0 for rows in found)


class Signal:
    """Tells the tasks of this process that the feed has grown, and how far. No promise: a waiter also looks by itself now and then."""

    def __init__(self) -> None:
        self.seq = 0
        self._changed = asyncio.Event()

    def advance(self, seq: int) -> None:
        """The feed has grown to `seq`."""
        if seq > self.seq:
            self.seq = seq
            self._changed.set()
            self._changed = asyncio.Event()

    async def wait_beyond(self, seq: int, timeout: float) -> bool:  # noqa: ASYNC109 - a long-poll's limit, not a cancellation
        """Wait until the feed is beyond `seq`, at most `timeout` seconds; whether it is."""
        try:
            async with asyncio.timeout(timeout):
                while self.seq <= seq:
                    await self._changed.wait()
        except TimeoutError:
            return False
        return True
