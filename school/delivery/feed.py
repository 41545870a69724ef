"""The feed as it is read: rows of topics after a cursor, and all rows as they come."""

import datetime as dt
import struct
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school.context import Area
from school.errors import Code, Refused
from school.ids import Ref
from school.outbox import FeedHead, FeedRow, TopicKind
from school.updates import told_of

_LAYOUT = struct.Struct(">BqI")
_VERSION = 1


class Channel(NamedTuple):
    """A topic of one school: what a subscriber follows."""

    school_id: int
    kind: TopicKind
    id: UUID


@dataclass(frozen=True, slots=True)
class Row:
    """A published event, for one topic. Shared by all who get it."""

    seq: int
    channel: Channel
    event_id: UUID
    kind: str
    payload: Mapping[str, Any]
    occurred_at: dt.datetime
    late: bool


_COLUMNS = (
    FeedRow.seq, FeedRow.school_id, FeedRow.topic_kind, FeedRow.topic_id, FeedRow.event_id, FeedRow.kind, FeedRow.payload, FeedRow.occurred_at, FeedRow.late,
)


def pupil_channels(children: Collection[Ref]) -> frozenset[Channel]:
    """What a family follows."""
    return frozenset(Channel(child.school_id, TopicKind.PUPIL, child.id) for child in children)


def encode_cursor(seq: int) -> str:
    """The cursor behind the row of this number. It is a place, not a right: whoever comes with it sees only what they may."""
    body = _LAYOUT.pack(_VERSION, seq, 0)
    return urlsafe_b64encode(_LAYOUT.pack(_VERSION, seq, zlib.crc32(body))).decode().rstrip("=")


def decode_cursor(text: str) -> int:
    """The number in a cursor; what this service did not make is refused."""
    try:
        _, seq, _ = _LAYOUT.unpack(urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4)) if len(text) < 40 else b"")
    except (ValueError, struct.error):
        seq = -1
    if seq < 0 or encode_cursor(seq) != text:
        raise _bad_cursor()
    return int(seq)


def _bad_cursor() -> Refused:
    return Refused(Code.BAD_CURSOR, "This cursor does not belong to this feed.")


async def place(session: AsyncSession, after: str | None) -> int:
    """The number behind which a reader goes on; without a cursor the beginning of what is kept. One statement.

    Refused: BAD_CURSOR (the feed has not come so far), CURSOR_TOO_OLD (some of what followed is not kept any more).
    """
    seq = None if after is None else decode_cursor(after)
    head = (await session.execute(sa.select(FeedHead.seq, FeedHead.floor))).one_or_none()
    last, floor = (0, 0) if head is None else (head.seq, head.floor)
    if seq is None:
        return floor
    if seq > last:
        raise _bad_cursor()
    if seq < floor:
        raise Refused(Code.CURSOR_TOO_OLD, "What lies behind this cursor is not kept any more: begin anew.")
    return seq


async def read_after(
    session: AsyncSession, channels: Collection[Channel], seq: int, limit: int, *, upto: int | None = None,
    hidden: Mapping[Channel, Collection[Area]] | None = None,
) -> Sequence[Row]:
    """The first `limit` rows of these topics after `seq` (and not after `upto`), in order. One statement: a short range of the index for each topic.

    `hidden` are kinds of data of a topic that are not read, not even counted.
    """
    if not channels:
        return []
    parts = []
    for channel in sorted(channels):
        part = sa.select(*_COLUMNS).where(
            FeedRow.school_id == channel.school_id, FeedRow.topic_kind == channel.kind, FeedRow.topic_id == channel.id, FeedRow.seq > seq)
        for area in sorted((hidden or {}).get(channel, ())):
            part = part.where(sa.not_(told_of(FeedRow.kind, area)))
        if upto is not None:
            part = part.where(FeedRow.seq <= upto)
        parts.append(part.order_by(FeedRow.seq).limit(limit).subquery())
    union = sa.union_all(*(sa.select(part) for part in parts)).subquery()
    return [as_row(found) for found in (await session.execute(sa.select(union).order_by(union.c.seq).limit(limit))).mappings()]


async def read_all(session: AsyncSession, seq: int, limit: int) -> Sequence[Row]:
    """The first `limit` rows after `seq`, whatever their topic."""
    return [as_row(found) for found in (await session.execute(sa.select(*_COLUMNS).where(FeedRow.seq > seq).order_by(FeedRow.seq).limit(limit))).mappings()]


def as_row(found: Any) -> Row:
    """From a mapping with the table's columns."""
    channel = Channel(found["school_id"], found["topic_kind"], found["topic_id"])
    return Row(found["seq"], channel, found["event_id"], found["kind"], found["payload"], found["occurred_at"], found["late"])
