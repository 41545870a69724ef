"""A schema whose fields fail in every way, and the application that serves it: what serving does is seen without any domain."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import sqlalchemy as sa
import strawberry
from starlette.applications import Starlette
from starlette.routing import Route, WebSocketRoute
from strawberry.schema.config import StrawberryConfig

from school.context import NOBODY, Context
from school.db import Database
from school.errors import Code, Refused
from school.fields import ANYONE, SCALARS, Info, Minor, query
from school.serving.http import endpoint
from school.serving.schema import Schema, limits
from school.serving.websocket import Subscriptions
from school.settings import Settings

SECRET = "postgresql://somebody:password@somewhere"
ORIGIN = "https://app.test"
BODY_LIMIT = 64 * 1024


@dataclass
class Witness:
    """What the resolvers were seen to do."""

    mutations: int = 0
    waiting: int = 0
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

    number: int = strawberry.field(metadata={"policy": ANYONE})

    @query(ANYONE)
    async def broken(self, info: Info) -> int | None:  # noqa: ARG002
        """A bug."""
        raise RuntimeError(SECRET)


@strawberry.type
class Query:
    """Answers and failures."""

    @query(ANYONE)
    async def hello(self, info: Info, minor: Minor | None = None) -> str:  # noqa: ARG002
        """It works."""
        return "hello"

    @query(ANYONE)
    async def broken(self, info: Info, name: str = "") -> str | None:  # noqa: ARG002
        """A bug with a secret in it."""
        raise RuntimeError(SECRET)

    @query(ANYONE)
    async def refused(self, info: Info) -> str | None:  # noqa: ARG002
        """A refusal that no guard has turned into an answer."""
        raise Refused(Code.CONFLICT, "It is so already.")

    @query(ANYONE)
    async def statement(self, info: Info, name: str) -> str | None:
        """A statement that is wrong, with what a person wrote in its parameters."""
        async with info.context.read() as session:
            return str(await session.scalar(sa.text("SELECT nothing FROM nowhere WHERE name = :name"), {"name": name}))


@strawberry.type
class Mutation:
    """A change."""

    @query(ANYONE)
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


def application(database: Database, seen: Witness) -> Starlette:
    """Both endpoints. Of the tokens, `good` is somebody's, `away` finds no database, and `bug` finds a bug."""
    schema = Schema(Query, Mutation, Subscription, extensions=limits(), config=StrawberryConfig(scalar_map=SCALARS))

    def make_context(address: str) -> Context:
        return Context(NOBODY, database, Settings(), address, live=seen)

    async def sign_in(_context: Context, token: str | None) -> bool:
        if token in {"away", "bug"}:
            raise ConnectionRefusedError(SECRET) if token == "away" else TypeError(SECRET)
        return token in {None, "good"}

    async def context_for(token: str | None, address: str) -> Context:
        context = make_context(address)
        await sign_in(context, token)
        return context

    return Starlette(routes=[
        Route("/graphql", endpoint(schema, context_for, body_limit=BODY_LIMIT, origins=(ORIGIN,)), methods=["POST"]),
        WebSocketRoute("/graphql", Subscriptions(schema, make_context, sign_in, (ORIGIN,))),
    ])
