"""A device's key changes while cards are tapped: whenever the power fails the device can sign, and each tap reaches the server once."""
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from readers.gateway import GatewayError
from readers.identity import encode_public_key, prove, read_identity, store_identity
from readers.rotation import AGAIN_SECONDS, REQUEST, Rotation
from readers.vault import Vault
from tests.readers.hosts import Host
from tests.readers.loopback import Loopback, Refuse, entry, has_signed, pass_list
from tests.readers.rigs import Rig, make_identity, make_tap
from tests.readers.test_failpoints import UIDS, check_nothing_lost_or_doubled, make_tokens

STEPS = ("newkey.before", "newkey.after", "announce.before", "announce.after", "promote.before", "promote.after")


def held(host: Host) -> tuple[bytes, bool]:
    """The public half of the host's key, and whether a next one is there."""
    identity = read_identity(host.state)
    return identity.private_key.public_key().public_bytes_raw(), identity.next_key is not None


def known(loopback: Loopback) -> bytes:
    """The server's idea of it."""
    return loopback.devices["device-1"][0].public_bytes_raw()


@pytest.mark.parametrize(("step", "kind"), list(zip(STEPS, ("gate", "canteen") * 3, strict=True)))
def test_killed_at(host: Host, loopback: Loopback, step: str, kind: str) -> None:
    loopback.passes = pass_list(entries=[entry(token) for token in make_tokens(UIDS)])
    assert host.enrol(kind).returncode == 0
    first = held(host)
    loopback.rotate = True
    host.start(ready=False, READER_FAILPOINT=step)
    host.wait_killed()
    host.start()
    answered = host.tap(*UIDS)
    loopback.wait_for(lambda: loopback.retired and not loopback.announced)
    answered += host.tap(*UIDS, reader="out")
    last = max(answer["sequence"] for answer in answered)
    loopback.wait_for(lambda: len(loopback.taps) >= last)
    assert host.stop() == 0
    check_nothing_lost_or_doubled(loopback, [answer["sequence"] for answer in answered])
    assert loopback.retired == [first[0]]  # the key has changed once
    assert held(host) == (known(loopback), False)
    assert known(loopback) != first[0]


def test_taps_go_on_while_the_key_changes_again_and_again(host: Host, loopback: Loopback) -> None:
    loopback.passes = pass_list(entries=[entry(token) for token in make_tokens(UIDS)])
    host.enrol()
    host.start()
    answered: list[int] = []
    for turn in range(1, 4):
        with loopback.changed:
            loopback.rotate = True
        while len(loopback.retired) < turn:
            answered += [answer["sequence"] for answer in host.tap(*UIDS)]
    loopback.wait_for(lambda: len(loopback.taps) >= answered[-1])
    assert host.stop() == 0
    check_nothing_lost_or_doubled(loopback, answered)
    assert set(loopback.received.values()) == {1}  # nothing had to be sent twice
    assert len(set(loopback.retired)) == 3
    assert held(host) == (known(loopback), False)


def test_a_technician_asks_for_a_new_key(host: Host, loopback: Loopback) -> None:
    assert host.command("rotate-key").returncode == 1  # not enrolled
    host.enrol()
    first = held(host)[0]
    done = host.command("rotate-key")
    assert (done.returncode, done.stdout) == (0, "The daemon will make a new key as soon as it runs and reaches its server.\n")
    assert held(host) == (first, False)
    host.start()
    loopback.wait_for(lambda: loopback.retired == [first])
    done = host.command("rotate-key")
    assert (done.returncode, done.stdout) == (0, "A new key signs from now on.\n")
    assert len(loopback.retired) == 2
    assert not (host.state / REQUEST).exists()
    host.stop()
    assert held(host) == (known(loopback), False)
    assert (host.state / "identity.json").stat().st_mode & 0o777 == 0o600


@pytest.fixture
def rig(tmp_path: Path, loopback: Loopback) -> Rig:
    """An enrolled device in parts."""
    return Rig(tmp_path, loopback)


def make_rotation(rig: Rig, now: list[float]) -> Rotation:
    """On a clock that a test moves."""
    return Rotation(rig.gateway, rig.keys, rig.clock, rig.directory, "device-1", 5, lambda: now[0])


def beat(rig: Rig) -> None:
    """Any request."""
    rig.gateway.call("passList", lambda: {"since": None, "wait": 0}, 5)


def test_nothing_is_made_unasked(rig: Rig, loopback: Loopback) -> None:
    assert make_rotation(rig, [0]).advance(asked=False) is False
    assert (rig.keys.successor, loopback.bodies) == (None, [])


def test_an_announced_key_is_used_at_once_and_the_other_forgotten(rig: Rig, loopback: Loopback) -> None:
    first, rotation = rig.keys.key, make_rotation(rig, [0])
    assert rotation.advance(asked=True) is True
    second = rig.keys.key
    assert second is not first
    assert read_identity(rig.directory).private_key.private_bytes_raw() == first.private_bytes_raw()  # until the server has taken the other
    assert rotation.advance(asked=True) is False  # nothing to announce: it is to be used
    beat(rig)
    identity = read_identity(rig.directory)
    assert (identity.private_key.private_bytes_raw(), identity.next_key) == (second.private_bytes_raw(), None)
    assert loopback.retired == [first.public_key().public_bytes_raw()]


def test_without_a_server_the_key_waits_and_the_same_one_is_announced_later(rig: Rig, loopback: Loopback) -> None:
    rotation = make_rotation(rig, [0])
    loopback.misbehave("rotateKey", lambda: "drop")
    with pytest.raises(GatewayError, match="AWAY"):
        rotation.advance(asked=True)
    successor = rig.keys.successor
    assert successor is not None
    assert rotation.advance(asked=False) is True
    beat(rig)
    assert known(loopback) == successor.public_key().public_bytes_raw()


def test_a_refused_key_leaves_the_other_in_force_and_is_tried_again_later(rig: Rig, loopback: Loopback) -> None:
    first, now = known(loopback), [0.0]
    loopback.announced["device-1"] = Ed25519PrivateKey.generate().public_key()  # of a state that was restored from a copy
    rotation = make_rotation(rig, now)
    assert rotation.advance(asked=True) is False
    sent = len(loopback.bodies)
    now[0] = AGAIN_SECONDS - 1
    assert rotation.advance(asked=True) is False
    assert len(loopback.bodies) == sent
    beat(rig)
    assert known(loopback) == first
    del loopback.announced["device-1"]  # it has lapsed
    now[0] = AGAIN_SECONDS
    assert rotation.advance(asked=True) is True


def test_an_announced_key_that_has_lapsed_gives_way_to_the_other(rig: Rig, loopback: Loopback) -> None:
    first, rotation = known(loopback), make_rotation(rig, [0])
    rotation.advance(asked=True)
    del loopback.announced["device-1"]
    beat(rig)  # refused under the next key, taken under the other
    assert known(loopback) == first
    assert rotation.advance(asked=False) is True
    beat(rig)
    assert loopback.retired == [first]


def test_a_request_under_way_when_the_key_changes_is_sent_again_under_the_new_one(rig: Rig, loopback: Loopback) -> None:
    rig.journal.append(make_tap())
    rig.keys.make_successor()
    successor = rig.keys.successor
    assert successor is not None

    def change() -> str | None:
        """Meanwhile another thread has announced the next key, and used it."""
        loopback.announced["device-1"] = successor.public_key()
        loopback._take_over("device-1")
        rig.keys.go_ahead()
        raise Refuse(401, "BAD_SIGNATURE")

    loopback.misbehave("submitTaps", change)
    assert rig.uplink.upload_once() is True
    assert rig.uplink.problem is None
    assert dict(loopback.received) == {("device-1", 1): 1}
    assert read_identity(rig.directory).next_key is None


def test_a_signature_that_no_key_makes_right_is_told(rig: Rig, loopback: Loopback) -> None:
    loopback.devices["device-1"] = (Ed25519PrivateKey.generate().public_key(), "GATE")
    for step in (lambda: None, rig.keys.make_successor):
        step()
        with pytest.raises(GatewayError, match="BAD_SIGNATURE"):
            beat(rig)
    assert read_identity(rig.directory).next_key is not None  # neither is thrown away


def test_a_disk_that_refuses_the_new_key_keeps_both(rig: Rig, loopback: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    rotation = make_rotation(rig, [0])
    rotation.advance(asked=True)
    with monkeypatch.context() as patch:
        patch.setattr("readers.vault.store_identity", refuse)
        beat(rig)
        beat(rig)
    stored = read_identity(rig.directory)
    assert stored.next_key is not None
    assert known(loopback) == stored.next_key.public_key().public_bytes_raw()
    beat(rig)
    assert read_identity(rig.directory).next_key is None


def refuse(_state: Path, _identity: object) -> None:
    """A full disk."""
    raise OSError(28, "No space left on device")


def test_both_keys_are_read_again_after_a_restart(tmp_path: Path) -> None:
    identity = make_identity()
    vault = Vault(tmp_path, identity)
    vault.change(next_key=Ed25519PrivateKey.generate())
    again = read_identity(tmp_path)
    assert again.next_key is not None
    assert vault.identity.next_key is not None
    assert again.next_key.private_bytes_raw() == vault.identity.next_key.private_bytes_raw()
    assert again.private_key.private_bytes_raw() == identity.private_key.private_bytes_raw()
    assert "private" not in repr(again).lower()
    assert encode_public_key(again.next_key) not in repr(again)
    store_identity(tmp_path, identity)
    text = (tmp_path / "identity.json").read_text()
    (tmp_path / "identity.json").write_text(text.replace('"nextKey": null', '"nextMonth": 1'))  # as an earlier version wrote it
    assert read_identity(tmp_path).next_key is None


def test_the_proof_is_of_this_device_and_this_key() -> None:
    key, other = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    text = f"school-rotate-1\ndevice-1\n{encode_public_key(key)}".encode()
    assert has_signed(key.public_key(), prove(key, "device-1"), text)
    assert not has_signed(key.public_key(), prove(key, "device-2"), text)
    assert not has_signed(other.public_key(), prove(key, "device-1"), text)
