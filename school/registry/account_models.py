"""Tables of logins: accounts, what they are in which school, their sessions. Global by name, for they are read before a school is known."""

import datetime as dt
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from school import ids
from school.context import Role
from school.db import Base, enumerated, tenant_key


class Account(Base):
    """A login. Global: it may have roles in several schools."""

    __tablename__ = "account"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=ids.new)
    login: Mapped[str] = mapped_column(sa.String(80), unique=True)
    password_hash: Mapped[str | None] = mapped_column(sa.String(200))
    made_at: Mapped[dt.datetime]
    disabled_at: Mapped[dt.datetime | None]


class AccountRole(Base):
    """The link account, person, role. Global by name: it is read before the school is known."""

    __tablename__ = "account_role"

    account_id: Mapped[UUID] = mapped_column(sa.ForeignKey("account.id"), primary_key=True)
    school_id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    role: Mapped[Role] = mapped_column(enumerated(Role, "role"), primary_key=True)

    __table_args__ = (tenant_key("person_id", to="person"), sa.Index(None, "school_id", "person_id"))


class Session(Base):
    """A signed-in client. Only the digest of its token is kept."""

    __tablename__ = "session"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=ids.new)
    account_id: Mapped[UUID] = mapped_column(sa.ForeignKey("account.id"), index=True)
    digest: Mapped[bytes] = mapped_column(sa.LargeBinary(32), unique=True)
    made_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]
    revoked_at: Mapped[dt.datetime | None]
