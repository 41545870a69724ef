"""The school year of the seed: the holidays between its terms, and the week of each class, of which the lessons of the term are."""

import datetime as dt

from school.diary.timetable_models import Timetable, TimetableSlot, Weeks
from school.registry.calendar_models import Holiday
from school.seed.campus import Campus, at
from school.seed.dice import Dice
from school.seed.founding import GYM, room_of
from school.seed.writer import Writer

_DAY = dt.timedelta(days=1)


def lay_year(campus: Campus, dice: Dice, writer: Writer) -> None:
    """Write it."""
    school_id, calendar = campus.school_id, campus.calendar
    set_at = at(calendar.last_ended, dt.time(15))
    writer.add(
        Holiday, school_id=school_id, id=dice.id_at(set_at), name="Каникулы", starts_on=calendar.last_ended + _DAY, ends_on=calendar.begins - _DAY,
        withdrawn_at=None)
    secretary = next(worker for worker in campus.people.workers if worker.role == "office")
    numbers = {worker.id: number for number, worker in enumerate(campus.people.workers)}
    weeks = [dice.id_at(set_at) for _ in campus.groups]
    for group, timetable in zip(campus.groups, weeks, strict=True):
        writer.add(Timetable, school_id=school_id, id=timetable, class_group_id=group, starts_on=calendar.begins, by=secretary.id, at=set_at)
    for number, ((group_place, day, bell), place) in enumerate(sorted(campus.week.items())):
        course = campus.courses[place]
        room = room_of(course.subject, numbers[course.teacher.id])
        writer.add(
            TimetableSlot, school_id=school_id, timetable_id=weeks[group_place], number=number, course_id=course.id, weekday=day + 1, bell=bell, room=room,
            weeks=Weeks.EVERY, shared=room == GYM)
