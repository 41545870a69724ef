"""Credentials: a request is carried out once, fresh, and only if its device signed exactly this."""

import datetime as dt
from base64 import urlsafe_b64decode

import httpx
import orjson
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from school import ids
from school.gateway import credentials
from school.gateway.denial import Denied, Reason
from school.ids import Kind
from school.registry import device_keys
from school.registry.models import Device as Stored
from school.registry.models import DeviceKind
from tests.gateway.device import DOCUMENTS, Device, base64, denial
from tests.gateway.lodge import NOON, Lodge
from tests.gateway.torsion import CONSTANT, IDENTITY, PRIME, WEAK, encodings, multiply, points, torsion
from tests.world import World

BODY = b'{"query":"{ passList { __typename } }","variables":null}'
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
FIVE, MS = dt.timedelta(minutes=5), dt.timedelta(milliseconds=1)
HEADERS = ("school-device", "school-counter", "school-time", "school-signature")
LAST = 2**63 - 1


def alone(id_: str = "device") -> Device:
    """A device that needs no server to sign."""
    return Device(httpx.AsyncClient(), World(), DeviceKind.GATE, id_)


def reason_of(headers: dict[str, str], device: Device, body: bytes = BODY) -> Reason | None:
    """Why headers and body are denied by whoever knows the device's key; None if they are not."""
    try:
        credentials.read(headers, body).verify(device.public_key)
    except Denied as denied:
        return denied.reason
    return None


MALFORMED = [
    *((name, None) for name in HEADERS), *((name, "") for name in HEADERS), ("school-device", "x" * 65), ("school-device", "new"),
    *(("school-counter", text) for text in ("0", "-1", "+1", "01", "00", "1.0", "1e3", " 1", "1 ", "1\n", "0x1", "１", "²", "1_0", str(2**63), "1" * 20)),
    *(("school-time", text) for text in ("-1", "+1", "01", "1.5", "1e12", " 1", "1\n", "１", "1_0", "1" * 16, "noon")),
]


@pytest.mark.parametrize(("name", "value"), MALFORMED)
def test_a_header_that_is_missing_or_malformed_is_unsigned(name: str, value: str | None) -> None:
    device = alone()
    headers = device.sign(BODY)
    assert reason_of(headers, device) is None
    del headers[name]
    assert reason_of(headers if value is None else headers | {name: value}, device) is Reason.UNSIGNED


def test_a_signature_has_one_form() -> None:
    device = alone()
    headers = device.sign(BODY)
    signature = headers["school-signature"]
    assert len(signature) == 86
    same = [letter for letter in LETTERS if urlsafe_b64decode(f"{signature[:-1]}{letter}==") == urlsafe_b64decode(f"{signature}==")]
    assert len(same) == 16  # four bits of the last letter mean nothing
    malformed = [f"{signature[:-1]}{letter}" for letter in same if letter != signature[-1]]
    malformed += [signature[:-1], f"{signature}A", f"{signature}=", f"{signature}==", f" {signature}", f"{signature}\n"]
    malformed += [letter + signature[1:] for letter in "+/=. é"]
    for text in malformed:
        assert reason_of(headers | {"school-signature": text}, device) is Reason.UNSIGNED, text


def test_a_stranger_has_the_counter_zero_and_nobody_else_has() -> None:
    assert reason_of(alone("new").sign(BODY), alone()) is Reason.BAD_SIGNATURE
    device = alone("new")
    assert reason_of(device.sign(BODY), device) is None
    assert reason_of(device.sign(BODY, counter=1), device) is Reason.UNSIGNED
    assert reason_of(alone().sign(BODY, counter=0), alone()) is Reason.UNSIGNED
    for counter in (1, LAST):
        device = alone()
        assert reason_of(device.sign(BODY, counter=counter), device) is None


def test_every_altered_byte_breaks_the_signature() -> None:
    device = alone("AQ_-device")
    device.counter = 987_654_320
    headers = device.sign(BODY)
    for place in range(len(BODY)):
        for bit in (1, 128):
            assert reason_of(headers, device, BODY[:place] + bytes([BODY[place] ^ bit]) + BODY[place + 1:]) is Reason.BAD_SIGNATURE
    assert reason_of(headers, device, BODY[:-1]) is reason_of(headers, device, BODY + b" ") is reason_of(headers, device, b"") is Reason.BAD_SIGNATURE
    alphabets = {"school-device": LETTERS, "school-counter": "123456789", "school-time": "123456789", "school-signature": LETTERS}
    last = {letter for letter in LETTERS if LETTERS.index(letter) % 16 == 0}
    for name, alphabet in alphabets.items():
        value = headers[name]
        for place, letter in enumerate(value):
            fit = last if (name, place) == ("school-signature", 85) else alphabet[place % 8::8]
            for other in set(fit) - {letter}:
                altered = value[:place] + other + value[place + 1:]
                assert reason_of(headers | {name: altered}, device) is Reason.BAD_SIGNATURE, (name, altered)
    for name in ("school-device", "school-counter", "school-time"):
        assert reason_of(headers | {name: headers[name] + "1"}, device) is Reason.BAD_SIGNATURE
    assert reason_of(headers, alone()) is Reason.BAD_SIGNATURE
    assert reason_of(device.sign(BODY, key=Ed25519PrivateKey.generate()), device) is Reason.BAD_SIGNATURE


def test_a_key_that_is_none_is_a_bad_signature() -> None:
    signed = credentials.read(alone().sign(BODY), BODY)
    for key in (b"", bytes(31), bytes(33)):
        with pytest.raises(Denied) as caught:
            signed.verify(key)
        assert caught.value.reason is Reason.BAD_SIGNATURE


def test_the_points_of_small_order_are_all_there() -> None:
    whole = torsion()
    assert (len(set(whole)), {multiply(8, point) for point in whole}) == (8, {IDENTITY})
    assert (len(set(WEAK)), {len(encoding) for encoding in WEAK}) == (14, {32})
    assert sum(int.from_bytes(encoding, "little") & (1 << 255) - 1 >= PRIME for encoding in WEAK) == 4


@pytest.mark.parametrize("key", WEAK, ids=bytes.hex)
def test_under_a_key_of_small_order_a_constant_signs_and_nobody_has_signed(key: bytes) -> None:
    def forged(text: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(key).verify(CONSTANT, text)
        except InvalidSignature:
            return False
        return True

    texts = [str(number).encode() for number in range(200)]
    assert len([text for text in texts if forged(text)]) > 10
    assert not any(credentials.has_signed(key, CONSTANT, text) for text in texts)
    assert not device_keys.is_sound(key)


def test_a_key_has_one_form_and_every_other_key_is_sound() -> None:
    beyond = [(y | sign << 255).to_bytes(32, "little") for y in range(PRIME, 2**255) for sign in (0, 1)]
    assert not any(device_keys.is_sound(key) for key in beyond)
    near = [encoding for y in (*range(2, 19), *range(PRIME - 19, PRIME - 1)) for point in points(y) for encoding in encodings(point)]
    assert {key for key in near if device_keys.is_sound(key)} == set(near) - set(beyond)
    key = alone().key
    assert device_keys.is_sound(key.public_key().public_bytes_raw())
    assert credentials.has_signed(key.public_key().public_bytes_raw(), key.sign(b"text"), b"text")


async def denied(device: Device, headers: dict[str, str] | None = None, body: bytes = BODY) -> str:
    """The code of a 401."""
    status, code = denial(await device.post(body, headers))
    assert status == 401
    return code


async def test_who_is_not_a_device_changes_nothing(lodge: Lodge) -> None:
    gate, desk, stranger = await lodge.device("gate"), await lodge.device("desk"), lodge.stranger()
    headers = gate.sign(BODY)
    async with lodge.unchanged():
        assert await denied(gate, {}) == "UNSIGNED"
        assert await denied(gate, headers | {"school-signature": headers["school-signature"] + "="}) == "UNSIGNED"
        assert await denied(gate, headers, BODY + b" ") == "BAD_SIGNATURE"
        assert await denied(gate, headers | {"school-counter": "2"}) == "BAD_SIGNATURE"
        assert await denied(gate, headers | {"school-time": str(int(headers["school-time"]) + 1)}) == "BAD_SIGNATURE"
        assert await denied(gate, headers | {"school-device": desk.id}) == "BAD_SIGNATURE"
        assert await denied(gate, gate.sign(BODY, key=desk.key)) == "BAD_SIGNATURE"
        for id_ in (
            ids.encode(Kind.DEVICE, 1, ids.new()), ids.encode(Kind.DEVICE, 2, lodge.key(gate)), ids.encode(Kind.PERSON, 1, lodge.key(gate)),
            ids.encode(Kind.DEVICE, 2**32 - 1, lodge.key(gate)), "gate", "New", "é" * 14,
        ):
            stranger.id = id_
            signed = {name: value.encode() for name, value in stranger.sign(BODY, counter=7).items()}
            answer = await lodge.client.post("/gateway", content=BODY, headers={b"content-type": b"application/json"} | {
                name.encode(): value for name, value in signed.items()})
            assert denial(answer) == (401, "UNKNOWN_DEVICE"), id_


async def test_a_clock_may_be_off_by_five_minutes(lodge: Lodge) -> None:
    gate = await lodge.device("gate")
    for ahead in (FIVE + MS, -FIVE - MS, dt.timedelta(days=-9000), dt.timedelta(days=9000)):
        gate.ahead = ahead
        async with lodge.unchanged():
            assert await denied(gate) == "CLOCK_SKEW", ahead
    for gate.ahead in (FIVE, -FIVE):
        assert (await gate.call("passList"))["__typename"] == "PassList"
    stranger = lodge.stranger()
    stranger.ahead = FIVE + MS
    code = await lodge.code(DeviceKind.DESK)
    body = orjson.dumps({"query": DOCUMENTS["enrol"], "variables": {"input": lodge.enrolment(stranger, code)}})
    async with lodge.unchanged():
        assert await denied(stranger, body=body) == "CLOCK_SKEW"
    stranger.ahead = -FIVE
    assert (await stranger.call("enrol", input=lodge.enrolment(stranger, code)))["__typename"] == "Enrolled"


async def test_a_revoked_device_is_told_so_if_it_can_sign(lodge: Lodge) -> None:
    gate, desk = await lodge.device("gate"), await lodge.device("desk")
    await gate.call("passList")
    await lodge.revoke(gate)
    async with lodge.unchanged():
        assert await denied(gate) == "REVOKED"
        gate.ahead = dt.timedelta(days=1)
        assert await denied(gate) == "REVOKED"
        assert await denied(gate, gate.sign(BODY, key=desk.key)) == "BAD_SIGNATURE"
    assert (await desk.call("heartbeat", input=desk.report()))["__typename"] == "Heartbeat"


async def test_a_key_of_small_order_that_was_stored_already_signs_nothing(lodge: Lodge) -> None:
    gate = await lodge.device("gate")
    for stored in ({"public_key": WEAK[0]}, {"public_key": gate.public_key, "next_key": WEAK[0], "next_key_until": NOON + FIVE}):
        await lodge.change(Stored, lodge.key(gate), **stored)
        async with lodge.unchanged():
            assert await denied(gate, gate.sign(BODY) | {"school-signature": base64(CONSTANT)}) == "BAD_SIGNATURE"
    assert (await gate.call("passList"))["__typename"] == "PassList"  # its own key does
