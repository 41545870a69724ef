"""Planning: the lessons of days as the timetables have them, made, kept and taken away, and what stays because somebody has touched it."""

import datetime as dt
from collections import Counter
from typing import Any

import sqlalchemy as sa

from school import ids
from school.diary.lesson_plan import MOST_TOLD
from school.diary.message_models import Remark, RemarkKind
from school.diary.models import Attendance, AttendanceKind, Homework, Lesson, Mark, WorkKind
from school.registry.bell_models import Bell
from school.registry.calendar_models import Holiday
from school.registry.models import ClassGroup, Course, Staff, Subject
from school.registry.types import school_id
from tests.diary.desk import NOON, Desk
from tests.diary.test_class_timetables import set_, week
from tests.diary.test_substitutions import change, substitute
from tests.world import MONDAY

PLAN = """mutation($input: PlanLessonsInput!) { planLessons(input: $input) { __typename ... on Refusal { code message }
  ... on LessonPlan { made kept moved removed stayed unmade
    firstUnmade { date bell room code message subject { name } classGroup { name } } } } }"""
NONE = {"made": 0, "kept": 0, "moved": 0, "removed": 0, "stayed": 0, "unmade": 0}


async def plan(desk: Desk, first: str = "2026-09-14", last: str = "2026-09-27", login: str = "office", **more: Any) -> Any:
    """What became of the lessons of these days, in figures; and those that are not made, if there are some."""
    answer = await desk.ask(login, PLAN, input={"schoolId": school_id(1), "from": first, "to": last, **more})
    if answer.pop("__typename") != "LessonPlan":
        return answer["code"], answer["message"]
    unmade = answer.pop("firstUnmade")
    return (answer, unmade) if unmade else answer


async def lessons(desk: Desk, *of: Any) -> list[tuple[int, int, str | None]]:
    """Day of September, bell and room of these lessons, or of all that are not of the world's day."""
    async with desk.database.read() as session:
        found = await session.execute(sa.select(Lesson.on_date, Lesson.bell, Lesson.room).where(*(of or (Lesson.on_date > MONDAY,))))
        return sorted((row.on_date.day, row.bell, row.room) for row in found)


async def test_lessons_are_made_kept_moved_and_taken_away(desk: Desk) -> None:
    """In terms, out of holidays, in the weeks of their slots; a repeat changes nothing; families are told how many, once."""
    async with desk.database.begin() as session:
        session.add(Holiday(school_id=1, id=ids.new(), name="Карантин", starts_on=dt.date(2026, 9, 15), ends_on=dt.date(2026, 9, 15), withdrawn_at=None))
    first = week(desk, (1, 1), (2, 1), room="7")
    first["slots"].append({"courseId": desk.course("5A"), "weekday": 4, "bell": 3, "weeks": "EVEN"})
    await set_(desk, first)
    assert await plan(desk) == {**NONE, "made": 4}
    there = [(14, 1, "7"), (21, 1, "7"), (22, 1, "7"), (24, 3, None)]
    assert await lessons(desk) == there
    [(kind, topics, payload)] = await desk.events()
    assert (kind, set(topics)) == ("diary.timetable_changed", {str(desk.world.people[name]) for name in ("anna", "boris")})
    of_class = {"class_group_id": str(desk.world.classes["5A"]), "moved": 0, "removed": 0}
    assert payload == {**of_class, "starts_on": "2026-09-14", "ends_on": "2026-09-24", "made": 4}
    before = await desk.everything(Lesson)
    assert await plan(desk) == {**NONE, "kept": 4}
    assert await desk.everything(Lesson) == before
    await set_(desk, week(desk, (1, 1), (3, 2), room="8", starts_on="2026-09-21"))
    assert await plan(desk) == {**NONE, "made": 1, "kept": 1, "moved": 1, "removed": 2}
    assert await lessons(desk) == [(14, 1, "7"), (21, 1, "8"), (23, 2, "8")]
    assert (await desk.events())[1][2] == {**of_class, "starts_on": "2026-09-21", "ends_on": "2026-09-24", "made": 1, "moved": 1, "removed": 2}
    await set_(desk, week(desk, starts_on="2026-09-14"))
    await set_(desk, week(desk, starts_on="2026-09-21"))
    assert await plan(desk) == {**NONE, "removed": 3}
    assert await lessons(desk) == []


async def test_a_closed_course_has_no_lessons_any_more(desk: Desk) -> None:
    await set_(desk, week(desk, (1, 1), (2, 1)))
    await desk.change(Course, desk.world.courses["5A"], closed_at=NOON)
    assert await plan(desk) == NONE
    assert await lessons(desk) == []
    assert (await set_(desk, week(desk, (1, 1))))["code"] == "NOT_FOUND"
    await desk.change(Course, desk.world.courses["5A"], closed_at=None)
    assert await plan(desk) == {**NONE, "made": 4}


async def test_a_class_without_a_timetable_is_left_alone_and_days_that_are_over_lose_nothing(desk: Desk) -> None:
    await set_(desk, week(desk, (1, 1), (1, 3), starts_on="2026-08-31"))
    assert await plan(desk, "2026-08-25", "2026-09-09") == {**NONE, "made": 1, "kept": 1, "stayed": 1}
    assert Counter(group for (group,) in await desk.rows(Lesson, "class_group_id")) == {
        desk.world.classes["5A"]: 3, desk.world.classes["6B"]: 2, desk.world.classes["2-5A"]: 2}
    assert await plan(desk, "2026-12-28", "2027-01-31") == {**NONE, "made": 2}
    assert await plan(desk, "2026-12-28", "2027-01-31", classGroupId=desk.group("6B")) == NONE
    before = await desk.everything(Lesson)
    for refused in (
        await plan(desk, login="office2"), await plan(desk, classGroupId=desk.group("2-5A")),
    ):
        assert refused == ("NOT_FOUND", "No such object.")
    assert await plan(desk, "2026-09-02", "2026-09-01") == ("BAD_INPUT", "to must not lie before from")
    assert await plan(desk, "2026-09-01", "2027-04-01") == ("TOO_MANY", "at most 190 days at once")
    assert (await plan(desk, login="teacher"))[0] == "NOT_ALLOWED"
    assert await desk.everything(Lesson) == before


async def test_what_somebody_has_touched_stays_as_it_is(desk: Desk) -> None:
    """In each way in which that may be, on seven days; also where another lesson shall be then: that one is not made, and it is told why."""
    days = range(1, 8)
    await set_(desk, week(desk, *((day, bell) for day in days for bell in (1, 2)), room="7"))
    assert await plan(desk, last="2026-09-20") == {**NONE, "made": 14}
    await _touch(desk)
    new = week(desk)
    new["slots"] = [{"courseId": desk.course("physics"), "weekday": day, "bell": bell, "room": "8"} for day in days for bell in (1, 2)]
    await set_(desk, new)
    answer, unmade = await plan(desk, last="2026-09-20")
    assert answer == {**NONE, "made": 7, "removed": 7, "stayed": 7, "unmade": 7}
    assert unmade == [{
        "date": f"2026-09-{13 + day}", "bell": 1, "room": "8", "code": "CLASS_TAKEN", "message": "the class has another lesson then",
        "subject": {"name": "Физика"}, "classGroup": {"name": "5A"}} for day in days]
    mine = (Lesson.class_group_id == desk.world.classes["5A"], Lesson.on_date > MONDAY)
    stay = [(13 + day, 1, "9" if day == 6 else "7") for day in days]
    assert await lessons(desk, *mine) == sorted([*stay, *((13 + day, 2, "8") for day in days)])
    await set_(desk, week(desk, *((day, 1) for day in days), room="6"))
    assert await plan(desk, last="2026-09-20") == {**NONE, "kept": 7, "removed": 7}
    assert await lessons(desk, *mine) == stay


async def _touch(desk: Desk) -> None:
    """The first lesson of each of seven days, each in another way; and a course more."""
    anna, teacher, course = desk.world.people["anna"], desk.world.people["teacher"], desk.world.courses["5A"]
    key = {"school_id": 1, "id": ids.new()}
    async with desk.database.begin() as session:
        first = list(await session.scalars(sa.select(Lesson.id).where(Lesson.on_date > MONDAY, Lesson.bell == 1).order_by(Lesson.on_date)))
        session.add_all([
            Homework(**key, course_id=course, due_lesson_id=first[0], text="№ 1", set_by=teacher, set_at=NOON),
            Mark(**key, pupil_id=anna, lesson_id=first[1], course_id=course, value=5, weight=1, work=WorkKind.TEST, comment=None, revision=1, given_by=teacher,
                 given_at=NOON, withdrawn_at=NOON),
            Attendance(
                school_id=1, lesson_id=first[2], pupil_id=anna, kind=AttendanceKind.PRESENT, minutes_late=None, by=teacher, at=NOON, reason_id=None),
            Remark(**key, pupil_id=anna, lesson_id=first[3], kind=RemarkKind.PRAISE, text="!", given_by=teacher, given_at=NOON, withdrawn_at=None)])
        await session.execute(sa.update(Lesson).where(Lesson.id == first[4]).values(topic="Дроби"))
        subject = Subject(school_id=1, id=ids.new(), name="Физика")
        session.add(subject)
        await session.flush()
        physics = Course(
            school_id=1, id=ids.new(), class_group_id=desk.world.classes["5A"], subject_id=subject.id, teacher_id=desk.world.people["class_teacher"])
        session.add(physics)
    desk.world.courses["physics"], desk.world.lessons["changed"], desk.world.lessons["host"] = physics.id, first[5], first[6]
    await desk.add_lesson("guest", course="6B", on_date=MONDAY + dt.timedelta(days=13), bell=1)
    answers = await substitute(desk, change(desk, "changed", room="9"), change(desk, "guest", mergeWith="host"))
    assert [(answer["room"], answer["merged"]) for answer in answers] == [("9", False), ("7", True)]


async def test_who_and_what_is_taken_is_told(desk: Desk) -> None:
    """By a lesson that was moved there; a teacher who has left teaches no more; what is shared is made."""
    await set_(desk, week(desk, (1, 1), (2, 1), group="6B", room="gym", shared=True))
    await set_(desk, week(desk, (1, 1), (2, 2), room="gym"))
    await desk.add_lesson("moved", course="6B", on_date=dt.date(2026, 9, 16), bell=5, room="gym")
    assert (await substitute(desk, change(desk, "moved", date="2026-09-15", bell=2)))[0]["date"] == "2026-09-15"
    answer, unmade = await plan(desk, last="2026-09-20")
    assert answer == {**NONE, "made": 3, "stayed": 1, "unmade": 1}
    assert [(one["date"], one["bell"], one["code"], one["classGroup"]) for one in unmade] == [("2026-09-15", 2, "ROOM_TAKEN", {"name": "5A"})]
    async with desk.database.begin() as session:
        await session.execute(sa.update(Staff).where(Staff.id == desk.world.people["teacher"]).values(left_on=dt.date(2026, 9, 28)))
    answer, unmade = await plan(desk, "2026-09-21", "2026-09-30")
    assert (answer["made"], {(one["date"], one["message"]) for one in unmade}) == (
        6, {(date, "the teacher does not work at the school any more") for date in ("2026-09-28", "2026-09-29")})


async def test_statements_do_not_grow_with_lessons(desk: Desk) -> None:
    """Of six classes more, and a term instead of a week."""
    await set_(desk, week(desk, (1, 1)))
    with desk.counted() as statements:
        assert await plan(desk, last="2026-09-20") == {**NONE, "made": 1}
    few = len(statements)
    assert few == (10 if desk.database.sqlite else 11)
    async with desk.database.begin() as session:
        session.add_all(Bell(school_id=1, number=number, starts_at=dt.time(8 + number), ends_at=dt.time(8 + number, 40)) for number in (8, 9))
        subject = (await session.execute(sa.select(Subject.id).where(Subject.school_id == 1))).scalar_one()
        for grade in range(7, 12):
            await desk.add_person(session, f"teacher of {grade}")
            teacher, group = desk.world.people[f"teacher of {grade}"], ClassGroup(school_id=1, id=ids.new(), grade=grade, letter="A", teacher_id=None)
            session.add_all([Staff(school_id=1, id=teacher, position="учитель", left_on=None), group])
            await session.flush()
            course = Course(school_id=1, id=ids.new(), class_group_id=group.id, subject_id=subject, teacher_id=teacher)
            session.add(course)
            desk.world.classes[f"{grade}A"], desk.world.courses[f"{grade}A"] = group.id, course.id
    full = [(weekday, bell) for weekday in range(1, 6) for bell in range(1, 8)]
    for name in ("5A", "7A", "8A", "9A", "10A", "11A"):
        assert (await set_(desk, week(desk, *full, group=name, starts_on="2026-09-14")))["__typename"] == "Timetable"
    with desk.counted() as statements:
        answer = await plan(desk, last="2026-12-31")
    assert answer == {**NONE, "made": 6 * 7 * 78 - 1, "kept": 1}
    assert len(statements) == few
    for name in ("5A", "7A", "8A", "9A", "10A", "11A"):
        await set_(desk, week(desk, (1, 1), group=name, starts_on="2026-09-14", room=name))
    with desk.counted() as statements:
        answer = await plan(desk, last="2026-12-31")
    assert answer == {**NONE, "moved": 6 * 16, "removed": 6 * (7 * 78 - 16)}
    assert len(statements) == few + 3
    assert MOST_TOLD == 100


def test_the_tables_of_a_lesson_are_all_looked_into() -> None:
    """Whatever refers to a lesson keeps it from being taken away; who adds such a table adds it to `untouched`."""
    refer = {table.name for table in Lesson.metadata.tables.values() for key in table.foreign_keys if key.column.table is Lesson.__table__}
    assert refer == {"homework", "mark", "attendance", "replaced_attendance", "remark", "lesson", "substitution", "late_arrival"}
