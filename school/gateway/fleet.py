"""Fleet: a school's devices and outstanding codes as the office's screen shows them, with the places that readers stand for. Four statements for any number."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school import clock
from school.access.models import Direction, Door, DoorReader
from school.context import ADMINISTRATION, Viewer
from school.ids import Ref
from school.meals.models import Till, TillReader
from school.registry.device_codes import outstanding
from school.registry.models import Device, DeviceCode
from school.registry.policy import in_schools

MOST = 500
"""Devices shown; a city's office has one school."""


@dataclass(frozen=True, slots=True)
class Place:
    """What a reader stands for: a door with a direction, or a till; or nothing, at a desk and where a name is misspelt. `name` is the place's."""

    reader: str
    door_id: UUID | None = None
    direction: Direction | None = None
    till_id: UUID | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Code:
    """An outstanding code: what it is for, not the code itself, which nobody knows any more."""

    row: Any
    places: Sequence[Place]


@dataclass(frozen=True, slots=True)
class Member:
    """A device, its readers' places by their names, and the codes that would put another in its place."""

    row: Any
    places: Mapping[str, Place]
    codes: Sequence[Code]


async def devices(session: AsyncSession, viewer: Viewer) -> list[Member]:
    """The devices of the viewer's schools, by name, those that were turned away last; at most 500."""
    columns = (
        Device.school_id, Device.id, Device.kind, Device.name, Device.enrolled_at, Device.revoked_at, Device.seen_at, Device.software, Device.queue_depth,
        Device.rejected, Device.clock_offset_ms, Device.last_tap_at, Device.list_version, Device.readers, Device.key_made_at, Device.next_key_until,
        Device.rotation_asked_at,
    )
    rows = (await session.execute(
        sa.select(*columns).where(in_schools(viewer, Device.school_id, *ADMINISTRATION))
        .order_by(Device.revoked_at.is_not(None), Device.school_id, Device.name, Device.id).limit(MOST))).all()
    named = await _names(session, viewer)
    places = await _places(session, viewer, named)
    renewing: dict[Ref, list[Code]] = defaultdict(list)
    for code in await _codes(session, viewer, named):
        if code.row.renews_id is not None:
            renewing[Ref(code.row.school_id, code.row.renews_id)].append(code)
    return [Member(row, places[Ref(row.school_id, row.id)], renewing[Ref(row.school_id, row.id)]) for row in rows]


async def codes(session: AsyncSession, viewer: Viewer) -> list[Code]:
    """The codes of the viewer's schools that would admit a device now, the newest first. Two statements."""
    return await _codes(session, viewer, await _names(session, viewer))


_Names = Mapping[tuple[int, UUID], str]


async def _names(session: AsyncSession, viewer: Viewer) -> _Names:
    """The names of all doors and tills."""
    tables = (Door, Till)
    statement = sa.union_all(*(
        sa.select(table.school_id, table.id, table.name).where(in_schools(viewer, table.school_id, *ADMINISTRATION)) for table in tables))
    return {(row.school_id, row.id): row.name for row in await session.execute(statement)}


async def _places(session: AsyncSession, viewer: Viewer, named: _Names) -> Mapping[Ref, dict[str, Place]]:
    """What the readers of all devices stand for."""
    nowhere = (sa.null().cast(DoorReader.door_id.type), sa.null().cast(DoorReader.direction.type))
    at_doors = sa.select(
        DoorReader.school_id, DoorReader.device_id, DoorReader.reader, DoorReader.door_id, DoorReader.direction, nowhere[0].label("till_id"))
    at_tills = sa.select(
        TillReader.school_id, TillReader.device_id, TillReader.reader, nowhere[0].label("door_id"), nowhere[1].label("direction"), TillReader.till_id)
    statement = sa.union_all(
        at_doors.where(in_schools(viewer, DoorReader.school_id, *ADMINISTRATION)),
        at_tills.where(in_schools(viewer, TillReader.school_id, *ADMINISTRATION)))
    places: dict[Ref, dict[str, Place]] = defaultdict(dict)
    for row in await session.execute(statement):
        name = named.get((row.school_id, row.door_id or row.till_id))
        places[Ref(row.school_id, row.device_id)][row.reader] = Place(row.reader, row.door_id, row.direction, row.till_id, name)
    return places


async def _codes(session: AsyncSession, viewer: Viewer, named: _Names) -> list[Code]:
    columns = (
        DeviceCode.school_id, DeviceCode.id, DeviceCode.kind, DeviceCode.name, DeviceCode.bindings, DeviceCode.made_at, DeviceCode.expires_at,
        DeviceCode.renews_id,
    )
    now: dt.datetime = clock.now()
    found = await session.execute(
        sa.select(*columns).where(in_schools(viewer, DeviceCode.school_id, *ADMINISTRATION), *outstanding(now))
        .order_by(DeviceCode.made_at.desc(), DeviceCode.id).limit(MOST))
    return [Code(row, [_place_of(binding, row.school_id, named) for binding in row.bindings]) for row in found]


def _place_of(binding: Mapping[str, str], school_id: int, named: _Names) -> Place:
    """As an order keeps it."""
    door, till = (UUID(binding[noun]) if noun in binding else None for noun in ("door", "till"))
    direction = Direction(binding["direction"]) if "direction" in binding else None
    place = door or till
    return Place(binding["reader"], door, direction, till, None if place is None else named.get((school_id, place)))
