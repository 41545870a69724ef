"""The coalescer: together where it can, alone where it must, and no more than fits."""

import asyncio
from collections.abc import Sequence

import pytest

from school.gateway.coalescer import Coalescer
from school.gateway.denial import Denied, Reason


class Counter:
    """Doubles numbers; a group with a zero fails as a whole, and the number 13 is answered with no."""

    def __init__(self) -> None:
        self.groups: list[list[int]] = []
        self.open = asyncio.Event()
        self.open.set()

    async def carry(self, numbers: Sequence[int]) -> Sequence[int | Denied]:
        """What the coalescer carries out."""
        self.groups.append(list(numbers))
        await self.open.wait()
        if 0 in numbers:
            raise ZeroDivisionError
        return [Denied(Reason.REVOKED) if number == 13 else 2 * number for number in numbers]


async def test_what_comes_at_once_is_carried_out_together_in_order() -> None:
    counter = Counter()
    coalescer = Coalescer(counter.carry, together=3, waiting=10, in_flight=1)
    assert await asyncio.gather(*map(coalescer.take, range(1, 6))) == [2, 4, 6, 8, 10]
    assert (counter.groups, coalescer.waiting) == ([[1, 2, 3], [4, 5]], 0)


async def test_a_bad_item_spoils_nobody_else_s() -> None:
    counter = Counter()
    coalescer = Coalescer(counter.carry, together=9, waiting=10, in_flight=2)
    good, bad, no, last = await asyncio.gather(*map(coalescer.take, (1, 0, 13, 4)), return_exceptions=True)
    assert (good, type(bad), last) == (2, ZeroDivisionError, 8)
    assert isinstance(no, Denied)
    assert counter.groups == [[1, 0, 13, 4], [1], [0], [13], [4]]


async def test_a_database_that_has_gone_is_not_asked_by_each() -> None:
    asked: list[int] = []

    async def carry(numbers: Sequence[int]) -> Sequence[int]:
        asked.append(len(numbers))
        raise ConnectionRefusedError

    coalescer = Coalescer(carry, together=9, waiting=10, in_flight=1)
    answers = await asyncio.gather(*map(coalescer.take, range(4)), return_exceptions=True)
    assert [type(answer) for answer in answers] == [ConnectionRefusedError] * 4
    assert asked == [4, 1]


async def test_too_much_is_told_when_to_come_again() -> None:
    counter = Counter()
    counter.open.clear()
    coalescer = Coalescer(counter.carry, together=2, waiting=3, in_flight=1)
    waiting = [asyncio.create_task(coalescer.take(number)) for number in (1, 2)]
    async with asyncio.timeout(10):
        while not counter.groups:  # noqa: ASYNC110 - a turn of the loop, not a poll
            await asyncio.sleep(0)
        waiting += [asyncio.create_task(coalescer.take(number)) for number in (3, 4, 5)]
        while coalescer.waiting < 3:  # noqa: ASYNC110
            await asyncio.sleep(0)
    with pytest.raises(Denied) as denied:
        await coalescer.take(9)
    assert denied.value.reason is Reason.UNAVAILABLE
    assert denied.value.retry_after == 1
    waiting[2].cancel()  # a client that has gone: what has not begun is left out
    counter.open.set()
    answers = await asyncio.gather(*waiting, return_exceptions=True)
    assert [answers[:2], answers[3:], type(answers[2])] == [[2, 4], [8, 10], asyncio.CancelledError]
    assert (coalescer.waiting, sorted(number for group in counter.groups for number in group)) == (0, [1, 2, 4, 5])
