"""Names that are corrected, in GraphQL."""

from typing import Annotated

import strawberry

from school import ids
from school.context import Area, Role
from school.fields import Info, Refusal, holds, mutation
from school.ids import Kind
from school.registry import renaming
from school.registry.enrolment import Name
from school.registry.types import Person


@strawberry.input(description="Somebody's whole name as it is from now on, and why. `id` is a UUIDv7 made by the client, so that it may ask again.")
class CorrectNameInput:
    """What correctName takes."""

    id: str
    person_id: strawberry.ID
    family_name: str
    given_name: str
    patronymic: str | None = None
    reason: str | None = None


@strawberry.type
class RenamingMutation:
    """Names are corrected."""

    @mutation(holds(Role.OFFICE), Area.PEOPLE)
    async def correct_name(
        self, info: Info, input: CorrectNameInput,  # noqa: A002 - public name
    ) -> Annotated[Person | Refusal, strawberry.union("CorrectNameResult")]:
        """Give somebody of the school another name: after a marriage, or because it was misspelt. What it was is kept; the family of a pupil is told."""
        id_, person = ids.client_id(input.id), ids.decode(Kind.PERSON, input.person_id)
        name = Name(input.family_name, input.given_name, input.patronymic)
        async with info.context.begin() as session:
            return Person.from_row(await renaming.rename(session, info.context.viewer, id_, person, name, input.reason))
