"""Events of classes and courses: who teaches, who leads, who moves to another class."""

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from school.ids import Ref
from school.outbox import PASSES, Event, Topic, TopicKind

COURSE_TEACHER_CHANGED = "diary.course_teacher_changed"
CLASS_TEACHER_CHANGED = "diary.class_teacher_changed"
PUPIL_MOVED = "diary.pupil_moved"


def _text(id_: UUID | None) -> str | None:
    return None if id_ is None else str(id_)


def _topics(pupils: Iterable[UUID]) -> tuple[Topic, ...]:
    return tuple(Topic(TopicKind.PUPIL, pupil) for pupil in pupils)


def course_teacher_changed(course: Ref, subject_id: UUID, old: UUID, new: UUID, pupils: Iterable[UUID], at: dt.datetime) -> Event:
    """Another one teaches a course; who did before is told too."""
    payload = {"course_id": str(course.id), "subject_id": str(subject_id), "teacher_id": str(new), "old_teacher_id": str(old)}
    return Event(COURSE_TEACHER_CHANGED, course.school_id, _topics(pupils), payload, at, concerns=tuple(sorted((old, new))))


def class_teacher_changed(group: Ref, old: UUID | None, new: UUID | None, pupils: Iterable[UUID], at: dt.datetime) -> Event:
    """Another one leads a class, or nobody does; who did before is told too."""
    payload = {"class_group_id": str(group.id), "teacher_id": _text(new), "old_teacher_id": _text(old)}
    return Event(
        CLASS_TEACHER_CHANGED, group.school_id, _topics(pupils), payload, at, concerns=tuple(sorted(one for one in (old, new) if one is not None)))


def pupil_moved(pupil: Ref, old: UUID, new: UUID, on: dt.date, at: dt.datetime) -> Event:
    """A pupil is in another class from a day on; the gates hear of it, for rules may be a class's."""
    payload = {"person_id": str(pupil.id), "class_group_id": str(new), "old_class_group_id": str(old), "on": on.isoformat()}
    return Event(PUPIL_MOVED, pupil.school_id, (Topic(TopicKind.PUPIL, pupil.id), PASSES), payload, at)
