"""The pool of reads: never more connections than its size, none lost to whoever gave up, and none used again that is broken."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import asyncpg
import pytest
import pytest_asyncio

from school import read_pool
from school.read_pool import ReadPool
from tests.postgres import PostgresServer


@pytest_asyncio.fixture
async def pool(postgresql_url: str) -> AsyncIterator[ReadPool]:
    found = ReadPool(lambda: asyncpg.connect(postgresql_url.replace("+asyncpg", "")), 2)
    yield found
    await found.close()


async def pid(connection: asyncpg.Connection) -> int:
    found: int = await connection.fetchval("SELECT pg_backend_pid()")
    return found


async def test_who_waits_gets_what_is_given_back(pool: ReadPool) -> None:
    first, second = await pool.take(), await pool.take()
    waiting = [asyncio.ensure_future(pool.take()) for _ in range(2)]
    await asyncio.sleep(0)
    assert [one.done() for one in waiting] == [False, False]
    pool.give(second)
    assert await waiting[0] is second
    assert not waiting[1].done()
    pool.give(first)
    assert await waiting[1] is first
    pool.give(first)
    assert await pool.take() is first  # the last given back first


async def test_a_connection_is_not_lost_to_whoever_gave_up(pool: ReadPool, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = await pool.take(), await pool.take()
    given_up, cancelled = asyncio.ensure_future(pool.take()), asyncio.ensure_future(pool.take())
    await asyncio.sleep(0)
    given_up.cancel()
    pool.give(first)  # to the second, for the first has gone
    cancelled.cancel()  # when it was given already
    await asyncio.wait([given_up, cancelled])
    assert (given_up.cancelled(), cancelled.cancelled()) == (True, True)
    assert await pool.take() is first
    monkeypatch.setattr(read_pool, "WAIT_SECONDS", 0.01)
    with pytest.raises(TimeoutError):
        await pool.take()
    pool.give(second)
    assert await pool.take() is second


async def test_a_broken_connection_makes_room_for_another(pool: ReadPool) -> None:
    first, second = await pool.take(), await pool.take()
    waiting = asyncio.ensure_future(pool.take())
    await asyncio.sleep(0)
    gone = await pid(first)
    first.terminate()
    pool.give(first)
    third = await waiting
    assert await pid(third) not in {gone, await pid(second)}
    third.terminate()  # while it lies idle
    pool.give(third)
    assert await pid(await pool.take()) != gone


class Unreal:
    """A connection to nothing."""

    def __init__(self) -> None:
        self.closed = False

    def is_closed(self) -> bool:
        return self.closed

    def terminate(self) -> None:
        self.closed = True


async def test_room_for_one_is_told_to_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """It was told from one to the next and round again for as long as opening took, and nobody's time ran out."""
    answers = asyncio.Event()
    answers.set()
    begun = 0

    async def open_() -> Unreal:
        await answers.wait()
        return Unreal()

    pool = ReadPool(open_, 1)
    wait = pool._wait

    async def count() -> Unreal:
        nonlocal begun
        begun += 1
        found: Unreal = await wait()
        return found

    monkeypatch.setattr(pool, "_wait", count)
    first = await pool.take()
    waiting = [asyncio.ensure_future(pool.take()) for _ in range(3)]
    await asyncio.sleep(0)
    answers.clear()
    first.terminate()
    pool.give(first)
    for _ in range(20):
        await asyncio.sleep(0)
    assert begun == 3
    answers.set()
    for one in waiting:
        pool.give(await one)
    await pool.close()


async def test_a_transaction_that_was_broken_off_ends_before_the_next(pool: ReadPool) -> None:
    first, second = await pool.take(), await pool.take()
    await first.execute("BEGIN")
    with pytest.raises(asyncpg.PostgresError):
        await first.fetch("SELECT 1 / 0")
    pool.mend(first)
    again = await pool.take()
    assert again is first
    assert not again.is_in_transaction()
    await second.execute("BEGIN")
    slow = asyncio.ensure_future(second.fetch("SELECT pg_sleep(60)"))
    await asyncio.sleep(0)
    slow.cancel()
    await asyncio.wait([slow])
    pool.mend(second)
    again = await pool.take()
    assert await again.fetchval("SELECT 1") == 1
    assert not again.is_in_transaction()


async def test_what_failed_outside_of_a_transaction_costs_no_connection(pool: ReadPool) -> None:
    first, _ = await pool.take(), await pool.take()
    with pytest.raises(asyncpg.PostgresError):
        await first.fetch("SELECT 1 / 0")
    pool.mend(first)
    assert await pool.take() is first
    assert await first.fetchval("SELECT 1") == 1


async def test_a_transaction_that_was_broken_off_while_it_began_ends_before_the_next(pool: ReadPool) -> None:
    """The connection does not know of it yet."""
    first, _ = await pool.take(), await pool.take()
    beginning = asyncio.ensure_future(first.execute("BEGIN READ ONLY; SELECT pg_sleep(60)"))
    await asyncio.sleep(0)
    beginning.cancel()
    await asyncio.wait([beginning])
    assert not first.is_in_transaction()
    pool.mend(first)
    again = await pool.take()
    assert await again.fetchval("SELECT 1") == 1
    assert not again.is_in_transaction()


async def test_a_server_that_restarts_takes_nobodys_turn(private_postgres: PostgresServer) -> None:
    pool = ReadPool(lambda: asyncpg.connect(private_postgres.url().replace("+asyncpg", "")), 1)
    try:
        connection = await pool.take()
        pool.give(connection)
        private_postgres.stop()
        with contextlib.suppress(OSError, asyncpg.PostgresError):  # whether it is known to be gone already
            broken = await pool.take()
            with pytest.raises((OSError, asyncpg.PostgresError, asyncpg.InterfaceError)):
                await broken.fetchval("SELECT 1")
            pool.mend(broken)
        with pytest.raises((OSError, asyncpg.PostgresError)):
            await pool.take()
        private_postgres.start()
        assert await (await pool.take()).fetchval("SELECT 1") == 1
    finally:
        await pool.close()


async def test_a_closed_pool_lends_nothing(pool: ReadPool) -> None:
    first, second = await pool.take(), await pool.take()
    waiting = asyncio.ensure_future(pool.take())
    await asyncio.sleep(0)
    closing = asyncio.ensure_future(pool.close())
    with pytest.raises(ConnectionError):
        await waiting
    pool.give(first)
    assert first.is_closed()
    assert not closing.done()
    pool.give(second)
    await closing
    assert second.is_closed()
    with pytest.raises(ConnectionError):
        await pool.take()
