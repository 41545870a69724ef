"""The reader of one operation: whoever shares a round trip shares its end."""

import asyncio
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from school.reading import Reader, Waiting
from school.sets import SERVICE
from school.statements import Asking, Read


@Read
def _one(_viewer: Asking) -> sa.Select[Any]:
    return sa.select(sa.literal(1))


async def _fetch(waiting: list[Waiting]) -> list[list[Any]]:
    return [[(1,)] for _ in waiting]


async def test_who_is_broken_off_before_the_round_trip_leaves_nobody_waiting() -> None:
    reader = Reader(_fetch, sqlite.dialect())
    first, second = (asyncio.ensure_future(reader.all(_one, SERVICE)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    done, _ = await asyncio.wait([first, second], timeout=2)
    assert done == {first, second}
    assert (first.cancelled(), second.cancelled()) == (True, True)
    assert await reader.all(_one, SERVICE) == [(1,)]


async def test_who_was_broken_off_keeps_an_error_from_nobody() -> None:
    begun, fails = asyncio.Event(), asyncio.Event()

    async def fetch(_waiting: list[Waiting]) -> list[list[Any]]:
        begun.set()
        await fails.wait()
        raise ConnectionError

    reader = Reader(fetch, sqlite.dialect())
    first, second, third = (asyncio.ensure_future(reader.all(_one, SERVICE)) for _ in range(3))
    await begun.wait()
    second.cancel()
    await asyncio.wait([second])
    fails.set()
    done, _ = await asyncio.wait([first, third], timeout=2)
    assert done == {first, third}
    for one in (first, third):
        with pytest.raises(ConnectionError):
            await one
