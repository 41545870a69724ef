"""What is to be done at which moment of the demo's clock, and by whom: each actor does one thing after another."""

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import urllib3

from school import clock
from school.demo.api import RefusedError

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Act:
    """One thing to do, not before its moment."""

    at: dt.datetime
    do: Callable[[], Awaitable[object]]


async def wait_until(moment: dt.datetime, speed: float) -> None:
    """Until the demo's clock shows this moment."""
    while (left := (moment - clock.now()).total_seconds()) > 0:  # noqa: ASYNC110 - a clock, not an event
        await asyncio.sleep(left / speed)


async def perform(acts: Sequence[Act], speed: float, tell: Tell) -> None:
    """Do them in order. A refusal, or a service that does not answer for a while, is told, and the day goes on."""
    for act in sorted(acts, key=lambda act: act.at):
        await wait_until(act.at, speed)
        try:
            await act.do()
        except (RefusedError, OSError, TimeoutError, urllib3.exceptions.HTTPError) as error:
            tell(f"             … {type(error).__name__.removesuffix('Error')}: {error}")
