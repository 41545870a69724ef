"""A TCP proxy that fails on purpose: refuses, resets, delays, swallows everything, or swallows just the answers.

It runs in a thread of its own, so that asynchronous tests, synchronous ones and other processes can all be its clients.
"""

import asyncio
import socket
import struct
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from enum import StrEnum
from typing import Any, Self

from tests.ports import free_ports

_CHUNK = 65_536
_ATTEMPTS = 5
_LINGER_NOT = struct.pack("ii", 1, 0)


class Fault(StrEnum):
    """What happens to bytes on their way, on open connections and on new ones."""

    NONE = "none"
    BLACKHOLE = "blackhole"
    """Connections open, and nothing arrives on either side."""
    NO_ANSWER = "no answer"
    """The request arrives and is carried out; the answer is lost and the connection stays open, silent."""
    NO_ANSWER_THEN_RESET = "no answer, then reset"
    """The request arrives and is carried out; at the first byte of the answer the connection is reset."""


class TcpProxy:
    """Listens on a loopback port of its own and forwards to `host:port`. A context manager."""

    def __init__(self, port: int, host: str = "127.0.0.1") -> None:
        self.fault = Fault.NONE
        self.delay = 0.0
        """Seconds that each chunk waits, in either direction."""
        self.accepted = 0
        self.port = 0
        self._target = (host, port)
        self._server: asyncio.Server | None = None
        self._pairs: set[tuple[asyncio.StreamWriter, asyncio.StreamWriter]] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="tcp proxy", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._await(self._listen())
        return self

    def __exit__(self, *error: object) -> None:
        self.refuse()
        self._await(self._finish())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def refuse(self) -> None:
        """As if the server's machine were there and the server not: open connections are reset, new ones refused."""
        self._await(self._close())

    def reset(self) -> None:
        """Reset all open connections; new ones are served as before."""
        self._await(self._reset())

    def heal(self) -> None:
        """Forward everything again, on the same port. What was swallowed stays lost, so the connections it was on are reset."""
        damaged = self.fault is not Fault.NONE
        self.fault = Fault.NONE
        self.delay = 0.0
        if self._server is None:
            self._await(self._listen())
        if damaged:
            self.reset()

    def _await(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=30)

    async def _listen(self) -> None:
        # Not a port of the kernel's choice: while the proxy refuses, an outgoing connection could be given the same one.
        for port in [self.port] if self.port else free_ports(_ATTEMPTS):
            try:
                self._server = await asyncio.start_server(self._serve, "127.0.0.1", port)
            except OSError:
                continue
            self.port = port
            return
        raise OSError("no port for the proxy")

    async def _close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        await self._reset()

    async def _reset(self) -> None:
        for pair in list(self._pairs):
            for writer in pair:
                _abort(writer)

    async def _finish(self) -> None:
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        self.accepted += 1
        try:
            far_reader, far_writer = await asyncio.open_connection(*self._target)
        except OSError:
            _abort(writer)
            return
        pair = (writer, far_writer)
        self._pairs.add(pair)
        try:
            there = self._forward(reader, far_writer, self._loses_request)
            await asyncio.gather(there, self._forward(far_reader, writer, self._loses_answer))
        except OSError:
            pass  # one side is gone: so is the other
        finally:
            self._pairs.discard(pair)
            for end in pair:
                _abort(end)

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, loses: Callable[[], bool]) -> None:
        while chunk := await reader.read(_CHUNK):
            if self.delay:
                await asyncio.sleep(self.delay)
            if loses():
                continue
            writer.write(chunk)
            await writer.drain()
        with suppress(OSError):
            writer.write_eof()

    def _loses_request(self) -> bool:
        return self.fault is Fault.BLACKHOLE

    def _loses_answer(self) -> bool:
        if self.fault is Fault.NO_ANSWER_THEN_RESET:
            raise ConnectionResetError
        return self.fault in {Fault.BLACKHOLE, Fault.NO_ANSWER}


def _abort(writer: asyncio.StreamWriter) -> None:
    """Close with a reset, as a network does that fails, and not with the politeness of a shutdown."""
    connection: socket.socket | None = writer.get_extra_info("socket")
    if connection is not None and not writer.transport.is_closing():
        with suppress(OSError):
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
    writer.transport.abort()
