"""Several processes on one PostgreSQL: whoever writes, whoever numbers, whoever delivers, everybody gets everything once and in order."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Iterable
from contextlib import aclosing, asynccontextmanager
from typing import Any, TypeVar

import pytest
import sqlalchemy as sa

from school import clock
from school.context import Viewer
from school.db import Database, is_away, migrate
from school.delivery import channels
from school.delivery.channels import Nudge
from school.delivery.feed import Row, encode_cursor
from school.outbox import append
from school.registry.models import Guardianship
from tests.delivery.house import House, another, event, eventually, feed_of, house, numbers, postgresql_only, read_feed, sign_in, take, tell, until_published
from tests.postgres import PostgresServer
from tests.world import World, build

T = TypeVar("T")
COUNT = 300


@postgresql_only
async def test_everybody_gets_everything_once_and_in_order(database: Database, database_url: str, world: World) -> None:
    """A writer with a nudge, two relays, of which one leads, and two processes with subscribers, one of whom comes late and resumes."""
    mother, other = await sign_in(database, world, "parent"), await sign_in(database, world, "divorced")
    async with (
        _writer(database_url) as writer, house(database_url) as relaying, house(database_url) as here, house(database_url, relays=False) as there,
        here.hub.family(mother, None, encode_cursor(0)) as first, there.hub.family(other, None, encode_cursor(0)) as second,
    ):
        getting = asyncio.gather(take(first, 2 * COUNT), take(second, COUNT))
        await _write(writer, world, "anna", "vera")
        got, gotten = await getting
        async with there.hub.family(mother, None, encode_cursor(COUNT)) as late:
            rest = await take(late, COUNT)
        assert [relaying.relay.leading, here.relay.leading].count(True) == 1
    feed = await read_feed(database)
    assert [seq for seq, _ in feed] == list(range(1, 2 * COUNT + 1))
    assert [(row.seq, row.payload["number"]) for row in got] == feed
    assert [(row.seq, row.payload["number"]) for row in gotten] == await feed_of(database, world.people["vera"])
    assert sorted(numbers(gotten)) == list(range(COUNT))
    assert rest == got[COUNT:]


@postgresql_only
async def test_connections_that_are_cut_again_and_again(database: Database, database_url: str, world: World) -> None:
    """All processes lose every connection they have, five times, while another writes."""
    mother, other = await sign_in(database, world, "parent"), await sign_in(database, world, "divorced")
    await database.engine.dispose()
    got: tuple[list[Row], list[Row]] = ([], [])
    async with _writer(database_url) as writer, house(database_url) as here, house(database_url, relays=False) as there:
        working = asyncio.gather(_write(writer, world, "vera"), _persist(here, mother, got[0]), _persist(there, other, got[1]))
        cut = 0
        for seq in range(0, COUNT, COUNT // 5):
            await eventually(lambda seq=seq: here.hub.flowing and there.hub.flowing and min(map(len, got)) >= seq)  # type: ignore[misc]
            cut += await _cut(writer, "school%")
        async with asyncio.timeout(60):
            await working
        assert not any(task.done() for task in (*here.tasks.values(), *there.tasks.values()))
    assert cut >= 5
    feed = await read_feed(database)
    assert [seq for seq, _ in feed] == list(range(1, COUNT + 1))
    assert sorted(number for _, number in feed) == list(range(COUNT))
    for rows in got:
        assert [(row.seq, row.payload["number"]) for row in rows] == feed


@postgresql_only
async def test_a_lost_listener_pauses_delivery_and_rights_are_read_afresh(
    database: Database, database_url: str, world: World, monkeypatch: pytest.MonkeyPatch,
) -> None:
    """While a process is deaf a guardianship ends, of which no event tells: what follows reaches only who still has the right, and nothing is lost."""
    mother, other = await sign_in(database, world, "parent"), await sign_in(database, world, "divorced")
    door, connect = asyncio.Event(), channels.connect
    door.set()

    async def connect_when_open(to: Database) -> Any:
        await door.wait()
        return await connect(to)

    monkeypatch.setattr(channels, "connect", connect_when_open)
    async with (
        house(database_url) as relaying, house(database_url, relays=False) as here,
        here.hub.family(mother, None, None) as first, here.hub.family(other, None, None) as second,
        aclosing(first.stream()) as hers, aclosing(second.stream()) as his,
    ):
        await tell(database, event(world, "vera", 1))
        assert numbers([await _soon(anext(hers)), await _soon(anext(his))]) == [1, 1]
        door.clear()
        assert await _cut(database, "school listen") >= 2
        await eventually(lambda: not here.hub.flowing and not relaying.hub.flowing)
        async with database.begin() as session:
            await session.execute(sa.update(Guardianship).where(Guardianship.guardian_id == world.people["divorced"]).values(ended_at=clock.now()))
            await append(session, event(world, "vera", 2), event(world, "anna", 3))
        await until_published(database)
        waiting = [asyncio.ensure_future(anext(stream, None)) for stream in (hers, his)]
        await asyncio.wait(waiting, timeout=0.2)
        assert (here.hub.seq, here.hub.flowing, [task.done() for task in waiting]) == (1, False, [False, False])
        door.set()
        assert numbers([await _soon(waiting[0]), await _soon(anext(hers))]) == [2, 3]  # type: ignore[list-item]
        await tell(database, event(world, "vera", 4))
        assert numbers([await _soon(anext(hers))]) == [4]
        here.hub.close()
        assert await _soon(waiting[1]) is None
        assert (second.channels, second.closed) == (frozenset(), None)
    assert await read_feed(database) == [(1, 1), (2, 2), (3, 3), (4, 4)]


@pytest.mark.parametrize("how", ["stop", "crash"])
async def test_a_database_that_is_away_is_ridden_out(private_postgres: PostgresServer, how: str) -> None:
    """An open stream goes on where it was; the relay, too."""
    url = private_postgres.url()
    await asyncio.to_thread(migrate, url)
    async with another(url) as database:
        world = await build(database)
        viewer = await sign_in(database, world, "parent")
    async with (
        house(url) as relaying, house(url, relays=False) as here, here.hub.family(viewer, None, None) as subscriber, aclosing(subscriber.stream()) as stream,
    ):
        async with another(url) as database:
            await tell(database, event(world, "anna", 1))
            assert numbers([await _soon(anext(stream))]) == [1]
        await asyncio.to_thread(getattr(private_postgres, how))
        await eventually(lambda: not (here.hub.flowing or relaying.hub.flowing or relaying.relay.leading))
        await asyncio.to_thread(private_postgres.start)
        async with another(url) as database:
            await tell(database, event(world, "vera", 2), event(world, "boris", 3), event(world, "gleb", 4, school_id=2))
            assert numbers([await _soon(anext(stream)), await _soon(anext(stream))]) == [2, 4]
            assert await read_feed(database) == [(1, 1), (2, 2), (3, 3), (4, 4)]
        assert not any(task.done() for task in (*relaying.tasks.values(), *here.tasks.values()))


@asynccontextmanager
async def _writer(url: str) -> AsyncIterator[Database]:
    """A process that only writes and nudges; its pool goes by another name from the first moment of each connection, so that it is not cut off."""
    async with another(url) as database:
        sa.event.listen(database.engine.sync_engine, "do_connect", _named_writer)
        nudge = Nudge(database)
        database.after_commit.append(nudge)
        nudging = asyncio.create_task(nudge.run())
        yield database
        nudging.cancel()
        await asyncio.gather(nudging, return_exceptions=True)


def _named_writer(_dialect: object, _record: object, _arguments: list[Any], options: dict[str, Any]) -> None:
    options["server_settings"] = options["server_settings"] | {"application_name": "writer"}


async def _write(database: Database, world: World, *names: str) -> None:
    """Eight at once, half of whom hold their early positions while others overtake them."""
    queue = iter(range(COUNT))

    async def write(numbers_: Iterable[int], pause: float) -> None:
        for number in numbers_:
            async with database.begin() as session:
                await append(session, *(event(world, name, number) for name in names))
                await asyncio.sleep(pause)

    await asyncio.gather(*(write(queue, 0.01 * (number % 2)) for number in range(8)))


async def _persist(here: House, viewer: Viewer, rows: list[Row]) -> None:
    """A client that resumes with its cursor whenever its stream breaks."""
    while len(rows) < COUNT:
        try:
            async with here.hub.family(viewer, None, encode_cursor(rows[-1].seq if rows else 0)) as subscriber, aclosing(subscriber.stream()) as stream:
                async for row in stream:
                    rows.append(row)
                    if len(rows) == COUNT:
                        return
        except Exception as error:
            if not is_away(error):
                raise
            await asyncio.sleep(0.01)


async def _cut(database: Database, name: str) -> int:
    """End all connections of this name but the one that does it; how many there were."""
    async with database.engine.begin() as connection:
        return await connection.scalar(sa.text(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
            "WHERE datname = current_database() AND application_name LIKE :name AND pid <> pg_backend_pid()"), {"name": name}) or 0


async def _soon(wanted: Awaitable[T]) -> T:
    """What is awaited; fails when it does not come."""
    async with asyncio.timeout(30):
        return await wanted
