"""Fan-out: an event is rendered once for all who asked the same of it, as long as the answer depends on nothing that only some of them may know."""

import sys
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from inspect import isawaitable
from typing import Any, Never

import orjson
from graphql import DocumentNode, ExecutionContext, ExecutionResult, FieldNode, GraphQLSchema, Node, OperationDefinitionNode, VariableNode, execute
from prometheus_client import Counter

MOST_KEPT = 1024
"""Renderings that are kept: two batches of the relay. Whoever comes later has it rendered again."""

MOST_TRIES = 2
"""Of a shared rendering: what the first viewer's own execution has brought may be shared by then."""
MOST_DOCUMENTS = 200
_NAMES: OrderedDict[int, tuple[OperationDefinitionNode, frozenset[str]]] = OrderedDict()

RENDERINGS = Counter("school_renderings_total", "Messages of subscriptions, by rendering: for all, shared, or for one viewer alone.", ["how"])
MADE, SHARED, OWN = RENDERINGS.labels("made"), RENDERINGS.labels("shared"), RENDERINGS.labels("own")


class LookedError(Exception):
    """A resolver has asked who is asking, or what only they may read."""


class Nobody:
    """The context of a shared rendering: it gives what is `shared` by all for whom it is made, and remembers that something else was asked of it."""

    __slots__ = ("looked", "shared")

    def __init__(self, shared: Any) -> None:
        self.shared = shared
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
    key: tuple[str, str | None, str]


def ask(text: str, document: DocumentNode, operation: OperationDefinitionNode, operation_name: str | None, variables: Mapping[str, Any] | None) -> Question:
    """The question of an operation. Arguments of the subscription itself (which children, after which cursor) choose events and are no part of it."""
    given = variables or {}
    told = orjson.dumps({name: given[name] for name in _names_below(document, operation) if name in given}, option=orjson.OPT_SORT_KEYS).decode()
    return Question(document, operation_name, given, (sys.intern(text), operation_name, sys.intern(told)))  # thousands ask the same


@dataclass(slots=True)
class Rendering:
    """An event, held so that nothing else gets its id, and its text, once there is one for all."""

    event: Any
    text: str | None = None
    tries: int = 0


class Renderings:
    """The renderings of a schema's events, as the text of a message's payload; the least recently used are forgotten."""

    def __init__(self, schema: GraphQLSchema, encode: Any, how: type[ExecutionContext] = ExecutionContext) -> None:
        self._schema, self._encode, self._how = schema, encode, how
        self._kept: OrderedDict[tuple[Any, ...], Rendering] = OrderedDict()

    async def render(self, event: Any, question: Question, context: Any) -> str | ExecutionResult:
        """The payload's text where it is the same for all who ask this and may be told the same; else the viewer's own result, which may have errors.

        A context's `shared` is what it has in common with others: equal to theirs, and hashable.
        """
        shared = context.shared
        key = id(event), question.key, shared
        found = self._kept.get(key)
        if found is None:
            found = self._kept[key] = Rendering(event)
            if len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        else:
            self._kept.move_to_end(key)
        if found.text is not None:
            SHARED.inc()
            return found.text
        if found.tries < MOST_TRIES:
            found.tries += 1
            found.text = await self._render_for_all(event, question, shared)
            if found.text is not None:
                MADE.inc()
                return found.text
        OWN.inc()
        return await self._execute(event, question, context)

    async def _render_for_all(self, event: Any, question: Question, shared: Any) -> str | None:
        """None where a resolver looked at the rest of the context, or anything went wrong: then each has their own."""
        nobody = Nobody(shared)
        try:
            result = await self._execute(event, question, nobody)
        except Exception:  # noqa: BLE001 - whatever it is, it is told to each by their own execution
            return None
        if nobody.looked or result.errors:
            return None
        text: str = self._encode({"data": result.data})
        return text

    async def _execute(self, event: Any, question: Question, context: Any) -> ExecutionResult:
        found = execute(
            self._schema, question.document, event, context, dict(question.variables), question.operation_name, execution_context_class=self._how)
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
