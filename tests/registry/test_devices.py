"""Devices: codes that admit once and within a day, enrolment, what a heartbeat may tell, revocation."""

import datetime as dt
import hashlib
import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school import ids
from school.errors import Code, Refused, bad_input
from school.ids import Ref
from school.registry import card_keys, devices
from school.registry.devices import Binding, Order, Report
from school.registry.models import CardKey, Device, DeviceCode, DeviceKind, School
from tests.registry.office import ABSENT, NOON, Office, at

BAD_CODE = (Code.BAD_CODE, "This code is unknown, used or expired.")
KEY = bytes(range(32))
GATE = [{"reader": "in", "door": str(UUID(int=7)), "direction": "in"}, {"reader": "out", "door": str(UUID(int=7)), "direction": "out"}]
SPENT = (Code.CONFLICT, "the code of this order was used, cancelled or has expired: order another")
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


async def test_a_code_is_told_once_and_only_its_digest_is_kept(office: Office) -> None:
    code = await office.do(devices.make_code, 1, DeviceKind.GATE, " Главный вход ", GATE)
    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){2}", code)
    bare = code.replace("-", "")
    made = await office.row(DeviceCode)
    assert made == {
        "id": made["id"], "cancelled_at": None, "renews_id": None,
        "digest": hashlib.sha256(bare.encode()).digest(), "school_id": 1, "kind": DeviceKind.GATE, "name": "Главный вход", "bindings": GATE,
        "made_at": NOON, "expires_at": NOON + dt.timedelta(hours=24), "device_id": None,
    }
    kept = str(await office.everything())
    assert bare not in kept
    assert code not in kept


async def test_codes_do_not_repeat_and_use_the_whole_alphabet(office: Office) -> None:
    codes = [await office.do(devices.make_code, *DESK) for _ in range(40)]
    assert len(set(codes)) == len(await office.rows(DeviceCode)) == 40
    assert set("".join(codes)) == {*devices.ALPHABET, "-"}


async def test_a_code_admits_one_device(office: Office) -> None:
    bound = Bound()
    code = await office.do(devices.make_code, 1, DeviceKind.GATE, "Главный вход", GATE)
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
    assert await office.refused(enrol, code, bytes(32)) == BAD_CODE


async def test_a_code_may_be_typed_in_many_ways(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    for place, typed in enumerate(("{}110-ABCZ-1011", "{}110ABCZ1011", "{}IlO-aBCz-LoiI", "{}LIO ABCZ IOLL", " {}110-abcz-1011 ", "{}-1-1-0\tABCZ 1 0 1 1")):
        letters = iter(f"{place}110ABCZ1011")
        monkeypatch.setattr("school.registry.devices.secrets.choice", lambda _alphabet, letters=letters: next(letters))
        assert await office.do(devices.make_code, 1, DeviceKind.DESK, str(place), []) == f"{place}110-ABCZ-1011"
        assert (await office.do(enrol, typed.format("oi2345"[place]))).name == str(place)


async def test_unknown_used_and_expired_codes_are_one_answer(office: Office) -> None:
    used, expired = [await office.do(devices.make_code, *DESK) for _ in range(2)]
    await office.do(enrol, used)
    at(NOON + dt.timedelta(hours=24))
    for code in (used, expired, "0110-ABCZ-1011", "", "-", expired[:-1], f"{expired}0", "ﬁ" * 6, "\0", "ß", "x" * 10_000):
        assert await office.refused(enrol, code) == BAD_CODE, code
    at(NOON + dt.timedelta(hours=24, microseconds=-1))
    assert (await office.do(enrol, expired)).school_id == 1


async def test_a_bad_newcomer_leaves_the_code_unused(office: Office) -> None:
    code = await office.do(devices.make_code, *DESK)
    for key in (KEY[:31], KEY + b"\0", b""):
        assert await office.refused(enrol, code, key) == (Code.BAD_INPUT, "publicKey must be 32 bytes")
    for text in ("", "  ", "x" * 41, "a\nb", "a\0b", "x\u2028y", "\ud800"):
        assert await office.refused(enrol, code, KEY, text) == (Code.BAD_INPUT, "software must be one line of 1 to 40 characters"), repr(text)
    assert (await office.do(enrol, code, KEY, "x" * 40)).software == "x" * 40


async def test_bindings_that_fail_leave_the_code_unused(office: Office) -> None:
    code = await office.do(devices.make_code, 1, DeviceKind.GATE, "Главный вход", GATE)
    bound = Bound(bad_input("no such door"))
    assert await office.refused(enrol, code, bind=bound) == (Code.BAD_INPUT, "no such door")
    assert len(bound.told) == 1
    assert (await office.do(enrol, code)).name == "Главный вход"


async def test_the_first_device_of_a_school_brings_its_first_card_key(office: Office) -> None:
    async with office.database.begin() as session:
        session.add(School(id=3, name="Школа № 3", short_name="Ш3", time_zone="Europe/Moscow", currency="RUB"))
    before = await office.rows(CardKey)
    for name in ("first", "second"):
        await office.do(enrol, await office.do(devices.make_code, 3, DeviceKind.DESK, name, []))
    made = await office.row(CardKey, CardKey.school_id == 3)
    assert (made["made_at"], len(made["secret"])) == (NOON, 32)
    assert await office.rows(CardKey, CardKey.school_id != 3) == before
    async with office.database.read() as session:
        assert [key.secret for key in await card_keys.keys(session, 3)] == [made["secret"]]


def gate(**changes: str | None) -> dict[str, str]:
    """A gate's binding with other values; None leaves one out."""
    return {name: value for name, value in {**GATE[0], **changes}.items() if value is not None}


WANTED = {
    DeviceKind.GATE: "a binding of a gate has direction, door, reader", DeviceKind.CANTEEN: "a binding of a canteen has reader, till",
    DeviceKind.DESK: "a binding of a desk has reader",
}
READER = "reader must be one line of 1 to 80 characters"
BAD_BINDINGS: list[tuple[DeviceKind, list[dict[str, str]], str]] = [
    *((DeviceKind.GATE, [gate(**{name: None})], WANTED[DeviceKind.GATE]) for name in ("reader", "door", "direction")),
    (DeviceKind.GATE, [gate(till=GATE[0]["door"])], WANTED[DeviceKind.GATE]), (DeviceKind.GATE, [{}], WANTED[DeviceKind.GATE]),
    *((DeviceKind.GATE, [GATE[1], gate(direction=word)], "direction must be in or out") for word in ("IN", "both", "")),
    *((DeviceKind.GATE, [gate(door=text)], "door must be a UUID") for text in ("", "Главный вход", "7", "0" * 33)),
    *((DeviceKind.GATE, [gate(reader=text)], READER) for text in ("", " ", "x" * 81, "a\tb", "a\0b", "\ud800")),
    (DeviceKind.GATE, [gate(), gate(direction="out")], "each reader is bound once"),
    (DeviceKind.DESK, [{"reader": "desk"}, {"reader": " desk "}], "each reader is bound once"),
    (DeviceKind.CANTEEN, [{"reader": "till"}], WANTED[DeviceKind.CANTEEN]), (DeviceKind.CANTEEN, [gate()], WANTED[DeviceKind.CANTEEN]),
    (DeviceKind.CANTEEN, [{"reader": "till", "till": "Буфет"}], "till must be a UUID"),
    (DeviceKind.DESK, [{"reader": "desk", "door": GATE[0]["door"]}], WANTED[DeviceKind.DESK]), (DeviceKind.DESK, [{}], WANTED[DeviceKind.DESK]),
]


async def test_each_bad_binding_is_refused(office: Office) -> None:
    for kind, bindings, message in BAD_BINDINGS:
        assert await office.refused(devices.make_code, 1, kind, "name", bindings) == (Code.BAD_INPUT, message), bindings
    many = [{"reader": str(number)} for number in range(33)]
    assert await office.refused(devices.make_code, 1, DeviceKind.DESK, "name", many) == (Code.TOO_MANY, "a device has at most 32 readers")
    await office.do(devices.make_code, 1, DeviceKind.DESK, "name", many[:32])
    assert (await office.row(DeviceCode))["bindings"] == many[:32]


async def test_bindings_are_kept_in_one_form(office: Office) -> None:
    door = UUID(int=0xABC)
    await office.do(devices.make_code, 1, DeviceKind.GATE, "name", [{"reader": " in ", "door": f"{{{str(door).upper()}}}", "direction": "in"}])
    assert (await office.row(DeviceCode))["bindings"] == [{"reader": "in", "door": str(door), "direction": "in"}]


async def test_a_code_is_for_a_school_that_exists_and_a_name_that_can_be_read(office: Office) -> None:
    for name in ("", " ", "x" * 81, "a\nb", "a\0b", "\x1b[2J", "\ud800"):
        assert await office.refused(devices.make_code, 1, DeviceKind.DESK, name, []) == (Code.BAD_INPUT, "name must be one line of 1 to 80 characters")
    assert await office.refused(devices.make_code, 3, DeviceKind.DESK, "name", []) == ABSENT


async def test_the_office_of_the_school_alone_orders_a_code(office: Office) -> None:
    for login, viewer in office.world.viewers.items():
        if login != "office":
            assert await office.refused(devices.order_code, viewer, Order(ids.new(), *DESK)) == ABSENT, login
    assert (await office.do(enrol, await office.do(devices.order_code, office.viewer("office"), Order(ids.new(), *DESK)))).name == "Секретарь"


async def test_the_same_order_again_makes_another_code_and_voids_the_one_before(office: Office) -> None:
    viewer, order = office.viewer("office"), Order(ids.new(), *DESK)
    first = await office.do(devices.order_code, viewer, order)
    at(NOON + dt.timedelta(hours=1))
    second = await office.do(devices.order_code, viewer, order)
    made = await office.row(DeviceCode)
    assert (made["id"], made["digest"]) == (order.id, hashlib.sha256(second.replace("-", "").encode()).digest())
    assert (made["made_at"], made["expires_at"]) == (NOON + dt.timedelta(hours=1), NOON + dt.timedelta(hours=25))
    assert await office.refused(enrol, first) == BAD_CODE
    for other in (
        Order(order.id, 1, DeviceKind.DESK, "Секретарь", []), Order(order.id, 1, DeviceKind.DESK, "Завуч", DESK[3]),
        Order(order.id, 1, DeviceKind.GATE, "x", GATE), Order(order.id, *DESK, renews=ids.new()),
    ):
        assert await office.refused(devices.order_code, viewer, other) == (Code.CONFLICT, "this id stands for another order")
    await office.do(devices.fulfil, Order(order.id, 2, *DESK[1:]))  # another school's orders have ids of their own
    device = await office.do(enrol, second)
    assert device.name == "Секретарь"
    assert await office.refused(devices.order_code, viewer, order) == SPENT


async def test_an_order_ends_with_its_code(office: Office) -> None:
    viewer, expired, cancelled = office.viewer("office"), Order(ids.new(), *DESK), Order(ids.new(), *DESK)
    await office.do(devices.order_code, viewer, expired)
    at(NOON + dt.timedelta(hours=24))
    assert await office.refused(devices.order_code, viewer, expired) == SPENT
    code = await office.do(devices.order_code, viewer, cancelled)
    for login, other in office.world.viewers.items():
        if login != "office":
            assert await office.refused(devices.cancel_code, other, Ref(1, cancelled.id)) == ABSENT, login
    for absent in (Ref(1, ids.new()), Ref(2, cancelled.id)):
        assert await office.refused(devices.cancel_code, viewer, absent) == ABSENT
    await office.do(devices.cancel_code, viewer, Ref(1, cancelled.id))
    before = await office.everything()
    for void in (cancelled, expired):  # what admits nobody stays as it is
        await office.do(devices.cancel_code, viewer, Ref(1, void.id))
    assert await office.everything() == before
    assert await office.refused(enrol, code) == BAD_CODE
    assert await office.refused(devices.order_code, viewer, cancelled) == SPENT
    used = Order(ids.new(), *DESK)
    await office.do(enrol, await office.do(devices.order_code, viewer, used))
    assert await office.refused(devices.cancel_code, viewer, Ref(1, used.id)) == (Code.CONFLICT, "this code has admitted a device: revoke that")


async def test_a_hundred_codes_may_be_outstanding(office: Office) -> None:
    async with office.database.begin() as session:
        session.add_all(DeviceCode(
            digest=bytes([number]) * 32, school_id=1, kind=DeviceKind.DESK, name="x", bindings=[], made_at=NOON, expires_at=NOON + dt.timedelta(hours=1),
            cancelled_at=None, renews_id=None, device_id=None) for number in range(100))
    order = Order(ids.new(), *DESK)
    assert await office.refused(devices.fulfil, order) == (Code.TOO_MANY, "at most 100 codes may be outstanding: cancel some")
    await office.do(devices.fulfil, Order(order.id, 2, *DESK[1:]))
    at(NOON + dt.timedelta(hours=1))
    await office.do(devices.fulfil, order)


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
