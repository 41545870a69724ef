"""The table of calendar feeds: secret addresses at which an account's calendar program reads lessons."""

import datetime as dt
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from school.db import Base, Tenant, enumerated, tenant_key


class Language(StrEnum):
    """In which language a file is written."""

    RU = "ru"
    EN = "en"


class CalendarFeed(Tenant, Base):
    """An address that shows the lessons of one person: a child of the account's family, or the teacher that it is. The client makes its id.

    Only the digest of the secret is kept. `strong`: it was made in a session that a second factor was shown for.
    """

    __tablename__ = "calendar_feed"

    account_id: Mapped[UUID] = mapped_column(sa.ForeignKey("account.id"), index=True)
    person_id: Mapped[UUID]
    digest: Mapped[bytes] = mapped_column(sa.LargeBinary(32), unique=True)
    language: Mapped[Language] = mapped_column(enumerated(Language, "calendar_language"))
    strong: Mapped[bool]
    made_at: Mapped[dt.datetime]
    read_at: Mapped[dt.datetime | None]
    revoked_at: Mapped[dt.datetime | None]

    __table_args__ = (tenant_key("person_id", to="person"), sa.Index(None, "school_id", "person_id"))
