"""A school is set up through its API: year, people, classes, courses, timetable, lessons; the staff get their logins."""

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from school import ids
from school.rehearsal.login import Login
from school.rehearsal.people import Crowd
from school.rehearsal.year import FREE_BELL, SUBJECTS, Year, class_name, teacher_of, teachers, week_of

T = TypeVar("T")
AT_ONCE = 100
"""People in one mutation, by the API's limit."""
PARALLEL = 6
"""Requests that are under way at the same time."""
PLANNED = 180
"""Days whose lessons are planned at once; the API's limit is 190."""


class RehearsalError(Exception):
    """The service did something else than what was expected of it."""


def expect(found: object, wanted: object, what: str) -> None:
    """RehearsalError unless they are equal."""
    if found != wanted:
        raise RehearsalError(f"{what}: {found!r}, not {wanted!r}")


def parts(whole: list[T]) -> list[list[T]]:
    """So many at a time as the API takes."""
    return [whole[place:place + AT_ONCE] for place in range(0, len(whole), AT_ONCE)]


async def side_by_side(works: Iterable[Callable[[], Awaitable[Any]]]) -> list[Any]:
    """Do all, some at the same time; what they give, in their order."""
    room = asyncio.Semaphore(PARALLEL)

    async def one(work: Callable[[], Awaitable[Any]]) -> Any:
        async with room:
            return await work()

    return await asyncio.gather(*(one(work) for work in works))


@dataclass
class Class:
    """A class: its place among all, its pupils, its courses in the order of the subjects."""

    place: int
    id: str
    pupils: list[str] = field(default_factory=list)
    courses: list[str] = field(default_factory=list)


@dataclass
class School:
    """A school that is being set up. Logins are made by `login_of`, all with one password."""

    id: str
    today: dt.date
    year: Year
    office: Login
    client: Callable[[str], Login]
    terms: list[str] = field(default_factory=list)
    whole: str = ""
    subjects: list[str] = field(default_factory=list)
    teachers: list[str] = field(default_factory=list)
    classes: list[Class] = field(default_factory=list)
    staff: list[Login] = field(default_factory=list)

    def teacher(self, group: Class, subject: int) -> Login:
        """Who teaches a subject to a class."""
        return self.staff[teacher_of(group.place, subject)]


def checked(answer: Any) -> list[str]:
    """The ids of what a list of results has made; RehearsalError names the first refusal."""
    for one in answer["results"]:
        if one["__typename"] == "Refusal":
            raise RehearsalError(f"{one['code']}: {one['message']}")
    return [one["id"] for one in answer["results"]]


async def make_year(school: School) -> str:
    """Terms, holidays, bells, and a scale beside the usual one."""
    year, office = school.year, school.office

    async def term(days: Any, kind: str) -> str:
        found = await office.ask("add_term", input={
            "id": str(ids.new()), "schoolId": school.id, "name": days.name, "kind": kind, "startsOn": str(days.first), "endsOn": str(days.last)})
        return str(found["id"])

    school.whole = await term(year.whole, "YEAR")
    school.terms = [await term(days, "TERM") for days in year.terms]
    for days in year.holidays:
        await office.ask("add_holiday", input={
            "id": str(ids.new()), "schoolId": school.id, "name": days.name, "startsOn": str(days.first), "endsOn": str(days.last)})
    bells = [{"number": number, "startsAt": f"{7 + number:02}:30:00", "endsAt": f"{8 + number:02}:15:00"} for number in range(1, FREE_BELL + 1)]
    await office.ask("set_bells", input={"schoolId": school.id, "bells": bells})
    return f"{len(school.terms)} terms, {len(year.holidays)} holidays, {len(bells)} bells"


async def add_people(school: School, crowd: Crowd, classes: int, pupils: int) -> str:
    """Teachers, classes with their class teachers, pupils."""
    office = school.office
    for some in parts([crowd.person(position="учитель") for _ in range(teachers(classes))]):
        school.teachers += checked(await office.ask("add_staff", input={"schoolId": school.id, "items": some}))
    for place in range(classes):
        grade, letter = class_name(place)
        found = await office.ask("add_class", input={
            "id": str(ids.new()), "schoolId": school.id, "grade": grade, "letter": letter, "teacherId": school.teachers[teacher_of(place, place % 10)]})
        school.classes.append(Class(place, found["classGroup"]["id"]))
    began = str(school.year.whole.first)
    enrolled = [(group, crowd.person(classGroupId=group.id, enrolledOn=began)) for group in school.classes for _ in range(pupils)]
    for part in parts(enrolled):
        made = checked(await office.ask("enrol_pupils", input={"schoolId": school.id, "items": [item for _, item in part]}))
        for (group, _), id_ in zip(part, made, strict=True):
            group.pupils.append(id_)
    return f"{len(school.teachers)} teachers, {classes} classes, {len(enrolled)} pupils"


async def add_courses(school: School) -> str:
    """Subjects, a grading scale, and for each class a course of each subject."""
    office, scale = school.office, str(ids.new())
    made = await office.ask("add_scale", input={"id": scale, "schoolId": school.id, "name": "Пятибалльная", "lowest": 2, "highest": 5})
    for name in SUBJECTS:
        found = await office.ask("add_subject", input={"id": str(ids.new()), "schoolId": school.id, "name": name})
        school.subjects.append(found["id"])

    async def course(group: Class, subject: int) -> str:
        found = await office.ask("add_course", input={
            "id": str(ids.new()), "classGroupId": group.id, "subjectId": school.subjects[subject], "scaleId": made["id"],
            "teacherId": school.teachers[teacher_of(group.place, subject)]})
        return str(found["course"]["id"])

    for group in school.classes:
        group.courses = await side_by_side([partial(course, group, subject) for subject in range(len(SUBJECTS))])
    return f"{len(SUBJECTS)} subjects, {len(SUBJECTS) * len(school.classes)} courses"


async def make_timetable(school: School) -> str:
    """A week for each class, then the lessons of the whole year. A week that clashes is refused before."""
    office, year = school.office, school.year
    for group in school.classes:
        room, week = str(101 + group.place), week_of(group.place)
        slots = [{"courseId": group.courses[slot.subject], "weekday": slot.weekday, "bell": slot.bell, "room": room} for slot in week]
        wanted = {"id": str(ids.new()), "classGroupId": group.id, "startsOn": str(year.whole.first)}
        if group.place == 1:  # in the room of the class before
            found = await office.ask("set_timetable", input={**wanted, "slots": [{**slot, "room": "101"} for slot in slots]})
            expect({clash["code"] for clash in found["clashes"]}, {"ROOM_TAKEN"}, "a room that another class has")
        expect((await office.ask("set_timetable", input={**wanted, "slots": slots}))["__typename"], "Timetable", "a week without clashes")
    made, first = 0, year.whole.first
    while first <= year.whole.last:
        last = min(first + dt.timedelta(days=PLANNED - 1), year.whole.last)
        found = await office.ask("plan_lessons", input={"schoolId": school.id, "from": str(first), "to": str(last)})
        expect(found["unmade"], 0, "lessons that could not be planned")
        again = await office.ask("plan_lessons", input={"schoolId": school.id, "from": str(first), "to": str(last)})
        expect((again["made"], again["kept"]), (0, found["made"]), "planned again")
        made, first = made + found["made"], last + dt.timedelta(days=1)
    days = len(list(year.school_days(year.whole.first, year.whole.last)))
    expect(made, days * len(week_of(0)) // 5 * len(school.classes), "lessons of a year without holidays")
    return f"{len(school.classes)} timetables, {made} lessons on {days} days"


async def give_logins(school: School) -> str:
    """Each teacher comes in by an invitation."""
    school.staff = await side_by_side([partial(join, school, person, "TEACHER", f"teacher{number}") for number, person in enumerate(school.teachers)])
    return f"{len(school.staff)} teachers have signed in"


async def join(school: School, person: str, role: str, name: str) -> Login:
    """Invited by the office, somebody makes a login. Logins are of a whole city, so the school's number stands in them."""
    code = (await school.office.ask("invite", input={"id": str(ids.new()), "personId": person, "role": role}))["oneTimeCode"]
    client = school.client(name)
    await client.enter(code)
    return client
