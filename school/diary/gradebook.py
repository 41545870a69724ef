"""Reads for those who teach: courses, the day's lessons, and the gradebook, a number of statements that does not grow with its rows."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from school.clock import check_range
from school.context import Viewer
from school.db import Rows
from school.diary.absence_models import AbsenceNotice, AbsenceReason, NoticeState
from school.diary.attendance_rows import ATTENDANCE, AttendanceRow
from school.diary.bell_times import BEGINS
from school.diary.lessons import LESSON, LessonRow
from school.diary.mark_rows import MarkRow, replaced
from school.diary.models import Attendance, GradingScale, Lesson, Mark
from school.diary.notice_rows import covers
from school.diary.policy import gives, opens_gradebook, substitutes, teaches, visible_courses, visible_reasons, visible_scales
from school.diary.queries import IN_DAYS, IN_ORDER, MOST_LESSONS, limited
from school.diary.reasons import MOST_REASONS, REASON, ReasonRow
from school.diary.scale_rows import SHOWN, Labels, Steps, with_scale
from school.diary.work_models import OwnWork
from school.diary.works import MOST as MOST_WORKS
from school.diary.works import WORK, WorkRow
from school.errors import not_found
from school.ids import Ref
from school.reading import Reader
from school.registry.former_class_models import FormerClass
from school.registry.group_models import GroupMember
from school.registry.membership import has
from school.registry.models import ClassGroup, Course, Person, Pupil, Subject
from school.statements import Asking, Read, given

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
    scale_id: UUID | None
    scale_counts: bool | None
    labels: Labels | None
    steps: Steps | None
    other_labels: Labels | None
    pupil_group_id: UUID | None


COURSE: Rows = with_scale(
    sa.select(
        Course.school_id, Course.id, Course.class_group_id, ClassGroup.grade, ClassGroup.letter, Course.subject_id, Subject.name.label("subject_name"),
        Course.teacher_id, GradingScale.name.label("scale_name"), GradingScale.lowest, GradingScale.highest,
        GradingScale.id.label("scale_id"), GradingScale.counts.label("scale_counts"), *SHOWN, Course.pupil_group_id,
    )
    .join(ClassGroup, sa.and_(ClassGroup.school_id == Course.school_id, ClassGroup.id == Course.class_group_id))
    .join(Subject, sa.and_(Subject.school_id == Course.school_id, Subject.id == Course.subject_id))
)


@Read
def _my_courses(viewer: Asking) -> Rows:
    order = (Course.school_id, ClassGroup.grade, ClassGroup.letter, Subject.name, Course.id)
    return COURSE.where(teaches(viewer), Course.closed_at.is_(None)).order_by(*order).limit(MOST_COURSES + 1)


async def my_courses(reader: Reader, viewer: Viewer) -> list[CourseRow]:
    """The courses that the viewer teaches, by class and subject; those that are closed no more."""
    return limited([CourseRow(*row) for row in await reader.all(_my_courses, viewer)], MOST_COURSES)


@Read
def _my_lessons(viewer: Asking) -> Rows:
    order = (Lesson.school_id, BEGINS, Lesson.bell, Lesson.id)
    of_day = sa.or_(Lesson.on_date == given("on_date", sa.Date()), Lesson.planned_on == given("on_date", sa.Date()))
    return LESSON.where(of_day, gives(viewer)).order_by(*order).limit(MOST_LESSONS + 1)


async def my_lessons(reader: Reader, viewer: Viewer, on_date: dt.date) -> list[LessonRow]:
    """The viewer's own lessons of one day and those that they give as a substitute, in the order of their hours; also cancelled ones, those that somebody
    else gives, and those that the timetable has on this day and that were moved to another."""
    return limited([LessonRow(*row) for row in await reader.all(_my_lessons, viewer, on_date=on_date)], MOST_LESSONS)


class PupilRow(NamedTuple):
    """A pupil of a gradebook."""

    school_id: int
    id: UUID
    family_name: str
    given_name: str
    patronymic: str | None
    left_on: dt.date | None


class AnnouncedRow(NamedTuple):
    """A lesson for which a pupil is announced to be away: the columns of the read, in order."""

    school_id: int
    pupil_id: UUID
    lesson_id: UUID
    reason_id: UUID
    state: NoticeState


@dataclass(frozen=True, slots=True)
class PupilMarks:
    """A gradebook's row: one pupil, standing marks and register entries in the order of the lessons."""

    pupil: PupilRow
    marks: list[MarkRow]
    attendance: list[AttendanceRow]


@dataclass(frozen=True, slots=True)
class Gradebook:
    """A course's lessons and its pupils by name; absences that are announced, in the order of the lessons; all of the school's reasons of absence, and
    its own kinds of work."""

    course: CourseRow
    lessons: list[LessonRow]
    pupils: list[PupilMarks]
    announced: list[AnnouncedRow]
    reasons: list[ReasonRow]
    works: list[WorkRow]


_THIS = (Course.school_id == given("school_id"), Course.id == given("course_id"))
_NEEDED = (Mark.id, Mark.pupil_id, Mark.lesson_id, Mark.value, Mark.weight, Mark.work, Mark.comment, Mark.revision, Mark.given_by, Mark.given_at,
           Mark.retake_of, Mark.replaces, replaced().label("replaced"), Mark.work_id)
"""What a mark's row does not take from its lesson's."""


def in_range(viewer: Asking) -> Any:
    """The lessons of the course that is asked about, if the viewer may open its gradebook; of any other those that the viewer gives as a substitute."""
    whole = sa.select(Course.id).where(*_THIS, visible_courses(viewer)).scalar_subquery()
    return sa.and_(
        Lesson.school_id == given("school_id"), Lesson.course_id == given("course_id"), IN_DAYS, sa.or_(whole.is_not(None), substitutes(viewer)))


@Read
def opened(viewer: Asking) -> Rows:
    """The course, if the viewer may open its gradebook."""
    return COURSE.where(*_THIS, opens_gradebook(viewer))


@Read
def _lessons(viewer: Asking) -> Rows:
    return LESSON.where(in_range(viewer)).order_by(*IN_ORDER).limit(MOST_LESSONS + 1)


@Read
def _pupils(viewer: Asking) -> Rows:
    """Who was in the class, or in the course's group, in this time, by name; who has moved to another has left it on that day."""
    group = sa.select(Course.class_group_id).where(*_THIS, opens_gradebook(viewer)).scalar_subquery()
    here = sa.or_(Pupil.left_on.is_(None), Pupil.left_on > given("from_"))
    never = sa.and_(Pupil.left_on.is_not(None), Pupil.left_on < Pupil.enrolled_on)  # left before the first day in the class of now
    now = sa.and_(Pupil.class_group_id == group, Pupil.enrolled_on <= given("to"), here, ~never)
    before = sa.and_(
        FormerClass.school_id == given("school_id"), FormerClass.class_group_id == group, FormerClass.since <= given("to"),
        FormerClass.until > given("from_"))
    until = sa.select(sa.func.max(FormerClass.until)).where(before, FormerClass.pupil_id == Pupil.id).correlate(Pupil).scalar_subquery()
    members = sa.select(Course.pupil_group_id).where(*_THIS, opens_gradebook(viewer)).scalar_subquery()
    there = sa.and_(
        GroupMember.school_id == given("school_id"), GroupMember.group_id == members, GroupMember.pupil_id == Pupil.id, GroupMember.since <= given("to"),
        sa.or_(GroupMember.until.is_(None), GroupMember.until > given("from_")), GroupMember.held())
    ended = sa.func.max(sa.func.coalesce(GroupMember.until, dt.date.max, type_=sa.Date()))
    out = sa.select(sa.case((ended <= given("to"), ended))).where(there).correlate(Pupil).scalar_subquery()
    both = sa.select(Pupil.id).where(Pupil.school_id == given("school_id"), now).union_all(sa.select(FormerClass.pupil_id).where(before))
    return (
        sa.select(Pupil.school_id, Pupil.id, Person.family_name, Person.given_name, Person.patronymic,
                  sa.func.coalesce(out, sa.case((sa.or_(now, Pupil.left_on < until), Pupil.left_on), else_=until)).label("left_on"))
        .join(Person, sa.and_(Person.school_id == Pupil.school_id, Person.id == Pupil.id))
        .where(Pupil.school_id == given("school_id"), Pupil.id.in_(both), here, sa.or_(members.is_(None), sa.exists().where(there).correlate(Pupil)))
        .order_by(Person.sort_key, Pupil.id).limit(MOST_PUPILS + 1)
    )


@Read
def _marks(viewer: Asking) -> Rows:
    """The standing ones."""
    lesson = sa.and_(Lesson.school_id == Mark.school_id, Lesson.id == Mark.lesson_id)
    return sa.select(*_NEEDED).join(Lesson, lesson).where(in_range(viewer), Mark.withdrawn_at.is_(None)).order_by(
        *IN_ORDER, Mark.given_at, Mark.id).limit(MOST_MARKS + 1)


@Read
def _register(viewer: Asking) -> Rows:
    lesson = sa.and_(Lesson.school_id == Attendance.school_id, Lesson.id == Attendance.lesson_id)
    return ATTENDANCE.join(Lesson, lesson).where(in_range(viewer)).order_by(*IN_ORDER).limit(MOST_MARKS + 1)


@Read
def _announced(viewer: Asking) -> Rows:
    """Of notices no more than that a pupil is away, and why; the words are for who answers them. Of a group's lessons its own pupils alone.
    Also of who has moved away, until that day."""
    def there(table: Any, pupil_id: Any, since: Any, until: Any) -> Any:
        group = sa.select(Course.class_group_id).where(*_THIS, opens_gradebook(viewer)).scalar_subquery()
        return sa.select(pupil_id.label("pupil_id"), since.label("since"), until.label("until")).where(
            table.school_id == given("school_id"), table.class_group_id == group)

    class_ = sa.union_all(
        there(Pupil, Pupil.id, Pupil.enrolled_on, Pupil.left_on), there(FormerClass, FormerClass.pupil_id, FormerClass.since, FormerClass.until)).subquery().c
    attended = sa.and_(
        Lesson.on_date >= class_.since, sa.or_(class_.until.is_(None), class_.until > Lesson.on_date),
        has(Lesson.pupil_group_id, AbsenceNotice.school_id, AbsenceNotice.pupil_id, Lesson.on_date))
    return (
        sa.select(AbsenceNotice.school_id, AbsenceNotice.pupil_id, Lesson.id.label("lesson_id"), AbsenceNotice.reason_id, AbsenceNotice.state)
        .join(class_.pupil_id.table, class_.pupil_id == AbsenceNotice.pupil_id).join(Lesson, sa.and_(attended, covers()))
        .where(
            in_range(viewer), AbsenceNotice.school_id == given("school_id"), AbsenceNotice.ends_on >= given("from_"),
            AbsenceNotice.starts_on <= given("to"))
        .order_by(*IN_ORDER, AbsenceNotice.sent_at, AbsenceNotice.id).limit(MOST_MARKS + 1)
    )


@Read
def _reasons(viewer: Asking) -> Rows:
    return REASON.where(AbsenceReason.school_id == given("school_id"), visible_reasons(viewer)).order_by(AbsenceReason.id).limit(MOST_REASONS)


@Read
def _works(viewer: Asking) -> Rows:
    return WORK.where(OwnWork.school_id == given("school_id"), visible_scales(viewer, OwnWork.school_id)).order_by(OwnWork.name, OwnWork.id).limit(MOST_WORKS)


async def gradebook(reader: Reader, viewer: Viewer, ref: Ref, from_: dt.date, to: dt.date) -> Gradebook:
    """A course in at most 190 days, eight reads at once. Of a course of which the viewer gives a lesson as a substitute it holds
    that lesson alone. Refused: a course that the viewer neither teaches nor leads nor has in the office (NOT_FOUND)."""
    check_range(from_, to, LONGEST_RANGE)
    asked = {"school_id": ref.school_id, "course_id": ref.id, "from_": from_, "to": to}
    courses, lessons, pupils, given_marks, register, notices, reasons, works = await reader.each(
        (opened, _lessons, _pupils, _marks, _register, _announced, _reasons, _works), viewer, **asked)
    if not courses:
        raise not_found()
    course, by_id = CourseRow(*courses[0]), {row.id: LessonRow(*row) for row in limited(lessons, MOST_LESSONS)}
    marks: dict[UUID, list[MarkRow]] = defaultdict(list)
    for mark in limited(given_marks, MOST_MARKS):
        at = by_id[mark.lesson_id]
        marks[mark.pupil_id].append(MarkRow(
            at.school_id, mark.id, mark.pupil_id, at.id, at.course_id, at.subject_id, at.on_date, mark.value, mark.weight, mark.work,
            mark.comment, mark.revision, mark.given_by, mark.given_at, None, course.scale_id,
            mark.retake_of, mark.replaces, mark.replaced, mark.work_id, course.labels, course.steps, course.other_labels))
    entries: dict[UUID, list[AttendanceRow]] = defaultdict(list)
    for entry in limited(register, MOST_MARKS):
        entries[entry.pupil_id].append(AttendanceRow(*entry))
    announced = [AnnouncedRow(*row) for row in limited(notices, MOST_MARKS)]
    shown = [PupilRow(*row) for row in limited(pupils, MOST_PUPILS)]
    rows = [PupilMarks(pupil, marks[pupil.id], entries[pupil.id]) for pupil in shown]
    return Gradebook(course, list(by_id.values()), rows, announced, [ReasonRow(*row) for row in reasons], [WorkRow(*row) for row in works])
