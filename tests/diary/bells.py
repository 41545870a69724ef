"""What tests of bells ask and send."""

import datetime as dt
from typing import Any

from school import ids
from school.registry.types import school_id
from tests.diary.desk import Desk

_SCHEDULE = "id name closed bells { number startsAt endsAt }"
_DAY = "date usualScheduleId scheduleId name"
ADD = f"""mutation($input: AddBellScheduleInput!) {{ addBellSchedule(input: $input) {{ __typename
  ... on Refusal {{ code message }} ... on BellSchedule {{ {_SCHEDULE} }} }} }}"""
RENAME = f"""mutation($id: ID!, $name: String!) {{ renameBellSchedule(scheduleId: $id, name: $name) {{ __typename
  ... on Refusal {{ code message }} ... on BellSchedule {{ {_SCHEDULE} }} }} }}"""
CLOSE = f"""mutation($id: ID!) {{ closeBellSchedule(scheduleId: $id) {{ __typename
  ... on Refusal {{ code message }} ... on BellSchedule {{ {_SCHEDULE} }} }} }}"""
SCHEDULES = f"query($school: ID!) {{ bellSchedules(schoolId: $school) {{ {_SCHEDULE} }} }}"
SET = """mutation($input: SetBellsInput!) { setBells(input: $input) { __typename ... on Refusal { code message }
  ... on Bells { bells { number startsAt endsAt } } } }"""
GIVE = """mutation($group: ID!, $schedule: ID) { setClassBells(classGroupId: $group, scheduleId: $schedule) { __typename
  ... on Refusal { code message } ... on ClassBells { scheduleId classGroup { name } } } }"""
SET_DAY = f"""mutation($input: SetBellDayInput!) {{ setBellDay(input: $input) {{ __typename ... on Refusal {{ code message }}
  ... on BellDays {{ days {{ {_DAY} }} }} }} }}"""
DAYS = f"query($from: Date!, $to: Date!) {{ bellDays(from: $from, to: $to) {{ {_DAY} }} }}"
CHILD = f"query($child: ID!, $from: Date!, $to: Date!) {{ childBellDays(childId: $child, from: $from, to: $to) {{ {_DAY} }} }}"
LESSONS = """query($group: ID!, $from: Date!, $to: Date!) { lessons(classGroupId: $group, from: $from, to: $to) {
  date bell bellStartsAt startsAt endsAt movedFrom } }"""

SHORT = ((1, "08:30", "09:00"), (2, "09:10", "09:40"), (3, "09:50", "10:20"))
"""Of lessons of thirty minutes."""
JUNIOR = ((1, "08:00", "08:40"), (2, "09:00", "09:40"), (3, "11:00", "11:40"))
"""Of another building: the second begins when the regular first one has not ended."""

Times = tuple[tuple[int, str, str], ...]


def bells(times: Times) -> list[dict[str, Any]]:
    """As they are sent."""
    return [{"number": number, "startsAt": first, "endsAt": last} for number, first, last in times]


def schedule(name: str = "Сокращённый день", times: Times = SHORT, school: int = 1) -> dict[str, Any]:
    """A schedule to be, under a new id."""
    return {"id": str(ids.new()), "schoolId": school_id(school), "name": name, "bells": bells(times)}


async def add(desk: Desk, name: str = "Сокращённый день", times: Times = SHORT) -> str:
    """One more schedule; its opaque id."""
    return str((await desk.ask("office", ADD, input=schedule(name, times)))["id"])


async def give(desk: Desk, group: str, schedule_id: str | None, login: str = "office") -> Any:
    """The answer to a class's being given a schedule."""
    return await desk.ask(login, GIVE, group=desk.group(group), schedule=schedule_id)


async def set_day(desk: Desk, date: dt.date, *pairs: tuple[str | None, str | None], login: str = "office") -> Any:
    """The answer to what a day is said to have: the usual schedule, and the one instead."""
    schedules = [{"usualScheduleId": usual, "scheduleId": instead} for usual, instead in pairs]
    return await desk.ask(login, SET_DAY, input={"schoolId": school_id(1), "date": str(date), "schedules": schedules})


async def hours(desk: Desk, group: str, first: dt.date, last: dt.date | None = None, login: str = "office") -> list[tuple[str, str]]:
    """When the lessons of a class begin and end, in UTC."""
    found = await desk.ask(login, LESSONS, group=desk.group(group), **{"from": str(first), "to": str(last or first)})
    moments = [[dt.datetime.fromisoformat(one[key]).astimezone(dt.UTC) for key in ("startsAt", "endsAt")] for one in found]
    return [(f"{begins:%m-%d %H:%M}", f"{ends:%H:%M}") for begins, ends in moments]
