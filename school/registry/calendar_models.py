"""Tables of the school year."""

import datetime as dt
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from school.db import Base, Tenant, enumerated


class TermKind(StrEnum):
    """Whether a term is a part of the school year, or all of it."""

    TERM = "term"
    YEAR = "year"


class Term(Tenant, Base):
    """A part of the school year, or the year itself; both dates belong to it."""

    __tablename__ = "term"

    name: Mapped[str] = mapped_column(sa.String(60))
    kind: Mapped[TermKind] = mapped_column(enumerated(TermKind, "term_kind"), server_default=TermKind.TERM)
    starts_on: Mapped[dt.date]
    ends_on: Mapped[dt.date]

    __table_args__ = (sa.CheckConstraint("starts_on <= ends_on", name="dates"),)


class Holiday(Tenant, Base):
    """Days on which there is no school, for all of it; both dates belong to them. One that is withdrawn was a mistake."""

    __tablename__ = "holiday"

    name: Mapped[str] = mapped_column(sa.String(60))
    starts_on: Mapped[dt.date]
    ends_on: Mapped[dt.date]
    withdrawn_at: Mapped[dt.datetime | None]

    __table_args__ = (sa.CheckConstraint("starts_on <= ends_on", name="dates"), sa.Index(None, "school_id", "ends_on"))
