"""A school with a store of files: photos set and removed through the people's schema, and asked for over HTTP as an `<img>` does."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request

from school import ids
from school.context import NOBODY, Context, Viewer
from school.db import Database
from school.ids import Kind, Ref
from school.record.reads import ReadRecord
from school.registry.photo_route import Photos
from school.schema import people
from school.settings import Settings
from school.store import Store
from tests.faces import FACE
from tests.registry.office import Office
from tests.world import World

SETTINGS = Settings()
PUT = """mutation($input: PhotoInput!) { setPhoto(input: $input) { __typename
    ... on PhotoSaved { personId photo } ... on Refusal { code retryAfter } } }"""
REMOVE = """mutation($person: ID!) { removePhoto(personId: $person) { __typename
    ... on PhotoSaved { personId photo } ... on Refusal { code retryAfter } } }"""


@dataclass
class Gallery:
    """The small world, a store, and a record of reads."""

    database: Database
    world: World
    store: Store
    reads: ReadRecord = field(init=False)

    def __post_init__(self) -> None:
        self.reads = ReadRecord(self.database)
        self.office = Office(self.database, self.world)

    def ref(self, name: str) -> Ref:
        """The key of a person."""
        return self.office.person(name)

    def person(self, name: str) -> str:
        """Their opaque id."""
        ref = self.ref(name)
        return ids.encode(Kind.PERSON, ref.school_id, ref.id)

    def context(self, viewer: Viewer | str | None) -> Context:
        """As whoever asks."""
        asker = self.world.viewers[viewer] if isinstance(viewer, str) else viewer or NOBODY
        return Context(asker, self.database, SETTINGS, reads=self.reads, store=self.store)

    async def ask(self, viewer: Viewer | str | None, document: str, **variables: Any) -> Any:
        """The one field of an answer without errors."""
        result = await people().execute(document, variables, self.context(viewer))
        assert result.errors is None, result.errors
        assert result.data is not None
        return next(iter(result.data.values()))

    async def put(self, name: str, content: str = FACE, viewer: str | None = "office") -> Any:
        """Give somebody a photo."""
        return await self.ask(viewer, PUT, input={"personId": self.person(name), "content": content})

    async def remove(self, name: str, viewer: str | None = "office") -> Any:
        """Take it away."""
        return await self.ask(viewer, REMOVE, person=self.person(name))

    async def get(self, viewer: Viewer | str | None, address: str, **headers: str) -> httpx.Response:
        """Ask for an address as a browser does."""
        async with browser(self, viewer) as client:
            return await client.get(address, headers=headers)

    async def files(self) -> list[str]:
        """What the store holds."""
        return sorted([str(file["path"]) async for page in self.store._backend.list("photos") for file in page])


@asynccontextmanager
async def browser(gallery: Gallery, viewer: Viewer | str | None) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the route alone, signed in as this viewer."""

    async def context_for(_request: Request) -> Context:
        return gallery.context(viewer)

    application = Starlette(routes=[Photos(context_for).route])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(application), base_url="http://school.test") as client:
        yield client
