"""How much CPU a process and all that it starts have used, from /proc (Linux): PostgreSQL's postmaster with its backends, an application."""

import os
import re
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
CONNECTION = re.compile(r" (\[local\]|[0-9a-f.:]+\(\d+\)) ")
"""In the title of a process of PostgreSQL that serves one: `postgres: user database client activity`."""


def times(stat: str) -> tuple[int, int, int]:
    """A line of /proc/PID/stat: the parent, the ticks used by the process itself, and those of its children that have ended and been waited for."""
    fields = stat.rpartition(")")[2].split()  # a program's name, in brackets, may hold anything
    return int(fields[1]), int(fields[11]) + int(fields[12]), int(fields[13]) + int(fields[14])


def total(root: int, stats: dict[int, str]) -> float:
    """Seconds of CPU of a process and its descendants, ended ones included. ProcessLookupError where the process is not among them."""
    if root not in stats:
        raise ProcessLookupError(f"process {root} has ended")
    read = {pid: times(stat) for pid, stat in stats.items()}
    family, added = {root}, {root}
    while added:
        added = {pid for pid, (parent, _, _) in read.items() if parent in added} - family
        family |= added
    return sum(read[pid][1] + read[pid][2] for pid in family) / TICKS


def of_connections(postmaster: int, stats: dict[int, str], titles: dict[int, str]) -> float:
    """Seconds of CPU of a PostgreSQL's open connections alone: no checkpointer, no autovacuum. A connection that ends takes its share along."""
    read = {pid: times(stat) for pid, stat in stats.items()}
    return sum(own for pid, (parent, own, _) in read.items() if parent == postmaster and CONNECTION.search(titles.get(pid, ""))) / TICKS


def used(root: int) -> float:
    """`total`, as it is now."""
    return total(root, _read("stat"))


def connections(postmaster: int) -> float:
    """`of_connections`, as it is now."""
    return of_connections(postmaster, _read("stat"), _read("cmdline"))


def _read(name: str) -> dict[int, str]:
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                found[int(entry.name)] = (entry / name).read_text(errors="replace")
            except OSError:
                continue  # it ended meanwhile; its parent counts it
    return found
