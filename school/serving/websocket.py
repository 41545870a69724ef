"""GraphQL subscriptions over WebSocket (graphql-transport-ws): who asks is known before the first operation, and only subscriptions are served."""

import dataclasses
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

import orjson
from graphql import GraphQLError
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketState
from strawberry.asgi import ASGIWebSocketAdapter, GraphQL
from strawberry.exceptions import ConnectionRejectionError, MissingQueryError
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler, Operation
from strawberry.subscriptions.protocols.graphql_transport_ws.types import ErrorMessage
from strawberry.types.execution import ExecutionResult, PreExecutionError
from strawberry.types.graphql import OperationType
from strawberry.types.unset import UNSET

from school.db import is_away
from school.serving import origin
from school.serving.errors import DatabaseAwayError, mask, present
from school.serving.schema import Schema

MOST_SUBSCRIPTIONS = 20
"""The most subscriptions of one socket."""
_LONGEST_REASON = 123
"""Bytes that a close frame has for its reason."""


class Adapter(ASGIWebSocketAdapter):
    """Strawberry's, for a socket of which several operations may find that it is closed."""

    async def send_json(self, message: Mapping[str, object]) -> None:
        """Send, unless we have closed it ourselves meanwhile."""
        if self.ws.application_state is WebSocketState.DISCONNECTED:
            raise WebSocketDisconnected
        await super().send_json(message)

    async def close(self, code: int, reason: str) -> None:
        """Close, once; the reason may repeat what the client sent, at whatever length."""
        if self.ws.application_state is not WebSocketState.DISCONNECTED:
            await super().close(code, reason.encode()[:_LONGEST_REASON].decode(errors="ignore"))


class Handler(BaseGraphQLTransportWSHandler[Any, None]):
    """Strawberry's handler, with errors masked, a context of its own for each operation, and malformed messages refused."""

    async def handle_message(self, message: Any) -> None:
        """A message of the wrong shape closes the socket with 4400, a database that is away with 1013."""
        if not _is_well_formed(message):
            await self.handle_invalid_message("Failed to parse message")
            return
        try:
            await super().handle_message(message)
        except DatabaseAwayError:
            await self._close_for_later()

    async def run_operation(self, operation: Operation[Any, None]) -> None:
        """One subscription, from its start to its completion."""
        context = dataclasses.replace(self.context, _loaders={})
        try:
            stream = await self.schema.stream(
                operation.query, variable_values=operation.variables, context_value=context, operation_name=operation.operation_name,
                allowed_operation_types={OperationType.SUBSCRIPTION},
            )
            await self._relay_results(operation, stream)
            await operation.send_operation_message({"id": operation.id, "type": "complete"})
        except DatabaseAwayError:
            await self._close_for_later()
        except WebSocketDisconnected:
            return  # the client has gone, which is no bug
        except Exception as error:  # noqa: BLE001 - the border of an operation: what is unforeseen is masked and logged
            await _send_errors(operation, [GraphQLError("", original_error=error)])

    async def _close_for_later(self) -> None:
        await self.websocket.close(1013, "Try again later")

    async def _relay_results(self, operation: Operation[Any, None], stream: Any) -> None:
        try:
            async for result in stream:
                if isinstance(result, PreExecutionError):
                    await _send_errors(operation, [_explain(error) for error in result.errors or []])
                    return
                if isinstance(result, ExecutionResult) and result.errors:
                    result.errors = mask(result.errors)
                await operation.send_next(result)
        finally:
            await stream.aclose()


def _is_well_formed(message: Any) -> bool:
    """Whether what is in a message has the types of the protocol."""
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        return False
    if message["type"] not in {"subscribe", "complete"}:
        return True
    payload = {"query": ""} if message["type"] == "complete" else message.get("payload")
    return (
        isinstance(message.get("id"), str) and isinstance(payload, dict) and isinstance(payload.get("query"), str)
        and isinstance(payload.get("variables"), dict | None) and isinstance(payload.get("operationName"), str | None)
    )


def _explain(error: GraphQLError) -> GraphQLError:
    """Strawberry reports some mistakes of the client as exceptions, which `present` would take for bugs."""
    if isinstance(error.original_error, InvalidOperationTypeError):
        return GraphQLError("Only subscriptions are served over WebSocket.")
    if isinstance(error.original_error, CannotGetOperationTypeError | MissingQueryError):
        return GraphQLError("The document does not say which operation to run.")
    return error


async def _send_errors(operation: Operation[Any, None], errors: list[GraphQLError]) -> None:
    payload: Any = present(errors)
    await operation.send_operation_message(ErrorMessage(id=operation.id, type="error", payload=payload))


class Subscriptions(GraphQL[Any, None]):
    """The WebSocket endpoint of a schema. `sign_in` puts the viewer into the context, from the token that the client sent first."""

    graphql_transport_ws_handler_class = Handler
    websocket_adapter_class = Adapter

    def __init__(
        self, schema: Schema, make_context: Callable[[str], Any], sign_in: Callable[[Any, str | None], Awaitable[bool]], origins: tuple[str, ...],
    ) -> None:
        super().__init__(
            schema, graphql_ide=None, allow_queries_via_get=False, subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL,),
            connection_init_wait_timeout=timedelta(seconds=10), max_subscriptions_per_connection=MOST_SUBSCRIPTIONS,
        )
        self.make_context, self.sign_in, self.origins = make_context, sign_in, origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse another site's page before the handshake, then serve."""
        socket = WebSocket(scope, receive, send)
        if not origin.is_allowed(socket.headers, self.origins):
            await socket.close(4403, "Forbidden")
            return
        await super().__call__(scope, receive, send)

    def decode_json(self, data: str | bytes) -> object:
        """orjson refuses what is nested too deeply; Python's reader breaks at it."""
        return orjson.loads(data)

    async def get_context(self, request: Any, response: Any) -> Any:  # noqa: ARG002 - Strawberry's hook
        """The socket's context; nobody is known yet."""
        return self.make_context(request.client.host if request.client else "")

    async def on_ws_connect(self, context: Any) -> Any:
        """The client says who it is; a token that is not valid closes the socket with 4403, a database that is away with 1013."""
        token = (context.connection_params or {}).get("token")
        if token is not None and not isinstance(token, str):
            raise ConnectionRejectionError
        try:
            known = await self.sign_in(context, token)
        except Exception as error:
            if is_away(error):
                raise DatabaseAwayError from error
            raise
        if not known:
            raise ConnectionRejectionError
        return UNSET
