"""Tables of rows that a statement brings along and joins; its text is the same however many there are, so that it is prepared once."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession


def row_table(session: AsyncSession, name: str, columns: Mapping[str, Any], rows: Sequence[Sequence[Any]]) -> Any:
    """A table of these rows; `columns` are its columns' types. Whole numbers, texts and UUIDs."""
    if session.get_bind().dialect.name == "sqlite":
        text = json.dumps(rows, default=UUID.hex.fget)  # type: ignore[attr-defined]
        each = sa.func.json_each(sa.bindparam(f"{name}_rows", text, sa.Text, unique=True)).table_valued("value", name=f"{name}_each")
        return sa.select(*(
            sa.type_coerce(sa.func.json_extract(each.c.value, sa.literal_column(f"'$[{place}]'")), kind).label(column)
            for place, (column, kind) in enumerate(columns.items()))).subquery(name)
    arrays = [
        sa.bindparam(f"{name}_{column}", [row[place] for row in rows], ARRAY(kind), unique=True) for place, (column, kind) in enumerate(columns.items())]
    return sa.func.unnest(*arrays).table_valued(*(sa.column(column, kind) for column, kind in columns.items()), name=name).render_derived()
