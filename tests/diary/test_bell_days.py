"""Bell days: a day with other bells than usual, and every place that tells when its lessons are."""

import datetime as dt

import sqlalchemy as sa

from school import clock
from school.clock import Clock
from school.diary.models import Lesson
from school.diary.term_models import TermClosing
from school.registry.bell_models import BellDay
from school.registry.models import School
from tests.diary.bells import CHILD, DAYS, JUNIOR, SHORT, add, give, hours, set_day
from tests.diary.desk import NOON, Desk
from tests.diary.division import divide
from tests.diary.test_bell_schedules import TABLES
from tests.diary.test_calendar import entries, file_of, told, uid
from tests.diary.test_registers import unfilled
from tests.diary.test_school_year import ABSENT, bad
from tests.diary.test_substitutions import TUESDAY, change, substitute
from tests.world import MONDAY

TWO_DAYS = {"from": str(MONDAY), "to": str(TUESDAY)}


async def test_a_day_is_shortened_and_taken_back(desk: Desk) -> None:
    """For the classes of the regular bells alone; their families are told once, and see new moments wherever they look."""
    short, junior = await add(desk), await add(desk, "Второй корпус", JUNIOR)
    for name in ("6B-1", "6B-2"):
        await desk.change(Lesson, desk.world.lessons[name], room="201")
    await desk.add_lesson("elsewhere", course="6B", on_date=TUESDAY, bell=1, room="9")
    await give(desk, "6B", junior)
    for name, bell in (("first", 1), ("third", 3)):
        await desk.add_lesson(name, on_date=TUESDAY, bell=bell)
    await desk.add_lesson("cancelled", on_date=TUESDAY, bell=2, cancelled_at=NOON)
    heard = len(await desk.events())
    with desk.counted() as statements:
        answer = await set_day(desk, TUESDAY, (None, short), (junior, junior))
    assert len(statements) == (13 if desk.database.sqlite else 14)
    shown = {"date": str(TUESDAY), "usualScheduleId": None, "scheduleId": short, "name": "Сокращённый день"}
    assert answer == {"__typename": "BellDays", "days": [shown]}
    before = await desk.everything(*TABLES)
    assert await set_day(desk, TUESDAY, (None, short)) == answer
    assert await desk.everything(*TABLES) == before
    assert await hours(desk, "5A", TUESDAY) == [("09-08 05:30", "06:00"), ("09-08 06:10", "06:40"), ("09-08 06:50", "07:20")]
    assert await hours(desk, "6B", TUESDAY) == [("09-08 05:00", "05:40")]
    with desk.counted() as statements:
        assert await desk.ask("parent", DAYS, **TWO_DAYS) == [shown]
    assert len(statements) == 1
    with desk.counted() as statements:
        assert await desk.ask("parent", CHILD, child=desk.person("anna"), **TWO_DAYS) == [shown]
    assert len(statements) == 1
    assert await desk.ask("office", CHILD, child=desk.person("vera"), **TWO_DAYS) == await desk.ask("office2", DAYS, **TWO_DAYS) == []
    assert await desk.error("office2", CHILD, child=desk.person("anna"), **TWO_DAYS) == ("NOT_FOUND", "No such object.")
    [(kind, topics, payload)] = (await desk.events())[heard:]
    assert (kind, set(topics)) == ("diary.bells_changed", {str(desk.world.people[name]) for name in ("anna", "boris")})
    assert payload == {
        "class_group_id": str(desk.world.classes["5A"]), "starts_on": str(TUESDAY), "ends_on": str(TUESDAY), "lessons": 2,
        "old_begins_at": "2026-09-08T05:30:00+00:00", "old_ends_at": "2026-09-08T08:15:00+00:00", "begins_at": "2026-09-08T05:30:00+00:00",
        "ends_at": "2026-09-08T07:20:00+00:00"}
    calendar = entries(await file_of(desk, "parent", "anna"))
    assert [told(calendar[uid(desk, name)])[0::3] for name in ("third", "5A-1")] == [("09-08 06:50-07:20", 1), ("09-07 05:30-06:15", 0)]
    assert await set_day(desk, TUESDAY) == {"__typename": "BellDays", "days": []}
    assert (await hours(desk, "5A", TUESDAY))[-1] == ("09-08 07:30", "08:15")
    calendar = entries(await file_of(desk, "parent", "anna"))
    assert told(calendar[uid(desk, "third")])[0::3] == ("09-08 07:30-08:15", 2)
    assert await desk.rows(BellDay, "on_date", "withdrawn_at") == [(TUESDAY, NOON)]
    assert (await set_day(desk, TUESDAY, (None, short), (junior, short)))["days"][0] == shown
    assert await hours(desk, "6B", TUESDAY) == [("09-08 05:30", "06:00")]


async def test_what_cannot_be_is_refused_and_nothing_changes(desk: Desk) -> None:
    short, junior = await add(desk), await add(desk, "Второй корпус", JUNIOR)
    await desk.add_lesson("fourth", on_date=TUESDAY, bell=4)
    await desk.add_lesson("far", on_date=TUESDAY + dt.timedelta(days=1), bell=1)
    await desk.add_lesson("guest", course="6B", on_date=TUESDAY + dt.timedelta(days=1), bell=1, merged_with_id=desk.world.lessons["far"])
    async with desk.database.begin() as session:
        session.add(TermClosing(school_id=2, id=desk.world.terms[2], by=desk.world.people["office2"], at=NOON))
    before = await desk.everything(*TABLES)
    past = MONDAY - dt.timedelta(days=1)
    assert [await set_day(desk, *one) for one in ((past, (None, short)), (TUESDAY, (None, short)), (TUESDAY, (None, short), (None, junior)))] == [
        bad("the day lies in the past, or more than a year ahead"),
        bad("the bell schedule has no bell 4: 1 lessons would be without one, the first on 2026-09-08; move them first"),
        bad("one usual schedule is named twice")]
    for login in ("office2", "teacher"):
        assert (await set_day(desk, TUESDAY, (None, short), login=login))["code"] in {"NOT_FOUND", "NOT_ALLOWED"}
    assert await set_day(desk, TUESDAY, *[(None, None)] * 51) == {
        "__typename": "Refusal", "code": "TOO_MANY", "message": "schedules holds at most 50 items"}
    assert await desk.everything(*TABLES) == before
    await give(desk, "6B", None)
    assert await desk.everything(*TABLES) == before
    async with desk.database.begin() as session:
        session.add(TermClosing(school_id=1, id=desk.world.terms[1], by=desk.world.people["office"], at=NOON))
    before = await desk.everything(*TABLES)
    assert (await set_day(desk, MONDAY, (None, short)))["code"] == "CLOSED"
    assert await desk.everything(*TABLES) == before
    assert await give(desk, "2-5A", None) == ABSENT


async def test_a_family_is_told_of_the_hours_of_its_own_groups(desk: Desk) -> None:
    """Once: of the first group's third lesson Anna's, of the second group's first one Boris's, and of the class's second both, as who is in no group."""
    await divide(desk)
    short = await add(desk)
    async with desk.database.read() as session:
        parts = {room: part for room, part in await session.execute(sa.select(Lesson.room, Lesson.pupil_group_id)) if part is not None}
    await desk.add_pupils("Новый", "Новая")
    await desk.add_lesson("whole", on_date=TUESDAY, bell=2)
    await desk.add_lesson("first", course="en1", on_date=TUESDAY, bell=3, pupil_group_id=parts["1"])
    await desk.add_lesson("second", course="en2", on_date=TUESDAY, bell=1, pupil_group_id=parts["2"])
    names, heard = {str(id_): name for name, id_ in desk.world.people.items()}, len(await desk.events())
    with desk.counted() as statements:
        await set_day(desk, TUESDAY, (None, short))
    assert len(statements) == (13 if desk.database.sqlite else 14)
    news = [({names[topic] for topic in topics}, payload["lessons"], [payload[key][11:16] for key in ("old_begins_at", "old_ends_at", "begins_at", "ends_at")])
            for kind, topics, payload in (await desk.events())[heard:] if kind == "diary.bells_changed"]
    assert sorted(news, key=lambda one: (one[1], one[2])) == [
        ({"Новый", "Новая"}, 1, ["06:30", "07:15", "06:10", "06:40"]), ({"boris"}, 2, ["05:30", "07:15", "05:30", "06:40"]),
        ({"anna"}, 2, ["06:30", "08:15", "06:10", "07:20"])]


async def test_a_cancelled_lesson_is_in_no_day_s_way(desk: Desk) -> None:
    """It keeps the bell that the day has not, and is not held after all at it, unless the day has it again, or the lesson is moved."""
    short = await add(desk)
    for name in ("fourth", "other"):
        await desk.add_lesson(name, on_date=TUESDAY, bell=4)
        await substitute(desk, change(desk, name, cancelled=True))
    shown = [("09-08 08:30", "09:15")] * 2
    assert (await set_day(desk, TUESDAY, (None, short)))["__typename"] == "BellDays"
    assert await hours(desk, "5A", TUESDAY) == shown
    assert await desk.rows(Lesson, "schedule_id", "retimed") == [(None, 0)] * len(desk.world.lessons)
    before = await desk.everything(*TABLES)
    assert [one["message"] for one in await substitute(desk, change(desk, "fourth", revision=1))] == ["the class has no such bell on that day"]
    assert await desk.everything(*TABLES) == before
    [moved] = await substitute(desk, change(desk, "other", revision=1, bell=3))
    assert (moved["bell"], moved["cancelled"]) == (3, False)
    assert await hours(desk, "5A", TUESDAY) == [("09-08 06:50", "07:20"), shown[0]]
    await set_day(desk, TUESDAY)
    assert [one["cancelled"] for one in await substitute(desk, change(desk, "fourth", revision=1))] == [False]


async def test_lessons_that_are_held_together_stay_so(desk: Desk) -> None:
    """A teacher who gives two classes at once is not torn apart by one class's other bells."""
    junior = await add(desk, "Второй корпус", JUNIOR)
    await desk.add_lesson("host", on_date=TUESDAY, bell=1)
    await desk.add_lesson("guest", course="6B", on_date=TUESDAY, bell=1)
    await substitute(desk, change(desk, "guest", mergeWith="host"))
    for name in ("6B-1", "6B-2"):
        await desk.change(Lesson, desk.world.lessons[name], room="201")
    before = await desk.everything(*TABLES)
    assert await give(desk, "6B", junior) == bad("two lessons of 2026-09-08 are held together and would begin apart: take that back first")
    assert await desk.everything(*TABLES) == before


async def test_a_lesson_has_the_bells_of_the_day_to_which_it_is_moved(desk: Desk) -> None:
    """And where it was to be, those of that day, also if they become others later."""
    short = await add(desk)
    wednesday = TUESDAY + dt.timedelta(days=1)
    await desk.add_lesson("moved", on_date=wednesday, bell=2)
    await set_day(desk, TUESDAY, (None, short))
    [answer] = await substitute(desk, change(desk, "moved", date=str(TUESDAY), bell=3))
    assert answer["movedFrom"] == "2026-09-09T06:30:00+00:00"
    assert await hours(desk, "5A", TUESDAY) == [("09-08 06:50", "07:20")]
    assert (await substitute(desk, change(desk, "moved", revision=1, date=str(TUESDAY), bell=4)))[0]["message"] == "the class has no such bell on that day"
    await set_day(desk, wednesday, (None, short))
    [answer] = await substitute(desk, change(desk, "moved", revision=1, date=str(TUESDAY), bell=1))
    assert answer["movedFrom"] == "2026-09-09T06:10:00+00:00"
    await substitute(desk, change(desk, "moved", revision=2))
    assert await hours(desk, "5A", TUESDAY, wednesday) == [("09-09 06:10", "06:40")]


async def test_a_child_is_told_of_days_that_are_not_over(desk: Desk) -> None:
    """By the school's own time, and whatever the class's usual bells are by then."""
    short = await add(desk)
    for day in (MONDAY, TUESDAY):
        await set_day(desk, day, (None, short))
    for hour, days in ((20, [MONDAY, TUESDAY]), (21, [TUESDAY]), (45, [])):  # in Moscow it is three hours later
        now = dt.datetime.combine(MONDAY, dt.time(), dt.UTC) + dt.timedelta(hours=hour)
        clock.use(Clock(now, now, 0))
        assert [one["date"] for one in await desk.ask("parent", CHILD, child=desk.person("anna"), **TWO_DAYS)] == [str(day) for day in days]
        assert len(await desk.ask("parent", DAYS, **TWO_DAYS)) == 2


async def test_a_register_is_missed_once_the_shortened_lesson_is_over(desk: Desk) -> None:
    short = await add(desk, times=((1, "14:00", "14:30"), (2, "14:31", "14:45"), (3, "14:46", "14:58"), (7, "15:10", "15:20")))
    await desk.add_lesson("third", bell=3)
    await desk.add_lesson("later", bell=7)  # by regular bells until 15:15, and it is 15:00
    await set_day(desk, MONDAY, (None, short))
    assert [name for name, _, _ in await unfilled(desk, "teacher")] == ["third", "5A-2", "5A-1"]
    after = dt.datetime(2026, 9, 7, 12, 19, tzinfo=dt.UTC)
    clock.use(Clock(after, after, 0))
    assert (await unfilled(desk, "teacher"))[0][0] == "third"
    after += dt.timedelta(minutes=1)
    clock.use(Clock(after, after, 0))
    assert (await unfilled(desk, "teacher"))[0][0] == "later"


async def test_moments_are_right_on_both_sides_of_a_change_of_clocks(desk: Desk) -> None:
    """Europe/Berlin puts its clocks back on 25 October 2026, a Sunday: the same shortened bells, an hour later in UTC."""
    async with desk.database.begin() as session:
        school = await session.get(School, 1)
        assert school is not None
        school.time_zone = "Europe/Berlin"
    short = await add(desk, times=SHORT)
    friday, monday = dt.date(2026, 10, 23), dt.date(2026, 10, 26)
    for number, date in enumerate((friday, monday)):
        await desk.add_lesson(f"lesson {number}", on_date=date, bell=2)
        await set_day(desk, date, (None, short))
    assert await hours(desk, "5A", friday, monday) == [("10-23 07:10", "07:40"), ("10-26 08:10", "08:40")]
    assert [payload["old_begins_at"][11:16] for _, _, payload in await desk.events()] == ["07:30", "08:30"]
