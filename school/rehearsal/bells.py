"""Bells of a rehearsed school: a class has another building's hours, and one day is shortened for everybody."""

import datetime as dt
from typing import Any

from school import ids
from school.demo.api import RefusedError
from school.rehearsal.founding import RehearsalError, School, expect
from school.rehearsal.year import BELLS, FREE_BELL

LESSON = 30
"""Minutes of a shortened day."""


def _bells(first: dt.time, step: int, minutes: int, count: int) -> list[dict[str, Any]]:
    """So many lessons of so many minutes, one every `step` minutes."""
    day = dt.datetime.combine(dt.date.min, first)
    begins = [day + dt.timedelta(minutes=step * number) for number in range(count)]
    return [
        {"number": number, "startsAt": f"{at:%H:%M:%S}", "endsAt": f"{at + dt.timedelta(minutes=minutes):%H:%M:%S}"}
        for number, at in enumerate(begins, start=1)]


async def change_bells(school: School) -> str:
    """The first class's lessons are shorter, within the hours of the others; a day to come is shortened, but not by bells that lack a lesson."""
    office, group = school.office, school.classes[0].id
    shortened, after = list(school.year.school_days(school.today + dt.timedelta(days=1), school.year.whole.last))[1:3]

    async def add(name: str, bells: list[dict[str, Any]]) -> str:
        found = await office.ask("add_bell_schedule", input={"id": str(ids.new()), "schoolId": school.id, "name": name, "bells": bells})
        return str(found["id"])

    async def hours(date: dt.date) -> list[tuple[str, str]]:
        return [(one["bellStartsAt"], one["bellEndsAt"]) for one in await office.ask("class_hours", group=group, date=str(date))]

    building = await add("Второй корпус", _bells(dt.time(8, 35), 60, 35, FREE_BELL))
    expect((await office.ask("set_class_bells", group=group, schedule=building))["scheduleId"], building, "a class's usual bells")
    expect((await hours(shortened))[0], ("08:35:00", "09:10:00"), "a lesson in the other building")
    few, short = await add("Три урока", _bells(dt.time(8, 30), 40, LESSON, 3)), await add("Сокращённый день", _bells(dt.time(8, 30), 40, LESSON, FREE_BELL))

    def day(date: dt.date, schedule: str) -> dict[str, Any]:
        both = [{"usualScheduleId": usual, "scheduleId": schedule} for usual in (None, building)]
        return {"schoolId": school.id, "date": str(date), "schedules": both}

    try:
        await office.ask("set_bell_day", input=day(shortened, few))
    except RefusedError as refused:
        expect(refused.code, "BAD_INPUT", "bells that lack a lesson")
    else:
        raise RehearsalError("bells that lack a lesson should have been refused")
    for _ in range(2):
        expect(len((await office.ask("set_bell_day", input=day(shortened, short)))["days"]), 2, "a shortened day")
    expect((await hours(shortened))[:BELLS][-1], ("11:50:00", "12:20:00"), "the last lesson of a shortened day")
    expect((await hours(after))[0], ("08:35:00", "09:10:00"), "the day after it")
    return f"another building's bells for a class, {shortened} shortened for all"
