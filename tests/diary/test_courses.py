"""A school's classes and courses: added, led and taught by somebody else, closed; bad input is refused and changes nothing."""

import datetime as dt
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from school import ids
from school.diary.models import CourseScale, GradingScale, Lesson
from school.ids import Kind
from school.registry.models import ClassGroup, Course, Staff, Subject
from school.registry.types import school_id
from tests.diary.bells import add as add_bells
from tests.diary.desk import NOON, Desk
from tests.diary.test_marks import ABSENT
from tests.world import MONDAY

CLASS = "classGroup {name} teacher {id}"
ADD_CLASS = "mutation($input: AddClassGroupInput!) {addClassGroup(input: $input) {... on LedClass {%s} ... on Refusal {code message}}}" % CLASS  # noqa: UP031
LEAD = "mutation($input: ChangeClassTeacherInput!) {changeClassTeacher(input: $input) {... on LedClass {%s} ... on Refusal {code message}}}" % CLASS  # noqa: UP031
CLASSES = "query($school: ID!) {schoolClasses(schoolId: $school) {classGroup {name} teacher {id} pupils courses}}"
COURSE = "course {id subject {name} classGroup {name} teacher {id} scale {name}} closed"
ADD, TEACH, CLOSE = ("mutation($input: %sInput!) {%s(input: $input) {... on SchoolCourse {%s} ... on Refusal {code message}}}" % (  # noqa: UP031
    name[0].upper() + name[1:], name, COURSE) for name in ("addCourse", "changeCourseTeacher", "closeCourse"))
COURSES = "query($group: ID!, $closed: Boolean! = false) {schoolCourses(classGroupId: $group, closed: $closed) {%s}}" % COURSE  # noqa: UP031
SCALES = "query($school: ID!) {gradingScales(schoolId: $school) {id name lowest highest}}"
MINE = "{myCourses {id}}"


async def subject(desk: Desk, school: int = 1, **where: Any) -> str:
    """The opaque id of a subject."""
    async with desk.database.read() as session:
        found = await session.scalar(sa.select(Subject.id).filter_by(school_id=school, **where).limit(1))
    assert found is not None
    return ids.encode(Kind.SUBJECT, school, found)


async def new_subject(desk: Desk, name: str = "Химия", school: int = 1, **more: Any) -> str:
    """One more subject."""
    async with desk.database.begin() as session:
        row = Subject(school_id=school, id=ids.new(), name=name, **more)
        session.add(row)
    return ids.encode(Kind.SUBJECT, school, row.id)


async def add(desk: Desk, login: str | None = "office", **values: Any) -> Any:
    """The answer of addCourse."""
    return await desk.ask(login, ADD, input={
        "id": str(ids.new()), "classGroupId": desk.group("5A"), "subjectId": values.pop("subjectId", None) or await new_subject(desk),
        "teacherId": desk.person("teacher"), **values})


async def teach(desk: Desk, course: str, teacher: str, login: str | None = "office") -> Any:
    """The answer of changeCourseTeacher."""
    return await desk.ask(login, TEACH, input={"courseId": course, "teacherId": desk.person(teacher)})


async def close(desk: Desk, course: str, login: str | None = "office", *, closed: bool = True) -> Any:
    """The answer of closeCourse."""
    return await desk.ask(login, CLOSE, input={"courseId": course, "closed": closed})


async def new_class(desk: Desk, login: str | None = "office", **values: Any) -> Any:
    """The answer of addClassGroup."""
    return await desk.ask(login, ADD_CLASS, input={"id": str(ids.new()), "schoolId": school_id(1), "grade": 7, "letter": "В", **values})


async def test_classes_are_added_and_led(desk: Desk) -> None:
    id_ = str(ids.new())
    for _ in range(2):
        assert await new_class(desk, id=id_, letter=" В ", teacherId=desk.person("teacher")) == {
            "classGroup": {"name": "7В"}, "teacher": {"id": desk.person("teacher")}}
    assert await new_class(desk, id=id_) == {"code": "CONFLICT", "message": "another class has this id"}
    assert await new_class(desk) == {"code": "CONFLICT", "message": "there is a class of this name already"}
    with desk.counted() as statements:
        listed = await desk.ask("office", CLASSES, school=school_id(1))
    assert len(statements) == 2  # and the names
    assert [(one["classGroup"]["name"], one["pupils"], one["courses"]) for one in listed] == [("5A", 2, 1), ("6B", 1, 1), ("7В", 0, 0)]
    assert await desk.ask("office2", CLASSES, school=school_id(1)) == []
    for values in ({"grade": 0}, {"grade": 13}, {"letter": ""}, {"letter": "АБВГД"}, {"letter": "!"}, {"letter": "Г", "id": "7"}):
        assert (await new_class(desk, **values))["code"] == "BAD_INPUT"
    assert await new_class(desk, letter="Г", teacherId=desk.person("teacher2")) == await new_class(desk, "office2", letter="Г") == ABSENT
    assert len(await desk.rows(ClassGroup, "id")) == 4


async def test_another_one_leads_a_class(desk: Desk) -> None:
    async def lead(teacher: str | None, login: str = "office", group: str = "5A") -> Any:
        return await desk.ask(login, LEAD, input={"classGroupId": desk.group(group), "teacherId": None if teacher is None else desk.person(teacher)})

    people, group = desk.world.people, str(desk.world.classes["5A"])
    for _ in range(2):
        assert (await lead("teacher"))["teacher"] == {"id": desk.person("teacher")}
    assert (await lead(None))["teacher"] is None
    children = tuple(sorted(str(people[name]) for name in ("anna", "boris")))
    assert [(kind, tuple(sorted(topics)), payload) for kind, topics, payload in await desk.events()] == [
        ("diary.class_teacher_changed", children,
         {"class_group_id": group, "teacher_id": str(people["teacher"]), "old_teacher_id": str(people["class_teacher"])}),
        ("diary.class_teacher_changed", children, {"class_group_id": group, "teacher_id": None, "old_teacher_id": str(people["teacher"])})]
    before = [await desk.rows(ClassGroup, "id", "teacher_id"), await desk.events()]
    await desk.change(Staff, people["guard"], left_on=MONDAY)
    assert await lead("guard") == {"code": "BAD_INPUT", "message": "this teacher has left the school"}
    assert await lead("teacher2") == await lead("anna") == await lead("teacher", "office2") == await lead("teacher", group="2-5A") == ABSENT
    assert [(await lead("teacher", login))["code"] for login in ("teacher", "parent", "guard")] == ["NOT_ALLOWED"] * 3
    assert [await desk.rows(ClassGroup, "id", "teacher_id"), await desk.events()] == before


async def test_courses_are_added_with_a_scale(desk: Desk) -> None:
    [scale] = await desk.ask("office", SCALES, school=school_id(1))
    assert (scale["lowest"], scale["highest"]) == (2, 5)
    id_, of = str(ids.new()), await new_subject(desk)
    made = {"course": {
        "id": ids.encode(Kind.COURSE, 1, UUID(id_)), "subject": {"name": "Химия"}, "classGroup": {"name": "5A"},
        "teacher": {"id": desk.person("teacher")}, "scale": {"name": scale["name"]}}, "closed": False}
    for _ in range(2):
        assert await add(desk, id=id_, subjectId=of, scaleId=scale["id"]) == made
    assert (await add(desk, subjectId=of, teacherId=desk.person("class_teacher")))["course"]["scale"] is None
    assert await add(desk, id=id_, subjectId=of) == {"code": "CONFLICT", "message": "another course has this id"}
    assert await add(desk, subjectId=of) == {"code": "CONFLICT", "message": "there is such a course already, maybe a closed one"}
    with desk.counted() as statements:
        listed = await desk.ask("office", COURSES, group=desk.group("5A"))
    assert len(statements) == 1  # the names are kept
    assert made in listed
    assert [one["course"]["subject"]["name"] for one in listed] == ["Алгебра", "Химия", "Химия"]
    assert await desk.ask("office2", COURSES, group=desk.group("5A")) == await desk.ask("office2", SCALES, school=school_id(9)) == []


async def test_what_no_course_can_be_made_of_is_refused(desk: Desk) -> None:
    old, foreign, of = await new_subject(desk, "Пение", retired_at=NOON), await new_subject(desk, "Танцы", 2), await new_subject(desk)
    await desk.change(Staff, desk.world.people["guard"], left_on=MONDAY)
    async with desk.database.read() as session:
        scale = (await session.scalars(sa.select(GradingScale.id).where(GradingScale.school_id == 2))).first() or ids.new()
    before = [await desk.rows(Course, "id"), await desk.rows(CourseScale, "id")]
    assert await add(desk, subjectId=old) == {"code": "BAD_INPUT", "message": "the subject is not in use any more"}
    assert await add(desk, subjectId=of, teacherId=desk.person("guard")) == {"code": "BAD_INPUT", "message": "this teacher has left the school"}
    for values in ({"subjectId": foreign}, {"teacherId": desk.person("teacher2")}, {"teacherId": desk.person("anna")}, {"classGroupId": desk.group("2-5A")},
                   {"scaleId": ids.encode(Kind.GRADING_SCALE, 2, scale)}, {"scaleId": ids.encode(Kind.GRADING_SCALE, 1, scale)}, {"login": "office2"}):
        assert await add(desk, **{"subjectId": of, **values}) == ABSENT, values
    assert [(await add(desk, login, subjectId=of))["code"] for login in ("teacher", "parent", "guard", "anna")] == ["NOT_ALLOWED"] * 4
    assert [await desk.rows(Course, "id"), await desk.rows(CourseScale, "id")] == before


async def test_another_one_teaches_a_course(desk: Desk) -> None:
    course, people = desk.course("5A"), desk.world.people
    assert course in [one["id"] for one in await desk.ask("teacher", MINE)]
    for _ in range(2):
        assert (await teach(desk, course, "guard"))["course"]["teacher"] == {"id": desk.person("guard")}
    desk.sign_in("guard")
    assert course not in [one["id"] for one in await desk.ask("teacher", MINE)]
    assert course in [one["id"] for one in await desk.ask("guard", MINE)]
    [(kind, topics, payload)] = await desk.events()
    assert (kind, set(topics)) == ("diary.course_teacher_changed", {str(people[name]) for name in ("anna", "boris")})
    assert (payload["course_id"], payload["teacher_id"], payload["old_teacher_id"]) == (
        str(desk.world.courses["5A"]), str(people["guard"]), str(people["teacher"]))


async def test_a_teacher_who_cannot_take_a_course_is_refused(desk: Desk) -> None:
    course, people = desk.course("5A"), desk.world.people
    for name in [name for name in desk.world.lessons if name.startswith("6B")]:
        await desk.change(Lesson, desk.world.lessons[name], cancelled_at=NOON)
    await desk.add_lesson("own", course="5A", on_date=MONDAY + dt.timedelta(days=1), bell=2)
    await desk.add_lesson("other", course="6B", on_date=MONDAY + dt.timedelta(days=1), bell=2)  # class_teacher's
    before = [await desk.rows(Course, "id", "teacher_id"), await desk.events()]
    taken = await teach(desk, course, "class_teacher")
    assert taken == {"code": "TEACHER_TAKEN", "message": "the teacher gives another lesson at the moment of one of the course's"}
    await desk.change(Staff, people["guard"], left_on=MONDAY)
    assert await teach(desk, course, "guard") == {"code": "BAD_INPUT", "message": "this teacher has left the school"}
    assert await teach(desk, course, "teacher2") == await teach(desk, course, "class_teacher", "office2") == await teach(desk, course, "vera") == ABSENT
    assert await teach(desk, desk.course("2-5A"), "teacher") == ABSENT
    assert [(await teach(desk, course, "class_teacher", login))["code"] for login in ("teacher", "parent")] == ["NOT_ALLOWED"] * 2
    assert [await desk.rows(Course, "id", "teacher_id"), await desk.events()] == before
    await desk.change(Lesson, desk.world.lessons["other"], merged_with_id=desk.world.lessons["own"])
    assert (await teach(desk, course, "class_teacher"))["course"]["teacher"] == {"id": desk.person("class_teacher")}  # they are held together


async def test_a_teacher_is_taken_at_hours_whatever_their_numbers(desk: Desk) -> None:
    """6B has the bells of another building: its second lesson begins before the regular first one has ended, and its first one is over by then."""
    for name in [name for name in desk.world.lessons if name.startswith("6B")]:
        await desk.change(Lesson, desk.world.lessons[name], cancelled_at=NOON)
    schedule = ids.decode(Kind.BELL_SCHEDULE, await add_bells(desk, "Второй корпус", ((1, "07:00", "07:40"), (2, "09:00", "09:40")))).id
    await desk.add_lesson("own", course="5A", on_date=MONDAY + dt.timedelta(days=1), bell=1)
    await desk.add_lesson("other", course="6B", on_date=MONDAY + dt.timedelta(days=1), bell=2, schedule_id=schedule)
    assert (await teach(desk, desk.course("5A"), "class_teacher"))["code"] == "TEACHER_TAKEN"
    await desk.change(Lesson, desk.world.lessons["other"], bell=1)
    assert (await teach(desk, desk.course("5A"), "class_teacher"))["course"]["teacher"] == {"id": desk.person("class_teacher")}


async def test_a_course_without_lessons_to_come_is_closed(desk: Desk) -> None:
    course = desk.course("5A")
    await desk.add_lesson("next", course="5A", on_date=MONDAY + dt.timedelta(days=1))
    assert await close(desk, course) == {"code": "CONFLICT", "message": "the course has lessons to come"}
    await desk.change(Lesson, desk.world.lessons["next"], cancelled_at=NOON)
    for _ in range(2):
        assert (await close(desk, course))["closed"] is True
    assert course not in [one["id"] for one in await desk.ask("teacher", MINE)]
    assert course not in [one["course"]["id"] for one in await desk.ask("office", COURSES, group=desk.group("5A"))]
    assert (await desk.error("teacher", "query($id: ID!) {averages(childId: $id) {marks}}", id=desk.person("anna")))[0] == "NOT_FOUND"
    assert course in [one["course"]["id"] for one in await desk.ask("office", COURSES, group=desk.group("5A"), closed=True)]
    assert await teach(desk, course, "class_teacher") == {"code": "BAD_INPUT", "message": "the course is closed"}
    book = await desk.ask("teacher", 'query($id: ID!) {gradebook(courseId: $id, from: "2026-09-07", to: "2026-09-07") {course {id}}}', id=course)
    assert book == {"course": {"id": course}}
    assert (await close(desk, course, closed=False))["closed"] is False
    assert await desk.ask("teacher", "query($id: ID!) {averages(childId: $id) {marks}}", id=desk.person("anna")) == []
    assert await close(desk, course, "office2") == await close(desk, desk.course("2-5A")) == ABSENT
    assert (await close(desk, course, "teacher"))["code"] == "NOT_ALLOWED"


@pytest.mark.parametrize("login", ["teacher", "parent", "guard"])
async def test_the_lists_are_the_office_s(desk: Desk, login: str) -> None:
    assert [(await desk.error(login, document, **values))[0] for document, values in (
        (CLASSES, {"school": school_id(1)}), (COURSES, {"group": desk.group("5A")}))] == ["NOT_ALLOWED"] * 2
