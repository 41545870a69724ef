"""Guardians in GraphQL: the office says who answers for a pupil, and what of the child's data a court has left them."""

import datetime as dt
from typing import Annotated, Any, Self

import strawberry

from school import ids
from school.context import ADMINISTRATION, Area, Role
from school.fields import Info, Refusal, holds, mutation, named, query, rows
from school.ids import Kind
from school.registry import guardianship, queries
from school.registry.models import Relation
from school.registry.types import AreaName, Person, RelationName


@rows(description="Who answers for a pupil. `open` are the kinds of the child's data that they may read; `reason` is why it is, or was, not all of them.")
class Guardian:
    """A guardian, as the school's administration sees them."""

    person: Person
    relation: Annotated[Relation, RelationName]
    since: dt.datetime
    open: list[Annotated[Area, AreaName]]
    reason: str | None

    @classmethod
    def from_row(cls, row: Any) -> Self:
        """From a row of `queries.guardians`."""
        opened = guardianship.areas_of(row)
        return cls(
            person=Person.from_row(row), relation=row.relation, since=row.since, open=[area for area in Area if area in opened], reason=row.reason)


@strawberry.type
class GuardianshipQuery:
    """Queries about guardians."""

    @query(holds(*ADMINISTRATION), Area.PEOPLE, named("pupil_id"))
    async def guardians(self, info: Info, pupil_id: strawberry.ID) -> list[Guardian]:
        """Who answers for a pupil now. No guardian is told of another."""
        return [Guardian.from_row(row) for row in await queries.guardians(info.context.reader, info.context.viewer, ids.decode(Kind.PERSON, pupil_id))]


@strawberry.input(description="A guardian and a pupil of one school.")
class GuardianshipInput:
    """Who answers for whom."""

    guardian_id: strawberry.ID
    pupil_id: strawberry.ID


@strawberry.input(description="A new guardian of a pupil of the same school.")
class GrantGuardianshipInput(GuardianshipInput):
    """With what they are to the child."""

    relation: Annotated[Relation, RelationName]


@strawberry.input(description="What a court has left a guardian: what stays open of DIARY, MEALS and ACCESS. All of them lifts the restriction.")
class RestrictGuardianshipInput(GuardianshipInput):
    """`reason` is the decision: one line, for the office alone."""

    open: list[Annotated[Area, AreaName]]
    reason: str


@rows(description="The guardianship as it is now. `open` are the kinds of the child's data that the guardian may read.")
class GuardianshipSaved:
    """Who, for whom, and whether it stands."""

    guardian_id: strawberry.ID
    pupil_id: strawberry.ID
    current: bool
    open: list[Annotated[Area, AreaName]]

    @classmethod
    def from_row(cls, row: Any) -> Self:
        """From a guardianship; what has ended opens nothing."""
        current = row.ended_at is None
        opened = guardianship.areas_of(row) if current else frozenset[Area]()
        return cls(
            guardian_id=strawberry.ID(ids.encode(Kind.PERSON, row.school_id, row.guardian_id)),
            pupil_id=strawberry.ID(ids.encode(Kind.PERSON, row.school_id, row.pupil_id)), current=current, open=[area for area in Area if area in opened],
        )


GuardianshipResult = Annotated[GuardianshipSaved | Refusal, strawberry.union("GuardianshipResult")]


@strawberry.type
class GuardianshipMutation:
    """Mutations of guardianship."""

    @mutation(holds(Role.OFFICE), Area.PEOPLE)
    async def grant_guardianship(self, info: Info, input: GrantGuardianshipInput) -> GuardianshipResult:  # noqa: A002 - the argument's public name
        """Let a person answer for a pupil."""
        guardian, pupil = ids.decode(Kind.PERSON, input.guardian_id), ids.decode(Kind.PERSON, input.pupil_id)
        async with info.context.begin() as session:
            return GuardianshipSaved.from_row(await guardianship.grant(session, info.context.viewer, guardian, pupil, input.relation))

    @mutation(holds(Role.OFFICE), Area.PEOPLE)
    async def restrict_guardianship(self, info: Info, input: RestrictGuardianshipInput) -> GuardianshipResult:  # noqa: A002 - the argument's public name
        """Withhold from a guardian what a court has, from now on; the guardian stays one."""
        guardian, pupil = ids.decode(Kind.PERSON, input.guardian_id), ids.decode(Kind.PERSON, input.pupil_id)
        async with info.context.begin() as session:
            row = await guardianship.restrict(session, info.context.viewer, guardian, pupil, frozenset(input.open), input.reason)
            return GuardianshipSaved.from_row(row)

    @mutation(holds(Role.OFFICE), Area.PEOPLE)
    async def end_guardianship(self, info: Info, input: GuardianshipInput) -> GuardianshipResult:  # noqa: A002 - the argument's public name
        """From now on the person hears nothing more of the child."""
        guardian, pupil = ids.decode(Kind.PERSON, input.guardian_id), ids.decode(Kind.PERSON, input.pupil_id)
        async with info.context.begin() as session:
            return GuardianshipSaved.from_row(await guardianship.end(session, info.context.viewer, guardian, pupil))
