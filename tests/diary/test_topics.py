"""Topics of lessons: written by whoever gives them, of days until today, and told to those who had them."""

import datetime as dt
from typing import Any

from school.diary.models import Lesson
from tests.diary.desk import NOON, Desk
from tests.diary.test_substitutions import change, free, substitute
from tests.diary.test_term_marks import term
from tests.world import MONDAY

SET = """mutation($items: [SetTopicsItem!]!) { setTopics(input: {items: $items}) { ... on TopicResults { results {
  ... on Lesson { id topic } ... on Refusal { code message } } } ... on Refusal { code message } } }"""
DAY = "query($child: ID!, $date: Date!) { childDay(childId: $child, date: $date) { lessons { lesson { id topic } } } }"
ABSENT = {"code": "NOT_FOUND", "message": "No such object."}


async def set_(desk: Desk, topics: dict[str, str | None], login: str = "teacher") -> Any:
    """The answers of setTopics, lesson by lesson; a refusal of the whole as a dict."""
    items = [{"lessonId": desk.lesson(name), "topic": topic} for name, topic in topics.items()]
    answer = await desk.ask(login, SET, items=items)
    return answer.get("results", answer)


async def test_a_topic_is_written_told_and_taken_away(desk: Desk) -> None:
    anna, boris = (str(desk.world.people[name]) for name in ("anna", "boris"))
    assert await set_(desk, {"5A-1": "  Дроби ", "5A-2": "Уравнения"}) == [
        {"id": desk.lesson("5A-1"), "topic": "Дроби"}, {"id": desk.lesson("5A-2"), "topic": "Уравнения"}]
    page = await desk.ask("parent", DAY, child=desk.person("anna"), date=MONDAY.isoformat())
    assert [one["lesson"]["topic"] for one in page["lessons"]] == ["Дроби", "Уравнения"]
    before = await desk.everything(Lesson)
    assert (await set_(desk, {"5A-1": "Дроби"}))[0]["topic"] == "Дроби"
    assert await desk.everything(Lesson) == before
    assert await set_(desk, {"5A-1": " "}) == [{"id": desk.lesson("5A-1"), "topic": None}]
    events = await desk.events()
    assert [(kind, set(topics)) for kind, topics, _ in events] == [("diary.topic_set", {anna, boris})] * 3
    assert [(payload["lesson_id"], payload["old_told"], payload["told"]) for _, _, payload in events] == [
        (str(desk.world.lessons["5A-1"]), False, True), (str(desk.world.lessons["5A-2"]), False, True), (str(desk.world.lessons["5A-1"]), True, False)]
    assert not any("Дроби" in str(payload) for _, _, payload in events)


async def test_what_is_refused_holds_up_nothing_else(desk: Desk) -> None:
    await desk.add_lesson("off", bell=4, cancelled_at=NOON)
    await desk.add_lesson("later", on_date=MONDAY + dt.timedelta(days=1))
    answers = await set_(desk, {"5A-1": "x" * 201, "6B-1": "чужой", "off": "урока нет", "later": "завтра", "5A-2": "Уравнения"})
    assert answers == [
        {"code": "BAD_INPUT", "message": "topic has at most 200 characters"}, ABSENT, {"code": "BAD_INPUT", "message": "the lesson is cancelled"},
        {"code": "BAD_INPUT", "message": "the lesson lies in the future"}, {"id": desk.lesson("5A-2"), "topic": "Уравнения"}]
    assert [row for row in await desk.rows(Lesson, "topic") if row != (None,)] == [("Уравнения",)]
    before = await desk.everything(Lesson)
    assert await set_(desk, {"2-5A-1": "чужая школа"}) == [ABSENT]
    assert await set_(desk, {"5A-1": "чужой"}, login="class_teacher") == [ABSENT]
    for login in ("parent", "office"):
        assert (await set_(desk, {"5A-1": "чужой"}, login=login))["code"] == "NOT_ALLOWED"
    same = [{"lessonId": desk.lesson("5A-1"), "topic": topic} for topic in ("один", "два")]
    assert (await desk.ask("teacher", SET, items=same))["message"] == "items has the same item twice"
    assert (await desk.ask("teacher", SET, items=[]))["message"] == "items must not be empty"
    assert await desk.everything(Lesson) == before


async def test_a_substitute_writes_the_topic_of_that_lesson_alone(desk: Desk) -> None:
    await free(desk, "helper")
    desk.sign_in("helper")
    await substitute(desk, change(desk, teacher="helper"))
    assert await set_(desk, {"5A-1": "Дроби", "5A-2": "Уравнения"}, login="helper") == [{"id": desk.lesson("5A-1"), "topic": "Дроби"}, ABSENT]


async def test_a_closed_term_keeps_its_topics(desk: Desk) -> None:
    assert (await desk.ask("office", "mutation($id: ID!) { closeTerm(termId: $id) { __typename } }", id=term(desk)))["__typename"] == "TermClosed"
    before = await desk.everything(Lesson)
    assert [answer["code"] for answer in await set_(desk, {"5A-1": "Дроби"})] == ["CLOSED"]
    assert await desk.everything(Lesson) == before


async def test_the_number_of_statements_does_not_grow(desk: Desk) -> None:
    names = [f"x-{number}" for number in range(60)]
    for number, name in enumerate(names):
        await desk.add_lesson(name, on_date=MONDAY - dt.timedelta(days=1 + number // 4), bell=1 + number % 4)
    for some in (names[:1], names[1:]):
        with desk.counted() as statements:
            answers = await desk.ask("teacher", SET, items=[{"lessonId": desk.lesson(name), "topic": f"Тема {name}"} for name in some])
        assert [answer["topic"] for answer in answers["results"]] == [f"Тема {name}" for name in some]
        assert len(statements) == 5, statements
