"""The load, as a process of its own: a few connections of loopback ask the same thing again and again, for a bounded time and number.

It reads an order from standard input as JSON and answers with what happened; each answer must have the status 200 and the body that is expected.
"""

import asyncio
import hashlib
import json
import sys
import time
from typing import Any

import httptools
import uvloop


class Connection(asyncio.Protocol):
    """One connection: it asks anew as soon as an answer is whole."""

    def __init__(self, request: bytes, tally: "Tally") -> None:
        self._request, self._tally = request, tally
        self._body: list[bytes] = []
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: Any) -> None:
        """Ask for the first time."""
        self._transport = transport
        self._ask()

    def data_received(self, data: bytes) -> None:
        """A part of an answer."""
        self._parser.feed_data(data)

    def connection_lost(self, error: Exception | None) -> None:
        """Nobody may hang up before the end."""
        if not self.done.done():
            self.done.set_exception(error or ConnectionError("the contestant hung up"))

    def on_body(self, body: bytes) -> None:
        """A part of its body."""
        self._body.append(body)

    def on_message_complete(self) -> None:
        """The answer is whole."""
        again = self._tally.count(self._parser.get_status_code(), b"".join(self._body))
        if again:
            asyncio.get_running_loop().call_soon(self._ask)
        else:
            self.done.set_result(None)
            self._transport.close()

    def _ask(self) -> None:
        self._body = []
        self._parser = httptools.HttpResponseParser(self)
        self._transport.write(self._request)


class Tally:
    """What has been answered, until the time or the number is up. `expected` is the SHA-256 of each body."""

    def __init__(self, expected: str, seconds: float, most: int) -> None:
        self._expected, self._most = expected, most
        self.started = time.perf_counter()
        self._until = self.started + seconds
        self.good = self.bad = 0

    def count(self, status: int, body: bytes) -> bool:
        """One answer; whether another is wanted."""
        if status == 200 and hashlib.sha256(body).hexdigest() == self._expected:
            self.good += 1
        else:
            self.bad += 1
        return self.good + self.bad < self._most and time.perf_counter() < self._until


async def ask(order: dict[str, Any]) -> dict[str, float]:
    """Carry out an order; how many answers were good and bad, in how many seconds."""
    tally = Tally(order["expected"], order["seconds"], order["most"])
    loop = asyncio.get_running_loop()
    connections = [
        (await loop.create_connection(lambda: Connection(order["request"].encode(), tally), "127.0.0.1", order["port"]))[1]
        for _ in range(order["connections"])
    ]
    await asyncio.wait_for(asyncio.gather(*(connection.done for connection in connections)), order["seconds"] + 30)
    return {"good": tally.good, "bad": tally.bad, "seconds": time.perf_counter() - tally.started}


if __name__ == "__main__":
    print(json.dumps(uvloop.run(ask(json.load(sys.stdin)))))
