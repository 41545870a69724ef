"""Callers: which device a request comes from, and its counter used up; what comes at once is seen to together."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from school.db import Database
from school.gateway import credentials
from school.gateway.coalescer import Coalescer
from school.gateway.credentials import Caller, Signed, Turn
from school.gateway.denial import Denied

MOST_TOGETHER, MOST_WAITING = 64, 512
"""Requests whose devices, or counters, are seen to at once, and requests that wait for that."""


class Callers:
    """Devices of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._devices: Coalescer[str, Any] = Coalescer(self._find, together=MOST_TOGETHER, waiting=MOST_WAITING, in_flight=2)
        self._turns: Coalescer[Turn, None] = Coalescer(
            self._take_counters, together=MOST_TOGETHER, waiting=MOST_WAITING, in_flight=1 if database.sqlite else 2)

    def check_room(self) -> None:
        """UNAVAILABLE, with the seconds to wait, when too many requests wait already."""
        self._devices.check()

    async def identify(self, signed: Signed, received_at: dt.datetime) -> Caller:
        """The enrolled device that signed; refused as `credentials.identify` does."""
        return credentials.identify(signed, await self._devices.take(signed.device), received_at)

    async def admit(self, turn: Turn) -> None:
        """Use up the counter; refused as `credentials.take_counters` does."""
        await self._turns.take(turn)
        turn.spent = True

    async def _find(self, devices: Sequence[str]) -> Sequence[Any]:
        return await credentials.known(self._database, devices)

    async def _take_counters(self, turns: Sequence[Turn]) -> Sequence[Denied | None]:
        async with self._database.begin() as session:
            return await credentials.take_counters(session, turns)
