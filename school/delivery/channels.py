"""PostgreSQL's LISTEN and NOTIFY, on connections of their own: a wake-up between processes, never the news itself."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, NoReturn

import asyncpg
import sqlalchemy as sa
import structlog

from school.db import Database
from school.delivery.backoff import Backoff

FEED = "school_feed"
"""From the relay to every process, once per batch; the payload is the feed's head."""
OUTBOX = "school_outbox"
"""From a writer to the leading relay, after its commit; no payload."""

HEARTBEAT = 5.0
"""Seconds after which a silent connection is asked whether it still lives: a cut cable says nothing by itself."""

log = structlog.get_logger()


async def connect(database: Database) -> "asyncpg.Connection[Any]":
    """A connection of its own, outside the pool: a listener holds it for ever."""
    url = sa.make_url(database.url)
    address = url.set(drivername="postgresql", query={}).render_as_string(hide_password=False)
    return await asyncpg.connect(address, ssl=url.query.get("ssl"), timeout=5, command_timeout=5, server_settings={"application_name": "school listen"})


async def listen(database: Database, channel: str, hear: Callable[[str], None], ready: Callable[[], Awaitable[None]]) -> NoReturn:
    """Hear every notification of a channel until the connection is lost, which raises. `ready` runs once nothing can be missed any more."""
    connection = await connect(database)
    lost = asyncio.Event()
    try:
        connection.add_termination_listener(lambda _connection: lost.set())
        await connection.add_listener(channel, lambda _connection, _pid, _channel, payload: hear(str(payload)))
        await ready()
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(HEARTBEAT):
                    await lost.wait()
            if lost.is_set():
                raise ConnectionError(f"the listener of {channel} was cut off")
            await connection.execute("SELECT 1")
    finally:
        connection.terminate()


class Nudge:
    """Tells the relay that leads, in whatever process, that the outbox has grown. Many commits at once make one NOTIFY.

    Register it in `database.after_commit` and run it; a nudge that gets lost costs at most the relay's next look by itself.
    """

    def __init__(self, database: Database, *, needed: Callable[[], bool] = lambda: True) -> None:
        self._database = database
        self._needed = needed
        self._grown = asyncio.Event()

    def __call__(self) -> None:
        """The outbox has grown. Does not wait."""
        if self._needed():
            self._grown.set()

    async def run(self) -> NoReturn:
        """Send nudges until cancelled."""
        backoff = Backoff()
        while True:
            await self._grown.wait()
            try:
                await self._send(backoff)
            except Exception as error:  # noqa: BLE001 - a connection that ends in mid-air fails in many ways, and the next one does it
                log.warning("outbox nudge failed", error=type(error).__name__)
            await backoff.pause()

    async def _send(self, backoff: Backoff) -> NoReturn:
        connection = await connect(self._database)
        try:
            while True:
                await self._grown.wait()
                self._grown.clear()
                await connection.execute(f"NOTIFY {OUTBOX}")
                backoff.reset()
        finally:
            connection.terminate()
