"""Sockets that take too much: too many of one account, too many messages, none for long, or a session that has ended."""

import asyncio
import dataclasses
import gc
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from structlog.testing import capture_logs
from websockets import InvalidStatus
from websockets.frames import Frame

from school import clock
from school.commands.processes import configure
from school.db import Database
from school.registry.account_models import Session
from school.registry.accounts import digest_of
from school.serving import websocket
from school.serving.terms import Terms
from school.serving.websocket import Subscriptions
from school.settings import Settings
from tests.serving.conftest import Bench
from tests.serving.house import running
from tests.serving.server import Socket, dial, serving
from tests.serving.workbench import SECRET, TERMS, Witness, application

SILENCE = "subscription { silence }"


@dataclasses.dataclass
class Sockets:
    """The workbench with terms of its own, and its sockets as it counts them."""

    address: str
    seen: Witness
    all: Subscriptions

    @asynccontextmanager
    async def open(self, token: str | None = "good") -> AsyncIterator[Socket]:  # noqa: S107
        """A socket that has signed in."""
        async with dial(self.address) as socket:
            await socket.start(token)
            yield socket

    async def crowd(self, token: str | None) -> tuple[int, str]:
        """How one socket too many is closed."""
        async with dial(self.address) as socket:
            await socket.send({"type": "connection_init", "payload": {} if token is None else {"token": token}})
            return await socket.closed()


@asynccontextmanager
async def opened(url: str, terms: Terms) -> AsyncIterator[Sockets]:
    """Until the end of the block."""
    database, seen = Database(url), Witness()
    served = application(database, seen, terms)
    async with serving(served) as address:
        yield Sockets(address, seen, served.state.sockets)
    await database.close()


async def test_an_account_has_so_many_sockets_and_an_address_without_one_too(sqlite_url: str) -> None:
    """One that goes makes room; a token that is not valid takes none."""
    async with opened(sqlite_url, dataclasses.replace(TERMS, sockets=3)) as sockets, AsyncExitStack() as stack:
        for token in ("good", None):
            for _ in range(3):
                await stack.enter_async_context(sockets.open(token))
            assert await sockets.crowd(token) == (4429, "Too many connections")
        assert await sockets.crowd("bad") == (4403, "Forbidden")
        async with sockets.open("too good"):
            pass
        await stack.aclose()
        async with sockets.open(), sockets.open(), sockets.open(None):
            assert await sockets.crowd("bad") == (4403, "Forbidden")


async def test_too_many_messages_close(bench: Bench) -> None:
    """Whatever they are; what was subscribed ends."""
    async with dial(bench.address) as socket:
        await socket.start("good")
        await socket.subscribe(SILENCE)
        await bench.seen.until_waiting(1)
        for _ in range(5 * TERMS.messages):
            await socket.raw.send('{"type":"ping"}')
        pongs = [message async for message in socket.rest()]
        assert (socket.raw.close_code, socket.raw.close_reason) == (4429, "Too many messages")
        assert {message["type"] for message in pongs} == {"pong"}
        assert len(pongs) <= 2 * TERMS.messages
    await bench.seen.until_waiting(0)
    assert bench.logs == []


async def test_a_socket_that_follows_nothing_is_closed_after_a_while(sqlite_url: str) -> None:
    """One that does is not, and has its while when it ends."""
    async with opened(sqlite_url, dataclasses.replace(TERMS, idle_seconds=0.0)) as sockets, sockets.open() as idle, sockets.open() as busy:
        await busy.subscribe(SILENCE)
        await sockets.seen.until_waiting(1)
        await sockets.all.sweep()
        assert await idle.closed() == (4408, "Idle")
        await busy.send({"type": "complete", "id": "1"})
        await sockets.seen.until_waiting(0)
        await busy.send({"type": "ping"})
        assert await busy.receive() == {"type": "pong"}
        await sockets.all.sweep()
        assert await busy.closed() == (4408, "Idle")


async def test_a_socket_that_has_just_opened_is_left_alone(sqlite_url: str) -> None:
    async with opened(sqlite_url, TERMS) as sockets, sockets.open() as socket:
        began = time.monotonic()
        await sockets.all.sweep()
        await socket.send({"type": "ping"})
        assert await socket.receive() == {"type": "pong"}
        assert time.monotonic() - began < TERMS.idle_seconds


async def test_an_idle_socket_goes_with_its_session(sqlite_url: str) -> None:
    """What is subscribed is the delivery's to end, and then its socket goes, too."""
    async with opened(sqlite_url, TERMS) as sockets, sockets.open() as idle, sockets.open() as busy:
        await busy.subscribe(SILENCE)
        await sockets.seen.until_waiting(1)
        sockets.seen.ended = True
        await sockets.all.sweep()
        assert await idle.closed() == (4403, "Forbidden")
        await busy.send({"type": "complete", "id": "1"})
        await sockets.seen.until_waiting(0)
        await busy.send({"type": "ping"})
        assert await busy.receive() == {"type": "pong"}
        await sockets.all.sweep()
        assert await busy.closed() == (4403, "Forbidden")


async def test_a_socket_that_follows_holds_nothing_of_how_it_began(sqlite_url: str) -> None:
    """Thousands would: the message that subscribed, and the wait for the first one."""
    text = f"{SILENCE} # {SECRET}"
    async with opened(sqlite_url, TERMS) as sockets, sockets.open() as socket:
        await socket.subscribe(text)
        await sockets.seen.until_waiting(1)
        [handler] = sockets.all._handlers
        assert handler.connection_init_timeout_task is None
        assert [frame for frame in gc.get_objects() if type(frame) is Frame and SECRET.encode() in bytes(frame.data)] == []


async def test_a_socket_that_follows_and_reads_is_looked_at_now_and_then(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Thousands do: to ask of each every other second would hold up what they follow."""
    async with opened(sqlite_url, TERMS) as sockets, sockets.open(), sockets.open() as busy:
        usual, looked = sockets.all.standing, list[int]()

        async def standing(contexts: Sequence[Any]) -> Sequence[bool]:
            looked.append(len(contexts))
            return await usual(contexts)

        sockets.all.standing = standing
        await busy.subscribe(SILENCE)
        await sockets.seen.until_waiting(1)
        for _ in range(3):
            await sockets.all.sweep()
        monkeypatch.setattr(websocket, "LOOK_SECONDS", 0.0)
        await sockets.all.sweep()
    assert looked == [2, 1, 1, 2]


async def test_a_socket_that_goes_while_it_is_looked_at_harms_no_other(sqlite_url: str) -> None:
    async with opened(sqlite_url, dataclasses.replace(TERMS, idle_seconds=0.0)) as sockets, sockets.open() as going, sockets.open() as staying:
        async def standing(contexts: Sequence[Any]) -> Sequence[bool]:
            going.raw.transport.abort()
            while len(sockets.all._handlers) == 2:  # noqa: ASYNC110 - nobody is told
                await asyncio.sleep(0.001)
            return [True for _ in contexts]

        sockets.all.standing = standing
        async with asyncio.timeout(5):
            await sockets.all.sweep()
        assert await staying.closed() == (4408, "Idle")


async def test_a_sweep_that_fails_is_logged_and_the_next_one_follows(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket, "SWEEP_SECONDS", 0.01)
    with capture_logs() as logs:
        async with opened(sqlite_url, dataclasses.replace(TERMS, idle_seconds=0.0)) as sockets, sockets.open() as idle:
            usual, failed = sockets.all.standing, list[bool]()

            async def standing(contexts: Sequence[Any]) -> Sequence[bool]:
                if not failed:
                    failed.append(True)
                    raise RuntimeError(SECRET)
                return await usual(contexts)

            sockets.all.standing = standing
            watching = asyncio.create_task(sockets.all.watch())
            assert await idle.closed() == (4408, "Idle")
            watching.cancel()
    assert ([entry["event"] for entry in logs], failed) == (["sockets not swept"], [True])


async def test_an_address_has_so_many_sockets_that_have_not_said_who_they_are(sqlite_url: str) -> None:
    """One too many is refused before the handshake; one that says it makes room, and so does one that goes."""
    async with opened(sqlite_url, dataclasses.replace(TERMS, waiting=2)) as sockets, dial(sockets.address) as first, dial(sockets.address):
        for _ in range(2):
            with pytest.raises(InvalidStatus) as refused:
                async with dial(sockets.address):
                    pass
            assert refused.value.response.status_code == 403
        await first.start("good")
        async with dial(sockets.address) as third:
            await third.start("good")
        async with dial(sockets.address):
            assert sum(sockets.all._waiting.values()) == 2
            await first.send({"type": "ping"})
            assert await first.receive() == {"type": "pong"}
        assert len(sockets.all._handlers) == 1
    assert sockets.all._waiting == {}


async def test_a_process_has_so_many_connections(sqlite_url: str) -> None:
    """WebSockets count among them and are refused like requests, with 503."""
    database = Database(sqlite_url)
    served = application(database, Witness())
    async with serving(served, configure(served, Settings(connections=10))) as address, AsyncExitStack() as stack:
        for _ in range(9):
            last = await stack.enter_async_context(dial(address))
        with pytest.raises(InvalidStatus) as refused:
            async with dial(address):
                pass
        async with httpx.AsyncClient(base_url=f"http://{address}") as client:
            answer = await client.post("/graphql", json={"query": "{ hello }"})
        assert (refused.value.response.status_code, answer.status_code) == (503, 503)
        await last.raw.close()
        async with httpx.AsyncClient(base_url=f"http://{address}") as client:
            assert (await client.post("/graphql", json={"query": "{ hello }"})).status_code == 200
    await database.close()


async def test_a_revoked_session_s_socket_is_closed_within_five_seconds(sqlite_url: str) -> None:
    """In the whole service, with a subscription and without; another session's goes on."""
    async with running(sqlite_url) as house:
        token, other = await house.session("parent"), await house.session("parent")
        async with dial(house.address) as idle, dial(house.address) as busy, dial(house.address) as stays:
            await idle.start(token)
            await busy.start(token)
            await stays.start(other)
            await busy.subscribe("subscription { updates { __typename ... on StreamClosed { code } } }")
            assert await busy.next() == {"__typename": "StreamOpened"}
            async with house.database.begin() as session:
                await session.execute(sa.update(Session).where(Session.digest == digest_of(token)).values(revoked_at=clock.now()))
            async with asyncio.timeout(5):
                assert await idle.closed() == (4403, "Forbidden")
                assert await busy.next() == {"__typename": "StreamClosed", "code": "NOT_SIGNED_IN"}
                assert await busy.receive() == {"type": "complete", "id": "1"}
                assert await busy.closed() == (4403, "Forbidden")
            await stays.send({"type": "ping"})
            assert await stays.receive() == {"type": "pong"}
