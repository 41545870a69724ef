"""`kill -9` at every durable step of a real daemon: no answered tap is lost or doubled, no request counter is used twice."""
import random
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest

from readers import failpoints
from readers.cardkeys import CardKey, make_token
from tests.readers.hosts import DiedError, Host
from tests.readers.loopback import KEY, Loopback, entry, pass_list

UIDS = [f"04A1B2{number:02X}" for number in range(6)]
ONCE = ("enrol.", "newkey.", "announce.", "promote.")  # steps that no tap brings about
RUNNING = sorted(name for name in failpoints.NAMES if not name.startswith(ONCE))


def make_tokens(uids: list[str]) -> list[str]:
    return [make_token(CardKey("k1", KEY, True), bytes.fromhex(uid)) for uid in uids]


def check_nothing_lost_or_doubled(loopback: Loopback, answered: list[int], device: str = "device-1") -> None:
    sequences = sorted(sequence for _, sequence in loopback.taps)
    assert sequences == list(range(1, len(sequences) + 1)), "a gap"
    assert set(answered) <= set(sequences), "an answered tap is lost"
    assert len(set(answered)) == len(answered), "a sequence was answered twice"
    assert max(Counter(number for name, number in loopback.counters if name == device).values()) == 1, "a counter was used twice"


@pytest.mark.parametrize("kind", ["gate", "canteen"])
@pytest.mark.parametrize("name", RUNNING)
def test_killed_at(host: Host, loopback: Loopback, name: str, kind: str) -> None:
    if kind == "canteen" and name.startswith("passlist."):
        kind = "gate"  # only gates have a list: the same case again, from another run of the dice
    loopback.passes = pass_list(entries=[entry(token) for token in make_tokens(UIDS)])
    assert host.enrol(kind).returncode == 0
    passes = 1 if name.startswith(("counter.", "passlist.")) else 2  # the second time: something was done before
    host.start(ready=False, READER_FAILPOINT=f"{name}:{passes}")
    answered = [] if passes == 1 else host.tap(*UIDS)
    host.wait_killed()
    host.start()
    answered += host.tap(*UIDS)
    assert len(answered) >= len(UIDS)
    last = max(answer["sequence"] for answer in answered)
    loopback.wait_for(lambda: len(loopback.taps) >= last)
    assert host.stop() == 0
    check_nothing_lost_or_doubled(loopback, [answer["sequence"] for answer in answered])
    tokens = make_tokens(UIDS)
    given = {tap["token"] for tap in loopback.taps.values()}
    assert given <= set(tokens)
    assert {answer["outcome"] for answer in answered} == {"ADMIT"}


@pytest.mark.parametrize(("name", "code"), [("enrol.before", "canteen"), ("enrol.after", None)])
def test_killed_while_enrolling(host: Host, name: str, code: str | None) -> None:
    assert host.enrol(READER_FAILPOINT=name).returncode == -9
    if code is None:
        assert "enrolled already" in host.enrol("canteen").stderr  # it is whole
    else:
        assert host.enrol(code).returncode == 0  # nothing was stored: a new code, and all is well
    host.start()
    assert host.stop() == 0


STEPS = ("journal.after", "mark.before", "answer.before", "upload.after", "answer.after")


def test_killed_at_one_step_after_the_other(host: Host, loopback: Loopback) -> None:
    by_uplink = ("upload", "mark")  # which may carry all taps in one batch
    kill_again_and_again(host, loopback, [(name, 1 if name.startswith(by_uplink) else turn) for turn, name in enumerate(STEPS, start=1)])


@pytest.mark.soak
def test_killed_a_hundred_times_at_random_steps(host: Host, loopback: Loopback) -> None:
    dice = random.Random(7)  # noqa: S311 - the same kills in every run
    kill_again_and_again(host, loopback, [(step := dice.choice(STEPS), 1 if step.startswith("upload") else dice.randint(1, 6)) for _ in range(100)])


def kill_again_and_again(host: Host, loopback: Loopback, kills: list[tuple[str, int]]) -> None:
    """Each time the daemon dies at the n-th passing of a step, while cards are tapped; then it runs once more and nothing is lost or doubled."""
    loopback.passes = pass_list(entries=[entry(token) for token in make_tokens(UIDS)])
    host.enrol()
    answered: list[int] = []
    for step, number in kills:
        host.start(ready=False, READER_FAILPOINT=f"{step}:{number}")
        with suppress(DiedError):  # by what waited from the last time
            answered += [answer["sequence"] for answer in host.tap(*UIDS)]
        host.wait_killed()
    host.start()
    answered += [answer["sequence"] for answer in host.tap(UIDS[0])]
    loopback.wait_for(lambda: len(loopback.taps) >= answered[-1])
    host.stop()
    check_nothing_lost_or_doubled(loopback, answered)


def test_an_unknown_failpoint_stops_the_start(host: Host, tmp_path: Path) -> None:
    host.enrol()
    done = host.command("run", READER_FAILPOINT="jornal.before")
    assert (done.returncode, done.stderr) == (78, "school-reader: READER_FAILPOINT: no such failpoint: jornal.before\n")
    assert not list((tmp_path / "state").glob("device-*"))
