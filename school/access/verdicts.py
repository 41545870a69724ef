"""Verdicts: whether a card passes a reader now, in the order that docs/gateway.md gives; a gate decides alike from its pass list."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school import clock
from school.access import holders
from school.access.holders import Holder, Rule
from school.access.models import AntiPassback, Direction, Door, DoorReader, Presence
from school.access.rules import MIDNIGHT
from school.outbox import FeedHead
from school.registry.devices import Held
from school.registry.models import CardState, Device, Outcome, Pupil, School, Staff


class Reason(StrEnum):
    """Why a verdict is what it is. A gate's own list may add others, such as NO_LIST: a stored reason is a text."""

    OK = "OK"
    UNKNOWN_READER = "UNKNOWN_READER"
    UNKNOWN_CARD = "UNKNOWN_CARD"
    CARD_BLOCKED = "CARD_BLOCKED"
    NO_RIGHT = "NO_RIGHT"  # no rule for this door, way and date
    NOT_NOW = "NOT_NOW"  # a rule, but not for this day of the week and time
    ALREADY_INSIDE = "ALREADY_INSIDE"
    NOT_INSIDE = "NOT_INSIDE"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a tap is answered, and the version of the data that decided."""

    outcome: Outcome
    reason: Reason
    data_version: str


@dataclass(frozen=True, slots=True)
class Bound:
    """What the reader stands for."""

    door_id: UUID
    direction: Direction
    anti_passback: AntiPassback


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known of a card whose holder belongs to the school."""

    state: CardState
    rules: Sequence[Rule]
    inside: bool


def covers(rule: Rule, bound: Bound, day: dt.date) -> bool:
    """Whether a rule speaks of this door and way on this date at all."""
    return (
        rule.door_id in (None, bound.door_id) and rule.direction in (None, bound.direction)
        and (rule.valid_from is None or rule.valid_from <= day) and (rule.valid_until is None or day <= rule.valid_until)
    )


def allows(rule: Rule, local: dt.datetime) -> bool:
    """Whether a rule allows this weekday and school-local time."""
    time = local.time()
    return bool(rule.weekdays >> local.weekday() & 1) and rule.starts_at <= time and (rule.ends_at == MIDNIGHT or time < rule.ends_at)


def judge(bound: Bound | None, entry: Entry | None, local: dt.datetime) -> tuple[Outcome, Reason]:
    """The verdict at a school-local time; the first match of the documented order wins. Pure."""
    if bound is None:
        return Outcome.REFUSE, Reason.UNKNOWN_READER
    if entry is None:
        return Outcome.REFUSE, Reason.UNKNOWN_CARD
    if entry.state is not CardState.ACTIVE:
        return Outcome.REFUSE, Reason.CARD_BLOCKED
    covering = [rule for rule in entry.rules if covers(rule, bound, local.date())]
    if not covering:
        return Outcome.REFUSE, Reason.NO_RIGHT
    if not any(allows(rule, local) for rule in covering):
        return Outcome.REFUSE, Reason.NOT_NOW
    if bound.direction is Direction.IN and entry.inside and bound.anti_passback is not AntiPassback.OFF:
        return (Outcome.REFUSE if bound.anti_passback is AntiPassback.HARD else Outcome.ADMIT), Reason.ALREADY_INSIDE
    if bound.direction is Direction.OUT and not entry.inside:
        return Outcome.ADMIT, Reason.NOT_INSIDE
    return Outcome.ADMIT, Reason.OK


async def decide(session: AsyncSession, device: Device | Held, reader: str, card: Any, at: dt.datetime) -> Verdict:
    """The verdict of the server for a gate's reader, by one statement, or two where rules are asked for. Changes nothing."""
    person_id = card.person_id if card else None
    row = (await session.execute(
        sa.select(
            School.time_zone, sa.select(FeedHead.seq).scalar_subquery().label("seq"), DoorReader.door_id, DoorReader.direction, Door.anti_passback,
            Presence.inside, *holders.COLUMNS,
        )
        .outerjoin(DoorReader, sa.and_(DoorReader.school_id == School.id, DoorReader.device_id == device.id, DoorReader.reader == reader))
        .outerjoin(Door, sa.and_(Door.school_id == DoorReader.school_id, Door.id == DoorReader.door_id))
        .outerjoin(Pupil, sa.and_(Pupil.school_id == School.id, Pupil.id == person_id))
        .outerjoin(Staff, sa.and_(Staff.school_id == School.id, Staff.id == person_id))
        .outerjoin(Presence, sa.and_(Presence.school_id == School.id, Presence.person_id == person_id))
        .where(School.id == device.school_id))).one()
    local = at.astimezone(clock.zone(row.time_zone))
    bound = None if row.door_id is None else Bound(row.door_id, row.direction, row.anti_passback)
    entry = None
    if card is not None:
        holder = Holder.of(row, card.person_id, local.date())
        rules: Sequence[Rule] = ()
        if holder.current and bound is not None and card.state is CardState.ACTIVE:
            rules = (await holders.rulebook(session, device.school_id, local.date(), holder=holder)).held_by(holder)
        entry = Entry(card.state, rules, bool(row.inside)) if holder.current else None
    return Verdict(*judge(bound, entry, local), str(row.seq or 0))
