"""What becomes of the taps that devices send: recorded once, judged, and handed to the domain that the device's kind belongs to."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from school import outbox, sets
from school.access import passages, verdicts
from school.db import Database, is_away
from school.errors import Code, Refused, bad_input
from school.gateway import credentials
from school.gateway.coalescer import Coalescer
from school.gateway.credentials import Turn
from school.gateway.denial import Denied, Reason
from school.ids import Ref
from school.meals import till
from school.registry import card_keys, cards, devices, events, taps
from school.registry.devices import Held
from school.registry.models import Card, CardState, DeviceKind, Outcome, Tap
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

    turn: Turn
    items: Sequence[Item]
    sending: Sending

    @property
    def ref(self) -> Ref:
        """The device."""
        return self.turn.caller.ref

    @property
    def presented(self) -> dict[Told, PresentedTap]:
        """What can be recorded; of a sequence told twice the first."""
        return {(self.ref.school_id, self.ref.id, item.sequence): item for item in reversed(self.items) if isinstance(item, PresentedTap)}


class Recorder:
    """Records deliveries, those of one moment in one transaction: a handful of statements, however many taps and devices.

    A request's counter is used up in that transaction; if it fails, by `admit`, in one of its own.
    """

    def __init__(self, database: Database, admit: Callable[[Turn], Awaitable[None]]) -> None:
        self._database, self._admit = database, admit
        self._deliveries = Coalescer(
            self._carry, together=MOST_TOGETHER, waiting=MOST_WAITING, in_flight=1 if database.sqlite else 2, weigh=lambda delivery: len(delivery.items))

    async def submit(self, turn: Turn, items: Sequence[Item], sending: Sending) -> list[Answer]:
        """Record a backlog; an answer for each item: one that is refused leaves the others as they are.

        Refused as a whole: more than 100 (TOO_MANY), none (BAD_INPUT). A tap that fails by a bug of ours is INDIGESTIBLE if another of the backlog is
        not; if all fail, the bug is the answer.
        """
        if len(items) > MOST_TAPS:
            raise Refused(Code.TOO_MANY, f"at most {MOST_TAPS} taps at once")
        if not items:
            raise bad_input("there are no taps")
        delivery = Delivery(turn, items, sending)
        try:
            return await self._deliveries.take(delivery)
        except (Denied, Refused):
            raise
        except Exception as error:
            if len(items) == 1 or is_away(error):
                raise
            await self._admit(turn)
            return await self._isolate(delivery, error)

    async def present(self, turn: Turn, item: Item, sending: Sending) -> Answer:
        """Record one tap; the answer is the verdict."""
        return (await self.submit(turn, [item], sending))[0]

    async def _carry(self, deliveries: Sequence[Delivery]) -> Sequence[list[Answer] | Denied]:
        async with self._database.begin() as session:
            answers = await record(session, deliveries)
        for delivery in deliveries:
            delivery.turn.spent = True
        return answers

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

    known: dict[Told, Any]
    timelines: Mapping[tuple[int, UUID], Timeline]
    found: Mapping[tuple[int, PresentedTap], Any]
    tills: Mapping[till.Place, UUID]
    version: str
    fresh: defaultdict[DeviceKind, list[Tap]] = field(default_factory=lambda: defaultdict(list))


async def record(session: AsyncSession, deliveries: Sequence[Delivery]) -> list[list[Answer] | Denied]:
    """Record the taps of several devices: answers for each delivery, or why its request is denied."""
    held = await devices.hold_many(session, {delivery.ref for delivery in deliveries})
    denied = await _judge(session, held, deliveries)
    admitted = [delivery for delivery, denial in zip(deliveries, denied, strict=True) if denial is None]
    book = await _read_book(session, held, admitted)
    answers: list[list[Answer] | Denied] = []
    for delivery, denial in zip(deliveries, denied, strict=True):
        answers.append(denial or [await _take(session, held[delivery.ref], item, delivery.sending, book) for item in delivery.items])
    for kind in list(book.fresh):
        await _keep(session, kind, book)
    await devices.keep(session, [held[ref] for ref in {delivery.ref for delivery in admitted}])
    return answers


async def _judge(session: AsyncSession, held: Mapping[Ref, Held], deliveries: Sequence[Delivery]) -> list[Denied | None]:
    """Use up the counters of those whose turns are not spent; of the others, see that the device is not turned away meanwhile."""
    fresh = [delivery.turn for delivery in deliveries if not delivery.turn.spent]
    judged = iter(await credentials.judge(session, held, fresh))
    return [
        (Denied(Reason.REVOKED) if held[delivery.ref].revoked_at is not None else None) if delivery.turn.spent else next(judged) for delivery in deliveries
    ]


async def _read_book(session: AsyncSession, held: Mapping[Ref, Held], deliveries: Sequence[Delivery]) -> Book:
    presented: dict[Told, PresentedTap] = {}
    for delivery in reversed(deliveries):
        presented |= delivery.presented
    if not presented:
        return Book({}, {}, {}, {}, "0")
    shown = {(school_id, tap) for (school_id, _, _), tap in presented.items()}
    stored, around, shown_cards = await sets.fetch(
        session, taps.asking_stored(presented), taps.asking_around(presented),
        cards.asking_by_tokens({(school_id, token) for school_id, tap in shown for token in tap.candidates}))
    known = taps.by_told(stored)
    fresh = {told: tap for told, tap in presented.items() if told not in known}
    if not fresh:
        return Book(known, {}, {}, {}, "0")
    if known:
        shown = {(school_id, tap) for (school_id, _, _), tap in fresh.items()}
        [around] = await sets.fetch(session, taps.asking_around(fresh))
    found = await _find_cards(session, shown, {(card.school_id, card.shown): card for card in shown_cards})
    judged = {told: tap for told, tap in fresh.items() if held[Ref(*told[:2])].kind is not DeviceKind.GATE}
    version = str(await outbox.head(session)) if judged else "0"
    places = {(*told[:2], tap.reader) for told, tap in judged.items() if held[Ref(*told[:2])].kind is DeviceKind.CANTEEN}
    return Book(known, taps.timelines(around), found, await till.standing(session, places) if places else {}, version)


async def _find_cards(
    session: AsyncSession, presented: set[tuple[int, PresentedTap]], by_token: Mapping[tuple[int, bytes], Any],
) -> dict[tuple[int, PresentedTap], Any]:
    """The card of each tap that is somebody's, known by any of its tokens, the current key's first. Those that were under another key move to that one."""
    found = {}
    for school_id, tap in presented:
        card = next((by_token[school_id, token] for token in tap.candidates if (school_id, token) in by_token), None)
        if card is not None:
            found[school_id, tap] = card
    moves: dict[tuple[int, UUID], tuple[UUID, bytes]] = {}
    for school in sorted({school_id for school_id, tap in found if len(tap.candidates) > 1}):
        current, *_ = await card_keys.key_ids(session, school)
        moves |= {
            (school, card.id): (current, token) for (school_id, tap), card in found.items() if school_id == school and card.key_id != current
            for token, key_id in tap.candidates.items() if key_id == str(current)
        }
    moved = {}
    for key in sorted(moves):  # in one order everywhere, against deadlocks
        moved[key] = await session.get_one(Card, key)
        await cards.move(session, moved[key], *moves[key])
    return {shown: moved.get((card.school_id, card.id), card) for shown, card in found.items()}


async def _take(session: AsyncSession, device: Held, item: Item, sending: Sending, book: Book) -> Answer:
    if isinstance(item, Refusal):
        return item
    told = (device.school_id, device.id, item.sequence)
    if device.kind is DeviceKind.GATE and item.verdict is None:  # the server is to decide, by who is inside now
        await _keep(session, DeviceKind.GATE, book)
    try:
        if told in book.known:
            return taps.repeat(book.known[told], item)
        receipt = await taps.receive(
            device, book.timelines[told[:2]], item, sending, book.found.get((device.school_id, item)),
            partial(_decide, session, device, item.reader, book))
    except Refused as refused:
        return Refusal(refused.code, refused.message, item.sequence)
    book.known[told] = receipt.tap
    book.fresh[device.kind].append(receipt.tap)
    return receipt


async def _decide(session: AsyncSession, device: Held, reader: str, book: Book, card: Any, at: datetime) -> Verdict:
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


async def _keep(session: AsyncSession, kind: DeviceKind, book: Book) -> None:
    """Store what is fresh from devices of this kind, and what becomes of it."""
    fresh = book.fresh.pop(kind, [])
    if fresh:
        await taps.keep(session, fresh)
        await _HANDLERS[kind](session, fresh)


async def _at_gate(session: AsyncSession, fresh: Sequence[Tap]) -> None:
    await passages.record_many(session, fresh)


async def _at_desk(session: AsyncSession, fresh: Sequence[Tap]) -> None:
    await outbox.append(session, *map(events.card_presented, fresh))


_HANDLERS: dict[DeviceKind, Callable[[AsyncSession, Sequence[Tap]], Awaitable[None]]] = {
    DeviceKind.GATE: _at_gate, DeviceKind.CANTEEN: till.cards_presented, DeviceKind.DESK: _at_desk,
}
