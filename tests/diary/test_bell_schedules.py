"""Bell schedules: other hours for a building, set, renamed, closed and given to classes, and what becomes of their lessons."""

import datetime as dt

from school.diary.models import Lesson
from school.registry.bell_models import Bell, BellDay, BellSchedule, ScheduleBell
from school.registry.models import ClassGroup
from school.registry.types import school_id
from tests.diary import bells
from tests.diary.bells import ADD, CLOSE, JUNIOR, RENAME, SCHEDULES, SET, SHORT, add, give, hours, schedule, set_day
from tests.diary.desk import Desk
from tests.diary.test_class_timetables import set_, week
from tests.diary.test_lesson_plan import NONE, plan
from tests.diary.test_school_year import ABSENT, bad
from tests.diary.test_substitutions import TUESDAY, change, free, substitute
from tests.world import MONDAY

TABLES = (Bell, BellSchedule, ScheduleBell, BellDay, ClassGroup, Lesson)
CLOSED = {"__typename": "Refusal", "code": "CLOSED", "message": "the bell schedule is closed"}


def refused(code: str, message: str) -> dict[str, str]:
    """As this."""
    return {"__typename": "Refusal", "code": code, "message": message}


async def test_a_schedule_is_added_renamed_and_closed_once(desk: Desk) -> None:
    new = schedule(" Второй корпус ", JUNIOR)
    with desk.counted() as statements:
        added = await desk.ask("office", ADD, input=new)
    assert len(statements) == (5 if desk.database.sqlite else 6)
    shown = {"id": added["id"], "name": "Второй корпус", "closed": False, "bells": [
        {"number": number, "startsAt": f"{first}:00", "endsAt": f"{last}:00"} for number, first, last in JUNIOR]}
    assert added == {"__typename": "BellSchedule", **shown}
    before = await desk.everything(*TABLES)
    assert await desk.ask("office", ADD, input=new) == added
    with desk.counted() as statements:
        assert await desk.ask("parent", SCHEDULES, school=school_id(1)) == [shown]
    assert len(statements) == 1
    assert await desk.ask("office2", SCHEDULES, school=school_id(1)) == []
    order = "a lesson begins when the one before it has ended"
    assert [await desk.ask("office", ADD, input=one) for one in (
        {**new, "name": "другое"}, schedule(" "), schedule(times=()), schedule(times=((8, "16:00", "16:40"),)), schedule(school=2),
        schedule(times=((1, "08:00", "09:00"), (2, "08:50", "09:30"))))] == [
        refused("CONFLICT", "another bell schedule has this id"), bad("name must not be empty"), bad("bells are numbered 1 to 20, each once"),
        bad("the school has no such bell: its regular bells have all numbers"), ABSENT, bad(order)]
    assert (await desk.ask("teacher", ADD, input=schedule()))["code"] == "NOT_ALLOWED"
    for document, more in ((RENAME, {"name": "чужое"}), (CLOSE, {})):
        assert await desk.ask("office2", document, id=added["id"], **more) == ABSENT
    assert await desk.everything(*TABLES) == before
    assert (await desk.ask("office", RENAME, id=added["id"], name="Начальная школа"))["name"] == "Начальная школа"
    for name in ("6B-1", "6B-2"):
        await desk.change(Lesson, desk.world.lessons[name], room="201")
    await give(desk, "6B", added["id"])
    assert (await desk.ask("office", CLOSE, id=added["id"]))["code"] == "BAD_INPUT"
    await give(desk, "6B", None)
    await set_day(desk, TUESDAY, (None, added["id"]))
    assert await desk.ask("office", CLOSE, id=added["id"]) == bad("a class or a day to come has this bell schedule: give it another one first")
    await set_day(desk, TUESDAY)
    for _ in range(2):
        assert (await desk.ask("office", CLOSE, id=added["id"]))["closed"] is True
    before = await desk.everything(*TABLES)
    assert await give(desk, "6B", added["id"]) == await set_day(desk, TUESDAY, (None, added["id"])) == CLOSED
    assert await desk.ask("office", RENAME, id=added["id"], name="x") == CLOSED
    assert await desk.ask("office", SET, input={"schoolId": school_id(1), "scheduleId": added["id"], "bells": bells.bells(SHORT)}) == CLOSED
    assert await desk.everything(*TABLES) == before


async def test_a_class_has_another_building_s_hours_from_today_on(desk: Desk) -> None:
    """Past lessons keep theirs; whoever teaches in both buildings is in one of them at a time, by the clock and not by the number."""
    junior = await add(desk, "Второй корпус", JUNIOR)
    await desk.add_lesson("past", course="6B", on_date=MONDAY - dt.timedelta(days=3), bell=1)
    await desk.add_lesson("later", course="6B", on_date=TUESDAY, bell=3, room=None)
    before = await desk.everything(*TABLES)
    assert await give(desk, "6B", junior) == refused("ROOM_TAKEN", "lessons 1 and 2 of 2026-09-07 would be at one time, with one room")
    await desk.add_lesson("fourth", course="6B", on_date=TUESDAY, bell=4, room=None)
    assert await give(desk, "6B", junior) == bad(
        "the bell schedule has no bell 4: 1 lessons would be without one, the first on 2026-09-08; move them first")
    await desk.change(Lesson, desk.world.lessons["fourth"], bell=2)
    assert await desk.events() == []
    for name in ("6B-1", "6B-2"):
        await desk.change(Lesson, desk.world.lessons[name], room="201")
    with desk.counted() as statements:
        assert await give(desk, "6B", junior) == {"__typename": "ClassBells", "scheduleId": junior, "classGroup": {"name": "6B"}}
    assert len(statements) == (13 if desk.database.sqlite else 14)
    before = await desk.everything(*TABLES)
    await give(desk, "6B", junior)
    assert await give(desk, "2-5A", junior) == await give(desk, "6B", junior, "office2") == ABSENT
    assert (await give(desk, "6B", None, "teacher"))["code"] == "NOT_ALLOWED"
    assert await desk.everything(*TABLES) == before
    assert await hours(desk, "6B", MONDAY - dt.timedelta(days=3), TUESDAY) == [
        ("09-04 05:30", "06:15"), ("09-07 05:00", "05:40"), ("09-07 06:00", "06:40"), ("09-08 06:00", "06:40"), ("09-08 08:00", "08:40")]
    assert (await hours(desk, "5A", MONDAY))[0] == ("09-07 05:30", "06:15")
    [(kind, _, payload)] = await desk.events()
    assert (kind, payload) == ("diary.bells_changed", {
        "class_group_id": str(desk.world.classes["6B"]), "starts_on": "2026-09-07", "ends_on": "2026-09-08", "lessons": 4,
        "old_begins_at": "2026-09-07T05:30:00+00:00", "old_ends_at": "2026-09-07T07:15:00+00:00", "begins_at": "2026-09-07T05:00:00+00:00",
        "ends_at": "2026-09-07T06:40:00+00:00"})
    await desk.add_lesson("regular", on_date=TUESDAY, bell=2)
    for bell in (2, 4):  # of which the fourth begins while the other building's third goes on
        [answer] = await substitute(desk, change(desk, "regular", teacher="class_teacher", bell=bell))
        assert (answer["code"], answer["message"]) == ("TEACHER_TAKEN", "the teacher gives another lesson then")
    [answer] = await substitute(desk, change(desk, "regular", teacher="class_teacher", bell=5))
    assert answer["bell"] == 5
    [answer] = await substitute(desk, change(desk, "later", bell=1, room="7"))
    assert answer["movedFrom"] == "2026-09-08T08:00:00+00:00"
    assert ("09-08 05:00", "05:40") in await hours(desk, "6B", TUESDAY)
    [answer] = await substitute(desk, change(desk, "later", revision=1, mergeWith="regular"))
    assert answer["code"] == "BAD_INPUT"


async def test_other_hours_of_a_schedule_reach_the_lessons_that_have_it(desk: Desk) -> None:
    """And those of the regular one all others; a number that lessons share with one teacher may not begin to overlap."""
    junior = await add(desk, "Второй корпус", JUNIOR)
    for name in ("6B-1", "6B-2"):
        await desk.change(Lesson, desk.world.lessons[name], room="201")
    await give(desk, "6B", junior)
    later = {"schoolId": school_id(1), "scheduleId": junior, "bells": bells.bells(((2, "09:10", "09:50"), (4, "12:00", "12:40")))}
    with desk.counted() as statements:
        assert [one["number"] for one in (await desk.ask("office", SET, input=later))["bells"]] == [1, 2, 3, 4]
    assert len(statements) == (12 if desk.database.sqlite else 13)
    assert await hours(desk, "6B", MONDAY) == [("09-07 05:00", "05:40"), ("09-07 06:10", "06:50")]
    assert [payload["lessons"] for kind, _, payload in await desk.events() if kind == "diary.bells_changed"] == [2, 1]
    before = await desk.everything(*TABLES)
    await desk.ask("office", SET, input=later)
    foreign = {**later, "schoolId": school_id(2)}
    assert await desk.ask("office", SET, input=foreign) == await desk.ask("office2", SET, input=foreign) == ABSENT
    eighth = {**later, "bells": bells.bells(((8, "18:00", "18:40"),))}
    assert await desk.ask("office", SET, input=eighth) == bad("the school has no such bell: its regular bells have all numbers")
    assert await desk.everything(*TABLES) == before
    await desk.change(Lesson, desk.world.lessons["6B-2"], room="101")
    regular = {"schoolId": school_id(1), "bells": bells.bells(((1, "08:20", "09:05"), (2, "09:50", "10:20")))}
    assert (await desk.ask("office", SET, input=regular))["__typename"] == "Bells"
    assert await hours(desk, "5A", MONDAY) == [("09-07 05:20", "06:05"), ("09-07 06:50", "07:20")]
    again = {"schoolId": school_id(1), "bells": bells.bells(((2, "09:40", "10:20"),))}
    before = await desk.everything(*TABLES)
    assert (await desk.ask("office", SET, input=again))["code"] == "ROOM_TAKEN"
    assert await desk.everything(*TABLES) == before


async def test_lessons_are_planned_with_the_hours_of_their_day(desk: Desk) -> None:
    """A week of a class clashes by its usual hours; what a day's schedule lacks is not made there."""
    junior, short = await add(desk, "Второй корпус", JUNIOR), await add(desk, times=SHORT[:2])
    for name in ("6B-1", "6B-2"):
        await desk.change(Lesson, desk.world.lessons[name], room="201")
    await give(desk, "6B", junior)
    assert (await set_(desk, week(desk, (1, 4), group="6B")))["message"] == "the class has no such bell"
    await set_(desk, week(desk, (1, 2), (2, 3), group="6B", room="5"))
    [clash] = (await set_(desk, week(desk, (1, 1), (2, 1), room="5")))["clashes"]
    assert (clash["slot"], clash["code"]) == (0, "ROOM_TAKEN")
    assert (await set_(desk, week(desk, (1, 3), (2, 1), (2, 3))))["__typename"] == "Timetable"
    tuesday = dt.date(2026, 9, 15)
    await set_day(desk, tuesday, (None, short), (junior, None))
    made, unmade = await plan(desk, last="2026-09-20")
    assert made == {**NONE, "made": 4, "unmade": 1}
    assert [(one["date"], one["bell"], one["code"], one["message"]) for one in unmade] == [
        ("2026-09-15", 3, "BAD_INPUT", "the class has no such bell on that day")]
    assert await hours(desk, "5A", MONDAY + dt.timedelta(days=7), tuesday) == [("09-14 07:30", "08:15"), ("09-15 05:30", "06:00")]
    assert await hours(desk, "6B", MONDAY + dt.timedelta(days=7), tuesday) == [("09-14 06:00", "06:40"), ("09-15 07:30", "08:15")]
    before = await desk.everything(*TABLES)
    assert (await plan(desk, last="2026-09-20"))[0] == {**NONE, "kept": 4, "unmade": 1}
    assert await desk.everything(*TABLES) == before


async def test_statements_do_not_grow_with_lessons(desk: Desk) -> None:
    await free(desk, "helper")
    counts = list[int]()
    for number in (1, 30):
        junior = await add(desk, f"Корпус {number}", JUNIOR)
        for day in range(number):
            await desk.add_lesson(f"{number} {day}", course="6B", on_date=MONDAY + dt.timedelta(days=day + 1), bell=1 + day % 3, room=None)
        for name in ("6B-1", "6B-2"):
            await desk.change(Lesson, desk.world.lessons[name], room=None)
        with desk.counted() as statements:
            assert (await give(desk, "6B", junior))["scheduleId"] == junior
        counts.append(len(statements))
        await give(desk, "6B", None)
    assert counts[0] == counts[1]


