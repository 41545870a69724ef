"""A porter's lodge for the tests: the gateway in this process, devices in front of it, the small world behind it, and all that a refusal must leave alone."""

import datetime as dt
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from starlette.applications import Starlette

from school import clock, ids
from school.access.models import Door, DoorReader, DoorRule, Passage, Presence
from school.clock import Clock
from school.db import Base, Database
from school.delivery.relay import Relay
from school.gateway.http import Gateway
from school.ids import Kind
from school.meals.models import MealAccount, Posting, Till, TillReader, Transfer
from school.outbox import FeedRow, OutboxRow, Signal
from school.registry import device_codes, devices
from school.registry import models as registry
from school.registry.models import Card, CardKey, DeviceCode, DeviceKind, FormerToken, Tap
from tests.contents import contents
from tests.gateway.device import Device, base64
from tests.world import World, build

NOON = dt.datetime(2026, 9, 7, 9, tzinfo=dt.UTC)
"""What the clock says: noon in Moscow on the world's one lesson day."""
TABLES: tuple[type[Base], ...] = (
    registry.Device, DeviceCode, Card, CardKey, FormerToken, Tap, Door, DoorReader, DoorRule, Passage, Presence, Till, TillReader, MealAccount, Transfer,
    Posting, OutboxRow, FeedRow,
)
OF_A_COUNTER = {"counter", "counter_window", "seen_at"}
SOFTWARE = "test 1"


def at(moment: dt.datetime) -> None:
    """The clock stands at this moment."""
    clock.use(Clock(moment, moment, 0))


class Attentive(Signal):
    """A signal that knows who waits for it."""

    def __init__(self) -> None:
        super().__init__()
        self.told: Callable[[], None] = lambda: None

    async def wait_beyond(self, seq: int, timeout: float) -> bool:  # noqa: ASYNC109 - as in the outbox
        """Say that somebody begins to wait."""
        self.told()
        return await super().wait_beyond(seq, timeout)


@dataclass
class Lodge:
    """One gateway on one database."""

    database: Database
    world: World
    signal: Attentive = field(default_factory=Attentive)
    gateway: Gateway = field(init=False)
    relay: Relay = field(init=False)
    application: Starlette = field(init=False)

    def __post_init__(self) -> None:
        self.gateway = Gateway(self.database, self.signal)
        self.relay = Relay(self.database, self.signal)
        self.application = Starlette(routes=[self.gateway.route])
        self.client = self.client_at("10.0.0.1")

    def client_at(self, address: str) -> httpx.AsyncClient:
        """A client at an address; it holds nothing that would have to be closed."""
        return httpx.AsyncClient(transport=httpx.ASGITransport(self.application, client=(address, 1)), base_url="http://school.test")

    async def device(self, name: str) -> Device:
        """A device of the world, with a key that we have."""
        device = Device(self.client, self.world, DeviceKind(name), ids.encode(Kind.DEVICE, 1, self.world.devices[name]))
        await self.change(registry.Device, self.world.devices[name], public_key=device.public_key)
        return device

    def stranger(self, kind: DeviceKind = DeviceKind.GATE) -> Device:
        """A device that is not enrolled."""
        return Device(self.client, self.world, kind)

    async def code(self, kind: DeviceKind, *bindings: dict[str, str], name: str = "Пост № 2", school_id: int = 1) -> str:
        """A one-time code."""
        async with self.database.begin() as session:
            return await device_codes.make_code(session, school_id, kind, name, bindings)

    def gate_bindings(self) -> list[dict[str, str]]:
        """Readers `in` and `out` of the main door."""
        return [{"reader": way, "door": str(self.world.doors["main"]), "direction": way} for way in ("in", "out")]

    def enrolment(self, stranger: Device, code: str, **changes: Any) -> dict[str, Any]:
        """An EnrolInput."""
        return {"code": code, "publicKey": base64(stranger.public_key), "software": SOFTWARE, "sentAt": clock.now().isoformat(), **changes}

    async def enrol(self, kind: DeviceKind, *bindings: dict[str, str]) -> Device:
        """One more device, through the gateway."""
        device = self.stranger(kind)
        device.id = (await device.call("enrol", input=self.enrolment(device, await self.code(kind, *bindings))))["deviceId"]
        return device

    async def enrol_gate(self) -> Device:
        """One more gate at the main door."""
        return await self.enrol(DeviceKind.GATE, *self.gate_bindings())

    def variables(self, device: Device, operation: str, code: str) -> dict[str, Any]:
        """What would be accepted from whoever may call it; `code` is for an enrolment."""
        sent = {"sentAt": clock.now().isoformat()}
        found: dict[str, dict[str, Any]] = {
            "enrol": {"input": self.enrolment(device, code)}, "heartbeat": {"input": device.report()}, "passList": {"since": None, "wait": 0},
            "presentTap": {"input": device.tap(), **sent}, "submitTaps": {"inputs": [device.tap()], **sent},
            "rotateKey": {"input": device.announcement(Ed25519PrivateKey.generate())},
        }
        return found[operation]

    def key(self, device: Device) -> UUID:
        """Its key in the database."""
        return ids.decode(Kind.DEVICE, device.id).id

    async def revoke(self, device: Device) -> None:
        """The office turns it away."""
        async with self.database.begin() as session:
            await devices.revoke_by_operator(session, ids.decode(Kind.DEVICE, device.id))

    async def change(self, table: type[Base], key: UUID, **values: Any) -> None:
        """Change a row, without a word to anybody."""
        async with self.database.begin() as session:
            await session.execute(sa.update(table).where(table.id == key).values(**values))  # type: ignore[attr-defined]

    async def rows(self, table: type[Base], *columns: str, **wanted: Any) -> list[tuple[Any, ...]]:
        """These columns of the rows that have these values, in the order of their key."""
        found = [getattr(table, column) for column in columns] or list(table.__table__.c)
        statement = sa.select(*found).filter_by(**wanted).order_by(*table.__table__.primary_key)
        async with self.database.read() as session:
            return [tuple(row) for row in await session.execute(statement)]

    async def row(self, table: type[Base], *columns: str, **wanted: Any) -> tuple[Any, ...]:
        """The one row."""
        [found] = await self.rows(table, *columns, **wanted)
        return found

    async def everything(self, *, counters: bool = True) -> dict[str, list[str]]:
        """All that a device could change; without what each request writes of its counter, if so wished."""
        return await contents(self.database, (table.__table__ for table in TABLES), without=() if counters else OF_A_COUNTER)

    @asynccontextmanager
    async def unchanged(self, *, counters: bool = True) -> AsyncIterator[None]:
        """Nothing changes meanwhile; `counters=False`: but for the counter that the request uses up."""
        before = await self.everything(counters=counters)
        yield
        assert await self.everything(counters=counters) == before

    async def events(self) -> list[tuple[Any, ...]]:
        """Kind, topics, payload and lateness of what the outbox tells, the oldest first."""
        return await self.rows(OutboxRow, "kind", "topics", "payload", "late")

    async def presence(self) -> dict[str, bool]:
        """Who is inside or was, by name."""
        names = {id_: name for name, id_ in self.world.people.items()}
        return {names[person]: inside for person, inside in await self.rows(Presence, "person_id", "inside")}

    async def publish(self) -> str:
        """What was told so far comes into the feed; the version of a pass list that knows it."""
        while await self.relay.publish():
            pass
        async with self.database.read() as session:
            return str(await session.scalar(sa.select(sa.func.coalesce(sa.func.max(FeedRow.seq), 0))))


@asynccontextmanager
async def lodge_at(database: Database) -> AsyncIterator[Lodge]:
    """The small world behind a gateway; the clock stands still at noon."""
    at(NOON)
    lodge = Lodge(database, await build(database))
    try:
        yield lodge
    finally:
        lodge.gateway.close()
        await lodge.client.aclose()
        clock.use(Clock())
