"""What access tells: events with their topics. Payloads carry ids and values, never names."""

import datetime as dt
from uuid import UUID

from school import clock
from school.access.models import Direction, DoorRule, Passage
from school.outbox import PASSES, Event, Topic, TopicKind
from school.registry.models import Outcome, Tap

PASSED = "access.passed"
REFUSED = "access.refused"
RULES_CHANGED = "access.rules_changed"
BINDINGS_CHANGED = "access.bindings_changed"


def rules_changed(rule: DoorRule, at: dt.datetime) -> Event:
    """A rule was added or ended. A rule for one person names that person, so that a gate rebuilds one entry and not all."""
    person_id = str(rule.person_id) if rule.person_id else None
    payload = {"rule_id": str(rule.id), "person_id": person_id, "ended": rule.ended_at is not None}
    return Event(RULES_CHANGED, rule.school_id, (PASSES,), payload, at, concerns=(rule.person_id,) if rule.person_id else ())


def bindings_changed(school_id: int, device_id: UUID) -> Event:
    """The readers of a device stand for other doors now. Nobody's entry changes by it."""
    return Event(BINDINGS_CHANGED, school_id, (PASSES,), {"device_id": str(device_id)}, clock.now())


def passed(passage: Passage, tap: Tap, *, pupil: bool) -> Event:
    """Someone went in or out: told at the door, to the gates, and to a pupil's family."""
    topics = (Topic(TopicKind.DOOR, passage.door_id), PASSES)
    payload = {
        "passage_id": str(passage.id), "tap_id": str(tap.id), "person_id": str(passage.person_id), "door_id": str(passage.door_id),
        "direction": passage.direction, **_verdict(tap),
    }
    family = (Topic(TopicKind.PUPIL, passage.person_id),) if pupil else ()
    return Event(PASSED, passage.school_id, (*family, *topics), payload, passage.happened_at, late=passage.late)


def refused(tap: Tap, door_id: UUID | None, direction: Direction | None, *, pupil: bool) -> Event | None:
    """A card was refused: told at the door and to a known pupil's family. None where there is nobody to tell."""
    topics = [Topic(TopicKind.PUPIL, tap.person_id)] if pupil and tap.person_id else []
    if door_id is not None:
        topics.append(Topic(TopicKind.DOOR, door_id))
    if not topics:
        return None
    payload = {
        "tap_id": str(tap.id), "person_id": str(tap.person_id) if tap.person_id else None, "door_id": str(door_id) if door_id else None,
        "direction": direction, **_verdict(tap),
    }
    return Event(REFUSED, tap.school_id, tuple(topics), payload, tap.happened_at, late=tap.late)


def _verdict(tap: Tap) -> dict[str, object]:
    return {"verdict": Outcome(tap.outcome), "reason": tap.reason, "data_version": tap.data_version, "suspect": tap.suspect}
