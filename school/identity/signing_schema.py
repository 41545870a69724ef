"""Signing in and out, in GraphQL."""

import datetime as dt
from typing import Annotated

import strawberry

from school.context import Area
from school.fields import ANYONE, SIGNED_IN, Done, Info, Refusal, mutation, no_one, query, rows
from school.identity import passkeys, sessions, signing_in, throttle
from school.identity.passkeys import Site
from school.identity.secrets_at_rest import Safe
from school.identity.sessions import Client, Opened, SetCookie


@strawberry.input(description="A login and its password. `cookie`: a browser keeps the session, and no script is told it. `device`: as an earlier answer.")
class SignInInput:
    """What signIn takes."""

    login: str
    password: str
    cookie: bool = False
    device: str | None = None


@strawberry.input(description="The second factor: six digits of the app, or a recovery code.")
class CompleteSignInInput:
    """What completeSignIn takes."""

    ticket: str
    code: str
    cookie: bool = False


@strawberry.input(description="What the browser's `navigator.credentials.get` has answered, as JSON.")
class PasskeySignInInput:
    """What signInWithPasskey takes."""

    credential: str
    cookie: bool = False


@rows(description="A new session. Send the token as `Authorization: Bearer …`, or as `token` when a WebSocket opens; null where a cookie holds it.")
class SignedIn:
    """The token is told once."""

    token: str | None
    expires_at: dt.datetime
    device: str | None = strawberry.field(description="Send it with the next signIn: then others' guesses do not hold this client up.")


@rows(description="The first factor was right. Complete it with the second one within five minutes.")
class SecondFactorNeeded:
    """The ticket is told once."""

    ticket: str


@rows(description="What a browser's `navigator.credentials` needs, as JSON.")
class PasskeyOptions:
    """A challenge that is good for five minutes, and for one answer."""

    options: str


@rows(description="A provider that vouches for people. Open `path` in a browser.")
class SignInProvider:
    """How it is called."""

    name: str
    title_ru: str
    title_en: str
    path: str


@strawberry.type
class SigningQuery:
    """What a page needs before anybody has signed in."""

    @query(ANYONE, Area.ACCOUNT, no_one)
    async def sign_in_providers(self, info: Info) -> list[SignInProvider]:
        """The providers at which one may sign in."""
        return [
            SignInProvider(name=one.name, title_ru=one.title_ru, title_en=one.title_en, path=f"/signin/{one.name}") for one in info.context.settings.oidc
        ]


@strawberry.type
class SigningMutation:
    """Sessions begin and end."""

    @mutation(ANYONE, Area.ACCOUNT)
    async def sign_in(
        self, info: Info, input: SignInInput,  # noqa: A002 - public name
    ) -> Annotated[SignedIn | SecondFactorNeeded | Refusal, strawberry.union("SignInResult")]:
        """Begin a session. An unknown login and a wrong password are one refusal, BAD_CREDENTIALS; too many guesses are TOO_MANY_ATTEMPTS."""
        throttle.guess(info.context)
        found = await signing_in.by_password(
            info.context.database, input.login, input.password, Client.of(info.context, cookie=input.cookie), device=input.device)
        if isinstance(found, signing_in.HalfWay):
            return SecondFactorNeeded(ticket=found.ticket)
        return _show(info, found.opened, cookie=input.cookie, device=found.device)

    @mutation(ANYONE, Area.ACCOUNT)
    async def complete_sign_in(
        self, info: Info, input: CompleteSignInInput,  # noqa: A002 - public name
    ) -> Annotated[SignedIn | Refusal, strawberry.union("CompleteSignInResult")]:
        """Begin the session with the second factor. BAD_CODE: try the next one; SIGN_IN_AGAIN: the ticket is used or expired."""
        throttle.guess(info.context)
        safe, client = safe_of(info), Client.of(info.context, cookie=input.cookie)
        found = await signing_in.complete(info.context.database, safe, input.ticket, input.code, client)
        return _show(info, found.opened, cookie=input.cookie, device=found.device)

    @mutation(ANYONE, Area.ACCOUNT)
    async def start_passkey_sign_in(self, info: Info) -> Annotated[PasskeyOptions | Refusal, strawberry.union("StartPasskeySignInResult")]:
        """Ask for a passkey."""
        throttle.guess(info.context)
        options = await passkeys.challenge(info.context.database, Site.of(info.context.settings.public_url), address=info.context.address)
        return PasskeyOptions(options=options)

    @mutation(ANYONE, Area.ACCOUNT)
    async def sign_in_with_passkey(
        self, info: Info, input: PasskeySignInInput,  # noqa: A002 - public name
    ) -> Annotated[SignedIn | Refusal, strawberry.union("PasskeySignInResult")]:
        """Begin the session of whoever's passkey it is."""
        throttle.guess(info.context)
        client, site = Client.of(info.context, cookie=input.cookie), Site.of(info.context.settings.public_url)
        opened = await passkeys.sign_in(info.context.database, site, input.credential, client)
        return _show(info, opened, cookie=input.cookie, device=None)

    @mutation(SIGNED_IN, Area.ACCOUNT)
    async def sign_out(self, info: Info) -> Annotated[Done | Refusal, strawberry.union("SignOutResult")]:
        """End this session; a browser forgets its cookie."""
        async with info.context.begin() as session:
            await sessions.sign_out(session, info.context.viewer)
        info.context.cookie = SetCookie(None)
        return Done()


def safe_of(info: Info) -> Safe:
    """The service's keys."""
    return Safe([key.get_secret_value() for key in info.context.settings.secret_keys])


def _show(info: Info, opened: Opened, *, cookie: bool, device: str | None) -> SignedIn:
    if cookie:
        info.context.cookie = SetCookie.of(opened)
    return SignedIn(token=None if cookie else opened.token, expires_at=opened.ends_at, device=device)
