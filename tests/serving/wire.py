"""An application that is nothing but a wire's end, what was parsed for it, and clients that send bytes as they please."""

import asyncio
import contextlib
import dataclasses
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from school.commands.processes import configure
from school.settings import Settings
from tests.serving.server import serving

HUNG_UP_SECONDS = 8.0
"""In less time than any of uvicorn's and our own limits would have ended it."""


@dataclasses.dataclass
class Wire:
    """Its address; the bytes that were parsed of each kind, the connections they came by, and the most requests or messages that one had waiting.

    And what the application was asked, and whether it may answer.
    """

    address: str = ""
    parsed: dict[type, int] = dataclasses.field(default_factory=dict)
    made: list[Any] = dataclasses.field(default_factory=list)
    queued: int = 0
    asked: list[str] = dataclasses.field(default_factory=list)
    may_answer: asyncio.Event = dataclasses.field(default_factory=asyncio.Event)

    async def talk(self, sent: bytes, then: bytes = b"") -> bytes:
        """All that the server says, until it hangs up. `then`: what is sent after the head of its first answer."""
        reader, writer = await asyncio.open_connection(*self.address.split(":"))
        said = b""
        with contextlib.closing(writer), contextlib.suppress(ConnectionError):
            async with asyncio.timeout(HUNG_UP_SECONDS):
                writer.write(sent)
                if then:
                    said = await reader.readuntil(b"\r\n\r\n")
                    writer.write(then)
                while piece := await reader.read(65536):
                    said += piece
        return said

    async def serves(self) -> None:
        """Others are answered, and the connections that have ended are not counted."""
        said = await self.talk(b"GET /now HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert (said.partition(b"\r\n")[0], said.rpartition(b"\r\n")[2]) == (b"HTTP/1.1 200 OK", b"/now")


def handshake(path: str = "/graphql", method: str = "GET", more: str = "") -> bytes:
    """A request to open a socket."""
    return (
        f"{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        f"Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n{more}\r\n"
    ).encode("latin-1")


def application(wire: Wire) -> Starlette:
    """Requests that are answered at once, when the body is there, or when it may be; a socket that repeats what is no comment, and one that is never let in."""

    async def at_once(request: Request) -> PlainTextResponse:
        wire.asked.append(request.url.path)
        return PlainTextResponse(request.url.path)

    async def read(request: Request) -> PlainTextResponse:
        try:
            return PlainTextResponse(str(len(await request.body())))
        except ClientDisconnect:
            return PlainTextResponse("nobody reads this")

    async def later(request: Request) -> PlainTextResponse:
        wire.asked.append(request.url.path)
        await wire.may_answer.wait()
        return PlainTextResponse(request.url.path)

    async def repeat(socket: WebSocket) -> None:
        await socket.accept()
        with contextlib.suppress(WebSocketDisconnect):
            while (text := await socket.receive_text()) != "bye":
                wire.asked.append(text)
                if text == "wait":
                    await wire.may_answer.wait()
                elif not text.startswith("#"):
                    await socket.send_text(text)
            await socket.close(4000, "Bye")

    async def ignore(socket: WebSocket) -> None:
        assert [(await socket.receive())["type"] for _ in range(2)] == ["websocket.connect", "websocket.disconnect"]
        wire.may_answer.set()

    return Starlette(routes=[
        Route("/now", at_once, methods=["GET", "POST"]), Route("/read", read, methods=["POST"]), Route("/later", later),
        WebSocketRoute("/graphql", repeat), WebSocketRoute("/ignored", ignore),
    ])


@contextmanager
def watched(wire: Wire) -> Iterator[None]:
    """Note what uvicorn is given to parse."""
    with pytest.MonkeyPatch.context() as patch:
        for kind in (HttpToolsProtocol, WebSocketsSansIOProtocol):
            wire.parsed[kind] = 0

            def note(self: Any, data: bytes, kind: type = kind, parse: Any = kind.data_received) -> None:
                wire.parsed[kind] += len(data)
                if self not in wire.made:
                    wire.made.append(self)
                parse(self, data)
                wire.queued = max(wire.queued, len(self.pipeline) if kind is HttpToolsProtocol else self.queue.qsize())

            patch.setattr(kind, "data_received", note)
        yield


@asynccontextmanager
async def opened() -> AsyncIterator[Wire]:
    """Until the end of the block, for ten connections at once."""
    wire = Wire()
    served = application(wire)
    with watched(wire):
        async with serving(served, configure(served, Settings(log_level="warning", connections=10))) as wire.address:
            yield wire
            wire.may_answer.set()
