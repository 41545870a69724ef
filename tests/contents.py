"""All that tables hold, to compare before and after: in one statement, for thousands of tests ask for it twice."""

from collections.abc import Collection, Iterable
from functools import cache
from typing import Any

import sqlalchemy as sa

from school.db import Database


async def contents(database: Database, tables: Iterable[sa.FromClause], *, without: Collection[str] = ()) -> dict[str, list[str]]:
    """The rows of each table, as the database writes them down, in the order of their text; `without` these columns."""
    wanted = tuple(table for table in tables if isinstance(table, sa.Table))
    found: dict[str, list[str]] = {table.name: [] for table in wanted}
    async with database.read() as session:
        rows: Any = await (await session.connection()).exec_driver_sql(_statement(wanted, frozenset(without), sqlite=database.sqlite))
        for name, row in rows:
            found[name].append(row)
    return {name: sorted(rows) for name, rows in found.items()}


@cache
def _statement(tables: tuple[sa.Table, ...], without: frozenset[str], *, sqlite: bool) -> str:
    return " UNION ALL ".join(f"SELECT '{table.name}', {_row(table, without, sqlite=sqlite)} FROM {table.name}" for table in tables)  # noqa: S608 - of our tables


def _row(table: sa.Table, without: frozenset[str], *, sqlite: bool) -> str:
    columns = [column.name for column in table.columns if column.name not in without]
    return " || ',' || ".join(f"quote({name})" for name in columns) if sqlite else f"CAST(ROW({', '.join(columns)}) AS text)"
