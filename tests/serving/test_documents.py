"""Documents that nobody has sent before take their turn, and those that are known do not wait for them; what no subscription may say at its root."""

import asyncio
import time
from types import SimpleNamespace
from typing import Any

import pytest
import strawberry
from graphql import GraphQLError, build_schema

from school.serving import documents
from school.serving.documents import MOST_KEPT, MOST_WAITING, BadDocumentError, Documents
from school.serving.limits import Limits
from school.serving.schema import Schema

OWN, KEPT, NEW = "query Own { me }", "query Kept { me }", "query New { me }"


@pytest.fixture
def reader() -> Documents:
    """Knows one of our own, and one that somebody has sent."""
    made = Documents(build_schema("type Query { me: Int } type Subscription { count: Int }"), Limits(), closed=False)
    made.own = frozenset({OWN})
    made.read(KEPT)
    return made


async def test_what_is_not_known_waits_and_what_is_known_does_not(reader: Documents) -> None:
    reader._free_at = time.monotonic() + 3600
    waiting = [asyncio.create_task(reader.receive(f"query A{number} {{ me }}")) for number in range(MOST_WAITING)]
    await asyncio.sleep(0)
    for text in (OWN, KEPT):
        assert await reader.receive(text) is reader.recall(text)
    with pytest.raises(BadDocumentError) as refused:
        await reader.receive(NEW)
    assert [error.formatted for error in refused.value.errors] == [
        {"message": "Too many new documents at once; try again.", "extensions": {"code": "TOO_MANY_DOCUMENTS"}}]
    assert [task.done() for task in waiting] == [False] * MOST_WAITING
    assert list(reader._kept) == [KEPT]
    waiting[0].cancel()
    await asyncio.gather(waiting[0], return_exceptions=True)
    last = asyncio.create_task(reader.receive(NEW))
    await asyncio.sleep(0)
    assert not last.done()
    for task in (*waiting, last):
        task.cancel()
    await asyncio.gather(*waiting, last, return_exceptions=True)
    assert reader._waiting == 0


async def test_whoever_has_waited_is_served(reader: Documents) -> None:
    reader._free_at = until = time.monotonic() + 0.02
    nodes = await asyncio.gather(*(reader.receive(f"query A{number} {{ me }}") for number in range(MOST_WAITING)))
    assert time.monotonic() >= until
    assert nodes == [reader.recall(f"query A{number} {{ me }}") for number in range(MOST_WAITING)]


@pytest.mark.parametrize("error", [None, BadDocumentError(GraphQLError("bad"))])
@pytest.mark.parametrize(("others", "pause"), [(0, 0.025), (1, 0.125), (3, 0.325), (4, 0.4), (MOST_WAITING, 0.4)])
async def test_after_reading_there_is_a_pause(
    reader: Documents, monkeypatch: pytest.MonkeyPatch, others: int, pause: float, error: Exception | None,
) -> None:
    """Whether it succeeded or not; it took a tenth of a second, while others wait. What is known needs none."""
    now = 1000.0

    def read(*_: Any) -> None:
        nonlocal now
        now += 0.1
        if error is not None:
            raise error

    monkeypatch.setattr(documents, "time", SimpleNamespace(monotonic=lambda: now))
    monkeypatch.setattr(reader, "read", read)
    reader._waiting = others
    for text in (NEW, KEPT, OWN):
        await asyncio.gather(reader.receive(text), return_exceptions=True)
        assert reader._free_at == pytest.approx(1000.1 + pause)


@pytest.mark.parametrize("own", [True, False])
def test_a_document_is_read_once_whatever_its_variables_are(own: bool) -> None:
    """For a document of ours nobody waits, and its variables are whoever's that sends it."""
    made = Documents(build_schema("type Query { some(first: Int): [Int] more(first: Int): [Some] } type Some { a: Int }"), Limits(cost=20), closed=True)
    text = "query($n: Int, $x: Int) { more(first: $n) { a } some(first: $x) }"
    made.own = frozenset({text} if own else ())
    read: list[str] = []
    parse = made._parse
    made._parse = lambda text: read.append(text) or parse(text)  # type: ignore[func-returns-value,method-assign]
    for variables, code in (({"n": 1, "x": [1] * 3000}, "TOO_MANY_VALUES"), ({"n": 100}, "TOO_COSTLY"), ({"n": 100}, "TOO_COSTLY")):
        with pytest.raises(BadDocumentError) as refused:
            made.read(text, variables)
        assert refused.value.errors[0].extensions == {"code": code}
    made.read(text, {"n": 1})
    assert read == [text]


async def test_what_is_known_is_measured_with_each_one_s_variables() -> None:
    @strawberry.type
    class Some:
        a: int = 1

    @strawberry.type
    class Query:
        @strawberry.field
        def some(self, first: int) -> list[Some]:
            return [Some()] * first

    schema, text = Schema(Query, limits=Limits(cost=20)), "query($n: Int!) { some(first: $n) { a } }"
    for first, codes in ((1, []), (100, ["TOO_COSTLY"]), (100, ["TOO_COSTLY"]), (1, [])):
        result = await schema.execute(text, {"n": first})
        assert [(error.extensions or {}).get("code") for error in result.errors or ()] == codes


def test_our_own_are_never_forgotten(reader: Documents) -> None:
    own, kept = reader.read(OWN), reader.read(KEPT)
    for number in range(MOST_KEPT):
        reader.read(f"query A{number} {{ me }}")
    assert (reader.read(OWN) is own, reader.read(KEPT) is kept, len(reader._kept)) == (True, False, MOST_KEPT)


@pytest.mark.parametrize(("text", "directive", "column"), [
    ("subscription { count @skip(if: true) }", "skip", 22), ("subscription { count @skip(if: false) }", "skip", 22),
    ("subscription { count @include(if: false) }", "include", 22), ("subscription { __typename @skip(if: true) }", "skip", 27),
    ("subscription($a: Boolean!) { count @skip(if: $a) }", "skip", 36), ("subscription { ... @skip(if: true) { count } }", "skip", 20),
    ("subscription { ...F @skip(if: true) } fragment F on Subscription { count }", "skip", 21),
    ("subscription { ...F } fragment F on Subscription { ... { ...G } } fragment G on Subscription { count @include(if: true) }", "include", 102),
    ("query A { me } subscription B { count @skip(if: true) }", "skip", 39),
    ("subscription A { ...F } fragment F on Subscription { ...F count @skip(if: true) }", "skip", 65),
])
def test_a_subscription_does_not_skip_its_field(reader: Documents, text: str, directive: str, column: int) -> None:
    with pytest.raises(BadDocumentError) as refused:
        reader.read(text)
    assert {"message": f"A subscription's root must not have @{directive}.", "locations": [{"line": 1, "column": column}]} in [
        error.formatted for error in refused.value.errors]


@pytest.mark.parametrize("text", ["query { me @skip(if: true) }", "query { ...F } fragment F on Query { me @include(if: false) }", "subscription { count }"])
def test_a_query_may_skip_what_it_likes(reader: Documents, text: str) -> None:
    assert reader.read(text) is reader.recall(text)
