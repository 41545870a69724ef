"""Plans answer as graphql-core does, to the byte: whatever is asked of the real schema, and whatever its resolvers give."""

import asyncio
import datetime as dt
import gc
from collections.abc import Awaitable, Callable, Iterator, Mapping
from functools import cache
from inspect import isawaitable
from random import Random
from types import SimpleNamespace
from typing import Any, NamedTuple

import orjson
import pytest
import strawberry
from graphql import (
    DocumentNode,
    ExecutionContext,
    ExecutionResult,
    GraphQLScalarType,
    GraphQLSchema,
    NoUnusedVariablesRule,
    Undefined,
    execute,
    parse,
    print_ast,
    specified_rules,
    validate,
)

from school.schema import people
from school.serving import plans, queries
from school.serving.plan_writer import Writer
from school.serving.plans import PlannedExecution, Shelf, planned_execution
from school.serving.queries import answer
from tests.matrix.generated import texts
from tests.serving.made_up import MadeUp, choices, take_over, twist

pytestmark = pytest.mark.xdist_group("plans")  # the documents are twisted once in a process
ODDITIES = (0, 400, 40, 8)
"""A generated document is twisted so many times; one value in so many of those it is answered with is odd, none where that is 0."""
SOME, MANY = 125, 1_000
"""Generated documents: for a test, where each is twisted in one way, by turns; and in the long run, where each is in all."""
NEVER_AWAITED = pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")
"""graphql-core's own, of what stood beside an error."""
RULES = [rule for rule in specified_rules if rule is not NoUnusedVariablesRule]


How = Callable[[GraphQLSchema, DocumentNode, dict[str, bool | None]], Awaitable[ExecutionResult]]


class Case(NamedTuple):
    """A document, what its variables are at one time and at another, and what its resolvers give."""

    document: DocumentNode
    variables: tuple[Mapping[str, bool | None], ...]
    made_up: MadeUp


class Stand(NamedTuple):
    """The real schema, whose resolvers are the case's."""

    schema: GraphQLSchema
    cases: list[Case]

    async def answers(self, case: Case, how: How) -> list[bytes]:
        """To the document with each of the variables, as they would go over the wire."""
        take_over(self.schema, case.made_up.resolve)
        results = [await how(self.schema, case.document, dict(variables)) for variables in case.variables]
        return [orjson.dumps({"data": one.data, "errors": [error.formatted for error in one.errors or ()]}, default=repr) for one in results]

    async def differs(self, case: Case) -> bool:
        """Whether plans, as soon as there are some, answer otherwise than graphql-core: below its execution, and instead of it."""
        expected = await self.answers(case, by_core(ExecutionContext))
        sides = by_core(planned_execution()), compiled(planned_execution())
        return any([await self.answers(case, how) != expected for how in sides for _ in range(3)])


def by_core(how: type[ExecutionContext]) -> How:
    """Executed by graphql-core."""
    async def execution(schema: GraphQLSchema, document: DocumentNode, variables: dict[str, bool | None]) -> ExecutionResult:
        found = execute(schema, document, variable_values=variables, execution_context_class=how)
        return await found if isawaitable(found) else found

    return execution


def compiled(how: type[PlannedExecution]) -> How:
    """Compiled whole, as soon as that can be."""
    return lambda schema, document, variables: answer(schema, how, document, None, variables)


@cache
def stand(count: int) -> Stand:
    """With so many documents, twisted; what is not valid then is left out."""
    schema, cases = people.__wrapped__()._schema, []
    ways = list(enumerate(ODDITIES))
    for place, (text, seed) in enumerate(texts(people()._schema, count)):
        for number, oddity in ways if count == MANY else [ways[place % len(ways)]]:
            chance = Random(seed + number)  # noqa: S311 - the same chance again
            document = twist(schema, parse(text), chance)
            if not validate(schema, document, RULES):
                cases.append(Case(document, (choices(chance), choices(chance)), MadeUp(schema, seed, oddity)))
    assert len(cases) > 0.9 * count * (len(ODDITIES) if count == MANY else 1)
    return Stand(schema, cases)


def counted() -> list[float]:
    """Values and queries completed by plans, and given back."""
    return [plans.PLANNED._value.get() + queries.COMPILED._value.get(), plans.GIVEN_BACK._value.get() + queries.GIVEN_BACK._value.get()]


@pytest.fixture(autouse=True)
def collected_between_cases() -> Iterator[None]:
    """graphql-core leaves coroutines that nobody awaits. Were they collected while a named tuple is made, which knows no builtins, their warning would fail."""
    gc.disable()
    yield
    gc.collect()
    gc.enable()


async def none_differs(stand: Stand) -> None:
    """And what is as promised is never given back."""
    for number, case in enumerate(stand.cases):
        if number % 20 == 0:
            gc.collect()
        _, given_back = counted()
        assert not await stand.differs(case), print_ast(case.document)
        assert case.made_up.oddity or counted()[1] == given_back
    gc.collect()


@NEVER_AWAITED
async def test_the_answers_are_graphql_core_s() -> None:
    before = counted()
    await none_differs(stand(SOME))
    assert [now - then > SOME for now, then in zip(counted(), before, strict=True)] == [True, True]


@pytest.mark.soak
@NEVER_AWAITED
async def test_many_answers_are() -> None:
    await none_differs(stand(MANY))


@pytest.mark.parametrize(("place", "mutant"), [
    ("plan_run.Run.finish", lambda _run: asyncio.sleep(0)),
    ("plan_writer.refuse_null", lambda: None), ("plan_writer.serializer", lambda _kind: lambda value: value), ("plans._conditions", lambda _node: []),
])
@NEVER_AWAITED
async def test_a_plan_that_is_wrong_is_found_out(monkeypatch: pytest.MonkeyPatch, place: str, mutant: Any) -> None:
    monkeypatch.setattr(f"school.serving.{place}", mutant)
    for case in stand(SOME).cases:
        if await stand(SOME).differs(case):
            gc.collect()
            return
    pytest.fail("no answer differs")


async def test_what_a_failed_query_has_found_is_not_asked_for_again() -> None:
    calls: list[str] = []

    @strawberry.type
    class Query:
        @strawberry.field
        async def good(self) -> int:
            calls.append("good")
            return 1

        @strawberry.field
        async def bad(self) -> int | None:
            calls.append("bad")
            raise ValueError("bad")

        @strawberry.field
        def late(self) -> int:
            calls.append("late")
            return 2

    schema, document = strawberry.Schema(Query)._schema, parse("{ late bad good again: good }")
    how = planned_execution()
    expected = await compiled(how)(schema, document, {})
    calls.clear()
    given_back = queries.GIVEN_BACK._value.get()
    result = await compiled(how)(schema, document, {})
    assert queries.GIVEN_BACK._value.get() == given_back + 1
    assert calls == ["late", "bad", "good", "good"]
    assert result.data == expected.data == {"late": 2, "bad": None, "good": 1, "again": 1}
    assert [error.formatted for error in result.errors or ()] == [error.formatted for error in expected.errors or ()]
    assert [error.path for error in result.errors or ()] == [["bad"]]


@pytest.mark.parametrize("fields", ["told", "kind: __typename", "told kind: __typename", "told own"])
@pytest.mark.parametrize("item", [ValueError("odd"), Undefined, None, SimpleNamespace(own=1)], ids=["error", "undefined", "null", "object"])
async def test_an_item_is_looked_at_where_nothing_of_it_is_read(item: Any, fields: str) -> None:
    @strawberry.type
    class Item:
        own: int

        @strawberry.field
        def told(self) -> int:
            """Found elsewhere."""
            return 1

    @strawberry.type
    class Query:
        @strawberry.field
        async def items(self) -> list[Item | None]:
            return [item]

    schema, document = strawberry.Schema(Query)._schema, parse(f"{{ items {{ {fields} }} }}")
    expected = await by_core(ExecutionContext)(schema, document, {})
    for how in (by_core(planned_execution()), compiled(planned_execution())):
        for _ in range(3):
            result = await how(schema, document, {})
            assert result.data == expected.data
            assert [error.formatted for error in result.errors or ()] == [error.formatted for error in expected.errors or ()]


@pytest.mark.parametrize("value", [
    dt.datetime(1, 1, 1, tzinfo=dt.UTC), dt.datetime(9999, 12, 31, 23, 59, 59, 999_999, dt.UTC), dt.datetime(2026, 9, 7, 8, 30, 0, 10, dt.UTC),
    dt.datetime(2026, 9, 7, 8, 30, tzinfo=dt.UTC).replace(tzinfo=None),
    dt.datetime(2026, 9, 7, 8, 30, tzinfo=dt.timezone(dt.timedelta(hours=-3, minutes=-30))),
    dt.datetime(2026, 9, 7, 8, 30, tzinfo=dt.timezone(dt.timedelta(seconds=7))), dt.datetime(2026, 9, 7, 8, 30, fold=1, tzinfo=dt.UTC),
    dt.date(1, 1, 1), dt.date(2026, 9, 7), dt.time(8, 30), dt.time(8, 30, 1, 20), dt.time(8, 30, tzinfo=dt.UTC),
])
def test_moments_dates_and_times_are_written_as_everywhere(value: dt.datetime | dt.date | dt.time) -> None:
    schema = people()._schema
    name = {dt.datetime: "DateTime", dt.date: "Date", dt.time: "Time"}[type(value)]
    scalar = schema.get_type(name)
    assert isinstance(scalar, GraphQLScalarType)
    assert orjson.dumps(Writer(schema, {}, {}).plan(scalar, [])(value, None)) == orjson.dumps(scalar.serialize(value)) == orjson.dumps(value.isoformat())


def test_a_shelf_holds_as_many_queries_as_it_says() -> None:
    """And nothing beside them: neither one of them twice, nor what has no plans."""
    shelf, documents = Shelf(most=3), [parse(f"{{ a{number}: __typename }}") for number in range(4)]
    first = [shelf.of_document(document, None) for document in documents[:3]]
    assert shelf.of_document(parse("mutation { a }"), None) is shelf.of_document(documents[0], "Another") is None
    assert [shelf.of_document(document, None) for document in documents[:3]] == first
    assert shelf.of_document(documents[3], None) not in first
    assert [shelf.of_document(document, None) for document in documents[1:3]] == first[1:]
    assert shelf.of_document(documents[0], None) not in first
