"""Coalescer: what many requests ask for at once is carried out together; what fails is carried out again one by one; too much is turned away."""

import asyncio
import math
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from school.db import is_away
from school.gateway.denial import Denied, Reason

Item = TypeVar("Item")
Answer = TypeVar("Answer")
LONGEST_HINT = 60
"""Seconds."""


class Coalescer(Generic[Item, Answer]):
    """Groups of at most `together` in weight, the oldest first, at most `in_flight` groups at a time; more than `waiting` in weight is told to come later.

    `carry` answers a group, an answer or what is to be raised for each; it changes all of the group or, if it raises, nothing. `weigh` is of one item.
    """

    def __init__(
        self, carry: Callable[[Sequence[Item]], Awaitable[Sequence[Answer | Denied]]], *, together: int, waiting: int, in_flight: int,
        weigh: Callable[[Item], int] = lambda _: 1,
    ) -> None:
        self._carry, self._weigh = carry, weigh
        self._together, self._most_waiting, self._in_flight = together, waiting, in_flight
        self._queue: deque[tuple[Item, asyncio.Future[Answer]]] = deque()
        self._running: set[asyncio.Task[None]] = set()
        self._seconds_each = 0.001
        self.waiting = 0

    def check(self) -> None:
        """UNAVAILABLE, with the seconds after which there should be room, when too much waits already."""
        if self.waiting >= self._most_waiting:
            hint = math.ceil(self.waiting * self._seconds_each)
            raise Denied(Reason.UNAVAILABLE, "Too much is waiting; come later.", retry_after=min(max(hint, 1), LONGEST_HINT))

    async def take(self, item: Item) -> Answer:
        """The answer to one item, or what it failed by. Who is cancelled meanwhile may find it done or not done."""
        self.check()
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._queue.append((item, answer))
        self.waiting += self._weigh(item)
        if len(self._running) < self._in_flight:
            task = asyncio.create_task(self._run())
            self._running.add(task)
        return await answer

    async def _run(self) -> None:
        try:
            while group := self._next():
                begun = time.monotonic()
                await self._settle(group)
                weight = sum(self._weigh(item) for item, _ in group)
                self._seconds_each += ((time.monotonic() - begun) / max(weight, 1) - self._seconds_each) / 8
        finally:  # at once, not by a callback: what is given meanwhile would wait for nobody
            self._running = {task for task in self._running if task is not asyncio.current_task()}

    def _next(self) -> list[tuple[Item, asyncio.Future[Answer]]]:
        """The group to carry out now, without those whose askers have gone."""
        group: list[tuple[Item, asyncio.Future[Answer]]] = []
        room = self._together
        while self._queue and (not group or self._weigh(self._queue[0][0]) <= room):
            item, answer = self._queue.popleft()
            weight = self._weigh(item)
            self.waiting -= weight
            if not answer.done():
                group.append((item, answer))
                room -= weight
        return group

    async def _settle(self, group: Sequence[tuple[Item, asyncio.Future[Answer]]]) -> None:
        try:
            answers = await self._carry([item for item, _ in group])
        except Exception as error:  # noqa: BLE001 - it is raised where the item was given
            if len(group) == 1:
                _give(group[0][1], error)
            else:
                await self._isolate(group)
            return
        except BaseException:
            for _, future in group:
                future.cancel()
            raise
        for (_, future), answer in zip(group, answers, strict=True):
            _give(future, answer)

    async def _isolate(self, group: Sequence[tuple[Item, asyncio.Future[Answer]]]) -> None:
        """One by one, so that a bad item spoils nobody else's. Where the database has gone, the others need not find out each for itself."""
        gone: Exception | None = None
        for pair in group:
            if gone is None:
                await self._settle([pair])
                error = None if pair[1].cancelled() else pair[1].exception()
                gone = error if isinstance(error, Exception) and is_away(error) else None
            else:
                _give(pair[1], gone)


def _give(future: "asyncio.Future[Answer]", answer: Answer | Exception) -> None:
    if future.done():  # cancelled
        return
    if isinstance(answer, Exception):
        future.set_exception(answer)
    else:
        future.set_result(answer)
