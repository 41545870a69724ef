"""Writes plans: the Python source of a function that completes values as a selection wants them, and raises where they are not as their type promises."""

import datetime as dt
from collections.abc import Mapping
from enum import Enum
from itertools import count
from math import isfinite
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
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
    GraphQLSchema,
    GraphQLString,
    GraphQLUnionType,
    Undefined,
)
from graphql.execution.collect_fields import collect_sub_fields
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.field import StrawberryField

from school.columns import FromRow, OfRow
from school.ids import Encoder
from school.serving.plan_leaves import check_list, is_odd, refuse_null, serializer, written_as_iso
from school.serving.plan_run import Plan, Site

_NUMBERS = count()
"""Of the places at which resolvers are called that want to be told where they are."""


class UnplannedError(Exception):
    """A selection with something that only the executor can do."""


class Writer:
    """Writes the Python source of one plan. Names of the source that are not its own stand in `names`.

    Every function in it takes a value and the run (`r`) in which it is completed. What a row's resolver gives at once is completed in its place, and what
    has to be awaited is left to the run, with the place in which it belongs.
    """

    def __init__(self, schema: GraphQLSchema, fragments: Mapping[str, FragmentDefinitionNode], variables: Mapping[str, Any]) -> None:
        self.schema, self.fragments, self.variables = schema, dict(fragments), dict(variables)
        self.lines: list[str] = []
        self.wanted: dict[type, frozenset[str] | None] = {}
        self.names: dict[str, Any] = {"Undefined": Undefined, "isfinite": isfinite, "n_null": refuse_null, "n_list": check_list}
        self.keeps = True
        """Whether all resolvers of rows give the same until something happens (`fields.query`)."""
        self._depth = 0

    def plan(self, return_type: GraphQLOutputType, nodes: list[FieldNode]) -> Plan:
        """Of a value of this type; UnplannedError."""
        expression = self._value("v", return_type, nodes)
        source = "\n".join([*self.lines, "def plan(v, r):", f"    return {expression}"])
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
        local = of if of.isidentifier() else f"x{self._depth}"  # what is a variable already needs no other
        required = isinstance(kind, GraphQLNonNull)
        inner = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
        null = "n_null()" if required else "None"
        bound = of if local == of else f"({local} := {of})"
        if isinstance(inner, GraphQLList):
            item = f"i{self._depth}"
            made = f"[{self._value(item, inner.of_type, nodes)} for {item} in {local}]"
            return f"({null} if {bound} is None else {made} if {local}.__class__ is list or n_list({local}) else None)"
        if isinstance(inner, GraphQLScalarType | GraphQLEnumType):
            return self._leaf(inner, bound, local, null)
        if isinstance(inner, GraphQLUnionType | GraphQLInterfaceType):
            made = self._abstract(inner, nodes, local)
        else:
            made = f"{self._object(inner, nodes)}({local}, r)"
        return f"({null} if {bound} is None else {made})"

    def _leaf(self, kind: GraphQLScalarType | GraphQLEnumType, bound: str, local: str, null: str) -> str:
        serialize = self._name(serializer(kind))
        known = self._promised(kind, local)
        if known is None:
            return f"({null} if {bound} is None else {serialize}({local}))"
        condition, expression = known
        return f"({expression} if {condition.replace(local, bound, 1)} else {null} if {local} is None else {serialize}({local}))"

    def _promised(self, kind: GraphQLOutputType, local: str) -> tuple[str, str] | None:
        """When the value in `local` is as this type of leaves promises, and what is written then; None for what has to be asked."""
        if kind in (GraphQLString, GraphQLID):
            return f"{local}.__class__ is str", local
        if kind is GraphQLBoolean:
            return f"{local}.__class__ is bool", local
        if kind is GraphQLInt:
            return f"{local}.__class__ is int and -2147483648 <= {local} <= 2147483647", local
        if kind is GraphQLFloat:
            return f"{local}.__class__ is float and isfinite({local})", local
        if isinstance(kind, GraphQLScalarType | GraphQLEnumType) and (exact := written_as_iso(kind)) is not None:  # left so: orjson writes it, and faster
            plain = {dt.datetime: f" and {local}.tzinfo is {self._name(dt.UTC)}", dt.time: f" and {local}.tzinfo is None"}.get(exact, "")
            return f"{local}.__class__ is {self._name(exact)}{plain}", local
        members = getattr(kind, "wrapped_cls", None)
        if isinstance(kind, GraphQLEnumType) and isinstance(members, type) and issubclass(members, Enum):
            known = self._name({member.name: kind.serialize(member) for member in members})  # an enum's own hash is slow
            return f"{local}.__class__ is {self._name(members)}", f"{known}[{local}._name_]"
        return None

    def _abstract(self, kind: GraphQLUnionType | GraphQLInterfaceType, nodes: list[FieldNode], local: str) -> str:
        if getattr(kind.extensions.get("strawberry-definition"), "resolve_type", None) is not None:
            raise UnplannedError
        by_class = {}
        for member in self.schema.get_possible_types(kind):
            definition = _definition(member)
            if definition.is_graphql_generic or definition.concrete_of is not None:
                raise UnplannedError
            by_class[definition.origin] = self._object(member, nodes)
        table = "{" + ", ".join(f"{self._name(origin)}: {function}" for origin, function in by_class.items()) + "}"
        name = f"u{len(self.lines)}"
        self.lines.append(f"{name} = {table}")
        return f"{name}[{local}.__class__]({local}, r)"

    def _object(self, kind: GraphQLOutputType, nodes: list[FieldNode]) -> str:
        """The name of a function that makes the dict."""
        if not isinstance(kind, GraphQLObjectType):
            raise UnplannedError
        try:
            fields = collect_sub_fields(self.schema, self.fragments, self.variables, kind, nodes)
        except GraphQLError:  # a condition that is null, say: an error of each value
            raise UnplannedError from None
        parts, resolved, is_read = [], [], False
        for key, selected in fields.items():
            resolver = self._resolver(kind, selected)
            is_read = is_read or (resolver is None and selected[0].name.value != "__typename")
            self._want(kind, selected)
            parts.append(f"{key!r}: {'None' if resolver else self._field(kind, selected)}")
            if resolver:
                resolved += self._awaited(key, resolver, kind.fields[selected[0].name.value].type, selected)
        name = f"o{len(self.lines)}"
        head = [f"def {name}(v, r):"]
        if kind.is_type_of:
            head.append(f"    if v.__class__ is not {self._name(_definition(kind).origin)}: n_null()")
        if not is_read:  # no attribute that an error would not have: resolvers may find what they tell elsewhere
            head.append(f"    if {self._name(is_odd)}(v): n_null()")
        made = f"{{{', '.join(parts)}}}"
        definition = kind.extensions.get("strawberry-definition")
        if isinstance(definition, StrawberryObjectDefinition) and issubclass(definition.origin, OfRow):
            head.append("    w = v.row")
        body = [f"    d = {made}", *resolved, "    return d"] if resolved else [f"    return {made}"]
        self.lines.append("\n".join([*head, *body]))
        return name

    def _awaited(self, key: str, resolver: str, kind: GraphQLOutputType, nodes: list[FieldNode]) -> list[str]:
        """Lines that put what a resolver gives into its place."""
        made = f"c{len(self.lines)}"
        self.lines.append("")  # its place among the names
        self.lines.append(f"def {made}(v, r):\n    return {self._value('v', kind, nodes)}")
        later = f"if hasattr(x, '__await__'): r.later.append((x, d, {key!r}, {made}))"
        if not isinstance(getattr(kind, "of_type", kind), GraphQLObjectType):
            condition, expression = self._promised(kind.of_type if isinstance(kind, GraphQLNonNull) else kind, "x") or ("False", "x")
            return [f"    x = {resolver}", f"    if {condition}: d[{key!r}] = {expression}", f"    el{later}", f"    else: d[{key!r}] = {made}(x, r)"]
        # A name stands in many rows: what it is the answer of is made once, and kept with it, so that nothing else gets its id meanwhile.
        return [
            f"    x = {resolver}", f"    k = {made}, id(x)", "    m = r.made.get(k)", f"    if m is not None: d[{key!r}] = m[1]", f"    el{later}",
            f"    else: d[{key!r}] = (r.made.setdefault(k, (x, {made}(x, r))))[1]"]

    def _field(self, parent: GraphQLObjectType, nodes: list[FieldNode]) -> str:
        name = nodes[0].name.value
        if name == "__typename":
            return repr(parent.name)
        field = parent.fields.get(name)
        if field is None or nodes[0].arguments:
            raise UnplannedError
        attribute = _attribute(field)
        of_row = _of_row(parent, attribute)
        if of_row is None:
            return self._value(f"v.{attribute}", field.type, nodes)
        self.keeps = self.keeps and of_row.keeps
        return self._value(self._made(of_row, [f"w.{name}" for name in of_row.columns]), field.type, nodes)

    def _made(self, of_row: FromRow, values: list[str]) -> str:
        if of_row.make is None:
            return values[0]
        if isinstance(of_row.make, Encoder):  # a call costs as much as both look-ups
            return f"{self._name(of_row.make)}[{values[0]}][{values[1]}]"
        return f"{self._name(of_row.make)}({', '.join(values)})"

    def _want(self, parent: GraphQLObjectType, nodes: list[FieldNode]) -> None:
        """Note which columns of its row an object's field reads: all, where that is not known."""
        definition, field = parent.extensions.get("strawberry-definition"), parent.fields.get(nodes[0].name.value)
        if not isinstance(definition, StrawberryObjectDefinition) or field is None:
            return
        of_row = _of_row(parent, _attribute(field)) if _is_attribute(field) else None
        reads = field.extensions["strawberry-definition"].metadata.get("reads") if of_row is None else of_row.columns
        known = self.wanted.get(definition.origin, frozenset())
        self.wanted[definition.origin] = None if reads is None or known is None else known | frozenset(reads)

    def _resolver(self, parent: GraphQLObjectType, nodes: list[FieldNode]) -> str | None:
        """The call of a row's resolver; None for what is no resolver's."""
        field = parent.fields.get(nodes[0].name.value)
        if field is None or _is_attribute(field):
            return None
        if field.args or field.resolve is None:
            raise UnplannedError
        self.keeps = self.keeps and keeping(field) is not None
        own = _own_resolver(field)
        if own is not None:
            return f"{self._name(own)}(v, info=r)"
        number = next(_NUMBERS)
        return f"{self._name(field.resolve)}(v, r.infos.get({number}) or r.info({number}, {self._name(Site(field, nodes, parent))}))"


def _of_row(parent: GraphQLObjectType, attribute: str) -> FromRow | None:
    definition = parent.extensions.get("strawberry-definition")
    found = vars(definition.origin).get(attribute) if isinstance(definition, StrawberryObjectDefinition) else None
    return found if isinstance(found, FromRow) else None


def _is_attribute(field: GraphQLField) -> bool:
    definition = field.extensions.get("strawberry-definition")
    return isinstance(definition, StrawberryField) and definition.is_basic_field and definition.default_resolver is getattr


def _own_resolver(field: GraphQLField) -> Plan | None:
    """The resolver as it is written, where nothing stands around it that would have to be asked first; it wants no more of its info than the context."""
    definition = field.extensions.get("strawberry-definition")
    if not isinstance(definition, StrawberryField) or definition.base_resolver is None or definition.extensions:
        return None
    if getattr(field.resolve, "__module__", "") != "strawberry.schema.schema_converter" or definition.base_resolver.info_parameter is None:
        return None
    own: Any = definition.base_resolver.wrapped_func
    return own if callable(own) else None


def guarded_resolver(field: GraphQLField) -> Plan | None:
    """The resolver of a root's field with the one extension that stands around it, where nothing else of Strawberry's has anything to do for it: its
    arguments are scalars, and of its info it wants no more than the context.
    """
    definition = field.extensions.get("strawberry-definition")
    if not isinstance(definition, StrawberryField) or definition.base_resolver is None or len(definition.extensions) != 1:
        return None
    if getattr(field.resolve, "__module__", "") != "strawberry.schema.schema_converter" or definition.base_resolver.info_parameter is None:
        return None
    if not all(isinstance(getattr(one.type, "of_type", one.type), GraphQLScalarType) for one in field.args.values()):
        return None
    wrapped: Any = definition.base_resolver.wrapped_func
    extension = definition.extensions[0]

    async def call(source: Any, info: Any, **arguments: Any) -> Any:
        return await wrapped(source, info=info, **arguments)

    def resolve(source: Any, info: Any, **arguments: Any) -> Any:
        return extension.resolve_async(call, source, info, **arguments)

    return resolve if definition.is_async else None


def keeping(field: GraphQLField) -> Any:
    """What a resolved field declares, if it says that what it gives may be kept; else None."""
    definition = field.extensions.get("strawberry-definition")
    declared = definition.metadata.get("declared") if isinstance(definition, StrawberryField) else None
    return declared if getattr(declared, "keeps", False) else None


def _attribute(field: GraphQLField) -> str:
    """The attribute that is the field's value; UnplannedError if something else finds it."""
    if not _is_attribute(field) or not field.extensions["strawberry-definition"].python_name.isidentifier():
        raise UnplannedError
    name: str = field.extensions["strawberry-definition"].python_name
    return name


def _definition(kind: GraphQLObjectType) -> StrawberryObjectDefinition:
    definition = kind.extensions.get("strawberry-definition")
    if not isinstance(definition, StrawberryObjectDefinition):
        raise UnplannedError
    return definition
