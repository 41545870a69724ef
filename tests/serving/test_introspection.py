"""What is asked of the schema itself: told as graphql-core tells it, executed once, and beside nothing else."""

from typing import Any

import orjson
import pytest
import strawberry
from graphql import ExecutionContext, GraphQLSchema, execute_sync, get_introspection_query, parse

from school.serving import queries
from school.serving.introspection import MOST_KEPT
from school.serving.plans import PlannedExecution, planned_execution
from school.serving.queries import answer

NAMED = "query($name: String!, $all: Boolean = false) { __type(name: $name) { name fields(includeDeprecated: $all) { name } } }"


@strawberry.type
class Query:
    """One field that is new, one that is not wanted any more."""

    new: int = 1
    old: int = strawberry.field(default=2, deprecation_reason="old")

    @strawberry.field
    def told(self) -> int:
        """Of no schema."""
        return 3


@pytest.fixture
def schema() -> GraphQLSchema:
    return strawberry.Schema(Query)._schema


async def ask(schema: GraphQLSchema, how: type[PlannedExecution], document: Any, variables: dict[str, Any] | None = None, name: str | None = None) -> bool:
    """Whether graphql-core was not asked; it would have said the same."""
    before = queries.NOT_COMPILED._value.get()
    found = await answer(schema, how, document, None, variables, name)
    expected = execute_sync(schema, document, variable_values=variables, operation_name=name, execution_context_class=ExecutionContext)
    assert orjson.dumps(found.data) == orjson.dumps(expected.data)
    assert [str(error) for error in found.errors or ()] == [str(error) for error in expected.errors or ()]
    return bool(queries.NOT_COMPILED._value.get() == before)


async def test_the_same_is_told_again(schema: GraphQLSchema) -> None:
    how, whole, named = planned_execution(), parse(get_introspection_query()), parse(NAMED)
    assert [await ask(schema, how, whole) for _ in range(3)] == [False, True, True]
    assert await ask(schema, how, whole, {"unknown": 1}), "what the document does not name changes nothing"
    for variables in ({"name": "Query"}, {"name": "Query", "all": True}, {"name": "Nothing"}):
        assert [await ask(schema, how, named, variables) for _ in range(2)] == [False, True]
    two = parse("query A { ...F } query B { ... { __schema { queryType { name } } } } fragment F on Query { __typename __type(name: \"Query\") { kind } }")
    assert [await ask(schema, how, two, None, name) for name in "ABAB"] == [False, False, True, True]


async def test_what_is_wrong_or_asks_for_more_is_not_kept(schema: GraphQLSchema) -> None:
    how = planned_execution()
    for text, variables in (
        (NAMED, {"name": None}), ("{ __schema { queryType { name } } told }", None),
        ("{ ...F __typename } fragment F on Query { told __schema { __typename } }", None),
    ):
        document = parse(text)
        assert [await ask(schema, how, document, variables) for _ in range(2)] == [False, False]


async def test_little_is_kept(schema: GraphQLSchema) -> None:
    how, named = planned_execution(), parse(NAMED)
    for number in range(2 * MOST_KEPT):
        assert [await ask(schema, how, named, {"name": name}) for name in ("Query", f"A{number}")] == [number > 0, False]
    assert len(how.told._told) == MOST_KEPT
