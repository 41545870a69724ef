"""Tables of the diary."""

import datetime as dt
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from school.db import Base, Tenant, enumerated, tenant_key


class Lesson(Tenant, Base):
    """A lesson: a school-local date and a bell; its moment is derived from them. `class_group_id` repeats the course's, for the day's reading."""

    __tablename__ = "lesson"

    course_id: Mapped[UUID]
    class_group_id: Mapped[UUID]
    on_date: Mapped[dt.date]
    bell: Mapped[int] = mapped_column(sa.SmallInteger)
    room: Mapped[str | None] = mapped_column(sa.String(20))
    topic: Mapped[str | None] = mapped_column(sa.String(200))
    cancelled_at: Mapped[dt.datetime | None]

    __table_args__ = (
        tenant_key("course_id", to="course"), tenant_key("class_group_id", to="class_group"),
        sa.ForeignKeyConstraint(["school_id", "bell"], ["bell.school_id", "bell.number"]),
        sa.Index(None, "school_id", "class_group_id", "on_date", "bell"), sa.Index(None, "school_id", "course_id", "on_date"),
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
    """Which whole numbers are marks. Others stand beside the 5-point one later; a course names its own."""

    __tablename__ = "grading_scale"

    name: Mapped[str] = mapped_column(sa.String(60))
    lowest: Mapped[int] = mapped_column(sa.SmallInteger)
    highest: Mapped[int] = mapped_column(sa.SmallInteger)

    __table_args__ = (sa.CheckConstraint("lowest < highest", name="order"),)


class CourseScale(Base):
    """The grading scale of a course; a course without one gives no marks."""

    __tablename__ = "course_scale"

    school_id: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    scale_id: Mapped[UUID]

    __table_args__ = (tenant_key("id", to="course"), tenant_key("scale_id", to="grading_scale"))


class WorkKind(StrEnum):
    """What a mark is for."""

    ANSWER = "answer"
    CLASSWORK = "classwork"
    HOMEWORK = "homework"
    TEST = "test"
    EXAM = "exam"


class Mark(Tenant, Base):
    """A mark as it stands now. The client makes its id. `weight` is a whole number; `revision` counts from 1."""

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

    __table_args__ = (
        tenant_key("pupil_id", to="pupil"), tenant_key("lesson_id", to="lesson"), tenant_key("course_id", to="course"),
        tenant_key("given_by", to="person"), sa.CheckConstraint("weight BETWEEN 1 AND 10", name="weight"),
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

    __table_args__ = (tenant_key("mark_id", to="mark"), tenant_key("by", to="person"))


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
