"""A class of the rehearsed school is divided for a language: two groups have their lessons at one moment, and each child those of its own."""

import datetime as dt

from school import ids
from school.rehearsal.family import Family
from school.rehearsal.founding import expect
from school.rehearsal.year import FREE_BELL, SUBJECTS, teacher_of, week_of

ENGLISH = SUBJECTS.index("Английский язык")


async def divide_class(family: Family) -> str:
    """Every second pupil is in the one group, and the others in the other; together with the whole class they cannot be at one moment."""
    school, group, office, courses = family.school, family.group, family.school.office, list[str]()
    halves = group.pupils[::2], group.pupils[1::2]
    for number, pupils in enumerate(halves):
        part = (await office.ask("add_group", input={
            "id": str(ids.new()), "classGroupId": group.id, "division": SUBJECTS[ENGLISH], "name": str(number + 1)}))["group"]["id"]
        await office.ask("set_group_pupils", input={"groupId": part, "pupilIds": pupils, "from": str(school.today)})
        found = await office.ask("add_course", input={
            "id": str(ids.new()), "classGroupId": group.id, "subjectId": school.subjects[ENGLISH], "groupId": part,
            "teacherId": school.teachers[teacher_of(group.place, ENGLISH + number)]})
        courses.append(found["course"]["id"])
    first = school.year.terms[-1].first
    wanted = {"id": str(ids.new()), "classGroupId": group.id, "startsOn": str(first)}
    room = str(101 + group.place)
    week = [{"courseId": group.courses[slot.subject], "weekday": slot.weekday, "bell": slot.bell, "room": room} for slot in week_of(group.place)]
    both = [{"courseId": course, "weekday": 1, "bell": FREE_BELL} for course in courses]
    crowded = await office.ask("set_timetable", input={**wanted, "slots": [*week, *both, {**week[0], "bell": FREE_BELL}]})
    expect({clash["code"] for clash in crowded["clashes"]}, {"CLASS_TAKEN"}, "a group's lesson beside the whole class's")
    expect((await office.ask("set_timetable", input={**wanted, "slots": [*week, *both]}))["__typename"], "Timetable", "two groups at one moment")
    plan = await office.ask("plan_lessons", input={
        "schoolId": school.id, "classGroupId": group.id, "from": str(first), "to": str(first + dt.timedelta(days=6))})
    expect((plan["made"], plan["unmade"]), (2, 0), "the groups' lessons of a week")
    day = (await family.parent.ask("child_day", child=family.child, date=str(first)))["lessons"]
    shown = [one["lesson"]["group"] for one in day if one["lesson"]["bell"] == FREE_BELL]
    expect(shown, [{"name": "1"}], "the groups whose lessons the family has")
    return f"{len(halves[0])} and {len(halves[1])} pupils, both with lessons at one moment"
