"""A gatehouse for the tests: the small world at noon of its lesson day, cards presented at its gate, and all that a refusal must leave as it was."""

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Concatenate, ParamSpec, TypeVar
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school import clock, ids
from school.access import passages
from school.access.models import Door, DoorReader, DoorRule, Passage, Presence
from school.clock import Clock
from school.context import Viewer
from school.db import Base, Database
from school.delivery.relay import Relay
from school.errors import Code, Refused
from school.ids import Kind, Ref
from school.outbox import FeedRow, OutboxRow, Signal
from school.reading import Reader
from school.registry.models import Card, Device, DeviceKind, Outcome, Tap
from tests.statements import statements
from tests.world import EARLY, PUPILS, STAFF, World

P = ParamSpec("P")
T = TypeVar("T")
NOON = dt.datetime(2026, 9, 7, 12, tzinfo=dt.UTC)
"""What the clock says: the world's one lesson day, 15:00 in Moscow."""
SECOND, HOUR, DAY = dt.timedelta(seconds=1), dt.timedelta(hours=1), dt.timedelta(days=1)
ABSENT = (Code.NOT_FOUND, "No such object.")
TABLES = (Door, DoorReader, DoorRule, Card, Tap, Passage, Presence, OutboxRow, FeedRow)


def set_clock(moment: dt.datetime) -> None:
    """The clock says this, and stands still."""
    clock.use(Clock(moment, moment, 0))


def school_of(name: str) -> int:
    """The school of a person, a class or a door of the world."""
    if name in PUPILS:
        return PUPILS[name][0]
    return STAFF[name][0] if name in STAFF else 2 if name in {"parent2", "stranger", "2-5A"} else 1


@dataclass(slots=True)
class Gatehouse:
    """The small world, what is done to it and what is found in it."""

    database: Database
    world: World
    relay: Relay = field(init=False)
    _sequences: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.relay = Relay(self.database, Signal())

    def viewer(self, name: str) -> Viewer:
        """Who signs in by this name."""
        return self.world.viewers[name]

    def person(self, name: str) -> Ref:
        """The key of a person."""
        return Ref(school_of(name), self.world.people[name])

    def group(self, name: str) -> Ref:
        """The key of a class."""
        return Ref(school_of(name), self.world.classes[name])

    @property
    def door(self) -> Ref:
        """The main door."""
        return Ref(1, self.world.doors["main"])

    @property
    def gate(self) -> Device:
        """The gate, as far as a pass list or a verdict needs it."""
        return Device(school_id=1, id=self.world.devices["gate"])

    async def write(self, verb: Callable[Concatenate[AsyncSession, P], Awaitable[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """A verb in a transaction of its own."""
        async with self.database.begin() as session:
            return await verb(session, *args, **kwargs)

    async def read(self, query: Callable[Concatenate[AsyncSession, P], Awaitable[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """A query in a short session of its own."""
        async with self.database.read() as session:
            return await query(session, *args, **kwargs)

    async def ask(self, query: Callable[Concatenate[Reader, Viewer, P], Awaitable[T]], viewer: Viewer, *args: P.args, **kwargs: P.kwargs) -> T:
        """A query in a read of the viewer's own."""
        return await query(self.database.reader(viewer.identity()), viewer, *args, **kwargs)

    async def refuse(self, verb: Callable[Concatenate[AsyncSession, P], Awaitable[Any]], *args: P.args, **kwargs: P.kwargs) -> tuple[Code, str]:
        """The verb is refused and changes nothing; with what code and message."""
        before = await self.tables()
        with pytest.raises(Refused) as refused:
            await self.write(verb, *args, **kwargs)
        assert await self.tables() == before
        return refused.value.code, refused.value.message

    async def tables(self) -> dict[str, list[str]]:
        """All that access holds and tells, to compare before and after."""
        return {table.__tablename__: sorted(map(repr, await self.rows(table))) for table in TABLES}

    async def rows(self, table: type[Base], *columns: str) -> list[tuple[Any, ...]]:
        """The rows of a table, in the order of its key: these columns, or all."""
        wanted = [getattr(table, column) for column in columns] or list(table.__table__.c)
        async with self.database.read() as session:
            return [tuple(row) for row in await session.execute(sa.select(*wanted).order_by(*table.__table__.primary_key))]

    async def change(self, table: type[Base], key: UUID, **values: Any) -> None:
        """Change a row, without a word to anybody."""
        async with self.database.begin() as session:
            await session.execute(sa.update(table).where(table.id == key).values(**values))  # type: ignore[attr-defined]

    async def insert(self, *rows: Base) -> None:
        """Put rows there, without a word to anybody."""
        async with self.database.begin() as session:
            session.add_all(rows)

    async def add_device(self, name: str, school_id: int = 1, *, door: str | None = None, kind: DeviceKind = DeviceKind.GATE) -> UUID:
        """One more device; its readers `in` and `out` stand for the door, if one is given."""
        device = Device(
            school_id=school_id, id=ids.new(), kind=kind, name=name, public_key=hashlib.sha256(name.encode()).digest(), enrolled_at=EARLY, revoked_at=None,
            counter=0, counter_window=0, seen_at=None, software="test", queue_depth=0, rejected=0, clock_offset_ms=0, last_tap_at=None,
        )
        await self.insert(device)
        self.world.devices[name] = device.id
        if door is not None:
            await self.insert(*(
                DoorReader(school_id=school_id, device_id=device.id, reader=way, door_id=self.world.doors[door], direction=way) for way in ("in", "out")))
        return device.id

    def tap(
        self, name: str | None, reader: str = "in", *, device: str = "gate", ago: dt.timedelta = dt.timedelta(), outcome: Outcome = Outcome.ADMIT,
        reason: str = "OK", data_version: str | None = "17", **values: Any,
    ) -> Tap:
        """A card is presented; None is a card that nobody knows."""
        self._sequences[device] += 1
        key = self.world.card_keys[1]
        return Tap(**{
            "school_id": 1, "device_id": self.world.devices[device], "sequence": self._sequences[device], "id": ids.new(), "digest": bytes(32),
            "reader": reader, "token": self.world.token(name) if name else hashlib.sha256(b"nobody").digest(), "key_id": str(key[0]),
            "person_id": self.world.people[name] if name else None, "device_at": clock.now() - ago, "happened_at": clock.now() - ago,
            "received_at": clock.now(), "late": ago > dt.timedelta(minutes=1), "suspect": False, "outcome": outcome, "reason": reason,
            "data_version": data_version, **values,
        })

    async def receive(self, *taps: Tap) -> list[Passage | None]:
        """Taps are stored and become passages, in one transaction."""
        async with self.database.begin() as session:
            session.add_all(taps)
            await session.flush()
            return await passages.record_many(session, taps)

    async def enter(self, name: str, **values: Any) -> Passage:
        """Someone goes in."""
        return await self.move(name, "in", **values)

    async def leave(self, name: str, **values: Any) -> Passage:
        """Someone goes out."""
        return await self.move(name, "out", **values)

    async def move(self, name: str, way: str, **values: Any) -> Passage:
        """Someone goes in or out at the gate."""
        [passage] = await self.receive(self.tap(name, way, **values))
        assert passage is not None
        return passage

    async def presence(self) -> dict[str, tuple[bool, dt.datetime]]:
        """Who is where, since when, by name."""
        names = {id_: name for name, id_ in self.world.people.items()}
        return {names[person]: (inside, at) for person, inside, at in await self.rows(Presence, "person_id", "inside", "changed_at")}

    async def events(self) -> list[Any]:
        """The outbox, oldest first."""
        columns = ("kind", "school_id", "topics", "payload", "occurred_at", "late")
        async with self.database.read() as session:
            return list((await session.execute(sa.select(*(getattr(OutboxRow, name) for name in columns)).order_by(OutboxRow.position))).all())

    async def publish(self) -> str:
        """What was told so far comes into the feed; the version of a pass list that knows it."""
        while await self.relay.publish():
            pass
        async with self.database.read() as session:
            return str(await session.scalar(sa.select(sa.func.coalesce(sa.func.max(FeedRow.seq), 0))))

    def counted(self) -> AbstractContextManager[list[str]]:
        """The verbs of the statements of a block."""
        return statements(self.database)


def opaque(kind: Kind, ref: Ref) -> str:
    """The id that clients and gates hold."""
    return ids.encode(kind, ref.school_id, ref.id)
