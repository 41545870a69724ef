"""The GraphQL face of what registers said before."""

import datetime as dt
from typing import Annotated, Self

import strawberry

from school import ids
from school.context import ADMINISTRATION, Area, Role
from school.diary import attendance_history as histories
from school.diary.attendance_rows import AttendanceRow
from school.diary.models import AttendanceKind
from school.diary.reason_types import AbsenceReason, load_reason
from school.diary.schema_lessons import From
from school.diary.types import AttendanceKindName, opaque
from school.fields import ROWS, SIGNED_IN, Info, each, holds, named, query, rows
from school.ids import Kind, Ref
from school.registry.loaders import load_person
from school.registry.types import Person


@rows(description="What an entry of a register says, or said; `by` whom it was made, and when.")
class AttendanceRevision:
    """An entry, of an `AttendanceRow`."""

    kind: Annotated[AttendanceKind, AttendanceKindName]
    minutes_late: int | None
    at: dt.datetime
    reason_ref: strawberry.Private[Ref | None]
    author: strawberry.Private[Ref]

    @classmethod
    def from_row(cls, row: AttendanceRow) -> Self:
        """From an entry's row."""
        return cls(
            kind=row.kind, minutes_late=row.minutes_late, at=row.at, author=Ref(row.school_id, row.by),
            reason_ref=None if row.reason_id is None else Ref(row.school_id, row.reason_id))

    @query(ROWS)
    def reason(self, info: Info) -> AbsenceReason | None:
        """Why they were absent, if that was told."""
        return None if self.reason_ref is None else load_reason(info, *self.reason_ref)

    @query(ROWS)
    def by(self, info: Info) -> Person | None:
        """Who made it."""
        return load_person(info, self.author)


@rows(description="A pupil's entry in a lesson that was replaced (`old`), and the one that took its place.")
class AttendanceChange:
    """A change, of `attendance_history.of_course`."""

    lesson_id: strawberry.ID
    pupil_id: strawberry.ID
    old: AttendanceRevision
    new: AttendanceRevision
    pupil_ref: strawberry.Private[Ref]

    @classmethod
    def from_row(cls, row: histories.Change) -> Self:
        """From a change."""
        return cls(
            lesson_id=opaque(Kind.LESSON, row.old.school_id, row.old.lesson_id), pupil_id=opaque(Kind.PERSON, row.old.school_id, row.old.pupil_id),
            old=AttendanceRevision.from_row(row.old), new=AttendanceRevision.from_row(row.new), pupil_ref=Ref(row.old.school_id, row.old.pupil_id))

    @query(ROWS)
    def pupil(self, info: Info) -> Person | None:
        """Whose it is; null of who has moved to a class that the viewer does not know: the gradebook names them for the days until then."""
        return load_person(info, self.pupil_ref)


@strawberry.type
class AttendanceHistoryQuery:
    """Queries of what registers said before."""

    @query(SIGNED_IN, Area.DIARY, named("child_id"))
    async def attendance_history(self, info: Info, lesson_id: strawberry.ID, child_id: strawberry.ID) -> list[AttendanceRevision]:
        """Everything that a child's entry in a lesson's register has been, oldest first: for whoever sees the entry."""
        lesson, child = ids.decode(Kind.LESSON, lesson_id), ids.decode(Kind.PERSON, child_id)
        return [AttendanceRevision.from_row(row) for row in await histories.of_entry(info.context.reader, info.context.viewer, lesson, child)]

    @query(holds(Role.TEACHER, *ADMINISTRATION), Area.DIARY, each(lambda change: change.pupil_ref))
    async def register_changes(self, info: Info, course_id: strawberry.ID, from_: From, to: dt.date) -> list[AttendanceChange]:
        """What was changed in a course's register, in lessons of at most 190 days, the latest change first: for whoever opens its gradebook."""
        course = ids.decode(Kind.COURSE, course_id)
        return [AttendanceChange.from_row(row) for row in await histories.of_course(info.context.reader, info.context.viewer, course, from_, to)]
