"""Documents of an attacker: each is refused in one clean way, changes nothing, is no bug, and costs no more than its size."""

import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from school import ids
from school.serving.documents import MOST_ERRORS
from school.serving.errors import LONGEST_MESSAGE
from tests.serving.house import House, running

WHICH = "The document does not say which operation to run."


@pytest_asyncio.fixture
async def house(sqlite_url: str, caplog: pytest.LogCaptureFixture) -> AsyncIterator[House]:
    """The whole service; nothing in it was a bug."""
    async with running(sqlite_url) as found:
        yield found
        assert found.complaints(caplog) == []


def chain(length: int, last: str, *, twice: bool = False) -> str:
    """Fragments of which each spreads the next, once or twice."""
    spread = "...F{0} ...F{0}" if twice else "...F{0}"
    fragments = (f"fragment F{number} on Query {{ {spread.format(number + 1)} }}" for number in range(length))
    return " ".join(["mutation M { signOut { __typename } } query Q { ...F0 }", *fragments, f"fragment F{length} on Query {{ {last} }}"])


FAN = "children { classGroup { name } } " * 60
CHECKED = "me @skip(if: true) { login } "
REFUSED = {
    "characters": ("{" + "," * 40_000 + " me { login } }", "TOO_LONG"),
    "comment": ("{ me { login } } #" + "x" * 40_000, "TOO_LONG"),
    "tokens": ("{" + " me { login }" * 500 + "}", "TOO_LONG"),
    "operations": (" ".join(f"query A{number} {{ me {{ login }} }}" for number in range(11)), "TOO_LONG"),
    "fragments": ("{ me { login } } " + " ".join(f"fragment A{number} on Query {{ me {{ login }} }}" for number in range(51)), "TOO_LONG"),
    "long chain": (chain(85, "me { login }"), "TOO_LONG"),
    "chain": (chain(40, "me { login }"), "TOO_DEEP"),
    "deep fields": ("{" + "me{" * 600 + "login" + "}" * 601, "TOO_DEEP"),
    "thirteen fields": ("{" + "me{" * 12 + "login" + "}" * 13, "TOO_DEEP"),
    "deep inline fragments": ("{" + "... on Query {" * 400 + "me{login}" + "}" * 401, "TOO_DEEP"),
    "inline fragments": ("{" + "... on Query {" * 40 + "me{login}" + "}" * 41, "TOO_DEEP"),
    "deep list": ("{ updates(children: " + "[" * 100 + "]" * 100 + ") { cursor } }", "TOO_DEEP"),
    "deep object": ("{ updates(children: " + "{a:" * 600 + "1" + "}" * 600 + ") { cursor } }", "TOO_DEEP"),
    "deep value of a directive": ("{ me @skip(if: " + "[" * 100 + "]" * 100 + ") { login } }", "TOO_DEEP"),
    "deep default": ("query($a: [ID] = " + "[" * 100 + "]" * 100 + ") { updates(children: $a) { cursor } }", "TOO_DEEP"),
    "deep type": ("query($a: " + "[" * 100 + "ID" + "]" * 100 + ") { updates(children: $a) { cursor } }", "TOO_DEEP"),
    "aliases": ("{ me { " + " ".join(f"a{number}: login" for number in range(51)) + " } }", "TOO_MANY_ALIASES"),
    "aliases in fragments": (
        "{ me { ...A } a: me { ...A } } fragment A on Me { " + " ".join(f"a{number}: login" for number in range(26)) + " }", "TOO_MANY_ALIASES"),
    "one root field": ("{" + " ".join(f"a{number}: me {{ login }}" for number in range(11)) + "}", "TOO_MANY_ALIASES"),
    "one root field in fragments": ("{ ...A ...A ... { ...A } } fragment A on Query { " + "me { login } " * 4 + "}", "TOO_MANY_ALIASES"),
    "one guess after another": ("mutation {" + " ".join(f"a{number}: signOut {{ __typename }}" for number in range(11)) + "}", "TOO_MANY_ALIASES"),
    "directives": ("{ me " + "@a " * 900 + "{ login } }", "TOO_MANY_DIRECTIVES"),
    "directives in fragments": ("{ ...A ...A ...A } fragment A on Query { " + CHECKED * 7 + "}", "TOO_MANY_DIRECTIVES"),
    "directives of variables": ("query(" + "".join(f"$a{number}: ID @a " for number in range(21)) + ") { me { login } }", "TOO_MANY_DIRECTIVES"),
    "fragments that double": (chain(12, "me { login }", twice=True), "TOO_COSTLY"),
    "unknown fragments that double": (chain(30, "...Unknown", twice=True), "TOO_COSTLY"),
    "overlapping fields": ("{ me { " + FAN + "} a: me { " + FAN + "} }", "TOO_COSTLY"),
    "short cycle": (chain(2, "...F0"), "BAD_DOCUMENT"),
    "self": (chain(0, "...F0"), "BAD_DOCUMENT"),
    "repeated directive": ("{ me @skip(if: false) @skip(if: true) { login } }", "BAD_DOCUMENT"),
    "incremental": ("{ ... @defer { me { login } } }", "BAD_DOCUMENT"),
    "introspection": ("{ __schema { types { " + "fields { type { " * 5 + "name" + " } }" * 5 + " } } }", "BAD_DOCUMENT"),
    "introspection twice": ("{ a: __schema { types { name } } b: __schema { types { name } } }", "TOO_COSTLY"),
    "two queries": ("{ me { login } } { me { login } }", "BAD_DOCUMENT"),
    "query and mutation": ("mutation A { signOut { __typename } } query B { me { login } }", "BAD_DOCUMENT"),
    "no operation": ("fragment F on Query { me { login } }", "BAD_DOCUMENT"),
    "a definition": ("type Query { me: Int }", "BAD_DOCUMENT"),
    "an extension": ("{ me { login } } extend type Query { you: Int }", "BAD_DOCUMENT"),
    "surrogate": ('{ pupil(id: "\\ud800") { name } }', "BAD_DOCUMENT"),
    "surrogate in braces": ('{ pupil(id: "\\u{D800}") { name } }', "BAD_DOCUMENT"),
    "integer": ("{ updates(first: 2147483648) { cursor } }", "BAD_DOCUMENT"),
    "endless integer": ("{ updates(first: " + "9" * 30_000 + ") { cursor } }", "BAD_DOCUMENT"),
    "float": ("{ updates(first: 1e999999) { cursor } }", "BAD_DOCUMENT"),
    "unknown fields": ("{ " + " ".join(f"nothing{number}" for number in range(900)) + " }", "BAD_DOCUMENT"),
}
"""Documents and the code with which each is refused."""


async def test_a_hostile_document_is_refused_before_anything_runs(house: House) -> None:
    """In the GraphQL media type with 400, and with at most five errors, none of them long. Some hold a mutation that would end the session."""
    token = await house.session("parent")
    before = await house.everything()
    for name, (document, code) in REFUSED.items():
        named = {"operationName": "Q"} if "query Q" in document else {}
        headers = {"authorization": f"Bearer {token}", "accept": "application/graphql-response+json"}
        answer = await house.client.post("/graphql", json={"query": document, **named}, headers=headers)
        assert (answer.status_code, list(answer.json())) == (400, ["errors"]), name
        errors = answer.json()["errors"]
        assert {error["extensions"]["code"] for error in errors} == {code}, (name, errors)
        assert len(errors) <= MOST_ERRORS, name
        assert all(len(error["message"]) <= LONGEST_MESSAGE + 1 for error in errors), name
    assert await house.everything() == before
    assert (await house.ask("{ me { login } }", token=token)).json() == {"data": {"me": {"login": "parent"}}}


def code_of(answer: Any) -> str | None:
    """The code of an answer's first error."""
    return answer.json()["errors"][0]["extensions"]["code"] if "errors" in answer.json() else None


async def test_variables_are_few(house: House) -> None:
    document = "query($a: [ID!]) { me { login } updates(children: $a) { cursor } }"
    cases: list[tuple[dict[str, Any], str]] = [
        ({"a": ["x"] * 1_999}, "NOT_SIGNED_IN"), ({"a": ["x"] * 2_000}, "TOO_MANY_VALUES"), ({"a": [{}] * 2_000}, "TOO_MANY_VALUES"),
        ({str(number): 1 for number in range(2_001)}, "TOO_MANY_VALUES"), ({"a": [[["x"] * 45] * 45]}, "TOO_MANY_VALUES"),
    ]
    for variables, code in cases:
        assert code_of(await house.ask(document, variables)) == code


@pytest.mark.parametrize("document", [
    "query($a: [ID!]) {" + " ".join(f"a{number}: updates(children: $a) {{ cursor }}" for number in range(10)) + "}",
    "query($a: [ID!]) { ...F ...F } fragment F on Query {" + " ".join(f"a{number}: updates(children: $a) {{ cursor }}" for number in range(5)) + "}",
    "query($a: [ID!] = [" + '"x"' * 199 + "]) {" + " ".join(f"a{number}: updates(children: $a) {{ cursor }}" for number in range(10)) + "}",
])
async def test_variables_count_as_often_as_they_are_used(house: House, document: str) -> None:
    """For they are converted as often, before anybody is asked who they are; a default is a value, too."""
    fits, does_not = {"a": ["x"] * 199}, {"a": ["x"] * 200}
    assert code_of(await house.ask(document, {} if "=" in document else fits)) == "NOT_SIGNED_IN"
    answer = await house.ask(document.replace("[\"x\"", "[\"x\" \"x\""), {} if "=" in document else does_not)
    assert answer.json() == {"errors": [{
        "message": "The variables may hold 2000 values, each counted as often as it is used.", "extensions": {"code": "TOO_MANY_VALUES"}}]}


async def test_two_whole_batches_fit_into_one_operation(house: House) -> None:
    """A hundred marks each, with everything that can be said of them."""
    item = {"id": str(ids.new()), "pupilId": "x", "value": 5, "weight": 1, "work": "CLASSWORK", "comment": "x"}
    document = "mutation($a: GiveMarksInput!) { b: giveMarks(input: $a) { __typename } c: giveMarks(input: $a) { __typename } }"
    answer = await house.ask(document, {"a": {"lessonId": "x", "items": [item] * 100}})
    assert answer.json() == {"data": {"b": {"__typename": "Refusal"}, "c": {"__typename": "Refusal"}}}


async def test_variables_are_flat(house: House) -> None:
    for depth, code in ((11, "BAD_DOCUMENT"), (12, "TOO_DEEP"), (400, "TOO_DEEP")):
        value: Any = "x"
        for _ in range(depth):
            value = [value]
        assert code_of(await house.ask("query($a: Int) { me { login } updates(first: $a) { cursor } }", {"a": value})) == code, depth


async def test_a_page_costs_what_it_asks_for(house: House) -> None:
    """`first` counts, wherever it is said; one that is not said is the default, and none costs more than the longest page."""
    token = await house.session("parent")
    names = "id familyName givenName patronymic name " * 7
    full = " ".join(f"more{number}: pupils(first: 100) {{ edges {{ node {{ {names} }} }} }}" for number in range(5))
    document = f"query($first: Int! = 60) {{ pupils(first: $first) {{ edges {{ node {{ {names} }} }} }} {full} }}"
    for variables, code in (({"first": 1}, None), ({"first": 40}, None), ({}, "TOO_COSTLY"), ({"first": 100}, "TOO_COSTLY"), ({"first": 10**6}, "TOO_COSTLY")):
        assert code_of(await house.ask(document, variables, token=token)) == code, variables


async def test_one_operation_of_several_runs_when_it_is_named(house: House) -> None:
    token = await house.session("parent")
    before = await house.everything()
    document = "mutation A { signOut { __typename } } query B { me { login } } query C { __typename }"
    for operation, expected in (("B", {"me": {"login": "parent"}}), ("C", {"__typename": "Query"})):
        answer = await house.client.post(
            "/graphql", json={"query": document, "operationName": operation}, headers={"authorization": f"Bearer {token}"})
        assert answer.json() == {"data": expected}
    for operation in ("D", "", None):
        answer = await house.client.post("/graphql", json={"query": document, "operationName": operation}, headers={"authorization": f"Bearer {token}"})
        assert answer.json() == {"errors": [{"message": WHICH, "extensions": {"code": "BAD_DOCUMENT"}}]}
    assert await house.everything() == before


BODIES = [
    b'{"query":"{me{login}}","operationName":"\xff"}', b'{"query":"{me{login}}","variables":{"a":"\xc0\x80"}}', b'{"query":"{me{login}}\xed\xa0\x80"}',
    b'{"query":"{me{login}}","variables":{"a":"\\ud800"}}',
    b'{"query":"{me{login}}","variables":{"a":NaN}}', b'{"query":"{me{login}}","variables":{"a":Infinity}}',
    b'{"query":"{me{login}}","variables":{"a":' + b"[" * 5000 + b"]" * 5000 + b"}}",
    b'{"query":"{me{login}}","variables":' + b'{"a":' * 2000 + b"1" + b"}" * 2001,
    b"\xef\xbb\xbf{}", b'"{me{login}}"', b"null", b"",
]


async def test_a_body_that_is_no_json_object_is_refused(house: House) -> None:
    """Invalid UTF-8, lone surrogates, what JSON does not have, and what is nested too deeply."""
    for body in BODIES:
        answer = await house.client.post("/graphql", content=body, headers={"content-type": "application/json"})
        assert (answer.status_code, answer.json()["errors"][0]["extensions"]) == (400, {"code": "BAD_REQUEST"}), body[:60]


async def cost(house: House, document: str) -> float:
    """Processor seconds of this process for one document, server and client together; the best of three."""
    found = []
    for _ in range(3):
        begin = time.process_time()
        answer = await house.ask(document)
        found.append(time.process_time() - begin)
        assert answer.status_code == 200
    return min(found)


async def test_a_document_costs_what_it_is_long(house: House) -> None:
    """Eight times as long costs eight times as much; a product of pairs would cost 64 times."""
    for unit, few in (
        ("a{}: me {{ login }} ", 30), ("a{}: __typename ", 80), ("... on Query {{ a{}: __typename }} ", 30), ("me {{ login }} ", 50), ("b{} ", 200),
    ):
        small, large = [await cost(house, "{" + "".join(unit.format(number) for number in range(count)) + "}") for count in (few, 8 * few)]
        assert large < 30 * small, unit


async def test_fragments_that_spread_the_next_twice_cost_little(house: House) -> None:
    """Written out, fifty of them would be 2^50 fields."""
    small, large = [await cost(house, chain(length, "me { login }", twice=True)) for length in (2, 48)]
    assert large < 50 * small
