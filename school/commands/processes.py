"""The processes that serve: a socket, uvicorn or a task, and a clean end on Ctrl-C and SIGTERM."""

import asyncio
import contextlib
import signal
import socket
import sys
from collections.abc import Callable, Coroutine
from typing import Any

import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from school.commands.start import BAD_SETTING, fail
from school.settings import Settings

HEADER_SECONDS = 10.0
HEADER_BYTES = 64 * 1024
"""How long a request's line and headers may take to come, and how much they may be: uvicorn itself would wait and gather for ever."""
WEBSOCKET_BYTES = 64 * 1024
"""The largest message a client may send over a WebSocket: a document and its variables."""
STALLED_SECONDS = 30
"""How long the other side may leave unread what was sent (Linux, tcp(7)): a connection that is closed would wait for ever to be rid of it."""
BACKLOG = 2048
GRACE_SECONDS = 10
"""How long answers under way are waited for at the end."""


def listen(settings: Settings) -> socket.socket:
    """The bound socket; a port that is taken is told in one line."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    bound = socket.socket(family)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, STALLED_SECONDS * 1000)
    try:
        bound.bind((settings.host, settings.port))
    except OSError as error:
        bound.close()
        raise fail(f"SCHOOL_PORT: cannot listen on {settings.host}, port {settings.port}: {error.strerror}", BAD_SETTING) from None
    bound.set_inheritable(True)
    return bound


class Http(HttpToolsProtocol):
    """uvicorn's, which hangs up where the head of a request does not come to an end: half-open requests would hold the process's sockets and memory."""

    _patience: asyncio.TimerHandle | None = None
    _in_body = False
    _received = 0

    def connection_made(self, transport: Any) -> None:
        """A connection is opened to ask something."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """After an answer, the next request begins with its first byte, or what is left of a body that was refused must come to an end."""
        if self.cycle is None or self.cycle.response_complete:
            self._wait()
        self._received = 0 if self._in_body else self._received + len(data)
        super().data_received(data)
        if not self._in_body and self._received > HEADER_BYTES:
            self.transport.close()

    def on_headers_complete(self) -> None:
        """The head is here; the body has a limit of its own."""
        self._in_body = True
        self._stop_waiting()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The body is here."""
        self._in_body, self._received = False, 0
        super().on_message_complete()

    def _should_upgrade(self) -> bool:
        """The limit of connections holds for WebSockets, too: one that is too many is answered as a request is, with 503."""
        return (self.limit_concurrency is None or len(self.connections) < self.limit_concurrency) and super()._should_upgrade()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is awaited any more."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _wait(self) -> None:
        if self._patience is None:
            self._patience = self.loop.call_later(HEADER_SECONDS, self.transport.close)

    def _stop_waiting(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None


class Socket(WebSocketsSansIOProtocol):
    """uvicorn's, which waits for ever for a client that has stopped reading: to close its socket is to hang up, and so is to give up its pongs."""

    async def send(self, message: Any) -> None:
        """ClientDisconnected also after uvicorn itself has closed the socket: that is no fault of the application."""
        if message["type"] == "websocket.close" and not self.writable.is_set():
            self.transport.abort()
        if self.close_sent:
            raise ClientDisconnected
        await super().send(message)

    def handle_ping(self) -> None:
        """Pongs that nobody reads would fill the memory."""
        if self.writable.is_set():
            super().handle_ping()
        else:
            self.transport.abort()

    def keepalive_timeout(self) -> None:
        """What is still to be written would keep the connection."""
        super().keepalive_timeout()
        self.transport.abort()


class _Server(uvicorn.Server):
    """uvicorn's, which at its end first tells the application to let go of long-polls and streams."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Before uvicorn waits for what is under way."""
        self.config.app.state.close()  # type: ignore[union-attr]
        await super().shutdown(sockets)


def configure(application: Starlette, settings: Settings) -> uvicorn.Config:
    """uvicorn as it serves an application. Only the trusted proxies say on whose behalf they come."""
    return uvicorn.Config(
        application, loop="uvloop", http=Http, ws=Socket, ws_max_size=WEBSOCKET_BYTES, ws_per_message_deflate=False, lifespan="on",
        log_config=None, access_log=False, server_header=False, backlog=BACKLOG, limit_concurrency=settings.connections,
        timeout_graceful_shutdown=GRACE_SECONDS, log_level=settings.log_level,
        proxy_headers=bool(settings.trusted_proxies), forwarded_allow_ips=list(settings.trusted_proxies),
    )


def run_server(application: Starlette, settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM, then exit with 0; with 1 if it could not start."""
    bound = listen(settings)
    server = _Server(configure(application, settings))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # uvicorn ends gracefully, then raises the signal once more for us
    with contextlib.suppress(KeyboardInterrupt):
        server.run(sockets=[bound])
    if not server.started:
        raise fail("the server did not start; its log says why")


def run_task(task: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run until SIGINT or SIGTERM."""

    async def run() -> None:
        running = asyncio.ensure_future(task())
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, running.cancel)
        with contextlib.suppress(asyncio.CancelledError):
            await running

    asyncio.run(run())
