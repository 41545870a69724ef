"""Tables of the timetable: the week of a class, from which its lessons are planned. Rows are only added."""

import datetime as dt
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from school.db import Base, Tenant, enumerated, tenant_key


class Timetable(Tenant, Base):
    """The week of a class from a day on, until the next one of the class begins. Of two that begin on one day the later set holds."""

    __tablename__ = "timetable"

    class_group_id: Mapped[UUID]
    starts_on: Mapped[dt.date]
    by: Mapped[UUID]
    at: Mapped[dt.datetime]

    __table_args__ = (
        tenant_key("class_group_id", to="class_group"), tenant_key("by", to="person"), sa.Index(None, "school_id", "class_group_id", "starts_on"),
    )


class Weeks(StrEnum):
    """In which weeks a slot has its lesson, counted from the week in which its timetable begins: that is the first, the third…, or the second, the fourth…"""

    EVERY = "every"
    ODD = "odd"
    EVEN = "even"


class TimetableSlot(Base):
    """A lesson of the week. `weekday` is 1 (Monday) to 7. `shared`: its teacher or room is knowingly another class's at the same moment, too."""

    __tablename__ = "timetable_slot"

    school_id: Mapped[int] = mapped_column(primary_key=True)
    timetable_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    course_id: Mapped[UUID]
    weekday: Mapped[int] = mapped_column(sa.SmallInteger)
    bell: Mapped[int] = mapped_column(sa.SmallInteger)
    room: Mapped[str | None] = mapped_column(sa.String(20))
    weeks: Mapped[Weeks] = mapped_column(enumerated(Weeks, "weeks"))
    shared: Mapped[bool]

    __table_args__ = (
        tenant_key("timetable_id", to="timetable"), tenant_key("course_id", to="course"),
        sa.ForeignKeyConstraint(["school_id", "bell"], ["bell.school_id", "bell.number"]),
        sa.CheckConstraint("weekday BETWEEN 1 AND 7", name="weekday"),
    )
