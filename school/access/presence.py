"""Presence: who is inside, by the newest passage known."""

import datetime as dt
from collections.abc import Iterable
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school.access.models import Passage, Presence
from school.access.upserts import Insert, insert


class Move(NamedTuple):
    """A passage as presence sees it."""

    school_id: int
    person_id: UUID
    inside: bool
    door_id: UUID
    changed_at: dt.datetime
    device_id: UUID
    sequence: int


async def move(session: AsyncSession, moves: Iterable[Move]) -> None:
    """Take note of passages that are stored already. One older than what is known changes nothing, in whatever order parallel transactions come.

    A device with a bad clock has many passages at one moment, the moment of receipt; among those its own sequence tells which is the newest, and
    between devices what is told later counts. Rows are written in the order of their key: parallel batches wait for each other, never in a circle.
    """
    newest: dict[tuple[int, UUID], Move] = {}
    for moved in moves:
        known = newest.get((moved.school_id, moved.person_id))
        if known is None or _follows(moved, known):
            newest[moved.school_id, moved.person_id] = moved
    if newest:
        await session.execute(_statement(session), [_parameters(newest[key]) for key in sorted(newest)])


def _follows(moved: Move, known: Move) -> bool:
    if moved.changed_at != known.changed_at or moved.device_id != known.device_id:
        return moved.changed_at >= known.changed_at
    return moved.sequence > known.sequence


def _statement(session: AsyncSession) -> Insert:
    statement = insert(session, Presence)
    new = statement.excluded
    # Not `new`, which a subquery would take for a table of its own.
    of = {name: sa.bindparam(f"of_{name}", type_=getattr(Passage, name).type) for name in ("school_id", "person_id", "happened_at", "device_id", "sequence")}
    overtaken = sa.exists().where(
        Passage.school_id == of["school_id"], Passage.person_id == of["person_id"], Passage.happened_at == of["happened_at"],
        Passage.device_id == of["device_id"], Passage.sequence > of["sequence"],
    )
    return statement.on_conflict_do_update(
        index_elements=["school_id", "person_id"],
        set_={"inside": new.inside, "door_id": new.door_id, "changed_at": new.changed_at},
        where=(Presence.changed_at < new.changed_at) | ((Presence.changed_at == new.changed_at) & ~overtaken),
    )


def _parameters(moved: Move) -> dict[str, Any]:
    return {
        "school_id": moved.school_id, "person_id": moved.person_id, "inside": moved.inside, "door_id": moved.door_id, "changed_at": moved.changed_at,
        "of_school_id": moved.school_id, "of_person_id": moved.person_id, "of_happened_at": moved.changed_at, "of_device_id": moved.device_id,
        "of_sequence": moved.sequence,
    }
