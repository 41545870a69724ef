"""Rows on their way into the database: gathered by table, inserted in bulk in the order that the foreign keys ask for."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school.db import Base
from school.tables import metadata

_AT_ONCE = 5_000


class Writer:
    """What is added is written at the next `flush`, in the caller's transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._rows: dict[str, list[dict[str, Any]]] = {}
        self.written = 0

    def add(self, model: type[Base], **row: Any) -> None:
        """One row, with a value for every column."""
        self._rows.setdefault(model.__tablename__, []).append(row)

    async def flush(self) -> None:
        """Insert all that has been added."""
        for table in metadata.sorted_tables:
            rows = self._rows.pop(table.name, [])
            for start in range(0, len(rows), _AT_ONCE):
                await self._session.execute(sa.insert(table), rows[start:start + _AT_ONCE])
            self.written += len(rows)
