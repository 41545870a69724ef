"""Kept names are forgotten by every process once an event says that one of the school's has changed, and whenever events are not heard of."""

import asyncio
import datetime as dt

import sqlalchemy as sa

from school.db import Database
from school.ids import Ref
from school.record import erasure
from school.registry import subjects
from school.registry.models import Staff, Subject
from tests.delivery.house import House, eventually, house, postgresql_only
from tests.world import World


async def erase_teacher(database: Database, world: World) -> None:
    """The teacher has left, and the office has them erased."""
    async with database.begin() as session:
        await session.execute(sa.update(Staff).where(Staff.id == world.people["teacher"]).values(left_on=dt.date(2020, 1, 1)))
    async with database.begin() as session:
        await erasure.erase(session, Ref(1, world.people["teacher"]), "by request")


def keep(here: House, *refs: Ref) -> None:
    """Keep a name under each."""
    for ref in refs:
        here.names.keep(ref, "a name", here.names.changes)


async def test_an_erased_name_is_forgotten_and_another_school_s_stays(database: Database, database_url: str, world: World) -> None:
    erased, other = Ref(1, world.people["teacher"]), Ref(2, world.people["teacher2"])
    async with house(database_url) as here:
        await eventually(lambda: here.hub.flowing)
        keep(here, erased, other)
        await erase_teacher(database, world)
        await eventually(lambda: here.names.find(erased) is None)
        assert here.names.find(other) == "a name"


async def test_a_subject_s_old_name_is_forgotten(database: Database, database_url: str, world: World) -> None:
    async with house(database_url) as here, database.read() as session:
        subject = Ref(1, (await session.scalars(sa.select(Subject.id).where(Subject.school_id == 1))).one())
        await eventually(lambda: here.hub.flowing)
        keep(here, subject)
        async with database.begin() as writing:
            await subjects.change(writing, world.viewers["office"], subject, name="Алгебра и начала анализа", in_use=True)
        await eventually(lambda: here.names.find(subject) is None)


@postgresql_only
async def test_every_process_forgets_it(database: Database, database_url: str, world: World) -> None:
    """Also the one that does not publish the event."""
    erased = Ref(1, world.people["teacher"])
    async with house(database_url) as one, house(database_url, relays=False) as two:
        for each in (one, two):
            await eventually(lambda each=each: each.hub.flowing)  # type: ignore[misc]
            keep(each, erased)
        await erase_teacher(database, world)
        await asyncio.gather(*(eventually(lambda each=each: each.names.find(erased) is None) for each in (one, two)))  # type: ignore[misc]


async def test_a_paused_delivery_forgets_all_and_keeps_nothing(database_url: str, world: World) -> None:
    ref = Ref(1, world.people["teacher"])
    async with house(database_url, relays=False) as here:
        await eventually(lambda: here.hub.flowing)
        keep(here, ref)
        here.hub.pause()
        assert here.names.find(ref) is None
        keep(here, ref)
        assert here.names.find(ref) is None
        await here.hub.resume()
        keep(here, ref)
        assert here.names.find(ref) == "a name"
