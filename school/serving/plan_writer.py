"""Writes plans: the Python source of a function that completes values as a selection wants them, and raises where they are not as their type promises."""

import datetime as dt
from collections.abc import Callable
from enum import Enum
from math import isfinite
from typing import Any

from graphql import (
    ExecutionContext,
    FieldNode,
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLError,
    GraphQLField,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
    GraphQLString,
    GraphQLUnionType,
    Undefined,
)
from graphql.execution.collect_fields import collect_sub_fields
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.field import StrawberryField

Plan = Callable[[Any], Any]
"""Completes a value; any exception says that it does not know this one."""
Fields = dict[str, list[FieldNode]]


class UnplannedError(Exception):
    """A selection with something that only the executor can do."""


class Split:
    """A selection of which resolvers do a part: the plan of the rest, which leaves places for them."""

    __slots__ = ("plan", "resolved")

    def __init__(self, plan: Plan, resolved: Fields) -> None:
        self.plan, self.resolved = plan, resolved


class Writer:
    """Writes the Python source of one plan. Names of the source that are not its own stand in `names`."""

    def __init__(self, execution: ExecutionContext) -> None:
        self.execution = execution
        self.lines: list[str] = []
        self.names: dict[str, Any] = {"Undefined": Undefined, "isfinite": isfinite}
        self._depth = 0

    def plan(self, return_type: GraphQLOutputType, nodes: list[FieldNode]) -> Plan:
        """Of a value of this type; UnplannedError."""
        return self._made(self._value("v", return_type, nodes))

    def split(self, parent_type: GraphQLObjectType, fields: Fields) -> Split | None:
        """Of a selection; None if all of it is a resolver's."""
        parts, resolved = [], Fields()
        for name, nodes in fields.items():
            try:
                parts.append(f"{name!r}: {self._field(parent_type, nodes, 'v')}")
            except UnplannedError:
                parts.append(f"{name!r}: None")
                resolved[name] = nodes
        return Split(self._made("{" + ", ".join(parts) + "}"), resolved) if len(resolved) < len(fields) else None

    def _made(self, expression: str) -> Plan:
        source = "\n".join([*self.lines, "def plan(v):", f"    return {expression}"])
        exec(compile(source, "<plan>", "exec"), self.names)  # noqa: S102 - of our own writing: names come in as values, keys by repr
        plan: Plan = self.names["plan"]
        return plan

    def _name(self, value: Any) -> str:
        name = f"n{len(self.names)}"
        self.names[name] = value
        return name

    def _value(self, of: str, kind: GraphQLOutputType, nodes: list[FieldNode]) -> str:
        """An expression for the completed value of the expression `of`, which is evaluated once."""
        self._depth += 1
        local, required = f"x{self._depth}", isinstance(kind, GraphQLNonNull)
        inner = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
        null = "n_null()" if required else "None"
        self.names["n_null"] = _null
        bound = f"({local} := {of})"
        if isinstance(inner, GraphQLList):
            item = f"i{self._depth}"
            made = f"[{self._value(item, inner.of_type, nodes)} for {item} in {local}]"
            self.names["n_list"] = _list
            return f"({null} if {bound} is None else {made} if {local}.__class__ is list or n_list({local}) else None)"
        if isinstance(inner, GraphQLScalarType | GraphQLEnumType):
            return self._leaf(inner, bound, local, null)
        made = self._abstract(inner, nodes, local) if isinstance(inner, GraphQLUnionType | GraphQLInterfaceType) else f"{self._object(inner, nodes)}({local})"
        return f"({null} if {bound} is None else {made})"

    def _leaf(self, kind: GraphQLScalarType | GraphQLEnumType, bound: str, local: str, null: str) -> str:
        serialize = self._name(_serializer(kind))
        other = f"{null} if {local} is None else {serialize}({local})"
        if kind in (GraphQLString, GraphQLID):
            return f"({local} if {bound}.__class__ is str else {other})"
        if kind is GraphQLBoolean:
            return f"({local} if {bound}.__class__ is bool else {other})"
        if kind is GraphQLInt:
            return f"({local} if {bound}.__class__ is int and -2147483648 <= {local} <= 2147483647 else {other})"
        if kind is GraphQLFloat:
            return f"({local} if {bound}.__class__ is float and isfinite({local}) else {other})"
        if (exact := _iso(kind)) is not None:
            return f"({local}.isoformat() if {bound}.__class__ is {self._name(exact)} else {other})"
        members = getattr(kind, "wrapped_cls", None)
        if isinstance(members, type) and issubclass(members, Enum):
            known = self._name({member: kind.serialize(member) for member in members})
            return f"({known}[{local}] if {bound}.__class__ is {self._name(members)} else {other})"
        return f"({null} if {bound} is None else {serialize}({local}))"

    def _abstract(self, kind: GraphQLUnionType | GraphQLInterfaceType, nodes: list[FieldNode], local: str) -> str:
        if getattr(kind.extensions.get("strawberry-definition"), "resolve_type", None) is not None:
            raise UnplannedError
        by_class = {}
        for member in self.execution.schema.get_possible_types(kind):
            definition = _definition(member)
            if definition.is_graphql_generic or definition.concrete_of is not None:
                raise UnplannedError
            by_class[definition.origin] = self._object(member, nodes)
        table = "{" + ", ".join(f"{self._name(origin)}: {function}" for origin, function in by_class.items()) + "}"
        name = f"u{len(self.lines)}"
        self.lines.append(f"{name} = {table}")
        return f"{name}[{local}.__class__]({local})"

    def _object(self, kind: GraphQLOutputType, nodes: list[FieldNode]) -> str:
        """The name of a function that makes the dict."""
        if not isinstance(kind, GraphQLObjectType):
            raise UnplannedError
        execution = self.execution
        try:
            fields = collect_sub_fields(execution.schema, execution.fragments, execution.variable_values, kind, nodes)
        except GraphQLError:  # a condition that is null, say: an error of each value
            raise UnplannedError from None
        parts = [f"{name!r}: {self._field(kind, selected, 'v')}" for name, selected in fields.items()]
        name = f"o{len(self.lines)}"
        guard = f"    if v.__class__ is not {self._name(_definition(kind).origin)}: n_null()\n" if kind.is_type_of else ""
        if all(selected[0].name.value == "__typename" for selected in fields.values()):  # no attribute is read that an error would not have
            guard += f"    if {self._name(_is_odd)}(v): n_null()\n"
        self.lines.append(f"def {name}(v):\n{guard}    return {{{', '.join(parts)}}}")
        return name

    def _field(self, parent: GraphQLObjectType, nodes: list[FieldNode], of: str) -> str:
        name = nodes[0].name.value
        if name == "__typename":
            return repr(parent.name)
        field = parent.fields.get(name)
        if field is None or nodes[0].arguments:
            raise UnplannedError
        return self._value(f"{of}.{_attribute(field)}", field.type, nodes)


def _attribute(field: GraphQLField) -> str:
    """The attribute that is the field's value; UnplannedError if a resolver finds it."""
    definition = field.extensions.get("strawberry-definition")
    if not isinstance(definition, StrawberryField) or not definition.is_basic_field or definition.default_resolver is not getattr:
        raise UnplannedError
    if not definition.python_name.isidentifier():
        raise UnplannedError
    return definition.python_name


def _definition(kind: GraphQLObjectType) -> StrawberryObjectDefinition:
    definition = kind.extensions.get("strawberry-definition")
    if not isinstance(definition, StrawberryObjectDefinition):
        raise UnplannedError
    return definition


def _serializer(kind: GraphQLScalarType | GraphQLEnumType) -> Plan:
    def serialize(value: Any) -> Any:
        serialized = None if _is_odd(value) else kind.serialize(value)
        return _null() if serialized is None or serialized is Undefined else serialized

    return serialize


def _iso(kind: GraphQLScalarType | GraphQLEnumType) -> type | None:
    """The class whose values this scalar writes as ISO 8601."""
    moment = dt.datetime(2026, 9, 7, 8, 30, 0, 1, dt.UTC)
    value: Any = {"DateTime": moment, "Date": moment.date(), "Time": moment.time()}.get(kind.name)
    return type(value) if value is not None and kind.serialize(value) == value.isoformat() else None


def _is_odd(value: Any) -> bool:
    """Whether the executor would raise it, await it or take it for null."""
    return value is Undefined or isinstance(value, Exception) or hasattr(value, "__await__")


def _null() -> Any:
    raise TypeError("null")


def _list(value: Any) -> bool:
    """Whether it is a tuple; what else may be iterated is the executor's matter."""
    return True if value.__class__ is tuple else bool(_null())
