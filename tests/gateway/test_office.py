"""The office's devices in the people's GraphQL: the list, one-time codes for places of its own school, new keys, revocation."""

import datetime as dt
import hashlib
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from graphql import parse

from school import ids
from school.access.models import AntiPassback, Door, DoorReader
from school.context import NOBODY, Context
from school.gateway import fleet
from school.ids import Kind
from school.meals.models import Till, TillReader
from school.registry.models import DeviceCode, DeviceKind
from school.schema import LIMITS, people
from school.serving.limits import check
from school.settings import Settings
from tests.gateway.device import DOCUMENTS, denial
from tests.gateway.lodge import NOON, Lodge
from tests.statements import statements

REFUSAL = "... on Refusal {refusal: code message}"
MADE = f"... on DeviceCodeMade {{codeId code: enrolmentCode}} {REFUSAL}"
CODE = f"mutation($input: MakeDeviceCodeInput!) {{makeDeviceCode(input: $input) {{{MADE}}}}}"
RENEW = f"mutation($input: RenewDeviceCodeInput!) {{renewDeviceCode(input: $input) {{{MADE}}}}}"
CANCEL = f"mutation($input: DeviceCodeInput!) {{cancelDeviceCode(input: $input) {{... on DeviceCodeCancelled {{codeId}} {REFUSAL}}}}}"
ROTATE = f"mutation($input: DeviceInput!) {{rotateDeviceKey(input: $input) {{... on DeviceKeyAsked {{deviceId}} {REFUSAL}}}}}"
REVOKE = f"mutation($input: DeviceInput!) {{revokeDevice(input: $input) {{... on DeviceRevoked {{deviceId}} {REFUSAL}}}}}"
READER = "{name state doorId direction tillId place}"
CODES = f"{{deviceCodes {{id kind name renews madeAt expiresAt readers {READER}}}}}"
DEVICES = f"""{{devices {{
    id kind name enrolledAt revokedAt seenAt silentSeconds software queueDepth rejected clockOffsetMs lastTapAt listVersion keyMadeAt keyAskedAt nextKeyUntil
    readers {READER} codes {{id}} }}}}"""
NO_SUCH = {"refusal": "NOT_FOUND", "message": "No such object."}
NOT_ALLOWED = {"refusal": "NOT_ALLOWED", "message": "Your role may not do this."}
STRANGER = {"refusal": "NOT_SIGNED_IN", "message": "Sign in first."}
EARLY = "2026-09-01T00:00:00+00:00"


def school(number: int) -> str:
    """A school's opaque id."""
    return ids.encode(Kind.SCHOOL, number, UUID(int=0))


async def ask(lodge: Lodge, login: str | None, document: str, **values: Any) -> Any:
    """What a document of one root field answers this viewer; the code of the refusal of a query."""
    viewer = lodge.world.viewers[login] if login else NOBODY
    result = await people().execute(document, {"input": values} if values else None, Context(viewer, lodge.database, Settings()))
    if result.errors:
        assert not values, result.errors
        return (result.errors[0].extensions or {})["code"]
    assert result.data is not None
    [answer] = result.data.values()
    return answer


async def harmless(lodge: Lodge, login: str | None, document: str, **values: Any) -> Any:
    """The same, and nothing has changed."""
    async with lodge.unchanged():
        return await ask(lodge, login, document, **values)


async def order(lodge: Lodge, login: str | None, **values: Any) -> Any:
    """What makeDeviceCode answers this viewer: to a new order, unless it is named."""
    return await ask(lodge, login, CODE, **{"id": str(ids.new()), **values})


async def refused(lodge: Lodge, login: str | None, **values: Any) -> tuple[str, str]:
    """Its refusal; nothing has changed."""
    async with lodge.unchanged():
        answer = await order(lodge, login, **values)
    return answer["refusal"], answer["message"]


def places(lodge: Lodge) -> tuple[str, str]:
    """The door and the till of the world."""
    return ids.encode(Kind.DOOR, 1, lodge.world.doors["main"]), ids.encode(Kind.TILL, 1, lodge.world.tills["till"])


async def test_the_office_orders_a_code(lodge: Lodge) -> None:
    door, till = places(lodge)
    for kind, bindings, kept in (
        ("GATE", [{"reader": "in", "doorId": door, "direction": "IN"}], [{"reader": "in", "door": str(lodge.world.doors["main"]), "direction": "in"}]),
        ("CANTEEN", [{"reader": "till", "tillId": till}], [{"reader": "till", "till": str(lodge.world.tills["till"])}]),
        ("DESK", [{"reader": "desk"}], [{"reader": "desk"}]),
    ):
        code = (await order(lodge, "office", schoolId=school(1), kind=kind, name=kind, bindings=bindings))["code"]
        assert await lodge.row(DeviceCode, "digest", "school_id", "kind", "bindings", name=kind) == (
            hashlib.sha256(code.replace("-", "").encode()).digest(), 1, DeviceKind[kind], kept)
        stranger = lodge.stranger(DeviceKind[kind])
        assert (await stranger.call("enrol", input=lodge.enrolment(stranger, code)))["__typename"] == "Enrolled"


async def test_what_is_not_sensible_or_not_the_office_s_is_refused(lodge: Lodge) -> None:
    door, till = places(lodge)
    good: dict[str, Any] = {"schoolId": school(1), "kind": "GATE", "name": "gate", "bindings": [{"reader": "in", "doorId": door, "direction": "IN"}]}
    wrong: tuple[tuple[str | None, dict[str, Any], str], ...] = (
        ("office2", {}, "NOT_FOUND"), ("office", {"schoolId": school(2), "bindings": []}, "NOT_FOUND"),
        ("office", {"schoolId": school(3), "bindings": []}, "NOT_FOUND"), ("office", {"schoolId": door}, "NOT_FOUND"),
        ("parent", {}, "NOT_ALLOWED"), (None, {}, "NOT_SIGNED_IN"), ("office", {"name": ""}, "BAD_INPUT"), ("office", {"kind": "DESK"}, "BAD_INPUT"),
        ("office", {"bindings": [{"reader": "in", "doorId": till, "direction": "IN"}]}, "NOT_FOUND"),
        ("office", {"id": "nonsense"}, "BAD_INPUT"), ("office", {"id": "00000000-0000-4000-8000-000000000000"}, "BAD_INPUT"),
        ("office", {"bindings": [{"reader": "in", "doorId": door}]}, "BAD_INPUT"), ("office", {"bindings": [{"reader": "in"}]}, "BAD_INPUT"),
        ("office", {"bindings": [{"reader": "in", "tillId": till}]}, "BAD_INPUT"), ("office", {"bindings": good["bindings"] * 2}, "BAD_INPUT"),
        ("office", {"bindings": []}, "BAD_INPUT"), ("office", {"kind": "CANTEEN", "bindings": []}, "BAD_INPUT"),
        ("office", {"kind": "DESK", "bindings": [{"reader": str(number)} for number in range(33)]}, "TOO_MANY"),
        ("office", {"bindings": [
            {"reader": str(number), "doorId": ids.encode(Kind.DOOR, 1, ids.new()), "direction": "IN"} for number in range(33)]}, "TOO_MANY"),
    )
    for login, changes, code in wrong:
        assert (await refused(lodge, login, **good | changes))[0] == code, (login, changes)


async def test_a_place_of_another_school_is_as_absent_as_one_that_is_nowhere(lodge: Lodge) -> None:
    door, till = Door(school_id=2, id=ids.new(), name="Вход", anti_passback=AntiPassback.OFF), Till(school_id=2, id=ids.new(), name="Буфет")
    async with lodge.database.begin() as session:
        session.add_all([door, till])
    own_door, own_till = places(lodge)
    for kind, noun, field, place, own, more in (
        ("GATE", Kind.DOOR, "doorId", door.id, own_door, {"direction": "IN"}), ("CANTEEN", Kind.TILL, "tillId", till.id, own_till, {}),
    ):
        absent = (ids.encode(noun, 2, place), ids.encode(noun, 1, place), ids.encode(noun, 1, ids.new()), ids.encode(noun, 2, ids.new()), "nonsense")
        for text in absent:
            bindings = [{"reader": "first", field: own, **more}, {"reader": "second", field: text, **more}]
            values = {"schoolId": school(1), "kind": kind, "name": "name", "bindings": bindings}
            assert await refused(lodge, "office", **values) == ("NOT_FOUND", "No such object."), (kind, text)


def reader(name: str, state: str | None = None, **changes: Any) -> dict[str, Any]:
    """A reader on the wire that stands for nothing."""
    return {"name": name, "state": state, "doorId": None, "direction": None, "tillId": None, "place": None, **changes}


def stored(lodge: Lodge, name: str, readers: list[dict[str, Any]], **changes: Any) -> dict[str, Any]:
    """A device of the world on the wire."""
    return {
        "id": ids.encode(Kind.DEVICE, 1, lodge.world.devices[name]), "kind": name.upper(), "name": name, "enrolledAt": EARLY, "revokedAt": None, "seenAt": None,
        "silentSeconds": None,
        "software": "test", "queueDepth": 0, "rejected": 0, "clockOffsetMs": 0, "lastTapAt": None, "listVersion": None, "keyMadeAt": EARLY,
        "keyAskedAt": None, "nextKeyUntil": None, "readers": readers, "codes": [], **changes,
    }


async def test_the_office_sees_its_devices_as_they_are(lodge: Lodge) -> None:
    door, till = places(lodge)
    at_door = {way: {"doorId": door, "direction": way.upper(), "place": "Главный вход"} for way in ("in", "out")}
    at_till = reader("till", tillId=till, place="Буфет")
    shown = [stored(lodge, "canteen", [at_till]), stored(lodge, "desk", []), stored(lodge, "gate", [reader(way, **at_door[way]) for way in ("in", "out")])]
    assert await harmless(lodge, "office", DEVICES) == shown
    assert await harmless(lodge, "office2", DEVICES) == []
    for login in ("parent", "anna", "teacher", "guard", "canteen"):
        for document in (DEVICES, CODES):
            assert await harmless(lodge, login, document) == "NOT_ALLOWED", login
    assert await harmless(lodge, None, DEVICES) == await harmless(lodge, None, CODES) == "NOT_SIGNED_IN"
    gate = await lodge.device("gate")
    told = [{"name": "in", "state": "OK"}, {"name": "side", "state": "ABSENT"}]
    report = gate.report(queueDepth=3, rejected=1, listVersion="17", readers=told, software="reader 2", sentAt="0001-01-01T00:00:00Z")
    await gate.call("heartbeat", input=report)
    await gate.call("rotateKey", input=gate.announcement(Ed25519PrivateKey.generate()))
    assert (await ask(lodge, "office", DEVICES))[2] == stored(
        lodge, "gate", [reader("in", "OK", **at_door["in"]), reader("out", **at_door["out"]), reader("side", "ABSENT")], seenAt=NOON.isoformat(),
        silentSeconds=0,
        queueDepth=3, rejected=1, listVersion="17", software="reader 2", clockOffsetMs=2**31 - 1, nextKeyUntil=(NOON + dt.timedelta(days=7)).isoformat())


async def test_the_list_takes_four_statements_for_any_number(lodge: Lodge) -> None:
    for extra in (0, 5):
        for number in range(extra):
            await lodge.enrol_gate()
            await ask(lodge, "office", RENEW, id=str(ids.new()), deviceId=(await ask(lodge, "office", DEVICES))[number]["id"])
        for document, count in ((DEVICES, 4), (CODES, 2)):
            with statements(lodge.database) as sent:
                await ask(lodge, "office", document)
            assert sent == ["SELECT"] * count, (document, extra)


def test_the_office_s_page_is_within_the_limits() -> None:
    page = f"{{{DEVICES[1:-1]} {CODES[1:-1]}}}"
    assert check(people()._schema, parse(page), LIMITS) < LIMITS.cost / 4


async def test_the_same_order_again_makes_another_code(lodge: Lodge) -> None:
    door, _ = places(lodge)
    values = {"id": str(ids.new()), "schoolId": school(1), "kind": "GATE", "name": "gate", "bindings": [{"reader": "in", "doorId": door, "direction": "IN"}]}
    first, second = await order(lodge, "office", **values), await order(lodge, "office", **values)
    assert first["codeId"] == second["codeId"]
    assert first["code"] != second["code"]
    assert await refused(lodge, "office", **values | {"name": "other"}) == ("CONFLICT", "this id stands for another order")
    stranger = lodge.stranger()
    async with lodge.unchanged():
        assert await stranger.code("enrol", input=lodge.enrolment(stranger, first["code"])) == "BAD_CODE"
    assert (await stranger.call("enrol", input=lodge.enrolment(stranger, second["code"])))["__typename"] == "Enrolled"
    assert (await refused(lodge, "office", **values))[0] == "CONFLICT"


async def test_another_device_in_the_place_of_one(lodge: Lodge) -> None:
    for name, bindings in (
        ("gate", lodge.gate_bindings()), ("canteen", [{"reader": "till", "till": str(lodge.world.tills["till"])}]), ("desk", [{"reader": "left"}]),
    ):
        device, order_id = await lodge.device(name), ids.new()
        await device.call("heartbeat", input=device.report(readers=[{"name": "left", "state": "OK"}]))
        values = {"id": str(order_id), "deviceId": device.id}
        for login, refusal in (("office2", NO_SUCH), ("guard", NOT_ALLOWED), (None, STRANGER)):
            assert await harmless(lodge, login, RENEW, **values) == refusal, login
        await ask(lodge, "office", RENEW, **values)
        code = await ask(lodge, "office", RENEW, **values)
        assert code["codeId"] == ids.encode(Kind.DEVICE_CODE, 1, order_id)
        assert await lodge.row(DeviceCode, "kind", "name", "bindings", "renews_id", id=order_id) == (DeviceKind(name), name, bindings, lodge.key(device))
        [pending] = [one for one in await ask(lodge, "office", DEVICES) if one["id"] == device.id]
        assert pending["codes"] == [{"id": code["codeId"]}]
        stranger = lodge.stranger(DeviceKind(name))
        assert (await stranger.call("enrol", input=lodge.enrolment(stranger, code["code"])))["__typename"] == "Enrolled"
        assert (await device.call("heartbeat", input=device.report()))["__typename"] == "Heartbeat"  # the old one may have taps to send
    assert await harmless(lodge, "office", RENEW, id=str(ids.new()), deviceId="nonsense") == NO_SUCH
    assert await ask(lodge, "office", CODES) == []


async def test_a_device_that_stands_nowhere_is_not_renewed(lodge: Lodge) -> None:
    """Its door's or till's readers are gone: another one in its place would refuse every card."""
    for name, table in (("gate", DoorReader), ("canteen", TillReader)):
        device = await lodge.device(name)
        async with lodge.database.begin() as session:
            await session.execute(sa.delete(table))
        answer = await harmless(lodge, "office", RENEW, id=str(ids.new()), deviceId=device.id)
        assert answer["refusal"] == "BAD_INPUT", name


async def test_those_that_were_turned_away_come_last(lodge: Lodge, monkeypatch: pytest.MonkeyPatch) -> None:
    await lodge.revoke(await lodge.device("canteen"))
    assert [device["name"] for device in await ask(lodge, "office", DEVICES)] == ["desk", "gate", "canteen"]
    monkeypatch.setattr(fleet, "MOST", 2)
    assert [device["name"] for device in await ask(lodge, "office", DEVICES)] == ["desk", "gate"]


async def test_outstanding_codes_are_shown_and_cancelled(lodge: Lodge) -> None:
    door, till = places(lodge)
    gate = await order(lodge, "office", schoolId=school(1), kind="GATE", name="A", bindings=[{"reader": "in", "doorId": door, "direction": "OUT"}])
    canteen = await order(lodge, "office", schoolId=school(1), kind="CANTEEN", name="B", bindings=[{"reader": "x", "tillId": till}])
    expiry = (NOON + dt.timedelta(hours=24)).isoformat()
    kept = {
        made["codeId"]: {"id": made["codeId"], "kind": kind, "name": name, "renews": None, "madeAt": NOON.isoformat(), "expiresAt": expiry, "readers": [place]}
        for made, kind, name, place in (
            (gate, "GATE", "A", reader("in", doorId=door, direction="OUT", place="Главный вход")),
            (canteen, "CANTEEN", "B", reader("x", tillId=till, place="Буфет")))
    }
    assert {code["id"]: code for code in await harmless(lodge, "office", CODES)} == kept
    assert await harmless(lodge, "office2", CODES) == []
    for login, text, refusal in (
        ("office2", gate["codeId"], NO_SUCH), ("office", "nonsense", NO_SUCH), ("office", ids.encode(Kind.DEVICE_CODE, 1, ids.new()), NO_SUCH),
        ("office", door, NO_SUCH), ("guard", gate["codeId"], NOT_ALLOWED), (None, gate["codeId"], STRANGER),
    ):
        assert await harmless(lodge, login, CANCEL, codeId=text) == refusal, (login, text)
    assert await ask(lodge, "office", CANCEL, codeId=gate["codeId"]) == {"codeId": gate["codeId"]}
    assert await harmless(lodge, "office", CANCEL, codeId=gate["codeId"]) == {"codeId": gate["codeId"]}
    assert await ask(lodge, "office", CODES) == [kept[canteen["codeId"]]]
    stranger = lodge.stranger()
    async with lodge.unchanged():
        assert await stranger.code("enrol", input=lodge.enrolment(stranger, gate["code"])) == "BAD_CODE"


async def test_the_office_asks_for_a_new_key_and_revokes(lodge: Lodge) -> None:
    gate = await lodge.device("gate")
    for document in (ROTATE, REVOKE):
        for login, text, refusal in (
            ("office2", gate.id, NO_SUCH), ("office", ids.encode(Kind.DEVICE, 1, ids.new()), NO_SUCH), ("office", "nonsense", NO_SUCH),
            ("office", ids.encode(Kind.CARD, 1, lodge.world.cards["anna"]), NO_SUCH), ("guard", gate.id, NOT_ALLOWED), (None, gate.id, STRANGER),
        ):
            assert await harmless(lodge, login, document, deviceId=text) == refusal, (login, text)
    assert await ask(lodge, "office", ROTATE, deviceId=gate.id) == {"deviceId": gate.id}
    assert await harmless(lodge, "office", ROTATE, deviceId=gate.id) == {"deviceId": gate.id}
    assert (await ask(lodge, "office", DEVICES))[2]["keyAskedAt"] == NOON.isoformat()
    assert (await gate.call("heartbeat", input=gate.report()))["rotateKey"] is True
    assert await ask(lodge, "office", REVOKE, deviceId=gate.id) == {"deviceId": gate.id}
    assert await harmless(lodge, "office", REVOKE, deviceId=gate.id) == {"deviceId": gate.id}
    assert (await ask(lodge, "office", DEVICES))[2]["revokedAt"] == NOON.isoformat()
    assert await harmless(lodge, "office", ROTATE, deviceId=gate.id) == {"refusal": "CONFLICT", "message": "this device is turned away"}
    async with lodge.unchanged():
        assert denial(await gate.ask(DOCUMENTS["heartbeat"], {"input": gate.report()})) == (401, "REVOKED")
