"""Giving marks: many at once, an answer for each, a repeat that is harmless, and every refusal."""

import datetime as dt
from typing import Any
from uuid import uuid4

import pytest

from school import ids
from school.diary.models import Lesson, Mark, MarkRevision
from school.ids import Kind
from school.registry.models import Pupil
from tests.diary.desk import NOON, Desk
from tests.world import MONDAY

GIVE = """mutation($lesson: ID!, $items: [GiveMarksItem!]!) { giveMarks(input: {lessonId: $lesson, items: $items}) {
  ... on GiveMarksResults { results { ... on Mark { id pupilId lessonId courseId date value weight work comment revision givenAt withdrawnAt subject { name } }
                                      ... on Refusal { code message } } }
  ... on Refusal { code message } } }"""
ABSENT = {"code": "NOT_FOUND", "message": "No such object."}


def item(desk: Desk, pupil: str = "anna", **values: Any) -> dict[str, Any]:
    """A 5 for an answer."""
    return {"id": str(ids.new()), "pupilId": desk.person(pupil), "value": 5, "work": "ANSWER", **values}


async def give(desk: Desk, *items: dict[str, Any], lesson: str = "5A-1", login: str = "teacher") -> Any:
    """The answers of giveMarks; a refusal of the whole as a dict."""
    answer = await desk.ask(login, GIVE, lesson=desk.lesson(lesson), items=list(items))
    return answer.get("results", answer)


async def test_marks_are_given_with_history_and_event(desk: Desk) -> None:
    anna, boris = item(desk, weight=3, work="TEST", comment="  аккуратно "), item(desk, "boris", value=2)
    answers = await give(desk, anna, boris)
    subject = {"name": "Алгебра"}
    common = {
        "lessonId": desk.lesson("5A-1"), "courseId": desk.course("5A"), "date": "2026-09-07", "revision": 1, "givenAt": NOON.isoformat(), "withdrawnAt": None,
        "subject": subject,
    }
    opaque = [ids.encode(Kind.MARK, 1, ids.client_id(given["id"])) for given in (anna, boris)]
    assert answers == [
        {"id": opaque[0], "pupilId": desk.person("anna"), "value": 5, "weight": 3, "work": "TEST", "comment": "аккуратно", **common},
        {"id": opaque[1], "pupilId": desk.person("boris"), "value": 2, "weight": 1, "work": "ANSWER", "comment": None, **common},
    ]
    columns = ("value", "weight", "work", "comment", "revision")
    assert await desk.rows(Mark, *columns, "given_by", "withdrawn_at") == [
        (2, 1, "answer", None, 1, desk.world.people["teacher"], None), (5, 3, "test", "аккуратно", 1, desk.world.people["teacher"], None)]
    assert await desk.rows(MarkRevision, *columns, "action", "reason", "by", "at") == [
        (2, 1, "answer", None, 1, "given", None, desk.world.people["teacher"], NOON),
        (5, 3, "test", "аккуратно", 1, "given", None, desk.world.people["teacher"], NOON)]
    world, events = desk.world, await desk.events()
    assert [(kind, topics) for kind, topics, _ in events] == [
        ("diary.mark_given", (str(world.people["anna"]),)), ("diary.mark_given", (str(world.people["boris"]),))]
    assert events[0][2] == {
        "mark_id": anna["id"], "revision": 1, "lesson_id": str(world.lessons["5A-1"]), "course_id": str(world.courses["5A"]),
        "subject_id": events[1][2]["subject_id"], "date": "2026-09-07", "value": 5, "weight": 3, "work": "test",
    }


async def test_a_column_of_thirty_is_four_statements(desk: Desk) -> None:
    names = [f"Ученик {number:02}" for number in range(100)]
    await desk.add_pupils(*names)
    await give(desk, item(desk))  # whose answer brings the subject's name
    for lesson, size in (("5A-1", 1), ("5A-1", 30), ("5A-2", 100)):
        items = [item(desk, name, comment=name if number % 2 else None) for number, name in enumerate(names[:size])]
        with desk.counted() as statements:
            answers = await give(desk, *items, lesson=lesson)
        assert [answer["value"] for answer in answers] == [5] * size
        assert len(statements) == 4, statements
        with desk.counted() as statements:
            assert await give(desk, *items, lesson=lesson) == answers
        assert len(statements) == 3, statements


async def test_a_repeat_is_harmless_and_other_content_a_conflict(desk: Desk) -> None:
    mark = item(desk, comment="да")
    answers = await give(desk, mark)
    before = await desk.everything()
    assert await give(desk, mark) == answers
    assert await give(desk, {**mark, "comment": " да "}) == answers
    conflict = [{"code": "CONFLICT", "message": "another mark has this id"}]
    for other in ({"value": 4}, {"weight": 2}, {"work": "TEST"}, {"comment": None}, {"pupilId": desk.person("boris")}):
        assert await give(desk, {**mark, **other}) == conflict
    assert await give(desk, mark, lesson="5A-2") == conflict
    assert await give(desk, {**mark, "pupilId": desk.person("vera")}, lesson="6B-1", login="class_teacher") == conflict
    assert await desk.everything() == before


async def test_a_repeat_is_harmless_even_when_it_could_not_be_given_any_more(desk: Desk) -> None:
    mark = item(desk)
    answers = await give(desk, mark)
    await desk.change(Lesson, desk.world.lessons["5A-1"], cancelled_at=NOON)
    await desk.change(Pupil, desk.world.people["anna"], left_on=MONDAY)
    before = await desk.everything()
    assert await give(desk, mark) == answers
    assert await give(desk, {**mark, "value": 4}) == [{"code": "BAD_INPUT", "message": "the lesson is cancelled"}]
    assert await desk.everything() == before


async def test_one_bad_item_does_not_hold_up_the_others(desk: Desk) -> None:
    answers = await give(
        desk, item(desk, value=6), item(desk, "vera"), item(desk), item(desk, id="x"), item(desk, pupilId="x"), item(desk, weight=11), item(desk, "boris"))
    assert [answer.get("code", answer.get("value")) for answer in answers] == ["OUT_OF_SCALE", "NOT_FOUND", 5, "BAD_INPUT", "NOT_FOUND", "BAD_INPUT", 5]
    assert await desk.rows(Mark, "pupil_id") == sorted([(desk.world.people["anna"],), (desk.world.people["boris"],)], key=str)
    assert len(await desk.rows(MarkRevision, "mark_id")) == len(await desk.events()) == 2


@pytest.mark.parametrize(("values", "refusal"), [
    ({"value": 1}, ("OUT_OF_SCALE", "a mark lies between 2 and 5")),
    ({"value": 6}, ("OUT_OF_SCALE", "a mark lies between 2 and 5")),
    ({"value": -2**31}, ("OUT_OF_SCALE", "a mark lies between 2 and 5")),
    ({"weight": 0}, ("BAD_INPUT", "weight lies between 1 and 10")),
    ({"weight": 11}, ("BAD_INPUT", "weight lies between 1 and 10")),
    ({"comment": "а" * 501}, ("BAD_INPUT", "comment has at most 500 characters")),
    ({"comment": "а\0б"}, ("BAD_INPUT", "comment has characters that are no text")),
    ({"comment": "\ud800"}, ("BAD_INPUT", "comment has characters that are no text")),
    ({"id": str(uuid4())}, ("BAD_INPUT", "id must be a UUIDv7 in canonical form")),
    ({"id": ""}, ("BAD_INPUT", "id must be a UUIDv7 in canonical form")),
])
async def test_bad_content_is_refused(desk: Desk, values: dict[str, Any], refusal: tuple[str, str]) -> None:
    assert await give(desk, item(desk, **values)) == [{"code": refusal[0], "message": refusal[1]}]
    assert not any((await desk.everything()).values())


async def test_limits_are_inclusive(desk: Desk) -> None:
    answers = await give(desk, item(desk, value=2, weight=1), item(desk, value=5, weight=10, comment="а" * 500))
    assert [(answer["value"], answer["weight"]) for answer in answers] == [(2, 1), (5, 10)]


async def test_a_pupil_of_another_class_family_or_school_is_absent(desk: Desk) -> None:
    unknown = ids.encode(Kind.PERSON, 1, ids.new())
    foreign = ids.encode(Kind.PERSON, 2, desk.world.people["anna"])
    items = [item(desk, "vera"), item(desk, "gleb"), item(desk, "teacher"), item(desk, pupilId=unknown), item(desk, pupilId=foreign)]
    assert await give(desk, *items) == [ABSENT] * 5
    assert not any((await desk.everything()).values())


@pytest.mark.parametrize(("login", "lesson"), [
    ("teacher", "6B-1"), ("teacher", "2-5A-1"), ("class_teacher", "5A-1"), ("teacher2", "5A-1"),
])
async def test_a_lesson_of_another_teacher_answers_as_an_absent_one(desk: Desk, login: str, lesson: str) -> None:
    pupil = {"6B-1": "vera", "2-5A-1": "gleb", "5A-1": "anna"}[lesson]
    assert await give(desk, item(desk, pupil), lesson=lesson, login=login) == [ABSENT]
    desk.world.lessons["absent"] = ids.new()
    assert await give(desk, item(desk, pupil), lesson="absent", login=login) == [ABSENT]
    assert not any((await desk.everything()).values())


@pytest.mark.parametrize(("login", "code"), [
    (None, "NOT_SIGNED_IN"), *((login, "NOT_ALLOWED") for login in ("parent", "anna", "office", "guard", "canteen")),
])
async def test_only_teachers_give(desk: Desk, login: str, code: str) -> None:
    assert (await give(desk, item(desk), login=login))["code"] == code
    assert not any((await desk.everything()).values())


async def test_a_batch_has_one_to_a_hundred_items_each_once(desk: Desk) -> None:
    assert await give(desk) == {"code": "BAD_INPUT", "message": "items must not be empty"}
    assert await give(desk, *(item(desk) for _ in range(101))) == {"code": "TOO_MANY", "message": "items holds at most 100 items"}
    twice = item(desk)
    assert await give(desk, twice, item(desk, "boris"), twice) == {"code": "BAD_INPUT", "message": "items has the same item twice"}
    assert await give(desk, twice, {**twice, "id": twice["id"].upper()}) == {"code": "BAD_INPUT", "message": "items has the same item twice"}
    assert not any((await desk.everything()).values())


async def test_only_a_lesson_that_is_held_has_marks(desk: Desk) -> None:
    await desk.add_lesson("tomorrow", on_date=MONDAY + dt.timedelta(days=1))
    await desk.add_lesson("cancelled", cancelled_at=NOON)
    assert await give(desk, item(desk), lesson="tomorrow") == [{"code": "BAD_INPUT", "message": "the lesson lies in the future"}]
    assert await give(desk, item(desk), lesson="cancelled") == [{"code": "BAD_INPUT", "message": "the lesson is cancelled"}]
    assert not any((await desk.everything()).values())
    await desk.add_lesson("this evening", bell=7)
    assert (await give(desk, item(desk), lesson="this evening"))[0]["value"] == 5


@pytest.mark.parametrize(("change", "refused"), [
    ({"left_on": MONDAY}, True), ({"left_on": MONDAY - dt.timedelta(days=3)}, True), ({"left_on": MONDAY + dt.timedelta(days=1)}, False),
    ({"enrolled_on": MONDAY + dt.timedelta(days=1)}, True), ({"enrolled_on": MONDAY}, False),
])
async def test_a_pupil_who_was_not_there_that_day_has_no_mark(desk: Desk, change: dict[str, dt.date], refused: bool) -> None:
    await desk.change(Pupil, desk.world.people["anna"], **change)
    answer = (await give(desk, item(desk)))[0]
    if refused:
        assert answer == {"code": "BAD_INPUT", "message": "the pupil was not at the school on the day of the lesson"}
        assert not any((await desk.everything()).values())
    else:
        assert answer["value"] == 5
