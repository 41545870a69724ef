"""A subscriber gets each event exactly once, in order, whatever happens to it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import cycle

import pytest
import sqlalchemy as sa

from school import clock
from school.context import Viewer
from school.db import Database
from school.delivery.feed import Channel, encode_cursor
from school.delivery.hub import Hub
from school.delivery.subscriber import Subscriber
from school.errors import Code, Refused
from school.ids import Ref
from school.outbox import Topic, TopicKind, append, head
from school.registry.account_models import Account, Session
from school.registry.models import Guardianship
from tests.delivery.house import event, eventually, feed_of, guardianship, house, numbers, sign_in, take, tell, until_published
from tests.world import World


async def test_cut_off_twenty_times_during_a_thousand_events(database: Database, database_url: str, world: World) -> None:
    """Eight writers, some of which append early and commit late, and a subscriber that keeps losing its connection."""
    viewer = await sign_in(database, world, "parent")
    async with house(database_url, queue_limit=64) as here:
        got, after, lengths = [], encode_cursor(0), cycle([31, 49, 20, 7, 44])
        writing = asyncio.create_task(_write(database, world, 1000))
        cuts = 0
        while len(got) < 1000:
            async with here.hub.family(viewer, None, after) as subscriber:
                some = await take(subscriber, min(next(lengths), 1000 - len(got)))
            got += some
            after = encode_cursor(some[-1].seq) if some else subscriber.cursor
            cuts += 1
        await writing
    stored = [*await feed_of(database, world.people["anna"])]
    assert cuts > 20
    assert [row.seq for row in got] == [seq for seq, _ in stored] == list(range(1, 1001))
    assert numbers(got) == [number for _, number in stored]
    assert sorted(numbers(got)) == list(range(1000))


async def _write(database: Database, world: World, count: int) -> None:
    """On PostgreSQL a late committer holds its early positions while others overtake it; SQLite writes one after the other."""
    queue = iter(range(0, count, 5))

    async def writer(late: bool) -> None:
        for start in queue:
            async with database.begin() as session:
                await append(session, *(event(world, "anna", number) for number in range(start, start + 5)))
                if late and not database.sqlite:
                    await asyncio.sleep(0.02)

    await asyncio.gather(*(writer(late=number % 2 == 0) for number in range(8)))


async def test_goes_on_after_its_cursor_without_gap_or_repeat(database: Database, database_url: str, world: World) -> None:
    """History of several pages, then live, with events committed while the history is read."""
    viewer = await sign_in(database, world, "parent")
    async with house(database_url) as here:
        await tell(database, *(event(world, "anna", number) for number in range(450)))
        await until_published(database)
        async with here.hub.family(viewer, None, encode_cursor(100)) as subscriber:
            stream = subscriber.stream()
            first = [await anext(stream) for _ in range(10)]
            await tell(database, *(event(world, "anna", number) for number in range(450, 460)))
            rest = [await anext(stream) for _ in range(350)]
            await stream.aclose()
    assert numbers(first + rest) == list(range(100, 460))


async def test_without_cursor_hears_from_now_on(database: Database, database_url: str, world: World) -> None:
    """The past is not repeated."""
    viewer = await sign_in(database, world, "parent")
    async with house(database_url) as here:
        await tell(database, event(world, "anna", 1))
        await here.signal.wait_beyond(0, 10)
        await _dispatched(here.hub, 1)
        async with here.hub.family(viewer, None, None) as subscriber:
            await tell(database, event(world, "anna", 2))
            assert numbers(await take(subscriber, 1)) == [2]


async def test_hears_of_both_schools_and_of_no_other_child(database: Database, database_url: str, world: World) -> None:
    """One stream for a family in two schools; another family's events are not in it."""
    viewer = await sign_in(database, world, "parent")
    async with house(database_url) as here, here.hub.family(viewer, None, encode_cursor(0)) as subscriber:
        await tell(database, event(world, "anna", 1), event(world, "boris", 2), event(world, "gleb", 3, school_id=2), event(world, "dina", 4, school_id=2),
                   event(world, "vera", 5))
        assert numbers(await take(subscriber, 3)) == [1, 3, 5]


async def test_a_slow_reader_is_closed_and_resumes(database: Database, database_url: str, world: World) -> None:
    """The queue is bounded; what fell out of it is got by resuming."""
    viewer = await sign_in(database, world, "parent")
    async with house(database_url, queue_limit=8) as here:
        async with here.hub.family(viewer, None, None) as subscriber:
            stream = subscriber.stream()
            await tell(database, event(world, "anna", 0))
            got = [await anext(stream)]
            await tell(database, *(event(world, "anna", number) for number in range(1, 10)))
            await _dispatched(here.hub, 10)
            assert [row async for row in stream] == []
            assert subscriber.closed is Code.FELL_BEHIND
            assert subscriber.cursor == encode_cursor(got[0].seq)
        async with here.hub.family(viewer, None, subscriber.cursor) as again:
            assert numbers(await take(again, 9)) == list(range(1, 10))


async def test_a_guardianship_that_ended_stops_even_what_is_queued(database: Database, database_url: str, world: World) -> None:
    """Vera's divorced parent: rows that wait in the queue are not handed out once the guardianship has ended."""
    viewer = await sign_in(database, world, "divorced")
    other = await sign_in(database, world, "parent")
    async with house(database_url) as here:
        async with _open(here.hub, viewer) as subscriber, _open(here.hub, other) as mother:
            await tell(database, event(world, "vera", 1))
            assert numbers([await anext(subscriber.stream())]) == [1]
            await tell(database, event(world, "vera", 2))
            await _dispatched(here.hub, 2)
            await _end(database, world, "divorced", "vera")
            await _dispatched(here.hub, 3)
            await tell(database, event(world, "vera", 3))
            await _dispatched(here.hub, 4)
            here.hub.close()
            assert [row async for row in subscriber.stream()] == []
            assert [row.payload.get("number") for row in [row async for row in mother.stream()]] == []
        async with here.hub.family(viewer, None, encode_cursor(0)) as subscriber:
            assert subscriber.channels == frozenset()
        async with here.hub.family(other, None, encode_cursor(0)) as mother:
            assert [row.payload.get("number") for row in await take(mother, 4)] == [1, 2, None, 3]


async def test_a_row_after_the_end_in_the_same_batch_is_not_handed_out(database: Database, database_url: str, world: World) -> None:
    """The end and the next event are published together: rights change before the batch is dispatched."""
    viewer = await sign_in(database, world, "divorced")
    async with house(database_url) as here, _open(here.hub, viewer) as subscriber:
        stream = subscriber.stream()
        await _end(database, world, "divorced", "vera", event(world, "vera", 1), event(world, "vera", 2))
        await _dispatched(here.hub, 3)
        here.hub.close()
        assert [row async for row in stream] == []


async def test_a_wanted_child_that_is_lost_closes_the_subscription(database: Database, database_url: str, world: World) -> None:
    """As it would be answered anew: the child does not exist for this viewer."""
    viewer = await sign_in(database, world, "divorced")
    async with house(database_url) as here, here.hub.family(viewer, frozenset({Ref(1, world.people["vera"])}), None) as subscriber:
        await _end(database, world, "divorced", "vera")
        async with asyncio.timeout(10):
            assert [row async for row in subscriber.stream()] == []
        assert subscriber.closed is Code.NOT_FOUND


async def test_a_guardianship_that_was_granted_is_heard_at_once(database: Database, database_url: str, world: World) -> None:
    """An open subscription to all children gets the new one's rows."""
    viewer = await sign_in(database, world, "divorced")
    async with house(database_url) as here, _open(here.hub, viewer) as subscriber:
        async with database.begin() as session:
            session.add(Guardianship(
                school_id=1, guardian_id=world.people["divorced"], pupil_id=world.people["boris"], relation="other", since=clock.now(), ended_at=None))
            await append(session, guardianship(world, "granted", "divorced", "boris"), event(world, "boris", 1))
        assert [row.kind for row in await take(subscriber, 2)] == ["registry.guardianship_granted", "test.happened"]


@pytest.mark.parametrize("child", ["boris", "nobody"])
async def test_another_familys_child_is_as_absent(database: Database, database_url: str, world: World, child: str) -> None:
    """The refusal is the same to the letter, and no subscription stays behind."""
    viewer = await sign_in(database, world, "parent")
    wanted = frozenset({Ref(1, world.people["anna"]), Ref(1, world.people.get(child, world.people["office2"]))})
    async with house(database_url) as here:
        with pytest.raises(Refused, match=r"^No such object\.$") as refused:
            async with here.hub.family(viewer, wanted, None):
                pass
        assert refused.value.code is Code.NOT_FOUND
        assert not here.hub._subscribers
        assert not here.hub._by_channel
        assert not here.hub._by_guardian


@pytest.mark.parametrize("after", ["", "x", "AQ", encode_cursor(1)[:-1] + "!", encode_cursor(3), "é" * 18, "A" * 5000])
async def test_a_foreign_cursor_is_refused(database: Database, database_url: str, world: World, after: str) -> None:
    """What was not made here, or lies beyond the feed's head."""
    viewer = await sign_in(database, world, "parent")
    async with house(database_url) as here:
        await tell(database, event(world, "anna", 1), event(world, "anna", 2))
        await until_published(database)
        with pytest.raises(Refused) as refused:
            async with here.hub.family(viewer, None, after):
                pass
        assert refused.value.code is Code.BAD_CURSOR
        assert not here.hub._subscribers


@pytest.mark.parametrize("how", ["revoked", "expired", "disabled"])
async def test_a_session_that_ends_ends_its_subscriptions(database: Database, database_url: str, world: World, how: str) -> None:
    """Others go on; and the ended session opens no new one."""
    viewer = await sign_in(database, world, "parent")
    other = await sign_in(database, world, "other_parent")
    change = {
        "revoked": sa.update(Session).where(Session.id == viewer.session_id).values(revoked_at=clock.now()),
        "expired": sa.update(Session).where(Session.id == viewer.session_id).values(expires_at=clock.now()),
        "disabled": sa.update(Account).where(Account.id == viewer.account_id).values(disabled_at=clock.now()),
    }[how]
    async with house(database_url) as here, _open(here.hub, viewer) as subscriber, _open(here.hub, other) as bystander:
        await tell(database, event(world, "anna", 1))
        await _dispatched(here.hub, 1)
        async with database.begin() as session:
            await session.execute(change)
        await here.hub.check_sessions()
        assert [row async for row in subscriber.stream()] == []
        assert subscriber.closed is Code.NOT_SIGNED_IN
        assert bystander.closed is None
        with pytest.raises(Refused) as refused:
            async with here.hub.family(viewer, None, None):
                pass
        assert refused.value.code is Code.NOT_SIGNED_IN


async def test_a_monitor_hears_its_door_and_never_a_pupil(database: Database, database_url: str, world: World) -> None:
    """The hub itself refuses a pupil's channel to a monitor."""
    viewer = await sign_in(database, world, "guard")
    async with house(database_url) as here:
        with pytest.raises(Refused) as refused:
            async with here.hub.monitor(viewer, Channel(1, TopicKind.PUPIL, world.people["anna"]), None):
                pass
        assert refused.value.code is Code.NOT_FOUND
        async with here.hub.monitor(viewer, Channel(1, TopicKind.DOOR, world.doors["main"]), encode_cursor(0)) as subscriber:
            passed = event(world, "anna", 1)
            await tell(database, replace(passed, topics=(*passed.topics, Topic(TopicKind.DOOR, world.doors["main"]))))
            assert [(row.seq, row.channel.kind) for row in await take(subscriber, 1)] == [(2, TopicKind.DOOR)]


async def test_the_end_of_the_server_ends_every_stream(database: Database, database_url: str, world: World) -> None:
    """Without a code: the client resumes elsewhere. Nothing stays in the hub's indexes."""
    viewer = await sign_in(database, world, "parent")
    async with house(database_url) as here:
        async with _open(here.hub, viewer) as subscriber:
            here.hub.close()
            assert [row async for row in subscriber.stream()] == []
            assert subscriber.closed is None
        assert not here.hub._subscribers
        assert not here.hub._by_channel
        assert not here.hub._by_guardian
    async with database.read() as session:
        assert await head(session) == 0


@asynccontextmanager
async def _open(hub: Hub, viewer: Viewer) -> AsyncIterator[Subscriber]:
    """A subscription that is already live: its history is read, and rows queue up from here on."""
    async with hub.family(viewer, None, None) as subscriber:
        waiting = asyncio.ensure_future(anext(subscriber.stream(), None))
        await eventually(lambda: subscriber._live_from is not None)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        yield subscriber


async def _end(database: Database, world: World, guardian: str, pupil: str, *more: object) -> None:
    """End a guardianship as the registry does: the row and the event in one transaction."""
    async with database.begin() as session:
        await session.execute(sa.update(Guardianship).where(
            Guardianship.guardian_id == world.people[guardian], Guardianship.pupil_id == world.people[pupil]).values(ended_at=clock.now()))
        await append(session, guardianship(world, "ended", guardian, pupil), *more)  # type: ignore[arg-type]


async def _dispatched(hub: Hub, seq: int) -> None:
    """Wait until the hub has handed out this row."""
    await eventually(lambda: hub.seq >= seq)
