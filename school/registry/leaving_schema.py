"""Leaving in GraphQL: the office ends somebody's work or learning at the school."""

import datetime as dt
from typing import Annotated, Any, Self

import strawberry

from school import ids
from school.context import Area, Role
from school.fields import Info, Refusal, holds, mutation, rows
from school.ids import Kind
from school.registry import leaving


@strawberry.input(description="One of the staff, and the first day of no longer being one: from 31 days ago to a year ahead.")
class EndStaffInput:
    """What endStaff takes."""

    person_id: strawberry.ID
    on: dt.date


@strawberry.input(description="A pupil, and the first day of no longer being one: from 31 days ago to a year ahead, and not before the day of enrolment.")
class EndPupilInput:
    """What endPupil takes."""

    person_id: strawberry.ID
    on: dt.date


@rows(description="The first day of no longer being one of the staff.")
class StaffEnded:
    """Who, and from when on."""

    person_id: strawberry.ID
    on: dt.date

    @classmethod
    def from_row(cls, row: Any) -> Self:
        """From one of the staff who leaves."""
        return cls(person_id=strawberry.ID(ids.encode(Kind.PERSON, row.school_id, row.id)), on=row.left_on)


@rows(description="The first day of no longer being a pupil.")
class PupilEnded:
    """Who, and from when on."""

    person_id: strawberry.ID
    on: dt.date

    @classmethod
    def from_row(cls, row: Any) -> Self:
        """From a pupil who leaves."""
        return cls(person_id=strawberry.ID(ids.encode(Kind.PERSON, row.school_id, row.id)), on=row.left_on)


@strawberry.type
class LeavingMutation:
    """Staff and pupils leave."""

    @mutation(holds(Role.OFFICE), Area.PEOPLE)
    async def end_staff(
        self, info: Info, input: EndStaffInput,  # noqa: A002 - public name
    ) -> Annotated[StaffEnded | Refusal, strawberry.union("EndStaffResult")]:
        """From this day on the person holds no role of the staff's at the school, by whatever session or token. Another day corrects one that was said."""
        async with info.context.begin() as session:
            return StaffEnded.from_row(await leaving.end_staff(session, info.context.viewer, ids.decode(Kind.PERSON, input.person_id), input.on))

    @mutation(holds(Role.OFFICE), Area.PEOPLE)
    async def end_pupil(
        self, info: Info, input: EndPupilInput,  # noqa: A002 - public name
    ) -> Annotated[PupilEnded | Refusal, strawberry.union("EndPupilResult")]:
        """From this day on the person is none of the school's pupils: no list has them, their card opens no door, and the periods of retention begin."""
        async with info.context.begin() as session:
            return PupilEnded.from_row(await leaving.end_pupil(session, info.context.viewer, ids.decode(Kind.PERSON, input.person_id), input.on))
