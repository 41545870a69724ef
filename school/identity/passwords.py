"""Passwords: verified at the same cost whoever is asked for, chosen by their owner alone; and accounts that are taken back, or closed."""

import asyncio
import datetime as dt
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy.ext.asyncio import AsyncSession

from school import clock
from school.context import FAMILY, Role, Viewer, act_in
from school.db import Database
from school.errors import Code, Refused, conflict, not_found
from school.identity import codes, events, sessions, throttle, tickets
from school.identity.models import OutsideIdentity, Passkey, TicketKind
from school.ids import Ref
from school.registry import accounts
from school.registry.account_models import Account, AccountRole
from school.registry.accounts import HASHER, LONGEST, hash_password
from school.row_security import Identity

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


def wrong() -> Refused:
    """Unknown login, wrong password, disabled account: one answer."""
    return Refused(Code.BAD_CREDENTIALS, "Login or password is wrong.")


async def change(database: Database, viewer: Viewer, old: str | None, new: str) -> None:
    """Another password for the viewer's own account. Its other sessions, its programs' tokens and whatever was begun end; passkeys and providers stay.

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
            raise wrong()
    check(new, account.login)
    hashed = await asyncio.to_thread(hash_password, new)
    async with database.begin(Identity(viewer.account_id), as_service=True) as session:
        held = await accounts.hold(session, viewer.account_id)
        await sessions.require_standing(session, viewer)
        if viewer.account_id is None or held.password_hash != account.password_hash:
            raise conflict("the password was changed meanwhile")
        if tried is not None:
            await tried.forgive(session)
        await _set(session, viewer.account_id, hashed, but=viewer.session_id)


async def _set(session: AsyncSession, account_id: UUID, hashed: str, *, but: UUID | None = None) -> None:
    """Whatever was proved with the former password ends, but for one session."""
    await session.execute(sa.update(Account).where(Account.id == account_id).values(password_hash=hashed))
    await sessions.revoke_all(session, account_id, but=but)
    await tickets.withdraw(session, account_id)
    await events.tell(session, events.PASSWORD_CHANGED, account_id, own=True)


async def reset(session: AsyncSession, viewer: Viewer, person: Ref) -> str:
    """Take a family's account back from whoever has it, by the office, and tell a one-time code by which its owner sets a new password within three days.

    All that lets anybody in goes, as `take_away` has it. Refused: NOT_FOUND (no such person at the viewer's office, or none with an account),
    NOT_ALLOWED (the account is also somebody of a school's staff, or of a school where the viewer is no office: whoever operates the service resets it).
    """
    act_in(viewer, person.school_id, Role.OFFICE)
    of_person = sa.select(AccountRole.account_id).where(
        AccountRole.school_id == person.school_id, AccountRole.person_id == person.id, AccountRole.role.in_(FAMILY))
    held = (await session.execute(
        sa.select(AccountRole.account_id, AccountRole.school_id, AccountRole.role).where(AccountRole.account_id.in_(of_person)))).all()
    found = sorted({row.account_id for row in held})
    if not found:
        raise not_found()
    offices = viewer.schools(Role.OFFICE)
    if len(found) > 1 or any(row.role not in FAMILY or row.school_id not in offices for row in held):
        raise Refused(Code.NOT_ALLOWED, "This account is more than a family's of your school.")
    return await take_away(session, found[0])


async def take_away(session: AsyncSession, account_id: UUID) -> str:
    """`reset` for whoever operates the service: password, passkeys and providers go, sessions, tokens and whatever was begun end, a code is told.

    An authenticator app stays: it lets nobody in alone, and is asked for with the next password (`factors.forget`).
    """
    await accounts.hold(session, account_id)
    await session.execute(sa.update(Account).where(Account.id == account_id).values(password_hash=None))
    for table in (Passkey, OutsideIdentity):
        await session.execute(sa.delete(table).where(table.account_id == account_id).execution_options(synchronize_session=False))
    await sessions.revoke_all(session, account_id)
    await tickets.withdraw(session, account_id)
    await events.tell(session, events.PASSWORD_RESET, account_id)
    code = codes.make()
    await tickets.issue(session, TicketKind.PASSWORD, codes.canonical(code), life=RESET_LIFE, account_id=account_id)
    return code


async def disable(session: AsyncSession, account_id: UUID) -> None:
    """Let nobody in by an account from now on: its sessions and tokens end. Harmless where it is so."""
    if (await accounts.hold(session, account_id)).disabled_at is None:
        await session.execute(sa.update(Account).where(Account.id == account_id).values(disabled_at=clock.now()))
        await events.tell(session, events.DISABLED, account_id)
    await sessions.revoke_all(session, account_id)
    await tickets.withdraw(session, account_id)


async def enable(session: AsyncSession, account_id: UUID) -> None:
    """Let an account's owner in again. Harmless where it is so."""
    if (await accounts.hold(session, account_id)).disabled_at is not None:
        await session.execute(sa.update(Account).where(Account.id == account_id).values(disabled_at=None))
        await events.tell(session, events.ENABLED, account_id)


async def set_by_code(database: Database, code: str, new: str, *, address: str) -> None:
    """Set a password by the office's code, which is used up; all sessions end.

    Refused: BAD_CODE (unknown, used, expired), WEAK_PASSWORD, BAD_INPUT, TOO_MANY_ATTEMPTS.
    """
    tried = await throttle.attempt(database, (throttle.CODE, throttle.network(address)))
    async with database.read() as session:
        ticket = await tickets.look(session, TicketKind.PASSWORD, codes.canonical(code))
        login = None if ticket is None else await session.scalar(
            sa.select(Account.login).where(Account.id == ticket.account_id, Account.disabled_at.is_(None)))
    if ticket is None or ticket.account_id is None or login is None:
        raise codes.refused()
    check(new, login)
    hashed = await asyncio.to_thread(hash_password, new)
    async with database.begin(Identity(ticket.account_id), as_service=True) as session:
        held = await accounts.hold(session, ticket.account_id)
        if held.disabled_at is not None or await tickets.take(session, TicketKind.PASSWORD, codes.canonical(code)) is None:  # used at the same moment
            raise codes.refused()
        await _set(session, ticket.account_id, hashed)
        await tried.forgive(session)
