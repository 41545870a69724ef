"""A pupil moves to another class: from that day on they are in its courses, and what was until then stays with the old class's."""

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa

from school import clock, ids
from school.access import passlist
from school.clock import Clock
from school.delivery.relay import Relay
from school.diary import calendar
from school.diary.lessons import first_lesson
from school.diary.models import Attendance, Lesson, Mark
from school.errors import Refused
from school.ids import Kind, Ref
from school.outbox import Signal
from school.registry import leaving
from school.registry.calendar_models import TermKind
from school.registry.former_class_models import FormerClass
from school.registry.models import Course, Device, Pupil
from tests.diary.absence import send
from tests.diary.desk import NOON, Desk
from tests.diary.letters import make, remark
from tests.diary.test_attendance import entry, record
from tests.diary.test_forecasts import FORECAST
from tests.diary.test_homework import set_
from tests.diary.test_homework_done import OVERDUE
from tests.diary.test_marks import ABSENT, give, item
from tests.diary.test_notices import BOOK as ANNOUNCED
from tests.diary.test_notices import announced
from tests.diary.test_term_marks import PROGRESS, SHEET, add_term, decide, decision, term
from tests.world import MONDAY

DAY = dt.timedelta(days=1)
TUESDAY = MONDAY + DAY
MOVE = """mutation($input: MovePupilInput!) {movePupil(input: $input) {
  ... on PupilMove {pupilId on classGroup {name}} ... on Refusal {code message}}}"""
BOOK = """query($id: ID!, $from: Date!, $to: Date!) {gradebook(courseId: $id, from: $from, to: $to) {
  pupils {person {id} leftOn marks {value} attendance {attendance: kind}}}}"""
DAY_OF = """query($child: ID!, $date: Date!) {childDay(childId: $child, date: $date) {
  lessons {lesson {id} marks {value} homework {id} attendance {kind}}}}"""
LESSONS = "query($child: ID!, $from: Date!, $to: Date!) {lessons(childId: $child, from: $from, to: $to) {id}}"


async def move(desk: Desk, pupil: str = "anna", group: str = "6B", on: dt.date = TUESDAY, login: str | None = "office") -> Any:
    """The answer of movePupil."""
    return await desk.ask(login, MOVE, input={"pupilId": desk.person(pupil), "classGroupId": desk.group(group), "on": on.isoformat()})


async def book(desk: Desk, course: str, login: str = "office", from_: dt.date = MONDAY, to: dt.date = TUESDAY + DAY) -> dict[str, Any]:
    """A gradebook's rows by pupil."""
    found = await desk.ask(login, BOOK, id=desk.course(course), **{"from": from_.isoformat(), "to": to.isoformat()})
    return {row.pop("person")["id"]: row for row in found["pupils"]}


async def test_a_pupil_who_moves_stays_in_the_old_gradebook_until_then(desk: Desk) -> None:
    anna = desk.person("anna")
    await desk.add_lesson("5A-tuesday", course="5A", on_date=TUESDAY)
    await desk.add_lesson("6B-tuesday", course="6B", on_date=TUESDAY)
    await give(desk, item(desk))
    for _ in range(2):
        assert await move(desk) == {"pupilId": anna, "on": "2026-09-08", "classGroup": {"name": "6B"}}
    [(_, topics, payload)] = [event for event in await desk.events() if event[0] == "diary.pupil_moved"]
    ids_ = {name: str(desk.world.classes[name]) for name in ("5A", "6B")}
    assert (topics[0], payload) == (str(desk.world.people["anna"]), {
        "person_id": str(desk.world.people["anna"]), "class_group_id": ids_["6B"], "old_class_group_id": ids_["5A"], "on": "2026-09-08"})
    assert await desk.rows(FormerClass, "pupil_id", "since", "until", "class_group_id") == [
        (desk.world.people["anna"], dt.date(2026, 9, 1), TUESDAY, desk.world.classes["5A"])]
    old, new = await book(desk, "5A"), await book(desk, "6B")
    assert old[anna] == {"leftOn": "2026-09-08", "marks": [{"value": 5}], "attendance": []}
    assert new[anna] == {"leftOn": None, "marks": [], "attendance": []}
    assert anna not in await book(desk, "5A", from_=TUESDAY)
    assert anna not in await book(desk, "6B", to=MONDAY)
    assert anna in await book(desk, "5A", "teacher")
    # The old class's teacher may still write what was until then, and the new one's what is from then on.
    await record(desk, entry(desk, "anna", "ABSENT"))
    assert (await book(desk, "5A"))[anna]["attendance"] == [{"attendance": "ABSENT"}]
    [mark] = await give(desk, item(desk, value=4), lesson="5A-1")
    assert mark["value"] == 4


async def test_a_child_s_days_are_those_of_the_class_of_then(desk: Desk) -> None:
    await desk.add_lesson("5A-tuesday", course="5A", on_date=TUESDAY)
    await desk.add_lesson("6B-tuesday", course="6B", on_date=TUESDAY)
    await give(desk, item(desk))
    await move(desk)
    asked = {"child": desk.person("anna"), "from": MONDAY.isoformat(), "to": TUESDAY.isoformat()}
    for login in ("parent", "anna", "office"):
        days = [await desk.ask(login, DAY_OF, child=asked["child"], date=asked[day]) for day in ("from", "to")]
        on = [[one["lesson"]["id"] for one in day["lessons"]] for day in days]
        assert desk.lesson("5A-1") in on[0]
        assert desk.lesson("6B-1") not in on[0]
        assert on[1] == [desk.lesson("6B-tuesday")]
        assert [one["marks"] for one in days[0]["lessons"] if one["lesson"]["id"] == desk.lesson("5A-1")] == [[{"value": 5}]]
        assert {one["id"] for one in await desk.ask(login, LESSONS, **asked)} == set(on[0] + on[1])
    asked_what_if = {"child": desk.person("anna"), "course": desk.course("5A"), "term": term(desk), "marks": []}
    assert (await desk.ask("parent", FORECAST, **asked_what_if))["average"]["decimal"] == "5.00"
    boris = await desk.ask("other_parent", LESSONS, **{**asked, "child": desk.person("boris")})
    assert desk.lesson("5A-tuesday") in {one["id"] for one in boris}


async def test_a_move_on_the_first_day_leaves_no_trace_and_back_is_a_move_too(desk: Desk) -> None:
    assert (await move(desk, on=dt.date(2026, 9, 1)))["on"] == "2026-09-01"
    assert await desk.rows(FormerClass, "pupil_id") == []
    assert await desk.rows(Pupil, "class_group_id", "enrolled_on") != []
    assert (await move(desk, group="5A", on=dt.date(2026, 9, 4)))["classGroup"] == {"name": "5A"}
    assert (await move(desk, group="6B", on=TUESDAY))["classGroup"] == {"name": "6B"}
    assert [(until.day, group) for until, group in await desk.rows(FormerClass, "until", "class_group_id")] == [
        (4, desk.world.classes["6B"]), (8, desk.world.classes["5A"])]
    anna = desk.person("anna")
    assert (await book(desk, "6B", from_=dt.date(2026, 9, 1), to=MONDAY))[anna]["leftOn"] == "2026-09-04"
    assert (await book(desk, "6B", from_=dt.date(2026, 9, 1)))[anna]["leftOn"] is None


async def test_who_leaves_before_a_move_was_until_then_in_the_old_class(desk: Desk) -> None:
    """The first day in the next class may lie ahead: after a school year was started, for a whole summer."""
    anna = desk.person("anna")
    await move(desk)

    async def end(on: dt.date) -> None:
        async with desk.database.begin() as session:
            await leaving.end_pupil(session, desk.world.viewers["office"], Ref(1, desk.world.people["anna"]), on)

    with pytest.raises(Refused, match="before the day of enrolment"):
        await end(dt.date(2026, 8, 31))
    assert {row[0] for row in await desk.rows(Pupil, "left_on")} == {None}
    await end(MONDAY)
    first = MONDAY - DAY
    assert (await book(desk, "5A", from_=first))[anna]["leftOn"] == MONDAY.isoformat()
    assert anna not in {*await book(desk, "5A"), *await book(desk, "6B", from_=first)}
    gone = "the pupil was not at the school on the day of the lesson"
    assert [one["message"] for one in (*await give(desk, item(desk)), *await record(desk, entry(desk, "anna", "ABSENT")))] == [gone, gone]
    await end(TUESDAY)
    assert (await book(desk, "5A"))[anna]["leftOn"] == TUESDAY.isoformat()
    assert [one["value"] for one in await give(desk, item(desk))] == [5]


async def test_what_is_no_move_is_refused(desk: Desk) -> None:
    await give(desk, item(desk))
    await record(desk, entry(desk, "boris", "PRESENT"))
    before = [await desk.rows(Pupil, "id", "class_group_id", "enrolled_on"), await desk.events()]
    late = {"code": "CONFLICT", "message": "the old class has marks or register entries of the pupil from that day on"}
    assert await move(desk, on=MONDAY) == await move(desk, "boris", on=MONDAY) == late
    for on in (dt.date(2026, 8, 31), TUESDAY + DAY):
        assert (await move(desk, on=on))["code"] == "BAD_INPUT"
    assert await move(desk, group="5A") == {"code": "BAD_INPUT", "message": "the pupil is in this class already"}
    assert await move(desk, group="2-5A") == await move(desk, "gleb", "2-5A") == await move(desk, login="office2") == await move(desk, "teacher") == ABSENT
    assert [(await move(desk, login=login))["code"] for login in ("teacher", "class_teacher", "parent", "anna")] == ["NOT_ALLOWED"] * 4
    await desk.change(Pupil, desk.world.people["vera"], left_on=MONDAY)
    assert await move(desk, "vera", "5A") == {"code": "BAD_INPUT", "message": "the pupil has left the school"}
    await desk.change(Pupil, desk.world.people["vera"], left_on=None)
    assert [await desk.rows(Pupil, "id", "class_group_id", "enrolled_on"), await desk.events()] == before
    assert (len(await desk.rows(Mark, "id")), len(await desk.rows(Attendance, "kind")), await desk.rows(FormerClass, "since")) == (1, 1, [])


async def test_a_day_before_the_first_in_a_class_is_not_the_pupil_s(desk: Desk) -> None:
    await move(desk)
    [mark] = await give(desk, item(desk), lesson="6B-1", login="class_teacher")
    assert mark == {"code": "BAD_INPUT", "message": "the pupil was not at the school on the day of the lesson"}


async def test_a_term_s_mark_is_the_class_s_in_which_the_term_ended(desk: Desk) -> None:
    before = await add_term(desk, TermKind.TERM, dt.date(2026, 9, 1), MONDAY)
    await give(desk, item(desk))
    await decide(desk, decision(desk, "anna", 4), of=before)
    await move(desk)

    async def sheet(course: str, of: str) -> dict[str, Any]:
        found = await desk.ask("office", SHEET, course=desk.course(course), term=of)
        return {row["person"]["givenName"]: row["decision"] and row["decision"]["value"] for row in found["pupils"]}

    assert (await sheet("5A", before), await sheet("6B", before)) == ({"Anna": 4, "Boris": None}, {"Vera": None})
    assert (await sheet("5A", term(desk)), await sheet("6B", term(desk))) == ({"Boris": None}, {"Anna": None, "Vera": None})
    [changed] = await decide(desk, decision(desk, "anna", 5, 1), of=before)
    assert (changed["value"], changed["average"]["decimal"], changed["revision"]) == (5, "5.00", 2)
    late = {"code": "BAD_INPUT", "message": "the pupil was not at the school in the term"}
    assert await decide(desk, decision(desk, "anna"), login="class_teacher", course="6B", of=before) == [late]
    assert (await decide(desk, decision(desk, "anna")))[0]["code"] == "NOT_FOUND", "of a term that goes on after the move the new class decides"
    for of, pupils in ((before, [(2, 1), (1, 0)]), (term(desk), [(1, 0), (2, 0)])):
        found = await desk.ask("office", PROGRESS, term=of, first=10)
        assert [(edge["node"]["pupils"], edge["node"]["decided"]) for edge in found["edges"]] == pupils
    for course in ("5A", "6B"):
        await desk.change(Course, desk.world.courses[course], closed_at=NOON)
    found = await desk.ask("office", PROGRESS, term=before, first=10)
    assert [edge["node"]["decided"] for edge in found["edges"]] == [1], "a closed course is waited for no more, and what it has decided is told"


async def test_whoever_decides_a_term_s_mark_sees_what_the_class_before_gave(desk: Desk) -> None:
    """And the year's, what it has decided; of nobody else."""
    before, year = [await add_term(desk, kind, dt.date(2026, 9, 1), last) for kind, last in ((TermKind.TERM, MONDAY), (TermKind.YEAR, dt.date(2027, 5, 31)))]
    await give(desk, item(desk, value=4, weight=3), item(desk, value=5), item(desk, "boris", value=2))
    await decide(desk, decision(desk, "anna", 4), of=before)
    await move(desk)
    asked = """query($course: ID!, $term: ID!) { termSheet(courseId: $course, termId: $term) {
      pupils { person { givenName } marks average { decimal } elsewhere elsewhereAverage { decimal } parts { label } } } }"""

    async def row(login: str, course: str, of: str, name: str) -> Any:
        found = await desk.ask(login, asked, course=desk.course(course), term=of)
        return next((row for row in found["pupils"] if row["person"]["givenName"] == name), None)

    anna = {"person": {"givenName": "Anna"}, "marks": 0, "average": None, "elsewhere": 2, "elsewhereAverage": {"decimal": "4.25"}}
    assert await row("class_teacher", "6B", term(desk), "Anna") == {**anna, "parts": []}
    assert await row("class_teacher", "6B", year, "Anna") == {**anna, "parts": [{"label": "4"}]}
    assert (await row("class_teacher", "6B", term(desk), "Vera"))["elsewhere"] == 0
    assert await row("teacher", "5A", term(desk), "Anna") is None
    assert (await row("teacher", "5A", term(desk), "Boris"))["elsewhere"] == 0


async def test_homework_of_before_is_the_old_class_s(desk: Desk) -> None:
    """What the new class had to do before is neither overdue nor in the calendar; what was due in the old class is due no more."""
    mine, theirs = await set_(desk), await set_(desk, "6B-2", login="class_teacher")
    await move(desk)
    clock.use(Clock(NOON + DAY, NOON + DAY, 0))
    overdue = [await desk.ask("office", OVERDUE, child=desk.person(name)) for name in ("anna", "vera")]
    assert [[one["id"] for one in of] for of in overdue] == [[], [theirs["id"]]]
    viewer = desk.world.viewers["parent"]
    read = await calendar.read(desk.database.reader(viewer.identity()), viewer, Ref(1, desk.world.people["anna"]), "Europe/Moscow")
    assert [row.id for row in read.homework] == [ids.decode(Kind.HOMEWORK, mine["id"]).id]
    assert {row.class_group_id for row in read.lessons} == {desk.world.classes["5A"]}


async def test_nobody_is_remarked_about_in_a_lesson_of_before(desk: Desk) -> None:
    await move(desk)
    assert await make(desk, remark(desk, "anna"), lesson="6B-1", login="class_teacher") == [{**ABSENT, "retryAfter": None}]


async def test_the_first_lesson_of_a_day_is_that_of_the_class_of_then(desk: Desk) -> None:
    """A move of tomorrow is told today: whoever is late today is so for the old class's lesson."""
    await desk.change(Lesson, desk.world.lessons["5A-1"], cancelled_at=NOON)
    await move(desk)
    async with desk.database.read() as session:
        first = first_lesson(sa.literal(1), sa.literal(desk.world.people["anna"], sa.Uuid()), sa.literal(MONDAY))
        assert await session.scalar(sa.select(first)) == desk.world.lessons["5A-2"]


async def test_the_gates_hear_of_a_move(desk: Desk) -> None:
    """Rules may be a class's: the entry of this pupil alone is told anew."""
    relay = Relay(desk.database, Signal())
    async with desk.database.read() as session:
        device = await session.get(Device, (1, desk.world.devices["gate"]))
        assert device is not None
        whole = await passlist.pass_list(session, device, None)
    await move(desk, "boris")
    await relay.publish()
    await move(desk)
    before = int(whole.version)
    while await relay.publish():
        pass
    async with desk.database.read() as session:
        changes = await passlist.pass_list(session, device, str(before + 2))  # Boris's two rows of the feed
    assert (changes.full, [entry.token for entry in changes.entries]) == (False, [desk.world.token("anna").hex()])


async def test_an_absence_of_today_stays_announced_in_the_old_class_s_register(desk: Desk) -> None:
    await desk.add_lesson("5A-tuesday", course="5A", on_date=TUESDAY)
    await desk.add_lesson("6B-tuesday", course="6B", on_date=TUESDAY)
    await send(desk, await desk.add_reason("Болезнь", "Б"), startsOn=MONDAY.isoformat(), endsOn=TUESDAY.isoformat())
    before = await announced(desk)
    assert len(before["Anna"]) == 3
    await move(desk)
    assert await announced(desk) == {**before, "Anna": [one for one in before["Anna"] if one[0] != "5A-tuesday"]}
    found = await desk.ask("office", ANNOUNCED, course=desk.course("6B"), **{"from": MONDAY.isoformat(), "to": TUESDAY.isoformat()})
    assert [one["lessonId"] for one in found["announced"]] == [desk.lesson("6B-tuesday")]
