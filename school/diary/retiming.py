"""Retiming: what becomes of lessons when their bells change: other hours, if all can be at once, and the news for the families."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school import clock, outbox
from school.clock import school_moment
from school.diary.bell_times import Hours, Schoolbells, overlap
from school.diary.models import Lesson
from school.diary.timetable_events import Rescheduled, bells_changed
from school.diary.untouched import pupils_by_class
from school.errors import Code, Refused, bad_input
from school.registry.models import ClassGroup, Course, School
from school.sets import Change

_HOURS = Change(Lesson, ("school_id", "id"), "schedule_id", "planned_schedule_id", "retimed")


@dataclass(frozen=True, slots=True)
class Retiming:
    """A school's bells before a change and after it, and the days, both included, whose lessons it concerns."""

    school_id: int
    before: Schoolbells
    after: Schoolbells
    from_: dt.date
    to: dt.date = dt.date.max

    def concerns(self, on_date: dt.date | None) -> bool:
        """Whether a day is one of these."""
        return on_date is not None and self.from_ <= on_date <= self.to


class _Retimed(NamedTuple):
    """A lesson with its schedules and hours, before and after."""

    row: Any
    schedule_id: UUID | None
    planned_schedule_id: UUID | None
    old: Hours
    new: Hours


async def retime(session: AsyncSession, change: Retiming) -> None:
    """Give the lessons of these days the schedule and the hours that their classes have by now, and tell the families, whom the same at once. Four statements.

    Where a moved lesson was to be is reckoned anew, too. Refused: lessons of a number that the schedule has not, but for cancelled ones, which keep theirs;
    lessons that are held together and would begin apart (BAD_INPUT, with how many and the first day); two lessons that had different times and would share
    one, with one teacher or in one room (TEACHER_TAKEN, ROOM_TAKEN, with the day and the numbers).
    """
    found = list(_after(change, (await session.execute(_lessons(change))).all()))
    _check_apart([one for one in found if one.row.cancelled_at is None and change.concerns(one.row.on_date)])
    rows = [
        {"school_id": change.school_id, "id": one.row.id, "schedule_id": one.schedule_id, "planned_schedule_id": one.planned_schedule_id,
         "retimed": one.row.retimed + (one.new != one.old)}
        for one in found if one.new != one.old or (one.schedule_id, one.planned_schedule_id) != (one.row.schedule_id, one.row.planned_schedule_id)]
    if rows:
        await _HOURS.run(session, rows)
    await _tell(session, change.school_id, found)


def _lessons(change: Retiming) -> sa.Select[*tuple[Any, ...]]:
    days = (column.between(change.from_, change.to) for column in (Lesson.on_date, Lesson.planned_on))
    return (
        sa.select(
            Lesson.id, Lesson.class_group_id, sa.func.coalesce(Lesson.substitute_id, Course.teacher_id, type_=sa.Uuid()).label("teacher_id"),
            Lesson.on_date, Lesson.bell, Lesson.room, Lesson.cancelled_at, Lesson.merged_with_id, Lesson.schedule_id, Lesson.planned_on, Lesson.planned_bell,
            Lesson.planned_schedule_id, Lesson.retimed, ClassGroup.bell_schedule_id, School.time_zone,
            Lesson.pupil_group_id)
        .join(Course, sa.and_(Course.school_id == Lesson.school_id, Course.id == Lesson.course_id))
        .join(ClassGroup, sa.and_(ClassGroup.school_id == Lesson.school_id, ClassGroup.id == Lesson.class_group_id))
        .join(School, School.id == Lesson.school_id)
        .where(Lesson.school_id == change.school_id, sa.or_(*days)).order_by(Lesson.on_date, Lesson.bell, Lesson.id)
    )


def _after(change: Retiming, rows: Sequence[Any]) -> Iterator[_Retimed]:
    """Each lesson as it will be; a cancelled one keeps its bell, if there is none then. Refused: there is no such bell then."""
    after, lacking = change.after, []
    for row in rows:
        schedule, planned = row.schedule_id, row.planned_schedule_id
        if change.concerns(row.on_date):
            schedule = after.schedule(row.bell_schedule_id, row.on_date)
            if row.cancelled_at is not None and (schedule, row.bell) not in after.hours:
                schedule = row.schedule_id
        if change.concerns(row.planned_on):
            then = after.schedule(row.bell_schedule_id, row.planned_on)
            planned = then if (then, row.planned_bell) in after.hours else planned
        old = change.before.hours[row.schedule_id, row.bell]
        new = after.hours.get((schedule, row.bell)) if change.concerns(row.on_date) else old
        if new is None:
            lacking.append(row)
        else:
            yield _Retimed(row, schedule, planned, old, new)
    if lacking:
        raise bad_input(
            f"the bell schedule has no bell {lacking[0].bell}: {len(lacking)} lessons would be without one, the first on {lacking[0].on_date}; move them first")


def _check_apart(held: Iterable[_Retimed]) -> None:
    """Nobody is to be in two places who was not before, and what is held together stays so. Refused as `retime` says."""
    days: dict[dt.date, list[_Retimed]] = defaultdict(list)
    for one in held:
        days[one.row.on_date].append(one)
    for on_date, lessons in days.items():
        if all(one.new == one.old for one in lessons):
            continue
        by_id = {one.row.id: one for one in lessons}
        for one in lessons:
            host = by_id.get(one.row.merged_with_id)
            if host is not None and host.new != one.new:
                raise bad_input(f"two lessons of {on_date} are held together and would begin apart: take that back first")
        for word, code in (("teacher_id", Code.TEACHER_TAKEN), ("room", Code.ROOM_TAKEN)):
            _check_alone(on_date, lessons, word, code)


def _check_alone(on_date: dt.date, lessons: Iterable[_Retimed], word: str, code: Code) -> None:
    """What two lessons want is wanted by both at no time at which it was not."""
    wanted: dict[Any, list[_Retimed]] = defaultdict(list)
    for one in lessons:
        wanted[getattr(one.row, word)].append(one)
    for what, some in wanted.items():
        for place, one in enumerate(some if what is not None else ()):
            for other in some[:place]:
                if overlap(one.new, other.new) and not overlap(one.old, other.old):
                    raise Refused(code, f"lessons {other.row.bell} and {one.row.bell} of {on_date} would be at one time, with one {word.removesuffix('_id')}")


async def _tell(session: AsyncSession, school_id: int, found: Iterable[_Retimed]) -> None:
    """Tell the families whose lessons have other hours, of those that are the whole class's and those of their own groups; whom the same, at once."""
    held = [one for one in found if one.row.cancelled_at is None]
    classes = {one.row.class_group_id for one in held if one.new != one.old}
    if not classes:
        return
    lessons: dict[UUID, dict[UUID | None, list[_Retimed]]] = defaultdict(lambda: defaultdict(list))
    for one in held:
        if one.row.class_group_id in classes:
            lessons[one.row.class_group_id][one.row.pupil_group_id].append(one)
    groups = {part for parts in lessons.values() for part in parts if part is not None}
    pupils, now = await pupils_by_class(session, school_id, classes, groups), clock.now()
    mine: dict[UUID, set[UUID | None]] = defaultdict(lambda: {None})
    for group in groups:
        for pupil in pupils.get(group, ()):
            mine[pupil].add(group)
    told: dict[Rescheduled, list[UUID]] = defaultdict(list)
    for class_, parts in lessons.items():
        alike: dict[frozenset[UUID | None], list[UUID]] = defaultdict(list)
        for pupil in pupils.get(class_, ()):
            alike[frozenset(mine[pupil] & parts.keys())].append(pupil)
        for own, those in alike.items():
            changed = _rescheduled(class_, [one for part in own for one in parts[part]])
            if changed is not None:
                told[changed] += those
    await outbox.append(session, *(bells_changed(school_id, changed, sorted(those), now) for changed, those in sorted(told.items())))


def _rescheduled(class_: UUID, lessons: Iterable[_Retimed]) -> Rescheduled | None:
    """What families of a class who have these lessons are told."""
    days: dict[dt.date, list[_Retimed]] = defaultdict(list)
    for one in lessons:
        days[one.row.on_date].append(one)
    changed = sorted(date for date, of_day in days.items() if any(one.new != one.old for one in of_day))
    if not changed:
        return None
    first = changed[0]
    zone = days[first][0].row.time_zone
    old, new = [one.old for one in days[first]], [one.new for one in days[first]]
    moments = [
        school_moment(first, time, zone)
        for hours in (old, new) for time in (min(begins for begins, _ in hours), max(ends for _, ends in hours))]
    return Rescheduled(class_, first, changed[-1], sum(one.new != one.old for date in changed for one in days[date]), *moments)
