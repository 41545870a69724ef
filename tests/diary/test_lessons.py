"""Reading: timetable, a child's day, marks, and the gradebook, each a number of statements that does not grow."""

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa

from school import clock, ids
from school.diary.lessons import first_lesson
from school.diary.models import Lesson
from school.ids import Kind
from tests.diary.desk import NOON, Desk
from tests.diary.test_attendance import entry, record
from tests.diary.test_corrections import withdraw
from tests.diary.test_homework import set_
from tests.diary.test_marks import give, item
from tests.world import MONDAY

LESSON = """id courseId subject { name } date bell bellStartsAt bellEndsAt startsAt endsAt room topic cancelled
  teacher { givenName } classGroup { name }"""
LESSONS = f"""query($group: ID, $child: ID, $from: Date!, $to: Date!) {{
  lessons(classGroupId: $group, childId: $child, from: $from, to: $to) {{ {LESSON} }} }}"""
IDS = """query($group: ID, $child: ID, $from: Date = "2026-09-07", $to: Date = "2026-09-07") {
  lessons(classGroupId: $group, childId: $child, from: $from, to: $to) { id } }"""
DAY = """query($child: ID!, $date: Date!) { childDay(childId: $child, date: $date) { childId date lessons {
  lesson { id bell room subject { name } } homework { id text } marks { id value } attendance { kind minutesLate } } } }"""
MARKS = """query($child: ID!, $course: ID, $first: Int! = 50, $after: String) { marks(childId: $child, courseId: $course, first: $first, after: $after) {
  edges { node { id value } } pageInfo { hasNextPage endCursor } } }"""
GRADEBOOK = """query($course: ID!, $from: Date!, $to: Date!) { gradebook(courseId: $course, from: $from, to: $to) {
  course { id subject { name } classGroup { name } scale { lowest highest } } lessons { id date bell }
  pupils { person { givenName } leftOn marks { lessonId value } attendance { lessonId kind } average { numerator denominator decimal } } } }"""
ABSENT = ("NOT_FOUND", "No such object.")
STRANGERS = ("other_parent", "divorced", "stranger", "teacher2", "office2", "guard", "canteen")
SEPTEMBER = {"from": "2026-09-01", "to": "2026-09-30"}


async def test_a_lesson_has_the_moments_of_its_bell_in_the_school_s_zone(desk: Desk) -> None:
    shown = await desk.ask("parent", LESSONS, child=desk.person("anna"), **SEPTEMBER)
    assert shown[0] == {
        "id": desk.lesson("5A-1"), "courseId": desk.course("5A"), "subject": {"name": "Алгебра"}, "date": "2026-09-07", "bell": 1,
        "bellStartsAt": "08:30:00", "bellEndsAt": "09:15:00", "startsAt": "2026-09-07T05:30:00+00:00", "endsAt": "2026-09-07T06:15:00+00:00",
        "room": "101", "topic": None, "cancelled": False, "teacher": {"givenName": "Teacher"}, "classGroup": {"name": "5A"},
    }
    assert [lesson["id"] for lesson in shown] == [desk.lesson("5A-1"), desk.lesson("5A-2")]
    assert await desk.ask("parent", LESSONS, group=desk.group("5A"), **SEPTEMBER) == shown
    east = await desk.ask("parent", LESSONS, child=desk.person("gleb"), **SEPTEMBER)
    assert [lesson["startsAt"] for lesson in east] == ["2026-09-07T03:30:00+00:00", "2026-09-07T04:30:00+00:00"]


async def test_a_cancelled_lesson_is_shown_as_such(desk: Desk) -> None:
    await desk.change(Lesson, desk.world.lessons["5A-1"], cancelled_at=NOON)
    shown = await desk.ask("parent", LESSONS, child=desk.person("anna"), **SEPTEMBER)
    assert [lesson["cancelled"] for lesson in shown] == [True, False]


@pytest.mark.parametrize(("login", "seen"), [
    ("parent", {"5A", "6B", "2-5A"}), ("anna", {"5A"}), ("other_parent", {"5A"}), ("divorced", {"6B"}), ("stranger", {"2-5A"}), ("teacher", {"5A"}),
    ("class_teacher", {"5A", "6B"}), ("office", {"5A", "6B"}), ("teacher2", {"2-5A"}), ("office2", {"2-5A"}),
])
async def test_whose_lessons_are_seen(desk: Desk, login: str, seen: set[str]) -> None:
    for group in ("5A", "6B", "2-5A"):
        if group in seen:
            assert len(await desk.ask(login, IDS, group=desk.group(group))) == 2
        elif login == "teacher" and group == "6B":
            assert await desk.ask(login, IDS, group=desk.group(group)) == [], "the class is known at the school, its lessons are not the teacher's"
        else:
            assert await desk.error(login, IDS, group=desk.group(group)) == ABSENT


@pytest.mark.parametrize("login", STRANGERS)
async def test_another_family_s_child_answers_as_absent(desk: Desk, login: str) -> None:
    await give(desk, item(desk))
    desk.world.people["absent"] = ids.new()
    for document in (IDS, MARKS, DAY):
        more = {"date": "2026-09-07"} if document is DAY else {}
        assert await desk.error(login, document, child=desk.person("anna"), **more) == ABSENT
        assert await desk.error(login, document, child=desk.person("absent"), **more) == ABSENT
        assert await desk.error(login, document, child="x", **more) == ABSENT


async def test_a_timetable_is_asked_for_one_and_at_most_31_days(desk: Desk) -> None:
    child, group = desk.person("anna"), desk.group("5A")
    one = ("BAD_INPUT", "name either classGroupId or childId")
    assert await desk.error("parent", IDS) == await desk.error("parent", IDS, child=child, group=group) == one
    assert len(await desk.ask("parent", IDS, **{"child": child, "from": "2026-09-01", "to": "2026-10-01"})) == 2
    for to, error in (("2026-10-02", ("TOO_MANY", "at most 31 days at once")), ("2026-08-31", ("BAD_INPUT", "to must not lie before from"))):
        for who in ({"child": child}, {"group": group}):
            assert await desk.error("parent", IDS, **{**who, "from": "2026-09-01", "to": to}) == error
    assert await desk.error(None, IDS, child=child) == ("NOT_SIGNED_IN", "Sign in first.")


async def test_a_child_s_day_is_one_statement(desk: Desk) -> None:
    await set_(desk, "5A-1", "№ 1")
    await set_(desk, "5A-1", "№ 2")
    gone = await set_(desk, "5A-1", "№ 3")
    await desk.ask("teacher", "mutation($id: ID!) { withdrawHomework(input: {homeworkId: $id}) { __typename } }", id=gone["id"])
    await set_(desk, "6B-1", "чужое", login="class_teacher")
    marks = await give(desk, item(desk), item(desk, value=3), item(desk, value=2), item(desk, "boris", value=4))
    await withdraw(desk, marks[2]["id"], 1)
    await record(desk, entry(desk, "anna", "LATE", 5), entry(desk, "boris", "ABSENT"), lesson="5A-2")
    await desk.ask("parent", DAY, child=desk.person("anna"), date="2026-09-07")  # which brings the subjects' names
    with desk.counted() as statements:
        day = await desk.ask("parent", DAY, child=desk.person("anna"), date="2026-09-07")
    assert len(statements) == 1, statements
    assert (day["childId"], day["date"]) == (desk.person("anna"), "2026-09-07")
    first, second = day["lessons"]
    assert first["lesson"] == {"id": desk.lesson("5A-1"), "bell": 1, "room": "101", "subject": {"name": "Алгебра"}}
    assert [homework["text"] for homework in first["homework"]] == ["№ 1", "№ 2"]
    assert [mark["id"] for mark in first["marks"]] == [marks[0]["id"], marks[1]["id"]]
    assert first["attendance"] is None
    assert (second["homework"], second["marks"], second["attendance"]) == ([], [], {"kind": "LATE", "minutesLate": 5})
    for login in ("anna", "teacher", "class_teacher", "office"):
        assert await desk.ask(login, DAY, child=desk.person("anna"), date="2026-09-07") == day
    assert (await desk.ask("parent", DAY, child=desk.person("anna"), date="2026-09-06"))["lessons"] == []


async def test_a_teacher_sees_of_a_child_only_the_own_courses(desk: Desk) -> None:
    """5A also has a course of the class teacher's colleague from 6B: the algebra teacher does not see it, the class teacher sees both."""
    await desk.add_lesson("theirs", course="6B")
    await desk.change(Lesson, desk.world.lessons["theirs"], class_group_id=desk.world.classes["5A"])
    seen = {login: len(await desk.ask(login, IDS, child=desk.person("anna"))) for login in ("teacher", "class_teacher", "parent", "office")}
    assert seen == {"teacher": 2, "class_teacher": 3, "parent": 3, "office": 3}


async def test_marks_come_in_pages_newest_first(desk: Desk) -> None:
    marks = []
    for minute in range(7):
        clock.use(clock.Clock(NOON, NOON + dt.timedelta(minutes=minute // 2), 0))
        marks += await give(desk, item(desk))
    await withdraw(desk, marks.pop(3)["id"], 1)
    await give(desk, item(desk, "boris"))
    child = desk.person("anna")
    found, after, sizes = [], None, []
    while True:
        with desk.counted() as statements:
            page = await desk.ask("parent", MARKS, child=child, first=4, after=after)
        assert len(statements) == 1, statements
        found += [edge["node"]["id"] for edge in page["edges"]]
        sizes.append(len(page["edges"]))
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert sizes == [4, 2]
    assert found == [mark["id"] for mark in sorted(marks, key=lambda mark: (mark["givenAt"], ids.decode(Kind.MARK, mark["id"]).id), reverse=True)]
    everything = await desk.ask("parent", MARKS, child=child)
    assert [edge["node"]["id"] for edge in everything["edges"]] == found
    assert await desk.ask("parent", MARKS, child=child, course=desk.course("5A")) == everything
    assert (await desk.ask("parent", MARKS, child=child, course=desk.course("6B")))["edges"] == []
    assert await desk.error("parent", MARKS, child=child, first=101) == ("TOO_MANY", "first must be at most 100")
    assert (await desk.error("parent", MARKS, child=child, after="x"))[0] == "BAD_CURSOR"


async def test_a_gradebook_is_five_statements_however_large(desk: Desk) -> None:
    await record(desk, entry(desk, "boris", "ABSENT"))
    marks = await give(desk, item(desk, value=5, weight=3), item(desk, value=2), item(desk, "boris", value=4))
    marks += await give(desk, item(desk, value=2), lesson="5A-2")
    await withdraw(desk, marks[3]["id"], 1)
    lessons = [desk.lesson("5A-1"), desk.lesson("5A-2")]
    for login in ("teacher", "class_teacher", "office"):
        with desk.counted() as statements:
            book = await desk.ask(login, GRADEBOOK, course=desk.course("5A"), **SEPTEMBER)
        assert len(statements) == 1, statements
        assert book == {
            "course": {"id": desk.course("5A"), "subject": {"name": "Алгебра"}, "classGroup": {"name": "5A"}, "scale": {"lowest": 2, "highest": 5}},
            "lessons": [{"id": lesson, "date": "2026-09-07", "bell": bell} for lesson, bell in zip(lessons, (1, 2), strict=True)],
            "pupils": [
                {"person": {"givenName": "Anna"}, "leftOn": None, "marks": [{"lessonId": lessons[0], "value": 5}, {"lessonId": lessons[0], "value": 2}],
                 "attendance": [], "average": {"numerator": 17, "denominator": 4, "decimal": "4.25"}},
                {"person": {"givenName": "Boris"}, "leftOn": None, "marks": [{"lessonId": lessons[0], "value": 4}],
                 "attendance": [{"lessonId": lessons[0], "kind": "ABSENT"}], "average": {"numerator": 4, "denominator": 1, "decimal": "4.00"}},
            ],
        }
    names = [f"Ученик {number:02}" for number in range(30)]
    await desk.add_pupils(*names)
    for number in range(20):
        await desk.add_lesson(f"more-{number}", on_date=MONDAY - dt.timedelta(days=number % 7), bell=3 + number // 7)
        await give(desk, *(item(desk, name) for name in names), lesson=f"more-{number}")
    with desk.counted() as statements:
        book = await desk.ask("teacher", GRADEBOOK, course=desk.course("5A"), **SEPTEMBER)
    assert len(statements) == 1, statements
    assert (len(book["lessons"]), len(book["pupils"]), sum(len(pupil["marks"]) for pupil in book["pupils"])) == (22, 32, 603)


async def test_a_gradebook_is_for_its_teachers_and_the_office(desk: Desk) -> None:
    course = {"course": desk.course("5A"), **SEPTEMBER}
    for login in ("teacher2", "office2"):
        absent = {**course, "course": ids.encode(Kind.COURSE, 1, ids.new())}
        assert await desk.error(login, GRADEBOOK, **course) == await desk.error(login, GRADEBOOK, **absent) == ABSENT
    assert await desk.error("teacher", GRADEBOOK, course=desk.course("6B"), **SEPTEMBER) == ABSENT
    for login in ("parent", "anna", "guard", "canteen"):
        assert await desk.error(login, GRADEBOOK, **course) == ("NOT_ALLOWED", "Your role may not do this.")
    days = {"course": desk.course("5A"), "from": "2026-09-01"}
    assert await desk.error("teacher", GRADEBOOK, **days, to="2027-03-10") == ("TOO_MANY", "at most 190 days at once")
    assert len((await desk.ask("teacher", GRADEBOOK, **days, to="2027-03-09"))["lessons"]) == 2


async def test_a_teacher_s_courses_and_lessons(desk: Desk) -> None:
    courses = "{ myCourses { id subject { name } classGroup { name } scale { name } teacher { givenName } } }"
    lessons = "query($date: Date!) { myLessons(date: $date) { id } }"
    assert await desk.ask("teacher", courses) == [{
        "id": desk.course("5A"), "subject": {"name": "Алгебра"}, "classGroup": {"name": "5A"}, "scale": {"name": "5"}, "teacher": {"givenName": "Teacher"}}]
    assert [course["id"] for course in await desk.ask("class_teacher", courses)] == [desk.course("6B")]
    assert [lesson["id"] for lesson in await desk.ask("class_teacher", lessons, date="2026-09-07")] == [desk.lesson("6B-1"), desk.lesson("6B-2")]
    assert await desk.ask("teacher", lessons, date="2026-09-08") == []
    for login in ("parent", "office"):
        assert (await desk.error(login, courses))[0] == (await desk.error(login, lessons, date="2026-09-07"))[0] == "NOT_ALLOWED"


async def test_the_first_lesson_that_is_held_begins_a_pupil_s_day(desk: Desk) -> None:
    anna = desk.world.people["anna"]

    async def first(date: dt.date = MONDAY) -> Any:
        async with desk.database.read() as session:
            return await session.scalar(sa.select(first_lesson(sa.literal(1), sa.literal(anna), sa.literal(date))))

    assert await first() == desk.world.lessons["5A-1"]
    await desk.change(Lesson, desk.world.lessons["5A-1"], cancelled_at=NOON)
    assert await first() == desk.world.lessons["5A-2"]
    assert await first(MONDAY + dt.timedelta(days=1)) is None


async def test_a_timetable_of_which_nothing_but_its_length_is_asked(desk: Desk) -> None:
    document = "query($child: ID!, $from: Date!, $to: Date!) { lessons(childId: $child, from: $from, to: $to) { __typename } }"
    assert await desk.ask("parent", document, child=desk.person("anna"), **SEPTEMBER) == [{"__typename": "Lesson"}] * 2
