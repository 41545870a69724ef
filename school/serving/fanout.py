"""Fan-out: an event is rendered once for all who asked the same of it, as long as the answer does not depend on who asks."""

from collections import OrderedDict
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from inspect import isawaitable
from typing import Any, Never

import orjson
from graphql import DocumentNode, ExecutionResult, FieldNode, GraphQLSchema, Node, OperationDefinitionNode, VariableNode, execute
from prometheus_client import Counter

MOST_KEPT = 1024
"""Renderings that are kept: two batches of the relay. Whoever comes later has it rendered again."""

MOST_DOCUMENTS = 200
_NAMES: OrderedDict[int, tuple[OperationDefinitionNode, frozenset[str]]] = OrderedDict()

RENDERINGS = Counter("school_renderings_total", "Messages of subscriptions, by rendering: for all, shared, or for one viewer alone.", ["how"])
MADE, SHARED, OWN = RENDERINGS.labels("made"), RENDERINGS.labels("shared"), RENDERINGS.labels("own")


class LookedError(Exception):
    """A resolver has asked who is asking, or what only they may read."""


class Nobody:
    """The context of a shared rendering: it gives nothing, and remembers that something was asked of it."""

    __slots__ = ("looked",)

    def __init__(self) -> None:
        self.looked = False

    def __getattr__(self, name: str) -> Never:
        self.looked = True
        raise LookedError(name)


@dataclass(frozen=True, slots=True)
class Question:
    """What a subscription asks of each event. Those of equal `key` get equal answers, if the answers are the same for everybody."""

    document: DocumentNode
    operation_name: str | None
    variables: Mapping[str, Any]
    key: tuple[str, str | None, bytes]


def ask(text: str, document: DocumentNode, operation: OperationDefinitionNode, operation_name: str | None, variables: Mapping[str, Any] | None) -> Question:
    """The question of an operation. Arguments of the subscription itself (which children, after which cursor) choose events and are no part of it."""
    given = variables or {}
    told = orjson.dumps({name: given[name] for name in _names_below(document, operation) if name in given}, option=orjson.OPT_SORT_KEYS)
    return Question(document, operation_name, given, (text, operation_name, told))


class Renderings:
    """The renderings of a schema's events, as the text of a message's payload; the least recently used are forgotten."""

    def __init__(self, schema: GraphQLSchema, encode: Any) -> None:
        self._schema, self._encode = schema, encode
        self._kept: OrderedDict[tuple[int, tuple[str, str | None, bytes]], tuple[Any, str | None]] = OrderedDict()

    async def render(self, event: Any, question: Question, context: Any) -> str | ExecutionResult:
        """The payload's text where it is the same for all who ask this; else the viewer's own result, which may have errors."""
        key = (id(event), question.key)
        if key in self._kept:
            self._kept.move_to_end(key)
            text = self._kept[key][1]
            if text is not None:
                SHARED.inc()
                return text
        else:
            text = await self._render_for_all(event, question)
            self._kept[key] = (event, text)  # held, so that nothing else gets this id
            if len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
            if text is not None:
                MADE.inc()
                return text
        OWN.inc()
        return await self._execute(event, question, context)

    async def _render_for_all(self, event: Any, question: Question) -> str | None:
        """None where a resolver looked at the context, or anything went wrong: then each has their own."""
        nobody = Nobody()
        try:
            result = await self._execute(event, question, nobody)
        except Exception:  # noqa: BLE001 - whatever it is, it is told to each by their own execution
            return None
        if nobody.looked or result.errors:
            return None
        text: str = self._encode({"data": result.data})
        return text

    async def _execute(self, event: Any, question: Question, context: Any) -> ExecutionResult:
        found = execute(self._schema, question.document, event, context, question.variables, question.operation_name)  # type: ignore[arg-type]
        return await found if isawaitable(found) else found


async def follow(stream: AsyncIterator[Any], renderings: Renderings, question: Question, context: Any) -> AsyncIterator[str | ExecutionResult]:
    """The answers to one subscriber, event by event. What the stream itself raises goes on to the caller."""
    async for event in stream:
        yield await renderings.render(event, question, context)


def _names_below(document: DocumentNode, operation: OperationDefinitionNode) -> frozenset[str]:
    """The variables on which an answer may depend; found once for each document that is kept."""
    found = _NAMES.get(id(operation))
    if found is None:
        names = {name for definition in document.definitions if definition is not operation for name in _variables(definition)} | set(_below(operation))
        found = _NAMES[id(operation)] = operation, frozenset(names)  # held, so that nothing else gets this id
        if len(_NAMES) > MOST_DOCUMENTS:
            _NAMES.popitem(last=False)
    return found[1]


def _below(operation: OperationDefinitionNode) -> Iterator[str]:
    """The variables of an operation, but for those in arguments of its root field."""
    for directive in operation.directives:
        yield from _variables(directive)
    for selection in operation.selection_set.selections:
        if isinstance(selection, FieldNode):
            for node in (*selection.directives, *([selection.selection_set] if selection.selection_set else [])):
                yield from _variables(node)
        else:
            yield from _variables(selection)


def _variables(node: Node) -> Iterator[str]:
    if isinstance(node, VariableNode):
        yield node.name.value
    for key in node.keys:
        value = getattr(node, key, None)
        for one in value if isinstance(value, list | tuple) else (value,):
            if isinstance(one, Node):
                yield from _variables(one)
