"""Tickets: what has begun and may be finished once, within minutes or days, by whoever brings its secret."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school import clock
from school.identity.models import Ticket, TicketKind
from school.registry.accounts import digest_of

_SWEPT_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Begun:
    """What was begun."""

    account_id: UUID | None
    payload: Mapping[str, Any]


async def issue(
    session: AsyncSession, kind: TicketKind, secret: str, *, life: dt.timedelta, account_id: UUID | None = None, payload: Mapping[str, Any] | None = None,
) -> None:
    """Keep that something has begun. Expired tickets go, some at a time."""
    now = clock.now()
    old = sa.select(Ticket.digest).where(Ticket.expires_at < now - dt.timedelta(days=1)).limit(_SWEPT_AT_ONCE)
    await session.execute(sa.delete(Ticket).where(Ticket.digest.in_(old)).execution_options(synchronize_session=False))
    await session.execute(sa.insert(Ticket).values(
        digest=digest_of(secret), kind=kind, account_id=account_id, payload=dict(payload or {}), expires_at=now + life))


async def look(session: AsyncSession, kind: TicketKind, secret: str) -> Begun | None:
    """What this secret may finish; it is not used up. None: unknown, used or expired."""
    row = (await session.execute(sa.select(Ticket.account_id, Ticket.payload).where(*_standing(kind, secret)))).one_or_none()
    return None if row is None else Begun(row.account_id, row.payload)


async def take(session: AsyncSession, kind: TicketKind, secret: str) -> Begun | None:
    """As `look`, and it is used up by this one statement: of two that bring it at once, one gets it."""
    row = (await session.execute(
        sa.delete(Ticket).where(*_standing(kind, secret)).returning(Ticket.account_id, Ticket.payload)
        .execution_options(synchronize_session=False))).one_or_none()
    return None if row is None else Begun(row.account_id, row.payload)


async def withdraw(session: AsyncSession, account_id: UUID) -> None:
    """Whatever an account has begun can be finished no more."""
    await session.execute(sa.delete(Ticket).where(Ticket.account_id == account_id).execution_options(synchronize_session=False))


def _standing(kind: TicketKind, secret: str) -> tuple[sa.ColumnElement[bool], ...]:
    return Ticket.digest == digest_of(secret), Ticket.kind == kind, Ticket.expires_at > clock.now()
