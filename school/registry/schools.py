"""Schools: founded from nothing by whoever operates the service, with the first of their staff."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school.errors import bad_input, conflict
from school.ids import Ref
from school.money import CURRENCIES
from school.registry import card_keys
from school.registry.enrolment import Name, hire
from school.registry.models import School
from school.registry.texts import line

LARGEST_ID = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Founder:
    """The first of the staff, and what they are."""

    family_name: str
    given_name: str
    patronymic: str | None
    position: str


async def found(
    session: AsyncSession, school_id: int | None, name: str, short_name: str, time_zone: str, currency: str, founder: Founder,
) -> Ref:
    """A school with its card key and one member of its staff, who is returned; its number is the next free one where none is given.

    Refused: BAD_INPUT (a time zone or currency that there is not, a number out of range), CONFLICT (the number or the name is a school's already).
    """
    name, short_name = line(name, "name", 200), line(short_name, "short name", 60)
    try:
        ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise bad_input("time zone must be a name of the tz database, for example Europe/Moscow") from None
    if currency not in CURRENCIES:
        raise bad_input(f"currency must be one of {', '.join(CURRENCIES)}")
    if school_id is not None and not 0 < school_id <= LARGEST_ID:
        raise bad_input(f"id must lie between 1 and {LARGEST_ID}")
    if await session.scalar(sa.select(School.id).where(sa.or_(School.id == school_id, School.name == name)).limit(1)) is not None:
        raise conflict("there is a school of this number or name already")
    number = school_id or (await session.scalar(sa.select(sa.func.max(School.id))) or 0) + 1
    try:
        async with session.begin_nested():
            session.add(School(id=number, name=name, short_name=short_name, time_zone=time_zone, currency=currency))
    except sa.exc.IntegrityError:  # founded at the same moment
        raise conflict("there is a school of this number or name already") from None
    await card_keys.make_first_key(session, number)
    return await hire(session, number, Name(founder.family_name, founder.given_name, founder.patronymic), founder.position)
