"""A Strawberry schema with this service's limits and without its own logging of documents, which may hold names."""

from collections.abc import Iterator
from typing import Any

import strawberry
from graphql import GraphQLError, OperationDefinitionNode
from strawberry.extensions import MaxTokensLimiter, SchemaExtension
from strawberry.types import ExecutionContext

MOST_TOKENS = 2000
"""The longest document: more is an attack or a mistake."""


class Schema(strawberry.Schema):
    """As Strawberry's; the caller presents and logs errors."""

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Nothing here: `serving.errors.present` does it, once."""


class OneOperation(SchemaExtension):
    """A document of several operations says which one to run; Strawberry would run the first."""

    def on_validate(self) -> Iterator[None]:
        """Before the rules of the specification, which are then not needed."""
        context = self.execution_context
        document = context.graphql_document
        operations = sum(isinstance(definition, OperationDefinitionNode) for definition in document.definitions) if document is not None else 0
        if operations > 1 and context._provided_operation_name is None:  # noqa: SLF001 - no public name tells it
            context.pre_execution_errors = [GraphQLError("The document does not say which operation to run.")]
        yield


def limits() -> list[Any]:
    """Factories of the extensions that every schema here has."""
    return [lambda: MaxTokensLimiter(MOST_TOKENS), OneOperation]
