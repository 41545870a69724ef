"""A contest: contestants take turns under the same load, in rounds whose order turns; what each used, and the ratio of the first to the others."""

import hashlib
import json
import statistics
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.harness import cpu

LOAD = Path(__file__).with_name("load.py")
CONNECTIONS = 4
MOST = 100_000
"""Requests of one turn."""


@dataclass(frozen=True, slots=True)
class Contestant:
    """Who is measured: a process on a port of loopback, and how it is asked. `body` is its answer, which has been compared with the others'."""

    name: str
    pid: int
    port: int
    request: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Turn:
    """What a contestant did in one turn. Times are in seconds, CPU that of the application and of the database."""

    requests: int
    seconds: float
    app: float
    database: float

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds

    @property
    def app_ms(self) -> float:
        """Milliseconds of the application's CPU for a request."""
        return self.app / self.requests * 1000

    @property
    def database_ms(self) -> float:
        """The database's."""
        return self.database / self.requests * 1000

    @property
    def per_cpu_second(self) -> float:
        """Requests for a second of CPU, wherever it was used."""
        return self.requests / (self.app + self.database)


Turns = dict[str, list[Turn]]
"""Each contestant's, by round."""
TakeTurn = Callable[[Contestant, int, float], Turn]
"""Puts one under load, with PostgreSQL's first process, for so many seconds."""
TURN_FIGURES: tuple[Callable[[Turn], float], ...] = (
    lambda turn: turn.rate, lambda turn: turn.app_ms, lambda turn: turn.database_ms, lambda turn: turn.per_cpu_second,
)


def order_of(names: Sequence[str], number: int) -> list[str]:
    """The order of a round: each round begins with the next one."""
    start = number % len(names)
    return [*names[start:], *names[:start]]


def take_turn(contestant: Contestant, postmaster: int, seconds: float) -> Turn:
    """Put one under load. RuntimeError where an answer was not the expected one."""
    order = {
        "port": contestant.port, "request": contestant.request, "expected": hashlib.sha256(contestant.body).hexdigest(), "seconds": seconds, "most": MOST,
        "connections": CONNECTIONS,
    }
    return carry_out(LOAD, order, contestant, postmaster)[0]


def carry_out(load: Path, order: dict[str, Any], contestant: Contestant, postmaster: int) -> tuple[Turn, dict[str, Any]]:
    """Let a load carry out its order, for `seconds` at most a minute more; what the contestant did, and all that the load tells."""
    app, database = cpu.used(contestant.pid), cpu.used(postmaster)
    done = subprocess.run([sys.executable, str(load)], input=json.dumps(order), capture_output=True, text=True, check=False, timeout=order["seconds"] + 60)
    if done.returncode:
        raise RuntimeError(f"{contestant.name}: {done.stderr[-2000:]}")
    found = json.loads(done.stdout)
    if found["bad"]:
        raise RuntimeError(f"{contestant.name}: {found['bad']} of {found['bad'] + found['good']} answers were not the expected one")
    return Turn(found["good"], found["seconds"], cpu.used(contestant.pid) - app, cpu.used(postmaster) - database), found


def run(contestants: Sequence[Contestant], postmaster: int, *, rounds: int, seconds: float, take: TakeTurn = take_turn) -> Turns:
    """All rounds, after one that warms up and does not count."""
    by_name = {contestant.name: contestant for contestant in contestants}
    turns: Turns = {name: [] for name in by_name}
    for number in range(-1, rounds):
        for name in order_of(list(by_name), number):
            turn = take(by_name[name], postmaster, seconds)
            if number >= 0:
                turns[name].append(turn)
    return turns


def ratios(turns: Turns, ours: str, figure: Callable[[Turn], float]) -> dict[str, list[float]]:
    """Ours to each other's, by round."""
    return {
        name: [figure(mine) / figure(other) for mine, other in zip(turns[ours], others, strict=True)] for name, others in turns.items() if name != ours
    }


def median_ratio(turns: Turns, ours: str, name: str) -> float:
    """Ours to another's, in requests per CPU second: the median of the rounds."""
    return statistics.median(ratios(turns, ours, lambda turn: turn.per_cpu_second)[name])


def table(turns: Turns, ours: str) -> str:
    """The medians as Markdown, with the ratio of requests per CPU second, and in brackets that of each round."""
    compared = ratios(turns, ours, lambda turn: turn.per_cpu_second)
    lines = [
        "| contestant | requests/s | app CPU ms | database CPU ms | requests per CPU second | ours / theirs (rounds) |", "|---|---|---|---|---|---|",
    ]
    for name, found in turns.items():
        rate, app, database, per_cpu = (statistics.median(map(figure, found)) for figure in TURN_FIGURES)
        ratio = f"**{statistics.median(compared[name]):.2f}** ({', '.join(f'{one:.2f}' for one in compared[name])})" if name in compared else "1"
        lines.append(f"| {name} | {rate:,.0f} | {app:.2f} | {database:.2f} | {per_cpu:,.0f} | {ratio} |")
    return "\n".join(lines)
