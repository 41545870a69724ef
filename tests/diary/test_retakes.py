"""A mark of a second try: instead of the first, or beside it; and all that counts marks knows of it."""

import datetime as dt
from typing import Any

from school import ids
from school.diary.models import Mark
from school.ids import Kind
from school.registry.calendar_models import TermKind
from school.registry.types import school_id
from tests.diary.desk import NOON, Desk
from tests.diary.test_corrections import AVERAGES, correct, one_mark, withdraw
from tests.diary.test_marks import ABSENT, give, item
from tests.diary.test_term_marks import CLOSE, CLOSED, OPEN, add_term

SHOWN = """query($child: ID!, $course: ID!, $day: Date!, $term: ID!, $school: ID!) {
  averages(childId: $child) { marks average { decimal } }
  marks(childId: $child) { edges { node { value counts retakeOf replaces } } }
  childDay(childId: $child, date: $day) { lessons { marks { value counts replaces } } }
  gradebook(courseId: $course, from: $day, to: $day) { pupils { marks { value counts } average { decimal } } }
  termSheet(courseId: $course, termId: $term) { pupils { marks average { decimal } } }
  forecast(childId: $child, courseId: $course, termId: $term, marks: []) { average { decimal } }
  markFigures(schoolId: $school, from: $day, to: $day) { classes { counts { average { decimal } values { value count } } } } }"""


async def shown(desk: Desk) -> dict[str, Any]:
    """Anna's marks by all that shows or counts them."""
    return await desk.ask("office", SHOWN, child=desk.person("anna"), course=desk.course("5A"), day="2026-09-07", school=school_id(1),  # type: ignore[no-any-return]
                          term=ids.encode(Kind.TERM, 1, desk.world.terms[1]))


def averages(found: dict[str, Any]) -> set[str]:
    """What all of them say it is."""
    return {
        one["average"]["decimal"] for one in (
            found["averages"][0], found["gradebook"]["pupils"][0], found["termSheet"]["pupils"][0], found["forecast"],
            found["markFigures"]["classes"][0]["counts"])}


async def test_a_retake_counts_instead_of_the_first_until_it_is_withdrawn(desk: Desk) -> None:
    first, other = await one_mark(desk, value=2, weight=3), await one_mark(desk, value=4)
    again = item(desk, value=5, weight=3, retakeOf=first, replaces=True)
    with desk.counted() as statements:
        [retake] = await give(desk, again, lesson="5A-2")
    assert len(statements) == 5, statements
    found = await shown(desk)
    assert averages(found) == {"4.75"}
    assert found["averages"][0]["marks"] == found["termSheet"]["pupils"][0]["marks"] == 2
    assert found["markFigures"]["classes"][0]["counts"]["values"] == [{"value": 4, "count": 1}, {"value": 5, "count": 1}]
    nodes = {edge["node"]["value"]: edge["node"] for edge in found["marks"]["edges"]}
    assert nodes == {
        5: {"value": 5, "counts": True, "retakeOf": first, "replaces": True}, 4: {"value": 4, "counts": True, "retakeOf": None, "replaces": False},
        2: {"value": 2, "counts": False, "retakeOf": None, "replaces": False}}
    assert sorted((mark["value"], mark["counts"]) for lesson in found["childDay"]["lessons"] for mark in lesson["marks"]) == sorted(
        (mark["value"], mark["counts"]) for mark in found["gradebook"]["pupils"][0]["marks"]) == [(2, False), (4, True), (5, True)]
    payload = (await desk.events())[-1][2]
    assert {name: payload[name] for name in ("value", "retake_of", "replaces", "retaken_value")} == {
        "value": 5, "retake_of": str(ids.decode(Kind.MARK, first).id), "replaces": True, "retaken_value": 2}
    await correct(desk, retake["id"], 1, value=3, weight=3)
    assert averages(await shown(desk)) == {"3.25"}
    await withdraw(desk, retake["id"], 2)
    assert averages(await shown(desk)) == {"2.50"}, "the first counts again"
    payload = (await desk.events())[-1][2]
    assert (payload["retake_of"], payload["replaces"]) == (str(ids.decode(Kind.MARK, first).id), True)
    assert other


async def test_a_retake_may_stand_beside_the_first_and_be_tried_again(desk: Desk) -> None:
    first = await one_mark(desk, value=2)
    [beside] = await give(desk, item(desk, value=4, retakeOf=first))
    assert averages(await shown(desk)) == {"3.00"}
    both = [item(desk, value=value, retakeOf=beside["id"], replaces=True) for value in (5, 3)]
    assert [answer.get("value") or answer["code"] for answer in await give(desk, *both)] == [5, "CONFLICT"]
    assert averages(await shown(desk)) == {"3.50"}
    assert [row["average"]["decimal"] for row in await desk.ask("parent", AVERAGES, child=desk.person("anna"))] == ["3.50"]


async def test_what_a_closed_term_counts_no_retake_changes(desk: Desk) -> None:
    """Neither one that comes later, nor one that is taken back later; beside the first it may stand."""
    before = await add_term(desk, TermKind.TERM, dt.date(2026, 9, 1), dt.date(2026, 9, 4))
    await desk.add_lesson("early", on_date=dt.date(2026, 9, 3))
    first, second = (mark["id"] for mark in await give(desk, item(desk, value=2), item(desk, value=3), lesson="early"))
    [retake] = await give(desk, item(desk, value=5, retakeOf=first, replaces=True))
    await desk.ask("office", CLOSE, term=before)
    found = await desk.everything()
    assert await give(desk, item(desk, value=5, retakeOf=second, replaces=True)) == [CLOSED]
    assert await withdraw(desk, retake["id"], 1) == CLOSED
    assert await desk.everything() == found
    [beside] = await give(desk, item(desk, value=5, retakeOf=second))
    assert beside["value"] == 5
    assert (await correct(desk, retake["id"], 1, value=4))["value"] == 4
    await desk.ask("office", OPEN, input={
        "id": str(ids.new()), "termId": before, "courseId": None, "until": (NOON + dt.timedelta(days=1)).isoformat(), "reason": "апелляция"})
    assert (await withdraw(desk, retake["id"], 2))["revision"] == 3


async def test_what_is_no_retake_is_refused(desk: Desk) -> None:
    first, gone, elsewhere = await one_mark(desk), await one_mark(desk), await one_mark(desk, "boris")
    await withdraw(desk, gone, 1)
    [foreign] = await give(desk, item(desk, "vera"), lesson="6B-1", login="class_teacher")
    again = item(desk, value=4, retakeOf=first, replaces=True)
    [made] = await give(desk, again)
    before = await desk.everything()
    absent = ids.encode(Kind.MARK, 1, ids.new())
    for of in (elsewhere, foreign["id"], absent, "x"):
        assert await give(desk, item(desk, retakeOf=of)) == [ABSENT]
    assert await give(desk, item(desk, retakeOf=gone)) == [{"code": "ALREADY_WITHDRAWN", "message": "The mark that is tried again is withdrawn."}]
    assert await give(desk, item(desk, value=5, retakeOf=first, replaces=True)) == [
        {"code": "CONFLICT", "message": "another retake replaces this mark already"}], "it would count as well"
    assert await give(desk, item(desk, replaces=True)) == [{"code": "BAD_INPUT", "message": "only a retake replaces a mark"}]
    conflict = [{"code": "CONFLICT", "message": "another mark has this id"}]
    assert await give(desk, {**again, "replaces": False}) == await give(desk, {**again, "retakeOf": None, "replaces": False}) == conflict
    assert await give(desk, again) == [made]
    assert await desk.everything() == before
    assert len(await desk.rows(Mark, "id")) == 5
