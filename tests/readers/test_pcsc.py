"""Real PC/SC: a private pcscd with virtual readers, and the daemon's own loop on it."""
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from readers.cardkeys import CardKey, make_token
from tests.pcsc_harness import VirtualReaders
from tests.readers.hosts import Host
from tests.readers.loopback import KEY, Loopback, entry, pass_list
from tests.readers.rigs import wait_until

UIDS = {"four": "04A1B2C3", "seven": "04112233445566", "ten": "0411223344556677AA99"}


def token(uid: str) -> str:
    return make_token(CardKey("k1", KEY, True), bytes.fromhex(uid))


@pytest.fixture
def gate(tmp_path: Path, loopback: Loopback, virtual_readers: VirtualReaders) -> Iterator[Host]:
    """A gate with two real readers and one that is not plugged in."""
    loopback.passes = pass_list(entries=[entry(token(uid)) for uid in UIDS.values()])
    patterns = json.dumps({"in": "Gate A*", "out": "Gate B*", "side": "Gate C*"})
    host = Host(tmp_path, loopback.url, READER_SIMULATED="[]", READER_READERS=patterns, **virtual_readers.environment)
    host.enrol()
    host.start(ready=False)
    wait_until(lambda: loopback.beats and states(loopback)["in"] == "OK")
    yield host
    host.kill()


def states(loopback: Loopback) -> dict[str, str]:
    return {reader["name"]: reader["state"] for reader in loopback.beats[-1]["readers"]}


def wait_for_tap(loopback: Loopback, sequence: int) -> dict[str, object]:
    loopback.wait_for(lambda: ("device-1", sequence) in loopback.taps)
    tap = loopback.taps["device-1", sequence]
    return {"reader": tap["reader"], "token": tap["token"], "reason": tap["verdict"]["reason"]}


def test_cards_of_all_lengths_at_two_readers(gate: Host, loopback: Loopback, virtual_readers: VirtualReaders) -> None:
    assert states(loopback) == {"in": "OK", "out": "OK", "side": "ABSENT"}
    virtual_readers.tap("Gate A", bytes.fromhex(UIDS["four"]))
    assert wait_for_tap(loopback, 1) == {"reader": "in", "token": token(UIDS["four"]), "reason": "OK"}
    virtual_readers.tap("Gate B", bytes.fromhex(UIDS["seven"]))
    assert wait_for_tap(loopback, 2) == {"reader": "out", "token": token(UIDS["seven"]), "reason": "NOT_INSIDE"}
    virtual_readers.tap("Gate A", bytes.fromhex(UIDS["ten"]))
    assert wait_for_tap(loopback, 3) == {"reader": "in", "token": token(UIDS["ten"]), "reason": "OK"}
    assert gate.stop() == 0


def test_a_random_uid_is_refused_at_the_reader(gate: Host, loopback: Loopback, virtual_readers: VirtualReaders) -> None:
    virtual_readers.tap("Gate A", bytes.fromhex("08A1B2C3"))
    wait_until(lambda: gate.status()[1]["unjournaled"] == {"RANDOM_UID": 1})
    virtual_readers.tap("Gate A", bytes.fromhex(UIDS["four"]))
    assert wait_for_tap(loopback, 1)["reason"] == "OK"


def test_pcscd_is_restarted_under_it(gate: Host, loopback: Loopback, virtual_readers: VirtualReaders) -> None:
    virtual_readers.tap("Gate A", bytes.fromhex(UIDS["four"]))
    wait_for_tap(loopback, 1)
    virtual_readers.stop()
    loopback.wait_for(lambda: states(loopback)["in"] == "FAILED")
    assert "READER_FAILED" in [problem["code"] for problem in gate.status()[1]["problems"]]
    virtual_readers.start()
    loopback.wait_for(lambda: states(loopback)["in"] == "OK")
    virtual_readers.tap("Gate A", bytes.fromhex(UIDS["seven"]))
    assert wait_for_tap(loopback, 2)["token"] == token(UIDS["seven"])
    assert set(loopback.received.values()) == {1}
    assert gate.stop() == 0
