"""Devices in GraphQL: the office's list, one-time codes, revocation."""

from typing import Annotated

import strawberry

from school import ids
from school.context import Role
from school.errors import bad_input
from school.fields import Info, Refusal, holds, mutation, query, rows
from school.ids import Kind
from school.registry import devices, queries
from school.registry.models import DeviceKind
from school.registry.types import Device, DeviceKindName


@strawberry.type
class DeviceQuery:
    """Queries about devices."""

    @query(holds(Role.OFFICE))
    async def devices(self, info: Info) -> list[Device]:
        """The devices of the office's schools and how they are."""
        async with info.context.read() as session:
            return [Device.from_row(row) for row in await queries.devices(session, info.context.viewer)]


@strawberry.input(description="What a reader of the device stands for: a door with a direction (IN or OUT), or a till.")
class BindingInput:
    """One reader."""

    reader: str
    door_id: strawberry.ID | None = None
    direction: str | None = None
    till_id: strawberry.ID | None = None


@strawberry.input(description="A device to be: its kind, its name, what its readers stand for.")
class MakeDeviceCodeInput:
    """What makeDeviceCode takes."""

    school_id: strawberry.ID
    kind: Annotated[DeviceKind, DeviceKindName]
    name: str
    bindings: list[BindingInput]


@strawberry.input(description="A device.")
class DeviceInput:
    """Which device."""

    device_id: strawberry.ID


@rows(description="A one-time code, told once: `school-reader enrol --code …` within 24 hours.")
class DeviceCodeMade:
    """The code."""

    code: str


@rows(description="The device is turned away from now on.")
class DeviceRevoked:
    """Which device."""

    device_id: strawberry.ID


@strawberry.type
class DeviceMutation:
    """Mutations of devices."""

    @mutation(holds(Role.OFFICE))
    async def make_device_code(
        self, info: Info, input: MakeDeviceCodeInput,  # noqa: A002 - the argument's public name
    ) -> Annotated[DeviceCodeMade | Refusal, strawberry.union("MakeDeviceCodeResult")]:
        """A one-time code that admits one device."""
        school_id = ids.decode(Kind.SCHOOL, input.school_id).school_id
        bindings = [_binding(binding, school_id) for binding in input.bindings]
        async with info.context.begin() as session:
            return DeviceCodeMade(code=await devices.order_code(session, info.context.viewer, school_id, input.kind, input.name, bindings))

    @mutation(holds(Role.OFFICE))
    async def revoke_device(
        self, info: Info, input: DeviceInput,  # noqa: A002 - the argument's public name
    ) -> Annotated[DeviceRevoked | Refusal, strawberry.union("RevokeDeviceResult")]:
        """Turn a device away; what it has recorded stays."""
        async with info.context.begin() as session:
            await devices.revoke(session, info.context.viewer, ids.decode(Kind.DEVICE, input.device_id))
        return DeviceRevoked(device_id=input.device_id)


def _binding(given: BindingInput, school_id: int) -> dict[str, str]:
    """As `devices` takes it: plain ids of the same school."""
    binding = {"reader": given.reader}
    for noun, kind, text in (("door", Kind.DOOR, given.door_id), ("till", Kind.TILL, given.till_id)):
        if text is not None:
            ref = ids.decode(kind, text)
            if ref.school_id != school_id:
                raise bad_input(f"{noun}Id is of another school")
            binding[noun] = str(ref.id)
    if given.direction is not None:
        binding["direction"] = given.direction.lower()
    return binding
