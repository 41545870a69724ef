"""The GraphQL face of homework: what a child has to do, and what a teacher sets."""

import datetime as dt
from typing import Annotated

import strawberry

from school import ids
from school.context import Area, Role
from school.diary import homework as verbs
from school.diary import homework_done, homework_history, queries
from school.diary.files import decode_files
from school.diary.homework_correction import correct_homework
from school.diary.homework_types import HomeworkVersion
from school.diary.types import Homework
from school.fields import SIGNED_IN, Info, Refusal, holds, mutation, named, no_one, query
from school.ids import Kind


@strawberry.type
class HomeworkQuery:
    """Queries of homework."""

    @query(SIGNED_IN, Area.DIARY, named("child_id"))
    async def homework(
        self, info: Info, child_id: strawberry.ID, from_: Annotated[dt.date, strawberry.argument(name="from")], to: dt.date,
    ) -> list[Homework]:
        """A child's homework that is due on these days, both included, at most 31 of them."""
        child = ids.decode(Kind.PERSON, child_id)
        return [Homework.from_row(row) for row in await queries.child_homework(info.context.reader, info.context.viewer, child, from_, to)]

    @query(SIGNED_IN, Area.DIARY, named("child_id"))
    async def overdue_homework(self, info: Info, child_id: strawberry.ID) -> list[Homework]:
        """What was due before today, in the last two weeks, and is not ticked; the latest first, a hundred at most."""
        child = ids.decode(Kind.PERSON, child_id)
        return [Homework.from_row(row) for row in await homework_done.overdue(info.context.reader, info.context.viewer, child)]


    @query(SIGNED_IN, Area.DIARY, no_one)
    async def homework_history(self, info: Info, homework_id: strawberry.ID) -> list[HomeworkVersion]:
        """What a homework said before each of its corrections, oldest first: for whoever sees the homework."""
        ref = ids.decode(Kind.HOMEWORK, homework_id)
        return [HomeworkVersion.from_row(row) for row in await homework_history.of_homework(info.context.reader, info.context.viewer, ref)]


@strawberry.input(description="Homework for a lesson of today or later. `id` is a UUIDv7 made by the client, so that it may ask again.")
class SetHomeworkInput:
    """What setHomework takes."""

    id: str
    lesson_id: strawberry.ID
    text: str
    minutes: int | None = strawberry.field(default=None, description="How long it should take: 1 to 600.")
    links: list[str] = strawberry.field(default_factory=list, description="At most ten addresses that begin with https://.")
    pupil_ids: list[strawberry.ID] | None = strawberry.field(default=None, description="Some pupils of the class; leave it out for the whole of it.")
    file_ids: list[strawberry.ID] = strawberry.field(default_factory=list, description="Own files that have come, at most five.")


@strawberry.input(description="What a homework says from now on. `expectedRevision` is the one that the teacher saw.")
class CorrectHomeworkInput:
    """What correctHomework takes."""

    homework_id: strawberry.ID
    expected_revision: int
    text: str
    minutes: int | None = None
    links: list[str] = strawberry.field(default_factory=list)


@strawberry.input(description="Which homework to take back.")
class WithdrawHomeworkInput:
    """What withdrawHomework takes."""

    homework_id: strawberry.ID


@strawberry.input(description="A child's homework, and whether it is done.")
class TickHomeworkInput:
    """What tickHomework takes."""

    homework_id: strawberry.ID
    child_id: strawberry.ID
    done: bool


@strawberry.type
class HomeworkMutation:
    """Mutations of homework."""

    @mutation(holds(Role.TEACHER), Area.DIARY)
    async def set_homework(
        self, info: Info, input: SetHomeworkInput,  # noqa: A002 - public name
    ) -> Annotated[Homework | Refusal, strawberry.union("SetHomeworkResult")]:
        """Set homework for a lesson of one's own course, for its class or for some pupils of it; they are told, and nobody else.

        TOO_LATE after the hour that the school has set (`homeworkHour`).
        """
        id_, due = ids.client_id(input.id), ids.decode(Kind.LESSON, input.lesson_id)
        pupils = None if input.pupil_ids is None else [ids.decode(Kind.PERSON, pupil) for pupil in input.pupil_ids]
        async with info.context.begin() as session:
            return Homework.from_row(await verbs.set_homework(
                session, info.context.viewer, id_, due, input.text, minutes=input.minutes, links=input.links, pupils=pupils,
                files=decode_files(input.file_ids)))

    @mutation(holds(Role.TEACHER), Area.DIARY)
    async def correct_homework(
        self, info: Info, input: CorrectHomeworkInput,  # noqa: A002 - public name
    ) -> Annotated[Homework | Refusal, strawberry.union("CorrectHomeworkResult")]:
        """Replace what a homework says; whom and what lesson it is for stays. Asking again is harmless, another change meanwhile a CONFLICT."""
        ref = ids.decode(Kind.HOMEWORK, input.homework_id)
        async with info.context.begin() as session:
            return Homework.from_row(await correct_homework(
                session, info.context.viewer, ref, input.expected_revision, input.text, input.minutes, input.links))

    @mutation(holds(Role.TEACHER), Area.DIARY)
    async def withdraw_homework(
        self, info: Info, input: WithdrawHomeworkInput,  # noqa: A002 - public name
    ) -> Annotated[Homework | Refusal, strawberry.union("WithdrawHomeworkResult")]:
        """Take homework back; doing so twice is harmless."""
        ref = ids.decode(Kind.HOMEWORK, input.homework_id)
        async with info.context.begin() as session:
            return Homework.from_row(await verbs.withdraw_homework(session, info.context.viewer, ref))

    @mutation(holds(Role.GUARDIAN, Role.PUPIL), Area.DIARY)
    async def tick_homework(
        self, info: Info, input: TickHomeworkInput,  # noqa: A002 - public name
    ) -> Annotated[Homework | Refusal, strawberry.union("TickHomeworkResult")]:
        """Tick a homework as done, or take the tick away: the pupil, or a guardian for them. Doing so twice is harmless."""
        ref, child = ids.decode(Kind.HOMEWORK, input.homework_id), ids.decode(Kind.PERSON, input.child_id)
        async with info.context.begin() as session:
            return Homework.from_row(await homework_done.set_done(session, info.context.viewer, ref, child, done=input.done))
