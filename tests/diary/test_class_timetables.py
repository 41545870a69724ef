"""Timetables of classes: set for a class from a day on, read by the office, and what of them clashes."""

import datetime as dt
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from school import ids
from school.diary.slots import SlotRow
from school.diary.timetable_models import Timetable, TimetableSlot, Weeks
from school.registry.models import Course
from tests.diary.desk import Desk

SET = """mutation($input: SetTimetableInput!) { setTimetable(input: $input) { __typename ... on Refusal { code message }
  ... on Timetable { startsOn until slots { weekday bell room weeks shared courseId } }
  ... on TimetableClashes { clashes { slot code other { weekday bell room weeks subject { name } classGroup { name } } } } } }"""
WEEK = """query($group: ID!, $date: Date!) { timetable(classGroupId: $group, date: $date) { id startsOn until classGroup { name }
  slots { weekday bell room weeks shared subject { name } } courses { id subject { name } teacher { givenName } } } }"""
ABSENT = {"__typename": "Refusal", "code": "NOT_FOUND", "message": "No such object."}


def week(desk: Desk, *slots: tuple[int, int], group: str = "5A", starts_on: str = "2026-09-14", **more: Any) -> dict[str, Any]:
    """A week of a class's one course: weekday and bell."""
    return {"id": str(ids.new()), "classGroupId": desk.group(group), "startsOn": starts_on, "slots": [
        {"courseId": desk.course(group), "weekday": weekday, "bell": bell, **more} for weekday, bell in slots]}


async def set_(desk: Desk, input_: dict[str, Any], login: str = "office") -> Any:
    """The answer."""
    return await desk.ask(login, SET, input=input_)


async def test_a_week_holds_until_the_next_one_begins(desk: Desk) -> None:
    first, then = week(desk, (1, 1), (5, 2), room=" 7 "), week(desk, starts_on="2026-10-05")
    slot = {"weekday": 1, "bell": 1, "room": "7", "weeks": "EVERY", "shared": False, "courseId": desk.course("5A")}
    assert await set_(desk, first) == {
        "__typename": "Timetable", "startsOn": "2026-09-14", "until": None, "slots": [slot, {**slot, "weekday": 5, "bell": 2}]}
    assert await set_(desk, then) == {"__typename": "Timetable", "startsOn": "2026-10-05", "until": None, "slots": []}
    asked = {"group": desk.group("5A")}
    with desk.counted() as statements:
        shown = await desk.ask("office", WEEK, **asked, date="2026-10-04")
    assert len(statements) <= 6
    course = {"id": desk.course("5A"), "subject": {"name": "Алгебра"}, "teacher": {"givenName": "Teacher"}}
    assert (shown["startsOn"], shown["until"], shown["classGroup"], shown["courses"]) == ("2026-09-14", "2026-10-05", {"name": "5A"}, [course])
    assert [(one["weekday"], one["subject"]) for one in shown["slots"]] == [(1, {"name": "Алгебра"}), (5, {"name": "Алгебра"})]
    none = {"id": None, "startsOn": None, "until": None, "classGroup": {"name": "5A"}, "slots": [], "courses": [course]}
    assert await desk.ask("office", WEEK, **asked, date="2026-09-13") == none
    later = await desk.ask("office", WEEK, **asked, date="2027-01-01")
    assert (later["startsOn"], later["slots"]) == ("2026-10-05", [])
    assert (await set_(desk, week(desk, (2, 3), starts_on="2026-09-14")))["until"] == "2026-10-05"
    shown = await desk.ask("office", WEEK, **asked, date="2026-09-14")
    assert [(one["weekday"], one["bell"]) for one in shown["slots"]] == [(2, 3)]
    assert await desk.error("office2", WEEK, **asked, date="2026-09-14") == ("NOT_FOUND", "No such object.")
    assert (await desk.error("teacher", WEEK, **asked, date="2026-09-14"))[0] == "NOT_ALLOWED"
    assert await desk.rows(Timetable, "by") == [(desk.world.people["office"],)] * 3


async def test_what_cannot_be_is_refused_and_changes_nothing(desk: Desk) -> None:
    new = week(desk, (1, 1))
    assert (await set_(desk, new))["__typename"] == "Timetable"
    before = await desk.everything(Timetable, TimetableSlot)
    assert (await set_(desk, new))["__typename"] == "Timetable"
    conflict = {"__typename": "Refusal", "code": "CONFLICT", "message": "another timetable has this id"}
    for other in ({**new, "startsOn": "2026-09-15"}, {**new, "slots": []}, {**new, "slots": [{**new["slots"][0], "shared": True}]}):
        assert await set_(desk, other) == conflict
    foreign = {**week(desk), "slots": [{"courseId": desk.course("6B"), "weekday": 1, "bell": 1}]}
    for input_ in (foreign, week(desk, group="2-5A"), {**week(desk, (1, 1)), "classGroupId": desk.group("6B")}):
        assert await set_(desk, input_) == ABSENT
    assert await set_(desk, new, "office2") == ABSENT
    assert (await set_(desk, new, "teacher"))["code"] == "NOT_ALLOWED"
    assert [(await set_(desk, one))["message"] for one in (
        week(desk, (0, 1)), week(desk, (8, 1)), week(desk, (1, 8)), week(desk, (1, 1), room="x" * 21), week(desk, *[(1, 1)] * 61))] == [
        "weekday is 1 (Monday) to 7", "weekday is 1 (Monday) to 7", "the class has no such bell", "room has at most 20 characters",
        "slots holds at most 60 items"]
    assert await desk.everything(Timetable, TimetableSlot) == before


async def test_clashes_are_named_where_they_are(desk: Desk) -> None:
    """Of class, teacher and room; weeks that never meet do not clash, whenever each timetable has begun; what is shared does not."""
    await set_(desk, week(desk, (1, 1), (2, 2), (3, 3), group="6B", room="101"))
    await desk.change(Course, desk.world.courses["5A"], teacher_id=desk.world.people["class_teacher"])
    other = {"subject": {"name": "Алгебра"}, "weeks": "EVERY", "room": "101"}
    before = await desk.everything(Timetable, TimetableSlot)
    answer = await set_(desk, week(desk, (1, 1), (4, 4), (4, 4)))
    assert answer == {"__typename": "TimetableClashes", "clashes": [
        {"slot": 0, "code": "TEACHER_TAKEN", "other": {**other, "weekday": 1, "bell": 1, "classGroup": {"name": "6B"}}},
        {"slot": 2, "code": "CLASS_TAKEN", "other": {**other, "room": None, "weekday": 4, "bell": 4, "classGroup": {"name": "5A"}}}]}
    await desk.change(Course, desk.world.courses["5A"], teacher_id=desk.world.people["teacher"])
    [clash] = (await set_(desk, week(desk, (1, 1), (4, 4), room="101")))["clashes"]
    assert (clash["slot"], clash["code"]) == (0, "ROOM_TAKEN")
    assert await desk.everything(Timetable, TimetableSlot) == before
    assert (await set_(desk, week(desk, (1, 1), room="101", starts_on="2026-09-01", shared=True)))["__typename"] == "Timetable"
    assert (await set_(desk, week(desk, (2, 2), room="101", starts_on="2026-09-21", weeks="ODD")))["clashes"][0]["slot"] == 0
    await set_(desk, week(desk, group="6B", starts_on="2026-11-02"))
    assert (await set_(desk, week(desk, (2, 2), room="101", starts_on="2026-11-02")))["__typename"] == "Timetable"
    await set_(desk, week(desk, (5, 1), group="6B", starts_on="2026-11-02", room="9", weeks="ODD"))
    assert (await set_(desk, week(desk, (5, 1), starts_on="2026-11-09", room="9", weeks="ODD")))["__typename"] == "Timetable"
    [clash] = (await set_(desk, week(desk, (5, 1), starts_on="2026-11-09", room="9", weeks="EVEN")))["clashes"]
    assert clash["code"] == "ROOM_TAKEN"
    counts = []
    for slots in ([(1, 1)], [(weekday, bell) for weekday in range(1, 7) for bell in range(1, 8)]):
        with desk.counted() as statements:
            assert (await set_(desk, week(desk, *slots, starts_on="2026-09-14", room="5")))["__typename"] == "Timetable"
        counts.append(len(statements))
    assert counts == ([8, 8] if desk.database.sqlite else [9, 9])


@given(st.dates(dt.date(2024, 1, 1), dt.date(2027, 12, 31)), st.integers(1, 7), st.sampled_from(Weeks), st.integers(0, 200), st.integers(0, 200))
def test_a_slot_s_days_are_its_weekday_of_its_weeks(starts_on: dt.date, weekday: int, weeks: Weeks, after: int, length: int) -> None:
    """By looking at each day; odd and even are all, and no day is in both."""
    until = starts_on + dt.timedelta(days=100)
    slot = SlotRow(ids.new(), ids.new(), starts_on, until, 0, ids.new(), weekday, 1, None, weeks, False, ids.new(), ids.new(), None)
    from_, to = starts_on + dt.timedelta(days=after - 50), starts_on + dt.timedelta(days=after - 50 + length)
    monday = starts_on - dt.timedelta(days=starts_on.weekday())
    days = [from_ + dt.timedelta(days=day) for day in range((to - from_).days + 1)]
    at_all = [day for day in days if day.isoweekday() == weekday and 0 <= (day - starts_on).days < 100]
    odd = [day for day in at_all if (day - monday).days // 7 % 2 == 0]
    expected = {Weeks.EVERY: at_all, Weeks.ODD: odd, Weeks.EVEN: [day for day in at_all if day not in odd]}
    assert list(slot.dates(from_, to)) == expected[weeks]
    assert slot.weeks_alike() == [0, 1] if weeks is Weeks.EVERY else len(slot.weeks_alike()) == 1


def test_a_slot_s_days_end_with_the_calendar() -> None:
    first, last = dt.date(9999, 12, 20), dt.date.max  # a Monday, a Friday
    for weekday, days in ((5, [24, 31]), (6, [25])):
        slot = SlotRow(ids.new(), ids.new(), first, None, 0, ids.new(), weekday, 1, None, Weeks.EVERY, False, ids.new(), ids.new(), None)
        assert [date.day for date in slot.dates(first, last)] == days
