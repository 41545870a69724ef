"""The reads of one operation: those that are asked for in one moment make one round trip, and run as the viewer in one transaction."""

import asyncio
import re
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import asyncpg
import orjson
import sqlalchemy as sa

from school import row_security
from school.row_security import Identity
from school.statements import Prepared, Read

MOST_MERGED = 500
"""Texts of statements that were merged into one, which are kept."""
MOST_PREPARED = 100
"""Statements of one connection that stay prepared, for PostgreSQL keeps the plan of each."""
PLANNING = {"plan_cache_mode": "force_generic_plan", "random_page_cost": "1.1", "jit": "off"}
"""A plan is made once. What a screen shows lies in memory, or on a disk without a head: PostgreSQL's default of 4 is a turning disk's, and lets it read
whole tables where a look-up by a key would do."""
ACQUIRE_SECONDS, CLOSE_SECONDS = 5.0, 2.0


class Waiting(NamedTuple):
    """A statement with its parameters, and who waits for its rows."""

    prepared: Prepared
    values: list[Any]
    answer: "asyncio.Future[list[Any]]"


class Connections:
    """PostgreSQL's connections for reads. Each is the service's own, until a transaction on it takes a viewer's role."""

    def __init__(self, url: str, size: int) -> None:
        self._url, self._size = sa.make_url(url), size
        self.dialect = self._url.get_dialect()()
        self._pool: Any = None
        self._opening = asyncio.Lock()
        self._merged: OrderedDict[tuple[Prepared, ...], str] = OrderedDict()

    async def pool(self) -> Any:
        """asyncpg's pool, opened at its first use."""
        if self._pool is None:
            async with self._opening:
                if self._pool is None:
                    _, how = self.dialect.create_connect_args(self._url)
                    self._pool = await asyncpg.create_pool(
                        **how, min_size=0, max_size=self._size, init=_take_system, reset=_end, timeout=ACQUIRE_SECONDS, command_timeout=None,
                        statement_cache_size=MOST_PREPARED, max_cached_statement_lifetime=0, max_cacheable_statement_size=0,
                        server_settings=PLANNING | {"application_name": "school", "timezone": "UTC"})
        return self._pool

    async def fetch(self, identity: Identity | None, waiting: list[Waiting]) -> list[list[Any]]:
        """The rows of each, in one statement."""
        pool = await self.pool()
        text, values = self._merge([one.prepared for one in waiting]), [value for one in waiting for value in one.values]
        async with pool.acquire(timeout=ACQUIRE_SECONDS) as connection:
            if identity is None:
                found = await connection.fetch(text, *values)
            else:
                await connection.execute(f"BEGIN READ ONLY; {row_security.script(identity)}")
                try:
                    found = await connection.fetch(text, *values)
                finally:
                    await connection.execute("COMMIT")
        records = [found] if len(waiting) == 1 else found[0]
        return [one.prepared.rows(rows) for one, rows in zip(waiting, records, strict=True)]

    def _merge(self, statements: list[Prepared]) -> str:
        if len(statements) == 1:
            return statements[0].text
        key = tuple(statements)
        text = self._merged.get(key)
        if text is None:
            parts, offset = list[str](), 0
            for one in statements:
                numbers = [int(number) for number in re.findall(r"\$(\d+)", one.text)]
                shifted = re.sub(r"\$(\d+)", lambda found, by=offset: f"${int(found[1]) + by}", one.text)  # type: ignore[misc]
                parts.append(f"ARRAY(SELECT q FROM ({shifted}) q)")  # noqa: S608 - compiled statements of our own
                offset += max(numbers, default=0)
            text = self._merged[key] = f"SELECT {', '.join(parts)}"
            if len(self._merged) > MOST_MERGED:
                self._merged.popitem(last=False)
        return text

    async def close(self) -> None:
        """Close every connection, those in use when their reads have ended or a while has passed."""
        pool, self._pool = self._pool, None
        if pool is not None:
            try:
                async with asyncio.timeout(CLOSE_SECONDS):
                    await pool.close()
            except TimeoutError:
                pool.terminate()


async def _take_system(connection: Any) -> None:
    await connection.execute(row_security.AS_SYSTEM_FOR_GOOD)
    await connection.set_type_codec("jsonb", schema="pg_catalog", format="binary", encoder=_never, decoder=lambda data: orjson.loads(data[1:]))


def _never(_value: Any) -> bytes:
    raise TypeError("a read has no document among its parameters")


async def _end(connection: Any) -> None:
    """A transaction that was broken off ends; nothing else outlives one."""
    if connection.is_in_transaction():
        await connection.execute("ROLLBACK")


class Reader:
    """Reads of one operation, as one identity."""

    def __init__(self, fetch: Callable[[list[Waiting]], Any], dialect: sa.Dialect) -> None:
        self._fetch, self._dialect = fetch, dialect
        self._waiting: list[Waiting] = []
        self._viewer: Any = None
        self._known: dict[str, Any] = {}

    async def all(self, read: Read, viewer: Any, *how: Any, **values: Any) -> list[Any]:
        """The rows of a read. Whoever asks in the same moment shares the round trip, and its failure."""
        return (await self.each((read,), viewer, *how, **values))[0]

    async def each(self, reads: Sequence[Read], viewer: Any, *how: Any, **values: Any) -> list[list[Any]]:
        """As `all`, the rows of several reads of one moment, which are asked in the same way and given the same values."""
        if viewer is not self._viewer:
            self._viewer, self._known = viewer, {}
        mine = []
        for read in reads:
            prepared = read.prepare(viewer, how, self._dialect)
            mine.append(Waiting(prepared, prepared.values(viewer, values, self._known), asyncio.get_running_loop().create_future()))
        first = not self._waiting
        self._waiting += mine
        if first:
            await self._run()
        return [await one.answer for one in mine]

    async def _run(self) -> None:
        await asyncio.sleep(0)  # others of this moment come
        waiting, self._waiting = self._waiting, []
        try:
            found = await self._fetch(waiting)
        except BaseException as error:
            for one in waiting:
                if isinstance(error, Exception):
                    one.answer.set_exception(error)
                    one.answer.exception()  # whoever waits is told; nobody else has to be
                else:
                    one.answer.cancel()
            raise
        for one, rows in zip(waiting, found, strict=True):
            if not one.answer.done():
                one.answer.set_result(rows)
