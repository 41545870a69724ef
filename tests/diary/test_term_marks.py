"""Marks of terms: the teacher's decision beside the exact average; a closed term stays as it is"""

import asyncio
import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa

from school import ids
from school.context import Context
from school.diary.term_models import TermMark, TermMarkRevision, TermOpening
from school.ids import Kind
from school.registry.calendar_models import Term, TermKind
from school.registry.models import ClassGroup, Pupil
from tests.diary.desk import NOON, SETTINGS, Desk, schema
from tests.diary.test_attendance import record
from tests.diary.test_corrections import correct, one_mark, withdraw
from tests.diary.test_marks import ABSENT, give, item

FIELDS = "value comment average { numerator denominator decimal } differs revision"
DECIDE = f"""mutation($input: DecideTermMarksInput!) {{ decideTermMarks(input: $input) {{
  ... on DecideTermMarksResults {{ results {{ ... on TermMark {{ pupilId {FIELDS} decidedAt decidedBy {{ givenName }} subject {{ name }} }}
    ... on Refusal {{ code message }} }} }} ... on Refusal {{ code message }} }} }}"""
SHEET = f"""query($course: ID!, $term: ID!) {{ termSheet(courseId: $course, termId: $term) {{ course {{ id }} term {{ name kind closedAt }}
  pupils {{ person {{ givenName }} marks average {{ decimal }} suggestion decision {{ {FIELDS} }} }} }} }}"""
TERM_MARKS = f"query($child: ID!) {{ termMarks(childId: $child) {{ termId courseId {FIELDS} }} }}"
HISTORY = """query($child: ID!, $course: ID!, $term: ID!) { termMarkHistory(childId: $child, courseId: $course, termId: $term) {
  revision value comment average { decimal } differs reason by { givenName } } }"""
CLOSE = "mutation($term: ID!) { closeTerm(termId: $term) { ... on TermClosed { closedAt } ... on Refusal { code message } } }"
OPEN = """mutation($input: OpenTermInput!) { openTerm(input: $input) {
  ... on TermOpening { id courseId until reason by { givenName } } ... on Refusal { code message } } }"""
PROGRESS = """query($term: ID!, $first: Int!, $after: String) { termProgress(termId: $term, first: $first, after: $after) {
  edges { node { course { id } pupils decided } } pageInfo { hasNextPage endCursor } } }"""
CLOSED = {"code": "CLOSED", "message": "the term is closed: the office or the head may open it again"}
THE_DAY_AFTER = NOON + dt.timedelta(days=1)


def term(desk: Desk, school: int = 1) -> str:
    """The opaque id of a school's term."""
    return ids.encode(Kind.TERM, school, desk.world.terms[school])


def decision(desk: Desk, pupil: str, value: int | None = 5, revision: int = 0, **more: Any) -> dict[str, Any]:
    """An item."""
    return {"pupilId": desk.person(pupil), "value": value, "expectedRevision": revision, **more}


async def decide(desk: Desk, *items: dict[str, Any], login: str = "teacher", course: str = "5A", of: str | None = None) -> Any:
    """The results, or the refusal as a whole."""
    answer = await desk.ask(login, DECIDE, input={"courseId": desk.course(course), "termId": of or term(desk), "items": list(items)})
    return answer.get("results", answer)


async def everything(desk: Desk) -> tuple[Any, ...]:
    """What a refusal leaves as it was."""
    return await desk.everything(), await desk.rows(TermMark, "pupil_id", "value", "revision"), await desk.rows(TermMarkRevision, "pupil_id", "revision")


async def add_term(desk: Desk, kind: TermKind, starts: dt.date, ends: dt.date) -> str:
    """One more term, or year, of the first school."""
    async with desk.database.begin() as session:
        made = Term(school_id=1, id=ids.new(), name=kind.value, kind=kind, starts_on=starts, ends_on=ends)
        session.add(made)
    return ids.encode(Kind.TERM, 1, made.id)


async def test_a_decision_stands_beside_the_exact_average(desk: Desk) -> None:
    await give(desk, item(desk, "anna", value=5, weight=2), item(desk, "anna", value=4), item(desk, "anna", value=3), item(desk, "boris", value=3))
    answers = await decide(desk, decision(desk, "anna", 4), decision(desk, "boris", 4, comment=" за старание "))
    common = {"decidedAt": NOON.isoformat(), "decidedBy": {"givenName": "Teacher"}, "subject": {"name": "Алгебра"}, "revision": 1}
    assert answers == [
        {"pupilId": desk.person("anna"), "value": 4, "comment": None, "average": {"numerator": 17, "denominator": 4, "decimal": "4.25"}, "differs": False,
         **common},
        {"pupilId": desk.person("boris"), "value": 4, "comment": "за старание", "average": {"numerator": 3, "denominator": 1, "decimal": "3.00"},
         "differs": True, **common},
    ]
    kind, topics, payload = (await desk.events())[-2]
    assert (kind, topics) == ("diary.term_mark_decided", (str(desk.world.people["anna"]),))
    assert payload == {
        "term_id": str(desk.world.terms[1]), "course_id": str(desk.world.courses["5A"]), "subject_id": payload["subject_id"], "value": 4, "old_value": None,
        "revision": 1}
    for login in ("parent", "anna", "teacher", "class_teacher", "office"):
        [mark] = await desk.ask(login, TERM_MARKS, child=desk.person("anna"))
        assert (mark["termId"], mark["courseId"], mark["value"]) == (term(desk), desk.course("5A"), 4)


async def test_four_statements_decide_for_all(desk: Desk) -> None:
    names = [f"Ученик {number:02}" for number in range(100)]
    await desk.add_pupils(*names)
    await give(desk, item(desk), *(item(desk, name) for name in names[:50]))
    await desk.ask("teacher", SHEET, course=desk.course("5A"), term=term(desk))  # whose answer brings the names
    await decide(desk, decision(desk, "anna"))
    for revision, size in ((0, 30), (1, 100)):
        items = [
            decision(desk, name, 4, revision if number < 30 else 0, comment=f"{name} {size}" if number % 3 else None)
            for number, name in enumerate(names[:size])]
        with desk.counted() as statements:
            answers = await decide(desk, *items)
        assert [answer["value"] for answer in answers] == [4] * size
        assert len(statements) == 4, statements


async def test_a_sheet_shows_averages_and_decisions_in_five_reads(desk: Desk) -> None:
    marks = [item(desk, "anna", value=4), item(desk, "anna", value=3), item(desk, "boris", value=5)]
    withdrawn = await give(desk, *marks, item(desk, "boris", value=2))
    await withdraw(desk, withdrawn[3]["id"], 1)
    await decide(desk, decision(desk, "boris", None))
    await desk.ask("teacher", SHEET, course=desk.course("5A"), term=term(desk))
    with desk.counted() as statements:
        sheet = await desk.ask("teacher", SHEET, course=desk.course("5A"), term=term(desk))
    assert len(statements) <= 5, statements
    assert (sheet["course"]["id"], sheet["term"]) == (desk.course("5A"), {"name": "I", "kind": "TERM", "closedAt": None})
    assert {row["person"]["givenName"]: (row["marks"], row["average"], row["suggestion"], row["decision"]) for row in sheet["pupils"]} == {
        "Anna": (2, {"decimal": "3.50"}, 4, None),
        "Boris": (1, {"decimal": "5.00"}, 5, {
            "value": None, "comment": None, "average": {"numerator": 5, "denominator": 1, "decimal": "5.00"}, "differs": False, "revision": 1}),
        **{row["person"]["givenName"]: (0, None, None, None) for row in sheet["pupils"] if row["person"]["givenName"] not in {"Anna", "Boris"}},
    }
    assert await desk.error("stranger", SHEET, course=desk.course("5A"), term=term(desk)) == ("NOT_ALLOWED", "Your role may not do this.")
    assert await desk.error("teacher2", SHEET, course=desk.course("5A"), term=term(desk)) == ("NOT_FOUND", "No such object.")
    assert await desk.error("teacher", SHEET, course=desk.course("5A"), term=term(desk, 2)) == ("NOT_FOUND", "No such object.")


async def test_a_year_s_sheet_tells_what_was_decided_in_its_terms(desk: Desk) -> None:
    year = await add_term(desk, TermKind.YEAR, dt.date(2026, 9, 1), dt.date(2027, 5, 31))
    parts = "query($course: ID!, $term: ID!) { termSheet(courseId: $course, termId: $term) { pupils { person { givenName } parts { termId label } } } }"
    await decide(desk, decision(desk, "anna", 4), decision(desk, "boris", None))
    await decide(desk, decision(desk, "anna", 5), of=year)
    found = await desk.ask("teacher", parts, course=desk.course("5A"), term=year)
    assert {row["person"]["givenName"]: row["parts"] for row in found["pupils"]} == {
        "Anna": [{"termId": term(desk), "label": "4"}], "Boris": [{"termId": term(desk), "label": None}]}
    found = await desk.ask("teacher", parts, course=desk.course("5A"), term=term(desk))
    assert [row["parts"] for row in found["pupils"]] == [[], []]


async def test_a_change_needs_what_was_seen_and_keeps_its_history(desk: Desk) -> None:
    await decide(desk, decision(desk, "anna", 3))
    await one_mark(desk)
    before = await everything(desk)
    assert await decide(desk, decision(desk, "anna", 3)) == await decide(desk, decision(desk, "anna", 3, 1)), "it says so already"
    [late] = await decide(desk, decision(desk, "anna", 4))
    assert late == {"code": "CONFLICT", "message": "the decision has changed meanwhile: it is at revision 1"}
    assert await everything(desk) == before
    [changed] = await decide(desk, decision(desk, "anna", 4, 1, reason="пересдача", comment="сдала"))
    assert (changed["value"], changed["revision"], changed["average"]["decimal"], changed["differs"]) == (4, 2, "5.00", True)
    assert await desk.ask("parent", HISTORY, child=desk.person("anna"), course=desk.course("5A"), term=term(desk)) == [
        {"revision": 1, "value": 3, "comment": None, "average": None, "differs": False, "reason": None, "by": {"givenName": "Teacher"}},
        {"revision": 2, "value": 4, "comment": "сдала", "average": {"decimal": "5.00"}, "differs": True, "reason": "пересдача", "by": {"givenName": "Teacher"}}]
    assert (await desk.events())[-1][2]["old_value"] == 3
    assert await desk.error("other_parent", HISTORY, child=desk.person("anna"), course=desk.course("5A"), term=term(desk)) == (
        "NOT_FOUND", "No such object.")


async def test_each_bad_item_is_refused_for_itself(desk: Desk) -> None:
    year = await add_term(desk, TermKind.YEAR, dt.date(2026, 9, 1), dt.date(2027, 5, 31))
    await desk.add_pupils("Ушедшая")
    async with desk.database.begin() as session:
        (await session.get_one(Pupil, (1, desk.world.people["Ушедшая"]))).left_on = dt.date(2026, 9, 1)
    good, *bad = await decide(
        desk, decision(desk, "anna"), decision(desk, "boris", 6), decision(desk, "vera"), decision(desk, "gleb"), decision(desk, "Ушедшая"), of=year)
    assert good["value"] == 5
    assert bad == [
        {"code": "OUT_OF_SCALE", "message": "a mark lies between 2 and 5"}, ABSENT, ABSENT,
        {"code": "BAD_INPUT", "message": "the pupil was not at the school in the term"}]
    assert await desk.rows(TermMark, "pupil_id", "value") == [(desk.world.people["anna"], 5)]


async def test_as_a_whole_it_is_refused_without_a_trace(desk: Desk) -> None:
    later = await add_term(desk, TermKind.TERM, dt.date(2027, 1, 10), dt.date(2027, 3, 20))
    before = await everything(desk)
    assert await decide(desk, decision(desk, "anna"), decision(desk, "anna")) == {"code": "BAD_INPUT", "message": "items has the same item twice"}
    assert await decide(desk) == {"code": "BAD_INPUT", "message": "items must not be empty"}
    assert (await decide(desk, *[decision(desk, "anna")] * 101))["code"] == "TOO_MANY"
    assert await decide(desk, decision(desk, "anna"), of=later) == {"code": "BAD_INPUT", "message": "the term has not begun"}
    assert await decide(desk, decision(desk, "anna"), of=term(desk, 2)) == ABSENT
    assert await decide(desk, decision(desk, "anna"), login="class_teacher") == ABSENT, "who leads the class decides nothing for another's course"
    assert await decide(desk, decision(desk, "gleb"), login="teacher", course="2-5A", of=term(desk, 2)) == ABSENT
    assert await everything(desk) == before


async def test_of_two_at_once_one_decides(desk: Desk) -> None:
    async def run(value: int) -> Any:
        context = Context(desk.world.viewers["teacher"], desk.database, SETTINGS)
        variables = {"input": {"courseId": desk.course("5A"), "termId": term(desk), "items": [decision(desk, name, value) for name in ("anna", "boris")]}}
        result = await schema().execute(DECIDE, variables, context)
        assert result.errors is None
        assert result.data is not None
        return [answer.get("value", answer.get("code")) for answer in result.data["decideTermMarks"]["results"]]

    answers = await asyncio.gather(*(run(value) for value in (2, 3, 4, 5)))
    told = sorted(str(value) for both in answers for value in both)
    kept = await desk.rows(TermMark, "pupil_id", "value", "revision")
    assert told.count("CONFLICT") == 6
    assert [revision for _, _, revision in kept] == [1, 1]
    assert sorted(str(value) for _, value, _ in kept) == told[:2]
    assert len(await desk.rows(TermMarkRevision, "pupil_id")) == len(await desk.events()) == 2


async def test_a_closed_term_stays_as_it_is(desk: Desk) -> None:
    mark = await one_mark(desk)
    assert await desk.ask("office", CLOSE, term=term(desk)) == {"closedAt": NOON.isoformat()}
    assert await desk.ask("office", CLOSE, term=term(desk)) == {"closedAt": NOON.isoformat()}, "closing it again is harmless"
    closed = {login: next(one["closedAt"] for one in await desk.ask(login, "{ terms { id closedAt } }") if one["id"] == term(desk))
              for login in ("teacher", "parent", "office", "guard", "canteen")}
    assert closed == {**dict.fromkeys(("teacher", "parent", "office"), NOON.isoformat()), "guard": None, "canteen": None}
    before = await everything(desk)
    assert await give(desk, item(desk, "anna")) == [CLOSED]
    assert await correct(desk, mark, 1) == CLOSED
    assert await withdraw(desk, mark, 1) == CLOSED
    assert await record(desk, {"pupilId": desk.person("anna"), "kind": "ABSENT"}) == CLOSED
    assert await decide(desk, decision(desk, "anna")) == CLOSED
    assert await everything(desk) == before


async def test_what_was_done_before_the_closing_may_be_asked_again(desk: Desk) -> None:
    first = item(desk, "anna", value=4)
    [given] = await give(desk, first)
    corrected = await correct(desk, given["id"], 1, value=5)
    gone = await one_mark(desk, pupil="boris")
    withdrawn = await withdraw(desk, gone, 1)
    await desk.ask("office", CLOSE, term=term(desk))
    before = await everything(desk)
    assert await give(desk, first) == [{**given, **{key: corrected[key] for key in corrected if key in given}}]
    assert await correct(desk, given["id"], 1, value=5) == corrected
    assert await withdraw(desk, gone, 1) == withdrawn
    assert await everything(desk) == before


async def test_an_opening_lets_one_course_be_written_until_it_ends(desk: Desk) -> None:
    await desk.ask("office", CLOSE, term=term(desk))
    id_ = str(ids.new())
    asked = {"id": id_, "termId": term(desk), "courseId": desk.course("5A"), "until": THE_DAY_AFTER.isoformat(), "reason": "описка в журнале"}
    opened = await desk.ask("office", OPEN, input=asked)
    assert opened == {
        "id": id_, "courseId": desk.course("5A"), "until": THE_DAY_AFTER.isoformat(), "reason": "описка в журнале", "by": {"givenName": "Office"}}
    assert await desk.ask("office", OPEN, input=asked) == opened, "the same again is harmless"
    assert (await desk.ask("office", OPEN, input={**asked, "reason": "другое"}))["code"] == "CONFLICT"
    assert len(await desk.rows(TermOpening, "id")) == 1
    assert (await give(desk, item(desk, "anna")))[0]["value"] == 5
    assert await give(desk, item(desk, "vera"), lesson="6B-1", login="class_teacher") == [CLOSED], "the other course is closed still"
    async with desk.database.begin() as session:
        opening = await session.get_one(TermOpening, (1, ids.client_id(id_)))
        opening.until = NOON
    assert await give(desk, item(desk, "anna")) == [CLOSED], "until the moment, not at it"


@pytest.mark.parametrize(("changed", "code"), [
    ({"until": NOON.isoformat()}, "BAD_INPUT"), ({"until": (NOON + dt.timedelta(days=32)).isoformat()}, "BAD_INPUT"), ({"reason": " "}, "BAD_INPUT"),
    ({"until": THE_DAY_AFTER.replace(tzinfo=None).isoformat()}, "BAD_INPUT"), ({"until": "0001-01-01T00:00:00+14:00"}, "BAD_INPUT"),
    ({"until": "9999-12-31T23:59:59-14:00"}, "BAD_INPUT"), ({"courseId": "2-5A"}, "NOT_FOUND"), ({"termId": 2}, "NOT_FOUND"), ({"id": "1"}, "BAD_INPUT")])
async def test_a_bad_opening_is_refused(desk: Desk, changed: dict[str, Any], code: str) -> None:
    await desk.ask("office", CLOSE, term=term(desk))
    asked = {"id": str(ids.new()), "termId": term(desk), "courseId": None, "until": THE_DAY_AFTER.isoformat(), "reason": "описка", **changed}
    asked["courseId"] = asked["courseId"] and desk.course(asked["courseId"])
    asked["termId"] = term(desk, asked["termId"]) if isinstance(asked["termId"], int) else asked["termId"]
    assert (await desk.ask("office", OPEN, input=asked))["code"] == code
    assert await desk.rows(TermOpening, "id") == []


async def test_what_is_open_needs_no_opening_and_what_is_later_no_closing(desk: Desk) -> None:
    asked = {"id": str(ids.new()), "termId": term(desk), "until": THE_DAY_AFTER.isoformat(), "reason": "описка"}
    assert await desk.ask("office", OPEN, input=asked) == {"code": "BAD_INPUT", "message": "the term is not closed"}
    later = await add_term(desk, TermKind.TERM, dt.date(2027, 1, 10), dt.date(2027, 3, 20))
    assert await desk.ask("office", CLOSE, term=later) == {"code": "BAD_INPUT", "message": "the term has not begun"}
    assert await desk.ask("office2", CLOSE, term=term(desk)) == ABSENT
    assert (await desk.ask("teacher", CLOSE, term=term(desk)))["code"] == "NOT_ALLOWED"


async def test_the_office_sees_how_far_each_course_has_come_class_by_class(desk: Desk) -> None:
    """Grades in their order, whichever class was made first."""
    async with desk.database.begin() as session:
        await session.execute(sa.update(ClassGroup).where(ClassGroup.id == desk.world.classes["5A"]).values(grade=10))
    await decide(desk, decision(desk, "anna", 4))
    found, after = [], None
    while True:
        page = await desk.ask("office", PROGRESS, term=term(desk), first=1, after=after)
        found += [edge["node"] for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert [(one["course"]["id"], one["decided"]) for one in found] == [(desk.course("6B"), 0), (desk.course("5A"), 1)]
    with desk.counted() as statements:
        await desk.ask("office", PROGRESS, term=term(desk), first=100)
    assert len(statements) == 1, statements
    assert (await desk.error("teacher", PROGRESS, term=term(desk), first=10))[0] == "NOT_ALLOWED"
