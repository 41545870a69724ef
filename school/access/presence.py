"""Presence: who is inside, by the newest passage known."""

import datetime as dt
from collections.abc import Iterable
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from school import sets
from school.access.models import Passage, Presence
from school.access.upserts import Insert
from school.sets import RowSet
from school.statements import Read


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
    await sets.run(session, _move, _MOVES, [newest[key] for key in sorted(newest)])


def _follows(moved: Move, known: Move) -> bool:
    if moved.changed_at != known.changed_at or moved.device_id != known.device_id:
        return moved.changed_at >= known.changed_at
    return moved.sequence > known.sequence


_MOVES = RowSet("moved", {
    **{column: getattr(Presence, column).type for column in ("school_id", "person_id", "inside", "door_id", "changed_at")},
    "device_id": Passage.device_id.type, "sequence": Passage.sequence.type,
})


@Read
def _move(_service: Any, dialect: str) -> Insert:
    table, brought = Presence.__table__, _MOVES.table(dialect)
    moved = sa.select(*brought.c).cte("moved")
    columns = [column.name for column in table.columns]
    add = sqlite.insert if dialect == "sqlite" else postgresql.insert
    statement = add(Presence).from_select(columns, sa.select(*(moved.c[column] for column in columns)).where(sa.true()).order_by(
        moved.c.school_id, moved.c.person_id)).add_cte(moved)
    new = statement.excluded
    # Not `new`, which a subquery would take for a table of its own.
    of_new: dict[str, sa.ColumnElement[Any]] = {column: sa.literal_column(f"excluded.{column}") for column in ("school_id", "person_id")}
    overtaken = sa.exists().where(
        moved.c.school_id == of_new["school_id"], moved.c.person_id == of_new["person_id"],
        Passage.school_id == moved.c.school_id, Passage.person_id == moved.c.person_id, Passage.happened_at == moved.c.changed_at,
        Passage.device_id == moved.c.device_id, Passage.sequence > moved.c.sequence,
    )
    return statement.on_conflict_do_update(
        index_elements=["school_id", "person_id"],
        set_={"inside": new.inside, "door_id": new.door_id, "changed_at": new.changed_at},
        where=(Presence.changed_at < new.changed_at) | ((Presence.changed_at == new.changed_at) & ~overtaken),
    )
