"""A simulated reader's socket: cards are tapped by JSON lines, as docs/reader.md tells."""

import asyncio
import os
import socket
import sys
from pathlib import Path
from typing import Any

import orjson

SOCKET = "simulated.sock"
_MOST_PATH_BYTES = 107  # sockaddr_un; a longer path is reached through a descriptor of its folder
_ANSWER_SECONDS = 30.0


class Reader:
    """One reader of a daemon; it takes one card at a time."""

    def __init__(self, state: Path, name: str) -> None:
        self._path = state / SOCKET
        self._name = name
        self._lock = asyncio.Lock()
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def tap(self, uid: bytes) -> dict[str, Any]:
        """Present a card; what the reader answered: `outcome` and `reason`. OSError when the daemon is away."""
        async with self._lock:
            if self._streams is None:
                self._streams = await asyncio.open_unix_connection(sock=_connect(self._path))
            lines, writer = self._streams
            writer.write(orjson.dumps({"reader": self._name, "uid": uid.hex()}) + b"\n")
            line = await asyncio.wait_for(lines.readline(), _ANSWER_SECONDS)
        if not line:
            raise ConnectionResetError("the reader has gone")
        answer: dict[str, Any] = orjson.loads(line)
        return answer

    async def close(self) -> None:
        """Leave the reader."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


def is_there(state: Path) -> bool:
    """Whether the daemon takes cards."""
    try:
        _connect(state / SOCKET).close()
    except OSError:
        return False
    return True


def _connect(path: Path) -> socket.socket:
    client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    descriptor = None
    try:
        name = str(path)
        if len(os.fsencode(name)) > _MOST_PATH_BYTES:
            descriptor = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
            name = f"/proc/self/fd/{descriptor}/{path.name}"
        client.connect(name)
    except OSError:
        client.close()
        raise
    finally:
        if descriptor is not None:
            os.close(descriptor)
    client.setblocking(False)
    return client


def main() -> None:
    """A card by hand: the folder of a daemon's state, the reader, the card's UID. Prints what the reader answered."""
    state, name, uid = sys.argv[1:]
    try:
        answer = asyncio.run(Reader(Path(state), name).tap(bytes.fromhex(uid)))
    except OSError as error:
        sys.exit(f"no reader takes cards in {state} ({error}): is the demo running?")
    sys.stdout.write(orjson.dumps(answer).decode() + "\n")


if __name__ == "__main__":
    main()
