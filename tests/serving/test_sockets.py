"""Sockets that take too much: too many of one account, too many messages, none for long, or a session that has ended."""

import asyncio
import dataclasses
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import sqlalchemy as sa

from school import clock
from school.db import Database
from school.registry.account_models import Session
from school.registry.accounts import digest_of
from school.serving.terms import Terms
from school.serving.websocket import Subscriptions
from tests.serving.conftest import Bench
from tests.serving.house import running
from tests.serving.server import Socket, dial, serving
from tests.serving.workbench import TERMS, Witness, application

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
