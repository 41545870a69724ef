"""Throttles: how often a secret may be guessed. They count attempts, whatever the requests that carry them, in the database, for several processes serve."""

import datetime as dt
import hashlib
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from school import clock
from school.context import Context
from school.db import Database
from school.errors import Code, Refused
from school.identity.models import Throttle

MOST_IN_AN_OPERATION = 10
"""Secrets that are looked at for one document, whomever they are of: aliases buy nothing."""
_SWEEP_EVERY, _SWEPT_AT_ONCE = 200, 1000
_turns = count(1)


@dataclass(frozen=True, slots=True)
class Limit:
    """`burst` attempts at once, and one more each `every`."""

    name: str
    burst: int
    every: dt.timedelta


LOGIN_FROM_ADDRESS = Limit("login from address", 10, dt.timedelta(seconds=90))
"""Guesses of one login's password from one network: a person who mistypes, and no more."""
LOGIN_FROM_DEVICE = Limit("login from device", 10, dt.timedelta(seconds=90))
"""The same from a device that has been let in before; nobody else can use it up."""
LOGIN = Limit("login", 50, dt.timedelta(minutes=1))
"""Guesses of one login's password from anywhere; a known device is not held up by it."""
ADDRESS = Limit("address", 60, dt.timedelta(seconds=15))
"""Guesses of any login from one network: a school has a single address, and in its mornings there are some who mistype."""
CODE = Limit("code", 20, dt.timedelta(seconds=60))
"""One-time codes of 60 bits from one network."""
FACTOR_FROM_ADDRESS = Limit("factor from address", 5, dt.timedelta(minutes=5))
"""Second factors of one account from one network, by whoever knows its first: three of a million codes are right at a time."""
FACTOR = Limit("factor", 20, dt.timedelta(minutes=10))
"""The same from anywhere."""
CHALLENGE = Limit("challenge", 1000, dt.timedelta(seconds=1))
"""Challenges for passkeys, and ways to providers, begun from one network: no guesses, but rows; a whole school signs in behind one address."""

UNKNOWN_CALENDAR = Limit("unknown calendar", 60, dt.timedelta(seconds=15))
"""Calendar addresses that show nothing, asked for from one network: programs go on asking for one that was taken back."""
CALENDAR = Limit("calendar", 20, dt.timedelta(minutes=1))
"""Readings at one calendar address: a program asks a few times a day, and several devices may have it."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What an attempt has used up; `forgive` gives it back, and no more than that."""

    taken: Sequence[tuple[Limit, bytes]]

    async def forgive(self, session: AsyncSession) -> None:
        """It was right: it is not counted. What others have used up stays used."""
        for limit, key in self.taken:
            await session.execute(sa.update(Throttle).where(Throttle.key == key).values(until_ms=Throttle.until_ms - _milliseconds(limit.every)))


def guess(context: Context) -> None:
    """Count a secret that an operation brings. Refused: the eleventh (TOO_MANY_ATTEMPTS)."""
    context.guesses += 1
    if context.guesses > MOST_IN_AN_OPERATION:
        raise _refused(1)


def network(address: str) -> str:
    """From where somebody comes, as one who could change the rest at will: an IPv4 address, or the first 64 bits of an IPv6 address."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address[:64]
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((int(found) >> 64 << 64, 64)))
    return str(found)


async def attempt(database: Database, *keys: tuple[Limit, str]) -> Attempt:
    """Count an attempt before it is made, so that of any number at once only as many are made as are allowed.

    Refused: TOO_MANY_ATTEMPTS, with the seconds until one more is allowed; then nothing is counted.
    """
    taken = sorted(((limit, _key(limit, value)) for limit, value in keys), key=lambda pair: pair[1])
    async with database.begin() as session:
        await session.connection()  # SQLite's lock is waited for here, not between a moment and what is counted at it
        for limit, key in taken:
            await _take(session, limit, key)
        if next(_turns) % _SWEEP_EVERY == 0:
            await _sweep(session)
    return Attempt(taken)


async def _take(session: AsyncSession, limit: Limit, key: bytes) -> None:
    """The generic cell rate algorithm: one number for each key, moved by one guarded statement."""
    now, step = _milliseconds(clock.now() - dt.datetime.fromtimestamp(0, dt.UTC)), _milliseconds(limit.every)
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    latest = now + (limit.burst - 1) * step
    taken = await session.execute(insert(Throttle).values(key=key, until_ms=now + step).on_conflict_do_update(
        index_elements=[Throttle.key], set_={"until_ms": sa.case((Throttle.until_ms > now, Throttle.until_ms), else_=now) + step},
        where=Throttle.until_ms <= latest,
    ).returning(Throttle.until_ms))
    if taken.one_or_none() is None:
        until = await session.scalar(sa.select(Throttle.until_ms).where(Throttle.key == key))
        raise _refused(-(-((until or latest) - latest) // 1000))


def _refused(seconds: int) -> Refused:
    return Refused(Code.TOO_MANY_ATTEMPTS, "Too many attempts; try again later.", retry_after=max(1, seconds))


def _key(limit: Limit, value: str) -> bytes:
    return hashlib.sha256(f"{limit.name}\0{value}".encode(errors="surrogatepass")).digest()


def _milliseconds(span: dt.timedelta) -> int:
    return span // dt.timedelta(milliseconds=1)


async def _sweep(session: AsyncSession) -> None:
    """Forgiven keys go, some at a time: the table holds what was tried in the last hours."""
    now = _milliseconds(clock.now() - dt.datetime.fromtimestamp(0, dt.UTC))
    old = sa.select(Throttle.key).where(Throttle.until_ms < now).limit(_SWEPT_AT_ONCE)
    await session.execute(sa.delete(Throttle).where(Throttle.key.in_(old)).execution_options(synchronize_session=False))
