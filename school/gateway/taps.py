"""What becomes of the taps that devices send: recorded once, judged, and handed to the domain that the device's kind belongs to."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from school import outbox
from school.access import passages, verdicts
from school.db import Database, is_away
from school.errors import Code, Refused, bad_input
from school.gateway.coalescer import Coalescer
from school.gateway.denial import Denied, Reason
from school.ids import Ref
from school.meals import till
from school.registry import card_keys, cards, devices, events, taps
from school.registry.models import Card, CardState, Device, DeviceKind, Outcome, Tap
from school.registry.taps import PresentedTap, Receipt, Sending, Timeline, Told, Verdict

MOST_TAPS = 100
"""Of one request."""
MOST_TOGETHER, MOST_WAITING = 256, 4096
"""Taps of one transaction, and taps that wait for theirs."""
INDIGESTIBLE = "INDIGESTIBLE"
"""Refuses a tap that fails by a bug of ours where others do not. A daemon sets it aside, as it does by itself."""
log = structlog.get_logger("school.gateway")


@dataclass(frozen=True, slots=True)
class Refusal:
    """A tap that was not recorded, and why."""

    code: str
    message: str
    sequence: int


Answer = Receipt | Refusal
Item = PresentedTap | Refusal


@dataclass(frozen=True, slots=True)
class Delivery:
    """The taps of one request."""

    ref: Ref
    items: Sequence[Item]
    sending: Sending

    @property
    def presented(self) -> dict[Told, PresentedTap]:
        """What can be recorded; of a sequence told twice the first."""
        return {(self.ref.school_id, self.ref.id, item.sequence): item for item in reversed(self.items) if isinstance(item, PresentedTap)}


class Recorder:
    """Records deliveries, those of one moment in one transaction: a handful of statements, however many taps and devices."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._deliveries = Coalescer(
            self._carry, together=MOST_TOGETHER, waiting=MOST_WAITING, in_flight=1 if database.sqlite else 2, weigh=lambda delivery: len(delivery.items))

    async def submit(self, ref: Ref, items: Sequence[Item], sending: Sending) -> list[Answer]:
        """Record a backlog; an answer for each item: one that is refused leaves the others as they are.

        Refused as a whole: more than 100 (TOO_MANY), none (BAD_INPUT). A tap that fails by a bug of ours is INDIGESTIBLE if another of the backlog is
        not; if all fail, the bug is the answer.
        """
        if len(items) > MOST_TAPS:
            raise Refused(Code.TOO_MANY, f"at most {MOST_TAPS} taps at once")
        if not items:
            raise bad_input("there are no taps")
        delivery = Delivery(ref, items, sending)
        try:
            return await self._deliveries.take(delivery)
        except (Denied, Refused):
            raise
        except Exception as error:
            if len(items) == 1 or is_away(error):
                raise
            return await self._isolate(delivery, error)

    async def present(self, ref: Ref, item: Item, sending: Sending) -> Answer:
        """Record one tap; the answer is the verdict."""
        return (await self.submit(ref, [item], sending))[0]

    async def _carry(self, deliveries: Sequence[Delivery]) -> Sequence[list[Answer] | Denied]:
        async with self._database.begin() as session:
            return await record(session, deliveries)

    async def _isolate(self, delivery: Delivery, error: Exception) -> list[Answer]:
        """Each tap in a transaction of its own, in their order."""
        answers: list[Answer] = []
        for item in delivery.items:
            try:
                answers += await self._deliveries.take(replace(delivery, items=[item]))
            except (Denied, Refused):
                raise
            except Exception as failed:
                if is_away(failed):
                    raise
                log.exception("a tap that cannot be digested", device=str(delivery.ref.id), sequence=item.sequence)
                answers.append(Refusal(INDIGESTIBLE, "The service fails on this tap.", item.sequence))
        if not any(isinstance(answer, Receipt) for answer in answers):
            raise error
        return answers


@dataclass(frozen=True, slots=True)
class Book:
    """What is known before a group of deliveries is recorded, and grows with each tap."""

    known: dict[Told, Tap]
    timelines: Mapping[tuple[int, UUID], Timeline]
    found: Mapping[tuple[int, PresentedTap], Card]
    tills: Mapping[till.Place, UUID]
    version: str
    fresh: defaultdict[DeviceKind, list[Tap]] = field(default_factory=lambda: defaultdict(list))


async def record(session: AsyncSession, deliveries: Sequence[Delivery]) -> list[list[Answer] | Denied]:
    """Record the taps of several devices: answers, or REVOKED, for each delivery."""
    held = await devices.hold_many(session, {delivery.ref for delivery in deliveries})
    held = {ref: device for ref, device in held.items() if device.revoked_at is None}
    book = await _read_book(session, held, [delivery for delivery in deliveries if delivery.ref in held])
    answers: list[list[Answer] | Denied] = []
    for delivery in deliveries:
        device = held.get(delivery.ref)
        answers.append(Denied(Reason.REVOKED) if device is None else [await _take(session, device, item, delivery.sending, book) for item in delivery.items])
    for kind, fresh in book.fresh.items():
        await _HANDLERS[kind](session, fresh)
    await session.flush()
    return answers


async def _read_book(session: AsyncSession, held: Mapping[Ref, Device], deliveries: Sequence[Delivery]) -> Book:
    presented: dict[Told, PresentedTap] = {}
    for delivery in reversed(deliveries):
        presented |= delivery.presented
    if not presented:
        return Book({}, {}, {}, {}, "0")
    known = await taps.stored(session, presented)
    fresh = {told: tap for told, tap in presented.items() if told not in known}
    if not fresh:
        return Book(known, {}, {}, {}, "0")
    found = await _find_cards(session, {(school_id, tap) for (school_id, _, _), tap in fresh.items()})
    judged = {told: tap for told, tap in fresh.items() if held[Ref(*told[:2])].kind is not DeviceKind.GATE}
    version = str(await outbox.head(session)) if judged else "0"
    places = {(*told[:2], tap.reader) for told, tap in judged.items() if held[Ref(*told[:2])].kind is DeviceKind.CANTEEN}
    return Book(known, await taps.timelines(session, fresh), found, await till.standing(session, places) if places else {}, version)


async def _find_cards(session: AsyncSession, presented: set[tuple[int, PresentedTap]]) -> dict[tuple[int, PresentedTap], Card]:
    """The card of each tap that is somebody's, known by any of its tokens, the current key's first. Those that were under another key move to that one."""
    by_token = await cards.of_schools(session, {(school_id, token) for school_id, tap in presented for token in tap.candidates})
    found = {}
    for school_id, tap in presented:
        card = next((by_token[school_id, token] for token in tap.candidates if (school_id, token) in by_token), None)
        if card is not None:
            found[school_id, tap] = card
    moves: dict[tuple[int, UUID], tuple[Card, UUID, bytes]] = {}
    for school in sorted({school_id for school_id, tap in found if len(tap.candidates) > 1}):
        current, *_ = await card_keys.key_ids(session, school)
        moves |= {
            (school, card.id): (card, current, token) for (school_id, tap), card in found.items() if school_id == school and card.key_id != current
            for token, key_id in tap.candidates.items() if key_id == str(current)
        }
    for key in sorted(moves):  # in one order everywhere, against deadlocks
        await cards.move(session, *moves[key])
    return found


async def _take(session: AsyncSession, device: Device, item: Item, sending: Sending, book: Book) -> Answer:
    if isinstance(item, Refusal):
        return item
    told = (device.school_id, device.id, item.sequence)
    gates = book.fresh[DeviceKind.GATE]
    if gates and device.kind is DeviceKind.GATE and item.verdict is None:  # the server is to decide, by who is inside now
        await _at_gate(session, gates)
        gates.clear()
    try:
        if told in book.known:
            return taps.repeat(book.known[told], item)
        receipt = await taps.receive(
            session, device, book.timelines[told[:2]], item, sending, book.found.get((device.school_id, item)),
            partial(_decide, session, device, item.reader, book))
    except Refused as refused:
        return Refusal(refused.code, refused.message, item.sequence)
    book.known[told] = receipt.tap
    book.fresh[device.kind].append(receipt.tap)
    return receipt


async def _decide(session: AsyncSession, device: Device, reader: str, book: Book, card: Card | None, at: datetime) -> Verdict:
    """The server's verdict: a gate's by the doors' rules, a canteen's and a desk's by the card alone."""
    if device.kind is DeviceKind.GATE:
        decided = await verdicts.decide(session, device, reader, card, at)
        return Verdict(decided.outcome, decided.reason, decided.data_version)
    if device.kind is DeviceKind.CANTEEN and (device.school_id, device.id, reader) not in book.tills:
        return Verdict(Outcome.REFUSE, "UNKNOWN_READER", book.version)
    if card is None:
        return Verdict(Outcome.REFUSE, "UNKNOWN_CARD", book.version)
    if card.state is not CardState.ACTIVE:
        return Verdict(Outcome.REFUSE, "CARD_BLOCKED", book.version)
    return Verdict(Outcome.ADMIT, "OK", book.version)


async def _at_gate(session: AsyncSession, fresh: Sequence[Tap]) -> None:
    await passages.record_many(session, fresh)


async def _at_desk(session: AsyncSession, fresh: Sequence[Tap]) -> None:
    await outbox.append(session, *map(events.card_presented, fresh))


_HANDLERS: dict[DeviceKind, Callable[[AsyncSession, Sequence[Tap]], Awaitable[None]]] = {
    DeviceKind.GATE: _at_gate, DeviceKind.CANTEEN: till.cards_presented, DeviceKind.DESK: _at_desk,
}
