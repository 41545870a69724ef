"""The diary's kinds of update in the family stream."""

import datetime as dt
from collections.abc import Callable
from typing import Annotated, Any

import strawberry

from school.diary import events
from school.diary.models import AttendanceKind, WorkKind
from school.diary.types import AttendanceKindName, WorkKindName
from school.fields import ROWS, Info, query, rows
from school.ids import Kind, Ref
from school.registry.loaders import load_person, load_subject
from school.registry.types import Person, Subject
from school.updates import Published, Update


@strawberry.interface(description="Something that happened in a child's diary. `date` is the day of the lesson.")
class DiaryUpdate(Update):
    """What every update of the diary has."""

    __policy__ = ROWS
    lesson_id: strawberry.ID
    course_id: strawberry.ID
    date: dt.date
    subject_ref: strawberry.Private[Ref]

    @query(ROWS)
    def subject(self, info: Info) -> Subject | None:
        """The subject of the lesson."""
        return load_subject(info, self.subject_ref)


@rows(description="A mark is given.")
class MarkGiven(DiaryUpdate):
    """diary.mark_given"""

    mark_id: strawberry.ID
    value: int
    weight: int
    work: Annotated[WorkKind, WorkKindName]


@rows(description="A mark is another one now; `oldValue`, `oldWeight` and `oldWork` are what it was before.")
class MarkCorrected(DiaryUpdate):
    """diary.mark_corrected"""

    mark_id: strawberry.ID
    value: int
    weight: int
    work: Annotated[WorkKind, WorkKindName]
    old_value: int
    old_weight: int
    old_work: Annotated[WorkKind, WorkKindName]


@rows(description="A mark counts no more; `value`, `weight` and `work` are what it was.")
class MarkWithdrawn(DiaryUpdate):
    """diary.mark_withdrawn"""

    mark_id: strawberry.ID
    value: int
    weight: int
    work: Annotated[WorkKind, WorkKindName]


@rows(description="The class has homework for the lesson.")
class HomeworkSet(DiaryUpdate):
    """diary.homework_set"""

    homework_id: strawberry.ID


@rows(description="The class need not do a homework any more.")
class HomeworkWithdrawn(DiaryUpdate):
    """diary.homework_withdrawn"""

    homework_id: strawberry.ID


@rows(description="How the child attended a lesson. `oldAttendance` is null for the first entry.")
class AttendanceRecorded(DiaryUpdate):
    """diary.attendance_recorded"""

    bell: int
    attendance: Annotated[AttendanceKind, AttendanceKindName]
    minutes_late: int | None
    old_attendance: Annotated[AttendanceKind, AttendanceKindName] | None
    old_minutes_late: int | None


@rows(description="A lesson is changed against the timetable, or such a change was taken back. `date`, `bell`, `room`, `cancelled`, `merged` and `teacher` are "
                  "how it is now, `old…` what it was before.")
class LessonChanged(DiaryUpdate):
    """diary.lesson_changed"""

    bell: int
    room: str | None
    cancelled: bool
    merged: bool
    old_date: dt.date
    old_bell: int
    old_room: str | None
    old_cancelled: bool
    old_merged: bool
    teacher_ref: strawberry.Private[Ref]
    old_teacher_ref: strawberry.Private[Ref]

    @query(ROWS)
    def teacher(self, info: Info) -> Person | None:
        """Who gives it now."""
        return load_person(info, self.teacher_ref)

    @query(ROWS)
    def old_teacher(self, info: Info) -> Person | None:
        """Who was to give it before."""
        return load_person(info, self.old_teacher_ref)


def _make(update: type[DiaryUpdate], row: Published, **values: Any) -> Update:
    return update.from_published(
        row, lesson_id=row.id(Kind.LESSON, "lesson_id"), course_id=row.id(Kind.COURSE, "course_id"), date=dt.date.fromisoformat(row.payload["date"]),
        subject_ref=row.ref("subject_id"), **values,
    )


def _worth(row: Published, prefix: str = "") -> dict[str, Any]:
    return {
        f"{prefix}value": row.payload[f"{prefix}value"], f"{prefix}weight": row.payload[f"{prefix}weight"],
        f"{prefix}work": WorkKind(row.payload[f"{prefix}work"]),
    }


def _mark_given(row: Published) -> Update:
    return _make(MarkGiven, row, mark_id=row.id(Kind.MARK, "mark_id"), **_worth(row))


def _mark_corrected(row: Published) -> Update:
    return _make(MarkCorrected, row, mark_id=row.id(Kind.MARK, "mark_id"), **_worth(row), **_worth(row, "old_"))


def _mark_withdrawn(row: Published) -> Update:
    return _make(MarkWithdrawn, row, mark_id=row.id(Kind.MARK, "mark_id"), **_worth(row))


def _homework_set(row: Published) -> Update:
    return _make(HomeworkSet, row, homework_id=row.id(Kind.HOMEWORK, "homework_id"))


def _homework_withdrawn(row: Published) -> Update:
    return _make(HomeworkWithdrawn, row, homework_id=row.id(Kind.HOMEWORK, "homework_id"))


def _attendance_recorded(row: Published) -> Update:
    payload = row.payload
    return _make(
        AttendanceRecorded, row, bell=payload["bell"], attendance=AttendanceKind(payload["kind"]), minutes_late=payload["minutes_late"],
        old_attendance=AttendanceKind(payload["old_kind"]) if payload["old_kind"] else None, old_minutes_late=payload["old_minutes_late"],
    )


def _lesson_changed(row: Published) -> Update:
    same = ("bell", "room", "cancelled", "merged", "old_bell", "old_room", "old_cancelled", "old_merged")
    return _make(
        LessonChanged, row, **{name: row.payload[name] for name in same}, old_date=dt.date.fromisoformat(row.payload["old_date"]),
        teacher_ref=row.ref("teacher_id"), old_teacher_ref=row.ref("old_teacher_id"))


UPDATES: dict[str, Callable[[Published], Update]] = {
    events.MARK_GIVEN: _mark_given, events.MARK_CORRECTED: _mark_corrected, events.MARK_WITHDRAWN: _mark_withdrawn,
    events.HOMEWORK_SET: _homework_set, events.HOMEWORK_WITHDRAWN: _homework_withdrawn, events.ATTENDANCE_RECORDED: _attendance_recorded,
    events.LESSON_CHANGED: _lesson_changed,
}
"""How a published event becomes its update."""

TYPES: tuple[type[Update], ...] = (MarkGiven, MarkCorrected, MarkWithdrawn, HomeworkSet, HomeworkWithdrawn, AttendanceRecorded, LessonChanged)
"""The types behind `UPDATES`: a schema has to name them, for fields return only their interface."""
