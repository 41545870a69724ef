"""Device codes: a one-time code admits one device of the kind, the name and the places that its order names."""

import datetime as dt
import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school import clock, ids
from school.context import Role, Viewer, act_in
from school.errors import Code, Refused, bad_input, conflict, not_found
from school.ids import Ref
from school.registry.models import DeviceCode, DeviceKind, School
from school.registry.texts import line

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no letter that is taken for a digit. Twelve of them are 60 random bits."""

CODE_LENGTH, CODE_GROUP = 12, 4
CODE_LIFE = dt.timedelta(hours=24)
MOST_CODES = 100
"""Outstanding ones of a school."""
MOST_READERS = 32
LONGEST_READER = 80

Binding = dict[str, str]
"""What a reader stands for: `reader`, and `door` and `direction` at a gate, or `till` in a canteen; ids are UUID texts."""

_BOUND_TO = {DeviceKind.GATE: {"door", "direction"}, DeviceKind.CANTEEN: {"till"}, DeviceKind.DESK: set[str]()}
_NEEDS = {DeviceKind.GATE: "a reader at a door", DeviceKind.CANTEEN: "a reader at a till"}


@dataclass(frozen=True, slots=True)
class Order:
    """What a code is for. `id` is made by whoever orders it; `renews` is the device whose place the new one is to take over."""

    id: UUID
    school_id: int
    kind: DeviceKind
    name: str
    bindings: Sequence[Mapping[str, str]]
    renews: UUID | None = None


async def make_code(session: AsyncSession, school_id: int, kind: DeviceKind, name: str, bindings: Sequence[Mapping[str, str]]) -> str:
    """The code of a fresh order, for whoever operates the service."""
    return await fulfil(session, Order(ids.new(), school_id, kind, name, bindings))


async def fulfil(session: AsyncSession, order: Order) -> str:
    """A one-time code `XXXX-XXXX-XXXX` that admits one device within 24 hours; told once, only its digest is kept.

    The same order again makes another code and voids the one before, for that cannot be told again. CONFLICT: the order's id stands for another one, or
    its code was used, cancelled or has expired. TOO_MANY: 100 codes of the school are outstanding. BAD_INPUT: among others, no reader at all of a gate or
    a canteen.
    """
    name, bindings = line(order.name, "name", 80), _check_bindings(order.kind, order.bindings)
    if await session.get(School, order.school_id) is None:
        raise not_found()
    code, now = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH)), clock.now()
    content = {"kind": order.kind, "name": name, "bindings": bindings, "renews_id": order.renews}
    fresh = {"digest": _digest(code), "made_at": now, "expires_at": now + CODE_LIFE}
    stored = await _ordered(session, order)
    if stored is None:
        waiting = await session.scalar(sa.select(sa.func.count()).where(DeviceCode.school_id == order.school_id, *outstanding(now)))
        if (waiting or 0) >= MOST_CODES:
            raise Refused(Code.TOO_MANY, f"at most {MOST_CODES} codes may be outstanding: cancel some")
        try:
            async with session.begin_nested():
                session.add(DeviceCode(school_id=order.school_id, id=order.id, cancelled_at=None, device_id=None, **content, **fresh))
        except sa.exc.IntegrityError:  # ordered twice at the same moment: one of the two codes is told
            raise conflict("this order is being made") from None
    else:
        if {name: getattr(stored, name) for name in content} != content:
            raise conflict("this id stands for another order")
        renewed = await session.execute(
            sa.update(DeviceCode).where(*_of(order), *outstanding(now)).values(**fresh).execution_options(synchronize_session=False))
        if not renewed.rowcount:  # type: ignore[attr-defined]
            raise conflict("the code of this order was used, cancelled or has expired: order another")
    return "-".join(code[start:start + CODE_GROUP] for start in range(0, CODE_LENGTH, CODE_GROUP))


async def _ordered(session: AsyncSession, order: Order) -> Any:
    columns = (DeviceCode.kind, DeviceCode.name, DeviceCode.bindings, DeviceCode.renews_id)
    return (await session.execute(sa.select(*columns).where(*_of(order)))).one_or_none()


def _of(order: Order | Ref) -> tuple[sa.ColumnElement[bool], ...]:
    return DeviceCode.school_id == order.school_id, DeviceCode.id == order.id


def outstanding(now: dt.datetime) -> tuple[sa.ColumnElement[bool], ...]:
    """Of codes: those that would admit a device now."""
    return DeviceCode.device_id.is_(None), DeviceCode.cancelled_at.is_(None), DeviceCode.expires_at > now


async def cancel_code(session: AsyncSession, viewer: Viewer, order: Ref) -> None:
    """Void an order's code, by the office. What admits nobody any more stays so: cancelling that is harmless. CONFLICT: it has admitted a device."""
    act_in(viewer, order.school_id, Role.OFFICE)
    await session.execute(
        sa.update(DeviceCode).where(*_of(order), *outstanding(clock.now())).values(cancelled_at=clock.now()).execution_options(synchronize_session=False))
    row = (await session.execute(sa.select(DeviceCode.device_id).where(*_of(order)))).one_or_none()
    if row is None:
        raise not_found()
    if row.device_id is not None:
        raise conflict("this code has admitted a device: revoke that")


def _digest(code: str) -> bytes:
    return hashlib.sha256(code.encode()).digest()


async def use(session: AsyncSession, code: str, device_id: UUID) -> Any:
    """The code admits this device, and nobody after it: its school, kind, name and bindings. One guarded UPDATE: of two that bring it at once, one is admitted.

    BAD_CODE: unknown, used, cancelled or expired, one answer for all.
    """
    taken = (await session.execute(
        sa.update(DeviceCode)
        .where(DeviceCode.digest == _digest(_canonical(code)), *outstanding(clock.now()))
        .values(device_id=device_id).returning(DeviceCode.school_id, DeviceCode.kind, DeviceCode.name, DeviceCode.bindings)
        .execution_options(synchronize_session=False))).one_or_none()
    if taken is None:
        raise Refused(Code.BAD_CODE, "This code is unknown, used or expired.")
    return taken


def _canonical(code: str) -> str:
    """The code as it was made, however it was typed: small letters, spaces, O for 0, I and L for 1."""
    return code.upper().translate(str.maketrans("OIL", "011", "- \t"))


def _check_bindings(kind: DeviceKind, bindings: Sequence[Mapping[str, str]]) -> list[Binding]:
    if len(bindings) > MOST_READERS:
        raise Refused(Code.TOO_MANY, f"a device has at most {MOST_READERS} readers")
    checked = [_check_binding(kind, binding) for binding in bindings]
    if len({binding["reader"] for binding in checked}) != len(checked):
        raise bad_input("each reader is bound once")
    if not checked and kind in _NEEDS:
        raise bad_input(f"a {kind} needs {_NEEDS[kind]}: without one it would refuse every card")
    return checked


def _check_binding(kind: DeviceKind, binding: Mapping[str, str]) -> Binding:
    wanted = {"reader"} | _BOUND_TO[kind]
    if set(binding) != wanted:
        raise bad_input(f"a binding of a {kind} has {', '.join(sorted(wanted))}")
    checked = {"reader": line(binding["reader"], "reader", LONGEST_READER)}
    if "direction" in binding:
        if binding["direction"] not in {"in", "out"}:
            raise bad_input("direction must be in or out")
        checked["direction"] = binding["direction"]
    for noun in ("door", "till"):
        if noun in binding:
            try:
                checked[noun] = str(UUID(binding[noun]))
            except ValueError:
                raise bad_input(f"{noun} must be a UUID") from None
    return checked
