"""What a homework said before it was corrected, told to whoever sees the homework."""

from school.diary.homework_models import HomeworkRevision
from tests.diary.desk import NOON, Desk
from tests.diary.test_homework import WITHDRAW, correct_, set_

HISTORY = "query($id: ID!) { homeworkHistory(homeworkId: $id) { revision text minutes links at by { givenName } } }"
ABSENT = ("NOT_FOUND", "No such object.")


async def test_each_correction_keeps_what_was_said(desk: Desk) -> None:
    homework = (await set_(desk, "5A-1", "№ 5", minutes=20, links=["https://school.test/5"]))["id"]
    assert await desk.ask("parent", HISTORY, id=homework) == []
    await correct_(desk, homework, text="№ 6", minutes=30)
    await correct_(desk, homework, revision=2, text="№ 6, 7", minutes=30)
    said = [{"revision": 1, "text": "№ 5", "minutes": 20, "links": ["https://school.test/5"]}, {"revision": 2, "text": "№ 6", "minutes": 30, "links": []}]
    for login in ("parent", "teacher", "class_teacher", "office"):
        with desk.counted() as statements:
            found = await desk.ask(login, HISTORY, id=homework)
        assert len(statements) <= 3, statements
        assert found == [{**one, "at": NOON.isoformat(), "by": {"givenName": "Teacher"}} for one in said]
    before = await desk.everything()
    await correct_(desk, homework, revision=2, text="№ 6, 7", minutes=30)  # the same again
    assert (await correct_(desk, homework, text="№ 8"))["code"] == "CONFLICT"
    assert await desk.everything() == before
    assert len(await desk.rows(HomeworkRevision, "revision")) == 2
    for login in ("stranger", "office2", "teacher2"):
        assert await desk.error(login, HISTORY, id=homework) == ABSENT


async def test_of_what_is_for_some_the_others_hear_nothing(desk: Desk) -> None:
    homework = (await set_(desk, "5A-1", "№ 5", pupilIds=[desk.person("boris")]))["id"]
    await correct_(desk, homework, text="№ 6")
    assert await desk.error("parent", HISTORY, id=homework) == ABSENT, "Anna's, and the homework is Boris's"
    assert [one["text"] for one in await desk.ask("teacher", HISTORY, id=homework)] == ["№ 5"]


async def test_what_is_withdrawn_is_gone_with_all_that_it_said(desk: Desk) -> None:
    homework = (await set_(desk, "5A-1", "№ 5, кроме Бориса"))["id"]
    await correct_(desk, homework, text="№ 5")
    assert (await desk.ask("teacher", WITHDRAW, id=homework))["id"] == homework
    for login in ("parent", "teacher", "office"):
        assert await desk.error(login, HISTORY, id=homework) == ABSENT
