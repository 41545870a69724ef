"""Signing in by a provider's word: whom it vouches for is an account only where that account, or an invitation, has said so. Never by an address or a name."""

import datetime as dt
import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school import clock, ids
from school.context import NOBODY, Viewer
from school.db import Database
from school.errors import Code, Refused, conflict, not_found
from school.identity import events, factors, invitations, sessions, signing_in, throttle, tickets
from school.identity.models import OutsideIdentity, TicketKind
from school.identity.providers import Providers, Vouched
from school.identity.sessions import Client, Opened
from school.identity.signing_in import HalfWay
from school.identity.tickets import Begun
from school.ids import Ref
from school.registry import accounts, viewers
from school.registry.account_models import Account
from school.registry.accounts import digest_of
from school.row_security import Identity

PREPARED_LIFE, WAY_LIFE = dt.timedelta(minutes=5), dt.timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Gone:
    """The browser goes to `url`, and must come back with `browser`, which its cookie holds."""

    url: str
    browser: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """`secret` goes with the way there, which is open to the browser that has `browser` in its cookie."""

    secret: str
    browser: str


async def prepare(database: Database, viewer: Viewer, provider: str, invitation: str | None, *, address: str) -> Prepared:
    """What the way to a provider takes along: signed in, the identity there becomes the account's; else the code of an invitation is used up by it.

    Only the browser that has prepared it may go: a link to it, sent to somebody else, would put the sender's invitation into their account.
    Refused: SIGN_IN_AGAIN (the session is not fresh), NOT_SIGNED_IN (neither a session nor a code), BAD_CODE, TOO_MANY_ATTEMPTS.
    """
    browser = secrets.token_urlsafe(32)
    payload: dict[str, Any] = {"provider": provider, "browser": digest_of(browser).hex()}
    if viewer.signed_in:
        async with database.read() as session:
            await sessions.require_fresh(session, viewer)
        payload["session"] = str(viewer.session_id)
    elif invitation is None:
        raise Refused(Code.NOT_SIGNED_IN, "Sign in first.")
    else:
        tried = await throttle.attempt(database, (throttle.CODE, throttle.network(address)))
        async with database.begin() as session:
            row = await invitations.look(session, invitation)
            await tried.forgive(session)
        payload["invitation"] = [row.school_id, str(row.id)]
    secret = secrets.token_urlsafe(32)
    async with database.begin() as session:
        await tickets.issue(session, TicketKind.PROVIDER, secret, life=PREPARED_LIFE, account_id=viewer.account_id, payload=payload)
    return Prepared(secret, browser)


async def go(
    database: Database, providers: Providers, name: str, redirect_uri: str, *, prepared: str | None, browser: str | None, viewer: Viewer, address: str,
) -> Gone:
    """Open a way to a provider. Refused: NOT_OFFERED, SIGN_IN_AGAIN (what was prepared is another browser's, used or expired), TOO_MANY_ATTEMPTS."""
    provider = providers.find(name)
    await throttle.attempt(database, (throttle.CHALLENGE, throttle.network(address)))
    way = await providers.open(provider, redirect_uri)
    browser = browser or secrets.token_urlsafe(32)
    payload = {"provider": name, "nonce": way.nonce, "verifier": way.verifier, "browser": digest_of(browser).hex()}
    async with database.begin() as session:
        if prepared is not None:
            begun = await tickets.take(session, TicketKind.PROVIDER, prepared)
            if begun is None or not _is_way_of(begun, name, browser) or begun.payload.get("session", str(viewer.session_id)) != str(viewer.session_id):
                raise _again()
            payload = {**begun.payload, **payload}
        await tickets.issue(session, TicketKind.OUTSIDE, way.state, life=WAY_LIFE, payload=payload)
    return Gone(way.url, browser)


async def come_back(
    database: Database, providers: Providers, name: str, redirect_uri: str, answer: Mapping[str, str], *, browser: str | None, viewer: Viewer, client: Client,
) -> Opened | HalfWay | None:
    """The browser is back: a session, half the way to one, or None where an identity was added to the session that there is.

    Refused: SIGN_IN_AGAIN (a `state` that this browser did not go with, or again), BAD_CREDENTIALS (as `Providers.close`; or whom it vouches for is
    nobody's account), BAD_CODE (the invitation), CONFLICT (the identity is another account's).
    """
    provider = providers.find(name)
    state = answer.get("state", "")
    async with database.read() as session:  # an unknown one costs a look, and no write
        begun = await tickets.look(session, TicketKind.OUTSIDE, state)
    if begun is not None:
        async with database.begin() as session:
            begun = await tickets.take(session, TicketKind.OUTSIDE, state)
    if begun is None or not _is_way_of(begun, name, browser):
        raise _again()
    vouched = await providers.close(provider, answer, redirect_uri, begun.payload["nonce"], begun.payload["verifier"])
    if "session" in begun.payload:
        await _link_own(database, viewer, vouched, begun.payload["session"])
        return None
    return await _enter(database, vouched, begun.payload.get("invitation"), name, client)


def _is_way_of(begun: Begun, name: str, browser: str | None) -> bool:
    """Whether it leads to this provider, and this browser has begun it."""
    return begun.payload["provider"] == name and hmac.compare_digest(begun.payload["browser"], digest_of(browser or "").hex())


async def _link_own(database: Database, viewer: Viewer, vouched: Vouched, session_id: str) -> None:
    if session_id != str(viewer.session_id) or viewer.account_id is None:
        raise _again()
    async with database.begin(Identity(viewer.account_id), as_service=True) as session:
        await accounts.hold(session, viewer.account_id)
        await sessions.require_standing(session, viewer)
        await _link(session, vouched, viewer.account_id)


async def _enter(database: Database, vouched: Vouched, invitation: Sequence[Any] | None, name: str, client: Client) -> Opened | HalfWay:
    async with database.read() as session:
        known = await _account_of(session, vouched)
    if known is None and invitation is None:
        raise _nobody()
    account_id = known or ids.new()
    async with database.begin(Identity(account_id), as_service=True) as session:
        await accounts.hold(session, known)
        if await _account_of(session, vouched) != known:  # changed at the same moment
            raise _nobody()
        if invitation is not None:
            row = await invitations.look_again(session, Ref(invitation[0], UUID(invitation[1])))
            if known is None:  # with a login that nobody has to know, and no password
                await accounts.open_account(session, f"{name}-{secrets.token_hex(8)}", None, (), account_id=account_id)
                await _link(session, vouched, account_id)
            await invitations.use(session, row, account_id)
        if not vouched.strong and await factors.has(session, account_id):
            return await signing_in.half_way(session, account_id)
        return await sessions.begin(session, account_id, client, strong=vouched.strong)


def _again() -> Refused:
    return Refused(Code.SIGN_IN_AGAIN, "Begin again.")


def _nobody() -> Refused:
    return Refused(Code.BAD_CREDENTIALS, "The provider's word is nobody's account here.")


async def _account_of(session: AsyncSession, vouched: Vouched) -> UUID | None:
    return await session.scalar(
        sa.select(OutsideIdentity.account_id).join(Account, Account.id == OutsideIdentity.account_id).where(
            OutsideIdentity.issuer == vouched.issuer, OutsideIdentity.subject == vouched.subject, Account.disabled_at.is_(None)))


async def _link(session: AsyncSession, vouched: Vouched, account_id: UUID) -> None:
    try:
        async with session.begin_nested():
            session.add(OutsideIdentity(issuer=vouched.issuer, subject=vouched.subject, account_id=account_id, made_at=clock.now()))
    except sa.exc.IntegrityError:
        if await _account_of(session, vouched) != account_id:
            raise conflict("this identity is another account's") from None
    else:
        await events.tell(session, events.FACTOR_ADDED, account_id, {"factor": "provider"}, own=True)


async def of_account(session: AsyncSession, viewer: Viewer) -> Sequence[Any]:
    """The viewer's identities at providers."""
    mine = sa.select(OutsideIdentity.issuer, OutsideIdentity.made_at).where(OutsideIdentity.account_id == viewer.account_id)
    return (await session.execute(mine.order_by(OutsideIdentity.made_at, OutsideIdentity.issuer).limit(50))).all()


async def unlink(session: AsyncSession, viewer: Viewer, issuer: str) -> None:
    """A provider's word lets the viewer in no more. Refused: SIGN_IN_AGAIN (the session is not fresh), NOT_FOUND."""
    await sessions.require_fresh(session, viewer)
    gone = await session.execute(
        sa.delete(OutsideIdentity).where(OutsideIdentity.account_id == viewer.account_id, OutsideIdentity.issuer == issuer)
        .returning(OutsideIdentity.subject).execution_options(synchronize_session=False))
    if not gone.all() or viewer.account_id is None:
        raise not_found()
    await events.tell(session, events.FACTOR_REMOVED, viewer.account_id, {"factor": "provider"}, own=True)


async def viewer_of(database: Database, token: str | None) -> Viewer:
    """Whose session the browser's cookie holds."""
    return NOBODY if token is None else await viewers.viewer_of(database.reader(), token)
