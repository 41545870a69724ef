"""What a technician is told: the files when the daemon does not answer, and advice for everything that can be wrong."""
import copy
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from readers.diagnosis import diagnose
from readers.journal import Answered
from readers.status import EMPTY_QUEUE, _read_queue
from tests.readers.rigs import make_journal, make_tap

HEALTHY: dict[str, Any] = {
    "enrolled": True, "running": True, "locked": True, "ballastHeld": True, "readers": [{"name": "in", "state": "OK"}], "queue": {**EMPTY_QUEUE, "limit": 100},
    "link": {"secondsSinceSuccess": 1.0, "trouble": None, "revoked": False, "uploadProblem": None},
    "list": {"version": "7", "entries": 600, "secondsSinceConfirmed": 3.0, "problem": None},
    "clock": {"offsetSeconds": 0.1, "learned": True, "simulated": False},
}


def test_the_queue_is_read_from_the_files(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    assert _read_queue(path) == EMPTY_QUEUE
    sqlite3.connect(path).close()  # the daemon is just making it
    path.touch()
    assert _read_queue(path) == EMPTY_QUEUE


def test_waiting_and_refused_taps_are_counted(tmp_path: Path) -> None:
    journal = make_journal(tmp_path)
    for _ in range(3):
        journal.append(make_tap())
    journal.mark([Answered(1), Answered(2, "CONFLICT", "other content")])
    path, = tmp_path.glob("**/*.sqlite")
    assert _read_queue(path) == {**EMPTY_QUEUE, "pending": 1, "last": 3, "rejected": 1, "rejectedCodes": {"CONFLICT": 1}}
    journal.close()


def test_nothing_is_wrong() -> None:
    assert diagnose(HEALTHY) == []


@pytest.mark.parametrize(("place", "value", "code", "word"), [
    (("enrolled",), False, "NOT_ENROLLED", "school-reader enrol"),
    (("running",), False, "NOT_ANSWERING", "systemctl restart"),
    (("link", "revoked"), True, "REVOKED", "--leave-taps"),
    (("link", "trouble"), "UNKNOWN_DEVICE", "UNKNOWN_DEVICE", "--leave-taps"),
    (("link", "trouble"), "BAD_SIGNATURE", "BAD_SIGNATURE", "--leave-taps"),
    (("link", "trouble"), "AWAY", "AWAY", "network cable"),
    (("link", "trouble"), "CLOCK_SKEW", "CLOCK_SKEW", "timedatectl"),
    (("link", "uploadProblem"), "TEAPOT", "TEAPOT", "report this code"),
    (("link", "secondsSinceSuccess"), 91.0, "AWAY", "network cable"),
    (("readers",), [{"name": "in", "state": "ABSENT"}], "READER_ABSENT", "in: check the USB cable"),
    (("readers",), [{"name": "in", "state": "FAILED"}], "READER_FAILED", "pcscd"),
    (("queue", "pending"), 80, "QUEUE_NEARLY_FULL", "restore the link"),
    (("queue", "oldestSeconds"), 301.0, "QUEUE_OLD", "none is lost"),
    (("list", "version"), None, "NO_LIST", "needs the server once"),
    (("list", "problem"), "TOO_LARGE", "BAD_LIST", "TOO_LARGE"),
    (("list", "secondsSinceConfirmed"), 601.0, "LIST_OLD", "stored list"),
    (("clock", "offsetSeconds"), -31.0, "CLOCK_OFF", "set-ntp"),
    (("ballastHeld",), False, "DISK_FULL", "free some space"),
])
def test_each_trouble_has_its_code_and_its_advice(place: tuple[str, ...], value: object, code: str, word: str) -> None:
    snapshot = copy.deepcopy(HEALTHY)
    where = snapshot
    for name in place[:-1]:
        where = where[name]
    where[place[-1]] = value
    problem, = diagnose(snapshot)
    assert problem.code == code
    assert word in problem.advice
