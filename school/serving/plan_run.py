"""One run of plans: what the resolvers of rows are given, and what of theirs has still to be awaited."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from inspect import iscoroutine
from typing import Any, NamedTuple

from graphql import FieldNode, FragmentDefinitionNode, GraphQLField, GraphQLObjectType, GraphQLSchema, OperationDefinitionNode
from graphql.pyutils import Path

from school.execution import Loading

Plan = Callable[..., Any]
"""Completes a value in a run; any exception says that it does not know this one."""
Later = tuple[Any, dict[str, Any], str, Plan]
"""What is awaited, the object and the key where it belongs, and how it is completed."""


class Site(NamedTuple):
    """A field of rows, as a document asks for it."""

    field: GraphQLField
    nodes: list[FieldNode]
    parent: GraphQLObjectType


class Asked(NamedTuple):
    """What all resolvers of one execution have in common."""

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    operation: OperationDefinitionNode
    variables: dict[str, Any]
    context: Any
    root: Any = None
    is_awaitable: Callable[[Any], bool] = lambda value: hasattr(value, "__await__")


class Info:
    """As graphql-core's, for a resolver that is not our own; what is seldom looked at is made then. The path of a row's begins at itself."""

    __slots__ = ("_asked", "_site", "context", "field_name", "field_nodes", "parent_type", "return_type")

    def __init__(self, asked: Asked, site: Site) -> None:
        self._asked, self._site, self.context = asked, site, asked.context
        self.field_nodes, self.parent_type, self.return_type = site.nodes, site.parent, site.field.type
        self.field_name = site.nodes[0].name.value

    def __getattr__(self, name: str) -> Any:
        made = _SELDOM.get(name)
        if made is None:
            raise AttributeError(name)
        return made(self._site, self._asked)


_SELDOM: dict[str, Callable[[Site, Asked], Any]] = {
    "path": lambda site, _: Path(None, (site.nodes[0].alias or site.nodes[0].name).value, site.parent.name),
    "schema": lambda _, asked: asked.schema,
    "fragments": lambda _, asked: dict(asked.fragments),
    "root_value": lambda _, asked: asked.root,
    "operation": lambda _, asked: asked.operation,
    "variable_values": lambda _, asked: dict(asked.variables),
    "is_awaitable": lambda _, asked: asked.is_awaitable,
}


class RootInfo:
    """As `info` for a resolver of the root of our own: the context, and which columns are asked for of the rows that it will find (`school.columns`)."""

    __slots__ = ("context", "wanted")

    def __init__(self, context: Any, wanted: Mapping[type, frozenset[str] | None]) -> None:
        self.context, self.wanted = context, wanted


class Run:
    """As `info` for the resolvers of rows, it has the context."""

    __slots__ = ("_asked", "context", "infos", "later", "made")

    def __init__(self, asked: Asked) -> None:
        self.context, self._asked = asked.context, asked
        self.later: list[Later] = []
        self.made: dict[tuple[Plan, int], tuple[Any, Any]] = {}
        self.infos: dict[int, Info] = {}

    def info(self, number: int, site: Site) -> Info:
        """What a resolver is told that is not our own; kept under the site's number."""
        made = self.infos[number] = Info(self._asked, site)
        return made

    async def finish(self) -> None:
        """Put everything that is awaited into its place; the same thing is loaded and completed once. The first error, when all have ended."""
        while self.later:
            batch, self.later = self.later, []
            found = await settled({awaited: None for awaited, *_ in batch})
            done: dict[tuple[Any, Plan], Any] = {}
            for awaited, place, key, complete in batch:
                known = awaited, complete
                if known not in done:
                    done[known] = complete(found[awaited], self)
                place[key] = done[known]

    def abandon(self) -> None:
        """Nobody will await what is left."""
        for awaited, *_ in self.later:
            if iscoroutine(awaited):
                awaited.close()
        self.later.clear()


async def settled(awaited: Mapping[Awaitable[Any], None]) -> dict[Any, Any]:
    """What each gives, when all have ended; else the first error."""
    waiting = [one.begin() if isinstance(one, Loading) else one for one in awaited]
    if len(waiting) == 1:
        return dict(zip(awaited, [await waiting[0]], strict=True))
    results = await asyncio.gather(*waiting, return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return dict(zip(awaited, results, strict=True))
