"""What a document asks of the schema itself is the same for everybody and always: graphql-core executes it once, and then it is told again."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, Iterator, Mapping
from typing import Any

import orjson
from graphql import DocumentNode, ExecutionResult, FieldNode, FragmentDefinitionNode, OperationDefinitionNode, OperationType, SelectionSetNode
from graphql.language import FragmentSpreadNode

MOST_KEPT = 8
"""Tools send a few queries; an answer to one has 0.6 MB."""
_OF_THE_SCHEMA = frozenset({"__schema", "__type", "__typename"})


class Told:
    """What one schema has told of itself; the least recently asked is forgotten."""

    def __init__(self) -> None:
        self._told: OrderedDict[Hashable, tuple[DocumentNode, bytes]] = OrderedDict()

    def find(self, key: Hashable | None) -> ExecutionResult | None:
        """What was told to the same."""
        known = None if key is None else self._told.get(key)
        if known is None:
            return None
        self._told.move_to_end(key)
        data: Any = orjson.Fragment(known[1])
        return ExecutionResult(data, None)

    async def tell(self, key: Hashable | None, document: DocumentNode, make: Callable[[], Awaitable[ExecutionResult]]) -> ExecutionResult:
        """What is made, kept if it is right and the key says that it always is."""
        result = await make()
        if key is not None and not result.errors:
            self._told[key] = document, orjson.dumps(result.data)  # with the document nothing else gets its id
            if len(self._told) > MOST_KEPT:
                self._told.popitem(last=False)
        return result


def key_of(document: DocumentNode, variables: Mapping[str, Any] | None, operation: str | None) -> Hashable | None:
    """By which an answer of a valid document is known; None where anything else than the schema is asked for."""
    operations = [one for one in document.definitions if isinstance(one, OperationDefinitionNode)]
    if any(one.operation is not OperationType.QUERY for one in operations):
        return None
    fragments = {one.name.value: one.selection_set for one in document.definitions if isinstance(one, FragmentDefinitionNode)}
    if not all(name in _OF_THE_SCHEMA for one in operations for name in _roots(one.selection_set, fragments)):
        return None
    declared = {variable.variable.name.value for one in operations for variable in one.variable_definitions}
    given = {name: value for name, value in (variables or {}).items() if name in declared}  # what else is sent changes nothing
    try:
        return id(document), operation, orjson.dumps(given, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # a value that is not JSON's
        return None


def _roots(selected: SelectionSetNode, fragments: Mapping[str, SelectionSetNode]) -> Iterator[str]:
    for selection in selected.selections:
        if isinstance(selection, FieldNode):
            yield selection.name.value
        else:
            yield from _roots(fragments[selection.name.value] if isinstance(selection, FragmentSpreadNode) else selection.selection_set, fragments)  # type: ignore[attr-defined]  # an inline fragment: there is nothing else
