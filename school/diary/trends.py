"""How marks go week by week: a child's by subject, and a course's with how often each grade was given. Exact, and of nobody beside somebody else."""

import datetime as dt
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from school.clock import check_range
from school.context import Viewer
from school.db import Rows
from school.diary.figures import week_of
from school.diary.gradebook import COURSE, CourseRow
from school.diary.mark_rows import counts
from school.diary.models import CourseScale, GradingScale, Lesson, Mark
from school.diary.policy import visible_children, visible_courses, visible_marks
from school.diary.queries import IN_DAYS, MINE, check_child, limited
from school.diary.scale_rows import SCALE, SCALE_KEY, Labels
from school.errors import not_found
from school.ids import Ref
from school.reading import Reader
from school.registry.models import Course, Pupil, Subject
from school.statements import THIS_PERSON, Asking, Read, given

LONGEST_RANGE = 190
"""Days: half a school year."""
MOST_WEEKS = 2000
"""Weeks of all subjects, or weeks and grades of one course."""


class ChildWeek(NamedTuple):
    """A child's counting marks of one week in one subject on one scale: the columns of the read, in order."""

    school_id: int
    subject_id: UUID
    subject_name: str
    scale_id: UUID
    scale_name: str
    lowest: int
    highest: int
    scale_counts: bool
    labels: Labels
    week: dt.date
    marks: int
    weighted_sum: int
    weights: int


_SUMS = (
    sa.func.count().label("marks"), sa.cast(sa.func.sum(sa.cast(Mark.value, sa.BigInteger) * Mark.weight), sa.BigInteger).label("weighted_sum"),
    sa.cast(sa.func.sum(Mark.weight), sa.BigInteger).label("weights"))


@Read
def _child_weeks(viewer: Asking) -> Rows:
    week = week_of(Lesson.on_date)
    subject = (Mark.school_id, Course.subject_id, Subject.name)
    return (
        sa.select(Mark.school_id, Course.subject_id, Subject.name.label("subject_name"), *SCALE, week.label("week"), *_SUMS)
        .join(Lesson, sa.and_(Lesson.school_id == Mark.school_id, Lesson.id == Mark.lesson_id))
        .join(Course, sa.and_(Course.school_id == Mark.school_id, Course.id == Mark.course_id))
        .join(Subject, sa.and_(Subject.school_id == Course.school_id, Subject.id == Course.subject_id))
        .join(CourseScale, sa.and_(CourseScale.school_id == Course.school_id, CourseScale.id == Course.id))
        .join(GradingScale, sa.and_(GradingScale.school_id == CourseScale.school_id, GradingScale.id == CourseScale.scale_id))
        .where(
            Mark.school_id == given("school_id"), Mark.pupil_id == sa.select(Pupil.id).where(*MINE, visible_children(viewer)).scalar_subquery(),
            IN_DAYS, counts(), GradingScale.counts, visible_marks(viewer, *THIS_PERSON))
        .group_by(*subject, *SCALE_KEY, week).order_by(Subject.name, Course.subject_id, GradingScale.id, week).limit(MOST_WEEKS + 1)
    )


async def of_child(reader: Reader, viewer: Viewer, child: Ref, from_: dt.date, to: dt.date) -> list[ChildWeek]:
    """The sums behind a child's averages by subject and week (its Monday), of lessons in at most 190 days: one statement. Refused as absent: a child whose
    diary the viewer may not open."""
    check_range(from_, to, LONGEST_RANGE)
    found = await reader.all(_child_weeks, viewer, school_id=child.school_id, person_id=child.id, from_=from_, to=to)
    if not found:
        await check_child(reader, viewer, child)
    return limited([ChildWeek(*row) for row in found], MOST_WEEKS)


_THIS = (Course.school_id == given("school_id"), Course.id == given("course_id"))


@Read
def _course(viewer: Asking) -> Rows:
    return COURSE.where(*_THIS, visible_courses(viewer))


@Read
def _course_weeks(viewer: Asking) -> Rows:
    week = week_of(Lesson.on_date)
    return (
        sa.select(week.label("week"), Mark.value, sa.func.count().label("count"), sa.cast(sa.func.sum(Mark.weight), sa.BigInteger).label("weights"))
        .join(Lesson, sa.and_(Lesson.school_id == Mark.school_id, Lesson.id == Mark.lesson_id))
        .join(Course, sa.and_(Course.school_id == Mark.school_id, Course.id == Mark.course_id))
        .where(*_THIS, IN_DAYS, counts(), visible_courses(viewer)).group_by(week, Mark.value).order_by(week, Mark.value).limit(MOST_WEEKS + 1)
    )


async def of_course(reader: Reader, viewer: Viewer, course: Ref, from_: dt.date, to: dt.date) -> tuple[CourseRow, list[Any]]:
    """A course and how often each grade was given in it week by week, in at most 190 days, without a pupil. Refused as absent: a course that the viewer
    neither teaches nor leads nor has in the office."""
    check_range(from_, to, LONGEST_RANGE)
    courses, found = await reader.each(
        (_course, _course_weeks), viewer, school_id=course.school_id, course_id=course.id, from_=from_, to=to)
    if not courses:
        raise not_found()
    return CourseRow(*courses[0]), limited(found, MOST_WEEKS)
