"""What a client sends for variables and arguments, as graphql-core coerces it; the usual is decided once for a document, the rest is graphql-core's."""

from collections.abc import Callable, Mapping
from typing import Any

from graphql import (
    FieldNode,
    GraphQLBoolean,
    GraphQLError,
    GraphQLField,
    GraphQLID,
    GraphQLInt,
    GraphQLNonNull,
    GraphQLSchema,
    GraphQLString,
    OperationDefinitionNode,
    VariableNode,
    type_from_ast,
    value_from_ast,
)
from graphql.execution.values import get_argument_values, get_variable_values

PLAIN: Mapping[Any, type] = {GraphQLString: str, GraphQLID: str, GraphQLBoolean: bool, GraphQLInt: int}
"""Scalars of which a value of this very class is what it is coerced to."""
_WIDEST = 2**31 - 1

Arguments = Callable[[dict[str, Any]], dict[str, Any]]


class Variables:
    """Of one operation."""

    __slots__ = ("_defaults", "_operation", "_plain", "_schema")

    def __init__(self, schema: GraphQLSchema, operation: OperationDefinitionNode) -> None:
        self._schema, self._operation = schema, operation
        self._plain: dict[str, type | None] = {}
        self._defaults: dict[str, Any] = {}
        for one in operation.variable_definitions:
            kind, name = type_from_ast(schema, one.type), one.variable.name.value
            self._plain[name] = PLAIN.get(kind.of_type if isinstance(kind, GraphQLNonNull) else kind)
            if one.default_value is not None and self._plain[name] is not None:
                self._defaults[name] = value_from_ast(one.default_value, kind)  # type: ignore[arg-type]

    def coerce(self, given: Mapping[str, Any]) -> dict[str, Any] | None:
        """The values; None where graphql-core refuses them."""
        values: dict[str, Any] = {}
        for name, plain in self._plain.items():
            value: Any = self._defaults.get(name) if name not in given else given[name]
            if value.__class__ is not plain or (value.__class__ is int and abs(value) > _WIDEST):
                return self._by_core(given)
            values[name] = value
        return values

    def _by_core(self, given: Mapping[str, Any]) -> dict[str, Any] | None:
        coerced = get_variable_values(self._schema, self._operation.variable_definitions, dict(given), max_errors=1)
        return None if isinstance(coerced, list) else coerced


def arguments_of(field: GraphQLField, node: FieldNode, *, own: bool = False) -> Arguments:
    """How a field's arguments are made of an operation's values; the function raises GraphQLError as graphql-core does.

    `own`: by the names that our own resolver has for them.
    """
    names = {name: argument.out_name or name for name, argument in field.args.items()}
    if own:
        written = {name: one.python_name for name, one in zip(field.args, field.extensions["strawberry-definition"].arguments, strict=True)}
        return _renamed(arguments_of(field, node), {names[name]: python for name, python in written.items()})

    def make(values: dict[str, Any]) -> dict[str, Any]:
        return get_argument_values(field, node, values)

    variable = {one.name.value: one.value.name.value for one in node.arguments if isinstance(one.value, VariableNode)}
    rest = FieldNode(name=node.name, arguments=tuple(one for one in node.arguments if one.name.value not in variable), directives=(), selection_set=None)
    others = GraphQLField(field.type, {name: argument for name, argument in field.args.items() if name not in variable})
    try:
        constant = get_argument_values(others, rest, {})
    except GraphQLError:
        return make
    named = [(names[name], value) for name, value in variable.items()]

    def make_quickly(values: dict[str, Any]) -> dict[str, Any]:
        made = dict(constant)
        for name, value in named:
            if values.get(value) is None:
                return make(values)
            made[name] = values[value]
        return made

    return make_quickly


def _renamed(make: Arguments, names: Mapping[str, str]) -> Arguments:
    if all(name == python for name, python in names.items()):
        return make
    return lambda values: {names[name]: value for name, value in make(values).items()}
