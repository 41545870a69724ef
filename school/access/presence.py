"""Presence: who is inside, by the newest passage known."""

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from school.access.models import Presence
from school.access.upserts import insert


class Move(NamedTuple):
    """A passage as presence sees it."""

    school_id: int
    person_id: UUID
    inside: bool
    door_id: UUID
    changed_at: dt.datetime


async def move(session: AsyncSession, moves: Iterable[Move]) -> None:
    """Take note of passages, in the order they were made at a device. One that is older than what is known changes nothing, in whatever order
    parallel transactions come; of two at the same moment the one told later counts, for a device with a bad clock has many of those.

    Rows are written in the order of their key, so that parallel batches wait for each other and never in a circle.
    """
    newest: dict[tuple[int, UUID], Move] = {}
    for moved in moves:
        known = newest.get((moved.school_id, moved.person_id))
        if known is None or moved.changed_at >= known.changed_at:
            newest[moved.school_id, moved.person_id] = moved
    if not newest:
        return
    statement = insert(session, Presence)
    new = statement.excluded
    statement = statement.on_conflict_do_update(
        index_elements=["school_id", "person_id"],
        set_={"inside": new.inside, "door_id": new.door_id, "changed_at": new.changed_at},
        where=Presence.changed_at <= new.changed_at,
    )
    await session.execute(statement, [newest[key]._asdict() for key in sorted(newest)])
