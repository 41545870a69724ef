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
from school.db import Database, Rows
from school.diary.absence_models import AbsenceNotice
from school.diary.attendance_models import ReplacedAttendance
from school.diary.file_models import StoredFile
from school.diary.homework_models import HomeworkDone, HomeworkFor, Submission
from school.diary.message_models import Acknowledgement, Announcement, Message, Remark, Thread, ThreadReading
from school.diary.models import Attendance, Homework, Lesson, Mark, MarkRevision, Substitution
from school.diary.term_models import TermMark, TermMarkRevision
from school.errors import bad_input
from school.identity.models import Invitation, Ticket
from school.meals.models import Transfer
from school.outbox import Checkpoint, FeedHead, FeedRow
from school.record import parts
from school.record.models import Record
from school.registry.account_models import Session
from school.registry.calendar_feed_models import CalendarFeed
from school.registry.models import DeviceCode, Pupil, Staff, Tap
from school.registry.photo_models import Photo

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


def _materials(cut: dt.datetime) -> sa.ColumnElement[bool]:
    """Files of homework; those of work and of notices go with these."""
    old = sa.select(Homework.school_id, Homework.id).join(
        Lesson, sa.and_(Lesson.school_id == Homework.school_id, Lesson.id == Homework.due_lesson_id)).where(Lesson.on_date < cut.date())
    return sa.tuple_(StoredFile.school_id, StoredFile.homework_id).in_(old)


def _of_silent_threads(cut: dt.datetime) -> sa.ColumnElement[bool]:
    return sa.tuple_(ThreadReading.school_id, ThreadReading.thread_id).in_(sa.select(Thread.school_id, Thread.id).where(Thread.last_at < cut))


def _unneeded_taps(cut: dt.datetime) -> sa.ColumnElement[bool]:
    """A tap that a sale was paid by is part of the ledger; one that made a passage goes after it, and a passage that is old has gone before."""
    sold = sa.exists().where(Transfer.school_id == Tap.school_id, Transfer.tap_id == Tap.id)
    passed = sa.exists().where(Passage.school_id == Tap.school_id, Passage.device_id == Tap.device_id, Passage.sequence == Tap.sequence,
                               Passage.received_at >= cut)
    return sa.and_(Tap.received_at < cut, ~sold, ~passed)


def _faces_of_who_left(cut: dt.datetime) -> sa.ColumnElement[bool]:
    """Of who was a pupil or one of the staff, and is neither any more since before the date."""
    def of(kind: type[Pupil] | type[Staff], *more: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
        return sa.exists().where(kind.school_id == Photo.school_id, kind.id == Photo.person_id, *more)

    ways = (Pupil, Staff)
    stays = (of(kind, sa.or_(kind.left_on.is_(None), kind.left_on >= cut.date())) for kind in ways)
    return sa.and_(sa.or_(*(of(kind) for kind in ways)), *(~one for one in stays))


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
            (TermMarkRevision, _left_before(TermMarkRevision.school_id, TermMarkRevision.pupil_id)),
            (TermMark, _left_before(TermMark.school_id, TermMark.pupil_id)),
            (ReplacedAttendance, _left_before(ReplacedAttendance.school_id, ReplacedAttendance.pupil_id)),
            (Attendance, _left_before(Attendance.school_id, Attendance.pupil_id)),
            (Submission, _left_before(Submission.school_id, Submission.pupil_id)),
            (HomeworkDone, _left_before(HomeworkDone.school_id, HomeworkDone.pupil_id)),
            (HomeworkFor, _left_before(HomeworkFor.school_id, HomeworkFor.pupil_id)), (Remark, _left_before(Remark.school_id, Remark.pupil_id))],
        reason="five years after the pupil has left, as class registers are kept (Rosarchiv order 236 of 2019)"),
    "notices": Period(
        days=400, shortest=30, longest=1100, tables=[(AbsenceNotice, lambda cut: AbsenceNotice.ends_on < cut.date())],
        reason="a school year and its holidays: after that the register tells that a child was absent and why, and the family's words are needed no more "
               "(152-FZ, art. 5.7)"),
    "messages": Period(
        days=1096, shortest=366, longest=3660, tables=[
            (Message, lambda cut: Message.at < cut), (ThreadReading, _of_silent_threads), (Thread, lambda cut: Thread.last_at < cut),
            (Announcement, lambda cut: Announcement.made_at < cut), (Acknowledgement, lambda cut: Acknowledgement.at < cut)],
        reason="three years, the general limitation of actions (Civil Code, art. 196): what was agreed, and what was read"),
    "substitutions": Period(
        days=1827, shortest=366, longest=9200, tables=[(Substitution, lambda cut: Substitution.at < cut)],
        reason="five years, as class registers are kept: who has taught instead of whom, and why; the lessons stay as they were held"),
    "materials": Period(
        days=400, shortest=30, longest=1100, tables=[(StoredFile, _materials)],
        reason="a school year and its holidays after the lesson: who was given it has done it; work and documents go with what they hang on"),
    "photos": Period(
        days=90, shortest=1, longest=1100, tables=[(Photo, _faces_of_who_left)],
        reason="three months after the person has left: nobody has to be recognised any more (152-FZ, art. 5.7); the files go with the next sweep"),
    "logins": Period(
        days=30, shortest=1, longest=400, tables=[
            (Session, lambda cut: sa.or_(Session.expires_at < cut, Session.revoked_at < cut)), (Ticket, lambda cut: Ticket.expires_at < cut),
            (CalendarFeed, lambda cut: CalendarFeed.revoked_at < cut),
            (Invitation, lambda cut: sa.or_(Invitation.expires_at < cut, Invitation.used_at < cut, Invitation.void_at < cut)),
            (DeviceCode, lambda cut: sa.or_(DeviceCode.expires_at < cut, DeviceCode.cancelled_at < cut))],
        reason="a month after their end, for whoever asks from where somebody was signed in"),
}

@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Tables that no period clears."""

    tables: Sequence[str]
    reason: str


KEPT: dict[str, Kept] = {
    "ledger": Kept(
        tables=("meal_account", "transfer", "posting", "sale_item"),
        reason="transfers, postings and what was bought: at least five years (402-FZ, art. 29), and the balances are their sum; "
               "they lose the name by erasure"),
    "persons": Kept(
        tables=("person", "name_change", "pupil", "former_class", "group_member", "staff"), reason="until `school person erase`, after the person has left"),
    "guardians": Kept(
        tables=("guardianship",),
        reason="also who is one no more, until erasure: what a court has withheld is withheld still when the guardianship is granted anew"),
    "cards": Kept(tables=("card", "former_token"), reason="until erasure: a card that is used no more is known still, and refused"),
    "accounts": Kept(
        tables=("account", "account_role", "totp", "recovery_code", "passkey", "outside_identity"),
        reason="what somebody signs in with: until its owner removes it, or until erasure"),
    "timetable": Kept(
        tables=(
            "term", "term_closing", "term_opening", "bell", "bell_schedule", "schedule_bell", "bell_day", "subject", "class_group",
            "course", "course_scale", "grading_scale", "scale_conversion",
            "lesson", "homework", "homework_revision", "homework_rule", "absence_reason", "holiday", "timetable", "timetable_slot", "own_work",
            "pupil_group", "school_year"),
        reason="what was taught to which class, of no pupil; marks and attendance refer to it"),
    "doors": Kept(
        tables=("door", "door_reader", "door_rule"), reason="who may pass where; a rule for one person goes by erasure, also one that has ended"),
    "school": Kept(
        tables=("school", "till", "till_reader", "device", "card_key"), reason="its equipment, also what is used no more: taps and payments refer to it"),
    "service": Kept(
        tables=("outbox", "feed_head", "checkpoint", "lease", "throttle", "trusted_document"),
        reason="its own work: the outbox is emptied within seconds and the throttles, which hold digests, within hours; the rest is of nobody"),
}
"""What no period removes, and why. A test compares both lists with the tables."""


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
    """Remove what is older than its period, as the service, and tell of each table when it is done. It may be stopped anywhere and run again.

    On PostgreSQL parts that are old as a whole go first, at once; what is old in the others goes row by row, so that a period is what it says.
    """
    for noun, chosen in choose(days).items():
        cut = now - dt.timedelta(days=chosen)
        for model, old in PERIODS[noun].tables:
            if dry_run:
                rows = await _count(database, model, await _condition(database, model, old, cut))
            elif model is FeedRow:
                rows = await parts.drop_feed(database, cut, await _read_by_all(database))
                rows += await _repeat(database, partial(_shorten_feed, cut=cut, batch=batch))
            else:
                rows = await parts.drop_passages(database, cut) if model is Passage else 0
                rows += await _repeat(database, partial(_remove, model=model, condition=old(cut), batch=batch))
            yield Removed(noun, model.__tablename__, rows)


async def _condition(database: Database, model: type[Any], old: Old, cut: dt.datetime) -> sa.ColumnElement[bool]:
    if model is not FeedRow:
        return old(cut)
    return sa.and_(old(cut), FeedRow.seq <= await _read_by_all(database))


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
    """Row by row, by its key: for `key IN (SELECT …)` either database would read through the table, once for each batch."""
    table: sa.Table = model.__table__
    found = (await session.execute(some(table, condition, batch))).mappings().all()
    if found:
        this = (column == sa.bindparam(f"key_{column.name}") for column in table.primary_key.columns)
        await session.execute(sa.delete(table).where(*this, condition), [{f"key_{name}": value for name, value in row.items()} for row in found])
    return len(found)


def some(table: sa.Table, condition: sa.ColumnElement[bool], batch: int) -> Rows:
    """The keys of a batch."""
    return sa.select(*table.primary_key.columns).where(condition).limit(batch)


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
    # Of two at once, the one that has come less far is not to lower it.
    await session.execute(sa.update(FeedHead).where(FeedHead.floor < gone[-1]).values(floor=gone[-1]).execution_options(synchronize_session=False))
    return int(result.rowcount)


async def _read_by_all(database: Database) -> int:
    async with database.read() as session:
        return await _consumed(session)


async def _consumed(session: AsyncSession) -> int:
    """How far every consumer of the feed has come."""
    slowest: int | None = await session.scalar(sa.select(sa.func.min(Checkpoint.seq)))
    return await outbox.head(session) if slowest is None else slowest
