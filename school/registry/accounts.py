"""Accounts: logins and what they are, and the Viewer behind a session's token. How one proves who one is stands in `school.identity`."""

import asyncio
import datetime as dt
import hashlib
import unicodedata
from collections.abc import Collection
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from argon2 import PasswordHasher
from sqlalchemy.ext.asyncio import AsyncSession

from school import clock, ids
from school.context import NOBODY, Grant
from school.db import Database, Moment, Rows
from school.errors import Code, Refused, bad_input
from school.registry.account_models import Account, AccountRole, Session
from school.statements import Asking, Many, Read, any_of, given

HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
"""argon2id with the parameters that OWASP's password storage cheat sheet names first: 19 MiB, two passes, one lane."""

SHORTEST, LONGEST = 8, 200
SHORTEST_LOGIN, LONGEST_LOGIN = 3, 80
SEEN_EVERY = dt.timedelta(minutes=5)
"""How finely a session's last use is kept: a write now and then, not one with each request."""
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Categories of what is not seen, or is seen differently here and there; a database does not even store some of it."""


def hash_password(password: str) -> str:
    """The argon2id hash of a password of 8 to 200 characters; takes some 60 ms."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise bad_input(f"a password has {SHORTEST} to {LONGEST} characters")
    return HASHER.hash(password.encode(errors="surrogatepass"))


def digest_of(token: str) -> bytes:
    """What the database keeps of a token; 256 random bits need no salt."""
    return hashlib.sha256(token.encode(errors="surrogatepass")).digest()


def canonical(login: str) -> str:
    """A login as the database has it, however it is typed: NFKC, without case. "", which nobody has, for one that is too long or not to be seen."""
    name = login.strip()
    if len(name) > LONGEST_LOGIN:
        return ""
    name = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return "" if len(name) > LONGEST_LOGIN or any(unicodedata.category(letter) in _UNSEEN for letter in name) else name


def _is_plain(name: str) -> bool:
    """Whether a login has letters of one alphabet, and ASCII's digits, signs and single spaces: nothing else passes for one of them."""
    alphabets = {unicodedata.name(letter, "").partition(" ")[0] for letter in name if letter.isalpha()}
    return len(alphabets) <= 1 and "  " not in name and all(letter.isalpha() or " " <= letter <= "~" for letter in name)


def is_standing(now: Any = None) -> sa.ColumnElement[bool]:
    """Of a session joined with its account: neither expired nor revoked, and the account not disabled."""
    return sa.and_(Session.expires_at > (clock.now() if now is None else now), Session.revoked_at.is_(None), Account.disabled_at.is_(None))


async def touch(session: AsyncSession, session_ids: Collection[UUID], *, idle: dt.timedelta) -> None:
    """Keep that these sessions are in use: a person's lasts for another `idle` from now, and never beyond its end."""
    now = clock.now()
    until = sa.literal(now + idle, Session.expires_at.type)
    lasts = sa.case((Session.ends_at.is_(None), Session.expires_at), (Session.ends_at < until, Session.ends_at), else_=until)
    await session.execute(
        sa.update(Session).where(Session.id.in_(session_ids), Session.revoked_at.is_(None), Session.expires_at > now)
        .values(seen_at=now, expires_at=lasts).execution_options(synchronize_session=False))


async def keep(database: Database, session_ids: Collection[UUID], *, idle: dt.timedelta) -> None:
    """An open socket is use, too: those of its sessions that have not been seen for a while are kept alive."""
    if not session_ids:
        return
    due = [row.id for row in await database.reader().all(_due, NOBODY, ids=list(session_ids), before=clock.now() - SEEN_EVERY)]
    if due:
        async with database.begin() as session:
            await touch(session, due, idle=idle)


@Read
def _due(_viewer: Asking) -> Rows:
    return sa.select(Session.id).where(
        any_of(Session.id, given("ids", Many(UUID))), Session.seen_at <= given("before", Moment()), Session.revoked_at.is_(None))


async def hold(session: AsyncSession, account_id: UUID | None) -> Any:
    """An account's login, password and `disabled_at`, held until the transaction ends; None for nobody's.

    Whoever proves to be it, adds a way in or takes them all away comes one after the other, and looks at the proof again once it is their turn.
    """
    return (await session.execute(
        sa.select(Account.login, Account.password_hash, Account.disabled_at).where(Account.id == account_id)
        .with_for_update(key_share=True))).one_or_none()


async def open_account(
    session: AsyncSession, login: str, password: str | None, grants: tuple[Grant, ...], *, account_id: UUID | None = None,
) -> UUID:
    """Make a login with its roles. Refused: a login that is too short, too long or not plain (BAD_INPUT), one that exists (CONFLICT)."""
    name = canonical(login)
    if len(name) < SHORTEST_LOGIN or not _is_plain(name):
        raise bad_input("a login has 3 to 80 characters: letters of one alphabet, digits and signs")
    if await session.scalar(sa.select(Account.id).where(Account.login == name)) is not None:
        raise _taken()
    account_id, hashed = account_id or ids.new(), await asyncio.to_thread(hash_password, password) if password else None
    try:
        async with session.begin_nested():
            session.add(Account(id=account_id, login=name, password_hash=hashed, made_at=clock.now(), disabled_at=None))
    except sa.exc.IntegrityError:  # taken at the same moment
        raise _taken() from None
    for grant in grants:
        await give_role(session, account_id, grant)
    return account_id


def _taken() -> Refused:
    return Refused(Code.CONFLICT, "This login exists already.")


async def give_role(session: AsyncSession, account_id: UUID, grant: Grant) -> None:
    """Let an account be this as well; harmless where it is."""
    key = (account_id, grant.school_id, grant.person_id, grant.role)
    if await session.get(AccountRole, key) is None:
        session.add(AccountRole(account_id=account_id, school_id=grant.school_id, person_id=grant.person_id, role=grant.role))
        await session.flush()
