"""Values of an attacker, on PostgreSQL, which refuses more: each is a typed refusal or finds nothing, changes nothing, and is no bug."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

from school import ids
from school.ids import Kind
from tests.serving.house import House, running

GIVE = "mutation($input: GiveMarksInput!) { giveMarks(input: $input) { ... on GiveMarksResults { results { __typename ... on Refusal { code } } } } }"
HOMEWORK = "mutation($input: SetHomeworkInput!) { setHomework(input: $input) { __typename ... on Refusal { code } } }"
DOOR = "mutation($input: AddDoorInput!) { addDoor(input: $input) { __typename ... on Refusal { code } } }"
CODE = "mutation($input: MakeDeviceCodeInput!) { makeDeviceCode(input: $input) { __typename ... on Refusal { code } } }"
TOP_UP = "mutation($input: TopUpInput!) { topUp(input: $input) { __typename ... on Refusal { code } } }"
NO_TEXTS = ("\0", "a\0b", "x" * 5000)


@pytest_asyncio.fixture
async def house(postgresql_url: str, caplog: pytest.LogCaptureFixture) -> AsyncIterator[House]:
    """The whole service; nothing in it was a bug."""
    async with running(postgresql_url) as found:
        yield found
        assert found.complaints(caplog) == []


def mark(house: House, **changed: Any) -> dict[str, Any]:
    """Marks to give, of which this is changed."""
    item = {"id": str(ids.new()), "pupilId": house.id(Kind.PERSON, house.world.people["anna"]), "value": 5, "weight": 1, "work": "CLASSWORK"}
    return {"lessonId": house.id(Kind.LESSON, house.world.lessons["5A-1"]), "items": [{**item, **changed}]}


def writes(house: House, text: str) -> list[tuple[str, str, dict[str, Any]]]:
    """Who may write, what, with this text in each place that takes one."""
    school, lesson = house.id(Kind.SCHOOL, UUID(int=0)), house.id(Kind.LESSON, house.world.lessons["5A-1"])
    top_up = {"id": str(ids.new()), "childId": house.id(Kind.PERSON, house.world.people["anna"]), "method": "CASH", "amount": {"minor": 1, "currency": "RUB"}}
    code = {"id": str(ids.new()), "schoolId": school, "kind": "DESK", "name": "desk", "bindings": []}
    return [
        ("teacher", GIVE, mark(house, comment=text)), ("teacher", GIVE, mark(house, id=text)), ("teacher", GIVE, mark(house, pupilId=text)),
        ("teacher", HOMEWORK, {"id": str(ids.new()), "lessonId": lesson, "text": text}), ("teacher", HOMEWORK, {"id": text, "lessonId": lesson, "text": "x"}),
        ("office", DOOR, {"id": str(ids.new()), "schoolId": school, "name": text, "antiPassback": "OFF"}),
        ("office", CODE, {**code, "name": text}), ("office", CODE, {**code, "schoolId": text}), ("office", CODE, {**code, "bindings": [{"reader": text}]}),
        ("office", TOP_UP, {**top_up, "note": text}), ("office", TOP_UP, {**top_up, "id": text}),
        ("office", TOP_UP, {**top_up, "amount": {"minor": 1, "currency": text}}),
    ]


async def test_a_text_that_no_database_keeps_is_a_typed_refusal(house: House) -> None:
    """NUL, which PostgreSQL does not store, and what is far too long: every write says no by its code, and nothing is written."""
    tokens = {login: await house.session(login) for login in ("teacher", "office")}
    before = await house.everything()
    for text in NO_TEXTS:
        for login, document, values in writes(house, text):
            answer = (await house.ask(document, {"input": values}, token=tokens[login])).json()
            assert "errors" not in answer, (document, answer)
            result, = answer["data"].values()
            refusal = result["results"][0] if "results" in result else result
            assert refusal["code"] in {"BAD_INPUT", "NOT_FOUND"}, (document, text[:3], answer)
    assert await house.everything() == before


async def test_a_text_that_no_database_keeps_finds_nothing(house: House) -> None:
    """As an id what it names is absent, as a cursor it is foreign."""
    token = await house.session("parent")
    child = house.id(Kind.PERSON, house.world.people["anna"])
    for text in ("\0", "a\0b", "x" * 100_000, "\0" * 28, "ж" * 28, "A" * 2000):
        for field, code in (
            ("pupil(id: $text) { name }", "NOT_FOUND"), ("cards(personId: $text) { id }", "NOT_FOUND"), ("mealAccount(childId: $text) { id }", "NOT_FOUND"),
            ("pupils(classGroupId: $text) { edges { cursor } }", "NOT_FOUND"), ("updates(children: [$text]) { cursor }", "NOT_FOUND"),
        ):
            answer = (await house.ask(f"query($text: ID!) {{ {field} }}", {"text": text}, token=token)).json()
            assert (answer["data"], answer["errors"][0]["extensions"]) == (None, {"code": code}), (field, text[:3])
        for field in (
            "marks(childId: $child, after: $text) { edges { cursor } }", "passages(personId: $child, after: $text) { edges { cursor } }",
            "mealHistory(childId: $child, after: $text) { edges { cursor } }", "pupils(after: $text) { edges { cursor } }", "updates(after: $text) { cursor }",
        ):
            document = f"query($text: String!{', $child: ID!' if '$child' in field else ''}) {{ {field} }}"
            answer = (await house.ask(document, {"text": text, "child": child}, token=token)).json()
            assert (answer["data"], answer["errors"][0]["extensions"]) == (None, {"code": "BAD_CURSOR"}), (field, text[:3])


async def test_a_number_out_of_range_reaches_no_database(house: House) -> None:
    """A length of a page, a mark, its weight, an amount: refused by code, or before anything runs."""
    tokens = {login: await house.session(login) for login in ("parent", "teacher", "office")}
    before = await house.everything()
    for first, code in ((0, "BAD_INPUT"), (-(2**31), "BAD_INPUT"), (101, "TOO_MANY"), (2**31 - 1, "TOO_MANY")):
        answer = (await house.ask("query($first: Int!) { updates(first: $first) { cursor } }", {"first": first}, token=tokens["parent"])).json()
        assert (answer["data"], answer["errors"][0]["extensions"]) == (None, {"code": code})
    for number in (2**31, -(2**31) - 1, 2**63, 2**64, 2**200, 1.5, 1e300, True, "1", [[1]], {}, None):
        answer = (await house.ask("query($first: Int!) { updates(first: $first) { cursor } }", {"first": number}, token=tokens["parent"])).json()
        assert (list(answer), answer["errors"][0]["extensions"]) == (["errors"], {"code": "BAD_DOCUMENT"}), number
    for changed in ({"value": 2**31 - 1}, {"value": -(2**31)}, {"weight": 2**31 - 1}, {"weight": 0}, {"weight": -(2**31)}):
        answer = (await house.ask(GIVE, {"input": mark(house, **changed)}, token=tokens["teacher"])).json()
        code = "OUT_OF_SCALE" if "value" in changed else "BAD_INPUT"
        assert answer == {"data": {"giveMarks": {"results": [{"__typename": "Refusal", "code": code}]}}}, changed
    for minor in (0, -1, 2**53 - 1, 2**53, -(2**53), 2**64, 1.5, "1"):
        code = "BAD_INPUT" if minor in {0, -1, 2**53 - 1} else None
        top_up = {**writes(house, "")[-2][2], "id": str(ids.new()), "amount": {"minor": minor, "currency": "RUB"}}
        answer = (await house.ask(TOP_UP, {"input": top_up}, token=tokens["office"])).json()
        if code is None:
            assert (list(answer), answer["errors"][0]["extensions"]) == (["errors"], {"code": "BAD_DOCUMENT"}), minor
        else:
            assert answer == {"data": {"topUp": {"__typename": "Refusal", "code": code}}}, minor
    assert await house.everything() == before


async def test_a_day_at_the_ends_of_the_calendar_is_a_day(house: House) -> None:
    token = await house.session("parent")
    variables = {"child": house.id(Kind.PERSON, house.world.people["anna"])}
    document = """query($child: ID!, $day: Date!) {
      childDay(childId: $child, date: $day) { date lessons { lesson { id } } } lessons(childId: $child, from: $day, to: $day) { id }
      homework(childId: $child, from: $day, to: $day) { id } lateArrivals(childId: $child, from: $day, to: $day) { date }
      averages(childId: $child, from: $day, to: $day) { __typename }
    }"""
    for day in ("0001-01-01", "9999-12-31"):
        empty: dict[str, Any] = {"childDay": {"date": day, "lessons": []}, "lessons": [], "homework": [], "lateArrivals": [], "averages": []}
        assert (await house.ask(document, {**variables, "day": day}, token=token)).json() == {"data": empty}
    for day in ("0000-01-01", "10000-01-01", "2026-02-30", "2026-13-01", "", "\0", "9" * 5000, 0, 2**64, None, []):
        answer = (await house.ask(document, {**variables, "day": day}, token=token)).json()
        assert (list(answer), answer["errors"][0]["extensions"]) == (["errors"], {"code": "BAD_DOCUMENT"}), day
