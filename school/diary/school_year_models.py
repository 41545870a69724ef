"""The table of school years that a school has gone over to."""

import datetime as dt
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from school.db import Base, Tenant, tenant_key


class SchoolYear(Tenant, Base):
    """A school year that was started, and what was done then. The client makes its id; rows are only added.

    Asked for: the first day, after which grade pupils leave, `[grade, letter]` of classes that are new, whether courses go on. Done: how many classes
    and pupils went on, how many pupils left, how many courses were made.
    """

    __tablename__ = "school_year"

    starts_on: Mapped[dt.date]
    last_grade: Mapped[int] = mapped_column(sa.SmallInteger)
    new_classes: Mapped[list[Any]]
    with_courses: Mapped[bool]
    classes: Mapped[int]
    pupils: Mapped[int]
    leavers: Mapped[int]
    courses: Mapped[int]
    by: Mapped[UUID]
    at: Mapped[dt.datetime]

    __table_args__ = (tenant_key("by", to="person"), sa.Index(None, "school_id", "starts_on"))
