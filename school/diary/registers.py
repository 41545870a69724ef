"""Reads of the registers: lessons whose register was not taken, and how one child attended."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction

from school import clock
from school.clock import check_range
from school.connections import Page, paged, read_page
from school.context import Viewer
from school.db import Moment, Rows, local_date
from school.diary.bell_times import ENDS
from school.diary.lessons import LESSON, attends
from school.diary.models import Attendance, AttendanceKind, Lesson
from school.diary.policy import substitutes, visible_attendance, visible_courses
from school.diary.queries import IN_DAYS, check_child
from school.ids import Ref
from school.reading import Reader
from school.registry.models import Course, Pupil, School, Subject
from school.statements import THIS_PERSON, Asking, Read, given

LONGEST_RANGE = 31
"""Days in which lessons without a register are looked for."""
LONGEST_YEAR = 366
"""Days of a child's attendance."""
_NEWEST = (Lesson.on_date, Lesson.bell, Lesson.id)


class local_time(GenericFunction[dt.time]):  # noqa: N801 - a function of SQL, called as one
    """The school-local time of day of a moment: `local_time(moment, time_zone)`."""

    type = sa.Time()
    inherit_cache = True


@compiles(local_time, "postgresql")
def _local_time(element: local_time, compiler: Any, **words: Any) -> str:
    moment, time_zone = (compiler.process(clause, **words) for clause in element.clauses)
    return f"CAST(timezone({time_zone}, {moment}) AS time)"


@Read
def _unfilled(viewer: Asking, after: bool) -> Rows:
    """Of each lesson that is over: how many pupils have it, and how many of them have no entry. Those with somebody missing."""
    now = given("now", Moment())
    today = local_date(now, School.time_zone)
    over = sa.or_(Lesson.on_date < today, sa.and_(Lesson.on_date == today, local_time(now, School.time_zone) >= ENDS))
    entry = (Attendance.school_id == Pupil.school_id, Attendance.lesson_id == Lesson.id, Attendance.pupil_id == Pupil.id)
    entered = sa.select(Attendance.pupil_id).where(*entry).correlate(Pupil, Lesson).exists()
    pupils = sa.select(sa.func.count()).select_from(Pupil).where(attends()).correlate(Lesson).scalar_subquery()
    missing = sa.select(sa.func.count()).select_from(Pupil).where(attends(), ~entered).correlate(Lesson).scalar_subquery()
    statement = LESSON.add_columns(pupils.label("pupils"), missing.label("missing")).where(
        IN_DAYS, Lesson.cancelled_at.is_(None), over, sa.or_(visible_courses(viewer), substitutes(viewer)), missing > 0)
    return paged(statement, _NEWEST, after=after, descending=True)


async def unfilled(reader: Reader, viewer: Viewer, from_: dt.date, to: dt.date, *, first: int, after: str | None) -> Page:
    """Lessons of at most 31 days that are over and whose register has not all of its entries, newest first.

    A teacher's own and those that they give as a substitute, those of a class teacher's class, those of an office's or a head's school.
    """
    check_range(from_, to, LONGEST_RANGE)
    return await read_page(reader, _unfilled, viewer, _NEWEST, first=first, after=after, from_=from_, to=to, now=clock.now())


class SubjectKey(NamedTuple):
    """A subject, in the order of names."""

    name: str
    school_id: int
    id: UUID


@dataclass(frozen=True, slots=True)
class Attended:
    """A child's register entries: by kind, by reason, and by subject and kind; minutes of being late in all."""

    kinds: Mapping[AttendanceKind, int]
    reasons: Mapping[UUID, int]
    subjects: Mapping[SubjectKey, Mapping[AttendanceKind, int]]
    minutes_late: int


@Read
def _attended(viewer: Asking) -> Rows:
    by = (Subject.name, Course.subject_id, Attendance.kind, Attendance.reason_id)
    return (
        sa.select(*by, sa.func.count().label("count"), sa.func.coalesce(sa.func.sum(Attendance.minutes_late), 0).label("minutes"))
        .select_from(Attendance)
        .join(Lesson, sa.and_(Lesson.school_id == Attendance.school_id, Lesson.id == Attendance.lesson_id))
        .join(Course, sa.and_(Course.school_id == Lesson.school_id, Course.id == Lesson.course_id))
        .join(Subject, sa.and_(Subject.school_id == Course.school_id, Subject.id == Course.subject_id))
        .where(Attendance.school_id == THIS_PERSON.school_id, Attendance.pupil_id == THIS_PERSON.id, IN_DAYS, visible_attendance(viewer))
        .group_by(*by).order_by(Subject.name, Course.subject_id)
    )


async def attended(reader: Reader, viewer: Viewer, child: Ref, from_: dt.date, to: dt.date) -> Attended:
    """How a child attended in at most 366 days, as far as the viewer may see. Refused as absent: a child whose diary the viewer may not open."""
    check_range(from_, to, LONGEST_YEAR)
    found: list[Any] = await reader.all(_attended, viewer, school_id=child.school_id, person_id=child.id, from_=from_, to=to)
    if not found:
        await check_child(reader, viewer, child)
    kinds, reasons = Counter[AttendanceKind](), Counter[UUID]()
    subjects: dict[SubjectKey, Counter[AttendanceKind]] = {}
    for row in found:
        kinds[row.kind] += row.count
        subjects.setdefault(SubjectKey(row.name, child.school_id, row.subject_id), Counter())[row.kind] += row.count
        if row.reason_id is not None:
            reasons[row.reason_id] += row.count
    return Attended(kinds, reasons, subjects, sum(row.minutes for row in found))
