"""A closed term that is opened by several at the same moment."""

import asyncio
import datetime as dt
from uuid import UUID

import sqlalchemy as sa

from school import clock, ids
from school.db import Database
from school.diary import terms
from school.diary.term_models import TermOpening
from school.errors import Code, Refused
from school.ids import Ref
from tests.world import build


async def test_an_opening_that_is_asked_for_several_times_at_once_is_there_once(database: Database) -> None:
    world, given, until = await build(database), sorted(ids.new() for _ in range(5)), clock.now() + dt.timedelta(days=1)
    term, viewer = Ref(1, world.terms[1]), world.viewers["office"]

    async def opened(id_: UUID, reason: str) -> str:
        async with database.begin(viewer.identity()) as session:
            return (await terms.open_again(session, viewer, id_, term, None, until, reason)).reason

    async with database.begin(viewer.identity()) as session:
        await terms.close(session, viewer, term)
    for id_ in given:  # from the second on over connections that stand
        assert await asyncio.gather(*(opened(id_, "исправление") for _ in range(4))) == ["исправление"] * 4
    [other] = await asyncio.gather(opened(given[0], "другое"), return_exceptions=True)
    assert isinstance(other, Refused)
    assert other.code is Code.CONFLICT
    async with database.read() as session:
        assert (await session.execute(sa.select(TermOpening.id, TermOpening.reason).order_by(TermOpening.id))).all() == [
            (id_, "исправление") for id_ in given]
