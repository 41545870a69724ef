"""What registers said before: kept when another entry takes its place, and told to whoever sees it; a course's to whoever opens its gradebook."""

import datetime as dt
from typing import Any

import pytest

from school import clock
from school.diary.attendance_models import ReplacedAttendance
from tests.diary.desk import NOON, Desk
from tests.diary.test_attendance import entry, record
from tests.diary.test_class_moves import book, move
from tests.world import MONDAY

HISTORY = "query($lesson: ID!, $child: ID!) { attendanceHistory(lessonId: $lesson, childId: $child) { kind minutesLate at reason { sign } by { givenName } } }"
CHANGES = """query($course: ID!, $from: Date!, $to: Date!) { registerChanges(courseId: $course, from: $from, to: $to) {
  lessonId pupil { givenName } old { kind minutesLate by { givenName } } new { kind minutesLate reason { sign } by { givenName } } } }"""
SPREAD = "mutation($input: SpreadAbsenceInput!) { spreadAbsence(input: $input) { ... on AbsenceSpread { written } } }"
ABSENT = ("NOT_FOUND", "No such object.")
DAYS = {"from": MONDAY.isoformat(), "to": MONDAY.isoformat()}


async def told(desk: Desk, login: str = "parent", lesson: str = "5A-1", child: str = "anna") -> Any:
    return await desk.ask(login, HISTORY, lesson=desk.lesson(lesson), child=desk.person(child))


async def changed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> str:
    """Anna is told absent, then seven minutes late, then the office's reason is spread over Boris, who was absent; the reason."""
    await record(desk, entry(desk, "anna", "ABSENT"), entry(desk, "boris", "ABSENT"))
    monkeypatch.setattr(clock, "now", lambda: NOON + dt.timedelta(minutes=5))
    await record(desk, entry(desk, "anna", "LATE", 7), entry(desk, "boris", "ABSENT"))
    monkeypatch.setattr(clock, "now", lambda: NOON + dt.timedelta(minutes=9))
    reason = await desk.add_reason("Соревнования", "С")
    spread = {"childId": desk.person("boris"), **DAYS, "reasonId": reason}
    assert (await desk.ask("office", SPREAD, input=spread))["written"] == 2
    return reason


async def test_what_an_entry_was_is_told_with_who_and_when(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    await changed(desk, monkeypatch)
    teacher = {"by": {"givenName": "Teacher"}, "reason": None}
    for login in ("parent", "teacher", "class_teacher", "office"):
        assert await told(desk, login) == [
            {"kind": "ABSENT", "minutesLate": None, "at": NOON.isoformat(), **teacher},
            {"kind": "LATE", "minutesLate": 7, "at": (NOON + dt.timedelta(minutes=5)).isoformat(), **teacher}]
    found = await told(desk, "office", child="boris")
    assert [(one["kind"], one["reason"], one["by"]["givenName"]) for one in found] == [("ABSENT", None, "Teacher"), ("EXCUSED", {"sign": "С"}, "Office")]
    before = await desk.everything()
    await record(desk, entry(desk, "anna", "LATE", 7))  # the same again
    assert await desk.everything() == before
    assert len(await desk.rows(ReplacedAttendance, "kind")) == 2
    for login, lesson, child in (("parent", "5A-1", "boris"), ("other_parent", "5A-1", "anna"), ("parent", "5A-2", "anna"), ("parent", "6B-1", "anna")):
        assert await desk.error(login, HISTORY, lesson=desk.lesson(lesson), child=desk.person(child)) == ABSENT


async def test_a_course_s_changes_are_listed_for_whoever_opens_its_gradebook(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    await changed(desk, monkeypatch)
    asked = {"course": desk.course("5A"), **DAYS}
    teacher = {"givenName": "Teacher"}
    listed = [
        {"lessonId": desk.lesson("5A-1"), "pupil": {"givenName": "Boris"}, "old": {"kind": "ABSENT", "minutesLate": None, "by": teacher},
         "new": {"kind": "EXCUSED", "minutesLate": None, "reason": {"sign": "С"}, "by": {"givenName": "Office"}}},
        {"lessonId": desk.lesson("5A-1"), "pupil": {"givenName": "Anna"}, "old": {"kind": "ABSENT", "minutesLate": None, "by": teacher},
         "new": {"kind": "LATE", "minutesLate": 7, "reason": None, "by": teacher}}]
    for login in ("teacher", "class_teacher", "office"):
        assert await desk.ask(login, CHANGES, **asked) == listed
    assert (await desk.error("parent", CHANGES, **asked))[0] == "NOT_ALLOWED"
    assert await desk.error("office2", CHANGES, **asked) == ABSENT
    monkeypatch.setattr(clock, "now", lambda: NOON + dt.timedelta(minutes=20))
    await record(desk, entry(desk, "anna"))
    with desk.counted() as statements:
        found = await desk.ask("teacher", CHANGES, **asked)
    assert len(statements) <= 2, statements
    assert [(one["pupil"]["givenName"], one["old"]["kind"], one["new"]["kind"]) for one in found] == [
        ("Anna", "LATE", "PRESENT"), ("Boris", "ABSENT", "EXCUSED"), ("Anna", "ABSENT", "LATE")]


async def test_whose_entry_it_was_is_known_after_a_move(desk: Desk) -> None:
    """The old teacher may not ask for the pupil any more, and has them in the gradebook."""
    await record(desk, entry(desk, "anna", "ABSENT"))
    await record(desk, entry(desk, "anna", "LATE", 7))
    await move(desk)
    asked = "query($course: ID!, $from: Date!, $to: Date!) { registerChanges(courseId: $course, from: $from, to: $to) { pupilId pupil { givenName } } }"
    assert await desk.ask("teacher", asked, course=desk.course("5A"), **DAYS) == [{"pupilId": desk.person("anna"), "pupil": None}]
    assert desk.person("anna") in await book(desk, "5A", "teacher")
