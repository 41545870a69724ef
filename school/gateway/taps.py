"""What becomes of the taps that a device sends: recorded once, judged, and handed to the domain that its kind belongs to."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from school import outbox
from school.access import passages, verdicts
from school.db import Database
from school.errors import Code, Refused, bad_input
from school.gateway import credentials
from school.ids import Ref
from school.meals import till
from school.registry import card_keys, cards, events, taps
from school.registry.models import Card, CardState, Device, DeviceKind, Outcome, Tap
from school.registry.taps import PresentedTap, Receipt, Sending, Verdict

MOST_TAPS = 100
"""Of one request."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A tap that was not recorded, and why."""

    code: Code
    message: str
    sequence: int


Answer = Receipt | Refusal
Item = PresentedTap | Refusal


async def submit(database: Database, ref: Ref, items: Sequence[Item], sending: Sending) -> list[Answer]:
    """Record a backlog in one transaction; an answer for each item: one that is refused leaves the others as they are.

    Refused as a whole: more than 100 (TOO_MANY), none (BAD_INPUT). A batch that fails by a bug of ours is stored not at all: the daemon
    sends halves of it, and sets aside the one tap that cannot be digested.
    """
    if len(items) > MOST_TAPS:
        raise Refused(Code.TOO_MANY, f"at most {MOST_TAPS} taps at once")
    if not items:
        raise bad_input("there are no taps")
    return await _record(database, ref, items, sending)


async def present(database: Database, ref: Ref, item: Item, sending: Sending) -> Answer:
    """Record one tap; the answer is the verdict."""
    return (await _record(database, ref, [item], sending))[0]


async def _record(database: Database, ref: Ref, items: Sequence[Item], sending: Sending) -> list[Answer]:
    presented = [item for item in items if isinstance(item, PresentedTap)]
    async with database.begin() as session:
        device = await credentials.hold(session, ref)
        known = await taps.stored(session, device, {tap.sequence for tap in presented})
        first = {tap.sequence: tap for tap in reversed(presented) if tap.sequence not in known}  # of a sequence told twice, the other is refused
        found = await _find_cards(session, ref.school_id, first.values())
        answers: list[Answer] = []
        fresh: list[Tap] = []
        for item in items:
            if isinstance(item, Refusal):
                answers.append(item)
                continue
            if fresh and device.kind is DeviceKind.GATE and item.verdict is None:  # the server is to decide, by who is inside now
                await _at_gate(session, fresh)
                fresh = []
            answer = await _take(session, device, item, sending, known, found.get(item))
            if isinstance(answer, Receipt) and not answer.repeated:
                known[item.sequence] = answer.tap
                fresh.append(answer.tap)
            answers.append(answer)
        await _HANDLERS[device.kind](session, fresh)
    return answers


async def _find_cards(session: AsyncSession, school_id: int, presented: Collection[PresentedTap]) -> dict[PresentedTap, Card]:
    """The card of each tap that is somebody's, known by any of its tokens, the current key's first. Those that were under another key move to that one."""
    by_token = await cards.by_tokens(session, school_id, {token for tap in presented for token in tap.candidates})
    found = {}
    for tap in presented:
        card = next((by_token[token] for token in tap.candidates if token in by_token), None)
        if card is not None:
            found[tap] = card
    if any(len(tap.candidates) > 1 for tap in found):
        current, *_ = await card_keys.key_ids(session, school_id)
        moves = {
            card.id: (card, token) for tap, card in found.items() if card.key_id != current
            for token, key_id in tap.candidates.items() if key_id == str(current)
        }
        for id_ in sorted(moves):  # in one order everywhere, against deadlocks
            card, token = moves[id_]
            await cards.move(session, card, current, token)
    return found


async def _take(session: AsyncSession, device: Device, tap: PresentedTap, sending: Sending, known: dict[int, Tap], card: Card | None) -> Answer:
    try:
        if tap.sequence in known:
            return taps.repeat(known[tap.sequence], tap)
        return await taps.receive(session, device, tap, sending, card, partial(_decide, session, device, tap.reader))
    except Refused as refused:
        return Refusal(refused.code, refused.message, tap.sequence)


async def _decide(session: AsyncSession, device: Device, reader: str, card: Card | None, at: datetime) -> Verdict:
    """The server's verdict: a gate's by the doors' rules, a canteen's and a desk's by the card alone."""
    if device.kind is DeviceKind.GATE:
        decided = await verdicts.decide(session, device, reader, card, at)
        return Verdict(decided.outcome, decided.reason, decided.data_version)
    version = str(await outbox.head(session))
    if device.kind is DeviceKind.CANTEEN and not await till.stands_at(session, device, reader):
        return Verdict(Outcome.REFUSE, "UNKNOWN_READER", version)
    if card is None:
        return Verdict(Outcome.REFUSE, "UNKNOWN_CARD", version)
    if card.state is not CardState.ACTIVE:
        return Verdict(Outcome.REFUSE, "CARD_BLOCKED", version)
    return Verdict(Outcome.ADMIT, "OK", version)


async def _at_gate(session: AsyncSession, fresh: Sequence[Tap]) -> None:
    await passages.record_many(session, fresh)


async def _in_canteen(session: AsyncSession, fresh: Sequence[Tap]) -> None:
    for tap in fresh:
        await till.card_presented(session, tap)


async def _at_desk(session: AsyncSession, fresh: Sequence[Tap]) -> None:
    await outbox.append(session, *map(events.card_presented, fresh))


_HANDLERS: dict[DeviceKind, Callable[[AsyncSession, Sequence[Tap]], Awaitable[None]]] = {
    DeviceKind.GATE: _at_gate, DeviceKind.CANTEEN: _in_canteen, DeviceKind.DESK: _at_desk,
}
