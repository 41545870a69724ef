"""What a school year that is over leaves behind: classes that take nothing any more, and announcements that stay with who was told."""

from school import ids
from school.diary.message_models import Announcement
from school.diary.timetable_models import Timetable
from school.ids import Kind
from school.registry.group_models import PupilGroup
from school.registry.models import ClassGroup, Course, Pupil
from school.registry.types import school_id
from tests.diary import bells
from tests.diary.desk import NOON, Desk
from tests.diary.division import add as add_group
from tests.diary.division import divide, fill
from tests.diary.letters import ACKNOWLEDGE, ANNOUNCEMENTS, READ_BY, announce, nodes
from tests.diary.test_announcements import titles
from tests.diary.test_class_timetables import set_ as set_week
from tests.diary.test_courses import ADD_CLASS, LEAD
from tests.diary.test_courses import add as add_course
from tests.diary.test_courses import close as close_course
from tests.diary.test_school_years import FIRST, JUNE, TABLES, at, close, noon, start

__all__ = ["noon"]


async def test_what_has_ended_takes_nothing_any_more(desk: Desk) -> None:
    """And a course of a closed group, as there may be from before that was refused, does not go on."""
    at(NOON)
    first, _ = await divide(desk)
    at(JUNE)
    english = desk.course("en1")
    await close_course(desk, english)
    await desk.change(PupilGroup, ids.decode(Kind.PUPIL_GROUP, first).id, closed_at=JUNE)
    assert await close_course(desk, english, closed=False) == {"code": "BAD_INPUT", "message": "the group is closed"}
    await desk.change(Course, desk.world.courses["en1"], closed_at=None)
    await close(desk)
    assert (await start(desk))["courses"] == 2
    before, ended = (await desk.everything(*TABLES, PupilGroup, Timetable, Announcement)), {"code": "BAD_INPUT", "message": "the class has ended"}
    assert [await close_course(desk, desk.course("5A"), closed=False), await add_group(desk, "3"), await fill(desk, first, "anna")] == [ended] * 3
    lead = await desk.ask("office", LEAD, input={"classGroupId": desk.group("5A"), "teacherId": desk.person("teacher")})
    week = await set_week(desk, {"id": str(ids.new()), "classGroupId": desk.group("5A"), "startsOn": FIRST.isoformat(), "slots": []})
    words = [await announce(desk, login, classGroupId=desk.group("5A")) for login in ("office", "class_teacher")]
    for answer in (lead, week, await bells.give(desk, "5A", await bells.add(desk)), await add_course(desk), *words):
        assert answer["code"] == "NOT_FOUND", answer
    assert await desk.everything(*TABLES, PupilGroup, Timetable, Announcement) == before


async def test_announcements_are_for_those_who_were_in_the_class_then(desk: Desk) -> None:
    """What was told to a class or a grade of the old year goes along with its children; who comes into the grade with the new year has not been told."""
    at(NOON)
    anna, due = desk.person("anna"), "2026-09-14"
    made = [
        await announce(desk, title="классу", classGroupId=desk.group("5A"), acknowledgeBy=due),
        await announce(desk, title="пятым", grade=5, acknowledgeBy=due)]
    await announce(desk, title="всем", acknowledgeBy=due)
    at(JUNE)
    await close(desk)
    await desk.add_pupils("Новый")
    await desk.change(Pupil, desk.world.people["Новый"], enrolled_on=FIRST)
    assert (await start(desk))["leavers"] == 1
    course = {"id": str(ids.new()), "schoolId": school_id(1), "grade": 6, "letter": "Б"}
    assert (await desk.ask("office", ADD_CLASS, input=course))["classGroup"] == {"name": "6Б"}
    assert {row[0] for row in await desk.rows(ClassGroup, "opened_on", "closed_on") if row[1] is None and row[0]} == {FIRST}
    before = len(await desk.events())
    for grade in (5, 6):
        await announce(desk, title=f"новым {grade}", grade=grade, acknowledgeBy="2027-06-14")
    people = {str(desk.world.people[name]): name for name in ("anna", "boris", "vera", "Новый")}
    told = [{name for person, name in people.items() if person in topics} for _, topics, _ in (await desk.events())[before:]]
    assert told == [{"Новый"}, {"anna", "boris"}]
    assert await titles(desk, "parent", child=anna) == ["новым 6", "всем", "пятым", "классу"]
    assert await titles(desk, "office", child=desk.person("Новый")) == ["новым 5", "всем"]
    found = await nodes(desk, "office", ANNOUNCEMENTS)
    assert {one["title"]: one["families"] for one in found} == {"новым 6": 2, "новым 5": 1, "всем": 3, "пятым": 2, "классу": 2}
    for one in made:
        assert (await desk.ask("parent", ACKNOWLEDGE, id=one["id"]))["acknowledgedAt"]
        read = await desk.ask("office", READ_BY, id=one["id"])
        assert (read["families"], read["haveRead"]) == (2, 1)
