"""A school goes over to its next year: classes, pupils and courses of the new one, what is read of the old one, and every refusal."""

import datetime as dt
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from school import clock, ids
from school.clock import Clock
from school.diary.models import CourseScale
from school.diary.school_year_models import SchoolYear
from school.ids import Kind
from school.registry.calendar_models import TermKind
from school.registry.former_class_models import FormerClass
from school.registry.group_models import GroupMember
from school.registry.models import ClassGroup, Course, Pupil, Staff, Subject
from school.registry.types import school_id
from tests.diary import bells
from tests.diary.desk import NOON, Desk
from tests.diary.division import GROUPS, divide
from tests.diary.test_class_moves import move
from tests.diary.test_courses import ADD_CLASS
from tests.diary.test_marks import ABSENT, give, item
from tests.diary.test_report_cards import cards
from tests.diary.test_term_marks import CLOSE, OPEN, add_term, term

JUNE, SEPTEMBER = dt.datetime(2027, 6, 10, 9, tzinfo=dt.UTC), dt.datetime(2027, 9, 1, 12, tzinfo=dt.UTC)
FIRST = dt.date(2027, 9, 1)
PLAN = """query($input: NextSchoolYearInput!) {nextSchoolYear(input: $input) {
  classes {classGroup {name} becomes leaves pupils courses} newcomers obstacles started {startsOn}}}"""
START = """mutation($input: StartSchoolYearInput!) {startSchoolYear(input: $input) {
  ... on SchoolYear {id startsOn startedAt classes pupils leavers courses} ... on Refusal {code message}}}"""
CLASSES = "query($id: ID!) {schoolClasses(schoolId: $id) {classGroup {name} teacher {givenName} pupils courses}}"
BOOK = """query($id: ID!, $from: Date!, $to: Date!) {gradebook(courseId: $id, from: $from, to: $to) {
  course {classGroup {name}} pupils {person {id} leftOn marks {value}}}}"""
TABLES = (SchoolYear, ClassGroup, Course, CourseScale, Pupil, FormerClass)
COURSE_OF = "{myCourses {id subject {name} classGroup {name}}}"
MARKS = "query($id: ID!) {marks(childId: $id, first: 10) {edges {node {value date}}}}"
CARDS = "query($term: ID) {reportCardClasses(termId: $term) {id name}}"
SUMMER = "a term of the old year is open; since the year has begun no term was closed: it was started already, or is not over"


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    """It is summer: the lessons of the year are over."""
    at(JUNE)
    yield
    clock.use(Clock())


def at(now: dt.datetime) -> None:
    """The clock stands still here."""
    clock.use(Clock(now, now, 0))


def asked(**more: Any) -> dict[str, Any]:
    """A year that begins with September, with two new classes; after the sixth grade pupils leave."""
    return {
        "schoolId": school_id(1), "startsOn": FIRST.isoformat(), "lastGrade": 6,
        "newClasses": [{"grade": 1, "letter": " А "}, {"grade": 5, "letter": "A"}], **more}


async def start(desk: Desk, login: str = "office", **more: Any) -> Any:
    """The answer of startSchoolYear."""
    return await desk.ask(login, START, input=asked(**{"id": str(ids.new()), **more}))


async def close(desk: Desk) -> None:
    """The one term of the old year."""
    assert (await desk.ask("office", CLOSE, term=term(desk)))["closedAt"]


async def test_a_school_goes_over_to_its_next_year(desk: Desk) -> None:
    at(NOON)
    anna, vera, old = desk.person("anna"), str(desk.world.people["vera"]), desk.course("5A")
    await give(desk, item(desk, value=4))
    at(JUNE)
    plan = {
        "classes": [{"classGroup": {"name": "5A"}, "becomes": "6A", "leaves": False, "pupils": 2, "courses": 1},
                    {"classGroup": {"name": "6B"}, "becomes": None, "leaves": True, "pupils": 1, "courses": 1}],
        "newcomers": 0, "obstacles": ["TERM_OPEN", "YEAR_NOT_OVER"], "started": None}
    assert await desk.ask("office", PLAN, input=asked()) == plan
    await close(desk)
    assert await desk.ask("office", PLAN, input=asked()) == {**plan, "obstacles": []}
    id_, before = str(ids.new()), len(await desk.events())
    started = await start(desk, id=id_)
    assert started == {
        "id": ids.encode(Kind.SCHOOL_YEAR, 1, ids.client_id(id_)), "startsOn": "2027-09-01", "startedAt": JUNE.isoformat(), "classes": 1, "pupils": 2,
        "leavers": 1, "courses": 1}
    told, everything = (await desk.events())[before:], await desk.everything(*TABLES)
    assert await start(desk, id=id_) == started, "the same again is harmless"
    assert (await start(desk, id=id_, withCourses=False))["message"] == "another school year has this id"
    assert (await start(desk))["message"].split("; ")[0] == SUMMER.split("; ")[1], "twice"
    assert await desk.everything(*TABLES) == everything
    assert await desk.ask("office", CLASSES, id=school_id(1)) == [
        {"classGroup": {"name": "1А"}, "teacher": None, "pupils": 0, "courses": 0},
        {"classGroup": {"name": "5A"}, "teacher": None, "pupils": 0, "courses": 0},
        {"classGroup": {"name": "6A"}, "teacher": {"givenName": "Class_Teacher"}, "pupils": 2, "courses": 1}]
    new = {row[0] for row in await desk.rows(ClassGroup, "id", "closed_on") if row[1] is None}
    of_old = str(desk.world.classes["5A"])
    [sixth] = {payload["class_group_id"] for kind, _, payload in told if kind == "diary.pupil_moved"}
    assert sixth in {str(one) for one in new}
    assert sorted((kind, topics[0], payload) for kind, topics, payload in told) == sorted([
        *(("diary.pupil_moved", pupil, {"person_id": pupil, "class_group_id": sixth, "old_class_group_id": of_old, "on": "2027-09-01"})
          for pupil in (str(desk.world.people[name]) for name in ("anna", "boris"))),
        ("registry.pupil_ended", told[-1][1][0], {"person_id": vera, "on": "2027-09-01"})], key=lambda one: one[:2])
    assert [row for row in await desk.rows(Pupil, "id", "left_on") if row[1] is not None] == [(desk.world.people["vera"], FIRST)]
    assert len(await desk.rows(FormerClass, "pupil_id")) == 2

    # The old year is read as before.
    found = await desk.ask("teacher", BOOK, id=old, **{"from": "2026-09-01", "to": "2026-12-30"})
    assert found["course"] == {"classGroup": {"name": "5A"}}
    assert {row["person"]["id"]: (row["leftOn"], [mark["value"] for mark in row["marks"]]) for row in found["pupils"]} == {
        anna: ("2027-09-01", [4]), desk.person("boris"): ("2027-09-01", [])}
    assert [edge["node"] for edge in (await desk.ask("parent", MARKS, id=anna))["edges"]] == [{"value": 4, "date": "2026-09-07"}]
    for login in ("parent", "class_teacher", "office"):
        card = await cards(desk, login, "anna", desk.world.terms[1])
        assert (card.group, [(line.subject, line.marks) for line in card.cards[0].lines]) == ("5A", [("Алгебра", 1)])
    assert len((await cards(desk, "office", "5A", desk.world.terms[1], Kind.CLASS_GROUP)).cards) == 2
    assert await desk.ask("class_teacher", CARDS, term=term(desk)) == [{"id": desk.group("5A"), "name": "5A"}]
    assert [one["name"] for one in await desk.ask("class_teacher", CARDS, term=None)] == ["6A"]

    # And the new one goes on: a term, a lesson, a mark.
    at(SEPTEMBER)
    autumn = await add_term(desk, TermKind.TERM, FIRST, dt.date(2027, 10, 30))
    [course] = await desk.ask("teacher", COURSE_OF)
    assert (course["subject"]["name"], course["classGroup"]["name"]) == ("Алгебра", "6A")
    desk.world.courses["6A"], desk.world.classes["6A"] = ids.decode(Kind.COURSE, course["id"]).id, UUID(sixth)
    await desk.add_lesson("6A-1", course="6A", on_date=FIRST)
    assert [one["value"] for one in await give(desk, item(desk), lesson="6A-1")] == [5]
    assert [edge["node"]["value"] for edge in (await desk.ask("parent", MARKS, id=anna))["edges"]] == [5, 4]
    assert [one["name"] for one in await desk.ask("office", CARDS, term=autumn)] == ["1А", "5A", "6A"]


async def test_groups_and_usual_bells_go_along(desk: Desk) -> None:
    at(NOON)
    await divide(desk)
    at(JUNE)
    schedule = await bells.add(desk, times=bells.JUNIOR)
    assert (await bells.give(desk, "5A", schedule))["scheduleId"] == schedule
    await close(desk)
    assert (await start(desk))["courses"] == 3
    kept = "query($id: ID!) {schoolClasses(schoolId: $id) {classGroup {id name} bellScheduleId}}"
    classes = {one["classGroup"]["name"]: one for one in await desk.ask("office", kept, id=school_id(1))}
    assert {name: one["bellScheduleId"] for name, one in classes.items()} == {"1А": None, "5A": None, "6A": schedule}
    desk.world.classes["6A"] = ids.decode(Kind.CLASS_GROUP, classes["6A"]["classGroup"]["id"]).id
    await bells.give(desk, "6A", None)
    assert (await desk.ask("office", bells.CLOSE, id=schedule))["closed"] is True, "last year's classes have it no more"
    new, old = await desk.ask("office", GROUPS, group=classes["6A"]["classGroup"]["id"]), await desk.ask("office", GROUPS, group=desk.group("5A"))
    assert [(one["group"]["division"], one["group"]["name"], one["courses"], one["pupils"]) for one in new] == [
        ("Английский", name, 1, [{"person": {"id": desk.person(pupil)}, "since": "2027-09-01"}]) for name, pupil in (("1", "anna"), ("2", "boris"))]
    assert [(one["group"]["name"], one["courses"], one["pupils"]) for one in old] == [("1", 0, []), ("2", 0, [])]
    days = {row[0]: row[1:] for row in await desk.rows(GroupMember, "group_id", "since", "until")}
    assert [days[ids.decode(Kind.PUPIL_GROUP, one["group"]["id"]).id] for one in (*old, *new)] == [(dt.date(2026, 9, 1), FIRST)] * 2 + [(FIRST, None)] * 2


async def test_what_is_refused_changes_nothing(desk: Desk) -> None:
    course = {"id": str(ids.new()), "schoolId": school_id(1), "grade": 7, "letter": "Я"}
    assert (await desk.ask("office", ADD_CLASS, input=course)).get("code") is None
    before = await desk.everything(*TABLES)
    assert await start(desk) == {"code": "CONFLICT", "message": SUMMER}
    await close(desk)
    await desk.ask("office", OPEN, input={
        "id": str(ids.new()), "termId": term(desk), "until": "2027-06-11T09:00:00Z", "reason": "описка"})
    assert (await start(desk))["message"] == "a term of the old year is open"
    at(JUNE + dt.timedelta(days=2))
    for more, code, words in (
            ({"newClasses": [{"grade": 6, "letter": "A"}]}, "CONFLICT", "two classes of the new year would have one name"),
            ({"newClasses": [{"grade": 13, "letter": "A"}]}, "BAD_INPUT", "grades are 1 to 12, and a letter 1 to 4 letters or digits"),
            ({"newClasses": [{"grade": 1, "letter": "«"}]}, "BAD_INPUT", "grades are 1 to 12, and a letter 1 to 4 letters or digits"),
            ({"newClasses": [{"grade": 1, "letter": "А"}] * 51}, "TOO_MANY", "at most 50 new classes"),
            ({"startsOn": "2027-12-01"}, "BAD_INPUT", "startsOn is a day from 31 days ago to 150 days ahead"),
            ({"schoolId": school_id(2)}, "NOT_FOUND", ABSENT["message"])):
        assert await start(desk, **more) == {"code": code, "message": words}
    assert (await desk.ask("office", PLAN, input=asked(startsOn="2027-12-01")))["obstacles"] == ["FAR_AWAY"]
    await add_term(desk, TermKind.TERM, dt.date(2027, 8, 20), dt.date(2027, 10, 30))
    await desk.add_lesson("august", on_date=dt.date(2027, 8, 25))
    assert (await desk.ask("office", PLAN, input=asked()))["obstacles"] == ["TERM_ACROSS", "LESSONS_TO_COME"]
    assert (await start(desk))["code"] == "CONFLICT"
    assert (await desk.error("teacher", PLAN, input=asked()))[0] == (await start(desk, login="teacher"))["code"] == "NOT_ALLOWED"
    assert await desk.everything(*TABLES) == before


async def test_who_is_enrolled_for_the_new_year_comes_into_its_class(desk: Desk) -> None:
    """A child of 6A's future 5A is in the class that has this name then; an empty class is not carried on; who left stays where they were."""
    await close(desk)
    await desk.add_pupils("Новый", "Ушёл", "Уйдёт")
    people = desk.world.people
    await desk.change(Pupil, people["Новый"], enrolled_on=FIRST)
    await desk.change(Pupil, people["Ушёл"], left_on=dt.date(2027, 3, 1))
    await desk.change(Pupil, people["Уйдёт"], left_on=dt.date(2027, 9, 20))
    plan = await desk.ask("office", PLAN, input=asked(newClasses=[]))
    assert (plan["newcomers"], plan["obstacles"], plan["classes"][0]["pupils"]) == (1, ["NEWCOMERS"], 3)
    assert (await start(desk, newClasses=[]))["message"] == "pupils come to a class that there is not in the new year"
    assert (await start(desk))["pupils"] == 3
    names = {row[0]: (f"{row[1]}{row[2]}", row[3]) for row in await desk.rows(ClassGroup, "id", "grade", "letter", "closed_on")}
    where = {row[0]: (*names[row[1]], *row[2:]) for row in await desk.rows(Pupil, "id", "class_group_id", "enrolled_on", "left_on")}
    assert [where[people[name]] for name in ("Новый", "Ушёл", "Уйдёт")] == [
        ("5A", None, FIRST, None), ("5A", FIRST, dt.date(2026, 9, 1), dt.date(2027, 3, 1)), ("6A", None, FIRST, dt.date(2027, 9, 20))]
    assert people["Новый"] not in {row[0] for row in await desk.rows(FormerClass, "pupil_id")}


async def test_who_moved_since_the_year_has_begun_goes_up_too(desk: Desk) -> None:
    """The office is late: new is who was in no class before, and is told of the class of the new year as everybody is."""
    await close(desk)
    at(SEPTEMBER + dt.timedelta(days=4))
    await desk.add_pupils("Новый")
    people, on = desk.world.people, {"anna": FIRST, "boris": FIRST + dt.timedelta(days=2), "vera": FIRST, "Новый": FIRST}
    await desk.change(Pupil, people["Новый"], enrolled_on=FIRST)
    for name in ("anna", "boris"):
        assert (await move(desk, name, on=on[name]))["on"] == on[name].isoformat()
    before = len(await desk.events())
    assert (await desk.ask("office", PLAN, input=asked(lastGrade=11)))["newcomers"] == 1
    started = await start(desk, lastGrade=11)
    assert (started["pupils"], started["leavers"]) == (3, 0)
    names = {row[0]: f"{row[1]}{row[2]}" for row in await desk.rows(ClassGroup, "id", "grade", "letter")}
    where = {row[0]: (names[row[1]], row[2]) for row in await desk.rows(Pupil, "id", "class_group_id", "enrolled_on")}
    assert {name: where[people[name]] for name in on} == {
        name: (group, on[name]) for name, group in (("anna", "7B"), ("boris", "7B"), ("vera", "7B"), ("Новый", "5A"))}
    former = [(row[0], row[2], names[row[1]]) for row in await desk.rows(FormerClass, "pupil_id", "class_group_id", "until")]
    assert sorted(former) == sorted([(people["anna"], FIRST, "5A"), (people["boris"], on["boris"], "5A"), (people["vera"], FIRST, "6B")])
    told = {payload["person_id"]: (names[UUID(payload["class_group_id"])], payload["on"]) for _, _, payload in (await desk.events())[before:]}
    assert told == {str(people[name]): (where[people[name]][0], day.isoformat()) for name, day in on.items()}


async def test_courses_of_who_has_left_and_what_is_retired_do_not_go_on(desk: Desk) -> None:
    """And without the wish none does. The number of statements is the same for two classes and for thirty."""
    await close(desk)
    counts = []
    for number, (classes, with_courses) in enumerate(((0, True), (28, True), (0, False))):
        at(JUNE.replace(year=2027 + number))
        first = FIRST.replace(year=2027 + number)
        if number:
            spring = await add_term(desk, TermKind.TERM, first.replace(year=2026 + number), first.replace(month=5, day=31))
            assert (await desk.ask("office", CLOSE, term=spring))["closedAt"]
        async with desk.database.begin() as session:
            made = [ClassGroup(school_id=1, id=ids.new(), grade=2, letter=f"Я{one}", teacher_id=None) for one in range(classes)]
            session.add_all(made)
            subject = Subject(school_id=1, id=ids.new(), name=f"Предмет {number}", retired_at=NOON if number == 0 else None)
            session.add(subject)
            await session.flush()
            session.add_all(Course(school_id=1, id=ids.new(), class_group_id=group.id, subject_id=subject.id, teacher_id=desk.world.people["teacher"])
                            for group in made)
            if number == 0:
                session.add(Course(school_id=1, id=ids.new(), class_group_id=desk.world.classes["5A"], subject_id=subject.id,
                                   teacher_id=desk.world.people["teacher"]))
        if number == 2:
            async with desk.database.begin() as session:
                (await session.get_one(Staff, (1, desk.world.people["teacher"]))).left_on = FIRST
        with desk.counted() as statements:
            started = await start(desk, startsOn=first.isoformat(), lastGrade=11, newClasses=[], withCourses=with_courses)
        counts.append((len(statements), started["classes"], started["courses"]))
    few = counts[0][0]
    assert few <= 26
    assert [one[1:] for one in counts] == [(2, 2), (30, 30), (30, 0)]
    assert [one[0] for one in counts] == [few, few, few - 2]
