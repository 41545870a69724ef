"""Devices in front of the service of a stage: cards are presented through the machines' API, as a daemon presents them."""

import datetime as dt
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import orjson
import sqlalchemy as sa

from school import gateway, ids
from school.access.models import DoorRule
from school.db import Database
from school.ids import Kind
from school.operations import read_folder
from school.registry import models as registry
from school.registry.models import DeviceKind
from tests.gateway.device import JSON, Device
from tests.web.stage import Stage

DOCUMENTS = read_folder(Path(gateway.__file__).parent / "daemon")
"""What a daemon sends: production takes nothing else."""


@dataclass
class Served(Device):
    """A device of the world in front of a process, whose clock nobody holds still. `journal`: what it has not told of."""

    journal: list[dict[str, Any]] = field(default_factory=list)

    async def post(self, body: bytes, headers: dict[str, str] | None = None) -> httpx.Response:
        """A request, signed unless the headers are given."""
        return await self.client.post("/gateway", content=body, headers={"content-type": JSON, **(self.sign(body) if headers is None else headers)})

    async def call(self, operation: str, **variables: Any) -> dict[str, Any]:
        """An operation as a daemon sends it."""
        answer = await self.post(orjson.dumps({"query": DOCUMENTS[operation], "variables": variables}))
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()["data"][operation]
        return found


@asynccontextmanager
async def standing(stage: Stage, name: str) -> AsyncIterator[Served]:
    """The world's device of this name, with a key that we have; all doors are open at all hours."""
    async with httpx.AsyncClient(base_url=stage.service.url) as client:
        device = Served(client, stage.world, DeviceKind(name), ids.encode(Kind.DEVICE, 1, stage.world.devices[name]))
        database = Database(stage.service.database_url)
        async with database.begin() as session:
            await session.execute(
                sa.update(registry.Device).where(registry.Device.id == stage.world.devices[name]).values(public_key=device.public_key))
        await open_doors(database)
        await database.close()
        yield device


async def open_doors(database: Database) -> None:
    """At all hours, whenever a test runs."""
    async with database.begin() as session:
        await session.execute(sa.update(DoorRule).values(weekdays=127, starts_at=dt.time(), ends_at=dt.time()))
