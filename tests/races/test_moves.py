"""Pupils who move, or a whole school that does, while somebody else writes: in transactions that really commit."""

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school import clock, ids
from school.clock import Clock
from school.db import Database
from school.diary import class_moves, groups, marks, school_years
from school.diary.attendance import NewEntry, record_many
from school.diary.mark_rows import Content, MarkRow
from school.diary.marks import NewMark, give_many
from school.diary.models import Attendance, AttendanceKind, Lesson, Mark, WorkKind
from school.diary.next_year import Wish
from school.diary.school_year_models import SchoolYear
from school.diary.term_models import TermClosing
from school.errors import Code, Refused
from school.ids import Ref
from school.registry import enrolment
from school.registry.former_class_models import FormerClass
from school.registry.group_models import GroupMember
from school.registry.models import Pupil
from tests.races.test_marks import count, lesson_day, race, teacher
from tests.world import MONDAY, World, build

__all__ = ["lesson_day"]
JUNE = dt.datetime(2027, 6, 10, 9, tzinfo=dt.UTC)
Act = Callable[[AsyncSession], Awaitable[Any]]


def mark(world: World, name: str = "anna", **more: Any) -> NewMark:
    """A 5 in the old class's lesson of the day."""
    return NewMark(ids.new(), Ref(1, world.people[name]), Ref(1, world.lessons["5A-1"]), Content(5, 1, WorkKind.ANSWER, None), **more)


def move(world: World, name: str = "anna", on: dt.date = MONDAY) -> Act:
    """Into 6B, from this day on."""
    return lambda session: class_moves.move(
        session, world.viewers["office"], Ref(1, world.people[name]), Ref(1, world.classes["6B"]), on)


async def test_nothing_is_written_in_the_old_class_from_the_day_of_a_move(database: Database) -> None:
    """Whoever comes first: either the pupil is in the new class and the old one says nothing of that day, or the move is a CONFLICT."""
    world = await build(database)
    lesson = Ref(1, world.lessons["5A-1"])
    writers: dict[str, Act] = {
        "anna": lambda session: give_many(session, teacher(world), [mark(world)]),
        "boris": lambda session: record_many(session, teacher(world), lesson, [NewEntry(Ref(1, world.people["boris"]), AttendanceKind.ABSENT)])}
    for name, write in writers.items():
        await race(database, [write, move(world, name)])
        async with database.read() as session:
            pupil = await session.get_one(Pupil, (1, world.people[name]))
            written = [await session.scalar(sa.select(sa.func.count()).where(table.pupil_id == pupil.id)) for table in (Mark, Attendance)]
        assert (pupil.class_group_id == world.classes["6B"]) != any(written)


async def test_a_mark_looks_once_more_when_it_is_written(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """The move comes between the look and the writing, which on SQLite nobody can."""
    world = await build(database)
    if database.sqlite:
        return
    insert = marks._insert

    async def later(*of: Any) -> Any:
        async with database.begin() as session:
            await move(world)(session)
        return await insert(*of)

    monkeypatch.setattr(marks, "_insert", later)
    with pytest.raises(Refused) as refused:
        async with database.begin() as session:
            await give_many(session, teacher(world), [mark(world)])
    assert (refused.value.code, refused.value.message) == (Code.CONFLICT, "a pupil has moved to another class or group meanwhile")
    assert await count(database, Mark, FormerClass) == [0, 1]


async def test_nothing_is_written_in_a_group_from_the_day_on_which_a_pupil_leaves_it(database: Database) -> None:
    """Whoever comes first: either the pupil is in the group no more and its lesson says nothing, or the leaving is a CONFLICT."""
    world = await build(database)
    office, lesson, group = world.viewers["office"], Ref(1, world.lessons["5A-1"]), Ref(1, ids.new())
    async with database.begin() as session:
        await groups.add(session, office, group.id, Ref(1, world.classes["5A"]), "Английский", "1")
        await groups.set_pupils(session, office, group, [Ref(1, world.people[name]) for name in ("anna", "boris")], dt.date(2026, 9, 1))
        await session.execute(sa.update(Lesson).where(Lesson.id == lesson.id).values(pupil_group_id=group.id))
    writers: dict[str, Act] = {
        "anna": lambda session: give_many(session, teacher(world), [mark(world)]),
        "boris": lambda session: record_many(session, teacher(world), lesson, [NewEntry(Ref(1, world.people["boris"]), AttendanceKind.ABSENT)])}
    for name, write in writers.items():
        async with database.read() as session:
            there = await session.scalars(sa.select(GroupMember.pupil_id).where(GroupMember.until.is_(None)))
            staying = [Ref(1, id_) for id_ in there if id_ != world.people[name]]
        await race(database, [write, lambda session, staying=staying: groups.set_pupils(session, office, group, staying, MONDAY)])  # type: ignore[misc]
        async with database.read() as session:
            left = await session.scalar(sa.select(GroupMember.until).where(GroupMember.pupil_id == world.people[name]))
            written = [await session.scalar(sa.select(sa.func.count()).where(table.pupil_id == world.people[name])) for table in (Mark, Attendance)]
        assert (left == MONDAY) != any(written)


async def test_a_mark_waits_for_a_pupil_who_leaves_the_group(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mark comes between the leaving's look and its writing, which on SQLite nobody can: it waits, and is refused."""
    world = await build(database)
    if database.sqlite:
        return
    office, group, anna = world.viewers["office"], Ref(1, ids.new()), Ref(1, world.people["anna"])
    async with database.begin() as session:
        await groups.add(session, office, group.id, Ref(1, world.classes["5A"]), "Английский", "1")
        await groups.set_pupils(session, office, group, [anna], dt.date(2026, 9, 1))
        await session.execute(sa.update(Lesson).where(Lesson.id == world.lessons["5A-1"]).values(pupil_group_id=group.id))

    async def give() -> None:
        async with database.begin() as session:
            await give_many(session, teacher(world), [mark(world)])

    check, given = groups._check_unsaid, list[asyncio.Task[None]]()

    async def slowly(*of: Any) -> None:
        await check(*of)
        given.append(asyncio.create_task(give()))
        await asyncio.wait(given, timeout=0.5)  # it waits for the leaving

    monkeypatch.setattr(groups, "_check_unsaid", slowly)
    async with database.begin() as session:
        await groups.set_pupils(session, office, group, [], MONDAY)
    [answer] = await asyncio.gather(*given, return_exceptions=True)
    assert answer is None or (isinstance(answer, Refused) and answer.code is Code.CONFLICT)  # None: it looked later, and was given nothing
    assert await count(database, Mark) == [0]


async def test_a_class_takes_no_more_than_a_hundred(database: Database) -> None:
    world = await build(database)
    office, group = world.viewers["office"], Ref(1, world.classes["6B"])
    new = [enrolment.NewPupil(ids.new(), enrolment.Name("Новый", "Имя", None), group, dt.date(2026, 9, 1)) for _ in range(99)]
    async with database.begin() as session:
        await enrolment.enrol_many(session, office, 1, new[:98])
    tomorrow = MONDAY + dt.timedelta(days=1)
    found = await race(database, [
        move(world, "anna", tomorrow), move(world, "boris", tomorrow), lambda session: enrolment.enrol_many(session, office, 1, new[98:])])  # type: ignore[list-item]
    assert sorted(one.code for one in found if isinstance(one, Refused)) == [Code.TOO_MANY] * 2
    async with database.read() as session:
        assert await session.scalar(sa.select(sa.func.count()).where(Pupil.class_group_id == group.id)) == enrolment.FULLEST


async def test_of_two_retakes_one_replaces(database: Database) -> None:
    world = await build(database)
    async with database.begin() as session:
        [first] = await give_many(session, teacher(world), [mark(world)])
    assert isinstance(first, MarkRow)
    again = [mark(world, retake_of=Ref(1, first.id), replaces=True) for _ in range(4)]
    answers = await race(database, [lambda session, one=one: give_many(session, teacher(world), [one]) for one in again])  # type: ignore[misc]
    codes = [answer.code if isinstance(answer, Refused) else answer[0].code if isinstance(answer[0], Refused) else None for answer in answers]
    assert sorted(codes, key=str) == [Code.CONFLICT] * 3 + [None]
    assert await count(database, Mark) == [2]


async def test_a_year_is_started_once(database: Database) -> None:
    clock.use(Clock(JUNE, JUNE, 0))
    world = await build(database)
    async with database.begin() as session:
        session.add(TermClosing(school_id=1, id=world.terms[1], by=world.people["office"], at=JUNE))
    office, wish, same = world.viewers["office"], Wish(dt.date(2027, 9, 1), 11, ()), ids.new()
    new = enrolment.NewPupil(ids.new(), enrolment.Name("Новый", "Имя", None), Ref(1, world.classes["5A"]), dt.date(2027, 6, 1))

    def start(id_: Any) -> Act:
        return lambda session: school_years.start(session, office, 1, id_, wish, with_courses=True)

    found = await race(database, [
        *(start(id_) for id_ in (same, same, ids.new(), ids.new())), lambda session: enrolment.enrol_many(session, office, 1, [new])])
    years, enrolled = found[:4], found[4]
    assert {one.code for one in years if isinstance(one, Refused)} == {Code.CONFLICT}
    assert len({one.id for one in years if isinstance(one, SchoolYear)}) == 1
    in_time = isinstance(enrolled, list) and not isinstance(enrolled[0], Refused)
    assert in_time or (isinstance(enrolled, list) and enrolled[0].code is Code.NOT_FOUND)
    assert await count(database, SchoolYear, FormerClass) == [1, 4 if in_time else 3]
