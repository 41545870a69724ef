"""From a card at a gate's reader to the parent's open socket: the share of the time that is ours, on both databases.

A real pcscd with virtual readers, the reader daemon and `school serve` as processes, a WebSocket subscriber. The clock starts when the daemon
has read the card (its journal's `at_us`), and stops when the subscriber holds the message. Anyone can run it:

    .venv/bin/python bench/tap_to_parent.py [--quick]
"""

import argparse
import asyncio
import json
import os
import platform
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa

sys.path.insert(0, str(Path(__file__).parent.parent))

from school.access.models import AntiPassback, Door, DoorRule
from school.db import Database, migrate
from school.registry.models import DeviceKind
from tests.pcsc_harness import FOUR_READERS, VirtualReaders, slot
from tests.postgres import PostgresServer
from tests.service_process import Service, device_code, gate_bindings, give_passwords, reader_daemon
from tests.world import World, build, uid

MUST = 150.0
"""Milliseconds: what the 95th percentile must stay under."""


async def prepare(url: str) -> tuple[Database, World]:
    """The small world, its gates open at all hours."""
    import datetime as dt

    await asyncio.to_thread(migrate, url)
    database = Database(url)
    world = await build(database)
    await give_passwords(database, "parent")
    async with database.begin() as session:
        await session.execute(sa.update(DoorRule).values(weekdays=127, starts_at=dt.time(), ends_at=dt.time()))
        await session.execute(sa.update(Door).values(anti_passback=AntiPassback.OFF))
    return database, world


async def measure(url: str, folder: Path, taps: int) -> list[float]:
    """Milliseconds of each tap."""
    database, world = await prepare(url)
    state = folder / "gate"
    state.mkdir()
    with VirtualReaders(FOUR_READERS, folder) as readers, Service(url, folder) as service:
        code = await device_code(database, DeviceKind.GATE, "Gate PC", gate_bindings(world))
        names = json.dumps({"in": slot("Gate A"), "out": slot("Gate B")})
        environment = {**readers.environment, "READER_READERS": names, "READER_REPEAT_SECONDS": "0"}
        with reader_daemon(state, service.url, code, environment):
            async with service.updates(service.sign_in("parent")) as stream:
                arrivals: asyncio.Queue[int] = asyncio.Queue()
                following = asyncio.create_task(_follow(stream, arrivals))
                await _warm_up(readers, arrivals)
                arrived = [await _tap(readers, arrivals, number) for number in range(taps)]
                following.cancel()
                await asyncio.gather(following, return_exceptions=True)
    await database.close()
    journal, = state.glob("device-*/journal.sqlite")
    with sqlite3.connect(journal) as connection:
        seen = [at for (at,) in connection.execute("SELECT at_us FROM tap ORDER BY sequence")]
    return [(at_parent - at_reader) / 1000 for at_reader, at_parent in zip(seen[-taps:], arrived, strict=True)]


async def _follow(stream: AsyncIterator[Any], arrivals: "asyncio.Queue[int]") -> None:
    """When the parent's socket had each message, in microseconds of this machine's clock."""
    async for _update in stream:
        arrivals.put_nowait(time.time_ns() // 1000)


async def _warm_up(readers: VirtualReaders, arrivals: "asyncio.Queue[int]") -> None:
    """Tap until the daemon has found its readers and its list, and nothing is on its way any more. These taps do not count."""
    seen = 0
    while True:
        if not seen:
            await asyncio.to_thread(readers.tap, "Gate A", uid("anna"), seconds=60)
        try:
            async with asyncio.timeout(2):
                await arrivals.get()
        except TimeoutError:
            if seen:
                return
        else:
            seen += 1


async def _tap(readers: VirtualReaders, arrivals: "asyncio.Queue[int]", number: int) -> int:
    """One card at one reader; when the parent had it."""
    await asyncio.to_thread(readers.tap, "Gate A" if number % 2 else "Gate B", uid("anna" if number % 3 else "vera"))
    async with asyncio.timeout(30):
        return await arrivals.get()


def report(name: str, times: list[float]) -> None:
    """One line of the table."""
    ordered = sorted(times)
    p95 = ordered[int(len(ordered) * 0.95)]
    verdict = "reached" if p95 < MUST else "NOT REACHED"
    print(f"| {name} | {len(times)} | {statistics.median(times):.1f} | {p95:.1f} | {ordered[-1]:.1f} | under {MUST:.0f}: {verdict} |")


def main() -> None:
    """Both databases, one after the other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few taps: does it still run?")
    taps = 6 if parser.parse_args().quick else 60
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}\n")
    print("| database | taps | median ms | p95 ms | longest ms | p95 must be |\n|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name) / "sqlite"
        folder.mkdir()
        report("SQLite", asyncio.run(measure(f"sqlite+aiosqlite:///{folder}/school.db", folder, taps)))
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as name, tempfile.TemporaryDirectory(prefix="bench-pg-") as cluster,
    ):
        Path(cluster).chmod(0o711)  # PostgreSQL runs as another user where we are root
        with PostgresServer(Path(cluster) / "cluster", durable=True) as server:
            report("PostgreSQL", asyncio.run(measure(server.url(), Path(name), taps)))


if __name__ == "__main__":
    main()
