"""Files are made a few at once, and whoever finds the queue full is told to come again."""

import asyncio
import threading

import pytest

from school.diary.press import AGAIN, MOST_OF_ONE, Press
from school.errors import Code, Refused


async def test_a_few_at_once_a_few_wait_and_others_come_again() -> None:
    press, go, most, running = Press(at_once=2, most_waiting=1), threading.Event(), 0, 0
    lock = threading.Lock()

    def work(number: int) -> int:
        nonlocal most, running
        with lock:
            running += 1
            most = max(most, running)
        go.wait(10)
        with lock:
            running -= 1
        return number

    tasks = [asyncio.create_task(press.run(number, work, number)) for number in range(3)]
    await asyncio.sleep(0)
    with pytest.raises(Refused) as refused:
        await press.run(3, work, 3)
    assert (refused.value.code, refused.value.retry_after) == (Code.TOO_MANY_ATTEMPTS, AGAIN)
    go.set()
    assert (await asyncio.gather(*tasks), most <= 2) == ([0, 1, 2], True)
    assert await press.run(4, work, 4) == 4


async def test_nobody_fills_the_queue_alone() -> None:
    press, go = Press(at_once=1, most_waiting=9), threading.Event()
    tasks = [asyncio.create_task(press.run("parent", go.wait, 10)) for _ in range(MOST_OF_ONE)]
    await asyncio.sleep(0)
    with pytest.raises(Refused) as refused:
        await press.run("parent", go.wait, 10)
    assert refused.value.code == Code.TOO_MANY_ATTEMPTS
    tasks.append(asyncio.create_task(press.run("teacher", go.wait, 10)))
    go.set()
    assert await asyncio.gather(*tasks) == [True] * 4
    assert await press.run("parent", go.wait, 10)


def test_one_loop_after_another_may_wait() -> None:
    press = Press(at_once=1, most_waiting=9)

    async def crowd() -> list[int]:
        return await asyncio.gather(*(press.run(number, int, str(number)) for number in range(3)))

    assert [asyncio.run(crowd()) for _ in range(2)] == [[0, 1, 2]] * 2
