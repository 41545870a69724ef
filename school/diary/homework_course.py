"""A course's homework as its teacher sees it: how many have done it, and who."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from school.clock import check_range
from school.context import Viewer
from school.db import Rows
from school.diary.homework_models import HomeworkDone
from school.diary.homework_rows import HOMEWORK
from school.diary.models import Homework, Lesson
from school.diary.policy import concerned, opens_gradebook, substitutes, visible_courses
from school.diary.queries import IN_DAYS, LONGEST_RANGE, limited
from school.diary.submission_reads import to_answer
from school.errors import not_found
from school.ids import Ref
from school.reading import Reader
from school.registry.models import Course, Person, Pupil
from school.statements import Asking, Read, given

MOST = 200


def _at_school() -> sa.ColumnElement[bool]:
    """Whom it concerns, of those who are at the school on its day."""
    return sa.and_(
        Pupil.school_id == Homework.school_id, concerned(Pupil.id, Pupil.class_group_id), Pupil.enrolled_on <= Lesson.on_date,
        sa.or_(Pupil.left_on.is_(None), Pupil.left_on > Lesson.on_date))


_TICK = sa.and_(HomeworkDone.school_id == Pupil.school_id, HomeworkDone.pupil_id == Pupil.id, HomeworkDone.homework_id == Homework.id, HomeworkDone.done)


@Read
def _course(viewer: Asking) -> Rows:
    return sa.select(Course.id).where(Course.school_id == given("school_id"), Course.id == given("course_id"), opens_gradebook(viewer))


@Read
def _tasks(viewer: Asking) -> Rows:
    count = sa.select(sa.func.count()).select_from(Pupil)
    pupils = count.where(_at_school()).correlate_except(Pupil).scalar_subquery()
    done = count.join(HomeworkDone, sa.and_(HomeworkDone.school_id == Pupil.school_id, HomeworkDone.pupil_id == Pupil.id)).where(
        _at_school(), _TICK).correlate_except(Pupil, HomeworkDone).scalar_subquery()
    return HOMEWORK.add_columns(pupils.label("pupils"), done.label("done"), to_answer().label("to_answer")).where(
        Homework.school_id == given("school_id"), Homework.course_id == given("course_id"), IN_DAYS, Homework.withdrawn_at.is_(None),
        sa.or_(visible_courses(viewer), substitutes(viewer)),
    ).order_by(Lesson.on_date.desc(), Lesson.bell, Homework.id).limit(MOST + 1)


async def course_homework(reader: Reader, viewer: Viewer, course: Ref, from_: dt.date, to: dt.date) -> Sequence[Any]:
    """Standing homework of a course that is due in at most 31 days, the latest first: `HOMEWORK`'s columns, `pupils` (whom it concerns), `done`
    of them, and of how many the newest work waits for an answer. Whoever gives a lesson of it as a substitute sees what is due for that one.

    Refused as absent: a course that the viewer neither teaches, also as a substitute, nor leads nor has in the office.
    """
    check_range(from_, to, LONGEST_RANGE)
    asked = {"school_id": course.school_id, "course_id": course.id, "from_": from_, "to": to}
    there, found = await reader.each((_course, _tasks), viewer, **asked)
    if not there:
        raise not_found()
    return limited(found, MOST)


@Read
def _homework(viewer: Asking) -> Rows:
    return HOMEWORK.where(Homework.school_id == given("school_id"), Homework.id == given("homework_id"), visible_courses(viewer))


@Read
def _pupils(viewer: Asking) -> Rows:
    return (
        sa.select(Person.school_id, Person.id, Person.family_name, Person.given_name, Person.patronymic, HomeworkDone.at.label("done_at"))
        .select_from(Homework)
        .join(Lesson, sa.and_(Lesson.school_id == Homework.school_id, Lesson.id == Homework.due_lesson_id))
        .join(Course, sa.and_(Course.school_id == Homework.school_id, Course.id == Homework.course_id))
        .join(Pupil, _at_school())
        .join(Person, sa.and_(Person.school_id == Pupil.school_id, Person.id == Pupil.id))
        .outerjoin(HomeworkDone, _TICK)
        .where(Homework.school_id == given("school_id"), Homework.id == given("homework_id"), visible_courses(viewer))
        .order_by(Person.sort_key, Pupil.id).limit(MOST + 1)
    )


async def progress(reader: Reader, viewer: Viewer, ref: Ref) -> list[Any]:
    """Whom a homework concerns, by name, and when they have ticked it. Refused as absent: as `course_homework`."""
    there, found = await reader.each((_homework, _pupils), viewer, school_id=ref.school_id, homework_id=ref.id)
    if not there:
        raise not_found()
    return limited(found, MOST)
