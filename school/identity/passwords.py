"""Passwords: verified at the same cost whoever is asked for, chosen by their owner alone, taken back by the office with a one-time code."""

import asyncio
import datetime as dt
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy.ext.asyncio import AsyncSession

from school.context import Role, Viewer, act_in
from school.db import Database
from school.errors import Code, Refused, conflict, not_found
from school.identity import codes, sessions, throttle, tickets
from school.identity.models import TicketKind
from school.ids import Ref
from school.registry.account_models import Account, AccountRole
from school.registry.accounts import FAMILY, HASHER, LONGEST, hash_password

RESET_LIFE = dt.timedelta(days=3)
_ABSENT = HASHER.hash("a password that nobody has")
_AT_ONCE = asyncio.Semaphore(4)
_TRIED_FIRST = frozenset(Path(__file__).with_name("commonest.txt").read_text(encoding="utf-8").split())
"""What is tried first on any login, of the length that is allowed: from published lists of the commonest, with keyboards and words of schools here."""


def check(password: str, login: str) -> None:
    """Refused: WEAK_PASSWORD, one of those that are tried first, or the login itself. Its length is for `hash_password` to judge."""
    plain = password.strip().casefold()
    if plain in _TRIED_FIRST or plain == login or len(set(plain)) < 3 or (len(login) > 3 and plain.replace(login, "").strip("0123456789!.-_ ") == ""):
        raise Refused(Code.WEAK_PASSWORD, "This password is among the first that are tried.")


async def verify(password_hash: str | None, password: str) -> bool:
    """Whether the password is right; where there is none to compare, wrong after the same time. A few at once: each takes 19 MiB."""
    async with _AT_ONCE:
        right = await asyncio.to_thread(_verify, password_hash or _ABSENT, password[:LONGEST])
    return right and password_hash is not None


def _verify(password_hash: str, password: str) -> bool:
    try:
        return HASHER.verify(password_hash, password.encode(errors="surrogatepass"))
    except (VerificationError, InvalidHashError):
        return False


async def change(database: Database, viewer: Viewer, old: str | None, new: str) -> None:
    """Another password for the viewer's own account; its other sessions end, programs' tokens stay.

    Refused: BAD_CREDENTIALS (the old one is wrong), SIGN_IN_AGAIN (there is none yet, and the session is not fresh), WEAK_PASSWORD, BAD_INPUT,
    TOO_MANY_ATTEMPTS.
    """
    async with database.read() as session:
        account = (await session.execute(sa.select(Account.login, Account.password_hash).where(Account.id == viewer.account_id))).one()
        if account.password_hash is None:
            await sessions.require_fresh(session, viewer)
    tried = None
    if account.password_hash is not None:
        tried = await throttle.attempt(database, (throttle.LOGIN_FROM_DEVICE, f"{account.login}\0{viewer.session_id}"))
        if not await verify(account.password_hash, old or ""):
            raise Refused(Code.BAD_CREDENTIALS, "Login or password is wrong.")
    check(new, account.login)
    hashed = await asyncio.to_thread(hash_password, new)
    async with database.begin() as session:
        changed = await session.scalar(
            sa.update(Account).where(Account.id == viewer.account_id, Account.password_hash.is_not_distinct_from(account.password_hash))
            .values(password_hash=hashed).returning(Account.id).execution_options(synchronize_session=False))
        if changed is None:
            raise conflict("the password was changed meanwhile")
        if tried is not None:
            await tried.forgive(session)
        await sessions.revoke_others(session, viewer)


async def reset(session: AsyncSession, viewer: Viewer, person: Ref) -> str:
    """Take the password of a family's account away, by the office, and tell a one-time code by which its owner sets a new one within three days.

    Its sessions and tokens end. Refused: NOT_FOUND (no such person at the viewer's office, or none with an account), NOT_ALLOWED (the account is also
    somebody of a school's staff, or of a school where the viewer is no office: whoever operates the service resets it).
    """
    act_in(viewer, person.school_id, Role.OFFICE)
    of_person = sa.select(AccountRole.account_id).where(
        AccountRole.school_id == person.school_id, AccountRole.person_id == person.id, AccountRole.role.in_(FAMILY))
    held = (await session.execute(
        sa.select(AccountRole.account_id, AccountRole.school_id, AccountRole.role).where(AccountRole.account_id.in_(of_person)))).all()
    accounts = sorted({row.account_id for row in held})
    if not accounts:
        raise not_found()
    offices = viewer.schools(Role.OFFICE)
    if len(accounts) > 1 or any(row.role not in FAMILY or row.school_id not in offices for row in held):
        raise Refused(Code.NOT_ALLOWED, "This account is more than a family's of your school.")
    return await take_away(session, accounts[0])


async def take_away(session: AsyncSession, account_id: UUID) -> str:
    """`reset` for whoever operates the service: the password goes, all sessions and tokens end, a code is told."""
    await session.execute(sa.update(Account).where(Account.id == account_id).values(password_hash=None))
    await sessions.revoke_all(session, account_id)
    await tickets.withdraw(session, TicketKind.PASSWORD, account_id)
    code = codes.make()
    await tickets.issue(session, TicketKind.PASSWORD, codes.canonical(code), life=RESET_LIFE, account_id=account_id)
    return code


async def set_by_code(database: Database, code: str, new: str, *, address: str) -> None:
    """Set a password by the office's code, which is used up. Refused: BAD_CODE (unknown, used, expired), WEAK_PASSWORD, BAD_INPUT, TOO_MANY_ATTEMPTS."""
    tried = await throttle.attempt(database, (throttle.CODE, throttle.network(address)))
    async with database.read() as session:
        ticket = await tickets.look(session, TicketKind.PASSWORD, codes.canonical(code))
        login = None if ticket is None else await session.scalar(
            sa.select(Account.login).where(Account.id == ticket.account_id, Account.disabled_at.is_(None)))
    if login is None:
        raise codes.refused()
    check(new, login)
    hashed = await asyncio.to_thread(hash_password, new)
    async with database.begin() as session:
        ticket = await tickets.take(session, TicketKind.PASSWORD, codes.canonical(code))
        if ticket is None:  # used at the same moment
            raise codes.refused()
        await session.execute(sa.update(Account).where(Account.id == ticket.account_id).values(password_hash=hashed))
        await tried.forgive(session)
