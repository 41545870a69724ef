"""Grading scales side by side: letters, a hundred points, pass and fail; what a mark is on another scale; and a course that keeps its own."""

from typing import Any
from uuid import UUID

from school import ids
from school.diary.models import CourseScale, GradingScale, ScaleConversion
from school.ids import Kind
from school.registry.types import school_id
from tests.diary.desk import Desk
from tests.diary.test_corrections import AVERAGES, correct
from tests.diary.test_marks import ABSENT, give, item

SCALE = "__typename ... on GradingScale { id name lowest highest counts labels { value label } } ... on Refusal { code message }"
ADD = f"mutation($input: AddGradingScaleInput!) {{ addGradingScale(input: $input) {{ {SCALE} }} }}"
SET = """mutation($input: SetCourseScaleInput!) { setCourseScale(input: $input) {
  ... on Course { id scale { name } } ... on Refusal { code message } } }"""
CONVERT = """mutation($input: SetScaleConversionInput!) { setScaleConversion(input: $input) {
  ... on ScaleConversion { scaleId toScaleId steps { lowest highest value } } ... on Refusal { code message } } }"""
LIST = """query($school: ID!) { gradingScales(schoolId: $school) { name lowest highest counts labels { value label } }
  scaleConversions(schoolId: $school) { scaleId toScaleId steps { lowest highest value } } }"""
LETTERS = [{"value": value, "label": label} for value, label in ((5, "A"), (4, "B"), (3, "C"), (2, "D"), (1, "F"))]
PASSED = [{"value": 0, "label": "незачёт"}, {"value": 1, "label": "зачёт"}]
SHOWN = """query($child: ID!, $course: ID!, $day: Date!, $term: ID!) {
  marks(childId: $child) { edges { node { value label converted } } }
  childDay(childId: $child, date: $day) { lessons { marks { label converted } } }
  gradebook(courseId: $course, from: $day, to: $day) { course { scale { name counts labels { label } } }
    pupils { marks { label converted } average { decimal } } }
  termSheet(courseId: $course, termId: $term) { pupils { marks average { decimal } suggestion } } }"""


CHANGE = """mutation($input: ChangeGradingScaleInput!) { changeGradingScale(input: $input) {
  ... on SchoolScale { scale { id name lowest highest labels { value label } } passMark inUse } ... on Refusal { code message } } }"""
SCHOOL_SCALES = "query($school: ID!) { schoolScales(schoolId: $school) { scale { name } passMark inUse } }"
RISKS = """query($school: ID!) { pupilsAtRisk(schoolId: $school, from: "2026-09-01", to: "2026-09-07") {
  edges { node { person { givenName } low } } } }"""


async def add(desk: Desk, login: str | None = "office", **values: Any) -> Any:
    """The answer of addGradingScale; letters, unless told otherwise."""
    return await desk.ask(login, ADD, input={
        "id": str(ids.new()), "schoolId": school_id(1), "name": "Буквы", "lowest": 1, "highest": 5, "labels": LETTERS, **values})


async def mark_on(desk: Desk, scale: str, login: str = "office", course: str = "5A") -> Any:
    """The answer of setCourseScale."""
    return await desk.ask(login, SET, input={"courseId": desk.course(course), "scaleId": scale})


async def convert(desk: Desk, scale: str, other: str, *steps: tuple[int, int, int], login: str = "office") -> Any:
    """The answer of setScaleConversion."""
    return await desk.ask(login, CONVERT, input={"scaleId": scale, "toScaleId": other, "steps": [
        {"lowest": lowest, "highest": highest, "value": value} for lowest, highest, value in steps]})


async def five(desk: Desk) -> str:
    """The world's own scale, 2 to 5."""
    return next(ids.encode(Kind.GRADING_SCALE, 1, id_) for id_, name, of in await desk.rows(GradingScale, "id", "name", "school_id") if (name, of) == ("5", 1))


async def shown(desk: Desk, login: str = "office") -> Any:
    """Anna's marks as every screen has them."""
    return await desk.ask(login, SHOWN, child=desk.person("anna"), course=desk.course("5A"), day="2026-09-07",
                          term=ids.encode(Kind.TERM, 1, desk.world.terms[1]))


async def test_scales_are_added_once_and_listed_for_all_who_meet_them(desk: Desk) -> None:
    id_ = str(ids.new())
    made = await add(desk, id=id_, labels=LETTERS[::-1])
    letters = {"name": "Буквы", "lowest": 1, "highest": 5, "counts": True, "labels": LETTERS[::-1]}
    assert made == {"__typename": "GradingScale", "id": ids.encode(Kind.GRADING_SCALE, 1, ids.client_id(id_)), **letters}
    assert await add(desk, id=id_) == made
    assert await add(desk, id=id_, counts=False) == {"__typename": "Refusal", "code": "CONFLICT", "message": "another scale has this id"}
    for login in ("office", "teacher", "parent", "anna"):
        found = await desk.ask(login, LIST, school=school_id(1))
        assert found == {"gradingScales": [{"name": "5", "lowest": 2, "highest": 5, "counts": True, "labels": []}, letters], "scaleConversions": []}
    for login in ("office2", "guard", "canteen"):
        assert await desk.ask(login, LIST, school=school_id(1)) == {"gradingScales": [], "scaleConversions": []}
    refusal = {"__typename": "Refusal", **ABSENT}
    assert await add(desk, "office2") == refusal
    for login in ("teacher", "parent", "guard"):
        assert (await add(desk, login))["code"] == "NOT_ALLOWED"
    assert len(await desk.rows(GradingScale, "id")) == 3


NO_SCALE: list[tuple[dict[str, Any], str]] = [
    ({"lowest": 5, "highest": 5}, "a scale goes from 0 or more to at most 1000, and has two grades or more"),
    ({"lowest": -1}, "a scale goes from 0 or more to at most 1000, and has two grades or more"),
    ({"highest": 1001}, "a scale goes from 0 or more to at most 1000, and has two grades or more"),
    ({"name": " "}, "name must not be empty"), ({"id": "x"}, "id must be a UUIDv7 in canonical form"),
    ({"labels": [{"value": 6, "label": "A"}]}, "a label belongs to a value from 1 to 5"),
    ({"labels": [{"value": 5, "label": "5+"}]}, "a label is one word without digits"),
    ({"labels": [{"value": 5, "label": ""}]}, "label must not be empty"),
    ({"labels": [{"value": 5, "label": "a"}, {"value": 4, "label": "A"}]}, "a value has one label, and a label one value"),
    ({"labels": [{"value": 5, "label": "A"}, {"value": 5, "label": "B"}]}, "a value has one label, and a label one value"),
]


async def test_what_is_no_scale_is_refused(desk: Desk) -> None:
    before = await desk.everything(GradingScale)
    for values, message in NO_SCALE:
        assert await add(desk, **values) == {"__typename": "Refusal", "code": "BAD_INPUT", "message": message}
    assert await desk.everything(GradingScale) == before


async def test_a_mark_is_shown_by_its_letter_and_on_the_other_scale(desk: Desk) -> None:
    letters, old = (await add(desk))["id"], await five(desk)
    await convert(desk, letters, old, (4, 5, 5))
    assert await convert(desk, letters, old, (5, 5, 5), (3, 4, 4)) == {
        "scaleId": letters, "toScaleId": old, "steps": [{"lowest": 3, "highest": 4, "value": 4}, {"lowest": 5, "highest": 5, "value": 5}]}
    assert await mark_on(desk, letters) == {"id": desk.course("5A"), "scale": {"name": "Буквы"}}
    answers = await give(desk, item(desk, value=4), item(desk, value=1))
    with desk.counted() as statements:
        found = await shown(desk)
    assert [edge["node"] for edge in found["marks"]["edges"]] == [
        {"value": 1, "label": "F", "converted": None}, {"value": 4, "label": "B", "converted": "4"}], "what has no conversion shows none"
    assert found["childDay"]["lessons"][0]["marks"] == found["gradebook"]["pupils"][0]["marks"] == [
        {"label": "B", "converted": "4"}, {"label": "F", "converted": None}]
    assert found["gradebook"]["course"]["scale"] == {"name": "Буквы", "counts": True, "labels": [{"label": one} for one in "FDCBA"]}
    assert found["gradebook"]["pupils"][0]["average"] == found["termSheet"]["pupils"][0]["average"] == {"decimal": "2.50"}
    assert len(statements) == 1, statements
    assert (await correct(desk, answers[0]["id"], 1, value=6))["message"] == "a mark lies between 1 and 5"
    await correct(desk, answers[0]["id"], 1, value=5)
    payloads = [payload for _, _, payload in await desk.events()]
    assert [(payload["label"], payload.get("old_label")) for payload in payloads] == [("B", None), ("F", None), ("A", "B")]
    history = await desk.ask("parent", "query($mark: ID!) { markHistory(markId: $mark) { label } }", mark=answers[0]["id"])
    assert [row["label"] for row in history] == ["B", "A"]


async def test_pass_and_fail_make_no_average(desk: Desk) -> None:
    await mark_on(desk, (await add(desk, name="Зачёт", lowest=0, highest=1, counts=False, labels=PASSED))["id"])
    await give(desk, item(desk, value=1), item(desk, value=0))
    found = await shown(desk)
    assert [one["label"] for one in found["childDay"]["lessons"][0]["marks"]] == ["зачёт", "незачёт"]
    assert found["gradebook"]["pupils"][0]["average"] is None
    assert found["termSheet"]["pupils"][0] == {"marks": 0, "average": None, "suggestion": None}
    assert await desk.ask("parent", AVERAGES, child=desk.person("anna")) == []
    figures = await desk.ask("office", """query($school: ID!) { markFigures(schoolId: $school, from: "2026-09-01", to: "2026-09-30") { weeks { counts {
      average { decimal } values { value label count } } } } }""", school=school_id(1))
    assert figures["weeks"] == [{"counts": {"average": None, "values": [
        {"value": 0, "label": "незачёт", "count": 1}, {"value": 1, "label": "зачёт", "count": 1}]}}]
    forecast = """query($child: ID!, $course: ID!, $term: ID!) { forecast(childId: $child, courseId: $course, termId: $term, marks: [{value: 1}]) { makes } }"""
    asked = {"child": desk.person("anna"), "course": desk.course("5A"), "term": ids.encode(Kind.TERM, 1, desk.world.terms[1])}
    assert await desk.error("parent", forecast, **asked) == ("OUT_OF_SCALE", "marks on this scale make no average")
    decide = """mutation($input: DecideTermMarksInput!) { decideTermMarks(input: $input) { ... on DecideTermMarksResults { results {
      ... on TermMark { value label converted average { decimal } differs } } } } }"""
    decided = await desk.ask("teacher", decide, input={
        "courseId": asked["course"], "termId": asked["term"], "items": [{"pupilId": asked["child"], "value": 1}]})
    assert decided["results"] == [{"value": 1, "label": "зачёт", "converted": None, "average": None, "differs": False}]
    assert {name: value for name, value in (await desk.events())[-1][2].items() if "label" in name or "value" in name} == {
        "value": 1, "old_value": None, "label": "зачёт", "old_label": None}


async def test_a_course_with_marks_keeps_its_scale(desk: Desk) -> None:
    letters, old = (await add(desk))["id"], await five(desk)
    foreign = (await add(desk, "office2", schoolId=school_id(2)))["id"]
    mark = (await give(desk, item(desk)))[0]
    await desk.ask("teacher", "mutation($id: ID!) { withdrawMark(input: {markId: $id, expectedRevision: 1}) { __typename } }", id=mark["id"])
    before = await desk.everything(CourseScale)
    assert await mark_on(desk, letters) == {"code": "HAS_MARKS", "message": "marks were given in the course: its scale stays"}
    assert await mark_on(desk, old) == {"id": desk.course("5A"), "scale": {"name": "5"}}
    assert await mark_on(desk, foreign) == await mark_on(desk, letters, "office2") == await mark_on(desk, letters, course="2-5A") == ABSENT
    assert (await mark_on(desk, letters, "teacher"))["code"] == "NOT_ALLOWED"
    assert await desk.everything(CourseScale) == before


async def test_words_come_with_every_mark_and_are_few(desk: Desk) -> None:
    words = [{"value": value, "label": f"{chr(97 + value // 26)}{chr(97 + value % 26)}"} for value in range(101)]
    assert (await add(desk, lowest=0, highest=100, labels=words[:100]))["__typename"] == "GradingScale"
    before = await desk.rows(GradingScale, "id")
    assert (await add(desk, lowest=0, highest=100, labels=words))["code"] == "TOO_MANY"
    assert await desk.rows(GradingScale, "id") == before


async def test_a_conversion_is_exact_or_refused(desk: Desk) -> None:
    hundred, old = (await add(desk, name="100", lowest=0, highest=100, labels=[]))["id"], await five(desk)
    foreign = (await add(desk, "office2", schoolId=school_id(2)))["id"]
    before = await desk.everything(ScaleConversion)
    for steps, message in (
        ((), "steps must not be empty"), (((0, 49, 2), (49, 60, 3)), "two steps have the same value"),
        (((0, 101, 2),), "a step is of values that the two scales have"), (((0, 49, 6),), "a step is of values that the two scales have"),
        (((9, 8, 2),), "a step is of values that the two scales have"),
    ):
        assert await convert(desk, hundred, old, *steps) == {"code": "BAD_INPUT", "message": message}
    assert (await convert(desk, old, old, (2, 2, 2)))["message"] == "a scale is converted into another one"
    assert (await convert(desk, hundred, old, *((value, value, 5) for value in range(101))))["code"] == "TOO_MANY"
    assert await convert(desk, hundred, foreign, (1, 1, 1)) == await convert(desk, hundred, old, (1, 1, 5), login="office2") == ABSENT
    assert (await convert(desk, hundred, old, (1, 1, 5), login="teacher"))["code"] == "NOT_ALLOWED"
    assert await desk.everything(ScaleConversion) == before


async def test_a_scale_is_renamed_retired_and_has_a_pass_mark(desk: Desk) -> None:
    """Its marks are shown by the new words; events keep those of then. Courses keep a retired scale, and no other gets it."""
    scale = (await add(desk))["id"]
    await mark_on(desk, scale)
    await give(desk, item(desk, value=3))
    assert (await desk.events())[-1][2]["label"] == "C"
    words = [{"value": 3, "label": "удовл"}]
    asked = {"scaleId": scale, "name": " Слова ", "labels": words, "passMark": 4, "inUse": False}
    changed = await desk.ask("office", CHANGE, input=asked)
    assert changed == {"scale": {"id": scale, "name": "Слова", "lowest": 1, "highest": 5, "labels": words}, "passMark": 4, "inUse": False}
    assert (await desk.events())[-1] == ("registry.scale_renamed", (str(UUID(int=0)),), {"scale_id": str(ids.decode(Kind.GRADING_SCALE, scale).id)})
    before = await desk.everything(GradingScale, CourseScale)
    assert await desk.ask("office", CHANGE, input=asked) == changed, "what is there already"
    assert (await desk.ask("office", CHANGE, input={**asked, "name": ""}))["code"] == "BAD_INPUT"
    for bad in (1, 6):
        assert (await desk.ask("office", CHANGE, input={**asked, "passMark": bad}))["message"] == "the pass mark lies above 1, and is at most 5"
    assert (await desk.ask("office", CHANGE, input={**asked, "labels": [{"value": 9, "label": "x"}]}))["code"] == "BAD_INPUT"
    assert await desk.ask("office2", CHANGE, input=asked) == ABSENT
    assert (await desk.ask("teacher", CHANGE, input=asked))["code"] == "NOT_ALLOWED"
    assert await mark_on(desk, scale, course="6B") == {"code": "BAD_INPUT", "message": "the scale is not in use any more"}
    assert await desk.everything(GradingScale, CourseScale) == before
    assert (await shown(desk))["marks"]["edges"][0]["node"]["label"] == "удовл"
    listed = await desk.ask("office", SCHOOL_SCALES, school=school_id(1))
    assert {(one["scale"]["name"], one["passMark"], one["inUse"]) for one in listed} == {("Слова", 4, False), ("5", None, True)}
    assert await desk.ask("office2", SCHOOL_SCALES, school=school_id(1)) == []
    risks = await desk.ask("office", RISKS, school=school_id(1))
    assert [(edge["node"]["person"]["givenName"], edge["node"]["low"]) for edge in risks["edges"]] == [("Anna", True)], "3 is below 4"
    await desk.ask("office", CHANGE, input={**asked, "passMark": 3})
    assert (await desk.ask("office", RISKS, school=school_id(1)))["edges"] == [], "3 is enough"
    await desk.ask("office", CHANGE, input={**asked, "passMark": None, "inUse": True})
    assert (await mark_on(desk, scale, course="6B"))["scale"] == {"name": "Слова"}
