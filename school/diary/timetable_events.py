"""Events of the timetable: that a class has other lessons now, or its lessons other hours; of which days and how many, not which: a term has hundreds."""

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from school.outbox import Event, Topic, TopicKind

TIMETABLE_CHANGED = "diary.timetable_changed"
BELLS_CHANGED = "diary.bells_changed"


class Changes(NamedTuple):
    """What became of a class's lessons, or of those of a group of it, of these days, both included: how many are new, in another room, or there no more."""

    class_group_id: UUID
    starts_on: dt.date
    ends_on: dt.date
    made: int
    moved: int
    removed: int
    pupil_group_id: UUID | None = None

    @property
    def whose(self) -> UUID:
        """The group, else the class."""
        return self.pupil_group_id or self.class_group_id


def timetable_changed(school_id: int, changes: Changes, pupils: Iterable[UUID], at: dt.datetime) -> Event:
    """A class's lessons have been planned anew, or taken away for holidays."""
    payload = {
        "class_group_id": str(changes.class_group_id), "starts_on": changes.starts_on.isoformat(), "ends_on": changes.ends_on.isoformat(),
        "made": changes.made, "moved": changes.moved, "removed": changes.removed,
    }
    return Event(TIMETABLE_CHANGED, school_id, tuple(Topic(TopicKind.PUPIL, pupil) for pupil in pupils), payload, at)


class Rescheduled(NamedTuple):
    """So many of a class's lessons of these days have other hours; of the first of these days: when the first lesson begins and the last one ends. Without
    the lessons of groups in which those who are told are not."""

    class_group_id: UUID
    starts_on: dt.date
    ends_on: dt.date
    lessons: int
    old_begins_at: dt.datetime
    old_ends_at: dt.datetime
    begins_at: dt.datetime
    ends_at: dt.datetime


def bells_changed(school_id: int, changes: Rescheduled, pupils: Iterable[UUID], at: dt.datetime) -> Event:
    """A class has other bells on some days."""
    payload = {
        "class_group_id": str(changes.class_group_id), "starts_on": changes.starts_on.isoformat(), "ends_on": changes.ends_on.isoformat(),
        "lessons": changes.lessons, "old_begins_at": changes.old_begins_at.isoformat(), "old_ends_at": changes.old_ends_at.isoformat(),
        "begins_at": changes.begins_at.isoformat(), "ends_at": changes.ends_at.isoformat(),
    }
    return Event(BELLS_CHANGED, school_id, tuple(Topic(TopicKind.PUPIL, pupil) for pupil in pupils), payload, at)
