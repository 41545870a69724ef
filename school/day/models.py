"""Tables of the day."""

import datetime as dt
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from school.db import Base, tenant_key


class LateArrival(Base):
    """A pupil's first entry of a day came after the first lesson had begun; at most one for a pupil and a day. `minutes` are whole, rounded down."""

    __tablename__ = "late_arrival"

    school_id: Mapped[int] = mapped_column(primary_key=True)
    pupil_id: Mapped[UUID] = mapped_column(primary_key=True)
    on_date: Mapped[dt.date] = mapped_column(primary_key=True)
    passage_id: Mapped[UUID]
    lesson_id: Mapped[UUID]
    minutes: Mapped[int] = mapped_column(sa.SmallInteger)
    noticed_at: Mapped[dt.datetime]

    __table_args__ = (tenant_key("pupil_id", to="pupil"), tenant_key("lesson_id", to="lesson"), sa.Index(None, "school_id", "lesson_id"))
