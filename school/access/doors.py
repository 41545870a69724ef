"""Doors, and which reader stands for which door and way."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school import outbox
from school.access import events
from school.access.models import AntiPassback, Direction, Door, DoorReader
from school.access.upserts import insert, insert_once
from school.context import Role, Viewer, act_in
from school.db import Rows
from school.errors import Code, Refused, bad_input, conflict, not_found
from school.ids import Ref
from school.registry.models import Device, DeviceKind
from school.registry.texts import line
from school.sets import Asked, RowSet
from school.statements import Read

MOST_DOORS = 200
MOST_READERS = 32
"""The most readers that one device may have bound."""
LONGEST_NAME = 80
"""Of a door, and of a reader."""


@dataclass(frozen=True, slots=True)
class Binding:
    """A reader, by its name on its device, stands for this door and way."""

    reader: str
    door_id: UUID
    direction: Direction


async def add_door(session: AsyncSession, viewer: Viewer, school_id: int, door_id: UUID, *, name: str, anti_passback: AntiPassback) -> Door:
    """The office adds a door; the same id and content again is harmless. Refused: a name that is taken (CONFLICT), more than 200 doors (TOO_MANY)."""
    act_in(viewer, school_id, Role.OFFICE)
    name = line(name, "name", LONGEST_NAME)
    values = {"school_id": school_id, "id": door_id, "name": name, "anti_passback": anti_passback}
    if not await insert_once(session, Door, values):
        stored = await session.get(Door, (school_id, door_id))
        if stored is None:
            raise conflict("A door of this name exists already.")
        if (stored.name, stored.anti_passback) != (name, anti_passback):
            raise conflict("This id stands for another door.")
        return stored
    if (await session.scalar(sa.select(sa.func.count()).where(Door.school_id == school_id)) or 0) > MOST_DOORS:
        raise Refused(Code.TOO_MANY, f"A school has at most {MOST_DOORS} doors.")
    return await session.get_one(Door, (school_id, door_id))


async def bind_reader(session: AsyncSession, viewer: Viewer, device: Ref, binding: Binding) -> DoorReader:
    """The office says what a gate's reader stands for; what it stood for before is replaced. Refused: a device that is no gate (BAD_INPUT)."""
    act_in(viewer, device.school_id, Role.OFFICE)
    kind = await session.scalar(sa.select(Device.kind).where(Device.school_id == device.school_id, Device.id == device.id, Device.revoked_at.is_(None)))
    if kind is None:
        raise not_found()
    if kind is not DeviceKind.GATE:
        raise bad_input("device must be a gate")
    await bind(session, device.school_id, device.id, [binding])
    return await session.get_one(DoorReader, (device.school_id, device.id, binding.reader.strip()), populate_existing=True)


async def check_bindings(session: AsyncSession, school_id: int, bindings: Sequence[Binding]) -> None:
    """Whether a gate could be bound so: each reader once, doors of this school. Asked when a code is used: until then a door may go."""
    if len(bindings) > MOST_READERS:
        raise Refused(Code.TOO_MANY, f"A device has at most {MOST_READERS} readers.")
    if len({line(binding.reader, "reader", LONGEST_NAME) for binding in bindings}) != len(bindings):
        raise bad_input("each reader stands for one door")
    await check_doors(session, school_id, {binding.door_id for binding in bindings})


async def check_doors(session: AsyncSession, school_id: int, door_ids: Collection[UUID]) -> None:
    """NOT_FOUND unless all these are doors of this school."""
    wanted = set(door_ids)
    found = set(await session.scalars(sa.select(Door.id).where(Door.school_id == school_id, Door.id.in_(wanted)))) if wanted else set()
    if found != wanted:
        raise not_found()


async def bind(session: AsyncSession, school_id: int, device_id: UUID, bindings: Sequence[Binding]) -> None:
    """Bind readers of a gate, as enrolment does by the office's code. Nothing is told if they were bound so already."""
    await check_bindings(session, school_id, bindings)
    stored = {row.reader: (row.door_id, row.direction) for row in await session.execute(
        sa.select(DoorReader.reader, DoorReader.door_id, DoorReader.direction).where(DoorReader.school_id == school_id, DoorReader.device_id == device_id))}
    wanted = {binding.reader.strip(): (binding.door_id, binding.direction) for binding in bindings}
    changed = {reader: place for reader, place in wanted.items() if stored.get(reader) != place}
    if len(stored.keys() | wanted.keys()) > MOST_READERS:
        raise Refused(Code.TOO_MANY, f"A device has at most {MOST_READERS} readers.")
    if not changed:
        return
    statement = insert(session, DoorReader)
    statement = statement.on_conflict_do_update(
        index_elements=["school_id", "device_id", "reader"],
        set_={"door_id": statement.excluded.door_id, "direction": statement.excluded.direction},
    )
    await session.execute(statement, [
        {"school_id": school_id, "device_id": device_id, "reader": reader, "door_id": door_id, "direction": direction}
        for reader, (door_id, direction) in sorted(changed.items())
    ])
    await outbox.append(session, events.bindings_changed(school_id, device_id))


_PLACES = RowSet.of("place", DoorReader, "school_id", "device_id", "reader")
"""Readers anywhere."""


@Read
def _bound(_service: Any, dialect: str) -> Rows:
    places = _PLACES.table(dialect)
    return sa.select(DoorReader.school_id, DoorReader.device_id, DoorReader.reader, DoorReader.door_id, DoorReader.direction).join(
        places, sa.and_(*(getattr(DoorReader, column) == places.c[column] for column in _PLACES.columns)))


def asking_bound(places: Collection[tuple[int, UUID, str]]) -> Asked:
    """Door and way of each of these readers (school, device, the reader's name) that has a binding."""
    return Asked(_bound, _PLACES, sorted(places))
