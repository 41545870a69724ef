"""Notices of absence: sent, answered, taken back, and what a teacher's register learns of them."""

import asyncio
import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from school import ids
from school.context import Area
from school.diary import notices as verbs
from school.diary.absence_models import AbsenceNotice, AbsenceReason, NoticeState
from school.ids import Kind, Ref
from school.registry.models import Guardianship, Pupil
from tests.diary.absence import NOTICES, WITHDRAW, answer, days, notices, received, send
from tests.diary.desk import NOON, Desk
from tests.diary.test_marks import ABSENT
from tests.world import MONDAY

NO_SUCH = {"__typename": "Refusal", **ABSENT}
BOOK = """query($course: ID!, $from: Date!, $to: Date!) { gradebook(courseId: $course, from: $from, to: $to) {
  pupils { person { id givenName } } announced { pupilId lessonId accepted reason { sign } } } }"""


async def withdraw(desk: Desk, notice: str, login: str | None = "parent") -> Any:
    """The answer of withdrawAbsenceNotice."""
    return await desk.ask(login, WITHDRAW, id=notice)


async def states(desk: Desk) -> list[str]:
    """Of all notices."""
    return [str(state) for (state,) in await desk.rows(AbsenceNotice, "state")]


async def test_a_guardian_tells_the_school_and_is_answered(desk: Desk) -> None:
    ill = await desk.add_reason("Болезнь", "Б")
    sent = await send(desk, ill, bells=[2, 1, 2], **days(0, 2))
    assert sent == {
        "__typename": "AbsenceNotice", "id": sent["id"], "childId": desk.person("anna"), **days(0, 2), "bells": [1, 2], "state": "SENT",
        "words": "температура", "answer": None, "answeredAt": None, "sentAt": NOON.isoformat(),
        "reason": {"name": "Болезнь", "sign": "Б", "excused": True, "inUse": True}, "child": {"name": "Annaова Anna"}, "classGroup": {"name": "5A"},
        "sentBy": {"id": desk.person("parent")}, "answeredBy": None}
    assert await received(desk, "class_teacher") == await received(desk, "office") == [("Annaова Anna", "SENT")]
    assert (await answer(desk, sent["id"], "SEEN"))["state"] == "SEEN"
    done = await answer(desk, sent["id"], words=" выздоравливайте ")
    assert (done["state"], done["answer"], done["answeredAt"], done["answeredBy"]) == (
        "ACCEPTED", "выздоравливайте", NOON.isoformat(), {"id": desk.person("class_teacher")})
    assert done["sentBy"] is None  # a class teacher is not told guardians' names
    assert await notices(desk, "parent") == [{**{name: done[name] for name in done if name != "__typename"}, "sentBy": sent["sentBy"]}]
    assert (await received(desk, "office"), await received(desk, "office", waiting=False)) == ([], [("Annaова Anna", "ACCEPTED")])
    anna = str(desk.world.people["anna"])
    told = {"notice_id": str(ids.decode(Kind.ABSENCE_NOTICE, sent["id"]).id), "starts_on": "2026-09-07", "ends_on": "2026-09-09", "bells": 6,
            "reason_id": str(ids.decode(Kind.ABSENCE_REASON, ill).id)}
    assert await desk.events() == [
        ("diary.absence_notice_sent", (anna,), {**told, "state": "sent", "old_state": None}),
        ("diary.absence_notice_answered", (anna,), {**told, "state": "seen", "old_state": "sent"}),
        ("diary.absence_notice_answered", (anna,), {**told, "state": "accepted", "old_state": "seen"})]


async def test_who_reads_a_notice(desk: Desk) -> None:
    """The family, whoever answers for the class, and the head; a teacher of the child knows of it from the register alone."""
    ill = await desk.add_reason("Болезнь", "Б")
    await send(desk, ill)
    assert {login: len(await notices(desk, login)) for login in ("parent", "anna", "class_teacher", "office", "teacher")} == {
        "parent": 1, "anna": 1, "class_teacher": 1, "office": 1, "teacher": 0}
    for login in ("other_parent", "teacher2", "office2", "guard", "canteen"):
        assert await desk.error(login, NOTICES, child=desk.person("anna")) == tuple(ABSENT.values())
    assert [await received(desk, login) for login in ("teacher", "teacher2", "office2")] == [[], [], []]


async def test_repeating_is_harmless_and_another_content_a_conflict(desk: Desk) -> None:
    ill, id_ = await desk.add_reason("Болезнь", "Б"), str(ids.new())
    sent = await send(desk, ill, id=id_)
    await desk.change(AbsenceReason, ids.decode(Kind.ABSENCE_REASON, ill).id, retired_at=NOON)
    before = await desk.everything()
    assert await send(desk, ill, id=id_) == {**sent, "reason": {**sent["reason"], "inUse": False}}
    conflict = {"__typename": "Refusal", "code": "CONFLICT", "message": "another notice has this id"}
    await desk.change(AbsenceReason, ids.decode(Kind.ABSENCE_REASON, ill).id, retired_at=None)
    assert await send(desk, ill, id=id_, words="другое") == await send(desk, ill, "vera", id=id_) == await send(desk, ill, login="office", id=id_) == conflict
    assert await desk.everything() == before


@pytest.mark.parametrize(("values", "code", "message"), [
    (days(1, 0), "BAD_INPUT", "endsOn must not lie before startsOn"), (days(0, 31), "TOO_MANY", "a notice is of at most 31 days"),
    (days(-15), "BAD_INPUT", "startsOn lies at most 14 days back"), (days(184), "BAD_INPUT", "startsOn lies at most 183 days ahead"),
    ({"bells": []}, "BAD_INPUT", "bells lie between 1 and 30; leave them out for the whole day"),
    ({"bells": [31]}, "BAD_INPUT", "bells lie between 1 and 30; leave them out for the whole day"),
    ({"bells": [1] * 31}, "TOO_MANY", "bells holds at most 30 items"), ({"words": "я" * 501}, "BAD_INPUT", "words has at most 500 characters"),
    ({"words": "а\0"}, "BAD_INPUT", "words has characters that are no text"),
])
async def test_what_is_no_notice_is_refused(desk: Desk, values: dict[str, Any], code: str, message: str) -> None:
    assert await send(desk, await desk.add_reason("Болезнь", "Б"), **values) == {"__typename": "Refusal", "code": code, "message": message}
    assert not any((await desk.everything()).values())


async def test_the_longest_and_the_earliest_are_taken(desk: Desk) -> None:
    ill = await desk.add_reason("Болезнь", "Б")
    await desk.change(Pupil, desk.world.people["anna"], enrolled_on=MONDAY - dt.timedelta(days=30))
    for values in (days(-14, 16), days(183)):
        assert (await send(desk, ill, **values))["state"] == "SENT"


async def test_days_of_no_pupil_and_reasons_not_in_use_are_refused(desk: Desk) -> None:
    ill, old, other = await desk.add_reason("Болезнь", "Б"), await desk.add_reason("Карантин", "К", retired=True), await desk.add_reason("Б", "Б", school_id=2)
    assert (await send(desk, ill, **days(-14, -7)))["message"] == "the child is no pupil of the school on these days"
    await desk.change(Pupil, desk.world.people["anna"], left_on=MONDAY + dt.timedelta(days=1))
    assert (await send(desk, ill, **days(1, 2)))["message"] == "the child is no pupil of the school on these days"
    assert (await send(desk, old))["message"] == "the reason is not in use any more"
    assert await send(desk, other) == NO_SUCH
    assert not any((await desk.everything()).values())
    assert (await send(desk, ill, **days(0, 3)))["state"] == "SENT"


async def test_a_child_has_so_many_open_notices(desk: Desk) -> None:
    ill = await desk.add_reason("Болезнь", "Б")
    sent = [await send(desk, ill, **days(number)) for number in range(20)]
    assert await send(desk, ill) == {"__typename": "Refusal", "code": "TOO_MANY", "message": "at most 20 notices of a child may be open"}
    await withdraw(desk, sent[3]["id"])
    assert (await send(desk, ill))["state"] == "SENT"
    assert (await send(desk, ill, "vera"))["state"] == "SENT"


async def test_who_may_send(desk: Desk) -> None:
    """The child's own guardian, unless a court withholds the diary, and the office; nobody for themselves."""
    ill = await desk.add_reason("Болезнь", "Б")
    for login, code in (("other_parent", "NOT_FOUND"), ("office2", "NOT_FOUND"), ("anna", "NOT_ALLOWED"), ("teacher", "NOT_ALLOWED"), (None, "NOT_SIGNED_IN")):
        assert (await send(desk, ill, login=login))["code"] == code
    viewers, anna = desk.world.viewers, Ref(1, desk.world.people["anna"])
    viewers["withheld"] = replace(viewers["parent"], withheld=frozenset({(anna, Area.DIARY)}))
    assert await send(desk, ill, login="withheld") == NO_SUCH
    assert not any((await desk.everything()).values())
    assert (await send(desk, ill, login="office"))["sentBy"] == {"id": desk.person("office")}


async def test_who_may_answer_and_what(desk: Desk) -> None:
    ill = await desk.add_reason("Болезнь", "Б")
    sent = (await send(desk, ill))["id"]
    before = await desk.everything()
    for login, code in (("teacher", "NOT_FOUND"), ("teacher2", "NOT_FOUND"), ("office2", "NOT_FOUND"), ("parent", "NOT_ALLOWED"), ("anna", "NOT_ALLOWED")):
        assert (await answer(desk, sent, login=login))["code"] == code
    assert (await answer(desk, sent, "DECLINED"))["message"] == "answer must say why the notice is declined"
    assert (await answer(desk, sent, "WITHDRAWN"))["message"] == (await answer(desk, sent, "SENT"))["message"] == "state is SEEN, ACCEPTED or DECLINED"
    assert (await answer(desk, sent, words="я" * 501))["message"] == "answer has at most 500 characters"
    assert await desk.everything() == before
    done = await answer(desk, sent, "DECLINED", "олимпиада в другой день", "office")
    after = await desk.everything()
    assert await answer(desk, sent, "DECLINED", "олимпиада в другой день") == {**done, "sentBy": None}  # the same again
    assert (await answer(desk, sent, "SEEN"))["message"] == "the notice was answered already"
    assert (await withdraw(desk, sent))["message"] == "the notice was declined"
    assert await desk.everything() == after
    assert (await answer(desk, sent))["state"] == "ACCEPTED"  # on second thoughts


async def test_whoever_sent_a_notice_takes_it_back(desk: Desk) -> None:
    ill = await desk.add_reason("Болезнь", "Б")
    sent, offices = (await send(desk, ill))["id"], (await send(desk, ill, login="office"))["id"]
    before = await desk.everything()
    assert await withdraw(desk, offices) == await withdraw(desk, sent, "office") == await withdraw(desk, sent, "other_parent") == NO_SUCH
    assert await desk.everything() == before
    assert (await withdraw(desk, sent))["state"] == "WITHDRAWN"
    after = await desk.everything()
    assert (await withdraw(desk, sent))["state"] == "WITHDRAWN"
    assert (await answer(desk, sent))["message"] == "the notice was withdrawn"
    assert await desk.everything() == after
    assert (await withdraw(desk, offices, "office"))["state"] == "WITHDRAWN"


async def test_the_other_guardian_reads_it_and_does_not_take_it_back(desk: Desk) -> None:
    ill = await desk.add_reason("Болезнь", "Б")
    sent = (await send(desk, ill, "vera"))["id"]
    assert [(one["state"], one["sentBy"]) for one in await notices(desk, "divorced", "vera")] == [("SENT", None)]
    assert await withdraw(desk, sent, "divorced") == NO_SUCH
    async with desk.database.read() as session:
        assert (await session.get_one(Guardianship, (1, (await desk.rows(Guardianship, "id"))[0][0]))).ended_at is None


async def announced(desk: Desk, login: str = "teacher", **values: Any) -> dict[str, list[tuple[str, bool]]]:
    """Lessons by name for which a gradebook announces an absence, by pupil."""
    names = {desk.lesson(name): name for name in desk.world.lessons}
    asked = {"course": desk.course("5A"), "from": str(MONDAY), "to": str(MONDAY + dt.timedelta(days=6)), **values}
    found = await desk.ask(login, BOOK, **asked)
    return {
        row["person"]["givenName"]: [(names[one["lessonId"]], one["accepted"]) for one in found["announced"] if one["pupilId"] == row["person"]["id"]]
        for row in found["pupils"]}


async def test_the_register_announces_what_stands(desk: Desk) -> None:
    """A notice that is neither declined nor withdrawn, for the lessons of its days and bells, while the child is a pupil."""
    ill = await desk.add_reason("Болезнь", "Б")
    for name, after in (("tuesday", 1), ("wednesday", 2)):
        await desk.add_lesson(name, on_date=MONDAY + dt.timedelta(days=after))
    whole, part = await send(desk, ill, **days(1, 2)), await send(desk, ill, bells=[2, 5])
    declined, taken = await send(desk, ill, "boris", "other_parent"), await send(desk, ill, "boris", "other_parent", **days(1))
    await answer(desk, declined["id"], "DECLINED", "нет")
    await withdraw(desk, taken["id"], "other_parent")
    await answer(desk, whole["id"])
    expected = {"Anna": [("5A-2", False), ("tuesday", True), ("wednesday", True)], "Boris": []}
    assert await announced(desk) == await announced(desk, "class_teacher") == await announced(desk, "office") == expected
    assert await announced(desk, to=str(MONDAY)) == {"Anna": [("5A-2", False)], "Boris": []}
    await desk.change(Pupil, desk.world.people["anna"], left_on=MONDAY + dt.timedelta(days=2))
    assert (await announced(desk))["Anna"] == [("5A-2", False), ("tuesday", True)]
    await withdraw(desk, part["id"])
    assert (await announced(desk))["Anna"] == [("tuesday", True)]


async def test_the_number_of_statements_does_not_grow(desk: Desk) -> None:
    ill = await desk.add_reason("Болезнь", "Б")
    counts = {}
    for size in (1, 15):
        while len(await desk.rows(AbsenceNotice, "id")) < size:
            sent = await send(desk, ill, **days(len(await desk.rows(AbsenceNotice, "id"))))
        await notices(desk, "parent")  # names are kept from the first time on
        await received(desk, "class_teacher")
        counts[size] = []
        for ask in (lambda: notices(desk, "parent"), lambda: received(desk, "class_teacher"), lambda: announced(desk), lambda: send(desk, ill, **days(20)),
                    lambda sent=sent: answer(desk, sent["id"], "SEEN"), lambda sent=sent: withdraw(desk, sent["id"])):
            with desk.counted() as statements:
                await ask()
            counts[size].append(len(statements))
        await desk.change(AbsenceNotice, ids.decode(Kind.ABSENCE_NOTICE, sent["id"]).id, state=NoticeState.SENT)
    assert counts[1] == counts[15]
    assert max(counts[1]) <= 5, counts


async def test_two_who_answer_at_once_leave_one_answer_and_both_events(desk: Desk) -> None:
    """With real commits: each event's old state is the other's new one."""
    sent = ids.decode(Kind.ABSENCE_NOTICE, (await send(desk, await desk.add_reason("Болезнь", "Б")))["id"])

    async def one(login: str, state: NoticeState, words: str | None) -> None:
        viewer = desk.world.viewers[login]
        async with desk.database.begin(viewer.identity()) as session:
            await verbs.answer(session, viewer, sent, state, words)

    await asyncio.gather(one("class_teacher", NoticeState.ACCEPTED, None), one("office", NoticeState.DECLINED, "нет"))
    steps = [(payload["old_state"], payload["state"]) for _, _, payload in (await desk.events())[1:]]
    assert steps[0][0] == "sent"
    assert steps[1][0] == steps[0][1]
    assert await states(desk) == [steps[1][1]]
