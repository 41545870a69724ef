"""Events of the day."""

import datetime as dt
from typing import Any
from uuid import UUID

from school.outbox import Event, Topic, TopicKind

CAME_LATE = "day.came_late"
LATE_WITHDRAWN = "day.late_withdrawn"


def came_late(
    school_id: int, pupil_id: UUID, on_date: dt.date, *, passage_id: UUID, lesson_id: UUID, minutes: int, old_minutes: int | None, at: dt.datetime, late: bool,
) -> Event:
    """A pupil came after the first lesson had begun. `old_minutes` is set where an entry that became known later has changed the figure."""
    payload = {
        "date": on_date.isoformat(), "passage_id": str(passage_id), "lesson_id": str(lesson_id), "minutes": minutes, "old_minutes": old_minutes,
    }
    return _of_pupil(CAME_LATE, school_id, pupil_id, payload, at, late=late)


def late_withdrawn(school_id: int, pupil_id: UUID, on_date: dt.date, *, minutes: int, at: dt.datetime, late: bool) -> Event:
    """The pupil had come in time after all: an earlier entry became known later."""
    return _of_pupil(LATE_WITHDRAWN, school_id, pupil_id, {"date": on_date.isoformat(), "minutes": minutes}, at, late=late)


def _of_pupil(kind: str, school_id: int, pupil_id: UUID, payload: dict[str, Any], at: dt.datetime, *, late: bool) -> Event:
    return Event(kind, school_id, (Topic(TopicKind.PUPIL, pupil_id),), payload, at, late=late)
