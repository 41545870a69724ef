"""The update of the family stream that tells of groups within classes."""

import datetime as dt
from collections.abc import Callable

import strawberry

from school.diary import group_events
from school.fields import ROWS, Info, query, rows
from school.ids import Ref
from school.registry.group_names import load_pupil_group
from school.registry.types import PupilGroup
from school.updates import Published, Update


@rows(description="The child is in another group of the class, or in none any more; `on` is the first day of it, `division` what the class is divided for.")
class GroupChanged(Update):
    """diary.group_changed"""

    on: dt.date
    division: str
    group_ref: strawberry.Private[Ref | None]
    old_group_ref: strawberry.Private[Ref | None]

    @query(ROWS)
    def group(self, info: Info) -> PupilGroup | None:
        """The group from then on; null: none."""
        return load_pupil_group(info, self.group_ref)

    @query(ROWS)
    def old_group(self, info: Info) -> PupilGroup | None:
        """The group until then; null: none."""
        return load_pupil_group(info, self.old_group_ref)


def _ref(row: Published, key: str) -> Ref | None:
    return row.ref(key) if row.payload[key] else None


def _changed(row: Published) -> Update:
    return GroupChanged.from_published(
        row, on=dt.date.fromisoformat(row.payload["on"]), division=row.payload["division"], group_ref=_ref(row, "pupil_group_id"),
        old_group_ref=_ref(row, "old_pupil_group_id"))


UPDATES: dict[str, Callable[[Published], Update]] = {group_events.GROUP_CHANGED: _changed}
TYPES: tuple[type[Update], ...] = (GroupChanged,)
