"""Planning: from the timetables of classes the lessons of days, made, kept and taken away; what somebody has touched stays as it is."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school.clock import check_range
from school.context import ADMINISTRATION, Viewer, act_in
from school.db import Rows
from school.diary import bell_times
from school.diary.bell_times import BEGINS, ENDS, Schoolbells, with_bells
from school.diary.clashes import Around, Place
from school.diary.class_timetables import wants
from school.diary.models import Lesson
from school.diary.policy import changes_lessons
from school.diary.slots import SlotRow, in_force
from school.diary.timetable import Calendar, alone, lock
from school.diary.timetable_events import Changes
from school.diary.untouched import take_away, tell, today_of, untouched
from school.errors import Code, not_found
from school.ids import Ref
from school.registry.group_models import PupilGroup
from school.registry.models import ClassGroup, Course
from school.sets import Addition, Change

LONGEST = 190
"""Days that are planned at once: half a school year, more than any term."""
MOST_TOLD = 100
"""Lessons of which it is told why they are not made; more are counted."""
_TAKEN = {
    Code.CLASS_TAKEN: "the class has another lesson then", Code.TEACHER_TAKEN: "the teacher gives another lesson then",
    Code.ROOM_TAKEN: "another lesson is in the room then",
}
_ADDITION = Addition(
    Lesson, "school_id", "id", "course_id", "class_group_id", "on_date", "bell", "room", "revision", "pupil_group_id", "schedule_id")
_ROOMS = Change(Lesson, ("school_id", "id"), "room")


class Unmade(NamedTuple):
    """A lesson that the timetable has and that is not made, and why not."""

    school_id: int
    class_group_id: UUID
    subject_id: UUID
    on_date: dt.date
    bell: int
    room: str | None
    code: Code
    message: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What became of the lessons of some days: how many were made, were there already, were given another room, were taken away; how many stay that the
    timetable does not have (any more), because they are over or somebody has touched them; how many are not made, and the first hundred of those."""

    made: int
    kept: int
    moved: int
    removed: int
    stayed: int
    unmade: int
    first_unmade: list[Unmade]


class _Wanted(NamedTuple):
    """A lesson of a day, as a timetable has it."""

    slot: SlotRow
    on_date: dt.date

    @property
    def key(self) -> tuple[UUID, UUID, dt.date, int]:
        """What makes a lesson the one that is wanted: its class, its course, its date, its bell."""
        return self.slot.class_group_id, self.slot.course_id, self.on_date, self.slot.bell


class _There(NamedTuple):
    """A lesson that is there, of the columns of `_lessons`, in order."""

    id: UUID
    class_group_id: UUID
    course_id: UUID
    teacher_id: UUID
    on_date: dt.date
    bell: int
    room: str | None
    cancelled_at: dt.datetime | None
    merged_with_id: UUID | None
    revision: int
    planned_on: dt.date | None
    planned_bell: int | None
    pupil_group_id: UUID | None
    division: str | None
    begins: dt.time
    ends: dt.time

    @property
    def key(self) -> tuple[UUID, UUID, dt.date, int]:
        """By what it is known as wanted: where the timetable has it, wherever it is."""
        return self.class_group_id, self.course_id, self.planned_on or self.on_date, self.planned_bell or self.bell

    def place(self, school_id: int, rooms: Mapping[UUID, str | None]) -> Place:
        """Where it is; in its new room, if it is given one of these."""
        return Place(
            school_id, self.id, self.class_group_id, self.teacher_id, self.on_date, self.bell, rooms.get(self.id, self.room),
            cancelled=self.cancelled_at is not None, merged_with_id=self.merged_with_id, own_teacher=False, own_room=False, as_planned=False,
            hours=(self.begins, self.ends), pupil_group_id=self.pupil_group_id, division=self.division)


@dataclass(slots=True)
class _Differences:
    """What is there beside what is wanted."""

    missing: list[_Wanted] = field(default_factory=list)
    kept: dict[UUID, _Wanted] = field(default_factory=dict)
    elsewhere: dict[UUID, str | None] = field(default_factory=dict)
    surplus: list[_There] = field(default_factory=list)


async def plan(session: AsyncSession, viewer: Viewer, school_id: int, from_: dt.date, to: dt.date, group: Ref | None = None) -> Plan:
    """Make the lessons of at most 190 days as the timetables have them, of the school or of one class. At most 16 statements, whatever the number of lessons.

    Nothing is made in holidays and outside terms. Of days to come, what no timetable has any more is taken away, and what has another room is moved there, but
    for what somebody has touched (`untouched`). A class without a timetable is left alone. Doing it again changes nothing. As the service: no viewer takes
    lessons away. Refused: another school, a class that is not in it (NOT_FOUND), an end before the beginning (BAD_INPUT), more days (TOO_MANY).
    """
    act_in(viewer, school_id, *ADMINISTRATION)
    check_range(from_, to, LONGEST)
    if group is not None and not (group.school_id == school_id and await session.scalar(
            sa.select(sa.exists().where(ClassGroup.school_id == school_id, ClassGroup.id == group.id)))):
        raise not_found()
    await alone(session, school_id)
    calendar = await lock(session, viewer, [school_id], [])
    bells = (await bell_times.read(session, [school_id]))[school_id]
    today = await today_of(session, school_id)
    slots = [SlotRow(*row) for row in await session.execute(in_force(school_id, from_, to))]
    there = [_There(*row) for row in await session.execute(_lessons(viewer, school_id, from_, to))]
    days = _school_days(calendar, school_id, from_, to)
    wanted = [_Wanted(slot, date) for slot in slots if slot.number is not None for date in slot.dates(from_, to) if date in days]
    found = _compare(wanted, there, slots, (from_, to), None if group is None else group.id)
    ahead = {one.id for one in there if one.on_date > today}
    surplus, elsewhere = {one.id for one in found.surplus} & ahead, {id_: room for id_, room in found.elsewhere.items() if id_ in ahead}
    free = await untouched(session, school_id, surplus | elsewhere.keys())
    gone, rooms = surplus & free, {id_: room for id_, room in elsewhere.items() if id_ in free}
    made, unmade = _place(school_id, bells, found, [one for one in there if one.id not in gone], rooms)
    await take_away(session, school_id, gone)
    await _move(session, school_id, rooms)
    await _insert(session, school_id, made)
    await tell(session, school_id, _changes(made, [one for one in there if one.id in rooms], [one for one in found.surplus if one.id in gone]))
    kept = sum(1 for one in found.kept.values() if group is None or one.slot.class_group_id == group.id)
    return Plan(len(made), kept - len(rooms), len(rooms), len(gone), len(found.surplus) - len(gone), len(unmade), unmade[:MOST_TOLD])


def _lessons(viewer: Viewer, school_id: int, from_: dt.date, to: dt.date) -> Rows:
    """All lessons of a school that are on these days, or that the timetable has on them: the columns of `_There`."""
    days = sa.or_(Lesson.on_date.between(from_, to), Lesson.planned_on.between(from_, to))
    found = with_bells(
        sa.select(
            Lesson.id, Lesson.class_group_id, Lesson.course_id, sa.func.coalesce(Lesson.substitute_id, Course.teacher_id, type_=sa.Uuid()), Lesson.on_date,
            Lesson.bell, Lesson.room, Lesson.cancelled_at, Lesson.merged_with_id, Lesson.revision, Lesson.planned_on, Lesson.planned_bell,
            Lesson.pupil_group_id, PupilGroup.division, BEGINS, ENDS)
        .join(Course, sa.and_(Course.school_id == Lesson.school_id, Course.id == Lesson.course_id))
        .outerjoin(PupilGroup, sa.and_(PupilGroup.school_id == Lesson.school_id, PupilGroup.id == Lesson.pupil_group_id)))
    return found.where(Lesson.school_id == school_id, days, changes_lessons(viewer, Lesson.school_id)).order_by(Lesson.on_date, Lesson.bell, Lesson.id)


def _school_days(calendar: Calendar, school_id: int, from_: dt.date, to: dt.date) -> set[dt.date]:
    """The days of a span on which there is school."""
    days = (from_ + dt.timedelta(days=day) for day in range((to - from_).days + 1))
    return {date for date in days if calendar.in_term(school_id, date) and not calendar.in_holidays(school_id, date)}


def _compare(
    wanted: Iterable[_Wanted], there: Iterable[_There], slots: Iterable[SlotRow], days: tuple[dt.date, dt.date], group: UUID | None,
) -> _Differences:
    """What of the wanted lessons is there, where the timetable has it; what is missing; what is there of planned classes and nobody wants."""
    found, by_key = _Differences(), dict[tuple[UUID, UUID, dt.date, int], list[_There]]()
    for known in there:
        by_key.setdefault(known.key, []).append(known)
    for one in wanted:
        mine = group is None or one.slot.class_group_id == group
        if not (same := by_key.get(one.key)):
            if mine:
                found.missing.append(one)
            continue
        known = same.pop()
        found.kept[known.id] = one
        if mine and not known.revision and known.room != one.slot.room:
            found.elsewhere[known.id] = one.slot.room
    force: dict[UUID, list[tuple[dt.date, dt.date | None]]] = defaultdict(list)
    for slot in slots:
        force[slot.class_group_id].append((slot.starts_on, slot.until))
    spans = {of: set(spans) for of, spans in force.items()}
    for (class_group_id, _, on_date, _), rest in by_key.items():
        in_force_then = any(starts_on <= on_date and (until is None or on_date < until) for starts_on, until in spans.get(class_group_id, ()))
        if in_force_then and days[0] <= on_date <= days[1] and (group is None or class_group_id == group):
            found.surplus += rest
    return found


def _place(
    school_id: int, bells: Schoolbells, found: _Differences, staying: Iterable[_There], rooms: Mapping[UUID, str | None],
) -> tuple[list[tuple[_Wanted, Place]], list[Unmade]]:
    """Which of the missing lessons can be where the timetable has them, beside those that stay; the others, with what is taken."""
    at = Around[bool]()
    days = {one.on_date for one in found.missing}
    for known in staying:
        if known.on_date in days:
            at.add(known.place(school_id, rooms), known.id in found.kept and found.kept[known.id].slot.shared)
    made, unmade = list[tuple[_Wanted, Place]](), list[Unmade]()
    for one in sorted(found.missing, key=lambda one: (one.on_date, one.slot.bell)):
        slot = one.slot
        refused: tuple[Code, str] | None = Code.BAD_INPUT, "the class has no such bell on that day"
        if rung := bells.at(slot.usual_id, one.on_date, slot.bell):
            place = slot.place(school_id, one.on_date, rung)
            refused = _obstacle(one, place, at.beside(place))
            if refused is None:
                made.append((one, place))
                at.add(place, slot.shared)
        if refused is not None:
            unmade.append(Unmade(school_id, slot.class_group_id, slot.subject_id, one.on_date, slot.bell, slot.room, *refused))
    return made, unmade


def _obstacle(one: _Wanted, place: Place, others: Iterable[tuple[Place, bool]]) -> tuple[Code, str] | None:
    """Why a lesson cannot be there."""
    left = one.slot.teacher_left_on
    if left is not None and one.on_date >= left:
        return Code.BAD_INPUT, "the teacher does not work at the school any more"
    for other, shared in others:
        if place.class_group_id != other.class_group_id and place.teacher_id != other.teacher_id and (place.room is None or place.room != other.room):
            continue  # most of them
        code = wants(place, other, shared=shared or one.slot.shared)
        if code is not None:
            return code, _TAKEN[code]
    return None


async def _insert(session: AsyncSession, school_id: int, made: Iterable[tuple[_Wanted, Place]]) -> None:
    rows = [
        {"school_id": school_id, "id": place.id, "course_id": one.slot.course_id, "class_group_id": place.class_group_id, "on_date": place.on_date,
         "bell": place.bell, "room": place.room, "revision": 0, "pupil_group_id": place.pupil_group_id, "schedule_id": place.schedule_id}
        for one, place in made]
    if rows:
        await _ADDITION.run(session, rows)


async def _move(session: AsyncSession, school_id: int, rooms: Mapping[UUID, str | None]) -> None:
    if rooms:
        await _ROOMS.run(session, [{"school_id": school_id, "id": id_, "room": room} for id_, room in rooms.items()])


def _changes(made: Iterable[tuple[_Wanted, Place]], moved: Iterable[_There], removed: Iterable[_There]) -> list[Changes]:
    """What a class's families are told, and those of each group of it."""
    counted: dict[tuple[UUID, UUID | None], Counter[str]] = defaultdict(Counter)
    days: dict[tuple[UUID, UUID | None], list[dt.date]] = defaultdict(list)
    for word, places in (("made", [place for _, place in made]), ("moved", moved), ("removed", removed)):
        for place in places:
            of = place.class_group_id, place.pupil_group_id
            counted[of][word] += 1
            days[of].append(place.on_date)
    return [
        Changes(of[0], min(days[of]), max(days[of]), count["made"], count["moved"], count["removed"], of[1])
        for of, count in sorted(counted.items(), key=lambda item: (item[0][0], str(item[0][1])))]
