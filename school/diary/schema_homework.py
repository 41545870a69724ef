"""The GraphQL face of homework."""

import datetime as dt
from typing import Annotated

import strawberry

from school import ids
from school.context import Area, Role
from school.diary import homework as verbs
from school.diary import queries
from school.diary.types import Homework
from school.fields import SIGNED_IN, Info, Refusal, holds, mutation, named, query
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


@strawberry.input(description="Homework for a lesson of today or later. `id` is a UUIDv7 made by the client, so that it may ask again.")
class SetHomeworkInput:
    """What setHomework takes."""

    id: str
    lesson_id: strawberry.ID
    text: str


@strawberry.input(description="Which homework to take back.")
class WithdrawHomeworkInput:
    """What withdrawHomework takes."""

    homework_id: strawberry.ID


@strawberry.type
class HomeworkMutation:
    """Mutations of homework."""

    @mutation(holds(Role.TEACHER), Area.DIARY)
    async def set_homework(
        self, info: Info, input: SetHomeworkInput,  # noqa: A002 - public name
    ) -> Annotated[Homework | Refusal, strawberry.union("SetHomeworkResult")]:
        """Set homework for a lesson of one's own course; every pupil of the class is told."""
        id_, due = ids.client_id(input.id), ids.decode(Kind.LESSON, input.lesson_id)
        async with info.context.begin() as session:
            return Homework.from_row(await verbs.set_homework(session, info.context.viewer, id_, due, input.text))

    @mutation(holds(Role.TEACHER), Area.DIARY)
    async def withdraw_homework(
        self, info: Info, input: WithdrawHomeworkInput,  # noqa: A002 - public name
    ) -> Annotated[Homework | Refusal, strawberry.union("WithdrawHomeworkResult")]:
        """Take homework back; doing so twice is harmless."""
        ref = ids.decode(Kind.HOMEWORK, input.homework_id)
        async with info.context.begin() as session:
            return Homework.from_row(await verbs.withdraw_homework(session, info.context.viewer, ref))
