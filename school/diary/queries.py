"""Reads of the diary shaped for screens, by child: each is one or two statements, whatever the number of rows."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school import clock
from school.connections import Page, paged, read_page
from school.context import Viewer
from school.db import Rows
from school.diary.attendance_rows import AttendanceRow
from school.diary.homework_rows import HOMEWORK, HomeworkRow
from school.diary.lessons import LESSON, LessonRow, check_range
from school.diary.mark_rows import MARK, MarkRow
from school.diary.models import Attendance, CourseScale, GradingScale, Homework, Lesson, Mark, MarkRevision
from school.diary.policy import visible_attendance, visible_children, visible_classes, visible_lessons, visible_marks
from school.errors import Code, Refused, not_found
from school.ids import Ref
from school.reading import Reader
from school.registry.models import ClassGroup, Course, Pupil, School, Subject, Term
from school.statements import Read, given

T = TypeVar("T")
MOST_LESSONS = 1000
"""Lessons in one answer: a class has some 40 in a week."""
MOST_HOMEWORK = 1000


def _class_of(viewer: Viewer, child: Ref) -> Any:
    """The class of a child whose diary the viewer may open; null for any other."""
    return sa.select(Pupil.class_group_id).where(Pupil.school_id == child.school_id, Pupil.id == child.id, visible_children(viewer)).scalar_subquery()


async def time_zone_of(session: AsyncSession, viewer: Viewer, child: Ref) -> str:
    """The time zone of a child whose diary the viewer may open, else refused as absent."""
    found = await session.scalar(
        sa.select(School.time_zone).join(Pupil, Pupil.school_id == School.id)
        .where(Pupil.school_id == child.school_id, Pupil.id == child.id, visible_children(viewer)))
    if found is None:
        raise not_found()
    return found


async def class_lessons(session: AsyncSession, viewer: Viewer, group: Ref, from_: dt.date, to: dt.date) -> list[LessonRow]:
    """The lessons of a class in at most 31 days, as far as the viewer may see them; cancelled ones too."""
    check_range(from_, to)
    found = await _lessons(session, viewer, group.school_id, group.id, from_, to)
    if not found and not await session.scalar(
            sa.select(sa.true()).where(ClassGroup.school_id == group.school_id, ClassGroup.id == group.id, visible_classes(viewer))):
        raise not_found()
    return found


async def child_lessons(session: AsyncSession, viewer: Viewer, child: Ref, from_: dt.date, to: dt.date) -> list[LessonRow]:
    """The lessons of a child's class in at most 31 days, as far as the viewer may see them; cancelled ones too."""
    check_range(from_, to)
    found = await _lessons(session, viewer, child.school_id, _class_of(viewer, child), from_, to)
    if not found:
        await time_zone_of(session, viewer, child)
    return found


async def _lessons(session: AsyncSession, viewer: Viewer, school_id: int, group: Any, from_: dt.date, to: dt.date) -> list[LessonRow]:
    statement = LESSON.where(
        Lesson.school_id == school_id, Lesson.class_group_id == group, Lesson.on_date.between(from_, to), visible_lessons(viewer),
    ).order_by(Lesson.on_date, Lesson.bell, Lesson.id).limit(MOST_LESSONS + 1)
    return limited([LessonRow(*row) for row in await session.execute(statement)], MOST_LESSONS)


def limited(found: list[T], most: int) -> list[T]:
    """The rows, if they are not more than one answer holds."""
    if len(found) > most:
        raise Refused(Code.TOO_MANY, f"more than {most} rows: ask for fewer days")
    return found


@dataclass(frozen=True, slots=True)
class DayLesson:
    """A lesson of one child's diary with what belongs to it."""

    lesson: LessonRow
    homework: list[HomeworkRow]
    marks: list[MarkRow]
    attendance: AttendanceRow | None


async def child_diary(session: AsyncSession, viewer: Viewer, child: Ref, from_: dt.date, to: dt.date) -> list[DayLesson]:
    """A child's diary of at most 31 days in two statements: lessons with the register, then homework and standing marks."""
    check_range(from_, to)
    mine = sa.and_(
        Attendance.school_id == Lesson.school_id, Attendance.lesson_id == Lesson.id, Attendance.pupil_id == child.id, visible_attendance(viewer))
    statement = LESSON.outerjoin(Attendance, mine).add_columns(Attendance.kind, Attendance.minutes_late, Attendance.by, Attendance.at).where(
        Lesson.school_id == child.school_id, Lesson.class_group_id == _class_of(viewer, child), Lesson.on_date.between(from_, to), visible_lessons(viewer),
    ).order_by(Lesson.on_date, Lesson.bell, Lesson.id).limit(MOST_LESSONS + 1)
    days = []
    for row in (await session.execute(statement)).all():
        *columns, kind, minutes_late, by, at = row
        lesson = LessonRow(*columns)
        entry = AttendanceRow(lesson.school_id, lesson.id, child.id, kind, minutes_late, by, at) if kind is not None else None
        days.append(DayLesson(lesson, [], [], entry))
    if not days:
        await time_zone_of(session, viewer, child)
        return []
    await _fill(session, viewer, child, limited(days, MOST_LESSONS), from_, to)
    return days


async def _fill(session: AsyncSession, viewer: Viewer, child: Ref, days: list[DayLesson], from_: dt.date, to: dt.date) -> None:
    """Homework and marks in one statement: a homework's row has nulls where a mark has its value."""
    in_range = sa.and_(Lesson.school_id == child.school_id, Lesson.class_group_id == days[0].lesson.class_group_id, Lesson.on_date.between(from_, to))
    course = sa.and_(Course.school_id == Lesson.school_id, Course.id == Lesson.course_id)
    marks = (
        sa.select(
            Mark.lesson_id, Mark.id, Mark.comment.label("text"), Mark.given_by.label("by"), Mark.given_at.label("at"),
            Mark.value, Mark.weight, Mark.work, Mark.revision)
        .join(Lesson, sa.and_(Lesson.school_id == Mark.school_id, Lesson.id == Mark.lesson_id)).join(Course, course)
        .where(in_range, Mark.pupil_id == child.id, Mark.withdrawn_at.is_(None), visible_marks(viewer))
    )
    homework = (
        sa.select(Homework.due_lesson_id, Homework.id, Homework.text, Homework.set_by, Homework.set_at, *(sa.null() for _ in range(4)))
        .join(Lesson, sa.and_(Lesson.school_id == Homework.school_id, Lesson.id == Homework.due_lesson_id)).join(Course, course)
        .where(in_range, Homework.withdrawn_at.is_(None), visible_lessons(viewer))
    )
    both = marks.union_all(homework).subquery()
    by_lesson = {day.lesson.id: day for day in days}
    for row in await session.execute(sa.select(both).order_by(both.c.at, both.c.id)):
        day = by_lesson.get(row.lesson_id)
        if day is None:
            continue  # a lesson moved out of the range between the two statements
        at = day.lesson
        if row.value is None:
            day.homework.append(HomeworkRow(
                at.school_id, row.id, at.id, at.course_id, at.class_group_id, at.subject_id, at.subject_name, at.on_date, row.text, row.by, row.at, None))
        else:
            day.marks.append(MarkRow(
                at.school_id, row.id, child.id, at.id, at.course_id, at.subject_id, at.subject_name, at.on_date, row.value, row.weight, row.work,
                row.text, row.revision, row.by, row.at, None))


async def child_homework(session: AsyncSession, viewer: Viewer, child: Ref, from_: dt.date, to: dt.date) -> list[HomeworkRow]:
    """The homework of a child's class that is due in at most 31 days, withdrawn not counted, by the lesson for which it is due."""
    check_range(from_, to)
    statement = HOMEWORK.where(
        Homework.school_id == child.school_id, Lesson.class_group_id == _class_of(viewer, child), Homework.withdrawn_at.is_(None),
        Lesson.on_date.between(from_, to), visible_lessons(viewer),
    ).order_by(Lesson.on_date, Lesson.bell, Homework.id).limit(MOST_HOMEWORK + 1)
    found = limited([HomeworkRow(*row) for row in await session.execute(statement)], MOST_HOMEWORK)
    if not found:
        await time_zone_of(session, viewer, child)
    return found


_NEWEST = (Mark.given_at, Mark.id)


@Read
def _child_marks(viewer: Viewer, after: bool, course: bool) -> Rows:
    statement = MARK.where(Mark.school_id == given("school_id"), Mark.pupil_id == given("child_id"), Mark.withdrawn_at.is_(None), visible_marks(viewer))
    if course:
        statement = statement.where(Mark.school_id == given("course_school_id"), Mark.course_id == given("course_id"))
    return paged(statement, _NEWEST, after=after, descending=True)


async def child_marks(reader: Reader, viewer: Viewer, child: Ref, course: Ref | None, *, first: int, after: str | None) -> Page:
    """A child's standing marks, newest first, of one course or of all. A course that is not there simply has none."""
    of_course = {} if course is None else {"course_school_id": course.school_id, "course_id": course.id}
    found = await read_page(
        reader, _child_marks, viewer, _NEWEST, course is not None, first=first, after=after, school_id=child.school_id, child_id=child.id, **of_course)
    if not found.rows:
        await check_child(reader, viewer, child)
    return found


@Read
def _child(viewer: Viewer) -> Rows:
    return sa.select(Pupil.id).where(Pupil.school_id == given("school_id"), Pupil.id == given("child_id"), visible_children(viewer))


async def check_child(reader: Reader, viewer: Viewer, child: Ref) -> None:
    """Refused as absent: a child whose diary the viewer may not open."""
    if not await reader.all(_child, viewer, school_id=child.school_id, child_id=child.id):
        raise not_found()


async def mark_history(session: AsyncSession, viewer: Viewer, ref: Ref) -> Sequence[Any]:
    """What a mark was after each change, oldest first; refused as absent when the viewer may not see the mark."""
    found = (await session.execute(
        sa.select(
            MarkRevision.school_id, MarkRevision.mark_id, Mark.pupil_id, MarkRevision.revision, MarkRevision.action, MarkRevision.value, MarkRevision.weight,
            MarkRevision.work, MarkRevision.comment, MarkRevision.reason, MarkRevision.by, MarkRevision.at)
        .join(Mark, sa.and_(Mark.school_id == MarkRevision.school_id, Mark.id == MarkRevision.mark_id))
        .join(Course, sa.and_(Course.school_id == Mark.school_id, Course.id == Mark.course_id))
        .where(Mark.school_id == ref.school_id, Mark.id == ref.id, visible_marks(viewer)).order_by(MarkRevision.revision)
    )).all()
    if not found:
        raise not_found()
    return found


class SubjectMarks(NamedTuple):
    """A child's marks in one subject on one scale, summed up exactly."""

    school_id: int
    subject_id: UUID
    subject_name: str
    scale_name: str
    lowest: int
    highest: int
    marks: int
    weighted_sum: int
    weights: int


async def child_averages(session: AsyncSession, viewer: Viewer, child: Ref, from_: dt.date | None, to: dt.date | None) -> list[SubjectMarks]:
    """The sums behind a child's averages: standing marks of lessons from `from_` (else from the beginning of the school's latest term) to `to`.

    Marks on different scales are never summed together.
    """
    today = clock.school_date(clock.now(), await time_zone_of(session, viewer, child))
    term = sa.select(sa.func.max(Term.starts_on)).where(Term.school_id == child.school_id, Term.starts_on <= today).scalar_subquery()
    group = (Mark.school_id, Course.subject_id, Subject.name, GradingScale.name, GradingScale.lowest, GradingScale.highest, GradingScale.id)
    statement = (
        sa.select(*group[:-1], sa.func.count(), sa.func.sum(sa.cast(Mark.value, sa.BigInteger) * Mark.weight), sa.func.sum(Mark.weight))
        .join(Lesson, sa.and_(Lesson.school_id == Mark.school_id, Lesson.id == Mark.lesson_id))
        .join(Course, sa.and_(Course.school_id == Mark.school_id, Course.id == Mark.course_id))
        .join(Subject, sa.and_(Subject.school_id == Course.school_id, Subject.id == Course.subject_id))
        .join(CourseScale, sa.and_(CourseScale.school_id == Course.school_id, CourseScale.id == Course.id))
        .join(GradingScale, sa.and_(GradingScale.school_id == CourseScale.school_id, GradingScale.id == CourseScale.scale_id))
        .where(
            Mark.school_id == child.school_id, Mark.pupil_id == child.id, Mark.withdrawn_at.is_(None), visible_marks(viewer),
            Lesson.on_date >= (from_ if from_ is not None else sa.func.coalesce(term, dt.date.min)))
        .group_by(*group).order_by(Subject.name, Course.subject_id, GradingScale.id)
    )
    if to is not None:
        statement = statement.where(Lesson.on_date <= to)
    return [SubjectMarks(*row) for row in await session.execute(statement)]
