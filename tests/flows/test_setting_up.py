"""A school from nothing: founded by an operator, set up by its office through the API, and a mark that reaches the family."""

import datetime as dt
from typing import Any
from uuid import UUID

import pytest

from school import clock, ids
from school.clock import Clock
from school.context import Context, Grant, Role, Viewer
from school.db import Database
from school.diary.models import GradingScale, Lesson
from school.ids import Kind, Ref
from school.registry import schools
from school.registry.bell_models import Bell
from school.registry.calendar_models import Term
from school.registry.schools import Founder
from school.registry.types import school_id
from school.schema import people
from school.settings import Settings

MONDAY = dt.date(2026, 9, 7)
NOON = dt.datetime(2026, 9, 7, 9, tzinfo=dt.UTC)
PEOPLE = "{... on PeopleAdded {results {... on Person {id} ... on Refusal {code message}}} ... on Refusal {code message}}"
SETTING_UP = {
    "addStaff": PEOPLE, "enrolPupils": PEOPLE, "addGuardians": PEOPLE, "addSubject": "{... on SchoolSubject {id} ... on Refusal {code message}}",
    "addClassGroup": "{... on LedClass {classGroup {id name} teacher {name}} ... on Refusal {code message}}",
    "addCourse": "{... on SchoolCourse {course {id}} ... on Refusal {code message}}",
    "giveMarks": "{... on GiveMarksResults {results {... on Mark {value} ... on Refusal {code message}}} ... on Refusal {code message}}",
}
DAY = "query($child: ID!, $date: Date!) {childDay(childId: $child, date: $date) {lessons {lesson {subject {name} teacher {name}} marks {value}}}}"


def viewer(role: Role, person: Ref, *children: Ref) -> Viewer:
    """Somebody of the school."""
    return Viewer(ids.new(), ids.new(), (Grant(person.school_id, person.id, role),), frozenset(children))


@pytest.fixture(autouse=True)
def noon() -> Any:
    """The clock stands still."""
    clock.use(Clock(NOON, NOON, 0))
    yield
    clock.use(Clock())


async def test_a_school_is_set_up_until_a_mark_reaches_the_family(database: Database) -> None:
    async def do(who: Viewer, name: str, /, **values: Any) -> Any:
        kind = name[0].upper() + name[1:]
        document = f"mutation($input: {kind}Input!) {{{name}(input: $input) {SETTING_UP[name]}}}"
        answer = await people().execute(document, {"input": values}, Context(who, database, Settings()))
        assert answer.errors is None, answer.errors
        assert answer.data is not None
        return answer.data[name]

    def somebody(family: str, **more: Any) -> dict[str, Any]:
        return {"id": str(ids.new()), "familyName": family, "givenName": "Имя", **more}

    async with database.begin() as session:
        founder = await schools.found(session, 7, "Новая школа", "Н", "Europe/Moscow", "RUB", Founder("Иванова", "Анна", None, "Секретарь"))
        scale = GradingScale(school_id=7, id=ids.new(), name="5", lowest=2, highest=5)
        session.add_all([scale, Bell(school_id=7, number=1, starts_at=dt.time(8), ends_at=dt.time(8, 45)), Term(
            school_id=7, id=ids.new(), name="I", starts_on=dt.date(2026, 9, 1), ends_on=dt.date(2026, 12, 30))])
    office, school = viewer(Role.OFFICE, founder), school_id(7)
    staff = (await do(office, "addStaff", schoolId=school, items=[somebody(name, position="Учитель") for name in ("Кюри", "Менделеев")]))["results"]
    subject = (await do(office, "addSubject", id=str(ids.new()), schoolId=school, name="Химия"))["id"]
    group = await do(office, "addClassGroup", id=str(ids.new()), schoolId=school, grade=7, letter="В", teacherId=staff[0]["id"])
    assert group == {"classGroup": {"id": group["classGroup"]["id"], "name": "7В"}, "teacher": {"name": "Кюри Имя"}}
    class_id = group["classGroup"]["id"]
    [child] = (await do(office, "enrolPupils", schoolId=school, items=[
        somebody("Ёлкина", classGroupId=class_id, enrolledOn="2026-09-01")]))["results"]
    [mother] = (await do(office, "addGuardians", schoolId=school, items=[somebody("Ёлкина", pupilId=child["id"], relation="MOTHER")]))["results"]
    course = (await do(
        office, "addCourse", id=str(ids.new()), classGroupId=class_id, subjectId=subject, teacherId=staff[1]["id"],
        scaleId=ids.encode(Kind.GRADING_SCALE, 7, scale.id)))["course"]["id"]
    lesson: UUID = ids.new()
    async with database.begin() as session:
        session.add(Lesson(
            school_id=7, id=lesson, course_id=ids.decode(Kind.COURSE, course).id, class_group_id=ids.decode(Kind.CLASS_GROUP, class_id).id, on_date=MONDAY,
            bell=1, room=None, topic=None, cancelled_at=None))
    teacher = viewer(Role.TEACHER, ids.decode(Kind.PERSON, staff[1]["id"]))
    given = await do(teacher, "giveMarks", lessonId=ids.encode(Kind.LESSON, 7, lesson), items=[
        {"id": str(ids.new()), "pupilId": child["id"], "value": 5, "work": "ANSWER"}])
    assert given == {"results": [{"value": 5}]}
    family = viewer(Role.GUARDIAN, ids.decode(Kind.PERSON, mother["id"]), ids.decode(Kind.PERSON, child["id"]))
    answer = await people().execute(DAY, {"child": child["id"], "date": MONDAY.isoformat()}, Context(family, database, Settings()))
    assert answer.data == {"childDay": {"lessons": [
        {"lesson": {"subject": {"name": "Химия"}, "teacher": {"name": "Менделеев Имя"}}, "marks": [{"value": 5}]}]}}
