"""Second factors: an authenticator app, whose codes are accepted once each, and recovery codes for the day it is lost."""

from dataclasses import dataclass
from uuid import UUID

import pyotp
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school import clock, outbox
from school.context import ADMINISTRATION, FAMILY, Viewer, act_in
from school.db import Database
from school.errors import Code, Refused, conflict, not_found
from school.identity import codes, events, sessions, throttle
from school.identity.models import Passkey, RecoveryCode, Totp
from school.identity.secrets_at_rest import Safe
from school.registry import accounts
from school.registry.account_models import AccountRole, Session
from school.registry.accounts import digest_of
from school.registry.models import School
from school.row_security import Identity

STEP = 30
"""Seconds of one code (RFC 6238); the ones before and after are accepted too, for clocks that differ."""
DIGITS = 6
RECOVERY_CODES = 10
ISSUER = "School"


@dataclass(frozen=True, slots=True)
class Secret:
    """A new app's secret, told once: as text, and as the address that its QR code holds."""

    secret: str
    uri: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What an account's owner is told of its factors."""

    totp: bool
    recovery_codes: int
    required: bool
    strong: bool


async def has(session: AsyncSession, account_id: UUID) -> bool:
    """Whether a password alone does not let this account in."""
    return await session.scalar(sa.select(Totp.account_id).where(Totp.account_id == account_id, Totp.confirmed_at.is_not(None))) is not None


async def start(session: AsyncSession, viewer: Viewer, safe: Safe) -> Secret:
    """A secret for the viewer's app; it counts once a code of it was shown to `confirm`, and replaces one that never was.

    Refused: SIGN_IN_AGAIN (the session is not fresh), CONFLICT (there is an app already: remove it first), NOT_OFFERED.
    """
    account_id = _account(viewer)
    login = (await accounts.hold(session, account_id)).login  # one at a time, for there is one
    await sessions.require_fresh(session, viewer)
    if await has(session, account_id):
        raise conflict("there is an authenticator app already")
    secret = pyotp.random_base32()
    locked = safe.lock(secret)
    await session.execute(sa.delete(Totp).where(Totp.account_id == account_id, Totp.confirmed_at.is_(None)))
    session.add(Totp(account_id=account_id, secret=locked, made_at=clock.now(), confirmed_at=None, last_step=0))
    await session.flush()
    return Secret(secret, pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=ISSUER))


async def confirm(database: Database, viewer: Viewer, safe: Safe, code: str, *, address: str) -> list[str]:
    """The app shows right codes: from now on it is asked for. The ten recovery codes are told once; the session is strong.

    Refused: NOT_FOUND (nothing was started), BAD_CODE, TOO_MANY_ATTEMPTS, SIGN_IN_AGAIN.
    """
    account_id = _account(viewer)
    tried = await _try(database, account_id, address)
    async with database.begin(Identity(account_id), as_service=True) as session:
        await accounts.hold(session, account_id)
        await sessions.require_fresh(session, viewer)
        await _accept_app(session, safe, account_id, code.replace(" ", ""), confirmed=False)
        await session.execute(sa.update(Totp).where(Totp.account_id == account_id).values(confirmed_at=clock.now()))
        await session.execute(sa.update(Session).where(Session.id == viewer.session_id).values(strong=True))
        await tried.forgive(session)
        await events.tell(session, events.FACTOR_ADDED, account_id, {"factor": "app"}, own=True)
        return await _renew_recovery(session, account_id)


async def renew_recovery(database: Database, viewer: Viewer, safe: Safe, code: str, *, address: str) -> list[str]:
    """Ten new recovery codes; the old ones are void. Refused: as `remove`."""
    account_id = _account(viewer)
    tried = await _try(database, account_id, address)
    async with database.begin() as session:
        await accounts.hold(session, account_id)
        await sessions.require_standing(session, viewer)
        await accept(session, safe, account_id, code)
        await tried.forgive(session)
        return await _renew_recovery(session, account_id)


async def remove(database: Database, viewer: Viewer, safe: Safe, code: str, *, address: str) -> None:
    """The app is asked for no more; its recovery codes are void. Refused: BAD_CODE (a wrong or used code, or no app), TOO_MANY_ATTEMPTS."""
    account_id = _account(viewer)
    tried = await _try(database, account_id, address)
    async with database.begin(Identity(account_id), as_service=True) as session:
        await accounts.hold(session, account_id)
        await sessions.require_standing(session, viewer)
        await accept(session, safe, account_id, code)
        await forget(session, account_id, own=True)
        await tried.forgive(session)


async def forget(session: AsyncSession, account_id: UUID, *, own: bool = False) -> None:
    """No app and no recovery codes; also for whoever operates the service, when both are lost. Sessions are strong no more, but by a passkey."""
    await session.execute(sa.delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
    gone = await session.scalar(
        sa.delete(Totp).where(Totp.account_id == account_id).returning(Totp.account_id).execution_options(synchronize_session=False))
    if gone is not None:
        await events.tell(session, events.FACTOR_REMOVED, account_id, {"factor": "app"}, own=own)
    if await session.scalar(sa.select(Passkey.id).where(Passkey.account_id == account_id).limit(1)) is None:
        await session.execute(sa.update(Session).where(Session.account_id == account_id).values(strong=False))


async def accept(session: AsyncSession, safe: Safe, account_id: UUID, code: str) -> None:
    """Accept a code of the app, or a recovery code, once. Refused: BAD_CODE. The caller has counted the attempt."""
    typed = code.replace(" ", "")
    if len(typed) == DIGITS and typed.isdecimal():
        await _accept_app(session, safe, account_id, typed, confirmed=True)
        return
    used = await session.execute(
        sa.delete(RecoveryCode).where(RecoveryCode.account_id == account_id, RecoveryCode.digest == digest_of(codes.canonical(code)))
        .returning(RecoveryCode.account_id).execution_options(synchronize_session=False))
    if used.one_or_none() is None:
        raise codes.refused()


async def _accept_app(session: AsyncSession, safe: Safe, account_id: UUID, code: str, *, confirmed: bool) -> None:
    wanted = Totp.confirmed_at.is_not(None) if confirmed else Totp.confirmed_at.is_(None)
    row = (await session.execute(sa.select(Totp.secret).where(Totp.account_id == account_id, wanted))).one_or_none()
    if row is None:
        raise codes.refused() if confirmed else not_found()
    app, present = pyotp.TOTP(safe.open(row.secret)), int(clock.real().timestamp()) // STEP
    matching = [step for step in (present - 1, present, present + 1) if pyotp.utils.strings_equal(app.generate_otp(step), code)]
    # Each step once: the guarded UPDATE lets one of any number at once through.
    accepted = matching and (await session.execute(
        sa.update(Totp).where(Totp.account_id == account_id, wanted, Totp.last_step < matching[-1]).values(last_step=matching[-1])
        .returning(Totp.account_id).execution_options(synchronize_session=False))).one_or_none()
    if not accepted:
        raise codes.refused()


async def _renew_recovery(session: AsyncSession, account_id: UUID) -> list[str]:
    fresh = [codes.make() for _ in range(RECOVERY_CODES)]
    await session.execute(sa.delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
    await session.execute(sa.insert(RecoveryCode), [{"account_id": account_id, "digest": digest_of(codes.canonical(code))} for code in fresh])
    return fresh


async def standing(session: AsyncSession, viewer: Viewer) -> Standing:
    """What the viewer has, and whether a school of theirs wants a second factor of its staff."""
    account_id = _account(viewer)
    required = await session.scalar(
        sa.select(AccountRole.school_id).join(School, School.id == AccountRole.school_id)
        .where(AccountRole.account_id == account_id, AccountRole.role.not_in(FAMILY), School.staff_factor_required).limit(1)) is not None
    left = await session.scalar(sa.select(sa.func.count()).select_from(RecoveryCode).where(RecoveryCode.account_id == account_id)) or 0
    strong = bool(await session.scalar(sa.select(Session.strong).where(Session.id == viewer.session_id)))
    return Standing(await has(session, account_id), left, required, strong)


async def require_of_staff(session: AsyncSession, viewer: Viewer, school_id: int, *, required: bool) -> None:
    """Whether a school's staff must show a second factor, by its head or office. Who has shown none signs in again, and is none of the staff until they do.

    Refused as absent: another school. SIGN_IN_AGAIN: the viewer's own session is not strong, which would lock them out.
    """
    person_id = act_in(viewer, school_id, *ADMINISTRATION)
    if required and not await session.scalar(sa.select(Session.strong).where(Session.id == viewer.session_id)):
        raise Refused(Code.SIGN_IN_AGAIN, "Set up a second factor of your own, and sign in with it, first.")
    changed = await session.scalar(
        sa.update(School).where(School.id == school_id, School.staff_factor_required.is_not(required)).values(staff_factor_required=required)
        .returning(School.id).execution_options(synchronize_session=False))
    if changed is not None:
        await outbox.append(session, events.about(events.FACTOR_RULE, school_id, person_id, {"required": required}))
    if required:
        await sessions.revoke_weak(session, sa.select(AccountRole.account_id).where(AccountRole.school_id == school_id, AccountRole.role.not_in(FAMILY)))


def _account(viewer: Viewer) -> UUID:
    if viewer.account_id is None:
        raise Refused(Code.NOT_SIGNED_IN, "Sign in first.")
    return viewer.account_id


async def _try(database: Database, account_id: UUID, address: str) -> throttle.Attempt:
    return await throttle.attempt(
        database, (throttle.FACTOR_FROM_ADDRESS, f"{account_id}\0{throttle.network(address)}"), (throttle.FACTOR, str(account_id)))
