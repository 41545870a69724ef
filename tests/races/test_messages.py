"""Messages that are written at the same moment: one thread, each its own number, and what is repeated once."""

import asyncio
from uuid import UUID

import sqlalchemy as sa

from school import ids
from school.db import Database
from school.diary import messages
from school.diary.message_models import Message, Thread
from school.diary.message_rows import MessageRow
from school.ids import Ref
from tests.world import World, build


async def write(database: Database, world: World, login: str, id_: UUID) -> MessageRow:
    """One writer, committed."""
    viewer = world.viewers[login]
    async with database.begin(viewer.identity()) as session:
        return await messages.write(
            session, viewer, id_, Ref(1, world.people["vera"]), Ref(1, world.people["class_teacher"]), f"от {login}", [world.people["parent"]])


async def test_all_who_begin_a_thread_begin_the_same(database: Database) -> None:
    world = await build(database)
    found = await asyncio.gather(*(write(database, world, login, ids.new()) for login in ("parent", "divorced", "class_teacher") for _ in range(3)))
    assert sorted(one.number for one in found) == list(range(1, 10))
    async with database.read() as session:
        assert (await session.scalars(sa.select(Thread.messages))).all() == [9]


async def test_a_message_that_is_sent_several_times_at_once_is_there_once(database: Database) -> None:
    world, id_ = await build(database), ids.new()
    found = await asyncio.gather(*(write(database, world, "parent", id_) for _ in range(4)))
    assert {(one.id, one.number) for one in found} == {(id_, 1)}
    async with database.read() as session:
        assert (await session.scalars(sa.select(Message.id))).all() == [id_]
        assert (await session.scalars(sa.select(Thread.messages))).all() == [1]
