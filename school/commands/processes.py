"""The processes that serve: a socket, uvicorn or a task, and a clean end on Ctrl-C and SIGTERM."""

import asyncio
import contextlib
import gc
import resource
import signal
import socket
import sys
from collections.abc import Callable, Coroutine
from typing import Any

import structlog
import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from school.commands.start import BAD_SETTING, fail, foreign_level
from school.commands.wire import SLICE, Socket
from school.settings import Settings

HEADER_SECONDS = 10.0
HEADER_BYTES = 64 * 1024
"""How long a request's line and headers may take to come, and how much they may be: uvicorn itself would wait and gather for ever."""
FRAMING = 1
"""Bytes beside the content, such as the lengths of chunks, that each byte of a body may bring along, above HEADER_BYTES: chunks of five bytes and more do."""
PIPELINED = 16
"""Requests that may wait for the answer to the one before them."""
WEBSOCKET_BYTES = 64 * 1024
"""The largest message a client may send over a WebSocket: a document and its variables."""
PING_SECONDS = 50.0
"""How often a WebSocket is pinged, so that no proxy takes it for idle (nginx: after 60 s). That the other side has gone, the kernel notices without it."""
STALLED_SECONDS = 30
"""How long the other side may leave unread what was sent (Linux, tcp(7)): a connection that is closed would wait for ever to be rid of it."""
_KEEPALIVE = {"TCP_KEEPIDLE": 30, "TCP_KEEPINTVL": 10, "TCP_KEEPCNT": 3}
"""Seconds and probes after which one that has gone without a word is noticed, where nothing is to be sent."""
BACKLOG = 2048
SPARE_FILES = 100
"""Files that a process has open beside its connections, those to the database among them."""
GRACE_SECONDS = 10
"""How long answers under way are waited for at the end."""

log = structlog.get_logger("school.commands")

COLLECTED = 5_000, 10, 10_000
"""When the collector looks for cycles: Python's own 700 objects are a few answers, and looking at those that live anyway was a tenth of a dashboard. To look at
all, seconds with thousands of sockets, is for once in hours."""
COLLECTED_TICKS = 10
"""Tenths of a second after which what outlived one look is looked at once more. Python counts only how many objects there are more than before: thousands of
sockets replace theirs, and when it did look, it was at a hundred thousand at once, for a tenth of a second."""


def listen(settings: Settings) -> socket.socket:
    """The bound socket; a port that is taken is told in one line. Its connections inherit what is set here."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    bound = socket.socket(family)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in {"TCP_USER_TIMEOUT": STALLED_SECONDS * 1000, **_KEEPALIVE}.items():
        if hasattr(socket, option):
            bound.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)
    try:
        bound.bind((settings.host, settings.port))
    except OSError as error:
        bound.close()
        raise fail(f"SCHOOL_PORT: cannot listen on {settings.host}, port {settings.port}: {error.strerror}", BAD_SETTING) from None
    bound.set_inheritable(True)
    return bound


def allow_files(connections: int) -> None:
    """Let the process have as many open files as the system admits: the usual 1,024 would refuse connections long before their limit does."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if files != resource.RLIM_INFINITY and files < connections + SPARE_FILES:
        log.warning("fewer open files are allowed than SCHOOL_CONNECTIONS needs", files=files, connections=connections)


class Http(HttpToolsProtocol):
    """uvicorn's, which hangs up on whoever sends what is no content without end: heads, chunks' framing, trailers, requests without reading answers.

    Half-open requests would hold the process's sockets and memory. The application limits the time for a body; what is left of it then has as long as a head.
    """

    _patience: asyncio.TimerHandle | None = None
    _running: RequestResponseCycle | None = None
    _in_body = _is_over = False
    _framing = 0  # bytes since the message began that were no content, less those that its content pays for

    def connection_made(self, transport: Any) -> None:
        """A connection is opened to ask something."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """After an answer, the next request begins with its first byte, or what is left of a body that was refused must come to an end."""
        if self.cycle is None or self.cycle.response_complete:
            self._wait()
        for start in range(0, len(data), SLICE):
            if self._is_over or self.transport.is_closing() or self.transport.get_protocol() is not self:
                return
            piece = data[start:start + SLICE]
            self._framing += len(piece)
            super().data_received(piece)
            if self._framing > HEADER_BYTES or len(self.pipeline) > PIPELINED:
                self.transport.abort()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Nobody wants trailers, which uvicorn would add to the headers for as long as they come."""
        if self._in_body:
            self.transport.abort()
        else:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The head is here; the body has a limit of its own."""
        self._in_body = True
        self._stop_waiting()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Content, which must be the better part of what comes."""
        self._framing = max(0, self._framing - (1 + FRAMING) * len(body))
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The body is here."""
        self._in_body, self._framing = False, 0
        super().on_message_complete()

    def handle_websocket_upgrade(self) -> None:
        """Not while an earlier request waits for its answer, which would be written into the socket."""
        if self.cycle is None or self.cycle.response_complete:
            super().handle_websocket_upgrade()
        else:
            self.transport.abort()

    def _should_upgrade(self) -> bool:
        """The limit of connections holds for WebSockets, too: one that is too many is answered as a request is, with 503."""
        return (self.limit_concurrency is None or len(self.connections) < self.limit_concurrency) and super()._should_upgrade()

    def _unsupported_upgrade_warning(self) -> None:
        """What follows the request is in another protocol: it is answered as usual, and nothing more is taken from this client."""
        super()._unsupported_upgrade_warning()
        self._is_over = True
        self.shutdown()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._running = cycle
        super()._start_asgi_task(cycle, app)

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is awaited any more. uvicorn tells only the last of several requests, and to write for another one is an error."""
        self._stop_waiting()
        self.pipeline.clear()
        if self._running is not None:
            self._running.disconnected = True
            self._running.message_event.set()
        super().connection_lost(exc)

    def _wait(self) -> None:
        if self._patience is None:
            self._patience = self.loop.call_later(HEADER_SECONDS, self.transport.close)

    def _stop_waiting(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None


class _Server(uvicorn.Server):
    """uvicorn's, which looks for cycles a little at a time, and at its end first tells the application to let go of long-polls and streams."""

    async def on_tick(self, counter: int) -> bool:
        """Ten times a second."""
        gc.collect(0 if counter % COLLECTED_TICKS else 1)
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Before uvicorn waits for what is under way."""
        self.config.app.state.close()  # type: ignore[union-attr]
        await super().shutdown(sockets)


def configure(application: Starlette, settings: Settings) -> uvicorn.Config:
    """uvicorn as it serves an application. Only the trusted proxies say on whose behalf they come."""
    return uvicorn.Config(
        application, loop="uvloop", http=Http, ws=Socket, ws_max_size=WEBSOCKET_BYTES, ws_per_message_deflate=False, lifespan="on",
        ws_ping_interval=PING_SECONDS,
        log_config=None, access_log=False, server_header=False, backlog=BACKLOG, limit_concurrency=settings.connections,
        timeout_graceful_shutdown=GRACE_SECONDS, log_level=foreign_level(settings.log_level),
        proxy_headers=bool(settings.trusted_proxies), forwarded_allow_ips=list(settings.trusted_proxies),
    )


def run_server(application: Starlette, settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM, then exit with 0; with 1 if it could not start."""
    bound = listen(settings)
    allow_files(settings.connections)
    server = _Server(configure(application, settings))
    gc.freeze()  # what was made so far stays: looking at it again and again was a fifth of a dashboard's processor time
    gc.set_threshold(*COLLECTED)
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
