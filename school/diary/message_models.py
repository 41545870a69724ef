"""Tables of what school and family tell each other: remarks, threads with their messages, announcements, and who has read what (ADR 18)."""

import datetime as dt
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from school.db import Base, Tenant, enumerated, tenant_key


class RemarkKind(StrEnum):
    """Whether a remark praises or worries."""

    PRAISE = "praise"
    CONCERN = "concern"


class Remark(Tenant, Base):
    """What one of the staff remarks about a pupil, in a lesson or apart from any. The client makes its id."""

    __tablename__ = "remark"

    pupil_id: Mapped[UUID]
    lesson_id: Mapped[UUID | None]
    kind: Mapped[RemarkKind] = mapped_column(enumerated(RemarkKind, "remark_kind"))
    text: Mapped[str] = mapped_column(sa.String(1000))
    given_by: Mapped[UUID]
    given_at: Mapped[dt.datetime]
    withdrawn_at: Mapped[dt.datetime | None]

    __table_args__ = (
        tenant_key("pupil_id", to="pupil"), tenant_key("lesson_id", to="lesson"), tenant_key("given_by", to="person"),
        sa.Index(None, "school_id", "pupil_id", "given_at"), sa.Index(None, "school_id", "lesson_id"),
    )


class Thread(Tenant, Base):
    """What the guardians of a child and one teacher write to each other about it: one for each such pair. `messages` numbers them, from 1."""

    __tablename__ = "thread"

    pupil_id: Mapped[UUID]
    teacher_id: Mapped[UUID]
    messages: Mapped[int]
    last_at: Mapped[dt.datetime]

    __table_args__ = (
        tenant_key("pupil_id", to="pupil"), tenant_key("teacher_id", to="staff"), sa.UniqueConstraint("school_id", "pupil_id", "teacher_id"),
        sa.Index(None, "school_id", "teacher_id", "last_at"),
    )


class Message(Tenant, Base):
    """One of a thread; the client makes its id. It is never edited; one that is withdrawn has no text any more."""

    __tablename__ = "message"

    thread_id: Mapped[UUID]
    number: Mapped[int]
    author_id: Mapped[UUID]
    text: Mapped[str | None] = mapped_column(sa.String(4000))
    at: Mapped[dt.datetime]
    withdrawn_at: Mapped[dt.datetime | None]

    __table_args__ = (
        tenant_key("thread_id", to="thread"), tenant_key("author_id", to="person"), sa.UniqueConstraint("school_id", "thread_id", "number"),
        sa.Index(None, "school_id", "author_id", "at"),
    )


class ThreadReading(Base):
    """Up to which message of a thread somebody has read it."""

    __tablename__ = "thread_reading"

    school_id: Mapped[int] = mapped_column(primary_key=True)
    thread_id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int]
    at: Mapped[dt.datetime]

    __table_args__ = (tenant_key("thread_id", to="thread"), tenant_key("person_id", to="person"))


class Announcement(Tenant, Base):
    """What is told to the families of a class, of a year (`grade`), or, with neither, of the school. `acknowledge_by`: they are asked to confirm it by then.

    `year_on` is the first day of the school year of the classes that there were, as their `opened_on`; null in the first year here.
    """

    __tablename__ = "announcement"

    grade: Mapped[int | None] = mapped_column(sa.SmallInteger)
    class_group_id: Mapped[UUID | None]
    title: Mapped[str] = mapped_column(sa.String(200))
    text: Mapped[str] = mapped_column(sa.String(4000))
    acknowledge_by: Mapped[dt.date | None]
    made_by: Mapped[UUID]
    made_at: Mapped[dt.datetime]
    withdrawn_at: Mapped[dt.datetime | None]
    year_on: Mapped[dt.date | None]

    __table_args__ = (
        tenant_key("class_group_id", to="class_group"), tenant_key("made_by", to="person"),
        sa.CheckConstraint("grade IS NULL OR class_group_id IS NULL", name="audience"), sa.Index(None, "school_id", "made_at"),
    )


class Acknowledged(StrEnum):
    """What a guardian says to have read."""

    MARK = "mark"
    REMARK = "remark"
    ANNOUNCEMENT = "announcement"


class Acknowledgement(Base):
    """A guardian of a pupil has read a mark, a remark or an announcement (`thing_id`)."""

    __tablename__ = "acknowledgement"

    school_id: Mapped[int] = mapped_column(primary_key=True)
    thing_id: Mapped[UUID] = mapped_column(primary_key=True)
    pupil_id: Mapped[UUID] = mapped_column(primary_key=True)
    guardian_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[Acknowledged] = mapped_column(enumerated(Acknowledged, "acknowledged_kind"))
    at: Mapped[dt.datetime]

    __table_args__ = (
        tenant_key("pupil_id", to="pupil"), tenant_key("guardian_id", to="person"), sa.Index(None, "school_id", "guardian_id"),
        sa.Index(None, "school_id", "pupil_id"),
    )
