"""One WebSocket connection: who is at its other end, its messages, and its subscriptions."""

import asyncio
import dataclasses
import math
import time
from collections.abc import AsyncIterator, Hashable, Mapping
from contextlib import aclosing, suppress
from typing import TYPE_CHECKING, Any

from graphql import DocumentNode, ExecutionResult, GraphQLError, OperationDefinitionNode, create_source_event_stream, get_operation_ast
from graphql import OperationType as GraphQLOperationType
from starlette.websockets import WebSocketDisconnect, WebSocketState
from strawberry.asgi import ASGIWebSocketAdapter
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler, Operation
from strawberry.subscriptions.protocols.graphql_transport_ws.types import ConnectionInitMessage, ErrorMessage, SubscribeMessage
from strawberry.types.graphql import OperationType

from school.serving.documents import BadDocumentError
from school.serving.errors import DatabaseAwayError, mask, present
from school.serving.fanout import Question, ask, follow
from school.serving.faults import Fault, refuse
from school.serving.websocket_messages import explain, is_welcome, read_payload

if TYPE_CHECKING:
    from school.serving.websocket import Subscriptions

_LONGEST_REASON = 123
"""Bytes that a close frame has for its reason."""
_CLOSE_SECONDS = 1.0
"""How long a client that has stopped reading may hold up whoever closes its socket."""


class Adapter(ASGIWebSocketAdapter):
    """Strawberry's, for a socket of which several operations may find that it is closed. `sending`: messages that wait for the client to read."""

    sending = 0

    async def send_json(self, message: Mapping[str, object]) -> None:
        """As `send_text`."""
        await self.send_text(self.view.encode_json(message))  # type: ignore[arg-type]  # ours makes text

    async def send_text(self, text: str) -> None:
        """Send, unless we have closed it ourselves meanwhile."""
        if self.ws.application_state is WebSocketState.DISCONNECTED:
            raise WebSocketDisconnected
        self.sending += 1
        try:
            await self.ws.send_text(text)
        except WebSocketDisconnect as error:
            raise WebSocketDisconnected from error
        finally:
            self.sending -= 1

    async def close(self, code: int, reason: str) -> None:
        """Close, once; the reason may repeat what the client sent, at whatever length. One that has gone, or that the server has closed, is closed."""
        if self.ws.application_state is not WebSocketState.DISCONNECTED:
            with suppress(WebSocketDisconnect, RuntimeError, TimeoutError):
                async with asyncio.timeout(_CLOSE_SECONDS):
                    await super().close(code, reason.encode()[:_LONGEST_REASON].decode(errors="ignore"))


class Handler(BaseGraphQLTransportWSHandler[Any, None]):
    """Strawberry's handler, with errors masked, a context of its own for each operation, and malformed messages refused."""

    view: "Subscriptions"
    websocket: Adapter

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.key: Hashable | None = None
        self.quiet_since = time.monotonic()
        self.looked_at = -math.inf
        self._window, self._messages = 0, 0

    async def shutdown(self) -> None:
        """The socket is gone: make room for another one."""
        self.view.leave(self)
        await super().shutdown()

    async def handle_message(self, message: Any) -> None:
        """A message of the wrong shape closes the socket with 4400, too many of them with 4429, a database that is away with 1013."""
        await asyncio.sleep(0)  # what has come already is handed over without a pause: other clients' turn
        if not self._keeps_pace():
            await self.websocket.close(4429, "Too many messages")
        elif not is_welcome(message):
            await self.handle_invalid_message("Failed to parse message")
        else:
            try:
                await super().handle_message(message)
            except DatabaseAwayError:
                await self._close_for_later()

    def _keeps_pace(self) -> bool:
        second = int(time.monotonic())
        self._window, self._messages = second, (self._messages + 1 if second == self._window else 1)
        return self._messages <= self.view.terms.messages

    async def handle_connection_init(self, message: ConnectionInitMessage) -> None:
        """The client says who it is, or its browser's cookie did: 4403 for what is not valid, 4429 for one socket too many."""
        if self.connection_init_timeout_task:
            self.connection_init_timeout_task.cancel()
            self.connection_init_timeout_task = None  # it would hold what it was cancelled with
        given: Any = message.get("payload")
        payload = {} if given is None else given
        if not isinstance(payload, dict):
            await self.websocket.close(4400, "Invalid connection init payload")
        elif self.connection_init_received:
            await self.websocket.close(4429, "Too many initialisation requests")
        else:
            self.connection_init_received = True
            await self._sign_in(payload.get("token", self.view.terms.cookie.read(self.websocket.ws.headers)))

    async def _sign_in(self, token: Any) -> None:
        self.key = await self.view.recognise(self.context, token) if isinstance(token, str | None) else None
        if self.key is None:
            await self.websocket.close(4403, "Forbidden")
        elif not self.view.enter(self):
            await self.websocket.close(4429, "Too many connections")
        else:
            await self.send_message({"type": "connection_ack"})
            self.connection_acknowledged = True
            self.quiet_since = time.monotonic()

    async def handle_subscribe(self, message: SubscribeMessage) -> None:
        """One subscription too many is refused; the others go on."""
        if self.connection_acknowledged and message["id"] not in self.operations and len(self.operations) >= self.view.terms.subscriptions:
            error = refuse(Fault.TOO_MANY_SUBSCRIPTIONS, f"A socket may have {self.view.terms.subscriptions} subscriptions.")
            await self.send_message(ErrorMessage(id=message["id"], type="error", payload=[error.formatted]))
            return
        asked = read_payload(message)
        message["payload"]["query"] = asked  # type: ignore[typeddict-item]  # Strawberry hands it on to `run_operation` as it is
        await super().handle_subscribe(message)
        message.clear()  # type: ignore[attr-defined]  # or its text would be kept until the next message comes

    async def run_operation(self, operation: Operation[Any, None]) -> None:
        """One subscription, from its start to its completion."""
        context = dataclasses.replace(self.context, _loaders={})
        try:
            question = await self._read(operation)
            if isinstance(question, str):
                await self._refuse(operation, question, context)
            else:
                await self._relay(operation, question, context)
            await operation.send_operation_message({"id": operation.id, "type": "complete"})
        except BadDocumentError as error:
            await self._send_errors(operation, error.errors)
        except DatabaseAwayError:
            await self._close_for_later()
        except WebSocketDisconnected:
            return  # the client has gone, which is no bug
        except Exception as error:  # noqa: BLE001 - the border of an operation: what is unforeseen is masked and logged
            await self._fail(operation, error)
        finally:
            self.quiet_since = time.monotonic()

    async def _read(self, operation: Operation[Any, None]) -> Question | str:
        """What is asked of each event; the document's text where it is no subscription. What the client has sent is held no longer."""
        asked: Any = operation.query
        text = await self.view.trusted.find(asked.text, asked.document_id)
        await self.view.documents.read(text, operation.variables)
        operation.query = ""
        found = self._find_subscription(operation, text)
        return text if found is None else ask(text, *found, operation.operation_name, operation.variables)

    async def _fail(self, operation: Operation[Any, None], error: Exception) -> None:
        try:
            await self._send_errors(operation, [GraphQLError("", original_error=error)])
        except DatabaseAwayError:
            await self._close_for_later()

    async def _close_for_later(self) -> None:
        await self.websocket.close(1013, "Try again later")

    def _find_subscription(self, operation: Operation[Any, None], text: str) -> tuple[DocumentNode, OperationDefinitionNode] | None:
        """The document and which of its operations is meant, if that is clear and it is a subscription."""
        if not text:
            return None
        document = self.view.documents.documents.recall(text, operation.variables)
        found = get_operation_ast(document, operation.operation_name)
        return (document, found) if found is not None and found.operation is GraphQLOperationType.SUBSCRIPTION else None

    async def _refuse(self, operation: Operation[Any, None], text: str, context: Any) -> None:
        """What is no subscription, Strawberry refuses."""
        stream = await self.schema.stream(
            text, variable_values=operation.variables, context_value=context, operation_name=operation.operation_name,
            allowed_operation_types={OperationType.SUBSCRIPTION},
        )
        async with aclosing(stream) as results:
            async for result in results:
                await self._send_errors(operation, [explain(error) for error in result.errors or []])

    async def _relay(self, operation: Operation[Any, None], question: Question, context: Any) -> None:
        """Each event, rendered for all who ask the same, with this operation's id."""
        stream: Any = await create_source_event_stream(
            self.view.documents._schema, question.document, None, context, dict(question.variables), question.operation_name)  # noqa: SLF001 - Strawberry has no public name for it
        if isinstance(stream, ExecutionResult):
            await self._send_errors(operation, [explain(error) for error in stream.errors or []])
            return
        head = f'{{"id": {self.view.encode_json(operation.id)}, "type": "next", "payload": '
        async with aclosing(stream):
            answers = follow(stream, self.view.renderings, question, context)
            while (answer := await self._next(answers)) is not None:
                if isinstance(answer, str):
                    if not operation.completed:
                        await self.websocket.send_text(f"{head}{answer}}}")
                    continue
                if answer.errors:
                    answer.errors = mask(answer.errors, closed=self.view.terms.closed)
                await operation.send_next(answer)  # type: ignore[arg-type]  # it has the same attributes

    async def _next(self, answers: AsyncIterator[str | ExecutionResult]) -> str | ExecutionResult | None:
        """The next answer; a stream that breaks says so in its last one."""
        try:
            return await anext(answers, None)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is masked and logged as any error of an answer
            return ExecutionResult(None, [GraphQLError(str(error), original_error=error)])

    async def _send_errors(self, operation: Operation[Any, None], errors: list[GraphQLError]) -> None:
        payload: Any = present(errors, closed=self.view.terms.closed)
        await operation.send_operation_message(ErrorMessage(id=operation.id, type="error", payload=payload))
