"""What clients say over WebSocket: which messages have the protocol's shape, and what a subscription asks for."""

from typing import Any

from graphql import GraphQLError
from strawberry.exceptions import MissingQueryError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError

from school.serving.http import Asked, is_well_formed

LONGEST_ID = 128
"""Of an operation, which is repeated in each message about it: clients use numbers or UUIDs."""


def read_payload(message: Any) -> Asked:
    """What a `subscribe` asks for; AttributeError where its payload is no object."""
    payload = message["payload"]
    return Asked(payload.get("query"), payload.get("documentId"), payload.get("variables"), payload.get("operationName"))


def is_welcome(message: Any) -> bool:
    """Whether what is in a message has the types of the protocol."""
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        return False
    if message["type"] == "complete":
        return _is_id(message.get("id"))
    if message["type"] == "subscribe":
        return _is_id(message.get("id")) and isinstance(message.get("payload"), dict) and is_well_formed(read_payload(message))
    return True


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST_ID


def explain(error: GraphQLError) -> GraphQLError:
    """Strawberry reports some mistakes of the client as exceptions, which `present` would take for bugs."""
    if isinstance(error.original_error, InvalidOperationTypeError):
        return GraphQLError("Only subscriptions are served over WebSocket.")
    if isinstance(error.original_error, CannotGetOperationTypeError | MissingQueryError):
        return GraphQLError("The document does not say which operation to run.")
    return error
