"""Doors and bindings: who adds and binds, what is refused, and what the gates are told."""

from collections.abc import Collection
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from school import ids, sets
from school.access import doors
from school.access.doors import Binding
from school.access.models import AntiPassback, Direction, Door, DoorReader
from school.errors import Code
from school.ids import Ref
from school.registry.models import Device
from tests.access.gatehouse import ABSENT, NOON, Gatehouse

NOT_OFFICE = ("office2", "teacher", "class_teacher", "guard", "canteen", "parent", "anna")
NAME = (Code.BAD_INPUT, "name must be one line of 1 to 80 characters")
READER = (Code.BAD_INPUT, "reader must be one line of 1 to 80 characters")


async def add_second_school_s_door(house: Gatehouse) -> Ref:
    """A door of the second school, of the same name as the first one's."""
    door = await house.write(doors.add_door, house.viewer("office2"), 2, ids.new(), name="Главный вход", anti_passback=AntiPassback.OFF)
    return Ref(2, door.id)


async def test_the_office_adds_a_door_once(house: Gatehouse) -> None:
    id_ = ids.new()
    added = await house.write(doors.add_door, house.viewer("office"), 1, id_, name="  Калитка ", anti_passback=AntiPassback.SOFT)
    assert (added.school_id, added.id, added.name, added.anti_passback) == (1, id_, "Калитка", AntiPassback.SOFT)
    assert await house.rows(Door, "id", "name", "anti_passback") == [
        (house.door.id, "Главный вход", AntiPassback.HARD), (id_, "Калитка", AntiPassback.SOFT)]
    before = await house.tables()
    again = await house.write(doors.add_door, house.viewer("office"), 1, id_, name="Калитка", anti_passback=AntiPassback.SOFT)
    assert (again.id, await house.tables()) == (id_, before)
    other = (Code.CONFLICT, "This id stands for another door.")
    assert await house.refuse(doors.add_door, house.viewer("office"), 1, id_, name="Ворота", anti_passback=AntiPassback.SOFT) == other
    assert await house.refuse(doors.add_door, house.viewer("office"), 1, id_, name="Калитка", anti_passback=AntiPassback.HARD) == other
    assert await house.refuse(doors.add_door, house.viewer("office"), 1, id_, name="Главный вход", anti_passback=AntiPassback.SOFT) == other
    taken = (Code.CONFLICT, "A door of this name exists already.")
    assert await house.refuse(doors.add_door, house.viewer("office"), 1, ids.new(), name=" Калитка", anti_passback=AntiPassback.SOFT) == taken


async def test_names_and_ids_are_each_school_s_own(house: Gatehouse) -> None:
    door = await house.write(doors.add_door, house.viewer("office2"), 2, house.door.id, name="Главный вход", anti_passback=AntiPassback.OFF)
    assert (door.school_id, door.id) == (2, house.door.id)
    assert await house.rows(Door, "school_id", "anti_passback") == [(1, AntiPassback.HARD), (2, AntiPassback.OFF)]


async def test_a_door_that_cannot_be_changes_nothing(house: Gatehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    office = house.viewer("office")
    for name in ("", "   ", "Д" * 81, "Вход\0", "Вход\nвыход", "\ud800"):
        assert await house.refuse(doors.add_door, office, 1, ids.new(), name=name, anti_passback=AntiPassback.OFF) == NAME
    for viewer in NOT_OFFICE:
        assert await house.refuse(doors.add_door, house.viewer(viewer), 1, ids.new(), name="Калитка", anti_passback=AntiPassback.OFF) == ABSENT
    monkeypatch.setattr(doors, "MOST_DOORS", 2)
    await house.write(doors.add_door, office, 1, ids.new(), name="Д" * 80, anti_passback=AntiPassback.OFF)
    many = (Code.TOO_MANY, "A school has at most 2 doors.")
    assert await house.refuse(doors.add_door, office, 1, ids.new(), name="Калитка", anti_passback=AntiPassback.OFF) == many
    await add_second_school_s_door(house)


async def test_the_office_binds_a_reader_and_the_gates_are_told(house: Gatehouse) -> None:
    gate, office = Ref(1, house.world.devices["gate"]), house.viewer("office")
    side = await house.write(doors.add_door, office, 1, ids.new(), name="Калитка", anti_passback=AntiPassback.OFF)
    made = await house.write(doors.bind_reader, office, gate, Binding(" side ", side.id, Direction.IN))
    assert (made.device_id, made.reader, made.door_id, made.direction) == (gate.id, "side", side.id, Direction.IN)
    replaced = await house.write(doors.bind_reader, office, gate, Binding("out", side.id, Direction.OUT))
    assert (replaced.reader, replaced.door_id, replaced.direction) == ("out", side.id, Direction.OUT)
    assert await house.rows(DoorReader, "reader", "door_id", "direction") == [
        ("in", house.door.id, Direction.IN), ("out", side.id, Direction.OUT), ("side", side.id, Direction.IN)]
    told = [["passes", "00000000-0000-0000-0000-000000000000"]]
    assert [tuple(event) for event in await house.events()] == [
        ("access.bindings_changed", 1, told, {"device_id": str(gate.id)}, NOON, False)] * 2
    before = await house.tables()
    await house.write(doors.bind_reader, office, gate, Binding("side", side.id, Direction.IN))
    assert await house.tables() == before


async def test_a_binding_that_cannot_be_changes_nothing(house: Gatehouse) -> None:
    office, gate, foreign = house.viewer("office"), Ref(1, house.world.devices["gate"]), await add_second_school_s_door(house)
    await house.add_device("gate2", 2)
    await house.add_device("revoked")
    await house.change(Device, house.world.devices["revoked"], revoked_at=NOON)
    binding = Binding("side", house.door.id, Direction.IN)
    for device in (Ref(1, ids.new()), Ref(1, house.world.devices["revoked"]), Ref(1, house.world.devices["gate2"]), Ref(2, house.world.devices["gate2"])):
        assert await house.refuse(doors.bind_reader, office, device, binding) == ABSENT
    for viewer in NOT_OFFICE:
        assert await house.refuse(doors.bind_reader, house.viewer(viewer), gate, binding) == ABSENT
    for door in (foreign.id, ids.new()):
        assert await house.refuse(doors.bind_reader, office, gate, Binding("side", door, Direction.IN)) == ABSENT
    for kind in ("canteen", "desk"):
        device = Ref(1, house.world.devices[kind])
        assert await house.refuse(doors.bind_reader, office, device, binding) == (Code.BAD_INPUT, "device must be a gate")
    for reader in ("", " ", "r" * 81, "a\0b"):
        assert await house.refuse(doors.bind_reader, office, gate, Binding(reader, house.door.id, Direction.IN)) == READER


async def test_a_device_has_at_most_thirty_two_readers(house: Gatehouse) -> None:
    gate = house.world.devices["gate"]
    many = (Code.TOO_MANY, "A device has at most 32 readers.")
    full = [Binding(f"r{number}", house.door.id, Direction.IN) for number in range(30)]
    assert await house.refuse(doors.bind, 1, gate, [*full, Binding("r30", house.door.id, Direction.IN)]) == many  # with `in` and `out`
    assert await house.refuse(doors.check_bindings, 1, [Binding(f"r{number}", house.door.id, Direction.IN) for number in range(33)]) == many
    await house.write(doors.bind, 1, gate, full)
    assert len(await house.rows(DoorReader)) == 32
    assert await house.refuse(doors.bind_reader, house.viewer("office"), Ref(1, gate), Binding("r30", house.door.id, Direction.IN)) == many
    await house.write(doors.bind, 1, gate, [Binding("in", house.door.id, Direction.OUT), *full])
    assert len(await house.rows(DoorReader)) == 32
    assert len(await house.events()) == 2


async def test_an_enrolment_s_bindings_are_checked_before_a_device_exists(house: Gatehouse) -> None:
    way = Direction.IN
    foreign = await add_second_school_s_door(house)
    before = await house.tables()
    await house.write(doors.check_bindings, 1, [])
    await house.write(doors.check_bindings, 1, [Binding("in", house.door.id, way), Binding("out", house.door.id, way)])
    assert await house.tables() == before
    twice = (Code.BAD_INPUT, "each reader stands for one door")
    assert await house.refuse(doors.check_bindings, 1, [Binding("in", house.door.id, way), Binding(" in ", house.door.id, Direction.OUT)]) == twice
    for door in (foreign.id, ids.new()):
        assert await house.refuse(doors.check_bindings, 1, [Binding("in", house.door.id, way), Binding("out", door, way)]) == ABSENT
    assert await house.refuse(doors.check_bindings, 1, [Binding("\t", house.door.id, way)]) == READER


async def bound(session: AsyncSession, places: Collection[tuple[int, UUID, str]]) -> dict[tuple[int, UUID, str], tuple[UUID, Direction]]:
    """What these readers stand for."""
    [rows] = await sets.fetch(session, doors.asking_bound(places))
    return {(row.school_id, row.device_id, row.reader): (row.door_id, row.direction) for row in rows}


async def test_bound_finds_each_reader_s_door_and_way(house: Gatehouse) -> None:
    gate, canteen, main = house.world.devices["gate"], house.world.devices["canteen"], house.door.id
    places = [(1, gate, "in"), (1, gate, "out"), (1, gate, "side"), (1, canteen, "in"), (2, gate, "in"), (1, gate, "in")]
    with house.counted() as sent:
        found = await house.read(bound, places)
    assert found == {(1, gate, "in"): (main, Direction.IN), (1, gate, "out"): (main, Direction.OUT)}
    assert sent == ["SELECT"]
    assert await house.read(bound, []) == {}
