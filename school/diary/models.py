"""Tables of the diary."""

import datetime as dt
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from school.db import Base, Tenant, enumerated, tenant_key


def _bell(column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["school_id", column], ["bell.school_id", "bell.number"])


def _of_schedule(schedule: str, bell: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["school_id", schedule, bell], ["schedule_bell.school_id", "schedule_bell.schedule_id", "schedule_bell.number"])


class Lesson(Tenant, Base):
    """A lesson as it is now: a school-local date and a bell; its moment is derived from them. `class_group_id` and `pupil_group_id` (null: the
    whole class) repeat the course's, for the day's reading.

    What a `Substitution` has changed: `substitute_id` gives it instead of the course's teacher (null); it is held together with the lesson
    `merged_with_id`. `planned_…` is where the timetable has it, kept from the first change on; `revision` counts the changes.

    `schedule_id` is the bell schedule that its class has on that day (null: the regular bells); whoever changes that changes this. `retimed` counts
    how often its hours became others where it stood.
    """

    __tablename__ = "lesson"

    course_id: Mapped[UUID]
    class_group_id: Mapped[UUID]
    on_date: Mapped[dt.date]
    bell: Mapped[int] = mapped_column(sa.SmallInteger)
    room: Mapped[str | None] = mapped_column(sa.String(20))
    topic: Mapped[str | None] = mapped_column(sa.String(200))
    cancelled_at: Mapped[dt.datetime | None]
    substitute_id: Mapped[UUID | None]
    merged_with_id: Mapped[UUID | None]
    planned_on: Mapped[dt.date | None]
    planned_bell: Mapped[int | None] = mapped_column(sa.SmallInteger)
    planned_room: Mapped[str | None] = mapped_column(sa.String(20))
    revision: Mapped[int] = mapped_column(default=0, server_default="0")
    pupil_group_id: Mapped[UUID | None]
    schedule_id: Mapped[UUID | None]
    planned_schedule_id: Mapped[UUID | None]
    retimed: Mapped[int] = mapped_column(default=0, server_default="0")

    __table_args__ = (
        tenant_key("course_id", to="course"), tenant_key("class_group_id", to="class_group"), _bell("bell"), tenant_key("substitute_id", to="staff"),
        tenant_key("merged_with_id", to="lesson"), _bell("planned_bell"), tenant_key("pupil_group_id", to="pupil_group"),
        _of_schedule("schedule_id", "bell"), _of_schedule("planned_schedule_id", "planned_bell"),
        sa.CheckConstraint("(planned_on IS NULL) = (revision = 0) AND (planned_bell IS NULL) = (revision = 0)", name="plan"),
        sa.Index(None, "school_id", "class_group_id", "on_date", "bell"), sa.Index(None, "school_id", "course_id", "on_date"),
        sa.Index(None, "school_id", "on_date", "bell"), sa.Index(None, "school_id", "planned_on"), sa.Index(None, "school_id", "substitute_id"),
        sa.Index(None, "school_id", "merged_with_id"),
    )


class Substitution(Tenant, Base):
    """A change of one lesson against the timetable, or such a change taken back: who, when, what and why. The client makes its id; rows are only added.

    `revision` is the lesson's after it, from 1; `teacher_id` is who gives the lesson.
    """

    __tablename__ = "substitution"

    lesson_id: Mapped[UUID]
    revision: Mapped[int]
    old_cancelled: Mapped[bool]
    old_teacher_id: Mapped[UUID]
    old_on_date: Mapped[dt.date]
    old_bell: Mapped[int] = mapped_column(sa.SmallInteger)
    old_room: Mapped[str | None] = mapped_column(sa.String(20))
    old_merged_with_id: Mapped[UUID | None]
    cancelled: Mapped[bool]
    teacher_id: Mapped[UUID]
    on_date: Mapped[dt.date]
    bell: Mapped[int] = mapped_column(sa.SmallInteger)
    room: Mapped[str | None] = mapped_column(sa.String(20))
    merged_with_id: Mapped[UUID | None]
    reason: Mapped[str] = mapped_column(sa.String(200))
    by: Mapped[UUID]
    at: Mapped[dt.datetime]

    __table_args__ = (
        tenant_key("lesson_id", to="lesson"), tenant_key("old_teacher_id", to="staff"), tenant_key("teacher_id", to="staff"), tenant_key("by", to="person"),
        _bell("old_bell"), _bell("bell"), tenant_key("old_merged_with_id", to="lesson"), tenant_key("merged_with_id", to="lesson"),
        sa.UniqueConstraint("school_id", "lesson_id", "revision"), sa.CheckConstraint("revision >= 1", name="revision"),
        sa.Index(None, "school_id", "on_date"), sa.Index(None, "school_id", "old_on_date"), sa.Index(None, "school_id", "merged_with_id"),
        sa.Index(None, "school_id", "old_merged_with_id"),
    )


class Homework(Tenant, Base):
    """What a class, or (`for_some`) those of its pupils whom `HomeworkFor` names, are to do for a lesson.

    `minutes` is how long it should take; `links` are addresses (https); `revision` counts from 1.
    """

    __tablename__ = "homework"

    course_id: Mapped[UUID]
    due_lesson_id: Mapped[UUID]
    text: Mapped[str] = mapped_column(sa.String(4000))
    minutes: Mapped[int | None] = mapped_column(sa.SmallInteger)
    links: Mapped[list[Any]] = mapped_column(default=list, server_default=sa.text("'[]'"))
    for_some: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    revision: Mapped[int] = mapped_column(default=1, server_default=sa.text("1"))
    set_by: Mapped[UUID]
    set_at: Mapped[dt.datetime]
    withdrawn_at: Mapped[dt.datetime | None]

    __table_args__ = (
        tenant_key("course_id", to="course"), tenant_key("due_lesson_id", to="lesson"), tenant_key("set_by", to="person"),
        sa.Index(None, "school_id", "due_lesson_id"),
    )


class GradingScale(Tenant, Base):
    """Which whole numbers are marks. Several stand side by side; a course names its own.

    `labels` are how grades are shown that have a word or a letter: `[value, label]`, by value. `counts`: whether its marks make an average. An average
    below `pass_mark` is low. A retired one is given to no course any more.
    """

    __tablename__ = "grading_scale"

    name: Mapped[str] = mapped_column(sa.String(60))
    lowest: Mapped[int] = mapped_column(sa.SmallInteger)
    highest: Mapped[int] = mapped_column(sa.SmallInteger)
    counts: Mapped[bool] = mapped_column(default=True, server_default=sa.true())
    labels: Mapped[list[Any]] = mapped_column(default=list, server_default=sa.text("'[]'"))
    pass_mark: Mapped[int | None] = mapped_column(sa.SmallInteger)
    retired_at: Mapped[dt.datetime | None]

    __table_args__ = (sa.CheckConstraint("lowest < highest", name="order"),)


class CourseScale(Base):
    """The grading scale of a course; a course without one gives no marks."""

    __tablename__ = "course_scale"

    school_id: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    scale_id: Mapped[UUID]

    __table_args__ = (
        tenant_key("id", to="course"), tenant_key("scale_id", to="grading_scale"),
        sa.Index("uq_course_scale_school_id_id_scale_id", "school_id", "id", "scale_id", unique=True),
    )


class ScaleConversion(Base):
    """What the marks of a scale (`id`) are on another one, where the school says so: `steps` are `[lowest, highest, value]`, from the lowest on."""

    __tablename__ = "scale_conversion"

    school_id: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    to_scale_id: Mapped[UUID]
    steps: Mapped[list[Any]]

    __table_args__ = (tenant_key("id", to="grading_scale"), tenant_key("to_scale_id", to="grading_scale"))


class WorkKind(StrEnum):
    """What a mark is for."""

    ANSWER = "answer"
    CLASSWORK = "classwork"
    HOMEWORK = "homework"
    TEST = "test"
    EXAM = "exam"


_RETAKE = sa.text("retake_of IS NOT NULL")


class Mark(Tenant, Base):
    """A mark as it stands now. The client makes its id. `weight` is a whole number; `revision` counts from 1.

    `scale_id` is the course's when it was given: it keeps the course from getting another scale in the same moment. Older marks have none.
    `retake_of` is the mark of the same pupil and course that was tried again; if this one `replaces` it, that one does not count as long as this stands.
    """

    __tablename__ = "mark"

    pupil_id: Mapped[UUID]
    lesson_id: Mapped[UUID]
    course_id: Mapped[UUID]
    value: Mapped[int] = mapped_column(sa.SmallInteger)
    weight: Mapped[int] = mapped_column(sa.SmallInteger)
    work: Mapped[WorkKind] = mapped_column(enumerated(WorkKind, "work_kind"))
    comment: Mapped[str | None] = mapped_column(sa.String(500))
    revision: Mapped[int]
    given_by: Mapped[UUID]
    given_at: Mapped[dt.datetime]
    withdrawn_at: Mapped[dt.datetime | None]
    scale_id: Mapped[UUID | None]
    retake_of: Mapped[UUID | None]
    replaces: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    work_id: Mapped[UUID | None]

    __table_args__ = (
        tenant_key("pupil_id", to="pupil"), tenant_key("lesson_id", to="lesson"), tenant_key("course_id", to="course"),
        tenant_key("given_by", to="person"), sa.CheckConstraint("weight BETWEEN 1 AND 10", name="weight"),
        sa.ForeignKeyConstraint(
            ["school_id", "course_id", "scale_id"], ["course_scale.school_id", "course_scale.id", "course_scale.scale_id"], name="fk_mark_course_scale"),
        tenant_key("retake_of", to="mark"), tenant_key("work_id", to="own_work"), sa.CheckConstraint("retake_of IS NOT NULL OR NOT replaces", name="retake"),
        sa.Index(None, "school_id", "retake_of", sqlite_where=_RETAKE, postgresql_where=_RETAKE),
        sa.Index(None, "school_id", "pupil_id", "given_at"), sa.Index(None, "school_id", "lesson_id"),
        sa.Index(None, "school_id", "course_id", "pupil_id"),
    )


class MarkAction(StrEnum):
    """What was done to a mark."""

    GIVEN = "given"
    CORRECTED = "corrected"
    WITHDRAWN = "withdrawn"


class MarkRevision(Base):
    """What a mark was after each change; rows are only added."""

    __tablename__ = "mark_revision"

    school_id: Mapped[int] = mapped_column(primary_key=True)
    mark_id: Mapped[UUID] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    action: Mapped[MarkAction] = mapped_column(enumerated(MarkAction, "mark_action"))
    value: Mapped[int] = mapped_column(sa.SmallInteger)
    weight: Mapped[int] = mapped_column(sa.SmallInteger)
    work: Mapped[WorkKind] = mapped_column(enumerated(WorkKind, "work_kind"))
    comment: Mapped[str | None] = mapped_column(sa.String(500))
    reason: Mapped[str | None] = mapped_column(sa.String(500))
    by: Mapped[UUID]
    at: Mapped[dt.datetime]
    work_id: Mapped[UUID | None]

    __table_args__ = (tenant_key("mark_id", to="mark"), tenant_key("by", to="person"), tenant_key("work_id", to="own_work"))


class AttendanceKind(StrEnum):
    """How a pupil attended a lesson."""

    PRESENT = "present"
    ABSENT = "absent"
    LATE = "late"
    EXCUSED = "excused"


class Attendance(Base):
    """The register: one entry for a pupil and a lesson. A pupil without one has not been marked yet. A reason decides whether it is ABSENT or EXCUSED."""

    __tablename__ = "attendance"

    school_id: Mapped[int] = mapped_column(primary_key=True)
    lesson_id: Mapped[UUID] = mapped_column(primary_key=True)
    pupil_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[AttendanceKind] = mapped_column(enumerated(AttendanceKind, "attendance_kind"))
    minutes_late: Mapped[int | None] = mapped_column(sa.SmallInteger)
    by: Mapped[UUID]
    at: Mapped[dt.datetime]
    reason_id: Mapped[UUID | None]

    __table_args__ = (
        tenant_key("lesson_id", to="lesson"), tenant_key("pupil_id", to="pupil"), tenant_key("by", to="person"), tenant_key("reason_id", to="absence_reason"),
        sa.CheckConstraint("(kind = 'late') = (minutes_late IS NOT NULL)", name="minutes"),
        sa.CheckConstraint("reason_id IS NULL OR kind IN ('absent', 'excused')", name="reason"),
        sa.Index(None, "school_id", "pupil_id", "lesson_id"),
    )
