"""A guardianship granted or ended at the same moment, in transactions that really commit: one row, one event, one answer for all."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import UUID

import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncSession

from school.db import Database
from school.errors import Code, Refused
from school.registry import guardianship
from school.registry.models import Guardianship, Relation
from tests.registry.office import Office
from tests.world import build

AT_ONCE = 8
Act = Callable[[AsyncSession], Awaitable[Guardianship]]


@pytest_asyncio.fixture
async def office(database_url: str) -> AsyncIterator[Office]:
    """The small world, with a connection for each task."""
    database = Database(database_url, pool_size=AT_ONCE)
    yield Office(database, await build(database))
    await database.close()


async def race(office: Office, *acts: Act) -> list[UUID | Code]:
    """Each in a transaction of its own, all at once: the id of the row that each is told, or the code of its refusal."""
    gate = asyncio.Barrier(len(acts))

    async def one(act: Act) -> UUID | Code:
        await gate.wait()
        try:
            return (await office.do(act)).id
        except Refused as refused:
            return refused.code

    return await asyncio.gather(*map(one, acts))


def granting(office: Office, relation: Relation) -> Act:
    """The office lets a person answer for boris."""
    return lambda session: guardianship.grant(session, office.viewer("office"), office.person("divorced"), office.person("boris"), relation)


def ending(office: Office) -> Act:
    """The office ends it for vera."""
    return lambda session: guardianship.end(session, office.viewer("office"), office.person("divorced"), office.person("vera"))


async def test_granted_eight_times_at_once_it_is_one(office: Office) -> None:
    answers = await race(office, *[granting(office, Relation.FATHER)] * AT_ONCE)
    [row] = await office.rows(Guardianship, Guardianship.pupil_id == office.world.people["boris"], Guardianship.guardian_id == office.world.people["divorced"])
    assert answers == [row["id"]] * AT_ONCE
    assert [event["kind"] for event in await office.events()] == [guardianship.GRANTED]


async def test_granted_by_two_relations_at_once_one_stands(office: Office) -> None:
    answers = await race(office, *[granting(office, relation) for relation in (Relation.FATHER, Relation.OTHER)] * (AT_ONCE // 2))
    [row] = await office.rows(Guardianship, Guardianship.pupil_id == office.world.people["boris"], Guardianship.guardian_id == office.world.people["divorced"])
    mine, others = (answers[::2], answers[1::2]) if row["relation"] is Relation.FATHER else (answers[1::2], answers[::2])
    assert (mine, others) == ([row["id"]] * (AT_ONCE // 2), [Code.CONFLICT] * (AT_ONCE // 2))
    assert [event["kind"] for event in await office.events()] == [guardianship.GRANTED]


async def test_ended_eight_times_at_once_it_ends_once(office: Office) -> None:
    answers = await race(office, *[ending(office)] * AT_ONCE)
    [row] = await office.rows(Guardianship, Guardianship.pupil_id == office.world.people["vera"], Guardianship.guardian_id == office.world.people["divorced"])
    assert answers == [row["id"]] * AT_ONCE
    assert row["ended_at"] is not None
    assert [event["kind"] for event in await office.events()] == [guardianship.ENDED]
