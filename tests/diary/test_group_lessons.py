"""What a group has, its pupils have and nobody else of the class: lessons, homework, marks, registers, news, and who teaches them."""

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa

from school import ids
from school.diary import calendar, calendar_file
from school.diary.clashes import Place, clash
from school.diary.lessons import first_lesson
from school.diary.models import Homework, Lesson, Mark
from school.errors import Code
from school.ids import Kind, Ref
from school.registry.calendar_feed_models import Language
from school.registry.group_models import GroupMember
from school.registry.models import Course
from tests.diary.absence import days, send, spread
from tests.diary.desk import NOON, Desk
from tests.diary.division import add, divide, fill
from tests.diary.letters import ABSENT as NO_LETTER
from tests.diary.letters import CORRESPONDENTS, make, remark, write
from tests.diary.test_attendance import entry, record
from tests.diary.test_class_moves import BOOK, move
from tests.diary.test_class_timetables import set_ as set_week
from tests.diary.test_class_timetables import week
from tests.diary.test_courses import teach
from tests.diary.test_homework import set_, show, tick
from tests.diary.test_homework_load import LOAD
from tests.diary.test_lesson_plan import NONE, plan
from tests.diary.test_marks import ABSENT, give, item
from tests.diary.test_notices import BOOK as ANNOUNCED
from tests.diary.test_registers import unfilled
from tests.diary.test_report_cards import cards
from tests.diary.test_substitutions import change, substitute
from tests.diary.test_term_marks import PROGRESS, SHEET, decide, decision, term
from tests.diary.test_trends import at_risk
from tests.world import MONDAY

TUESDAY = MONDAY + dt.timedelta(days=1)
WEEK = {"from": "2026-09-07", "to": "2026-09-13"}
LESSONS = "query($id: ID!, $from: Date!, $to: Date!) {lessons(%s: $id, from: $from, to: $to) {id group {name}}}"
DAY = """query($child: ID!, $date: Date!) {childDay(childId: $child, date: $date) {
  lessons {lesson {id group {name division}} homework {text} marks {value}}}}"""


async def seen(desk: Desk, login: str, document: str, **asked: Any) -> set[str]:
    """The names of the lessons that somebody is shown."""
    names = {desk.lesson(name): name for name in desk.world.lessons}
    return {names[one["id"]] for one in await desk.ask(login, document, **asked, **WEEK)}


async def told(desk: Desk, kind: str) -> list[set[str]]:
    """Whom the events of a kind were told."""
    names = {str(id_): name for name, id_ in desk.world.people.items()}
    return [{names[topic] for topic in topics if topic in names} for of, topics, _ in await desk.events() if of == kind]


async def test_a_child_has_the_lessons_of_its_own_group(desk: Desk) -> None:
    await divide(desk)
    child, whole = LESSONS % "childId", {"5A-1", "5A-2"}
    for login in ("parent", "anna", "class_teacher", "office"):
        assert await seen(desk, login, child, id=desk.person("anna")) == whole | {"en1"}
    assert await seen(desk, "other_parent", child, id=desk.person("boris")) == whole | {"en2"}
    of_class = LESSONS % "classGroupId"
    for login, group in (("parent", {"en1"}), ("other_parent", {"en2"}), ("class_teacher", {"en1", "en2"}), ("office", {"en1", "en2"})):
        assert await seen(desk, login, of_class, id=desk.group("5A")) == whole | group
    with desk.counted() as statements:
        day = await desk.ask("parent", DAY, child=desk.person("anna"), date=WEEK["from"])
    assert [one["lesson"]["group"] for one in day["lessons"]] == [None, None, {"name": "1", "division": "Английский"}]
    assert len(statements) == 2, statements  # the day, and what the lessons' names are, their groups' too
    # Who changes the group has the one's lessons until then, and the other's from then on.
    for name in ("1", "2"):
        await desk.add_lesson(f"tuesday{name}", course=f"en{name}", on_date=TUESDAY, pupil_group_id=(await part_of(desk, f"en{name}")))
    await desk.add_pupils("Новый")
    assert (await fill(desk, await group_of(desk, "en2"), "anna", "boris", from_=str(TUESDAY)))["closed"] is False
    assert await seen(desk, "parent", child, id=desk.person("anna")) == whole | {"en1", "tuesday2"}
    async with desk.database.read() as session:
        found = [await session.scalar(sa.select(first_lesson(sa.literal(1), sa.literal(desk.world.people[name]), sa.literal(TUESDAY))))
                 for name in ("anna", "boris", "Новый")]
    assert found == [desk.world.lessons["tuesday2"], desk.world.lessons["tuesday2"], None]


async def test_calendars_have_a_group_s_lessons_and_name_it(desk: Desk) -> None:
    await divide(desk)
    for login, of, summary in (("parent", "anna", "Английский\\, 1"), ("teacher", "teacher", "Английский\\, 5A\\, 1")):
        viewer, person = desk.world.viewers[login], desk.world.people[of]
        found = await calendar.read(desk.database.reader(viewer.identity()), viewer, Ref(1, person), "Europe/Moscow")
        text = calendar_file.write(found, Language.RU, person, NOON).decode()
        assert [line for line in text.splitlines() if line.startswith("SUMMARY:Английский")] == [f"SUMMARY:{summary}"]


async def part_of(desk: Desk, lesson: str) -> Any:
    """The key of a lesson's group."""
    async with desk.database.read() as session:
        return await session.scalar(sa.select(Lesson.pupil_group_id).where(Lesson.id == desk.world.lessons[lesson]))


async def group_of(desk: Desk, lesson: str) -> str:
    """Its opaque id."""
    return ids.encode(Kind.PUPIL_GROUP, 1, await part_of(desk, lesson))


async def test_a_teacher_writes_about_the_pupils_of_the_group_alone(desk: Desk) -> None:
    first, second = await divide(desk)
    [mark], [refused] = await give(desk, item(desk), lesson="en1"), await give(desk, item(desk, "boris"), lesson="en1")
    assert (mark["value"], refused) == (5, ABSENT)
    assert (await record(desk, entry(desk, "anna"), entry(desk, "boris"), lesson="en1"))[1] == ABSENT
    assert [one.get("code") for one in await make(desk, remark(desk), remark(desk, "boris"), lesson="en1")] == [None, "NOT_FOUND"]
    assert sorted(await unfilled(desk, "class_teacher")) == [("5A-1", 2, 2), ("5A-2", 2, 2), ("6B-1", 1, 1), ("6B-2", 1, 1), ("en2", 1, 1)]
    book = await desk.ask("teacher", BOOK, id=desk.course("en1"), **WEEK)
    assert [(row["person"]["id"], row["leftOn"]) for row in book["pupils"]] == [(desk.person("anna"), None)]
    await fill(desk, second, "anna", "boris", from_=str(TUESDAY))
    for course, pupils in (("en1", {"anna": str(TUESDAY)}), ("en2", {"anna": None, "boris": None})):
        rows = (await desk.ask("office", BOOK, id=desk.course(course), **WEEK))["pupils"]
        assert {row["person"]["id"]: row["leftOn"] for row in rows} == {desk.person(name): left for name, left in pupils.items()}
    # Terms: who is in the group at the end.
    for course, login, there in (("en1", "teacher", list[str]()), ("en2", "class_teacher", ["Anna", "Boris"])):
        found = (await desk.ask(login, SHEET, course=desk.course(course), term=term(desk)))["pupils"]
        assert [row["person"]["givenName"] for row in found] == there
    assert [one.get("value", one.get("code")) for one in await decide(desk, decision(desk, "anna"), decision(desk, "boris"), course="en1")] == ["NOT_FOUND"] * 2
    [progress] = [one["node"] for one in (await desk.ask("office", PROGRESS, term=term(desk), first=10))["edges"]
                  if one["node"]["course"]["id"] == desk.course("en2")]
    assert (progress["pupils"], progress["decided"]) == (2, 0)
    await fill(desk, first, "boris", from_=str(TUESDAY))
    for name, lines in (
            ("anna", [("Алгебра", 0), ("Английский · 1", 1), ("Английский · 2", 0)]), ("boris", [("Алгебра", 0), ("Английский · 1", 0)])):
        [card] = (await cards(desk, "office", name, desk.world.terms[1])).cards
        assert [(line.subject, line.marks) for line in card.lines] == lines
    whole = (await cards(desk, "office", "5A", desk.world.terms[1], Kind.CLASS_GROUP)).cards
    assert [len(card.lines) for card in whole] == [3, 2]
    await give(desk, item(desk, value=2), item(desk, value=2), lesson="5A-1")
    await desk.change(Mark, ids.decode(Kind.MARK, mark["id"]).id, value=2)
    assert [len(await at_risk(desk, to=str(day))) for day in (MONDAY, TUESDAY)] == [2, 1]  # of English she is in another group by then


async def test_a_group_s_gradebook_announces_its_own_pupils(desk: Desk) -> None:
    """Why somebody of another group is away, its teacher is not told."""
    await divide(desk)
    assert (await send(desk, await desk.add_reason("Болезнь", "Б"), "boris", "other_parent", **days(0, 1)))["state"] == "SENT"
    for name in ("1", "2"):
        await desk.add_lesson(f"tuesday{name}", course=f"en{name}", on_date=TUESDAY, pupil_group_id=(await part_of(desk, f"en{name}")))
    for course, login, lessons in (("en1", "teacher", list[str]()), ("en2", "class_teacher", ["en2", "tuesday2"])):
        book = await desk.ask(login, ANNOUNCED, course=desk.course(course), **WEEK)
        assert [(one["pupilId"], one["lessonId"]) for one in book["announced"]] == [(desk.person("boris"), desk.lesson(name)) for name in lessons]


async def test_homework_of_a_group_is_its_families_alone(desk: Desk) -> None:
    await divide(desk)
    homework = await set_(desk, "en1", "Unit 1", minutes=30)
    await set_(desk, "5A-1", minutes=20)
    await set_(desk, "en2", "Unit 2", login="class_teacher", minutes=15)
    assert await told(desk, "diary.homework_set") == [{"anna"}, {"anna", "boris"}, {"boris"}]
    assert [one["text"] for one in await show(desk)] == ["№ 5, 6", "Unit 1"]
    assert [one["text"] for one in await show(desk, "boris", "other_parent")] == ["№ 5, 6", "Unit 2"]
    assert await tick(desk, homework["id"], "other_parent", "boris") == ABSENT
    assert (await tick(desk, homework["id"]))["id"] == homework["id"]
    assert await set_(desk, "en1", pupilIds=[desk.person("boris")]) == ABSENT
    load = await desk.ask("teacher", LOAD, group=desk.group("5A"), **WEEK)
    assert load == [{"date": "2026-09-07", "tasks": 1, "minutes": 20, "untold": 0, "busiestMinutes": 50}]


async def test_on_postgresql_homework_of_another_group_is_hidden_without_a_clause(desk: Desk) -> None:
    """Row-level security alone."""
    await divide(desk)
    await set_(desk, "en2", "Unit 2", login="class_teacher")
    async with desk.database.read(desk.world.viewers["parent"].identity()) as session:
        found = (await session.execute(sa.select(
            sa.select(sa.func.count()).select_from(Homework).scalar_subquery(),
            sa.select(sa.func.count()).where(Lesson.id == desk.world.lessons["en2"]).scalar_subquery(),
            sa.select(sa.func.count()).where(GroupMember.pupil_id != desk.world.people["anna"]).scalar_subquery()))).one()
        postgresql = session.get_bind().dialect.name == "postgresql"
    assert tuple(found) == ((0, 0, 0) if postgresql else (1, 1, 1))


async def test_news_and_letters_go_to_those_whom_it_concerns(desk: Desk) -> None:
    await divide(desk)
    for pupils in (("anna", "boris"), ("boris",)):  # it was a mistake
        await fill(desk, await group_of(desk, "en2"), *pupils, from_=str(MONDAY))
    await fill(desk, await group_of(desk, "en1"), "anna")
    assert [len((await desk.ask("office", BOOK, id=desk.course(name), **WEEK))["pupils"]) for name in ("en1", "en2")] == [1, 1]
    [lesson] = await substitute(desk, change(desk, "en2", cancelled=True))
    assert lesson["cancelled"] is True
    assert await told(desk, "diary.lesson_changed") == [{"boris"}]
    ill = await desk.add_reason("Болезнь", "Б")
    assert (await spread(desk, ill))["written"] == 3
    teachers = await desk.ask("other_parent", CORRESPONDENTS, child=desk.person("boris"))
    assert [(one["subjects"], one["leads"]) for one in teachers] == [(["Английский"], True), (["Алгебра"], False)]
    await desk.change(Course, desk.world.courses["5A"], teacher_id=desk.world.people["class_teacher"])
    assert [one["subjects"] for one in await desk.ask("parent", CORRESPONDENTS, child=desk.person("anna"))] == [["Алгебра"], ["Английский"]]
    assert [one["subjects"] for one in await desk.ask("other_parent", CORRESPONDENTS, child=desk.person("boris"))] == [["Алгебра", "Английский"]]
    assert (await write(desk))["number"] == 1
    assert await write(desk, "other_parent", child="boris") == NO_LETTER
    await teach(desk, desk.course("en1"), "class_teacher")
    assert (await told(desk, "diary.course_teacher_changed"))[-1] == {"anna"}
    await move(desk, on=TUESDAY)
    assert await show(desk) == []


async def test_groups_of_one_division_have_lessons_at_one_moment(desk: Desk) -> None:
    """Of another division, or the whole class, they do not: they may share a pupil."""
    await divide(desk)
    both = week(desk, starts_on="2026-09-14")
    both["slots"] = [{"courseId": desk.course(name), "weekday": 1, "bell": 1} for name in ("en1", "en2")]
    both["slots"].append({"courseId": desk.course("5A"), "weekday": 1, "bell": 1})
    answer = await set_week(desk, both)
    assert [(one["slot"], one["code"]) for one in answer["clashes"]] == [(2, "CLASS_TAKEN")]
    both["slots"].pop()
    assert (await set_week(desk, both))["__typename"] == "Timetable"
    assert await plan(desk, last="2026-09-20") == {**NONE, "made": 2}
    assert await told(desk, "diary.timetable_changed") == [{"anna"}, {"boris"}]
    assert len([row for row in await desk.rows(Lesson, "on_date", "pupil_group_id") if row[0] > TUESDAY and row[1] is not None]) == 2
    assert await plan(desk, last="2026-09-20") == {**NONE, "kept": 2}
    assert (await add(desk, "девочки", division="Физкультура"))["closed"] is False
    # A lesson that is moved finds the other group's no obstacle, and the class's.
    [moved, refused] = await substitute(desk, change(desk, "en1", bell=4), change(desk, "en2", bell=2))
    assert (moved["bell"], refused["code"]) == (4, "CLASS_TAKEN")
    [moved] = await substitute(desk, change(desk, "en2", bell=4))
    assert moved["bell"] == 4


@pytest.mark.parametrize(("one", "other", "code"), [
    (None, None, Code.CLASS_TAKEN), (("1", "А"), None, Code.CLASS_TAKEN), (("1", "А"), ("1", "А"), Code.CLASS_TAKEN), (("1", "А"), ("2", "А"), None),
    (("1", "А"), ("2", "Б"), Code.CLASS_TAKEN),
])
def test_two_lessons_of_a_class_want_the_same_pupils(one: tuple[str, str] | None, other: tuple[str, str] | None, code: Code | None) -> None:
    group, parts = ids.new(), {name: ids.new() for name in "12"}

    def place(part: tuple[str, str] | None) -> Place:
        name, division = part or (None, None)
        return Place(
            1, ids.new(), group, ids.new(), MONDAY, 1, None, cancelled=False, merged_with_id=None, own_teacher=True, own_room=True, as_planned=False,
            hours=(dt.time(8, 30), dt.time(9, 15)),
            pupil_group_id=None if name is None else parts[name], division=division)

    assert clash(place(one), place(other)) is clash(place(other), place(one)) is code
