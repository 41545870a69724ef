"""What every kind of reader has in common: it reports taps, and shows the answer to who holds the card."""
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import NamedTuple, Protocol

from readers.clock import Moment

OK, ABSENT, FAILED = "OK", "ABSENT", "FAILED"  # ReaderState on the wire
MOST_REMEMBERED = 1000


class Tap(NamedTuple):
    """A card at a reader. The UID lives here, in memory, and nowhere else: its repr hides it."""

    reader: str
    uid: bytes
    moment: Moment

    def __repr__(self) -> str:
        return f"Tap(reader={self.reader!r})"


class Answer(NamedTuple):
    """What is shown at the reader; without a sequence where nothing was journaled."""

    sequence: int | None
    outcome: str
    reason: str

    @property
    def admitted(self) -> bool:
        """Whether the light is green."""
        return self.outcome == "ADMIT"


OnTap = Callable[[Tap], Answer]


class Readers(Protocol):
    """A source of taps. It calls `on_tap` on threads of its own, one for each reader, and shows the answer as feedback."""

    def start(self, on_tap: OnTap) -> None:
        """Begin to report taps."""

    def stop(self) -> None:
        """Report no more; returns when answers under way have been given, or after a few seconds."""

    def states(self) -> dict[str, str]:
        """OK, ABSENT or FAILED for each reader by its name on this device."""


class Repeats:
    """Drops a card that a reader reports again within some seconds of the last report: at the edge of the field it comes and goes."""

    def __init__(self, seconds: float, now: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._now = now
        self._lock = threading.Lock()
        self._seen: OrderedDict[tuple[str, bytes], float] = OrderedDict()

    def is_repeat(self, reader: str, uid: bytes) -> bool:
        """Whether this is a repeat; in any case the card counts as seen now."""
        now = self._now()
        with self._lock:
            seen = self._seen.pop((reader, uid), None)
            self._seen[reader, uid] = now
            while len(self._seen) > MOST_REMEMBERED:
                self._seen.popitem(last=False)
        return seen is not None and now - seen < self._seconds

    def hold(self, reader: str) -> None:
        """A reader was lost with a card on it: that card, seen last, will be reported once more and is the same tap."""
        with self._lock:
            last = next((key for key in reversed(self._seen) if key[0] == reader), None)
            if last is not None:
                self._seen[last] = self._now()
                self._seen.move_to_end(last)
