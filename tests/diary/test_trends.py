"""How marks go week by week, and who may need help by the stated rule; all by hand."""

import datetime as dt
from fractions import Fraction
from typing import Any

import pytest_asyncio

from school import ids
from school.ids import Kind
from school.registry.models import Course, Pupil
from school.registry.types import school_id
from tests.diary.desk import NOON, Desk
from tests.diary.test_class_moves import move
from tests.diary.test_corrections import withdraw
from tests.diary.test_marks import ABSENT, give, item
from tests.diary.test_scales import PASSED, add, mark_on
from tests.world import MONDAY

TREND = """query($child: ID!, $from: Date!, $to: Date!) { markTrend(childId: $child, from: $from, to: $to) {
  subject { name } scale { name } weeks { week marks average { numerator denominator decimal } } } }"""
COURSE = """query($course: ID!, $from: Date!, $to: Date!) { courseTrend(courseId: $course, from: $from, to: $to) {
  course { id } weeks { week average { decimal } values { value label count } } } }"""
RISKS = """query($school: ID!, $from: Date!, $to: Date!, $first: Int! = 50, $after: String) {
  pupilsAtRisk(schoolId: $school, from: $from, to: $to, first: $first, after: $after) {
    edges { node { person { givenName } course { subject { name } } marks average { decimal } recent { decimal } earlier { decimal } low falling } }
    pageInfo { hasNextPage endCursor } } }"""
DAYS = {"from": "2026-07-06", "to": "2026-09-07"}


@pytest_asyncio.fixture
async def lessons(desk: Desk) -> Desk:
    """Lessons of the weeks before, and pupils who were there."""
    for name in ("anna", "boris", "vera"):
        await desk.change(Pupil, desk.world.people[name], enrolled_on=dt.date(2026, 7, 1))
    for weeks in (1, 3, 4, 5, 8):
        await desk.add_lesson(f"-{weeks}", on_date=MONDAY - dt.timedelta(weeks=weeks))
    return desk


async def at_risk(desk: Desk, login: str = "office", school: int = 1, **values: Any) -> list[tuple[Any, ...]]:
    """Who is named, and why."""
    found = await desk.ask(login, RISKS, school=school_id(school), **{**DAYS, **values})
    return [(node["person"]["givenName"], node["average"]["decimal"], *(node[name] and node[name]["decimal"] for name in ("earlier", "recent")), node["low"],
             node["falling"]) for node in (edge["node"] for edge in found["edges"])]


async def test_a_child_s_trend_is_exact_and_of_what_counts(lessons: Desk) -> None:
    desk = lessons
    await give(desk, item(desk, value=5, weight=2), item(desk, value=4), item(desk, "boris", value=2), lesson="-1")
    [first, gone] = await give(desk, item(desk, value=2), item(desk, value=2))
    await give(desk, item(desk, value=4, retakeOf=first["id"], replaces=True))
    await withdraw(desk, gone["id"], 1)
    with desk.counted() as statements:
        found = await desk.ask("parent", TREND, child=desk.person("anna"), **DAYS)
    assert len(statements) == 1, statements
    assert found == [{"subject": {"name": "Алгебра"}, "scale": {"name": "5"}, "weeks": [
        {"week": "2026-08-31", "marks": 2, "average": {"numerator": 14, "denominator": 3, "decimal": "4.67"}},
        {"week": "2026-09-07", "marks": 1, "average": {"numerator": 4, "denominator": 1, "decimal": "4.00"}}]}]
    for login in ("anna", "teacher", "office"):
        assert await desk.ask(login, TREND, child=desk.person("anna"), **DAYS) == found
    absent = tuple(ABSENT.values())
    for login in ("other_parent", "teacher2", "guard"):
        assert await desk.error(login, TREND, child=desk.person("anna"), **DAYS) == absent
    assert (await desk.error("parent", TREND, child=desk.person("anna"), **{**DAYS, "to": "2027-07-06"}))[0] == "TOO_MANY"
    course = await desk.ask("teacher", COURSE, course=desk.course("5A"), **DAYS)
    assert course["weeks"] == [
        {"week": "2026-08-31", "average": {"decimal": "4.00"}, "values": [
            {"value": value, "label": str(value), "count": 1} for value in (2, 4, 5)]},
        {"week": "2026-09-07", "average": {"decimal": "4.00"}, "values": [{"value": 4, "label": "4", "count": 1}]}]
    assert await desk.ask("class_teacher", COURSE, course=desk.course("5A"), **DAYS) == course
    assert await desk.error("teacher2", COURSE, course=desk.course("5A"), **DAYS) == absent


async def test_who_may_need_help_by_the_rule(lessons: Desk) -> None:
    desk = lessons
    fine = [item(desk, value=5), item(desk, value=5)]
    await give(desk, *fine, *(item(desk, "boris", value=value) for value in (2, 3)), lesson="-5")
    await give(desk, item(desk, value=4), lesson="-3")
    assert await at_risk(desk) == [], "2.50 is not below 2.5, and one mark is no fall"
    with desk.counted() as statements:
        await at_risk(desk)
    assert len(statements) == 1, statements
    [last] = await give(desk, item(desk, value=5))
    assert await at_risk(desk) == [("Anna", "4.75", "5.00", "4.50", False, True)], "half a mark is a fall"
    await give(desk, item(desk, "boris", value=2))
    both = [("Anna", "4.75", "5.00", "4.50", False, True), ("Boris", "2.33", "2.50", "2.00", True, False)]
    for login in ("office", "teacher", "class_teacher"):
        assert await at_risk(desk, login) == both
    assert await at_risk(desk, "teacher2") == await at_risk(desk, "office2") == await at_risk(desk, school=2) == []
    page = await desk.ask("office", RISKS, school=school_id(1), first=1, **DAYS)
    assert page["pageInfo"]["hasNextPage"]
    assert await at_risk(desk, first=1, after=page["pageInfo"]["endCursor"]) == both[1:]
    await withdraw(desk, last["id"], 1)
    assert await at_risk(desk) == both[1:]
    await desk.change(Pupil, desk.world.people["boris"], left_on=MONDAY)
    assert await at_risk(desk) == []
    for login in ("parent", "anna", "guard"):
        assert (await desk.error(login, RISKS, school=school_id(1), **DAYS))[0] == "NOT_ALLOWED"


async def test_four_weeks_are_those_of_the_last_day_asked_for(lessons: Desk) -> None:
    desk = lessons
    await give(desk, item(desk, value=5), item(desk, value=5), lesson="-4")
    await give(desk, item(desk, value=3), item(desk, value=4), lesson="-3")
    assert await at_risk(desk) == [("Anna", "4.25", "5.00", "3.50", False, True)], "the day four weeks ago is before"
    assert await at_risk(desk, to="2026-09-06") == [], "and the day after is not"
    assert Fraction(5) - Fraction(7, 2) >= Fraction(5 - 2, 6)


async def test_the_first_days_of_the_calendar_have_no_weeks_before(desk: Desk) -> None:
    assert await at_risk(desk, **{"from": "0001-01-01", "to": "0001-01-20"}) == []


async def test_pass_and_fail_name_nobody(lessons: Desk) -> None:
    desk = lessons
    await mark_on(desk, (await add(desk, name="Зачёт", lowest=0, highest=1, counts=False, labels=PASSED))["id"])
    await give(desk, item(desk, value=0), item(desk, value=0))
    assert await at_risk(desk) == []
    assert await desk.ask("parent", TREND, child=desk.person("anna"), **DAYS) == []
    course = await desk.ask("teacher", COURSE, course=ids.encode(Kind.COURSE, 1, desk.world.courses["5A"]), **DAYS)
    assert course["weeks"] == [{"week": "2026-09-07", "average": None, "values": [{"value": 0, "label": "незачёт", "count": 2}]}]


async def test_nobody_is_named_in_a_course_of_a_former_class_or_a_closed_one(lessons: Desk) -> None:
    desk = lessons
    await give(desk, item(desk, value=2), item(desk, "boris", value=2), lesson="-1")
    await move(desk, on=MONDAY)
    assert await at_risk(desk) == [("Boris", "2.00", None, "2.00", True, False)]
    assert len(await at_risk(desk, to=(MONDAY - dt.timedelta(days=1)).isoformat())) == 2, "of the days until then both were"
    await desk.change(Course, desk.world.courses["5A"], closed_at=NOON)
    assert await at_risk(desk) == []
