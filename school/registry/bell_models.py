"""Tables of bells: the school's regular hours, and schedules with others for a building, or for some days."""

import datetime as dt
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from school.db import Base, Tenant, tenant_key


class Bell(Base):
    """When the lesson of this number regularly begins and ends, in school-local time. Schedules have other hours for the same numbers."""

    __tablename__ = "bell"

    school_id: Mapped[int] = mapped_column(sa.ForeignKey("school.id"), primary_key=True)
    number: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    starts_at: Mapped[dt.time]
    ends_at: Mapped[dt.time]


class BellSchedule(Tenant, Base):
    """Other hours than the regular bells: another building's, a shortened day's. One that is closed is used no more."""

    __tablename__ = "bell_schedule"

    name: Mapped[str] = mapped_column(sa.String(60))
    closed_at: Mapped[dt.datetime | None]


class ScheduleBell(Base):
    """When the lesson of this number begins and ends by a schedule, in school-local time. Each number is a regular bell's, too."""

    __tablename__ = "schedule_bell"

    school_id: Mapped[int] = mapped_column(primary_key=True)
    schedule_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    starts_at: Mapped[dt.time]
    ends_at: Mapped[dt.time]

    __table_args__ = (
        tenant_key("schedule_id", to="bell_schedule"), sa.ForeignKeyConstraint(["school_id", "number"], ["bell.school_id", "bell.number"]),
    )


_STANDS = sa.text("withdrawn_at IS NULL")
_REGULAR = sa.text("withdrawn_at IS NULL AND usual_id IS NULL")


class BellDay(Tenant, Base):
    """A day on which the classes of one usual schedule have another one. Null is the regular bells, on either side. One that is withdrawn was taken back."""

    __tablename__ = "bell_day"

    on_date: Mapped[dt.date]
    usual_id: Mapped[UUID | None]
    schedule_id: Mapped[UUID | None]
    withdrawn_at: Mapped[dt.datetime | None]

    __table_args__ = (
        tenant_key("usual_id", to="bell_schedule"), tenant_key("schedule_id", to="bell_schedule"),
        sa.Index("uq_bell_day_usual", "school_id", "on_date", "usual_id", unique=True, sqlite_where=_STANDS, postgresql_where=_STANDS),
        sa.Index("uq_bell_day_regular", "school_id", "on_date", unique=True, sqlite_where=_REGULAR, postgresql_where=_REGULAR),
    )
