"""Announcements to a school, a year, a class; and who has read what: told to the author, and to no other parent."""

import datetime as dt
from typing import Any

from school import ids
from school.diary.message_models import Acknowledgement
from school.ids import Kind
from school.registry.models import Pupil
from tests.diary.desk import NOON, Desk
from tests.diary.letters import (
    ABSENT,
    ACKNOWLEDGE,
    ANNOUNCEMENTS,
    NO_SUCH,
    READ_BY,
    REMARKS,
    TAKE_BACK,
    UNSAY,
    announce,
    make,
    nodes,
    refusal,
    remark,
)
from tests.diary.test_marks import give, item
from tests.world import MONDAY


async def titles(desk: Desk, login: str, **variables: Any) -> list[str]:
    """What somebody finds announced."""
    return [one["title"] for one in await nodes(desk, login, ANNOUNCEMENTS, **variables)]


async def test_an_announcement_reaches_those_whom_it_concerns(desk: Desk) -> None:
    """One to the school, one to its sixth year, one to 5A; each is told to its pupils and shown to their families and teachers."""
    await desk.add_pupils("Ушедший")
    await desk.change(Pupil, desk.world.people["Ушедший"], left_on=MONDAY)
    made = await announce(desk, title="всем", acknowledgeBy="2026-09-14")
    assert made == {
        "id": made["id"], "grade": None, "classGroup": None, "title": "всем", "text": "В среду в 18:00", "acknowledgeBy": "2026-09-14",
        "madeAt": NOON.isoformat(), "withdrawnAt": None, "acknowledgedAt": None, "own": True, "families": None, "haveRead": None,
        "madeBy": {"givenName": "Office"}}
    assert (await announce(desk, title="шестым", grade=6))["grade"] == 6
    assert (await announce(desk, "class_teacher", title="классу", classGroupId=desk.group("5A")))["classGroup"] == {"name": "5A"}
    told = [{name for name in ("anna", "boris", "vera", "Ушедший") if str(desk.world.people[name]) in topics} for _, topics, _ in await desk.events()]
    assert told == [{"anna", "boris", "vera"}, {"vera"}, {"anna", "boris"}]
    assert (await desk.events())[0][2] == {"announcement_id": str(ids.decode(Kind.ANNOUNCEMENT, made["id"]).id), "acknowledge_by": "2026-09-14"}
    for login, seen in (
        ("parent", ["классу", "шестым", "всем"]), ("other_parent", ["классу", "всем"]), ("divorced", ["шестым", "всем"]), ("anna", ["классу", "всем"]),
        ("teacher", ["классу", "всем"]), ("class_teacher", ["классу", "шестым", "всем"]), ("office", ["классу", "шестым", "всем"]),
        ("office2", []), ("stranger", []), ("teacher2", []), ("guard", []), ("canteen", []),
    ):
        assert sorted(await titles(desk, login)) == sorted(seen), login
    assert sorted(await titles(desk, "parent", child=desk.person("vera"))) == ["всем", "шестым"]
    assert await desk.error("divorced", ANNOUNCEMENTS, child=desk.person("anna")) == NO_SUCH
    with desk.counted() as statements:
        await desk.ask("office", ANNOUNCEMENTS.replace("classGroup { name }", "").replace("madeBy { givenName }", ""))
    assert len(statements) == 1, statements


async def test_who_may_announce_to_whom(desk: Desk) -> None:
    for login, values in (
        ("teacher", {}), ("teacher", {"classGroupId": desk.group("5A")}), ("class_teacher", {}), ("class_teacher", {"grade": 5}),
        ("class_teacher", {"classGroupId": desk.group("6B")}), ("office", {"school": 2}), ("office", {"grade": 11}),
        ("office", {"classGroupId": desk.group("2-5A")}),
    ):
        assert await announce(desk, login, **values) == ABSENT, (login, values)
    for login in ("parent", "anna", "guard", "canteen"):
        assert (await announce(desk, login))["code"] == "NOT_ALLOWED"
    assert await announce(desk, grade=5, classGroupId=desk.group("5A")) == refusal("BAD_INPUT", "an announcement is for a class or for a year")
    day = refusal("BAD_INPUT", "acknowledgeBy is a day from today on, at most a year ahead")
    assert await announce(desk, acknowledgeBy="2026-09-06") == await announce(desk, acknowledgeBy="2027-09-09") == day
    assert await announce(desk, title=" ") == refusal("BAD_INPUT", "title must not be empty")
    assert await announce(desk, text="а" * 4001) == refusal("BAD_INPUT", "text has at most 4000 characters")
    assert not any((await desk.everything()).values())


async def test_a_repeat_is_harmless_and_it_is_taken_back_once(desk: Desk) -> None:
    id_ = str(ids.new())
    made = await announce(desk, id_=id_)
    before = await desk.everything()
    assert await announce(desk, id_=id_) == made
    assert await announce(desk, id_=id_, title="другое") == refusal("CONFLICT", "another announcement has this id")
    assert await announce(desk, "class_teacher", id_=id_, classGroupId=desk.group("5A")) == refusal("CONFLICT", "another announcement has this id")
    assert await desk.ask("class_teacher", UNSAY, id=made["id"]) == ABSENT
    assert await desk.everything() == before
    gone = await desk.ask("office", UNSAY, id=made["id"])
    assert gone == {**made, "withdrawnAt": NOON.isoformat()}
    assert (await titles(desk, "parent"), [kind for kind, _, _ in await desk.events()]) == ([], ["diary.announced", "diary.announcement_withdrawn"])
    assert await desk.ask("parent", ACKNOWLEDGE, id=made["id"]) == ABSENT
    before = await desk.everything()
    assert await desk.ask("office", UNSAY, id=made["id"]) == gone
    assert await desk.everything() == before


async def test_the_author_sees_who_has_read_it_and_who_not_yet(desk: Desk) -> None:
    made = await announce(desk, acknowledgeBy=(MONDAY + dt.timedelta(days=3)).isoformat())
    assert (await desk.ask("office", READ_BY, id=made["id"]))["notYet"] == [{"pupil": f"{name}ова {name}"} for name in ("Anna", "Boris", "Vera")]
    with desk.counted() as statements:
        said = await desk.ask("parent", ACKNOWLEDGE, id=made["id"])
    assert said == {"thingId": made["id"], "acknowledgedAt": NOON.isoformat()}
    assert len(statements) == 4, statements
    anna, vera = (str(desk.world.people[name]) for name in ("anna", "vera"))
    told = (await desk.events())[1:]
    assert [(kind, topics) for kind, topics, _ in told] == [("diary.acknowledged", (str(desk.world.people["office"]),))] * 2
    thing = ids.decode(Kind.ANNOUNCEMENT, made["id"]).id
    assert [payload for _, _, payload in told] == [{"person_id": one, "kind": "announcement", "thing_id": str(thing)} for one in sorted([anna, vera])]
    before = await desk.everything()
    assert await desk.ask("parent", ACKNOWLEDGE, id=made["id"]) == said
    assert await desk.everything() == before
    read = await desk.ask("office", READ_BY, id=made["id"])
    assert (read["families"], read["haveRead"], read["notYet"]) == (3, 2, [{"pupil": "Borisова Boris"}])
    assert read["readings"] == [{"pupil": f"{name}ова {name}", "guardian": "Parentова Parent", "at": NOON.isoformat()} for name in ("Anna", "Vera")]
    assert [(one["families"], one["haveRead"]) for one in await nodes(desk, "office", ANNOUNCEMENTS)] == [(3, 2)]
    assert [one["acknowledgedAt"] for one in await nodes(desk, "parent", ANNOUNCEMENTS)] == [NOON.isoformat()]
    for login in ("other_parent", "divorced"):  # no other parent is told
        assert [(one["acknowledgedAt"], one["families"], one["haveRead"]) for one in await nodes(desk, login, ANNOUNCEMENTS)] == [(None, None, None)]
        assert (await desk.error(login, READ_BY, id=made["id"]))[0] == "NOT_ALLOWED"
    for login in ("teacher", "class_teacher", "office2"):
        assert await desk.error(login, READ_BY, id=made["id"]) == await desk.error(login, READ_BY, id=ids.encode(Kind.ANNOUNCEMENT, 1, ids.new())) == NO_SUCH
    with desk.counted() as statements:
        await desk.ask("office", READ_BY, id=made["id"])
    assert len(statements) == 1, statements


async def test_a_mark_and_a_remark_are_acknowledged(desk: Desk) -> None:
    mark = (await give(desk, item(desk)))[0]["id"]
    words = (await make(desk, remark(desk)))[0]["id"]
    for thing in (mark, words):
        for login in ("other_parent", "divorced", "stranger"):
            assert await desk.ask(login, ACKNOWLEDGE, id=thing) == ABSENT
        for login in ("anna", "teacher", "office"):
            assert (await desk.ask(login, ACKNOWLEDGE, id=thing))["code"] == "NOT_ALLOWED"
        assert (await desk.ask("parent", ACKNOWLEDGE, id=thing))["acknowledgedAt"] == NOON.isoformat()
        for login in ("teacher", "class_teacher", "office"):
            assert await desk.ask(login, READ_BY, id=thing) == {
                "families": 1, "haveRead": 1, "notYet": [], "readings": [{"pupil": "Annaова Anna", "guardian": "Parentова Parent", "at": NOON.isoformat()}]}
        assert await desk.error("teacher2", READ_BY, id=thing) == NO_SUCH
    assert [one["acknowledgedAt"] for one in await nodes(desk, "parent", REMARKS, child=desk.person("anna"))] == [NOON.isoformat()]
    assert [one["acknowledgedAt"] for one in await nodes(desk, "anna", REMARKS, child=desk.person("anna"))] == [None]
    marks = "query($child: ID!) { marks(childId: $child) { edges { node { acknowledgedAt } } } }"
    for login, at in (("parent", NOON.isoformat()), ("anna", None), ("teacher", None)):
        with desk.counted() as statements:
            assert await nodes(desk, login, marks, child=desk.person("anna")) == [{"acknowledgedAt": at}]
        assert len(statements) <= 2, statements
    assert [topics for kind, topics, _ in await desk.events() if kind == "diary.acknowledged"] == [(str(desk.world.people["teacher"]),)] * 2
    assert len(await desk.rows(Acknowledgement, "thing_id")) == 2
    await desk.ask("teacher", TAKE_BACK, id=words)
    before = await desk.everything()
    assert await desk.ask("parent", ACKNOWLEDGE, id=words) == await desk.ask("parent", ACKNOWLEDGE, id=desk.lesson("5A-1")) == ABSENT
    assert await desk.everything() == before
