"""Lessons that the office and their teachers write at the same moment, several at once: nobody waits in a circle."""

import asyncio

import sqlalchemy as sa

from school import clock, ids
from school.clock import Clock
from school.db import Database
from school.diary import attendance, topics
from school.diary.models import AttendanceKind, Lesson
from school.diary.substitutions import Change, NewSubstitution, substitute_many
from school.errors import Refused
from school.ids import Ref
from tests.diary.desk import NOON, Desk
from tests.races.test_taps import waiting
from tests.world import build


async def test_topics_and_substitutions_take_lessons_in_one_order(postgresql_url: str) -> None:
    """Row locks are PostgreSQL's: a third transaction holds both up at the first lesson, so that each would hold what the other needs."""
    database = Database(postgresql_url)
    desk = Desk(database, await build(database))
    clock.use(Clock(NOON, NOON, 0))
    lessons = sorted(Ref(1, desk.world.lessons[name]) for name in ("5A-1", "5A-2"))

    async def write() -> None:
        viewer = desk.world.viewers["teacher"]
        async with database.begin(viewer.identity()) as session:
            await topics.set_many(session, viewer, [topics.NewTopic(lesson, "Дроби") for lesson in lessons])

    async def change() -> None:
        viewer = desk.world.viewers["office"]
        async with database.begin(viewer.identity()) as session:
            await substitute_many(session, viewer, [NewSubstitution(ids.new(), lesson, 0, Change(room="9"), "ремонт") for lesson in reversed(lessons)])

    try:
        async with asyncio.timeout(30):
            tasks = []
            async with database.begin() as session:
                await session.execute(sa.select(Lesson.id).where(Lesson.id == lessons[0].id).with_for_update(key_share=True))
                for number, run in enumerate((write, change), 1):
                    tasks.append(asyncio.create_task(run()))
                    while await waiting(database) < number:
                        assert not any(task.done() for task in tasks)
                        await asyncio.sleep(0.005)  # the server does not announce who waits
            await asyncio.gather(*tasks)
        assert [row for row in await desk.rows(Lesson, "room", "topic") if row[0] == "9"] == [("9", "Дроби")] * 2
    finally:
        clock.use(Clock())
        await database.close()


async def test_a_lesson_is_not_cancelled_whose_register_is_just_written(postgresql_url: str) -> None:
    database = Database(postgresql_url)
    desk = Desk(database, await build(database))
    clock.use(Clock(NOON, NOON, 0))
    lesson, teacher, office = Ref(1, desk.world.lessons["5A-1"]), desk.world.viewers["teacher"], desk.world.viewers["office"]

    async def cancel() -> object:
        async with database.begin(office.identity()) as session:
            return (await substitute_many(session, office, [NewSubstitution(ids.new(), lesson, 0, Change(cancelled=True), "болезнь")]))[0]

    try:
        async with asyncio.timeout(30):
            async with database.begin(teacher.identity()) as session:
                entry = attendance.NewEntry(Ref(1, desk.world.people["anna"]), AttendanceKind.PRESENT)
                await attendance.record_many(session, teacher, lesson, [entry])
                cancelling = asyncio.create_task(cancel())
                while not await waiting(database):
                    assert not cancelling.done()
                    await asyncio.sleep(0.005)  # the server does not announce who waits
            answer = await cancelling
        assert isinstance(answer, Refused)
        assert answer.message == "the lesson has been held: marks or a register are written in it"
        assert set(await desk.rows(Lesson, "cancelled_at")) == {(None,)}
    finally:
        clock.use(Clock())
        await database.close()
