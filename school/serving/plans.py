"""Plans: what lies below a resolver's value is read by code that is made once for a selection; resolvers themselves are graphql-core's.

A plan only knows values that are as their types promise. Whatever else it meets (a null where none may be, a class of its own, anything that raises) it
gives the value back, and graphql-core completes it from its beginning: what is wrong, where, and in which order, is told by nobody else. So a plan must only
read: it makes attributes of objects into dicts, lists and leaves, and calls no resolver.
"""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import Any

from graphql import (
    ExecutionContext,
    FieldNode,
    GraphQLEnumType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
    Node,
    OperationDefinitionNode,
    VariableNode,
)
from graphql.pyutils import Path
from prometheus_client import Counter

from school.serving.plan_writer import Fields, Plan, Split, UnplannedError, Writer

MOST_OPERATIONS = 200
MOST_CONDITIONS = 16
"""Operations whose plans are kept, and combinations of the variables on which @skip and @include depend, of each."""

VALUES = Counter("school_planned_values_total", "Values below a resolver, by how they were completed: by a plan, or given back by one.", ["how"])
PLANNED, GIVEN_BACK = VALUES.labels("planned"), VALUES.labels("given_back")

Key = tuple[Any, ...]


class Plans:
    """The plans of one operation, for one choice of what @skip and @include leave of it. They hold the document by which they are known."""

    def __init__(self, operation: OperationDefinitionNode, fragments: Mapping[str, Node]) -> None:
        self.held = (operation, dict(fragments))
        self.names = sorted({name for node in (operation, *fragments.values()) for name in _conditions(node)})
        self.by_choice: dict[Key, dict[Key, Any]] = {}


class Shelf:
    """The plans of a schema's operations. An operation gets plans when it comes the second time; the least recently used are forgotten."""

    def __init__(self) -> None:
        self._plans: OrderedDict[int, Plans | OperationDefinitionNode] = OrderedDict()

    def find(self, operation: OperationDefinitionNode, fragments: Mapping[str, Node], variables: Mapping[str, Any]) -> dict[Key, Any] | None:
        """Where the plans are, by the type and the nodes of what they complete; None if there are to be none."""
        key = id(operation)
        found = self._plans.get(key)
        if found is None:
            self._plans[key] = operation  # held, so that nothing else gets this id
            if len(self._plans) > MOST_OPERATIONS:
                self._plans.popitem(last=False)
            return None
        self._plans.move_to_end(key)
        if not isinstance(found, Plans):
            found = self._plans[key] = Plans(operation, fragments)
        choice = tuple([variables.get(name) for name in found.names])
        plans = found.by_choice.get(choice)
        if plans is None and len(found.by_choice) < MOST_CONDITIONS:
            plans = found.by_choice[choice] = {}
        return plans


class PlannedExecution(ExecutionContext):
    """graphql-core's execution, which has plans for what needs no resolver."""

    shelf: Shelf

    def __init__(self, *everything: Any, **more: Any) -> None:
        super().__init__(*everything, **more)
        self.plans = self.shelf.find(self.operation, self.fragments, self.variable_values)

    def complete_value(self, return_type: GraphQLOutputType, field_nodes: list[FieldNode], info: Any, path: Path, result: Any) -> Any:
        """By its plan, if it has one and is as promised."""
        if self.plans is None or result is None:
            return super().complete_value(return_type, field_nodes, info, path, result)
        key = (id(return_type), *map(id, field_nodes))
        try:
            plan = self.plans[key]
        except KeyError:
            plan = self.plans[key] = self._plan(return_type, field_nodes)
        if plan is not None:
            try:
                completed = plan(result)
            except Exception:  # noqa: BLE001 - whatever it is, the executor says it
                GIVEN_BACK.inc()
            else:
                PLANNED.inc()
                return completed
        return super().complete_value(return_type, field_nodes, info, path, result)

    def execute_fields(self, parent_type: GraphQLObjectType, source_value: Any, path: Path | None, fields: Fields) -> Any:
        """What needs no resolver by the plan, and the others as ever."""
        split = None if self.plans is None else self._split(self.plans, parent_type, fields)
        if split is None:
            return super().execute_fields(parent_type, source_value, path, fields)
        try:
            results = split.plan(source_value)
        except Exception:  # noqa: BLE001 - as above
            GIVEN_BACK.inc()
            return super().execute_fields(parent_type, source_value, path, fields)
        PLANNED.inc()
        resolved = super().execute_fields(parent_type, source_value, path, split.resolved)
        if isinstance(resolved, dict):
            return results | resolved

        async def update() -> Any:
            return results | await resolved

        return update()

    def _plan(self, return_type: GraphQLOutputType, nodes: list[FieldNode]) -> Plan | None:
        if isinstance(_named(return_type), GraphQLScalarType | GraphQLEnumType) and not _lists(return_type):
            return None  # one leaf: nothing is won
        try:
            return Writer(self).plan(return_type, nodes)
        except UnplannedError:
            return None

    def _split(self, plans: dict[Key, Any], parent_type: GraphQLObjectType, fields: Fields) -> Split | None:
        key = (id(parent_type), *[id(node) for nodes in fields.values() for node in nodes])
        try:
            split: Split | None = plans[key]
        except KeyError:
            split = plans[key] = Writer(self).split(parent_type, fields)
        return split


def _named(kind: Any) -> Any:
    while isinstance(kind, GraphQLNonNull | GraphQLList):
        kind = kind.of_type
    return kind


def _lists(kind: Any) -> bool:
    while isinstance(kind, GraphQLNonNull | GraphQLList):
        if isinstance(kind, GraphQLList):
            return True
        kind = kind.of_type
    return False


def _conditions(node: Node) -> Iterable[str]:
    """The variables on which @skip and @include below this node depend."""
    for key in node.keys:
        value = getattr(node, key, None)
        for one in value if isinstance(value, list | tuple) else (value,):
            if isinstance(one, Node):
                if key == "directives":
                    yield from (argument.value.name.value for argument in getattr(one, "arguments", ()) if isinstance(argument.value, VariableNode))
                else:
                    yield from _conditions(one)

def planned_execution() -> type[PlannedExecution]:
    """The execution of one schema, with its own shelf."""
    return type("PlannedExecution", (PlannedExecution,), {"shelf": Shelf()})
