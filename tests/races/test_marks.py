"""Marks given and changed at the same moment, in transactions that really commit."""

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable, Iterable, Iterator
from typing import Any, TypeVar

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school import clock, ids
from school.context import Viewer
from school.db import Database
from school.diary import scales
from school.diary.attendance import NewEntry, record_many
from school.diary.attendance_rows import AttendanceRow
from school.diary.corrections import correct, withdraw
from school.diary.homework import set_homework
from school.diary.homework_correction import correct_homework
from school.diary.homework_done import set_done
from school.diary.homework_models import HomeworkDone
from school.diary.mark_rows import Content, MarkRow
from school.diary.marks import NewMark, give_many
from school.diary.models import Attendance, AttendanceKind, CourseScale, Homework, Mark, MarkRevision, WorkKind
from school.errors import Code, Refused
from school.ids import Ref
from school.outbox import OutboxRow
from tests.world import MONDAY, World, build

T = TypeVar("T")
AT_ONCE = 8


@pytest.fixture(autouse=True)
def lesson_day() -> Iterator[None]:
    """It is the world's one lesson day, and time goes on."""
    noon = dt.datetime.combine(MONDAY, dt.time(12), dt.UTC)
    clock.use(clock.Clock(dt.datetime.now(dt.UTC), noon))
    yield
    clock.use(clock.Clock())


async def race(database: Database, runs: Iterable[Callable[[AsyncSession], Awaitable[T]]]) -> list[T | Refused]:
    """Run each in a transaction of its own, all at once; what each returned or was refused with."""
    runs = list(runs)
    gate = asyncio.Barrier(len(runs))

    async def one(run: Callable[[AsyncSession], Awaitable[T]]) -> T | Refused:
        await gate.wait()
        try:
            async with database.begin() as session:
                return await run(session)
        except Refused as refused:
            return refused

    return await asyncio.gather(*(one(run) for run in runs))


async def count(database: Database, *tables: type[Any]) -> list[int]:
    """The rows of each table."""
    async with database.read() as session:
        return [await session.scalar(sa.select(sa.func.count()).select_from(table)) or 0 for table in tables]


def marks(world: World, number: int, value: int = 5) -> list[NewMark]:
    """New marks for Anna and Boris."""
    lesson = Ref(1, world.lessons["5A-1"])
    return [
        NewMark(ids.new(), Ref(1, world.people[("anna", "boris")[place % 2]]), lesson, Content(value, 1, WorkKind.ANSWER, None)) for place in range(number)
    ]


def teacher(world: World) -> Viewer:
    """5A's teacher of algebra."""
    return world.viewers["teacher"]


async def given(database: Database, world: World) -> Ref:
    """A 5 of Anna's."""
    async with database.begin() as session:
        [mark] = await give_many(session, teacher(world), marks(world, 1))
    assert isinstance(mark, MarkRow)
    return Ref(mark.school_id, mark.id)


async def test_a_raced_repeat_of_a_batch_is_harmless(database: Database) -> None:
    """The same thirty marks from eight requests, in different orders: thirty are given, and all eight hear the same."""
    world = await build(database)
    items = marks(world, 30)
    orders = [items[place:] + items[:place] for place in range(AT_ONCE)]
    answers = await race(database, [lambda session, order=order: give_many(session, teacher(world), order) for order in orders])  # type: ignore[misc]
    heard = []
    for order, answer in zip(orders, answers, strict=True):
        assert isinstance(answer, list)
        assert [row.id for row in answer if isinstance(row, MarkRow)] == [item.id for item in order]
        heard.append(sorted(answer, key=lambda row: str(row.id)))  # type: ignore[union-attr]
    assert all(one == heard[0] for one in heard)
    assert await count(database, Mark, MarkRevision, OutboxRow) == [30, 30, 30]


async def test_of_two_contents_under_one_id_one_is_given(database: Database) -> None:
    world = await build(database)
    [mark] = marks(world, 1)
    other = NewMark(mark.id, mark.pupil, mark.lesson, mark.content._replace(value=2))
    answers = await race(database, [lambda session, items=items: give_many(session, teacher(world), items) for items in ([mark], [other])])  # type: ignore[misc]
    codes = [answer[0].code if isinstance(answer[0], Refused) else None for answer in answers if isinstance(answer, list)]
    assert sorted(codes, key=str) == [Code.CONFLICT, None]
    assert await count(database, Mark, MarkRevision, OutboxRow) == [1, 1, 1]


async def test_of_two_corrections_of_one_revision_one_wins(database: Database) -> None:
    world = await build(database)
    ref = await given(database, world)
    revision = 1
    for values in ((2, 3), (4, 5), (2, 3)):  # none says what the mark says already
        answers = await race(database, [
            lambda session, value=value, revision=revision: correct(session, teacher(world), ref, revision, Content(value, 2, WorkKind.TEST, None), None)
            for value in values
        ])  # type: ignore[misc]
        won = [answer for answer in answers if isinstance(answer, MarkRow)]
        assert [answer.code for answer in answers if isinstance(answer, Refused)] == [Code.CONFLICT]
        revision += 1
        assert [(mark.revision, mark.value) for mark in won] == [(revision, won[0].value)]
        async with database.read() as session:
            stored = (await session.execute(sa.select(Mark.value, Mark.revision))).one()
        assert tuple(stored) == (won[0].value, revision)
    assert await count(database, Mark, MarkRevision, OutboxRow) == [1, 4, 4]


async def test_the_same_correction_raced_is_made_once(database: Database) -> None:
    world = await build(database)
    ref = await given(database, world)
    answers = await race(database, [
        lambda session: correct(session, teacher(world), ref, 1, Content(3, 1, WorkKind.ANSWER, None), "описка") for _ in range(AT_ONCE)])
    assert [(mark.value, mark.revision) for mark in answers if isinstance(mark, MarkRow)] == [(3, 2)] * AT_ONCE
    assert await count(database, Mark, MarkRevision, OutboxRow) == [1, 2, 2]


async def test_of_a_correction_and_a_withdrawal_one_wins(database: Database) -> None:
    world = await build(database)
    ref = await given(database, world)
    answers = await race(database, [
        lambda session: correct(session, teacher(world), ref, 1, Content(3, 1, WorkKind.ANSWER, None), None),
        lambda session: withdraw(session, teacher(world), ref, 1, None),
    ])
    [refused] = [answer for answer in answers if isinstance(answer, Refused)]
    corrected = isinstance(answers[0], MarkRow)
    assert refused.code is (Code.CONFLICT if corrected else Code.ALREADY_WITHDRAWN)
    assert await count(database, Mark, MarkRevision, OutboxRow) == [1, 2, 2]


async def test_raced_registers_tell_each_change_once_with_what_was_before(database: Database) -> None:
    """Whatever the order, the events form one chain: each one's old is the one before's new."""
    world = await build(database)
    lesson, anna = Ref(1, world.lessons["5A-1"]), Ref(1, world.people["anna"])
    kinds = [AttendanceKind.ABSENT, AttendanceKind.EXCUSED, AttendanceKind.PRESENT] * 3
    answers = await race(database, [
        lambda session, kind=kind: record_many(session, teacher(world), lesson, [NewEntry(anna, kind)]) for kind in kinds])  # type: ignore[misc]
    assert all(isinstance(answer, list) and isinstance(answer[0], AttendanceRow) for answer in answers)
    async with database.read() as session:
        told = (await session.execute(sa.select(OutboxRow.payload).order_by(OutboxRow.position))).scalars().all()
        stands = (await session.execute(sa.select(Attendance.kind))).scalar_one()
    assert told[0]["old_kind"] is None
    assert [payload["old_kind"] for payload in told[1:]] == [payload["kind"] for payload in told[:-1]]
    assert told[-1]["kind"] == stands.value


async def test_a_raced_repeat_of_homework_is_told_once(database: Database) -> None:
    world = await build(database)
    id_, lesson = ids.new(), Ref(1, world.lessons["5A-1"])
    answers = await race(database, [lambda session: set_homework(session, teacher(world), id_, lesson, "№ 5") for _ in range(AT_ONCE)])
    assert {(answer.id, answer.text) for answer in answers if not isinstance(answer, Refused)} == {(id_, "№ 5")}
    assert await count(database, Homework, OutboxRow) == [1, 1]


async def test_a_raced_correction_of_homework_is_made_once(database: Database) -> None:
    world = await build(database)
    ref, lesson = Ref(1, ids.new()), Ref(1, world.lessons["5A-1"])
    async with database.begin() as session:
        await set_homework(session, teacher(world), ref.id, lesson, "№ 5")
    answers = await race(database, [
        lambda session, text=text: correct_homework(session, teacher(world), ref, 1, text, 10, []) for text in ["№ 6"] * 4 + ["№ 7"] * 4])  # type: ignore[misc]
    won = {answer.text for answer in answers if not isinstance(answer, Refused)}
    assert len(won) == 1
    assert [answer.code for answer in answers if isinstance(answer, Refused)] == [Code.CONFLICT] * 4
    async with database.read() as session:
        assert (await session.execute(sa.select(Homework.text, Homework.revision))).one() == (*won, 2)
    assert await count(database, Homework, OutboxRow) == [1, 2]


async def test_a_raced_tick_is_told_once(database: Database) -> None:
    world = await build(database)
    ref, lesson, anna = Ref(1, ids.new()), Ref(1, world.lessons["5A-1"]), Ref(1, world.people["anna"])
    async with database.begin() as session:
        await set_homework(session, teacher(world), ref.id, lesson, "№ 5")
    for done in (True, False):
        answers = await race(database, [
            lambda session, login=login, done=done: set_done(session, world.viewers[login], ref, anna, done=done)  # type: ignore[misc]
            for login in ["parent", "anna"] * 4])
        assert {answer.done_at is not None for answer in answers if not isinstance(answer, Refused)} == {done}
        assert len(answers) == AT_ONCE
        assert await count(database, HomeworkDone, OutboxRow) == [1, 2 if done else 3]


async def test_a_course_never_gets_another_scale_beside_a_first_mark(database: Database) -> None:
    """Whichever of the two is first, the other is refused: no mark stands on a scale that it was not given on."""
    world = await build(database)
    async with database.begin() as session:
        letters = await scales.add(
            session, world.viewers["office"], 1, ids.new(), name="Буквы", lowest=4, highest=5, counts=True, labels=[(4, "B"), (5, "A")])
    course, other = Ref(1, world.courses["5A"]), Ref(1, letters.scale_id)
    await race(database, [
        lambda session: give_many(session, teacher(world), marks(world, 1, value=2)),
        lambda session: scales.give(session, world.viewers["office"], course, other)])
    async with database.read() as session:
        scale = await session.scalar(sa.select(CourseScale.scale_id).where(CourseScale.id == course.id))
        given = list(await session.scalars(sa.select(Mark.scale_id)))
    assert given in ([], [scale]), "a mark of 2 stands only on the scale of before"
    assert (scale == other.id) == (given == [])
