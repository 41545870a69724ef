"""Devices in GraphQL: the office's list, revocation. One-time codes are in `school.gateway.office`, which knows doors and tills."""

from typing import Annotated

import strawberry

from school import ids
from school.context import Role
from school.fields import Info, Refusal, holds, mutation, query, rows
from school.ids import Kind
from school.registry import devices, queries
from school.registry.types import Device


@strawberry.type
class DeviceQuery:
    """Queries about devices."""

    @query(holds(Role.OFFICE))
    async def devices(self, info: Info) -> list[Device]:
        """The devices of the office's schools and how they are."""
        async with info.context.read() as session:
            return [Device.from_row(row) for row in await queries.devices(session, info.context.viewer)]


@strawberry.input(description="A device.")
class DeviceInput:
    """Which device."""

    device_id: strawberry.ID


@rows(description="The device is turned away from now on.")
class DeviceRevoked:
    """Which device."""

    device_id: strawberry.ID


@strawberry.type
class DeviceMutation:
    """Mutations of devices."""

    @mutation(holds(Role.OFFICE))
    async def revoke_device(
        self, info: Info, input: DeviceInput,  # noqa: A002 - the argument's public name
    ) -> Annotated[DeviceRevoked | Refusal, strawberry.union("RevokeDeviceResult")]:
        """Turn a device away; what it has recorded stays."""
        async with info.context.begin() as session:
            await devices.revoke(session, info.context.viewer, ids.decode(Kind.DEVICE, input.device_id))
        return DeviceRevoked(device_id=input.device_id)
