"""Documents: parsed, measured and validated once for each text, for clients send the same few all their life."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import DocumentNode, GraphQLError, GraphQLSchema, parse, validate
from graphql.validation import NoFragmentCyclesRule, UniqueFragmentNamesRule

from school.serving.faults import Fault, refuse
from school.serving.limits import Limits, check, check_cost, check_variables, introspects, too_deep

MOST_KEPT = 100
MOST_ERRORS = 5
"""Of one document: who sends more mistakes mends these first."""


class BadDocumentError(Exception):
    """The document cannot run, and nothing has; the errors are for the client."""

    def __init__(self, *errors: GraphQLError) -> None:
        super().__init__(errors[0].message)
        self.errors = list(errors)


@dataclass(frozen=True, slots=True)
class Document:
    """A valid document. `costly` if it depends on the variables whether it is too costly."""

    node: DocumentNode
    costly: bool


class Documents:
    """Reads documents for one schema. `closed`: the schema is not told, neither by introspection nor by suggestions. The least recently used are forgotten."""

    def __init__(self, schema: GraphQLSchema, limits: Limits, *, closed: bool) -> None:
        self.limits, self.closed = limits, closed
        self._schema = schema
        self._kept: OrderedDict[str, Document] = OrderedDict()

    def read(self, text: str, variables: Mapping[str, Any] | None = None) -> DocumentNode:
        """The document, which can run with these variables within the limits; else BadDocumentError."""
        try:
            check_variables(variables, self.limits)
            document = self._kept.get(text) or self._read(text)
            if document.costly:
                check_cost(self._schema, document.node, self.limits, variables or {})
        except GraphQLError as error:
            raise BadDocumentError(error) from None
        self._keep(text, document)
        return document.node

    def recall(self, text: str, variables: Mapping[str, Any] | None = None) -> DocumentNode:
        """As `read`, for what was read a moment ago with these variables."""
        kept = self._kept.get(text)
        return kept.node if kept is not None else self.read(text, variables)

    def _read(self, text: str) -> Document:
        if len(text) > self.limits.characters:
            raise refuse(Fault.TOO_LONG, f"A document may have {self.limits.characters} characters.")
        node = self._parse(text)
        cost = check(self._schema, node, self.limits)
        if self.closed and introspects(node):
            raise refuse(Fault.INTROSPECTION_OFF, "The schema is not told here.")
        # What has a cycle has no figures that would bound the other rules.
        errors = validate(self._schema, node, (UniqueFragmentNamesRule, NoFragmentCyclesRule)) or validate(
            self._schema, node, max_errors=MOST_ERRORS, hide_suggestions=self.closed)
        if errors:
            raise BadDocumentError(*errors[:MOST_ERRORS])
        return Document(node, cost > self.limits.cost)

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
        self._kept[text] = document
        self._kept.move_to_end(text)
        if len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
