"""Which SQL a service sends for one request, with its parameters: recorded from PostgreSQL's log, so that it stays true when the service's SQL changes."""

import asyncio
import json
import re
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg

from bench.harness.ground import Ground, plain

WINDOWS = 5
"""Requests that are recorded: what all of them send is the request's own, and not a process's housekeeping."""
_MARKER = "bench window"
_PARAMETER = re.compile(r"\$(\d+) = (NULL|'(?:[^']|'')*')")
_MESSAGE = re.compile(r"(?:statement|execute [^:]*): (.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement; parameters are PostgreSQL's texts. `pid` is the backend's, of which each connection has one."""

    sql: str
    parameters: tuple[str | None, ...]
    pid: int


Transaction = tuple[Statement, ...]


def statements(lines: list[dict[str, Any]], login: str) -> list[list[Transaction]]:
    """The transactions of a login in each window of a log, in the order in which they began; pure."""
    windows: list[dict[str, list[Statement]]] = [{}]
    for line in lines:
        found = _MESSAGE.fullmatch(line.get("message", ""))
        if found is None:
            continue
        if _MARKER in found[1]:
            windows.append({})
        elif line.get("user") == login:
            parameters = [None if text == "NULL" else text[1:-1].replace("''", "'") for _, text in _PARAMETER.findall(line.get("detail", ""))]
            windows[-1].setdefault(f"{line['pid']} {line['vxid']}", []).append(Statement(found[1], tuple(parameters), line["pid"]))
    return [[tuple(one) for one in window.values()] for window in windows]


def common(windows: list[list[Transaction]]) -> list[Transaction]:
    """Of the last window the transactions that every window has, as often as the one that has the fewest; parameters may differ."""
    counts = [Counter(tuple(one.sql for one in transaction) for transaction in window) for window in windows]
    left = counts[0]
    for count in counts[1:]:
        left &= count
    kept = []
    for transaction in windows[-1]:
        shape = tuple(one.sql for one in transaction)
        if left[shape]:
            left[shape] -= 1
            kept.append(transaction)
    return kept


async def record(ground: Ground, login: str, ask: Callable[[], Awaitable[None]]) -> list[Transaction]:
    """Ask some times, and find what was sent for one of them."""
    admin = await asyncpg.connect(plain(ground.owner))
    await _log(admin, "all")
    for number in range(WINDOWS):
        await admin.execute(f"SELECT '{_MARKER} {number}'")
        await ask()
        await asyncio.sleep(0.1)  # the transactions that end after the answer
    await admin.execute(f"SELECT '{_MARKER} {WINDOWS}'")
    lines = await asyncio.to_thread(_read, ground.server.directory / "data" / "log", f"{_MARKER} {WINDOWS}")
    await _log(admin, "none")
    await admin.close()
    found = common(statements(lines, login)[1:-1])
    if not found:
        raise RuntimeError("no statement of the service was recorded")
    return found


async def _log(admin: asyncpg.Connection, what: str) -> None:
    await admin.execute(f"ALTER SYSTEM SET log_statement = '{what}'")
    await admin.execute("SELECT pg_reload_conf()")
    await asyncio.sleep(0.3)  # each backend reads it when it is next idle


def _read(folder: Path, last: str) -> list[dict[str, Any]]:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        texts = [line for file in sorted(folder.glob("*.json")) for line in file.read_text().splitlines()]
        if any(last in text for text in texts):
            return [json.loads(text) for text in texts]
        time.sleep(0.05)
    raise RuntimeError("PostgreSQL's log did not come")
