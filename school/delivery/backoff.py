"""Steady patience while the database is away: each pause longer than the last, up to a limit, and never in step with other processes."""

import asyncio
import random


class Backoff:
    """Pauses of 0.1 s, doubling up to `longest` seconds, each shortened at random by up to half."""

    def __init__(self, longest: float = 5.0) -> None:
        self._longest = longest
        self._next = 0.1

    def reset(self) -> None:
        """It works again: the next pause is short."""
        self._next = 0.1

    async def pause(self) -> None:
        """Wait for the next try."""
        delay = self._next * random.uniform(0.5, 1.0)  # noqa: S311 - a jitter, not a secret
        self._next = min(self._next * 2, self._longest)
        await asyncio.sleep(delay)
