"""A server-like process for tests: its own database pool, signal, relay, hub and tail, all running."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from school import clock, ids
from school.context import Viewer
from school.db import Database
from school.delivery import channels
from school.delivery.feed import Row
from school.delivery.hub import Hub
from school.delivery.relay import Relay
from school.delivery.subscriber import Subscriber
from school.delivery.tail import Tail
from school.outbox import Event, FeedRow, OutboxRow, Signal, Topic, TopicKind, append
from school.registry.account_models import Session
from school.registry.kept_names import KeptNames
from tests.world import World

postgresql_only = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
"""For a test of what SQLite, with its one process and its one writer, does not have."""


@dataclass
class House:
    """One process."""

    database: Database
    signal: Signal
    hub: Hub
    names: KeptNames
    relay: Relay
    tasks: dict[str, "asyncio.Task[Any]"]


@asynccontextmanager
async def house(url: str, *, relays: bool = True, queue_limit: int = 256, lease_seconds: float = 5.0) -> AsyncIterator[House]:
    """A process that runs until the end of the block."""
    database, signal, names = Database(url), Signal(), KeptNames()
    hub = Hub(database, queue_limit=queue_limit, names=names)
    tail = Tail(database, signal, hub)
    relay = Relay(database, signal, lease_seconds=lease_seconds, hand_over=tail.hand_over)
    tasks = {"tail": asyncio.create_task(tail.run())}
    if relays:
        tasks["relay"] = asyncio.create_task(relay.run())
    try:
        yield House(database, signal, hub, names, relay, tasks)
    finally:
        hub.close()
        for task in tasks.values():
            task.cancel()
        await asyncio.gather(*tasks.values(), return_exceptions=True)
        await database.close()


@asynccontextmanager
async def another(url: str) -> AsyncIterator[Database]:
    """The connections of another process, and nothing that runs."""
    database = Database(url)
    try:
        yield database
    finally:
        await database.close()


async def sign_in(database: Database, world: World, login: str) -> Viewer:
    """The viewer of the world with a session that really stands in the database."""
    viewer = world.viewers[login]
    now = clock.now()
    async with database.begin() as session:
        session.add(Session(
            id=viewer.session_id, account_id=viewer.account_id, digest=(viewer.session_id or ids.new()).bytes * 2, made_at=now,
            expires_at=now + dt.timedelta(hours=1), revoked_at=None,
        ))
    return viewer


def event(world: World, name: str, number: int, *, kind: str = "test.happened", school_id: int = 1, **payload: Any) -> Event:
    """Something that happened to a pupil, with a number to know it by."""
    return Event(kind, school_id, (Topic(TopicKind.PUPIL, world.people[name]),), {"number": number, **payload}, clock.now())


async def tell(database: Database, *events: Event) -> None:
    """Commit events in one transaction."""
    async with database.begin() as session:
        await append(session, *events)


def guardianship(world: World, what: str, guardian: str, pupil: str) -> Event:
    """The event of a guardianship that was granted or ended."""
    payload = {"guardian_id": str(world.people[guardian]), "pupil_id": str(world.people[pupil])}
    return Event(f"registry.guardianship_{what}", 1, (Topic(TopicKind.PUPIL, world.people[pupil]),), payload, clock.now())


async def take(subscriber: Subscriber, count: int) -> list[Row]:
    """The next rows of a subscriber's stream; fails when they do not come."""
    rows: list[Row] = []
    stream = subscriber.stream()
    async with asyncio.timeout(30):
        async for row in stream:
            rows.append(row)
            if len(rows) == count:
                break
    await stream.aclose()
    return rows


def numbers(rows: Iterable[Row]) -> list[int]:
    """What the rows tell, in their order."""
    return [row.payload["number"] for row in rows]


async def eventually(true: Callable[[], bool]) -> None:
    """Wait until something in this process is so; fails when it never is."""
    async with asyncio.timeout(30):
        while not true():  # noqa: ASYNC110 - what is watched has no event of its own
            await asyncio.sleep(0.002)


async def until_published(database: Database) -> None:
    """Wait until the outbox is empty."""
    async with asyncio.timeout(30):
        while True:
            async with database.read() as session:
                if not await session.scalar(sa.select(sa.func.count()).select_from(OutboxRow)):
                    return
            await asyncio.sleep(0.01)


async def feed_of(database: Database, pupil_id: UUID) -> list[tuple[int, int]]:
    """The numbers of a pupil's rows and what they tell, as the table has them."""
    async with database.read() as session:
        found = await session.execute(sa.select(FeedRow.seq, FeedRow.payload).where(FeedRow.topic_id == pupil_id).order_by(FeedRow.seq))
        return [(row.seq, row.payload["number"]) for row in found]


async def read_feed(database: Database) -> list[tuple[int, int]]:
    """All rows of the feed: their seq and what they tell."""
    async with database.read() as session:
        found = await session.execute(sa.select(FeedRow.seq, FeedRow.payload).order_by(FeedRow.seq))
        return [(row.seq, row.payload["number"]) for row in found]


async def waiting(database: Database) -> list[int]:
    """What the events tell that are not published yet, in the order of their positions."""
    async with database.read() as session:
        found = await session.scalars(sa.select(OutboxRow.payload).order_by(OutboxRow.position))
        return [payload["number"] for payload in found]


@asynccontextmanager
async def listener(database: Database, channel: str, heard: list[str]) -> AsyncIterator[Callable[[str], Awaitable[None]]]:
    """Hears a channel. What the block gets says a word there and waits until it is heard: by then everything before it is, too."""
    connection = await channels.connect(database)

    async def until_heard(word: str) -> None:
        async with database.begin() as session:
            await session.execute(sa.select(sa.func.pg_notify(channel, word)))
        await eventually(lambda: word in heard)

    await connection.add_listener(channel, lambda _connection, _pid, _channel, payload: heard.append(str(payload)))
    try:
        yield until_heard
    finally:
        await connection.close()
