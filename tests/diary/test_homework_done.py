"""Ticks: done and undone by the pupil or for them, once told; what is overdue; who has done it, for those who teach."""

import datetime as dt

from school import ids
from school.diary.homework_models import HomeworkDone
from school.diary.models import Homework, Lesson
from school.ids import Kind
from school.registry.models import Pupil
from tests.diary.desk import NOON, Desk
from tests.diary.test_homework import FIELDS, WITHDRAW, set_, show, tick
from tests.diary.test_marks import ABSENT
from tests.world import MONDAY

OVERDUE = f"query($child: ID!) {{ overdueHomework(childId: $child) {{ {FIELDS} }} }}"
PUPILS = "query($id: ID!) { homeworkPupils(homeworkId: $id) { person { id name } doneAt } }"
COURSE = """query($course: ID!, $from: Date!, $to: Date!) {
    courseHomework(courseId: $course, from: $from, to: $to) { homework { id text doneAt } pupils done } }"""
ABSENT_ERROR = ("NOT_FOUND", "No such object.")


async def test_a_tick_is_the_pupil_s_and_is_told_once(desk: Desk) -> None:
    homework = await set_(desk)
    before = await desk.events()
    with desk.counted() as statements:
        done = await tick(desk, homework["id"])
    assert done == {**homework, "doneAt": NOON.isoformat()}
    assert len(statements) == 3, statements
    assert await desk.rows(HomeworkDone, "pupil_id", "done", "by") == [(desk.world.people["anna"], True, desk.world.people["parent"])]
    assert await tick(desk, homework["id"], "anna") == await tick(desk, homework["id"]) == done
    [(kind, topics, payload)] = (await desk.events())[len(before):]
    assert (kind, topics, payload["done"]) == ("diary.homework_done", (str(desk.world.people["anna"]),), True)
    assert await show(desk) == [done]
    assert (await show(desk, "boris", "other_parent"))[0]["doneAt"] is None
    assert await tick(desk, homework["id"], "anna", done=False) == homework
    assert await tick(desk, homework["id"], done=False) == homework
    assert [payload["done"] for _, _, payload in (await desk.events())[len(before):]] == [True, False]
    assert await desk.rows(HomeworkDone, "done", "by") == [(False, desk.world.people["anna"])]


async def test_nobody_ticks_what_is_not_theirs(desk: Desk) -> None:
    homework, own = (await set_(desk))["id"], (await set_(desk, pupilIds=[desk.person("boris")]))["id"]
    before = await desk.everything()
    assert await tick(desk, homework, "other_parent") == await tick(desk, own) == await tick(desk, homework, child="vera") == ABSENT
    assert await tick(desk, homework, child="gleb") == await tick(desk, ids.encode(Kind.HOMEWORK, 1, ids.new())) == ABSENT
    for login, code in ((None, "NOT_SIGNED_IN"), ("teacher", "NOT_ALLOWED"), ("office", "NOT_ALLOWED")):
        assert (await tick(desk, homework, login))["code"] == code
    assert await desk.everything() == before
    await desk.ask("teacher", WITHDRAW, id=homework)
    assert (await tick(desk, homework))["code"] == "ALREADY_WITHDRAWN"
    assert await desk.rows(HomeworkDone, "done") == []


async def test_overdue_is_what_was_due_and_is_not_ticked(desk: Desk) -> None:
    found = {}
    for pupil in ("anna", "boris"):
        await desk.change(Pupil, desk.world.people[pupil], enrolled_on=MONDAY - dt.timedelta(days=20))
    for name, days in (("today", 0), ("yesterday", 1), ("ticked", 2), ("cancelled", 3), ("withdrawn", 4), ("old", 14), ("older", 15)):
        await desk.add_lesson(name, on_date=MONDAY + dt.timedelta(days=30))
        found[name] = (await set_(desk, name, name))["id"]
        await desk.change(Lesson, desk.world.lessons[name], on_date=MONDAY - dt.timedelta(days=days), cancelled_at=NOON if name == "cancelled" else None)
    await set_(desk, text="of boris", pupilIds=[desk.person("boris")])
    await tick(desk, found["ticked"])
    await desk.change(Homework, ids.decode(Kind.HOMEWORK, found["withdrawn"]).id, withdrawn_at=NOON)
    for login in ("parent", "anna", "teacher", "office"):
        with desk.counted() as statements:
            shown = await desk.ask(login, OVERDUE, child=desk.person("anna"))
        assert [homework["text"] for homework in shown] == ["yesterday", "old"]
        assert len(statements) <= 2, statements
    assert [homework["text"] for homework in await desk.ask("other_parent", OVERDUE, child=desk.person("boris"))] == ["yesterday", "ticked", "old"]
    for login in ("other_parent", "stranger", "guard", "teacher2"):
        assert await desk.error(login, OVERDUE, child=desk.person("anna")) == ABSENT_ERROR
    assert await desk.ask("parent", OVERDUE, child=desk.person("vera")) == []


async def test_who_teaches_sees_who_has_done_it(desk: Desk) -> None:
    await desk.add_pupils("Третий")
    homework, own = (await set_(desk))["id"], (await set_(desk, text="own", pupilIds=[desk.person("boris"), desk.person("anna")]))["id"]
    await tick(desk, homework)
    await tick(desk, own, "other_parent", "boris")
    await tick(desk, own)
    await tick(desk, own, done=False)
    for login in ("teacher", "class_teacher", "office"):
        days = {"course": desk.course("5A"), "from": "2026-09-01", "to": "2026-09-30"}
        with desk.counted() as statements:
            lines = await desk.ask(login, COURSE, **days)
        assert [(line["homework"]["id"], line["pupils"], line["done"]) for line in lines] == [(homework, 3, 1), (own, 2, 1)]
        assert len(statements) == 1, statements
        with desk.counted() as statements:
            whole, some = [await desk.ask(login, PUPILS, id=one) for one in (homework, own)]
        assert [(line["person"]["id"], line["doneAt"] is not None) for line in whole] == [
            (desk.person("anna"), True), (desk.person("boris"), False), (desk.person("Третий"), False)]
        assert [(line["person"]["id"], line["doneAt"] is not None) for line in some] == [(desk.person("anna"), False), (desk.person("boris"), True)]
        assert len(statements) == 2, statements
    assert await desk.error("teacher2", PUPILS, id=homework) == await desk.error("teacher2", COURSE, **days) == ABSENT_ERROR
    assert (await desk.error("parent", PUPILS, id=homework))[0] == (await desk.error("parent", COURSE, **days))[0] == "NOT_ALLOWED"
    assert await desk.error("teacher", COURSE, **{**days, "to": "2026-10-02"}) == ("TOO_MANY", "at most 31 days at once")
