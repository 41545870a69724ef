"""The updates of the family stream that tell of classes and courses."""

import datetime as dt
from collections.abc import Callable

import strawberry

from school.diary import course_events
from school.fields import ROWS, Info, query, rows
from school.ids import Kind, Ref
from school.registry.loaders import load_class_group, load_person, load_subject
from school.registry.types import ClassGroup, Person, Subject
from school.updates import Published, Update


@rows(description="Another one teaches a course of the child's class.")
class CourseTeacherChanged(Update):
    """diary.course_teacher_changed"""

    course_id: strawberry.ID
    subject_ref: strawberry.Private[Ref]
    teacher_ref: strawberry.Private[Ref]
    old_teacher_ref: strawberry.Private[Ref]

    @query(ROWS)
    def subject(self, info: Info) -> Subject | None:
        """The subject of the course."""
        return load_subject(info, self.subject_ref)

    @query(ROWS)
    def teacher(self, info: Info) -> Person | None:
        """Who teaches it now."""
        return load_person(info, self.teacher_ref)

    @query(ROWS)
    def old_teacher(self, info: Info) -> Person | None:
        """Who taught it before."""
        return load_person(info, self.old_teacher_ref)


@rows(description="Another one leads the child's class, or nobody does.")
class ClassTeacherChanged(Update):
    """diary.class_teacher_changed"""

    class_group_id: strawberry.ID
    leader_ref: strawberry.Private[Ref | None]
    old_leader_ref: strawberry.Private[Ref | None]

    @query(ROWS)
    def leader(self, info: Info) -> Person | None:
        """Who leads it now."""
        return _person(info, self.leader_ref)

    @query(ROWS)
    def old_leader(self, info: Info) -> Person | None:
        """Who led it before."""
        return _person(info, self.old_leader_ref)


@rows(description="The child is in another class; `on` is the first day in it.")
class PupilMoved(Update):
    """diary.pupil_moved"""

    on: dt.date
    group_ref: strawberry.Private[Ref]
    old_group_ref: strawberry.Private[Ref]

    @query(ROWS)
    def class_group(self, info: Info) -> ClassGroup | None:
        """The class from then on."""
        return load_class_group(info, self.group_ref)

    @query(ROWS)
    def old_class_group(self, info: Info) -> ClassGroup | None:
        """The class until then."""
        return load_class_group(info, self.old_group_ref)


def _person(info: Info, ref: Ref | None) -> Person | None:
    return None if ref is None else load_person(info, ref)


def _ref(row: Published, key: str) -> Ref | None:
    return row.ref(key) if row.payload[key] else None


def _course_teacher(row: Published) -> Update:
    return CourseTeacherChanged.from_published(
        row, course_id=row.id(Kind.COURSE, "course_id"), subject_ref=row.ref("subject_id"), teacher_ref=row.ref("teacher_id"),
        old_teacher_ref=row.ref("old_teacher_id"))


def _class_teacher(row: Published) -> Update:
    return ClassTeacherChanged.from_published(
        row, class_group_id=row.id(Kind.CLASS_GROUP, "class_group_id"), leader_ref=_ref(row, "teacher_id"), old_leader_ref=_ref(row, "old_teacher_id"))


def _moved(row: Published) -> Update:
    return PupilMoved.from_published(
        row, on=dt.date.fromisoformat(row.payload["on"]), group_ref=row.ref("class_group_id"), old_group_ref=row.ref("old_class_group_id"))


UPDATES: dict[str, Callable[[Published], Update]] = {
    course_events.COURSE_TEACHER_CHANGED: _course_teacher, course_events.CLASS_TEACHER_CHANGED: _class_teacher, course_events.PUPIL_MOVED: _moved,
}
TYPES: tuple[type[Update], ...] = (CourseTeacherChanged, ClassTeacherChanged, PupilMoved)
