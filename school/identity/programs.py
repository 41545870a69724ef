"""Programs' tokens: for the areas that they name, for a year at most, told once; they can do no more than their account may at the moment."""

import datetime as dt
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school import clock
from school.context import Area, Scope, Viewer
from school.errors import Code, Refused, bad_input, conflict
from school.identity import sessions
from school.registry import accounts
from school.registry.account_models import Session, SessionKind
from school.registry.accounts import digest_of
from school.registry.texts import line

PREFIX = "sch_"
"""By which a scanner of secrets finds one that was committed or pasted."""
MOST = 20
LONGEST_DAYS = 365


@dataclass(frozen=True, slots=True)
class Made:
    """A token; its text is None where it was told before."""

    row: Any
    token: str | None


async def make(session: AsyncSession, viewer: Viewer, token_id: UUID, name: str, scopes: Collection[Scope], days: int) -> Made:
    """A token for a program of the viewer's. Repeating is harmless, but the text was told once.

    Refused: SIGN_IN_AGAIN (the session is not fresh), BAD_INPUT (no scopes, or the account's own; 1 to 365 days), TOO_MANY (the account has twenty),
    CONFLICT (the same id, other content).
    """
    await accounts.hold(session, viewer.account_id)  # one at a time, for they are counted
    own = await sessions.require_fresh(session, viewer)
    name, wanted = line(name, "name", 80), _check(scopes)
    if not 1 <= days <= LONGEST_DAYS:
        raise bad_input(f"days must be 1 to {LONGEST_DAYS}")
    known = (await session.execute(_COLUMNS.where(Session.id == token_id))).one_or_none()
    if known is not None:
        if known.account_id != viewer.account_id or (known.name, known.scopes) != (name, wanted) or known.made_at + dt.timedelta(days=days) != known.expires_at:
            raise _taken()
        return Made(known, None)
    if len(await of_account(session, viewer)) >= MOST:
        raise Refused(Code.TOO_MANY, f"an account has at most {MOST} tokens")
    token, now = f"{PREFIX}{secrets.token_urlsafe(32)}", clock.now()
    try:
        async with session.begin_nested():
            await session.execute(sa.insert(Session).values(
                id=token_id, account_id=viewer.account_id, digest=digest_of(token), kind=SessionKind.PROGRAM, name=name, scopes=wanted, strong=own.strong,
                made_at=now, seen_at=None, expires_at=now + dt.timedelta(days=days),
            ))
    except sa.exc.IntegrityError:  # taken by another account at the same moment
        raise _taken() from None
    return Made((await session.execute(_COLUMNS.where(Session.id == token_id))).one(), token)


def _taken() -> Refused:
    return conflict("this id is taken by another token")


_COLUMNS = sa.select(Session.id, Session.account_id, Session.name, Session.scopes, Session.made_at, Session.seen_at, Session.expires_at)


async def of_account(session: AsyncSession, viewer: Viewer) -> Sequence[Any]:
    """The viewer's tokens that stand, the newest first."""
    mine = Session.account_id == viewer.account_id, Session.kind == SessionKind.PROGRAM, Session.revoked_at.is_(None), Session.expires_at > clock.now()
    return (await session.execute(_COLUMNS.where(*mine).order_by(Session.made_at.desc(), Session.id.desc()).limit(MOST))).all()


def _check(scopes: Collection[Scope]) -> list[list[Any]]:
    """In one order, each once, as they are kept."""
    if not scopes or len(scopes) > 2 * len(Area) or any(scope.area is Area.ACCOUNT for scope in scopes):
        raise bad_input("a token is for some areas, and never for the account")
    return [[area.value, write] for area, write in sorted(set(scopes))]
