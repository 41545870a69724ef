"""Inserts that mind a row which is there already; both databases have them, each in its own dialect."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from school.db import Base


def insert(session: AsyncSession, table: type[Base]) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that understands ON CONFLICT."""
    target: Any = table.__table__
    return postgresql.insert(target) if session.get_bind().dialect.name == "postgresql" else sqlite.insert(target)


def key_of(table: type[Base]) -> tuple[sa.ColumnElement[Any], ...]:
    """The columns of a table's key, for RETURNING."""
    return tuple(table.__table__.primary_key)
