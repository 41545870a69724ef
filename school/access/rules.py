"""Door rules: the office says who may pass which door, and when."""

import dataclasses
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school import clock, outbox
from school.access import events
from school.access.models import Audience, Direction, Door, DoorRule
from school.access.upserts import insert_once
from school.context import Role, Viewer, act_in
from school.errors import Code, Refused, bad_input, conflict, not_found
from school.ids import Ref
from school.registry.models import ClassGroup, Person

MOST_RULES = 5000
"""The most rules in force at one school; a gate refuses a list above 20,000."""
MIDNIGHT = dt.time()


class Weekday(IntEnum):
    """A day of the week; its bit is `1 << value`."""

    MONDAY = 0
    TUESDAY = 1
    WEDNESDAY = 2
    THURSDAY = 3
    FRIDAY = 4
    SATURDAY = 5
    SUNDAY = 6


def weekday_bits(days: Iterable[Weekday]) -> int:
    """The bits of some days."""
    return sum(1 << day for day in set(days))


def weekdays_of(bits: int) -> list[Weekday]:
    """The days of some bits, Monday first."""
    return [day for day in Weekday if bits >> day & 1]


def read_time(text: str, name: str, *, end: bool = False) -> dt.time:
    """Read `HH:MM`; an end may be `24:00`, which is kept as midnight. Anything else is refused."""
    if end and text == "24:00":
        return MIDNIGHT
    try:
        value = dt.time.fromisoformat(text)
    except ValueError:
        value = None
    if value is None or value.strftime("%H:%M") != text or (end and value == MIDNIGHT):
        raise bad_input(f'{name} must be "HH:MM"')
    return value


def write_time(value: dt.time, *, end: bool = False) -> str:
    """The text that `read_time` reads."""
    return "24:00" if end and value == MIDNIGHT else value.strftime("%H:%M")


@dataclass(frozen=True, slots=True)
class Terms:
    """What a rule says. Times are school-local, from inclusive to exclusive; an end of midnight is the day's end. Null doors and ways mean all."""

    audience: Audience
    weekdays: int
    starts_at: dt.time
    ends_at: dt.time
    door_id: UUID | None = None
    direction: Direction | None = None
    class_group_id: UUID | None = None
    person_id: UUID | None = None
    valid_from: dt.date | None = None
    valid_until: dt.date | None = None

    def check(self) -> None:
        """Refuse what could never be meant: no day, a span that is empty or crosses midnight, seconds, an audience without its subject."""
        if not 1 <= self.weekdays <= 127:
            raise bad_input("weekdays must name at least one day")
        if any(time.second or time.microsecond or time.tzinfo for time in (self.starts_at, self.ends_at)):
            raise bad_input("startsAt and endsAt are whole minutes of the school's day")
        if self.ends_at != MIDNIGHT and self.starts_at >= self.ends_at:
            raise bad_input("startsAt must be before endsAt; a night is two rules")
        if self.valid_from and self.valid_until and self.valid_from > self.valid_until:
            raise bad_input("validFrom must not be after validUntil")
        if (self.audience is Audience.CLASS_GROUP) != (self.class_group_id is not None):
            raise bad_input("classGroupId belongs to the audience CLASS_GROUP, and to no other")
        if (self.audience is Audience.PERSON) != (self.person_id is not None):
            raise bad_input("personId belongs to the audience PERSON, and to no other")


_COLUMNS = tuple(field.name for field in dataclasses.fields(Terms))


async def add_rule(session: AsyncSession, viewer: Viewer, school_id: int, rule_id: UUID, terms: Terms) -> DoorRule:
    """The office adds a rule; the same id with the same terms is harmless, with others a CONFLICT. Refused as absent: another school's door, class, person,
    and a class that has ended."""
    act_in(viewer, school_id, Role.OFFICE)
    terms.check()
    await _check_subjects(session, school_id, terms)
    now = clock.now()
    values: dict[str, Any] = {name: getattr(terms, name) for name in _COLUMNS}
    if not await insert_once(session, DoorRule, {"school_id": school_id, "id": rule_id, **values, "made_at": now, "ended_at": None}):
        stored = await session.get_one(DoorRule, (school_id, rule_id))
        if any(getattr(stored, name) != value for name, value in values.items()):
            raise conflict("This id stands for another rule.")
        return stored
    in_force = await session.scalar(sa.select(sa.func.count()).where(DoorRule.school_id == school_id, DoorRule.ended_at.is_(None)))
    if (in_force or 0) > MOST_RULES:
        raise Refused(Code.TOO_MANY, f"A school has at most {MOST_RULES} rules in force.")
    rule = await session.get_one(DoorRule, (school_id, rule_id))
    await outbox.append(session, events.rules_changed(rule, now))
    return rule


async def _check_subjects(session: AsyncSession, school_id: int, terms: Terms) -> None:
    subjects = ((Door, terms.door_id), (ClassGroup, terms.class_group_id), (Person, terms.person_id))
    asked = [
        sa.exists().where(model.school_id == school_id, model.id == id_, *((ClassGroup.closed_on.is_(None),) if model is ClassGroup else ()))
        for model, id_ in subjects if id_ is not None]
    if asked and not all((await session.execute(sa.select(*asked))).one()):
        raise not_found()


async def end_rule(session: AsyncSession, viewer: Viewer, rule: Ref) -> DoorRule:
    """The office ends a rule now; to end it twice is harmless."""
    act_in(viewer, rule.school_id, Role.OFFICE)
    now = clock.now()
    ended = await session.scalar(
        sa.update(DoorRule).where(DoorRule.school_id == rule.school_id, DoorRule.id == rule.id, DoorRule.ended_at.is_(None))
        .values(ended_at=now).returning(DoorRule.id).execution_options(synchronize_session=False))
    stored = await session.get(DoorRule, (rule.school_id, rule.id), populate_existing=True)
    if stored is None:
        raise not_found()
    if ended is not None:
        await outbox.append(session, events.rules_changed(stored, now))
    return stored
