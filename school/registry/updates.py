"""The registry's part of the family stream: what happened to a child's cards and guardians."""

from collections.abc import Callable
from typing import Annotated

import strawberry

from school.fields import ROWS
from school.ids import Kind
from school.registry.guardianship import ENDED, GRANTED, RESTRICTED
from school.registry.models import CardState
from school.registry.types import CardStateName
from school.updates import Published, Update


@strawberry.type(description="A card was issued to the child, blocked, or works again.")
class CardChanged(Update):
    """The card and what it may do now."""

    __policy__ = ROWS
    card_id: strawberry.ID
    state: Annotated[CardState, CardStateName]


@strawberry.type(description="A guardian was added, is one no more, or may read other things than before.")
class GuardianshipChanged(Update):
    """Who, and whether they are a guardian now."""

    __policy__ = ROWS
    guardian_id: strawberry.ID
    current: bool


def _card(state: CardState) -> Callable[[Published], Update]:
    return lambda row: CardChanged.from_published(row, card_id=row.id(Kind.CARD, "card_id"), state=state)


def _guardianship(current: bool) -> Callable[[Published], Update]:
    return lambda row: GuardianshipChanged.from_published(row, guardian_id=row.id(Kind.PERSON, "guardian_id"), current=current)


UPDATES: dict[str, Callable[[Published], Update]] = {
    "registry.card_issued": _card(CardState.ACTIVE), "registry.card_unblocked": _card(CardState.ACTIVE),
    "registry.card_blocked": _card(CardState.BLOCKED), GRANTED: _guardianship(current=True), ENDED: _guardianship(current=False),
}
QUIET = frozenset({RESTRICTED})
"""What delivery acts on and tells nobody: a court's order against one guardian is not the others' news."""
TYPES = (CardChanged, GuardianshipChanged)
