"""Cards in GraphQL."""

from typing import Annotated

import strawberry

from school import ids
from school.context import Area, Role
from school.fields import SIGNED_IN, Info, Refusal, each, holds, mutation, query, rows
from school.ids import Kind
from school.registry import cards, queries
from school.registry.types import Card


@strawberry.type
class CardQuery:
    """Queries about cards."""

    @query(SIGNED_IN, Area.ACCESS, each(lambda card: card.person_id))
    async def cards(self, info: Info, person_id: strawberry.ID) -> list[Card]:
        """A person's cards that the viewer may see, the newest first."""
        return [Card.from_row(row) for row in await queries.cards(info.context.reader, info.context.viewer, ids.decode(Kind.PERSON, person_id))]


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


CardResult = Annotated[CardSaved | Refusal, strawberry.union("CardResult")]


@strawberry.type
class CardMutation:
    """Mutations of cards."""

    @mutation(holds(Role.OFFICE), Area.ACCESS)
    async def issue_card(self, info: Info, input: IssueCardInput) -> CardResult:  # noqa: A002 - the argument's public name
        """Give a person the card that was presented at a desk."""
        person, tap = ids.decode(Kind.PERSON, input.person_id), ids.decode(Kind.TAP, input.tap_id)
        async with info.context.begin() as session:
            return CardSaved(card=Card.from_row(await cards.issue(session, info.context.viewer, ids.client_id(input.id), person, tap)))

    @mutation(SIGNED_IN, Area.ACCESS)
    async def block_card(self, info: Info, input: CardInput) -> CardResult:  # noqa: A002 - the argument's public name
        """Make a card useless at once: the family, its holder, the office."""
        async with info.context.begin() as session:
            return CardSaved(card=Card.from_row(await cards.block(session, info.context.viewer, ids.decode(Kind.CARD, input.card_id))))

    @mutation(holds(Role.OFFICE), Area.ACCESS)
    async def unblock_card(self, info: Info, input: CardInput) -> CardResult:  # noqa: A002 - the argument's public name
        """Let a card work again."""
        async with info.context.begin() as session:
            return CardSaved(card=Card.from_row(await cards.unblock(session, info.context.viewer, ids.decode(Kind.CARD, input.card_id))))
