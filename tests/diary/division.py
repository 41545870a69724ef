"""A class that is divided for English: Anna in the first group with the class's teacher of algebra, Boris in the second with its class teacher."""

from typing import Any

from school import ids
from school.ids import Kind
from tests.diary.desk import Desk
from tests.diary.test_courses import SCALES, new_subject, school_id
from tests.diary.test_courses import add as add_course

FIELDS = "group {id division name} closed"
ADD, RENAME, FILL, CLOSE = ("mutation($input: %sInput!) {%s(input: $input) {... on OfficeGroup {%s} ... on Refusal {code message}}}" % (  # noqa: UP031
    name[0].upper() + name[1:], name, FIELDS) for name in ("addPupilGroup", "renamePupilGroup", "setGroupPupils", "closePupilGroup"))
GROUPS = "query($group: ID!) {classPupilGroups(classGroupId: $group) {group {id division name} closed courses pupils {person {id} since}}}"


async def add(desk: Desk, name: str = "1", login: str | None = "office", *, of: str = "5A", division: str = "Английский", id_: str | None = None) -> Any:
    """The answer of addPupilGroup."""
    return await desk.ask(login, ADD, input={"id": id_ or str(ids.new()), "classGroupId": desk.group(of), "division": division, "name": name})


async def fill(desk: Desk, group: str, *pupils: str, from_: str = "2026-09-01", login: str | None = "office") -> Any:
    """The answer of setGroupPupils."""
    return await desk.ask(login, FILL, input={"groupId": group, "pupilIds": [desk.person(name) for name in pupils], "from": from_})


async def divide(desk: Desk) -> tuple[str, str]:
    """The two groups' ids; their courses and lessons of Monday's third bell are the world's `en1` and `en2`."""
    subject = await new_subject(desk, "Английский")
    [scale, *_] = [one["id"] for one in await desk.ask("office", SCALES, school=school_id(1))]
    made = []
    for name, pupil, teacher in (("1", "anna", "teacher"), ("2", "boris", "class_teacher")):
        group = (await add(desk, name))["group"]["id"]
        await fill(desk, group, pupil)
        course = await add_course(desk, subjectId=subject, teacherId=desk.person(teacher), scaleId=scale, groupId=group)
        key, part = ids.decode(Kind.COURSE, course["course"]["id"]).id, ids.decode(Kind.PUPIL_GROUP, group).id
        desk.world.courses[f"en{name}"], desk.world.classes[f"en{name}"] = key, desk.world.classes["5A"]
        await desk.add_lesson(f"en{name}", course=f"en{name}", bell=3, room=name, pupil_group_id=part)
        made.append(group)
    return made[0], made[1]
