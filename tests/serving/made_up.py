"""Made-up answers: every resolver of a schema gives values that chance has made of its type, mostly as they are promised, sometimes not.

The same place of the same question has the same value each time, whoever executes it.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from enum import Enum
from inspect import signature
from random import Random
from types import SimpleNamespace
from typing import Any, get_args
from uuid import UUID
from zlib import crc32

from asyncpg.pgproto import pgproto
from graphql import (
    ArgumentNode,
    BooleanValueNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLUnionType,
    InlineFragmentNode,
    NamedTypeNode,
    NameNode,
    NonNullTypeNode,
    OperationDefinitionNode,
    SelectionSetNode,
    TypeInfo,
    TypeInfoVisitor,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    get_named_type,
    is_leaf_type,
    visit,
)

from school.columns import FromRow, OfRow
from school.execution import Loading

LEAVES: dict[str, Callable[[Random], Any]] = {
    "String": lambda chance: chance.choice(["", "Анна", "\u2028", '"', "a" * 20]), "ID": lambda chance: str(chance.randrange(100)),
    "Int": lambda chance: chance.choice([0, -1, 5, 2**31 - 1, -2**31]), "Float": lambda chance: chance.choice([0.0, -1.5, 1e300]),
    "Boolean": lambda chance: chance.random() < 0.5, "Minor": lambda chance: chance.choice([0, 2**53 - 1, -100]),
    "Date": lambda chance: dt.date(2026, 9, chance.randrange(1, 31)), "Time": lambda chance: dt.time(chance.randrange(24), 30),
    "DateTime": lambda chance: dt.datetime(2026, 9, 7, chance.randrange(24), tzinfo=dt.UTC),
}
ODD: tuple[Callable[[], Any], ...] = (
    lambda: None, lambda: None, lambda: 2**31, lambda: float("nan"), lambda: "odd", lambda: ValueError("odd"), object, lambda: [None], tuple, lambda: 1.0,
    lambda: True, lambda: {"id": 1}, lambda: b"odd",
)
"""Values that most types do not promise, and some serialize all the same."""
ARGUMENTS: dict[type, Callable[[Random], Any]] = {
    int: lambda chance: chance.randrange(2**31), UUID: lambda chance: pgproto.UUID(chance.randbytes(16)), bool: LEAVES["Boolean"], str: LEAVES["String"],
    object: LEAVES["Int"], dt.date: LEAVES["Date"], dt.time: LEAVES["Time"], dt.datetime: LEAVES["DateTime"],
}
KNOWN = {"currency": "RUB", "time_zone": "Europe/Moscow", "labels": [[4, "B"]], "other_labels": [[5, "A"]], "steps": [[0, 2**30, 5]]}
"""Columns of which not any value will do."""
NAMES = [NameNode(value=f"v{number}") for number in range(3)]


Place = tuple[Any, ...]


def chance_of(place: Place) -> Random:
    """That of a place."""
    return Random(crc32(repr(place).encode()))  # noqa: S311 - the same chance again


class MadeUp:
    """Values by chance; one in `oddity` is odd, none where that is 0."""

    def __init__(self, schema: GraphQLSchema, seed: int, oddity: int, longest: int = 3) -> None:
        self._schema, self._seed, self.oddity, self._longest = schema, seed, oddity, longest

    def place(self, source: Any, info: GraphQLResolveInfo) -> Place:
        """Of a root's field its path, of a row's the row and the field."""
        row = (info.path.key,) if source is None else (getattr(source, "_place", type(source).__name__), info.field_name)
        return self._seed, *row

    def resolve(self, source: Any, info: GraphQLResolveInfo, **_arguments: Any) -> Any:
        """As a resolver: at once, or after a while, or by a loader."""
        place = self.place(source, info)
        value, how = self.made(place, info.return_type), chance_of((place, "how")).random()
        if isinstance(value, Exception):
            raise value
        if how < 0.5:
            return value
        if how < 0.75:
            return Loading(self, (place, info.return_type))

        async def late() -> Any:
            return value

        return late()

    async def load(self, key: tuple[Place, Any]) -> Any:
        """As a loader."""
        return self.made(*key)

    def made(self, place: Place, kind: Any) -> Any:
        """The value of a place."""
        return self.value(kind, chance_of(place), 0)

    def value(self, kind: Any, chance: Random, depth: int) -> Any:
        """One of this type."""
        if self.oddity and chance.randrange(self.oddity) == 0:
            return chance.choice(ODD)()
        if isinstance(kind, GraphQLNonNull):
            kind = kind.of_type
        elif chance.random() < 0.2 or depth > 6:
            return None
        if isinstance(kind, GraphQLList):
            made = [self.value(kind.of_type, chance, depth + 1) for _ in range(chance.randint(0, self._longest))]
            return made if chance.random() < 0.9 else tuple(made)
        if isinstance(kind, GraphQLScalarType):
            return LEAVES[kind.name](chance)
        if isinstance(kind, GraphQLEnumType):
            members = kind.wrapped_cls  # type: ignore[attr-defined]
            assert issubclass(members, Enum)
            return chance.choice(list(members))
        if isinstance(kind, GraphQLUnionType | GraphQLInterfaceType):
            kind = chance.choice(self._schema.get_possible_types(kind))
        assert isinstance(kind, GraphQLObjectType)
        return self._object(kind, chance, depth)

    def _object(self, kind: GraphQLObjectType, chance: Random, depth: int) -> Any:
        origin = kind.extensions["strawberry-definition"].origin
        made = object.__new__(origin)
        object.__setattr__(made, "_place", chance.random())
        if issubclass(origin, OfRow):
            object.__setattr__(made, "row", self._row(kind, origin, chance, depth))
            return made
        for field in kind.fields.values():
            definition = field.extensions["strawberry-definition"]
            if definition.is_basic_field and not (self.oddity and chance.randrange(20 * self.oddity) == 0):
                object.__setattr__(made, definition.python_name, self.value(field.type, chance, depth + 1))
        return made


    def _row(self, kind: GraphQLObjectType, origin: type, chance: Random, depth: int) -> SimpleNamespace:
        """Columns from which the fields of an object can be made: as what makes them says in its signature; an odd one may be of another kind, or lack."""
        columns: dict[str, Any] = {}
        for field in kind.fields.values():
            of_row = vars(origin).get(field.extensions["strawberry-definition"].python_name)
            if isinstance(of_row, FromRow) and of_row.make is None:
                columns[of_row.columns[0]] = self.value(field.type, chance, depth + 1)
            elif isinstance(of_row, FromRow):
                for name, parameter in zip(of_row.columns, signature(of_row.make).parameters.values(), strict=True):  # type: ignore[arg-type]
                    columns.setdefault(name, KNOWN.get(name) or self._argument(parameter.annotation, chance))
        for name in list(columns):
            if self.oddity and chance.randrange(20 * self.oddity) == 0:
                columns[name] = chance.choice(ODD)()
                if chance.random() < 0.3:
                    del columns[name]
        return SimpleNamespace(**columns)

    def _argument(self, annotation: Any, chance: Random) -> Any:
        kinds = get_args(annotation) or (annotation,)
        if type(None) in kinds and chance.random() < 0.2:
            return None
        kind = next(one for one in kinds if one is not type(None))
        return chance.choice(list(kind)) if issubclass(kind, Enum) else ARGUMENTS[kind](chance)


def take_over(schema: GraphQLSchema, resolve: Callable[..., Any]) -> None:
    """Every resolver of the schema is this one; what is an attribute stays one."""
    for kind in schema.type_map.values():
        if isinstance(kind, GraphQLObjectType):
            for field in kind.fields.values():
                if is_resolved(field):
                    field.resolve = resolve


def is_resolved(field: GraphQLField) -> bool:
    """Whether a resolver finds the value."""
    definition = field.extensions.get("strawberry-definition")
    return definition is not None and not definition.is_basic_field


class _Twist(Visitor):
    """Asks for more, gives conditions, says things twice, and makes fragments of selections."""

    def __init__(self, chance: Random, types: TypeInfo) -> None:
        super().__init__()
        self._chance, self._types = chance, types
        self.fragments: list[FragmentDefinitionNode] = []

    def leave_selection_set(self, node: SelectionSetNode, *_: Any) -> SelectionSetNode:
        """After what is below it."""
        kind, chance, selections = self._types.get_parent_type(), self._chance, list(node.selections)
        if kind is None:
            return node
        if isinstance(kind, GraphQLObjectType) and chance.random() < 0.7:
            selections += [_leaf(name) for name, field in kind.fields.items() if not field.args and is_leaf_type(get_named_type(field.type))]
        selections = [self._condition(one) if chance.random() < 0.15 else one for one in selections]
        if chance.random() < 0.3:
            selections.append(_leaf("__typename", alias="kind"))
        if chance.random() < 0.3:
            selections += chance.sample(selections, 1)
        made = SelectionSetNode(selections=tuple(selections))
        how = chance.random()
        if how < 0.15:
            name = NameNode(value=f"F{len(self.fragments)}")
            on = NamedTypeNode(name=NameNode(value=kind.name))
            self.fragments.append(FragmentDefinitionNode(name=name, type_condition=on, directives=(), selection_set=made, variable_definitions=()))
            return SelectionSetNode(selections=(FragmentSpreadNode(name=name, directives=()), *made.selections[:1]))
        if how < 0.3:
            return SelectionSetNode(selections=(InlineFragmentNode(type_condition=None, directives=(), selection_set=made), *made.selections[-1:]))
        return made

    def _condition(self, node: Any) -> Any:
        value: Any = VariableNode(name=self._chance.choice(NAMES)) if self._chance.random() < 0.7 else BooleanValueNode(value=self._chance.random() < 0.5)
        directive = DirectiveNode(
            name=NameNode(value=self._chance.choice(["skip", "include"])), arguments=(ArgumentNode(name=NameNode(value="if"), value=value),))
        made = type(node)(**{key: getattr(node, key) for key in node.keys if key != "loc"})
        made.directives = (directive,)
        return made


def _leaf(name: str, alias: str | None = None) -> FieldNode:
    return FieldNode(name=NameNode(value=name), alias=NameNode(value=alias) if alias else None, arguments=(), directives=(), selection_set=None)


def twist(schema: GraphQLSchema, document: DocumentNode, chance: Random) -> DocumentNode:
    """The document with fragments, conditions and repetitions; its variables are $v0, $v1 and $v2."""
    types = TypeInfo(schema)
    twisting = _Twist(chance, types)
    operation, = visit(document, TypeInfoVisitor(types, twisting)).definitions
    boolean = NamedTypeNode(name=NameNode(value="Boolean"))
    variables = [
        VariableDefinitionNode(variable=VariableNode(name=name), type=NonNullTypeNode(type=boolean), default_value=None, directives=()) for name in NAMES[:2]]
    variables.append(VariableDefinitionNode(variable=VariableNode(name=NAMES[2]), type=boolean, default_value=BooleanValueNode(value=True), directives=()))
    return DocumentNode(definitions=(
        OperationDefinitionNode(
            operation=operation.operation, name=None, variable_definitions=tuple(variables), directives=(), selection_set=operation.selection_set),
        *twisting.fragments,
    ))


def choices(chance: Random) -> Mapping[str, bool | None]:
    """Values of the variables; of the last, which has a default, there may be none, and it may be null, which is an error where it is met."""
    values: dict[str, bool | None] = {name.value: chance.random() < 0.5 for name in NAMES[:2]}
    return values | chance.choice([{}, {NAMES[2].value: None}, *[{NAMES[2].value: True}, {NAMES[2].value: False}] * 2])
