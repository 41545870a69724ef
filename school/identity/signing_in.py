"""Signing in: a password, then the second factor where there is one. What is wrong is one refusal, at one cost, counted before it is looked at."""

import datetime as dt
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school.db import Database
from school.errors import Code, Refused
from school.identity import factors, passwords, sessions, throttle, tickets
from school.identity.models import TicketKind
from school.identity.secrets_at_rest import Safe
from school.identity.sessions import Client, Opened
from school.identity.throttle import Attempt, network
from school.registry import accounts
from school.registry.account_models import Account
from school.registry.accounts import canonical

TICKET_LIFE = dt.timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class HalfWay:
    """The first proof was right; the ticket and a second one complete it, within five minutes."""

    ticket: str


@dataclass(frozen=True, slots=True)
class Done:
    """A session has begun. `device`, sent with the next sign-in, keeps others' guesses from holding this client up."""

    opened: Opened
    device: str | None


async def by_password(database: Database, login: str, password: str, client: Client, *, device: str | None = None) -> Done | HalfWay:
    """The session of a login's password, or half the way to it.

    An unknown login, a wrong password and a disabled account are one refusal, BAD_CREDENTIALS, and take equally long. TOO_MANY_ATTEMPTS is decided
    before the password is looked at, by the login as it was asked for, whether it exists or not.
    """
    name = canonical(login)
    async with database.read() as session:
        account = (await session.execute(
            sa.select(Account.id, Account.password_hash, Account.disabled_at).where(Account.login == name))).one_or_none()
    usable = account is not None and account.disabled_at is None
    known = _nonce(account.password_hash, device) if account is not None and usable else None
    tried = await throttle.attempt(database, *_limits(name, client.address, known))
    right = await passwords.verify(account.password_hash if account is not None and usable else None, password)
    if account is None or not right:
        raise passwords.wrong()
    return await _proceed(database, account, client, tried, known)


def _limits(name: str, address: str, known: str | None) -> tuple[tuple[throttle.Limit, str], ...]:
    if known is not None:
        return ((throttle.LOGIN_FROM_DEVICE, f"{name}\0{known}"),)
    origin = network(address)
    return (throttle.LOGIN_FROM_ADDRESS, f"{name}\0{origin}"), (throttle.LOGIN, name), (throttle.ADDRESS, origin)


async def _proceed(database: Database, account: Any, client: Client, tried: Attempt, known: str | None) -> Done | HalfWay:
    async with database.begin() as session:
        held = await accounts.hold(session, account.id)
        if held is None or held.disabled_at is not None or held.password_hash != account.password_hash:  # taken away while it was verified
            raise passwords.wrong()
        await tried.forgive(session)
        if not await factors.has(session, account.id):
            opened = await sessions.begin(session, account.id, client, strong=False)
            return Done(opened, _device(account.password_hash, known))
        return await half_way(session, account.id, known)


async def half_way(session: AsyncSession, account_id: UUID, known: str | None = None) -> HalfWay:
    """A ticket for the second factor of an account that has one."""
    ticket = secrets.token_urlsafe(32)
    payload = {"device": known}
    await tickets.issue(session, TicketKind.SECOND_FACTOR, ticket, life=TICKET_LIFE, account_id=account_id, payload=payload)
    return HalfWay(ticket)


async def complete(database: Database, safe: Safe, ticket: str, code: str, client: Client) -> Done:
    """The session of a ticket and a second factor: six digits of the app, or a recovery code.

    Refused: SIGN_IN_AGAIN (the ticket is unknown, used or expired), BAD_CODE (the code is wrong or was used), TOO_MANY_ATTEMPTS.
    """
    async with database.read() as session:
        begun = await tickets.look(session, TicketKind.SECOND_FACTOR, ticket)
    if begun is None or begun.account_id is None:
        raise _too_late()
    account_id = begun.account_id
    tried = await throttle.attempt(
        database, (throttle.FACTOR_FROM_ADDRESS, f"{account_id}\0{network(client.address)}"), (throttle.FACTOR, str(account_id)))
    async with database.begin() as session:
        held = await accounts.hold(session, account_id)
        if held is None or held.disabled_at is not None:
            raise _too_late()
        await factors.accept(session, safe, account_id, code)
        if await tickets.take(session, TicketKind.SECOND_FACTOR, ticket) is None:
            raise _too_late()
        await tried.forgive(session)
        opened = await sessions.begin(session, account_id, client, strong=True)
    return Done(opened, _device(held.password_hash, begun.payload.get("device")))


def _too_late() -> Refused:
    return Refused(Code.SIGN_IN_AGAIN, "Sign in again.")


def _device(password_hash: str | None, known: str | None) -> str | None:
    """What a client is known by: a number, and a keyed digest that only whoever has this account's hash can make. A new password ends it."""
    if password_hash is None:
        return None
    nonce = known or secrets.token_urlsafe(12)
    return f"{nonce}.{_seal(password_hash, nonce)}"


def _nonce(password_hash: str | None, device: str | None) -> str | None:
    """The number of a device that this account has let in before; None for anything else."""
    nonce, _, seal = (device or "")[:200].partition(".")
    if password_hash is None or not nonce or not seal.isascii() or not hmac.compare_digest(seal, _seal(password_hash, nonce)):
        return None
    return nonce


def _seal(password_hash: str, nonce: str) -> str:
    return hmac.new(password_hash.encode(), b"device\0" + nonce.encode(errors="surrogatepass"), hashlib.sha256).hexdigest()
