"""The embedded database when something is cancelled, at whatever moment: nobody waits for its lock, and closing the database ends all its threads."""

import asyncio
import gc
import random
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from school import sqlite
from school.db import Database

TIMES, MOST = 100, 3000
"""How often an operation is cancelled: as a proof, and at most until the harness finds what it must."""
LONGEST = 0.03
"""Seconds in which a connection is opened and some reads are done: a cancellation comes somewhere between."""
Unheard = list[threading.ExceptHookArgs]


def threads() -> set[threading.Thread]:
    """Those of connections."""
    return {thread for thread in threading.enumerate() if "_connection_worker_thread" in thread.name or thread.name.startswith("school-reads")}


@pytest.fixture
def unheard(monkeypatch: pytest.MonkeyPatch) -> Unheard:
    """What threads could tell nobody."""
    found: Unheard = []
    monkeypatch.setattr(threading, "excepthook", found.append)
    return found


@pytest.fixture
def late_collector() -> Iterator[None]:
    """The garbage collector does not come."""
    gc.disable()
    yield
    gc.enable()


def is_locked(path: Path) -> bool:
    """Whether nobody else could write now."""
    connection = sqlite3.connect(path / "school.db", timeout=0, isolation_level=None)
    try:
        connection.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError:
        return True
    else:
        return False
    finally:
        connection.close()


def url(directory: Path) -> str:
    """Of the database there."""
    return f"sqlite+aiosqlite:///{directory}/school.db"


def cancel_somewhere(address: str, chance: random.Random, *, writes: bool) -> set[threading.Thread]:
    """An operation is cancelled, perhaps again while it still ends, and the database is closed. The threads that are left."""

    async def attempt() -> set[threading.Thread]:
        database = Database(address)
        begin = database.begin if writes else database.read

        async def operate() -> None:
            while True:
                async with begin() as session:
                    await session.execute(sa.text("SELECT 1"))

        task = asyncio.create_task(operate())
        await asyncio.sleep(chance.uniform(0, LONGEST))
        task.cancel()
        for _ in range(chance.randrange(4)):
            await asyncio.sleep(0)
        if chance.random() < 0.5:
            task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await database.close()
        return threads()

    return asyncio.run(attempt())


@pytest.fixture
def chance() -> random.Random:
    """The same in every run."""
    return random.Random(1284)  # noqa: S311 - moments, no secrets


@pytest.mark.parametrize("writes", [False, True])
def test_no_thread_outlives_its_database(tmp_path: Path, chance: random.Random, unheard: Unheard, writes: bool) -> None:
    before = threads()
    for _ in range(TIMES):
        assert cancel_somewhere(url(tmp_path), chance, writes=writes) <= before
    assert unheard == []


def test_some_would_if_nobody_ended_them(tmp_path: Path, chance: random.Random, monkeypatch: pytest.MonkeyPatch) -> None:
    """The harness has teeth."""
    left: set[threading.Thread] = set()
    before, end = threads(), sqlite.Threads.end

    async def note(self: sqlite.Threads) -> None:
        left.update(threads() - before)
        await end(self)

    def attempt() -> bool:
        cancel_somewhere(url(tmp_path), chance, writes=False)
        return bool(left)

    monkeypatch.setattr(sqlite.Threads, "end", note)
    assert any(attempt() for _ in range(MOST))


@pytest.mark.usefixtures("late_collector")
def test_a_cancelled_write_gives_its_lock_back(tmp_path: Path, chance: random.Random) -> None:
    for _ in range(TIMES):
        cancel_somewhere(url(tmp_path), chance, writes=True)
        assert not is_locked(tmp_path)


@pytest.mark.usefixtures("late_collector")
def test_it_would_not_by_being_closed_alone(tmp_path: Path, chance: random.Random, monkeypatch: pytest.MonkeyPatch) -> None:
    """The harness has teeth."""
    monkeypatch.delattr(sqlite.Connection, "close")

    def attempt() -> bool:
        cancel_somewhere(url(tmp_path), chance, writes=True)
        return is_locked(tmp_path)

    assert any(attempt() for _ in range(MOST))


ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"


async def test_a_read_is_one_visit_and_writes_nothing(tmp_path: Path) -> None:
    reads, before = sqlite.Reads(str(tmp_path / "school.db")), threads()
    assert await reads.fetch([("SELECT ? + 1", [1]), ("SELECT local_date('2026-09-07 22:00:00', 'Europe/Moscow')", [])]) == [[(2,)], [("2026-09-08",)]]
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        await reads.fetch([("CREATE TABLE one (id INTEGER)", [])])
    assert await reads.fetch([("SELECT name FROM sqlite_schema", [])]) == [[]]
    assert 1 <= len(threads() - before) <= sqlite.READERS
    await reads.close()
    assert threads() <= before
    assert await reads.fetch([("SELECT 1", [])]) == [[(1,)]], "opened again, as an engine's connections are"
    await reads.close()
    assert threads() <= before


async def test_reads_of_one_moment_see_one_moment(tmp_path: Path) -> None:
    path, writer = tmp_path / "school.db", threading.Event()
    with sqlite3.connect(path) as other:
        other.execute("PRAGMA journal_mode=WAL")
        other.execute("CREATE TABLE one (id INTEGER)")
    reads = sqlite.Reads(str(path))

    def write() -> int:
        with sqlite3.connect(path) as between:
            between.execute("INSERT INTO one VALUES (1)")
        writer.set()
        return 1

    connection = reads._open()
    connection.create_function("write", 0, write)
    reads._idle.append(connection)
    count = ("SELECT count(*) FROM one", list[object]())
    assert await reads.fetch([count, ("SELECT write()", []), count]) == [[(0,)], [(1,)], [(0,)]]
    assert (writer.is_set(), await reads.fetch([count])) == (True, [[(1,)]])
    await reads.close()


async def test_closing_breaks_off_what_reads_and_what_waits(tmp_path: Path) -> None:
    reads, before = sqlite.Reads(str(tmp_path / "school.db")), threads()
    asked = [asyncio.ensure_future(reads.fetch([(ENDLESS, [])])) for _ in range(sqlite.READERS + 2)]
    while len(threads() - before) < sqlite.READERS:  # noqa: ASYNC110 - threads do not tell when they begin
        await asyncio.sleep(0.01)
    asked[0].cancel()
    async with asyncio.timeout(20):
        await reads.close()
        results = await asyncio.gather(*asked, return_exceptions=True)
    assert [type(result) for result in results] == [asyncio.CancelledError, *[sqlite3.OperationalError] * (sqlite.READERS - 1), *[asyncio.CancelledError] * 2]
    assert threads() <= before
