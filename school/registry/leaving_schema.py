"""Leaving in GraphQL: the office ends somebody's work or learning at the school."""

import datetime as dt
from typing import Annotated, Any, Self

import strawberry

from school import ids
from school.context import Area, Role
from school.fields import Info, Refusal, holds, mutation, rows
from school.ids import Kind
from school.registry import leaving


@strawberry.input(description="Somebody of the school, and the first day of no longer belonging to it: from 31 days ago to a year ahead.")
class LeavingInput:
    """Who leaves, and from when on they are gone."""

    person_id: strawberry.ID
    on: dt.date


@rows(description="The first day of no longer being one of the staff, or a pupil.")
class Left:
    """Who, and from when on."""

    person_id: strawberry.ID
    on: dt.date

    @classmethod
    def from_row(cls, row: Any) -> Self:
        """From a pupil or one of the staff."""
        return cls(person_id=strawberry.ID(ids.encode(Kind.PERSON, row.school_id, row.id)), on=row.left_on)


LeavingResult = Annotated[Left | Refusal, strawberry.union("LeavingResult")]


@strawberry.type
class LeavingMutation:
    """Staff and pupils leave."""

    @mutation(holds(Role.OFFICE), Area.PEOPLE)
    async def end_staff(self, info: Info, input: LeavingInput) -> LeavingResult:  # noqa: A002 - public name
        """From this day on the person holds no role of the staff's at the school, by whatever session or token. Another day corrects one that was said."""
        async with info.context.begin() as session:
            return Left.from_row(await leaving.end_staff(session, info.context.viewer, ids.decode(Kind.PERSON, input.person_id), input.on))

    @mutation(holds(Role.OFFICE), Area.PEOPLE)
    async def end_pupil(self, info: Info, input: LeavingInput) -> LeavingResult:  # noqa: A002 - public name
        """From this day on, not before that of enrolment, the person is no pupil: no list has them, no door opens, and the periods of retention begin."""
        async with info.context.begin() as session:
            return Left.from_row(await leaving.end_pupil(session, info.context.viewer, ids.decode(Kind.PERSON, input.person_id), input.on))
