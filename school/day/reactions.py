"""Reactions: consumers of the feed, each with its checkpoint. They call the verbs of the domains and are idempotent."""

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn
from uuid import UUID

import sqlalchemy as sa
import structlog
from prometheus_client import Counter
from sqlalchemy.ext.asyncio import AsyncSession

from school.access.events import PASSED
from school.access.upserts import insert_once
from school.context import NOBODY
from school.day import late_arrivals
from school.db import Database, Rows, is_away
from school.outbox import Checkpoint, FeedHead, FeedRow, Signal, TopicKind, head
from school.statements import Asking, Read, given

LOOK = 5.0
"""Seconds between looks that no wake-up asked for."""
GATHER = 0.1
"""Seconds from a wake-up until a reaction looks: by then what woke it is delivered, and what else has come is of the same batch."""
BATCH = 200
STRIDE = 1000
"""A checkpoint over rows that concern nobody is kept only every so many numbers: reading them again costs less than writing."""
PAUSE = 1.0

FAILED = Counter("school_reactions_failed", "Events that a reaction stepped over because of a bug.", ["reaction"])
React = Callable[[AsyncSession, int, UUID, dict[str, Any], dt.datetime, bool], Awaitable[None]]
Sift = Callable[[AsyncSession, Sequence[Any]], Awaitable[Sequence[Any]]]

log = structlog.get_logger("school.day")


@dataclass(frozen=True, slots=True)
class Reaction:
    """What happens on these kinds of event in the pupils' topics. A new one begins at the feed's beginning, unless its migration writes a checkpoint.

    `sift` leaves those of a batch's rows on which anything happens, at the cost of one.
    """

    name: str
    kinds: frozenset[str]
    react: React
    sift: Sift | None = None


REACTIONS = (Reaction("late_arrivals", frozenset({PASSED}), late_arrivals.react, late_arrivals.sift),)


class Reactions:
    """The reactions of one process. Among several processes the checkpoint's row decides who takes a batch: the others step aside."""

    def __init__(self, database: Database, signal: Signal, reactions: Sequence[Reaction] = REACTIONS) -> None:
        self._database = database
        self._signal = signal
        self._reactions = reactions

    async def run(self) -> NoReturn:
        """React until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for reaction in self._reactions:
                tasks.create_task(self._follow(reaction))
        raise RuntimeError("there are no reactions")

    async def _follow(self, reaction: Reaction) -> NoReturn:
        seq = 0
        while True:
            looked = self._signal.seq
            try:
                seq, more = await self.step(reaction, seq)
            except Exception as error:  # noqa: BLE001 - whatever it is, the events stay in the feed
                log.warning("reaction failed", reaction=reaction.name, error=type(error).__name__)
                await asyncio.sleep(PAUSE)
                continue
            if not more and await self._signal.wait_beyond(max(seq, looked), LOOK):
                await asyncio.sleep(GATHER)

    async def step(self, reaction: Reaction, seq: int) -> tuple[int, bool]:
        """React to a batch behind the checkpoint, or `seq` if that is further on; how far the feed has been seen, and whether more may be there.

        Where another process is at it, nothing has been seen: should it die, its batch is taken at the next look.
        """
        [(found, newest, waiting)] = await self._database.reader().all(_outlook, NOBODY, reaction.kinds, name=reaction.name, seen=seq)
        stored = found or 0
        known = max(seq, stored)
        if not waiting and newest - stored < STRIDE:
            return max(known, newest), False
        if found is None:  # in a transaction of its own: whoever comes second must not wait for the first one's batch
            async with self._database.begin() as session:
                await insert_once(session, Checkpoint, {"consumer": reaction.name, "seq": 0})
        try:
            return await self._take(reaction, BATCH, known)
        except Exception as error:
            if is_away(error):
                raise
            log.warning("a batch of a reaction failed, its events are tried one by one", reaction=reaction.name, error=type(error).__name__)
        for _ in range(BATCH):
            known, more = await self._take(reaction, 1, known, step_over=True)
            if not more:
                return known, False
        return known, True

    async def _take(self, reaction: Reaction, most: int, known: int, *, step_over: bool = False) -> tuple[int, bool]:
        async with self._database.begin() as session:
            at = await _hold(session, reaction.name)
            newest = await head(session)
            if at is None:
                return known, False  # another process is at it
            rows = await _wanted(session, reaction, at, newest, most)
            for row in rows if step_over or reaction.sift is None else await reaction.sift(session, rows):
                try:
                    async with session.begin_nested():
                        await reaction.react(session, row.school_id, row.topic_id, row.payload, row.occurred_at, row.late)
                except Exception as error:
                    if not step_over or is_away(error):
                        raise
                    FAILED.labels(reaction.name).inc()
                    log.exception("a reaction steps over an event", reaction=reaction.name, seq=row.seq)
            upto: int = rows[-1].seq if len(rows) == most else newest
            await session.execute(sa.update(Checkpoint).where(Checkpoint.consumer == reaction.name).values(seq=upto))
        return upto, len(rows) == most


@Read
def _outlook(_viewer: Asking, kinds: frozenset[str]) -> Rows:
    """The checkpoint, the feed's head, and whether a row behind what was seen is of these kinds."""
    stored = sa.select(Checkpoint.seq).where(Checkpoint.consumer == given("name", sa.Text())).scalar_subquery()
    waiting = sa.exists().where(
        FeedRow.seq > given("seen", sa.BigInteger()), FeedRow.seq > sa.func.coalesce(stored, 0), FeedRow.topic_kind == TopicKind.PUPIL,
        sa.or_(*(FeedRow.kind == kind for kind in sorted(kinds))))
    return sa.select(stored.label("stored"), sa.func.coalesce(sa.select(FeedHead.seq).scalar_subquery(), 0).label("newest"), waiting.label("waiting"))


async def _hold(session: AsyncSession, name: str) -> int | None:
    """The checkpoint, locked; None when another process holds it."""
    return await session.scalar(sa.select(Checkpoint.seq).where(Checkpoint.consumer == name).with_for_update(skip_locked=True))


async def _wanted(session: AsyncSession, reaction: Reaction, after: int, upto: int, most: int) -> Sequence[Any]:
    """The pupils' rows of these kinds in a part of the feed."""
    return (await session.execute(
        sa.select(FeedRow.seq, FeedRow.school_id, FeedRow.topic_id, FeedRow.payload, FeedRow.occurred_at, FeedRow.late)
        .where(FeedRow.seq > after, FeedRow.seq <= upto, FeedRow.topic_kind == TopicKind.PUPIL, FeedRow.kind.in_(reaction.kinds))
        .order_by(FeedRow.seq).limit(most))).all()
