"""What is wrong, in words for a technician: a snapshot of the daemon goes in, advice comes out."""
from typing import Any, NamedTuple

AWAY_SECONDS = 90.0          # some heartbeats in a row
OLD_TAP_SECONDS = 300.0
OLD_LIST_SECONDS = 600.0
CLOCK_SECONDS = 30.0
NEARLY_FULL = 0.8
ENROL_AGAIN = ("stop the daemon, get a new code, then: school-reader enrol --force --code CODE. Taps that wait only this device can upload: "
               "add --leave-taps to leave them behind unsent in its folder")
LINK_ADVICE = {
    "AWAY": "the server cannot be reached: check the network cable and READER_SERVER",
    "GARBLED": "something that is not our server answers: check READER_SERVER, the proxy or a captive portal",
    "UNAVAILABLE": "the server is down for the moment: nothing to do here, taps are kept",
    "THROTTLED": "the server asks us to slow down: nothing to do here, taps are kept",
    "CLOCK_SKEW": "the server refuses our clock: check the date and time zone of this host (timedatectl)",
    "UNKNOWN_DEVICE": "the server does not know this device: is this the right server? Else enrol again: " + ENROL_AGAIN,
    "BAD_SIGNATURE": "the server refuses our signature: enrol again: " + ENROL_AGAIN,
    "NOT_ALLOWED": "this device's kind may not do that: the office must enrol it with the right kind",
}


class Problem(NamedTuple):
    """A stable code, and one line of advice."""

    code: str
    advice: str


def diagnose(snapshot: dict[str, Any]) -> list[Problem]:
    """Everything that needs attention, the gravest first; empty means healthy."""
    if not snapshot["enrolled"]:
        return [Problem("NOT_ENROLLED", "get a code from the office, then: school-reader enrol --server URL --code CODE")]
    problems = _check_process(snapshot)
    if snapshot["running"]:
        problems += _check_link(snapshot["link"]) + _check_readers(snapshot["readers"])
    problems += _check_queue(snapshot["queue"], running=snapshot["running"])
    if snapshot["running"]:
        problems += _check_list(snapshot["list"]) + _check_host(snapshot)
    return problems


def _check_process(snapshot: dict[str, Any]) -> list[Problem]:
    if snapshot["running"]:
        return []
    if snapshot["locked"]:
        return [Problem("NOT_ANSWERING", "the daemon runs but does not answer: systemctl restart school-reader, then read its log")]
    return [Problem("NOT_RUNNING", "the daemon is not running: systemctl start school-reader; its log says why it ended")]


def _check_link(link: dict[str, Any]) -> list[Problem]:
    if link["revoked"]:
        return [Problem("REVOKED", f"the office has revoked this device; taps are kept. Ask the office; if it stays so, enrol again: {ENROL_AGAIN}")]
    trouble, since = link["trouble"] or link["uploadProblem"], link["secondsSinceSuccess"]
    if trouble is None and (since is None or since > AWAY_SECONDS):
        trouble = "AWAY"
    if trouble is None:
        return []
    return [Problem(trouble, LINK_ADVICE.get(trouble, "the server fails on our requests: report this code; taps are kept"))]


def _check_readers(readers: list[dict[str, str]]) -> list[Problem]:
    absent = [reader["name"] for reader in readers if reader["state"] == "ABSENT"]
    failed = [reader["name"] for reader in readers if reader["state"] == "FAILED"]
    problems = []
    if failed:
        problems.append(Problem("READER_FAILED", f"{', '.join(failed)}: pcscd does not answer or a card hangs: systemctl status pcscd"))
    if absent:
        problems.append(Problem("READER_ABSENT", f"{', '.join(absent)}: check the USB cable; does `pcsc_scan -r` list a fitting name?"))
    return problems


def _check_queue(queue: dict[str, Any], *, running: bool) -> list[Problem]:
    problems = []
    if queue["pending"] and not running:
        problems.append(Problem("QUEUE_WAITING", f"{queue['pending']} taps wait for the daemon to upload them"))
    elif queue["limit"] and queue["pending"] >= NEARLY_FULL * queue["limit"]:
        problems.append(Problem("QUEUE_NEARLY_FULL", "taps will soon be refused: restore the link to the server"))
    elif queue["oldestSeconds"] is not None and queue["oldestSeconds"] > OLD_TAP_SECONDS:
        problems.append(Problem("QUEUE_OLD", "taps have waited for minutes: see the link above; none is lost"))
    if queue["rejected"]:
        codes = ", ".join(f"{code} × {count}" for code, count in queue["rejectedCodes"].items())
        problems.append(Problem("TAPS_REJECTED", f"the server refused taps ({codes}); they are kept here: tell the office"))
    return problems


def _check_list(passes: dict[str, Any] | None) -> list[Problem]:
    if passes is None:
        return []
    if passes["version"] is None:
        return [Problem("NO_LIST", "this gate never had a pass list and refuses everyone: it needs the server once")]
    if passes["problem"] is not None:
        return [Problem("BAD_LIST", f"the server's pass list is unusable ({passes['problem']}); the gate goes by its last one")]
    if passes["secondsSinceConfirmed"] is None or passes["secondsSinceConfirmed"] > OLD_LIST_SECONDS:
        return [Problem("LIST_OLD", "the gate goes by its stored list: blocks and new cards since are unknown to it")]
    return []


def _check_host(snapshot: dict[str, Any]) -> list[Problem]:
    problems = []
    clock = snapshot["clock"]
    if abs(clock["offsetSeconds"]) > CLOCK_SECONDS and not clock["simulated"]:
        problems.append(Problem("CLOCK_OFF", f"this host's clock is off by {clock['offsetSeconds']:.0f} s: timedatectl set-ntp true"))
    if not snapshot["ballastHeld"]:
        problems.append(Problem("DISK_FULL", "the disk is full or nearly so: free some space; taps are stored in the reserve"))
    return problems
