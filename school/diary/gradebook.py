"""Reads for those who teach: courses, the day's lessons, and the gradebook, a number of statements that does not grow with its rows."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school.context import Viewer
from school.db import Rows
from school.diary.attendance_rows import ATTENDANCE, AttendanceRow
from school.diary.lessons import LESSON, LessonRow, check_range
from school.diary.mark_rows import MARK, MarkRow
from school.diary.models import Attendance, CourseScale, GradingScale, Lesson, Mark
from school.diary.policy import teaches, visible_courses
from school.diary.queries import MOST_LESSONS, limited
from school.errors import not_found
from school.ids import Ref
from school.registry.models import ClassGroup, Course, Person, Pupil, Subject

LONGEST_RANGE = 190
"""Days of a gradebook: half a school year."""
MOST_MARKS = 20_000
MOST_PUPILS = 200
MOST_COURSES = 500


class CourseRow(NamedTuple):
    """A course with its scale: the columns of `COURSE`, in order."""

    school_id: int
    id: UUID
    class_group_id: UUID
    grade: int
    letter: str
    subject_id: UUID
    subject_name: str
    teacher_id: UUID
    scale_name: str | None
    lowest: int | None
    highest: int | None


COURSE: Rows = (
    sa.select(
        Course.school_id, Course.id, Course.class_group_id, ClassGroup.grade, ClassGroup.letter, Course.subject_id, Subject.name.label("subject_name"),
        Course.teacher_id, GradingScale.name.label("scale_name"), GradingScale.lowest, GradingScale.highest,
    )
    .join(ClassGroup, sa.and_(ClassGroup.school_id == Course.school_id, ClassGroup.id == Course.class_group_id))
    .join(Subject, sa.and_(Subject.school_id == Course.school_id, Subject.id == Course.subject_id))
    .outerjoin(CourseScale, sa.and_(CourseScale.school_id == Course.school_id, CourseScale.id == Course.id))
    .outerjoin(GradingScale, sa.and_(GradingScale.school_id == CourseScale.school_id, GradingScale.id == CourseScale.scale_id))
)


async def my_courses(session: AsyncSession, viewer: Viewer) -> list[CourseRow]:
    """The courses that the viewer teaches, by class and subject."""
    order = (Course.school_id, ClassGroup.grade, ClassGroup.letter, Subject.name, Course.id)
    found = await session.execute(COURSE.where(teaches(viewer)).order_by(*order).limit(MOST_COURSES + 1))
    return limited([CourseRow(*row) for row in found], MOST_COURSES)


async def my_lessons(session: AsyncSession, viewer: Viewer, on_date: dt.date) -> list[LessonRow]:
    """The viewer's own lessons of one day, in the order of their bells; cancelled ones too."""
    found = await session.execute(
        LESSON.where(Lesson.on_date == on_date, teaches(viewer)).order_by(Lesson.school_id, Lesson.bell, Lesson.id).limit(MOST_LESSONS + 1))
    return limited([LessonRow(*row) for row in found], MOST_LESSONS)


class PupilRow(NamedTuple):
    """A pupil of a gradebook."""

    school_id: int
    id: UUID
    family_name: str
    given_name: str
    patronymic: str | None
    left_on: dt.date | None


@dataclass(frozen=True, slots=True)
class PupilMarks:
    """A gradebook's row: one pupil, standing marks and register entries in the order of the lessons."""

    pupil: PupilRow
    marks: list[MarkRow]
    attendance: list[AttendanceRow]


@dataclass(frozen=True, slots=True)
class Gradebook:
    """A course's lessons and its pupils by name."""

    course: CourseRow
    lessons: list[LessonRow]
    pupils: list[PupilMarks]


async def gradebook(session: AsyncSession, viewer: Viewer, ref: Ref, from_: dt.date, to: dt.date) -> Gradebook:
    """A course in at most 190 days; five statements. Refused: a course that the viewer neither teaches nor leads nor has in the office (NOT_FOUND)."""
    check_range(from_, to, LONGEST_RANGE)
    row = (await session.execute(COURSE.where(Course.school_id == ref.school_id, Course.id == ref.id, visible_courses(viewer)))).one_or_none()
    if row is None:
        raise not_found()
    course = CourseRow(*row)
    in_range = sa.and_(Lesson.school_id == ref.school_id, Lesson.course_id == ref.id, Lesson.on_date.between(from_, to))
    order = (Lesson.on_date, Lesson.bell, Lesson.id)
    lessons = limited([LessonRow(*found) for found in await session.execute(LESSON.where(in_range).order_by(*order).limit(MOST_LESSONS + 1))], MOST_LESSONS)
    pupils = await _pupils(session, course, from_, to)
    marks: dict[UUID, list[MarkRow]] = defaultdict(list)
    standing = MARK.where(in_range, Mark.withdrawn_at.is_(None)).order_by(*order, Mark.given_at, Mark.id).limit(MOST_MARKS + 1)
    for mark in limited([MarkRow(*found) for found in await session.execute(standing)], MOST_MARKS):
        marks[mark.pupil_id].append(mark)
    entries: dict[UUID, list[AttendanceRow]] = defaultdict(list)
    register = ATTENDANCE.join(Lesson, sa.and_(Lesson.school_id == Attendance.school_id, Lesson.id == Attendance.lesson_id)).where(in_range)
    for entry in limited([AttendanceRow(*found) for found in await session.execute(register.order_by(*order).limit(MOST_MARKS + 1))], MOST_MARKS):
        entries[entry.pupil_id].append(entry)
    return Gradebook(course, lessons, [PupilMarks(pupil, marks[pupil.id], entries[pupil.id]) for pupil in pupils])


async def _pupils(session: AsyncSession, course: CourseRow, from_: dt.date, to: dt.date) -> list[PupilRow]:
    """Who was in the class in this time, by name."""
    found = await session.execute(
        sa.select(Pupil.school_id, Pupil.id, Person.family_name, Person.given_name, Person.patronymic, Pupil.left_on)
        .join(Person, sa.and_(Person.school_id == Pupil.school_id, Person.id == Pupil.id))
        .where(
            Pupil.school_id == course.school_id, Pupil.class_group_id == course.class_group_id, Pupil.enrolled_on <= to,
            sa.or_(Pupil.left_on.is_(None), Pupil.left_on > from_))
        .order_by(Person.sort_key, Pupil.id).limit(MOST_PUPILS + 1))
    return limited([PupilRow(*row) for row in found], MOST_PUPILS)
