"""The viewer behind a session's token: what its account is now. One round trip, for every request makes it."""

import datetime as dt
from typing import Any

import sqlalchemy as sa

from school import clock
from school.context import FAMILY, NOBODY, OF_A_CHILD, Area, Grant, Role, Scope, Viewer
from school.db import Database, Moment, Rows
from school.ids import Ref
from school.reading import Reader
from school.registry import guardianship
from school.registry.account_models import Account, AccountRole, Session
from school.registry.accounts import SEEN_EVERY, digest_of, is_standing, touch
from school.registry.models import Guardianship, School, Staff
from school.statements import Asking, Read, given


async def recognise(database: Database, token: str, *, idle: dt.timedelta) -> Viewer:
    """The viewer behind a token, whose session this use keeps alive for another `idle`."""
    row, viewer = await _find(database.reader(), token)
    if row is not None and (row.seen_at is None or row.seen_at + SEEN_EVERY <= clock.now()):
        async with database.begin() as session:
            await touch(session, [row.id], idle=idle)
    return viewer


async def viewer_of(reader: Reader, token: str) -> Viewer:
    """The viewer behind a token; nobody when the session is unknown, expired, revoked, or its account disabled. The reader is the service's own."""
    _, viewer = await _find(reader, token)
    return viewer


async def _find(reader: Reader, token: str) -> tuple[Any, Viewer]:
    digest = digest_of(token)
    sessions, roles, wards = await reader.each((_session, _roles, _wards), NOBODY, digest=digest, now=clock.now())
    return (sessions[0], _viewer(sessions[0], roles, wards)) if sessions else (None, NOBODY)


@Read
def _session(_viewer: Asking) -> Rows:
    columns = sa.select(Session.id, Session.account_id, Session.scopes, Session.strong, Session.seen_at)
    return columns.join(Account, Account.id == Session.account_id).where(Session.digest == given("digest"), is_standing(given("now", Moment())))


def _account() -> Any:
    return sa.select(Session.account_id).where(Session.digest == given("digest")).scalar_subquery()


@Read
def _roles(_viewer: Asking) -> Rows:
    return (
        sa.select(AccountRole.school_id, AccountRole.person_id, AccountRole.role, Staff.left_on, School.time_zone, School.staff_factor_required)
        .join(School, School.id == AccountRole.school_id)
        .outerjoin(Staff, sa.and_(Staff.school_id == AccountRole.school_id, Staff.id == AccountRole.person_id))
        .where(AccountRole.account_id == _account()).order_by(AccountRole.school_id, AccountRole.role, AccountRole.person_id)
    )


@Read
def _wards(_viewer: Asking) -> Rows:
    return (
        sa.select(
            Guardianship.school_id, Guardianship.guardian_id, Guardianship.pupil_id, Guardianship.diary, Guardianship.meals, Guardianship.access)
        .join(AccountRole, sa.and_(AccountRole.school_id == Guardianship.school_id, AccountRole.person_id == Guardianship.guardian_id))
        .where(AccountRole.account_id == _account(), AccountRole.role == Role.GUARDIAN, Guardianship.ended_at.is_(None))
    )


def _viewer(session: Any, roles: list[Any], wards: list[Any]) -> Viewer:
    """Who has to have a second factor is no member of the staff before it was shown. A guardian of nobody any more is nobody at that school."""
    grants = tuple(Grant(role.school_id, role.person_id, role.role) for role in roles if _holds(role, strong=session.strong))
    selves = {Ref(grant.school_id, grant.person_id) for grant in grants if grant.role is Role.PUPIL}
    children: dict[Ref, dict[Ref, frozenset[Area]]] = {}
    for row in wards:
        children.setdefault(Ref(row.school_id, row.guardian_id), {})[Ref(row.school_id, row.pupil_id)] = guardianship.areas_of(row)
    grants = tuple(grant for grant in grants if grant.role is not Role.GUARDIAN or Ref(grant.school_id, grant.person_id) in children)
    opened = guardianship.merge([dict.fromkeys(selves, OF_A_CHILD), *children.values()])
    scopes = None if session.scopes is None else frozenset(Scope(Area(area), bool(write)) for area, write in session.scopes)
    return Viewer(session.account_id, session.id, grants, frozenset(opened), guardianship.withheld_of(opened), scopes)


def _holds(row: Any, *, strong: bool) -> bool:
    """Whoever has left the school's staff holds no role there as one of it, nor does whoever owes it a second factor; a family stays one."""
    if row.role in FAMILY:
        return True
    left = row.left_on is not None and row.left_on <= clock.school_date(clock.now(), row.time_zone)
    return not left and (strong or not row.staff_factor_required)
