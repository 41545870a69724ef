"""Events of the meals. Payloads hold ids and values; a dish's name is not a person's."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from school import clock
from school.ids import Ref
from school.meals.ledger import Posted
from school.outbox import Event, Topic, TopicKind
from school.registry.models import Tap

TOPPED_UP, SOLD, REFUNDED, CARD_PRESENTED = "meals.topped_up", "meals.sold", "meals.refunded", "meals.card_presented"
ACCOUNT_OPENED = "meals.account_opened"


def account_opened(person: Ref, account_id: UUID, overdraft: int) -> Event:
    """A person may pay now, and so far below zero. Nobody's news, but in the person's record."""
    payload = {"person_id": str(person.id), "account_id": str(account_id), "overdraft": overdraft}
    return Event(ACCOUNT_OPENED, person.school_id, (), payload, clock.now(), concerns=(person.id,))


def topped_up(posted: Posted) -> tuple[Event, ...]:
    """Money has come onto an account. Only a pupil's has somebody who follows it."""
    if not posted.is_pupil:
        return ()
    return (_event(TOPPED_UP, posted, _pupil(posted), {}),)


def sold(posted: Posted, till_id: UUID, tap_id: UUID | None, items: Sequence[dict[str, Any]]) -> Event:
    """Somebody has bought at a till, by a card that was presented there or without one: `items` are dishes with quantity and price."""
    return _event(SOLD, posted, (*_pupil(posted), Topic(TopicKind.TILL, till_id)), {
        "till_id": str(till_id), "tap_id": None if tap_id is None else str(tap_id), "items": list(items),
    })


def refunded(posted: Posted, sale_id: UUID, till_id: UUID) -> Event:
    """A sale was taken back, whole."""
    return _event(REFUNDED, posted, (*_pupil(posted), Topic(TopicKind.TILL, till_id)), {"till_id": str(till_id), "sale_id": str(sale_id)})


def card_presented(tap: Tap, till_id: UUID) -> Event:
    """A card lies at a till's reader: the till's screen shows whose, and what the canteen may sell."""
    return Event(
        CARD_PRESENTED, tap.school_id, (Topic(TopicKind.TILL, till_id),), {
            "till_id": str(till_id), "tap_id": str(tap.id), "outcome": tap.outcome.value, "reason": tap.reason,
            "person_id": None if tap.person_id is None else str(tap.person_id),
        }, tap.happened_at, late=tap.late,
    )


def _pupil(posted: Posted) -> tuple[Topic, ...]:
    return (Topic(TopicKind.PUPIL, posted.person_id),) if posted.is_pupil else ()


def _event(kind: str, posted: Posted, topics: tuple[Topic, ...], more: dict[str, Any]) -> Event:
    return Event(kind, posted.ref.school_id, topics, {
        "transfer_id": str(posted.ref.id), "person_id": str(posted.person_id), "amount": posted.amount.minor, "currency": posted.amount.currency,
        "balance": posted.balance, **more,
    }, posted.happened_at)
