"""Finds cards as a recorder of taps does."""

from collections.abc import Collection
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from school import sets
from school.registry import cards


async def by_tokens(session: AsyncSession, school_id: int, tokens: Collection[bytes]) -> dict[bytes, Any]:
    """The cards of a school by these tokens."""
    [rows] = await sets.fetch(session, cards.asking_by_tokens({(school_id, token) for token in tokens}))
    return {row.shown: row for row in rows}
