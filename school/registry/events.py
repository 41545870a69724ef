"""Events of the registry."""

import datetime as dt
from typing import Any
from uuid import UUID

from school.outbox import PASSES, Event, Topic, TopicKind
from school.registry.models import Card, Tap

PERSON_ERASED, PERSON_RENAMED = "registry.person_erased", "registry.person_renamed"
SCALE_RENAMED = "registry.scale_renamed"
CARD_KEY_MADE, DEVICE_REVOKED, SUBJECT_RENAMED = "registry.card_key_made", "registry.device_revoked", "registry.subject_renamed"
"""Told to the gates so that their long-polls end at once, the last so that processes forget the name; nobody's entry in a pass list changes by them."""


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


def card_moved(card: Card, at: dt.datetime) -> Event:
    """A card has its token under the current key now: the gates know it by that alone. No family's news."""
    return _of_card("registry.card_moved", card, at, is_pupil=False)


def card_key_made(school_id: int, key_id: UUID, at: dt.datetime) -> Event:
    """There is a new current card key; the gates fetch it at once, the other readers with their next heartbeat."""
    return Event(CARD_KEY_MADE, school_id, (PASSES,), {"key_id": str(key_id)}, at)


def card_key_retired(school_id: int, key_id: UUID, at: dt.datetime) -> Event:
    """A card key names no card any more. It concerns all entries: the gates get a whole list."""
    return Event("registry.card_key_retired", school_id, (PASSES,), {"key_id": str(key_id)}, at)


def device_revoked(school_id: int, device_id: UUID, at: dt.datetime) -> Event:
    """A device is turned away; its long-poll ends at once."""
    return Event(DEVICE_REVOKED, school_id, (PASSES,), {"device_id": str(device_id)}, at)


def person_erased(school_id: int, at: dt.datetime) -> Event:
    """Somebody is nameless now: the gates fetch their whole list, and processes forget names they keep. It names nobody: that would be one more trace."""
    return Event(PERSON_ERASED, school_id, (PASSES,), {}, at)


def person_renamed(school_id: int, person_id: UUID, at: dt.datetime, *, is_pupil: bool) -> Event:
    """Somebody has another name: what processes keep of names is read anew, gates show it, a pupil's family is told. The name itself is in no event."""
    topics = (PASSES, Topic(TopicKind.PUPIL, person_id)) if is_pupil else (PASSES,)
    return Event(PERSON_RENAMED, school_id, topics, {"person_id": str(person_id)}, at, concerns=(person_id,))


def scale_renamed(school_id: int, scale_id: UUID, at: dt.datetime) -> Event:
    """A grading scale, or its grades, are called otherwise: what processes keep is read anew. It concerns no family and no gate."""
    return Event(SCALE_RENAMED, school_id, (PASSES,), {"scale_id": str(scale_id)}, at)


def subject_renamed(school_id: int, subject_id: UUID, at: dt.datetime) -> Event:
    """A subject has another name: processes forget the one that they keep."""
    return Event(SUBJECT_RENAMED, school_id, (PASSES,), {"subject_id": str(subject_id)}, at)


def staff_added(school_id: int, person_id: UUID, at: dt.datetime) -> Event:
    """Somebody works at the school now."""
    return _came("registry.staff_added", school_id, person_id, {}, at)


def pupil_enrolled(school_id: int, pupil_id: UUID, class_group_id: UUID, on: dt.date, at: dt.datetime) -> Event:
    """Somebody learns at the school, in this class from this day on. Nobody follows the child yet."""
    return _came("registry.pupil_enrolled", school_id, pupil_id, {"class_group_id": str(class_group_id), "on": on.isoformat()}, at)


def _came(kind: str, school_id: int, person_id: UUID, more: dict[str, Any], at: dt.datetime) -> Event:
    return Event(kind, school_id, (PASSES,), {"person_id": str(person_id), **more}, at, concerns=(person_id,))
