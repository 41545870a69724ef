"""The serving process: what was read through it is in the record when it has ended in order."""

import signal
from pathlib import Path

import pytest
import sqlalchemy as sa

from school.context import Role
from school.db import Database
from school.record.models import Record
from tests.service_process import Service, give_passwords
from tests.world import build


@pytest.mark.once
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
async def test_an_orderly_stop_loses_no_read(database_url: str, database: Database, tmp_path: Path, how: signal.Signals) -> None:
    world = await build(database)
    await give_passwords(database, "parent", "office")
    with Service(database_url, tmp_path) as service:
        parent, office = service.sign_in("parent"), service.sign_in("office")
        assert len(service.graphql("{ me { children { id } } }", token=parent)["data"]["me"]["children"]) == 3
        assert len(service.graphql("{ pupils { edges { node { id } } } }", token=office)["data"]["pupils"]["edges"]) == 3
        assert service.stop(how) == 0
        assert "Traceback" not in service.log.read_text()
    async with database.read() as session:
        found = (await session.execute(sa.select(Record.role, Record.person_id, Record.account_id))).all()
    names = {person: name for name, person in world.people.items()}
    assert {(row.role, names[row.person_id], row.account_id) for row in found} == {
        *((Role.GUARDIAN, child, world.accounts["parent"]) for child in ("anna", "vera", "gleb")),
        *((Role.OFFICE, child, world.accounts["office"]) for child in ("anna", "boris", "vera")),
    }
    assert len(found) == 6
