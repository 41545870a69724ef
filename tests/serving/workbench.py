"""A schema whose fields fail in every way, and the application that serves it: what serving does is seen without any domain."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
import strawberry
from starlette.applications import Starlette
from starlette.routing import Route, WebSocketRoute
from strawberry.schema.config import StrawberryConfig

from school.context import NOBODY, Area, Context
from school.db import Database
from school.errors import Code, Refused
from school.fields import ANYONE, SCALARS, Declared, Info, Minor, no_one, query
from school.serving.cookies import SessionCookie
from school.serving.http import endpoint
from school.serving.models import TrustedDocument
from school.serving.schema import Schema
from school.serving.terms import Terms
from school.serving.trust import TrustedDocuments
from school.serving.websocket import Subscriptions
from school.settings import Settings

SETTINGS = Settings()

SECRET = "postgresql://somebody:password@somewhere"
ORIGIN = "https://app.test"
BODY_LIMIT = 64 * 1024
TRUSTED = "query Greet { hello }"


@dataclass
class Witness:
    """What the resolvers were seen to do."""

    mutations: int = 0
    waiting: int = 0
    ended: bool = False  # every session has
    tokens: list[str | None] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def wait_more(self, more: int) -> None:
        """One subscription more or less waits for ever."""
        self.waiting += more
        self.changed.set()

    async def until_waiting(self, count: int) -> None:
        """Until so many wait."""
        async with asyncio.timeout(30):
            while self.waiting != count:
                self.changed.clear()
                await self.changed.wait()


def witness(info: Info) -> Witness:
    """The operation's witness."""
    found = info.context.live
    assert isinstance(found, Witness)
    return found


@strawberry.type
class Row:
    """A value, and one that fails."""

    number: int = strawberry.field(metadata={"declared": Declared(ANYONE)})

    @query(ANYONE, Area.PEOPLE, no_one)
    async def broken(self, info: Info) -> int | None:  # noqa: ARG002
        """A bug."""
        raise RuntimeError(SECRET)


@strawberry.type
class Query:
    """Answers and failures."""

    @query(ANYONE, Area.PEOPLE, no_one)
    async def hello(self, info: Info, minor: Minor | None = None) -> str:  # noqa: ARG002
        """It works."""
        return "hello"

    @query(ANYONE, Area.PEOPLE, no_one)
    async def broken(self, info: Info, name: str = "") -> str | None:  # noqa: ARG002
        """A bug with a secret in it."""
        raise RuntimeError(SECRET)

    @query(ANYONE, Area.PEOPLE, no_one)
    async def patience(self, info: Info) -> str:
        """An answer that does not come; whoever waits for it is told when it is given up."""
        witness(info).wait_more(1)
        try:
            await asyncio.Event().wait()
        finally:
            witness(info).wait_more(-1)
        return ""

    @query(ANYONE, Area.PEOPLE, no_one)
    async def refused(self, info: Info) -> str | None:  # noqa: ARG002
        """A refusal that no guard has turned into an answer."""
        raise Refused(Code.CONFLICT, "It is so already.")

    @query(ANYONE, Area.PEOPLE, no_one)
    async def needed(self, info: Info) -> str:  # noqa: ARG002
        """A refusal of what may not be null."""
        raise Refused(Code.CONFLICT, "It is so already.")

    @query(ANYONE, Area.PEOPLE, no_one)
    async def statement(self, info: Info, name: str) -> str | None:
        """A statement that is wrong, with what a person wrote in its parameters."""
        async with info.context.read() as session:
            return str(await session.scalar(sa.text("SELECT nothing FROM nowhere WHERE name = :name"), {"name": name}))


@dataclass
class Wish:
    """What a browser shall keep."""

    value: str | None
    max_age: int
    suffix: str = ""


@strawberry.type
class Mutation:
    """Changes."""

    @query(ANYONE, Area.PEOPLE, no_one)
    async def enter(self, info: Info, token: str | None = "t0ken") -> bool:  # noqa: S107
        """The browser is told to keep a token, or none any more."""
        info.context.cookie = Wish(token, 60)
        return True

    @query(ANYONE, Area.PEOPLE, no_one)
    async def linger(self, info: Info) -> bool:
        """Writes, and then takes too long."""
        async with info.context.database.begin() as session:
            session.add(TrustedDocument(digest="0" * 64, name="never", text="{ hello }"))
            await session.flush()
            witness(info).wait_more(1)
            try:
                await asyncio.Event().wait()
            finally:
                witness(info).wait_more(-1)
        return True

    @query(ANYONE, Area.PEOPLE, no_one)
    async def change(self, info: Info) -> int:
        """Seen by the witness."""
        witness(info).mutations += 1
        return 1


@strawberry.type
class Subscription:
    """Streams that end, go on for ever, and fail."""

    @strawberry.subscription
    async def count(self, info: Info, to: int = 3, minor: Minor | None = None) -> AsyncIterator[int]:  # noqa: ARG002
        """Numbers."""
        for number in range(to):
            yield number

    @strawberry.subscription
    async def silence(self, info: Info) -> AsyncIterator[int]:
        """Nothing, for ever."""
        witness(info).wait_more(1)
        try:
            await asyncio.Event().wait()
            yield 0
        finally:
            witness(info).wait_more(-1)

    @strawberry.subscription
    async def flood(self, info: Info) -> AsyncIterator[str]:
        """More than anybody reads."""
        witness(info).wait_more(1)
        try:
            while True:
                yield "x" * 1000
        finally:
            witness(info).wait_more(-1)

    @strawberry.subscription
    async def broken(self, info: Info, after: int = 1) -> AsyncIterator[int]:  # noqa: ARG002
        """A bug after some numbers."""
        for number in range(after):
            yield number
        raise RuntimeError(SECRET)

    @strawberry.subscription
    async def rows(self, info: Info) -> AsyncIterator[Row]:  # noqa: ARG002
        """Two rows."""
        yield Row(number=1)
        yield Row(number=2)

    @strawberry.subscription
    async def away(self, info: Info, after: int = 1) -> AsyncIterator[int]:  # noqa: ARG002
        """The database goes away."""
        for number in range(after):
            yield number
        raise ConnectionRefusedError(SECRET)


TERMS = Terms(SessionCookie(secure=True), (ORIGIN,), closed=False, body_limit=BODY_LIMIT)


def application(database: Database, seen: Witness, terms: Terms = TERMS) -> Starlette:
    """Both endpoints. Of the tokens, `good` and `too good` are somebody's, `away` finds no database, `bug` a bug, `never` no end. `state.sockets` are open."""
    schema = Schema(Query, Mutation, Subscription, config=StrawberryConfig(scalar_map=SCALARS), closed=terms.closed)

    def make_context(address: str, agent: str) -> Context:
        return Context(NOBODY, database, SETTINGS, address, live=seen, agent=agent)

    async def sign_in(context: Context, token: str | None) -> str | None:
        if token in {"away", "bug"}:
            raise ConnectionRefusedError(SECRET) if token == "away" else TypeError(SECRET)
        if token == "never":
            await asyncio.Event().wait()
        seen.tokens.append(token)
        return context.address if token is None else token if token in {"good", "too good"} else None

    async def context_for(token: str | None, address: str, agent: str, _account: str | None) -> Context:
        context = make_context(address, agent)
        await sign_in(context, token)
        return context

    async def standing(contexts: Sequence[Context]) -> Sequence[bool]:
        return [not seen.ended for _ in contexts]

    trusted = TrustedDocuments([TRUSTED], database, closed=terms.closed)
    subscriptions = Subscriptions(schema, make_context, sign_in, standing, trusted, terms)
    served = Starlette(routes=[
        Route("/graphql", endpoint(schema, context_for, trusted, terms), methods=["POST"]), WebSocketRoute("/graphql", subscriptions),
    ])
    served.state.sockets = subscriptions
    return served
