"""Devices: enrolment by a code, what a heartbeat may tell, revocation."""

import datetime as dt
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school import ids
from school.errors import Code, Refused, bad_input
from school.ids import Ref
from school.registry import card_keys, device_codes, devices
from school.registry.device_codes import Binding
from school.registry.devices import Report
from school.registry.models import CardKey, Device, DeviceCode, DeviceKind, School
from tests.registry.office import ABSENT, NOON, Office, at

BAD_CODE = (Code.BAD_CODE, "This code is unknown, used or expired.")
KEY = bytes(range(32))
GATE = [{"reader": "in", "door": str(UUID(int=7)), "direction": "in"}, {"reader": "out", "door": str(UUID(int=7)), "direction": "out"}]
READER = "reader must be one line of 1 to 80 characters"
DESK = (1, DeviceKind.DESK, "Секретарь", [{"reader": "desk"}])


class Bound:
    """Notes what it was to bind."""

    def __init__(self, refusal: Refused | None = None) -> None:
        self.told: list[tuple[UUID, Sequence[Binding]]] = []
        self.refusal = refusal

    async def __call__(self, session: AsyncSession, device: Device, bindings: Sequence[Binding]) -> None:
        """As `Bind`: the device is there already, in the same transaction."""
        assert await session.scalar(sa.select(Device.id).where(Device.id == device.id)) == device.id
        self.told.append((device.id, bindings))
        if self.refusal is not None:
            raise self.refusal


async def enrol(session: AsyncSession, code: str, key: bytes = KEY, software: str = "reader 1", bind: Bound | None = None) -> Device:
    """A stranger brings a code."""
    return await devices.enrol(session, code, key, software, bind or Bound())


async def test_a_code_admits_one_device(office: Office) -> None:
    bound = Bound()
    code = await office.do(device_codes.make_code, 1, DeviceKind.GATE, "Главный вход", GATE)
    before = await office.everything()
    device = await office.do(enrol, code, software=" reader 1 ", bind=bound)
    assert await office.row(Device, Device.id == device.id) == {
        "school_id": 1, "id": device.id, "kind": DeviceKind.GATE, "name": "Главный вход", "public_key": KEY, "enrolled_at": NOON, "revoked_at": None,
        "counter": 0, "counter_window": 0, "seen_at": NOON, "software": "reader 1", "queue_depth": 0, "rejected": 0, "clock_offset_ms": 0,
        "last_tap_at": None, "list_version": None, "readers": None, "key_made_at": None, "next_key": None, "next_key_until": None, "rotation_asked_at": None,
    }
    assert (await office.row(DeviceCode))["device_id"] == device.id
    assert bound.told == [(device.id, GATE)]
    after = await office.everything()
    assert {table for table in before if before[table] != after[table]} == {"device", "device_code"}  # the school has a card key already
    assert await office.refused(enrol, code) == BAD_CODE
    assert await office.refused(enrol, code, bytes([2]) * 32) == BAD_CODE


async def test_a_bad_newcomer_leaves_the_code_unused(office: Office) -> None:
    code = await office.do(device_codes.make_code, *DESK)
    for key in (KEY[:31], KEY + b"\0", b"", bytes(32)):
        assert await office.refused(enrol, code, key) == (Code.BAD_INPUT, "publicKey must be a sound Ed25519 key of 32 bytes")
    for text in ("", "  ", "x" * 41, "a\nb", "a\0b", "x\u2028y", "\ud800"):
        assert await office.refused(enrol, code, KEY, text) == (Code.BAD_INPUT, "software must be one line of 1 to 40 characters"), repr(text)
    assert (await office.do(enrol, code, KEY, "x" * 40)).software == "x" * 40


async def test_bindings_that_fail_leave_the_code_unused(office: Office) -> None:
    code = await office.do(device_codes.make_code, 1, DeviceKind.GATE, "Главный вход", GATE)
    bound = Bound(bad_input("no such door"))
    assert await office.refused(enrol, code, bind=bound) == (Code.BAD_INPUT, "no such door")
    assert len(bound.told) == 1
    assert (await office.do(enrol, code)).name == "Главный вход"


async def test_the_first_device_of_a_school_brings_its_first_card_key(office: Office) -> None:
    async with office.database.begin() as session:
        session.add(School(id=3, name="Школа № 3", short_name="Ш3", time_zone="Europe/Moscow", currency="RUB"))
    before = await office.rows(CardKey)
    for name in ("first", "second"):
        await office.do(enrol, await office.do(device_codes.make_code, 3, DeviceKind.DESK, name, []))
    made = await office.row(CardKey, CardKey.school_id == 3)
    assert (made["made_at"], len(made["secret"])) == (NOON, 32)
    assert await office.rows(CardKey, CardKey.school_id != 3) == before
    async with office.database.read() as session:
        assert [key.secret for key in await card_keys.keys(session, 3)] == [made["secret"]]


def told(**changes: Any) -> Report:
    """What a heartbeat tells."""
    readers = [("in", "OK"), (" out ", "ABSENT")]
    values: dict[str, Any] = {"software": " reader 2 ", "queue_depth": 3, "rejected": 1, "offset_ms": -90_061_001, "list_version": "v7", "readers": readers}
    return Report(**values | changes)


async def test_a_report_is_kept(office: Office) -> None:
    ref = Ref(1, office.world.devices["gate"])
    before = await office.row(Device, Device.id == ref.id)
    others = await office.rows(Device, Device.id != ref.id)
    await office.do(devices.report, ref, told())
    new = {
        "software": "reader 2", "queue_depth": 3, "rejected": 1, "clock_offset_ms": -90_061_001, "list_version": "v7",
        "readers": [{"name": "in", "state": "OK"}, {"name": "out", "state": "ABSENT"}],
    }
    assert await office.row(Device, Device.id == ref.id) == before | new
    most = [(str(number), "OK") for number in range(32)]
    await office.do(devices.report, ref, told(queue_depth=2**31 - 1, rejected=2**31 - 1, list_version=None, readers=most))
    new |= {"queue_depth": 2**31 - 1, "rejected": 2**31 - 1, "list_version": None, "readers": [{"name": name, "state": "OK"} for name, _ in most]}
    assert await office.row(Device, Device.id == ref.id) == before | new
    assert await office.rows(Device, Device.id != ref.id) == others


async def test_a_report_has_limits(office: Office) -> None:
    counts, many = "queueDepth and rejected must not be negative", [(str(number), "OK") for number in range(33)]
    wishes: list[tuple[dict[str, Any], str]] = [
        *(({name: value}, counts) for name in ("queue_depth", "rejected") for value in (-1, 2**31)),
        ({"readers": many}, "a device has at most 32 readers"), *(({"readers": [(name, "OK")]}, READER) for name in ("", "x" * 81, "a\0b")),
        *(({"list_version": text}, "listVersion must be one line of 1 to 80 characters") for text in ("", "x" * 81, "\0")),
        *(({"software": text}, "software must be one line of 1 to 40 characters") for text in ("", "x" * 41, "\0")),
    ]
    for changes, message in wishes:
        assert await office.refused(devices.report, Ref(1, office.world.devices["gate"]), told(**changes)) == (Code.BAD_INPUT, message), changes


async def test_a_device_is_revoked_once_by_the_office_of_its_school(office: Office) -> None:
    ref = Ref(1, office.world.devices["gate"])
    for login, viewer in office.world.viewers.items():
        if login != "office":
            assert await office.refused(devices.revoke, viewer, ref) == ABSENT, login
    for absent in (Ref(1, ids.new()), Ref(2, ref.id), Ref(3, ref.id)):
        assert await office.refused(devices.revoke, office.viewer("office"), absent) == ABSENT
        assert await office.refused(devices.revoke_by_operator, absent) == ABSENT
    before = await office.rows(Device)
    assert await office.do(devices.revoke, office.viewer("office"), ref) == "gate"
    after = [row | ({"revoked_at": NOON} if row["id"] == ref.id else {}) for row in before]
    at(NOON + dt.timedelta(hours=1))
    assert await office.do(devices.revoke, office.viewer("office"), ref) == "gate"
    assert await office.do(devices.revoke_by_operator, ref) == "gate"
    assert await office.rows(Device) == after
    payload = {"device_id": str(ref.id)}
    assert [(event["kind"], event["topics"], event["payload"], event["occurred_at"]) for event in await office.events()] == [
        ("registry.device_revoked", [["passes", str(UUID(int=0))]], payload, NOON)]


async def test_the_operator_sees_a_school_s_devices_by_name(office: Office) -> None:
    await office.do(devices.revoke, office.viewer("office"), Ref(1, office.world.devices["desk"]))
    assert [device.name for device in await office.do(devices.of_school, 1)] == ["canteen", "desk", "gate"]
    assert list(await office.do(devices.of_school, 2)) == []
