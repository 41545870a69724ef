"""Events of the registry."""

import datetime as dt

from school.outbox import PASSES, Event, Topic, TopicKind
from school.registry.models import Card, Tap


def card_issued(card: Card, *, is_pupil: bool) -> Event:
    """A person got a card."""
    return _of_card("registry.card_issued", card, card.issued_at, is_pupil=is_pupil)


def card_blocked(card: Card, at: dt.datetime, *, is_pupil: bool) -> Event:
    """A card opens nothing and pays nothing any more."""
    return _of_card("registry.card_blocked", card, at, is_pupil=is_pupil)


def card_unblocked(card: Card, at: dt.datetime, *, is_pupil: bool) -> Event:
    """A blocked card was found again."""
    return _of_card("registry.card_unblocked", card, at, is_pupil=is_pupil)


def _of_card(kind: str, card: Card, at: dt.datetime, *, is_pupil: bool) -> Event:
    """Gates follow every card; a family follows its child's."""
    topics = (PASSES, Topic(TopicKind.PUPIL, card.person_id)) if is_pupil else (PASSES,)
    return Event(kind, card.school_id, topics, {"person_id": str(card.person_id), "card_id": str(card.id)}, at)


def card_presented(tap: Tap) -> Event:
    """A card lies at a desk's reader: the office sees whose it is, or that it is nobody's yet and can be issued."""
    return Event(
        "registry.card_presented", tap.school_id, (Topic(TopicKind.DESK, tap.device_id),), {
            "device_id": str(tap.device_id), "reader": tap.reader, "tap_id": str(tap.id), "outcome": tap.outcome.value, "reason": tap.reason,
            "person_id": None if tap.person_id is None else str(tap.person_id),
        }, tap.happened_at, late=tap.late,
    )
