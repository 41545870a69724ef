"""Sessions: begun by a proof, listed and ended by their owner, of whom they never say more than their account may now."""

import datetime as dt
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from unicodedata import category
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school import clock, ids
from school.context import Context, Viewer
from school.errors import Code, Refused, not_found
from school.registry.account_models import Session, SessionKind
from school.registry.accounts import digest_of
from school.registry.calendar_feed_models import CalendarFeed

MOST = 50
"""Sessions of one account at a time; the oldest make room."""
FRESH = dt.timedelta(minutes=15)
"""How long ago a sign-in may be that lets somebody change how they sign in."""


@dataclass(frozen=True, slots=True)
class Client:
    """Who signs in, as seen from here: from where, with what, and how the token will be held; for how long at most, and for how long unused."""

    address: str
    agent: str
    kind: SessionKind
    lasts: dt.timedelta
    idle: dt.timedelta

    @classmethod
    def of(cls, context: Context, *, cookie: bool) -> "Client":
        """The client of an operation."""
        settings = context.settings
        return cls(
            context.address, printable(context.agent), SessionKind.BROWSER if cookie else SessionKind.CLIENT,
            dt.timedelta(seconds=settings.session_seconds), dt.timedelta(seconds=settings.session_idle_seconds),
        )


@dataclass(frozen=True, slots=True)
class Opened:
    """A new session. The token is told once; the database keeps its digest. `ends_at` is the latest end."""

    token: str
    session_id: UUID
    account_id: UUID
    ends_at: dt.datetime


async def begin(session: AsyncSession, account_id: UUID, client: Client, *, strong: bool) -> Opened:
    """A session of an account whose proof was right; beyond the fiftieth the oldest ends."""
    token, now, session_id = secrets.token_urlsafe(32), clock.now(), ids.new()
    ends_at = now + client.lasts
    await session.execute(sa.insert(Session).values(
        id=session_id, account_id=account_id, digest=digest_of(token), kind=client.kind, strong=strong, address=client.address[:64],
        client=client.agent, made_at=now, seen_at=now, expires_at=min(ends_at, now + client.idle), ends_at=ends_at,
    ))
    oldest = sa.select(Session.id).where(*_standing(account_id)).order_by(Session.made_at.desc(), Session.id.desc()).offset(MOST).limit(1000)
    await _revoke(session, Session.id.in_(oldest.scalar_subquery()))
    return Opened(token, session_id, account_id, ends_at)


async def require_fresh(session: AsyncSession, viewer: Viewer) -> Any:
    """The viewer's session, which began in the last minutes: who finds a screen unlocked cannot change its owner's keys. Refused: SIGN_IN_AGAIN."""
    row = await require_standing(session, viewer)
    if row.made_at + FRESH <= clock.now():
        raise _again()
    return row


async def require_standing(session: AsyncSession, viewer: Viewer) -> Any:
    """The viewer's session, as it is now: it may have ended since the request began. Refused: SIGN_IN_AGAIN."""
    row = (await session.execute(
        sa.select(Session.made_at, Session.strong).where(Session.id == viewer.session_id, Session.revoked_at.is_(None)))).one_or_none()
    if row is None:
        raise _again()
    return row


def _again() -> Refused:
    return Refused(Code.SIGN_IN_AGAIN, "Sign in again first.")


async def of_account(session: AsyncSession, viewer: Viewer) -> Sequence[Any]:
    """The viewer's own sessions that stand, the last used first; at most fifty."""
    columns = sa.select(
        Session.id, Session.kind, Session.made_at, Session.seen_at, Session.expires_at, Session.address, Session.client, Session.strong)
    return (await session.execute(
        columns.where(*_standing(viewer.account_id)).order_by(Session.seen_at.desc(), Session.id.desc()).limit(MOST))).all()


async def revoke(session: AsyncSession, viewer: Viewer, session_id: UUID) -> None:
    """End one of the viewer's own sessions or tokens; ending it twice is harmless. Refused as absent: another account's."""
    own = Session.id == session_id, Session.account_id == viewer.account_id
    if await _revoke(session, *own) == 0 and await session.scalar(sa.select(Session.id).where(*own)) is None:
        raise not_found()


async def revoke_others(session: AsyncSession, viewer: Viewer) -> int:
    """End all of the viewer's sessions but this one; programs' tokens stay. How many."""
    return await _revoke(session, *_standing(viewer.account_id), Session.id != viewer.session_id)


async def revoke_all(session: AsyncSession, account_id: UUID, *, but: UUID | None = None) -> int:
    """End all of an account's sessions, programs' tokens included, but for one. How many. What calendars read by ends, too."""
    await _revoke_feeds(session, CalendarFeed.account_id == account_id)
    return await _revoke(session, Session.account_id == account_id, *(() if but is None else (Session.id != but,)))


async def revoke_weak(session: AsyncSession, account_ids: sa.Select[UUID]) -> None:
    """End the sessions and tokens of these accounts that no second factor was shown for, and the calendar addresses that they have made."""
    await _revoke_feeds(session, CalendarFeed.account_id.in_(account_ids), CalendarFeed.strong.is_(False))
    await _revoke(session, Session.account_id.in_(account_ids), Session.strong.is_(False))


async def sign_out(session: AsyncSession, viewer: Viewer) -> None:
    """End the viewer's own session; ending it twice is harmless."""
    await _revoke(session, Session.id == viewer.session_id)


def _standing(account_id: UUID | None) -> tuple[sa.ColumnElement[bool], ...]:
    return Session.account_id == account_id, Session.kind != SessionKind.PROGRAM, Session.revoked_at.is_(None), Session.expires_at > clock.now()


async def _revoke(session: AsyncSession, *which: sa.ColumnElement[bool]) -> int:
    ended = await session.execute(
        sa.update(Session).where(*which, Session.revoked_at.is_(None)).values(revoked_at=clock.now()).returning(Session.id)
        .execution_options(synchronize_session=False))
    return len(ended.all())


async def _revoke_feeds(session: AsyncSession, *which: sa.ColumnElement[bool]) -> None:
    await session.execute(
        sa.update(CalendarFeed).where(*which, CalendarFeed.revoked_at.is_(None)).values(revoked_at=clock.now())
        .execution_options(synchronize_session=False))


def printable(agent: str) -> str:
    """What a client says that it is, at most 200 letters of it, none of them invisible."""
    return "".join(letter for letter in agent[:200] if category(letter)[0] != "C")


@dataclass(frozen=True, slots=True)
class SetCookie:
    """What the answer tells a browser to keep: the session's token for so many seconds, or nothing any more. `suffix` names another cookie beside it."""

    value: str | None
    max_age: int = 0
    suffix: str = ""

    @classmethod
    def of(cls, opened: Opened) -> "SetCookie":
        """Until the latest end of the session; it may well end before."""
        return cls(opened.token, int((opened.ends_at - clock.now()).total_seconds()))
