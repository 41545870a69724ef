"""Tables of logins: accounts, what they are in which school, their sessions. Global by name, for they are read before a school is known."""

import datetime as dt
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from school import clock, ids
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


class SessionKind(StrEnum):
    """Who holds a session's token."""

    BROWSER = "browser"  # a cookie, which no script reads
    CLIENT = "client"  # a person's program, which was told it once
    PROGRAM = "program"  # a program of its own right, for the areas that `scopes` names


class Session(Base):
    """A signed-in client, or a program's token. Only the token's digest is kept.

    A person's session ends at `expires_at`, which moves on with use and never beyond `ends_at`; a program's does not move. `strong`: it began, or
    was confirmed, with a second factor. `address` and `client` are what the client was seen as when it began.
    """

    __tablename__ = "session"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=ids.new)
    account_id: Mapped[UUID] = mapped_column(sa.ForeignKey("account.id"), index=True)
    digest: Mapped[bytes] = mapped_column(sa.LargeBinary(32), unique=True)
    kind: Mapped[SessionKind] = mapped_column(enumerated(SessionKind, "session_kind"), default=SessionKind.CLIENT, server_default="client")
    name: Mapped[str | None] = mapped_column(sa.String(80))
    scopes: Mapped[list[Any] | None]
    strong: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    address: Mapped[str] = mapped_column(sa.String(64), default="", server_default="")
    client: Mapped[str] = mapped_column(sa.String(200), default="", server_default="")
    made_at: Mapped[dt.datetime]
    seen_at: Mapped[dt.datetime | None] = mapped_column(default=clock.now)
    expires_at: Mapped[dt.datetime]
    ends_at: Mapped[dt.datetime | None]
    revoked_at: Mapped[dt.datetime | None]
