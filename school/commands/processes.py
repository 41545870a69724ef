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

from school.commands.start import BAD_SETTING, fail
from school.settings import Settings

WEBSOCKET_BYTES = 64 * 1024
"""The largest message a client may send over a WebSocket: a document and its variables."""
BACKLOG = 2048
GRACE_SECONDS = 10
"""How long answers under way are waited for at the end."""


def listen(settings: Settings) -> socket.socket:
    """The bound socket; a port that is taken is told in one line."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    bound = socket.socket(family)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((settings.host, settings.port))
    except OSError as error:
        bound.close()
        raise fail(f"SCHOOL_PORT: cannot listen on {settings.host}, port {settings.port}: {error.strerror}", BAD_SETTING) from None
    bound.set_inheritable(True)
    return bound


class _Server(uvicorn.Server):
    """uvicorn's, which at its end first tells the application to let go of long-polls and streams."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Before uvicorn waits for what is under way."""
        self.config.app.state.close()  # type: ignore[union-attr]
        await super().shutdown(sockets)


def run_server(application: Starlette, settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM, then exit with 0; with 1 if it could not start."""
    bound = listen(settings)
    server = _Server(uvicorn.Config(
        application, loop="uvloop", http="httptools", ws="websockets-sansio", ws_max_size=WEBSOCKET_BYTES, lifespan="on", log_config=None, access_log=False,
        server_header=False, backlog=BACKLOG, timeout_graceful_shutdown=GRACE_SECONDS, log_level=settings.log_level,
    ))
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
