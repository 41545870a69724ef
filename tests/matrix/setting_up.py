"""What the offices of the town have set up: holidays and timetables, what is there to be used, and changes of classes and courses."""

import datetime as dt
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school import ids, outbox
from school.context import Role
from school.diary import class_groups, class_moves, courses
from school.diary.timetable_events import Changes, Rescheduled, bells_changed
from school.diary.timetable_models import Timetable, TimetableSlot, Weeks
from school.diary.untouched import pupils_by_class, tell
from school.ids import Kind, Ref
from school.registry.bell_models import Bell, BellDay, BellSchedule, ScheduleBell
from school.registry.calendar_models import Holiday
from school.registry.models import ClassGroup, Course, Subject
from tests.matrix.lives import acting, opaque
from tests.matrix.town import Town
from tests.world import EARLY, MONDAY


async def make_year(session: AsyncSession, school_id: int, secretary: UUID) -> Holiday:
    """Holidays, and for each class of the school a week with two lessons at one moment, of which the second is never made."""
    holiday = Holiday(
        school_id=school_id, id=ids.new(), name=f"holidays {school_id}", starts_on=dt.date(2026, 11, 2), ends_on=dt.date(2026, 11, 8), withdrawn_at=None)
    session.add(holiday)
    courses = (await session.execute(sa.select(Course).where(Course.school_id == school_id).order_by(Course.id))).scalars().all()
    for place, (group, course) in enumerate({course.class_group_id: course.id for course in courses}.items()):
        timetable = Timetable(school_id=school_id, id=ids.new(), class_group_id=group, starts_on=MONDAY, by=secretary, at=EARLY)
        session.add(timetable)
        await session.flush()
        session.add_all(TimetableSlot(
            school_id=school_id, timetable_id=timetable.id, number=number, course_id=course, weekday=1, bell=4 + place, room=f"room {group.hex[:8]}",
            weeks=Weeks.EVERY, shared=True) for number in (0, 1))
        await tell(session, school_id, [Changes(group, MONDAY, MONDAY, 1, 0, 0)])
    return holiday


async def add_schedules(session: AsyncSession, school_id: int) -> dict[str, str]:
    """Two bell schedules with the regular hours: one for a day, of which all classes have heard, and one that nobody has."""
    schedules = [BellSchedule(school_id=school_id, id=ids.new(), name=f"{name} bells {school_id}", closed_at=None) for name in ("short", "spare")]
    session.add_all(schedules)
    await session.flush()
    regular = (await session.scalars(sa.select(Bell).where(Bell.school_id == school_id))).all()
    session.add_all(
        ScheduleBell(school_id=school_id, schedule_id=one.id, number=bell.number, starts_at=bell.starts_at, ends_at=bell.ends_at)
        for one in schedules for bell in regular)
    session.add(BellDay(school_id=school_id, id=ids.new(), on_date=MONDAY, usual_id=None, schedule_id=schedules[0].id, withdrawn_at=None))
    classes = (await session.scalars(sa.select(ClassGroup.id).where(ClassGroup.school_id == school_id))).all()
    for group, pupils in (await pupils_by_class(session, school_id, classes)).items():
        await outbox.append(session, bells_changed(school_id, Rescheduled(group, MONDAY, MONDAY, 1, EARLY, EARLY, EARLY, EARLY), pupils, EARLY))
    return {name: opaque(Kind.BELL_SCHEDULE, school_id, one.id) for name, one in zip(("schedule", "other schedule"), schedules, strict=True)}


async def add_spare(session: AsyncSession, town: Town, school_id: int) -> dict[str, str]:
    """A class without pupils, a subject without courses."""
    empty = ClassGroup(school_id=school_id, id=ids.new(), grade=11, letter="Z", teacher_id=None)
    subject = Subject(school_id=school_id, id=ids.new(), name="Музыка")
    session.add_all([empty, subject])
    await session.flush()
    town.world.classes[f"empty {school_id}"] = empty.id
    return {"empty": opaque(Kind.CLASS_GROUP, school_id, empty.id), "subject": opaque(Kind.SUBJECT, school_id, subject.id)}


async def change_classes(session: AsyncSession, town: Town) -> None:
    """Of Boris's class and its courses: a teacher who took one over, a class teacher who is back, a move that was none."""
    world, office, boris = town.world, acting(town, "office", Role.OFFICE), town.ref("boris")
    group, empty = Ref(1, world.classes["5A"]), Ref(1, world.classes["empty 1"])
    for to in (empty, group):
        await class_moves.move(session, office, boris, to, EARLY.date())
    for teacher in ("teacher7", "class_teacher"):
        await class_groups.change_teacher(session, office, group, town.ref(teacher))
    subject = Subject(school_id=1, id=ids.new(), name="Труд")
    session.add(subject)
    await session.flush()
    course = await courses.add(session, office, ids.new(), group, Ref(1, subject.id), town.ref("guard"), None)
    await courses.change_teacher(session, office, Ref(1, course.id), town.ref("canteen"))
