"""INSERT … ON CONFLICT, which each database's dialect brings itself."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from school.db import Base

Insert = postgresql.Insert | sqlite.Insert


def insert(session: AsyncSession, model: type[Base]) -> Insert:
    """An INSERT into a model's table that can say what happens on a conflict."""
    table = model.__table__
    if not isinstance(table, sa.Table):
        raise TypeError(f"{model.__name__} is no table")
    return sqlite.insert(table) if session.get_bind().dialect.name == "sqlite" else postgresql.insert(table)


async def insert_once(session: AsyncSession, model: type[Base], values: dict[str, Any]) -> bool:
    """Insert a row unless one of its keys is taken, also by a parallel transaction; whether it was inserted."""
    statement = insert(session, model).values(values).on_conflict_do_nothing().returning(sa.literal(1))
    return (await session.execute(statement)).first() is not None
