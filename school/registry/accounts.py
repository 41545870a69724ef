"""Accounts: signing in with a password, sessions, and the Viewer behind a session's token."""

import asyncio
import datetime as dt
import hashlib
import secrets
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy.ext.asyncio import AsyncSession

from school import clock, ids
from school.context import NOBODY, Grant, Role, Viewer
from school.db import Database
from school.errors import Code, Refused, bad_input
from school.ids import Ref
from school.registry.account_models import Account, AccountRole, Session
from school.registry.models import Guardianship

HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
"""argon2id with the parameters that OWASP's password storage cheat sheet names first: 19 MiB, two passes, one lane."""

_ABSENT = HASHER.hash("a password that nobody has")
_AT_ONCE = asyncio.Semaphore(4)
SHORTEST, LONGEST = 8, 200
SHORTEST_LOGIN, LONGEST_LOGIN = 3, 80


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session. The token is told once; the database keeps its digest."""

    token: str
    expires_at: dt.datetime
    viewer: Viewer


def hash_password(password: str) -> str:
    """The argon2id hash of a password of 8 to 200 characters; takes some 60 ms."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise bad_input(f"a password has {SHORTEST} to {LONGEST} characters")
    return HASHER.hash(password)


def _verify(password_hash: str, password: str) -> bool:
    try:
        return HASHER.verify(password_hash, password.encode(errors="surrogatepass"))
    except (VerificationError, InvalidHashError):
        return False


def digest_of(token: str) -> bytes:
    """What the database keeps of a token; 256 random bits need no salt."""
    return hashlib.sha256(token.encode(errors="surrogatepass")).digest()


def _name(login: str) -> str:
    """A login as the database has it; "", which nobody has, for one that it could not even be asked for (NUL, a lone surrogate)."""
    name = login.strip().casefold()[:LONGEST_LOGIN]
    return "" if "\0" in name or any("\ud800" <= letter <= "\udfff" for letter in name) else name


async def sign_in(database: Database, login: str, password: str, *, seconds: int) -> SignedIn:
    """Begin a session of `seconds`. An unknown login, a wrong password and a disabled account are one refusal and take equally long."""
    async with database.read() as session:
        account = (await session.execute(
            sa.select(Account.id, Account.password_hash, Account.disabled_at).where(Account.login == _name(login)))).one_or_none()
    usable = account is not None and account.password_hash is not None and account.disabled_at is None
    async with _AT_ONCE:
        right = await asyncio.to_thread(_verify, account.password_hash if account and usable else _ABSENT, password[:LONGEST])
    if account is None or not usable or not right:
        raise Refused(Code.BAD_CREDENTIALS, "Login or password is wrong.")
    token, now = secrets.token_urlsafe(32), clock.now()
    expires_at = now + dt.timedelta(seconds=seconds)
    session_id = ids.new()
    async with database.begin() as session:
        session.add(Session(id=session_id, account_id=account.id, digest=digest_of(token), made_at=now, expires_at=expires_at))
        viewer = await _viewer(session, account.id, session_id)
    return SignedIn(token, expires_at, viewer)


async def viewer_of(session: AsyncSession, token: str) -> Viewer:
    """The viewer behind a token; nobody when the session is unknown, expired, revoked, or its account disabled."""
    row = (await session.execute(
        sa.select(Session.id, Session.account_id).join(Account, Account.id == Session.account_id).where(
            Session.digest == digest_of(token), Session.expires_at > clock.now(), Session.revoked_at.is_(None), Account.disabled_at.is_(None),
        ))).one_or_none()
    return NOBODY if row is None else await _viewer(session, row.account_id, row.id)


async def _viewer(session: AsyncSession, account_id: UUID, session_id: UUID) -> Viewer:
    found = (await session.execute(
        sa.select(AccountRole.school_id, AccountRole.person_id, AccountRole.role).where(AccountRole.account_id == account_id)
        .order_by(AccountRole.school_id, AccountRole.role, AccountRole.person_id))).all()
    grants = tuple(Grant(row.school_id, row.person_id, row.role) for row in found)
    guardians = [(grant.school_id, grant.person_id) for grant in grants if grant.role is Role.GUARDIAN]
    children = {Ref(grant.school_id, grant.person_id) for grant in grants if grant.role is Role.PUPIL}
    if guardians:
        rows = await session.execute(sa.select(Guardianship.school_id, Guardianship.pupil_id).where(
            sa.tuple_(Guardianship.school_id, Guardianship.guardian_id).in_(guardians), Guardianship.ended_at.is_(None)))
        children |= {Ref(row.school_id, row.pupil_id) for row in rows}
    return Viewer(account_id, session_id, grants, frozenset(children))


async def sign_out(session: AsyncSession, viewer: Viewer) -> None:
    """End the viewer's own session; ending it twice is harmless."""
    await session.execute(sa.update(Session).where(Session.id == viewer.session_id, Session.revoked_at.is_(None)).values(revoked_at=clock.now()))


async def open_account(session: AsyncSession, login: str, password: str | None, grants: tuple[Grant, ...]) -> UUID:
    """Make a login with its roles. Refused: a login that is too short, too long or no text (BAD_INPUT), one that exists (CONFLICT)."""
    name = _name(login)
    if len(name) < SHORTEST_LOGIN or len(login.strip().casefold()) > LONGEST_LOGIN:
        raise bad_input("a login has 3 to 80 characters")
    if await session.scalar(sa.select(Account.id).where(Account.login == name)) is not None:
        raise Refused(Code.CONFLICT, "This login exists already.")
    account = Account(
        id=ids.new(), login=name, password_hash=await asyncio.to_thread(hash_password, password) if password else None,
        made_at=clock.now(), disabled_at=None,
    )
    session.add(account)
    await session.flush()
    session.add_all(AccountRole(account_id=account.id, school_id=grant.school_id, person_id=grant.person_id, role=grant.role) for grant in grants)
    await session.flush()
    return account.id


async def login_of(session: AsyncSession, account_id: UUID) -> str:
    """The login of an account that exists."""
    return (await session.execute(sa.select(Account.login).where(Account.id == account_id))).scalar_one()
