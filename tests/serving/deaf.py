"""A client that asks over a WebSocket and reads nothing: neither answers nor pings."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from websockets.frames import Frame, Opcode

HANDSHAKE = (
    b"GET /graphql HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
)


@dataclass
class Deaf:
    """One connection, after the handshake."""

    raw: socket.socket

    async def send(self, message: Any) -> None:
        """One message of the protocol."""
        await self.frame(Opcode.TEXT, json.dumps(message).encode())

    async def frame(self, opcode: Opcode, content: bytes = b"") -> None:
        """One frame; OSError where the server has hung up."""
        await asyncio.get_running_loop().sock_sendall(self.raw, Frame(opcode, content).serialize(mask=True))

    async def subscribe(self, document: str, identifier: str = "1") -> None:
        """Begin an operation."""
        await self.send({"id": identifier, "type": "subscribe", "payload": {"query": document}})

    async def hung_up(self) -> None:
        """Until the server has: only now is read what it has sent."""
        loop = asyncio.get_running_loop()
        try:
            while await loop.sock_recv(self.raw, 65536):
                pass
        except OSError:
            return


@asynccontextmanager
async def deaf(address: str, token: str | None = None) -> AsyncIterator[Deaf]:
    """One that has signed in."""
    loop, (host, _, port) = asyncio.get_running_loop(), address.partition(":")
    with socket.socket() as raw:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        raw.setblocking(False)
        await loop.sock_connect(raw, (host, int(port)))
        await loop.sock_sendall(raw, HANDSHAKE)
        assert (await loop.sock_recv(raw, 12)) == b"HTTP/1.1 101"
        client = Deaf(raw)
        await client.send({"type": "connection_init", "payload": {} if token is None else {"token": token}})
        yield client
