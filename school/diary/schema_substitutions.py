"""The GraphQL face of substitutions: a school's day for its office, and changing it."""

import datetime as dt
from typing import Annotated, Any, Self

import strawberry

from school import ids
from school.batches import check_length, decoded, in_order
from school.context import ADMINISTRATION, Area
from school.diary import dayplan
from school.diary import substitutions as verbs
from school.diary.types import Lesson, opaque
from school.fields import ROWS, Info, Refusal, each, holds, mutation, no_one, query, rows
from school.ids import Kind, Ref
from school.registry.loaders import load_class_group, load_person, load_subject_of
from school.registry.types import ClassGroup, Person, Subject


@rows(description="One of the staff who teaches: which subjects, and which classes, or the one that they lead.")
class Teacher:
    """Who may be asked to give a lesson."""

    subject_ids: list[strawberry.ID]
    class_group_ids: list[strawberry.ID]
    ref: strawberry.Private[Ref]

    @classmethod
    def from_row(cls, row: dayplan.TeacherRow) -> Self:
        """From a row of `dayplan.teachers`."""
        return cls(
            subject_ids=[opaque(Kind.SUBJECT, row.school_id, one) for one in row.subjects],
            class_group_ids=[opaque(Kind.CLASS_GROUP, row.school_id, one) for one in row.groups], ref=Ref(row.school_id, row.id))

    @query(ROWS)
    def person(self, info: Info) -> Person | None:
        """Who it is."""
        return load_person(info, self.ref)


@rows(description="Where a lesson is, and who gives it.")
class LessonPlace:
    """A side of a change."""

    date: dt.date
    bell: int
    room: str | None
    cancelled: bool
    merged: bool
    teacher_ref: strawberry.Private[Ref]

    @classmethod
    def from_row(cls, row: Any, prefix: str) -> Self:
        """From these columns of a substitution."""
        def of(name: str) -> Any:
            return getattr(row, f"{prefix}{name}")

        return cls(
            date=of("on_date"), bell=of("bell"), room=of("room"), cancelled=of("cancelled"), merged=of("merged_with_id") is not None,
            teacher_ref=Ref(row.school_id, of("teacher_id")))

    @query(ROWS)
    def teacher(self, info: Info) -> Person | None:
        """Who gives it."""
        return load_person(info, self.teacher_ref)


@rows(description="A change of a lesson against the timetable, or such a change taken back: who, when, what and why.")
class Substitution:
    """A row of the history."""

    id: strawberry.ID
    lesson_id: strawberry.ID
    revision: int
    old: LessonPlace
    new: LessonPlace
    reason: str
    at: dt.datetime
    author: strawberry.Private[Ref]
    course_ref: strawberry.Private[Ref]
    group_ref: strawberry.Private[Ref]

    @classmethod
    def from_row(cls, row: Any) -> Self:
        """From a row of `dayplan.substitutions`."""
        return cls(
            id=opaque(Kind.SUBSTITUTION, row.school_id, row.id), lesson_id=opaque(Kind.LESSON, row.school_id, row.lesson_id), revision=row.revision,
            old=LessonPlace.from_row(row, "old_"), new=LessonPlace.from_row(row, ""), reason=row.reason, at=row.at, author=Ref(row.school_id, row.by),
            course_ref=Ref(row.school_id, row.course_id), group_ref=Ref(row.school_id, row.class_group_id))

    @query(ROWS)
    def by(self, info: Info) -> Person | None:
        """Who did it."""
        return load_person(info, self.author)

    @query(ROWS)
    def subject(self, info: Info) -> Subject:
        """What the lesson's course teaches."""
        return load_subject_of(info, self.course_ref)

    @query(ROWS)
    def class_group(self, info: Info) -> ClassGroup | None:
        """The class that has the lesson."""
        return load_class_group(info, self.group_ref)


@strawberry.type
class SubstitutionQuery:
    """Queries of a school's day."""

    @query(holds(*ADMINISTRATION), Area.DIARY, no_one)
    async def day_lessons(self, info: Info, school_id: strawberry.ID, date: dt.date) -> list[Lesson]:
        """All lessons of a school's day by bell, also cancelled ones, and those that were moved from it to another day."""
        found = await dayplan.lessons(info.context.reader, info.context.viewer, ids.decode(Kind.SCHOOL, school_id).school_id, date)
        return [Lesson.from_row(row) for row in found]

    @query(holds(*ADMINISTRATION), Area.DIARY, no_one)
    async def teachers(self, info: Info, school_id: strawberry.ID, date: dt.date) -> list[Teacher]:
        """Who teaches, or leads a class, and works at the school on this day, by name."""
        found = await dayplan.teachers(info.context.reader, info.context.viewer, ids.decode(Kind.SCHOOL, school_id).school_id, date)
        return [Teacher.from_row(row) for row in found]

    @query(holds(*ADMINISTRATION), Area.DIARY, each(lambda change: change.old.teacher_ref))
    async def substitutions(self, info: Info, school_id: strawberry.ID, date: dt.date) -> list[Substitution]:
        """What was changed of the lessons that are or were to be on this day, newest first."""
        found = await dayplan.substitutions(info.context.reader, info.context.viewer, ids.decode(Kind.SCHOOL, school_id).school_id, date)
        return [Substitution.from_row(row) for row in found]


@strawberry.input(description="How a lesson shall differ from the timetable. What is left out is as planned, so that nothing but a reason takes every change "
                              "back. `id` is a UUIDv7 made by the client, so that it may ask again; `expectedRevision` is the lesson's `revision`. A lesson "
                              "that is `cancelled`, or held together with another of its moment (`mergeWithId`), is nothing else besides.")
class SubstituteItem:
    """A lesson to be changed."""

    id: str
    lesson_id: strawberry.ID
    expected_revision: int
    reason: str
    cancelled: bool = False
    teacher_id: strawberry.ID | None = None
    date: dt.date | None = None
    bell: int | None = None
    room: str | None = None
    merge_with_id: strawberry.ID | None = None


@strawberry.input(description="Lessons to be changed, at most 100.")
class SubstituteInput:
    """What substitute takes."""

    items: list[SubstituteItem]


SubstituteItemResult = Annotated[Lesson | Refusal, strawberry.union("SubstituteItemResult")]


@rows(description="The lessons have been gone through. Results stand in the order of the items: each lesson as it is now, or why it is not changed.")
class SubstituteResults:
    """An answer for each item."""

    results: list[SubstituteItemResult]


@strawberry.type
class SubstitutionMutation:
    """Mutations of a school's day."""

    @mutation(holds(*ADMINISTRATION), Area.DIARY)
    async def substitute(
        self, info: Info, input: SubstituteInput,  # noqa: A002 - public name
    ) -> Annotated[SubstituteResults | Refusal, strawberry.union("SubstituteResult")]:
        """Cancel lessons, give them to another teacher, another moment or room, merge them with others, or take all of that back; families are told.

        What can be is done, all at once, so that two lessons may change places; one bad item does not hold up the others.
        """
        check_length(input.items, "items")
        items = [decoded(_item, item) for item in input.items]
        async with info.context.begin() as session:
            good = [item for item in items if isinstance(item, verbs.NewSubstitution)]
            answers = await verbs.substitute_many(session, info.context.viewer, good) if good else []
        return SubstituteResults(results=in_order(items, answers, Lesson.from_row))


def _item(item: SubstituteItem) -> verbs.NewSubstitution:
    change = verbs.Change(
        item.cancelled, ids.decode(Kind.PERSON, item.teacher_id) if item.teacher_id is not None else None, item.date, item.bell, item.room,
        ids.decode(Kind.LESSON, item.merge_with_id) if item.merge_with_id is not None else None)
    return verbs.NewSubstitution(ids.client_id(item.id), ids.decode(Kind.LESSON, item.lesson_id), item.expected_revision, change, item.reason)
