"""The reads of one operation: those that are asked for in one moment make one round trip, and run as the viewer in one transaction."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any, NamedTuple

import asyncpg
import orjson
import sqlalchemy as sa

from school import row_security
from school.read_pool import ReadPool
from school.row_security import Identity
from school.statements import Merged, Prepared, Read

MOST_MERGED = 500
"""Statements that were merged into one, which are kept."""
MOST_PREPARED = 100
"""Statements of one connection that stay prepared, for PostgreSQL keeps the plan of each."""
PLANNING = {
    "plan_cache_mode": "force_generic_plan", "random_page_cost": "1.1", "jit": "off", "max_parallel_workers_per_gather": "0",
    "default_transaction_read_only": "on",
}
"""A plan is made once, and run by one process: parts of a merged statement come in their order. What a screen shows lies in memory, or on a disk without a
head: PostgreSQL's default cost of 4 is a turning disk's, and lets it read whole tables where a look-up by a key would do."""
OPEN_SECONDS = 5.0
WORKERS = 2
"""Connections for the service's own work, which does not wait for reads."""
_BEGIN = "BEGIN READ WRITE; SET LOCAL idle_in_transaction_session_timeout = '10s'; SET LOCAL lock_timeout = '5s'"
"""A process that freezes in mid-work loses its connection, and with it the locks that keep others waiting."""


class Waiting(NamedTuple):
    """A statement with its parameters, and who waits for its rows."""

    prepared: Prepared
    values: list[Any]
    answer: "asyncio.Future[list[Any]]"


class Connections:
    """PostgreSQL's connections for reads. On some the service alone reads (who asks, mostly), on others viewers, each told to it before the read.

    And a few for the service's own work, which writes.
    """

    def __init__(self, url: str, size: int) -> None:
        self._url = sa.make_url(url)
        self.dialect = self._url.get_dialect()()
        self._service = ReadPool(lambda: self._open(row_security.SYSTEM_FOR_GOOD), (size + 1) // 2)
        self._workers = ReadPool(lambda: self._open(row_security.SYSTEM_FOR_GOOD), WORKERS)
        self._viewers = ReadPool(lambda: self._open(f"SET ROLE {row_security.VIEWER}"), size)
        self._merged: OrderedDict[tuple[Prepared, ...], Merged] = OrderedDict()

    async def _open(self, role: str) -> Any:
        _, how = self.dialect.create_connect_args(self._url)
        connection = await asyncpg.connect(
            **how, timeout=OPEN_SECONDS, command_timeout=None, statement_cache_size=MOST_PREPARED, max_cached_statement_lifetime=0,
            max_cacheable_statement_size=0, server_settings=PLANNING | {"application_name": "school", "timezone": "UTC"})
        try:
            await connection.execute(role)
            await connection.set_type_codec("jsonb", schema="pg_catalog", format="binary", encoder=_as_jsonb, decoder=lambda data: orjson.loads(data[1:]))
        except BaseException:
            connection.terminate()
            raise
        return connection

    async def fetch(self, identity: Identity | None, waiting: list[Waiting]) -> list[list[Any]]:
        """The rows of each, in one statement."""
        merged = None if len(waiting) == 1 else self._merge(tuple(one.prepared for one in waiting))
        text, values = (merged or waiting[0].prepared).text, [value for one in waiting for value in one.values]
        pool = self._service if identity is None else self._viewers
        with _lent(pool, await pool.take()) as connection:
            if identity is not None:
                await connection.fetch(row_security.VIEWER_FROM_NOW_ON, *row_security.values(identity))
            found = await connection.fetch(text, *values)
        return [waiting[0].prepared.rows(found)] if merged is None else merged.rows(found)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Any]:
        """A transaction of the service's own: asyncpg's connection, for what was compiled once. It commits at the end, and not on any exception."""
        with _lent(self._workers, await self._workers.take()) as connection:
            await connection.execute(_BEGIN)
            yield connection
            await connection.execute("COMMIT")

    def _merge(self, statements: tuple[Prepared, ...]) -> Merged:
        merged = self._merged.get(statements)
        if merged is None:
            merged = self._merged[statements] = Merged(statements, self.dialect)
            if len(self._merged) > MOST_MERGED:
                self._merged.popitem(last=False)
        else:
            self._merged.move_to_end(statements)
        return merged

    async def close(self) -> None:
        """Close every connection, those in use when their reads have ended or a while has passed."""
        await asyncio.gather(self._service.close(), self._workers.close(), self._viewers.close())


@contextmanager
def _lent(pool: ReadPool, connection: Any) -> Iterator[Any]:
    """Given back at the end, and mended where anything went wrong."""
    try:
        yield connection
    except BaseException as error:
        pool.mend(connection)
        unaware = isinstance(error, asyncpg.InternalClientError) and "cannot switch to state" in str(error)
        if unaware or (isinstance(error, asyncpg.InterfaceError) and connection.is_closed()):
            raise ConnectionError("the connection was cut while nobody looked") from error
        raise
    pool.give(connection)


def _as_jsonb(text: str) -> bytes:
    """PostgreSQL's binary form, the first, of a document that SQLAlchemy has written."""
    return b"\x01" + text.encode()


class Reader:
    """Reads of one operation, as one identity."""

    def __init__(self, fetch: Callable[[list[Waiting]], Any], dialect: sa.Dialect) -> None:
        self._fetch, self._dialect = fetch, dialect
        self._waiting: list[Waiting] = []
        self._viewer: Any = None
        self._shape: Any = None
        self._known: dict[str, Any] = {}

    async def all(self, read: Read, viewer: Any, *how: Any, columns: Any = None, **values: Any) -> list[Any]:
        """The rows of a read, of all its columns or of some. Whoever asks in the same moment shares the round trip, and its failure."""
        return (await self.each((read,), viewer, *how, columns=columns, **values))[0]

    async def each(
        self, reads: Sequence[Read], viewer: Any, *how: Any, columns: Any = None, **values: Any,
    ) -> list[list[Any]]:
        """As `all`, the rows of several reads of one moment, which are asked in the same way and given the same values."""
        if viewer is not self._viewer:
            self._viewer, self._shape, self._known = viewer, viewer.shape, {}
        mine = []
        for read in reads:
            prepared = read.prepare(viewer, self._shape, how, self._dialect, columns)
            mine.append(Waiting(prepared, prepared.values(viewer, values, self._known), asyncio.get_running_loop().create_future()))
        first = not self._waiting
        self._waiting += mine  # in place: whoever was first has the list
        if first:
            await self._run()
        return [await one.answer for one in mine]

    async def _run(self) -> None:
        waiting = self._waiting
        try:
            await asyncio.sleep(0)  # others of this moment come
            self._waiting = []
            found = await self._fetch(waiting)
        except BaseException as error:
            if self._waiting is waiting:
                self._waiting = []
            for one in waiting:
                if one.answer.done():  # whoever waited for it was broken off
                    continue
                if isinstance(error, Exception):
                    one.answer.set_exception(error)
                    one.answer.exception()  # whoever waits is told; nobody else has to be
                else:
                    one.answer.cancel()
            raise
        for one, rows in zip(waiting, found, strict=True):
            if not one.answer.done():
                one.answer.set_result(rows)
