"""Card keys: what turns a card's UID into its token. A new one takes over card by card; a retired one names no card any more."""

import secrets
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school import clock, ids, outbox
from school.context import Role, Viewer, act_in
from school.errors import Code, Refused, conflict, not_found
from school.ids import Ref
from school.registry import events
from school.registry.models import Card, CardKey, CardState, School
from school.registry.texts import line

MOST_KEYS = 8
"""Keys that are accepted at once; each tap brings a token for each of them. Two that are made at the same moment may pass it, which harms nobody."""
LONGEST_REASON = 200

_NEWEST_FIRST = (CardKey.made_at.desc(), CardKey.id.desc())


def _count(school_id: Any, key_id: Any) -> sa.Select[int]:
    return sa.select(sa.func.count()).where(Card.school_id == school_id, Card.key_id == key_id, Card.state == CardState.ACTIVE)


PUBLIC = (CardKey.school_id, CardKey.id, CardKey.made_at, CardKey.retired_at, CardKey.reason)
"""All of a key but its secret, which is for readers alone."""
LIST = sa.select(*PUBLIC, _count(CardKey.school_id, CardKey.id).scalar_subquery().label("cards")).order_by(*_NEWEST_FIRST).limit(200)
"""Keys with how many active cards are under each: those of a key that is not the current one have not been presented since."""


def _live(school_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    return CardKey.school_id == school_id, CardKey.retired_at.is_(None)


async def keys(session: AsyncSession, school_id: int) -> Sequence[CardKey]:
    """The school's accepted keys with their secrets, for its readers; the newest first: that one makes new tokens."""
    return (await session.scalars(sa.select(CardKey).where(*_live(school_id)).order_by(*_NEWEST_FIRST).limit(2 * MOST_KEYS))).all()


async def key_ids(session: AsyncSession, school_id: int) -> Sequence[UUID]:
    """The ids of the school's accepted keys, the current one first."""
    return (await session.scalars(sa.select(CardKey.id).where(*_live(school_id)).order_by(*_NEWEST_FIRST))).all()


async def make_first_key(session: AsyncSession, school_id: int) -> None:
    """A card key for a school that has none. Should two be made at once, the newest is the current one."""
    if not await key_ids(session, school_id):
        await _insert(session, school_id, ids.new(), None)


async def _insert(session: AsyncSession, school_id: int, id_: UUID, reason: str | None) -> None:
    await session.execute(sa.insert(CardKey), [
        {"school_id": school_id, "id": id_, "secret": secrets.token_bytes(32), "made_at": clock.now(), "retired_at": None, "reason": reason}])


async def rotate(session: AsyncSession, viewer: Viewer, school_id: int, id: UUID, reason: str | None) -> Any:  # noqa: A002 - the column's name
    """`rotate_by_operator` for the office of the school."""
    act_in(viewer, school_id, Role.OFFICE)
    return await rotate_by_operator(session, school_id, id, reason)


async def rotate_by_operator(session: AsyncSession, school_id: int, id: UUID, reason: str | None) -> Any:  # noqa: A002 - the column's name
    """A new current card key; the others stay accepted, and each card moves at its next tap. Returns what may be told of it (`PUBLIC`).

    `id` is made by the client: the same again is harmless, with another reason a CONFLICT. TOO_MANY: eight keys are accepted, retire one first.
    """
    reason = None if reason is None else line(reason, "reason", LONGEST_REASON)
    if await session.scalar(sa.select(School.id).where(School.id == school_id)) is None:
        raise not_found()
    stored = await _find(session, Ref(school_id, id))
    if stored is None:
        accepted = await key_ids(session, school_id)
        if len(accepted) >= MOST_KEYS:
            raise Refused(Code.TOO_MANY, f"at most {MOST_KEYS} card keys are accepted at once: retire one first")
        try:
            async with session.begin_nested():
                await _insert(session, school_id, id, reason)
        except sa.exc.IntegrityError:  # repeated at the same moment: the key decides
            pass
        else:
            await outbox.append(session, events.card_key_made(school_id, id, clock.now()))
        stored = await _find(session, Ref(school_id, id))
    if stored is None or stored.reason != reason:
        raise conflict("this id stands for another key")
    return stored


async def cards_under(session: AsyncSession, ref: Ref) -> int:
    """How many active cards a key has: what stops working with it."""
    return (await session.scalars(_count(ref.school_id, ref.id))).one()


async def retire(session: AsyncSession, viewer: Viewer, ref: Ref, *, cards: int | None = None) -> Any:
    """`retire_by_operator` for the office of the school."""
    act_in(viewer, ref.school_id, Role.OFFICE)
    return await retire_by_operator(session, ref, cards=cards)


async def retire_by_operator(session: AsyncSession, ref: Ref, *, cards: int | None = None) -> Any:
    """Accept a key no more: the cards that have not moved from it are unknown from now on, until they are issued anew. Repeating it is harmless.

    `cards`: how many active ones are known to be left under it, however many where it is not given.
    Refused: NOT_FOUND, CONFLICT (the current key: make another first; another number of cards, which is told).
    """
    stored = await _find(session, ref)
    if stored is None:
        raise not_found()
    if stored.retired_at is not None:
        return stored
    if (await key_ids(session, ref.school_id))[0] == ref.id:
        raise conflict("this is the current card key: make another first")
    if cards is not None and (under := await cards_under(session, ref)) != cards:
        raise conflict(f"active cards under this key: {under}, not {cards}")
    now = clock.now()
    retired = await session.execute(
        sa.update(CardKey).where(CardKey.school_id == ref.school_id, CardKey.id == ref.id, CardKey.retired_at.is_(None)).values(retired_at=now)
        .execution_options(synchronize_session=False))
    if retired.rowcount:  # type: ignore[attr-defined]
        await outbox.append(session, events.card_key_retired(ref.school_id, ref.id, now))
    return await _find(session, ref)


async def _find(session: AsyncSession, ref: Ref) -> Any:
    return (await session.execute(sa.select(*PUBLIC).where(CardKey.school_id == ref.school_id, CardKey.id == ref.id))).one_or_none()
