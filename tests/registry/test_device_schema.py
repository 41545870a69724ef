"""Devices in GraphQL: the office's list, revocation."""

from school import ids
from school.ids import Kind
from school.registry.models import Device
from tests.registry.office import NO_SUCH, NOON, NOT_ALLOWED, STRANGER, Office

DEVICES = "{devices {id kind name enrolledAt revokedAt seenAt software queueDepth rejected}}"
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
