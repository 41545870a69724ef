"""The diary's explicit GraphQL types."""

import datetime as dt
from fractions import Fraction
from functools import lru_cache
from typing import Annotated, Any, Self
from uuid import UUID

import strawberry

from school import columns, ids
from school.columns import OfRow, column, made
from school.diary.attendance_rows import AttendanceRow
from school.diary.averages import rounded
from school.diary.homework_rows import HomeworkRow
from school.diary.lessons import LessonRow
from school.diary.models import AttendanceKind, MarkAction, WorkKind
from school.fields import ROWS, Info, query, rows
from school.ids import Kind, Ref
from school.registry.loaders import load_class_group, load_person
from school.registry.types import ClassGroup, Person, Subject

WorkKindName = strawberry.enum(WorkKind, name="WorkKind", description="What a mark is for.")
MarkActionName = strawberry.enum(MarkAction, name="MarkAction", description="What was done to a mark.")
AttendanceKindName = strawberry.enum(AttendanceKind, name="AttendanceKind", description="How a pupil attended a lesson.")


def opaque(kind: Kind, school_id: int, id_: Any) -> strawberry.ID:
    """The opaque id of a row."""
    return strawberry.ID(ids.encode(kind, school_id, id_))


@lru_cache(maxsize=4096)
def subject_from(school_id: int, subject_id: UUID, name: str) -> Subject:
    """The subject whose columns stand in a row."""
    return Subject(id=opaque(Kind.SUBJECT, school_id, subject_id), name=name)


def subject_of(row: LessonRow | HomeworkRow) -> Subject:
    """The subject whose columns stand in the row."""
    return subject_from(row.school_id, row.subject_id, row.subject_name)


@rows(description="A lesson of the timetable. `bellStartsAt` and `bellEndsAt` are the school's own time of day, `startsAt` and `endsAt` moments.")
class Lesson:
    """A lesson."""

    id: strawberry.ID
    course_id: strawberry.ID
    subject: Subject
    date: dt.date
    bell: int
    bell_starts_at: dt.time
    bell_ends_at: dt.time
    starts_at: dt.datetime
    ends_at: dt.datetime
    room: str | None
    topic: str | None
    cancelled: bool
    row: strawberry.Private[LessonRow]

    @classmethod
    def from_row(cls, row: LessonRow) -> Self:
        """From a lesson's row."""
        return cls(
            id=opaque(Kind.LESSON, row.school_id, row.id), course_id=opaque(Kind.COURSE, row.school_id, row.course_id), subject=subject_of(row),
            date=row.on_date, bell=row.bell, bell_starts_at=row.bell_starts_at, bell_ends_at=row.bell_ends_at, starts_at=row.starts_at,
            ends_at=row.ends_at, room=row.room, topic=row.topic, cancelled=row.cancelled_at is not None, row=row,
        )

    @query(ROWS)
    def teacher(self, info: Info) -> Person | None:
        """Who gives the course."""
        return load_person(info, Ref(self.row.school_id, self.row.teacher_id))

    @query(ROWS)
    def class_group(self, info: Info) -> ClassGroup | None:
        """The class that has the lesson."""
        return load_class_group(info, Ref(self.row.school_id, self.row.class_group_id))


@rows(description="What a class is to do. `date` is the day of the lesson for which it is due.")
class Homework:
    """A homework."""

    id: strawberry.ID
    lesson_id: strawberry.ID
    course_id: strawberry.ID
    subject: Subject
    date: dt.date
    text: str
    set_at: dt.datetime
    withdrawn_at: dt.datetime | None
    row: strawberry.Private[HomeworkRow]

    @classmethod
    def from_row(cls, row: HomeworkRow) -> Self:
        """From a homework's row."""
        return cls(
            id=opaque(Kind.HOMEWORK, row.school_id, row.id), lesson_id=opaque(Kind.LESSON, row.school_id, row.due_lesson_id),
            course_id=opaque(Kind.COURSE, row.school_id, row.course_id), subject=subject_of(row), date=row.on_date, text=row.text, set_at=row.set_at,
            withdrawn_at=row.withdrawn_at, row=row,
        )

    @query(ROWS)
    def set_by(self, info: Info) -> Person | None:
        """Who set it."""
        return load_person(info, Ref(self.row.school_id, self.row.set_by))


@rows(description="A mark as it stands. `date` is the lesson's day; `revision` counts its changes from 1.")
class Mark(OfRow):
    """A mark, of a row of `mark_rows`."""

    id: strawberry.ID = columns.opaque(Kind.MARK)
    pupil_id: strawberry.ID = columns.opaque(Kind.PERSON, "pupil_id")
    lesson_id: strawberry.ID = columns.opaque(Kind.LESSON, "lesson_id")
    course_id: strawberry.ID = columns.opaque(Kind.COURSE, "course_id")
    subject: Subject = made(subject_from, "school_id", "subject_id", "subject_name")
    date: dt.date = column("on_date")
    value: int = column()
    weight: int = column()
    work: Annotated[WorkKind, WorkKindName] = column()
    comment: str | None = column()
    revision: int = column()
    given_at: dt.datetime = column()
    withdrawn_at: dt.datetime | None = column()

    @query(ROWS, reads=("school_id", "given_by"))
    def given_by(self, info: Info) -> Person | None:
        """Who gave it."""
        return load_person(info, Ref(self.row.school_id, self.row.given_by))


@rows(description="What a mark was after a change.")
class MarkRevision:
    """A row of a mark's history."""

    revision: int
    action: Annotated[MarkAction, MarkActionName]
    value: int
    weight: int
    work: Annotated[WorkKind, WorkKindName]
    comment: str | None
    reason: str | None
    at: dt.datetime
    author: strawberry.Private[Ref]
    pupil_ref: strawberry.Private[Ref]

    @classmethod
    def from_row(cls, row: Any) -> Self:
        """From columns of a revision."""
        return cls(
            revision=row.revision, action=row.action, value=row.value, weight=row.weight, work=row.work, comment=row.comment, reason=row.reason,
            at=row.at, author=Ref(row.school_id, row.by), pupil_ref=Ref(row.school_id, row.pupil_id),
        )

    @query(ROWS)
    def by(self, info: Info) -> Person | None:
        """Who did it."""
        return load_person(info, self.author)


@rows(description="An entry of a lesson's register. `minutesLate` stands with LATE only.")
class Attendance:
    """How a pupil attended a lesson."""

    lesson_id: strawberry.ID
    pupil_id: strawberry.ID
    kind: Annotated[AttendanceKind, AttendanceKindName]
    minutes_late: int | None
    at: dt.datetime

    @classmethod
    def from_row(cls, row: AttendanceRow) -> Self:
        """From an entry's row."""
        return cls(
            lesson_id=opaque(Kind.LESSON, row.school_id, row.lesson_id), pupil_id=opaque(Kind.PERSON, row.school_id, row.pupil_id), kind=row.kind,
            minutes_late=row.minutes_late, at=row.at,
        )


@rows(description="Which whole numbers are marks.")
class GradingScale:
    """A scale."""

    name: str
    lowest: int
    highest: int


@rows(description="A weighted average, exactly: numerator / denominator in lowest terms. `decimal` has 2 places; a half goes up (4.125 is 4.13).")
class Average:
    """The sum of value × weight over the sum of weights."""

    numerator: int
    denominator: int
    decimal: str

    @classmethod
    def from_value(cls, value: Fraction) -> Self:
        """From an exact average."""
        return cls(numerator=value.numerator, denominator=value.denominator, decimal=rounded(value))
