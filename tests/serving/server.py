"""An application on a port of this process, as `school serve` runs it, and a client that speaks graphql-transport-ws by hand."""

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import uvicorn
import websockets
from starlette.applications import Starlette

from school.commands.processes import configure
from school.settings import Settings

PROTOCOL = "graphql-transport-ws"
PATIENCE = 30


class _Server(uvicorn.Server):
    """Signals are pytest's."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """None is captured."""
        yield


@asynccontextmanager
async def serving(application: Starlette, config: uvicorn.Config | None = None, buffer: int | None = None) -> AsyncIterator[str]:
    """Its address, as host and port, until the end of the block. `buffer`: bytes that the kernel keeps for a client that does not read."""
    bound = socket.socket()
    if buffer is not None:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, buffer)
    bound.bind(("127.0.0.1", 0))
    config = config or configure(application, Settings(log_level="warning"))
    config.timeout_graceful_shutdown = 5
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=[bound]))
    try:
        async with asyncio.timeout(PATIENCE):
            while not server.started and not task.done():  # noqa: ASYNC110 - uvicorn announces it in no other way
                await asyncio.sleep(0.002)
        assert server.started
        yield f"127.0.0.1:{bound.getsockname()[1]}"
    finally:
        getattr(application.state, "close", lambda: None)()
        server.should_exit = True
        await task


@dataclass
class Socket:
    """One connection. Whatever is awaited fails when it does not come."""

    raw: websockets.ClientConnection

    async def send(self, message: Any) -> None:
        """Text and bytes as they are, everything else as JSON."""
        await self.raw.send(message if isinstance(message, str | bytes) else json.dumps(message))

    async def receive(self) -> Any:
        """The next message."""
        async with asyncio.timeout(PATIENCE):
            return json.loads(await self.raw.recv())

    async def start(self, token: Any = None) -> None:
        """Say who we are, and be welcome."""
        await self.send({"type": "connection_init", "payload": {} if token is None else {"token": token}})
        assert await self.receive() == {"type": "connection_ack"}

    async def subscribe(self, document: str, identifier: str = "1", **variables: Any) -> None:
        """Begin an operation."""
        await self.send({"id": identifier, "type": "subscribe", "payload": {"query": document, "variables": variables}})

    async def next(self, identifier: str = "1") -> Any:
        """The value of the one field of the operation's next result, which has no errors."""
        message = await self.receive()
        assert (message["type"], message["id"], message["payload"].get("errors")) == ("next", identifier, None), message
        value, = message["payload"]["data"].values()
        return value

    async def rest(self) -> AsyncIterator[Any]:
        """All messages until the server closes, for whatever reason."""
        with contextlib.suppress(websockets.ConnectionClosed):
            while True:
                yield await self.receive()

    async def closed(self) -> tuple[int, str]:
        """The code and the reason with which the server closes; no message comes before."""
        async with asyncio.timeout(PATIENCE):
            try:
                message = await self.raw.recv()
            except websockets.ConnectionClosed:
                assert self.raw.close_code is not None
                return self.raw.close_code, self.raw.close_reason or ""
        raise AssertionError(f"not closed, but {message!r}")


@asynccontextmanager
async def dial(address: str, protocols: tuple[str, ...] = (PROTOCOL,), headers: Mapping[str, str] | None = None) -> AsyncIterator[Socket]:
    """An open socket at an address."""
    wanted = [websockets.Subprotocol(protocol) for protocol in protocols]
    async with websockets.connect(f"ws://{address}/graphql", subprotocols=wanted or None, additional_headers=headers, proxy=None) as raw:
        yield Socket(raw)
