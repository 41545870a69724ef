"""Build the seed: both schools, day after day, in one transaction: an interrupted seed leaves nothing."""

import datetime as dt
import secrets
from collections.abc import Callable, Mapping

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school.db import Database
from school.errors import Code, Refused
from school.registry.models import School
from school.seed.absence import write_notices
from school.seed.campus import Campus, Entropy, at
from school.seed.diary import Diarist
from school.seed.dice import Dice
from school.seed.faces import photograph
from school.seed.founding import found
from school.seed.gates import Porter
from school.seed.logins import open_accounts
from school.seed.materials import hand_out
from school.seed.meals import Canteen
from school.seed.people import gather
from school.seed.plan import Size, lay_calendar, plan_schools
from school.seed.roll import Health, call_roll
from school.seed.terms import end_term
from school.seed.words import write as write_words
from school.seed.writer import Writer
from school.seed.year import lay_year
from school.store import Store

Tell = Callable[[int, int], None]
"""Told how far the seed is: steps done, steps in all."""
NUMBER = 1284
"""The seed number of the demo."""


async def is_empty(session: AsyncSession) -> bool:
    """Whether the database holds no school yet."""
    return await session.scalar(sa.select(School.id).limit(1)) is None


async def build(
    database: Database, passwords: Mapping[str, str], today: dt.date, *, size: Size = Size.FULL, number: int = NUMBER, tell: Tell = lambda _done, _all: None,
    entropy: Entropy = secrets.token_bytes, store: Store | None = None,
) -> int:
    """Seed an empty database for this school-local date; the number of rows written. With a store most have a photo.

    Refused (CONFLICT) when there is a school already.
    """
    calendar, plans = lay_calendar(today, size), plan_schools(size)
    steps = len(plans) * (len(calendar.past) + 2) + 1
    done = 0
    async with database.begin() as session:
        if not await is_empty(session):
            raise Refused(Code.CONFLICT, "The database is not empty: a seed needs one without schools.")
        writer = Writer(session)
        campuses: list[Campus] = []
        for plan in plans:
            dice = Dice(number, plan.school_id, "founding")
            elsewhere = campuses[0].people.families[:plan.shared_families] if campuses else []
            shared = (campuses[0].mathematician(), campuses[0].people.inspector) if campuses else (None, None)
            people = gather(plan, dice, at(calendar.begins, dt.time(7)), elsewhere, *shared)
            campuses.append(found(plan, calendar, people, dice, writer, entropy))
            await writer.flush()
            tell(done := done + 1, steps)
        if store is not None:
            for campus in campuses:
                await photograph(campus, Dice(number, campus.school_id, "faces"), writer, store)
        for campus in campuses:
            end_term(campus, Dice(number, campus.school_id, "terms"), writer)
            lay_year(campus, Dice(number, campus.school_id, "year"), writer)
        open_accounts(campuses, passwords, Dice(number, "accounts"), writer)
        await writer.flush()
        tell(done := done + 1, steps)
        for campus in campuses:
            done = await _live(session, campus, number, writer, entropy, lambda done: tell(done, steps), done)
        if store is not None:
            await hand_out(session, campuses[0], Dice(number, campuses[0].school_id, "materials"), writer, store)
            await writer.flush()
    return writer.written


async def _live(
    session: AsyncSession, campus: Campus, number: int, writer: Writer, entropy: Entropy, tell: Callable[[int], None], done: int,
) -> int:
    """Live through the past days of a school."""
    dice = {purpose: Dice(number, campus.school_id, purpose) for purpose in ("health", "roll", "diary", "meals", "gates", "notices")}
    health, diarist = Health(dice["health"]), Diarist(campus, dice["diary"], writer)
    canteen, porter = Canteen(campus, dice["meals"], writer), Porter(campus, dice["gates"], writer, entropy)
    for date in campus.calendar.past:
        roll = call_roll(campus, date, health, dice["roll"])
        diarist.write(roll)
        canteen.write(roll)
        if date >= campus.calendar.passages_from:
            porter.write(roll)
        await writer.flush()
        tell(done := done + 1)
    write_notices(campus, roll, dice["notices"], writer)
    porter.close()
    write_words(campus, Dice(number, campus.school_id, "words"), writer)
    await writer.flush()
    await canteen.close(session)
    tell(done := done + 1)
    return done
