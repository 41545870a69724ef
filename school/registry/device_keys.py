"""Device keys: what is one, and how a device announces its next under its present one; the first request of the next retires the other (docs/gateway.md)."""

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
_PRIME = 2**255 - 19
_Y_OF_ORDER_8 = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826
_SMALL_ORDER = frozenset({0, 1, _PRIME - 1, _Y_OF_ORDER_8, _PRIME - _Y_OF_ORDER_8})
"""The y of the eight points of Ed25519 whose order divides 8."""


def is_sound(public_key: bytes) -> bool:
    """Whether anything that this key has signed was signed by somebody.

    Not so under a point of small order: one constant is its signature of every text, or of every eighth ("Taming the many EdDSAs", 2020). Nor has a key
    another form than the canonical one (RFC 8032, 5.1.3): a y beyond the prime; those of an x of zero are of small order. A y of no point signs nothing.
    """
    y = int.from_bytes(public_key, "little") & (1 << 255) - 1  # the last bit is the sign of x
    return len(public_key) == KEY_BYTES and y < _PRIME and y not in _SMALL_ORDER


def check(public_key: bytes) -> None:
    """BAD_INPUT unless it is the key of a device."""
    if not is_sound(public_key):
        raise bad_input(f"publicKey must be a sound Ed25519 key of {KEY_BYTES} bytes")


async def announce(session: AsyncSession, device: Device, public_key: bytes) -> dt.datetime | None:
    """Accept a device's next key beside its present one; until when, or None where it is the present one already. The caller has seen a signature by each, and
    holds the device's row.

    The same key again is harmless and wins no time. CONFLICT: another one waits for its first use, or the key is another device's (a copied state).
    """
    check(public_key)
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
