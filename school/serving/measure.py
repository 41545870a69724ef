"""What a document would cost: its figures, each fragment's computed once, so that measuring takes time in proportion to what was written."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from graphql import DocumentNode, GraphQLField, GraphQLNamedType, GraphQLSchema, OperationDefinitionNode, SelectionNode, SelectionSetNode, ValueNode
from graphql.language import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    IntValueNode,
    ListTypeNode,
    ListValueNode,
    NonNullTypeNode,
    ObjectValueNode,
    VariableNode,
)
from graphql.type import (
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLObjectType,
    SchemaMetaFieldDef,
    TypeMetaFieldDef,
    get_named_type,
    is_abstract_type,
    is_non_null_type,
)

LONGEST_PAGE = 100
"""The most that a page holds, whatever `first` says."""
LIST = 25
"""How long a list without `first` is taken to be, where nothing else is declared."""
INTROSPECTION = {"__schema": 15_000, "__type": 1_000}
"""What looking at the schema costs as a whole: its answer is always the same, and one of it fits. Its depth is the tools' own."""
INTROSPECTION_DEPTH = 14
"""Levels below `__schema` that are free: as many as the tools' standard query has."""

Definition = OperationDefinitionNode | FragmentDefinitionNode


class DeepError(Exception):
    """Nested more deeply than can be measured."""


class Figures(NamedTuple):
    """Of a selection set, written out: fragments count wherever they are spread. `nesting` counts fields and fragments, `depth` fields alone."""

    depth: int = 0
    nesting: int = 0
    fields: int = 0
    aliases: int = 0
    directives: int = 0
    cost: int = 0

    def __add__(self, other: "Figures") -> "Figures":  # type: ignore[override]
        """Side by side."""
        return Figures(
            max(self.depth, other.depth), max(self.nesting, other.nesting), self.fields + other.fields, self.aliases + other.aliases,
            self.directives + other.directives, self.cost + other.cost,
        )


class Scales:
    """Measures one document. By "Type.field" `bounds` tells how long a list without `first` gets, and `work` what a field costs whatever it answers.

    `variables` are the values that are known.

    A value of `first` that is not known counts as the longest page. `cyclic` is set where a fragment spreads itself: the figures then mean nothing.
    """

    def __init__(
        self, schema: GraphQLSchema, document: DocumentNode, *, deepest: int, bounds: Mapping[str, int], work: Mapping[str, int],
        variables: Mapping[str, Any] | None = None,
    ) -> None:
        self._schema, self._deepest, self._bounds, self._work, self._variables = schema, deepest, bounds, work, variables
        self._fragments = {one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)}
        self._defaults: defaultdict[str, list[ValueNode | None]] = defaultdict(list)
        for variable in (one for each in document.definitions if isinstance(each, OperationDefinitionNode) for one in each.variable_definitions):
            self._defaults[variable.variable.name.value].append(variable.default_value)
        self._measured: dict[str, Figures | None] = {}
        self._roots: dict[str, Counter[str] | None] = {}
        self.cyclic = False

    def measure(self, definition: Definition) -> Figures:
        """The figures of an operation or a fragment; DeepError beyond all measure."""
        if isinstance(definition, OperationDefinitionNode):
            parent: GraphQLNamedType | None = self._schema.get_root_type(definition.operation)
            written = sum(len(variable.directives) for variable in definition.variable_definitions)
            for variable in definition.variable_definitions:
                self._check_type(variable.type)
                self._check_value(variable.default_value)
                self._check_arguments(variable.directives)
        else:
            parent, written = self._schema.get_type(definition.type_condition.name.value), 0
        self._check_arguments(definition.directives)
        found = self._set(definition.selection_set, parent, 1) + Figures(directives=written + len(definition.directives))
        return found._replace(depth=max(0, found.depth - INTROSPECTION_DEPTH)) if parent and parent.name.startswith("__") else found

    def roots(self, selected: SelectionSetNode, level: int = 1) -> Counter[str]:
        """How often each field of the operation's root is asked for."""
        if level > self._deepest:
            raise DeepError
        found: Counter[str] = Counter()
        for selection in selected.selections:
            if isinstance(selection, FieldNode):
                found[selection.name.value] += 1
            elif isinstance(selection, InlineFragmentNode):
                found.update(self.roots(selection.selection_set, level + 1))
            elif isinstance(selection, FragmentSpreadNode):
                found.update(self._roots_of(selection.name.value, level))
        return found

    def pairs(self, definition: Definition) -> int:
        """How many pairs of fields must be compared to know that their answers can be merged. Only for what is small when it is written out."""
        total = 0
        sets: list[list[SelectionSetNode]] = [[definition.selection_set]]
        while sets:
            by_key: defaultdict[str, list[SelectionSetNode | None]] = defaultdict(list)
            for selected in sets.pop():
                self._collect(selected, by_key)
            for nodes in by_key.values():
                total += len(nodes) ** 2
                if below := [node for node in nodes if node is not None]:
                    sets.append(below)
        return total

    def _collect(self, selected: SelectionSetNode, by_key: "defaultdict[str, list[SelectionSetNode | None]]") -> None:
        for selection in selected.selections:
            if isinstance(selection, FieldNode):
                by_key[(selection.alias or selection.name).value].append(selection.selection_set)
            elif isinstance(selection, InlineFragmentNode):
                self._collect(selection.selection_set, by_key)
            elif isinstance(selection, FragmentSpreadNode) and selection.name.value in self._fragments:
                self._collect(self._fragments[selection.name.value].selection_set, by_key)

    def _roots_of(self, name: str, level: int) -> Counter[str]:
        if name not in self._roots:
            self._roots[name] = None
            fragment = self._fragments.get(name)
            self._roots[name] = self.roots(fragment.selection_set, level + 1) if fragment else Counter()
        return self._roots[name] or Counter()

    def _set(self, selected: SelectionSetNode | None, parent: GraphQLNamedType | None, level: int) -> Figures:
        """The figures of a selection set. Of the types that an object can have it has one: their fragments' cost is that of the dearest."""
        if selected is None:
            return Figures()
        if level > self._deepest:
            raise DeepError
        total, apart = Figures(), Counter[str]()
        for selection in selected.selections:
            found, condition = self._selection(selection, parent, level)
            if condition is not None:
                apart[condition] += found.cost
                found = found._replace(cost=0)
            total += found
        return total._replace(cost=total.cost + max(apart.values(), default=0))

    def _selection(self, selection: SelectionNode, parent: GraphQLNamedType | None, level: int) -> tuple[Figures, str | None]:
        """Its figures, and the object type that it is for where the parent may have several."""
        self._check_arguments(selection.directives)
        here = Figures(directives=len(selection.directives))
        if isinstance(selection, FieldNode):
            return here + self._field(selection, parent, level), None
        if isinstance(selection, InlineFragmentNode):
            name = selection.type_condition.name.value if selection.type_condition else None
            kind = self._schema.get_type(name) if name else parent
            found = self._set(selection.selection_set, kind, level + 1)
        else:
            name = selection.name.value  # type: ignore[attr-defined]  # a spread: there is nothing else
            fragment = self._fragments.get(name)
            kind = self._schema.get_type(fragment.type_condition.name.value) if fragment else None
            found = self._fragment(name, fragment, level)
        found = found._replace(nesting=found.nesting + 1)
        return here + found, kind.name if is_abstract_type(parent) and isinstance(kind, GraphQLObjectType) else None

    def _fragment(self, name: str, fragment: FragmentDefinitionNode | None, level: int) -> Figures:
        """One that is not there counts as a field, lest it be spread without end for nothing."""
        if fragment is None:
            return Figures(fields=1, cost=1)
        if name not in self._measured:
            self._measured[name] = None
            self._measured[name] = self._set(fragment.selection_set, self._schema.get_type(fragment.type_condition.name.value), level + 1)
        found = self._measured[name]
        if found is None:
            self.cyclic = True
        return found or Figures()

    def _field(self, field: FieldNode, parent: GraphQLNamedType | None, level: int) -> Figures:
        for argument in field.arguments:
            self._check_value(argument.value)
        known = self._definition(field.name.value, parent)
        below = self._set(field.selection_set, get_named_type(known.type) if known else None, level + 1)
        depth, cost = below.depth, below.cost
        if parent is self._schema.query_type and field.name.value in INTROSPECTION:
            depth, cost = max(0, depth - INTROSPECTION_DEPTH), INTROSPECTION[field.name.value]
        elif known is not None:
            cost *= self._length(field, known, parent)
        cost += 1 + (self._work.get(f"{parent.name}.{field.name.value}", 0) if parent else 0)
        return Figures(depth + 1, below.nesting + 1, below.fields + 1, below.aliases + (field.alias is not None), below.directives, cost)

    def _definition(self, name: str, parent: GraphQLNamedType | None) -> GraphQLField | None:
        if parent is self._schema.query_type and name in INTROSPECTION:
            return SchemaMetaFieldDef if name == "__schema" else TypeMetaFieldDef
        return parent.fields.get(name) if isinstance(parent, GraphQLObjectType | GraphQLInterfaceType) else None

    def _length(self, field: FieldNode, known: GraphQLField, parent: GraphQLNamedType | None) -> int:
        """How often what is below a field is answered. A page's own lists are as long as its `first` says, which was counted there."""
        if "first" in known.args:
            given = next((argument.value for argument in field.arguments if argument.name.value == "first"), None)
            return self._first(given, known.args["first"].default_value)
        name = parent.name if parent else ""
        if not _is_list(known.type) or name.startswith("__") or (name.endswith("Connection") and field.name.value == "edges"):
            return 1
        return self._bounds.get(f"{name}.{field.name.value}", LIST)

    def _first(self, given: ValueNode | None, default: Any) -> int:
        if isinstance(given, VariableNode) and self._variables is not None:
            name = given.name.value
            if name not in self._variables:  # its own default counts, or the argument's; of several operations' the largest
                return max(self._first(one, default) for one in self._defaults.get(name) or [None])
            value = self._variables[name]
        elif isinstance(given, IntValueNode):
            value = int(given.value) if len(given.value) < 10 else LONGEST_PAGE
        else:
            value = default if given is None else LONGEST_PAGE
        return max(1, min(value, LONGEST_PAGE)) if isinstance(value, int) else LONGEST_PAGE

    def _check_arguments(self, directives: Iterable[Any]) -> None:
        for directive in directives:
            for argument in directive.arguments:
                self._check_value(argument.value)

    def _check_value(self, value: ValueNode | None) -> None:
        """DeepError for lists and objects within each other."""
        layer: list[Any] = [value]
        for _ in range(self._deepest):
            layer = [
                below for one in layer if isinstance(one, ListValueNode | ObjectValueNode)
                for below in (one.values if isinstance(one, ListValueNode) else (field.value for field in one.fields))
            ]
            if not layer:
                return
        raise DeepError

    def _check_type(self, kind: Any) -> None:
        for _ in range(self._deepest):
            if not isinstance(kind, ListTypeNode | NonNullTypeNode):
                return
            kind = kind.type
        raise DeepError


def _is_list(kind: Any) -> bool:
    return isinstance(kind.of_type if is_non_null_type(kind) else kind, GraphQLList)
