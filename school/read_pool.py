"""PostgreSQL's connections for reads: lent and given back at once. asyncpg's own pool makes two tasks each time, a tenth of what reading a screen costs."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

WAIT_SECONDS, CLOSE_SECONDS = 5.0, 2.0
"""How long a read waits for a connection, and how long one that is mended, or in use at the end, has."""


class ReadPool:
    """At most `size` connections, opened when they are needed, and lent the last given back first."""

    def __init__(self, open_: Callable[[], Awaitable[Any]], size: int) -> None:
        self._open, self._size = open_, size
        self._all: set[Any] = set()
        self._idle: list[Any] = []
        self._opening = 0
        self._waiting: deque[asyncio.Future[Any]] = deque()
        self._mending: set[asyncio.Task[None]] = set()
        self._ended = False

    async def take(self) -> Any:
        """A connection, to be given back or mended. TimeoutError where none comes free; what opening one raises passes through."""
        while True:
            if self._ended:
                raise ConnectionError("the database is closed")
            if self._idle:
                connection = self._idle.pop()
            elif len(self._all) + self._opening < self._size:
                return await self._open_another()
            else:
                connection = await self._wait()
            if connection is not None:  # else there was room for one more
                if not connection.is_closed():
                    return connection
                self._drop(connection)

    def give(self, connection: Any) -> None:
        """Back, as it was: in no transaction."""
        if self._ended or connection.is_closed():
            self._drop(connection)
        elif (waiter := self._next()) is not None:
            waiter.set_result(connection)
        else:
            self._idle.append(connection)

    def mend(self, connection: Any) -> None:
        """Back, from a read that failed or was broken off: whoever is told that need not wait until its transaction has ended."""
        task = asyncio.create_task(self._mend(connection))
        self._mending.add(task)
        task.add_done_callback(self._mending.discard)

    async def close(self) -> None:
        """Close all, those in use when they are given back or a while has passed."""
        self._ended = True
        while (waiter := self._next()) is not None:
            waiter.set_result(None)
        for connection in self._idle:
            self._drop(connection)
        self._idle.clear()
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                while self._all:
                    self._waiting.append(given := asyncio.get_running_loop().create_future())
                    await given
        except TimeoutError:
            for connection in list(self._all):
                self._drop(connection)
        await asyncio.gather(*self._mending, return_exceptions=True)

    async def _open_another(self) -> Any:
        self._opening += 1
        try:
            connection = await self._open()
        except BaseException:
            self._opening -= 1
            self._wake()
            raise
        self._opening -= 1
        self._all.add(connection)
        return connection

    async def _wait(self) -> Any:
        waiter: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                return await waiter
        except BaseException:
            if waiter.done() and not waiter.cancelled():
                self.give(waiter.result()) if waiter.result() is not None else self._wake()
            raise

    async def _mend(self, connection: Any) -> None:
        try:
            async with asyncio.timeout(CLOSE_SECONDS):  # it may not know yet that it was cut, or that its transaction has begun: the server does
                await connection.execute("ROLLBACK")
        except Exception:  # noqa: BLE001 - whatever is wrong with it, nobody uses it again
            self._drop(connection)
        else:
            self.give(connection)

    def _drop(self, connection: Any) -> None:
        self._all.discard(connection)
        if not connection.is_closed():
            connection.terminate()
        self._wake()

    def _next(self) -> "asyncio.Future[Any] | None":
        while self._waiting:
            waiter = self._waiting.popleft()
            if not waiter.done():
                return waiter
        return None

    def _wake(self) -> None:
        """There is room for another connection: whoever waits looks again."""
        if (waiter := self._next()) is not None:
            waiter.set_result(None)
