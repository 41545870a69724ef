"""Clients that do not read what they are sent: their sockets end, and nobody else's suffer, whatever state the server has left theirs in."""

import asyncio
import contextlib
import dataclasses
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Opcode

from school.commands import processes, wire
from school.db import Database
from school.serving.websocket import Subscriptions
from school.settings import Settings
from tests.ports import free_ports
from tests.serving.deaf import Deaf, deaf
from tests.serving.server import PATIENCE, Socket, dial, serving
from tests.serving.workbench import TERMS, Witness, application

FLOOD = "subscription { flood }"
MISTAKES = "subscription {" + " ".join(f"{letter * 500}" for letter in "abcde") + "}"
"""Is answered by a long error, and follows nothing."""
BUFFER = 4096

Made = list[WebSocketsSansIOProtocol]


@dataclasses.dataclass
class Served:
    """The workbench with two sockets, of which one is deaf; sockets that follow nothing are idle at once."""

    all: Subscriptions
    seen: Witness
    made: Made
    deaf: Deaf
    other: Socket

    async def sweep(self) -> None:
        """It ends, and closes the other, idle one."""
        async with asyncio.timeout(5):
            await self.all.sweep()
        assert await self.other.closed() == (4408, "Idle")

    async def stall(self) -> None:
        """Until an operation cannot go on, for nobody reads."""
        await self.deaf.subscribe(FLOOD)
        await until(lambda: any(handler.websocket.sending for handler in self.all._handlers))
        assert not self.made[0].writable.is_set()


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Made:
    """The server's side of each WebSocket."""
    found: Made = []
    make = WebSocketsSansIOProtocol.connection_made

    def note(self: WebSocketsSansIOProtocol, transport: asyncio.BaseTransport) -> None:
        found.append(self)
        make(self, transport)

    monkeypatch.setattr(WebSocketsSansIOProtocol, "connection_made", note)
    return found


@asynccontextmanager
async def opened(url: str, made: Made, protocol: type[WebSocketsSansIOProtocol]) -> AsyncIterator[Served]:
    """Until the end of the block."""
    database, seen = Database(url), Witness()
    served = application(database, seen, dataclasses.replace(TERMS, idle_seconds=0.0))
    config = processes.configure(served, Settings(log_level="warning"))
    config.ws = protocol
    async with serving(served, config, BUFFER) as address, deaf(address) as silent:
        await until(lambda: len(served.state.sockets._handlers) == 1)
        async with dial(address) as other:
            await other.start()
            yield Served(served.state.sockets, seen, made, silent, other)
    await database.close()


async def until(true: Callable[[], bool]) -> None:
    """The server tells nobody about its buffers."""
    async with asyncio.timeout(PATIENCE):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.005)


@pytest.mark.parametrize("protocol", [wire.Socket, WebSocketsSansIOProtocol])
async def test_one_that_has_stopped_reading_holds_up_no_sweep(sqlite_url: str, made: Made, protocol: type[WebSocketsSansIOProtocol]) -> None:
    async with opened(sqlite_url, made, protocol) as served:
        await served.stall()
        await served.deaf.send({"type": "complete", "id": "1"})
        await served.seen.until_waiting(0)
        await served.sweep()
        if protocol is wire.Socket:
            await until(lambda: not served.all._handlers)
            assert made[0].disconnected


@pytest.mark.parametrize("protocol", [wire.Socket, WebSocketsSansIOProtocol])
async def test_one_that_answers_no_ping_ends_no_sweep(sqlite_url: str, made: Made, protocol: type[WebSocketsSansIOProtocol]) -> None:
    """uvicorn has then closed the socket by itself, and what is still to be written keeps it open: nothing more can be sent, not even that it is closed."""
    async with opened(sqlite_url, made, protocol) as served:
        number = 0
        while not made[0].transport.get_write_buffer_size():
            await served.deaf.subscribe(MISTAKES, str(number))
            number += 1
            await asyncio.sleep(0.011)  # as fast as is allowed
        assert made[0].writable.is_set()
        made[0].ping_timeout = 0.2
        made[0].send_keepalive_ping()
        await until(lambda: made[0].close_sent)
        if protocol is wire.Socket:
            await until(lambda: len(served.all._handlers) == 1)
        assert len(served.all._handlers) == (1 if protocol is wire.Socket else 2)
        await served.sweep()


async def test_one_whose_session_has_ended_goes_though_it_follows_something(sqlite_url: str, made: Made) -> None:
    """The delivery cannot end what is blocked."""
    async with opened(sqlite_url, made, wire.Socket) as served:
        await served.stall()
        served.seen.ended = True
        await served.all.sweep()
        assert await served.other.closed() == (4403, "Forbidden")
        await served.seen.until_waiting(0)
        await until(lambda: not served.all._handlers)


async def test_pongs_that_nobody_reads_are_not_kept(sqlite_url: str, made: Made) -> None:
    async with opened(sqlite_url, made, wire.Socket) as served:
        with contextlib.suppress(ConnectionError):
            for _ in range(20_000):
                await served.deaf.frame(Opcode.PING, b"x" * 125)
                await asyncio.sleep(0)  # the server's turn
        await until(lambda: made[0].disconnected)


def test_a_client_that_has_vanished_is_noticed() -> None:
    """The kernel asks whether it is there, where nothing else would be sent: while an answer is waited for."""
    with processes.listen(Settings(port=free_ports(1)[0])) as bound, socket.socket() as client:
        bound.listen()
        client.connect(bound.getsockname())
        with bound.accept()[0] as accepted:
            assert accepted.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
            tcp = (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT, socket.TCP_USER_TIMEOUT)
            assert [accepted.getsockopt(socket.IPPROTO_TCP, option) for option in tcp] == [30, 10, 3, 30_000]


async def test_what_nobody_reads_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also after the connection was closed, of whatever kind it is."""
    monkeypatch.setattr(processes, "STALLED_SECONDS", 1)
    lost = asyncio.Event()

    class Answer(asyncio.Protocol):
        """Says more than is read."""

        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            """And ends."""
            assert isinstance(transport, asyncio.Transport)
            transport.write(b"x" * 10_000_000)
            transport.close()

        def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
            """At last."""
            lost.set()

    loop = asyncio.get_running_loop()
    server = await loop.create_server(Answer, sock=processes.listen(Settings(port=free_ports(1)[0])))
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.setblocking(False)
        await loop.sock_connect(client, server.sockets[0].getsockname())
        async with asyncio.timeout(10):
            await lost.wait()
    server.close()


