"""The office's side of enrolment in the people's GraphQL: one-time codes for devices that stand at doors and tills."""

from typing import Annotated

import strawberry

from school import ids
from school.context import Role
from school.errors import not_found
from school.fields import Info, Refusal, holds, mutation, rows
from school.gateway import enrolment
from school.ids import Kind
from school.registry.devices import Binding
from school.registry.models import DeviceKind
from school.registry.types import DeviceKindName


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


@rows(description="A one-time code, told once: `school-reader enrol --code …` within 24 hours.")
class DeviceCodeMade:
    """The code."""

    enrolment_code: str


@strawberry.type
class GatewayMutation:
    """Mutations about who may come through the gateway."""

    @mutation(holds(Role.OFFICE))
    async def make_device_code(
        self, info: Info, input: MakeDeviceCodeInput,  # noqa: A002 - the argument's public name
    ) -> Annotated[DeviceCodeMade | Refusal, strawberry.union("MakeDeviceCodeResult")]:
        """A one-time code that admits one device."""
        school_id = ids.decode(Kind.SCHOOL, input.school_id).school_id
        bindings = [_binding(binding, school_id) for binding in input.bindings]
        async with info.context.begin() as session:
            return DeviceCodeMade(enrolment_code=await enrolment.order_code(session, info.context.viewer, school_id, input.kind, input.name, bindings))


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
        binding["direction"] = given.direction.lower()
    return binding
