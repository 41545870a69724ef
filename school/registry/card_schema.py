"""Cards and guardians in GraphQL."""

from typing import Annotated

import strawberry

from school import ids
from school.context import Role
from school.fields import SIGNED_IN, Info, Refusal, holds, mutation, query, rows
from school.ids import Kind
from school.registry import cards, guardianship, queries
from school.registry.models import Relation
from school.registry.types import Card

RelationName = strawberry.enum(Relation, name="Relation", description="What a guardian is to the child.")


@strawberry.type
class CardQuery:
    """Queries about cards."""

    @query(SIGNED_IN)
    async def cards(self, info: Info, person_id: strawberry.ID) -> list[Card]:
        """A person's cards that the viewer may see, the newest first."""
        async with info.context.read() as session:
            return [Card.from_row(row) for row in await queries.cards(session, info.context.viewer, ids.decode(Kind.PERSON, person_id))]


@strawberry.input(description="A card that was presented at a desk's reader becomes a person's.")
class IssueCardInput:
    """`id` is made by the client (UUIDv7), so that the write may be repeated."""

    id: str
    person_id: strawberry.ID
    tap_id: strawberry.ID


@strawberry.input(description="A card.")
class CardInput:
    """Which card."""

    card_id: strawberry.ID


@rows(description="The card as it is now.")
class CardSaved:
    """What was done to it."""

    card: Card


@strawberry.input(description="A guardian and a pupil of one school.")
class GuardianshipInput:
    """Who answers for whom."""

    guardian_id: strawberry.ID
    pupil_id: strawberry.ID


@strawberry.input(description="A new guardian of a pupil of the same school.")
class GrantGuardianshipInput(GuardianshipInput):
    """With what they are to the child."""

    relation: Annotated[Relation, RelationName]


@rows(description="The guardianship as it is now.")
class GuardianshipSaved:
    """Who, for whom, and whether it stands."""

    guardian_id: strawberry.ID
    pupil_id: strawberry.ID
    current: bool


CardResult = Annotated[CardSaved | Refusal, strawberry.union("CardResult")]
GuardianshipResult = Annotated[GuardianshipSaved | Refusal, strawberry.union("GuardianshipResult")]


@strawberry.type
class CardMutation:
    """Mutations of cards and guardianship."""

    @mutation(holds(Role.OFFICE))
    async def issue_card(self, info: Info, input: IssueCardInput) -> CardResult:  # noqa: A002 - the argument's public name
        """Give a person the card that was presented at a desk."""
        person, tap = ids.decode(Kind.PERSON, input.person_id), ids.decode(Kind.TAP, input.tap_id)
        async with info.context.begin() as session:
            return CardSaved(card=Card.from_row(await cards.issue(session, info.context.viewer, ids.client_id(input.id), person, tap)))

    @mutation(SIGNED_IN)
    async def block_card(self, info: Info, input: CardInput) -> CardResult:  # noqa: A002 - the argument's public name
        """Make a card useless at once: the family, its holder, the office."""
        async with info.context.begin() as session:
            return CardSaved(card=Card.from_row(await cards.block(session, info.context.viewer, ids.decode(Kind.CARD, input.card_id))))

    @mutation(holds(Role.OFFICE))
    async def unblock_card(self, info: Info, input: CardInput) -> CardResult:  # noqa: A002 - the argument's public name
        """Let a card work again."""
        async with info.context.begin() as session:
            return CardSaved(card=Card.from_row(await cards.unblock(session, info.context.viewer, ids.decode(Kind.CARD, input.card_id))))

    @mutation(holds(Role.OFFICE))
    async def grant_guardianship(self, info: Info, input: GrantGuardianshipInput) -> GuardianshipResult:  # noqa: A002 - the argument's public name
        """Let a person answer for a pupil."""
        guardian, pupil = ids.decode(Kind.PERSON, input.guardian_id), ids.decode(Kind.PERSON, input.pupil_id)
        async with info.context.begin() as session:
            await guardianship.grant(session, info.context.viewer, guardian, pupil, input.relation)
        return GuardianshipSaved(guardian_id=input.guardian_id, pupil_id=input.pupil_id, current=True)

    @mutation(holds(Role.OFFICE))
    async def end_guardianship(self, info: Info, input: GuardianshipInput) -> GuardianshipResult:  # noqa: A002 - the argument's public name
        """From now on the person hears nothing more of the child."""
        guardian, pupil = ids.decode(Kind.PERSON, input.guardian_id), ids.decode(Kind.PERSON, input.pupil_id)
        async with info.context.begin() as session:
            await guardianship.end(session, info.context.viewer, guardian, pupil)
        return GuardianshipSaved(guardian_id=input.guardian_id, pupil_id=input.pupil_id, current=False)
