"""SQLite, the embedded database: how its connections are opened, how its transactions begin, and how no thread of a connection outlives the engine."""

import asyncio
import datetime as dt
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any
from weakref import WeakSet

import aiosqlite
import sqlalchemy as sa

from school import clock

PRAGMAS = ("busy_timeout=10000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-65536", "temp_store=MEMORY")


class Connection(sqlite3.Connection):
    """One that gives its lock back when it is closed. SQLite itself waits for statements that nobody has ended, and a cancelled operation leaves some until
    the garbage collector comes: no other could write meanwhile.
    """

    def close(self) -> None:
        """What is not committed is rolled back."""
        with suppress(sqlite3.Error):  # it may be closed already
            self.rollback()
        super().close()


class Threads:
    """The connections of one engine. The driver runs a thread for each, and a cancellation at the wrong moment leaves one behind that nobody ends:
    the pool has forgotten it, or waits for what it will not do any more.
    """

    def __init__(self) -> None:
        self._connections: WeakSet[aiosqlite.Connection] = WeakSet()

    def connect(self, *where: Any, **how: Any) -> aiosqlite.Connection:
        """As `aiosqlite.connect`."""
        connection = aiosqlite.connect(*where, factory=Connection, **how)
        connection._thread.daemon = True  # noqa: SLF001 - as SQLAlchemy sets it on those that it opens
        self._connections.add(connection)
        return connection

    async def end(self) -> None:
        """End every thread after what it has to do, and wait until it has: what it tells the event loop still finds it running."""
        for connection in list(self._connections):
            thread = connection._thread  # noqa: SLF001 - there is no other way to wait for it
            if thread.is_alive():
                connection.stop()
                await asyncio.to_thread(thread.join)


READERS = 4
"""Connections for reads: so many may be at it at the same time."""
LONGEST_STEP = 100_000
"""Instructions of SQLite's machine, a few milliseconds, after which a read looks whether it is to end."""


class Reads:
    """Connections that only read, and threads for them: what is asked for in one moment is one visit to one of these.

    The engine's connections, through SQLAlchemy and the driver, are visited for each step of it, and take several times as long.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._pool: ThreadPoolExecutor | None = None
        self._idle: list[sqlite3.Connection] = []
        self._ends = threading.Event()

    async def fetch(self, statements: list[tuple[str, list[Any]]]) -> list[list[Any]]:
        """The rows of each statement, as they are at one moment."""
        if self._pool is None:
            self._pool = ThreadPoolExecutor(READERS, "school-reads")
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._fetch, statements)

    def _fetch(self, statements: list[tuple[str, list[Any]]]) -> list[list[Any]]:
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = self._open()
        try:
            connection.execute("BEGIN")
            return [connection.execute(text, values).fetchall() for text, values in statements]
        finally:
            connection.rollback()
            self._idle.append(connection)

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, factory=Connection, check_same_thread=False)  # in one thread at a time
        _configure(connection, None)
        connection.execute("PRAGMA query_only=ON")
        connection.set_progress_handler(self._ends.is_set, LONGEST_STEP)
        return connection

    async def close(self) -> None:
        """Break off what still reads, and end the threads and connections."""
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=False, cancel_futures=True)  # before a thread that is broken off takes up what waits
            self._ends.set()
            await asyncio.to_thread(pool.shutdown)
            self._ends.clear()
        while self._idle:
            self._idle.pop().close()


def prepare(engine: sa.Engine) -> None:
    """For all connections and transactions of an engine."""
    sa.event.listen(engine, "connect", _configure)
    sa.event.listen(engine, "begin", _begin)


def _configure(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    connection.create_function("local_date", 2, _local_date)
    connection.create_function("local_time", 2, _local_time)
    connection.create_function("from_hex", 1, _from_hex, deterministic=True)
    script = ";".join(f"PRAGMA {pragma}" for pragma in PRAGMAS)  # one visit to the connection's thread, where each statement takes three
    if isinstance(connection, sqlite3.Connection):
        connection.executescript(script)
    else:
        connection.run_async(lambda driver: driver.executescript(script))


def _begin(connection: sa.Connection) -> None:
    """A write takes the lock at its beginning: a read that turns into a write could not wait for it."""
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("school_write") else "BEGIN")


def _local_date(moment: str, time_zone: str) -> str:
    return clock.school_date(dt.datetime.fromisoformat(moment).replace(tzinfo=dt.UTC), time_zone).isoformat()


def _local_time(moment: str, time_zone: str) -> str:
    """As SQLAlchemy writes times of day."""
    return dt.datetime.fromisoformat(moment).replace(tzinfo=dt.UTC).astimezone(clock.zone(time_zone)).strftime("%H:%M:%S.%f")


def _from_hex(text: str | None) -> bytes | None:
    return None if text is None else bytes.fromhex(text)
