"""Late arrivals: a pupil's first entry of a day came after the first lesson had begun. The gate tells when, the timetable tells what that means."""

import datetime as dt
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school import clock, outbox
from school.access.models import Direction, Passage
from school.context import Viewer
from school.day import events
from school.day.models import LateArrival
from school.day.policy import visible_children, visible_late_arrivals
from school.db import Rows
from school.diary.lessons import check_range, first_lesson
from school.errors import not_found
from school.ids import Ref
from school.reading import Reader
from school.registry.models import Pupil, School
from school.statements import Asking, Read, given

_MINUTE = dt.timedelta(minutes=1)


async def notice(session: AsyncSession, pupil: Ref, entered_at: dt.datetime, *, late: bool) -> LateArrival | None:
    """Look at a pupil's day again after an entry became known: notice a late arrival, change it, or take it back. What stands then.

    Idempotent, in whatever order entries become known: a gate without its network uploads the morning's at noon. A first entry at a moment
    that is only a guess (a device with a bad clock) changes nothing: nobody is told that a child was late by a broken clock. Nor does the entry
    of one who has left before it: the first one was missed.
    """
    zone = await session.scalar(sa.select(School.time_zone).where(School.id == pupil.school_id))
    on_date = clock.school_date(entered_at, zone or "UTC")
    entry = await _first_passage(session, pupil, clock.school_day(on_date, zone or "UTC"))
    first = await first_lesson(session, pupil, on_date)
    noticed = await session.get(LateArrival, (pupil.school_id, pupil.id, on_date))
    if entry is None or entry.suspect or entry.direction is not Direction.IN:
        return noticed
    minutes = 0 if first is None else (entry.happened_at - first.starts_at) // _MINUTE
    if first is None or entry.happened_at <= first.starts_at:
        await _withdraw(session, noticed, entry.happened_at, late=late)
        return None
    if noticed is not None and (noticed.passage_id, noticed.lesson_id, noticed.minutes) == (entry.id, first.lesson.id, minutes):
        return noticed
    old_minutes = None if noticed is None else noticed.minutes
    if noticed is None:
        noticed = LateArrival(school_id=pupil.school_id, pupil_id=pupil.id, on_date=on_date)
        session.add(noticed)
    noticed.passage_id, noticed.lesson_id, noticed.minutes, noticed.noticed_at = entry.id, first.lesson.id, minutes, clock.now()
    await session.flush()
    await outbox.append(session, events.came_late(
        pupil.school_id, pupil.id, on_date, passage_id=entry.id, lesson_id=first.lesson.id, minutes=minutes, old_minutes=old_minutes,
        at=entry.happened_at, late=late,
    ))
    return noticed


async def _first_passage(session: AsyncSession, pupil: Ref, day: tuple[dt.datetime, dt.datetime]) -> Any:
    return (await session.execute(
        sa.select(Passage.id, Passage.happened_at, Passage.suspect, Passage.direction)
        .where(
            Passage.school_id == pupil.school_id, Passage.person_id == pupil.id, Passage.happened_at >= day[0], Passage.happened_at < day[1])
        .order_by(Passage.happened_at, Passage.id).limit(1))).one_or_none()


async def _withdraw(session: AsyncSession, noticed: LateArrival | None, at: dt.datetime, *, late: bool) -> None:
    if noticed is None:
        return
    await session.delete(noticed)
    await session.flush()
    await outbox.append(
        session, events.late_withdrawn(noticed.school_id, noticed.pupil_id, noticed.on_date, minutes=noticed.minutes, at=at, late=late))


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
    check_range(from_, to, longest=190)
    found = await reader.all(_of_child, viewer, school_id=child.school_id, child_id=child.id, from_=from_, to=to)
    if not found:
        raise not_found()
    return [row for row in found if row.on_date is not None]
