"""The school year: terms, holidays and bells, and the lessons that have to lie in it."""

import datetime as dt
from typing import Any

from school import ids
from school.diary.homework_models import HomeworkRule
from school.diary.models import Lesson
from school.diary.term_models import TermClosing
from school.ids import Kind
from school.registry.bell_models import Bell
from school.registry.calendar_models import Holiday, Term
from school.registry.types import school_id
from tests.diary.desk import NOON, Desk
from tests.diary.test_substitutions import change, substitute

ADD_TERM = """mutation($input: AddTermInput!) { addTerm(input: $input) { __typename
  ... on Refusal { code message } ... on Term { id name kind startsOn endsOn closedAt } } }"""
CHANGE_TERM = """mutation($input: ChangeTermInput!) { changeTerm(input: $input) { __typename
  ... on Refusal { code message } ... on Term { id name kind startsOn endsOn } } }"""
ADD = """mutation($input: AddHolidayInput!) { addHoliday(input: $input) { __typename
  ... on Refusal { code message } ... on Holiday { id schoolId name startsOn endsOn } } }"""
WITHDRAW = """mutation($id: ID!) { withdrawHoliday(holidayId: $id) { __typename ... on Refusal { code message } ... on Holiday { id } } }"""
HOLIDAYS = "query($from: Date!, $to: Date!) { holidays(from: $from, to: $to) { name startsOn endsOn } }"
BELLS = "query($school: ID!) { bells(schoolId: $school) { number startsAt endsAt } }"
SET_BELLS = """mutation($input: SetBellsInput!) { setBells(input: $input) { __typename ... on Refusal { code message } ... on Bells { bells { number } } } }"""
ABSENT = {"__typename": "Refusal", "code": "NOT_FOUND", "message": "No such object."}
TABLES = (Term, Holiday, Bell, Lesson, HomeworkRule)


def days(name: str, first: str, last: str, **more: Any) -> dict[str, Any]:
    """A term or holidays of the first school, under a new id."""
    return {"id": str(ids.new()), "schoolId": school_id(1), "name": name, "startsOn": first, "endsOn": last, **more}


def bad(message: str) -> dict[str, str]:
    """Refused as this."""
    return {"__typename": "Refusal", "code": "BAD_INPUT", "message": message}


async def test_a_term_is_added_once_and_never_over_another(desk: Desk) -> None:
    new = days(" II ", "2027-01-11", "2027-03-31")
    added = await desk.ask("office", ADD_TERM, input=new)
    assert added == {
        "__typename": "Term", "id": added["id"], "name": "II", "kind": "TERM", "startsOn": "2027-01-11", "endsOn": "2027-03-31", "closedAt": None}
    year = await desk.ask("office", ADD_TERM, input=days("Год", "2026-09-01", "2027-08-31", kind="YEAR"))
    assert year["kind"] == "YEAR"
    before = await desk.everything(*TABLES)
    assert await desk.ask("office", ADD_TERM, input=new) == added
    refused = [await desk.ask("office", ADD_TERM, input=one) for one in (
        {**new, "name": "III"}, days("III", "2027-03-31", "2027-04-30"), days("III", "2027-04-30", "2027-04-01"), days(" ", "2027-04-01", "2027-04-30"),
        days("III", "2027-04-01", "2028-04-01"), {**days("III", "2027-04-01", "2027-04-30"), "schoolId": school_id(2)})]
    assert refused == [
        {"__typename": "Refusal", "code": "CONFLICT", "message": "another term has this id"},
        bad("a term lies on these days already: II, 2027-01-11 to 2027-03-31"), bad("endsOn must not lie before startsOn"), bad("name must not be empty"),
        bad("at most 366 days"), ABSENT]
    assert (await desk.ask("teacher", ADD_TERM, input=new))["code"] == "NOT_ALLOWED"
    assert await desk.everything(*TABLES) == before


async def test_a_term_changes_its_days_as_far_as_its_lessons_let_it(desk: Desk) -> None:
    """Lessons to come go with their days; those that are over, or in which somebody has written, do not."""
    term = ids.encode(Kind.TERM, 1, desk.world.terms[1])

    async def to(first: str, last: str, name: str = "I") -> Any:
        return await desk.ask("office", CHANGE_TERM, input={"termId": term, "name": name, "startsOn": first, "endsOn": last})

    for day in (21, 22):
        await desk.add_lesson(f"later {day}", on_date=dt.date(2026, 9, day), bell=1)
    await desk.add_lesson("cancelled", on_date=dt.date(2026, 9, 23), cancelled_at=NOON)
    assert (await to("2026-08-31", "2026-12-31", "Первый"))["__typename"] == "Term"
    with desk.counted() as statements:
        assert (await to("2026-09-01", "2026-09-20"))["endsOn"] == "2026-09-20"
    assert len(statements) == (11 if desk.database.sqlite else 12)
    [(kind, topics, payload)] = await desk.events()
    assert (kind, set(topics)) == ("diary.timetable_changed", {str(desk.world.people[name]) for name in ("anna", "boris")})
    assert payload == {
        "class_group_id": str(desk.world.classes["5A"]), "starts_on": "2026-09-21", "ends_on": "2026-09-22", "made": 0, "moved": 0, "removed": 2}
    assert {date.day for (date,) in await desk.rows(Lesson, "on_date")} == {7, 23}
    before = await desk.everything(*TABLES)
    assert await to("2026-09-08", "2026-09-20") == bad(
        "lessons would lie outside the terms: 4 lessons stand there that are over, changed or written in, the first on 2026-09-07; cancel or move them first")
    elsewhere = {"termId": ids.encode(Kind.TERM, 2, desk.world.terms[2]), "name": "x", "startsOn": "2026-09-01", "endsOn": "2026-09-30"}
    assert await desk.ask("office", CHANGE_TERM, input=elsewhere) == ABSENT
    assert await desk.everything(*TABLES) == before
    async with desk.database.begin() as session:
        session.add(TermClosing(school_id=1, id=desk.world.terms[1], by=desk.world.people["office"], at=NOON))
    assert await to("2026-09-01", "2026-09-30") == {"__typename": "Refusal", "code": "CLOSED", "message": "the term is closed"}
    assert (await to("2026-09-01", "2026-09-20"))["__typename"] == "Term"
    assert await desk.everything(*TABLES) == before


async def test_holidays_are_seen_by_all_and_take_lessons_away(desk: Desk) -> None:
    autumn = days("Осенние каникулы", "2026-10-26", "2026-11-01")
    await desk.add_lesson("on it", on_date=dt.date(2026, 10, 27))
    with desk.counted() as statements:
        added = await desk.ask("office", ADD, input=autumn)
    assert len(statements) == (11 if desk.database.sqlite else 12)
    assert added == {"__typename": "Holiday", **{key: autumn[key] for key in ("schoolId", "name", "startsOn", "endsOn")}, "id": added["id"]}
    assert [payload["removed"] for _, _, payload in await desk.events()] == [1]
    span = {"from": "2026-11-01", "to": "2026-11-07"}
    shown = [{"name": "Осенние каникулы", "startsOn": "2026-10-26", "endsOn": "2026-11-01"}]
    for login in ("parent", "anna", "teacher", "office", "guard"):
        assert await desk.ask(login, HOLIDAYS, **span) == shown
    assert await desk.ask("office2", HOLIDAYS, **span) == await desk.ask("parent", HOLIDAYS, **{"from": "2026-11-02", "to": "2026-11-07"}) == []
    assert await desk.error("parent", HOLIDAYS, **{"from": "2026-01-01", "to": "2027-03-01"}) == ("TOO_MANY", "at most 400 days at once")
    before = await desk.everything(*TABLES)
    [answer] = await substitute(desk, change(desk, date="2026-10-30"))
    assert answer == bad("the date lies in the holidays")
    assert await desk.ask("office", ADD, input=autumn) == added
    assert [await desk.ask("office", ADD, input=one) for one in (
        {**autumn, "name": "Лето"}, days("Карантин", "2026-11-01", "2026-11-03"), days("Карантин", "2026-09-07", "2026-09-08"),
        {**days("Карантин", "2026-11-02", "2026-11-03"), "schoolId": school_id(2)})] == [
        {"__typename": "Refusal", "code": "CONFLICT", "message": "other holidays have this id"},
        bad("other holidays lie on these days already: Осенние каникулы, 2026-10-26 to 2026-11-01"),
        bad("there is school on these days: 4 lessons stand there that are over, changed or written in, the first on 2026-09-07; cancel or move them first"),
        ABSENT]
    assert await desk.ask("office2", WITHDRAW, id=added["id"]) == ABSENT
    assert await desk.everything(*TABLES) == before
    for _ in range(2):
        assert await desk.ask("office", WITHDRAW, id=added["id"]) == {"__typename": "Holiday", "id": added["id"]}
    assert await desk.ask("parent", HOLIDAYS, **span) == []
    [answer] = await substitute(desk, change(desk, date="2026-10-30"))
    assert answer["date"] == "2026-10-30"


async def test_bells_are_set_in_their_order(desk: Desk) -> None:
    def of(*bells: tuple[int, str, str], school: int = 1) -> dict[str, Any]:
        return {"schoolId": school_id(school), "bells": [{"number": number, "startsAt": first, "endsAt": last} for number, first, last in bells]}

    assert (await desk.ask("office", SET_BELLS, input=of((7, "15:00", "15:40"), (8, "15:50", "16:30"))))["bells"][-1] == {"number": 8}
    assert (await desk.ask("parent", BELLS, school=school_id(1)))[6:] == [
        {"number": 7, "startsAt": "15:00:00", "endsAt": "15:40:00"}, {"number": 8, "startsAt": "15:50:00", "endsAt": "16:30:00"}]
    assert await desk.ask("office2", BELLS, school=school_id(1)) == []
    before = await desk.everything(*TABLES)
    assert [await desk.ask("office", SET_BELLS, input=one) for one in (
        of(), of((21, "08:00", "08:40")), of((1, "08:30", "08:30")), of((9, "16:00", "17:00")), of((1, "08:00", "08:10"), (1, "08:00", "08:20")),
        of((1, "08:00", "08:10"), school=2))] == [
        bad("bells are numbered 1 to 20, each once"), bad("bells are numbered 1 to 20, each once"),
        bad("a lesson ends after it has begun, at the school's own times"), bad("a lesson begins when the one before it has ended"),
        bad("bells are numbered 1 to 20, each once"), ABSENT]
    assert await desk.everything(*TABLES) == before
