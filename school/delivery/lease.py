"""The lease: one process among many leads, until it stops or its lease runs out by the database's clock."""

import datetime as dt
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from school import sets
from school.db import Moment
from school.delivery.models import Lease
from school.sets import Work
from school.statements import Asking, Read, given


def _now(dialect: str) -> sa.ColumnElement[Any]:
    """The database's time, so that the hosts' clocks do not matter, nor the demo's; a SQLite database has no host but ours."""
    now: sa.ColumnElement[Any] = given("now", Moment()) if dialect == "sqlite" else sa.func.clock_timestamp(type_=sa.DateTime(timezone=True))
    return now


def _end(dialect: str) -> sa.ColumnElement[Any]:
    end: sa.ColumnElement[Any] = given("end", Moment()) if dialect == "sqlite" else _now(dialect) + given("seconds", sa.Interval())
    return sa.type_coerce(end, Moment())


@Read
def _hold(_service: Asking, dialect: str) -> Any:
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    statement = insert(Lease).values(name=given("name", sa.Text()), holder=given("holder", sa.Uuid()), expires_at=_end(dialect))
    return statement.on_conflict_do_update(
        index_elements=[Lease.name], set_={"holder": statement.excluded.holder, "expires_at": _end(dialect)},
        where=sa.or_(Lease.holder == statement.excluded.holder, Lease.expires_at < _now(dialect)),
    ).returning(Lease.name)


async def hold(session: AsyncSession | Work, name: str, holder: UUID, seconds: float) -> bool:
    """Take the lease when it is free or has run out, renew it when it is ours; whether we hold it. Its row stays locked until the transaction ends."""
    now, lasts = dt.datetime.now(dt.UTC), dt.timedelta(seconds=seconds)
    return bool(await sets.find(session, _hold, name=name, holder=holder, seconds=lasts, now=now, end=now + lasts))


def obtainable(dialect: str, name: str, holder: UUID) -> sa.ColumnElement[bool]:
    """Whether `hold` would succeed now, as an expression to read without a lock."""
    now = sa.literal(dt.datetime.now(dt.UTC), Moment()) if dialect == "sqlite" else _now(dialect)
    return ~sa.exists().where(Lease.name == name, Lease.holder != holder, Lease.expires_at >= now)


async def release(session: AsyncSession, name: str, holder: UUID) -> None:
    """Give the lease back, so that another leads at once; harmless when it is not ours."""
    await session.execute(sa.delete(Lease).where(Lease.name == name, Lease.holder == holder))
