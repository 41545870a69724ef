"""A device's key gives way to the next over HTTP: both sign for a while, the first use of the new one ends the other, and counters go on."""

import datetime as dt
from typing import Any

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from school import ids
from school.context import Viewer
from school.errors import Code, Refused
from school.gateway import credentials
from school.gateway.credentials import Caller, Turn
from school.gateway.denial import Reason
from school.ids import Ref
from school.registry import device_keys
from school.registry.models import Device as Stored
from tests.gateway.device import ADMIT, DOCUMENTS, Device, base64, denial, recorded
from tests.gateway.lodge import NOON, Lodge, at
from tests.gateway.torsion import CONSTANT, WEAK

KEYS = ("public_key", "next_key", "next_key_until", "key_made_at", "rotation_asked_at")
SEVEN_DAYS, MS = dt.timedelta(days=7), dt.timedelta(milliseconds=1)
UNTIL = {"__typename": "KeyAnnounced", "until": (NOON + SEVEN_DAYS).isoformat()}
BODY = orjson.dumps({"query": "{ passList { __typename } }"})


def public(key: Ed25519PrivateKey) -> bytes:
    """What the server knows of a key."""
    return key.public_key().public_bytes_raw()


async def keys(lodge: Lodge, device: Device) -> tuple[Any, ...]:
    """What is stored of the device's keys."""
    return await lodge.row(Stored, *KEYS, id=lodge.key(device))


async def code_of(device: Device, key: Ed25519PrivateKey) -> str | None:
    """The code with which a request signed by this key is turned away, if it is."""
    answer = await device.post(BODY, device.sign(BODY, key=key))
    return None if answer.status_code == 200 else denial(answer)[1]


async def ask(lodge: Lodge, viewer: Viewer, ref: Ref) -> None:
    """The office wants a new key."""
    async with lodge.database.begin(viewer.identity()) as session:
        await device_keys.ask(session, viewer, ref)


async def test_the_first_request_of_the_next_key_retires_the_other(lodge: Lodge) -> None:
    gate = await lodge.device("gate")
    former, following = gate.key, Ed25519PrivateKey.generate()
    assert await gate.present(gate.tap("anna", verdict=ADMIT)) == recorded(1)
    assert await code_of(gate, following) == "BAD_SIGNATURE"
    assert await gate.call("rotateKey", input=gate.announcement(following)) == UNTIL
    assert await keys(lodge, gate) == (public(former), public(following), NOON + SEVEN_DAYS, None, None)
    assert await gate.present(gate.tap("boris", verdict=ADMIT)) == recorded(2)  # the former signs as before
    at(NOON + dt.timedelta(hours=1))
    gate.key = following
    assert await gate.present(gate.tap("vera", verdict=ADMIT)) == recorded(3)
    assert await keys(lodge, gate) == (public(following), None, None, NOON + dt.timedelta(hours=1), None)
    async with lodge.unchanged():
        assert await code_of(gate, former) == "BAD_SIGNATURE"
    assert (await gate.call("heartbeat", input=gate.report()))["rotateKey"] is False


async def test_counters_belong_to_the_device_and_not_to_the_key(lodge: Lodge) -> None:
    gate = await lodge.device("gate")
    following = Ed25519PrivateKey.generate()
    await gate.call("rotateKey", input=gate.announcement(following))
    used = gate.counter
    gate.key = following
    await gate.call("heartbeat", input=gate.report())
    async with lodge.unchanged():
        for counter in (used, gate.counter):
            assert denial(await gate.post(BODY, gate.sign(BODY, counter=counter))) == (401, "REPLAYED")
    assert await lodge.row(Stored, "counter", id=lodge.key(gate)) == (gate.counter,)


async def test_announcing_again_is_harmless_and_wins_no_time(lodge: Lodge) -> None:
    desk, following = await lodge.device("desk"), Ed25519PrivateKey.generate()
    assert await desk.call("rotateKey", input=desk.announcement(following)) == UNTIL
    at(NOON + dt.timedelta(days=1))
    async with lodge.unchanged(counters=False):
        assert await desk.call("rotateKey", input=desk.announcement(following)) == UNTIL
        assert await desk.code("rotateKey", input=desk.announcement(Ed25519PrivateKey.generate())) == "CONFLICT"
    desk.key = following
    await desk.call("heartbeat", input=desk.report())
    async with lodge.unchanged(counters=False):
        assert await desk.call("rotateKey", input=desk.announcement(following)) == {"__typename": "KeyAnnounced", "until": None}


async def test_the_next_key_may_announce_itself_once_more(lodge: Lodge) -> None:
    """A daemon that was killed after the first use does not know which of its keys the server holds."""
    gate, following = await lodge.device("gate"), Ed25519PrivateKey.generate()
    await gate.call("rotateKey", input=gate.announcement(following))
    gate.key = following
    assert await gate.call("rotateKey", input=gate.announcement(following)) == {"__typename": "KeyAnnounced", "until": None}
    assert (await keys(lodge, gate))[:2] == (public(following), None)


async def test_a_key_that_is_not_used_lapses(lodge: Lodge) -> None:
    gate, following, another = await lodge.device("gate"), Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    await gate.call("rotateKey", input=gate.announcement(following))
    at(NOON + SEVEN_DAYS)
    async with lodge.unchanged():
        assert await code_of(gate, following) == "BAD_SIGNATURE"
    until = {"__typename": "KeyAnnounced", "until": (NOON + 2 * SEVEN_DAYS).isoformat()}
    assert await gate.call("rotateKey", input=gate.announcement(another)) == until
    assert (await keys(lodge, gate))[:2] == (gate.public_key, public(another))
    at(NOON + 2 * SEVEN_DAYS - MS)
    gate.key = another
    assert (await gate.call("heartbeat", input=gate.report()))["__typename"] == "Heartbeat"


async def test_who_announces_a_key_has_its_private_half_and_means_this_device(lodge: Lodge) -> None:
    gate, desk, following = await lodge.device("gate"), await lodge.device("desk"), Ed25519PrivateKey.generate()
    good, foreign = gate.announcement(following), gate.announcement(Ed25519PrivateKey.generate())
    async with lodge.unchanged(counters=False):
        for wrong in (
            {"proof": foreign["proof"]}, {"publicKey": foreign["publicKey"]}, {"proof": desk.announcement(following)["proof"]}, {"proof": ""}, {"proof": "é"},
            {"publicKey": ""}, {"publicKey": good["publicKey"][:-2]}, {"publicKey": "*"}, {"sentAt": "noon"},
        ):
            assert await gate.code("rotateKey", input=good | wrong) == "BAD_INPUT", wrong
    await desk.call("rotateKey", input=desk.announcement(following))
    async with lodge.unchanged(counters=False):
        for taken in (following, desk.key):
            assert await gate.code("rotateKey", input=gate.announcement(taken)) == "CONFLICT"


async def test_a_key_for_which_a_constant_signs_is_none(lodge: Lodge) -> None:
    gate, following = await lodge.device("gate"), Ed25519PrivateKey.generate()
    async with lodge.unchanged(counters=False):
        for key in WEAK:
            assert await gate.code("rotateKey", input=gate.announcement(following, publicKey=base64(key), proof=base64(CONSTANT))) == "BAD_INPUT", key
    assert await gate.call("rotateKey", input=gate.announcement(following)) == UNTIL


async def test_a_request_that_was_seen_before_the_other_key_was_used_is_turned_away(lodge: Lodge) -> None:
    gate, following = await lodge.device("gate"), Ed25519PrivateKey.generate()
    former = gate.key
    await gate.call("rotateKey", input=gate.announcement(following))
    [row] = await credentials.known(lodge.database, [gate.id])
    caller = credentials.identify(credentials.read(gate.sign(BODY, key=former), BODY), row, NOON)
    assert caller == Caller(Ref(1, lodge.key(gate)), "gate", public(former))
    late = gate.counter
    gate.key = following
    await gate.call("heartbeat", input=gate.report())
    async with lodge.unchanged(), lodge.database.begin() as session:
        [denied] = await credentials.take_counters(session, [Turn(caller, late, NOON)])
    assert denied is not None
    assert denied.reason is Reason.BAD_SIGNATURE


@pytest.mark.parametrize("operation", ["heartbeat", "rotateKey", "presentTap", "submitTaps"])
async def test_a_request_that_was_let_through_before_the_revocation_is_turned_away(lodge: Lodge, operation: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its counter was taken; then the office was quicker. It gets no card key, no key of its own and leaves no tap."""
    gate, execute = await lodge.device("gate"), lodge.gateway._execute
    before: dict[str, list[str]] = {}

    async def late(*arguments: Any) -> Any:
        await lodge.revoke(gate)
        before.update(await lodge.everything())
        return await execute(*arguments)

    monkeypatch.setattr(lodge.gateway, "_execute", late)
    assert denial(await gate.ask(DOCUMENTS[operation], lodge.variables(gate, operation, ""))) == (401, "REVOKED")
    assert await lodge.everything() == before


async def test_a_device_is_told_when_its_key_is_old_or_the_office_asks(lodge: Lodge) -> None:
    gate = await lodge.device("gate")
    ref, ninety = Ref(1, lodge.key(gate)), dt.timedelta(days=90)
    enrolled = (await lodge.row(Stored, "enrolled_at", id=ref.id))[0]
    for moment, wanted in ((enrolled + ninety - MS, False), (enrolled + ninety, True)):
        at(moment)
        assert (await gate.call("heartbeat", input=gate.report()))["rotateKey"] is wanted
    gate_key = Ed25519PrivateKey.generate()
    await gate.call("rotateKey", input=gate.announcement(gate_key))
    gate.key = gate_key
    assert (await gate.call("heartbeat", input=gate.report()))["rotateKey"] is False
    for login, viewer in lodge.world.viewers.items():
        if login != "office":
            async with lodge.unchanged():
                with pytest.raises(Refused) as caught:
                    await ask(lodge, viewer, ref)
            assert caught.value.code is Code.NOT_FOUND, login
    office = lodge.world.viewers["office"]
    await ask(lodge, office, ref)
    async with lodge.unchanged():
        await ask(lodge, office, ref)
        for absent in (Ref(1, ids.new()), Ref(2, ref.id)):
            with pytest.raises(Refused) as caught:
                await ask(lodge, office, absent)
            assert caught.value.code is Code.NOT_FOUND
    assert (await gate.call("heartbeat", input=gate.report()))["rotateKey"] is True
    await lodge.revoke(gate)
    async with lodge.unchanged():
        with pytest.raises(Refused) as caught:
            await ask(lodge, office, ref)
        assert caught.value.code is Code.CONFLICT


async def test_what_the_office_asks_for_after_the_announcement_is_still_to_be_done(lodge: Lodge) -> None:
    gate, following = await lodge.device("gate"), Ed25519PrivateKey.generate()
    await gate.call("rotateKey", input=gate.announcement(following))
    at(NOON + MS)
    await ask(lodge, lodge.world.viewers["office"], Ref(1, lodge.key(gate)))
    gate.key = following
    assert (await gate.call("heartbeat", input=gate.report()))["rotateKey"] is True
    await gate.call("rotateKey", input=gate.announcement(last := Ed25519PrivateKey.generate()))
    gate.key = last
    assert (await gate.call("heartbeat", input=gate.report()))["rotateKey"] is False


async def test_a_revoked_device_announces_nothing(lodge: Lodge) -> None:
    gate, following = await lodge.device("gate"), Ed25519PrivateKey.generate()
    await gate.call("rotateKey", input=gate.announcement(following))
    await lodge.revoke(gate)
    async with lodge.unchanged():
        assert denial(await gate.ask(DOCUMENTS["rotateKey"], {"input": gate.announcement(following)})) == (401, "REVOKED")
        assert await code_of(gate, following) == "REVOKED"
