"""Tables of proofs: throttles, one-time tickets, invitations, second factors, passkeys, identities at other providers. No secret is kept that can be used."""

import datetime as dt
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from school import ids
from school.context import Role
from school.db import Base, Tenant, enumerated, tenant_key


class Throttle(Base):
    """How far something has been tried beyond its rate: the moment, in milliseconds since 1970, at which all of it is forgiven. Keys are digests."""

    __tablename__ = "throttle"

    key: Mapped[bytes] = mapped_column(sa.LargeBinary(32), primary_key=True)
    until_ms: Mapped[int] = mapped_column(sa.BigInteger, index=True)


class TicketKind(StrEnum):
    """What a ticket is good for."""

    SECOND_FACTOR = "second_factor"  # the first was right
    PASSKEY_NEW = "passkey_new"  # a challenge for a new passkey
    PASSKEY = "passkey"  # a challenge for signing in
    PASSWORD = "password"  # noqa: S105 - a password may be set: printed by the office
    PROVIDER = "provider"  # a way to a provider has been prepared: to link, or with an invitation
    OUTSIDE = "outside"  # a browser is on its way to a provider


class Ticket(Base):
    """What has begun and may be finished once, by whoever brings the secret of this digest."""

    __tablename__ = "ticket"

    digest: Mapped[bytes] = mapped_column(sa.LargeBinary(32), primary_key=True)
    kind: Mapped[TicketKind] = mapped_column(enumerated(TicketKind, "ticket_kind"))
    account_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("account.id"), index=True)
    payload: Mapped[dict[str, Any]]
    expires_at: Mapped[dt.datetime] = mapped_column(index=True)


class Invitation(Tenant, Base):
    """A one-time code by which a person gets a role's account. Open while it is neither used nor void nor expired; one is open for a person's role."""

    __tablename__ = "invitation"

    person_id: Mapped[UUID]
    role: Mapped[Role] = mapped_column(enumerated(Role, "role"))
    digest: Mapped[bytes] = mapped_column(sa.LargeBinary(32), unique=True)
    made_by: Mapped[UUID | None]
    made_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]
    void_at: Mapped[dt.datetime | None]
    used_at: Mapped[dt.datetime | None]
    account_id: Mapped[UUID | None]

    __table_args__ = (
        tenant_key("person_id", to="person"),
        sa.Index("uq_invitation_open", "school_id", "person_id", "role", unique=True,
                 sqlite_where=sa.text("used_at IS NULL AND void_at IS NULL"), postgresql_where=sa.text("used_at IS NULL AND void_at IS NULL")),
    )


class Totp(Base):
    """An account's authenticator app. The secret is encrypted; it counts once confirmed, and each step of time is accepted once."""

    __tablename__ = "totp"

    account_id: Mapped[UUID] = mapped_column(sa.ForeignKey("account.id"), primary_key=True)
    secret: Mapped[bytes] = mapped_column(sa.LargeBinary(400))
    made_at: Mapped[dt.datetime]
    confirmed_at: Mapped[dt.datetime | None]
    last_step: Mapped[int] = mapped_column(sa.BigInteger)


class RecoveryCode(Base):
    """A code that stands in for the second factor, once. Only its digest is kept; it goes when it is used."""

    __tablename__ = "recovery_code"

    account_id: Mapped[UUID] = mapped_column(sa.ForeignKey("account.id"), primary_key=True)
    digest: Mapped[bytes] = mapped_column(sa.LargeBinary(32), primary_key=True)


class Passkey(Base):
    """A public key whose other half lies in somebody's phone or key fob."""

    __tablename__ = "passkey"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=ids.new)
    account_id: Mapped[UUID] = mapped_column(sa.ForeignKey("account.id"), index=True)
    credential: Mapped[bytes] = mapped_column(sa.LargeBinary(1023), unique=True)
    public_key: Mapped[bytes] = mapped_column(sa.LargeBinary(2000))
    sign_count: Mapped[int] = mapped_column(sa.BigInteger)
    name: Mapped[str] = mapped_column(sa.String(80))
    made_at: Mapped[dt.datetime]
    used_at: Mapped[dt.datetime | None]


class OutsideIdentity(Base):
    """Who an account is at a provider: the provider's own name for them, and never an address."""

    __tablename__ = "outside_identity"

    issuer: Mapped[str] = mapped_column(sa.String(300), primary_key=True)
    subject: Mapped[str] = mapped_column(sa.String(255), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(sa.ForeignKey("account.id"), index=True)
    made_at: Mapped[dt.datetime]
