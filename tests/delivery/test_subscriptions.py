"""The stream as it comes, in GraphQL: how it begins, goes on after a cursor, and ends."""

import asyncio
from collections.abc import Collection
from typing import Any

import pytest
import sqlalchemy as sa

from school import clock, ids
from school.context import Area, Viewer
from school.db import Database
from school.delivery.feed import encode_cursor
from school.ids import Kind, Ref
from school.outbox import Event, FeedHead, FeedRow, OutboxRow, Topic, TopicKind
from school.registry import guardianship
from school.registry.account_models import Session
from tests.delivery.family import BAD_CURSOR, NO_CHILD, NO_SUCH, NOT_SIGNED_IN, TOO_MANY, child_id, following, news, page
from tests.delivery.house import eventually, house, sign_in, tell, until_published
from tests.world import World


async def test_it_opens_with_its_place_and_goes_on_from_there(database: Database, database_url: str, world: World) -> None:
    """From now on; and who resumes with that first cursor gets everything after it, as who asks page by page does."""
    viewer = await sign_in(database, world, "parent")
    async with house(database_url) as here:
        await _settled(here, database, news(world, "anna", 0))
        async with following(here, viewer) as messages:
            opened = await _next(messages)
            assert opened == {"__typename": "StreamOpened", "cursor": encode_cursor(1)}
            await tell(database, news(world, "anna", 1), news(world, "boris", 2), news(world, "gleb", 3))
            seen = [await _next(messages) for _ in range(2)]
        await tell(database, news(world, "vera", 4))
        async with following(here, viewer, after=opened["cursor"]) as messages:
            assert await _next(messages) == opened
            again = [await _next(messages) for _ in range(3)]
        paged = (await page(database, viewer, after=opened["cursor"]))["updates"]
    assert seen == again[:2]
    assert again == paged == [
        {"__typename": "LateWithdrawn", "cursor": encode_cursor(seq), "childId": child_id(world, name), "minutes": number}
        for seq, name, number in ((2, "anna", 1), (4, "gleb", 3), (5, "vera", 4))]


class Notes:
    """A record of reads that remembers everything."""

    def __init__(self) -> None:
        self.kept: list[tuple[Area, frozenset[Ref]]] = []

    def note(self, viewer: Viewer, area: Area, persons: Collection[Ref]) -> None:  # noqa: ARG002 - the notebook's
        """Keep it."""
        self.kept.append((area, frozenset(persons)))


async def test_each_message_is_noted_as_the_kind_of_data_that_it_tells(database: Database, database_url: str, world: World) -> None:
    """So that the record of reads shows a stream as what was seen in it, and of whom."""
    viewer, notes, anna, gleb = await sign_in(database, world, "parent"), Notes(), Ref(1, world.people["anna"]), Ref(2, world.people["gleb"])
    homework = Event("diary.homework_withdrawn", 1, (Topic(TopicKind.PUPIL, anna.id),), {
        "lesson_id": str(world.lessons["5A-1"]), "course_id": str(world.courses["5A"]), "date": "2026-09-07", "subject_id": str(ids.new()),
        "homework_id": str(ids.new())}, clock.now())
    async with house(database_url) as here, following(here, viewer, reads=notes) as messages:
        assert (await _next(messages))["__typename"] == "StreamOpened"
        assert notes.kept == []
        await tell(database, news(world, "gleb", 1), homework, news(world, "boris", 2))
        assert [(await _next(messages))["__typename"] for _ in range(2)] == ["LateWithdrawn", "HomeworkWithdrawn"]
    assert notes.kept == [(Area.ACCESS, {gleb}), (Area.DIARY, {anna})]


async def test_only_the_children_that_are_named(database: Database, database_url: str, world: World) -> None:
    viewer = await sign_in(database, world, "parent")
    async with house(database_url) as here, following(here, viewer, children=[child_id(world, "gleb"), child_id(world, "vera")]) as messages:
        assert (await _next(messages))["__typename"] == "StreamOpened"
        await tell(database, *(news(world, name, number) for number, name in enumerate(("anna", "boris", "gleb", "anna", "vera"))))
        assert [(await _next(messages))["minutes"] for _ in range(2)] == [2, 4]


@pytest.mark.parametrize(("variables", "refusal"), [
    ({"children": ["boris"]}, NO_SUCH), ({"children": ["anna", "boris"]}, NO_SUCH), ({"children": ["nobody"]}, NO_SUCH), ({"children": ["nonsense"]}, NO_SUCH),
    ({"children": []}, NO_CHILD), ({"children": ["nobody"] * 51}, TOO_MANY), ({"after": "x"}, BAD_CURSOR), ({"after": encode_cursor(2)}, BAD_CURSOR),
])
async def test_a_refusal_is_the_only_message(
    database: Database, database_url: str, world: World, variables: dict[str, Any], refusal: dict[str, str],
) -> None:
    """The same as the query's; nothing stays behind."""
    viewer = await sign_in(database, world, "parent")
    named = {"nobody": ids.encode(Kind.PERSON, 1, ids.new()), "nonsense": "nonsense"}
    if "children" in variables:
        variables = {"children": [named.get(name) or child_id(world, name) for name in variables["children"]]}
    async with house(database_url) as here:
        await _settled(here, database, news(world, "anna", 0))
        before = await _everything(database)
        async with following(here, viewer, **variables) as messages:
            assert [message async for message in messages] == [{"__typename": "Refusal", **refusal}]
        assert await page(database, viewer, **variables) == refusal
        assert await _everything(database) == before
        assert (here.hub._subscribers, here.hub._by_channel, here.hub._by_guardian) == (set(), {}, {})


@pytest.mark.parametrize("session", ["none", "revoked"])
async def test_who_is_not_signed_in_hears_nothing(database: Database, database_url: str, world: World, session: str) -> None:
    viewer = await sign_in(database, world, "parent")
    await _revoke(database)
    async with house(database_url) as here, following(here, None if session == "none" else viewer) as messages:
        assert [message async for message in messages] == [{"__typename": "Refusal", **NOT_SIGNED_IN}]
        assert (here.hub._subscribers, here.hub._by_channel, here.hub._by_guardian) == (set(), {}, {})


async def test_who_falls_behind_is_told_and_can_go_on(database: Database, database_url: str, world: World) -> None:
    """The queue is bounded; the last message has the cursor behind what was handed out."""
    viewer = await sign_in(database, world, "parent")
    async with house(database_url, queue_limit=8) as here:
        async with following(here, viewer) as messages:
            assert (await _next(messages))["__typename"] == "StreamOpened"
            await tell(database, news(world, "anna", 0))
            assert (await _next(messages))["minutes"] == 0
            await _settled(here, database, *(news(world, "anna", number) for number in range(1, 11)))
            closed = [message async for message in messages]
            assert closed == [{"__typename": "StreamClosed", "code": "FELL_BEHIND", "cursor": encode_cursor(1)}]
        async with following(here, viewer, after=closed[0]["cursor"]) as messages:
            assert (await _next(messages))["cursor"] == closed[0]["cursor"]
            assert [(await _next(messages))["minutes"] for _ in range(10)] == list(range(1, 11))


async def test_a_session_that_is_revoked_closes_the_stream_within_five_seconds(database: Database, database_url: str, world: World) -> None:
    """Without the news that came after; another's stream goes on."""
    viewer = await sign_in(database, world, "parent")
    async with house(database_url) as here, following(here, viewer) as messages:
        watching = asyncio.create_task(here.hub.run())
        opened = await _next(messages)
        waiting = asyncio.ensure_future(anext(messages))
        await eventually(lambda: all(subscriber._live_from is not None for subscriber in here.hub._subscribers))
        await _revoke(database)
        async with asyncio.timeout(5):
            assert await waiting == {"__typename": "StreamClosed", "code": "NOT_SIGNED_IN", "cursor": opened["cursor"]}
        await _settled(here, database, news(world, "anna", 0))
        assert [message async for message in messages] == []
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        assert here.hub._subscribers == set()


async def test_after_the_end_of_a_guardianship_nothing_more_of_that_child(database: Database, database_url: str, world: World) -> None:
    """By the office's own verb. The other guardian hears of it; the former one goes on hearing of the other children, resumed or not."""
    mother, other = await sign_in(database, world, "parent"), await sign_in(database, world, "divorced")
    async with house(database_url) as here, following(here, mother) as hers, following(here, other) as his:
        assert [(await _next(messages))["__typename"] for messages in (hers, his)] == ["StreamOpened"] * 2
        await tell(database, news(world, "vera", 0))
        assert [(await _next(messages))["minutes"] for messages in (hers, his)] == [0, 0]
        async with database.begin() as session:
            vera, guardian = Ref(1, world.people["vera"]), Ref(1, world.people["parent"])
            await guardianship.end(session, world.viewers["office"], guardian, vera)
        await tell(database, news(world, "vera", 1), news(world, "anna", 2))
        assert (await _next(hers))["minutes"] == 2
        changed, last = await _next(his), await _next(his)
        assert (changed["__typename"], changed["current"], changed["childId"]) == ("GuardianshipChanged", False, child_id(world, "vera"))
        assert (last["childId"], last["minutes"]) == (child_id(world, "vera"), 1)
        async with following(here, mother, after=encode_cursor(0)) as again:
            assert (await _next(again))["__typename"] == "StreamOpened"
            assert (await _next(again))["minutes"] == 2
        async with following(here, mother, children=[child_id(world, "vera")]) as refused:
            assert [message async for message in refused] == [{"__typename": "Refusal", **NO_SUCH}]


async def test_what_a_court_withholds_stops_at_its_place_and_is_nobodys_news(database: Database, database_url: str, world: World) -> None:
    """The one guardian hears no more passages, resumed or not; the other goes on, and is not told of the order."""
    mother, other = await sign_in(database, world, "parent"), await sign_in(database, world, "divorced")
    async with house(database_url) as here, following(here, mother) as hers, following(here, other) as his:
        assert [(await _next(messages))["__typename"] for messages in (hers, his)] == ["StreamOpened"] * 2
        await tell(database, news(world, "vera", 0))
        assert [(await _next(messages))["minutes"] for messages in (hers, his)] == [0, 0]
        async with database.begin() as session:
            vera, guardian = Ref(1, world.people["vera"]), Ref(1, world.people["parent"])
            await guardianship.restrict(session, world.viewers["office"], guardian, vera, {Area.DIARY}, "решение суда")
        await tell(database, news(world, "vera", 1), news(world, "anna", 2))
        assert (await _next(hers))["minutes"] == 2
        assert (await _next(his))["minutes"] == 1
        async with following(here, mother, after=encode_cursor(0)) as again:
            assert [message.get("minutes") for message in [await _next(again) for _ in range(2)]] == [None, 2]


async def test_a_stream_of_one_child_ends_with_its_guardianship(database: Database, database_url: str, world: World) -> None:
    viewer = await sign_in(database, world, "divorced")
    async with house(database_url) as here, following(here, viewer, children=[child_id(world, "vera")]) as messages:
        opened = await _next(messages)
        async with database.begin() as session:
            await guardianship.end(session, world.viewers["office"], Ref(1, world.people["divorced"]), Ref(1, world.people["vera"]))
        assert await _next(messages) == {"__typename": "StreamClosed", "code": "NOT_FOUND", "cursor": opened["cursor"]}
        assert [message async for message in messages] == []


async def test_the_end_of_the_process_is_no_refusal(database: Database, database_url: str, world: World) -> None:
    """The stream ends without a word, and the client resumes elsewhere."""
    viewer = await sign_in(database, world, "parent")
    async with house(database_url) as here, following(here, viewer) as messages:
        assert (await _next(messages))["__typename"] == "StreamOpened"
        here.hub.close()
        assert [message async for message in messages] == []


async def _next(messages: Any) -> dict[str, Any]:
    """The next message; fails when it does not come."""
    async with asyncio.timeout(30):
        found: dict[str, Any] = await anext(messages)
        return found


async def _settled(here: Any, database: Database, *events: Any) -> None:
    """Tell, and wait until the process has handed out everything."""
    await tell(database, *events)
    await until_published(database)
    async with database.read() as session:
        seq = await session.scalar(sa.select(FeedHead.seq)) or 0
    await eventually(lambda: here.hub.seq >= seq)


async def _revoke(database: Database) -> None:
    """Sign everybody out."""
    async with database.begin() as session:
        await session.execute(sa.update(Session).values(revoked_at=clock.now()))


async def _everything(database: Database) -> list[list[str]]:
    """All that the delivery holds."""
    async with database.read() as session:
        return [sorted(map(repr, (await session.execute(sa.select(*table.__table__.c))).all())) for table in (FeedRow, FeedHead, OutboxRow)]
