"""What surrounds a request's content: framing, trailers and requests without end are cut off, and whoever vanishes leaves no error behind."""

import asyncio
import contextlib
import logging
import socket
import struct
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
import uvloop
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from school.commands.processes import HEADER_BYTES, PIPELINED
from school.commands.wire import SLICE
from tests.serving.wire import HUNG_UP_SECONDS, Wire, handshake, opened

GET = b"GET /now HTTP/1.1\r\nHost: x\r\n\r\n"
CHUNKED = b" HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
MUCH = 2_000_000
ENDLESS = {
    "trailers": (b"2\r\n{}\r\n0\r\n", b"X-A: b\r\n"),
    "a trailer's value": (b"2\r\n{}\r\n0\r\nX-A: ", b"b" * 1000),
    "a trailer's name": (b"2\r\n{}\r\n0\r\n", b"b" * 1000),
    "a chunk's extension": (b"2;", b"b" * 1000),
    "a chunk's length": (b"", b"0" * 1000),
    "extensions of small chunks": (b"", b"1;" + b"b" * 100 + b"\r\n{\r\n"),
    "chunks of a byte": (b"", b"1\r\n{\r\n"),
}


@pytest_asyncio.fixture
async def wire(caplog: pytest.LogCaptureFixture) -> AsyncIterator[Wire]:
    """The server finds nothing to complain of."""
    async with opened() as found:
        yield found
    assert [record.getMessage() for record in caplog.get_records("call") if record.levelno >= logging.WARNING] == []


async def test_framing_without_end_is_cut_off(wire: Wire) -> None:
    """Whether or not the application reads the body; of trailers none is wanted."""
    for request in (b"GET /now", b"POST /read"):
        for kind, (begin, more) in ENDLESS.items():
            wire.parsed[HttpToolsProtocol] = 0
            await wire.talk(request + CHUNKED + begin + more * (MUCH // len(more)))
            most = {"trailers": SLICE, "chunks of a byte": 1.5 * HEADER_BYTES + SLICE}.get(kind, 1.1 * HEADER_BYTES + SLICE)  # two of six bytes are paid for
            assert wire.parsed[HttpToolsProtocol] <= most, (request, kind)
            assert [name for name, _ in wire.made[-1].headers] == [b"host", b"transfer-encoding"], (request, kind)
    await wire.serves()


async def test_bodies_may_come_in_small_chunks(wire: Wire) -> None:
    for size, count in ((1, 10_000), (5, 20_000), (MUCH, 1)):
        chunk = b"%x\r\n%b\r\n" % (size, b"x" * size)
        said = await wire.talk(b"POST /read HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk * count + b"0\r\n\r\n")
        assert said.startswith(b"HTTP/1.1 200 ")
        assert said.endswith(b"\r\n\r\n%d" % (size * count))


async def test_a_connection_is_kept_for_requests_of_every_kind(wire: Wire) -> None:
    """What was counted for one is not counted for the next; a client that asks whether it may send its body is told that it may."""
    reader, writer = await asyncio.open_connection(*wire.address.split(":"))
    head = b" HTTP/1.1\r\nHost: x\r\nX-Long: " + b"x" * 8000
    for _ in range(HEADER_BYTES // 8000 + 1):
        writer.write(b"GET /now" + head + b"\r\n\r\n")
        assert (await reader.readuntil(b"/now")).startswith(b"HTTP/1.1 200 ")
    writer.write(b"POST /read" + head + b"\r\nContent-Length: 2000\r\nExpect: 100-continue\r\n\r\n")
    assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
    writer.write(b"x" * 2000 + b"POST /read" + head + b"\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n" + b"x" * 1000 + b"\r\n0\r\n\r\n")
    for length in (b"2000", b"1000"):
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200 ")
        assert await reader.readexactly(4) == length
    writer.close()


async def test_requests_whose_answers_are_not_waited_for_are_cut_off(wire: Wire) -> None:
    short = b"GET /later HTTP/1.1\r\n\r\n"
    assert await wire.talk(short * 14_000) == b""
    assert wire.parsed[HttpToolsProtocol] <= 2 * SLICE
    assert PIPELINED < wire.queued <= PIPELINED + SLICE // len(short)
    await wire.serves()
    assert wire.asked in (["/later", "/now"], ["/now"])


async def test_some_requests_may_follow_each_other(wire: Wire) -> None:
    """They are answered in their order."""
    waiting = b"".join(b"GET /now?%d HTTP/1.1\r\nHost: x\r\n\r\n" % number for number in range(PIPELINED - 1))
    said = await wire.talk(waiting + b"GET /now HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert said.count(b"HTTP/1.1 200 OK") == PIPELINED == len(wire.asked)


async def test_a_socket_is_not_opened_behind_a_request_without_an_answer(wire: Wire) -> None:
    assert await wire.talk(b"GET /later HTTP/1.1\r\nHost: x\r\n\r\n" + handshake()) == b""
    wire.may_answer.set()
    await wire.serves()
    assert len(wire.made) == 2


async def test_nothing_is_read_after_a_wish_for_another_protocol() -> None:
    """The request is answered as if it had not been wished for."""
    async with opened() as wire:
        said = await wire.talk(b"GET /now HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n" + GET * 1000)
        assert (said.count(b"HTTP/1.1 200 OK"), wire.asked) == (1, ["/now"])


def test_a_client_that_vanishes_leaves_no_error(caplog: pytest.LogCaptureFixture) -> None:
    """With several requests under way, on the loop that serves: to write to what is closed is an error there."""

    async def vanish() -> None:
        async with opened() as wire:
            loop = asyncio.get_running_loop()
            with socket.socket() as client:
                client.setblocking(False)
                await loop.sock_connect(client, ("127.0.0.1", int(wire.address.rpartition(":")[2])))
                await loop.sock_sendall(client, GET + GET.replace(b"now", b"later") * 3)
                assert await loop.sock_recv(client, 15) == b"HTTP/1.1 200 OK"
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            async with asyncio.timeout(HUNG_UP_SECONDS):
                while wire.made[0] in wire.made[0].connections:  # noqa: ASYNC110 - the server tells nobody
                    await asyncio.sleep(0.005)
            wire.may_answer.set()
            await wire.serves()
            assert wire.asked == ["/now", "/later", "/now"]

    with contextlib.closing(uvloop.new_event_loop()) as loop:
        loop.run_until_complete(vanish())
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []

