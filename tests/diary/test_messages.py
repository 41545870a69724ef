"""Threads: written by both sides, read by nobody else, unread until they are read, withdrawn within ten minutes."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from school import clock, ids
from school.clock import Clock
from school.context import Area
from school.diary.message_models import Message, Thread
from school.diary.messages import MOST_A_MINUTE
from school.ids import Kind, Ref
from school.registry.models import Course, Guardianship, Staff
from tests.diary.desk import NOON, Desk
from tests.diary.letters import ABSENT, CORRESPONDENTS, MESSAGES, NO_SUCH, READ, THREADS, UNREAD, WITHDRAW, nodes, refusal, write
from tests.world import MONDAY


def later(**by: int) -> None:
    """The clock, some time after noon."""
    moment = NOON + dt.timedelta(**by)
    clock.use(Clock(moment, moment, 0))


async def thread_of(desk: Desk, login: str) -> Any:
    """Whose only thread."""
    [found] = await nodes(desk, login, THREADS)
    return found


async def test_a_guardian_writes_and_the_teacher_answers(desk: Desk) -> None:
    with desk.counted() as statements:
        first = await write(desk, "parent", "  Анна\nболеет ")
    assert first == {
        "id": first["id"], "number": 1, "own": True, "fromTeacher": False, "author": None, "text": "Анна\nболеет", "at": NOON.isoformat(), "withdrawnAt": None,
        "threadId": first["threadId"]}
    assert len(statements) == 8, statements
    later(minutes=1)
    answer = await write(desk, "teacher", "Выздоравливайте!")
    assert (answer["number"], answer["fromTeacher"], answer["threadId"]) == (2, True, first["threadId"])
    parent, teacher = [await nodes(desk, login, MESSAGES, id=first["threadId"]) for login in ("parent", "teacher")]
    assert [(one["text"], one["own"], one["author"]) for one in parent] == [
        ("Выздоравливайте!", False, "Teacherова Teacher"), ("Анна\nболеет", True, "Parentова Parent")]
    assert [(one["text"], one["own"], one["author"]) for one in teacher] == [
        ("Выздоравливайте!", True, "Teacherова Teacher"), ("Анна\nболеет", False, "Parentова Parent")]
    sides = tuple(sorted(str(desk.world.people[name]) for name in ("teacher", "parent")))
    assert [(kind, tuple(sorted(topics)), payload["person_id"]) for kind, topics, payload in await desk.events()] == [
        ("diary.message_written", sides, str(desk.world.people["anna"]))] * 2
    assert "болеет" not in str(await desk.events())


async def test_what_is_unread_is_counted_until_it_is_read(desk: Desk) -> None:
    for text in ("раз", "два", "три"):
        await write(desk, "parent", text)
    assert (await desk.ask("teacher", UNREAD), await desk.ask("parent", UNREAD), await desk.ask("office", UNREAD), await desk.ask(None, UNREAD)) == (3, 0, 0, 0)
    thread = await thread_of(desk, "teacher")
    assert (thread["messages"], thread["unread"], thread["lastText"], thread["lastOwn"]) == (3, 3, "три", False)
    assert (thread["pupil"], thread["teacher"], thread["classGroup"]) == ({"givenName": "Anna"}, {"givenName": "Teacher"}, {"name": "5A"})
    assert await desk.ask("teacher", READ, id=thread["id"], upTo=2) == {"upTo": 2}
    assert await desk.ask("teacher", UNREAD) == 1
    events = len(await desk.events())
    assert await desk.ask("teacher", READ, id=thread["id"], upTo=1) == {"upTo": 2}
    assert len(await desk.events()) == events
    assert await desk.ask("teacher", READ, id=thread["id"], upTo=99) == {"upTo": 3}
    seen = await thread_of(desk, "parent")
    assert (seen["unread"], seen["teacherReadUpTo"], seen["familyReadUpTo"]) == (0, 3, 0)
    assert await desk.ask("teacher", READ, id=thread["id"], upTo=0) == refusal("BAD_INPUT", "upTo is the number of a message")


async def test_all_guardians_share_the_thread_and_are_not_named_to_each_other(desk: Desk) -> None:
    """Vera's parents live apart: both read it, the teacher is told who wrote."""
    await write(desk, "parent", "от мамы", child="vera", teacher="class_teacher")
    await write(desk, "divorced", "от папы", child="vera", teacher="class_teacher")
    thread = (await thread_of(desk, "divorced"))["id"]
    for login, authors in (
        ("parent", [None, "Parentова Parent"]), ("divorced", ["Divorcedова Divorced", None]),
        ("class_teacher", ["Divorcedова Divorced", "Parentова Parent"]),
    ):
        assert [one["author"] for one in await nodes(desk, login, MESSAGES, id=thread)] == authors, login
    assert (await desk.ask("parent", UNREAD), await desk.ask("divorced", UNREAD), await desk.ask("class_teacher", UNREAD)) == (1, 1, 2)


async def test_nobody_else_reads_it(desk: Desk) -> None:
    """Neither the pupil, nor the office, nor another teacher or parent."""
    thread = (await write(desk))["threadId"]
    before = await desk.everything()
    for login in ("other_parent", "divorced", "stranger", "class_teacher", "teacher2"):
        assert await nodes(desk, login, THREADS) == []
        assert await desk.error(login, MESSAGES, id=thread) == await desk.error(login, MESSAGES, id=ids.encode(Kind.THREAD, 1, ids.new())) == NO_SUCH
        assert await desk.ask(login, READ, id=thread, upTo=1) == ABSENT
        assert await desk.ask(login, UNREAD) == 0
    for login in ("anna", "office", "guard", "canteen", "office2"):
        assert (await desk.error(login, THREADS))[0] == (await desk.error(login, MESSAGES, id=thread))[0] == "NOT_ALLOWED"
        assert (await write(desk, login))["code"] == (await desk.ask(login, READ, id=thread, upTo=1))["code"] == "NOT_ALLOWED"
    assert await desk.everything() == before


async def test_who_is_a_guardian_no_more_or_has_no_diary_neither_reads_nor_writes(desk: Desk) -> None:
    thread = (await write(desk))["threadId"]
    anna, parent = Ref(1, desk.world.people["anna"]), desk.world.viewers["parent"]
    for name, viewer in (
        ("former", replace(parent, children=parent.children - {anna})), ("restricted", replace(parent, withheld=frozenset({(anna, Area.DIARY)}))),
    ):
        desk.world.viewers[name] = viewer
        assert await nodes(desk, name, THREADS) == []
        assert await desk.error(name, MESSAGES, id=thread) == NO_SUCH
        assert await write(desk, name) == ABSENT
        assert await desk.error(name, CORRESPONDENTS, child=desk.person("anna")) == NO_SUCH


async def test_a_restricted_guardian_s_inbox_stays_silent(desk: Desk) -> None:
    async with desk.database.begin() as session:
        row = (await session.scalars(Guardianship.__table__.select().where(  # type: ignore[attr-defined]
            Guardianship.guardian_id == desk.world.people["divorced"]).with_only_columns(Guardianship.id))).one()
    await desk.change(Guardianship, row, diary=False)
    await write(desk, "parent", child="vera", teacher="class_teacher")
    [(_, topics, _)] = await desk.events()
    assert set(topics) == {str(desk.world.people[name]) for name in ("class_teacher", "parent")}


async def test_to_whom_one_writes(desk: Desk) -> None:
    """To who teaches the child's class or leads it, and nobody else."""
    assert await desk.ask("parent", CORRESPONDENTS, child=desk.person("anna")) == [
        {"teacherId": desk.person("class_teacher"), "subjects": [], "leads": True, "teacher": {"givenName": "Class_Teacher"}},
        {"teacherId": desk.person("teacher"), "subjects": ["Алгебра"], "leads": False, "teacher": {"givenName": "Teacher"}}]
    assert (await write(desk, teacher="class_teacher"))["number"] == 1
    before = await desk.everything()
    desk.world.people["absent"] = ids.new()
    assert await write(desk, child="vera", teacher="teacher") == await write(desk, teacher="office") == await write(desk, teacher="absent") == ABSENT
    assert await write(desk, child="boris") == await write(desk, "teacher", child="vera") == await write(desk, "teacher", teacher="class_teacher") == ABSENT
    assert await desk.everything() == before
    await desk.change(Staff, desk.world.people["teacher"], left_on=MONDAY)
    assert await write(desk) == ABSENT


async def test_a_teacher_who_teaches_the_child_no_more_reads_no_more(desk: Desk) -> None:
    thread = (await write(desk))["threadId"]
    await desk.change(Course, desk.world.courses["5A"], teacher_id=desk.world.people["class_teacher"])
    assert await nodes(desk, "teacher", THREADS) == []
    assert await desk.error("teacher", MESSAGES, id=thread) == NO_SUCH
    assert await write(desk, "teacher") == ABSENT
    assert [one["text"] for one in await nodes(desk, "parent", MESSAGES, id=thread)] == ["Здравствуйте!"]


async def test_a_repeat_is_harmless_and_other_content_a_conflict(desk: Desk) -> None:
    id_ = str(ids.new())
    first = await write(desk, id_=id_)
    before = await desk.everything()
    assert await write(desk, id_=id_) == first
    conflict = refusal("CONFLICT", "another message has this id")
    assert await write(desk, text="другое", id_=id_) == conflict
    assert await desk.everything() == before
    assert await write(desk, teacher="class_teacher", id_=id_) == await write(desk, "teacher", id_=id_) == conflict
    assert await desk.everything() == before


async def test_a_message_is_withdrawn_within_ten_minutes(desk: Desk) -> None:
    id_ = str(ids.new())
    first = await write(desk, text="не то", id_=id_)
    before = await desk.everything()
    assert await desk.ask("teacher", WITHDRAW, id=first["id"]) == await desk.ask("divorced", WITHDRAW, id=first["id"]) == ABSENT
    later(minutes=10)
    assert await desk.ask("parent", WITHDRAW, id=first["id"]) == refusal("BAD_INPUT", "a message is withdrawn within ten minutes, or not at all")
    assert await desk.everything() == before
    later(minutes=9)
    gone = await desk.ask("parent", WITHDRAW, id=first["id"])
    assert gone == {**first, "text": None, "withdrawnAt": (NOON + dt.timedelta(minutes=9)).isoformat()}
    assert await desk.rows(Message, "text") == [(None,)]
    assert (await desk.ask("teacher", UNREAD), (await thread_of(desk, "teacher"))["lastText"]) == (0, None)
    before = await desk.everything()
    assert await desk.ask("parent", WITHDRAW, id=first["id"]) == gone
    assert await write(desk, text="не то", id_=id_) == gone  # the repeat of what was written
    assert await desk.everything() == before


async def test_nobody_writes_without_end(desk: Desk) -> None:
    for number in range(MOST_A_MINUTE):
        assert (await write(desk, text=str(number)))["number"] == number + 1
    before = await desk.everything()
    assert await write(desk) == {"code": "TOO_MANY_ATTEMPTS", "message": "Too many messages; try again later.", "retryAfter": 60}
    assert await desk.everything() == before
    later(minutes=1)
    assert (await write(desk))["number"] == MOST_A_MINUTE + 1


@pytest.mark.parametrize(("text", "message"), [
    ("", "text must not be empty"), ("а" * 4001, "text has at most 4000 characters"), ("\0", "text has characters that are no text")])
async def test_a_bad_text_is_refused(desk: Desk, text: str, message: str) -> None:
    assert await write(desk, text=text) == refusal("BAD_INPUT", message)
    assert (await write(desk, id_="1"))["code"] == "BAD_INPUT"
    assert not any((await desk.everything()).values())


async def test_a_page_takes_the_same_statements_however_long_it_is(desk: Desk) -> None:
    counts = []
    for _ in range(2):
        for _ in range(9):
            thread = (await write(desk))["threadId"]
            await write(desk, "parent", child="vera", teacher="class_teacher")
        later(minutes=5)
        with desk.counted() as statements:
            assert len(await nodes(desk, "parent", MESSAGES, id=thread)) in {9, 18}
            assert len(await nodes(desk, "parent", THREADS.replace("pupil { givenName } teacher { givenName } classGroup { name }", ""))) == 2
            await desk.ask("parent", UNREAD)
        counts.append(len(statements))
    assert counts == [3, 3]
    assert await desk.rows(Thread, "messages") == [(18,), (18,)]
