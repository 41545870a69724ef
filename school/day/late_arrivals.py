"""Late arrivals: a pupil's first entry of a day came after the first lesson had begun. The gate tells when, the timetable tells what that means."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from school import clock, outbox, sets
from school.access.models import Direction, Passage
from school.context import Viewer
from school.day import events
from school.day.models import LateArrival
from school.day.policy import visible_children, visible_late_arrivals
from school.db import Moment, Rows
from school.diary.bell_times import BEGINS, with_bells
from school.diary.lessons import first_lesson
from school.diary.models import Lesson
from school.errors import not_found
from school.ids import Ref
from school.reading import Reader
from school.registry.models import Pupil, School
from school.sets import Asked, RowSet
from school.statements import Asking, Many, Read, any_of, given

_MINUTE = dt.timedelta(minutes=1)


class _Day(NamedTuple):
    """What is known of a pupil's day: the first passage, the first lesson, and what was noticed, each None where there is none."""

    school_id: int
    pupil_id: UUID
    on_date: dt.date
    time_zone: str
    passage_id: UUID | None
    happened_at: dt.datetime | None
    suspect: bool | None
    direction: Direction | None
    lesson_id: UUID | None
    starts_at: dt.time | None
    noticed: UUID | None
    noticed_lesson: UUID | None
    noticed_minutes: int | None

    @property
    def is_clear(self) -> bool:
        """Whether it can be told when the pupil came. Nobody is told that a child was late by a broken clock, and who first left had been inside."""
        return self.passage_id is not None and not self.suspect and self.direction is Direction.IN

    @property
    def minutes(self) -> int | None:
        """How late the pupil came; None for in time, and on a day without lessons."""
        if self.happened_at is None or self.starts_at is None:
            return None
        begins = clock.school_moment(self.on_date, self.starts_at, self.time_zone)
        return None if self.happened_at <= begins else (self.happened_at - begins) // _MINUTE

    @property
    def is_due(self) -> bool:
        """Whether something else was noticed than is to be."""
        told = (self.noticed, self.noticed_lesson, self.noticed_minutes)
        return self.is_clear and told != ((None, None, None) if self.minutes is None else (self.passage_id, self.lesson_id, self.minutes))


async def notice(session: AsyncSession, pupil: Ref, entered_at: dt.datetime, *, late: bool) -> LateArrival | None:
    """Look at a pupil's day again after an entry became known: notice a late arrival, change it, or take it back. What stands then.

    Idempotent, in whatever order entries become known: a gate without its network uploads the morning's at noon. A first entry at a moment
    that is only a guess (a device with a bad clock) changes nothing, nor does the entry of one who has left before it: the first one was missed.
    """
    [day] = await _days(session, [(pupil, entered_at)])
    noticed = await session.get(LateArrival, (pupil.school_id, pupil.id, day.on_date)) if day.is_due or day.noticed is not None else None
    if not day.is_due or day.happened_at is None:
        return noticed
    if day.minutes is None or day.passage_id is None or day.lesson_id is None:
        await _withdraw(session, noticed, day.happened_at, late=late)
        return None
    old_minutes = None if noticed is None else noticed.minutes
    if noticed is None:
        noticed = LateArrival(school_id=pupil.school_id, pupil_id=pupil.id, on_date=day.on_date)
        session.add(noticed)
    noticed.passage_id, noticed.lesson_id, noticed.minutes, noticed.noticed_at = day.passage_id, day.lesson_id, day.minutes, clock.now()
    await session.flush()
    await outbox.append(session, events.came_late(
        pupil.school_id, pupil.id, day.on_date, passage_id=day.passage_id, lesson_id=day.lesson_id, minutes=day.minutes, old_minutes=old_minutes,
        at=day.happened_at, late=late,
    ))
    return noticed


_ENTERED = RowSet("entered", {
    "place": sa.Integer(), "school_id": sa.Integer(), "pupil_id": sa.Uuid(), "on_date": sa.Date(), "from_": Moment(), "before": Moment()})


@Read
def _known(_service: Asking, dialect: str) -> Rows:
    day = _ENTERED.table(dialect).c
    early = aliased(Passage)
    first = (
        sa.select(early.id)
        .where(early.school_id == day.school_id, early.person_id == day.pupil_id, early.happened_at >= day.from_, early.happened_at < day.before)
        .order_by(early.happened_at, early.id).limit(1).scalar_subquery())
    # Found first, for each pupil by keys, then read by id: as a condition of the join PostgreSQL would compare it with all passages that there are.
    found = sa.select(
        day.place, day.school_id, day.pupil_id, day.on_date, first.label("passage_id"),
        first_lesson(day.school_id, day.pupil_id, day.on_date).label("lesson_id")).offset(sa.literal_column("0")).subquery("found")
    day = found.c
    return with_bells(
        sa.select(
            day.school_id, day.pupil_id, day.on_date, School.time_zone, Passage.id.label("passage_id"), Passage.happened_at, Passage.suspect,
            Passage.direction, Lesson.id.label("lesson_id"), BEGINS.label("starts_at"), LateArrival.passage_id.label("noticed"),
            LateArrival.lesson_id.label("noticed_lesson"), LateArrival.minutes.label("noticed_minutes"))
        .select_from(found).join(School, School.id == day.school_id)
        .outerjoin(Passage, sa.and_(Passage.school_id == day.school_id, Passage.id == day.passage_id))
        .outerjoin(Lesson, sa.and_(Lesson.school_id == day.school_id, Lesson.id == day.lesson_id))
        .outerjoin(LateArrival, sa.and_(
            LateArrival.school_id == day.school_id, LateArrival.pupil_id == day.pupil_id, LateArrival.on_date == day.on_date))
    ).order_by(day.place)


@Read
def _zones(_service: Asking, _dialect: str) -> Rows:
    return sa.select(School.id, School.time_zone).where(any_of(School.id, given("ids", Many(int))))


async def _days(session: AsyncSession, entries: Sequence[tuple[Ref, dt.datetime]]) -> list[_Day]:
    """The day of each, in their order: two statements, however many."""
    zones = {row.id: row.time_zone for row in await sets.find(session, _zones, ids=sorted({pupil.school_id for pupil, _ in entries}))}
    asked = []
    for place, (pupil, moment) in enumerate(entries):
        zone = zones[pupil.school_id]
        on_date = clock.school_date(moment, zone)
        asked.append((place, *pupil, on_date, *clock.school_day(on_date, zone)))
    [found] = await sets.fetch(session, Asked(_known, _ENTERED, asked))
    return [_Day(*row) for row in found]


async def _withdraw(session: AsyncSession, noticed: LateArrival | None, at: dt.datetime, *, late: bool) -> None:
    if noticed is None:
        return
    await session.delete(noticed)
    await session.flush()
    await outbox.append(
        session, events.late_withdrawn(noticed.school_id, noticed.pupil_id, noticed.on_date, minutes=noticed.minutes, at=at, late=late))


async def sift(session: AsyncSession, rows: Sequence[Any]) -> list[Any]:
    """Those of the rows of `access.passed` after which something is to be noticed, changed or taken back: most children are in time."""
    entries = [row for row in rows if row.payload["direction"] == Direction.IN]
    days = await _days(session, [(Ref(row.school_id, row.topic_id), row.occurred_at) for row in entries]) if entries else []
    return [row for row, day in zip(entries, days, strict=True) if day.is_due]


async def react(session: AsyncSession, school_id: int, pupil_id: UUID, payload: dict[str, Any], occurred_at: dt.datetime, late: bool) -> None:
    """The reaction to `access.passed` in a pupil's topic."""
    if payload["direction"] == Direction.IN:
        await notice(session, Ref(school_id, pupil_id), occurred_at, late=late)


@Read
def _of_child(viewer: Asking) -> Rows:
    """A row without a late arrival says that the child is there."""
    of_days = sa.and_(
        LateArrival.school_id == Pupil.school_id, LateArrival.pupil_id == Pupil.id,
        LateArrival.on_date.between(given("from_", sa.Date()), given("to", sa.Date())), visible_late_arrivals(viewer))
    columns = (LateArrival.on_date, LateArrival.passage_id, LateArrival.lesson_id, LateArrival.minutes)
    return sa.select(Pupil.school_id, *columns).outerjoin(LateArrival, of_days).where(
        Pupil.school_id == given("school_id"), Pupil.id == given("child_id"), visible_children(viewer)).order_by(LateArrival.on_date)


async def of_child(reader: Reader, viewer: Viewer, child: Ref, from_: dt.date, to: dt.date) -> Sequence[Any]:
    """A child's late arrivals in at most 190 days, in order; one statement, for most have none. Refused as absent: whose days the viewer may not see."""
    clock.check_range(from_, to, longest=190)
    found = await reader.all(_of_child, viewer, school_id=child.school_id, child_id=child.id, from_=from_, to=to)
    if not found:
        raise not_found()
    return [row for row in found if row.on_date is not None]
