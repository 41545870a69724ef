"""Timetables of classes: the office sets a class's week from a day on, and sees with what it clashes. Lessons come of it by planning."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school import clock
from school.context import ADMINISTRATION, Viewer, act_in
from school.db import Rows
from school.diary import bell_times
from school.diary.bell_times import Rung, Schoolbells
from school.diary.clashes import Around, Place, clash
from school.diary.gradebook import COURSE, CourseRow
from school.diary.inserts import insert, key_of
from school.diary.policy import changes_lessons
from school.diary.queries import limited
from school.diary.slots import SlotRow, in_force
from school.diary.texts import optional_text
from school.diary.timetable import alone
from school.diary.timetable_models import Timetable, TimetableSlot, Weeks
from school.errors import Code, Refused, bad_input, conflict, not_found
from school.ids import Ref
from school.reading import Reader
from school.registry.group_models import PupilGroup
from school.registry.models import ClassGroup, Course
from school.statements import Asking, Read, given

MOST_SLOTS = 60
"""Of one class: a week of six days with ten lessons."""
MOST_TIMETABLES = 500
"""Of one class, with those that are over."""
MOST_COURSES = 200
LONGEST_ROOM = 20
_LAST_DAY = dt.date.max


@dataclass(frozen=True, slots=True)
class NewSlot:
    """A lesson of the week to be; as a `TimetableSlot`."""

    course: Ref
    weekday: int
    bell: int
    room: str | None = None
    weeks: Weeks = Weeks.EVERY
    shared: bool = False


@dataclass(frozen=True, slots=True)
class NewTimetable:
    """A class's week from a day on. The client made the id."""

    id: UUID
    group: Ref
    starts_on: dt.date
    slots: Sequence[NewSlot]


class Clash(NamedTuple):
    """What a slot, by its place among those that were sent, wants and another one has: of the same class, or of another one."""

    slot: int
    code: Code
    other: SlotRow


@dataclass(frozen=True, slots=True)
class Week:
    """A class's timetable of a day, if there is one, and what it may be made of."""

    group: Ref
    slots: list[SlotRow] = field(default_factory=list)
    courses: list[CourseRow] = field(default_factory=list)
    id: UUID | None = None
    starts_on: dt.date | None = None
    until: dt.date | None = None


async def set_(session: AsyncSession, viewer: Viewer, new: NewTimetable) -> list[Clash]:
    """Set a class's week from a day on, until the class's next timetable begins; without slots it has no lessons from then on. Asking again is harmless.

    What clashes is answered, a clash for each slot that has one, and nothing is changed then. Slots of one class never share a moment, or a part of their
    weeks' moments, but for groups of one division; a teacher and a room are shared where either slot says so.
    Refused: a class or a course that is not there or has ended, is another school's or another class's (NOT_FOUND); a weekday that is not 1 to 7, a bell that
    the class's schedule has not, too long a room (BAD_INPUT); more than 60 slots, the 501st timetable of the class (TOO_MANY); the same id with different
    content (CONFLICT).
    """
    by = act_in(viewer, new.group.school_id, *ADMINISTRATION)
    if len(new.slots) > MOST_SLOTS:
        raise Refused(Code.TOO_MANY, f"slots holds at most {MOST_SLOTS} items")
    rooms = [optional_text(slot.room, "room", LONGEST_ROOM) for slot in new.slots]
    await alone(session, new.group.school_id)
    bells = (await bell_times.read(session, [new.group.school_id], days=False))[new.group.school_id]
    usual, teachers = await _courses(session, viewer, new, bells)
    wanted = [
        SlotRow(new.id, new.group.id, new.starts_on, None, number, slot.course.id, slot.weekday, slot.bell, rooms[number], slot.weeks, slot.shared,
                *teachers[slot.course.id][:2], None, *teachers[slot.course.id][2:], usual)
        for number, slot in enumerate(new.slots)]
    if await _is_there(session, new, wanted):
        return []
    until = await _admit(session, new)
    others = [SlotRow(*row) for row in await session.execute(in_force(
        new.group.school_id, new.starts_on, until or _LAST_DAY, Timetable.class_group_id != new.group.id))]
    beside = [slot for slot in others if slot.number is not None and (until is None or slot.starts_on < until)]
    clashes = find_clashes(new.group.school_id, bells, wanted, beside)
    if not clashes:
        await _insert(session, new, wanted, by)
    return clashes


async def _courses(
    session: AsyncSession, viewer: Viewer, new: NewTimetable, bells: Schoolbells,
) -> tuple[UUID | None, dict[UUID, tuple[UUID, UUID, UUID | None, str | None]]]:
    """The class's usual bell schedule; subject, teacher, group and its division of each of its courses that is not closed. Refused as `set_` says."""
    group = new.group
    found = (await session.execute(
        sa.select(Course.id, Course.subject_id, Course.teacher_id, Course.pupil_group_id, PupilGroup.division, ClassGroup.bell_schedule_id)
        .select_from(ClassGroup)
        .outerjoin(Course, sa.and_(Course.school_id == ClassGroup.school_id, Course.class_group_id == ClassGroup.id, Course.closed_at.is_(None)))
        .outerjoin(PupilGroup, sa.and_(PupilGroup.school_id == Course.school_id, PupilGroup.id == Course.pupil_group_id))
        .where(
            ClassGroup.school_id == group.school_id, ClassGroup.id == group.id, ClassGroup.closed_on.is_(None),
            changes_lessons(viewer, ClassGroup.school_id)))).all()
    teachers = {row.id: (row.subject_id, row.teacher_id, row.pupil_group_id, row.division) for row in found}
    if not found or any(slot.course.school_id != group.school_id or slot.course.id not in teachers for slot in new.slots):
        raise not_found()
    if any(not 1 <= slot.weekday <= 7 for slot in new.slots):
        raise bad_input("weekday is 1 (Monday) to 7")
    usual: UUID | None = found[0].bell_schedule_id
    if any((usual, slot.bell) not in bells.hours for slot in new.slots):
        raise bad_input("the class has no such bell")
    return usual, teachers


async def _is_there(session: AsyncSession, new: NewTimetable, wanted: Sequence[SlotRow]) -> bool:
    """Whether the timetable has been set before. Refused (CONFLICT): another one has its id."""
    slot = TimetableSlot
    found = (await session.execute(
        sa.select(Timetable.class_group_id, Timetable.starts_on, slot.number, slot.course_id, slot.weekday, slot.bell, slot.room, slot.weeks, slot.shared)
        .outerjoin(slot, sa.and_(slot.school_id == Timetable.school_id, slot.timetable_id == Timetable.id))
        .where(Timetable.school_id == new.group.school_id, Timetable.id == new.id).order_by(slot.number))).all()
    if not found:
        return False
    says = [(new.group.id, new.starts_on, *slot[4:11]) for slot in wanted]
    stands = [tuple(row) for row in found if row.number is not None]
    if stands != says or tuple(found[0])[:2] != (new.group.id, new.starts_on):
        raise conflict("another timetable has this id")
    return True


async def _admit(session: AsyncSession, new: NewTimetable) -> dt.date | None:
    """When the class's next timetable begins, which is there already."""
    mine = (Timetable.school_id == new.group.school_id, Timetable.class_group_id == new.group.id)
    row = (await session.execute(sa.select(
        sa.func.count().label("there"), sa.func.min(sa.case((Timetable.starts_on > new.starts_on, Timetable.starts_on))).label("until")).where(*mine))).one()
    if row.there >= MOST_TIMETABLES:
        raise Refused(Code.TOO_MANY, f"a class has at most {MOST_TIMETABLES} timetables")
    until: dt.date | None = row.until
    return until


def find_clashes(school_id: int, bells: Schoolbells, wanted: Sequence[SlotRow], others: Sequence[SlotRow]) -> list[Clash]:
    """The first clash of each slot that has one, by the hours that classes usually have: with others that are set, else with one before it in the same
    week."""
    at = Around[SlotRow]()
    for slot in others:
        for place in _places(school_id, bells, slot):
            at.add(place, slot)
    found: dict[int, Clash] = {}
    for number, slot in enumerate(wanted):
        for place in _places(school_id, bells, slot):
            for other, theirs in at.beside(place):
                code = wants(place, other, shared=slot.shared or theirs.shared)
                if code is not None:
                    found.setdefault(number, Clash(number, code, theirs))
        for place in _places(school_id, bells, slot):
            at.add(place, slot)
    return list(found.values())


def wants(place: Place, other: Place, *, shared: bool) -> Code | None:
    """What two lessons both want, if they are not knowingly at one moment: then it may be the teacher or the room, but never the pupils."""
    code = clash(place, other)
    return None if shared and code is not Code.CLASS_TAKEN else code


def _places(school_id: int, bells: Schoolbells, slot: SlotRow) -> list[Place]:
    """Where a slot is in the two weeks that stand for all."""
    monday, rung = dt.date(2024, 1, 1), Rung(slot.usual_id, bells.week(slot.usual_id, slot.bell))
    return [
        slot.place(school_id, monday + dt.timedelta(days=7 * week + slot.weekday - 1), rung) for week in slot.weeks_alike()]


async def _insert(session: AsyncSession, new: NewTimetable, wanted: Sequence[SlotRow], by: UUID) -> None:
    values = {
        "school_id": new.group.school_id, "id": new.id, "class_group_id": new.group.id, "starts_on": new.starts_on, "by": by, "at": clock.now()}
    added = await session.execute(
        insert(session, Timetable).values(values).on_conflict_do_nothing(index_elements=key_of(Timetable)).returning(Timetable.id))
    if added.one_or_none() is None:
        raise conflict("another timetable has this id")
    table: Any = TimetableSlot.__table__
    if wanted:
        await session.execute(sa.insert(table), [
            {"school_id": new.group.school_id, "timetable_id": new.id, "number": slot.number, "course_id": slot.course_id, "weekday": slot.weekday,
             "bell": slot.bell, "room": slot.room, "weeks": slot.weeks, "shared": slot.shared} for slot in wanted])


_SCHOOL, _GROUP, _DATE = given("school_id", sa.Integer()), given("group_id", sa.Uuid()), given("on_date", sa.Date())


@Read
def _group(viewer: Asking) -> Rows:
    return sa.select(ClassGroup.id).where(ClassGroup.school_id == _SCHOOL, ClassGroup.id == _GROUP, changes_lessons(viewer, ClassGroup.school_id))


@Read
def _slots(viewer: Asking) -> Rows:
    return in_force(_SCHOOL, _DATE, _DATE, Timetable.class_group_id == _GROUP, changes_lessons(viewer, Timetable.school_id))


@Read
def _of_group(viewer: Asking) -> Rows:
    from_there = (Course.school_id == _SCHOOL, Course.class_group_id == _GROUP, Course.closed_at.is_(None), changes_lessons(viewer, Course.school_id))
    return COURSE.where(*from_there).order_by(COURSE.selected_columns["subject_name"], Course.id).limit(MOST_COURSES + 1)


async def week(reader: Reader, viewer: Viewer, group: Ref, on_date: dt.date) -> Week:
    """A class's timetable of a day, with the class's courses: three reads of one moment. Refused as absent: a class of no school whose timetable the viewer
    changes."""
    there, slots, courses = await reader.each((_group, _slots, _of_group), viewer, school_id=group.school_id, group_id=group.id, on_date=on_date)
    if not there:
        raise not_found()
    rows, known = [SlotRow(*row) for row in slots], limited([CourseRow(*row) for row in courses], MOST_COURSES)
    if not rows:
        return Week(group, courses=known)
    return Week(group, [row for row in rows if row.number is not None], known, rows[0].timetable_id, rows[0].starts_on, rows[0].until)
