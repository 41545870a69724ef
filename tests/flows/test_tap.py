"""The first flow, on real parts: a card at a real pcscd, the daemon, the gateway, the relay, a parent's open socket."""

import asyncio
import datetime as dt
import json
from pathlib import Path

import sqlalchemy as sa

from readers.status import read_status
from school.access.models import DoorRule, Passage, Presence
from school.db import Database
from school.registry.models import Card, CardState, DeviceKind, Tap
from tests.pcsc_harness import VirtualReaders, slot
from tests.service_process import Service, device_code, gate_bindings, give_passwords, reader_daemon
from tests.world import World, build, uid

PATIENCE = 60


async def open_all_day(database: Database) -> World:
    """The small world, its gates open whenever this test runs."""
    world = await build(database)
    await give_passwords(database, "parent", "canteen")
    async with database.begin() as session:
        await session.execute(sa.update(DoorRule).values(weekdays=127, starts_at=dt.time(), ends_at=dt.time()))
    return world


def pcsc(readers: VirtualReaders, names: dict[str, str]) -> dict[str, str]:
    """The environment of a daemon at these virtual readers."""
    return {**readers.environment, "READER_READERS": json.dumps({name: slot(reader) for name, reader in names.items()})}


async def until_ready(state: Path) -> None:
    """Until the daemon says that its readers are there and its link works."""
    async with asyncio.timeout(PATIENCE):
        while True:
            if (await asyncio.to_thread(read_status, state))["healthy"]:
                return
            await asyncio.sleep(0.02)  # a state of another process, which announces nothing


async def test_a_tap_reaches_the_parent(database_url: str, database: Database, virtual_readers: VirtualReaders, tmp_path: Path) -> None:
    world = await open_all_day(database)
    gate, canteen = tmp_path / "gate", tmp_path / "canteen"
    gate.mkdir()
    canteen.mkdir()
    with Service(database_url, tmp_path) as service:
        token = service.sign_in("parent")
        code = await device_code(database, DeviceKind.GATE, "Gate PC", gate_bindings(world))
        at_gate = pcsc(virtual_readers, {"in": "Gate A", "out": "Gate B"})
        till = [{"reader": "till", "till": str(world.tills["till"])}]
        canteen_code = await device_code(database, DeviceKind.CANTEEN, "Canteen PC", till)
        at_canteen = pcsc(virtual_readers, {"till": "Canteen A"})
        with (
            reader_daemon(gate, service.url, code, at_gate),
            reader_daemon(canteen, service.url, canteen_code, at_canteen),
        ):
            await until_ready(gate)
            await until_ready(canteen)
            async with asyncio.timeout(PATIENCE), service.updates(token) as stream:
                await asyncio.to_thread(virtual_readers.tap, "Gate A", uid("anna"))
                entered = await anext(stream)
                await asyncio.to_thread(virtual_readers.tap, "Gate B", uid("anna"))
                left = await anext(stream)
                await asyncio.to_thread(virtual_readers.tap, "Canteen A", uid("anna"))
                await taps(database, 3)
    assert [entered["__typename"], left["__typename"]] == ["Passed", "Passed"]
    assert entered["childId"] == left["childId"]
    async with database.read() as session:
        passages = (await session.execute(sa.select(Passage.direction, Passage.reason).order_by(Passage.sequence))).all()
        inside = await session.scalar(sa.select(Presence.inside).where(Presence.person_id == world.people["anna"]))
    assert [tuple(row) for row in passages] == [("in", "OK"), ("out", "OK")]
    assert inside is False


async def taps(database: Database, count: int) -> None:
    """Until the server has this many taps."""
    while True:
        async with database.read() as session:
            if await session.scalar(sa.select(sa.func.count()).select_from(Tap)) == count:
                return
        await asyncio.sleep(0.05)  # rows of another process, which announces nothing to this one


async def test_refused_taps_are_recorded_and_change_nothing(
    database_url: str, database: Database, virtual_readers: VirtualReaders, tmp_path: Path,
) -> None:
    world = await open_all_day(database)
    async with database.begin() as session:
        await session.execute(sa.update(Card).where(Card.id == world.cards["boris"]).values(state=CardState.BLOCKED))
    with Service(database_url, tmp_path) as service:
        code = await device_code(database, DeviceKind.GATE, "Gate PC", gate_bindings(world))
        state = tmp_path / "gate"
        state.mkdir()
        with reader_daemon(state, service.url, code, pcsc(virtual_readers, {"in": "Gate A", "out": "Gate B"})):
            await until_ready(state)
            async with asyncio.timeout(PATIENCE):
                await asyncio.to_thread(virtual_readers.tap, "Gate A", b"\x08\x01\x02\x03")  # a phone: no identity, so no tap
                await asyncio.to_thread(virtual_readers.tap, "Gate A", uid("nobody knows"))
                await asyncio.to_thread(virtual_readers.tap, "Gate B", uid("boris"))
                await taps(database, 2)
    async with database.read() as session:
        found = (await session.execute(sa.select(Tap.outcome, Tap.reason, Tap.person_id).order_by(Tap.sequence))).all()
        assert [tuple(row) for row in found] == [("refuse", "UNKNOWN_CARD", None), ("refuse", "CARD_BLOCKED", world.people["boris"])]
        assert await session.scalar(sa.select(sa.func.count()).select_from(Passage)) == 0
        assert await session.scalar(sa.select(sa.func.count()).select_from(Presence)) == 0


async def test_pcscd_may_restart_under_the_daemon(database_url: str, database: Database, virtual_readers: VirtualReaders, tmp_path: Path) -> None:
    world = await open_all_day(database)
    with Service(database_url, tmp_path) as service:
        code = await device_code(database, DeviceKind.GATE, "Gate PC", gate_bindings(world))
        state = tmp_path / "gate"
        state.mkdir()
        with reader_daemon(state, service.url, code, pcsc(virtual_readers, {"in": "Gate A", "out": "Gate B"})):
            await until_ready(state)
            async with asyncio.timeout(2 * PATIENCE):
                await asyncio.to_thread(virtual_readers.tap, "Gate A", uid("anna"))
                await taps(database, 1)
                await asyncio.to_thread(virtual_readers.restart)
                await until_ready(state)
                await asyncio.to_thread(virtual_readers.tap, "Gate B", uid("anna"))
                await taps(database, 2)
    async with database.read() as session:
        assert (await session.execute(sa.select(Tap.sequence, Tap.outcome).order_by(Tap.sequence))).all() == [(1, "admit"), (2, "admit")]
