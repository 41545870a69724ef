"""Enrolment: a stranger with a one-time code becomes a device, its readers bound to what the office said they stand for."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from school.access import doors
from school.access.models import Direction
from school.meals import till
from school.registry import devices
from school.registry.devices import Binding
from school.registry.models import Device, DeviceKind


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
