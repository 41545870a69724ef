"""The GraphQL face of marks."""

import datetime as dt
from typing import Annotated, Any, Self
from uuid import UUID

import strawberry

from school import ids
from school.batches import check_length, decoded, in_order
from school.columns import wanted
from school.connections import Connection
from school.context import ADMINISTRATION, Area, Role
from school.diary import corrections, queries, withdrawn
from school.diary import marks as verbs
from school.diary.mark_rows import Content
from school.diary.models import WorkKind
from school.diary.screens import SubjectAverage
from school.diary.types import Mark, MarkRevision
from school.diary.work_types import WorkKindName
from school.errors import not_found
from school.fields import ROWS, SIGNED_IN, Info, Refusal, each, holds, mutation, named, query, rows
from school.ids import Kind, Ref
from school.registry.loaders import load_person
from school.registry.types import Person


@rows(description="A mark that counts no more, as it was at last; when, by whom and why it was withdrawn.")
class WithdrawnMark:
    """A mark of `withdrawn.of_course`."""

    mark: Mark
    at: dt.datetime
    reason: str | None
    pupil_ref: strawberry.Private[Ref]
    author: strawberry.Private[Ref]

    @classmethod
    def from_row(cls, row: Any) -> Self:
        """From a row of `withdrawn.of_course`."""
        return cls(
            mark=Mark.from_row(row), at=row.withdrawn_at, reason=row.reason, pupil_ref=Ref(row.school_id, row.pupil_id),
            author=Ref(row.school_id, row.withdrawn_by))

    @query(ROWS)
    def pupil(self, info: Info) -> Person | None:
        """Whose it was."""
        return load_person(info, self.pupil_ref)

    @query(ROWS)
    def by(self, info: Info) -> Person | None:
        """Who withdrew it."""
        return load_person(info, self.author)


@strawberry.type
class MarkQuery:
    """Queries of marks."""

    @query(SIGNED_IN, Area.DIARY, named("child_id"), keeps=True)
    async def marks(
        self, info: Info, child_id: strawberry.ID, course_id: strawberry.ID | None = None, first: int = 50, after: str | None = None,
    ) -> Connection[Mark]:
        """A child's standing marks, newest first."""
        child = ids.decode(Kind.PERSON, child_id)
        course = ids.decode(Kind.COURSE, course_id) if course_id is not None else None
        found = await queries.child_marks(
            info.context.reader, info.context.viewer, child, course, first=first, after=after, columns=wanted(info, Mark))
        return found.connect(Mark.from_row)

    @query(SIGNED_IN, Area.DIARY, each(lambda revision: revision.pupil_ref))
    async def mark_history(self, info: Info, mark_id: strawberry.ID) -> list[MarkRevision]:
        """Everything that a mark has been, oldest first, a withdrawn one's too."""
        ref = ids.decode(Kind.MARK, mark_id)
        return [MarkRevision.from_row(row) for row in await queries.mark_history(info.context.reader, info.context.viewer, ref)]

    @query(holds(Role.TEACHER, *ADMINISTRATION), Area.DIARY, each(lambda one: one.pupil_ref))
    async def withdrawn_marks(
        self, info: Info, course_id: strawberry.ID, from_: Annotated[dt.date, strawberry.argument(name="from")], to: dt.date,
    ) -> list[WithdrawnMark]:
        """What was withdrawn in a course's lessons of at most 190 days, the latest first: for whoever opens its gradebook, as far as it opens."""
        ref = ids.decode(Kind.COURSE, course_id)
        return [WithdrawnMark.from_row(row) for row in await withdrawn.of_course(info.context.reader, info.context.viewer, ref, from_, to)]

    @query(SIGNED_IN, Area.DIARY, named("child_id"))
    async def averages(
        self, info: Info, child_id: strawberry.ID, from_: Annotated[dt.date | None, strawberry.argument(name="from")] = None, to: dt.date | None = None,
    ) -> list[SubjectAverage]:
        """A child's weighted averages by subject, over lessons of these days; without `from` since the latest term began."""
        child = ids.decode(Kind.PERSON, child_id)
        return [SubjectAverage.from_row(row) for row in await queries.child_averages(info.context.reader, info.context.viewer, child, from_, to)]


@strawberry.input(description="One mark. `id` is a UUIDv7 made by the client, so that it may ask again; `weight` is 1 to 10. `retakeOf` is a mark "
                              "of the pupil in this course that was tried again, and `replaces` whether this one counts instead of it, or beside it.")
class GiveMarksItem:
    """A mark to be given."""

    id: str
    pupil_id: strawberry.ID
    value: int
    weight: int | None = strawberry.field(
        default=None, description="Left out, what marks of this kind of work weigh: 1, unless the school's own kind says another.")
    work: Annotated[WorkKind, WorkKindName]
    comment: str | None = None
    retake_of: strawberry.ID | None = None
    replaces: bool = False
    own_work_id: strawberry.ID | None = strawberry.field(
        default=None, description="A kind of work of the school's own; `work` is its usual kind then, whatever is said.")


@strawberry.input(description="Marks to be given in one lesson, at most 100.")
class GiveMarksInput:
    """What giveMarks takes."""

    lesson_id: strawberry.ID
    items: list[GiveMarksItem]


GiveMarkResult = Annotated[Mark | Refusal, strawberry.union("GiveMarkResult")]


@rows(description="The marks have been gone through. Results stand in the order of the items.")
class GiveMarksResults:
    """An answer for each item."""

    results: list[GiveMarkResult]


@strawberry.input(description="What a mark shall say instead, as a whole. `expectedRevision` is the one that the teacher saw.")
class CorrectMarkInput:
    """What correctMark takes."""

    mark_id: strawberry.ID
    expected_revision: int
    value: int
    weight: int
    work: Annotated[WorkKind, WorkKindName]
    comment: str | None = None
    reason: str | None = None
    own_work_id: strawberry.ID | None = None


@strawberry.input(description="Which mark shall count no more. `expectedRevision` is the one that the teacher saw.")
class WithdrawMarkInput:
    """What withdrawMark takes."""

    mark_id: strawberry.ID
    expected_revision: int
    reason: str | None = None


@strawberry.type
class MarkMutation:
    """Mutations of marks."""

    @mutation(holds(Role.TEACHER), Area.DIARY)
    async def give_marks(
        self, info: Info, input: GiveMarksInput,  # noqa: A002 - public name
    ) -> Annotated[GiveMarksResults | Refusal, strawberry.union("GiveMarksResult")]:
        """Give marks in one's own lesson of today or earlier. One bad item does not hold up the others; a repeated id with the same content is harmless."""
        check_length(input.items, "items")
        lesson = ids.decode(Kind.LESSON, input.lesson_id)
        items = [decoded(lambda item: _new_mark(lesson, item), item) for item in input.items]
        async with info.context.begin() as session:
            good = [item for item in items if isinstance(item, verbs.NewMark)]
            answers = await verbs.give_many(session, info.context.viewer, good) if good else []
        return GiveMarksResults(results=in_order(items, answers, Mark.from_row))

    @mutation(holds(Role.TEACHER), Area.DIARY)
    async def correct_mark(
        self, info: Info, input: CorrectMarkInput,  # noqa: A002 - public name
    ) -> Annotated[Mark | Refusal, strawberry.union("CorrectMarkResult")]:
        """Replace what a mark says; what it said stays in its history. A stale revision is a CONFLICT."""
        ref = ids.decode(Kind.MARK, input.mark_id)
        content = Content(input.value, input.weight, input.work, input.comment, _own_work(input.own_work_id, ref.school_id))
        async with info.context.begin() as session:
            row = await corrections.correct(session, info.context.viewer, ref, input.expected_revision, content, input.reason)
        return Mark.from_row(row)

    @mutation(holds(Role.TEACHER), Area.DIARY)
    async def withdraw_mark(
        self, info: Info, input: WithdrawMarkInput,  # noqa: A002 - public name
    ) -> Annotated[Mark | Refusal, strawberry.union("WithdrawMarkResult")]:
        """Let a mark count no more; its history stays. A stale revision is a CONFLICT."""
        ref = ids.decode(Kind.MARK, input.mark_id)
        async with info.context.begin() as session:
            row = await corrections.withdraw(session, info.context.viewer, ref, input.expected_revision, input.reason)
        return Mark.from_row(row)


def _new_mark(lesson: Ref, item: GiveMarksItem) -> verbs.NewMark:
    content = Content(item.value, item.weight or 0, item.work, item.comment, _own_work(item.own_work_id, lesson.school_id))
    first = None if item.retake_of is None else ids.decode(Kind.MARK, item.retake_of)
    return verbs.NewMark(ids.client_id(item.id), ids.decode(Kind.PERSON, item.pupil_id), lesson, content, first, item.replaces, item.weight is None)


def _own_work(id_: str | None, school_id: int) -> UUID | None:
    if id_ is None:
        return None
    ref = ids.decode(Kind.OWN_WORK, id_)
    if ref.school_id != school_id:
        raise not_found()
    return ref.id
