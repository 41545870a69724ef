"""Devices: enrolment, heartbeat, revocation."""

import datetime as dt
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school import clock, ids, outbox, sets
from school.context import Role, Viewer, act_in
from school.db import Rows
from school.errors import bad_input, not_found
from school.ids import Ref
from school.registry import card_keys, device_codes, device_keys, events
from school.registry.device_codes import LONGEST_READER, MOST_READERS, Binding
from school.registry.models import Device, DeviceKind
from school.registry.texts import line
from school.sets import Asked, Change, RowSet
from school.statements import Read

LARGEST_COUNT = 2**31 - 1

Bind = Callable[[AsyncSession, Device, Sequence[Binding]], Awaitable[None]]
"""Applies bindings in the enrolment's transaction. Given by the caller, for doors and tills are no business of the registry."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a device tells of itself. `offset_ms` is how far the server's clock is ahead of its own."""

    software: str
    queue_depth: int
    rejected: int
    offset_ms: int
    list_version: str | None
    readers: Sequence[tuple[str, str]]


async def enrol(session: AsyncSession, code: str, public_key: bytes, software: str, bind: Bind) -> Device:
    """The new device of a code, which is used up; refused as `device_codes.use` does. The caller has seen a signature by `public_key`."""
    software = line(software, "software", 40)
    device_keys.check(public_key)
    now, id_ = clock.now(), ids.new()
    taken = await device_codes.use(session, code, id_)
    device = Device(
        school_id=taken.school_id, id=id_, kind=taken.kind, name=taken.name, public_key=public_key, enrolled_at=now, revoked_at=None, counter=0,
        counter_window=0, seen_at=now, software=software, queue_depth=0, rejected=0, clock_offset_ms=0, last_tap_at=None,
    )
    session.add(device)
    await session.flush()
    await card_keys.make_first_key(session, device.school_id)
    await bind(session, device, taken.bindings)
    return device


@dataclass(slots=True)
class Held:
    """A device's row, locked: what its requests and taps are judged by. What may be changed is stored by `keep`."""

    school_id: int
    id: UUID
    kind: DeviceKind
    public_key: bytes
    next_key: bytes | None
    next_key_until: dt.datetime | None
    revoked_at: dt.datetime | None
    counter: int
    counter_window: int
    seen_at: dt.datetime | None
    last_tap_at: dt.datetime | None


REFS = RowSet.of("wanted", Device, "school_id", "id")


def wanted_devices(dialect: str, *columns: Any) -> Rows:
    """These columns of those devices of `REFS` that there are."""
    wanted = REFS.table(dialect)
    return sa.select(*columns).join(wanted, sa.and_(Device.school_id == wanted.c.school_id, Device.id == wanted.c.id))


@Read
def _held(_service: Any, dialect: str) -> Rows:
    columns = [getattr(Device, column.name) for column in fields(Held)]
    return wanted_devices(dialect, *columns).order_by(Device.school_id, Device.id).with_for_update(key_share=True, of=Device)


async def hold(session: AsyncSession, ref: Ref) -> Device:
    """The device's row as it is now, locked until the transaction ends: its taps are taken one after another. Rows that refer to it are not held up."""
    statement = sa.select(Device).where(Device.school_id == ref.school_id, Device.id == ref.id).with_for_update(key_share=True)
    device = (await session.scalars(statement, execution_options={"populate_existing": True})).one_or_none()
    if device is None:
        raise not_found()
    return device


async def hold_many(session: AsyncSession, refs: Collection[Ref]) -> dict[Ref, Held]:
    """As `hold`, those of these devices that there are, locked in the order of their key. One statement."""
    [rows] = await sets.fetch(session, Asked(_held, REFS, sorted({(ref.school_id, ref.id) for ref in refs})))
    return {Ref(row.school_id, row.id): Held(*row) for row in rows}


_SEEN = Change(Device, ("school_id", "id"), "counter", "counter_window", "seen_at", "last_tap_at")


async def keep(session: AsyncSession, held: Iterable[Held]) -> None:
    """Store the counters of these devices, and when each was seen and its newest tap happened. One statement."""
    await _SEEN.run(session, [
        {"school_id": one.school_id, "id": one.id, "counter": one.counter, "counter_window": one.counter_window, "seen_at": one.seen_at,
         "last_tap_at": one.last_tap_at} for one in held
    ])


async def report(session: AsyncSession, ref: Ref, told: Report) -> None:
    """Keep what a heartbeat tells. The moment it was seen is kept with the counter of the request."""
    if not 0 <= told.queue_depth <= LARGEST_COUNT or not 0 <= told.rejected <= LARGEST_COUNT:
        raise bad_input("queueDepth and rejected must not be negative")
    if len(told.readers) > MOST_READERS:
        raise bad_input(f"a device has at most {MOST_READERS} readers")
    version = None if told.list_version is None else line(told.list_version, "listVersion", 80)
    readers: list[dict[str, Any]] = [{"name": line(name, "reader", LONGEST_READER), "state": state} for name, state in told.readers]
    await session.execute(sa.update(Device).where(Device.school_id == ref.school_id, Device.id == ref.id).values(
        software=line(told.software, "software", 40), queue_depth=told.queue_depth, rejected=told.rejected, clock_offset_ms=told.offset_ms,
        list_version=version, readers=readers,
    ))


async def revoke(session: AsyncSession, viewer: Viewer, ref: Ref) -> str:
    """Turn a device away from now on, by the office of its school; what it has recorded stays. Repeating it is harmless. The device's name."""
    act_in(viewer, ref.school_id, Role.OFFICE)
    return await revoke_by_operator(session, ref)


async def revoke_by_operator(session: AsyncSession, ref: Ref) -> str:
    """`revoke` for whoever operates the service."""
    mine, now = (Device.school_id == ref.school_id, Device.id == ref.id), clock.now()
    name = await session.scalar(sa.select(Device.name).where(*mine))
    if name is None:
        raise not_found()
    revoked = await session.execute(
        sa.update(Device).where(*mine, Device.revoked_at.is_(None)).values(revoked_at=now)
        .execution_options(synchronize_session=False))
    if revoked.rowcount:  # type: ignore[attr-defined]
        await outbox.append(session, events.device_revoked(ref.school_id, ref.id, now))
    return name


async def of_school(session: AsyncSession, school_id: int) -> Sequence[Device]:
    """All devices of a school, for whoever operates the service; at most 500. The office reads `gateway.fleet`."""
    return (await session.scalars(sa.select(Device).where(Device.school_id == school_id).order_by(Device.name, Device.id).limit(500))).all()
