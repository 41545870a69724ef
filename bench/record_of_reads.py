"""What the record of reads costs: the same operations with and without a notebook, interleaved, on both databases.

A parent's look at the children, and an office's page of a hundred pupils (a hundred entries), executed by the people's schema in this process. `new`:
every reading is an entry, as if each came from another account; `as it is`: the same reading within a minute is one. Anyone can run it:

    .venv/bin/python bench/record_of_reads.py [--quick]
"""

import argparse
import asyncio
import contextlib
import datetime as dt
import statistics
import sys
import tempfile
import time
from pathlib import Path

import sqlalchemy as sa

sys.path.insert(0, str(Path(__file__).parent.parent))

from school import ids
from school.context import Context
from school.db import Database, migrate
from school.record import reads
from school.record.models import Record
from school.record.reads import ReadRecord
from school.registry.models import Person, Pupil
from school.schema import people
from school.settings import Settings
from tests.postgres import PostgresServer
from tests.world import World, build

OPERATIONS = {
    "parent, 3 children": ("parent", "{ me { children { id name classGroup { name } } } }"),
    "office, 100 pupils": ("office", "{ pupils(first: 100) { edges { node { id name classGroup { name } } } } }"),
}
SIDES = {"without": None, "as it is": reads.AGAIN, "new": 0.0}
AT_ONCE = 8
"""Operations under way: the database's waits overlap, as they do behind HTTP."""


async def prepare(url: str) -> tuple[Database, World]:
    """The small world, with a hundred pupils more."""
    await asyncio.to_thread(migrate, url)
    database = Database(url)
    world = await build(database)
    more = [ids.new() for _ in range(100)]
    async with database.begin() as session:
        session.add_all(Person(school_id=1, id=id_, family_name="Ученик", given_name=str(place), sort_key=f"{place:03}") for place, id_ in enumerate(more))
        await session.flush()
        session.add_all(Pupil(school_id=1, id=id_, class_group_id=world.classes["5A"], enrolled_on=dt.date(2026, 9, 1)) for id_ in more)
    return database, world


async def cost(context: Context, document: str, count: int) -> tuple[float, float]:
    """Operations a second, and milliseconds of this process's CPU for one, the writing of what still waits included."""
    left = iter(range(count))

    async def work() -> None:
        for _ in left:
            answer = await people().execute(document, {}, Context(context.viewer, context.database, context.settings, reads=context.reads))
            assert answer.errors is None, answer.errors

    started, used = time.perf_counter(), time.process_time()
    await asyncio.gather(*(work() for _ in range(AT_ONCE)))
    if isinstance(context.reads, ReadRecord):
        await context.reads.flush()
    return count / (time.perf_counter() - started), (time.process_time() - used) / count * 1000


async def measure(name: str, url: str, count: int, rounds: int) -> None:
    """Print a row for each operation."""
    database, world = await prepare(url)
    for what, (login, document) in OPERATIONS.items():
        costs: dict[str, list[tuple[float, float]]] = {side: [] for side in SIDES}
        for _ in range(rounds):
            for side, again in SIDES.items():
                notebook = None if again is None else ReadRecord(database, most_waiting=10**6)
                reads.AGAIN = again or 0.0
                running = asyncio.create_task(notebook.run()) if notebook else None
                costs[side].append(await cost(Context(world.viewers[login], database, Settings(), reads=notebook), document, count))
                if running:
                    running.cancel()
                    with contextlib.suppress(asyncio.CancelledError):
                        await running
        async with database.read() as session:
            entries = await session.scalar(sa.select(sa.func.count()).select_from(Record))
        rate, used = ({side: statistics.median(one[place] for one in found) for side, found in costs.items()} for place in (0, 1))
        cells = [f"{rate[side]:.0f} ({rate[side] / rate['without']:.2f}) | {used[side]:.2f} ({used[side] / used['without']:.2f})" for side in SIDES]
        print(f"| {name} | {what} | {' | '.join(cells)} | {entries} |", flush=True)
    await database.close()


async def both(folder: Path, cluster: PostgresServer, count: int, rounds: int) -> None:
    """Both databases."""
    await measure("SQLite", f"sqlite+aiosqlite:///{folder}/school.db", count, rounds)
    with cluster as server:
        await measure("PostgreSQL", server.url(), count, rounds)


def main() -> None:
    """The table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    count, rounds = (20, 1) if parser.parse_args().quick else (200, 5)
    heads = [f"{side}: {what} (ratio)" for side in SIDES for what in ("operations/s", "CPU ms")]
    print(f"| database | operation | {' | '.join(heads)} | entries written in all |\n|---|---|{'---|' * (len(heads) + 1)}")
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o711)  # PostgreSQL runs as another user where we are root
        asyncio.run(both(Path(folder), PostgresServer(Path(folder) / "cluster", durable=True), count, rounds))


if __name__ == "__main__":
    main()
