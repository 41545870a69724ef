"""The GraphQL types of timetables and of planning."""

import datetime as dt
from typing import Annotated, Self

import strawberry

from school.diary import class_timetables, lesson_plan
from school.diary.screens import Course
from school.diary.slots import SlotRow
from school.diary.timetable_models import Weeks
from school.diary.types import opaque
from school.errors import Code
from school.fields import ROWS, Code_, Info, query, rows
from school.ids import Kind, Ref
from school.registry.group_names import load_pupil_group
from school.registry.loaders import load_class_group, load_subject
from school.registry.types import ClassGroup, PupilGroup, Subject

WeeksName = strawberry.enum(
    Weeks, name="Weeks", description="In which weeks a slot has its lesson. ODD: in the week in which its timetable begins, and every second from there on.")


@rows(description="A lesson of a class's week. `weekday` is 1 (Monday) to 7; `shared` tells that its teacher or room is knowingly another class's, too.")
class TimetableSlot:
    """A slot, of a `SlotRow`."""

    course_id: strawberry.ID
    weekday: int
    bell: int
    room: str | None
    weeks: Annotated[Weeks, WeeksName]
    shared: bool
    subject_ref: strawberry.Private[Ref]
    group_ref: strawberry.Private[Ref]
    part_ref: strawberry.Private[Ref | None]

    @classmethod
    def from_row(cls, school_id: int, row: SlotRow) -> Self:
        """From a row of `in_force`."""
        return cls(
            course_id=opaque(Kind.COURSE, school_id, row.course_id), weekday=row.weekday, bell=row.bell, room=row.room, weeks=row.weeks, shared=row.shared,
            subject_ref=Ref(school_id, row.subject_id), group_ref=Ref(school_id, row.class_group_id),
            part_ref=None if row.pupil_group_id is None else Ref(school_id, row.pupil_group_id))

    @query(ROWS)
    def subject(self, info: Info) -> Subject | None:
        """What the course teaches."""
        return load_subject(info, self.subject_ref)

    @query(ROWS)
    def group(self, info: Info) -> PupilGroup | None:
        """The group of the class that has it; null: the whole class."""
        return load_pupil_group(info, self.part_ref)

    @query(ROWS)
    def class_group(self, info: Info) -> ClassGroup | None:
        """Whose week it is."""
        return load_class_group(info, self.group_ref)


@rows(description="The week of a class from a day on, until the day on which its next one begins, if there is one; and the class's courses. Without an id the "
                  "class has none on the day that was asked for.")
class Timetable:
    """A timetable, of a `Week`."""

    id: strawberry.ID | None
    starts_on: dt.date | None
    until: dt.date | None
    slots: list[TimetableSlot]
    courses: list[Course]
    group_ref: strawberry.Private[Ref]

    @classmethod
    def from_row(cls, row: class_timetables.Week) -> Self:
        """From `class_timetables.week`."""
        school_id = row.group.school_id
        return cls(
            id=None if row.id is None else opaque(Kind.TIMETABLE, school_id, row.id), starts_on=row.starts_on, until=row.until,
            slots=[TimetableSlot.from_row(school_id, slot) for slot in row.slots], courses=[Course.from_row(course) for course in row.courses],
            group_ref=row.group)

    @query(ROWS)
    def class_group(self, info: Info) -> ClassGroup | None:
        """Whose week it is."""
        return load_class_group(info, self.group_ref)


@rows(description="What a slot wants and another one has: `slot` is its place among those that were sent, from 0; `code` says what both want.")
class SlotClash:
    """A clash, of a `Clash`."""

    slot: int
    code: Annotated[Code, Code_]
    other: TimetableSlot

    @classmethod
    def from_row(cls, school_id: int, row: class_timetables.Clash) -> Self:
        """From a clash of `class_timetables.set_`."""
        return cls(slot=row.slot, code=row.code, other=TimetableSlot.from_row(school_id, row.other))


@rows(description="The timetable is not set: of each slot that clashes, with what.")
class TimetableClashes:
    """Why a timetable cannot be."""

    clashes: list[SlotClash]


@rows(description="A lesson that a timetable has and that is not made, and why not.")
class UnmadeLesson:
    """A lesson that is not there, of an `Unmade`."""

    date: dt.date
    bell: int
    room: str | None
    code: Annotated[Code, Code_]
    message: str
    subject_ref: strawberry.Private[Ref]
    group_ref: strawberry.Private[Ref]

    @classmethod
    def from_row(cls, row: lesson_plan.Unmade) -> Self:
        """From an unmade lesson of `lesson_plan.plan`."""
        return cls(
            date=row.on_date, bell=row.bell, room=row.room, code=row.code, message=row.message, subject_ref=Ref(row.school_id, row.subject_id),
            group_ref=Ref(row.school_id, row.class_group_id))

    @query(ROWS)
    def subject(self, info: Info) -> Subject | None:
        """Of what it would be."""
        return load_subject(info, self.subject_ref)

    @query(ROWS)
    def class_group(self, info: Info) -> ClassGroup | None:
        """Whose it would be."""
        return load_class_group(info, self.group_ref)


@rows(description="What became of the lessons of some days: how many were made, were there already, were given another room, were taken away; how many stay "
                  "that no timetable has, because they are over or somebody has touched them; how many are not made, and the first hundred of those.")
class LessonPlan:
    """What planLessons has done, of a `Plan`."""

    made: int
    kept: int
    moved: int
    removed: int
    stayed: int
    unmade: int
    first_unmade: list[UnmadeLesson]

    @classmethod
    def from_row(cls, row: lesson_plan.Plan) -> Self:
        """From `lesson_plan.plan`."""
        return cls(
            made=row.made, kept=row.kept, moved=row.moved, removed=row.removed, stayed=row.stayed, unmade=row.unmade,
            first_unmade=[UnmadeLesson.from_row(one) for one in row.first_unmade])
