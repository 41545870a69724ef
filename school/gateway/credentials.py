"""Credentials: who signed a request, whether it is fresh, and that it is never carried out twice."""

import datetime as dt
import hashlib
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy.ext.asyncio import AsyncSession

from school import ids
from school.db import Database, Rows
from school.errors import Refused, bad_input
from school.gateway.denial import Denied, Reason
from school.ids import Kind, Ref
from school.registry import device_keys, devices
from school.registry.device_keys import OVERLAP
from school.registry.devices import Held
from school.registry.models import Device
from school.sets import SERVICE
from school.statements import Read

NEW = "new"
"""The School-Device of a stranger that brings a code."""

VERSION = "school-gateway-1"
ROTATION = "school-rotate-1"
TOLERANCE = dt.timedelta(minutes=5)
WINDOW = 64
"""How many counters are told apart: the highest one and 63 below it."""

KEYS = (Device.public_key, Device.next_key, Device.next_key_until)
_COUNTER = re.compile(r"0|[1-9][0-9]{0,18}")
_MILLISECONDS = re.compile(r"[0-9]{1,15}")
_SIGNATURE = re.compile(r"[A-Za-z0-9_-]{85}[AQgw]")
"""The last letter's lower four bits mean nothing; in its one form they are zero."""
_LARGEST_COUNTER = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Signed:
    """The headers of a request and the hash of its body: all that the signature covers, and the signature."""

    device: str
    counter: int
    time_ms: int
    signature: bytes
    body_hash: str

    @property
    def text(self) -> bytes:
        """What was signed."""
        return "\n".join((VERSION, self.device, str(self.counter), str(self.time_ms), self.body_hash)).encode()

    def verify(self, *public_keys: bytes) -> bytes:
        """Which of the keys signed exactly this; BAD_SIGNATURE if none did. The key that a stranger brings is looked at before: BAD_INPUT if it is none."""
        if self.device == NEW:
            for key in public_keys:
                device_keys.check(key)
        for key in public_keys:
            if has_signed(key, self.signature, self.text):
                return key
        raise Denied(Reason.BAD_SIGNATURE)


def has_signed(public_key: bytes, signature: bytes, text: bytes) -> bool:
    """Whether the key signed the text. One that is not sound signs nothing, even if it was stored before it was refused."""
    if not device_keys.is_sound(public_key):
        return False
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, text)
    except (InvalidSignature, ValueError):
        return False
    return True


def check_proof(device: str, public_key: bytes, proof: bytes) -> None:
    """BAD_INPUT unless a next key has signed that it is this device's: whoever announces it has its private half."""
    device_keys.check(public_key)
    text = "\n".join((ROTATION, device, urlsafe_b64encode(public_key).decode().rstrip("="))).encode()
    if not has_signed(public_key, proof, text):
        raise bad_input("proof must be the new key's signature")


@dataclass(frozen=True, slots=True)
class Caller:
    """A device whose signature was seen, by this key. `kind` is a plain text: one that this server does not know must not fail, and may do nothing."""

    ref: Ref
    kind: str
    key: bytes


def read(headers: Mapping[str, str], body: bytes) -> Signed:
    """The signature's headers; UNSIGNED when one is missing or not in its one form (a decimal without leading zeros, base64url without padding)."""
    device, counter = headers.get("school-device", ""), headers.get("school-counter", "")
    time, signature = headers.get("school-time", ""), headers.get("school-signature", "")
    well_formed = _COUNTER.fullmatch(counter) and _MILLISECONDS.fullmatch(time) and str(int(time)) == time and _SIGNATURE.fullmatch(signature)
    if not well_formed or not 0 < len(device) <= 64 or int(counter) > _LARGEST_COUNTER or (device == NEW) != (counter == "0"):
        raise Denied(Reason.UNSIGNED)
    return Signed(device, int(counter), int(time), urlsafe_b64decode(signature + "=="), hashlib.sha256(body).hexdigest())


def check_time(signed: Signed, now: dt.datetime) -> None:
    """CLOCK_SKEW when the device's idea of the server's time is off by more than five minutes."""
    if abs(signed.time_ms - milliseconds(now)) > TOLERANCE / dt.timedelta(milliseconds=1):
        raise Denied(Reason.CLOCK_SKEW)


def milliseconds(moment: dt.datetime) -> int:
    """Unix milliseconds."""
    return (moment - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(milliseconds=1)


@Read
def _known(_service: Any, dialect: str) -> Rows:
    return devices.wanted_devices(dialect, Device.school_id, Device.id, sa.cast(Device.kind, sa.String).label("kind"), *KEYS, Device.revoked_at)


async def known(database: Database, presented: Sequence[str]) -> list[Any]:
    """What is kept of each of these devices, by their public ids: None for one that is not. One statement."""
    refs = [_ref(device) for device in presented]
    wanted = devices.REFS.values(sorted({(ref.school_id, ref.id) for ref in refs if ref is not None}), database.engine.dialect)
    rows = await database.reader().all(_known, SERVICE, database.engine.dialect.name, **wanted)
    found = {Ref(row.school_id, row.id): row for row in rows}
    return [ref and found.get(ref) for ref in refs]


def _ref(device: str) -> Ref | None:
    try:
        return ids.decode(Kind.DEVICE, device)
    except Refused:
        return None


def identify(signed: Signed, row: Any, now: dt.datetime) -> Caller:
    """The enrolled device that signed, seen to be fresh; its counter is not taken yet. Who cannot sign learns nothing but that."""
    if row is None:
        raise Denied(Reason.UNKNOWN_DEVICE)
    key = signed.verify(*_accepted(row, now))
    if row.revoked_at is not None:
        raise Denied(Reason.REVOKED)
    check_time(signed, now)
    return Caller(Ref(row.school_id, row.id), row.kind, key)


def _accepted(row: Any, now: dt.datetime) -> list[bytes]:
    """The device's key, and the one that it has announced, until that lapses."""
    pending = row.next_key is not None and row.next_key_until is not None and row.next_key_until > now
    return [row.public_key, row.next_key] if pending else [row.public_key]


@dataclass(slots=True, eq=False)
class Turn:
    """A counter that a request uses up, and when it was received. `spent` once that is committed."""

    caller: Caller
    counter: int
    received_at: dt.datetime
    spent: bool = False


async def take_counters(session: AsyncSession, turns: Sequence[Turn]) -> list[Denied | None]:
    """Use up the counters of requests, under the lock of their devices' rows: of two requests with the same one, one goes on. The other is REPLAYED.

    Two statements, unless a next key is used for the first time.
    """
    held = await devices.hold_many(session, {turn.caller.ref for turn in turns})
    answers = await judge(session, held, turns)
    await devices.keep(session, [held[ref] for ref in {turn.caller.ref for turn, denied in zip(turns, answers, strict=True) if denied is None}])
    return answers


async def judge(session: AsyncSession, held: Mapping[Ref, Held], turns: Sequence[Turn]) -> list[Denied | None]:
    """As `take_counters`, on devices that are held already; the caller keeps them.

    The first request that the announced key has signed puts it in the place of the other, which signs nothing from now on.
    """
    answers: list[Denied | None] = []
    for turn in turns:
        try:
            await _take_counter(session, held[turn.caller.ref], turn)
        except Denied as denied:
            answers.append(denied)
        else:
            answers.append(None)
    return answers


async def _take_counter(session: AsyncSession, row: Held, turn: Turn) -> None:
    if row.revoked_at is not None:
        raise Denied(Reason.REVOKED)
    if turn.caller.key not in _accepted(row, turn.received_at):  # retired since it was seen to have signed
        raise Denied(Reason.BAD_SIGNATURE)
    advanced = advance(row.counter, row.counter_window, turn.counter)
    if advanced is None:
        raise Denied(Reason.REPLAYED)
    if turn.caller.key != row.public_key:
        device = await devices.hold(session, turn.caller.ref)
        _replace(device, turn.received_at)
        row.public_key, row.next_key, row.next_key_until = device.public_key, None, None
    row.counter, row.counter_window = advanced
    row.seen_at = turn.received_at


async def hold(session: AsyncSession, ref: Ref) -> Device:
    """The calling device's row, locked until the transaction ends; REVOKED when it was turned away since its counter was taken."""
    device = await devices.hold(session, ref)
    if device.revoked_at is not None:
        raise Denied(Reason.REVOKED)
    return device


def _replace(row: Device, now: dt.datetime) -> None:
    """The next key becomes the device's. What the office asked for after it was announced is still to be done."""
    if row.next_key is None or row.next_key_until is None:
        raise Denied(Reason.BAD_SIGNATURE)
    if row.rotation_asked_at is not None and row.rotation_asked_at <= row.next_key_until - OVERLAP:
        row.rotation_asked_at = None
    row.public_key, row.key_made_at, row.next_key, row.next_key_until = row.next_key, now, None, None


def advance(highest: int, window: int, counter: int) -> tuple[int, int] | None:
    """The new highest counter and window, or None for one that was used or lies below the window. Bit n of the window: highest - 1 - n was used."""
    if counter > highest:
        shift = counter - highest
        window = (window << 1 | 1) << (shift - 1) if shift < WINDOW else 0
        return counter, window & (1 << WINDOW - 1) - 1
    below = highest - counter
    if below == 0 or below >= WINDOW or window >> (below - 1) & 1:
        return None
    return highest, window | 1 << (below - 1)
