"""Substitutions: a lesson cancelled, given to another, moved, in another room, merged, and all of it taken back; and what each refuses."""

import datetime as dt
from itertools import pairwise
from typing import Any

import pytest
import sqlalchemy as sa

from school import clock, ids
from school.diary.lessons import first_lesson
from school.diary.models import Attendance, Homework, Lesson, Mark, MarkRevision, Substitution
from school.ids import Kind
from school.registry.calendar_models import Term
from school.registry.models import Staff, Subject
from tests.diary.desk import NOON, Desk
from tests.diary.test_attendance import entry, record
from tests.diary.test_homework import set_, show
from tests.diary.test_lessons import ABSENT, GRADEBOOK, SEPTEMBER
from tests.diary.test_marks import give, item
from tests.world import MONDAY

SUBSTITUTE = """mutation($input: SubstituteInput!) { substitute(input: $input) { __typename ... on Refusal { code message }
  ... on SubstituteResults { results { __typename ... on Refusal { code message }
    ... on Lesson { id date bell room cancelled substituted movedFrom movedFromBell otherRoom merged revision
      teacher { givenName } courseTeacher { givenName } } } } } }"""
DAYS = """query($child: ID!, $from: Date!, $to: Date!) { childDays(childId: $child, from: $from, to: $to) { date
  lessons { lesson { id bell cancelled substituted otherRoom teacher { givenName } } } movedAway { id date bell movedFromBell movedFrom } } }"""
PLAN = """query($school: ID!, $date: Date!) { dayLessons(schoolId: $school, date: $date) { id bell date classGroup { name } teacher { givenName } } }"""
HISTORY = """query($school: ID!, $date: Date!) { substitutions(schoolId: $school, date: $date) { lessonId revision reason at by { givenName }
  subject { name } classGroup { name } old { date bell room cancelled merged teacher { givenName } }
  new { date bell room cancelled merged teacher { givenName } } } }"""
TEACHERS = """query($school: ID!, $date: Date!) { teachers(schoolId: $school, date: $date) { person { givenName } subjectIds classGroupIds } }"""
MINE = "query($date: Date!) { myLessons(date: $date) { id date substituted teacher { givenName } courseTeacher { givenName } } }"
TUESDAY = MONDAY + dt.timedelta(days=1)
DAY = {"date": MONDAY.isoformat()}
SCHOOL = {"school": "AQAAAAEAAAAAAAAAAAAAAAAAAAAA"}


def change(desk: Desk, lesson: str = "5A-1", revision: int = 0, reason: str = "болезнь", **said: Any) -> dict[str, Any]:
    """An item; `teacher` and `mergeWith` by name."""
    if "teacher" in said:
        said["teacherId"] = desk.person(said.pop("teacher"))
    if "mergeWith" in said:
        said["mergeWithId"] = desk.lesson(said.pop("mergeWith"))
    return {"id": str(ids.new()), "lessonId": desk.lesson(lesson), "expectedRevision": revision, "reason": reason, **said}


async def substitute(desk: Desk, *items: dict[str, Any], login: str = "office") -> Any:
    """The answers, or the refusal of the whole."""
    answer = await desk.ask(login, SUBSTITUTE, input={"items": list(items)})
    return answer.get("results", answer)


async def free(desk: Desk, *names: str) -> None:
    """More of the staff of the first school, who teach nobody yet."""
    async with desk.database.begin() as session:
        for name in names:
            await desk.add_person(session, name)
            session.add(Staff(school_id=1, id=desk.world.people[name], position="учитель", left_on=None))


async def test_a_cancelled_lesson_is_told_to_its_class_and_shown_to_it(desk: Desk) -> None:
    [lesson] = await substitute(desk, change(desk, cancelled=True))
    assert lesson == {
        "__typename": "Lesson", "id": desk.lesson("5A-1"), "date": "2026-09-07", "bell": 1, "room": "101", "cancelled": True, "substituted": False,
        "movedFrom": None, "movedFromBell": None, "otherRoom": False, "merged": False, "revision": 1, "teacher": {"givenName": "Teacher"},
        "courseTeacher": {"givenName": "Teacher"}}
    people, key = desk.world.people, {"lesson_id": str(desk.world.lessons["5A-1"]), "course_id": str(desk.world.courses["5A"])}
    [(kind, topics, payload)] = await desk.events()
    assert (kind, set(topics)) == ("diary.lesson_changed", {str(people["anna"]), str(people["boris"])})
    assert payload.pop("subject_id")
    now = {"date": "2026-09-07", "bell": 1, "room": "101", "teacher_id": str(people["teacher"]), "cancelled": True, "merged": False}
    assert payload == {**key, **now, **{f"old_{name}": value for name, value in now.items()}, "old_cancelled": False}
    [page] = await desk.ask("parent", DAYS, child=desk.person("anna"), **{"from": "2026-09-07", "to": "2026-09-07"})
    assert [one["lesson"]["cancelled"] for one in page["lessons"]] == [True, False]
    assert await first(desk) == desk.world.lessons["5A-2"]
    assert await desk.rows(Substitution, "old_cancelled", "cancelled", "reason", "by", "at") == [(False, True, "болезнь", people["office"], NOON)]


async def first(desk: Desk, date: dt.date = MONDAY) -> Any:
    """With which lesson Anna's day begins."""
    async with desk.database.read() as session:
        return await session.scalar(sa.select(first_lesson(sa.literal(1), sa.literal(desk.world.people["anna"]), sa.literal(date))))


async def test_a_substitute_writes_in_that_lesson_as_themselves_and_nowhere_else(desk: Desk) -> None:
    await free(desk, "helper")
    desk.sign_in("helper")
    course = {"course": desk.course("5A"), **SEPTEMBER}
    assert await desk.error("helper", GRADEBOOK, **course) == ABSENT
    own = await give(desk, item(desk, "boris", value=2), lesson="5A-2")
    [lesson] = await substitute(desk, change(desk, teacher="helper"))
    assert (lesson["substituted"], lesson["teacher"], lesson["courseTeacher"]) == (True, {"givenName": "Helper"}, {"givenName": "Teacher"})
    assert await desk.ask("helper", MINE, **DAY) == [
        {"id": desk.lesson("5A-1"), "date": "2026-09-07", "substituted": True, "teacher": {"givenName": "Helper"}, "courseTeacher": {"givenName": "Teacher"}}]
    [mark] = await give(desk, item(desk, value=4), login="helper")
    assert await record(desk, entry(desk, "boris", "ABSENT"), login="helper")
    await set_(desk, "5A-1", "№ 7", login="helper")
    helper = desk.world.people["helper"]
    assert await desk.rows(Mark, "value", "given_by") == [(2, desk.world.people["teacher"]), (4, helper)]
    assert [row for row in await desk.rows(MarkRevision, "value", "by") if row[0] == 4] == [(4, helper)]
    assert await desk.rows(Attendance, "by") == await desk.rows(Homework, "set_by") == [(helper,)]
    book = await desk.ask("helper", GRADEBOOK, **course)
    assert [one["id"] for one in book["lessons"]] == [desk.lesson("5A-1")]
    assert [(pupil["person"]["givenName"], [mark["value"] for mark in pupil["marks"]]) for pupil in book["pupils"]] == [("Anna", [4]), ("Boris", [])]
    await set_(desk, "5A-2", "№ 8")
    tasks = "query($course: ID!, $from: Date!, $to: Date!) { courseHomework(courseId: $course, from: $from, to: $to) { homework { text } pupils } }"
    assert await desk.ask("helper", tasks, **course) == [{"homework": {"text": "№ 7"}, "pupils": 2}]
    before = await desk.everything(Lesson, Substitution)
    refusal = {"__typename": "Refusal", "code": "NOT_FOUND", "message": "No such object."}
    assert [answer["code"] for answer in await give(desk, item(desk), lesson="5A-2", login="helper")] == ["NOT_FOUND"]
    correct = "mutation($id: ID!) { withdrawMark(input: {markId: $id, expectedRevision: 1}) { __typename ... on Refusal { code message } } }"
    assert await desk.ask("helper", correct, id=own[0]["id"]) == refusal
    assert await desk.error("helper", "query($id: ID!) { markHistory(markId: $id) { value } }", id=own[0]["id"]) == ABSENT
    child = {"child": desk.person("anna")}
    assert await desk.error("helper", DAYS, **child, **{"from": "2026-09-07", "to": "2026-09-07"}) == ABSENT
    assert await desk.ask("helper", "{ myCourses { id } }") == []
    assert await desk.everything(Lesson, Substitution) == before
    assert (await desk.ask("teacher", "query($id: ID!) { markHistory(markId: $id) { value } }", id=mark["id"])) == [{"value": 4}]
    [lesson] = await substitute(desk, change(desk, revision=1))
    assert (lesson["substituted"], lesson["revision"]) == (False, 2)
    assert await desk.error("helper", GRADEBOOK, **course) == ABSENT
    assert [answer["code"] for answer in await give(desk, item(desk), login="helper")] == ["NOT_FOUND"]


async def test_a_moved_lesson_is_told_of_on_both_days(desk: Desk) -> None:
    await set_(desk, "5A-1", "№ 7")
    [lesson] = await substitute(desk, change(desk, date=TUESDAY.isoformat(), bell=3))
    assert (lesson["date"], lesson["bell"], lesson["movedFrom"], lesson["movedFromBell"]) == ("2026-09-08", 3, "2026-09-07T05:30:00+00:00", 1)
    with desk.counted() as statements:
        pages = await desk.ask("parent", DAYS, child=desk.person("anna"), **{"from": "2026-09-07", "to": "2026-09-08"})
    assert len(statements) <= 2, statements
    away = {"id": desk.lesson("5A-1"), "date": "2026-09-08", "bell": 3, "movedFromBell": 1, "movedFrom": "2026-09-07T05:30:00+00:00"}
    assert [(len(page["lessons"]), page["movedAway"]) for page in pages] == [(1, [away]), (1, [])]
    assert [homework["text"] for homework in await show(desk, from_="2026-09-08", to="2026-09-08")] == ["№ 7"]
    for day, found in (("2026-09-07", [away]), ("2026-09-08", [])):
        assert (await desk.ask("parent", DAYS, child=desk.person("anna"), **{"from": day, "to": day}))[0]["movedAway"] == found
    assert [one["id"] for one in await desk.ask("teacher", MINE, **DAY)] == [desk.lesson("5A-2"), desk.lesson("5A-1")]
    assert await first(desk, TUESDAY) == desk.world.lessons["5A-1"]
    [lesson] = await substitute(desk, change(desk, revision=1))
    assert (lesson["date"], lesson["bell"], lesson["movedFrom"], lesson["revision"]) == ("2026-09-07", 1, None, 2)


async def test_another_room_is_said_to_be_another(desk: Desk) -> None:
    rooms = []
    for revision, room in enumerate(("9", "101", None)):
        [lesson] = await substitute(desk, change(desk, revision=revision, room=room))
        rooms.append((lesson["room"], lesson["otherRoom"], lesson["revision"]))
    assert rooms == [("9", True, 1), ("101", False, 2), ("101", False, 2)], "the last is what it is already"


async def test_a_merged_lesson_is_given_by_the_other_s_teacher_in_the_other_s_room(desk: Desk) -> None:
    await desk.change(Lesson, desk.world.lessons["6B-1"], room="12")
    [lesson] = await substitute(desk, change(desk, mergeWith="6B-1"))
    assert (lesson["merged"], lesson["room"], lesson["teacher"]["givenName"], lesson["substituted"]) == (True, "12", "Class_Teacher", True)
    assert (await substitute(desk, change(desk, "6B-1", cancelled=True)))[0]["message"] == "another lesson is merged with this one: take that back first"
    [lesson] = await substitute(desk, change(desk, revision=1))
    assert (lesson["merged"], lesson["room"], lesson["substituted"]) == (False, "101", False)


async def test_asking_again_is_harmless(desk: Desk) -> None:
    await free(desk, "helper")
    for said in ({"cancelled": True}, {"teacher": "helper", "room": "9"}, {"date": "2026-09-09"}, {"mergeWith": "6B-1"}, {}):
        revision = max((row[0] for row in await desk.rows(Lesson, "revision")), default=0)
        asked = change(desk, revision=revision, **said)
        first_answer = await substitute(desk, asked)
        before = await desk.everything(Lesson, Substitution)
        assert await substitute(desk, asked) == first_answer
        [refusal] = await substitute(desk, {**asked, "reason": "другая"})
        assert (refusal["code"], refusal["message"]) == ("CONFLICT", "another substitution has this id")
        assert await desk.everything(Lesson, Substitution) == before
    assert len(await desk.rows(Substitution, "id")) == 5


async def test_saying_what_it_is_already_changes_nothing(desk: Desk) -> None:
    before = await desk.everything(Lesson, Substitution)
    [lesson] = await substitute(desk, change(desk, teacher="teacher", room="101", date="2026-09-07", bell=1))
    assert (lesson["revision"], await desk.everything(Lesson, Substitution)) == (0, before)


@pytest.mark.parametrize(("said", "code", "message"), [
    ({"teacher": "class_teacher"}, "TEACHER_TAKEN", "the teacher gives another lesson then"),
    ({"bell": 2}, "CLASS_TAKEN", "the class has another lesson then"),
    ({"bell": 5, "room": "7"}, "ROOM_TAKEN", "another lesson is in the room then"),
    ({"date": "2026-12-31"}, "BAD_INPUT", "the date lies outside the terms"),
    ({"date": "2026-09-06"}, "BAD_INPUT", "the day lies in the past"),
    ({"bell": 8}, "BAD_INPUT", "the class has no such bell on that day"),
    ({"cancelled": True, "room": "9"}, "BAD_INPUT", "a lesson that is cancelled or merged is nothing else besides"),
    ({"mergeWith": "6B-2"}, "BAD_INPUT", "a lesson is merged with one that is held at its own moment, by itself"),
    ({"mergeWith": "2-5A-1"}, "NOT_FOUND", "No such object."), ({"teacher": "gleb"}, "NOT_FOUND", "No such object."),
    ({"teacher": "anna"}, "NOT_FOUND", "No such object."), ({"teacher": "gone"}, "NOT_FOUND", "No such object."),
    ({"revision": 1, "cancelled": True}, "CONFLICT", "the lesson has changed meanwhile: it is at revision 0"),
    ({"reason": " "}, "BAD_INPUT", "reason must not be empty"), ({"lesson": "2-5A-1", "cancelled": True}, "NOT_FOUND", "No such object."),
    ({"lesson": "yesterday", "date": "2026-09-07"}, "BAD_INPUT", "the day lies in the past"),
    ({"lesson": "yesterday", "bell": 4}, "BAD_INPUT", "the day lies in the past"),
    ({"lesson": "long ago", "cancelled": True}, "BAD_INPUT", "the day lies more than 14 days back"),
    ({"lesson": "5A-2", "cancelled": True}, "BAD_INPUT", "the lesson has been held: marks or a register are written in it"),
])
async def test_what_cannot_be_is_refused_and_nothing_changes(desk: Desk, said: dict[str, Any], code: str, message: str) -> None:
    await free(desk, "gone")
    await desk.change(Staff, desk.world.people["gone"], left_on=MONDAY)
    await desk.add_lesson("yesterday", on_date=MONDAY - dt.timedelta(days=3))
    await desk.add_lesson("long ago", on_date=MONDAY - dt.timedelta(days=15))
    await desk.add_lesson("beside", course="6B", bell=5)
    await record(desk, entry(desk, "anna"), lesson="5A-2")
    before = await desk.everything(Lesson, Substitution)
    [refusal] = await substitute(desk, change(desk, **said))
    assert (refusal["code"], refusal["message"]) == (code, message)
    assert await desk.everything(Lesson, Substitution) == before


async def test_what_was_is_written_down_afterwards_until_the_term_is_closed(desk: Desk) -> None:
    """Who stood in on Friday is known to the office on Monday; the substitute then takes the register."""
    await free(desk, "helper")
    desk.sign_in("helper")
    await desk.add_lesson("friday", on_date=MONDAY - dt.timedelta(days=3))
    await desk.add_lesson("off", on_date=MONDAY - dt.timedelta(days=3), bell=4)
    answers = await substitute(desk, change(desk, "friday", teacher="helper", room="9"), change(desk, "off", cancelled=True))
    assert [(one["substituted"], one["room"], one["cancelled"]) for one in answers] == [(True, "9", False), (False, "7", True)]
    assert (await record(desk, entry(desk, "anna", "ABSENT"), lesson="friday", login="helper"))[0]["kind"] == "ABSENT"
    assert [kind for kind, _, _ in await desk.events()] == ["diary.lesson_changed"] * 2 + ["diary.attendance_recorded"]
    [answer] = await substitute(desk, change(desk, "friday", 1, cancelled=True))
    assert answer["message"] == "the lesson has been held: marks or a register are written in it"
    assert [one["cancelled"] for one in await substitute(desk, change(desk, "off", 1))] == [False]
    close = "mutation($term: ID!) { closeTerm(termId: $term) { __typename } }"
    assert (await desk.ask("office", close, term=ids.encode(Kind.TERM, 1, desk.world.terms[1])))["__typename"] == "TermClosed"
    before = await desk.everything(Lesson, Substitution)
    assert [one["code"] for one in await substitute(desk, change(desk, "friday", 1), change(desk, "off", 2, cancelled=True))] == ["CLOSED", "CLOSED"]
    assert await desk.everything(Lesson, Substitution) == before


async def test_it_is_for_the_office(desk: Desk) -> None:
    before = await desk.everything(Lesson, Substitution)
    for login in ("teacher", "parent", "anna", "guard", "canteen"):
        assert (await substitute(desk, change(desk, cancelled=True), login=login))["code"] == "NOT_ALLOWED"
    assert [answer["code"] for answer in await substitute(desk, change(desk, cancelled=True), login="office2")] == ["NOT_FOUND"]
    one = change(desk, cancelled=True)
    assert (await substitute(desk, one, {**one, "id": str(ids.new())}))["message"] == "items has the same item twice"
    assert (await substitute(desk))["message"] == "items must not be empty"
    assert await desk.everything(Lesson, Substitution) == before


async def test_two_that_clash_in_one_batch_do_not_both_happen(desk: Desk) -> None:
    """The earlier is done; and two lessons change places."""
    await free(desk, "helper")
    for name in ("6B-1", "6B-2"):
        await desk.change(Lesson, desk.world.lessons[name], room="12")
    answers = await substitute(desk, change(desk, "5A-1", teacher="helper"), change(desk, "6B-1", teacher="helper"), change(desk, "5A-2", cancelled=True))
    assert [answer.get("code", answer.get("revision")) for answer in answers] == [1, "TEACHER_TAKEN", 1]
    await substitute(desk, change(desk, "5A-1", 1), change(desk, "5A-2", 1))
    answers = await substitute(desk, change(desk, "5A-1", 2, bell=2), change(desk, "5A-2", 2, bell=1))
    assert [answer["bell"] for answer in answers] == [2, 1]
    answers = await substitute(desk, change(desk, "5A-1", 3, bell=1), change(desk, "5A-2", 3, date="2026-09-06"))
    assert [answer["code"] for answer in answers] == ["CLASS_TAKEN", "BAD_INPUT"], "the other stays where it is"


async def test_a_teacher_s_whole_day_is_as_many_statements_as_one_lesson(desk: Desk) -> None:
    """Whatever the lessons lack: a room, a history."""
    await free(desk, "helper")
    numbers = []
    await substitute(desk, change(desk, teacher="helper"))  # which brings the names
    for count in (1, 6):
        names = [f"{count}-{number}" for number in range(count)]
        for number, name in enumerate(names):
            await desk.add_lesson(name, on_date=MONDAY + dt.timedelta(days=count), bell=1 + number, room=None if number % 2 else "7")
        with desk.counted() as statements:
            answers = await substitute(desk, *(
                change(desk, name, **({"room": "12"} if number % 3 == 1 else {"teacher": "helper"})) for number, name in enumerate(names)))
        assert [answer["substituted"] for answer in answers] == [number % 3 != 1 for number in range(count)]
        numbers.append(len([text for text, _ in statements if not text.startswith(("BEGIN", "COMMIT"))]))
    assert numbers == [14, 14]


async def test_the_office_plans_a_day(desk: Desk) -> None:
    await free(desk, "helper")
    await substitute(desk, change(desk, date=TUESDAY.isoformat(), bell=3, reason="ремонт"), change(desk, "6B-1", teacher="helper"))
    plan = await desk.ask("office", PLAN, **SCHOOL, **DAY)
    assert [(one["classGroup"]["name"], one["date"], one["bell"]) for one in plan if one["classGroup"]["name"] == "5A"] == [
        ("5A", "2026-09-07", 2), ("5A", "2026-09-08", 3)]
    assert len(plan) == 4
    async with desk.database.read() as session:
        [algebra] = [ids.encode(Kind.SUBJECT, 1, one) for one in await session.scalars(sa.select(Subject.id).where(Subject.school_id == 1))]
    teachers = await desk.ask("office", TEACHERS, **SCHOOL, **DAY)
    assert [one["person"]["givenName"] for one in teachers] == ["Class_Teacher", "Teacher"]
    assert teachers[1] == {"person": {"givenName": "Teacher"}, "subjectIds": [algebra], "classGroupIds": [desk.group("5A")]}
    assert sorted(teachers[0]["classGroupIds"]) == sorted([desk.group("5A"), desk.group("6B")])
    history = await desk.ask("office", HISTORY, **SCHOOL, **DAY)
    was = {"date": "2026-09-07", "bell": 1, "room": "101", "cancelled": False, "merged": False, "teacher": {"givenName": "Teacher"}}
    assert next(one for one in history if one["lessonId"] == desk.lesson("5A-1")) == {
        "lessonId": desk.lesson("5A-1"), "revision": 1, "reason": "ремонт", "at": NOON.isoformat(), "by": {"givenName": "Office"},
        "subject": {"name": "Алгебра"}, "classGroup": {"name": "5A"}, "old": was, "new": {**was, "date": "2026-09-08", "bell": 3}}
    assert len(await desk.ask("office", HISTORY, **SCHOOL, date="2026-09-08")) == 1
    for document in (PLAN, HISTORY, TEACHERS):
        assert (await desk.error("teacher", document, **SCHOOL, **DAY))[0] == "NOT_ALLOWED"
        assert await desk.error("office2", document, **SCHOOL, **DAY) == ABSENT


async def test_a_school_without_terms_changes_nothing(desk: Desk) -> None:
    async with desk.database.begin() as session:
        await session.execute(sa.delete(Term))
    before = await desk.everything(Lesson, Substitution)
    assert [answer["message"] for answer in await substitute(desk, change(desk, cancelled=True))] == ["the date lies outside the terms"]
    assert await desk.everything(Lesson, Substitution) == before


async def test_history_never_loses_a_row(desk: Desk) -> None:
    await free(desk, "helper")
    said: list[dict[str, Any]] = [{"cancelled": True}, {}, {"teacher": "helper"}, {"date": "2026-09-10", "bell": 4}, {"room": "9"}, {"mergeWith": "6B-1"}, {}]
    for revision, one in enumerate(said):
        clock.use(clock.Clock(NOON, NOON + dt.timedelta(minutes=revision), 0))
        [lesson] = await substitute(desk, change(desk, revision=revision, reason=f"причина {revision}", **one))
        assert lesson["revision"] == revision + 1, lesson
    async with desk.database.read() as session:
        rows = (await session.execute(sa.select(Substitution).order_by(Substitution.revision))).scalars().all()
    assert [(row.revision, row.reason) for row in rows] == [(number + 1, f"причина {number}") for number in range(len(said))]
    fields = ("cancelled", "teacher_id", "on_date", "bell", "room", "merged_with_id")
    for earlier, later in pairwise(rows):
        assert [getattr(earlier, name) for name in fields] == [getattr(later, f"old_{name}") for name in fields]
