"""GraphQL subscriptions over WebSocket (graphql-transport-ws): only they are served there, and only to our own pages and to programs."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Hashable, Sequence
from datetime import timedelta
from typing import Any, Protocol

import orjson
import structlog
from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL

from school.db import is_away
from school.serving import origin
from school.serving.errors import DatabaseAwayError
from school.serving.fanout import Renderings
from school.serving.schema import Schema
from school.serving.terms import Terms, Trusted
from school.serving.websocket_connection import Adapter, Handler

SWEEP_SECONDS = 1.5
"""How often sockets are looked at: one whose session has ended is closed within five seconds, its subscriptions' end included."""

LOOK_SECONDS = 15.0
"""How often sockets are looked at that have subscriptions and read what they are sent: the delivery ends those, and only their use has to be noted."""

AT_ONCE = 100
"""Sockets that are looked at in one go: while it lasts nothing is sent."""

_WAITING = "school.waiting"
"""Where a scope has the address for which its socket is counted until it has signed in."""

log = structlog.get_logger("school.serving")


class SignIn(Protocol):
    """Puts the viewer into the context, from the token that the client sent."""

    def __call__(self, context: Any, token: str | None) -> Awaitable[Hashable | None]:
        """By what this client's sockets are counted; None where the token is not valid."""


class Subscriptions(GraphQL[Any, None]):
    """The WebSocket endpoint of a schema. `standing` tells of which contexts the session has not ended."""

    graphql_transport_ws_handler_class = Handler
    websocket_adapter_class = Adapter

    def __init__(
        self, schema: Schema, make_context: Callable[[str, str], Any], sign_in: SignIn, standing: Callable[[Sequence[Any]], Awaitable[Sequence[bool]]],
        trusted: Trusted, terms: Terms,
    ) -> None:
        super().__init__(
            schema, graphql_ide=None, allow_queries_via_get=False, subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL,),
            connection_init_wait_timeout=timedelta(seconds=10), max_subscriptions_per_connection=None,
        )
        self.make_context, self.sign_in, self.standing = make_context, sign_in, standing
        self.documents, self.trusted, self.terms = schema, trusted, terms
        self.renderings = Renderings(schema._schema, self.encode_json, schema.planned)  # noqa: SLF001 - Strawberry has no public name for it
        self._handlers: set[Handler] = set()
        self._by_key: Counter[Hashable] = Counter()
        self._waiting: Counter[str] = Counter()  # sockets that have not said who they are, by address

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve, unless it is another site's page, a cookie of which nobody says from which page it comes, or one too many from an address."""
        reason = self._reason_to_refuse(scope)
        if reason is not None:
            await WebSocket(scope, receive, send).close(*reason)
            return
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._waits_no_more(scope)

    def _reason_to_refuse(self, scope: Scope) -> tuple[int, str] | None:
        """None for a socket that may wait until it has said who it is, and is counted."""
        headers, (address, _) = Headers(scope=scope), scope.get("client") or ("", 0)
        if not origin.is_allowed(headers, self.terms) or (self.terms.cookie.read(headers) is not None and "origin" not in headers):
            return 4403, "Forbidden"
        if self._waiting[address] >= self.terms.waiting:
            return 4429, "Too many connections"
        self._waiting[address] += 1
        scope[_WAITING] = address
        return None

    def _waits_no_more(self, scope: Scope) -> None:
        if (address := scope.pop(_WAITING, None)) is not None:
            self._waiting[address] -= 1
            self._waiting += Counter()  # forgets those of which none is left

    def encode_json(self, data: object) -> str:
        """As text: a message of bytes would be a binary one."""
        return orjson.dumps(data).decode()

    def decode_json(self, data: str | bytes) -> object:
        """orjson refuses what is nested too deeply; Python's reader breaks at it."""
        return orjson.loads(data)

    async def get_context(self, request: Any, response: Any) -> Any:  # noqa: ARG002 - Strawberry's hook
        """The socket's context; nobody is known yet."""
        return self.make_context(request.client.host if request.client else "", request.headers.get("user-agent", ""))

    async def recognise(self, context: Any, token: str | None) -> Hashable | None:
        """As `sign_in`; DatabaseAwayError when it cannot be told."""
        try:
            return await self.sign_in(context, token)
        except Exception as error:
            if is_away(error):
                raise DatabaseAwayError from error
            raise

    def enter(self, handler: Handler) -> bool:
        """Count a socket that has signed in; False where it is one too many."""
        if self._by_key[handler.key] >= self.terms.sockets:
            return False
        self._by_key[handler.key] += 1
        self._handlers.add(handler)
        self._waits_no_more(handler.websocket.ws.scope)
        return True

    def leave(self, handler: Handler) -> None:
        """A socket has gone."""
        if handler in self._handlers:
            self._handlers.remove(handler)
            self._by_key[handler.key] -= 1
            self._by_key += Counter()  # forgets those of which none is left

    async def sweep(self) -> None:
        """Close the sockets that have been idle for too long, and those whose session has ended.

        What is subscribed, the delivery ends, and then the socket is idle; but not where the client has stopped reading. Sockets may go meanwhile.
        """
        now = time.monotonic()
        handlers = [one for one in self._handlers if not one.operations or one.websocket.sending or now - one.looked_at > LOOK_SECONDS]
        for start in range(0, len(handlers), AT_ONCE):
            await self._sweep(handlers[start:start + AT_ONCE])

    async def _sweep(self, handlers: Sequence[Handler]) -> None:
        now = time.monotonic()
        for one in handlers:
            one.looked_at = now
        try:
            standing = await self.standing([handler.context for handler in handlers])
        except Exception as error:
            if not is_away(error):
                raise
            standing = [True] * len(handlers)
        await asyncio.gather(*(
            handler.websocket.close(*reason) for handler, stands in zip(handlers, standing, strict=True)
            if handler in self._handlers and (reason := self._reason_to_close(handler, stands)) is not None))

    def _reason_to_close(self, handler: Handler, stands: bool) -> tuple[int, str] | None:
        if not stands and (not handler.operations or handler.websocket.sending):
            return 4403, "Forbidden"
        if not handler.operations and time.monotonic() - handler.quiet_since > self.terms.idle_seconds:
            return 4408, "Idle"
        return None

    async def watch(self) -> None:
        """Sweep until cancelled. A bug in it is no reason to stop the whole service."""
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            try:
                await self.sweep()
            except Exception:
                log.exception("sockets not swept")
