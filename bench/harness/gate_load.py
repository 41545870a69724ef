"""The load of gates, as a process of its own: each of some connections is a device that sends one backlog after the other, signed, for a bounded time.

It reads an order from standard input as JSON and answers with what happened; each answer must have the status 200 and the body that is expected.
"""

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any

import httptools
import uvloop

sys.path.insert(0, str(Path(__file__).parent.parent.parent))

from bench.harness.gates import Gate, answer_to, body_of


class Connection(asyncio.Protocol):
    """One gate's connection: it sends the next backlog as soon as an answer is whole."""

    def __init__(self, gate: Gate, order: dict[str, Any], until: float) -> None:
        self._gate, self._document, self._batch, self._until = gate, order["document"], order["batch"], until
        self.good = self.bad = 0
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
        if self._parser.get_status_code() == 200 and b"".join(self._body) == self._expected:
            self.good += 1
        else:
            self.bad += 1
        if time.perf_counter() < self._until:
            asyncio.get_running_loop().call_soon(self._ask)
        else:
            self.done.set_result(None)
            self._transport.close()

    def _ask(self) -> None:
        self._body: list[bytes] = []
        self._parser = httptools.HttpResponseParser(self)
        taps = self._gate.taps(self._batch)
        self._expected = answer_to(self._document, taps)
        self._transport.write(self._gate.request(body_of(self._document, taps)))


async def ask(order: dict[str, Any]) -> dict[str, Any]:
    """Carry out an order: how many answers were good and bad, in how many seconds, and how far each gate has come."""
    loop, started = asyncio.get_running_loop(), time.perf_counter()
    gates = [Gate(**told) for told in order["gates"]]
    connections = [
        (await loop.create_connection(lambda gate=gate: Connection(gate, order, started + order["seconds"]), "127.0.0.1", order["port"]))[1]  # type: ignore[misc]
        for gate in gates
    ]
    await asyncio.wait_for(asyncio.gather(*(connection.done for connection in connections)), order["seconds"] + 30)
    return {
        "good": sum(one.good for one in connections), "bad": sum(one.bad for one in connections), "seconds": time.perf_counter() - started,
        "reached": [(gate.sent, gate.counter) for gate in gates],
    }


if __name__ == "__main__":
    print(json.dumps(uvloop.run(ask(json.load(sys.stdin)))))
