"""Correcting and withdrawing: against the revision that the teacher saw, with a history that only grows."""

import random
from fractions import Fraction
from typing import Any

import pytest
import sqlalchemy as sa

from school import ids
from school.diary.models import CourseScale, Mark, MarkRevision
from school.ids import Kind
from tests.diary.desk import NOON, Desk
from tests.diary.test_marks import ABSENT, give, item

FIELDS = "{ ... on Mark { id value weight work comment revision withdrawnAt } ... on Refusal { code message } }"
CORRECT = f"mutation($input: CorrectMarkInput!) {{ correctMark(input: $input) {FIELDS} }}"
WITHDRAW = f"mutation($input: WithdrawMarkInput!) {{ withdrawMark(input: $input) {FIELDS} }}"
HISTORY = "query($mark: ID!) { markHistory(markId: $mark) { revision action value weight work comment reason at by { givenName } } }"
AVERAGES = """query($child: ID!) { averages(childId: $child) {
  subject { name } scale { name lowest highest } marks average { numerator denominator decimal } } }"""


async def correct(desk: Desk, mark: str, revision: int, login: str = "teacher", **values: Any) -> Any:
    """The answer of correctMark; to a 4 for an answer unless told otherwise."""
    given = {"markId": mark, "expectedRevision": revision, "value": 4, "weight": 1, "work": "ANSWER", **values}
    return await desk.ask(login, CORRECT, input=given)


async def withdraw(desk: Desk, mark: str, revision: int, login: str = "teacher", **values: Any) -> Any:
    """The answer of withdrawMark."""
    return await desk.ask(login, WITHDRAW, input={"markId": mark, "expectedRevision": revision, **values})


async def one_mark(desk: Desk, pupil: str = "anna", **values: Any) -> str:
    """A 5, given; its opaque id."""
    return str((await give(desk, item(desk, pupil, **values)))[0]["id"])


async def test_a_correction_keeps_what_was_before(desk: Desk) -> None:
    mark = await one_mark(desk, comment="молодец")
    with desk.counted() as statements:
        answer = await correct(desk, mark, 1, value=3, weight=2, work="TEST", comment="описка", reason=" не тот столбец ")
    assert answer == {"id": mark, "value": 3, "weight": 2, "work": "TEST", "comment": "описка", "revision": 2, "withdrawnAt": None}
    assert len(statements) == 4, statements
    author = {"at": NOON.isoformat(), "by": {"givenName": "Teacher"}}
    history = [
        {"revision": 1, "action": "GIVEN", "value": 5, "weight": 1, "work": "ANSWER", "comment": "молодец", "reason": None, **author},
        {"revision": 2, "action": "CORRECTED", "value": 3, "weight": 2, "work": "TEST", "comment": "описка", "reason": "не тот столбец", **author},
    ]
    for login in ("teacher", "class_teacher", "parent", "anna", "office"):
        assert await desk.ask(login, HISTORY, mark=mark) == history
    kind, topics, payload = (await desk.events())[1]
    assert (kind, topics) == ("diary.mark_corrected", (str(desk.world.people["anna"]),))
    assert {name: payload[name] for name in payload if not name.endswith("_id")} == {
        "revision": 2, "date": "2026-09-07", "value": 3, "weight": 2, "work": "test", "old_value": 5, "old_weight": 1, "old_work": "answer"}


async def test_a_withdrawal_keeps_the_history(desk: Desk) -> None:
    mark = await one_mark(desk)
    answer = await withdraw(desk, mark, 1, reason="чужая")
    assert answer == {"id": mark, "value": 5, "weight": 1, "work": "ANSWER", "comment": None, "revision": 2, "withdrawnAt": NOON.isoformat()}
    assert [(row["revision"], row["action"], row["value"], row["reason"]) for row in await desk.ask("parent", HISTORY, mark=mark)] == [
        (1, "GIVEN", 5, None), (2, "WITHDRAWN", 5, "чужая")]
    kind, topics, payload = (await desk.events())[1]
    assert (kind, topics) == ("diary.mark_withdrawn", (str(desk.world.people["anna"]),))
    assert {name: payload[name] for name in payload if not name.endswith("_id")} == {
        "revision": 2, "date": "2026-09-07", "value": 5, "weight": 1, "work": "answer"}


async def test_asking_again_changes_nothing(desk: Desk) -> None:
    mark = await one_mark(desk)
    first = await correct(desk, mark, 1, reason="да")
    before = await desk.everything()
    assert await correct(desk, mark, 1, reason="да") == first
    assert await correct(desk, mark, 2) == first, "it says so already"
    assert await desk.everything() == before
    second = await correct(desk, mark, 2, value=2)
    assert await correct(desk, mark, 1, reason="да") == second, "the repeat of an older correction is answered with the mark as it stands"
    gone = await withdraw(desk, mark, 3)
    before = await desk.everything()
    assert await withdraw(desk, mark, 3) == gone
    assert await correct(desk, mark, 2, value=2) == gone
    assert await desk.everything() == before
    assert [row["action"] for row in await desk.ask("teacher", HISTORY, mark=mark)] == ["GIVEN", "CORRECTED", "CORRECTED", "WITHDRAWN"]


async def test_a_stale_revision_is_a_conflict(desk: Desk) -> None:
    mark = await one_mark(desk)
    await correct(desk, mark, 1)
    before = await desk.everything()
    stale = {"code": "CONFLICT", "message": "the mark has changed meanwhile: it is at revision 2"}
    assert await correct(desk, mark, 1, value=3) == stale
    assert await correct(desk, mark, 1, reason="другая") == stale
    assert await correct(desk, mark, 3) == stale
    assert await withdraw(desk, mark, 1) == stale
    assert await withdraw(desk, mark, 3) == stale
    for revision in (0, -1, 101, 2**31 - 1):
        for verb in (correct, withdraw):
            assert await verb(desk, mark, revision) == {"code": "BAD_INPUT", "message": "expectedRevision lies between 1 and 100"}
    assert await desk.everything() == before


async def test_a_withdrawn_mark_stays_withdrawn(desk: Desk) -> None:
    mark = await one_mark(desk)
    await withdraw(desk, mark, 1)
    before = await desk.everything()
    gone = {"code": "ALREADY_WITHDRAWN", "message": "This mark is withdrawn."}
    assert await correct(desk, mark, 1) == await correct(desk, mark, 2) == await correct(desk, mark, 2, value=5) == gone
    assert await withdraw(desk, mark, 2) == await withdraw(desk, mark, 1, reason="другая") == gone
    assert await desk.everything() == before


@pytest.mark.parametrize(("values", "refusal"), [
    ({"value": 6}, ("OUT_OF_SCALE", "a mark lies between 2 and 5")), ({"weight": 0}, ("BAD_INPUT", "weight lies between 1 and 10")),
    ({"comment": "а" * 501}, ("BAD_INPUT", "comment has at most 500 characters")), ({"reason": "а" * 501}, ("BAD_INPUT", "reason has at most 500 characters")),
])
async def test_bad_content_changes_nothing(desk: Desk, values: dict[str, Any], refusal: tuple[str, str]) -> None:
    mark = await one_mark(desk)
    before = await desk.everything()
    assert await correct(desk, mark, 1, **values) == {"code": refusal[0], "message": refusal[1]}
    assert await desk.everything() == before


async def test_a_course_that_lost_its_scale_gives_no_marks(desk: Desk) -> None:
    mark = await one_mark(desk)
    async with desk.database.begin() as session:
        await session.execute(sa.update(Mark).values(scale_id=None))
        await session.execute(sa.delete(CourseScale).where(CourseScale.id == desk.world.courses["5A"]))
    before = await desk.everything()
    refusal = {"code": "OUT_OF_SCALE", "message": "this course gives no marks"}
    assert await correct(desk, mark, 1) == refusal
    assert await give(desk, item(desk)) == [refusal]
    assert await desk.everything() == before


async def test_a_mark_changes_at_most_a_hundred_times_and_may_still_be_withdrawn(desk: Desk) -> None:
    mark = await one_mark(desk)
    async with desk.database.begin() as session:
        await session.execute(sa.update(Mark).values(revision=100))
    before = await desk.everything()
    assert await correct(desk, mark, 100) == {"code": "TOO_MANY", "message": "a mark changes at most 100 times"}
    assert await desk.everything() == before
    assert (await withdraw(desk, mark, 100))["revision"] == 101


@pytest.mark.parametrize("login", ["class_teacher", "teacher2"])
async def test_a_mark_of_another_teacher_answers_as_an_absent_one(desk: Desk, login: str) -> None:
    mark = await one_mark(desk)
    before = await desk.everything()
    absent = ids.encode(Kind.MARK, 1, ids.new())
    for verb in (correct, withdraw):
        assert await verb(desk, mark, 1, login) == await verb(desk, absent, 1, login) == await verb(desk, "x", 1, login) == ABSENT
    assert await desk.everything() == before


@pytest.mark.parametrize(("login", "code"), [(None, "NOT_SIGNED_IN"), ("parent", "NOT_ALLOWED"), ("anna", "NOT_ALLOWED"), ("office", "NOT_ALLOWED")])
async def test_only_teachers_change_marks(desk: Desk, login: str, code: str) -> None:
    mark = await one_mark(desk)
    before = await desk.everything()
    assert (await correct(desk, mark, 1, login))["code"] == (await withdraw(desk, mark, 1, login))["code"] == code
    assert await desk.everything() == before


@pytest.mark.parametrize("login", ["other_parent", "divorced", "stranger", "teacher2", "office2", "guard", "canteen"])
async def test_the_history_of_another_family_s_mark_answers_as_absent(desk: Desk, login: str) -> None:
    mark = await one_mark(desk)
    absent = ids.encode(Kind.MARK, 1, ids.new())
    assert await desk.error(login, HISTORY, mark=mark) == await desk.error(login, HISTORY, mark=absent) == ("NOT_FOUND", "No such object.")


def replaced(model: dict[str, tuple[int, int, int, bool]], instead: dict[str, str]) -> set[str]:
    """Instead of which marks another one stands."""
    return {first for retake, first in instead.items() if not model[retake][3]}


@pytest.mark.parametrize("seed", range(4))
async def test_in_any_order_the_average_is_of_what_remains(desk: Desk, seed: int) -> None:
    """A seeded walk over giving, trying again, correcting, withdrawing and repeating, against a model in plain Python."""
    chance = random.Random(seed)  # noqa: S311 - a walk that can be walked again
    model: dict[str, tuple[int, int, int, bool]] = {}  # mark: value, weight, revision, withdrawn
    instead: dict[str, str] = {}  # retake: what it replaces
    asked: list[tuple[Any, tuple[Any, ...], dict[str, Any]]] = []
    changes = 0
    for _ in range(40):
        value, weight = chance.randint(2, 5), chance.randint(1, 10)
        standing = [name for name, state in model.items() if not state[3]]
        mark = chance.choice(list(model)) if model else None
        step = chance.choice(("give", "correct", "correct", "withdraw", "repeat", "repeat")) if mark else "give"
        if step == "repeat":
            verb, arguments, values = chance.choice(asked)
            before = await desk.everything()
            await verb(desk, *arguments, **values)
            assert await desk.everything() == before, "a repeated mutation changes nothing"
            continue
        was = model[mark] if mark else (0, 0, 0, False)
        if step != "give" and (was[3] or (step == "correct" and (value, weight) == was[:2])):
            continue  # withdrawn, or it says so already
        changes += 1
        if step == "give":
            new = item(desk, value=value, weight=weight)
            if standing and chance.random() < 0.5:
                first = chance.choice(standing)
                new |= {"retakeOf": first, "replaces": first not in replaced(model, instead) and chance.random() < 0.7}
            asked.append((give, (new,), {}))
            given = (await give(desk, new))[0]["id"]
            model[given] = (value, weight, 1, False)
            if new.get("replaces"):
                instead[given] = new["retakeOf"]
        elif step == "correct":
            asked.append((correct, (mark, was[2]), {"value": value, "weight": weight}))
            await correct(desk, mark, was[2], value=value, weight=weight)
            model[mark] = (value, weight, was[2] + 1, False)
        else:
            asked.append((withdraw, (mark, was[2]), {}))
            await withdraw(desk, mark, was[2])
            model[mark] = (*was[:2], was[2] + 1, True)
    remain = [state for mark, state in model.items() if not state[3] and mark not in replaced(model, instead)]
    shown = await desk.ask("parent", AVERAGES, child=desk.person("anna"))
    if remain:
        exact = Fraction(sum(value * weight for value, weight, _, _ in remain), sum(weight for _, weight, _, _ in remain))
        assert (shown[0]["marks"], shown[0]["average"]["numerator"], shown[0]["average"]["denominator"]) == (len(remain), exact.numerator, exact.denominator)
    else:
        assert shown == []
    assert len(await desk.rows(MarkRevision, "mark_id", "revision")) == len(await desk.events()) == changes
    for mark, (value, weight, revision, _) in model.items():
        history = await desk.ask("teacher", HISTORY, mark=mark)
        assert [row["revision"] for row in history] == list(range(1, revision + 1))
        assert (history[-1]["value"], history[-1]["weight"]) == (value, weight)
