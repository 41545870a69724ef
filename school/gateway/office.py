"""The office's devices in the people's GraphQL: the list, one-time codes for devices that stand at doors and tills, new keys, revocation."""

from typing import Annotated

import strawberry

from school import ids
from school.access.models import Direction
from school.access.types import DirectionName
from school.context import ADMINISTRATION, Area, Role
from school.errors import not_found
from school.fields import Info, Refusal, holds, mutation, no_one, query, rows
from school.gateway import enrolment, fleet
from school.gateway.office_types import Device, DeviceCode
from school.ids import Kind
from school.registry import device_codes, device_keys, devices
from school.registry.device_codes import Binding, Order
from school.registry.models import DeviceKind
from school.registry.types import DeviceKindName


@strawberry.type
class GatewayQuery:
    """Queries about who may come through the gateway."""

    @query(holds(*ADMINISTRATION), Area.DEVICES, no_one)
    async def devices(self, info: Info) -> list[Device]:
        """The devices of the office's schools and how they are."""
        async with info.context.read() as session:
            return [Device.from_member(member) for member in await fleet.devices(session, info.context.viewer)]

    @query(holds(*ADMINISTRATION), Area.DEVICES, no_one)
    async def device_codes(self, info: Info) -> list[DeviceCode]:
        """The one-time codes of the office's schools that would admit a device now, the newest first."""
        async with info.context.read() as session:
            return [DeviceCode.from_code(code) for code in await fleet.codes(session, info.context.viewer)]


@strawberry.input(description="What a reader of the device stands for: a door with a direction, or a till.")
class BindingInput:
    """One reader."""

    reader: str
    door_id: strawberry.ID | None = None
    direction: Annotated[Direction, DirectionName] | None = None
    till_id: strawberry.ID | None = None


@strawberry.input(description="A device to be: its kind, its name, what its readers stand for.")
class MakeDeviceCodeInput:
    """`id` is made by the client (UUIDv7). The same again makes another code and voids the one before, which could not be told twice."""

    id: str
    school_id: strawberry.ID
    kind: Annotated[DeviceKind, DeviceKindName]
    name: str
    bindings: list[BindingInput]


@strawberry.input(description="A device to stand where this one stands.")
class RenewDeviceCodeInput:
    """`id` as in MakeDeviceCodeInput."""

    id: str
    device_id: strawberry.ID


@strawberry.input(description="The order of a one-time code.")
class DeviceCodeInput:
    """Which code."""

    code_id: strawberry.ID


@strawberry.input(description="A device.")
class DeviceInput:
    """Which device."""

    device_id: strawberry.ID


@rows(description="A one-time code, told once: `school-reader enrol --code …` within 24 hours.")
class DeviceCodeMade:
    """The code, and its order's id."""

    code_id: strawberry.ID
    enrolment_code: str


@rows(description="The code admits nobody any more.")
class DeviceCodeCancelled:
    """Which code."""

    code_id: strawberry.ID


@rows(description="The device will make a new key with its next heartbeat; what it has to send goes on meanwhile.")
class DeviceKeyAsked:
    """Which device."""

    device_id: strawberry.ID


@rows(description="The device is turned away from now on.")
class DeviceRevoked:
    """Which device."""

    device_id: strawberry.ID


DeviceCodeResult = Annotated[DeviceCodeMade | Refusal, strawberry.union("MakeDeviceCodeResult")]


@strawberry.type
class GatewayMutation:
    """Mutations about who may come through the gateway."""

    @mutation(holds(Role.OFFICE), Area.DEVICES)
    async def make_device_code(self, info: Info, input: MakeDeviceCodeInput) -> DeviceCodeResult:  # noqa: A002 - the argument's public name
        """A one-time code that admits one device."""
        school_id, order_id = ids.decode(Kind.SCHOOL, input.school_id).school_id, ids.client_id(input.id)
        order = Order(order_id, school_id, input.kind, input.name, [_binding(binding, school_id) for binding in input.bindings])
        async with info.context.begin() as session:
            code = await enrolment.order_code(session, info.context.viewer, order)
        return DeviceCodeMade(code_id=strawberry.ID(ids.encode(Kind.DEVICE_CODE, school_id, order_id)), enrolment_code=code)

    @mutation(holds(Role.OFFICE), Area.DEVICES)
    async def renew_device_code(self, info: Info, input: RenewDeviceCodeInput) -> DeviceCodeResult:  # noqa: A002 - the argument's public name
        """A one-time code for another device in the place of this one, which stays as it is until it is revoked."""
        device, order_id = ids.decode(Kind.DEVICE, input.device_id), ids.client_id(input.id)
        async with info.context.begin() as session:
            code = await enrolment.renew_code(session, info.context.viewer, order_id, device)
        return DeviceCodeMade(code_id=strawberry.ID(ids.encode(Kind.DEVICE_CODE, device.school_id, order_id)), enrolment_code=code)

    @mutation(holds(Role.OFFICE), Area.DEVICES)
    async def cancel_device_code(
        self, info: Info, input: DeviceCodeInput,  # noqa: A002 - the argument's public name
    ) -> Annotated[DeviceCodeCancelled | Refusal, strawberry.union("CancelDeviceCodeResult")]:
        """Void a code that nobody has used."""
        async with info.context.begin() as session:
            await device_codes.cancel_code(session, info.context.viewer, ids.decode(Kind.DEVICE_CODE, input.code_id))
        return DeviceCodeCancelled(code_id=input.code_id)

    @mutation(holds(Role.OFFICE), Area.DEVICES)
    async def rotate_device_key(
        self, info: Info, input: DeviceInput,  # noqa: A002 - the argument's public name
    ) -> Annotated[DeviceKeyAsked | Refusal, strawberry.union("RotateDeviceKeyResult")]:
        """Have a device make a new key for its signatures."""
        async with info.context.begin() as session:
            await device_keys.ask(session, info.context.viewer, ids.decode(Kind.DEVICE, input.device_id))
        return DeviceKeyAsked(device_id=input.device_id)

    @mutation(holds(Role.OFFICE), Area.DEVICES)
    async def revoke_device(
        self, info: Info, input: DeviceInput,  # noqa: A002 - the argument's public name
    ) -> Annotated[DeviceRevoked | Refusal, strawberry.union("RevokeDeviceResult")]:
        """Turn a device away; what it has recorded stays."""
        async with info.context.begin() as session:
            await devices.revoke(session, info.context.viewer, ids.decode(Kind.DEVICE, input.device_id))
        return DeviceRevoked(device_id=input.device_id)


def _binding(given: BindingInput, school_id: int) -> Binding:
    """As `devices` takes it: plain ids of the same school. NOT_FOUND for a place of another school, as for one that is nowhere."""
    binding = {"reader": given.reader}
    for noun, kind, text in (("door", Kind.DOOR, given.door_id), ("till", Kind.TILL, given.till_id)):
        if text is not None:
            ref = ids.decode(kind, text)
            if ref.school_id != school_id:
                raise not_found()
            binding[noun] = str(ref.id)
    if given.direction is not None:
        binding["direction"] = given.direction.value
    return binding
