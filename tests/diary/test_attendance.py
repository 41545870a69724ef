"""The register: one entry for a pupil and a lesson, changed in place, with an event that tells old and new."""

import datetime as dt
from typing import Any

import pytest

from school import ids
from school.diary.models import Attendance
from school.ids import Kind
from school.registry.models import Pupil
from tests.diary.desk import NOON, Desk
from tests.diary.test_marks import ABSENT
from tests.world import MONDAY

RECORD = """mutation($lesson: ID!, $items: [RecordAttendanceItem!]!) { recordAttendance(input: {lessonId: $lesson, items: $items}) {
  ... on AttendanceResults { results { ... on Attendance { lessonId pupilId kind minutesLate at } ... on Refusal { code message } } }
  ... on Refusal { code message } } }"""
COLUMNS = ("pupil_id", "kind", "minutes_late", "by", "at")


def entry(desk: Desk, pupil: str, kind: str = "PRESENT", minutes: int | None = None) -> dict[str, Any]:
    """An item of recordAttendance."""
    return {"pupilId": desk.person(pupil), "kind": kind, "minutesLate": minutes}


async def record(desk: Desk, *items: dict[str, Any], lesson: str = "5A-1", login: str | None = "teacher") -> Any:
    """The answers of recordAttendance; a refusal of the whole as a dict."""
    answer = await desk.ask(login, RECORD, lesson=desk.lesson(lesson), items=list(items))
    return answer.get("results", answer)


async def test_a_register_is_written_and_changed(desk: Desk) -> None:
    people = desk.world.people
    answers = await record(desk, entry(desk, "anna", "LATE", 7), entry(desk, "boris"))
    common = {"lessonId": desk.lesson("5A-1"), "at": NOON.isoformat()}
    assert answers == [
        {"pupilId": desk.person("anna"), "kind": "LATE", "minutesLate": 7, **common},
        {"pupilId": desk.person("boris"), "kind": "PRESENT", "minutesLate": None, **common}]
    assert (await record(desk, entry(desk, "anna", "EXCUSED")))[0]["kind"] == "EXCUSED"
    assert await desk.rows(Attendance, *COLUMNS) == sorted([
        (people["anna"], "excused", None, people["teacher"], NOON), (people["boris"], "present", None, people["teacher"], NOON)], key=str)
    events = await desk.events()
    assert [(kind, topics) for kind, topics, _ in events] == [("diary.attendance_recorded", (str(people[name]),)) for name in ("anna", "boris", "anna")]
    said = ("kind", "minutes_late", "old_kind", "old_minutes_late")
    assert [tuple(payload[name] for name in said) for _, _, payload in events] == [
        ("late", 7, None, None), ("present", None, None, None), ("excused", None, "late", 7)]
    assert events[0][2].items() >= {
        "lesson_id": str(desk.world.lessons["5A-1"]), "course_id": str(desk.world.courses["5A"]), "date": "2026-09-07", "bell": 1}.items()


async def test_the_number_of_statements_does_not_grow(desk: Desk) -> None:
    names = [f"Ученик {number:02}" for number in range(100)]
    await desk.add_pupils(*names)
    for lesson, size in (("5A-1", 1), ("5A-2", 100)):
        for kind, most in (("PRESENT", 4), ("ABSENT", 5)):  # what is replaced is kept
            with desk.counted() as statements:
                assert len(await record(desk, *(entry(desk, name, kind) for name in names[:size]), lesson=lesson)) == size
            assert len(statements) == most, statements


async def test_saying_the_same_again_changes_nothing(desk: Desk) -> None:
    items = [entry(desk, "anna", "LATE", 7), entry(desk, "boris", "ABSENT")]
    answers = await record(desk, *items)
    before = await desk.everything()
    assert await record(desk, *items) == answers
    assert await desk.everything() == before
    await record(desk, entry(desk, "anna", "LATE", 8), items[1])
    assert len(await desk.events()) == 3


async def test_one_bad_item_does_not_hold_up_the_others(desk: Desk) -> None:
    await desk.add_pupils("Ушедший")
    await desk.change(Pupil, desk.world.people["Ушедший"], left_on=MONDAY)
    late = {"code": "BAD_INPUT", "message": "minutesLate belongs to LATE, and only there"}
    items = [entry(desk, "vera"), entry(desk, "gleb"), {"pupilId": "x", "kind": "ABSENT"}, entry(desk, "Ушедший"), entry(desk, "anna", "LATE")]
    assert await record(desk, *items) == [
        ABSENT, ABSENT, ABSENT, {"code": "BAD_INPUT", "message": "the pupil was not at the school on the day of the lesson"}, late]
    assert await record(desk, entry(desk, "anna", "PRESENT", 3)) == [late]
    for minutes in (0, -1, 241, 2**31 - 1):
        assert await record(desk, entry(desk, "anna", "LATE", minutes)) == [{"code": "BAD_INPUT", "message": "minutesLate lies between 1 and 240"}]
    assert not any((await desk.everything()).values())
    answers = await record(desk, entry(desk, "vera"), entry(desk, "boris", "ABSENT"))
    assert [answer.get("code", answer.get("kind")) for answer in answers] == ["NOT_FOUND", "ABSENT"]
    assert await desk.rows(Attendance, "pupil_id", "kind") == [(desk.world.people["boris"], "absent")]


async def test_a_register_is_refused_as_a_whole(desk: Desk) -> None:
    await desk.add_lesson("tomorrow", on_date=MONDAY + dt.timedelta(days=1))
    await desk.add_lesson("cancelled", cancelled_at=NOON)
    desk.world.lessons["absent"] = ids.new()
    anna = entry(desk, "anna")
    assert await record(desk) == {"code": "BAD_INPUT", "message": "items must not be empty"}
    assert await record(desk, *[anna] * 101) == {"code": "TOO_MANY", "message": "items holds at most 100 items"}
    assert await record(desk, anna, entry(desk, "anna", "ABSENT")) == {"code": "BAD_INPUT", "message": "items has the same item twice"}
    assert await record(desk, anna, lesson="tomorrow") == {"code": "BAD_INPUT", "message": "the lesson lies in the future"}
    assert await record(desk, anna, lesson="cancelled") == {"code": "BAD_INPUT", "message": "the lesson is cancelled"}
    assert await record(desk, anna, lesson="absent") == await record(desk, anna, lesson="2-5A-1") == await record(desk, anna, login="class_teacher") == ABSENT
    assert not any((await desk.everything()).values())


@pytest.mark.parametrize(("login", "code"), [(None, "NOT_SIGNED_IN"), *((login, "NOT_ALLOWED") for login in ("parent", "anna", "office", "guard"))])
async def test_only_teachers_write_the_register(desk: Desk, login: str | None, code: str) -> None:
    assert (await record(desk, entry(desk, "anna"), login=login))["code"] == code
    assert not any((await desk.everything()).values())


async def test_a_pupil_of_the_same_uuid_in_another_school_is_absent(desk: Desk) -> None:
    foreign = {"pupilId": ids.encode(Kind.PERSON, 2, desk.world.people["anna"]), "kind": "ABSENT"}
    assert await record(desk, foreign) == [ABSENT]
    assert not any((await desk.everything()).values())
