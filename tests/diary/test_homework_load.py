"""How much a class has to do for a day, and the hour until which more may be set."""

import datetime as dt

import pytest

from school import clock
from school.clock import Clock
from school.diary.homework_models import HomeworkRule
from school.registry.types import school_id
from tests.diary.desk import Desk
from tests.diary.test_homework import WITHDRAW, correct_, set_
from tests.world import MONDAY

LOAD = """query($group: ID!, $from: Date!, $to: Date!) {
    homeworkLoad(classGroupId: $group, from: $from, to: $to) { date tasks minutes untold busiestMinutes } }"""
HOUR = "query($school: ID!) { homeworkHour(schoolId: $school) }"
SET_HOUR = "mutation($input: SetHomeworkHourInput!) { setHomeworkHour(input: $input) { ... on HomeworkHour { latest } ... on Refusal { code message } } }"
DAYS = {"from": "2026-09-07", "to": "2026-09-30"}
ABSENT_ERROR = ("NOT_FOUND", "No such object.")


async def test_a_day_s_minutes_are_of_all_subjects_and_of_the_busiest_pupil(desk: Desk) -> None:
    await desk.add_lesson("tomorrow", on_date=MONDAY + dt.timedelta(days=1))
    await set_(desk, "5A-1", minutes=20)
    await set_(desk, "5A-2", minutes=15)
    await set_(desk, "5A-2")
    for name, minutes in (("anna", 10), ("anna", 30), ("boris", 25)):
        await set_(desk, "5A-2", minutes=minutes, pupilIds=[desk.person(name)])
    gone = await set_(desk, "5A-2", minutes=100)
    await desk.ask("teacher", WITHDRAW, id=gone["id"])
    await set_(desk, "tomorrow", minutes=5, pupilIds=[desk.person("anna")])
    await set_(desk, "6B-1", login="class_teacher", minutes=50)
    for login in ("teacher", "class_teacher", "office"):
        with desk.counted() as statements:
            found = await desk.ask(login, LOAD, group=desk.group("5A"), **DAYS)
        assert found == [
            {"date": "2026-09-07", "tasks": 3, "minutes": 35, "untold": 1, "busiestMinutes": 75},
            {"date": "2026-09-08", "tasks": 0, "minutes": 0, "untold": 0, "busiestMinutes": 5},
        ]
        assert len(statements) == 1, statements
    for login in ("teacher2", "office2"):
        assert await desk.error(login, LOAD, group=desk.group("5A"), **DAYS) == ABSENT_ERROR
    assert await desk.error("teacher", LOAD, group=desk.group("6B"), **DAYS) == ABSENT_ERROR
    assert (await desk.error("parent", LOAD, group=desk.group("5A"), **DAYS))[0] == "NOT_ALLOWED"
    assert await desk.error("teacher", LOAD, group=desk.group("5A"), **{**DAYS, "to": "2026-10-08"}) == ("TOO_MANY", "at most 31 days at once")


async def set_hour(desk: Desk, latest: str | None, login: str | None = "office") -> object:
    """The answer of setHomeworkHour."""
    return await desk.ask(login, SET_HOUR, input={"schoolId": school_id(1), "latest": latest})


async def test_the_hour_is_the_office_s_to_set_and_the_school_s_to_know(desk: Desk) -> None:
    assert await desk.ask("teacher", HOUR, school=school_id(1)) is None
    assert await set_hour(desk, "18:00") == await set_hour(desk, "18:00:00") == {"latest": "18:00:00"}
    [(kind, topics, payload)] = await desk.events()
    assert (kind, topics, payload) == ("diary.homework_hour_set", (), {"latest": "18:00"})
    for login in ("teacher", "office"):
        assert await desk.ask(login, HOUR, school=school_id(1)) == "18:00:00"
    before = await desk.everything()
    assert await desk.error("teacher2", HOUR, school=school_id(1)) == ABSENT_ERROR
    assert (await desk.error("parent", HOUR, school=school_id(1)))[0] == "NOT_ALLOWED"
    assert await set_hour(desk, "19:00", "office2") == {"code": "NOT_FOUND", "message": "No such object."}
    for login, code in (("teacher", "NOT_ALLOWED"), ("parent", "NOT_ALLOWED"), (None, "NOT_SIGNED_IN")):
        assert (await set_hour(desk, "19:00", login))["code"] == code  # type: ignore[index]
    assert (await set_hour(desk, "18:00:30"))["code"] == "BAD_INPUT"  # type: ignore[index]
    assert await desk.everything() == before
    assert await set_hour(desk, None) == {"latest": None}
    assert await desk.rows(HomeworkRule, "school_id", "latest") == [(1, None)]


@pytest.mark.parametrize(("now", "fine"), [
    ("2026-09-07T17:59:59+03:00", True), ("2026-09-07T18:00:00+03:00", False), ("2026-09-08T09:00:00+03:00", False), ("2026-09-10T08:00:00+03:00", False),
])
async def test_after_the_hour_of_the_school_day_before_it_is_too_late(desk: Desk, now: str, *, fine: bool) -> None:
    """Thursday's homework is set until Monday's evening where the class has no lessons in between; a cancelled one does not count."""
    await desk.add_lesson("cancelled", on_date=MONDAY + dt.timedelta(days=1), cancelled_at=dt.datetime(2026, 9, 1, tzinfo=dt.UTC))
    await desk.add_lesson("thursday", on_date=MONDAY + dt.timedelta(days=3))
    await desk.add_lesson("friday", on_date=MONDAY + dt.timedelta(days=4))
    homework = await set_(desk, "thursday")
    await set_hour(desk, "18:00")
    moment = dt.datetime.fromisoformat(now).astimezone(dt.UTC)
    clock.use(Clock(moment, moment, 0))
    before = await desk.everything()
    late = {"code": "TOO_LATE", "message": "homework for 2026-09-10 could be set until 18:00 on 2026-09-07"}
    if fine:
        assert (await set_(desk, "thursday"))["date"] == "2026-09-10"
        assert (await correct_(desk, homework["id"], text="№ 9"))["revision"] == 2
    else:
        assert await set_(desk, "thursday") == await correct_(desk, homework["id"], text="№ 9") == late
        assert await desk.everything() == before
    assert (await set_(desk, "friday"))["date"] == "2026-09-11"
    assert (await desk.ask("teacher", WITHDRAW, id=homework["id"]))["withdrawnAt"] == moment.isoformat()


async def test_a_repeat_after_the_hour_is_still_harmless_and_the_first_day_is_never_late(desk: Desk) -> None:
    await desk.add_lesson("tomorrow", on_date=MONDAY + dt.timedelta(days=1))
    id_ = "0198f0a0-0000-7000-8000-000000000001"
    answer = await set_(desk, "tomorrow", id_=id_)
    await set_hour(desk, "12:00")
    assert (await set_(desk, "tomorrow"))["code"] == "TOO_LATE"  # it is 15:00
    assert await set_(desk, "tomorrow", id_=id_) == answer
    assert (await set_(desk, "5A-1"))["date"] == "2026-09-07"
