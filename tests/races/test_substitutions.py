"""Lessons changed at the same moment by two of the office, in transactions that really commit: of two that clash, one is refused."""

import datetime as dt
from typing import Any

import pytest

from school import ids
from school.db import Database
from school.diary.lessons import LessonRow
from school.diary.models import Lesson, Substitution
from school.diary.substitutions import Change, NewSubstitution, substitute_many
from school.errors import Code, Refused
from school.ids import Ref
from school.outbox import OutboxRow
from school.registry.models import Staff
from tests.diary.desk import Desk
from tests.races.test_marks import AT_ONCE, count, lesson_day, race
from tests.world import MONDAY, build

__all__ = ["lesson_day"]
EMPTY_DAY = MONDAY + dt.timedelta(days=2)


async def desk_of(database: Database) -> Desk:
    """The world with a teacher who is free."""
    desk = Desk(database, await build(database))
    async with database.begin() as session:
        await desk.add_person(session, "helper")
        session.add(Staff(school_id=1, id=desk.world.people["helper"], position="учитель", left_on=None))
    return desk


def item(desk: Desk, lesson: str, **said: Any) -> NewSubstitution:
    """A change of a lesson that nobody has changed yet."""
    return NewSubstitution(ids.new(), Ref(1, desk.world.lessons[lesson]), 0, Change(**said), "болезнь")


async def raced(desk: Desk, *batches: NewSubstitution) -> list[Any]:
    """What each came to: the code of its refusal, or the lesson's revision."""
    office = desk.world.viewers["office"]

    def outcome(answer: Any) -> Any:
        one = answer if isinstance(answer, Refused) else answer[0]
        return one.code if isinstance(one, Refused) else one.revision if isinstance(one, LessonRow) else one

    def run(batch: NewSubstitution) -> Any:
        async def in_a_transaction(session: Any) -> Any:
            return await substitute_many(session, office, [batch])
        return in_a_transaction

    viewers = office.identity()

    class AsViewer:
        """As the office, so that row-level security is asked, too."""

        def begin(self) -> Any:
            return desk.database.begin(viewers)

    return [outcome(answer) for answer in await race(AsViewer(), [run(batch) for batch in batches])]  # type: ignore[arg-type]


async def test_one_teacher_is_not_given_to_two_lessons(database: Database) -> None:
    desk = await desk_of(database)
    helper = Ref(1, desk.world.people["helper"])
    found = await raced(desk, item(desk, "5A-1", teacher=helper), item(desk, "6B-1", teacher=helper))
    assert sorted(map(str, found)) == sorted(["1", str(Code.TEACHER_TAKEN)])
    assert await count(database, Substitution, OutboxRow) == [1, 1]


@pytest.mark.parametrize("on_date", [EMPTY_DAY, MONDAY])
async def test_two_lessons_are_not_moved_to_one_moment(database: Database, on_date: dt.date) -> None:
    """Also on a day on which there is nothing that could be locked."""
    desk = await desk_of(database)
    found = await raced(desk, item(desk, "5A-1", on_date=on_date, bell=6), item(desk, "5A-2", on_date=on_date, bell=6))
    assert sorted(map(str, found)) == sorted(["1", str(Code.CLASS_TAKEN)])
    assert await count(database, Substitution, OutboxRow) == [1, 1]


async def test_of_two_changes_of_one_lesson_one_is_stale(database: Database) -> None:
    desk = await desk_of(database)
    found = await raced(desk, item(desk, "5A-1", cancelled=True), item(desk, "5A-1", room="9"))
    assert sorted(map(str, found)) == sorted(["1", str(Code.CONFLICT)])
    assert await desk.rows(Substitution, "revision") == [(1,)]
    assert [row for row in await desk.rows(Lesson, "revision") if row[0]] == [(1,)]


async def test_a_raced_repeat_is_made_once(database: Database) -> None:
    desk = await desk_of(database)
    one = item(desk, "5A-1", cancelled=True)
    assert await raced(desk, *[one] * AT_ONCE) == [1] * AT_ONCE
    assert await count(database, Substitution, OutboxRow) == [1, 1]
