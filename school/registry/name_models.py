"""The table of names that persons had before."""

import datetime as dt
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from school.db import Base, Tenant, tenant_key


class NameChange(Tenant, Base):
    """A person's name that was corrected: what it was, what it is, when, by whom and why. The client makes its id; rows are only added."""

    __tablename__ = "name_change"

    person_id: Mapped[UUID]
    old_family_name: Mapped[str] = mapped_column(sa.String(80))
    old_given_name: Mapped[str] = mapped_column(sa.String(80))
    old_patronymic: Mapped[str | None] = mapped_column(sa.String(80))
    family_name: Mapped[str] = mapped_column(sa.String(80))
    given_name: Mapped[str] = mapped_column(sa.String(80))
    patronymic: Mapped[str | None] = mapped_column(sa.String(80))
    reason: Mapped[str | None] = mapped_column(sa.String(200))
    by: Mapped[UUID]
    at: Mapped[dt.datetime]

    __table_args__ = (tenant_key("person_id", to="person"), tenant_key("by", to="person"), sa.Index(None, "school_id", "person_id", "at"))
