"""Enrolment: the office orders a one-time code; a stranger who brings it becomes a device, its readers bound to what the office said they stand for."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from school.access import doors
from school.access.models import Direction
from school.context import Role, Viewer, act_in
from school.meals import till
from school.registry import devices
from school.registry.devices import Binding
from school.registry.models import Device, DeviceKind


async def order_code(session: AsyncSession, viewer: Viewer, school_id: int, kind: DeviceKind, name: str, bindings: Sequence[Binding]) -> str:
    """A one-time code for the office of the school; refused as `devices.order_code` does, and NOT_FOUND where the school has no such door or till."""
    act_in(viewer, school_id, Role.OFFICE)
    if len(bindings) <= devices.MOST_READERS:  # more are refused anyway
        await check_places(session, school_id, bindings)
    return await devices.order_code(session, viewer, school_id, kind, name, bindings)


async def check_places(session: AsyncSession, school_id: int, bindings: Sequence[Binding]) -> None:
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
