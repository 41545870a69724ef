"""Asking: the people's endpoint in this process, asked as anybody about anything, and what an answer comes down to."""

from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import orjson
from obstore.store import MemoryStore
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from strawberry.schema.config import StrawberryConfig

from school.context import Area, Context, Viewer
from school.db import Database
from school.delivery.subscriptions import TYPES
from school.errors import Code
from school.fields import SCALARS, check_policies
from school.ids import Ref
from school.registry.kept_names import KeptNames
from school.row_security import Identity
from school.schema import Mutation, Query, Subscription
from school.serving.cookies import SessionCookie
from school.serving.http import endpoint
from school.serving.kept import KeptAnswers
from school.serving.limits import Limits
from school.serving.plans import Shelf
from school.serving.schema import Schema
from school.serving.terms import Terms
from school.serving.trust import TrustedDocuments
from school.settings import Mode, Provider, Settings
from school.store import Store
from school.tables import metadata
from tests.contents import contents
from tests.matrix.documents import document
from tests.matrix.question import Question
from tests.matrix.town import Ids, Town

LETTERS = {"NOT_FOUND": "-", "NOT_ALLOWED": "x", "NOT_SIGNED_IN": "!"}
DONE, EMPTY, KNOWN, OTHERWISE = "+", "0", "o", "c"
"""`o`: nothing of a thing that is known to be there; `0`: as of an absent one."""
REFUSED = frozenset(LETTERS.values())
UNDONE = "undone "
OWN_LIFE = {
    "throttle": "counts that something was tried, whoever tried it",
    "record": "an export is put into it as it is handed out",
}
"""Tables that may change where nothing was done."""
MUCH = 10**9
SETTINGS = Settings(
    mode=Mode.DEMO, public_url="https://school.test", secret_keys=(SecretStr(urlsafe_b64encode(bytes(32)).decode()),),
    oidc=(Provider(name="city", issuer="https://city.test", client_id="school", client_secret=SecretStr("secret"), title_ru="Город", title_en="City"),),
)


class Undone(Database):
    """A database in which whatever is done is taken back at once: each question finds the same."""

    @asynccontextmanager
    async def begin(self, identity: Identity | None = None, *, as_service: bool = False) -> AsyncIterator[AsyncSession]:
        """As the service's, but for its end."""
        async with self._write() as session:
            session.info.update(identity=identity, as_service=as_service)
            await session.begin()
            try:
                yield session
                await session.flush()
            finally:
                session.expunge_all()  # what was read stays as it was read
                await session.rollback()


@cache
def schema() -> Schema:
    """The people's, whose answers may be as long as they are."""
    limits = Limits(characters=MUCH, tokens=MUCH, depth=100, nesting=200, fields=MUCH, pairs=MUCH, aliases=MUCH, cost=MUCH)
    made = Schema(Query, Mutation, Subscription, types=TYPES, config=StrawberryConfig(scalar_map=SCALARS), limits=limits)
    check_policies(made)
    made.planned.shelf = Shelf(most=MUCH)  # there are more questions than the service's holds, each asked by everyone in turn
    return made


@dataclass(frozen=True, slots=True)
class Answer:
    """What came over the wire."""

    status: int
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        """As a client reads it."""
        found: dict[str, Any] = orjson.loads(self.body)
        return found

    def value(self, field: str) -> Any:
        """Of the root field; None where there is none."""
        return (self.json.get("data") or {}).get(field)

    def letter(self, field: str) -> str:
        """What it comes down to."""
        if errors := self.json.get("errors"):
            code = errors[0].get("extensions", {}).get("code")
            assert code in set(Code), self.body
            return LETTERS.get(code, OTHERWISE)
        value = self.value(field)
        if isinstance(value, dict) and isinstance(value.get("__typename"), str):
            value = next((found[0] for name, found in value.items() if name.endswith("__results")), value)
            if value["__typename"] == "Refusal":
                return LETTERS.get(value["Refusal__code"], OTHERWISE)
            value = next((value[name] for name in ("edges", "updates") if name in value), value)
        return EMPTY if value in (None, []) else DONE


class Desk:
    """Where everybody of a town asks. `noted`: of whom the last answer put a note into the record of reads. `kept`: what keeps answers, if anything does."""

    def __init__(self, town: Town, kept: KeptAnswers | None = None) -> None:
        self.town = town
        self.kept, self.names = kept, None if kept is None else KeptNames()
        self.noted: set[Ref] = set()
        self.store = Store(MemoryStore)
        self.schema = schema()
        self._databases = {False: town.database, True: Undone(town.database.url)}
        trusted = TrustedDocuments([], town.database, closed=False)
        self._endpoint = endpoint(self.schema, self._context, trusted, Terms(SessionCookie(secure=False), closed=False, operation_seconds=60))

    async def close(self) -> None:
        """The town's database stays open."""
        await self._databases[True].close()

    async def ask(self, role: str, question: Question, of: Ids, *, undone: bool = False) -> Answer:
        """One question of one who is this, about whom these ids stand for."""
        text = document(self.schema._schema, question)
        if text not in self.schema.documents.own:  # which stay known: it is read once, whoever asks it
            self.schema.documents.own |= {text}
        return await self.post(role, text, question.arguments(of), undone=undone)

    def note(self, viewer: Viewer, area: Area, persons: Collection[Ref]) -> None:  # noqa: ARG002 - the notebook's
        """A record of reads that remembers one answer's."""
        self.noted.update(persons)

    async def post(self, role: str, text: str, variables: Mapping[str, Any], *, undone: bool = False) -> Answer:
        """Any document."""
        headers = [(b"authorization", f"Bearer {UNDONE if undone else ''}{role}".encode()), (b"content-type", b"application/json")]
        body = orjson.dumps({"query": text, "variables": variables})

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        scope = {"type": "http", "method": "POST", "path": "/graphql", "client": ("127.0.0.1", 1), "headers": headers}
        self.noted.clear()
        response = await self._endpoint(Request(scope, receive))
        return Answer(response.status_code, bytes(response.body))

    async def _context(self, token: str | None, address: str, agent: str, _account: str | None) -> Context:
        role = (token or "nobody").removeprefix(UNDONE)
        return Context(
            self.town.viewers[role], self._databases[role != token], SETTINGS, address, agent=agent, reads=self, store=self.store,
            names=self.names, kept=self.kept)


@asynccontextmanager
async def desk(town: Town, kept: KeptAnswers | None = None) -> AsyncIterator[Desk]:
    """Until the end of the block."""
    made = Desk(town, kept)
    try:
        yield made
    finally:
        await made.close()


async def everything(database: Database) -> dict[str, list[str]]:
    """All that the tables hold, but for those with a life of their own."""
    return await contents(database, (table for table in metadata.sorted_tables if table.name not in OWN_LIFE))
