"""The registry's part of the family stream: what happened to a child's cards, guardians and name."""

from collections.abc import Callable
from typing import Annotated

import strawberry

from school.fields import ROWS, Info, query, rows
from school.ids import Kind, Ref
from school.registry.events import PERSON_RENAMED
from school.registry.guardianship import ENDED, GRANTED, RESTRICTED
from school.registry.loaders import load_person
from school.registry.models import CardState
from school.registry.types import CardStateName, Person
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


@rows(description="The child has another name: the office has corrected it.")
class NameChanged(Update):
    """registry.person_renamed"""

    person_ref: strawberry.Private[Ref]

    @query(ROWS)
    def person(self, info: Info) -> Person | None:
        """The child, by the name of now."""
        return load_person(info, self.person_ref)


def _renamed(row: Published) -> Update:
    return NameChanged.from_published(row, person_ref=row.ref("person_id"))


def _card(state: CardState) -> Callable[[Published], Update]:
    return lambda row: CardChanged.from_published(row, card_id=row.id(Kind.CARD, "card_id"), state=state)


def _guardianship(current: bool) -> Callable[[Published], Update]:
    return lambda row: GuardianshipChanged.from_published(row, guardian_id=row.id(Kind.PERSON, "guardian_id"), current=current)


UPDATES: dict[str, Callable[[Published], Update]] = {
    "registry.card_issued": _card(CardState.ACTIVE), "registry.card_unblocked": _card(CardState.ACTIVE),
    "registry.card_blocked": _card(CardState.BLOCKED), GRANTED: _guardianship(current=True), ENDED: _guardianship(current=False),
    PERSON_RENAMED: _renamed,
}
QUIET = frozenset({RESTRICTED})
"""What delivery acts on and tells nobody: a court's order against one guardian is not the others' news."""
TYPES = (CardChanged, GuardianshipChanged, NameChanged)
