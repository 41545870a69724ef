"""The table of photos: who has one, and under which name the store of files keeps it."""

import datetime as dt
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from school.db import Base, tenant_key


class Photo(Base):
    """A person's photo, one at most. `name` is by chance, and another one with each photo; `digest` is the file's SHA-256, `size` its bytes.

    Without a name there was a photo, and `set_by` has removed it.
    """

    __tablename__ = "photo"

    school_id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[UUID | None]
    digest: Mapped[bytes | None] = mapped_column(sa.LargeBinary(32))
    size: Mapped[int | None]
    set_by: Mapped[UUID]
    set_at: Mapped[dt.datetime]

    __table_args__ = (
        tenant_key("person_id", to="person"), tenant_key("set_by", to="person"), sa.UniqueConstraint("school_id", "name"),
        sa.CheckConstraint("(name IS NULL) = (digest IS NULL) AND (name IS NULL) = (size IS NULL)", name="whole"),
    )
