"""What a client sends for variables and arguments becomes what graphql-core makes of it, by the short way and by the long one."""

from itertools import product
from typing import Any

import pytest
from graphql import FieldNode, GraphQLError, OperationDefinitionNode, build_schema, parse
from graphql.execution.values import get_argument_values, get_variable_values

from school.serving.inputs import Variables, arguments_of

SCHEMA = build_schema("""
    input Point { x: Int!, y: Int = 2 }
    enum Way { IN OUT }
    type Query { f(text: String, id: ID!, number: Int = 5, flag: Boolean, way: Way, points: [Point!], share: Float): Int }
""")
DOCUMENT = """query($text: String, $id: ID!, $number: Int = 7, $flag: Boolean!, $way: Way, $points: [Point!], $share: Float) {
    f(text: $text, id: $id, number: $number, flag: $flag, way: $way, points: $points, share: $share)
    f(id: "x", number: 1, points: [{x: 1}], way: OUT) f(id: $text) f(text: $text, id: $id, number: null)
}"""
GOOD: dict[str, Any] = {"id": "a", "flag": True}
VALUES: dict[str, tuple[Any, ...]] = {
    "text": ("", "Анна", None, 1, True, ["a"]), "id": ("b", 5, 5.5, None, True), "number": (0, 2**31 - 1, -2**31, 2**31, True, 1.0, "1", None),
    "flag": (False, 1, None, "true"), "way": ("IN", "UP", None), "points": ([], [{"x": 1}], {"x": 1}, [{"y": 1}], None), "share": (1, 0.5, "1", None),
}
CASES: list[dict[str, Any]] = [
    {}, GOOD, {**GOOD, "unknown": 1}, *({**GOOD, name: value} for name, values in VALUES.items() for value in values),
    *({**GOOD, "number": number, "text": text} for number, text in product(VALUES["number"], VALUES["text"])),
]


@pytest.mark.parametrize("given", CASES, ids=repr)
def test_inputs_are_what_graphql_core_makes_of_them(given: dict[str, Any]) -> None:
    operation = parse(DOCUMENT).definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    expected = get_variable_values(SCHEMA, operation.variable_definitions, given)
    found = Variables(SCHEMA, operation).coerce(given)
    if isinstance(expected, list):
        assert found is None
        return
    assert found is not None
    assert {name: (type(value), value) for name, value in found.items()} == {name: (type(value), value) for name, value in expected.items()}
    assert SCHEMA.query_type is not None
    field = SCHEMA.query_type.fields["f"]
    for node in operation.selection_set.selections:
        assert isinstance(node, FieldNode)
        assert said(lambda node=node: arguments_of(field, node)(found)) == said(lambda node=node: get_argument_values(field, node, expected))


def said(make: Any) -> Any:
    """The arguments, or how they are refused."""
    try:
        return make()
    except GraphQLError as error:
        return error.message
