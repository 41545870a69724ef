"""The diary's explicit GraphQL types."""

import datetime as dt
from fractions import Fraction
from typing import Annotated, Any, Self

import strawberry

from school import clock, columns, ids
from school.columns import OfRow, column, made
from school.diary.acknowledged import load_acknowledged
from school.diary.averages import rounded
from school.diary.file_types import File, load_materials
from school.diary.mark_rows import is_counted
from school.diary.models import AttendanceKind, MarkAction, WorkKind
from school.diary.reason_types import AbsenceReason, load_reason
from school.diary.scale_rows import converted, label_of
from school.diary.work_types import OwnWork, WorkKindName, load_work
from school.fields import ROWS, Info, query, rows
from school.ids import Kind, Ref
from school.registry.group_names import group_ref, load_pupil_group
from school.registry.loaders import load_class_group, load_person, load_subject_of
from school.registry.types import ClassGroup, Person, PupilGroup, Subject

MarkActionName = strawberry.enum(MarkAction, name="MarkAction", description="What was done to a mark.")
AttendanceKindName = strawberry.enum(AttendanceKind, name="AttendanceKind", description="How a pupil attended a lesson.")


def opaque(kind: Kind, school_id: int, id_: Any) -> strawberry.ID:
    """The opaque id of a row."""
    return strawberry.ID(ids.encode(kind, school_id, id_))


def _is_told(value: object) -> bool:
    return value is not None


def _moved_from(planned_on: dt.date | None, planned_bell: int | None, starts_at: dt.time | None, on_date: dt.date, bell: int, zone: str) -> dt.datetime | None:
    """When a lesson was to begin that begins at another time."""
    if planned_on is None or starts_at is None or (planned_on, planned_bell) == (on_date, bell):
        return None
    return clock.school_moment(planned_on, starts_at, zone)


def _bell_before(planned_on: dt.date | None, planned_bell: int | None, on_date: dt.date, bell: int) -> int | None:
    return None if planned_on is None or (planned_on, planned_bell) == (on_date, bell) else planned_bell


def _other_room(revision: int, planned_room: str | None, room: str | None) -> bool:
    return revision > 0 and planned_room != room


@rows(description="A lesson of the timetable, as it is now. `bellStartsAt` and `bellEndsAt` are the school's own time of day, `startsAt` and `endsAt` moments. "
                  "What a substitution has changed: `cancelled`, `substituted` (somebody else than the course's teacher gives it), `movedFrom` (when it was to "
                  "begin) with `movedFromBell`, `otherRoom`, `merged` (it is held together with another class's); `revision` counts the changes.")
class Lesson(OfRow):
    """A lesson, of a `LessonRow`."""

    id: strawberry.ID = columns.opaque(Kind.LESSON)
    course_id: strawberry.ID = columns.opaque(Kind.COURSE, "course_id")
    date: dt.date = column("on_date")
    bell: int = column()
    bell_starts_at: dt.time = column()
    bell_ends_at: dt.time = column()
    starts_at: dt.datetime = made(clock.school_moment, "on_date", "bell_starts_at", "time_zone")
    ends_at: dt.datetime = made(clock.school_moment, "on_date", "bell_ends_at", "time_zone")
    room: str | None = column()
    topic: str | None = column()
    cancelled: bool = made(_is_told, "cancelled_at")
    substituted: bool = made(_is_told, "substitute_id")
    moved_from: dt.datetime | None = made(
        _moved_from, "planned_on", "planned_bell", "planned_starts_at", "on_date", "bell", "time_zone")
    moved_from_bell: int | None = made(_bell_before, "planned_on", "planned_bell", "on_date", "bell")
    other_room: bool = made(_other_room, "revision", "planned_room", "room")
    merged: bool = made(_is_told, "merged_with_id")
    revision: int = column()

    @query(ROWS, reads=("school_id", "course_id"))
    def subject(self, info: Info) -> Subject:
        """What the course teaches."""
        return load_subject_of(info, Ref(self.row.school_id, self.row.course_id))

    @query(ROWS, reads=("school_id", "teacher_id"))
    def teacher(self, info: Info) -> Person | None:
        """Who gives the lesson."""
        return load_person(info, Ref(self.row.school_id, self.row.teacher_id))

    @query(ROWS, reads=("school_id", "course_teacher_id"))
    def course_teacher(self, info: Info) -> Person | None:
        """Who gives the course."""
        return load_person(info, Ref(self.row.school_id, self.row.course_teacher_id))

    @query(ROWS, reads=("school_id", "class_group_id"))
    def class_group(self, info: Info) -> ClassGroup | None:
        """The class that has the lesson."""
        return load_class_group(info, Ref(self.row.school_id, self.row.class_group_id))

    @query(ROWS, reads=("school_id", "pupil_group_id"))
    def group(self, info: Info) -> PupilGroup | None:
        """The group of the class that has it; null: the whole class."""
        return load_pupil_group(info, group_ref(self.row))


@rows(description="What a class, or some pupils of it (`forSome`), are to do. `date` is the due lesson's day, `minutes` how long it should take.")
class Homework(OfRow):
    """A homework, of a `HomeworkRow`."""

    id: strawberry.ID = columns.opaque(Kind.HOMEWORK)
    lesson_id: strawberry.ID = columns.opaque(Kind.LESSON, "due_lesson_id")
    course_id: strawberry.ID = columns.opaque(Kind.COURSE, "course_id")
    date: dt.date = column("on_date")
    text: str = column()
    set_at: dt.datetime = column()
    withdrawn_at: dt.datetime | None = column()
    minutes: int | None = column()
    links: list[str] = column()
    for_some: bool = column()
    revision: int = column()
    done_at: dt.datetime | None = column(description="When the child who is asked about, or a guardian for them, has ticked it.")

    @query(ROWS, reads=("school_id", "course_id"))
    def subject(self, info: Info) -> Subject:
        """What the course teaches."""
        return load_subject_of(info, Ref(self.row.school_id, self.row.course_id))

    @query(ROWS, reads=("school_id", "id"))
    def files(self, info: Info) -> list[File]:
        """Materials, in the order of coming."""
        return load_materials(info, self.row)

    @query(ROWS, reads=("school_id", "set_by"))
    def set_by(self, info: Info) -> Person | None:
        """Who set it."""
        return load_person(info, Ref(self.row.school_id, self.row.set_by))


@rows(description="A mark as it stands. `date` is the lesson's day; `revision` counts its changes from 1. `retakeOf` is the mark that was tried again by this "
                  "one; if it `replaces` that, that one does not count as long as this stands.")
class Mark(OfRow):
    """A mark, of a row of `mark_rows`."""

    id: strawberry.ID = columns.opaque(Kind.MARK)
    pupil_id: strawberry.ID = columns.opaque(Kind.PERSON, "pupil_id")
    lesson_id: strawberry.ID = columns.opaque(Kind.LESSON, "lesson_id")
    course_id: strawberry.ID = columns.opaque(Kind.COURSE, "course_id")
    date: dt.date = column("on_date")
    value: int = column()
    label: str = made(label_of, "labels", "value", description="The value as people read it.")
    converted: str | None = made(
        converted, "steps", "other_labels", "value", description="What it is on another scale, as people read it, where the school has said so.",
        keeps=False)
    weight: int = column()
    work: Annotated[WorkKind, WorkKindName] = column()
    comment: str | None = column()
    revision: int = column()
    given_at: dt.datetime = column()
    withdrawn_at: dt.datetime | None = column()
    retake_of: strawberry.ID | None = made(ids.encoder(Kind.MARK).maybe, "school_id", "retake_of")
    replaces: bool = column()
    own_work_id: strawberry.ID | None = made(
        ids.encoder(Kind.OWN_WORK).maybe, "school_id", "work_id", description="Of the school's own kind of work, if it is of one.",
    )
    counts: bool = made(is_counted, "withdrawn_at", "replaced", description="Whether it stands, and no retake that stands replaces it.")

    @query(ROWS, reads=("school_id", "id"))
    def acknowledged_at(self, info: Info) -> dt.datetime | None:
        """Since when the guardian who asks has said to have read it."""
        return load_acknowledged(info, Ref(self.row.school_id, self.row.id))

    @query(ROWS, reads=("school_id", "course_id"), keeps=True)
    def subject(self, info: Info) -> Subject:
        """What the course teaches."""
        return load_subject_of(info, Ref(self.row.school_id, self.row.course_id))

    @query(ROWS, reads=("school_id", "work_id"))
    def own_work(self, info: Info) -> OwnWork | None:
        """The school's own kind of work, if it is of one."""
        return load_work(info, self.row.school_id, self.row.work_id)

    @query(ROWS, reads=("school_id", "given_by"), keeps=True)
    def given_by(self, info: Info) -> Person | None:
        """Who gave it."""
        return load_person(info, Ref(self.row.school_id, self.row.given_by))


@rows(description="What a mark was after a change.")
class MarkRevision:
    """A row of a mark's history."""

    revision: int
    action: Annotated[MarkAction, MarkActionName]
    value: int
    label: str
    weight: int
    work: Annotated[WorkKind, WorkKindName]
    comment: str | None
    reason: str | None
    at: dt.datetime
    author: strawberry.Private[Ref]
    pupil_ref: strawberry.Private[Ref]
    work_ref: strawberry.Private[Ref | None]

    @classmethod
    def from_row(cls, row: Any) -> Self:
        """From columns of a revision."""
        return cls(
            revision=row.revision, action=row.action, value=row.value, label=label_of(row.labels, row.value), weight=row.weight, work=row.work,
            comment=row.comment, reason=row.reason, at=row.at, author=Ref(row.school_id, row.by), pupil_ref=Ref(row.school_id, row.pupil_id),
            work_ref=None if row.work_id is None else Ref(row.school_id, row.work_id),
        )

    @query(ROWS)
    def by(self, info: Info) -> Person | None:
        """Who did it."""
        return load_person(info, self.author)

    @query(ROWS)
    def own_work(self, info: Info) -> OwnWork | None:
        """The school's own kind of work, if it was of one."""
        return None if self.work_ref is None else load_work(info, *self.work_ref)


@rows(description="An entry of a lesson's register. `minutesLate` stands with LATE only, `reason` with ABSENT or EXCUSED, if one was told.")
class Attendance(OfRow):
    """How a pupil attended a lesson, of an `AttendanceRow`."""

    lesson_id: strawberry.ID = columns.opaque(Kind.LESSON, "lesson_id")
    pupil_id: strawberry.ID = columns.opaque(Kind.PERSON, "pupil_id")
    kind: Annotated[AttendanceKind, AttendanceKindName] = column()
    minutes_late: int | None = column()
    at: dt.datetime = column()
    reason_id: strawberry.ID | None = made(ids.encoder(Kind.ABSENCE_REASON).maybe, "school_id", "reason_id")

    @query(ROWS, reads=("school_id", "reason_id"))
    def reason(self, info: Info) -> AbsenceReason | None:
        """Why they were absent."""
        return load_reason(info, self.row.school_id, self.row.reason_id)


@rows(description="A grade that is shown by a word or a letter.")
class GradeLabel:
    """A label of a scale."""

    value: int
    label: str


@rows(description="Which whole numbers are marks. `counts`: whether they make an average, which pass and fail do not. "
                  "`labels` are of those grades that have one.")
class GradingScale:
    """A scale."""

    id: strawberry.ID
    name: str
    lowest: int
    highest: int
    counts: bool
    labels: list[GradeLabel]

    @classmethod
    def of(cls, row: Any) -> Self:
        """From a row with the columns of `SCALE`, and its school."""
        return cls(
            id=opaque(Kind.GRADING_SCALE, row.school_id, row.scale_id), name=row.scale_name, lowest=row.lowest, highest=row.highest,
            counts=row.scale_counts, labels=[GradeLabel(value=value, label=label) for value, label in row.labels])


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
