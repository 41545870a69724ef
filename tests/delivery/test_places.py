"""What happens at a door, a till or a desk, followed in GraphQL by whoever works there: that it happened, and nobody's name."""

from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from strawberry.types.graphql import OperationType

from school import clock, ids
from school.context import NOBODY, Area, Context, Scope, Viewer
from school.db import Database
from school.delivery.feed import encode_cursor
from school.ids import Kind
from school.outbox import Event, Topic, TopicKind
from school.registry.account_models import Session
from school.registry.models import Device, DeviceKind
from school.schema import people
from school.settings import Settings
from tests.delivery.family import BAD_CURSOR, NO_SUCH, NOT_SIGNED_IN
from tests.delivery.house import House, house, sign_in, tell
from tests.statements import counted
from tests.world import World

FOLLOW = """subscription($place: ID!, $after: String) { happenings(placeId: $place, after: $after) {
  __typename ... on StreamOpened { cursor } ... on StreamClosed { code cursor } ... on Refusal { code message }
  ... on Happened { cursor occurredAt late } } }"""
NOT_ALLOWED = {"code": "NOT_ALLOWED", "message": "Your role may not do this."}
KINDS = {TopicKind.DOOR: Kind.DOOR, TopicKind.TILL: Kind.TILL, TopicKind.DESK: Kind.DEVICE}


@asynccontextmanager
async def following(here: House, viewer: Viewer, place: str, after: str | None = None) -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
    """The messages of the subscription at this process."""
    context = Context(viewer, here.database, Settings(), live=here.hub)
    stream = await people().stream(FOLLOW, {"place": place, "after": after}, context, allowed_operation_types={OperationType.SUBSCRIPTION})

    async def messages() -> AsyncIterator[dict[str, Any]]:
        async for result in stream:
            assert not result.errors, result.errors
            yield result.data["happenings"]

    async with aclosing(stream), aclosing(messages()) as found:
        yield found


async def refusal(here: House, viewer: Viewer, place: str, after: str | None = None) -> dict[str, Any]:
    """The code and the message of a stream that does not open."""
    async with following(here, viewer, place, after) as messages:
        only = [message async for message in messages]
    [message] = only
    assert message.pop("__typename") == "Refusal"
    return message


async def places(database: Database, world: World) -> dict[TopicKind, Topic]:
    """A door, a till and a desk of the first school."""
    async with database.begin() as session:
        desk = (await session.scalars(sa.select(Device).where(Device.school_id == 1).order_by(Device.id))).first()
        assert desk is not None
        desk.kind = DeviceKind.DESK
    found = {TopicKind.DOOR: world.doors["main"], TopicKind.TILL: world.tills["till"], TopicKind.DESK: desk.id}
    return {kind: Topic(kind, id_) for kind, id_ in found.items()}


def opaque(topic: Topic) -> str:
    """Its opaque id."""
    return ids.encode(KINDS[topic.kind], 1, topic.id)


def happened(*topics: Topic, late: bool = False) -> Event:
    """Something that is told there."""
    return Event("access.refused", 1, topics, {"tap_id": str(ids.new()), "person_id": None}, clock.now(), late=late)


@pytest.mark.parametrize(("login", "kind"), [
    ("guard", TopicKind.DOOR), ("office", TopicKind.DOOR), ("canteen", TopicKind.TILL), ("office", TopicKind.TILL), ("office", TopicKind.DESK)])
async def test_a_place_is_heard_from_now_on_and_after_a_cursor(database: Database, database_url: str, world: World, login: str, kind: TopicKind) -> None:
    at = await places(database, world)
    elsewhere = [topic for other, topic in at.items() if other is not kind]
    viewer = await sign_in(database, world, login)
    first, second = happened(at[kind]), happened(at[kind], late=True)
    async with house(database_url) as here:
        async with following(here, viewer, opaque(at[kind])) as messages:
            opened = await anext(messages)
            assert opened == {"__typename": "StreamOpened", "cursor": encode_cursor(0)}
            await tell(database, happened(*elsewhere), first, happened(Topic(kind, ids.new())), second)
            seen = [await anext(messages) for _ in range(2)]
        assert seen == [
            {"__typename": "Happened", "cursor": encode_cursor(3), "occurredAt": first.occurred_at.isoformat(), "late": False},
            {"__typename": "Happened", "cursor": encode_cursor(5), "occurredAt": second.occurred_at.isoformat(), "late": True}]
        async with following(here, viewer, opaque(at[kind]), seen[0]["cursor"]) as messages:
            assert [await anext(messages), await anext(messages)] == [{"__typename": "StreamOpened", "cursor": encode_cursor(3)}, seen[1]]


async def test_who_does_not_work_there_hears_nothing(database: Database, database_url: str, world: World) -> None:
    here_ = await places(database, world)
    refused = {
        TopicKind.DOOR: ("parent", "anna", "teacher", "canteen"), TopicKind.TILL: ("parent", "anna", "teacher", "guard"),
        TopicKind.DESK: ("parent", "anna", "teacher", "canteen", "guard")}
    viewers = {login: await sign_in(database, world, login) for login in (*refused[TopicKind.DESK], "office", "office2")}
    async with house(database_url) as here:
        for kind, logins in refused.items():
            for login in logins:
                assert await refusal(here, viewers[login], opaque(here_[kind])) == NOT_ALLOWED, (kind, login)
            assert await refusal(here, NOBODY, opaque(here_[kind])) == NOT_SIGNED_IN
        office, other = viewers["office"], viewers["office2"]
        for kind, topic in here_.items():
            assert await refusal(here, other, opaque(topic)) == NO_SUCH, kind
            assert await refusal(here, office, opaque(Topic(kind, ids.new()))) == NO_SUCH, kind
        for strange in ("", "x", "é" * 28, ids.encode(Kind.PERSON, 1, world.people["anna"]), opaque(here_[TopicKind.DOOR])[:-1]):
            assert await refusal(here, office, strange) == NO_SUCH, strange
        assert await refusal(here, office, opaque(here_[TopicKind.DOOR]), "not a cursor") == BAD_CURSOR
        program = replace(office, scopes=frozenset({Scope(Area.DIARY, write=False)}))
        assert (await refusal(here, program, opaque(here_[TopicKind.DOOR])))["code"] == "NOT_ALLOWED"
        assert here.hub._subscribers == set()


async def test_a_session_that_ends_ends_it(database: Database, database_url: str, world: World) -> None:
    at, viewer = (await places(database, world))[TopicKind.DOOR], await sign_in(database, world, "guard")
    async with house(database_url) as here, following(here, viewer, opaque(at)) as messages:
        await anext(messages)
        async with database.begin() as session:
            await session.execute(sa.update(Session).where(Session.id == viewer.session_id).values(revoked_at=clock.now()))
        await here.hub.check_sessions()
        assert [message async for message in messages] == [{"__typename": "StreamClosed", "code": "NOT_SIGNED_IN", "cursor": encode_cursor(0)}]


async def test_opening_takes_two_statements_whatever_has_happened(database: Database, database_url: str, world: World) -> None:
    """Whether the place is the viewer's, and whether their session stands."""
    at, viewer = (await places(database, world))[TopicKind.DOOR], await sign_in(database, world, "guard")
    await tell(database, *(happened(at) for _ in range(30)))
    async with house(database_url, relays=False) as here:
        await here.hub._started.wait()
        with counted(here.database) as sent:
            async with following(here, viewer, opaque(at)) as messages:
                await anext(messages)
                mine = [text for text, _ in sent if "feed" not in text and "outbox" not in text and "lease" not in text]
        assert len(mine) == 2, mine
