"""The viewer behind a session's token: what its account is now. One round trip, for every request makes it."""

import datetime as dt
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from school import clock
from school.context import FAMILY, NOBODY, OF_A_CHILD, Area, Grant, Role, Scope, Viewer
from school.db import Database, Moment, Rows
from school.ids import Ref
from school.reading import Reader
from school.registry import guardianship
from school.registry.account_models import Account, AccountRole, Session
from school.registry.accounts import SEEN_EVERY, digest_of, is_standing, touch
from school.registry.calendar_feed_models import CalendarFeed
from school.registry.models import Guardianship, School, Staff
from school.statements import Asking, Read, given

TO_READ_THE_DIARY = frozenset({Scope(Area.DIARY, write=False)})
"""What a calendar feed is for."""


async def recognise(database: Database, token: str, *, idle: dt.timedelta) -> Viewer:
    """The viewer behind a token, whose session this use keeps alive for another `idle`."""
    row, viewer = await _find(database.reader(), token)
    if row is not None and (row.seen_at is None or row.seen_at + SEEN_EVERY <= clock.now()):
        async with database.begin() as session:
            await touch(session, [row.id], idle=idle)
    return viewer


async def of_feed(reader: Reader, digest: bytes) -> tuple[Any, Viewer] | None:
    """A calendar feed that stands and who may read by it, which is what its account may now, and of the diary alone; None for any other digest.

    The reader is the service's own.
    """
    feeds, roles, wards = await reader.each((_feed, _roles, _wards), NOBODY, True, digest=digest)
    return (feeds[0], _viewer(None, feeds[0], roles, wards, TO_READ_THE_DIARY)) if feeds else None


async def viewer_of(reader: Reader, token: str) -> Viewer:
    """The viewer behind a token; nobody when the session is unknown, expired, revoked, or its account disabled. The reader is the service's own."""
    _, viewer = await _find(reader, token)
    return viewer


async def _find(reader: Reader, token: str) -> tuple[Any, Viewer]:
    digest = digest_of(token)
    sessions, roles, wards = await reader.each((_session, _roles, _wards), NOBODY, False, digest=digest, now=clock.now())
    if not sessions:
        return None, NOBODY
    named = sessions[0].scopes
    scopes = None if named is None else frozenset(Scope(Area(area), bool(write)) for area, write in named)
    return sessions[0], _viewer(sessions[0].id, sessions[0], roles, wards, scopes)


@Read
def _session(_viewer: Asking, _of_feed: bool) -> Rows:
    columns = sa.select(Session.id, Session.account_id, Session.scopes, Session.strong, Session.seen_at)
    return columns.join(Account, Account.id == Session.account_id).where(Session.digest == given("digest"), is_standing(given("now", Moment())))


@Read
def _feed(_viewer: Asking, _of_feed: bool) -> Rows:
    columns = (
        CalendarFeed.school_id, CalendarFeed.id, CalendarFeed.account_id, CalendarFeed.person_id, CalendarFeed.language, CalendarFeed.strong,
        CalendarFeed.made_at, CalendarFeed.read_at, School.time_zone)
    return sa.select(*columns).join(Account, Account.id == CalendarFeed.account_id).join(School, School.id == CalendarFeed.school_id).where(
        CalendarFeed.digest == given("digest"), CalendarFeed.revoked_at.is_(None), Account.disabled_at.is_(None))


def _account(feed: bool) -> Any:
    of = CalendarFeed if feed else Session
    return sa.select(of.account_id).where(of.digest == given("digest")).scalar_subquery()


@Read
def _roles(_viewer: Asking, feed: bool) -> Rows:
    return (
        sa.select(AccountRole.school_id, AccountRole.person_id, AccountRole.role, Staff.left_on, School.time_zone, School.staff_factor_required)
        .join(School, School.id == AccountRole.school_id)
        .outerjoin(Staff, sa.and_(Staff.school_id == AccountRole.school_id, Staff.id == AccountRole.person_id))
        .where(AccountRole.account_id == _account(feed)).order_by(AccountRole.school_id, AccountRole.role, AccountRole.person_id)
    )


@Read
def _wards(_viewer: Asking, feed: bool) -> Rows:
    return (
        sa.select(
            Guardianship.school_id, Guardianship.guardian_id, Guardianship.pupil_id, Guardianship.diary, Guardianship.meals, Guardianship.access)
        .join(AccountRole, sa.and_(AccountRole.school_id == Guardianship.school_id, AccountRole.person_id == Guardianship.guardian_id))
        .where(AccountRole.account_id == _account(feed), AccountRole.role == Role.GUARDIAN, Guardianship.ended_at.is_(None))
    )


def _viewer(session_id: UUID | None, proof: Any, roles: list[Any], wards: list[Any], scopes: frozenset[Scope] | None) -> Viewer:
    """Who has to have a second factor is no member of the staff before it was shown. A guardian of nobody any more is nobody at that school."""
    grants = tuple(Grant(role.school_id, role.person_id, role.role) for role in roles if _holds(role, strong=proof.strong))
    selves = {Ref(grant.school_id, grant.person_id) for grant in grants if grant.role is Role.PUPIL}
    children: dict[Ref, dict[Ref, frozenset[Area]]] = {}
    for row in wards:
        children.setdefault(Ref(row.school_id, row.guardian_id), {})[Ref(row.school_id, row.pupil_id)] = guardianship.areas_of(row)
    grants = tuple(grant for grant in grants if grant.role is not Role.GUARDIAN or Ref(grant.school_id, grant.person_id) in children)
    opened = guardianship.merge([dict.fromkeys(selves, OF_A_CHILD), *children.values()])
    return Viewer(proof.account_id, session_id, grants, frozenset(opened), guardianship.withheld_of(opened), scopes)


def _holds(row: Any, *, strong: bool) -> bool:
    """Whoever has left the school's staff holds no role there as one of it, nor does whoever owes it a second factor; a family stays one."""
    if row.role in FAMILY:
        return True
    left = row.left_on is not None and row.left_on <= clock.school_date(clock.now(), row.time_zone)
    return not left and (strong or not row.staff_factor_required)
