"""Submissions: handed in by a pupil or for them, answered by the teacher, seen by nobody else."""

import datetime as dt
from typing import Any

import pytest

from school import clock, ids
from school.clock import Clock
from school.diary.homework_models import HomeworkDone, Submission
from school.ids import Kind
from tests.diary.desk import NOON, Desk
from tests.diary.test_homework import WITHDRAW, set_, tick
from tests.diary.test_homework_done import ABSENT_ERROR, COURSE
from tests.diary.test_marks import ABSENT

FIELDS = "id homeworkId pupilId text at state answer answeredAt answeredBy { givenName }"
SUBMIT = f"mutation($input: SubmitHomeworkInput!) {{ submitHomework(input: $input) {{ ... on Submission {{ {FIELDS} }} ... on Refusal {{ code message }} }} }}"
ANSWER = f"""mutation($input: AnswerSubmissionInput!) {{
    answerSubmission(input: $input) {{ ... on Submission {{ {FIELDS} }} ... on Refusal {{ code message }} }} }}"""
OF_CHILD = f'query($child: ID!) {{ submissions(childId: $child, from: "2026-09-01", to: "2026-09-30") {{ {FIELDS} }} }}'
OF_HOMEWORK = f"query($id: ID!) {{ homeworkSubmissions(homeworkId: $id) {{ {FIELDS} }} }}"


async def submit(desk: Desk, homework: str, login: str | None = "anna", child: str = "anna", text: str = "x = 5", id_: str | None = None) -> Any:
    """The answer of submitHomework."""
    return await desk.ask(login, SUBMIT, input={"id": id_ or str(ids.new()), "homeworkId": homework, "childId": desk.person(child), "text": text})


async def answer(desk: Desk, work: str, state: str = "ACCEPTED", text: str | None = None, login: str | None = "teacher") -> Any:
    """The answer of answerSubmission."""
    return await desk.ask(login, ANSWER, input={"submissionId": work, "state": state, "text": text})


def later(minutes: int) -> None:
    """The clock stands so much after noon."""
    moment = NOON + dt.timedelta(minutes=minutes)
    clock.use(Clock(moment, moment, 0))


async def test_work_is_handed_in_and_ticked_and_the_answer_is_seen(desk: Desk) -> None:
    homework, id_ = (await set_(desk))["id"], str(ids.new())
    with desk.counted() as statements:
        work = await submit(desk, homework, text=" x = 5\n", id_=id_)
    assert len(statements) == 5, statements
    assert work == {
        "id": ids.encode(Kind.SUBMISSION, 1, ids.client_id(id_)), "homeworkId": homework, "pupilId": desk.person("anna"), "text": "x = 5",
        "at": NOON.isoformat(), "state": "SUBMITTED", "answer": None, "answeredAt": None, "answeredBy": None}
    assert await desk.rows(HomeworkDone, "pupil_id", "done", "by") == [(desk.world.people["anna"], True, desk.world.people["anna"])]
    assert [kind for kind, _, _ in await desk.events()] == ["diary.homework_set", "diary.homework_submitted", "diary.homework_done"]
    before = await desk.everything()
    assert await submit(desk, homework, "parent", id_=id_) == work
    assert await submit(desk, homework, text="x = 6", id_=id_) == {"code": "CONFLICT", "message": "another submission has this id"}
    assert await desk.everything() == before
    with desk.counted() as statements:
        returned = await answer(desk, work["id"], "RETURNED", " Где проверка? ")
    assert len(statements) == 4, statements
    assert returned == {
        **work, "state": "RETURNED", "answer": "Где проверка?", "answeredAt": NOON.isoformat(), "answeredBy": {"givenName": "Teacher"}}
    kind, topics, payload = (await desk.events())[-1]
    assert (kind, topics, payload["state"], payload["old_state"]) == (
        "diary.homework_answered", (str(desk.world.people["anna"]),), "returned", "submitted")
    before = await desk.everything()
    assert await answer(desk, work["id"], "RETURNED", "Где проверка?") == returned
    assert await desk.everything() == before
    later(5)
    better = await submit(desk, homework, "parent", text="x = 5, проверка: 5 = 5")
    assert (await answer(desk, better["id"]))["state"] == "ACCEPTED"
    for login in ("parent", "anna", "teacher", "class_teacher", "office"):
        with desk.counted() as statements:
            found = await desk.ask(login, OF_CHILD, child=desk.person("anna"))
        assert [(one["text"], one["state"], one["answer"]) for one in found] == [
            ("x = 5", "RETURNED", "Где проверка?"), ("x = 5, проверка: 5 = 5", "ACCEPTED", None)]
        assert len(statements) <= 2, statements
    assert await desk.ask("teacher", OF_HOMEWORK, id=homework) == await desk.ask("office", OF_HOMEWORK, id=homework) == found
    assert await submit(desk, homework, text="ещё") == {"code": "CONFLICT", "message": "the work is accepted already"}


async def test_the_newest_work_is_answered_and_the_teacher_is_told_how_many_wait(desk: Desk) -> None:
    homework = (await set_(desk))["id"]
    first = await submit(desk, homework)
    later(1)
    second = await submit(desk, homework, text="x = 6")
    await submit(desk, homework, "other_parent", "boris", text="x = 7")
    days = {"course": desk.course("5A"), "from": "2026-09-01", "to": "2026-09-30"}
    document = COURSE.replace("pupils done", "pupils done toAnswer")
    assert [(line["done"], line["toAnswer"]) for line in await desk.ask("teacher", document, **days)] == [(2, 2)]
    before = await desk.everything()
    assert await answer(desk, first["id"]) == {"code": "CONFLICT", "message": "the pupil has handed in newer work meanwhile"}
    assert await desk.everything() == before
    await answer(desk, second["id"])
    assert [line["toAnswer"] for line in await desk.ask("teacher", document, **days)] == [1]
    changed = await answer(desk, second["id"], "RETURNED", "нет, не так")
    assert (changed["state"], (await desk.events())[-1][2]["old_state"]) == ("RETURNED", "accepted")


async def test_nobody_hands_in_or_answers_what_is_not_theirs(desk: Desk) -> None:
    homework, own = (await set_(desk))["id"], (await set_(desk, pupilIds=[desk.person("boris")]))["id"]
    work = (await submit(desk, homework))["id"]
    before = await desk.everything()
    assert await submit(desk, homework, "other_parent") == await submit(desk, own) == await submit(desk, homework, "parent", "vera") == ABSENT
    assert await answer(desk, work, login="class_teacher") == await answer(desk, work, login="teacher2") == ABSENT
    assert await answer(desk, ids.encode(Kind.SUBMISSION, 1, ids.new())) == ABSENT
    for login, code in ((None, "NOT_SIGNED_IN"), ("office", "NOT_ALLOWED")):
        assert (await submit(desk, homework, login))["code"] == (await answer(desk, work, login=login))["code"] == code
    assert (await submit(desk, homework, "teacher"))["code"] == (await answer(desk, work, login="parent"))["code"] == "NOT_ALLOWED"
    for state, text in (("SUBMITTED", None), ("RETURNED", None), ("RETURNED", "  "), ("ACCEPTED", "я" * 2001)):
        assert (await answer(desk, work, state, text))["code"] == "BAD_INPUT"
    assert await desk.everything() == before
    for login in ("other_parent", "stranger", "guard", "teacher2"):
        assert await desk.error(login, OF_CHILD, child=desk.person("anna")) == ABSENT_ERROR
    assert await desk.error("teacher2", OF_HOMEWORK, id=homework) == ABSENT_ERROR
    assert (await desk.error("parent", OF_HOMEWORK, id=homework))[0] == "NOT_ALLOWED"
    assert await desk.ask("parent", OF_CHILD, child=desk.person("vera")) == []
    assert await desk.ask("other_parent", OF_CHILD, child=desk.person("boris")) == []


@pytest.mark.parametrize("text", ["", "  ", "я" * 4001, "\0"])
async def test_bad_work_is_refused(desk: Desk, text: str) -> None:
    homework = (await set_(desk))["id"]
    before = await desk.everything()
    assert (await submit(desk, homework, text=text))["code"] == "BAD_INPUT"
    assert await desk.everything() == before


async def test_work_has_limits(desk: Desk) -> None:
    homework = (await set_(desk))["id"]
    await tick(desk, homework)
    for number in range(20):
        assert "id" in await submit(desk, homework, text=f"try {number}")
    assert (await submit(desk, homework))["code"] == "TOO_MANY"
    assert len(await desk.rows(Submission, "id")) == 20
    gone = (await set_(desk))["id"]
    await desk.ask("teacher", WITHDRAW, id=gone)
    assert (await submit(desk, gone))["code"] == "ALREADY_WITHDRAWN"
