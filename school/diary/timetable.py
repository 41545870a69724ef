"""What a change of the timetable has to know: the lessons that it names, what is around them, the school's terms, bells and staff.

All is read in the writer's transaction, while the school's terms are locked: of two who change a school's lessons, one waits.
"""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from school import clock
from school.context import Viewer
from school.db import Rows
from school.diary.bell_times import BEGINS, ENDS, Schoolbells, with_bells
from school.diary.clashes import Place
from school.diary.models import Attendance, Lesson, Mark
from school.diary.policy import changes_lessons
from school.diary.terms import is_closed
from school.ids import Ref
from school.registry.calendar_models import Holiday, Term, TermKind
from school.registry.group_models import GroupMember, PupilGroup
from school.registry.models import ClassGroup, Course, Pupil, School, Staff


class Planned(NamedTuple):
    """Where the timetable has a lesson."""

    on_date: dt.date
    bell: int
    room: str | None
    schedule_id: UUID | None


class Known(NamedTuple):
    """A lesson as it is. `held`: marks or a register are written in it; `host`: another lesson is held together with it. `usual_id` is the bell schedule that
    its class usually has, `closed` whether its term is."""

    place: Place
    planned: Planned
    revision: int
    course_id: UUID
    subject_id: UUID
    course_teacher_id: UUID
    today: dt.date
    held: bool
    host: bool
    usual_id: UUID | None
    closed: bool

    def at(self, **changed: Any) -> Place:
        """Its place with these values, weighed against the timetable."""
        place = self.place._replace(**changed)
        return place._replace(
            own_teacher=place.teacher_id == self.course_teacher_id, own_room=place.room == self.planned.room,
            as_planned=(place.on_date, place.bell) == self.planned[:2])


@dataclass(slots=True)
class Calendar:
    """The terms, holidays and the staff of the schools in question, and their bells, where whoever locks reads them, too; a member of the staff with the
    first day of no longer being one."""

    terms: list[tuple[int, dt.date, dt.date]] = field(default_factory=list)
    holidays: list[tuple[int, dt.date, dt.date]] = field(default_factory=list)
    bells: dict[int, Schoolbells] = field(default_factory=dict)
    staff: dict[Ref, dt.date | None] = field(default_factory=dict)

    def in_term(self, school_id: int, on_date: dt.date) -> bool:
        """Whether this date lies in a term."""
        return any(school == school_id and begins <= on_date <= ends for school, begins, ends in self.terms)

    def in_holidays(self, school_id: int, on_date: dt.date) -> bool:
        """Whether this date lies in the holidays, also those in the midst of a term."""
        return any(school == school_id and begins <= on_date <= ends for school, begins, ends in self.holidays)

    def works(self, teacher: Ref, on_date: dt.date) -> bool:
        """Whether somebody belongs to the staff on this date."""
        return teacher in self.staff and ((left := self.staff[teacher]) is None or on_date < left)


_YEAR = 19
"""Of which locks a school's number is the key."""


async def alone(session: AsyncSession, school_id: int) -> None:
    """One at a time arranges a school's year, also before it has a term that could be locked. On SQLite there is one writer."""
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(sa.select(sa.func.pg_advisory_xact_lock(_YEAR, school_id)))


async def lock(session: AsyncSession, viewer: Viewer, schools: Collection[int], teachers: Collection[Ref]) -> Calendar:
    """The calendar of the schools whose lessons the viewer changes, whose terms are locked from now on, with those of these teachers who are of the staff."""
    calendar = Calendar()
    terms = sa.select(Term.school_id, Term.kind, Term.starts_on, Term.ends_on).where(
        Term.school_id.in_(sorted(schools)), changes_lessons(viewer, Term.school_id))
    found = await session.execute(terms.order_by(Term.school_id, Term.id).with_for_update(key_share=True))
    calendar.terms = [(row.school_id, row.starts_on, row.ends_on) for row in found if row.kind is TermKind.TERM]  # the year is no term
    holidays = sa.select(Holiday.school_id, Holiday.starts_on, Holiday.ends_on).where(
        Holiday.school_id.in_(sorted(schools)), Holiday.withdrawn_at.is_(None))
    calendar.holidays = [(row.school_id, row.starts_on, row.ends_on) for row in await session.execute(holidays)]
    if teachers:
        staff = sa.select(Staff.school_id, Staff.id, Staff.left_on).where(sa.tuple_(Staff.school_id, Staff.id).in_(sorted(teachers)))
        calendar.staff = {Ref(row.school_id, row.id): row.left_on for row in await session.execute(staff)}
    return calendar


_COLUMNS = (
    Lesson.school_id, Lesson.id, Lesson.class_group_id, Lesson.on_date, Lesson.bell, Lesson.room, Lesson.cancelled_at, Lesson.merged_with_id,
    Lesson.substitute_id, Course.teacher_id, Lesson.revision, Lesson.planned_on, Lesson.planned_bell, Lesson.planned_room, Lesson.course_id,
    Course.subject_id, School.time_zone, Lesson.schedule_id, Lesson.planned_schedule_id, ClassGroup.bell_schedule_id, BEGINS.label("begins"),
    ENDS.label("ends"), Lesson.pupil_group_id, PupilGroup.division,
)


def _lessons(viewer: Viewer, *more: Any) -> Rows:
    found = with_bells(
        sa.select(*_COLUMNS, *more)
        .join(Course, sa.and_(Course.school_id == Lesson.school_id, Course.id == Lesson.course_id)).join(School, School.id == Lesson.school_id)
        .join(ClassGroup, sa.and_(ClassGroup.school_id == Lesson.school_id, ClassGroup.id == Lesson.class_group_id))
        .outerjoin(PupilGroup, sa.and_(PupilGroup.school_id == Lesson.school_id, PupilGroup.id == Lesson.pupil_group_id))
    )
    return found.where(changes_lessons(viewer, Lesson.school_id))


async def named(session: AsyncSession, viewer: Viewer, lessons: Iterable[Ref]) -> dict[Ref, Known]:
    """These lessons, as far as the viewer changes them."""
    mark = sa.exists().where(Mark.school_id == Lesson.school_id, Mark.lesson_id == Lesson.id, Mark.withdrawn_at.is_(None))
    entry = sa.exists().where(Attendance.school_id == Lesson.school_id, Attendance.lesson_id == Lesson.id)
    guest = aliased(Lesson)
    host = sa.exists().where(guest.school_id == Lesson.school_id, guest.merged_with_id == Lesson.id)
    closed = is_closed(Lesson.school_id, Lesson.course_id, Lesson.on_date)
    statement = _lessons(viewer, sa.or_(mark, entry).label("held"), host.label("host"), closed.label("closed"))
    found = await session.execute(statement.where(sa.tuple_(Lesson.school_id, Lesson.id).in_(sorted(set(lessons)))))
    return {known.place.ref: known for known in (_known(row, held=row.held, host=row.host, closed=row.closed) for row in found)}


async def around(session: AsyncSession, viewer: Viewer, places: Iterable[Place], calendar: Calendar) -> dict[Ref, Place]:
    """All lessons as they are that may be at the time of these, by whatever schedule."""
    times = {(place.school_id, place.on_date, place.hours) for place in places}
    wanted = sorted({(school_id, on_date, number) for school_id, on_date, hours in times for number in calendar.bells[school_id].beside(hours)})
    if not wanted:
        return {}
    found = await session.execute(_lessons(viewer).where(sa.tuple_(Lesson.school_id, Lesson.on_date, Lesson.bell).in_(wanted)))
    return {known.place.ref: known.place for known in (_known(row, held=False, host=False, closed=False) for row in found)}


def _known(row: Any, *, held: bool, host: bool, closed: bool) -> Known:
    place = Place(
        row.school_id, row.id, row.class_group_id, row.substitute_id or row.teacher_id, row.on_date, row.bell, row.room, row.cancelled_at is not None,
        row.merged_with_id, own_teacher=row.substitute_id is None, own_room=True, as_planned=True, hours=(row.begins, row.ends), schedule_id=row.schedule_id,
        pupil_group_id=row.pupil_group_id, division=row.division)
    planned = (
        Planned(row.planned_on, row.planned_bell, row.planned_room, row.planned_schedule_id) if row.revision
        else Planned(row.on_date, row.bell, row.room, row.schedule_id))
    today = clock.school_date(clock.now(), row.time_zone)
    known = Known(
        place, planned, row.revision, row.course_id, row.subject_id, row.teacher_id, today, held=held, host=host, usual_id=row.bell_schedule_id, closed=closed)
    return known._replace(place=known.at())


class Concerned(NamedTuple):
    """A pupil, and from when until before when they have a class's lessons, or a group's."""

    id: UUID
    enrolled_on: dt.date
    left_on: dt.date | None


async def pupils_of(session: AsyncSession, lessons: Iterable[Place]) -> dict[Ref, list[Concerned]]:
    """Whom lessons are given to, by class and by group, who has left too."""
    lessons = list(lessons)
    classes = sorted({(lesson.school_id, lesson.class_group_id) for lesson in lessons})
    groups = sorted({(lesson.school_id, lesson.pupil_group_id) for lesson in lessons if lesson.pupil_group_id is not None})
    member = sa.and_(
        GroupMember.school_id == Pupil.school_id, GroupMember.pupil_id == Pupil.id, GroupMember.held(),
        sa.tuple_(GroupMember.school_id, GroupMember.group_id).in_(groups) if groups else sa.false())
    statement = sa.select(
        Pupil.school_id, Pupil.class_group_id, Pupil.id, Pupil.enrolled_on, Pupil.left_on, GroupMember.group_id, GroupMember.since, GroupMember.until,
    ).outerjoin(GroupMember, member).where(sa.tuple_(Pupil.school_id, Pupil.class_group_id).in_(classes)).order_by(Pupil.id, GroupMember.since)
    pupils: dict[Ref, list[Concerned]] = {}
    for row in await session.execute(statement):
        whole = Concerned(row.id, row.enrolled_on, row.left_on)
        of_class = pupils.setdefault(Ref(row.school_id, row.class_group_id), [])
        if whole not in of_class[-1:]:
            of_class.append(whole)
        if row.group_id is not None:
            until = min((day for day in (row.until, row.left_on) if day is not None), default=None)
            pupils.setdefault(Ref(row.school_id, row.group_id), []).append(Concerned(row.id, max(row.enrolled_on, row.since), until))
    return pupils
