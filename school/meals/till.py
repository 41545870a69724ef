"""The till: a card lies at its reader, the canteen sells to whom it belongs."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school import clock, outbox
from school.context import Role, Viewer, act_in
from school.errors import Code, Refused, bad_input, not_found
from school.ids import Ref
from school.meals import events, ledger
from school.meals.ledger import Movement, Posted
from school.meals.models import SaleItem, Till, TillReader, Transfer, TransferKind
from school.meals.words import line
from school.money import Money, positive
from school.registry import taps
from school.registry.models import Card, CardState, Device, FormerToken, Outcome, Pupil, Tap

USABLE = dt.timedelta(minutes=15)
"""How long a presented card may be sold to: a queue's patience, and too short to charge a child who has left."""

AT_READER = sa.and_(TillReader.school_id == Tap.school_id, TillReader.device_id == Tap.device_id, TillReader.reader == Tap.reader)
"""Joins a tap with the till where its reader stood."""

MOST_LINES, MOST_OF_ONE = 30, 20


class TapState(StrEnum):
    """What the canteen may do with a presented card."""

    READY = "ready"
    SOLD = "sold"  # a sale has used it
    EXPIRED = "expired"  # present it again
    REFUSED = "refused"  # the reader said no


@dataclass(frozen=True, slots=True)
class Item:
    """A line of a sale: a dish, how many, and the price of one in minor units of the sale's currency."""

    name: str
    quantity: int
    price: int


def tap_state(outcome: Outcome, happened_at: dt.datetime, sale_id: UUID | None) -> TapState:
    """The state of a presented card at this moment."""
    if outcome is not Outcome.ADMIT:
        return TapState.REFUSED
    if sale_id is not None:
        return TapState.SOLD
    return TapState.READY if clock.now() - happened_at <= USABLE else TapState.EXPIRED


async def bind_reader(session: AsyncSession, device: Device, reader: str, till_id: UUID) -> None:
    """A canteen's reader stands at this till from now on, as enrolment does by the office's code. NOT_FOUND: the school has no such till.

    What stood there before stays bound until its device is turned away: the cards that it was shown are still to be sold to.
    """
    await check_tills(session, device.school_id, [till_id])
    bound = await session.get(TillReader, (device.school_id, device.id, reader))
    if bound is None:
        session.add(TillReader(school_id=device.school_id, device_id=device.id, reader=reader, till_id=till_id))
    else:
        bound.till_id = till_id
    await session.flush()


async def check_tills(session: AsyncSession, school_id: int, till_ids: Collection[UUID]) -> None:
    """Whether all these are tills of this school, else NOT_FOUND."""
    wanted = set(till_ids)
    found = set(await session.scalars(sa.select(Till.id).where(Till.school_id == school_id, Till.id.in_(wanted)))) if wanted else set()
    if found != wanted:
        raise not_found()


Place = tuple[int, UUID, str]
"""A reader anywhere: school, device, the reader's name."""


async def standing(session: AsyncSession, places: Collection[Place]) -> dict[Place, UUID]:
    """The till of each of these readers that stands at one. One statement."""
    rows = await session.execute(
        sa.select(TillReader.school_id, TillReader.device_id, TillReader.reader, TillReader.till_id)
        .where(sa.tuple_(TillReader.school_id, TillReader.device_id, TillReader.reader).in_(sorted(set(places)))))
    return {(row.school_id, row.device_id, row.reader): row.till_id for row in rows}


async def cards_presented(session: AsyncSession, presented: Sequence[Tap]) -> None:
    """Tell tills' screens of taps at their readers, in the transaction that records the taps. A reader that stands at no till tells nobody."""
    tills = await standing(session, {(tap.school_id, tap.device_id, tap.reader) for tap in presented})
    places = ((tap, tills.get((tap.school_id, tap.device_id, tap.reader))) for tap in presented)
    await outbox.append(session, *(events.card_presented(tap, till_id) for tap, till_id in places if till_id is not None))


async def sell(
    session: AsyncSession, viewer: Viewer, id: UUID, till: Ref, tap: Ref | None, items: Sequence[Item], total: Money,  # noqa: A002 - the column's name
    *, person: Ref | None = None,
) -> Posted:
    """Sell to the holder of a card that was presented at this till, once for each client id and once for each tap; or to a pupil who forgot it.

    The lines must sum to `total`. Refused: BAD_INPUT and TOO_MANY (the lines, the total, the currency, not exactly one of tap and person), NOT_FOUND (no
    such till of the viewer's canteen, no such tap at it or pupil of its school, a buyer without an account), CARD_REFUSED, CARD_BLOCKED (also when
    blocked after the tap), TAP_TOO_OLD, TAP_USED, NOT_ENOUGH_MONEY, CONFLICT (the id with other content).
    """
    by = act_in(viewer, till.school_id, Role.CANTEEN)
    items = _check_items(items, total)
    if (tap is None) is (person is None):
        raise bad_input("a sale is made to either a tap or a person")
    buyer = ("sale", till.id, tap.id) if tap is not None else ("sale without a card", till.id, None if person is None else person.id)
    digest = ledger.digest_of(*buyer, total.minor, total.currency, [[item.name, item.quantity, item.price] for item in items])
    sale = Ref(till.school_id, id)
    repeat = await ledger.find_repeat(session, sale, digest)
    if repeat is not None:
        return repeat
    payer = await _holder(session, till, tap) if tap is not None else await _pupil(session, till, person)
    posted = await ledger.post(session, Movement(
        ref=sale, kind=TransferKind.SALE, person_id=payer, amount=total, digest=digest, by=by, till_id=till.id, tap_id=None if tap is None else tap.id,
        without_card=tap is None,
    ))
    if posted.repeated:
        return posted
    lines = [{"name": item.name, "quantity": item.quantity, "price": item.price} for item in items]
    await session.execute(sa.insert(SaleItem), [
        {"school_id": sale.school_id, "transfer_id": sale.id, "line": number, **values} for number, values in enumerate(lines, start=1)
    ])
    await outbox.append(session, events.sold(posted, till.id, None if tap is None else tap.id, lines))
    return posted


async def _holder(session: AsyncSession, till: Ref, tap: Ref) -> UUID:
    """Whose card was presented, if it may be sold to now."""
    found = await _presented(session, till, tap)
    if found is None:
        raise not_found()
    if found.card_state is CardState.BLOCKED:
        raise Refused(Code.CARD_BLOCKED, "This card is blocked.")
    state = tap_state(found.outcome, found.happened_at, found.sale_id)
    if state is TapState.REFUSED or found.person_id is None or found.card_state is None:
        raise Refused(Code.CARD_REFUSED, "This card was refused.")
    if state is TapState.SOLD:
        raise Refused(Code.TAP_USED, "This card was presented for another sale.")
    if state is TapState.EXPIRED:
        raise Refused(Code.TAP_TOO_OLD, "Present the card again.")
    holder: UUID = found.person_id
    return holder


async def _pupil(session: AsyncSession, till: Ref, person: Ref | None) -> UUID:
    """A pupil of the till's school who has not left; refused as absent: anybody else, and where there is no such till."""
    if person is None or person.school_id != till.school_id:
        raise not_found()
    found = await session.scalar(
        sa.select(Pupil.id).join(Till, Till.school_id == Pupil.school_id)
        .where(Pupil.school_id == till.school_id, Pupil.id == person.id, Till.id == till.id, still_there(clock.now().date())))
    if found is None:
        raise not_found()
    return found


def still_there(today: Any) -> sa.ColumnElement[bool]:
    """Pupils who have not left."""
    return sa.or_(Pupil.left_on.is_(None), Pupil.left_on > today)


async def _presented(session: AsyncSession, till: Ref, tap: Ref) -> Any:
    """The tap, if it was at a reader of this till, with the card as it is now and the sale that used it."""
    if tap.school_id != till.school_id:
        return None
    return (await session.execute(
        sa.select(Tap.outcome, Tap.happened_at, Tap.person_id, Card.state.label("card_state"), Transfer.id.label("sale_id"))
        .join(TillReader, AT_READER)
        .outerjoin(FormerToken, taps.OF_FORMER_TOKEN).outerjoin(Card, taps.OF_CARD & (Card.person_id == Tap.person_id))
        .outerjoin(Transfer, (Transfer.school_id == Tap.school_id) & (Transfer.tap_id == Tap.id))
        .where(Tap.school_id == tap.school_id, Tap.id == tap.id, TillReader.till_id == till.id))).one_or_none()


def _check_items(items: Sequence[Item], total: Money) -> list[Item]:
    """The lines with their names trimmed; refused when one is not sensible, or their sum is not the total."""
    if not items:
        raise bad_input("a sale needs at least one item")
    if len(items) > MOST_LINES:
        raise Refused(Code.TOO_MANY, f"a sale has at most {MOST_LINES} items")
    checked = []
    for item in items:
        if not 1 <= item.quantity <= MOST_OF_ONE:
            raise bad_input(f"quantity must lie between 1 and {MOST_OF_ONE}")
        checked.append(Item(line(item.name, "name", longest=80), item.quantity, positive(item.price, "price")))
    if sum(item.quantity * item.price for item in checked) != positive(total.minor, "total"):
        raise bad_input("the items do not sum to the total")
    return checked
