"""Plans: what lies below a resolver's value is read by code that is made once for a selection.

A plan only knows values that are as their types promise. Whatever else it meets (a null where none may be, a class of its own, anything that raises) it
gives the value back, and graphql-core completes it from its beginning: what is wrong, where, and in which order, is told by nobody else. So a plan must only
read: it makes attributes of objects into dicts, lists and leaves, and calls resolvers of rows, which may be called again.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from graphql import (
    DocumentNode,
    ExecutionContext,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLEnumType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLOutputType,
    GraphQLScalarType,
    Node,
    OperationDefinitionNode,
    OperationType,
    VariableNode,
)
from graphql.pyutils import Path
from prometheus_client import Counter

from school.serving.introspection import Told
from school.serving.plan_run import Asked, Plan, Run
from school.serving.plan_writer import UnplannedError, Writer

MOST_OPERATIONS = 200
MOST_CONDITIONS = 16
"""Operations whose plans are kept, and combinations of the variables on which @skip and @include depend, of each."""

VALUES = Counter("school_planned_values_total", "Values below a resolver, by how they were completed: by a plan, or given back by one.", ["how"])
PLANNED, GIVEN_BACK = VALUES.labels("planned"), VALUES.labels("given_back")

Key = tuple[Any, ...]


class Choice:
    """The plans of one operation for one choice of what @skip and @include leave of it, by the type and the nodes of what they complete.

    `whole` is for what `queries` makes of all of it: False before it has tried, None where it cannot.
    """

    __slots__ = ("by_place", "whole")

    def __init__(self) -> None:
        self.by_place: dict[Key, Plan | None] = {}
        self.whole: Any = False


class Plans:
    """The plans of one operation. `coerce` is for what `queries` makes of its variables."""

    def __init__(self, operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]) -> None:
        self.operation, self.fragments = operation, fragments
        self.names = sorted({name for node in (operation, *fragments.values()) for name in _conditions(node)})
        self.coerce: Callable[[Mapping[str, Any]], dict[str, Any] | None] | None = None
        self._by_choice: dict[Key, Choice] = {}

    def choice(self, variables: Mapping[str, Any]) -> Choice | None:
        """The plans for these conditions; None if there are too many already."""
        key = tuple([variables.get(name) for name in self.names])
        found = self._by_choice.get(key)
        if found is None and len(self._by_choice) < MOST_CONDITIONS:
            found = self._by_choice[key] = Choice()
        return found


class Shelf:
    """The plans of a schema's operations; of more than so many the least recently used are forgotten."""

    def __init__(self, most: int = MOST_OPERATIONS) -> None:
        self._plans: OrderedDict[Key, tuple[Node, Plans]] = OrderedDict()
        self._most = most

    def of_document(self, document: DocumentNode, name: str | None) -> Plans | None:
        """Those of the query of this name, or of the only one; None where there is none, or something else is meant."""
        return self._find((id(document), name), document, lambda: _query(document, name))

    def of_operation(self, operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]) -> Plans | None:
        """Those of an operation of any kind, for what graphql-core executes."""
        return self._find((id(operation), None), operation, lambda: Plans(operation, fragments))

    def _find(self, key: Key, node: Node, make: Callable[[], Plans | None]) -> Plans | None:
        """Kept with the node by which it is known, whose address is not another's meanwhile."""
        known = self._plans.get(key)
        if known is not None:
            self._plans.move_to_end(key)
            return known[1]
        made = make()
        if made is not None:
            self._plans[key] = node, made
            if len(self._plans) > self._most:
                self._plans.popitem(last=False)
        return made


def _query(document: DocumentNode, name: str | None) -> Plans | None:
    operations = [one for one in document.definitions if isinstance(one, OperationDefinitionNode) and name in (None, one.name and one.name.value)]
    if len(operations) != 1 or operations[0].operation is not OperationType.QUERY:
        return None
    return Plans(operations[0], {one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)})


class PlannedExecution(ExecutionContext):
    """graphql-core's execution, which has plans for what lies below resolvers."""

    shelf: Shelf
    told: Told

    def __init__(self, *everything: Any, **more: Any) -> None:
        super().__init__(*everything, **more)
        plans = self.shelf.of_operation(self.operation, self.fragments)
        self._choice = None if plans is None else plans.choice(self.variable_values)

    def complete_value(self, return_type: GraphQLOutputType, field_nodes: list[FieldNode], info: Any, path: Path, result: Any) -> Any:
        """By its plan, if it has one and is as promised."""
        plan = None if self._choice is None or result is None else self._find(self._choice.by_place, return_type, field_nodes)
        if plan is None:
            return super().complete_value(return_type, field_nodes, info, path, result)
        run = Run(Asked(self.schema, self.fragments, self.operation, self.variable_values, self.context_value, self.root_value, self.is_awaitable))
        try:
            completed = plan(result, run)
        except Exception:  # noqa: BLE001 - whatever it is, the executor says it
            return self._give_back(run, return_type, field_nodes, info, path, result)
        if not run.later:
            PLANNED.inc()
            return completed

        async def finish() -> Any:
            try:
                await run.finish()
            except Exception:  # noqa: BLE001 - as above
                returned = self._give_back(run, return_type, field_nodes, info, path, result)
                return await returned if isinstance(returned, Awaitable) else returned
            PLANNED.inc()
            return completed

        return finish()

    def _give_back(self, run: Run, *value: Any) -> Any:
        GIVEN_BACK.inc()
        run.abandon()
        return super().complete_value(*value)

    def _find(self, by_place: dict[Key, Plan | None], return_type: GraphQLOutputType, nodes: list[FieldNode]) -> Plan | None:
        key = (id(return_type), *map(id, nodes))
        try:
            return by_place[key]
        except KeyError:
            found = by_place[key] = self._write(return_type, nodes)
            return found

    def _write(self, return_type: GraphQLOutputType, nodes: list[FieldNode]) -> Plan | None:
        if isinstance(_named(return_type), GraphQLScalarType | GraphQLEnumType) and not _lists(return_type):
            return None  # one leaf: nothing is won
        try:
            return Writer(self.schema, self.fragments, self.variable_values).plan(return_type, nodes)
        except UnplannedError:
            return None


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
    """The execution of one schema, with its own shelf, and what it has told of itself."""
    return type("PlannedExecution", (PlannedExecution,), {"shelf": Shelf(), "told": Told()})
