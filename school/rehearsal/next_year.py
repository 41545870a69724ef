"""The next school year of the rehearsed school: the office looks ahead while this one goes on, and cannot start it yet."""

import datetime as dt

from school import ids
from school.demo.api import RefusedError
from school.rehearsal.founding import RehearsalError, School, expect
from school.rehearsal.year import class_name

LAST_GRADE = 11


async def look_ahead(school: School) -> str:
    """What becomes of each class after the year's last day, and all that stands in the way; what is started in spite of it changes nothing."""
    wish = {"schoolId": school.id, "startsOn": str(school.year.whole.last + dt.timedelta(days=1)), "lastGrade": LAST_GRADE}
    plan = await school.office.ask("next_school_year", input=wish)
    expect(plan["obstacles"], ["TERM_OPEN", "FAR_AWAY", "LESSONS_TO_COME"], "what stands in the way of the next year")
    names = {group.id: class_name(group.place) for group in school.classes}
    expect(
        {one["classGroup"]["id"]: one["becomes"] for one in plan["classes"]},
        {id_: None if grade == LAST_GRADE else f"{grade + 1}{letter}" for id_, (grade, letter) in names.items()}, "the classes of the next year")
    expect(sum(one["pupils"] for one in plan["classes"]), sum(len(group.pupils) for group in school.classes), "their pupils")
    try:
        await school.office.ask("start_school_year", input={**wish, "id": str(ids.new())})
    except RefusedError as refused:
        expect(refused.code, "BAD_INPUT", "a year that is started too early")
    else:
        raise RehearsalError("a year was started while another one goes on")
    expect(await school.office.ask("next_school_year", input=wish), plan, "what was refused")
    return f"{len(names)} classes would go on; refused while terms are open"
