"""Tables of what ends a term: its marks, their history, and what is open in it after it was closed."""

import datetime as dt
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from school.db import Base, Tenant, tenant_key


class TermMark(Base):
    """A pupil's mark of a term (or of the year) in a course, as it stands now. No `value`: not assessed.

    The average is the one that was seen when it was decided, exactly; null where there were no marks.
    """

    __tablename__ = "term_mark"

    school_id: Mapped[int] = mapped_column(primary_key=True)
    term_id: Mapped[UUID] = mapped_column(primary_key=True)
    course_id: Mapped[UUID] = mapped_column(primary_key=True)
    pupil_id: Mapped[UUID] = mapped_column(primary_key=True)
    value: Mapped[int | None] = mapped_column(sa.SmallInteger)
    comment: Mapped[str | None] = mapped_column(sa.String(500))
    average_numerator: Mapped[int | None] = mapped_column(sa.BigInteger)
    average_denominator: Mapped[int | None] = mapped_column(sa.BigInteger)
    revision: Mapped[int]
    decided_by: Mapped[UUID]
    decided_at: Mapped[dt.datetime]

    __table_args__ = (
        tenant_key("term_id", to="term"), tenant_key("course_id", to="course"), tenant_key("pupil_id", to="pupil"), tenant_key("decided_by", to="person"),
        sa.CheckConstraint("(average_numerator IS NULL) = (average_denominator IS NULL)", name="average"),
        sa.Index(None, "school_id", "pupil_id", "term_id"), sa.Index(None, "school_id", "course_id", "term_id"),
    )


class TermMarkRevision(Base):
    """What a term mark was after each decision, and why it was changed; rows are only added."""

    __tablename__ = "term_mark_revision"

    school_id: Mapped[int] = mapped_column(primary_key=True)
    term_id: Mapped[UUID] = mapped_column(primary_key=True)
    course_id: Mapped[UUID] = mapped_column(primary_key=True)
    pupil_id: Mapped[UUID] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    value: Mapped[int | None] = mapped_column(sa.SmallInteger)
    comment: Mapped[str | None] = mapped_column(sa.String(500))
    average_numerator: Mapped[int | None] = mapped_column(sa.BigInteger)
    average_denominator: Mapped[int | None] = mapped_column(sa.BigInteger)
    reason: Mapped[str | None] = mapped_column(sa.String(500))
    by: Mapped[UUID]
    at: Mapped[dt.datetime]

    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["school_id", "term_id", "course_id", "pupil_id"],
            ["term_mark.school_id", "term_mark.term_id", "term_mark.course_id", "term_mark.pupil_id"], name="fk_term_mark_revision_term_mark"),
        tenant_key("by", to="person"),
    )


class TermClosing(Base):
    """From `at` on, marks and registers of the term's lessons stay as they are, but for what is opened."""

    __tablename__ = "term_closing"

    school_id: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    by: Mapped[UUID]
    at: Mapped[dt.datetime]

    __table_args__ = (tenant_key("id", to="term"), tenant_key("by", to="person"))


class TermOpening(Tenant, Base):
    """An exception from a closing: until this moment the lessons of one course, or of all, may be written again, for this reason. Rows are only added."""

    __tablename__ = "term_opening"

    term_id: Mapped[UUID]
    course_id: Mapped[UUID | None]
    until: Mapped[dt.datetime]
    reason: Mapped[str] = mapped_column(sa.String(500))
    by: Mapped[UUID]
    at: Mapped[dt.datetime]

    __table_args__ = (
        tenant_key("term_id", to="term"), tenant_key("course_id", to="course"), tenant_key("by", to="person"), sa.Index(None, "school_id", "term_id"),
    )
