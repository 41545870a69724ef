"""The lease: one process among many leads, until it stops or its lease runs out by the database's clock."""

import datetime as dt
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from school.db import Moment
from school.delivery.models import Lease


def _now(session: AsyncSession) -> sa.ColumnElement[Any]:
    """The database's time, so that the hosts' clocks do not matter, nor the demo's; a SQLite database has no host but ours."""
    if session.get_bind().dialect.name == "sqlite":
        return sa.literal(dt.datetime.now(dt.UTC), Moment())
    return sa.func.clock_timestamp(type_=sa.DateTime(timezone=True))


def _in(session: AsyncSession, seconds: float) -> sa.ColumnElement[Any]:
    if session.get_bind().dialect.name == "sqlite":
        return sa.literal(dt.datetime.now(dt.UTC) + dt.timedelta(seconds=seconds), Moment())
    return sa.type_coerce(_now(session) + sa.literal(dt.timedelta(seconds=seconds), sa.Interval()), Moment())


async def hold(session: AsyncSession, name: str, holder: UUID, seconds: float) -> bool:
    """Take the lease when it is free or has run out, renew it when it is ours; whether we hold it. Its row stays locked until the transaction ends."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    statement = insert(Lease).values(name=name, holder=holder, expires_at=_in(session, seconds))
    taken = await session.execute(statement.on_conflict_do_update(
        index_elements=[Lease.name], set_={"holder": holder, "expires_at": _in(session, seconds)},
        where=sa.or_(Lease.holder == holder, Lease.expires_at < _now(session)),
    ).returning(Lease.name))
    return taken.one_or_none() is not None


def obtainable(session: AsyncSession, name: str, holder: UUID) -> sa.ColumnElement[bool]:
    """Whether `hold` would succeed now, as an expression to read without a lock."""
    return ~sa.exists().where(Lease.name == name, Lease.holder != holder, Lease.expires_at >= _now(session))


async def release(session: AsyncSession, name: str, holder: UUID) -> None:
    """Give the lease back, so that another leads at once; harmless when it is not ours."""
    await session.execute(sa.delete(Lease).where(Lease.name == name, Lease.holder == holder))
