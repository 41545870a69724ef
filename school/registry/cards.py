"""Cards: issued at a desk, blocked by the family or the office, known by their token alone; each moves to the current key at a tap."""

import datetime as dt
import re
from collections.abc import Collection
from dataclasses import replace
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import set_committed_value

from school import clock, outbox
from school.context import Role, Viewer, act_in
from school.db import Rows
from school.errors import Code, Refused, bad_input, conflict, not_found
from school.ids import Ref
from school.registry import card_keys, events
from school.registry.models import Card, CardKey, CardState, Device, DeviceKind, FormerToken, Person, Pupil, Staff, Tap
from school.registry.policy import visible_cards
from school.sets import Asked, RowSet
from school.statements import Read

_TOKEN = re.compile(r"[0-9a-fA-F]{64}")
_TAKEN = "this card has been issued already"
USABLE = dt.timedelta(minutes=15)
"""How long after its receipt a tap at a desk may be issued from: whoever held the card still stands there."""


def token_bytes(text: str) -> bytes:
    """The token behind its 64 hex digits."""
    if not _TOKEN.fullmatch(text):
        raise bad_input("token must be 64 hex digits")
    return bytes.fromhex(text)


_TOKENS = RowSet.of("shown", Card, "school_id", "token")


@Read
def _by_tokens(_service: Any, dialect: str) -> Rows:
    shown = _TOKENS.table(dialect)

    def named(table: Any, card_id: Any) -> sa.Select[Any]:
        mine = sa.and_(table.school_id == shown.c.school_id, table.token == shown.c.token)
        return sa.select(table.school_id.label("school_id"), card_id.label("card_id"), table.token.label("token")).join(shown, mine).join(
            CardKey, _key_of(table)).where(CardKey.retired_at.is_(None))

    known_by = sa.union_all(named(Card, Card.id), named(FormerToken, FormerToken.card_id)).subquery()
    columns = (Card.school_id, Card.id, Card.person_id, Card.token, Card.key_id, Card.state)
    return sa.select(*columns, known_by.c.token.label("shown")).join(
        known_by, sa.and_(Card.school_id == known_by.c.school_id, Card.id == known_by.c.card_id))


def asking_by_tokens(tokens: Collection[tuple[int, bytes]]) -> Asked:
    """The cards of these schools that have these tokens, or had them under a key that is still accepted; blocked ones too. `shown` is which."""
    return Asked(_by_tokens, _TOKENS, sorted(tokens))


def _key_of(table: type[Card | FormerToken]) -> sa.ColumnElement[bool]:
    return sa.and_(CardKey.school_id == table.school_id, CardKey.id == table.key_id)


async def move(session: AsyncSession, card: Card, key_id: UUID, token: bytes) -> None:
    """Know a card by its token under another key from now on; the one that it had stays with it, for taps that were made before.

    By one guarded UPDATE: of two taps at once, one moves it. A token that is another card's already moves nothing.
    """
    former, now = {"school_id": card.school_id, "token": card.token, "card_id": card.id, "key_id": card.key_id, "moved_at": clock.now()}, clock.now()
    try:
        async with session.begin_nested():
            moved = await session.execute(
                sa.update(Card).where(Card.school_id == card.school_id, Card.id == card.id, Card.token == card.token).values(token=token, key_id=key_id)
                .execution_options(synchronize_session=False))
            if not moved.rowcount:  # type: ignore[attr-defined]
                return
            await session.execute(sa.insert(FormerToken), [former])
    except sa.exc.IntegrityError:
        return
    set_committed_value(card, "token", token)
    set_committed_value(card, "key_id", key_id)
    await outbox.append(session, events.card_moved(card, now))


async def issue(session: AsyncSession, viewer: Viewer, id: UUID, person: Ref, tap: Ref) -> Card:  # noqa: A002 - the column's name
    """Give a pupil or a member of staff the card that was presented at a desk of the same school, by its office.

    Refused: NOT_FOUND (person or tap), BAD_INPUT (not a desk's tap, not made with the school's current key, a person who has no use for a card),
    CONFLICT (the card is somebody's, or the id stands for another issue), TAP_TOO_OLD (received more than 15 minutes ago; a repeat is harmless later, too).
    """
    act_in(viewer, person.school_id, Role.OFFICE)
    presented = await _desk_tap(session, person.school_id, tap)
    if await session.get(Person, (person.school_id, person.id)) is None:
        raise not_found()
    stored = await _issued(session, id, person, presented.token)
    if stored is not None:
        return stored
    if presented.person_id is not None:
        raise conflict(_TAKEN)
    if clock.now() - presented.received_at > USABLE:
        raise Refused(Code.TAP_TOO_OLD, "Present the card again.")
    if not await _may_hold(session, person):
        raise bad_input("a card is for pupils and staff")
    current, *_ = await card_keys.key_ids(session, person.school_id)
    if presented.key_id != str(current):  # the card may be somebody's by a key that its reader has not heard of
        raise bad_input("this card was not read with the school's current key: present it again")
    card = Card(
        school_id=person.school_id, id=id, person_id=person.id, token=presented.token, key_id=current, state=CardState.ACTIVE,
        issued_at=clock.now(), blocked_at=None,
    )
    try:
        async with session.begin_nested():
            session.add(card)
    except sa.exc.IntegrityError:  # two desks at the same moment, or one that repeats itself: the unique token and id decide
        stored = await _issued(session, id, person, presented.token)
        if stored is None:
            raise
        return stored
    is_pupil = await _is_pupil(session, card)
    await _supersede(session, card, is_pupil=is_pupil)
    await outbox.append(session, events.card_issued(card, is_pupil=is_pupil))
    return card


async def _supersede(session: AsyncSession, issued: Card, *, is_pupil: bool) -> None:
    """Block the holder's cards whose key was retired before they moved: nobody can know them any more, and the new one may be the same piece of plastic."""
    stranded = await session.scalars(
        sa.select(Card).join(CardKey, _key_of(Card))
        .where(Card.school_id == issued.school_id, Card.person_id == issued.person_id, Card.state == CardState.ACTIVE, CardKey.retired_at.is_not(None))
        .order_by(Card.id).with_for_update(of=Card))
    for card in stranded.all():
        await _block(session, card, is_pupil=is_pupil)


async def _issued(session: AsyncSession, id: UUID, person: Ref, token: bytes) -> Card | None:  # noqa: A002 - the column's name
    """The card of this very issue, if it was made before; CONFLICT for any other of this id or token. One statement: a repeat may commit between two."""
    mine = (Card.school_id == person.school_id, sa.or_(Card.id == id, Card.token == token))
    found = {card.id: card for card in await session.scalars(sa.select(Card).where(*mine))}
    stored = found.get(id)
    if stored is not None and (stored.person_id, stored.token) != (person.id, token):
        raise conflict("this id stands for another card")
    if stored is None and (found or await _moved_away(session, person.school_id, token)):
        raise conflict(_TAKEN)
    return stored


async def _moved_away(session: AsyncSession, school_id: int, token: bytes) -> bool:
    """Whether a card had this token, before it moved to another key: the desk that read it has not heard of that key yet."""
    return await session.scalar(sa.select(FormerToken.card_id).where(FormerToken.school_id == school_id, FormerToken.token == token)) is not None


async def _desk_tap(session: AsyncSession, school_id: int, tap: Ref) -> Tap:
    if tap.school_id != school_id:
        raise not_found()
    presented = await session.scalar(sa.select(Tap).where(Tap.school_id == school_id, Tap.id == tap.id))
    if presented is None:
        raise not_found()
    kind = await session.scalar(sa.select(Device.kind).where(Device.school_id == school_id, Device.id == presented.device_id))
    if kind is not DeviceKind.DESK:
        raise bad_input("present the card at a desk's reader")
    return presented


async def _may_hold(session: AsyncSession, person: Ref) -> bool:
    """Whether the person is a pupil or of the staff; a guardian's card would open nothing."""
    return any([await session.get(model, (person.school_id, person.id)) is not None for model in (Pupil, Staff)])


async def _is_pupil(session: AsyncSession, card: Card) -> bool:
    return await session.get(Pupil, (card.school_id, card.person_id)) is not None


async def block(session: AsyncSession, viewer: Viewer, ref: Ref) -> Card:
    """Make a card useless at once, by the office, the child's family or its own holder. Repeating it is harmless."""
    card = await _hold(session, viewer, ref)
    if card.state is not CardState.BLOCKED:
        await _block(session, card, is_pupil=await _is_pupil(session, card), role=viewer.role_towards(Ref(card.school_id, card.person_id)))
    return card


async def _block(session: AsyncSession, card: Card, *, is_pupil: bool, role: Role | None = None) -> None:
    card.state, now = CardState.BLOCKED, clock.now()
    card.blocked_at = now
    await session.flush()
    await outbox.append(session, replace(events.card_blocked(card, now, is_pupil=is_pupil), role=role))


async def unblock(session: AsyncSession, viewer: Viewer, ref: Ref) -> Card:
    """Let a card work again, by the office alone: who blocks in haste must not be undone by who stole the phone too. Repeating it is harmless."""
    card = await _hold(session, viewer, ref)
    if viewer.person_in(ref.school_id, Role.OFFICE) is None:
        raise Refused(Code.NOT_ALLOWED, "Only the school's office may unblock a card.")
    if card.state is CardState.BLOCKED:
        card.state, card.blocked_at = CardState.ACTIVE, None
        await session.flush()
        await outbox.append(session, events.card_unblocked(card, clock.now(), is_pupil=await _is_pupil(session, card)))
    return card


async def _hold(session: AsyncSession, viewer: Viewer, ref: Ref) -> Card:
    statement = sa.select(Card).where(Card.school_id == ref.school_id, Card.id == ref.id, visible_cards(viewer)).with_for_update()
    card = (await session.execute(statement, execution_options={"populate_existing": True})).scalar_one_or_none()
    if card is None:
        raise not_found()
    return card
