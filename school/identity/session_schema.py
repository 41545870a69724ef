"""One's own sessions, programs' tokens and password, in GraphQL."""

import datetime as dt
from typing import Annotated, Any, Self

import strawberry

from school import ids
from school.context import Area, Scope
from school.fields import ANYONE, SIGNED_IN, Done, Info, Refusal, mutation, no_one, query, rows
from school.identity import passwords, programs, sessions, throttle
from school.ids import Kind
from school.registry.account_models import SessionKind
from school.registry.types import AreaName

SessionKindName = strawberry.enum(SessionKind, name="SessionKind", description="Who holds a session's token.")


@rows(description="A signed-in client of this account, as it was seen when it signed in.")
class Session:
    """One's own session."""

    id: strawberry.ID
    kind: Annotated[SessionKind, SessionKindName]
    made_at: dt.datetime
    seen_at: dt.datetime | None
    expires_at: dt.datetime
    address: str
    client: str
    strong: bool = strawberry.field(description="Whether a second factor was shown.")
    current: bool = strawberry.field(description="Whether it is the one that asks.")

    @classmethod
    def from_row(cls, row: Any, *, current: bool) -> Self:
        """From columns of a session."""
        return cls(
            id=strawberry.ID(ids.encode(Kind.SESSION, 0, row.id)), kind=row.kind, made_at=row.made_at, seen_at=row.seen_at, expires_at=row.expires_at,
            address=row.address, client=row.client, strong=row.strong, current=current,
        )


@rows(description="What a program's token is for.", name="Scope")
class ScopeShown:
    """An area, to read or to write."""

    area: Annotated[Area, AreaName]
    write: bool


@strawberry.input(description="What a program's token is for. To write is not to read: name both.")
class ScopeInput:
    """An area, to read or to write."""

    area: Annotated[Area, AreaName]
    write: bool = False


@rows(description="A program's token. Its text is told once, when it is made.")
class Token:
    """One's own token."""

    id: strawberry.ID
    name: str
    scopes: list[ScopeShown]
    made_at: dt.datetime
    seen_at: dt.datetime | None
    expires_at: dt.datetime

    @classmethod
    def from_row(cls, row: Any) -> Self:
        """From columns of a session of a program's."""
        return cls(
            id=strawberry.ID(ids.encode(Kind.SESSION, 0, row.id)), name=row.name, made_at=row.made_at, seen_at=row.seen_at, expires_at=row.expires_at,
            scopes=[ScopeShown(area=Area(area), write=write) for area, write in row.scopes],
        )


@strawberry.input(description="A token for a program. `id` is a UUIDv7 of the client's: repeating is harmless.")
class MakeTokenInput:
    """What makeToken takes."""

    id: str
    name: str
    scopes: list[ScopeInput]
    days: int = 90


@strawberry.input(description="The password so far, and the one from now on. `old` is left out where there is none yet.")
class ChangePasswordInput:
    """What changePassword takes."""

    new: str
    old: str | None = None


@strawberry.input(description="The code that the office has printed, and the password from now on.")
class SetPasswordInput:
    """What setPassword takes."""

    code: str
    password: str


@rows(description="A new token. `text` is told once: null when the same `id` comes again.")
class TokenMade:
    """The token and its text."""

    token: Token
    text: str | None


@rows(description="Sessions or tokens have ended.")
class SessionsRevoked:
    """How many there were is told where it was asked for all."""

    revoked: int


@strawberry.type
class SessionQuery:
    """What stands open."""

    @query(SIGNED_IN, Area.ACCOUNT, no_one)
    async def my_sessions(self, info: Info) -> list[Session]:
        """The signed-in clients of this account, the last used first."""
        async with info.context.read() as session:
            found = await sessions.of_account(session, info.context.viewer)
        return [Session.from_row(row, current=row.id == info.context.viewer.session_id) for row in found]

    @query(SIGNED_IN, Area.ACCOUNT, no_one)
    async def my_tokens(self, info: Info) -> list[Token]:
        """The tokens of this account's programs, the newest first."""
        async with info.context.read() as session:
            return [Token.from_row(row) for row in await programs.of_account(session, info.context.viewer)]


@strawberry.type
class SessionMutation:
    """What stands open is closed, or opened for a program."""

    @mutation(SIGNED_IN, Area.ACCOUNT)
    async def revoke_session(
        self, info: Info, id: strawberry.ID,  # noqa: A002 - public name
    ) -> Annotated[SessionsRevoked | Refusal, strawberry.union("RevokeSessionResult")]:
        """End a session or a token of this account; its WebSockets close within seconds."""
        async with info.context.begin() as session:
            await sessions.revoke(session, info.context.viewer, ids.decode(Kind.SESSION, id).id)
        return SessionsRevoked(revoked=1)

    @mutation(SIGNED_IN, Area.ACCOUNT)
    async def revoke_other_sessions(self, info: Info) -> Annotated[SessionsRevoked | Refusal, strawberry.union("RevokeOtherSessionsResult")]:
        """End all sessions of this account but this one; programs' tokens stay."""
        async with info.context.begin() as session:
            return SessionsRevoked(revoked=await sessions.revoke_others(session, info.context.viewer))

    @mutation(SIGNED_IN, Area.ACCOUNT)
    async def make_token(
        self, info: Info, input: MakeTokenInput,  # noqa: A002 - public name
    ) -> Annotated[TokenMade | Refusal, strawberry.union("MakeTokenResult")]:
        """Make a token for a program. It may never do more than this account may at the moment, and nothing to the account itself."""
        async with info.context.begin(as_service=True) as session:
            made = await programs.make(
                session, info.context.viewer, ids.client_id(input.id), input.name, [Scope(one.area, one.write) for one in input.scopes], input.days)
        return TokenMade(token=Token.from_row(made.row), text=made.token)

    @mutation(SIGNED_IN, Area.ACCOUNT)
    async def change_password(
        self, info: Info, input: ChangePasswordInput,  # noqa: A002 - public name
    ) -> Annotated[Done | Refusal, strawberry.union("ChangePasswordResult")]:
        """Change the password; all other sessions and all tokens end. Passkeys and providers stay: mySecurity and myProviders list them."""
        throttle.guess(info.context)
        await passwords.change(info.context.database, info.context.viewer, input.old, input.new)
        return Done()

    @mutation(ANYONE, Area.ACCOUNT)
    async def set_password(
        self, info: Info, input: SetPasswordInput,  # noqa: A002 - public name
    ) -> Annotated[Done | Refusal, strawberry.union("SetPasswordResult")]:
        """Set a password by the office's code, which is used up; all sessions end."""
        throttle.guess(info.context)
        await passwords.set_by_code(info.context.database, input.code, input.password, address=info.context.address)
        return Done()
