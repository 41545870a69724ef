"""The pass list from which a gate decides by itself: whole, or what changed since a version. A version is a number of the feed."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school import clock, ids
from school.access import events, holders
from school.access.holders import Holder, Rulebook
from school.access.models import AntiPassback, Direction, Door, DoorReader, Presence
from school.access.rules import write_time
from school.db import Column, Rows
from school.outbox import PASSES, FeedHead, FeedRow
from school.registry.events import CARD_KEY_MADE, DEVICE_REVOKED, SCALE_RENAMED, SUBJECT_RENAMED
from school.registry.models import Card, CardKey, CardState, Device, FormerToken, Pupil, School, Staff

MOST_CHANGED = 500
"""A delta of more persons than this is no smaller than the whole list."""
OLDEST = dt.timedelta(days=7)
"""A list older than this is not worth reading the feed for."""
_OF_NO_ENTRY = (events.BINDINGS_CHANGED, CARD_KEY_MADE, DEVICE_REVOKED, SCALE_RENAMED, SUBJECT_RENAMED)
"""Events that wake the gates, and by which nobody's entry changes."""


@dataclass(frozen=True, slots=True)
class ReaderBinding:
    """What a reader of the asking device stands for; `door` is an opaque id."""

    name: str
    door: str
    direction: Direction
    anti_passback: AntiPassback


@dataclass(frozen=True, slots=True)
class PassRule:
    """A rule in force; ids are opaque, times `HH:MM`, dates ISO 8601."""

    id: str
    door: str | None
    direction: Direction | None
    weekdays: int
    starts_at: str
    ends_at: str
    valid_from: str | None
    valid_until: str | None


@dataclass(frozen=True, slots=True)
class PassEntry:
    """A card, its holder's rules and presence."""

    token: str
    key_id: str
    holder: str
    state: CardState
    rules: list[str]
    inside: bool | None
    changed_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class PassList:
    """As docs/gateway.md has it, but for the card keys, which are the registry's."""

    version: str
    full: bool
    time_zone: str
    readers: list[ReaderBinding]
    rules: list[PassRule]
    entries: list[PassEntry]
    removed: list[str]


@dataclass(frozen=True, slots=True)
class _Changes:
    """Who changed since a version: these persons, and whoever left from a date on, for no event falls on that day."""

    persons: frozenset[UUID]
    left_since: dt.date


def read_version(since: str | None) -> int | None:
    """The number of a version; None for what is no version of ours."""
    return int(since) if since is not None and since.isascii() and since.isdigit() and len(since) <= 18 else None


async def is_newer(session: AsyncSession, device: Device, since: str | None) -> bool:
    """Whether there is anything to tell a gate that has this version: what a long-poll waits for. One statement."""
    known = read_version(since)
    if known is None:
        return True
    return bool(await session.scalar(sa.select(
        sa.exists().where(*_followed(device), FeedRow.seq > known) | (sa.func.coalesce(sa.select(FeedHead.seq).scalar_subquery(), 0) < known))))


def _followed(device: Device) -> tuple[sa.ColumnElement[bool], ...]:
    return FeedRow.school_id == device.school_id, FeedRow.topic_kind == PASSES.kind, FeedRow.topic_id == PASSES.id


async def pass_list(session: AsyncSession, device: Device, since: str | None) -> PassList:
    """The whole list, or the changes since a version: whole if that is unknown, over a week old, from the future (the database was restored), or if
    more than 500 persons or a rule for many changed. Three statements, four for changes.

    The version is read before the data, in the same transaction: what is published up to it was committed, hence is in the data; the data may
    know more, which then comes again with the next version and is harmless. Bindings and rules are always whole.
    """
    known = read_version(since)
    head = (await session.execute(_head(device, known))).all()
    now, zone, version = clock.now(), head[0].time_zone, head[0].seq or 0
    today = clock.school_date(now, zone)
    changes: _Changes | None = None
    if known is not None and known == version:
        day = today if head[0].known_at is None else clock.school_date(head[0].known_at, zone)
        changes = _Changes(frozenset(), min(day, today) + dt.timedelta(days=1))  # a quiet midnight has its leavers too
    elif known is not None and known < version and head[0].known_at is not None and head[0].known_at > now - OLDEST:
        changes = await _changes(session, device, known, version, clock.school_date(head[0].known_at, zone))
    # A gate's day may begin a little later than ours, so yesterday's rules stay.
    book = await holders.rulebook(session, device.school_id, today - dt.timedelta(days=1))
    entries: list[PassEntry] = []
    removed: list[str] = []
    if changes is None or changes.persons or changes.left_since <= today:
        entries, removed = await _entries(session, device.school_id, book, today, changes)
    return PassList(
        version=str(version), full=changes is None, time_zone=zone, readers=_bindings(head, device.school_id), rules=_rules(book, device.school_id),
        entries=entries, removed=removed,
    )


def _head(device: Device, known: int | None) -> Rows:
    """School, version and bindings at once: one row for each bound reader, at least one. `known_at`: when the known version was published."""
    known_at = sa.select(FeedRow.published_at).where(FeedRow.seq <= (known or 0)).order_by(FeedRow.seq.desc()).limit(1).scalar_subquery()
    return (
        sa.select(
            School.time_zone, sa.select(FeedHead.seq).scalar_subquery().label("seq"), known_at.label("known_at"),
            DoorReader.reader, DoorReader.door_id, DoorReader.direction, Door.anti_passback,
        )
        .outerjoin(DoorReader, sa.and_(DoorReader.school_id == School.id, DoorReader.device_id == device.id))
        .outerjoin(Door, sa.and_(Door.school_id == DoorReader.school_id, Door.id == DoorReader.door_id))
        .where(School.id == device.school_id).order_by(DoorReader.reader)
    )


async def _changes(session: AsyncSession, device: Device, known: int, version: int, left_since: dt.date) -> _Changes | None:
    """Who changed between two versions; None if that is not so few, or an event names nobody, which concerns all."""
    person = FeedRow.payload["person_id"].as_string()
    persons = (await session.scalars(
        sa.select(person).distinct()
        .where(*_followed(device), FeedRow.seq > known, FeedRow.seq <= version, FeedRow.kind.not_in(_OF_NO_ENTRY)).limit(MOST_CHANGED + 1))).all()
    if len(persons) > MOST_CHANGED or None in persons:
        return None
    return _Changes(frozenset(UUID(person) for person in persons), left_since)


async def _entries(
    session: AsyncSession, school_id: int, book: Rulebook, today: dt.date, changes: _Changes | None,
) -> tuple[list[PassEntry], list[str]]:
    """The entries of those who belong to the school; and what to forget of those who changed: tokens of who does not, and former ones of cards that moved."""
    statement = (
        sa.select(
            Card.person_id, Card.token, Card.key_id, Card.state, CardKey.retired_at, Presence.inside, Presence.changed_at, *holders.COLUMNS)
        .join(CardKey, sa.and_(CardKey.school_id == Card.school_id, CardKey.id == Card.key_id))
        .outerjoin(Pupil, sa.and_(Pupil.school_id == Card.school_id, Pupil.id == Card.person_id))
        .outerjoin(Staff, sa.and_(Staff.school_id == Card.school_id, Staff.id == Card.person_id))
        .outerjoin(Presence, sa.and_(Presence.school_id == Card.school_id, Presence.person_id == Card.person_id))
        .where(Card.school_id == school_id).order_by(Card.id)
    )
    if changes is None:
        statement = statement.where(_belongs(Pupil.id, Pupil.left_on, today) | _belongs(Staff.id, Staff.left_on, today), CardKey.retired_at.is_(None))
    else:
        moved = sa.and_(FormerToken.school_id == Card.school_id, FormerToken.card_id == Card.id)
        statement = statement.add_columns(FormerToken.token.label("former")).outerjoin(FormerToken, moved).where(
            Card.person_id.in_(changes.persons) | Pupil.left_on.between(changes.left_since, today) | Staff.left_on.between(changes.left_since, today))
    entries, removed = [], []
    held: dict[Holder, list[str]] = {}
    last: bytes | None = None  # the rows of a card with several former tokens lie together
    for row in (await session.execute(statement)).all():
        if changes is not None and row.former is not None:
            removed.append(row.former.hex())
        if row.token == last:
            continue
        last, holder = row.token, Holder.of(row, row.person_id, today)
        if not holder.current or row.retired_at is not None:
            removed.append(row.token.hex())
            continue
        if holder not in held:
            held[holder] = [ids.encode(ids.Kind.DOOR_RULE, school_id, rule.id) for rule in book.held_by(holder)]
        entries.append(PassEntry(
            token=row.token.hex(), key_id=str(row.key_id), holder=ids.encode(ids.Kind.PERSON, school_id, row.person_id), state=row.state,
            rules=held[holder], inside=row.inside, changed_at=row.changed_at,
        ))
    return entries, removed


def _belongs(id_: Column, left_on: Column, today: dt.date) -> sa.ColumnElement[bool]:
    return sa.and_(id_.is_not(None), sa.or_(left_on.is_(None), left_on > today))


def _bindings(head: Sequence[Any], school_id: int) -> list[ReaderBinding]:
    return [
        ReaderBinding(row.reader, ids.encode(ids.Kind.DOOR, school_id, row.door_id), row.direction, row.anti_passback)
        for row in head if row.reader is not None
    ]


def _rules(book: Rulebook, school_id: int) -> list[PassRule]:
    return [
        PassRule(
            id=ids.encode(ids.Kind.DOOR_RULE, school_id, rule.id), door=ids.encode(ids.Kind.DOOR, school_id, rule.door_id) if rule.door_id else None,
            direction=rule.direction, weekdays=rule.weekdays, starts_at=write_time(rule.starts_at), ends_at=write_time(rule.ends_at, end=True),
            valid_from=rule.valid_from.isoformat() if rule.valid_from else None, valid_until=rule.valid_until.isoformat() if rule.valid_until else None,
        )
        for rule in book.rules
    ]
