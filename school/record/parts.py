"""Parts of passages and of the feed, on PostgreSQL: made before they are needed, dropped when all in them is old (ADR 13).

A part of the passages is a month, by the time that leads their ids; one of the feed has as many numbers as a month brings. What no part was made for
lies in one for all others, and moves when its part is made: nothing waits for this. SQLite has none.
"""

import asyncio
import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn
from uuid import UUID

import sqlalchemy as sa
import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from school.access.models import Passage
from school.db import Database, is_away
from school.outbox import FeedHead, FeedRow, head

LOOK = 3600.0
"""Seconds between looks whether a part is to be made."""
MONTHS = 2
"""Parts of the passages behind the present month's."""
MONTH = dt.timedelta(days=30)
LEAST, MOST = 100_000, 100_000_000
"""Numbers in a part of the feed: of a small school's, and of a city's."""
AT_ONCE = 60
"""Parts made in one go: five years of nobody looking."""
_MS = 80
_LOCK = 0x7061727473
_BOUNDS = re.compile(r"FOR VALUES FROM \((?:'(.*)'|MINVALUE)\) TO \('(.*)'\)")

log = structlog.get_logger("school.parts")


@dataclass(frozen=True, slots=True)
class Part:
    """A part, from its lower bound (None: from the beginning) to before its upper one."""

    name: str
    lower: int | None
    upper: int


def id_at(moment: dt.datetime) -> UUID:
    """What every UUIDv7 of this moment or later is at least."""
    return UUID(int=int(moment.timestamp() * 1000) << _MS)


def moment_of(bound: int) -> dt.datetime:
    """The moment at which a UUIDv7 (as a number) was made."""
    return dt.datetime.fromtimestamp((bound >> _MS) / 1000, dt.UTC)


async def parts(session: AsyncSession, table: str) -> Sequence[Part]:
    """The parts of `passage` or `feed` in order, without the one for all others; bounds of ids as numbers."""
    rows = await session.execute(sa.text(
        "SELECT relname, pg_get_expr(relpartbound, oid) AS bounds FROM pg_class JOIN pg_inherits ON inhrelid = oid"
        " WHERE inhparent = CAST(:table AS regclass)"), {"table": table})
    found = []
    for name, bounds in rows:
        if match := _BOUNDS.fullmatch(bounds):
            lower, upper = (_number(text) if text is not None else None for text in match.groups())
            found.append(Part(name, lower, upper or 0))
    return sorted(found, key=lambda part: part.upper)


def _number(text: str) -> int:
    return UUID(text).int if "-" in text else int(text)


async def make_ahead(database: Database, now: dt.datetime) -> list[str]:
    """Make the parts that are missing, each in a transaction of its own; their names. `now` is the clock by which ids are made, which no demo moves."""
    made: list[str] = []
    if database.sqlite:
        return made
    for missing in (_missing_month, _missing_numbers):
        for _ in range(AT_ONCE):
            async with database.begin() as session:
                await _prepare(session)
                wanted = await missing(session, now)
                if wanted is None:
                    break
                table, name, lower, upper = wanted
                await session.execute(sa.select(sa.func.make_part(table, name, lower, upper)))
            made.append(name)
    return made


async def _prepare(session: AsyncSession) -> None:
    """One at a time makes or drops; and nobody waits long behind one who has to wait."""
    await session.execute(sa.select(sa.func.set_config("lock_timeout", "2s", True)))
    await session.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))


Wanted = tuple[str, str, str, str]


async def _missing_month(session: AsyncSession, now: dt.datetime) -> Wanted | None:
    """The month behind the last part, if it begins before those that are wanted end."""
    last = (await parts(session, "passage"))[-1]
    begin = moment_of(last.upper)
    if begin > now + MONTHS * MONTH:
        return None
    end = (begin.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
    return "passage", f"passage_{begin:%Y_%m}", str(UUID(int=last.upper)), str(id_at(end))


async def _missing_numbers(session: AsyncSession, now: dt.datetime) -> Wanted | None:
    """The numbers behind the last part, once the feed has come to it: an empty one is always ahead."""
    found = await parts(session, "feed")
    at, last = await head(session), found[-1]
    if len(found) > 1 and at < (last.lower or 0):
        return None
    since = (found[-2].lower or 0) if len(found) > 1 else 0
    first = (await session.execute(
        sa.select(FeedRow.seq, FeedRow.published_at).where(FeedRow.seq >= since).order_by(FeedRow.seq).limit(1))).one_or_none()
    size = LEAST
    if first is not None:
        size = int((at - first.seq) * (MONTH / max(now - first.published_at, dt.timedelta(days=1))))
    return "feed", f"feed_{last.upper}", str(last.upper), str(last.upper + min(max(size, LEAST), MOST))


async def drop_passages(database: Database, cut: dt.datetime) -> int:
    """Drop the parts in which no passage was received since; how many rows went."""
    rows = 0
    for part in await _all_but_the_last(database, "passage"):
        if part.upper <= id_at(cut).int:
            within = sa.and_(Passage.id >= UUID(int=part.lower or 0), Passage.id < UUID(int=part.upper))
            rows += await _drop(database, part, Passage, within, Passage.received_at >= cut) or 0
    return rows


async def drop_feed(database: Database, cut: dt.datetime, upto: int) -> int:
    """Drop the oldest parts in which nothing was published since, and of which nothing lies beyond `upto`; how many rows went. The floor rises with them."""
    rows = 0
    for part in await _all_but_the_last(database, "feed"):
        gone = await _drop(database, part, FeedRow, FeedRow.seq < part.upper, FeedRow.published_at >= cut) if part.upper - 1 <= upto else None
        if gone is None:
            break
        rows += gone
    return rows


async def _all_but_the_last(database: Database, table: str) -> Sequence[Part]:
    """Those that may go: the next one is counted on from the last."""
    if database.sqlite:
        return []
    async with database.read() as session:
        return (await parts(session, table))[:-1]


async def _drop(
    database: Database, part: Part, model: type[Passage] | type[FeedRow], within: sa.ColumnElement[bool], new: sa.ColumnElement[bool],
) -> int | None:
    """Drop a part in which nothing is new; how many rows it had. None where something is, or where others hold the table: then it goes another night."""
    try:
        async with database.begin() as session:
            await _prepare(session)
            if part.name not in {one.name for one in await parts(session, model.__tablename__)}:
                return 0
            if await session.scalar(sa.select(sa.exists().where(within, new))):
                return None
            rows = await session.scalar(sa.select(sa.func.count()).select_from(model).where(within)) or 0
            await session.execute(sa.select(sa.func.drop_part(part.name)))
            if model is FeedRow:
                floor = part.upper - 1
                await session.execute(sa.update(FeedHead).where(FeedHead.floor < floor).values(floor=floor).execution_options(synchronize_session=False))
    except sa.exc.DBAPIError as error:
        if not is_away(error):
            raise
        log.warning("part not dropped", part=part.name, error=type(error.orig).__name__)
        return None
    return rows


class Upkeep:
    """Makes the parts in time, beside a relay. Every process of the service may run it: one finds done what another did."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def run(self) -> NoReturn:
        """Look now and each hour, until cancelled. Whatever goes wrong, no row is lost: the next look tries again."""
        while True:
            try:
                for name in await make_ahead(self._database, dt.datetime.now(dt.UTC)):
                    log.info("part made", part=name)
            except Exception as error:  # noqa: BLE001 - what has no part is kept aside meanwhile
                log.warning("parts not made", error=type(error).__name__)
            await asyncio.sleep(LOOK)
