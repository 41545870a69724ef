"""The request counter: reserved in durable blocks, so that a restart never uses a number twice."""
import threading
from pathlib import Path

from readers import durable, failpoints

BLOCK = 1000  # one synced write for so many requests; a crash skips at most as many numbers


class CounterError(RuntimeError):
    """The counter file is damaged. Guessing could reuse a number, so a person must look."""


class Counter:
    """Numbers from 1 upwards, for several threads."""

    def __init__(self, path: Path, block: int = BLOCK) -> None:
        self._path = path
        self._block = block
        self._lock = threading.Lock()
        self._bound = self._load()  # every number below may have been used
        self._next = self._bound

    def _load(self) -> int:
        try:
            text = self._path.read_text("ascii").strip()
        except FileNotFoundError:
            return 1
        if not text.isdecimal() or int(text) < 1:
            raise CounterError(f"{self._path} is damaged: enrol this device anew")
        return int(text)

    def take(self) -> int:
        """A number never used before, and reserved on the disk before it is handed out."""
        with self._lock:
            if self._next >= self._bound:
                self._reserve()
            number = self._next
            self._next += 1
            return number

    def skip(self) -> None:
        """Leave the rest of this block: the server has seen higher numbers (a state restored from a copy)."""
        with self._lock:
            self._next = self._bound

    def _reserve(self) -> None:
        bound = self._next + self._block
        failpoints.hit("counter.before")
        durable.write_file(self._path, b"%d\n" % bound)
        failpoints.hit("counter.after")
        self._bound = bound
