"""The document of a question, with all that its answer can show; and what an answer has shown."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_required_argument,
)

from tests.matrix.question import Question

DEEPEST = 9


@cache
def document(schema: GraphQLSchema, question: Question) -> str:
    """The question with all that its answer can show."""
    root = schema.query_type if question.operation == "query" else schema.mutation_type
    assert root is not None
    field = root.fields[question.field]
    head, call = _arguments(field)
    return f"{question.operation}{head} {{ {question.field}{call}{_selection(schema, get_named_type(field.type), ())} }}"


def _arguments(field: GraphQLField) -> tuple[str, str]:
    """Every argument as a variable; those that are not sent have their default."""
    if not field.args:
        return "", ""
    head = ", ".join(f"${name}: {argument.type if is_required_argument(argument) else str(argument.type).rstrip('!')}" for name, argument in field.args.items())
    return f"({head})", f"({', '.join(f'{name}: ${name}' for name in field.args)})"


def _selection(schema: GraphQLSchema, kind: GraphQLNamedType, above: tuple[str, ...]) -> str:
    """All fields of a type, and of theirs, down to a type that is met again. In a union each field has its type's name: the types' fields may differ."""
    if isinstance(kind, GraphQLUnionType | GraphQLInterfaceType):
        parts = [f"... on {one.name} {_fields(schema, one, above, prefix=f'{one.name}__')}" for one in schema.get_possible_types(kind)]
        return f"{{ __typename {' '.join(parts)} }}"
    return _fields(schema, kind, above) if isinstance(kind, GraphQLObjectType) else ""


def _fields(schema: GraphQLSchema, kind: GraphQLObjectType, above: tuple[str, ...], prefix: str = "") -> str:
    if len(above) > DEEPEST:
        return "{ __typename }"
    shown = []
    for name, field in kind.fields.items():
        below = get_named_type(field.type)
        if below.name not in above and below.name != kind.name and not any(is_required_argument(argument) for argument in field.args.values()):
            shown.append(f"{prefix}{name}: {name}{_selection(schema, below, (*above, kind.name))}" if prefix
                         else f"{name}{_selection(schema, below, (*above, kind.name))}")
    return f"{{ __typename {' '.join(shown)} }}"


def things(value: Any) -> Iterator[tuple[str, str, bool]]:
    """Of an answer: each type that it shows, each field of it, and whether that has a value."""
    if isinstance(value, list):
        for one in value:
            yield from things(one)
    elif isinstance(value, dict):
        kind = value.get("__typename")
        for name, below in value.items():
            if kind is not None and name != "__typename":
                yield kind, name.rpartition("__")[2], below is not None
            yield from things(below)
