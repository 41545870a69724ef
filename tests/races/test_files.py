"""Files of the same moment: one of two bodies is the file, and no thing gets more than it may have."""

import asyncio
from hashlib import sha256

from school import clock, ids
from school.clock import Clock
from school.db import Database
from school.diary.file_models import StoredFile
from school.diary.homework import withdraw_homework
from school.ids import Kind
from tests.diary.desk import NOON
from tests.diary.shelf import PDF, Shelf
from tests.diary.test_files import attach, task
from tests.races.test_taps import waiting
from tests.world import build


async def test_of_two_bodies_at_once_one_is_the_file_and_the_other_leaves_nothing(database: Database) -> None:
    shelf = Shelf(database, await build(database))
    slot = await shelf.prepare("parent")
    bodies = [PDF.replace(b"1.7", f"1.{number % 2}".encode()) for number in range(3)]
    answers = await asyncio.gather(*(shelf.put("parent", slot["address"], body) for body in bodies))
    [(sent,)] = await shelf.rows(StoredFile, "sent")
    statuses = [answer.status_code for answer in answers]
    assert set(statuses) <= {200, 409}
    assert statuses[0] == statuses[2] != statuses[1]
    assert sent == sha256(bodies[statuses.index(200)]).digest()
    assert len(await shelf.kept()) == 1


async def test_a_homework_gets_five_files_and_a_file_one_homework(database: Database) -> None:
    shelf = Shelf(database, await build(database))
    clock.use(Clock(NOON, NOON, 0))
    try:
        first, second = [(await task(shelf))["id"] for _ in range(2)]
        files = [await shelf.sent("teacher", f"{number}.pdf") for number in range(8)]
        await asyncio.gather(*(attach(shelf, "teacher", first, file) for file in files))
        assert len([row for row in await shelf.rows(StoredFile, "homework_id") if row[0] is not None]) == 5
        left = [ids.encode(Kind.FILE, 1, row[1]) for row in await shelf.rows(StoredFile, "homework_id", "id") if row[0] is None]
        answers = await asyncio.gather(*(attach(shelf, "teacher", to, left[0]) for to in (second, first)))
        assert sum(isinstance(answer, list) for answer in answers) == 1
    finally:
        clock.use(Clock())


async def test_nothing_is_hung_on_a_homework_that_is_withdrawn_meanwhile(postgresql_url: str) -> None:
    """Row locks are PostgreSQL's: who waits for one looks again at what is there by then."""
    database = Database(postgresql_url)
    shelf = Shelf(database, await build(database))
    clock.use(Clock(NOON, NOON, 0))
    try:
        homework, file = (await task(shelf))["id"], await shelf.sent("teacher")
        async with asyncio.timeout(30), database.begin(shelf.world.viewers["teacher"].identity()) as session:
            await withdraw_homework(session, shelf.world.viewers["teacher"], ids.decode(Kind.HOMEWORK, homework))
            attaching = asyncio.create_task(attach(shelf, "teacher", homework, file))
            while not await waiting(database):
                assert not attaching.done()
                await asyncio.sleep(0.005)  # the server does not announce who waits
        assert (await attaching)["code"] == "ALREADY_WITHDRAWN"
        assert await shelf.rows(StoredFile, "homework_id") == [(None,)]
    finally:
        clock.use(Clock())
        await database.close()
