"""The registry's GraphQL face: signing in, who I am, pupils, classes, cards, devices."""

import datetime as dt
from typing import Annotated

import strawberry

from school import ids
from school.connections import Connection
from school.fields import ANYONE, SIGNED_IN, Info, Refusal, mutation, query, rows
from school.ids import Kind
from school.registry import accounts, queries
from school.registry.card_schema import CardMutation, CardQuery
from school.registry.desk_schema import DeskQuery
from school.registry.device_schema import DeviceMutation, DeviceQuery
from school.registry.types import ClassGroup, Grant, Person, Pupil, School, Subject

__all__ = ["ClassGroup", "Person", "Pupil", "RegistryMutation", "RegistryQuery", "School", "Subject"]


@rows(description="The account that asks.")
class Me:
    """Who is signed in. Its own fields read what the account may see anyway."""

    account_id: strawberry.ID
    login: str

    @query(SIGNED_IN)
    async def children(self, info: Info) -> list[Pupil]:
        """The account's own children, in all schools; a pupil finds themself."""
        async with info.context.read() as session:
            return [Pupil.from_row(row) for row in await queries.children(session, info.context.viewer)]

    @query(SIGNED_IN)
    async def grants(self, info: Info) -> list[Grant]:
        """The roles that the account holds."""
        async with info.context.read() as session:
            schools = await queries.schools(session, info.context.viewer)
        return [
            Grant(
                school=School.from_row(schools[grant.school_id]), role=grant.role,
                person_id=strawberry.ID(ids.encode(Kind.PERSON, grant.school_id, grant.person_id)),
            )
            for grant in info.context.viewer.grants
        ]


@strawberry.type
class RegistryQuery(CardQuery, DeskQuery, DeviceQuery):
    """Queries of the registry."""

    @query(ANYONE)
    async def me(self, info: Info) -> Me | None:
        """The account that asks; null when nobody is signed in."""
        viewer = info.context.viewer
        if viewer.account_id is None:
            return None
        async with info.context.read() as session:
            login = await accounts.login_of(session, viewer.account_id)
        return Me(account_id=strawberry.ID(ids.encode(Kind.ACCOUNT, 0, viewer.account_id)), login=login)

    @query(SIGNED_IN)
    async def pupil(self, info: Info, id: strawberry.ID) -> Pupil:  # noqa: A002 - the argument's public name
        """One pupil; NOT_FOUND when absent or not for this viewer."""
        async with info.context.read() as session:
            return Pupil.from_row(await queries.pupil(session, info.context.viewer, ids.decode(Kind.PERSON, id)))

    @query(SIGNED_IN)
    async def pupils(self, info: Info, class_group_id: strawberry.ID | None = None, first: int = 50, after: str | None = None) -> Connection[Pupil]:
        """The pupils whom the viewer may see, by name."""
        group = ids.decode(Kind.CLASS_GROUP, class_group_id) if class_group_id is not None else None
        async with info.context.read() as session:
            return (await queries.pupils(session, info.context.viewer, group, first=first, after=after)).connect(Pupil.from_row)

    @query(SIGNED_IN)
    async def class_groups(self, info: Info) -> list[ClassGroup]:
        """The classes that the viewer may see."""
        async with info.context.read() as session:
            return [ClassGroup.from_row(row) for row in await queries.class_groups(session, info.context.viewer)]


@strawberry.input(description="A login and its password.")
class SignInInput:
    """What signIn takes."""

    login: str
    password: str


@rows(description="A new session. Send the token as `Authorization: Bearer …`, or as `token` when a WebSocket opens.")
class SignedIn:
    """The token is told once."""

    token: str
    expires_at: dt.datetime


@rows(description="The session has ended.")
class SignedOut:
    """Nothing more to say."""

    done: bool


@strawberry.type
class RegistryMutation(CardMutation, DeviceMutation):
    """Mutations of the registry."""

    @mutation(ANYONE)
    async def sign_in(self, info: Info, input: SignInInput) -> Annotated[SignedIn | Refusal, strawberry.union("SignInResult")]:  # noqa: A002 - public name
        """Begin a session. An unknown login and a wrong password are one refusal, BAD_CREDENTIALS."""
        context = info.context
        made = await accounts.sign_in(context.database, input.login, input.password, seconds=context.settings.session_seconds)
        return SignedIn(token=made.token, expires_at=made.expires_at)

    @mutation(SIGNED_IN)
    async def sign_out(self, info: Info) -> Annotated[SignedOut | Refusal, strawberry.union("SignOutResult")]:
        """End this session."""
        async with info.context.begin() as session:
            await accounts.sign_out(session, info.context.viewer)
        return SignedOut(done=True)
