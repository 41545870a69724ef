"""A school that is set up by several at the same moment: what is asked for twice is there once, and told once."""

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school import clock, ids
from school.clock import Clock
from school.db import Database
from school.diary import class_moves, courses, groups
from school.ids import Ref
from school.outbox import OutboxRow
from school.registry import enrolment
from school.registry.former_class_models import FormerClass
from school.registry.group_models import GroupMember
from school.registry.models import Course, Person, Pupil, Subject
from tests.world import build

NOON = dt.datetime(2026, 9, 7, 9, tzinfo=dt.UTC)


async def test_what_is_asked_for_several_times_at_once_is_there_once(database: Database) -> None:
    clock.use(Clock(NOON, NOON, 0))
    world = await build(database)
    viewer, group, other, anna = world.viewers["office"], Ref(1, world.classes["5A"]), Ref(1, world.classes["6B"]), Ref(1, world.people["anna"])

    async def at_once(act: Callable[[AsyncSession], Awaitable[Any]]) -> list[Any]:
        async def one() -> Any:
            async with database.begin(viewer.identity()) as session:
                return await act(session)

        return await asyncio.gather(*(one() for _ in range(4)))

    try:
        for number in range(3):
            name = enrolment.Name(f"Ученик{number}", "Имя", None)
            items = [enrolment.NewPupil(ids.new(), name, group, dt.date(2026, 9, 1)) for _ in range(30)]
            first, *others = await at_once(lambda session, items=items: enrolment.enrol_many(session, viewer, 1, items))  # type: ignore[misc]
            assert all(isinstance(one, enrolment.PersonRow) for one in first)
            assert others == [first] * 3
        async with database.begin() as session:
            subject = Subject(school_id=1, id=ids.new(), name="Химия")
            session.add(subject)
        id_, teacher = ids.new(), Ref(1, world.people["teacher"])
        made = await at_once(lambda session: courses.add(session, viewer, id_, group, Ref(1, subject.id), teacher, None))
        assert {one.id for one in made} == {id_}
        parts = [ids.new(), ids.new()]
        for part, name in zip(parts, "12", strict=True):
            made = await at_once(lambda session, part=part, name=name: groups.add(session, viewer, part, group, "Английский", name))  # type: ignore[misc]
            assert {one.id for one in made} == {part}
        await asyncio.gather(*(
            at_once(lambda session, part=part: groups.set_pupils(session, viewer, Ref(1, part), [anna], dt.date(2026, 9, 7)))  # type: ignore[misc]
            for part in parts))
        moved = await at_once(lambda session: class_moves.move(session, viewer, anna, other, dt.date(2026, 9, 8)))
        assert len(set(moved)) == 1
    finally:
        clock.use(Clock())
    async with database.read() as session:
        counts = {table: await session.scalar(sa.select(sa.func.count()).select_from(table)) for table in (FormerClass, Person, Pupil)}
        told = (await session.execute(sa.select(OutboxRow.kind, sa.func.count()).group_by(OutboxRow.kind).order_by(OutboxRow.kind))).all()
        overlapping = (await session.execute(sa.select(GroupMember).where(sa.or_(GroupMember.until.is_(None), GroupMember.until > GroupMember.since)))).all()
        taught = await session.scalar(sa.select(sa.func.count()).where(Course.subject_id == subject.id))
    assert (counts[FormerClass], counts[Pupil], taught) == (1, 5 + 90, 1)
    assert len(overlapping) <= 1  # never in two groups of a division
    told = [one for one in told if one[0] != "diary.group_changed"]
    assert [tuple(one) for one in told] == [("diary.pupil_moved", 1), ("registry.pupil_enrolled", 90)]
