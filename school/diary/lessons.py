"""Lessons: their rows, the moments derived from date and bell, and what a teacher needs to write into one."""

import datetime as dt
from collections.abc import Iterable
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from school import clock
from school.context import Viewer
from school.db import Column, Rows
from school.diary.bell_times import BEGINS, ENDS, with_bells
from school.diary.models import GradingScale, Lesson
from school.diary.policy import giver, gives
from school.diary.scale_rows import SHOWN, Labels, Steps, with_scale
from school.diary.terms import is_closed
from school.errors import Code, Refused, bad_input, not_found
from school.ids import Ref
from school.registry.bell_models import Bell, ScheduleBell
from school.registry.former_class_models import FormerClass
from school.registry.membership import has
from school.registry.models import Course, Pupil, School


class LessonRow(NamedTuple):
    """A lesson as screens show it: the columns of `LESSON`, in order. `teacher_id` is who gives it; `planned_…` are told of one that was changed;
    `retimed` is how often its hours became others."""

    school_id: int
    id: UUID
    course_id: UUID
    class_group_id: UUID
    teacher_id: UUID
    subject_id: UUID
    on_date: dt.date
    bell: int
    bell_starts_at: dt.time
    bell_ends_at: dt.time
    time_zone: str
    room: str | None
    topic: str | None
    cancelled_at: dt.datetime | None
    course_teacher_id: UUID
    substitute_id: UUID | None
    merged_with_id: UUID | None
    planned_on: dt.date | None
    planned_bell: int | None
    planned_starts_at: dt.time | None
    planned_room: str | None
    revision: int
    pupil_group_id: UUID | None
    retimed: int

    @property
    def starts_at(self) -> dt.datetime:
        """The moment, in UTC, at which the lesson begins."""
        return clock.school_moment(self.on_date, self.bell_starts_at, self.time_zone)

    @property
    def ends_at(self) -> dt.datetime:
        """The moment, in UTC, at which the lesson ends."""
        return clock.school_moment(self.on_date, self.bell_ends_at, self.time_zone)


_Planned, _PlannedBell = aliased(Bell), aliased(ScheduleBell)
LESSON: Rows = with_bells(
    sa.select(
        Lesson.school_id, Lesson.id, Lesson.course_id, Lesson.class_group_id,
        sa.func.coalesce(Lesson.substitute_id, Course.teacher_id, type_=sa.Uuid()).label("teacher_id"), Course.subject_id,
        Lesson.on_date, Lesson.bell, BEGINS.label("bell_starts_at"), ENDS.label("bell_ends_at"), School.time_zone,
        Lesson.room, Lesson.topic, Lesson.cancelled_at, Course.teacher_id.label("course_teacher_id"), Lesson.substitute_id, Lesson.merged_with_id,
        Lesson.planned_on, Lesson.planned_bell, sa.func.coalesce(_PlannedBell.starts_at, _Planned.starts_at, type_=sa.Time()).label("planned_starts_at"),
        Lesson.planned_room, Lesson.revision, Lesson.pupil_group_id, Lesson.retimed,
    )
    .outerjoin(Course, sa.and_(Course.school_id == Lesson.school_id, Course.id == Lesson.course_id))
).outerjoin(_Planned, sa.and_(_Planned.school_id == Lesson.school_id, _Planned.number == Lesson.planned_bell)).outerjoin(
    _PlannedBell, sa.and_(
        _PlannedBell.school_id == Lesson.school_id, _PlannedBell.schedule_id == Lesson.planned_schedule_id, _PlannedBell.number == Lesson.planned_bell),
).outerjoin(School, School.id == Lesson.school_id)


class OwnLesson(NamedTuple):
    """What whoever gives it writes into, as `teacher_id`: a lesson with its scale. A course without a scale gives no marks."""

    school_id: int
    id: UUID
    course_id: UUID
    class_group_id: UUID
    subject_id: UUID
    teacher_id: UUID
    on_date: dt.date
    bell: int
    cancelled_at: dt.datetime | None
    time_zone: str
    lowest: int | None
    highest: int | None
    closed: bool
    scale_id: UUID | None = None
    labels: Labels | None = None
    steps: Steps | None = None
    other_labels: Labels | None = None
    pupil_group_id: UUID | None = None

    @property
    def today(self) -> dt.date:
        """The school's own date now."""
        return clock.school_date(clock.now(), self.time_zone)


def own_lessons(viewer: Viewer, lessons: Iterable[Ref]) -> Rows:
    """These lessons, as far as the viewer gives them; the columns of `OwnLesson`, in order."""
    keys = sorted({(lesson.school_id, lesson.id) for lesson in lessons})
    return with_scale(
        sa.select(
            Lesson.school_id, Lesson.id, Lesson.course_id, Lesson.class_group_id, Course.subject_id, giver(viewer).label("teacher_id"),
            Lesson.on_date, Lesson.bell, Lesson.cancelled_at, School.time_zone, GradingScale.lowest, GradingScale.highest,
            is_closed(Lesson.school_id, Lesson.course_id, Lesson.on_date).label("closed"), GradingScale.id.label("scale_id"), *SHOWN, Lesson.pupil_group_id,
        )
        .join(Course, sa.and_(Course.school_id == Lesson.school_id, Course.id == Lesson.course_id))
        .join(School, School.id == Lesson.school_id)
    ).where(sa.tuple_(Lesson.school_id, Lesson.id).in_(keys), gives(viewer))


async def own_lesson(session: AsyncSession, viewer: Viewer, lesson: Ref, *, lock: bool = False) -> OwnLesson:
    """A lesson that the viewer gives, else refused as absent. `lock` lets one writer at a time pass, without holding up new marks."""
    statement = own_lessons(viewer, [lesson])
    if lock:
        statement = statement.with_for_update(of=Lesson, key_share=True)
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        raise not_found()
    return OwnLesson(*row)


def check_held(lesson: OwnLesson) -> None:
    """Marks and register belong to a lesson that is held: not a cancelled one, not one of a later day (BAD_INPUT), not of a closed term (CLOSED)."""
    check_open(lesson.closed)
    if lesson.cancelled_at is not None:
        raise bad_input("the lesson is cancelled")
    if lesson.on_date > lesson.today:
        raise bad_input("the lesson lies in the future")


def check_open(closed: bool) -> None:
    """What a closed term holds stays as it is (CLOSED)."""
    if closed:
        raise Refused(Code.CLOSED, "the term is closed: the office or the head may open it again")


def check_pupil(lesson: OwnLesson, enrolled_on: dt.date, left_on: dt.date | None) -> None:
    """A pupil has marks and a register entry only for days of being one (BAD_INPUT); `left_on` is the first day of no longer being one."""
    if lesson.on_date < enrolled_on or (left_on is not None and lesson.on_date >= left_on):
        raise bad_input("the pupil was not at the school on the day of the lesson")


def attends() -> sa.ColumnElement[bool]:
    """Which pupil has which lesson, between Pupil and Lesson: those of the class, or of the group, on days of being a pupil."""
    return sa.and_(
        Pupil.school_id == Lesson.school_id, Pupil.class_group_id == Lesson.class_group_id, Pupil.enrolled_on <= Lesson.on_date,
        sa.or_(Pupil.left_on.is_(None), Pupil.left_on > Lesson.on_date), has(Lesson.pupil_group_id, Pupil.school_id, Pupil.id, Lesson.on_date))


def was_in_class(school_id: Column, pupil_id: Column, class_group_id: Any, on_date: Any) -> sa.ColumnElement[bool]:
    """Whether a pupil who has moved to another class was in this one on this day."""
    return sa.exists().where(
        FormerClass.school_id == school_id, FormerClass.pupil_id == pupil_id, FormerClass.class_group_id == class_group_id, FormerClass.since <= on_date,
        FormerClass.until > on_date).correlate_except(FormerClass)


def first_lesson(school_id: Column, pupil_id: Column, on_date: Column) -> sa.ScalarSelect[UUID]:
    """The lesson with which a pupil's school day begins: the first that is held. Null on a day without lessons. For reactions to the feed: no viewer asks."""
    held = aliased(Lesson)
    before = sa.select(FormerClass.class_group_id).where(
        FormerClass.school_id == Pupil.school_id, FormerClass.pupil_id == Pupil.id, FormerClass.since <= on_date, FormerClass.until > on_date,
    ).correlate_except(FormerClass).scalar_subquery()
    return (
        sa.select(held.id)
        .join(Pupil, sa.and_(Pupil.school_id == held.school_id, held.class_group_id == sa.func.coalesce(before, Pupil.class_group_id)))
        .where(Pupil.school_id == school_id, Pupil.id == pupil_id, held.on_date == on_date, held.cancelled_at.is_(None),
               has(held.pupil_group_id, held.school_id, Pupil.id, held.on_date))
        .order_by(held.bell, held.id).limit(1)
        .scalar_subquery()
    )
