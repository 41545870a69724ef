"""Passkeys: somebody's phone or key fob signs in, with its own check of who holds it; that counts as two factors."""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import sqlalchemy as sa
import webauthn
from sqlalchemy.ext.asyncio import AsyncSession
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from school import clock, ids
from school.context import Viewer
from school.db import Database
from school.errors import Code, Refused, bad_input, conflict, not_found
from school.identity import events, sessions, throttle, tickets
from school.identity.models import Passkey, TicketKind
from school.identity.sessions import Client, Opened
from school.registry import accounts
from school.registry.account_models import Account, Session
from school.registry.texts import line

LIFE = dt.timedelta(minutes=5)
MOST = 10
LONGEST = 20_000
_WRONG = (WebAuthnException, ValueError, TypeError, KeyError)
"""What the library raises at a credential that is none; it documents the first and lets the others through."""


@dataclass(frozen=True, slots=True)
class Site:
    """Where passkeys are for: the host that they are bound to, and the one origin whose pages may ask for them."""

    host: str
    origin: str

    @classmethod
    def of(cls, public_url: str | None) -> "Site":
        """Refused: NOT_OFFERED where the service does not know its own address."""
        host = urlsplit(public_url or "").hostname
        if not host or public_url is None:
            raise Refused(Code.NOT_OFFERED, "This service does not know its own address.")
        return cls(host, public_url)


async def start(session: AsyncSession, viewer: Viewer, site: Site) -> str:
    """What the browser needs to make a passkey for the viewer's account, as JSON. Refused: SIGN_IN_AGAIN (the session is not fresh), TOO_MANY."""
    await sessions.require_fresh(session, viewer)
    login = (await session.execute(sa.select(Account.login).where(Account.id == viewer.account_id))).scalar_one()
    known = (await session.scalars(sa.select(Passkey.credential).where(Passkey.account_id == viewer.account_id))).all()
    if viewer.account_id is None or len(known) >= MOST:
        raise _too_many()
    options = webauthn.generate_registration_options(
        rp_id=site.host, rp_name=site.host, user_name=login, user_id=viewer.account_id.bytes,
        exclude_credentials=[PublicKeyCredentialDescriptor(id=credential) for credential in known],
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED),
    )
    await tickets.issue(session, TicketKind.PASSKEY_NEW, bytes_to_base64url(options.challenge), life=LIFE, account_id=viewer.account_id)
    return webauthn.options_to_json(options)


async def add(session: AsyncSession, viewer: Viewer, site: Site, name: str, credential: str) -> Any:
    """Keep the passkey that the browser has made; the session is strong from now on.

    Refused: SIGN_IN_AGAIN (the session is not fresh), BAD_CREDENTIALS (not what was asked for, or asked for too long ago), CONFLICT (it is kept already),
    TOO_MANY.
    """
    await accounts.hold(session, viewer.account_id)  # one at a time, for they are counted
    await sessions.require_fresh(session, viewer)
    name, (parsed, challenge) = line(name, "name", 80), _read(credential)
    begun = await tickets.take(session, TicketKind.PASSKEY_NEW, challenge)
    if begun is None or begun.account_id is None or begun.account_id != viewer.account_id:
        raise _wrong()
    if len(await of_account(session, viewer)) >= MOST:
        raise _too_many()
    try:
        made = webauthn.verify_registration_response(
            credential=parsed, expected_challenge=base64url_to_bytes(challenge), expected_rp_id=site.host, expected_origin=site.origin,
            require_user_verification=True)
    except _WRONG:
        raise _wrong() from None
    row = Passkey(
        id=ids.new(), account_id=begun.account_id, credential=made.credential_id, public_key=made.credential_public_key, sign_count=made.sign_count,
        name=name, made_at=clock.now(), used_at=None)
    try:
        async with session.begin_nested():
            session.add(row)
    except sa.exc.IntegrityError:
        raise conflict("this passkey is kept already") from None
    await session.execute(sa.update(Session).where(Session.id == viewer.session_id).values(strong=True))
    await events.tell(session, events.FACTOR_ADDED, begun.account_id, {"factor": "passkey"}, own=True)
    return row


async def of_account(session: AsyncSession, viewer: Viewer) -> Sequence[Any]:
    """The viewer's passkeys, the newest first."""
    columns = sa.select(Passkey.id, Passkey.name, Passkey.made_at, Passkey.used_at)
    return (await session.execute(columns.where(Passkey.account_id == viewer.account_id).order_by(Passkey.made_at.desc()).limit(MOST))).all()


async def remove(session: AsyncSession, viewer: Viewer, passkey_id: UUID) -> None:
    """Keep it no more. Refused: SIGN_IN_AGAIN (the session is not fresh), NOT_FOUND (not one of the viewer's)."""
    await sessions.require_fresh(session, viewer)
    gone = await session.scalar(
        sa.delete(Passkey).where(Passkey.id == passkey_id, Passkey.account_id == viewer.account_id).returning(Passkey.id)
        .execution_options(synchronize_session=False))
    if gone is None or viewer.account_id is None:
        raise not_found()
    await events.tell(session, events.FACTOR_REMOVED, viewer.account_id, {"factor": "passkey"}, own=True)


async def challenge(database: Database, site: Site, *, address: str) -> str:
    """What a browser needs to sign in with a passkey that is for this site, as JSON; whose, the passkey says. Refused: TOO_MANY_ATTEMPTS."""
    await throttle.attempt(database, (throttle.CHALLENGE, throttle.network(address)))
    options = webauthn.generate_authentication_options(rp_id=site.host, user_verification=UserVerificationRequirement.REQUIRED)
    async with database.begin() as session:
        await tickets.issue(session, TicketKind.PASSKEY, bytes_to_base64url(options.challenge), life=LIFE)
    return webauthn.options_to_json(options)


async def sign_in(database: Database, site: Site, credential: str, client: Client) -> Opened:
    """The session of whoever's passkey has signed a challenge of ours, which is used up by the first look at it.

    Refused: BAD_CREDENTIALS: unknown or removed passkeys, other sites' pages, a challenge that is unknown, used or expired, a counter that has gone
    backwards (a copy), a disabled account: one answer.
    """
    parsed, asked = _read(credential)
    async with database.read() as session:  # an unknown challenge costs a look, and no write
        if await tickets.look(session, TicketKind.PASSKEY, asked) is None:
            raise _wrong()
        row = (await session.execute(
            sa.select(Passkey.id, Passkey.account_id, Passkey.public_key, Passkey.sign_count)
            .where(Passkey.credential == _credential_id(parsed)))).one_or_none()
    async with database.begin() as session:
        begun = await tickets.take(session, TicketKind.PASSKEY, asked)
    if begun is None or row is None:
        raise _wrong()
    async with database.begin() as session:
        if (await accounts.hold(session, row.account_id)).disabled_at is not None:
            raise _wrong()
        try:
            shown = webauthn.verify_authentication_response(
                credential=parsed, expected_challenge=base64url_to_bytes(asked), expected_rp_id=site.host, expected_origin=site.origin,
                credential_public_key=row.public_key, credential_current_sign_count=row.sign_count, require_user_verification=True)
        except _WRONG:
            raise _wrong() from None
        counted = await session.scalar(
            sa.update(Passkey).where(Passkey.id == row.id, Passkey.sign_count == row.sign_count)
            .values(sign_count=shown.new_sign_count, used_at=clock.now()).returning(Passkey.id).execution_options(synchronize_session=False))
        if counted is None:  # used at the same moment, or taken away
            raise _wrong()
        return await sessions.begin(session, row.account_id, client, strong=True)


def _read(credential: str) -> tuple[dict[str, Any], str]:
    """A credential as the browser has made it, and the challenge that it says it answers. BAD_INPUT: no JSON of that shape."""
    if len(credential) > LONGEST:
        raise bad_input("credential is too long")
    try:
        parsed = json.loads(credential)
        told = json.loads(base64url_to_bytes(parsed["response"]["clientDataJSON"]))
        asked = told["challenge"].rstrip("=")[:200]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise bad_input("credential must be the JSON that the browser has made") from None
    return parsed, asked


def _credential_id(parsed: dict[str, Any]) -> bytes:
    try:
        return base64url_to_bytes(parsed["rawId"])
    except (ValueError, TypeError, KeyError, AttributeError):
        raise _wrong() from None


def _too_many() -> Refused:
    return Refused(Code.TOO_MANY, f"an account has at most {MOST} passkeys")


def _wrong() -> Refused:
    return Refused(Code.BAD_CREDENTIALS, "This passkey is not known here, or did not answer what was asked.")
