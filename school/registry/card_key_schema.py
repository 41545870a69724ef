"""Card keys in GraphQL: the office makes a new one, sees which cards have not moved to it, and retires the others. No key's secret is ever told here."""

import datetime as dt
from collections.abc import Sequence
from typing import Annotated, Any

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from school import ids
from school.connections import Connection
from school.context import ADMINISTRATION, Area, Role, Viewer
from school.fields import Info, Refusal, each, holds, mutation, no_one, query, rows
from school.ids import Kind
from school.registry import card_keys, queries
from school.registry.types import Card


@rows(description="A key that turns cards into tokens. A retired one names no card any more.")
class CardKey:
    """A card key. `cards` are the active ones that are under it still: of a key that is not the current one, those that have not been presented since."""

    id: strawberry.ID
    current: bool
    made_at: dt.datetime
    retired_at: dt.datetime | None
    reason: str | None
    cards: int

    @classmethod
    def from_rows(cls, found: Sequence[Any]) -> "list[CardKey]":
        """From a school's keys, the newest first: the first that is not retired is the current one."""
        current = next((row.id for row in found if row.retired_at is None), None)
        return [
            cls(
                id=strawberry.ID(ids.encode(Kind.CARD_KEY, row.school_id, row.id)), current=row.id == current, made_at=row.made_at,
                retired_at=row.retired_at, reason=row.reason, cards=row.cards,
            )
            for row in found
        ]


@strawberry.type
class CardKeyQuery:
    """Queries about card keys."""

    @query(holds(*ADMINISTRATION), Area.DEVICES, no_one)
    async def card_keys(self, info: Info, school_id: strawberry.ID) -> list[CardKey]:
        """The card keys of a school of the viewer's office, the newest first, and how many cards are under each."""
        async with info.context.read() as session:
            return await _keys(session, info.context.viewer, ids.decode(Kind.SCHOOL, school_id).school_id)

    @query(holds(*ADMINISTRATION), Area.ACCESS, each(lambda card: card.person_id))
    async def cards_of_key(self, info: Info, key_id: strawberry.ID, first: int = 50, after: str | None = None) -> Connection[Card]:
        """The active cards that are under this key still, the oldest first."""
        key = ids.decode(Kind.CARD_KEY, key_id)
        page = await queries.cards_of_key(info.context.reader, info.context.viewer, key, first=first, after=after)
        return page.connect(Card.from_row)


@strawberry.input(description="A new current card key for a school.")
class RotateCardKeyInput:
    """`id` is made by the client (UUIDv7), so that the write may be repeated."""

    id: str
    school_id: strawberry.ID
    reason: str | None = None


@strawberry.input(description="A card key that is to be accepted no more. `cards` is how many are known to stop working by it: the key's `cards`.")
class RetireCardKeyInput:
    """What retireCardKey takes."""

    key_id: strawberry.ID
    cards: int


@rows(description="The school's card keys as they are now.")
class CardKeysSaved:
    """What was done to them."""

    keys: list[CardKey]


CardKeysResult = Annotated[CardKeysSaved | Refusal, strawberry.union("CardKeysResult")]


@strawberry.type
class CardKeyMutation:
    """Mutations of card keys."""

    @mutation(holds(Role.OFFICE), Area.DEVICES)
    async def rotate_card_key(self, info: Info, input: RotateCardKeyInput) -> CardKeysResult:  # noqa: A002 - the argument's public name
        """Make a new current card key; the others stay accepted, and each card moves to it when it is presented next."""
        school_id, viewer = ids.decode(Kind.SCHOOL, input.school_id).school_id, info.context.viewer
        async with info.context.begin() as session:
            await card_keys.rotate(session, viewer, school_id, ids.client_id(input.id), input.reason)
            return CardKeysSaved(keys=await _keys(session, viewer, school_id))

    @mutation(holds(Role.OFFICE), Area.DEVICES)
    async def retire_card_key(self, info: Info, input: RetireCardKeyInput) -> CardKeysResult:  # noqa: A002 - the argument's public name
        """Accept a key no more: cards still under it are issued anew at a desk. CONFLICT: the current key, or another number of cards, which is told."""
        key, viewer = ids.decode(Kind.CARD_KEY, input.key_id), info.context.viewer
        async with info.context.begin() as session:
            await card_keys.retire(session, viewer, key, cards=input.cards)
            return CardKeysSaved(keys=await _keys(session, viewer, key.school_id))


async def _keys(session: AsyncSession, viewer: Viewer, school_id: int) -> list[CardKey]:
    return CardKey.from_rows(await queries.card_keys(session, viewer, school_id))
