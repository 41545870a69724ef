"""Documents of an attacker: each is refused in one clean way, changes nothing, is no bug, and costs no more than its size."""

import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.serving.house import House, running

TOO_DEEP = "Syntax Error: Document is nested too deeply. Parsing aborted."
TOO_LONG = "Syntax Error: Document contains more than 2000 tokens. Parsing aborted."
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


REFUSED = {
    "tokens": ("{" + " me { login }" * 500 + "}", TOO_LONG),
    "tokens of a string's length": ("{" + " a" * 30_000 + "}", TOO_LONG),
    "deep fields": ("{" + "me{" * 600 + "login" + "}" * 601, TOO_DEEP),
    "deep inline fragments": ("{" + "... on Query {" * 400 + "me{login}" + "}" * 401, TOO_DEEP),
    "deep list": ("{ updates(children: " + "[" * 900 + "]" * 900 + ") { cursor } }", TOO_DEEP),
    "deep object": ("{ updates(children: " + "{a:" * 600 + "1" + "}" * 600 + ") { cursor } }", TOO_DEEP),
    "deep type": ("query($a: " + "[" * 900 + "ID" + "]" * 900 + ") { updates(children: $a) { cursor } }", TOO_DEEP),
    "long chain": (chain(240, "me { login }"), "Validation aborted."),
    "long cycle": (chain(240, "...F0"), "Validation aborted."),
    "short cycle": (chain(2, "...F0"), "Cannot spread fragment 'F0' within itself via 'F1', 'F2'."),
    "self": (chain(0, "...F0"), "Cannot spread fragment 'F0' within itself."),
    "same field": ("{" + " __typename" * 1990 + "}", "Validation aborted."),
    "repeated directive": ("{ me @skip(if: false) @skip(if: true) { login } }", "The directive '@skip' can only be used once at this location."),
    "unknown directive": ("{ me " + "@a " * 900 + "{ login } }", "Unknown directive '@a'."),
    "incremental": ("{ ... @defer { me { login } } }", "Unknown directive '@defer'."),
    "introspection": ("{ __schema { types { " + "fields { type { " * 5 + "name" + " } }" * 5 + " } } }", "Maximum introspection depth exceeded"),
    "two queries": ("{ me { login } } { me { login } }", WHICH),
    "query and mutation": ("mutation A { signOut { __typename } } query B { me { login } }", WHICH),
    "no operation": ("fragment F on Query { me { login } }", WHICH),
    "a definition": ("type Query { me: Int }", WHICH),
    "surrogate": ('{ pupil(id: "\\ud800") { name } }', "Syntax Error: Invalid Unicode escape sequence: '\\ud800'."),
    "surrogate in braces": ('{ pupil(id: "\\u{D800}") { name } }', "Syntax Error: Invalid Unicode escape sequence: '\\u{D800}'."),
    "integer": ("{ updates(first: 2147483648) { cursor } }", "Int cannot represent non 32-bit signed integer value: 2147483648"),
    "float": ("{ updates(first: 1e999999) { cursor } }", "Int cannot represent non-integer value: 1e999999"),
}
"""Documents and the message of the first error."""


async def test_a_hostile_document_is_refused_before_anything_runs(house: House) -> None:
    """In the GraphQL media type with 400, at most a hundred errors of it are told. Some hold a mutation that would end the session."""
    token = await house.session("parent")
    before = await house.everything()
    for name, (document, message) in REFUSED.items():
        named = {"operationName": "Q"} if "query Q" in document else {}
        headers = {"authorization": f"Bearer {token}", "accept": "application/graphql-response+json"}
        answer = await house.client.post("/graphql", json={"query": document, **named}, headers=headers)
        assert (answer.status_code, list(answer.json())) == (400, ["errors"]), name
        errors = answer.json()["errors"]
        assert {error["extensions"]["code"] for error in errors} == {"BAD_DOCUMENT"}, name
        assert message in {error["message"] for error in errors}, (name, errors)
        assert len(errors) <= 101, name
    assert await house.everything() == before
    assert (await house.ask("{ me { login } }", token=token)).json() == {"data": {"me": {"login": "parent"}}}


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


async def test_aliases_cost_what_they_are_many(house: House) -> None:
    """Eight times as many cost eight times as much; a product of pairs would cost 64 times."""
    units = ("a{}: me {{ login }} ", 20), ("a{}: __typename ", 60), ("a{}: classGroups {{ name }} ", 20), ("... on Query {{ a{}: __typename }} ", 25)
    for unit, few in units:
        small, large = [await cost(house, "{" + "".join(unit.format(number) for number in range(count)) + "}") for count in (few, 8 * few)]
        assert large < 30 * small, unit


async def test_fragments_that_spread_the_next_twice_cost_little(house: House) -> None:
    """Written out, a hundred of them would be 2^100 fields."""
    small, large = [await cost(house, chain(length, "me { login }", twice=True).partition("}")[2].partition("}")[2]) for length in (2, 100)]
    assert large < 100 * small
