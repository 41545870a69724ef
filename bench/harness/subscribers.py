"""Subscribers, as a process of their own: WebSockets of loopback that speak graphql-transport-ws, each as an account of its own, and note when news came.

An order comes on standard input as one line of JSON. `ready` is written when every stream is open; the next line of input tells how many passages to wait
for, and then a file gets, as JSON, of each news the nanoseconds since 1970 at which it was here, and its text. Frames are read by hand, so that the load is
no bottleneck. Whoever is hung up on before the end ends the process with the codes that were told.
"""

import asyncio
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import uvloop

AT_ONCE = 100
"""Sockets that are being opened: an address may have 200 that have not said yet who they are."""
OPEN_SECONDS, LAST_SECONDS = 600.0, 60.0
"""How long the streams may take to open, and the last news to come."""
QUIET_NS = 2_000_000_000
"""How long nothing must have come at the end: what comes twice is found."""
PASSAGE = b'"__typename":"Passed"'
"""What is waited for. The service has news of its own beside it, such as that a child came late."""
_TEXT, _CLOSE, _PING, _PONG = 1, 8, 9, 10
_UPGRADE = (
    "GET /graphql HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n")


def masked(opcode: int, payload: bytes) -> bytes:
    """A frame of a client, below 64 KiB. Its mask is zero, which changes nothing: a server has to undo it all the same."""
    size = len(payload)
    head = bytes([0x80 | opcode, 0x80 | size]) if size < 126 else bytes([0x80 | opcode, 0x80 | 126]) + size.to_bytes(2, "big")
    return head + bytes(4) + payload


class Subscriber(asyncio.Protocol):
    """One socket: it signs in, subscribes, and keeps what comes."""

    def __init__(self, port: int, token: str, document: str, news: list[tuple[int, bytes]]) -> None:
        self._port, self._token, self._document, self._news = port, token, document, news
        self._buffer = b""
        self._upgraded = False
        self.closed = ""
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: Any) -> None:
        """Ask to be a WebSocket."""
        self.transport = transport
        transport.write(_UPGRADE.format(port=self._port).encode())

    def connection_lost(self, error: Exception | None) -> None:
        """Nobody may be hung up on before the end."""
        if not self.opened.done():
            self.opened.set_exception(error or ConnectionError(f"the service hung up: {self._buffer[:200]!r}"))
        self.closed = self.closed or f"without a word: {error}"

    def data_received(self, data: bytes) -> None:
        """Frames, or the answer to the upgrade before them."""
        now = time.time_ns()
        self._buffer += data
        if not self._upgraded:
            head, found, rest = self._buffer.partition(b"\r\n\r\n")
            if not found or not head.startswith(b"HTTP/1.1 101"):
                return
            self._upgraded, self._buffer = True, rest
            self._send({"type": "connection_init", "payload": {"token": self._token}})
        for opcode, payload in self._frames():
            if opcode == _PING:
                self.transport.write(masked(_PONG, payload))
            elif opcode == _TEXT:
                self._take(now, payload)
            elif opcode == _CLOSE:
                self.closed = f"{int.from_bytes(payload[:2], 'big')} {payload[2:].decode()}"

    def _frames(self) -> Iterator[tuple[int, bytes]]:
        while len(self._buffer) >= 2:
            size, start = self._buffer[1] & 0x7F, 2
            if size >= 126:
                start += 2 if size == 126 else 8
                size = int.from_bytes(self._buffer[2:start], "big")
            if len(self._buffer) < start + size:
                return
            frame = self._buffer[0] & 0x0F, self._buffer[start:start + size]
            self._buffer = self._buffer[start + size:]
            yield frame

    def _take(self, now: int, payload: bytes) -> None:
        if self.opened.done():
            self._news.append((now, payload))
            return
        message = json.loads(payload)
        if message["type"] == "connection_ack":
            self._send({"id": "1", "type": "subscribe", "payload": {"query": self._document}})
        elif message["type"] == "next" and message["payload"]["data"]["updates"]["__typename"] == "StreamOpened":
            self.opened.set_result(None)
        else:
            self.opened.set_exception(ConnectionError(payload.decode()))

    def _send(self, message: dict[str, Any]) -> None:
        self.transport.write(masked(_TEXT, json.dumps(message).encode()))


async def follow(order: dict[str, Any]) -> list[tuple[int, bytes]]:
    """Open all streams, say so, and keep what comes until the end is told."""
    news: list[tuple[int, bytes]] = []
    room, loop = asyncio.Semaphore(AT_ONCE), asyncio.get_running_loop()

    async def open_one(token: str) -> Subscriber:
        async with room:
            _, subscriber = await loop.create_connection(lambda: Subscriber(order["port"], token, order["document"], news), "127.0.0.1", order["port"])
            await subscriber.opened
            return subscriber

    async with asyncio.timeout(OPEN_SECONDS):
        subscribers = await asyncio.gather(*map(open_one, order["tokens"]))
    print("ready", flush=True)
    wanted, until = int(await asyncio.to_thread(sys.stdin.readline)), time.monotonic() + LAST_SECONDS

    def all_is_here() -> bool:
        return sum(PASSAGE in text for _, text in news) >= wanted and time.time_ns() - news[-1][0] >= QUIET_NS

    while not all_is_here() and time.monotonic() < until:  # noqa: ASYNC110 - ten looks a second cost nothing
        await asyncio.sleep(0.1)
    if closed := [subscriber.closed for subscriber in subscribers if subscriber.closed]:
        raise ConnectionError(f"{len(closed)} of {len(subscribers)} were hung up on: {sorted(set(closed))}")
    for subscriber in subscribers:
        subscriber.transport.abort()
    return news


if __name__ == "__main__":
    told = json.loads(sys.stdin.readline())
    Path(told["file"]).write_text(json.dumps([(at, text.decode()) for at, text in uvloop.run(follow(told))]))
