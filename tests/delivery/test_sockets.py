"""The family stream as a client follows it: over a WebSocket of the whole service, from its first message to the one that says why it ends."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any

import pytest
import pytest_asyncio
from websockets import ConnectionClosed

from school import ids
from school.context import Area
from school.db import Database
from school.delivery import relay
from school.delivery.feed import decode_cursor, encode_cursor
from school.ids import Kind, Ref
from school.outbox import Event
from school.registry import guardianship
from tests.delivery.family import BAD_CURSOR, NO_CHILD, NO_SUCH, NOT_SIGNED_IN, STREAM, TOO_MANY, child_id, news
from tests.delivery.house import tell, until_published
from tests.serving.house import House, running
from tests.serving.server import Socket, dial

END = """mutation($guardian: ID!, $pupil: ID!) {
  endGuardianship(input: {guardianId: $guardian, pupilId: $pupil}) { __typename ... on Refusal { code message } }
}"""
COMPLETE = {"id": "1", "type": "complete"}


@pytest_asyncio.fixture(params=[{}])
async def house(
    request: pytest.FixtureRequest, database_url: str, monkeypatch: pytest.MonkeyPatch, database: Database,  # noqa: ARG001 - opened first, closed last
) -> AsyncIterator[House]:
    """The whole service, whose relay looks often: the tests write past it. It has nothing to complain of."""
    monkeypatch.setattr(relay, "LOOK", 0.02)
    async with running(database_url, **request.param) as found:
        yield found
        assert [entry for entry in found.logs if entry["log_level"] != "info"] == []


@asynccontextmanager
async def follow(house: House, token: str | None, **variables: Any) -> AsyncIterator[tuple[Socket, Any]]:
    """A subscription and its first message."""
    async with dial(house.address) as socket:
        await socket.start(token)
        await socket.subscribe(STREAM, **variables)
        yield socket, await socket.next()


async def happen(house: House, *what: tuple[str, int]) -> None:
    """News of children, in one transaction."""
    events: list[Event] = [news(house.world, name, number) for name, number in what]
    await tell(house.database, *events)


async def told(house: House, socket: Socket, count: int = 1) -> list[tuple[str, int]]:
    """The next news: the child's name and the number."""
    names = {child_id(house.world, name): name for name in ("anna", "boris", "vera", "gleb", "dina")}
    updates = [await socket.next() for _ in range(count)]
    assert {update["__typename"] for update in updates} == {"LateWithdrawn"}
    return [(names[update["childId"]], update["minutes"]) for update in updates]


async def test_who_resumes_with_any_cursor_gets_everything_after_it(house: House) -> None:
    """Of the own children in both schools, to the letter as it came the first time."""
    token = await house.session("parent")
    await happen(house, ("anna", 1))
    await until_published(house.database)
    async with follow(house, token, after=encode_cursor(1)) as (socket, opened):
        await happen(house, ("anna", 2), ("boris", 3), ("gleb", 4), ("dina", 5), ("vera", 6))
        got = [await socket.next() for _ in range(3)]
    assert opened == {"__typename": "StreamOpened", "cursor": encode_cursor(1)}
    assert [(update["cursor"], update["minutes"]) for update in got] == [(encode_cursor(number), number) for number in (2, 4, 6)]
    for place, cursor in enumerate([opened["cursor"], *(update["cursor"] for update in got[:-1])]):
        async with follow(house, token, after=cursor) as (socket, again):
            assert again == {"__typename": "StreamOpened", "cursor": cursor}
            assert [await socket.next() for _ in got[place:]] == got[place:]


async def test_two_parents_with_one_document_share_no_more_than_both_may_see(house: House) -> None:
    """The one whom a court has left only the diary hears no lateness of that child, though it has been rendered for the other."""
    world = house.world
    async with follow(house, await house.session("parent")) as (hers, _), follow(house, await house.session("divorced")) as (his, _):
        await happen(house, ("vera", 0))
        assert await told(house, hers) == await told(house, his) == [("vera", 0)]
        async with house.database.begin() as session:
            vera, guardian = Ref(1, world.people["vera"]), Ref(1, world.people["parent"])
            await guardianship.restrict(session, world.viewers["office"], guardian, vera, {Area.DIARY}, "решение суда")
        await happen(house, ("vera", 1), ("anna", 2))
        assert await told(house, his) == [("vera", 1)]
        assert await told(house, hers) == [("anna", 2)]


async def test_a_connection_that_breaks_after_the_first_message_misses_nothing(house: House) -> None:
    token = await house.session("parent")
    await happen(house, ("anna", 1))
    await until_published(house.database)
    async with follow(house, token) as (socket, opened):
        socket.raw.transport.abort()
    await happen(house, *(("vera", number) for number in range(2, 12)))
    async with follow(house, token, after=opened["cursor"]) as (socket, again):
        assert again == opened
        expected = [("anna", 1)][decode_cursor(opened["cursor"]):] + [("vera", number) for number in range(2, 12)]
        assert await told(house, socket, len(expected)) == expected


async def test_a_refusal_is_the_only_message_and_the_socket_goes_on(house: House) -> None:
    """Nothing changes; another family's child is answered to the letter as one that does not exist."""
    anna, boris, absent = child_id(house.world, "anna"), child_id(house.world, "boris"), ids.encode(Kind.PERSON, 1, ids.new())
    wrong = [
        ({"children": [boris]}, NO_SUCH), ({"children": [anna, boris]}, NO_SUCH), ({"children": [absent]}, NO_SUCH), ({"children": [anna, absent]}, NO_SUCH),
        ({"children": []}, NO_CHILD), ({"children": [anna] * 51}, TOO_MANY), ({"after": "nonsense"}, BAD_CURSOR), ({"after": encode_cursor(1)}, BAD_CURSOR),
    ]
    token = await house.session("parent")
    before = await house.everything()
    for who, cases in ((token, wrong), (None, [({}, NOT_SIGNED_IN), ({"children": [anna]}, NOT_SIGNED_IN)])):
        async with dial(house.address) as socket:
            await socket.start(who)
            for variables, refusal in cases:
                await socket.subscribe(STREAM, **variables)
                assert await socket.next() == {"__typename": "Refusal", **refusal}
                assert await socket.receive() == COMPLETE
    assert await house.everything() == before


@pytest.mark.parametrize("house", [{"queue_limit": 8}], indirect=True)
async def test_who_falls_behind_is_told_and_resumes_on_the_same_socket(house: House) -> None:
    """More at once than the queue holds: the last message has a cursor, behind which nothing is missing."""
    async with follow(house, await house.session("parent"), after=encode_cursor(0)) as (socket, _):
        await happen(house, ("anna", 1))
        assert await told(house, socket) == [("anna", 1)]
        await happen(house, *(("anna", number) for number in range(2, 42)))
        closed = await socket.next()
        assert closed == {"__typename": "StreamClosed", "code": "FELL_BEHIND", "cursor": encode_cursor(1)}
        assert await socket.receive() == COMPLETE
        await socket.subscribe(STREAM, after=closed["cursor"])
        assert await socket.next() == {"__typename": "StreamOpened", "cursor": closed["cursor"]}
        assert await told(house, socket, 40) == [("anna", number) for number in range(2, 42)]


async def test_who_signs_out_loses_all_streams_within_five_seconds(house: House) -> None:
    """Those of this session, and no other's; what was its socket opens no new one."""
    token, other = await house.session("parent"), await house.session("parent")
    async with follow(house, token) as (first, opened), follow(house, token) as (second, _), follow(house, other) as (bystander, _):
        assert (await house.ask("mutation { signOut { __typename } }", token=token)).json() == {"data": {"signOut": {"__typename": "Done"}}}
        async with asyncio.timeout(5):
            ends = [await first.next(), await second.next()]
        assert ends == [{"__typename": "StreamClosed", "code": "NOT_SIGNED_IN", "cursor": opened["cursor"]}] * 2
        assert await first.receive() == COMPLETE
        answer = None
        with suppress(ConnectionClosed):  # who sweeps the sockets may be faster
            await first.subscribe(STREAM)
            answer = await first.next()
        assert answer == {"__typename": "Refusal", **NOT_SIGNED_IN} or (answer, first.raw.close_code) == (None, 4403)
        await happen(house, ("anna", 1))
        assert await told(house, bystander) == [("anna", 1)]


async def test_a_guardianship_that_the_office_ends_ends_the_news_of_that_child(house: House) -> None:
    """In streams that are open, and in new ones. A stream of this child alone is closed; the other guardian goes on."""
    parent, father, office = [await house.session(login) for login in ("parent", "divorced", "office")]
    vera = child_id(house.world, "vera")
    async with follow(house, parent) as (mother, _), follow(house, parent, children=[vera]) as (narrow, _), follow(house, father) as (other, _):
        await happen(house, ("vera", 1))
        assert [await told(house, socket) for socket in (mother, narrow, other)] == [[("vera", 1)]] * 3
        answer = await house.ask(END, {"guardian": ids.encode(Kind.PERSON, 1, house.world.people["parent"]), "pupil": vera}, token=office)
        assert answer.json() == {"data": {"endGuardianship": {"__typename": "GuardianshipSaved"}}}
        await happen(house, ("vera", 2), ("anna", 3))
        assert await told(house, mother) == [("anna", 3)]
        assert await narrow.next() == {"__typename": "StreamClosed", "code": "NOT_FOUND", "cursor": encode_cursor(1)}
        assert await narrow.receive() == COMPLETE
        assert (await other.next())["__typename"] == "GuardianshipChanged"
        assert await told(house, other) == [("vera", 2)]
    async with follow(house, parent, children=[vera]) as (_, refused):
        assert refused == {"__typename": "Refusal", **NO_SUCH}
    async with follow(house, parent, after=encode_cursor(0)) as (again, _):
        assert await told(house, again) == [("anna", 3)]


async def test_the_end_of_the_service_closes_every_socket(database_url: str) -> None:
    """Without a reason in the stream: the client resumes elsewhere."""
    async with AsyncExitStack() as stack:
        async with running(database_url) as house:
            token = await house.session("parent")
            sockets = [(await stack.enter_async_context(follow(house, token)))[0] for _ in range(2)]
        for socket in sockets:
            assert [message async for message in socket.rest()] in ([], [COMPLETE])
            assert await socket.closed() == (1012, "")
