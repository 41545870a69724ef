"""Each fault of the proxy is the fault it says, and heals."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.tcp_proxy import Fault, TcpProxy


class Shouter:
    """A server that answers each line in capitals and remembers what it heard."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self.told = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        try:
            while line := await reader.readline():
                self.heard.append(line)
                self.told.set()
                writer.write(line.upper())
                await writer.drain()
        except ConnectionError:
            pass  # the proxy resets connections: that is its work
        finally:
            writer.close()


@pytest_asyncio.fixture
async def shouter() -> AsyncIterator[tuple[Shouter, TcpProxy]]:
    """A shouting server behind a proxy."""
    shouter = Shouter()
    server = await asyncio.start_server(shouter.serve, "127.0.0.1", 0)
    with TcpProxy(server.sockets[0].getsockname()[1]) as proxy:
        yield shouter, proxy
    server.close()
    await server.wait_closed()


class Caller:
    """A client's connection through the proxy."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self._writer = writer

    @classmethod
    async def to(cls, proxy: TcpProxy) -> "Caller":
        """Connect."""
        return cls(*await asyncio.open_connection("127.0.0.1", proxy.port))

    async def ask(self, line: bytes) -> bytes:
        """Say a line and wait for the answer; empty when the connection ended."""
        self._writer.write(line)
        await self._writer.drain()
        return await self.reader.readline()

    async def hang_up(self) -> None:
        """Close."""
        self._writer.transport.abort()


async def test_without_a_fault_everything_arrives(shouter: tuple[Shouter, TcpProxy]) -> None:
    server, proxy = shouter
    caller = await Caller.to(proxy)
    assert await caller.ask(b"one\n") == b"ONE\n"
    assert await caller.ask(b"x" * 60_000 + b"\n") == b"X" * 60_000 + b"\n"
    assert (len(server.heard), proxy.accepted) == (2, 1)
    await caller.hang_up()


async def test_refuse_and_heal_keep_the_port(shouter: tuple[Shouter, TcpProxy]) -> None:
    server, proxy = shouter
    caller = await Caller.to(proxy)
    assert await caller.ask(b"one\n") == b"ONE\n"
    port = proxy.port
    proxy.refuse()
    with pytest.raises(ConnectionResetError):
        await caller.reader.readline()
    with pytest.raises(ConnectionRefusedError):
        await Caller.to(proxy)
    proxy.heal()
    assert proxy.port == port
    again = await Caller.to(proxy)
    assert await again.ask(b"two\n") == b"TWO\n"
    assert server.heard == [b"one\n", b"two\n"]
    await again.hang_up()


async def test_reset_breaks_what_is_open_and_serves_what_is_new(shouter: tuple[Shouter, TcpProxy]) -> None:
    server, proxy = shouter
    caller = await Caller.to(proxy)
    assert await caller.ask(b"one\n") == b"ONE\n"
    proxy.reset()
    with pytest.raises(ConnectionResetError):
        await caller.reader.readline()
    again = await Caller.to(proxy)
    assert await again.ask(b"two\n") == b"TWO\n"
    assert server.heard == [b"one\n", b"two\n"]
    await again.hang_up()


async def test_a_lost_answer_was_heard(shouter: tuple[Shouter, TcpProxy]) -> None:
    server, proxy = shouter
    caller = await Caller.to(proxy)
    proxy.fault = Fault.NO_ANSWER
    asking = asyncio.ensure_future(caller.ask(b"pay\n"))
    await asyncio.wait_for(server.told.wait(), 10)
    assert server.heard == [b"pay\n"]
    assert not asking.done()
    proxy.heal()
    with pytest.raises(ConnectionResetError):
        await asking


async def test_a_reset_instead_of_an_answer(shouter: tuple[Shouter, TcpProxy]) -> None:
    server, proxy = shouter
    caller = await Caller.to(proxy)
    proxy.fault = Fault.NO_ANSWER_THEN_RESET
    with pytest.raises(ConnectionResetError):
        await caller.ask(b"pay\n")
    assert server.heard == [b"pay\n"]


async def test_a_black_hole_hears_nothing(shouter: tuple[Shouter, TcpProxy]) -> None:
    server, proxy = shouter
    proxy.fault = Fault.BLACKHOLE
    caller = await Caller.to(proxy)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(caller.ask(b"one\n"), 0.1)
    assert (server.heard, proxy.accepted) == ([], 1)
    await caller.hang_up()


async def test_a_delay_holds_each_way(shouter: tuple[Shouter, TcpProxy]) -> None:
    _, proxy = shouter
    caller = await Caller.to(proxy)
    proxy.delay = 0.1
    loop = asyncio.get_running_loop()
    begun = loop.time()
    assert await caller.ask(b"one\n") == b"ONE\n"
    assert loop.time() - begun >= 0.2
    await caller.hang_up()


async def test_a_server_that_is_away_resets_its_caller() -> None:
    async def call() -> bytes:
        caller = await Caller.to(proxy)
        return await caller.reader.readline()

    nobody = 1
    with TcpProxy(nobody) as proxy, pytest.raises(ConnectionResetError):  # while it connects, or a moment later
        await call()
