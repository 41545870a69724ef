"""Enrolment: the office orders a one-time code; a stranger who brings it becomes a device, its readers bound to what the office said they stand for."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school.access import doors
from school.access.models import Direction, DoorReader
from school.context import Role, Viewer, act_in
from school.errors import not_found
from school.ids import Ref
from school.meals import till
from school.meals.models import TillReader
from school.registry import device_codes, devices
from school.registry.device_codes import Binding, Order
from school.registry.models import Device, DeviceKind


async def order_code(session: AsyncSession, viewer: Viewer, order: Order) -> str:
    """A one-time code for the office of the school; refused as `device_codes.fulfil` does, and NOT_FOUND where the school has no such door or till."""
    act_in(viewer, order.school_id, Role.OFFICE)
    if len(order.bindings) <= device_codes.MOST_READERS:  # more are refused anyway
        await check_places(session, order.school_id, order.bindings)
    return await device_codes.fulfil(session, order)


async def renew_code(session: AsyncSession, viewer: Viewer, order_id: UUID, device: Ref) -> str:
    """A one-time code for a device that is to stand where this one stands: same kind, name, doors or till. The old one stays as it is: it may have taps to
    send, and is turned away by its own verb. Refused as `device_codes.fulfil` does (BAD_INPUT: it stands nowhere), and NOT_FOUND without such a device."""
    act_in(viewer, device.school_id, Role.OFFICE)
    columns = (Device.kind, Device.name, Device.readers)
    row = (await session.execute(sa.select(*columns).where(Device.school_id == device.school_id, Device.id == device.id))).one_or_none()
    if row is None:
        raise not_found()
    if row.kind is DeviceKind.DESK:
        bindings = [{"reader": reader["name"]} for reader in row.readers or ()]
    else:
        bindings = await _bound(session, device)
    return await device_codes.fulfil(session, Order(order_id, device.school_id, row.kind, row.name, bindings, renews=device.id))


async def _bound(session: AsyncSession, device: Ref) -> list[dict[str, str]]:
    """What the readers of a gate or a canteen stand for, by their names."""
    at_doors = await session.execute(
        sa.select(DoorReader.reader, DoorReader.door_id, DoorReader.direction)
        .where(DoorReader.school_id == device.school_id, DoorReader.device_id == device.id).order_by(DoorReader.reader))
    at_tills = await session.execute(
        sa.select(TillReader.reader, TillReader.till_id).where(TillReader.school_id == device.school_id, TillReader.device_id == device.id)
        .order_by(TillReader.reader))
    doors_ = [{"reader": row.reader, "door": str(row.door_id), "direction": row.direction.value} for row in at_doors]
    return doors_ + [{"reader": row.reader, "till": str(row.till_id)} for row in at_tills]


async def check_places(session: AsyncSession, school_id: int, bindings: Sequence[Mapping[str, str]]) -> None:
    """NOT_FOUND unless every door and till of these bindings is the school's."""
    await doors.check_doors(session, school_id, {UUID(binding["door"]) for binding in bindings if "door" in binding})
    await till.check_tills(session, school_id, {UUID(binding["till"]) for binding in bindings if "till" in binding})


async def enrol(session: AsyncSession, code: str, public_key: bytes, software: str) -> Device:
    """The new device; refused as `devices.enrol` does, and NOT_FOUND where a door or till of its code has gone since."""
    return await devices.enrol(session, code, public_key, software, _bind)


async def _bind(session: AsyncSession, device: Device, bindings: Sequence[Binding]) -> None:
    if device.kind is DeviceKind.GATE:
        bound = [doors.Binding(binding["reader"], UUID(binding["door"]), Direction(binding["direction"])) for binding in bindings]
        await doors.bind(session, device.school_id, device.id, bound)
    elif device.kind is DeviceKind.CANTEEN:
        for binding in bindings:
            await till.bind_reader(session, device, binding["reader"], UUID(binding["till"]))
