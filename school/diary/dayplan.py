"""A school's day as its office plans it: all lessons, who teaches, and what was changed. Each is one read, whatever the number of rows."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from school.context import Viewer
from school.db import Rows
from school.diary.lessons import LESSON
from school.diary.models import Lesson, Substitution
from school.diary.policy import changes_lessons
from school.diary.queries import MOST_LESSONS, limited
from school.errors import not_found
from school.reading import Reader
from school.registry.models import ClassGroup, Course, Person, School, Staff
from school.statements import Asking, Read, given

MOST_COURSES = 5000
MOST_SUBSTITUTIONS = 1000
_DATE = given("on_date", sa.Date())
_SCHOOL = given("school_id", sa.Integer())


@dataclass(slots=True)
class TeacherRow:
    """One of the staff who teaches or leads a class: what, and whom."""

    school_id: int
    id: UUID
    subjects: list[UUID] = field(default_factory=list)
    groups: list[UUID] = field(default_factory=list)


@Read
def _school(viewer: Asking) -> Rows:
    return sa.select(School.id).where(School.id == _SCHOOL, changes_lessons(viewer, School.id))


@Read
def _lessons(viewer: Asking) -> Rows:
    of_day = sa.or_(Lesson.on_date == _DATE, Lesson.planned_on == _DATE)
    order = (Lesson.bell, Lesson.class_group_id, Lesson.id)
    return LESSON.where(Lesson.school_id == _SCHOOL, of_day, changes_lessons(viewer, Lesson.school_id)).order_by(*order).limit(MOST_LESSONS + 1)


@Read
def _teachers(viewer: Asking) -> Rows:
    """A row for each course, and for each class that somebody leads."""
    there = (Staff.school_id == _SCHOOL, sa.or_(Staff.left_on.is_(None), Staff.left_on > _DATE), changes_lessons(viewer, Staff.school_id))
    person = sa.and_(Person.school_id == Staff.school_id, Person.id == Staff.id)
    columns = (Person.sort_key, Staff.school_id, Staff.id)
    taught = sa.select(*columns, Course.subject_id, Course.class_group_id).select_from(Staff).join(Person, person).join(
        Course, sa.and_(Course.school_id == Staff.school_id, Course.teacher_id == Staff.id, Course.closed_at.is_(None))).where(*there)
    led = sa.select(*columns, sa.cast(sa.null(), sa.Uuid()), ClassGroup.id).select_from(Staff).join(Person, person).join(
        ClassGroup, sa.and_(ClassGroup.school_id == Staff.school_id, ClassGroup.teacher_id == Staff.id, ClassGroup.closed_on.is_(None))).where(*there)
    both = taught.union_all(led).subquery()
    return sa.select(both.c.school_id, both.c.id, both.c.subject_id, both.c.class_group_id).order_by(both.c.sort_key, both.c.id).limit(MOST_COURSES + 1)


@Read
def _substitutions(viewer: Asking) -> Rows:
    of_day = sa.or_(Substitution.on_date == _DATE, Substitution.old_on_date == _DATE)
    return (
        sa.select(*Substitution.__table__.columns, Lesson.course_id, Lesson.class_group_id)
        .join(Lesson, sa.and_(Lesson.school_id == Substitution.school_id, Lesson.id == Substitution.lesson_id))
        .where(Substitution.school_id == _SCHOOL, of_day, changes_lessons(viewer, Substitution.school_id))
        .order_by(Substitution.at.desc(), Substitution.id.desc()).limit(MOST_SUBSTITUTIONS + 1)
    )


async def _read(reader: Reader, viewer: Viewer, what: Read, school_id: int, on_date: dt.date) -> list[Any]:
    """The rows of a day. Refused as absent: a school whose timetable the viewer does not change."""
    there, found = await reader.each((_school, what), viewer, school_id=school_id, on_date=on_date)
    if not there:
        raise not_found()
    return found


async def lessons(reader: Reader, viewer: Viewer, school_id: int, on_date: dt.date) -> Sequence[Any]:
    """All lessons of a day by bell, and those that were moved away from it."""
    return limited(await _read(reader, viewer, _lessons, school_id, on_date), MOST_LESSONS)


async def teachers(reader: Reader, viewer: Viewer, school_id: int, on_date: dt.date) -> list[TeacherRow]:
    """Who teaches or leads a class and works on this day, by name."""
    found: dict[UUID, TeacherRow] = {}
    for row in limited(await _read(reader, viewer, _teachers, school_id, on_date), MOST_COURSES):
        teacher = found.setdefault(row.id, TeacherRow(row.school_id, row.id))
        for ids, one in ((teacher.subjects, row.subject_id), (teacher.groups, row.class_group_id)):
            if one is not None and one not in ids:
                ids.append(one)
    return list(found.values())


async def substitutions(reader: Reader, viewer: Viewer, school_id: int, on_date: dt.date) -> Sequence[Any]:
    """What was changed of lessons that were or are on a day, newest first."""
    return limited(await _read(reader, viewer, _substitutions, school_id, on_date), MOST_SUBSTITUTIONS)
