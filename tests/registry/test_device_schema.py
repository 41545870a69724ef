"""Devices in GraphQL: the office's list, its codes, revocation."""

import hashlib

from school import ids
from school.ids import Kind
from school.registry.models import Device, DeviceCode, DeviceKind
from tests.registry.office import NO_SUCH, NOON, NOT_ALLOWED, STRANGER, Office, school_id

DEVICES = "{devices {id kind name enrolledAt revokedAt seenAt software queueDepth rejected}}"
CODE = "mutation($input: MakeDeviceCodeInput!) {makeDeviceCode(input: $input) {... on DeviceCodeMade {code} ... on Refusal {code_: code}}}"
REVOKE = "mutation($input: DeviceInput!) {revokeDevice(input: $input) {... on DeviceRevoked {deviceId} ... on Refusal {code message}}}"


async def test_the_office_alone_reads_devices(office: Office) -> None:
    shown = [
        {"id": office.id(Kind.DEVICE, name), "kind": name.upper(), "name": name, "enrolledAt": "2026-09-01T00:00:00+00:00", "revokedAt": None,
         "seenAt": None, "software": "test", "queueDepth": 0, "rejected": 0} for name in ("canteen", "desk", "gate")
    ]
    assert await office.ask("office", DEVICES) == {"data": {"devices": shown}}
    assert await office.ask("office2", DEVICES) == {"data": {"devices": []}}
    for login in ("parent", "anna", "teacher", "guard", "canteen"):
        assert await office.code(login, DEVICES) == "NOT_ALLOWED"
    assert await office.code(None, DEVICES) == "NOT_SIGNED_IN"


async def test_the_office_makes_a_code(office: Office) -> None:
    door, till = ids.encode(Kind.DOOR, 1, office.world.doors["main"]), ids.encode(Kind.TILL, 1, office.world.tills["till"])
    for kind, bindings, kept in (
        ("GATE", [{"reader": "in", "doorId": door, "direction": "IN"}], [{"reader": "in", "door": str(office.world.doors["main"]), "direction": "in"}]),
        ("CANTEEN", [{"reader": "till", "tillId": till}], [{"reader": "till", "till": str(office.world.tills["till"])}]),
        ("DESK", [{"reader": "desk"}], [{"reader": "desk"}]),
    ):
        result = await office.result("office", CODE, schoolId=school_id(1), kind=kind, name=kind, bindings=bindings)
        row = await office.row(DeviceCode, DeviceCode.name == kind)
        assert (row["digest"], row["school_id"], row["kind"], row["bindings"]) == (
            hashlib.sha256(result["code"].replace("-", "").encode()).digest(), 1, DeviceKind[kind], kept)
    good = {"schoolId": school_id(1), "kind": "GATE", "name": "gate", "bindings": [{"reader": "in", "doorId": door, "direction": "IN"}]}
    foreign = ids.encode(Kind.DOOR, 2, ids.new())
    for login, changes, code in (
        ("office2", {}, "NOT_FOUND"), ("office", {"schoolId": school_id(2), "bindings": []}, "NOT_FOUND"),
        ("office", {"schoolId": school_id(3), "bindings": []}, "NOT_FOUND"),
        ("office", {"schoolId": door}, "NOT_FOUND"), ("parent", {}, "NOT_ALLOWED"), (None, {}, "NOT_SIGNED_IN"), ("office", {"name": ""}, "BAD_INPUT"),
        ("office", {"kind": "DESK"}, "BAD_INPUT"), ("office", {"bindings": [{"reader": "in", "doorId": foreign, "direction": "IN"}]}, "BAD_INPUT"),
        ("office", {"bindings": [{"reader": "in", "doorId": till, "direction": "IN"}]}, "NOT_FOUND"),
        ("office", {"bindings": [{"reader": "in", "doorId": door, "direction": "UP"}]}, "BAD_INPUT"),
        ("office", {"kind": "DESK", "bindings": [{"reader": str(number)} for number in range(33)]}, "TOO_MANY"),
    ):
        assert await office.harmless(login, CODE, **good | changes) == {"code_": code}, (login, changes)


async def test_the_office_revokes_a_device(office: Office) -> None:
    gate = office.id(Kind.DEVICE, "gate")
    for login, text, refusal in (
        ("office2", gate, NO_SUCH), ("office", ids.encode(Kind.DEVICE, 1, ids.new()), NO_SUCH), ("office", "nonsense", NO_SUCH),
        ("office", office.id(Kind.CARD, "anna"), NO_SUCH), ("guard", gate, NOT_ALLOWED), (None, gate, STRANGER),
    ):
        assert await office.harmless(login, REVOKE, deviceId=text) == refusal, (login, text)
    assert await office.result("office", REVOKE, deviceId=gate) == {"deviceId": gate}
    assert [row["name"] for row in await office.rows(Device, Device.revoked_at == NOON)] == ["gate"]
    assert await office.harmless("office", REVOKE, deviceId=gate) == {"deviceId": gate}
