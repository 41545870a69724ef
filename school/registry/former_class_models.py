"""The table of classes in which pupils were before."""

import datetime as dt
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from school.db import Base, tenant_key


class FormerClass(Base):
    """A class in which a pupil was from `since` until before `until`, when they moved to another of the school; rows are only added.

    A pupil's own row has the class of now, and in `enrolled_on` the first day in it.
    """

    __tablename__ = "former_class"

    school_id: Mapped[int] = mapped_column(primary_key=True)
    pupil_id: Mapped[UUID] = mapped_column(primary_key=True)
    since: Mapped[dt.date] = mapped_column(primary_key=True)
    until: Mapped[dt.date]
    class_group_id: Mapped[UUID]

    __table_args__ = (
        tenant_key("pupil_id", to="pupil"), tenant_key("class_group_id", to="class_group"), sa.CheckConstraint("since < until", name="days"),
        sa.Index(None, "school_id", "class_group_id"))
