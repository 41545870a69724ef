"""Calendar feeds: secret addresses of a timetable, told once, taken back at any time; they can do no more than their account may at the moment."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school import clock, outbox
from school.context import Area, Role, Viewer
from school.errors import Code, Refused, conflict, not_found
from school.identity import events, sessions
from school.ids import Ref
from school.reading import Reader
from school.registry import accounts, viewers
from school.registry.accounts import SEEN_EVERY, digest_of
from school.registry.calendar_feed_models import CalendarFeed, Language

MOST = 5
"""Addresses of one account for one person: a phone, a tablet, a computer and two that were forgotten."""
MOST_OF_ACCOUNT = 100
SECRET_LENGTH = 43
"""Letters of 256 bits by chance."""


@dataclass(frozen=True, slots=True)
class Made:
    """A feed; its secret is None where it was told before."""

    row: Any
    secret: str | None


def may_follow(viewer: Viewer, person: Ref) -> bool:
    """Whose lessons the viewer may have in a calendar: a child's of the family whose diary is not withheld, a teacher their own."""
    return viewer.allows(Area.DIARY) and (person in viewer.family(Area.DIARY) or person in viewer.persons(Role.TEACHER))


_COLUMNS = sa.select(
    CalendarFeed.school_id, CalendarFeed.id, CalendarFeed.account_id, CalendarFeed.person_id, CalendarFeed.language, CalendarFeed.made_at,
    CalendarFeed.read_at, CalendarFeed.revoked_at)


async def make(session: AsyncSession, viewer: Viewer, feed: Ref, person_id: UUID, language: Language) -> Made:
    """A feed of this person's lessons, in their school. Repeating is harmless, but the secret was told once.

    Refused: NOT_FOUND (a person whom the viewer may not follow), TOO_MANY (the account has five of this person), CONFLICT (the same id, other content),
    SIGN_IN_AGAIN (the session has ended meanwhile).
    """
    await accounts.hold(session, viewer.account_id)  # one at a time, for they are counted
    own = await sessions.require_standing(session, viewer)
    person = Ref(feed.school_id, person_id)
    if not may_follow(viewer, person):
        raise not_found()
    this = _COLUMNS.where(CalendarFeed.school_id == feed.school_id, CalendarFeed.id == feed.id)
    known = (await session.execute(this)).one_or_none()
    if known is not None:
        if (known.account_id, known.person_id, known.language) != (viewer.account_id, person_id, language):
            raise _taken()
        return Made(known, None)
    if len([one for one in await of_account(session, viewer) if Ref(one.school_id, one.person_id) == person]) >= MOST:
        raise Refused(Code.TOO_MANY, f"at most {MOST} calendar addresses of one person")
    secret = secrets.token_urlsafe(32)
    try:
        async with session.begin_nested():
            await session.execute(sa.insert(CalendarFeed).values(
                school_id=feed.school_id, id=feed.id, account_id=viewer.account_id, person_id=person_id, digest=digest_of(secret), language=language,
                strong=own.strong, made_at=clock.now()))
    except sa.exc.IntegrityError:  # taken by another account at the same moment
        raise _taken() from None
    await outbox.append(session, events.about(events.CALENDAR_MADE, feed.school_id, person_id))
    return Made((await session.execute(this)).one(), secret)


def _taken() -> Refused:
    return conflict("this id is taken by another calendar address")


async def revoke(session: AsyncSession, viewer: Viewer, feed: Ref) -> None:
    """Nothing is read at this address any more; revoking it twice is harmless. Refused as absent: another account's."""
    mine = CalendarFeed.school_id == feed.school_id, CalendarFeed.id == feed.id, CalendarFeed.account_id == viewer.account_id
    ended = await session.scalar(
        sa.update(CalendarFeed).where(*mine, CalendarFeed.revoked_at.is_(None)).values(revoked_at=clock.now()).returning(CalendarFeed.person_id)
        .execution_options(synchronize_session=False))
    if ended is not None:
        await outbox.append(session, events.about(events.CALENDAR_REVOKED, feed.school_id, ended))
    elif await session.scalar(sa.select(CalendarFeed.id).where(*mine)) is None:
        raise not_found()


async def of_account(session: AsyncSession, viewer: Viewer) -> Sequence[Any]:
    """The viewer's addresses at which something can be read now, the newest first."""
    mine = CalendarFeed.account_id == viewer.account_id, CalendarFeed.revoked_at.is_(None)
    found = await session.execute(_COLUMNS.where(*mine).order_by(CalendarFeed.made_at.desc(), CalendarFeed.id.desc()).limit(MOST_OF_ACCOUNT))
    return [row for row in found if may_follow(viewer, Ref(row.school_id, row.person_id))]


async def find(reader: Reader, secret: str) -> tuple[Any, Viewer]:
    """The feed behind a secret and who reads by it, as far as its account may now. The reader is the service's own.

    Refused as absent, whatever the reason: one that was never made, was revoked, whose account is disabled, or who may not follow that person any more.
    The database compares digests, so that its time tells nothing of a secret.
    """
    found = await viewers.of_feed(reader, digest_of(secret)) if len(secret) == SECRET_LENGTH else None
    if found is None or not may_follow(found[1], Ref(found[0].school_id, found[0].person_id)):
        raise not_found()
    return found


def is_due(feed: Any) -> bool:
    """Whether its last reading is so long ago that it is kept anew."""
    return feed.read_at is None or bool(feed.read_at + SEEN_EVERY <= clock.now())


async def touch(session: AsyncSession, feed: Any) -> None:
    """Keep that it was read now."""
    await session.execute(
        sa.update(CalendarFeed).where(CalendarFeed.school_id == feed.school_id, CalendarFeed.id == feed.id).values(read_at=clock.now())
        .execution_options(synchronize_session=False))
