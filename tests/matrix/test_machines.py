"""The matrix of the machines' API: every operation, asked by every kind of device, against what docs/permissions.md declares."""

from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
import pytest_asyncio
import sqlalchemy as sa
from graphql import GraphQLSchema, print_type

from school import ids
from school.db import Database
from school.gateway.schema import machines
from school.ids import Kind
from school.registry.models import DeviceKind
from tests.gateway.device import Device
from tests.gateway.lodge import Lodge, lodge_at
from tests.matrix.asking import DONE, EMPTY
from tests.matrix.documents import document, things
from tests.matrix.question import About, Question
from tests.matrix.table import KINDS, MACHINES, read, row
from tests.matrix.test_matrix import fields_of

OPERATIONS, TYPES = MACHINES
TABLE = read()
DENIED = {"NOT_ALLOWED": "x", "REVOKED": "r", "UNKNOWN_DEVICE": "u"}


def schema() -> GraphQLSchema:
    """The machines'."""
    found: GraphQLSchema = machines().graphql_schema
    return found


def operations() -> dict[str, str]:
    """Query or mutation, by the root field's name."""
    made = schema()
    assert made.query_type is not None
    assert made.mutation_type is not None
    assert made.subscription_type is None
    return {**dict.fromkeys(made.query_type.fields, "query"), **dict.fromkeys(made.mutation_type.fields, "mutation")}


@pytest_asyncio.fixture
async def lodge(database: Database) -> AsyncIterator[Lodge]:
    """The gateway in front of the small world."""
    async with lodge_at(database) as made:
        yield made


@pytest.mark.house
def test_every_field_is_in_the_table() -> None:
    assert set(operations()) == set(TABLE.sections[OPERATIONS])
    assert fields_of(schema()) == TABLE.names(TYPES)


async def devices(lodge: Lodge) -> dict[str, Device]:
    """One of each kind: a stranger with a code, one that nobody knows, one that was revoked, one of a kind that this version does not know."""
    found = {name: await lodge.device(name) for name in ("gate", "canteen", "desk")}
    found["stranger"] = lodge.stranger(DeviceKind.DESK)
    found["unknown"] = Device(lodge.client, lodge.world, DeviceKind.GATE, ids.encode(Kind.DEVICE, 1, ids.new()))
    found["revoked"] = await lodge.enrol(DeviceKind.GATE, *lodge.gate_bindings())
    await lodge.revoke(found["revoked"])
    found["later kind"] = await lodge.enrol(DeviceKind.DESK)
    statement = sa.text("UPDATE device SET kind = 'turnstile' WHERE id = :id").bindparams(sa.bindparam("id", lodge.key(found["later kind"]), sa.Uuid()))
    async with lodge.database.begin() as session:
        if lodge.database.sqlite:
            await session.execute(sa.text("PRAGMA ignore_check_constraints = ON"))
            await session.execute(statement)
            await session.execute(sa.text("PRAGMA ignore_check_constraints = OFF"))
        else:
            await session.execute(sa.text("RESET ROLE"))  # as a newer version's migration would have it
            await session.execute(sa.text("ALTER TABLE device DROP CONSTRAINT ck_device_device_kind"))
            await session.execute(statement)
    return found


async def test_every_device_gets_what_is_declared(lodge: Lodge) -> None:
    """What is denied changes nothing, not even a counter; and no device is told a card of another school."""
    foreign = [lodge.world.token(name, 2).hex() for name in ("gleb", "dina", "teacher2")]
    found: dict[str, dict[str, str]] = defaultdict(dict)
    seen: dict[str, dict[str, str]] = defaultdict(dict)
    for kind, device in (await devices(lodge)).items():
        code = await lodge.code(DeviceKind.DESK)
        for operation, verb in sorted(operations().items(), key=lambda one: one[0] == "rotateKey"):
            sent = lodge.variables(device, operation, code)
            text = document(schema(), Question(verb, operation, About.NOBODY, lambda _: {}))
            before = await lodge.everything()
            answer = (await device.ask(text, sent)).json()
            if "errors" in answer:
                found[operation][kind] = DENIED[answer["errors"][0]["extensions"]["code"]]
                assert await lodge.everything() == before, (kind, operation)
                continue
            found[operation][kind] = DONE
            assert not any(token in str(answer) for token in foreign)
            _note(seen, kind, answer["data"][operation])
    declared = TABLE.sections[OPERATIONS]
    assert "\n".join(row(name, OPERATIONS, cells) for name, cells in found.items() if dict(cells) != dict(declared[name])) == ""
    for name in sorted(TABLE.names(TYPES)):
        one, _, field = name.partition(".")
        cells = TABLE.cells(TYPES, one, field)
        assert {kind for kind in KINDS if cells[kind]} == set(seen.get(name, ())), (name, print_type(schema().type_map[one]))


def _note(seen: dict[str, dict[str, str]], kind: str, value: Mapping[str, Any]) -> None:
    for one, field, has_value in things(value):
        seen[f"{one}.{field}"][kind] = DONE if has_value or seen[f"{one}.{field}"].get(kind) == DONE else EMPTY
