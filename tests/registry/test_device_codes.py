"""Device codes: told once, used once and within a day, ordered again, cancelled; what they may bind readers to."""

import datetime as dt
import hashlib
import re
from uuid import UUID

import pytest

from school import ids
from school.errors import Code
from school.ids import Ref
from school.registry import device_codes
from school.registry.device_codes import Order
from school.registry.models import DeviceCode, DeviceKind
from tests.registry.office import ABSENT, NOON, Office, at
from tests.registry.test_devices import BAD_CODE, DESK, GATE, READER, enrol

SPENT = (Code.CONFLICT, "the code of this order was used, cancelled or has expired: order another")


async def test_a_code_is_told_once_and_only_its_digest_is_kept(office: Office) -> None:
    code = await office.do(device_codes.make_code, 1, DeviceKind.GATE, " Главный вход ", GATE)
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
    codes = [await office.do(device_codes.make_code, *DESK) for _ in range(40)]
    assert len(set(codes)) == len(await office.rows(DeviceCode)) == 40
    assert set("".join(codes)) == {*device_codes.ALPHABET, "-"}


async def test_a_code_may_be_typed_in_many_ways(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    for place, typed in enumerate(("{}110-ABCZ-1011", "{}110ABCZ1011", "{}IlO-aBCz-LoiI", "{}LIO ABCZ IOLL", " {}110-abcz-1011 ", "{}-1-1-0\tABCZ 1 0 1 1")):
        letters = iter(f"{place}110ABCZ1011")
        monkeypatch.setattr("school.registry.device_codes.secrets.choice", lambda _alphabet, letters=letters: next(letters))
        assert await office.do(device_codes.make_code, 1, DeviceKind.DESK, str(place), []) == f"{place}110-ABCZ-1011"
        assert (await office.do(enrol, typed.format("oi2345"[place]))).name == str(place)


async def test_unknown_used_and_expired_codes_are_one_answer(office: Office) -> None:
    used, expired = [await office.do(device_codes.make_code, *DESK) for _ in range(2)]
    await office.do(enrol, used)
    at(NOON + dt.timedelta(hours=24))
    for code in (used, expired, "0110-ABCZ-1011", "", "-", expired[:-1], f"{expired}0", "ﬁ" * 6, "\0", "ß", "x" * 10_000):
        assert await office.refused(enrol, code) == BAD_CODE, code
    at(NOON + dt.timedelta(hours=24, microseconds=-1))
    assert (await office.do(enrol, expired)).school_id == 1


def gate(**changes: str | None) -> dict[str, str]:
    """A gate's binding with other values; None leaves one out."""
    return {name: value for name, value in {**GATE[0], **changes}.items() if value is not None}


WANTED = {
    DeviceKind.GATE: "a binding of a gate has direction, door, reader", DeviceKind.CANTEEN: "a binding of a canteen has reader, till",
    DeviceKind.DESK: "a binding of a desk has reader",
}
BAD_BINDINGS: list[tuple[DeviceKind, list[dict[str, str]], str]] = [
    *((DeviceKind.GATE, [gate(**{name: None})], WANTED[DeviceKind.GATE]) for name in ("reader", "door", "direction")),
    (DeviceKind.GATE, [gate(till=GATE[0]["door"])], WANTED[DeviceKind.GATE]), (DeviceKind.GATE, [{}], WANTED[DeviceKind.GATE]),
    *((DeviceKind.GATE, [GATE[1], gate(direction=word)], "direction must be in or out") for word in ("IN", "both", "")),
    *((DeviceKind.GATE, [gate(door=text)], "door must be a UUID") for text in ("", "Главный вход", "7", "0" * 33)),
    *((DeviceKind.GATE, [gate(reader=text)], READER) for text in ("", " ", "x" * 81, "a\tb", "a\0b", "\ud800")),
    (DeviceKind.GATE, [gate(), gate(direction="out")], "each reader is bound once"),
    (DeviceKind.DESK, [{"reader": "desk"}, {"reader": " desk "}], "each reader is bound once"),
    (DeviceKind.GATE, [], "a gate needs a reader at a door: without one it would refuse every card"),
    (DeviceKind.CANTEEN, [], "a canteen needs a reader at a till: without one it would refuse every card"),
    (DeviceKind.CANTEEN, [{"reader": "till"}], WANTED[DeviceKind.CANTEEN]), (DeviceKind.CANTEEN, [gate()], WANTED[DeviceKind.CANTEEN]),
    (DeviceKind.CANTEEN, [{"reader": "till", "till": "Буфет"}], "till must be a UUID"),
    (DeviceKind.DESK, [{"reader": "desk", "door": GATE[0]["door"]}], WANTED[DeviceKind.DESK]), (DeviceKind.DESK, [{}], WANTED[DeviceKind.DESK]),
]


async def test_each_bad_binding_is_refused(office: Office) -> None:
    for kind, bindings, message in BAD_BINDINGS:
        assert await office.refused(device_codes.make_code, 1, kind, "name", bindings) == (Code.BAD_INPUT, message), bindings
    many = [{"reader": str(number)} for number in range(33)]
    assert await office.refused(device_codes.make_code, 1, DeviceKind.DESK, "name", many) == (Code.TOO_MANY, "a device has at most 32 readers")
    await office.do(device_codes.make_code, 1, DeviceKind.DESK, "name", many[:32])
    assert (await office.row(DeviceCode))["bindings"] == many[:32]


async def test_bindings_are_kept_in_one_form(office: Office) -> None:
    door = UUID(int=0xABC)
    await office.do(device_codes.make_code, 1, DeviceKind.GATE, "name", [{"reader": " in ", "door": f"{{{str(door).upper()}}}", "direction": "in"}])
    assert (await office.row(DeviceCode))["bindings"] == [{"reader": "in", "door": str(door), "direction": "in"}]


async def test_a_code_is_for_a_school_that_exists_and_a_name_that_can_be_read(office: Office) -> None:
    for name in ("", " ", "x" * 81, "a\nb", "a\0b", "\x1b[2J", "\ud800"):
        assert await office.refused(device_codes.make_code, 1, DeviceKind.DESK, name, []) == (Code.BAD_INPUT, "name must be one line of 1 to 80 characters")
    assert await office.refused(device_codes.make_code, 3, DeviceKind.DESK, "name", []) == ABSENT


async def test_the_same_order_again_makes_another_code_and_voids_the_one_before(office: Office) -> None:
    order = Order(ids.new(), *DESK)
    first = await office.do(device_codes.fulfil, order)
    at(NOON + dt.timedelta(hours=1))
    second = await office.do(device_codes.fulfil, order)
    made = await office.row(DeviceCode)
    assert (made["id"], made["digest"]) == (order.id, hashlib.sha256(second.replace("-", "").encode()).digest())
    assert (made["made_at"], made["expires_at"]) == (NOON + dt.timedelta(hours=1), NOON + dt.timedelta(hours=25))
    assert await office.refused(enrol, first) == BAD_CODE
    for other in (
        Order(order.id, 1, DeviceKind.DESK, "Секретарь", []), Order(order.id, 1, DeviceKind.DESK, "Завуч", DESK[3]),
        Order(order.id, 1, DeviceKind.GATE, "x", GATE), Order(order.id, *DESK, renews=ids.new()),
    ):
        assert await office.refused(device_codes.fulfil, other) == (Code.CONFLICT, "this id stands for another order")
    await office.do(device_codes.fulfil, Order(order.id, 2, *DESK[1:]))  # another school's orders have ids of their own
    device = await office.do(enrol, second)
    assert device.name == "Секретарь"
    assert await office.refused(device_codes.fulfil, order) == SPENT


async def test_an_order_ends_with_its_code(office: Office) -> None:
    viewer, expired, cancelled = office.viewer("office"), Order(ids.new(), *DESK), Order(ids.new(), *DESK)
    await office.do(device_codes.fulfil, expired)
    at(NOON + dt.timedelta(hours=24))
    assert await office.refused(device_codes.fulfil, expired) == SPENT
    code = await office.do(device_codes.fulfil, cancelled)
    for login, other in office.world.viewers.items():
        if login != "office":
            assert await office.refused(device_codes.cancel_code, other, Ref(1, cancelled.id)) == ABSENT, login
    for absent in (Ref(1, ids.new()), Ref(2, cancelled.id)):
        assert await office.refused(device_codes.cancel_code, viewer, absent) == ABSENT
    await office.do(device_codes.cancel_code, viewer, Ref(1, cancelled.id))
    before = await office.everything()
    for void in (cancelled, expired):  # what admits nobody stays as it is
        await office.do(device_codes.cancel_code, viewer, Ref(1, void.id))
    assert await office.everything() == before
    assert await office.refused(enrol, code) == BAD_CODE
    assert await office.refused(device_codes.fulfil, cancelled) == SPENT
    used = Order(ids.new(), *DESK)
    await office.do(enrol, await office.do(device_codes.fulfil, used))
    assert await office.refused(device_codes.cancel_code, viewer, Ref(1, used.id)) == (Code.CONFLICT, "this code has admitted a device: revoke that")


async def test_a_hundred_codes_may_be_outstanding(office: Office) -> None:
    async with office.database.begin() as session:
        session.add_all(DeviceCode(
            digest=bytes([number]) * 32, school_id=1, kind=DeviceKind.DESK, name="x", bindings=[], made_at=NOON, expires_at=NOON + dt.timedelta(hours=1),
            cancelled_at=None, renews_id=None, device_id=None) for number in range(100))
    order = Order(ids.new(), *DESK)
    assert await office.refused(device_codes.fulfil, order) == (Code.TOO_MANY, "at most 100 codes may be outstanding: cancel some")
    await office.do(device_codes.fulfil, Order(order.id, 2, *DESK[1:]))
    at(NOON + dt.timedelta(hours=1))
    await office.do(device_codes.fulfil, order)
