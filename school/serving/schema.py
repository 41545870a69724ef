"""A Strawberry schema with this service's limits, and without its own logging of documents, which may hold names."""

from collections.abc import Iterator, Mapping
from typing import Any

import strawberry
from graphql import GraphQLError, OperationDefinitionNode
from strawberry.extensions import SchemaExtension
from strawberry.types import ExecutionContext

from school.serving.documents import Documents
from school.serving.limits import Limits
from school.serving.plans import planned_execution


class Schema(strawberry.Schema):
    """As Strawberry's; the caller reads documents first, and presents and logs errors. `closed`: as in production, where the schema is not told."""

    def __init__(
        self, query: type, mutation: type | None = None, subscription: type | None = None, *, closed: bool = False, limits: Limits | None = None, **more: Any,
    ) -> None:
        super().__init__(
            query, mutation, subscription, extensions=[lambda: _Reading(self.documents)], execution_context_class=planned_execution(), **more)
        self.documents = Documents(self._schema, limits or Limits(), closed=closed)

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Nothing here: `serving.errors.present` does it, once."""

    async def read(self, text: str, variables: Mapping[str, Any] | None) -> None:
        """BadDocumentError unless the document can run. An empty one is the executor's matter."""
        if text:
            await self.documents.receive(text, variables)


class _Reading(SchemaExtension):
    """Gives the executor the document as it was read, parsed and validated."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    def on_parse(self) -> Iterator[None]:
        """Instead of parsing."""
        context = self.execution_context
        context.graphql_document = self._documents.recall(context.query or "", context.variables)
        context.validation_rules = ()
        yield

    def on_validate(self) -> Iterator[None]:
        """A document of several operations says which one to run; Strawberry would run the first."""
        context = self.execution_context
        document = context.graphql_document
        operations = sum(isinstance(definition, OperationDefinitionNode) for definition in document.definitions) if document is not None else 0
        if operations > 1 and context._provided_operation_name is None:  # noqa: SLF001 - no public name tells it
            context.pre_execution_errors = [GraphQLError("The document does not say which operation to run.")]
        yield
