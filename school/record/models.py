"""The table of the record: rows are only added; the database itself refuses to change one, or to remove one that is younger than a year."""

import datetime as dt
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from school.context import Area, Role
from school.db import Base, Tenant, enumerated


class RecordAction(StrEnum):
    """What was done with a person's record."""

    READ = "read"
    CHANGED = "changed"
    EXPORTED = "exported"  # all of it was handed out
    ERASED = "erased"


class Record(Tenant, Base):
    """Somebody read or changed a person's record. `account_id` and `role` are null where an operator did, by a command; `note` then says why.

    `on_date` is the school's date of `at`. No key leads to the person or the account: the record outlives both, and its writing waits for neither.
    """

    __tablename__ = "record"

    at: Mapped[dt.datetime] = mapped_column(index=True)
    on_date: Mapped[dt.date]
    person_id: Mapped[UUID]
    area: Mapped[Area] = mapped_column(enumerated(Area, "area"))
    action: Mapped[RecordAction] = mapped_column(enumerated(RecordAction, "record_action"))
    account_id: Mapped[UUID | None]
    role: Mapped[Role | None] = mapped_column(enumerated(Role, "role"))
    kind: Mapped[str | None] = mapped_column(sa.String(64))  # of the event that told of the change
    note: Mapped[str | None] = mapped_column(sa.String(200))

    __table_args__ = (sa.Index(None, "school_id", "person_id", "on_date"),)
