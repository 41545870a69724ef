"""Device keys: a device announces its next key under its present one; the first request that the next one signs retires the other (docs/gateway.md)."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school import clock
from school.context import Role, Viewer, act_in
from school.errors import bad_input, conflict, not_found
from school.ids import Ref
from school.registry.models import Device

OVERLAP = dt.timedelta(days=7)
"""How long a device may take to use the key that it has announced; then that one lapses, and the present one stays."""
LONGEST_LIFE = dt.timedelta(days=90)
"""An older key is to be replaced: the answer to a heartbeat says so."""
KEY_BYTES = 32


async def announce(session: AsyncSession, device: Device, public_key: bytes) -> dt.datetime | None:
    """Accept a device's next key beside its present one; until when, or None where it is the present one already. The caller has seen a signature by each, and
    holds the device's row.

    The same key again is harmless and wins no time. CONFLICT: another one waits for its first use, or the key is another device's (a copied state).
    """
    if len(public_key) != KEY_BYTES:
        raise bad_input(f"publicKey must be {KEY_BYTES} bytes")
    now = clock.now()
    if device.public_key == public_key:
        return None
    if device.next_key is not None and device.next_key_until is not None and device.next_key_until > now:
        if device.next_key != public_key:
            raise conflict("another key waits for its first use")
        return device.next_key_until
    elsewhere = sa.exists().where(
        Device.school_id == device.school_id, Device.id != device.id, sa.or_(Device.public_key == public_key, Device.next_key == public_key))
    if await session.scalar(sa.select(elsewhere)):
        raise conflict("this key is another device's")
    device.next_key, device.next_key_until = public_key, now + OVERLAP
    await session.flush()
    return device.next_key_until


async def ask(session: AsyncSession, viewer: Viewer, ref: Ref) -> None:
    """The office wants a new key: the device is told with its next heartbeat. Asking again is harmless. CONFLICT: the device is turned away."""
    act_in(viewer, ref.school_id, Role.OFFICE)
    mine = (Device.school_id == ref.school_id, Device.id == ref.id)
    row = (await session.execute(sa.select(Device.revoked_at, Device.rotation_asked_at).where(*mine))).one_or_none()
    if row is None:
        raise not_found()
    if row.revoked_at is not None:
        raise conflict("this device is turned away")
    if row.rotation_asked_at is None:
        await session.execute(sa.update(Device).where(*mine).values(rotation_asked_at=clock.now()).execution_options(synchronize_session=False))


def is_wanted(asked_at: dt.datetime | None, made_at: dt.datetime, now: dt.datetime) -> bool:
    """Whether a device is to make a new key: the office has asked, or the present one is 90 days old."""
    return asked_at is not None or now - made_at >= LONGEST_LIFE
