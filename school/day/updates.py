"""The day's kinds of update in the family stream."""

import datetime as dt
from collections.abc import Callable

import strawberry

from school.day import events
from school.fields import rows
from school.ids import Kind
from school.updates import Published, Update


@rows(description="The child came after the first lesson had begun. `oldMinutes` is set where an earlier figure was told, and is replaced.")
class CameLate(Update):
    """day.came_late"""

    date: dt.date
    minutes: int
    old_minutes: int | None
    lesson_id: strawberry.ID
    passage_id: strawberry.ID


@rows(description="The child had come in time after all; `minutes` is what was told before.")
class LateWithdrawn(Update):
    """day.late_withdrawn"""

    date: dt.date
    minutes: int


def _came_late(row: Published) -> Update:
    return CameLate.from_published(
        row, date=dt.date.fromisoformat(row.payload["date"]), minutes=row.payload["minutes"], old_minutes=row.payload["old_minutes"],
        lesson_id=row.id(Kind.LESSON, "lesson_id"), passage_id=row.id(Kind.PASSAGE, "passage_id"),
    )


def _withdrawn(row: Published) -> Update:
    return LateWithdrawn.from_published(row, date=dt.date.fromisoformat(row.payload["date"]), minutes=row.payload["minutes"])


UPDATES: dict[str, Callable[[Published], Update]] = {events.CAME_LATE: _came_late, events.LATE_WITHDRAWN: _withdrawn}
"""How a published event becomes its update."""

TYPES: tuple[type[Update], ...] = (CameLate, LateWithdrawn)
"""The types behind `UPDATES`: a schema has to name them, for fields return only their interface."""
