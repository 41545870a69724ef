"""The table of a school's own kinds of work."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from school.db import Base, Tenant, enumerated
from school.diary.models import WorkKind

_IN_USE = sa.text("retired_at IS NULL")


class OwnWork(Tenant, Base):
    """A kind of work in the school's own words, which is one of the usual kinds for all that counts by them. `weight` is what its marks weigh unless said.

    Which usual kind it is never changes: marks were counted by it. A retired one stands in old marks, and in no new one.
    """

    __tablename__ = "own_work"

    name: Mapped[str] = mapped_column(sa.String(60))
    work: Mapped[WorkKind] = mapped_column(enumerated(WorkKind, "work_kind"))
    weight: Mapped[int] = mapped_column(sa.SmallInteger)
    retired_at: Mapped[dt.datetime | None]

    __table_args__ = (
        sa.CheckConstraint("weight BETWEEN 1 AND 10", name="weight"),
        sa.Index("uq_own_work_name", "school_id", "name", unique=True, sqlite_where=_IN_USE, postgresql_where=_IN_USE),
    )
