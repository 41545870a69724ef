"""Tables of groups within classes, and of who is in which."""

import datetime as dt
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from school.db import Base, Tenant, tenant_key


class PupilGroup(Tenant, Base):
    """Some pupils of a class: for a language, of girls, half of it. Groups of one `division` share no pupil; a closed one gets no courses and no pupils."""

    __tablename__ = "pupil_group"

    class_group_id: Mapped[UUID]
    division: Mapped[str] = mapped_column(sa.String(40))
    name: Mapped[str] = mapped_column(sa.String(40))
    closed_at: Mapped[dt.datetime | None]

    __table_args__ = (tenant_key("class_group_id", to="class_group"), sa.UniqueConstraint("school_id", "class_group_id", "division", "name"))


class GroupMember(Base):
    """A pupil who is in a group from `since` until before `until`, or on (null). What was never so begins and ends on one day; no row is taken away.

    It holds only as long as the pupil is in the group's class.
    """

    __tablename__ = "group_member"

    school_id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[UUID] = mapped_column(primary_key=True)
    pupil_id: Mapped[UUID] = mapped_column(primary_key=True)
    since: Mapped[dt.date] = mapped_column(primary_key=True)
    until: Mapped[dt.date | None]

    __table_args__ = (
        tenant_key("group_id", to="pupil_group"), tenant_key("pupil_id", to="pupil"), sa.CheckConstraint("until >= since", name="days"),
        sa.Index(None, "school_id", "pupil_id"))

    @classmethod
    def held(cls) -> sa.ColumnElement[bool]:
        """What was so at least on one day, or is."""
        return sa.or_(cls.until.is_(None), cls.until > cls.since)
