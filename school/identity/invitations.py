"""Invitations: a one-time code, printed by the office, by which a person gets an account, or an account another role."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school import clock, ids, outbox
from school.context import Grant, Role, Viewer, act_in
from school.db import Database
from school.errors import Code, Refused, bad_input, conflict, not_found
from school.identity import codes, events, passwords, sessions, throttle
from school.identity.models import Invitation
from school.ids import Ref
from school.registry import accounts
from school.registry.account_models import AccountRole
from school.registry.accounts import digest_of
from school.registry.models import Guardianship, Person, Pupil, School, Staff
from school.row_security import Identity

LIFE = dt.timedelta(days=14)
BY_THE_OFFICE = frozenset({Role.GUARDIAN, Role.PUPIL, Role.TEACHER, Role.CANTEEN, Role.GUARD, Role.OFFICE})
"""What a school's office invites to; heads and the district's officers are invited by whoever operates the service."""
MOST_AT_ONCE = 100
"""Guardians of one class."""


@dataclass(frozen=True, slots=True)
class Made:
    """An invitation; its code is None where it was told before."""

    row: Any
    code: str | None


_COLUMNS = sa.select(
    Invitation.school_id, Invitation.id, Invitation.person_id, Invitation.role, Invitation.made_at, Invitation.expires_at, Invitation.void_at,
    Invitation.used_at,
)


async def invite(session: AsyncSession, viewer: Viewer, invitation_id: UUID, person: Ref, role: Role) -> Made:
    """Invite a person of the school to a role that they have there; an open invitation to the same is void from now on.

    Repeating is harmless, but the code was told once. Refused: NOT_FOUND (no such person, or not one of that role), NOT_ALLOWED (not the office's to
    give), CONFLICT (the person has an account in this role; the same id, other content).
    """
    act_in(viewer, person.school_id, Role.OFFICE)
    if role not in BY_THE_OFFICE:
        raise Refused(Code.NOT_ALLOWED, "Whoever operates the service invites to this role.")
    known = (await session.execute(_COLUMNS.where(Invitation.school_id == person.school_id, Invitation.id == invitation_id))).one_or_none()
    if known is not None:
        if (known.person_id, known.role) != (person.id, role):
            raise conflict("this id is taken by another invitation")
        return Made(known, None)
    return await invite_by_operator(session, person, role, invitation_id=invitation_id, made_by=viewer.account_id)


async def invite_by_operator(
    session: AsyncSession, person: Ref, role: Role, *, invitation_id: UUID | None = None, made_by: UUID | None = None,
) -> Made:
    """`invite` for whoever operates the service: to any role."""
    await _lock(session, person)
    if not await _is(session, person, role):
        raise not_found()
    if await session.scalar(sa.select(AccountRole.account_id).where(*_held(person, role)).limit(1)) is not None:
        raise conflict("this person has an account already")
    [made] = await _write(session, person.school_id, [(person.id, role)], made_by, [invitation_id or ids.new()])
    return made


async def invite_guardians(session: AsyncSession, viewer: Viewer, group: Ref) -> list[Made]:
    """Invite all guardians of a class's pupils who have no account as one yet, to be printed at once; what was printed before for them is void.

    Refused: NOT_FOUND (no class of the viewer's office), TOO_MANY (more than a hundred).
    """
    act_in(viewer, group.school_id, Role.OFFICE)
    pupils = sa.select(Pupil.id).where(Pupil.school_id == group.school_id, Pupil.class_group_id == group.id, Pupil.left_on.is_(None))
    has_one = sa.exists().where(
        AccountRole.school_id == Guardianship.school_id, AccountRole.person_id == Guardianship.guardian_id, AccountRole.role == Role.GUARDIAN)
    found = await session.scalars(
        sa.select(Guardianship.guardian_id).where(
            Guardianship.school_id == group.school_id, Guardianship.pupil_id.in_(pupils), Guardianship.ended_at.is_(None), ~has_one)
        .distinct().order_by(Guardianship.guardian_id).limit(MOST_AT_ONCE + 1))
    guardians = found.all()
    if len(guardians) > MOST_AT_ONCE:
        raise Refused(Code.TOO_MANY, f"at most {MOST_AT_ONCE} are invited at once")
    if not guardians:
        return []
    wanted = [(guardian, Role.GUARDIAN) for guardian in guardians]
    return await _write(session, group.school_id, wanted, viewer.account_id, [ids.new() for _ in wanted])


async def _write(
    session: AsyncSession, school_id: int, wanted: Sequence[tuple[UUID, Role]], made_by: UUID | None, keys: Sequence[UUID],
) -> list[Made]:
    now, fresh = clock.now(), [codes.make() for _ in wanted]
    await session.execute(
        sa.update(Invitation).where(Invitation.school_id == school_id, sa.tuple_(Invitation.person_id, Invitation.role).in_(wanted), *_unused())
        .values(void_at=now).execution_options(synchronize_session=False))
    try:
        async with session.begin_nested():
            await session.execute(sa.insert(Invitation), [
                {"school_id": school_id, "id": key, "person_id": person_id, "role": role, "digest": digest_of(codes.canonical(code)), "made_by": made_by,
                 "made_at": now, "expires_at": now + LIFE}
                for key, (person_id, role), code in zip(keys, wanted, fresh, strict=True)
            ])
    except sa.exc.IntegrityError:  # somebody invites the same person at the same moment
        raise conflict("this person was invited at the same moment") from None
    await outbox.append(session, *(events.about(events.INVITED, school_id, person_id, {"role": role.value}) for person_id, role in wanted))
    rows = await session.execute(_COLUMNS.where(Invitation.school_id == school_id, Invitation.id.in_(keys)))
    by_id = {row.id: row for row in rows}
    return [Made(by_id[key], code) for key, code in zip(keys, fresh, strict=True)]


async def outstanding(session: AsyncSession, viewer: Viewer) -> Sequence[Any]:
    """The open invitations of the schools where the viewer is the office, those that expire first on top; at most 500."""
    schools = viewer.schools(Role.OFFICE)
    statement = _COLUMNS.where(Invitation.school_id.in_(schools), *_open()).order_by(Invitation.expires_at, Invitation.id)
    return (await session.execute(statement.limit(500))).all()


async def cancel(session: AsyncSession, viewer: Viewer, ref: Ref) -> None:
    """Make a code void, by the office; harmless where it is used, expired or void. Refused as absent: another school's."""
    act_in(viewer, ref.school_id, Role.OFFICE)
    this = Invitation.school_id == ref.school_id, Invitation.id == ref.id
    row = (await session.execute(sa.select(Invitation.person_id, Invitation.role).where(*this))).one_or_none()
    if row is None:
        raise not_found()
    cancelled = await session.scalar(
        sa.update(Invitation).where(*this, *_unused()).values(void_at=clock.now()).returning(Invitation.id).execution_options(synchronize_session=False))
    if cancelled is not None:
        await outbox.append(session, events.about(events.INVITATION_CANCELLED, ref.school_id, row.person_id, {"role": row.role.value}))


@dataclass(frozen=True, slots=True)
class Info:
    """What a code's holder is told before accepting: no name of a person."""

    school_id: int
    school_name: str
    role: Role


async def info(database: Database, code: str, *, address: str) -> Info:
    """To which school and role a code invites. Refused: BAD_CODE, TOO_MANY_ATTEMPTS."""
    tried = await throttle.attempt(database, (throttle.CODE, throttle.network(address)))
    async with database.begin() as session:
        row = await look(session, code)
        await tried.forgive(session)
    return Info(row.school_id, row.school_name, row.role)


async def look(session: AsyncSession, code: str) -> Any:
    """The open invitation of a code, not used up; void where its person is no more what it says. Refused: BAD_CODE."""
    return await _look(session, Invitation.digest == digest_of(codes.canonical(code)))


async def _look(session: AsyncSession, *which: sa.ColumnElement[bool]) -> Any:
    row = (await session.execute(
        sa.select(Invitation.school_id, Invitation.id, Invitation.person_id, Invitation.role, School.name.label("school_name"))
        .join(School, School.id == Invitation.school_id).where(*which, *_open()))).one_or_none()
    if row is None or not await _is(session, Ref(row.school_id, row.person_id), row.role):
        raise codes.refused()
    return row


async def look_again(session: AsyncSession, ref: Ref) -> Any:
    """As `look`, of an invitation whose code was seen minutes ago."""
    return await _look(session, Invitation.school_id == ref.school_id, Invitation.id == ref.id)


async def accept(database: Database, viewer: Viewer, code: str, login: str | None, password: str | None, *, address: str) -> Info:
    """Use a code up: signed in, the viewer's account gets the role; else an account is made with this login and password.

    Refused: BAD_CODE (unknown, used, expired, void: one answer), BAD_INPUT, WEAK_PASSWORD, CONFLICT (the login exists), TOO_MANY_ATTEMPTS.
    """
    tried = await throttle.attempt(database, (throttle.CODE, throttle.network(address)))
    if viewer.signed_in and (login is not None or password is not None):
        raise bad_input("login and password are for whoever is not signed in")
    account_id = viewer.account_id or ids.new()
    async with database.begin(Identity(account_id), as_service=True) as session:
        row = await look(session, code)
        if viewer.signed_in:
            await sessions.require_standing(session, viewer)
        else:
            if not login or not password:
                raise bad_input("login and password are needed")
            passwords.check(password, accounts.canonical(login))
            await accounts.open_account(session, login, password, (), account_id=account_id)
        await use(session, row, account_id)
        await tried.forgive(session)
    return Info(row.school_id, row.school_name, row.role)


async def use(session: AsyncSession, row: Any, account_id: UUID) -> None:
    """Use an invitation up for an account, which causes this transaction, by one guarded UPDATE: of two at once, one gets it. Refused: BAD_CODE."""
    used = await session.scalar(
        sa.update(Invitation).where(Invitation.school_id == row.school_id, Invitation.id == row.id, *_open())
        .values(used_at=clock.now(), account_id=account_id).returning(Invitation.id).execution_options(synchronize_session=False))
    if used is None:
        raise codes.refused()
    await accounts.give_role(session, account_id, Grant(row.school_id, row.person_id, row.role))
    await outbox.append(session, events.about(events.JOINED, row.school_id, row.person_id, {"role": row.role.value}, role=row.role.value))


async def _lock(session: AsyncSession, person: Ref) -> None:
    """One invitation of a person at a time. Refused: no such person."""
    row = Person.school_id == person.school_id, Person.id == person.id
    if await session.scalar(sa.select(Person.id).where(*row).with_for_update(key_share=True)) is None:
        raise not_found()


async def _is(session: AsyncSession, person: Ref, role: Role) -> bool:
    """Whether a person is now what a role says: a guardian of somebody, a pupil, or one of the staff."""
    if role is Role.GUARDIAN:
        found = sa.select(Guardianship.id).where(
            Guardianship.school_id == person.school_id, Guardianship.guardian_id == person.id, Guardianship.ended_at.is_(None))
    elif role is Role.PUPIL:
        found = sa.select(Pupil.id).where(Pupil.school_id == person.school_id, Pupil.id == person.id, Pupil.left_on.is_(None))
    elif role is Role.DISTRICT:  # who works for the district is not one of the school's staff
        found = sa.select(Person.id).where(Person.school_id == person.school_id, Person.id == person.id)
    else:
        found = sa.select(Staff.id).where(Staff.school_id == person.school_id, Staff.id == person.id, Staff.left_on.is_(None))
    return await session.scalar(found.limit(1)) is not None


def _held(person: Ref, role: Role) -> tuple[sa.ColumnElement[bool], ...]:
    return AccountRole.school_id == person.school_id, AccountRole.person_id == person.id, AccountRole.role == role


def _unused() -> tuple[sa.ColumnElement[bool], ...]:
    return Invitation.used_at.is_(None), Invitation.void_at.is_(None)


def _open() -> tuple[sa.ColumnElement[bool], ...]:
    return *_unused(), Invitation.expires_at > clock.now()
