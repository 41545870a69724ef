"""What the tests compare before and after: no change of a row goes unnoticed."""

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa

from school.db import Base, Database
from school.outbox import FeedHead
from school.registry.models import Device, Person
from tests.contents import contents
from tests.world import build

TABLES = [table.__table__ for table in (Person, Device, FeedHead)]


@pytest.mark.parametrize(("table", "values"), [
    (Person, {"patronymic": ""}), (Person, {"patronymic": "NULL"}), (Device, {"public_key": b"\0"}), (Device, {"counter": 7}),
    (Device, {"revoked_at": dt.datetime(2026, 9, 7, 9, 0, 0, 1, tzinfo=dt.UTC)}),
])
async def test_a_changed_column_is_noticed(database: Database, table: type[Base], values: dict[str, Any]) -> None:
    world = await build(database)
    before = await contents(database, TABLES)
    assert await contents(database, TABLES) == before
    async with database.begin() as session:
        await session.execute(sa.update(table).where(table.id.in_([world.people["anna"], world.devices["desk"]])).values(**values))  # type: ignore[attr-defined]
    after = await contents(database, TABLES)
    assert [name for name in before if after[name] != before[name]] == [table.__tablename__]
    assert await contents(database, TABLES, without=values) == {**before, **await contents(database, [table.__table__], without=values)}


async def test_a_row_that_comes_or_goes_is_noticed(database: Database) -> None:
    world = await build(database)
    before = await contents(database, TABLES)
    async with database.begin() as session:
        await session.execute(sa.delete(Device).where(Device.id == world.devices["desk"]))
    after = await contents(database, TABLES)
    assert (len(before["device"]), len(after["device"])) == (3, 2)
    assert set(after["device"]) < set(before["device"])
    assert set(before) == {"person", "device", "feed_head"}
    assert len(before["person"]) == len(world.people)
