"""`school-reader status`: what a technician sees at a glance, from the running daemon or, if there is none, from its files."""
import sqlite3
from pathlib import Path
from typing import Any

import orjson
from rich.console import Console
from rich.table import Table

from readers.diagnosis import diagnose
from readers.endpoint import connect
from readers.identity import Identity, IdentityError, NotEnrolledError, read_identity
from readers.statelock import is_locked

SOCKET = "status.sock"
SECONDS = 3.0
MOST_BYTES = 2**20
EMPTY_QUEUE: dict[str, Any] = {"pending": 0, "oldestSeconds": None, "limit": 0, "rejected": 0, "rejectedCodes": {}, "last": 0}


def read_status(state: Path) -> dict[str, Any]:
    """The daemon's snapshot, or what the files tell without it; `problems` and `healthy` are added."""
    snapshot = _ask(state) or _read_files(state)
    problems = diagnose(snapshot)
    return {**snapshot, "problems": [problem._asdict() for problem in problems], "healthy": not problems}


def _ask(state: Path) -> dict[str, Any] | None:
    try:
        with connect(state / SOCKET, SECONDS) as client:
            content = b""
            while (part := client.recv(65536)) and len(content) < MOST_BYTES:
                content += part
        answer = orjson.loads(content)
    except (OSError, orjson.JSONDecodeError):
        return None
    return answer if isinstance(answer, dict) else None


def _read_files(state: Path) -> dict[str, Any]:
    snapshot: dict[str, Any] = {"enrolled": False, "running": False, "locked": False, "queue": EMPTY_QUEUE}
    try:
        identity = read_identity(state)
    except (NotEnrolledError, IdentityError, PermissionError) as error:
        return {**snapshot, "detail": str(error)}
    return {**snapshot, "enrolled": True, "locked": is_locked(state), "device": describe(identity), "server": identity.server,
            "queue": _read_queue(state / identity.folder / "journal.sqlite")}


def describe(identity: Identity) -> dict[str, str]:
    """Who the device is, without its secrets."""
    return {"id": identity.device_id, "kind": identity.kind, "name": identity.name}


def _read_queue(path: Path) -> dict[str, Any]:
    if not path.exists():
        return EMPTY_QUEUE
    database = sqlite3.connect(path, timeout=SECONDS)
    try:
        database.execute("PRAGMA query_only = ON")
        codes = dict(database.execute("SELECT code, count(*) FROM tap WHERE state = 'rejected' GROUP BY code ORDER BY code"))
        pending, last = database.execute("SELECT count(*) FILTER (WHERE state = 'pending'), coalesce(max(sequence), 0) FROM tap").fetchone()
    except sqlite3.OperationalError:  # the daemon is just making it
        return EMPTY_QUEUE
    finally:
        database.close()
    return {**EMPTY_QUEUE, "pending": pending, "last": last, "rejected": sum(codes.values()), "rejectedCodes": codes}


def render(status: dict[str, Any], console: Console) -> None:
    """A table and the advice."""
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for name, value in _lines(status):
        table.add_row(name, value)
    console.print(table)
    if status["healthy"]:
        console.print("[green]✓ healthy[/green]")
    for problem in status["problems"]:
        console.print(f"[red]✗ {problem['code']}[/red]: {problem['advice']}", soft_wrap=True)


def _lines(status: dict[str, Any]) -> list[tuple[str, str]]:
    if not status["enrolled"]:
        return [("device", status["detail"])]
    device, queue = status["device"], status["queue"]
    lines = [("device", f"{device['name']} ({device['kind'].lower()}, {device['id']})"),
             ("daemon", f"running, process {status['pid']}, {status['software']}" if status["running"] else "not running")]
    if status["running"]:
        lines += [("reader", f"{reader['name']}: {reader['state']}") for reader in status["readers"]]
    oldest = f", the oldest for {_span(queue['oldestSeconds'])}" if queue["oldestSeconds"] is not None else ""
    lines.append(("queue", f"{queue['pending']} waiting{oldest}; {queue['rejected']} rejected; last sequence {queue['last']}"))
    if not status["running"]:
        return [*lines, ("server", status["server"])]
    link, passes, clock = status["link"], status["list"], status["clock"]
    lines.append(("server", f"{status['server']}, last answer {_ago(link['secondsSinceSuccess'])}"))
    if passes is not None:
        confirmed = _ago(passes["secondsSinceConfirmed"])
        lines.append(("pass list", f"version {passes['version'] or 'none'}, {passes['entries']} cards, confirmed {confirmed}"))
    lines.append(("clock", f"{clock['offsetSeconds']:+.1f} s to the server" + ("" if clock["learned"] else " (not heard yet)")
                  + (", simulated" if clock["simulated"] else "")))
    unjournaled = ", ".join(f"{reason} × {count}" for reason, count in status["unjournaled"].items())
    return [*lines, ("refused here", unjournaled)] if unjournaled else lines


def _ago(seconds: float | None) -> str:
    return "never" if seconds is None else f"{_span(seconds)} ago"


def _span(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.0f} h" if seconds < 172_800 else f"{seconds / 86_400:.0f} days"
