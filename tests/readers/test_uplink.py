"""Uploading against a gateway that misbehaves: no tap is lost, none doubled, none blocks the next."""
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from readers.clock import LONGEST_AGE_MS
from readers.journal import StoredTap
from readers.uplink import format_tap
from tests.readers.loopback import SECONDS, Loopback, Refuse
from tests.readers.rigs import Rig, make_tap, wait_until


@pytest.fixture
def rig(tmp_path: Path, loopback: Loopback) -> Iterator[Rig]:
    rig = Rig(tmp_path, loopback)
    yield rig
    rig.close()


def refuse(status: int, code: str, **headers: str) -> Callable[[], None]:
    def fault() -> None:
        raise Refuse(status, code, **headers)
    return fault


def fill(rig: Rig, count: int) -> None:
    for _ in range(count):
        rig.journal.append(make_tap())


def finish(rig: Rig, loopback: Loopback, count: int) -> None:
    """Let the uplink run until all is answered; each tap is at the server once, with its own content."""
    rig.uplink.start()
    loopback.wait_for(lambda: len(loopback.taps) == count)
    wait_until(lambda: rig.journal.read_depth().pending == 0)
    assert sorted(loopback.taps) == [("device-1", sequence) for sequence in range(1, count + 1)]


def test_a_backlog_goes_in_order_and_in_batches(rig: Rig, loopback: Loopback) -> None:
    fill(rig, 250)
    finish(rig, loopback, 250)
    assert loopback.batches == [100, 100, 50]
    assert [sequence for _, sequence in loopback.taps] == list(range(1, 251))
    assert set(loopback.received.values()) == {1}


FAULTS = {
    "dropped after processing": lambda: "drop",
    "garbage after processing": lambda: "garbage",
    "unavailable": refuse(503, "UNAVAILABLE", Retry_After="0"),
    "throttled": refuse(429, "THROTTLED", Retry_After="0"),
    "clock": refuse(401, "CLOCK_SKEW"),
    "replayed": refuse(401, "REPLAYED"),
    "unsigned": refuse(401, "UNSIGNED"),
    "not allowed": refuse(403, "NOT_ALLOWED"),
    "bad request": refuse(400, "BAD_REQUEST"),
    "too large": refuse(413, "TOO_LARGE"),
    "a bug": refuse(500, "INTERNAL"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_whatever_the_server_does_once_every_tap_arrives(rig: Rig, loopback: Loopback, name: str) -> None:
    fill(rig, 120)
    loopback.misbehave("submitTaps", FAULTS[name], FAULTS[name])
    finish(rig, loopback, 120)
    again = sum(loopback.received.values()) - 120
    assert (again > 0) == ("after processing" in name)  # sent again, known as repeated
    assert rig.journal.read_rejected() == {}


def test_too_large_halves_the_batch_and_recovers(rig: Rig, loopback: Loopback) -> None:
    fill(rig, 300)
    loopback.misbehave("submitTaps", FAULTS["too large"], FAULTS["too large"])
    finish(rig, loopback, 300)
    assert loopback.batches == [25, 50, 100, 100, 25]


def test_retry_after_is_honoured_even_if_new_taps_come(rig: Rig, loopback: Loopback) -> None:
    fill(rig, 1)
    loopback.misbehave("submitTaps", refuse(503, "UNAVAILABLE", Retry_After="1000"))
    assert rig.uplink.upload_once()
    assert rig.uplink._not_before - time.monotonic() > 900
    rig.uplink.nudge()
    rig.uplink._recover()
    assert rig.uplink._not_before - time.monotonic() > 900
    assert loopback.taps == {}


def test_a_clock_that_is_off_is_corrected_at_once(rig: Rig, loopback: Loopback) -> None:
    loopback.offset_ms = 3_600_000
    fill(rig, 1)
    rig.uplink.upload_once()
    assert list(loopback.taps) == [("device-1", 1)]
    assert abs(rig.clock.offset_us() - 3_600_000_000) < 30_000_000
    assert len(loopback.counters) == 2


def test_a_counter_behind_the_servers_leaves_its_block(rig: Rig, loopback: Loopback) -> None:
    loopback.counters.append(("device-1", 900))
    fill(rig, 1)
    rig.uplink.upload_once()
    assert [number for _, number in loopback.counters] == [900, 1, 1001]
    assert list(loopback.taps) == [("device-1", 1)]


def test_revoked_stops_the_upload_and_keeps_the_journal(rig: Rig, loopback: Loopback) -> None:
    fill(rig, 3)
    loopback.misbehave("submitTaps", refuse(401, "REVOKED"))
    rig.uplink.start()
    wait_until(lambda: rig.link.revoked)
    rig.uplink.nudge()
    assert rig.journal.read_depth().pending == 3
    assert loopback.taps == {}
    rig.gateway.call("heartbeat", lambda: {"input": {}}, SECONDS)  # the office takes it back
    loopback.wait_for(lambda: len(loopback.taps) == 3)
    assert not rig.link.revoked


def test_a_refused_tap_is_set_aside_and_the_next_goes_on(rig: Rig, loopback: Loopback) -> None:
    fill(rig, 5)
    loopback.refusals[2] = "CONFLICT"
    rig.uplink.upload_once()
    assert rig.journal.read_rejected() == {"CONFLICT": 1}
    assert rig.journal.read_depth().pending == 0
    assert [sequence for _, sequence in loopback.taps] == [1, 3, 4, 5]


def test_a_tap_on_which_the_server_fails_does_not_block_the_queue(rig: Rig, loopback: Loopback) -> None:
    class Fragile(dict[tuple[str, int], object]):
        def setdefault(self, key: tuple[str, int], default: object = None) -> object:
            if key[1] == 3:
                raise Refuse(500, "INTERNAL")
            return super().setdefault(key, default)

    loopback.taps = Fragile()  # type: ignore[assignment]
    fill(rig, 7)
    rig.uplink.start()
    loopback.wait_for(lambda: len(loopback.taps) == 6)
    wait_until(lambda: rig.journal.read_depth().pending == 0)
    assert rig.journal.read_rejected() == {"INDIGESTIBLE": 1}


@pytest.mark.parametrize("last", [None, refuse(503, "UNAVAILABLE"), refuse(401, "REVOKED"), refuse(413, "TOO_LARGE")])
def test_an_outage_that_ends_while_a_tap_is_suspected_sets_nothing_aside(rig: Rig, loopback: Loopback, last: Callable[[], None] | None) -> None:
    fill(rig, 2)
    loopback.misbehave("submitTaps", *[FAULTS["a bug"]] * 4)  # both, then three times the first alone
    if last is not None:
        loopback.misbehave("submitTaps", lambda: None, last)  # the second tap goes through, the first says nothing of itself
    for _ in range(4):
        rig.uplink.upload_once()
    assert sorted(loopback.taps) == [("device-1", sequence) for sequence in ([2] if last else [1, 2])]
    rig.uplink.upload_once()
    assert rig.journal.read_rejected() == {}
    assert rig.journal.read_depth().pending == 0
    assert rig.uplink.problem is None
    assert [sequence for _, sequence in loopback.taps] == [2, 1]
    assert set(loopback.received.values()) == {1}


def test_answers_that_are_not_to_our_taps_mark_nothing(rig: Rig, loopback: Loopback) -> None:
    fill(rig, 2)
    loopback._submitTaps = lambda *_: {"__typename": "Submitted", "answers": [  # type: ignore[method-assign]
        {"__typename": "TapRecorded", "sequence": 2, "outcome": "ADMIT", "reason": "OK"},
        {"__typename": "TapRecorded", "sequence": 1, "outcome": "ADMIT", "reason": "OK"}]}
    rig.uplink.upload_once()
    assert rig.uplink.problem == "GARBLED"
    assert rig.journal.read_depth().pending == 2


def test_the_wire_shape_of_a_tap(rig: Rig) -> None:
    tap = StoredTap(7, "in", "a1" * 32, "k1", 1_780_000_000_000_001, 0, "another boot", "ADMIT", "OK", "v1")
    assert format_tap(tap, rig.clock) == {
        "sequence": 7, "reader": "in", "token": "a1" * 32, "keyId": "k1", "at": "2026-05-28T20:26:40.000001+00:00", "ageMs": None,
        "verdict": {"outcome": "ADMIT", "reason": "OK", "dataVersion": "v1"}}
    mine = tap._replace(boot_id=rig.clock.boot_id, boot_us=-10**16, outcome=None)
    assert format_tap(mine, rig.clock)["ageMs"] == LONGEST_AGE_MS
    assert format_tap(mine, rig.clock)["verdict"] is None
