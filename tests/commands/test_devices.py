"""`school device`: codes that enrol, the list, revocation; a wish that cannot be met is told in one line and changes nothing."""

import datetime as dt
import re
from collections.abc import Sequence

import pytest_asyncio
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.ext.asyncio import AsyncSession

from school import ids
from school.access.models import AntiPassback, Door
from school.db import Database
from school.ids import Kind
from school.meals.models import Till
from school.registry import devices
from school.registry.device_codes import Binding
from school.registry.models import Device, DeviceCode, DeviceKind
from tests.commands.shell import Command, Ended
from tests.registry.office import Office
from tests.world import build

CODE = r"[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){2}\n"
KEY = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
SEEN = dt.datetime(2026, 9, 7, 8, 9, 10, tzinfo=dt.UTC)
PAIR = "READER=PLACE, the place by its name or id; repeat for more"


@pytest_asyncio.fixture
async def office(database: Database) -> Office:
    """The small world."""
    return Office(database, await build(database))


async def enrolled(office: Office, ended: Ended) -> tuple[Device, list[Binding]]:
    """The device that the printed code admits, and what its readers stand for."""
    assert (ended.code, ended.err) == (0, "")
    assert re.fullmatch(CODE, ended.out)
    bound: list[Binding] = []

    async def bind(_session: AsyncSession, _device: Device, bindings: Sequence[Binding]) -> None:
        bound.extend(bindings)

    return await office.do(devices.enrol, ended.out.strip(), KEY, "reader 1", bind), bound


async def test_a_gate_s_code_enrols_with_its_readers(school: Command, office: Office) -> None:
    door = str(office.world.doors["main"])
    for place in ("Главный вход", ids.encode(Kind.DOOR, 1, office.world.doors["main"])):
        ended = await school("device", "code", "--kind", "gate", "--name", "Main gate", "--in", f"in={place}", "--out", f"out={place}", "--in", f"side={place}")
        device, bound = await enrolled(office, ended)
        assert (device.school_id, device.kind, device.name) == (1, DeviceKind.GATE, "Main gate")
        assert bound == [
            {"reader": "in", "door": door, "direction": "in"}, {"reader": "side", "door": door, "direction": "in"},
            {"reader": "out", "door": door, "direction": "out"},
        ]


async def test_a_canteen_s_and_a_desk_s_code_enrol(school: Command, office: Office) -> None:
    till = str(office.world.tills["till"])
    for place in ("Буфет", ids.encode(Kind.TILL, 1, office.world.tills["till"])):
        device, bound = await enrolled(office, await school("device", "code", "--kind", "canteen", "--name", "Буфет", "--till", f"till={place}"))
        assert (device.kind, bound) == (DeviceKind.CANTEEN, [{"reader": "till", "till": till}])
    ended = await school("device", "code", "--kind", "desk", "--name", "Секретарь", "--school", "2", "--reader", "left", "--reader", "right")
    device, bound = await enrolled(office, ended)
    assert (device.school_id, device.kind, bound) == (2, DeviceKind.DESK, [{"reader": "left"}, {"reader": "right"}])
    device, bound = await enrolled(office, await school("device", "code", "--kind", "desk", "--name", "Секретарь"))
    assert (device.school_id, bound) == (1, [])


async def test_what_cannot_be_is_told_in_one_line_and_makes_no_code(school: Command, office: Office) -> None:
    foreign = Door(school_id=2, id=ids.new(), name="Вход", anti_passback=AntiPassback.OFF)
    async with office.database.begin() as session:
        session.add_all([foreign, *(Till(school_id=1, id=ids.new(), name="Касса") for _ in range(2))])
    gate, canteen, desk = (("--kind", kind, "--name", kind) for kind in ("gate", "canteen", "desk"))
    for arguments, line in (
        ((*gate, "--in", "in=Нигде"), "BAD_INPUT: there is no door 'Нигде' in school 1"),
        ((*gate, "--out", "out="), "BAD_INPUT: there is no door '' in school 1"),
        ((*gate, "--in", "in=Вход"), "BAD_INPUT: there is no door 'Вход' in school 1"),
        *(((*gate, "--in", f"in={place}"), f"BAD_INPUT: there is no door '{place}' in school 1") for place in (
            ids.encode(Kind.DOOR, 2, foreign.id), ids.encode(Kind.DOOR, 1, foreign.id), str(foreign.id), str(office.world.doors["main"]),
            ids.encode(Kind.TILL, 1, office.world.doors["main"]))),
        ((*gate, "--in", "in=Буфет"), "BAD_INPUT: there is no door 'Буфет' in school 1"),
        ((*gate, "--school", "2", "--in", "in=Главный вход"), "BAD_INPUT: there is no door 'Главный вход' in school 2"),
        ((*gate, "--in", "Главный вход"), f"BAD_INPUT: 'Главный вход' is not {PAIR}"),
        ((*gate, "--in", "=Главный вход"), "BAD_INPUT: reader must be one line of 1 to 80 characters"),
        ((*gate, "--in", "in=Главный вход", "--out", "in=Главный вход"), "BAD_INPUT: each reader is bound once"),
        ((*gate, "--till", "till=Буфет"), "BAD_INPUT: a binding of a gate has direction, door, reader"),
        ((*gate, "--reader", "in"), "BAD_INPUT: a binding of a gate has direction, door, reader"),
        ((*canteen, "--till", "till=Касса"), "BAD_INPUT: there are several till 'Касса' in school 1"),
        ((*canteen, "--till", "till=Главный вход"), "BAD_INPUT: there is no till 'Главный вход' in school 1"),
        ((*canteen, "--in", "in=Главный вход"), "BAD_INPUT: a binding of a canteen has reader, till"),
        ((*desk, *("--reader", "x") * 33), "TOO_MANY: a device has at most 32 readers"), ((*desk, "--school", "3"), "NOT_FOUND: no school 3"),
        (gate, "BAD_INPUT: a gate needs a reader at a door: without one it would refuse every card"),
        (canteen, "BAD_INPUT: a canteen needs a reader at a till: without one it would refuse every card"),
        (("--kind", "desk", "--name", " "), "BAD_INPUT: name must be one line of 1 to 80 characters"),
    ):
        assert await school("device", "code", *arguments) == Ended(1, "", f"school: {line}\n"), arguments
    for wrong in ((), ("--kind", "door", "--name", "x"), ("--kind", "gate"), ("--name", "x"), (*desk, "--school", "one"), (*desk, "--school", "0")):
        ended = await school("device", "code", *wrong)
        assert (ended.code, ended.out) == (2, ""), wrong
        assert ended.err.startswith("Usage: school device code ")
    assert await office.rows(DeviceCode) == []


async def test_the_list_shows_whole_ids_and_names_as_they_are(school: Command, office: Office) -> None:
    async with office.database.begin() as session:
        change = sa.update(Device).where(Device.id == office.world.devices["gate"])
        await session.execute(change.values(name="[/red] :gate: 1", software="0.1.0", queue_depth=7, rejected=2, seen_at=SEEN))
    ended = await school("device", "list")
    assert (ended.code, ended.err) == (0, "")
    rows = [[cell.strip() for cell in line.strip("│").split("│")] for line in ended.out.splitlines() if line.startswith("│")]
    gate, canteen, desk = (office.id(Kind.DEVICE, name) for name in ("gate", "canteen", "desk"))
    assert rows == [
        [gate, "gate", "[/red] :gate: 1", "0.1.0", "7", "2", "2026-09-07 08:09:10", "—"], [canteen, "canteen", "canteen", "test", "0", "0", "—", "—"],
        [desk, "desk", "desk", "test", "0", "0", "—", "—"],
    ]
    assert "│" not in (await school("device", "list", "--school", "2")).out
    assert await school("device", "list", "--school", "9") == Ended(1, "", "school: NOT_FOUND: no school 9\n")


async def test_a_device_is_revoked_by_the_id_from_the_list(school: Command, office: Office) -> None:
    gate, known = office.world.devices["gate"], office.id(Kind.DEVICE, "gate")
    before = await office.everything()
    for text in (ids.encode(Kind.DEVICE, 1, ids.new()), ids.encode(Kind.DEVICE, 2, gate), office.id(Kind.CARD, "anna"), str(gate), "gate", ""):
        assert await school("device", "revoke", text) == Ended(1, "", "school: NOT_FOUND: no such device\n")
    assert await office.everything() == before
    assert await school("device", "revoke", known) == Ended(0, "“gate” is turned away.\n", "")
    [revoked] = await office.rows(Device, Device.revoked_at.is_not(None))
    assert revoked["id"] == gate
    whole = await office.everything()
    assert await school("device", "revoke", known) == Ended(0, "“gate” is turned away.\n", "")
    assert await office.everything() == whole
    assert f"{revoked['revoked_at']:%Y-%m-%d %H:%M:%S}" in (await school("device", "list")).out
