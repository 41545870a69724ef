"""Documents: parsed, measured and validated once for each text, for clients send the same few all their life."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import DocumentNode, FieldNode, GraphQLError, GraphQLSchema, OperationDefinitionNode, OperationType, SelectionSetNode, parse, validate
from graphql.language import FragmentSpreadNode
from graphql.validation import NoFragmentCyclesRule, UniqueFragmentNamesRule, ValidationRule

from school.serving.faults import Fault, refuse
from school.serving.limits import Limits, check, check_cost, introspects, too_deep
from school.serving.variables import Use, check_variables, uses_of

MOST_KEPT = 100
MOST_WAITING = 20
"""New documents that wait for their turn; more are refused."""
SHORTEST_PAUSE, LONGEST_PAUSE = 0.25, 4.0
"""After reading one, times as long as it took: the longer the more are waiting, so that four fifths of the time are left to what is known when many come."""
MOST_ERRORS = 5
"""Of one document: who sends more mistakes mends these first."""


class BadDocumentError(Exception):
    """The document cannot run, and nothing has; the errors are for the client."""

    def __init__(self, *errors: GraphQLError) -> None:
        super().__init__(errors[0].message)
        self.errors = list(errors)


class UnconditionalSubscriptionsRule(ValidationRule):
    """A subscription's root has neither @skip nor @include (GraphQL, "Single Root Field"): without its one field there would be nothing to follow."""

    def enter_operation_definition(self, operation: OperationDefinitionNode, *_: Any) -> None:
        """The visitor's hook."""
        if operation.operation is OperationType.SUBSCRIPTION:
            self._look_at(operation.selection_set, set())

    def _look_at(self, selected: SelectionSetNode, seen: set[str]) -> None:
        for selection in selected.selections:
            for directive in selection.directives:
                if directive.name.value in {"skip", "include"}:
                    self.report_error(GraphQLError(f"A subscription's root must not have @{directive.name.value}.", directive))
            if isinstance(selection, FragmentSpreadNode):
                fragment = None if selection.name.value in seen else self.context.get_fragment(selection.name.value)
                seen.add(selection.name.value)
                below = fragment.selection_set if fragment else None
            else:
                below = None if isinstance(selection, FieldNode) else getattr(selection, "selection_set", None)
            if below is not None:
                self._look_at(below, seen)


FIRST_RULES = UniqueFragmentNamesRule, NoFragmentCyclesRule, UnconditionalSubscriptionsRule
"""What has a cycle has no figures that would bound the other rules."""


@dataclass(frozen=True, slots=True)
class Document:
    """A valid document. `costly` if it depends on the variables whether it is too costly."""

    node: DocumentNode
    costly: bool
    uses: Mapping[str, Use]


class Documents:
    """Reads documents for one schema. `closed`: the schema is not told, neither by introspection nor by suggestions.

    The least recently used are forgotten, but not those that are our `own` clients'.
    """

    def __init__(self, schema: GraphQLSchema, limits: Limits, *, closed: bool) -> None:
        self.limits, self.closed = limits, closed
        self.own: frozenset[str] = frozenset()
        self._schema = schema
        self._known: dict[str, Document] = {}
        self._kept: OrderedDict[str, Document] = OrderedDict()
        self._free_at, self._waiting = 0.0, 0

    async def receive(self, text: str, variables: Mapping[str, Any] | None = None) -> DocumentNode:
        """As `read`, for what a client sends. What is not known waits for its turn; TOO_MANY_DOCUMENTS where too many wait."""
        if text in self._kept or text in self.own:
            return self.read(text, variables)
        await self._turn()
        began = time.monotonic()
        try:
            return self.read(text, variables)
        finally:
            now = time.monotonic()
            self._free_at = now + (now - began) * min(SHORTEST_PAUSE + self._waiting, LONGEST_PAUSE)

    async def _turn(self) -> None:
        if self._free_at <= time.monotonic():
            return
        if self._waiting >= MOST_WAITING:
            raise BadDocumentError(refuse(Fault.TOO_MANY_DOCUMENTS, "Too many new documents at once; try again."))
        self._waiting += 1
        try:
            while (pause := self._free_at - time.monotonic()) > 0:  # noqa: ASYNC110 - whoever woke before may have used it up
                await asyncio.sleep(pause)
        finally:
            self._waiting -= 1

    def read(self, text: str, variables: Mapping[str, Any] | None = None) -> DocumentNode:
        """The document, which can run with these variables within the limits; else BadDocumentError."""
        try:
            document = self._find(text) or self._read(text)
            self._keep(text, document)  # before its variables are looked at: who sends bad ones again and again does not have it read again and again
            check_variables(variables, document.uses, self.limits)
            if document.costly:
                check_cost(self._schema, document.node, self.limits, variables or {})
        except GraphQLError as error:
            raise BadDocumentError(error) from None
        return document.node

    def recall(self, text: str, variables: Mapping[str, Any] | None = None) -> DocumentNode:
        """As `read`, for what was read a moment ago with these variables."""
        document = self._find(text)
        return document.node if document is not None else self.read(text, variables)

    def _find(self, text: str) -> Document | None:
        return self._known.get(text) or self._kept.get(text)

    def _read(self, text: str) -> Document:
        if len(text) > self.limits.characters:
            raise refuse(Fault.TOO_LONG, f"A document may have {self.limits.characters} characters.")
        node = self._parse(text)
        cost = check(self._schema, node, self.limits)
        if self.closed and introspects(node):
            raise refuse(Fault.INTROSPECTION_OFF, "The schema is not told here.")
        errors = validate(self._schema, node, FIRST_RULES) or validate(self._schema, node, max_errors=MOST_ERRORS, hide_suggestions=self.closed)
        if errors:
            raise BadDocumentError(*errors[:MOST_ERRORS])
        return Document(node, cost > self.limits.cost, uses_of(node))

    def _parse(self, text: str) -> DocumentNode:
        try:
            return parse(text, max_tokens=self.limits.tokens)
        except GraphQLError as error:
            if "more than" in error.message and "tokens" in error.message:
                raise refuse(Fault.TOO_LONG, f"A document may have {self.limits.tokens} tokens.") from None
            if "nested too deeply" in error.message:
                raise too_deep(self.limits) from None
            raise

    def _keep(self, text: str, document: Document) -> None:
        if text in self.own:
            self._known[text] = document
            return
        self._kept[text] = document
        self._kept.move_to_end(text)
        if len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
