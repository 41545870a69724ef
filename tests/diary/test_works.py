"""A school's own kinds of work: what their marks weigh, and that for all that counts they are usual kinds."""

from typing import Any

from school import ids
from school.diary.models import Mark, MarkRevision
from school.diary.work_models import OwnWork
from school.ids import Kind
from school.registry.types import school_id
from tests.diary.desk import Desk
from tests.diary.test_corrections import correct
from tests.diary.test_marks import ABSENT, give, item

OWN = "__typename ... on OwnWork { id name work weight inUse } ... on Refusal { code message }"
ADD = f"mutation($input: AddOwnWorkInput!) {{ addOwnWork(input: $input) {{ {OWN} }} }}"
CHANGE = f"mutation($input: ChangeOwnWorkInput!) {{ changeOwnWork(input: $input) {{ {OWN} }} }}"
LIST = "query($school: ID!, $retired: Boolean! = false) { ownWorks(schoolId: $school, retired: $retired) { name work weight inUse } }"
MARKS = """query($child: ID!) { marks(childId: $child) { edges { node { id value weight work ownWorkId ownWork { name } } } } }"""


async def add(desk: Desk, login: str | None = "office", **values: Any) -> Any:
    """The answer of addOwnWork; a dictation, a test that weighs 3."""
    return await desk.ask(login, ADD, input={"id": str(ids.new()), "schoolId": school_id(1), "name": "Диктант", "work": "TEST", "weight": 3, **values})


async def change(desk: Desk, work: str, login: str | None = "office", **values: Any) -> Any:
    """The answer of changeOwnWork."""
    return await desk.ask(login, CHANGE, input={"workId": work, "name": "Диктант", "weight": 3, "inUse": True, **values})


async def test_kinds_are_added_renamed_and_retired(desk: Desk) -> None:
    id_ = str(ids.new())
    made = await add(desk, id=id_)
    assert made == {"__typename": "OwnWork", "id": made["id"], "name": "Диктант", "work": "TEST", "weight": 3, "inUse": True}
    assert await add(desk, id=id_) == made
    assert await add(desk, id=id_, weight=2) == {"__typename": "Refusal", "code": "CONFLICT", "message": "another kind of work has this id"}
    taken = {"__typename": "Refusal", "code": "CONFLICT", "message": "another kind of work in use has this name"}
    assert await add(desk) == taken
    other = await add(desk, name="Проект", work="HOMEWORK")
    assert await change(desk, other["id"]) == taken
    assert (await change(desk, made["id"], weight=4, inUse=False))["inUse"] is False
    mine = [{"name": "Проект", "work": "HOMEWORK", "weight": 3, "inUse": True}]
    for login in ("office", "teacher", "parent", "anna"):
        assert await desk.ask(login, LIST, school=school_id(1)) == mine
    for login in ("office2", "guard", "canteen"):
        assert await desk.ask(login, LIST, school=school_id(1), retired=True) == []
    before = await desk.everything(OwnWork)
    assert (await add(desk, name=" "))["message"] == "name must not be empty"
    assert (await add(desk, name="Зачёт", weight=11))["message"] == (await change(desk, other["id"], weight=0))["message"] == "weight lies between 1 and 10"
    assert await add(desk, "office2", name="Зачёт") == await change(desk, other["id"], "office2", name="Зачёт") == {"__typename": "Refusal", **ABSENT}
    for login in ("teacher", "parent", "guard"):
        assert (await add(desk, login))["code"] == (await change(desk, other["id"], login))["code"] == "NOT_ALLOWED"
    assert await desk.everything(OwnWork) == before


async def test_a_mark_of_an_own_kind_weighs_what_the_school_says(desk: Desk) -> None:
    dictation = (await add(desk))["id"]
    usual, said = item(desk, ownWorkId=dictation), item(desk, "boris", ownWorkId=dictation, weight=1)
    with desk.counted() as statements:
        made = await give(desk, usual, said, item(desk, value=4))
    assert len(statements) == 6, statements  # with the kind, and the subject's name of the answer
    assert [(mark["work"], mark["weight"]) for mark in made] == [("TEST", 3), ("TEST", 1), ("ANSWER", 1)]
    nodes = [edge["node"] for edge in (await desk.ask("parent", MARKS, child=desk.person("anna")))["edges"]]
    assert sorted((node["value"], node["ownWorkId"], node["ownWork"]) for node in nodes) == [(4, None, None), (5, dictation, {"name": "Диктант"})]
    key = str(ids.decode(Kind.OWN_WORK, dictation).id)
    assert [payload.get("work_id") for _, _, payload in await desk.events()] == [key, key, None]
    await change(desk, dictation, weight=5, inUse=False)
    before = await desk.everything()
    assert await give(desk, usual, said) == made[:2], "a repeat is harmless, whatever the kind is by now"
    assert (await give(desk, item(desk, ownWorkId=dictation)))[0] == {"code": "BAD_INPUT", "message": "the kind of work is not in use any more"}
    assert await desk.everything() == before
    assert (await correct(desk, made[0]["id"], 1, value=3, weight=3, work="ANSWER", ownWorkId=dictation))["work"] == "TEST", "what it is it may stay"
    assert (await correct(desk, made[0]["id"], 2, value=3, weight=3, work="ANSWER"))["work"] == "ANSWER"
    assert [work is not None for work, _ in sorted(await desk.rows(MarkRevision, "work_id", "revision"), key=str)].count(True) == 3
    history = await desk.ask("parent", "query($mark: ID!) { markHistory(markId: $mark) { ownWork { name } } }", mark=made[0]["id"])
    assert [row["ownWork"] for row in history] == [{"name": "Диктант"}, {"name": "Диктант"}, None]


async def test_a_kind_of_another_school_is_absent(desk: Desk) -> None:
    foreign = (await add(desk, "office2", schoolId=school_id(2)))["id"]
    mark = (await give(desk, item(desk)))[0]["id"]
    before = await desk.everything()
    for kind in (foreign, ids.encode(Kind.OWN_WORK, 1, ids.new()), "x"):
        assert await give(desk, item(desk, ownWorkId=kind)) == [ABSENT]
        assert await correct(desk, mark, 1, ownWorkId=kind) == ABSENT
    assert await desk.everything() == before
    assert len(await desk.rows(Mark, "id")) == 1
