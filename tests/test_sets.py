"""Sets of rows in statements that are compiled once: every kind of value comes back as it was, nothing else is touched, and what is too long is not cut."""

import datetime as dt
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
import sqlalchemy as sa

from school import ids, sets
from school.db import Database, Rows
from school.registry.models import Device, DeviceKind, Outcome, Person, Tap
from school.sets import Addition, Asked, Change, RowSet
from school.statements import Read
from tests.statements import statements
from tests.world import World, build

MOMENT = dt.datetime(2026, 9, 7, 9, 0, 0, 123456, dt.UTC)
PERSONS = RowSet.of("wanted", Person, "school_id", "id")


@Read
def named(_service: Any, dialect: str) -> Rows:
    wanted = PERSONS.table(dialect)
    return sa.select(Person.id, Person.family_name).join(wanted, sa.and_(Person.school_id == wanted.c.school_id, Person.id == wanted.c.id))


@pytest_asyncio.fixture
async def house(database: Database) -> AsyncIterator[tuple[Database, World]]:
    yield database, await build(database)


def tap(world: World, sequence: int, **values: Any) -> dict[str, Any]:
    return {
        "school_id": 1, "device_id": world.devices["gate"], "sequence": sequence, "id": ids.new(), "digest": bytes(range(32)), "reader": "ворота, \"in\"",
        "token": b"\0" * 32, "key_id": "k", "person_id": None, "device_at": MOMENT, "happened_at": MOMENT - dt.timedelta(days=400), "received_at": MOMENT,
        "late": True, "suspect": False, "outcome": Outcome.REFUSE, "reason": "NO_LIST", "data_version": None, **values,
    }


async def rows(database: Database, table: Any) -> list[dict[str, Any]]:
    async with database.read() as session:
        return [dict(row._mapping) for row in await session.execute(sa.select(*table.__table__.c).order_by(*table.__table__.primary_key))]


async def test_what_is_added_comes_back_as_it_was(house: tuple[Database, World]) -> None:
    database, world = house
    added = [tap(world, 1), tap(world, 2, person_id=world.people["anna"], outcome=Outcome.ADMIT, late=False, data_version="17"), tap(world, 2**31 - 1)]
    async with database.begin() as session:
        with statements(database) as sent:
            await Addition(Tap).run(session, added)
            await Addition(Tap).run(session, [])
    assert (await rows(database, Tap), sent) == (added, ["INSERT"])


async def test_a_change_is_of_its_own_rows(house: tuple[Database, World]) -> None:
    database, world = house
    before = await rows(database, Device)
    values: dict[str, Any] = {"counter": 2**63 - 1, "next_key": b"\xff" * 32, "seen_at": MOMENT, "readers": [["in", "ok"], "ё"], "kind": DeviceKind.DESK}
    other: dict[str, Any] = {"counter": 0, "next_key": None, "seen_at": None, "readers": [], "kind": DeviceKind.GATE}
    keys = [{"school_id": 1, "id": world.devices[name]} for name in ("gate", "canteen")]
    change = Change(Device, ("school_id", "id"), *values)
    async with database.begin() as session:
        with statements(database) as sent:
            await change.run(session, [keys[0] | values, keys[1] | other, {"school_id": 2, "id": world.devices["desk"], **values}])
    expected: dict[UUID, dict[str, Any]] = {world.devices["gate"]: values, world.devices["canteen"]: other}
    assert (await rows(database, Device), sent) == ([row | expected.get(row["id"], {}) for row in before], ["UPDATE"])


async def test_several_are_fetched_in_one_round_trip(house: tuple[Database, World]) -> None:
    database, world = house
    anna, boris = ((1, world.people[name]) for name in ("anna", "boris"))
    async with database.read() as session:
        with statements(database) as sent:
            found = await sets.fetch(session, *(Asked(named, PERSONS, wanted) for wanted in ([anna, boris], [], [boris, (2, anna[1])])))
    names = {row.id: row.family_name for row in found[0]}
    assert (set(names), found[1], [row.id for row in found[2]]) == ({anna[1], boris[1]}, [], [boris[1]])
    assert names == {row["id"]: row["family_name"] for row in await rows(database, Person) if row["id"] in names}
    assert sent == ["SELECT"] * (3 if database.sqlite else 1)


async def test_what_the_session_knows_is_written_before(house: tuple[Database, World]) -> None:
    database, world = house
    anna: UUID = world.people["anna"]
    async with database.begin() as session:
        (await session.get_one(Person, (1, anna))).family_name = "Новая"
        [[row]] = await sets.fetch(session, Asked(named, PERSONS, [(1, anna)]))
    assert row.family_name == "Новая"


async def test_a_text_that_is_too_long_is_not_cut(house: tuple[Database, World]) -> None:
    database, world = house
    if database.sqlite:
        return  # it has no lengths
    with pytest.raises(sa.exc.DBAPIError, match="too long"):
        async with database.begin() as session:
            await Addition(Tap).run(session, [tap(world, 1, reader="x" * 81)])
    assert await rows(database, Tap) == []
