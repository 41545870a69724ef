"""The school's porch on the world's one lesson day: who comes when, and what the day makes of it."""

import datetime as dt
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import sqlalchemy as sa

from school import clock
from school.access import passages
from school.access.models import Passage
from school.day.models import LateArrival
from school.day.reactions import REACTIONS, Reactions
from school.db import Database
from school.delivery.relay import Relay
from school.outbox import FeedRow, Signal
from school.registry.models import Outcome, Tap
from tests.world import MONDAY, World

ZONE = "Europe/Moscow"
REACTION, = REACTIONS


def at(hour: int, minute: int = 0, second: int = 0, day: dt.date = MONDAY) -> dt.datetime:
    """A moment of the school's day. The first lesson begins at 08:30."""
    return clock.school_moment(day, dt.time(hour, minute, second), ZONE)


@dataclass
class Porch:
    """The small world, its gate and its reactions."""

    database: Database
    world: World
    sequence: int = 0

    def __post_init__(self) -> None:
        self.signal = Signal()
        self.relay = Relay(self.database, self.signal)
        self.reactions = Reactions(self.database, self.signal)

    async def passes(self, name: str, moment: dt.datetime, way: str = "in", *, suspect: bool = False, late: bool = False) -> Passage:
        """Someone goes in or out, as the gate's recorded tap tells."""
        self.sequence += 1
        key_id, _ = self.world.card_keys[1]
        tap = Tap(
            school_id=1, device_id=self.world.devices["gate"], sequence=self.sequence, digest=sha256(str(self.sequence).encode()).digest(), reader=way,
            token=self.world.token(name), key_id=str(key_id), person_id=self.world.people[name], device_at=moment, happened_at=moment, received_at=moment,
            late=late, suspect=suspect, outcome=Outcome.ADMIT, reason="OK", data_version="1",
        )
        async with self.database.begin() as session:
            session.add(tap)
            await session.flush()
            [passage] = await passages.record_many(session, [tap])
        assert passage is not None
        return passage

    async def react(self) -> None:
        """Publish what waits, react to all of it, and publish what came of it."""
        while await self.relay.publish():
            pass
        seq, more = 0, True
        while more:
            seq, more = await self.reactions.step(REACTION, seq)
        while await self.relay.publish():
            pass

    async def arrivals(self) -> list[tuple[Any, ...]]:
        """All late arrivals: whose, when, which passage and lesson, how many minutes."""
        columns = (LateArrival.pupil_id, LateArrival.on_date, LateArrival.passage_id, LateArrival.lesson_id, LateArrival.minutes)
        async with self.database.read() as session:
            return [tuple(row) for row in await session.execute(sa.select(*columns).order_by(LateArrival.on_date, LateArrival.pupil_id))]

    async def told(self) -> list[tuple[str, dict[str, Any], bool]]:
        """What the day has told, in order."""
        async with self.database.read() as session:
            found = await session.execute(sa.select(FeedRow.kind, FeedRow.payload, FeedRow.late).where(FeedRow.kind.like("day.%")).order_by(FeedRow.seq))
            return [(row.kind, row.payload, row.late) for row in found]
