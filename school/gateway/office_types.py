"""The office's explicit GraphQL types about devices."""

import datetime as dt
from typing import Annotated, Self

import strawberry

from school import clock, ids
from school.access.models import Direction
from school.access.types import DirectionName
from school.fields import rows
from school.gateway import fleet
from school.gateway.types import ReaderState
from school.ids import Kind
from school.registry.models import DeviceKind
from school.registry.types import DeviceKindName

ReaderStateName = strawberry.enum(ReaderState, name="ReaderState", description="How a reader is, as its daemon last told.")
_LARGEST = 2**31 - 1
"""Of GraphQL's Int; a clock at the end of the calendar is told as this."""


@rows(description="A reader of a device: how it is, and what it stands for. Null at a desk, and where the office's name for it is not the daemon's.")
class DeviceReader:
    """A reader. `place` is the name of its door or till; `state` is null where the daemon has not told of it."""

    name: str
    state: Annotated[ReaderState, ReaderStateName] | None
    door_id: strawberry.ID | None
    direction: Annotated[Direction, DirectionName] | None
    till_id: strawberry.ID | None
    place: str | None

    @classmethod
    def from_place(cls, school_id: int, place: fleet.Place, state: str | None) -> Self:
        """From what it stands for and its daemon's last word."""
        door, till = ((None if id_ is None else strawberry.ID(ids.encode(kind, school_id, id_))) for kind, id_ in (
            (Kind.DOOR, place.door_id), (Kind.TILL, place.till_id)))
        told = None if state is None else ReaderState(state)
        return cls(name=place.reader, state=told, door_id=door, direction=place.direction, till_id=till, place=place.name)


@rows(description="A one-time code that is outstanding: what it is for. The code itself is told once, and can be made anew by the same order.")
class DeviceCode:
    """An order of a code."""

    id: strawberry.ID
    kind: Annotated[DeviceKind, DeviceKindName]
    name: str
    readers: list[DeviceReader]
    renews: strawberry.ID | None
    made_at: dt.datetime
    expires_at: dt.datetime

    @classmethod
    def from_code(cls, code: fleet.Code) -> Self:
        """From a code as the fleet has it."""
        row = code.row
        renews = None if row.renews_id is None else strawberry.ID(ids.encode(Kind.DEVICE, row.school_id, row.renews_id))
        return cls(
            id=strawberry.ID(ids.encode(Kind.DEVICE_CODE, row.school_id, row.id)), kind=row.kind, name=row.name, renews=renews, made_at=row.made_at,
            expires_at=row.expires_at, readers=[DeviceReader.from_place(row.school_id, place, None) for place in code.places],
        )


@rows(description="A device: the daemon on a gate's, a canteen's or an office's PC.")
class Device:
    """A device and how it is. `clockOffsetMs` is how far the server's clock is ahead of its own. `codes` would put another in its place."""

    id: strawberry.ID
    kind: Annotated[DeviceKind, DeviceKindName]
    name: str
    enrolled_at: dt.datetime
    revoked_at: dt.datetime | None
    seen_at: dt.datetime | None
    silent_seconds: int | None = strawberry.field(description="How long nothing has been heard of it; null: it was never heard of.")
    software: str
    queue_depth: int
    rejected: int
    clock_offset_ms: int
    last_tap_at: dt.datetime | None
    list_version: str | None
    readers: list[DeviceReader]
    key_made_at: dt.datetime
    key_asked_at: dt.datetime | None = strawberry.field(description="When the office asked for a new key that has not come yet.")
    next_key_until: dt.datetime | None = strawberry.field(description="A new key is announced, and lapses then unless it is used.")
    codes: list[DeviceCode]

    @classmethod
    def from_member(cls, member: fleet.Member) -> Self:
        """From a device as the fleet has it. Its readers are those that the office has bound and those that the daemon told of, by name."""
        row = member.row
        states = {reader["name"]: reader["state"] for reader in row.readers or ()}
        silent = None if row.seen_at is None else max(0, min(int(clock.lived(row.seen_at)), _LARGEST))
        pending = row.next_key_until is not None and row.next_key_until > clock.now()
        return cls(
            id=strawberry.ID(ids.encode(Kind.DEVICE, row.school_id, row.id)), kind=row.kind, name=row.name, enrolled_at=row.enrolled_at,
            revoked_at=row.revoked_at, seen_at=row.seen_at, silent_seconds=silent, software=row.software, queue_depth=row.queue_depth, rejected=row.rejected,
            clock_offset_ms=max(-_LARGEST, min(row.clock_offset_ms, _LARGEST)), last_tap_at=row.last_tap_at, list_version=row.list_version,
            readers=[
                DeviceReader.from_place(row.school_id, member.places.get(name) or fleet.Place(name), states.get(name))
                for name in sorted({*states, *member.places})
            ],
            key_made_at=row.key_made_at or row.enrolled_at, key_asked_at=row.rotation_asked_at, next_key_until=row.next_key_until if pending else None,
            codes=[DeviceCode.from_code(code) for code in member.codes],
        )
