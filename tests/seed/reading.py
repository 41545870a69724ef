"""The seeded schools as tests read them."""

import datetime as dt
from typing import Any

import sqlalchemy as sa

from school.db import Database
from school.seed.logins import LOGINS

TODAY = dt.date(2026, 11, 24)
PASSWORDS = {login: f"password of {login}" for login in LOGINS}


async def rows(database: Database, statement: sa.Select[Any]) -> list[sa.Row[Any]]:
    """All rows of a select."""
    async with database.read() as session:
        return list((await session.execute(statement)).all())
