"""How long to wait after failures: twice as long each time, at random below that, so that a thousand daemons do not return together."""
import random


class Backoff:
    """Full jitter: a random pause between nothing and a bound that doubles up to the most."""

    def __init__(self, first: float, most: float, draw: random.Random | None = None) -> None:
        self._first = first
        self._most = max(first, most)
        self._draw = draw or random.Random()  # noqa: S311 - spreads load, keeps no secret
        self._failures = 0

    def reset(self) -> None:
        """A success: the next failure waits shortly again."""
        self._failures = 0

    def next_pause(self, retry_after: float | None = None) -> float:
        """Seconds to wait now; never less than the server asked for."""
        bound = min(self._most, self._first * 2.0 ** min(self._failures, 30))
        self._failures += 1
        return max(self._draw.uniform(0, bound), retry_after or 0.0)
