"""The timetable in the family stream."""

import datetime as dt
from collections.abc import Callable

import strawberry

from school.diary import timetable_events as events
from school.fields import rows
from school.ids import Kind
from school.updates import Published, Update


@rows(description="The lessons of the child's class on these days, both included, are others now: so many are new, in another room, or there no more. Ask "
                  "`lessons` for which.")
class TimetableChanged(Update):
    """diary.timetable_changed"""

    class_group_id: strawberry.ID
    starts_on: dt.date
    ends_on: dt.date
    made: int
    moved: int
    removed: int


@rows(description="So many of the child's lessons on these days, both included, have other hours now. `beginsAt` and `endsAt` are when the first day's "
                  "lessons begin and end, `old…` when they did before.")
class BellsChanged(Update):
    """diary.bells_changed"""

    class_group_id: strawberry.ID
    starts_on: dt.date
    ends_on: dt.date
    retimed: int
    old_begins_at: dt.datetime
    old_ends_at: dt.datetime
    begins_at: dt.datetime
    ends_at: dt.datetime


_MOMENTS = ("old_begins_at", "old_ends_at", "begins_at", "ends_at")


def _bells(row: Published) -> Update:
    starts_on, ends_on = (dt.date.fromisoformat(row.payload[key]) for key in ("starts_on", "ends_on"))
    return BellsChanged.from_published(
        row, class_group_id=row.id(Kind.CLASS_GROUP, "class_group_id"), starts_on=starts_on, ends_on=ends_on, retimed=row.payload["lessons"],
        **{name: dt.datetime.fromisoformat(row.payload[name]) for name in _MOMENTS})


def _changed(row: Published) -> Update:
    starts_on, ends_on = (dt.date.fromisoformat(row.payload[key]) for key in ("starts_on", "ends_on"))
    return TimetableChanged.from_published(
        row, class_group_id=row.id(Kind.CLASS_GROUP, "class_group_id"), starts_on=starts_on, ends_on=ends_on,
        **{name: row.payload[name] for name in ("made", "moved", "removed")})


UPDATES: dict[str, Callable[[Published], Update]] = {events.TIMETABLE_CHANGED: _changed, events.BELLS_CHANGED: _bells}
TYPES: tuple[type[Update], ...] = (TimetableChanged, BellsChanged)
