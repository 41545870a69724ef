"""Queries, compiled whole: the resolvers of the root run side by side, and plans complete what they give.

Whatever is not as promised (an error, a null where none may be, an argument that is refused) is left to graphql-core, which is given what the resolvers of the
root have already found, so that nothing is asked twice: errors, their paths and their order are its own.
"""

import asyncio
from collections.abc import Callable, Mapping
from inspect import isawaitable
from typing import Any, NamedTuple

from graphql import (
    DocumentNode,
    ExecutionContext,
    ExecutionResult,
    GraphQLError,
    GraphQLSchema,
    MiddlewareManager,
    TypeNameMetaFieldDef,
    execute,
)
from graphql.execution.collect_fields import collect_fields
from prometheus_client import Counter

from school.serving.inputs import Arguments, Variables, arguments_of
from school.serving.introspection import key_of
from school.serving.kept import kept_or_made
from school.serving.plan_run import Asked, Info, Plan, RootInfo, Run, Site
from school.serving.plan_writer import UnplannedError, Writer, guarded_resolver, keeping
from school.serving.plans import PlannedExecution

QUERIES = Counter("school_queries_total", "Queries, by how they were executed: kept, compiled, given back to graphql-core, or not compiled at all.", ["how"])
KEPT, COMPILED, GIVEN_BACK, NOT_COMPILED = (QUERIES.labels(how) for how in ("kept", "compiled", "given_back", "not_compiled"))


class Root(NamedTuple):
    """A field of the root: how it is asked for, and how what its resolver gives is completed."""

    key: str
    site: Site
    resolve: Callable[..., Any]
    own: bool
    arguments: Arguments
    complete: Plan
    wanted: Mapping[type, frozenset[str] | None]
    declared: Any
    """What the field declares of itself, where it keeps; else None."""


class Whole(NamedTuple):
    """All of a query."""

    roots: list[Root]
    keeps: bool
    """Whether all that it tells stays the same until something happens."""


class Outcome(NamedTuple):
    """What the resolver of a root's field has given, at once or after a while."""

    value: Any
    error: Exception | None = None
    late: bool = False

    def give(self) -> Any:
        """As the resolver did."""
        if self.late:
            return self._later()
        if self.error is not None:
            raise self.error
        return self.value

    async def _later(self) -> Any:
        if self.error is not None:
            raise self.error
        return self.value


async def answer(
    schema: GraphQLSchema, how: type[PlannedExecution], document: DocumentNode, context: Any, variables: Mapping[str, Any] | None, operation: str | None = None,
) -> ExecutionResult:
    """As graphql-core's `execute`, of a valid document."""
    found = _find(schema, how, document, context, variables or {}, operation)
    if found is None:
        key = key_of(document, variables, operation)
        if (told := how.told.find(key)) is not None:
            KEPT.inc()
            return told
        NOT_COMPILED.inc()
        return await how.told.tell(key, document, lambda: _by_core(schema, how, document, context, variables, operation))
    (roots, keeps), asked = found
    given: dict[str, Outcome] = {}
    run, was_kept = Run(asked), False
    try:
        if keeps:
            data, was_kept = await kept_or_made(
                context, roots, asked.variables, lambda: _persons(roots, asked), lambda: _note(roots, asked), lambda: _resolve(roots, asked, run, given))
        else:
            data = await _resolve(roots, asked, run, given)
    except Exception:  # noqa: BLE001 - whatever it is, the executor says it
        run.abandon()
        GIVEN_BACK.inc()
        return await _by_core(schema, how, document, context, variables, operation, given)
    (KEPT if was_kept else COMPILED).inc()
    return ExecutionResult(data, None)


def _persons(roots: list[Root], asked: Asked) -> set[Any]:
    """About whom is asked."""
    return {person for root in roots for person in root.declared.whose(None, root.arguments(asked.variables))}


def _note(roots: list[Root], asked: Asked) -> None:
    """What stands around the resolvers: their policies, and the record of reads."""
    for root in roots:
        root.declared.check(asked.context.viewer)
        root.declared.note(asked.context, None, root.arguments(asked.variables))


def _find(
    schema: GraphQLSchema, how: type[PlannedExecution], document: DocumentNode, context: Any, variables: Mapping[str, Any], name: str | None,
) -> tuple[Whole, Asked] | None:
    plans = how.shelf.of_document(document, name)
    if plans is None:
        return None
    if plans.coerce is None:
        plans.coerce = Variables(schema, plans.operation).coerce
    values = plans.coerce(variables)
    choice = None if values is None else plans.choice(values)
    if values is None or choice is None:
        return None
    asked = Asked(schema, plans.fragments, plans.operation, values, context)
    if choice.whole is False:
        choice.whole = _compile(asked)
    return None if choice.whole is None else (choice.whole, asked)


def _compile(asked: Asked) -> Whole | None:
    kind, roots = asked.schema.query_type, list[Root]()
    if kind is None:
        return None
    try:
        fields = collect_fields(asked.schema, dict(asked.fragments), asked.variables, kind, asked.operation.selection_set)
        for key, nodes in fields.items():
            name = nodes[0].name.value
            field = TypeNameMetaFieldDef if name == "__typename" else kind.fields.get(name)
            if field is None or field.resolve is None:
                return None  # the schema's own
            writer = Writer(asked.schema, asked.fragments, asked.variables)
            plan, site, own = writer.plan(field.type, nodes), Site(field, nodes, kind), guarded_resolver(field)
            arguments = arguments_of(field, nodes[0], own=own is not None)
            declared = keeping(field) if own is not None and writer.keeps else None
            roots.append(Root(key, site, field.resolve if own is None else own, own is not None, arguments, plan, writer.wanted, declared))
    except (UnplannedError, GraphQLError):
        return None
    return Whole(roots, all(root.declared is not None for root in roots))


async def _resolve(roots: list[Root], asked: Asked, run: Run, given: dict[str, Outcome]) -> dict[str, Any]:
    """The answer; an error of a resolver stands among what was given, and is raised when all have ended."""
    waiting: dict[str, Any] = {}
    failed = False
    for root, named in [(root, root.arguments(asked.variables) if root.site.field.args else {}) for root in roots]:
        try:
            result = root.resolve(None, RootInfo(asked.context, root.wanted) if root.own else Info(asked, root.site), **named)
        except Exception as error:  # noqa: BLE001 - kept for whoever tells it
            failed, given[root.key] = True, Outcome(None, error)
            continue
        if hasattr(result, "__await__"):
            waiting[root.key] = result
            given[root.key] = Outcome(None, late=True)
        else:
            given[root.key] = Outcome(result)
    for key, result in zip(waiting, await asyncio.gather(*waiting.values(), return_exceptions=True), strict=True) if waiting else ():
        if isinstance(result, BaseException) and not isinstance(result, Exception):
            raise result
        failed = failed or isinstance(result, Exception)
        given[key] = Outcome(None, result, late=True) if isinstance(result, Exception) else Outcome(result, late=True)
    if failed:
        raise ValueError("a resolver has failed")
    data = {root.key: root.complete(given[root.key].value, run) for root in roots}
    if run.later:
        await run.finish()
    return data


async def _by_core(
    schema: GraphQLSchema, how: type[ExecutionContext], document: DocumentNode, context: Any, variables: Mapping[str, Any] | None, operation: str | None,
    given: Mapping[str, Outcome] | None = None,
) -> ExecutionResult:
    def again(next_: Callable[..., Any], source: Any, info: Any, **arguments: Any) -> Any:
        if info.path.prev is None and info.path.key in known:
            return known[info.path.key].give()
        return next_(source, info, **arguments)

    known = given or {}
    result = execute(
        schema, document, context_value=context, variable_values=None if variables is None else dict(variables), operation_name=operation,
        execution_context_class=how, middleware=MiddlewareManager(again) if known else None)
    return await result if isawaitable(result) else result
