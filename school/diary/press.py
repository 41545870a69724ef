"""Where files are made and read: in threads, a few at once, with a short queue: it keeps a processor, and nobody else is to wait for that."""

import asyncio
from collections import Counter
from collections.abc import Callable, Hashable
from typing import ParamSpec, TypeVar

from school.errors import Code, Refused

P = ParamSpec("P")
T = TypeVar("T")
AT_ONCE, MOST_WAITING = 2, 30
MOST_OF_ONE = 3
"""Of one account's at a time, those that wait included: nobody fills the queue alone."""
AGAIN = 5
"""Seconds after which whoever found the queue full may come again."""


class Press:
    """One of a process."""

    def __init__(self, at_once: int = AT_ONCE, most_waiting: int = MOST_WAITING) -> None:
        self._at_once = at_once
        self._loop: asyncio.AbstractEventLoop | None = None
        self._free = asyncio.Semaphore(at_once)
        self._most = at_once + most_waiting
        self._inside = 0
        self._of = Counter[Hashable]()

    async def run(self, account: Hashable, work: Callable[P, T], *args: P.args, **values: P.kwargs) -> T:
        """What the work returns. Refused: TOO_MANY_ATTEMPTS, where too many wait already, or three of this account's are under way."""
        if self._inside >= self._most or self._of[account] >= MOST_OF_ONE:
            raise Refused(Code.TOO_MANY_ATTEMPTS, "Too many files at once; try again.", retry_after=AGAIN)
        self._inside += 1
        self._of[account] += 1
        try:
            async with self._places():
                return await asyncio.to_thread(work, *args, **values)
        finally:
            self._inside -= 1
            self._of[account] -= 1
            if not self._of[account]:
                del self._of[account]

    def _places(self) -> asyncio.Semaphore:
        """Those of the loop that runs: a semaphore for which somebody has waited is that loop's, and a process may have one after another."""
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            self._loop, self._free = loop, asyncio.Semaphore(self._at_once)
        return self._free


PRESS = Press()
