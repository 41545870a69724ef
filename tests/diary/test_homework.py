"""Homework: set for a lesson, told to every pupil of the class, withdrawn."""

import datetime as dt
from typing import Any
from uuid import uuid4

import pytest

from school import ids
from school.diary.models import Homework, Lesson
from school.ids import Kind
from school.registry.models import Pupil
from tests.diary.desk import NOON, Desk
from tests.diary.test_marks import ABSENT
from tests.world import MONDAY

FIELDS = "id lessonId courseId date text setAt withdrawnAt minutes links forSome revision doneAt subject { name } setBy { givenName }"
SET = f"mutation($input: SetHomeworkInput!) {{ setHomework(input: $input) {{ ... on Homework {{ {FIELDS} }} ... on Refusal {{ code message }} }} }}"
WITHDRAW = f"mutation($id: ID!) {{ withdrawHomework(input: {{homeworkId: $id}}) {{ ... on Homework {{ {FIELDS} }} ... on Refusal {{ code message }} }} }}"
SHOW = f"query($child: ID!, $from: Date!, $to: Date!) {{ homework(childId: $child, from: $from, to: $to) {{ {FIELDS} }} }}"


CORRECT = f"mutation($input: CorrectHomeworkInput!) {{ correctHomework(input: $input) {{ ... on Homework {{ {FIELDS} }} ... on Refusal {{ code message }} }} }}"
TICK = f"mutation($input: TickHomeworkInput!) {{ tickHomework(input: $input) {{ ... on Homework {{ {FIELDS} }} ... on Refusal {{ code message }} }} }}"


async def set_(desk: Desk, lesson: str = "5A-2", text: str = "№ 5, 6", login: str | None = "teacher", id_: str | None = None, **more: Any) -> Any:
    """The answer of setHomework."""
    return await desk.ask(login, SET, input={"id": id_ or str(ids.new()), "lessonId": desk.lesson(lesson), "text": text, **more})


async def correct_(desk: Desk, homework: str, revision: int = 1, login: str | None = "teacher", **says: Any) -> Any:
    """The answer of correctHomework."""
    return await desk.ask(login, CORRECT, input={"homeworkId": homework, "expectedRevision": revision, "text": "№ 5, 6", **says})


async def tick(desk: Desk, homework: str, login: str | None = "parent", child: str = "anna", *, done: bool = True) -> Any:
    """The answer of tickHomework."""
    return await desk.ask(login, TICK, input={"homeworkId": homework, "childId": desk.person(child), "done": done})


async def show(desk: Desk, child: str = "anna", login: str = "parent", from_: str = "2026-09-01", to: str = "2026-09-30") -> Any:
    """What the family sees."""
    return await desk.ask(login, SHOW, **{"child": desk.person(child), "from": from_, "to": to})


async def test_homework_is_set_and_told_to_every_pupil(desk: Desk) -> None:
    await desk.add_pupils("Ушедший", "Будущий", "Сосед")
    await desk.change(Pupil, desk.world.people["Ушедший"], left_on=MONDAY)
    await desk.change(Pupil, desk.world.people["Будущий"], enrolled_on=MONDAY + dt.timedelta(days=1))
    id_ = str(ids.new())
    with desk.counted() as statements:
        answer = await set_(desk, text="  № 5\n№ 6 ", id_=id_)
    assert answer == {
        "id": ids.encode(Kind.HOMEWORK, 1, ids.client_id(id_)), "lessonId": desk.lesson("5A-2"), "courseId": desk.course("5A"), "date": "2026-09-07",
        "text": "№ 5\n№ 6", "setAt": NOON.isoformat(), "withdrawnAt": None, "minutes": None, "links": [], "forSome": False, "revision": 1,
        "doneAt": None, "subject": {"name": "Алгебра"}, "setBy": {"givenName": "Teacher"},
    }
    assert len(statements) == 6, statements  # the sixth loads the teacher's name
    assert await desk.rows(Homework, "id", "text", "set_by", "withdrawn_at") == [(ids.client_id(id_), "№ 5\n№ 6", desk.world.people["teacher"], None)]
    [(kind, topics, payload)] = await desk.events()
    assert kind == "diary.homework_set"
    assert set(topics) == {str(desk.world.people[name]) for name in ("anna", "boris", "Сосед")}
    assert payload == {
        "homework_id": id_, "lesson_id": str(desk.world.lessons["5A-2"]), "course_id": str(desk.world.courses["5A"]), "subject_id": payload["subject_id"],
        "date": "2026-09-07"}
    assert await show(desk) == [answer]


async def test_a_repeat_is_harmless_and_other_content_a_conflict(desk: Desk) -> None:
    id_ = str(ids.new())
    answer = await set_(desk, id_=id_)
    before = await desk.everything()
    assert await set_(desk, id_=id_) == answer
    conflict = {"code": "CONFLICT", "message": "another homework has this id"}
    assert await set_(desk, id_=id_, text="№ 7") == await set_(desk, id_=id_, lesson="5A-1") == conflict
    assert await set_(desk, id_=id_, lesson="6B-1", login="class_teacher") == conflict
    await desk.change(Lesson, desk.world.lessons["5A-2"], cancelled_at=NOON)
    assert await set_(desk, id_=id_) == answer
    assert await desk.everything() == before


async def test_homework_is_withdrawn_once(desk: Desk) -> None:
    answer = await set_(desk)
    gone = await desk.ask("teacher", WITHDRAW, id=answer["id"])
    assert gone == {**answer, "withdrawnAt": NOON.isoformat()}
    assert await show(desk) == []
    events = await desk.events()
    assert [kind for kind, _, _ in events] == ["diary.homework_set", "diary.homework_withdrawn"]
    assert events[0][1:] == events[1][1:]
    before = await desk.everything()
    assert await desk.ask("teacher", WITHDRAW, id=answer["id"]) == gone
    assert await desk.everything() == before


async def test_homework_is_for_a_lesson_that_is_to_be_held(desk: Desk) -> None:
    await desk.add_lesson("friday", on_date=MONDAY - dt.timedelta(days=3))
    await desk.add_lesson("cancelled", cancelled_at=NOON)
    await desk.add_lesson("tomorrow", on_date=MONDAY + dt.timedelta(days=1))
    assert await set_(desk, "friday") == {"code": "BAD_INPUT", "message": "the lesson lies in the past"}
    assert await set_(desk, "cancelled") == {"code": "BAD_INPUT", "message": "the lesson is cancelled"}
    assert not any((await desk.everything()).values())
    assert (await set_(desk, "tomorrow"))["date"] == "2026-09-08"


@pytest.mark.parametrize(("text", "message"), [
    ("", "text must not be empty"), (" \n ", "text must not be empty"), ("а" * 4001, "text has at most 4000 characters"),
    ("\0", "text has characters that are no text"),
])
async def test_a_bad_text_is_refused(desk: Desk, text: str, message: str) -> None:
    assert await set_(desk, text=text) == {"code": "BAD_INPUT", "message": message}
    assert (await set_(desk, id_=str(uuid4())))["code"] == "BAD_INPUT"
    assert not any((await desk.everything()).values())


async def test_another_teacher_s_lesson_and_homework_answer_as_absent_ones(desk: Desk) -> None:
    desk.world.lessons["absent"] = ids.new()
    assert await set_(desk, login="class_teacher") == await set_(desk, "absent") == await set_(desk, "2-5A-1") == ABSENT
    assert not any((await desk.everything()).values())
    homework = (await set_(desk))["id"]
    before = await desk.everything()
    absent = ids.encode(Kind.HOMEWORK, 1, ids.new())
    assert await desk.ask("class_teacher", WITHDRAW, id=homework) == await desk.ask("teacher", WITHDRAW, id=absent) == ABSENT
    for login, code in ((None, "NOT_SIGNED_IN"), ("parent", "NOT_ALLOWED"), ("office", "NOT_ALLOWED")):
        assert (await desk.ask(login, WITHDRAW, id=homework))["code"] == (await set_(desk, login=login))["code"] == code
    assert await desk.everything() == before


async def test_the_family_reads_its_own_class_in_at_most_31_days(desk: Desk) -> None:
    mine = await set_(desk)
    await set_(desk, "6B-1", login="class_teacher")
    for login in ("parent", "anna", "teacher", "class_teacher", "office"):
        assert await show(desk, login=login) == [mine]
    assert await show(desk, from_="2026-09-08") == await show(desk, to="2026-09-06") == []
    with desk.counted() as statements:
        await desk.ask("parent", SHOW.replace("setBy { givenName }", ""), **{"child": desk.person("anna"), "from": "2026-09-01", "to": "2026-10-01"})
    assert len(statements) == 1, statements
    absent = ("NOT_FOUND", "No such object.")
    for login in ("other_parent", "divorced", "stranger", "teacher2", "office2", "guard", "canteen"):
        child = {"child": desk.person("anna" if login != "divorced" else "boris"), "from": "2026-09-01", "to": "2026-09-30"}
        assert await desk.error(login, SHOW, **child) == await desk.error(login, SHOW, **{**child, "child": ids.encode(Kind.PERSON, 1, ids.new())}) == absent
    days = {"child": desk.person("anna"), "from": "2026-09-01"}
    assert await desk.error("parent", SHOW, **days, to="2026-10-02") == ("TOO_MANY", "at most 31 days at once")
    assert await desk.error("parent", SHOW, **days, to="2026-08-31") == ("BAD_INPUT", "to must not lie before from")
