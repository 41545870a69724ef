"""Withdrawn marks of a course: who, when, why; a number of statements that does not grow; rights are the gradebook's."""

import datetime as dt
from typing import Any

from school import ids
from school.ids import Kind
from tests.diary.desk import NOON, Desk
from tests.diary.test_corrections import correct, withdraw
from tests.diary.test_marks import give, item

WITHDRAWN = """query($course: ID!, $from: Date!, $to: Date!) { withdrawnMarks(courseId: $course, from: $from, to: $to) {
  at reason by { givenName } pupil { givenName } mark { id lessonId value revision counts withdrawnAt } } }"""
SEPTEMBER = {"from": "2026-09-01", "to": "2026-09-30"}
ABSENT = ("NOT_FOUND", "No such object.")


async def test_who_withdrew_a_mark_when_and_why(desk: Desk) -> None:
    asked = {"course": desk.course("5A"), **SEPTEMBER}
    marks = await give(desk, item(desk, value=5), item(desk, "boris", value=2), item(desk, value=3))
    other = await give(desk, item(desk, value=4), lesson="5A-2")
    assert await desk.ask("teacher", WITHDRAWN, **asked) == []
    await correct(desk, marks[0]["id"], 1, value=4)
    await withdraw(desk, marks[0]["id"], 2, reason="чужая")
    await withdraw(desk, marks[1]["id"], 1)
    await withdraw(desk, other[0]["id"], 1)

    def one(mark: Any, lesson: str, pupil: str, value: int, revision: int, reason: str | None) -> dict[str, Any]:
        shown = {"id": mark["id"], "lessonId": desk.lesson(lesson), "value": value, "revision": revision, "counts": False, "withdrawnAt": NOON.isoformat()}
        return {"at": NOON.isoformat(), "reason": reason, "by": {"givenName": "Teacher"}, "pupil": {"givenName": pupil}, "mark": shown}

    expected = [one(marks[0], "5A-1", "Anna", 4, 3, "чужая"), one(marks[1], "5A-1", "Boris", 2, 2, None), one(other[0], "5A-2", "Anna", 4, 2, None)]
    expected.sort(key=lambda row: row["mark"]["id"])
    for login in ("teacher", "class_teacher", "office"):
        found = await desk.ask(login, WITHDRAWN, **asked)
        assert sorted(found, key=lambda row: row["mark"]["id"]) == expected, login
    assert await desk.ask("teacher", WITHDRAWN, course=desk.course("5A"), **{"from": "2026-09-08", "to": "2026-09-30"}) == []


async def test_withdrawn_marks_are_two_statements_however_many(desk: Desk) -> None:
    asked = {"course": desk.course("5A"), **SEPTEMBER}
    counts = []
    for number in (1, 12):
        for mark in await give(desk, *(item(desk, value=5) for _ in range(number))):
            await withdraw(desk, mark["id"], 1)
        with desk.counted() as statements:
            assert len(await desk.ask("office", WITHDRAWN, **asked)) >= number
        counts.append(len(statements))
    assert counts[1] <= counts[0] <= 2


async def test_withdrawn_marks_are_for_whoever_opens_the_gradebook(desk: Desk) -> None:
    (mark,) = await give(desk, item(desk, value=5))
    await withdraw(desk, mark["id"], 1)
    asked = {"course": desk.course("5A"), **SEPTEMBER}
    for login in ("teacher2", "office2"):
        absent = {**asked, "course": ids.encode(Kind.COURSE, 1, ids.new())}
        assert await desk.error(login, WITHDRAWN, **asked) == await desk.error(login, WITHDRAWN, **absent) == ABSENT
    for login in ("parent", "anna", "guard", "canteen"):
        assert await desk.error(login, WITHDRAWN, **asked) == ("NOT_ALLOWED", "Your role may not do this.")
    late = (dt.date(2026, 9, 1) + dt.timedelta(days=190)).isoformat()
    assert await desk.error("teacher", WITHDRAWN, course=desk.course("5A"), **{"from": "2026-09-01", "to": late}) == ("TOO_MANY", "at most 190 days at once")
