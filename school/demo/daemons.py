"""The demo's reader daemons: two gates, a canteen and the office's desk, each a `school-reader` of its own with simulated readers, enrolled over HTTP."""

import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school.access.models import Door
from school.db import Database
from school.demo.cast import Cast, Member, ProcessDiedError
from school.demo.folder import Folder
from school.demo.programme import MAIN
from school.demo.taps import Reader, is_there
from school.meals.models import Till
from school.registry import device_codes
from school.registry.models import DeviceKind
from school.seed.plan import Size, plan_schools

_DOORS = plan_schools(Size.FULL)[0].doors
"""What stands at the gates of the main school, of whatever size; doors that its office adds are no part of the play."""
_READY_SECONDS = 60.0
_LOOK_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Daemon:
    """A reader PC: what it is for, and what its readers stand for."""

    name: str
    kind: DeviceKind
    called: str
    bindings: Sequence[Mapping[str, str]]
    state: Path

    @property
    def readers(self) -> list[Reader]:
        """Its readers, in the order of its bindings."""
        return [Reader(self.state, binding["reader"]) for binding in self.bindings]


async def plan_daemons(session: AsyncSession, folder: Folder) -> tuple[list[Daemon], UUID]:
    """A gate for each seeded door, a canteen for the first till, a desk for the office; and that till."""
    doors = (await session.execute(sa.select(Door.id, Door.name).where(Door.school_id == MAIN, Door.name.in_(_DOORS)).order_by(Door.id))).all()
    till = (await session.execute(sa.select(Till.id, Till.name).where(Till.school_id == MAIN).order_by(Till.id))).first()
    if till is None:
        raise LookupError("the seeded school has no till")
    daemons = [
        Daemon(
            f"gate-{number}", DeviceKind.GATE, door.name,
            [{"reader": way, "door": str(door.id), "direction": way} for way in ("in", "out")], folder.make("readers", f"gate-{number}"),
        )
        for number, door in enumerate(doors, start=1)
    ]
    canteen = [{"reader": "till", "till": str(till.id)}]
    return [
        *daemons, Daemon("canteen", DeviceKind.CANTEEN, till.name, canteen, folder.make("readers", "canteen")),
        Daemon("desk", DeviceKind.DESK, "Канцелярия", [{"reader": "desk"}], folder.make("readers", "desk")),
    ], till.id


async def start(planned: Sequence[Daemon], cast: Cast, database: Database, server: str, clock: str) -> list[Member]:
    """Start them beside each other, and wait until all take cards."""
    async with asyncio.TaskGroup() as tasks:
        starting = [tasks.create_task(_start(daemon, cast, database, server, clock)) for daemon in planned]
    return [task.result() for task in starting]


async def _start(daemon: Daemon, cast: Cast, database: Database, server: str, clock: str) -> Member:
    """Enrol it by a one-time code, unless an earlier demo has, and run it until it takes cards."""
    environment = {
        "READER_STATE": str(daemon.state), "READER_SERVER": server, "READER_CLOCK": clock,
        "READER_SIMULATED": json.dumps([binding["reader"] for binding in daemon.bindings]),
    }
    if not (daemon.state / "identity.json").is_file():
        async with database.begin() as session:
            code = await device_codes.make_code(session, MAIN, daemon.kind, daemon.called, daemon.bindings)
        await cast.run(f"{daemon.name}-enrol", "-m", "readers", "enrol", "--code", code, environment=environment)
    member = await cast.start(daemon.name, "-m", "readers", "run", environment=environment)
    deadline = time.monotonic() + _READY_SECONDS
    while not is_there(daemon.state):
        if member.process.returncode is not None or time.monotonic() > deadline:
            raise ProcessDiedError(f"{daemon.name} does not take cards; its log is {member.log}")
        await asyncio.sleep(_LOOK_SECONDS)  # nothing announces a socket of another process
    return member
