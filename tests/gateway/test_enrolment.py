"""Enrolment over HTTP: a stranger with a code becomes a device whose readers stand for what the office said."""

import datetime as dt
from base64 import urlsafe_b64decode
from typing import Any
from uuid import UUID

import orjson
import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from structlog.testing import capture_logs

from school import ids
from school.access.models import AntiPassback, Direction, Door, DoorReader
from school.errors import Code, Refused
from school.gateway import enrolment
from school.gateway.denial import Denied, Reason
from school.gateway.throttle import BURST, MOST_NETWORKS, SECONDS_EACH, Throttle
from school.ids import Kind, Ref
from school.meals.models import Till, TillReader
from school.registry.device_codes import Order
from school.registry.models import CardKey, DeviceCode, DeviceKind, School
from school.registry.models import Device as Stored
from tests.gateway.device import ADMIT, DOCUMENTS, base64, denial, recorded
from tests.gateway.lodge import NOON, SOFTWARE, Lodge, at
from tests.gateway.torsion import CONSTANT, WEAK
from tests.world import EARLY

NEVER_READ = {"readers": None, "list_version": None, "key_made_at": None, "next_key": None, "next_key_until": None, "rotation_asked_at": None}


def bindings(lodge: Lodge, kind: DeviceKind) -> list[dict[str, str]]:
    """What the office binds the readers of such a device to."""
    till = [{"reader": "till", "till": str(lodge.world.tills["till"])}]
    return {DeviceKind.GATE: lodge.gate_bindings(), DeviceKind.CANTEEN: till, DeviceKind.DESK: []}[kind]


async def stored(lodge: Lodge, key: Any) -> dict[str, Any]:
    """All columns of a device."""
    return dict(zip(Stored.__table__.columns.keys(), await lodge.row(Stored, id=key), strict=True))


@pytest.mark.parametrize("kind", DeviceKind)
async def test_a_stranger_with_a_code_becomes_a_device(lodge: Lodge, kind: DeviceKind) -> None:
    code, stranger = await lodge.code(kind, *bindings(lodge, kind)), lodge.stranger(kind)
    answer = await stranger.call("enrol", input=lodge.enrolment(stranger, f" {code.lower().replace('-', '')} "))
    key_id, secret = lodge.world.card_keys[1]
    ref = ids.decode(Kind.DEVICE, answer["deviceId"])
    assert answer == {
        "__typename": "Enrolled", "deviceId": ids.encode(Kind.DEVICE, 1, ref.id), "kind": kind.name, "name": "Пост № 2", "timeZone": "Europe/Moscow",
        "serverTime": NOON.isoformat(), "cardKeys": [{"id": str(key_id), "key": base64(secret), "current": True}],
    }
    assert await stored(lodge, ref.id) == {
        "school_id": 1, "id": ref.id, "kind": kind, "name": "Пост № 2", "public_key": stranger.public_key, "enrolled_at": NOON, "revoked_at": None,
        "counter": 0, "counter_window": 0, "seen_at": NOON, "software": SOFTWARE, "queue_depth": 0, "rejected": 0, "clock_offset_ms": 0,
        "last_tap_at": None, **NEVER_READ,
    }
    door = lodge.world.doors["main"]
    assert await lodge.rows(DoorReader, "reader", "door_id", "direction", device_id=ref.id) == (
        [("in", door, Direction.IN), ("out", door, Direction.OUT)] if kind is DeviceKind.GATE else [])
    before, till = lodge.world.devices["canteen"], lodge.world.tills["till"]
    assert sorted(await lodge.rows(TillReader, "device_id", "reader", "till_id")) == sorted(
        (id_, "till", till) for id_ in ([before, ref.id] if kind is DeviceKind.CANTEEN else [before]))
    assert await lodge.row(DeviceCode, "device_id") == (ref.id,)
    told = [("access.bindings_changed", [["passes", str(UUID(int=0))]], {"device_id": str(ref.id)}, False)]
    assert await lodge.events() == (told if kind is DeviceKind.GATE else [])
    async with lodge.unchanged():
        assert await stranger.code("enrol", input=lodge.enrolment(stranger, code)) == "BAD_CODE"  # used


async def test_an_enrolled_device_stands_where_it_is_bound(lodge: Lodge) -> None:
    gate = await lodge.enrol(DeviceKind.GATE, *bindings(lodge, DeviceKind.GATE))
    assert await gate.present(gate.tap("anna")) == recorded(1)
    assert await gate.submit(gate.tap("boris", verdict=ADMIT), gate.tap("anna", "out")) == [recorded(2), recorded(3)]
    assert await lodge.presence() == {"anna": False, "boris": True}
    before = await lodge.device("canteen")
    canteen = await lodge.enrol(DeviceKind.CANTEEN, *bindings(lodge, DeviceKind.CANTEEN))
    assert await canteen.present(canteen.tap("anna")) == recorded(1)
    assert await before.present(before.tap("anna")) == recorded(1)  # until it is turned away
    assert [event[0] for event in await lodge.events()][-2:] == ["meals.card_presented"] * 2
    desk = await lodge.enrol(DeviceKind.DESK)
    assert await desk.present(desk.tap("anna")) == recorded(1)


async def test_the_request_is_signed_with_the_key_that_it_brings(lodge: Lodge) -> None:
    code, stranger, other = await lodge.code(DeviceKind.DESK), lodge.stranger(), Ed25519PrivateKey.generate()
    raw = stranger.public_key
    async with lodge.unchanged():
        answer = await stranger.ask(DOCUMENTS["enrol"], {"input": lodge.enrolment(stranger, code, publicKey=base64(other.public_key().public_bytes_raw()))})
        assert denial(answer) == (401, "BAD_SIGNATURE")
        for key in (base64(raw[:31]), base64(raw + b"\0"), base64(bytes(32)), "", "é" * 43, "A" * 45):
            assert await stranger.code("enrol", input=lodge.enrolment(stranger, code, publicKey=key)) == "BAD_INPUT", key
    enrolled = await stranger.call("enrol", input=lodge.enrolment(stranger, code))
    assert (await stored(lodge, ids.decode(Kind.DEVICE, enrolled["deviceId"]).id))["public_key"] == raw


async def test_a_key_for_which_a_constant_signs_is_none_and_keeps_the_code(lodge: Lodge) -> None:
    code, stranger = await lodge.code(DeviceKind.DESK), lodge.stranger()
    async with lodge.unchanged():
        for key in WEAK:
            body = orjson.dumps({"query": DOCUMENTS["enrol"], "variables": {"input": lodge.enrolment(stranger, code, publicKey=base64(key))}})
            answer = (await stranger.post(body, stranger.sign(body) | {"school-signature": base64(CONSTANT)})).json()
            assert (answer["data"]["enrol"]["__typename"], answer["data"]["enrol"]["code"]) == ("Refusal", "BAD_INPUT"), key
    assert (await stranger.call("enrol", input=lodge.enrolment(stranger, code)))["__typename"] == "Enrolled"


async def test_a_code_that_is_unknown_used_or_expired_is_one_answer(lodge: Lodge) -> None:
    stranger, expired, used = lodge.stranger(), await lodge.code(DeviceKind.DESK), await lodge.code(DeviceKind.DESK)
    assert (await stranger.call("enrol", input=lodge.enrolment(stranger, used)))["__typename"] == "Enrolled"
    at(NOON + dt.timedelta(hours=24))
    fresh = await lodge.code(DeviceKind.DESK)
    async with lodge.unchanged():
        answers = [
            await stranger.call("enrol", input=lodge.enrolment(stranger, code)) for code in ("0000-0000-0000", "", "x" * 10_000, "код", "\0", used, expired)]
    message = "This code is unknown, used or expired."
    assert answers == [{"__typename": "Refusal", "code": "BAD_CODE", "message": message, "sequence": None}] * 7
    assert (await stranger.call("enrol", input=lodge.enrolment(stranger, fresh)))["__typename"] == "Enrolled"


async def test_what_an_enrolment_says_must_be_sensible(lodge: Lodge) -> None:
    stranger, code = lodge.stranger(), await lodge.code(DeviceKind.DESK)
    wrong: tuple[dict[str, Any], ...] = (
        {"software": ""}, {"software": "x" * 41}, {"software": "a\nb"}, {"sentAt": "noon"}, {"sentAt": "2026-09-07T12:00:00"}, {"sentAt": ""})
    async with lodge.unchanged():
        for changes in wrong:
            assert await stranger.code("enrol", input=lodge.enrolment(stranger, code, **changes)) == "BAD_INPUT", changes
    assert (await stranger.call("enrol", input=lodge.enrolment(stranger, code, sentAt="1970-01-01T00:00:00Z")))["__typename"] == "Enrolled"


@pytest.mark.parametrize("kind", [DeviceKind.GATE, DeviceKind.CANTEEN])
async def test_a_place_that_has_gone_is_no_place_and_keeps_the_code(lodge: Lodge, kind: DeviceKind) -> None:
    second: Door | Till = Door(school_id=1, id=ids.new(), name="Двор", anti_passback=AntiPassback.OFF)
    bound = [{"reader": "in", "door": str(second.id), "direction": "in"}]
    if kind is DeviceKind.CANTEEN:
        second = Till(school_id=1, id=ids.new(), name="Столовая")
        bound = [{"reader": "till", "till": str(second.id)}]
    code, stranger = await lodge.code(kind, *bindings(lodge, kind)[1:], *bound), lodge.stranger(kind)  # the place is not there yet, nor any more
    async with lodge.unchanged():
        assert await stranger.code("enrol", input=lodge.enrolment(stranger, code)) == "NOT_FOUND"
    async with lodge.database.begin() as session:
        session.add(second)
    assert (await stranger.call("enrol", input=lodge.enrolment(stranger, code)))["__typename"] == "Enrolled"


async def test_a_place_of_another_school_is_no_place(lodge: Lodge) -> None:
    stranger = lodge.stranger()
    for kind in (DeviceKind.GATE, DeviceKind.CANTEEN):
        code = await lodge.code(kind, *bindings(lodge, kind), school_id=2)
        async with lodge.unchanged():
            assert await stranger.code("enrol", input=lodge.enrolment(stranger, code)) == "NOT_FOUND"


async def test_the_office_of_the_school_alone_orders_a_code(lodge: Lodge) -> None:
    desk = Ref(1, lodge.world.devices["desk"])
    for login, viewer in lodge.world.viewers.items():
        order = Order(ids.new(), 1, DeviceKind.DESK, "Секретарь", [{"reader": "desk"}])
        if login == "office":
            async with lodge.database.begin() as session:
                await enrolment.order_code(session, viewer, order)
                await enrolment.renew_code(session, viewer, ids.new(), desk)
        else:
            async with lodge.unchanged():
                for verb, arguments in ((enrolment.order_code, (order,)), (enrolment.renew_code, (ids.new(), desk))):
                    with pytest.raises(Refused) as caught:
                        async with lodge.database.begin() as session:
                            await verb(session, viewer, *arguments)
                    assert caught.value.code is Code.NOT_FOUND, login
    assert len(await lodge.rows(DeviceCode)) == 2


async def test_a_school_s_first_device_makes_its_card_key(lodge: Lodge) -> None:
    async with lodge.database.begin() as session:
        session.add(School(id=3, name="Школа № 3", short_name="Ш3", time_zone="Asia/Vladivostok", currency="RUB"))
    told = []
    for _ in range(2):
        stranger = lodge.stranger(DeviceKind.DESK)
        told.append(await stranger.call("enrol", input=lodge.enrolment(stranger, await lodge.code(DeviceKind.DESK, school_id=3))))
    [(key_id, secret)] = await lodge.rows(CardKey, "id", "secret", school_id=3)
    assert [answer["cardKeys"] for answer in told] == [[{"id": str(key_id), "key": base64(secret), "current": True}]] * 2
    assert (len(urlsafe_b64decode(told[0]["cardKeys"][0]["key"] + "=")), {answer["timeZone"] for answer in told}) == (32, {"Asia/Vladivostok"})
    made = {ids.decode(Kind.DEVICE, answer["deviceId"]) for answer in told}
    assert made == {Ref(3, id_) for id_, in await lodge.rows(DeviceCode, "device_id", school_id=3)}


async def test_all_keys_of_the_school_are_told_the_newest_first(lodge: Lodge) -> None:
    newer = CardKey(school_id=1, id=ids.new(), secret=bytes(range(32)), made_at=EARLY + dt.timedelta(days=1))
    async with lodge.database.begin() as session:
        session.add(newer)
    old = lodge.world.card_keys[1]
    keys = [
        {"id": str(newer.id), "key": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8", "current": True},
        {"id": str(old[0]), "key": base64(old[1]), "current": False},
    ]
    stranger = lodge.stranger(DeviceKind.DESK)
    code = await lodge.code(DeviceKind.DESK)
    assert (await stranger.call("enrol", input=lodge.enrolment(stranger, code)))["cardKeys"] == keys
    gate = await lodge.device("gate")
    assert (await gate.call("heartbeat", input=gate.report()))["cardKeys"] == (await gate.call("passList"))["cardKeys"] == keys


async def test_strangers_are_throttled_by_their_address(lodge: Lodge) -> None:
    seconds = 0.0
    lodge.gateway._throttle = Throttle(lambda: seconds)
    stranger, code = lodge.stranger(DeviceKind.DESK), await lodge.code(DeviceKind.DESK)
    variables = {"input": lodge.enrolment(stranger, code)}
    for number in range(BURST):  # whatever they try
        document = "{" if number % 2 else DOCUMENTS["heartbeat"]
        assert denial(await stranger.ask(document)) == ((400, "BAD_REQUEST") if number % 2 else (403, "NOT_ALLOWED"))
    async with lodge.unchanged():
        answer = await stranger.ask(DOCUMENTS["enrol"], variables)
        assert (*denial(answer), answer.headers["retry-after"]) == (429, "THROTTLED", "2")
        seconds = 0.7
        answer = await stranger.ask(DOCUMENTS["enrol"], variables)
        assert (*denial(answer), answer.headers["retry-after"]) == (429, "THROTTLED", "2")
        seconds = 1.5
        answer = await stranger.ask(DOCUMENTS["enrol"], variables)
        assert (*denial(answer), answer.headers["retry-after"]) == (429, "THROTTLED", "1")
    gate = await lodge.device("gate")
    assert (await gate.call("passList"))["__typename"] == "PassList"  # whoever is enrolled is no stranger
    seconds = 2.0  # as it was told: what was refused costs nothing
    assert (await stranger.call("enrol", input=variables["input"]))["__typename"] == "Enrolled"
    assert denial(await stranger.ask("{")) == (429, "THROTTLED")
    elsewhere = lodge.stranger(DeviceKind.DESK)
    elsewhere.client = lodge.client_at("10.0.0.2")
    assert denial(await elsewhere.ask("{")) == (400, "BAD_REQUEST")


async def test_who_has_a_network_of_addresses_is_one_stranger(lodge: Lodge) -> None:
    lodge.gateway._throttle = Throttle(lambda: 0.0)
    stranger = lodge.stranger(DeviceKind.DESK)
    for number in range(BURST):
        stranger.client = lodge.client_at(f"2001:db8:0:1::{number:x}")
        assert denial(await stranger.ask("{")) == (400, "BAD_REQUEST")
    for address, answer in (("2001:db8:0:1:ffff::1", (429, "THROTTLED")), ("2001:db8:0:2::1", (400, "BAD_REQUEST")), ("::ffff:10.0.0.9", (400, "BAD_REQUEST"))):
        stranger.client = lodge.client_at(address)
        assert denial(await stranger.ask("{")) == answer, address


def test_an_address_gets_its_burst_back_and_no_more() -> None:
    seconds = 0.0
    throttle, told = Throttle(lambda: seconds), []

    def passes() -> int:
        done = 0
        try:
            while True:
                throttle.attempt("a")
                done += 1
        except Denied as denied:
            told.append((denied.reason, denied.retry_after))
        return done

    assert passes() == BURST
    seconds = 3 * SECONDS_EACH
    assert passes() == 3
    seconds = 1000 * SECONDS_EACH
    assert passes() == BURST
    for number in range(MOST_NETWORKS):
        throttle.attempt(str(number))
    assert len(throttle._full_at) == MOST_NETWORKS
    assert passes() == BURST  # forgotten, so that memory is bounded
    assert told == [(Reason.THROTTLED, 2)] * 4


async def test_a_bug_in_binding_uses_up_nothing(lodge: Lodge) -> None:
    code, stranger = await lodge.code(DeviceKind.GATE, *bindings(lodge, DeviceKind.GATE)), lodge.stranger()
    async with lodge.database.begin() as session:
        await session.execute(sa.update(DeviceCode).values(bindings=[{"reader": "in"}]))
    async with lodge.unchanged():
        with capture_logs() as logged:  # nor is a long traceback made pretty
            answer = await stranger.ask(DOCUMENTS["enrol"], {"input": lodge.enrolment(stranger, code)})
        assert [entry["event"] for entry in logged] == ["bug"]
        assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (500, "INTERNAL")
