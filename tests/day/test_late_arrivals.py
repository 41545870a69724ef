"""Late arrivals: the first entry after the first bell, in whatever order entries become known."""

import datetime as dt
import itertools

import pytest
import sqlalchemy as sa

from school import ids
from school.access.models import Passage
from school.day import late_arrivals
from school.diary.models import Lesson
from school.ids import Ref
from school.registry.bell_models import BellSchedule, ScheduleBell
from tests.day.porch import Porch, at
from tests.world import MONDAY


@pytest.mark.parametrize(("moment", "minutes"), [
    (at(8, 0), None), (at(8, 30), None), (at(8, 30, 1), 0), (at(8, 31, 59), 1), (at(9, 0), 30), (at(15), 390),
])
async def test_late_is_after_the_first_bell(porch: Porch, moment: dt.datetime, minutes: int | None) -> None:
    passage = await porch.passes("anna", moment)
    await porch.react()
    lesson = porch.world.lessons["5A-1"]
    expected = [] if minutes is None else [(porch.world.people["anna"], MONDAY, passage.id, lesson, minutes)]
    assert await porch.arrivals() == expected
    payload = {"date": "2026-09-07", "passage_id": str(passage.id), "lesson_id": str(lesson), "minutes": minutes, "old_minutes": None}
    assert await porch.told() == ([] if minutes is None else [("day.came_late", payload, False)])


async def test_only_the_first_entry_counts(porch: Porch) -> None:
    await porch.passes("anna", at(8, 10))
    await porch.passes("anna", at(9, 20), "out")
    await porch.passes("anna", at(9, 40))
    await porch.react()
    assert (await porch.arrivals(), await porch.told()) == ([], [])


async def test_who_left_before_the_first_entry_had_been_inside(porch: Porch) -> None:
    """The morning's entry was missed: a child who comes back at ten was not late."""
    await porch.passes("anna", at(9, 50), "out")
    await porch.passes("anna", at(10, 5))
    await porch.react()
    assert (await porch.arrivals(), await porch.told()) == ([], [])


async def test_leaving_is_no_arrival(porch: Porch) -> None:
    await porch.passes("anna", at(9, 20), "out")
    await porch.react()
    assert (await porch.arrivals(), await porch.told()) == ([], [])


@pytest.mark.parametrize("name", ["teacher", "anna"])
async def test_staff_and_a_day_without_lessons_are_never_late(porch: Porch, name: str) -> None:
    await porch.passes(name, at(12, 0, day=MONDAY if name == "teacher" else MONDAY + dt.timedelta(days=1)))
    await porch.react()
    assert (await porch.arrivals(), await porch.told()) == ([], [])


async def test_a_cancelled_first_lesson_begins_no_day(porch: Porch) -> None:
    async with porch.database.begin() as session:
        await session.execute(sa.update(Lesson).where(Lesson.id == porch.world.lessons["5A-1"]).values(cancelled_at=at(7)))
    await porch.passes("anna", at(9, 20))
    await porch.react()
    assert await porch.arrivals() == []
    await porch.passes("boris", at(9, 31))
    await porch.react()
    assert [(row[0], row[3], row[4]) for row in await porch.arrivals()] == [(porch.world.people["boris"], porch.world.lessons["5A-2"], 1)]


async def test_an_earlier_entry_that_becomes_known_changes_the_figure_and_then_takes_it_back(porch: Porch) -> None:
    """A gate without its network uploads the morning's entries at noon."""
    await porch.passes("anna", at(9, 0))
    await porch.react()
    second = await porch.passes("anna", at(8, 40), late=True)
    await porch.react()
    assert [(row[2], row[4]) for row in await porch.arrivals()] == [(second.id, 10)]
    await porch.passes("anna", at(8, 20), late=True)
    await porch.react()
    assert await porch.arrivals() == []
    assert [(kind, payload["minutes"], payload.get("old_minutes"), late) for kind, payload, late in await porch.told()] == [
        ("day.came_late", 30, None, False), ("day.came_late", 10, 30, True), ("day.late_withdrawn", 10, None, True),
    ]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
async def test_the_order_in_which_entries_become_known_does_not_matter(porch: Porch, order: tuple[int, ...]) -> None:
    moments = (at(8, 45), at(9, 10), at(10, 0))
    for place in order:
        await porch.passes("anna", moments[place])
        await porch.react()
    assert [row[4] for row in await porch.arrivals()] == [15]


async def test_a_moment_that_a_broken_clock_guessed_tells_nothing(porch: Porch) -> None:
    await porch.passes("anna", at(9, 0), suspect=True)
    await porch.react()
    assert (await porch.arrivals(), await porch.told()) == ([], [])
    await porch.passes("boris", at(8, 45))
    await porch.react()
    standing = await porch.arrivals()
    await porch.passes("boris", at(8, 40), suspect=True)
    await porch.react()
    assert await porch.arrivals() == standing
    assert len(await porch.told()) == 1


async def test_noticing_again_changes_nothing(porch: Porch) -> None:
    await porch.passes("anna", at(8, 45))
    await porch.react()
    before = (await porch.arrivals(), await porch.told())
    async with porch.database.begin() as session:
        again = await late_arrivals.notice(session, Ref(1, porch.world.people["anna"]), at(8, 45), late=False)
        assert again is not None
        assert again.minutes == 15
    await porch.react()
    assert (await porch.arrivals(), await porch.told()) == before


async def test_passages_of_others_are_not_read(porch: Porch) -> None:
    """However many there are: each pupil's first one is looked up by its key."""
    if porch.database.sqlite:
        pytest.skip("PostgreSQL tells how it has read")
    passage = await porch.passes("anna", at(8, 40))
    columns = [column.name for column in Passage.__table__.columns]
    values = {"id": "gen_random_uuid()", "person_id": "gen_random_uuid()", "sequence": "number"}
    copied = ", ".join(values.get(name, name) for name in columns)
    async with porch.database.engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(sa.text("SET session_replication_role = replica"))  # whose taps are not there
        await connection.execute(sa.text(
            f"INSERT INTO passage ({', '.join(columns)}) SELECT {copied} FROM passage, generate_series(1000, 21000) number"))  # noqa: S608 - names of ours
        await connection.execute(sa.text("RESET session_replication_role"))
        await connection.execute(sa.text("ANALYZE passage, lesson, pupil, late_arrival"))
    async with porch.database.begin() as session:
        noticed = await late_arrivals.notice(session, Ref(1, passage.person_id), passage.happened_at, late=False)
        read = (await session.execute(sa.text("SELECT sum(seq_tup_read) FROM pg_stat_xact_user_tables WHERE starts_with(relname, 'passage')"))).scalar_one()
    assert noticed is not None
    assert noticed.passage_id == passage.id
    assert read < 1_000, "a page or so, and not all of them"


async def test_late_is_after_the_first_bell_of_the_day_s_own_schedule(porch: Porch) -> None:
    schedule = ids.new()
    async with porch.database.begin() as session:
        session.add(BellSchedule(school_id=1, id=schedule, name="Позже", closed_at=None))
        await session.flush()
        session.add(ScheduleBell(school_id=1, schedule_id=schedule, number=1, starts_at=dt.time(9, 10), ends_at=dt.time(9, 40)))
        await session.flush()
        await session.execute(sa.update(Lesson).where(Lesson.id == porch.world.lessons["5A-1"]).values(schedule_id=schedule))
    await porch.passes("anna", at(9, 9))
    await porch.passes("boris", at(9, 12))
    await porch.react()
    assert [(row[0], row[4]) for row in await porch.arrivals()] == [(porch.world.people["boris"], 2)]
