"""Events of groups within classes: a pupil is in another one, or in none any more."""

import datetime as dt
from typing import Any
from uuid import UUID

from school.outbox import Event, Topic, TopicKind

GROUP_CHANGED = "diary.group_changed"


def group_changed(group: Any, pupil_id: UUID, old: UUID | None, new: UUID | None, on: dt.date, at: dt.datetime) -> Event:
    """A pupil is in another group of a division from a day on (`new`; null: in none) than before; `group` is one of the division, of `groups.GROUP`."""
    payload = {
        "person_id": str(pupil_id), "class_group_id": str(group.class_group_id), "division": group.division, "on": on.isoformat(),
        "pupil_group_id": None if new is None else str(new), "old_pupil_group_id": None if old is None else str(old)}
    return Event(GROUP_CHANGED, group.school_id, (Topic(TopicKind.PUPIL, pupil_id),), payload, at)
