"""A Strawberry schema with this service's limits, and without its own logging of documents, which may hold names."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

import orjson
import strawberry
from graphql import DocumentNode, GraphQLError, OperationDefinitionNode
from strawberry.extensions import SchemaExtension
from strawberry.types import ExecutionContext, ExecutionResult
from strawberry.types.graphql import OperationType

from school.serving.documents import BadDocumentError, Documents
from school.serving.limits import Limits
from school.serving.plans import planned_execution
from school.serving.queries import answer


class Schema(strawberry.Schema):
    """As Strawberry's; the caller reads documents first, and presents and logs errors. `closed`: as in production, where the schema is not told."""

    def __init__(
        self, query: type, mutation: type | None = None, subscription: type | None = None, *, closed: bool = False, limits: Limits | None = None, **more: Any,
    ) -> None:
        self.planned = planned_execution()
        super().__init__(
            query, mutation, subscription, extensions=[lambda: _Reading(self.documents)], execution_context_class=self.planned, **more)
        self.documents = Documents(self._schema, limits or Limits(), closed=closed)

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Nothing here: `serving.errors.present` does it, once."""

    async def execute(
        self, query: str | None, variable_values: dict[str, Any] | None = None, context_value: Any | None = None, root_value: Any | None = None,
        operation_name: str | None = None, allowed_operation_types: Iterable[OperationType] | None = None, operation_extensions: dict[str, Any] | None = None,
    ) -> ExecutionResult:
        """As `read` and `answer`, of plain values of JSON. `root_value` and `operation_extensions` are Strawberry's, and not used here."""
        del root_value, operation_extensions
        try:
            if query:
                self.documents.read(query, variable_values)
        except BadDocumentError as error:
            return ExecutionResult(data=None, errors=error.errors)
        result = await self.answer(query, variable_values, context_value, operation_name, allowed_operation_types)
        return ExecutionResult(data=orjson.loads(orjson.dumps(result.data)), errors=result.errors)

    async def answer(
        self, text: str | None, variables: dict[str, Any] | None, context: Any, operation: str | None, allowed: Iterable[OperationType] | None = None,
    ) -> ExecutionResult:
        """A query or a mutation. Moments and dates may stand in the data as they are: orjson writes them as GraphQL's scalars have them."""
        try:
            if not text:
                raise _says_not_which()
            document = self.documents.recall(text, variables)
            _check_operation(document, operation, set(allowed or (OperationType.QUERY, OperationType.MUTATION)))
        except BadDocumentError as error:
            return ExecutionResult(data=None, errors=error.errors)
        result = await answer(self._schema, self.planned, document, context, variables, operation)
        return ExecutionResult(data=result.data, errors=result.errors)

    async def read(self, text: str, variables: Mapping[str, Any] | None) -> None:
        """BadDocumentError unless the document can run. An empty one is the executor's matter."""
        if text:
            await self.documents.receive(text, variables)


def _says_not_which() -> BadDocumentError:
    return BadDocumentError(GraphQLError("The document does not say which operation to run."))


def _check_operation(document: DocumentNode, name: str | None, allowed: Collection[OperationType]) -> None:
    """BadDocumentError unless the document says which operation to run, and it may be run here."""
    operations = [one for one in document.definitions if isinstance(one, OperationDefinitionNode)]
    if name is not None:
        operations = [one for one in operations if one.name is not None and one.name.value == name]
    if len(operations) != 1:
        raise _says_not_which()
    if OperationType(operations[0].operation.value) not in allowed:
        raise BadDocumentError(GraphQLError("Subscriptions are served over WebSocket only."))


class _Reading(SchemaExtension):
    """Gives the executor of subscriptions the document as it was read, parsed and validated."""

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
