"""Figures of the diary: by day, week, class and subject."""

import datetime as dt
from typing import Any

import pytest

from school import ids
from school.diary.models import Attendance, AttendanceKind, Mark, WorkKind
from school.ids import Kind
from school.registry.types import school_id
from tests.diary.desk import NOON, Desk

COUNTS = "counts { present late absent excused }"
SCALE = "counts { scale { name } average { decimal } values { value count } }"
ATTENDANCE = f"""query($school: ID!, $group: ID, $from: Date!, $to: Date!) {{
    attendanceFigures(schoolId: $school, classGroupId: $group, from: $from, to: $to) {{
    days {{ date {COUNTS} }} classes {{ classGroup {{ name }} {COUNTS} }} }} }}"""
MARKS = f"""query($school: ID!, $group: ID, $from: Date!, $to: Date!) {{ markFigures(schoolId: $school, classGroupId: $group, from: $from, to: $to) {{
    weeks {{ week {SCALE} }} classes {{ classGroup {{ name }} {SCALE} }} subjects {{ subject {{ name }} {SCALE} }} }} }}"""
WEEKS = {"from": "2026-09-07", "to": "2026-09-20"}


def asked(group: str | None = None, school: int = 1, **days: Any) -> dict[str, Any]:
    """Variables of either query."""
    return {"school": school_id(school), "group": group, **WEEKS, **days}


def counts(present: int = 0, late: int = 0, absent: int = 0, excused: int = 0) -> dict[str, int]:
    """Entries as the API tells them."""
    return {"present": present, "late": late, "absent": absent, "excused": excused}


async def attend(desk: Desk, lesson: str, **kinds: str) -> None:
    """Entries of a lesson's register, by pupil."""
    async with desk.database.begin() as session:
        session.add_all(Attendance(
            school_id=1, lesson_id=desk.world.lessons[lesson], pupil_id=desk.world.people[pupil], kind=AttendanceKind(kind),
            minutes_late=3 if kind == "late" else None, by=desk.world.people["teacher"], at=NOON) for pupil, kind in kinds.items())


async def give(desk: Desk, lesson: str, pupil: str, value: int, *, weight: int = 1, course: str = "5A", withdrawn: bool = False) -> None:
    """A mark."""
    async with desk.database.begin() as session:
        session.add(Mark(
            school_id=1, id=ids.new(), pupil_id=desk.world.people[pupil], lesson_id=desk.world.lessons[lesson], course_id=desk.world.courses[course],
            value=value, weight=weight, work=WorkKind.TEST, comment=None, revision=1, given_by=desk.world.people["teacher"], given_at=NOON,
            withdrawn_at=NOON if withdrawn else None))


async def test_the_registers_are_counted_by_day_and_class(desk: Desk) -> None:
    await desk.add_lesson("tuesday", on_date=dt.date(2026, 9, 8))
    await desk.add_lesson("later", on_date=dt.date(2026, 9, 21))
    await attend(desk, "5A-1", anna="late", boris="absent")
    await attend(desk, "5A-2", anna="present", boris="absent")
    await attend(desk, "6B-1", vera="excused")
    await attend(desk, "tuesday", anna="present", boris="present")
    await attend(desk, "later", anna="absent")
    for login in ("office", "class_teacher"):
        found = await desk.ask(login, ATTENDANCE, **asked(desk.group("5A")))
        assert found == {
            "days": [{"date": "2026-09-07", "counts": counts(present=1, late=1, absent=2)}, {"date": "2026-09-08", "counts": counts(present=2)}],
            "classes": [{"classGroup": {"name": "5A"}, "counts": counts(present=3, late=1, absent=2)}],
        }
    assert await desk.ask("office", ATTENDANCE, **asked()) == {
        "days": [{"date": "2026-09-07", "counts": counts(1, 1, 2, 1)}, {"date": "2026-09-08", "counts": counts(present=2)}],
        "classes": [
            {"classGroup": {"name": "5A"}, "counts": counts(3, 1, 2)}, {"classGroup": {"name": "6B"}, "counts": counts(excused=1)},
        ],
    }
    assert await desk.ask("class_teacher", ATTENDANCE, **asked()) == found


async def test_marks_are_counted_by_week_class_and_subject(desk: Desk) -> None:
    await desk.add_lesson("sunday", on_date=dt.date(2026, 9, 13))
    await desk.add_lesson("monday", on_date=dt.date(2026, 9, 14))
    await give(desk, "5A-1", "anna", 5, weight=3)
    await give(desk, "sunday", "anna", 4)
    await give(desk, "sunday", "boris", 4)
    await give(desk, "sunday", "boris", 2, withdrawn=True)
    await give(desk, "monday", "boris", 2)
    await give(desk, "6B-1", "vera", 3, course="6B")

    def told(average: str, **values: int) -> dict[str, Any]:
        by_value = [{"value": int(value[1:]), "count": count} for value, count in values.items()]
        return {"scale": {"name": "5"}, "average": {"decimal": average}, "values": by_value}

    fifth = told("4.17", m2=1, m4=2, m5=1)
    assert await desk.ask("class_teacher", MARKS, **asked(desk.group("5A"))) == {
        "weeks": [{"week": "2026-09-07", "counts": told("4.60", m4=2, m5=1)}, {"week": "2026-09-14", "counts": told("2.00", m2=1)}],
        "classes": [{"classGroup": {"name": "5A"}, "counts": fifth}], "subjects": [{"subject": {"name": "Алгебра"}, "counts": fifth}],
    }
    found = await desk.ask("office", MARKS, **asked())
    assert [week["counts"]["average"]["decimal"] for week in found["weeks"]] == ["4.33", "2.00"]
    assert found["classes"] == [{"classGroup": {"name": "5A"}, "counts": fifth}, {"classGroup": {"name": "6B"}, "counts": told("3.00", m3=1)}]
    assert found["subjects"] == [{"subject": {"name": "Алгебра"}, "counts": told("4.00", m2=1, m3=1, m4=2, m5=1)}]


async def test_nothing_was_written_yet(desk: Desk) -> None:
    assert await desk.ask("office", ATTENDANCE, **asked()) == {"days": [], "classes": []}
    assert await desk.ask("office", MARKS, **asked()) == {"weeks": [], "classes": [], "subjects": []}


@pytest.mark.parametrize("document", [ATTENDANCE, MARKS], ids=["attendance", "marks"])
async def test_bad_questions_are_refused(desk: Desk, document: str) -> None:
    absent = {"group": desk.group("6B"), "school": school_id(2)}
    for login, question, code in (
        ("office", {"to": "2026-09-01"}, "BAD_INPUT"), ("office", {"from": "2026-01-01"}, "TOO_MANY"), ("office", {"school": school_id(2)}, "NOT_FOUND"),
        ("office", {"school": "nonsense"}, "NOT_FOUND"), ("office", {"group": ids.encode(Kind.CLASS_GROUP, 1, ids.new())}, "NOT_FOUND"),
        ("office", {"group": desk.group("2-5A")}, "NOT_FOUND"), ("office2", absent, "NOT_FOUND"), ("class_teacher", {"group": desk.group("6B")}, "NOT_FOUND"),
        ("teacher", {}, "NOT_FOUND"), ("parent", {}, "NOT_ALLOWED"), (None, {}, "NOT_SIGNED_IN"),
    ):
        assert (await desk.error(login, document, **asked() | question))[0] == code, (login, question)


@pytest.mark.parametrize("document", [ATTENDANCE, MARKS], ids=["attendance", "marks"])
async def test_it_takes_one_statement(desk: Desk, document: str) -> None:
    await attend(desk, "5A-1", anna="present", boris="absent")
    await give(desk, "5A-1", "anna", 5)
    with desk.counted() as sent:
        await desk.ask("office", document, **asked())
    assert len(sent) == 1
