"""Retention: how long each noun is kept, why, and the removal of what is older. Nothing that a sum is made of is ever removed."""

import datetime as dt
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school import outbox
from school.access.models import Passage, Presence
from school.day.models import LateArrival
from school.db import Database
from school.diary.models import Attendance, Mark, MarkRevision
from school.errors import bad_input
from school.identity.models import Invitation, Ticket
from school.meals.models import Transfer
from school.outbox import Checkpoint, FeedHead, FeedRow
from school.record.models import Record
from school.registry.account_models import Session
from school.registry.models import DeviceCode, Pupil, Tap

BATCH = 5000
"""Rows removed in one transaction: nobody waits long for it, and what is interrupted goes on where it was."""

Old = Callable[[dt.datetime], sa.ColumnElement[bool]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """How many days a noun is kept after its date; a setting may choose within the limits. `tables` are cleared in this order."""

    days: int
    shortest: int
    longest: int
    reason: str
    tables: Sequence[tuple[type[Any], Old]]


def _left_before(school_id: Any, pupil_id: Any) -> Old:
    return lambda cut: sa.tuple_(school_id, pupil_id).in_(sa.select(Pupil.school_id, Pupil.id).where(Pupil.left_on < cut.date()))


def _old_marks(cut: dt.datetime) -> sa.ColumnElement[bool]:
    return sa.tuple_(MarkRevision.school_id, MarkRevision.mark_id).in_(
        sa.select(Mark.school_id, Mark.id).where(_left_before(Mark.school_id, Mark.pupil_id)(cut)))


def _unneeded_taps(cut: dt.datetime) -> sa.ColumnElement[bool]:
    """A tap that a sale was paid by is part of the ledger; one that made a passage goes after it."""
    sold = sa.exists().where(Transfer.school_id == Tap.school_id, Transfer.tap_id == Tap.id)
    passed = sa.exists().where(Passage.school_id == Tap.school_id, Passage.device_id == Tap.device_id, Passage.sequence == Tap.sequence)
    return sa.and_(Tap.received_at < cut, ~sold, ~passed)


PERIODS: dict[str, Period] = {
    "feed": Period(
        days=400, shortest=30, longest=1100, tables=[(FeedRow, lambda cut: FeedRow.published_at < cut)],
        reason="a school year and its holidays: what a client may have missed; what happened is told by the other tables"),
    "record": Period(
        days=1096, shortest=366, longest=3660, tables=[(Record, lambda cut: Record.at < cut)],
        reason="three years, the general limitation of actions (Civil Code, art. 196); the database itself refuses less than one"),
    "passages": Period(
        days=366, shortest=30, longest=1100, tables=[
            (Presence, lambda cut: Presence.changed_at < cut), (LateArrival, lambda cut: LateArrival.on_date < cut.date()),
            (Passage, lambda cut: Passage.received_at < cut), (Tap, _unneeded_taps)],
        reason="a year, for questions about it; longer than that nobody needs to know when somebody came (152-FZ, art. 5.7)"),
    "diary": Period(
        days=1827, shortest=366, longest=9200, tables=[
            (MarkRevision, _old_marks), (Mark, _left_before(Mark.school_id, Mark.pupil_id)),
            (Attendance, _left_before(Attendance.school_id, Attendance.pupil_id))],
        reason="five years after the pupil has left, as class registers are kept (Rosarchiv order 236 of 2019)"),
    "logins": Period(
        days=30, shortest=1, longest=400, tables=[
            (Session, lambda cut: sa.or_(Session.expires_at < cut, Session.revoked_at < cut)), (Ticket, lambda cut: Ticket.expires_at < cut),
            (Invitation, lambda cut: sa.or_(Invitation.expires_at < cut, Invitation.used_at < cut, Invitation.void_at < cut)),
            (DeviceCode, lambda cut: sa.or_(DeviceCode.expires_at < cut, DeviceCode.cancelled_at < cut))],
        reason="a month after their end, for whoever asks from where somebody was signed in"),
}

KEPT = {
    "ledger": "transfers, postings and what was bought: at least five years (402-FZ, art. 29), and the balances are their sum; they lose the name by erasure",
    "persons": "names, cards and guardianships: until `school person erase`, after the person has left",
}
"""What no period removes, and why."""


@dataclass(frozen=True, slots=True)
class Removed:
    """What was removed of a table, or would be."""

    noun: str
    table: str
    rows: int


def choose(days: Mapping[str, int]) -> dict[str, int]:
    """The periods with those that a setting chooses. Refused (BAD_INPUT): an unknown noun, or a period outside its limits."""
    for noun, chosen in days.items():
        if noun not in PERIODS:
            raise bad_input(f"retention_days: there is no period of {noun!r}; there are {', '.join(PERIODS)}")
        period = PERIODS[noun]
        if not period.shortest <= chosen <= period.longest:
            raise bad_input(f"retention_days: {noun} must lie between {period.shortest} and {period.longest} days")
    return {noun: days.get(noun, period.days) for noun, period in PERIODS.items()}


async def apply(database: Database, days: Mapping[str, int], now: dt.datetime, *, batch: int = BATCH, dry_run: bool = False) -> AsyncIterator[Removed]:
    """Remove what is older than its period, as the service, and tell of each table when it is done. It may be stopped anywhere and run again."""
    for noun, chosen in choose(days).items():
        cut = now - dt.timedelta(days=chosen)
        for model, old in PERIODS[noun].tables:
            if dry_run:
                rows = await _count(database, model, await _condition(database, model, old, cut))
            elif model is FeedRow:
                rows = await _repeat(database, partial(_shorten_feed, cut=cut, batch=batch))
            else:
                rows = await _repeat(database, partial(_remove, model=model, condition=old(cut), batch=batch))
            yield Removed(noun, model.__tablename__, rows)


async def _condition(database: Database, model: type[Any], old: Old, cut: dt.datetime) -> sa.ColumnElement[bool]:
    if model is not FeedRow:
        return old(cut)
    async with database.read() as session:
        return sa.and_(old(cut), FeedRow.seq <= await _consumed(session))


async def _count(database: Database, model: type[Any], condition: sa.ColumnElement[bool]) -> int:
    async with database.read() as session:
        return await session.scalar(sa.select(sa.func.count()).select_from(model).where(condition)) or 0


async def _repeat(database: Database, remove: Callable[[AsyncSession], Awaitable[int]]) -> int:
    """Batch by batch, each committed, until there is nothing more."""
    total = 0
    while True:
        async with database.begin() as session:
            rows = await remove(session)
        total += rows
        if not rows:
            return total


async def _remove(session: AsyncSession, model: type[Any], condition: sa.ColumnElement[bool], batch: int) -> int:
    key = sa.inspect(model).primary_key
    some = sa.select(*key).where(condition).limit(batch)
    target = key[0] if len(key) == 1 else sa.tuple_(*key)
    result: Any = await session.execute(sa.delete(model).where(target.in_(some)).execution_options(synchronize_session=False))
    return int(result.rowcount)


async def _shorten_feed(session: AsyncSession, cut: dt.datetime, batch: int) -> int:
    """The oldest rows, and the floor with them: who would resume below it is told so. What a consumer has still to read stays."""
    oldest = (await session.execute(
        sa.select(FeedRow.seq, FeedRow.published_at).where(FeedRow.seq <= await _consumed(session)).order_by(FeedRow.seq).limit(batch))).all()
    old = [row.seq for row in oldest if row.published_at < cut]
    upto = next((row.seq for row in oldest if row.published_at >= cut), None)
    gone = [seq for seq in old if upto is None or seq < upto]
    if not gone:
        return 0
    result: Any = await session.execute(sa.delete(FeedRow).where(FeedRow.seq <= gone[-1]).execution_options(synchronize_session=False))
    await session.execute(sa.update(FeedHead).values(floor=gone[-1]).execution_options(synchronize_session=False))
    return int(result.rowcount)


async def _consumed(session: AsyncSession) -> int:
    """How far every consumer of the feed has come."""
    slowest: int | None = await session.scalar(sa.select(sa.func.min(Checkpoint.seq)))
    return await outbox.head(session) if slowest is None else slowest
