"""Homework for some pupils of a class, its minutes and links, and its correction."""

import datetime as dt
from typing import Any

import pytest

from school import ids
from school.diary.homework_models import HomeworkFor
from school.diary.models import Homework, Lesson
from school.ids import Kind
from school.registry.models import Pupil
from tests.diary.desk import NOON, Desk
from tests.diary.test_homework import correct_, set_, show
from tests.diary.test_marks import ABSENT
from tests.world import MONDAY

LINKS = ["https://resh.edu.ru/subject/lesson/7747/", "https://школа.рф/задачи"]


async def texts(desk: Desk, child: str, login: str) -> list[str]:
    """What a child has to do, as somebody sees it."""
    return [homework["text"] for homework in await show(desk, child, login)]


async def test_it_concerns_those_who_are_named_and_nobody_else(desk: Desk) -> None:
    await desk.add_pupils("Третий")
    pupils = [desk.person("anna"), desk.person("Третий")]
    with desk.counted() as statements:
        answer = await set_(desk, text="Повторить дроби", minutes=20, links=LINKS, pupilIds=pupils)
    assert (answer["minutes"], answer["links"], answer["forSome"]) == (20, LINKS, True)
    assert len(statements) == 8, statements
    [(kind, topics, payload)] = await desk.events()
    assert (kind, set(topics)) == ("diary.homework_set", {str(desk.world.people[name]) for name in ("anna", "Третий")})
    assert set(payload) == {"homework_id", "lesson_id", "course_id", "subject_id", "date"}
    assert await show(desk) == [answer]
    assert await texts(desk, "boris", "other_parent") == []
    for login in ("teacher", "class_teacher", "office"):
        assert (await texts(desk, "anna", login), await texts(desk, "boris", login)) == (["Повторить дроби"], [])
    document = 'query($child: ID!) { childDay(childId: $child, date: "2026-09-07") { lessons { homework { text minutes links forSome doneAt } } } }'
    for login, child, found in (("parent", "anna", 1), ("other_parent", "boris", 0)):
        day = await desk.ask(login, document, child=desk.person(child))
        assert [len(lesson["homework"]) for lesson in day["lessons"]] == [0, found]


async def test_who_moves_to_another_class_has_it_no_more(desk: Desk) -> None:
    await set_(desk, pupilIds=[desk.person("anna")])
    async with desk.database.begin() as session:
        pupil = await session.get_one(Pupil, (1, desk.world.people["anna"]))
        pupil.class_group_id = desk.world.classes["6B"]
    assert await texts(desk, "anna", "parent") == []


async def test_a_repeat_names_the_same_pupils(desk: Desk) -> None:
    id_, both = str(ids.new()), [desk.person("anna"), desk.person("boris")]
    answer = await set_(desk, id_=id_, minutes=15, links=LINKS, pupilIds=both)
    before = await desk.everything()
    assert await set_(desk, id_=id_, minutes=15, links=LINKS, pupilIds=both[::-1]) == answer
    conflict = {"code": "CONFLICT", "message": "another homework has this id"}
    for other in ({"pupilIds": both[:1]}, {"minutes": 16}, {"links": LINKS[:1]}, {"pupilIds": None}):
        assert await set_(desk, id_=id_, **{"minutes": 15, "links": LINKS, "pupilIds": both, **other}) == conflict
    assert await desk.everything() == before


async def test_only_pupils_of_the_class_are_named(desk: Desk) -> None:
    await desk.add_pupils("Ушедший")
    await desk.change(Pupil, desk.world.people["Ушедший"], left_on=MONDAY)
    for name in ("vera", "dina", "teacher"):
        assert await set_(desk, pupilIds=[desk.person("anna"), desk.person(name)]) == ABSENT
    gone = {"code": "BAD_INPUT", "message": "the pupil was not at the school on the day of the lesson"}
    assert await set_(desk, pupilIds=[desk.person("Ушедший")]) == gone
    anna = desk.person("anna")
    assert (await set_(desk, pupilIds=[]))["code"] == (await set_(desk, pupilIds=[anna, anna]))["code"] == "BAD_INPUT"
    assert (await set_(desk, pupilIds=[ids.encode(Kind.PERSON, 1, ids.new()) for _ in range(101)]))["code"] == "TOO_MANY"
    assert not any((await desk.everything()).values())


@pytest.mark.parametrize("link", [
    "http://resh.edu.ru/", "javascript:alert(1)", "https://", "https://localhost/", "https://bank.ru@evil.test/", "https://школа .рф", "ftp://a.ru/x",
    "resh.edu.ru", "https://a.ru/\u202efdp.exe", "https://a.ru:99999/", "https://[::1/", "https:\\\\a.ru\\x", "https://a.ru/" + "x" * 500,
])
async def test_a_bad_link_is_refused(desk: Desk, link: str) -> None:
    assert (await set_(desk, links=["https://a.ru/", link]))["code"] == "BAD_INPUT"
    assert not any((await desk.everything()).values())


async def test_minutes_and_the_number_of_links_have_limits(desk: Desk) -> None:
    for minutes in (0, -1, 601):
        assert await set_(desk, minutes=minutes) == {"code": "BAD_INPUT", "message": "minutes lies between 1 and 600"}
    assert (await set_(desk, links=[f"https://a.ru/{number}" for number in range(11)]))["code"] == "TOO_MANY"
    assert not any((await desk.everything()).values())
    assert (await set_(desk, links=[" https://a.ru/ ", "https://a.ru/"]))["links"] == ["https://a.ru/"]


async def test_a_correction_tells_what_minutes_there_were_and_no_text(desk: Desk) -> None:
    answer = await set_(desk, minutes=20, pupilIds=[desk.person("anna")])
    with desk.counted() as statements:
        corrected = await correct_(desk, answer["id"], text="№ 7", minutes=30, links=LINKS)
    assert len(statements) == 7, statements
    assert corrected == {**answer, "text": "№ 7", "minutes": 30, "links": LINKS, "revision": 2}
    assert await show(desk) == [corrected]
    kind, topics, payload = (await desk.events())[-1]
    assert (kind, topics) == ("diary.homework_corrected", (str(desk.world.people["anna"]),))
    assert {name: payload[name] for name in ("revision", "text_changed", "links_changed", "minutes", "old_minutes")} == {
        "revision": 2, "text_changed": True, "links_changed": True, "minutes": 30, "old_minutes": 20}
    before = await desk.everything()
    assert await correct_(desk, answer["id"], text="№ 7", minutes=30, links=LINKS) == corrected
    assert await correct_(desk, answer["id"], 2, text="№ 7", minutes=30, links=LINKS) == corrected
    assert await correct_(desk, answer["id"], text="№ 8") == {"code": "CONFLICT", "message": "the homework has changed meanwhile: it is at revision 2"}
    assert await desk.everything() == before


async def test_what_cannot_be_corrected(desk: Desk) -> None:
    answer: Any = await set_(desk)
    before = await desk.everything()
    assert await correct_(desk, answer["id"], login="class_teacher", text="№ 8") == ABSENT
    assert await correct_(desk, ids.encode(Kind.HOMEWORK, 1, ids.new()), text="№ 8") == ABSENT
    for says in ({"text": " "}, {"minutes": 0}, {"links": ["http://a.ru/"]}):
        assert (await correct_(desk, answer["id"], **says))["code"] == "BAD_INPUT"
    assert (await correct_(desk, answer["id"], 0, text="№ 8"))["code"] == "BAD_INPUT"
    assert await desk.everything() == before
    await desk.change(Lesson, desk.world.lessons["5A-2"], on_date=MONDAY - dt.timedelta(days=1))
    assert await correct_(desk, answer["id"], text="№ 8") == {"code": "BAD_INPUT", "message": "the lesson lies in the past"}
    await desk.change(Homework, ids.decode(Kind.HOMEWORK, answer["id"]).id, withdrawn_at=NOON)
    assert (await correct_(desk, answer["id"], text="№ 8"))["code"] == "ALREADY_WITHDRAWN"
    assert await desk.rows(HomeworkFor, "pupil_id") == []
    assert await desk.rows(Homework, "text", "revision") == [("№ 5, 6", 1)]
