"""Simulated readers: a Unix socket on which a client taps cards by JSON lines. For demonstrations and tests, never for production."""
import re
import socket
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson

from readers import failpoints
from readers.clock import Clock
from readers.endpoint import Endpoint
from readers.reader import OK, OnTap, Tap

SOCKET = "simulated.sock"
MOST_LINE_BYTES = 1024
MOST_CONNECTIONS = 64
UID = re.compile(r"(?:[0-9A-Fa-f]{2}){1,16}")  # the daemon itself refuses lengths that no card has


class BadLineError(ValueError):
    """The line is no tap; nothing happened."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class SimulatedReaders:
    """`{"reader": "in", "uid": "04A1B2C3"}` per line; one line back when the tap was answered. A reader takes one card at a time."""

    def __init__(self, names: Sequence[str], state: Path, clock: Clock) -> None:
        self._busy = {name: threading.Lock() for name in names}
        self._path = state / SOCKET
        self._clock = clock
        self._on_tap: OnTap | None = None
        self._endpoint: Endpoint | None = None

    def start(self, on_tap: OnTap) -> None:
        """Listen."""
        self._on_tap = on_tap
        self._endpoint = Endpoint(self._path, self._serve, MOST_CONNECTIONS)
        self._endpoint.start()

    def stop(self) -> None:
        """Close, after the answers under way."""
        if self._endpoint is not None:
            self._endpoint.stop()
        for lock in self._busy.values():
            if lock.acquire(timeout=5):
                lock.release()

    def states(self) -> dict[str, str]:
        """Simulated readers are always well."""
        return dict.fromkeys(self._busy, OK)

    def _serve(self, connection: socket.socket) -> None:
        with connection.makefile("rb") as lines:
            while line := lines.readline(MOST_LINE_BYTES + 1):
                try:
                    self._tap(connection, line)
                except BadLineError as error:
                    connection.sendall(orjson.dumps({"error": {"code": error.code, "message": str(error)}}) + b"\n")
                if len(line) > MOST_LINE_BYTES:
                    return  # where the next line begins is anyone's guess

    def _tap(self, connection: socket.socket, line: bytes) -> None:
        reader, uid = self._parse(line)
        if self._on_tap is None:
            raise BadLineError("NOT_READY", "the daemon is starting")
        with self._busy[reader]:
            started = time.perf_counter_ns()
            answer = self._on_tap(Tap(reader, uid, self._clock.read()))
            micros = (time.perf_counter_ns() - started) // 1000
            connection.sendall(orjson.dumps(
                {"sequence": answer.sequence, "outcome": answer.outcome, "reason": answer.reason, "micros": micros}) + b"\n")
            failpoints.hit("answer.after")

    def _parse(self, line: bytes) -> tuple[str, bytes]:
        if len(line) > MOST_LINE_BYTES:
            raise BadLineError("LINE_TOO_LONG", f"a line has at most {MOST_LINE_BYTES} bytes")
        try:
            content: Any = orjson.loads(line)
        except orjson.JSONDecodeError:
            raise BadLineError("BAD_LINE", "not a JSON object") from None  # the line itself may hold a UID: not repeated
        reader, uid = (content.get("reader"), content.get("uid")) if isinstance(content, dict) else (None, None)
        if not isinstance(reader, str) or not isinstance(uid, str) or set(content) != {"reader", "uid"}:
            raise BadLineError("BAD_LINE", 'expected {"reader": name, "uid": hex}')
        if reader not in self._busy:
            raise BadLineError("NO_SUCH_READER", "no simulated reader of this name")
        if not UID.fullmatch(uid):
            raise BadLineError("BAD_LINE", "the uid is not hexadecimal, of 1 to 16 bytes")
        return reader, bytes.fromhex(uid)
