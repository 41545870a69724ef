"""Sweeping a folder of the store: what broke off, was removed while the store was away, or is older than its period is named by no row."""

import datetime as dt
import re
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from school.db import Database
from school.store import Store

YOUNG = dt.timedelta(hours=1)
"""A file so young may be named by a row that is not committed yet."""


async def sweep(database: Database, store: Store, folder: str, column: Any) -> int:
    """Remove the files of a folder (`folder/SCHOOL/HEX`) whose names no row has in this column. How many."""
    ours, removed = re.compile(rf"{folder}/[0-9]+/[0-9a-f]{{32}}"), 0
    async for files in store.older(folder, dt.datetime.now(dt.UTC) - YOUNG):
        names = {UUID(file.rpartition("/")[2]): file for file in files if ours.fullmatch(file)}
        async with database.read() as session:
            named = set(await session.scalars(sa.select(column).where(column.in_(names))))
        for name in names.keys() - named:
            await store.remove(names[name])
            removed += 1
    return removed
