"""An office for the registry's tests: acts in transactions of their own, refusals that change nothing, cards on a desk's reader, questions in GraphQL."""

import datetime as dt
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cache
from itertools import count
from typing import Any, TypeVar
from uuid import UUID

import pytest
import sqlalchemy as sa
from strawberry.schema.config import StrawberryConfig

from school import clock, ids
from school.clock import Clock
from school.context import NOBODY, Context, Viewer
from school.db import Base, Database
from school.errors import Code, Refused
from school.fields import SCALARS, check_policies
from school.ids import Kind, Ref
from school.outbox import OutboxRow
from school.registry import viewers
from school.registry.account_models import Session
from school.registry.models import Card, CardKey, Device, DeviceCode, FormerToken, Guardianship, Outcome, Tap
from school.registry.schema import RegistryMutation, RegistryQuery
from school.serving.schema import Schema
from school.settings import Settings
from tests.contents import contents
from tests.world import PUPILS, STAFF, World

T = TypeVar("T")
NOON = dt.datetime(2026, 9, 7, 9, tzinfo=dt.UTC)
"""What the clock says: noon in Moscow, and it stands still."""
TABLES: tuple[type[Base], ...] = (Device, DeviceCode, Card, CardKey, FormerToken, Tap, Guardianship, Session, OutboxRow)
SETTINGS = Settings()
ABSENT = (Code.NOT_FOUND, "No such object.")
NO_SUCH = {"code": "NOT_FOUND", "message": "No such object."}
NOT_ALLOWED = {"code": "NOT_ALLOWED", "message": "Your role may not do this."}
STRANGER = {"code": "NOT_SIGNED_IN", "message": "Sign in first."}
_sequences = count(1)


def at(moment: dt.datetime) -> None:
    """The clock stands at this moment."""
    clock.use(Clock(moment, moment, 0))


@cache
def schema() -> Schema:
    """The registry's own part of the people's schema."""
    made = Schema(RegistryQuery, RegistryMutation, config=StrawberryConfig(scalar_map=SCALARS))
    check_policies(made)
    return made


@dataclass(frozen=True, slots=True)
class Office:
    """A database with the small world in it."""

    database: Database
    world: World

    def viewer(self, login: str) -> Viewer:
        """Who signs in by this name."""
        return self.world.viewers[login]

    def person(self, name: str) -> Ref:
        """The key of a person."""
        return Ref(_school_of(name), self.world.people[name])

    def card(self, name: str) -> Ref:
        """The key of a person's card."""
        return Ref(_school_of(name), self.world.cards[name])

    def id(self, kind: Kind, name: str) -> str:
        """The opaque id of a person, a class, a card or a device of the world."""
        if kind is Kind.CLASS_GROUP:
            return ids.encode(kind, 2 if name.startswith("2-") else 1, self.world.classes[name])
        if kind is Kind.DEVICE:
            return ids.encode(kind, 1, self.world.devices[name])
        ref = self.card(name) if kind is Kind.CARD else self.person(name)
        return ids.encode(kind, ref.school_id, ref.id)

    async def do(self, verb: Callable[..., Awaitable[T]], *args: Any, **named: Any) -> T:
        """A verb in a transaction of its own."""
        async with self.database.begin() as session:
            return await verb(session, *args, **named)

    async def refused(self, verb: Callable[..., Awaitable[Any]], *args: Any, **named: Any) -> tuple[Code, str]:
        """What a verb is refused with; nothing has changed."""
        before = await self.everything()
        with pytest.raises(Refused) as caught:
            await self.do(verb, *args, **named)
        assert await self.everything() == before
        return caught.value.code, caught.value.message

    async def everything(self) -> dict[str, list[str]]:
        """All that the registry and the outbox hold, to compare before and after."""
        return await contents(self.database, (table.__table__ for table in TABLES))

    async def rows(self, table: type[Base], *conditions: Any) -> list[dict[str, Any]]:
        """All columns of the rows of a table, in the order of their key."""
        async with self.database.read() as session:
            found = await session.execute(sa.select(*table.__table__.columns).where(*conditions).order_by(*table.__table__.primary_key))
            return [dict(row) for row in found.mappings()]

    async def row(self, table: type[Base], *conditions: Any) -> dict[str, Any]:
        """The one row."""
        [found] = await self.rows(table, *conditions)
        return found

    async def events(self) -> list[dict[str, Any]]:
        """What the outbox tells, the oldest first."""
        return [{name: row[name] for name in ("kind", "school_id", "topics", "payload", "occurred_at", "late")} for row in await self.rows(OutboxRow)]

    async def present(self, card: str, *, device: str = "desk", token: bytes | None = None, key_id: str | None = None) -> Ref:
        """A card lies at a reader of school 1: an invented one of this name."""
        now = clock.now()
        row = Tap(
            school_id=1, device_id=self.world.devices[device], sequence=next(_sequences), id=ids.new(), digest=bytes(32), reader="reader",
            token=token or invented(card), key_id=key_id or str(self.world.card_keys[1][0]), person_id=None, device_at=now, happened_at=now,
            received_at=now, late=False, suspect=False, outcome=Outcome.REFUSE, reason="UNKNOWN_CARD", data_version=None,
        )
        async with self.database.begin() as session:
            session.add(row)
        return Ref(1, row.id)

    async def ask(self, viewer: Viewer | str | None, document: str, **variables: Any) -> dict[str, Any]:
        """Execute as somebody: the whole answer as it goes over the wire."""
        asker = self.viewer(viewer) if isinstance(viewer, str) else viewer or NOBODY
        result = await schema().execute(document, variables, Context(asker, self.database, SETTINGS))
        errors = [error.formatted for error in result.errors or ()]
        return {"data": result.data, **({"errors": errors} if errors else {})}

    async def code(self, viewer: Viewer | str | None, document: str, **variables: Any) -> str:
        """The code of a query's one error; nothing has changed."""
        before = await self.everything()
        [error] = (await self.ask(viewer, document, **variables))["errors"]
        assert await self.everything() == before
        code: str = error["extensions"]["code"]
        return code

    async def result(self, viewer: Viewer | str | None, document: str, /, **values: Any) -> Any:
        """A mutation's result."""
        answer = await self.ask(viewer, document, input=values)
        assert "errors" not in answer, answer
        [result] = answer["data"].values()
        return result

    async def harmless(self, viewer: Viewer | str | None, document: str, /, **values: Any) -> Any:
        """The result of a mutation that changes nothing."""
        before = await self.everything()
        result = await self.result(viewer, document, **values)
        assert await self.everything() == before
        return result

    async def viewer_of(self, token: str) -> Viewer:
        """The viewer behind a session's token."""
        return await viewers.viewer_of(self.database.reader(), token)


def _school_of(name: str) -> int:
    if name in PUPILS or name in STAFF:
        return (PUPILS[name] if name in PUPILS else STAFF[name])[0]
    return 2 if name in {"parent2", "stranger"} else 1


def school_id(number: int) -> str:
    """A school's opaque id."""
    return ids.encode(Kind.SCHOOL, number, UUID(int=0))


def invented(card: str) -> bytes:
    """The token of a card that the world does not know."""
    return hashlib.sha256(card.encode()).digest()
