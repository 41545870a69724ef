"""Reads of the diary shaped for screens, by child: each is one or two statements, whatever the number of rows."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

import sqlalchemy as sa

from school import clock
from school.connections import Page, paged, read_page
from school.context import Viewer
from school.db import Moment, Rows, local_date
from school.diary.homework_models import HomeworkDone
from school.diary.homework_rows import HOMEWORK, HomeworkRow
from school.diary.lessons import LESSON
from school.diary.mark_rows import MARK, counts
from school.diary.models import CourseScale, GradingScale, Homework, Lesson, Mark, MarkRevision
from school.diary.policy import is_for, visible_children, visible_classes, visible_lessons, visible_marks
from school.diary.scale_rows import SCALE, SCALE_KEY, SHOWN, Labels, with_scale
from school.errors import Code, Refused, not_found
from school.ids import Ref
from school.reading import Reader
from school.registry.calendar_models import Term
from school.registry.former_class_models import FormerClass
from school.registry.membership import has
from school.registry.models import ClassGroup, Course, Pupil, School, Subject
from school.statements import THIS_PERSON, Asking, Read, given

T = TypeVar("T")
LONGEST_RANGE = 31
"""Days of a diary that one question may span."""
MOST_LESSONS = 1000
"""Lessons in one answer: a class has some 40 in a week."""
MOST_HOMEWORK = 1000


MINE = (Pupil.school_id == THIS_PERSON.school_id, Pupil.id == THIS_PERSON.id)
"""The child that is asked about."""
IN_DAYS = Lesson.on_date.between(given("from_", sa.Date()), given("to", sa.Date()))
MOVED_AWAY = sa.and_(Lesson.planned_on.between(given("from_", sa.Date()), given("to", sa.Date())), Lesson.planned_on != Lesson.on_date)
"""Lessons that the timetable has on these days, and that are on others."""
IN_ORDER = (Lesson.on_date, Lesson.bell, Lesson.id)
_OF_GROUPS = has(Lesson.pupil_group_id, THIS_PERSON.school_id, THIS_PERSON.id, Lesson.on_date)
"""Lessons of the whole class, and of groups in which the child that is asked about is then."""


def class_of(viewer: Asking) -> Any:
    """The class of the child that is asked about, if the viewer may open its diary; null for any other."""
    return sa.select(Pupil.class_group_id).where(*MINE, visible_children(viewer)).scalar_subquery()


def of_child(viewer: Asking) -> sa.ColumnElement[bool]:
    """Lessons of the child that is asked about: of the class of now, and of these days' those of the class in which the child was at that time; not those
    of others' groups."""
    def before(column: Any) -> Any:
        there = sa.exists().where(*MINE, visible_children(viewer)).correlate_except(Pupil)
        return sa.select(column).where(
            FormerClass.school_id == THIS_PERSON.school_id, FormerClass.pupil_id == THIS_PERSON.id, FormerClass.since <= given("to", sa.Date()),
            FormerClass.until > given("from_", sa.Date()), there).order_by(FormerClass.until.desc()).limit(1).scalar_subquery()

    moved, then = before(FormerClass.until), sa.case((Lesson.on_date < before(FormerClass.until), before(FormerClass.class_group_id)), else_=class_of(viewer))
    return sa.and_(
        Lesson.class_group_id.in_([class_of(viewer), before(FormerClass.class_group_id)]), _OF_GROUPS, sa.or_(moved.is_(None), Lesson.class_group_id == then))


@Read
def _child(viewer: Asking) -> Rows:
    return sa.select(Pupil.id).where(*MINE, visible_children(viewer))


async def check_child(reader: Reader, viewer: Viewer, child: Ref) -> None:
    """Refused as absent: a child whose diary the viewer may not open."""
    if not await reader.all(_child, viewer, school_id=child.school_id, person_id=child.id):
        raise not_found()


def limited(found: list[T], most: int) -> list[T]:
    """The rows, if they are not more than one answer holds."""
    if len(found) > most:
        raise Refused(Code.TOO_MANY, f"more than {most} rows: ask for fewer days")
    return found


def _lessons(viewer: Asking, which: sa.ColumnElement[bool]) -> Rows:
    mine = (Lesson.school_id == given("school_id"), which, IN_DAYS, visible_lessons(viewer))
    return LESSON.where(*mine).order_by(*IN_ORDER).limit(MOST_LESSONS + 1)


@Read
def _class_lessons(viewer: Asking) -> Rows:
    return _lessons(viewer, Lesson.class_group_id == given("group_id", sa.Uuid()))


@Read
def _child_lessons(viewer: Asking) -> Rows:
    return _lessons(viewer, of_child(viewer))


@Read
def _group(viewer: Asking) -> Rows:
    return sa.select(ClassGroup.id).where(
        ClassGroup.school_id == given("school_id"), ClassGroup.id == given("group_id"), visible_classes(viewer))


Columns = frozenset[str] | None


async def class_lessons(reader: Reader, viewer: Viewer, group: Ref, from_: dt.date, to: dt.date, columns: Columns = None) -> list[Any]:
    """The lessons of a class in at most 31 days, as far as the viewer may see them; cancelled ones too. All columns of a `LessonRow`, or some."""
    clock.check_range(from_, to, LONGEST_RANGE)
    key = {"school_id": group.school_id, "group_id": group.id}
    found = await reader.all(_class_lessons, viewer, columns=columns, from_=from_, to=to, **key)
    if not found and not await reader.all(_group, viewer, **key):
        raise not_found()
    return limited(found, MOST_LESSONS)


async def child_lessons(reader: Reader, viewer: Viewer, child: Ref, from_: dt.date, to: dt.date, columns: Columns = None) -> list[Any]:
    """The lessons of a child's class in at most 31 days, as far as the viewer may see them; cancelled ones too. Columns as of `class_lessons`."""
    clock.check_range(from_, to, LONGEST_RANGE)
    found = await reader.all(_child_lessons, viewer, columns=columns, school_id=child.school_id, person_id=child.id, from_=from_, to=to)
    if not found:
        await check_child(reader, viewer, child)
    return limited(found, MOST_LESSONS)


def homework_of(viewer: Asking, which: sa.ColumnElement[bool] | None = None) -> Rows:
    """Standing homework that concerns the child that is asked about, with the child's tick: the columns of a `HomeworkRow`. `which` lessons' it is, where
    not those of the class of now."""
    tick = sa.and_(
        HomeworkDone.school_id == Homework.school_id, HomeworkDone.homework_id == Homework.id, HomeworkDone.pupil_id == THIS_PERSON.id, HomeworkDone.done)
    return HOMEWORK.outerjoin(HomeworkDone, tick).add_columns(HomeworkDone.at.label("done_at")).where(
        Homework.school_id == THIS_PERSON.school_id, Homework.withdrawn_at.is_(None), is_for(THIS_PERSON.id),
        sa.and_(Lesson.class_group_id == class_of(viewer), _OF_GROUPS) if which is None else which, visible_lessons(viewer))


@Read
def homework_in_days(viewer: Asking) -> Rows:
    """The same, due on these days, by the lesson for which it is due."""
    return homework_of(viewer, of_child(viewer)).where(IN_DAYS).order_by(Lesson.on_date, Lesson.bell, Homework.set_at, Homework.id).limit(MOST_HOMEWORK + 1)


async def child_homework(reader: Reader, viewer: Viewer, child: Ref, from_: dt.date, to: dt.date) -> list[HomeworkRow]:
    """A child's homework that is due in at most 31 days, withdrawn not counted, by the lesson for which it is due."""
    clock.check_range(from_, to, LONGEST_RANGE)
    found, there = await reader.each((homework_in_days, _child), viewer, school_id=child.school_id, person_id=child.id, from_=from_, to=to)
    if not there:
        raise not_found()
    return limited([HomeworkRow(*row) for row in found], MOST_HOMEWORK)


_NEWEST = (Mark.given_at, Mark.id)


@Read
def _child_marks(viewer: Asking, after: bool, course: bool) -> Rows:
    statement = MARK.where(
        Mark.school_id == THIS_PERSON.school_id, Mark.pupil_id == THIS_PERSON.id, Mark.withdrawn_at.is_(None), visible_marks(viewer, *THIS_PERSON))
    if course:
        statement = statement.where(Mark.school_id == given("course_school_id"), Mark.course_id == given("course_id"))
    return paged(statement, _NEWEST, after=after, descending=True)


async def child_marks(
    reader: Reader, viewer: Viewer, child: Ref, course: Ref | None, *, first: int, after: str | None, columns: frozenset[str] | None = None,
) -> Page:
    """A child's standing marks, newest first, of one course or of all. A course that is not there simply has none."""
    of_course = {} if course is None else {"course_school_id": course.school_id, "course_id": course.id}
    found = await read_page(
        reader, _child_marks, viewer, _NEWEST, course is not None, first=first, after=after, columns=columns, school_id=child.school_id,
        person_id=child.id, **of_course)
    if not found.rows:
        await check_child(reader, viewer, child)
    return found


@Read
def _history(viewer: Asking) -> Rows:
    return with_scale(
        sa.select(
            MarkRevision.school_id, MarkRevision.mark_id, Mark.pupil_id, MarkRevision.revision, MarkRevision.action, MarkRevision.value, MarkRevision.weight,
            MarkRevision.work, MarkRevision.comment, MarkRevision.reason, MarkRevision.by, MarkRevision.at, MarkRevision.work_id, *SHOWN)
        .join(Mark, sa.and_(Mark.school_id == MarkRevision.school_id, Mark.id == MarkRevision.mark_id))
        .join(Course, sa.and_(Course.school_id == Mark.school_id, Course.id == Mark.course_id))
        .join(Lesson, sa.and_(Lesson.school_id == Mark.school_id, Lesson.id == Mark.lesson_id))
    ).where(Mark.school_id == given("school_id"), Mark.id == given("mark_id"), visible_marks(viewer)).order_by(MarkRevision.revision)


async def mark_history(reader: Reader, viewer: Viewer, ref: Ref) -> Sequence[Any]:
    """What a mark was after each change, oldest first; refused as absent when the viewer may not see the mark."""
    found = await reader.all(_history, viewer, school_id=ref.school_id, mark_id=ref.id)
    if not found:
        raise not_found()
    return found


class SubjectMarks(NamedTuple):
    """A child's marks in one subject on one scale, summed up exactly."""

    school_id: int
    subject_id: UUID
    subject_name: str
    scale_id: UUID
    scale_name: str
    lowest: int
    highest: int
    scale_counts: bool
    labels: Labels
    marks: int
    weighted_sum: int
    weights: int


@Read
def _averages(viewer: Asking, from_: bool, to: bool) -> Rows:
    term = sa.select(sa.func.max(Term.starts_on)).join(School, School.id == Term.school_id).where(
        Term.school_id == given("school_id"), Term.starts_on <= local_date(given("now", Moment()), School.time_zone)).scalar_subquery()
    subject = (Mark.school_id, Course.subject_id, Subject.name)
    statement = (
        sa.select(
            *subject, *SCALE, sa.func.count(), sa.cast(sa.func.sum(sa.cast(Mark.value, sa.BigInteger) * Mark.weight), sa.BigInteger), sa.func.sum(Mark.weight))
        .join(Lesson, sa.and_(Lesson.school_id == Mark.school_id, Lesson.id == Mark.lesson_id))
        .join(Course, sa.and_(Course.school_id == Mark.school_id, Course.id == Mark.course_id))
        .join(Subject, sa.and_(Subject.school_id == Course.school_id, Subject.id == Course.subject_id))
        .join(CourseScale, sa.and_(CourseScale.school_id == Course.school_id, CourseScale.id == Course.id))
        .join(GradingScale, sa.and_(GradingScale.school_id == CourseScale.school_id, GradingScale.id == CourseScale.scale_id))
        .where(
            Mark.school_id == given("school_id"), Mark.pupil_id == sa.select(Pupil.id).where(*MINE, visible_children(viewer)).scalar_subquery(),
            counts(), GradingScale.counts, visible_marks(viewer, *THIS_PERSON),
            Lesson.on_date >= (given("from_", sa.Date()) if from_ else sa.func.coalesce(term, dt.date.min)))
        .group_by(*subject, *SCALE_KEY).order_by(Subject.name, Course.subject_id, GradingScale.id)
    )
    return statement.where(Lesson.on_date <= given("to", sa.Date())) if to else statement


async def child_averages(reader: Reader, viewer: Viewer, child: Ref, from_: dt.date | None, to: dt.date | None) -> list[SubjectMarks]:
    """The sums behind a child's averages: counting marks of lessons from `from_` (else from the beginning of the school's latest term) to `to`.

    Marks on different scales are never summed together, and those on a scale that makes no average not at all.
    """
    found = await reader.all(
        _averages, viewer, from_ is not None, to is not None, school_id=child.school_id, person_id=child.id, from_=from_, to=to, now=clock.now())
    if not found:
        await check_child(reader, viewer, child)
    return [SubjectMarks(*row) for row in found]
