"""The whole application on a port, with the small world in its database: sessions of every kind, questions over HTTP, what the database holds."""

import datetime as dt
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from school import clock, ids
from school.app import create
from school.db import Base, Database
from school.ids import Kind
from school.registry.account_models import Session
from school.registry.accounts import digest_of
from school.settings import Mode, Settings
from tests.contents import contents
from tests.serving.server import serving
from tests.world import World, build

HOUR = dt.timedelta(hours=1)
_OWN_LIFE = {"lease", "checkpoint"}
"""Tables that a running service renews by itself."""


@dataclass
class House:
    """The running application and the test's own view of its database."""

    address: str
    client: httpx.AsyncClient
    database: Database
    world: World
    logs: list[Any]

    def complaints(self, caplog: pytest.LogCaptureFixture) -> list[str]:
        """What was logged as a bug, and what libraries complained of."""
        warned = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
        return [repr(entry) for entry in self.logs if entry["event"] == "bug"] + warned

    def id(self, kind: Kind, key: Any) -> str:
        """The opaque id of a row of school 1."""
        return ids.encode(kind, 1, key)

    async def session(self, login: str, *, lasts: dt.timedelta = HOUR, revoked: bool = False) -> str:
        """A session's token; nobody has to wait for the password's hash."""
        token, now = f"token of {login} {ids.new()}", clock.now()
        async with self.database.begin() as session:
            session.add(Session(
                id=ids.new(), account_id=self.world.accounts[login], digest=digest_of(token), made_at=now, expires_at=now + lasts,
                revoked_at=now if revoked else None,
            ))
        return token

    async def ask(self, document: str, variables: dict[str, Any] | None = None, *, token: str | None = None, **headers: str) -> httpx.Response:
        """One operation."""
        signed = {} if token is None else {"authorization": f"Bearer {token}"}
        return await self.client.post("/graphql", json={"query": document, "variables": variables}, headers={**signed, **headers})

    async def everything(self) -> dict[str, list[str]]:
        """All rows that change only when somebody does something."""
        return await contents(self.database, (table for table in Base.metadata.sorted_tables if table.name not in _OWN_LIFE))


@asynccontextmanager
async def running(database_url: str, mode: Mode = Mode.DEMO, **settings: Any) -> AsyncIterator[House]:
    """A house, until the end of the block."""
    database = Database(database_url)
    world = await build(database)
    try:
        with capture_logs() as logs:
            async with (
                serving(create(Settings(database_url=database_url, mode=mode, **settings))) as address,
                httpx.AsyncClient(base_url=f"http://{address}", timeout=30) as client,
            ):
                yield House(address, client, database, world, logs)
    finally:
        await database.close()
