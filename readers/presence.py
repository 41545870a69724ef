"""Who is inside, as a gate sees it: its own taps at once, the server's word when it is newer."""
from collections.abc import Iterable

from readers.decision import Entry


class Presence:
    """The gate's own passages over the list's. Used under its owner's lock."""

    def __init__(self) -> None:
        self._own: dict[str, tuple[bool, int]] = {}  # token: inside, when by the server's clock

    def record(self, token: str, inside: bool, server_us: int) -> None:
        """A passage through this gate; an older one than we know changes nothing."""
        known = self._own.get(token)
        if known is None or server_us >= known[1]:
            self._own[token] = (inside, server_us)

    def read(self, token: str, entry: Entry | None, now_us: int) -> bool:
        """Whether the holder is inside. The list wins if strictly newer, or if ours is from the future (a clock since set back)."""
        own = self._own.get(token)
        if own is None or _supersedes(entry, own, now_us):
            return bool(entry and entry.inside)
        return own[0]

    def forget(self, entries: Iterable[tuple[str, Entry | None]], now_us: int) -> None:
        """Drop what a new list knows better, and cards that left it; so this stays no longer than the list."""
        for token, entry in entries:
            own = self._own.get(token)
            if own is not None and (entry is None or _supersedes(entry, own, now_us)):
                del self._own[token]

    @property
    def tokens(self) -> list[str]:
        """The cards with a passage of our own."""
        return list(self._own)


def _supersedes(entry: Entry | None, own: tuple[bool, int], now_us: int) -> bool:
    return entry is not None and entry.changed_us is not None and (entry.changed_us > own[1] or own[1] > now_us)
