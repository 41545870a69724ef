"""Remarks: praise and concern for several pupils at once, told to the families, read under the policy, taken back."""

import datetime as dt

from school import ids
from school.diary.message_models import Remark
from school.ids import Kind
from school.registry.models import Pupil
from tests.diary.desk import NOON, Desk
from tests.diary.letters import ABSENT, NO_SUCH, REMARK, REMARKS, TAKE_BACK, make, nodes, refusal, remark
from tests.world import MONDAY


async def test_remarks_about_several_pupils_are_made_at_once(desk: Desk) -> None:
    items = [remark(desk, "anna", "  Помогла соседу "), remark(desk, "boris", "Без тетради", "CONCERN"), remark(desk, "vera")]
    with desk.counted() as statements:
        answers = await make(desk, *items, lesson="5A-1")
    assert answers[0] == {
        "id": ids.encode(Kind.REMARK, 1, ids.client_id(items[0]["id"])), "pupilId": desk.person("anna"), "lessonId": desk.lesson("5A-1"), "kind": "PRAISE",
        "text": "Помогла соседу", "givenAt": NOON.isoformat(), "withdrawnAt": None, "acknowledgedAt": None, "givenBy": {"givenName": "Teacher"}}
    assert (answers[1]["kind"], answers[1]["text"], answers[2]) == ("CONCERN", "Без тетради", ABSENT)
    assert len(statements) == 4, statements  # the fourth loads the teacher's name
    lesson = str(desk.world.lessons["5A-1"])
    assert await desk.events() == [
        ("diary.remark_made", (str(desk.world.people[name]),), {"remark_id": item["id"], "kind": kind, "lesson_id": lesson})
        for item, name, kind in sorted(zip(items[:2], ("anna", "boris"), ("praise", "concern"), strict=True), key=lambda one: one[0]["id"])]


async def test_thirty_remarks_take_as_many_statements(desk: Desk) -> None:
    names = [f"Ученик{number}" for number in range(30)]
    await desk.add_pupils(*names)
    with desk.counted() as statements:
        answers = await make(desk, *(remark(desk, name) for name in names))
    assert {answer["kind"] for answer in answers} == {"PRAISE"}
    assert len(statements) == 4, statements


async def test_a_repeat_is_harmless_and_other_content_a_conflict(desk: Desk) -> None:
    item = remark(desk)
    first = await make(desk, item)
    before = await desk.everything()
    assert await make(desk, item) == first
    conflict = refusal("CONFLICT", "another remark has this id")
    assert await make(desk, {**item, "text": "другое"}) == [conflict]
    assert await make(desk, {**item, "kind": "CONCERN"}) == [conflict]
    assert await make(desk, item, lesson="5A-1") == [conflict]
    assert await make(desk, item, login="class_teacher") == [conflict]
    assert await desk.everything() == before


async def test_a_remark_needs_a_pupil_of_one_s_own_and_words(desk: Desk) -> None:
    await desk.add_pupils("Ушедший")
    await desk.change(Pupil, desk.world.people["Ушедший"], left_on=MONDAY)
    await desk.add_lesson("tomorrow", on_date=MONDAY + dt.timedelta(days=1))
    desk.world.people["absent"] = ids.new()
    assert await make(desk, remark(desk, "vera"), remark(desk, "gleb"), remark(desk, "absent")) == [ABSENT] * 3
    assert await make(desk, remark(desk), lesson="6B-1") == [ABSENT]
    assert await make(desk, remark(desk), lesson="tomorrow") == [refusal("BAD_INPUT", "the lesson lies in the future")]
    assert await make(desk, remark(desk, "Ушедший")) == [refusal("BAD_INPUT", "the pupil has left")]
    assert await make(desk, remark(desk, text=" "), remark(desk, text="а" * 1001), remark(desk, text="\0")) == [
        refusal("BAD_INPUT", "text must not be empty"), refusal("BAD_INPUT", "text has at most 1000 characters"),
        refusal("BAD_INPUT", "text has characters that are no text")]
    assert (await make(desk))["code"] == "BAD_INPUT"
    assert (await make(desk, *(remark(desk) for _ in range(101))))["code"] == "TOO_MANY"
    for login, code in (("parent", "NOT_ALLOWED"), ("anna", "NOT_ALLOWED"), ("guard", "NOT_ALLOWED"), ("canteen", "NOT_ALLOWED")):
        assert (await make(desk, remark(desk), login=login))["code"] == code
    assert not any((await desk.everything()).values())


async def test_who_may_remark_and_who_reads_it(desk: Desk) -> None:
    """The family, the class teacher and the administration read all about a child; another teacher what they wrote."""
    texts = {"teacher": "учитель", "class_teacher": "классный", "office": "канцелярия"}
    for login, text in texts.items():
        assert (await make(desk, remark(desk, text=text), login=login))[0]["text"] == text
    for login, seen in (
        ("parent", 3), ("anna", 3), ("class_teacher", 3), ("office", 3), ("teacher", 1),
    ):
        assert len(await nodes(desk, login, REMARKS, child=desk.person("anna"))) == seen, login
    for login in ("other_parent", "divorced", "stranger", "teacher2", "office2", "guard", "canteen"):
        assert await desk.error(login, REMARKS, child=desk.person("anna")) == NO_SUCH
    with desk.counted() as statements:
        await desk.ask("parent", REMARKS.replace("givenBy { givenName }", ""), child=desk.person("anna"))
    assert len(statements) == 1, statements


async def test_a_remark_is_taken_back_by_its_author_alone(desk: Desk) -> None:
    made = (await make(desk, remark(desk)))[0]
    before = await desk.everything()
    assert await desk.ask("class_teacher", TAKE_BACK, id=made["id"]) == await desk.ask("office", TAKE_BACK, id=made["id"]) == ABSENT
    assert await desk.everything() == before
    gone = await desk.ask("teacher", TAKE_BACK, id=made["id"])
    assert gone == {**made, "withdrawnAt": NOON.isoformat()}
    assert await nodes(desk, "parent", REMARKS, child=desk.person("anna")) == []
    assert [kind for kind, _, _ in await desk.events()] == ["diary.remark_made", "diary.remark_withdrawn"]
    before = await desk.everything()
    assert await desk.ask("teacher", TAKE_BACK, id=made["id"]) == gone
    assert await desk.everything() == before


async def test_events_hold_no_word_of_it(desk: Desk) -> None:
    await make(desk, remark(desk, text="тайна"))
    assert "тайна" not in str(await desk.events())
    assert await desk.rows(Remark, "text") == [("тайна",)]
    assert "text" in REMARK
