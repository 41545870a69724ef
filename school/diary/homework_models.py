"""Tables around homework: whom it is for, who has done it, what was handed in, until when in the evening it may be set."""

import datetime as dt
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from school.db import Base, Tenant, enumerated, tenant_key


class HomeworkFor(Base):
    """A pupil whom a homework names: it is for these and not for the whole class. Rows are made with the homework and never change."""

    __tablename__ = "homework_for"

    school_id: Mapped[int] = mapped_column(primary_key=True)
    homework_id: Mapped[UUID] = mapped_column(primary_key=True)
    pupil_id: Mapped[UUID] = mapped_column(primary_key=True)

    __table_args__ = (
        tenant_key("homework_id", to="homework"), tenant_key("pupil_id", to="pupil"), sa.Index(None, "school_id", "pupil_id"),
    )


class HomeworkRevision(Base):
    """What a homework said until `by` corrected it, at `at`; rows are only added. `revision` is that of what it said."""

    __tablename__ = "homework_revision"

    school_id: Mapped[int] = mapped_column(primary_key=True)
    homework_id: Mapped[UUID] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    text: Mapped[str] = mapped_column(sa.String(4000))
    minutes: Mapped[int | None] = mapped_column(sa.SmallInteger)
    links: Mapped[list[Any]]
    by: Mapped[UUID]
    at: Mapped[dt.datetime]

    __table_args__ = (tenant_key("homework_id", to="homework"), tenant_key("by", to="person"))


class HomeworkDone(Base):
    """A pupil's own tick: done, or done no more. `by` is who ticked, the pupil or a guardian of theirs."""

    __tablename__ = "homework_done"

    school_id: Mapped[int] = mapped_column(primary_key=True)
    homework_id: Mapped[UUID] = mapped_column(primary_key=True)
    pupil_id: Mapped[UUID] = mapped_column(primary_key=True)
    done: Mapped[bool]
    by: Mapped[UUID]
    at: Mapped[dt.datetime]

    __table_args__ = (
        tenant_key("homework_id", to="homework"), tenant_key("pupil_id", to="pupil"), tenant_key("by", to="person"),
        sa.Index(None, "school_id", "pupil_id"),
    )


class SubmissionState(StrEnum):
    """How far a pupil's work has come."""

    SUBMITTED = "submitted"
    RETURNED = "returned"
    ACCEPTED = "accepted"


class Submission(Tenant, Base):
    """A pupil's work for a homework, as it was handed in, and the teacher's answer. What is handed in later stands beside it; the newest counts."""

    __tablename__ = "homework_submission"

    homework_id: Mapped[UUID]
    pupil_id: Mapped[UUID]
    text: Mapped[str] = mapped_column(sa.String(4000))
    by: Mapped[UUID]
    at: Mapped[dt.datetime]
    state: Mapped[SubmissionState] = mapped_column(enumerated(SubmissionState, "submission_state"))
    answer: Mapped[str | None] = mapped_column(sa.String(2000))
    answered_by: Mapped[UUID | None]
    answered_at: Mapped[dt.datetime | None]

    __table_args__ = (
        tenant_key("homework_id", to="homework"), tenant_key("pupil_id", to="pupil"), tenant_key("by", to="person"),
        tenant_key("answered_by", to="person"), sa.Index(None, "school_id", "homework_id", "pupil_id"), sa.Index(None, "school_id", "pupil_id"),
        sa.CheckConstraint("(state = 'submitted') = (answered_at IS NULL)", name="answered"),
    )


class HomeworkRule(Base):
    """Until which hour of the school's clock homework for the next school day may be set; null: until any."""

    __tablename__ = "homework_rule"

    school_id: Mapped[int] = mapped_column(sa.ForeignKey("school.id"), primary_key=True, autoincrement=False)
    latest: Mapped[dt.time | None]
