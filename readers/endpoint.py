"""Unix sockets in the state directory, for the daemon's user alone."""
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

MOST_PATH_BYTES = 107  # sockaddr_un; a longer path is reached through a descriptor of its directory
Serve = Callable[[socket.socket], None]


@contextmanager
def _short(path: Path) -> Iterator[str]:
    if len(os.fsencode(path)) <= MOST_PATH_BYTES:
        yield str(path)
        return
    descriptor = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{descriptor}/{path.name}"
    finally:
        os.close(descriptor)


def connect(path: Path, seconds: float) -> socket.socket:
    """A connection to whoever listens at `path`; OSError if nobody does."""
    client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        client.settimeout(seconds)
        with _short(path) as name:
            client.connect(name)
    except OSError:
        client.close()
        raise
    return client


class Endpoint:
    """Listens and serves each connection on a thread, at most so many at once: a further one is closed at once."""

    def __init__(self, path: Path, serve: Serve, most: int) -> None:
        self._path = path
        self._serve = serve
        self._slots = threading.BoundedSemaphore(most)
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._stopping = threading.Event()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        path.unlink(missing_ok=True)  # left by a daemon that was killed: we hold the state directory's lock
        with _short(path) as name:
            self._socket.bind(name)
        path.chmod(0o600)
        self._socket.listen(16)
        self._thread = threading.Thread(target=self._accept, name=f"endpoint-{path.stem}", daemon=True)

    def start(self) -> None:
        """Accept from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Close everything; those being served see the end of their connection."""
        self._stopping.set()
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._path.unlink(missing_ok=True)
        with self._lock:
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RD)  # an answer under way still goes out

    def _accept(self) -> None:
        while not self._stopping.is_set():
            try:
                connection, _ = self._socket.accept()
            except OSError:
                continue
            if not self._slots.acquire(blocking=False):
                connection.close()
                continue
            threading.Thread(target=self._attend, args=(connection,), name=f"{self._thread.name}-connection", daemon=True).start()

    def _attend(self, connection: socket.socket) -> None:
        with self._lock:
            self._open.add(connection)
        try:
            with suppress(OSError):  # the other side went away
                self._serve(connection)
        finally:
            with self._lock:
                self._open.discard(connection)
            connection.close()
            self._slots.release()
