"""A WebSocket's frames: too many, empty and broken ones end it, a handshake that fails is answered, and what is closed does not stay open."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
import websockets
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.protocol import State
from websockets.uri import parse_uri

from school.commands import wire as limits
from school.commands.wire import FRAMES, LATE_FRAMES, SLICE
from tests.serving.wire import HUNG_UP_SECONDS, Wire, handshake, opened

MANY = 40_000
SMALLEST = 6
"""Bytes of a client's frame without content."""


def frame(opcode: Opcode, content: bytes = b"", fin: bool = True) -> bytes:
    """One of a client's."""
    return Frame(opcode, content, fin).serialize(mask=True)


BYE = frame(Opcode.TEXT, b"bye")
FLOODS = {
    "pings": frame(Opcode.PING) * MANY,
    "pongs": frame(Opcode.PONG, b"x") * MANY,
    "parts of a message": frame(Opcode.TEXT, fin=False) + frame(Opcode.CONT, b"x", fin=False) * MANY,
    "pings after the close": BYE + frame(Opcode.TEXT, b"x" * SLICE) + frame(Opcode.PING) * MANY,
    "messages after the close": BYE + frame(Opcode.TEXT) * MANY,
}


@pytest_asyncio.fixture
async def wire(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Wire]:
    """The server finds nothing to complain of, and soon hangs up on a client that does not close its side."""
    monkeypatch.setattr(limits, "CLOSE_SECONDS", 0.1)
    async with opened() as found:
        yield found
    assert [record.getMessage() for record in caplog.get_records("call") if record.levelno >= logging.WARNING] == []


async def talk(wire: Wire, sent: bytes) -> tuple[list[bytes], int | None]:
    """The messages that the server sends after the handshake until it hangs up, and the code with which it closes."""
    head, _, said = (await wire.talk(handshake(), sent)).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 101 ")
    heard = ClientProtocol(parse_uri("ws://x/"), state=State.OPEN)
    heard.receive_data(said)
    texts = [bytes(event.data) for event in heard.events_received() if isinstance(event, Frame) and event.opcode is Opcode.TEXT]
    return texts, None if heard.close_rcvd is None else int(heard.close_rcvd.code)


async def test_a_flood_of_frames_is_cut_off(wire: Wire) -> None:
    """Of any kind, and also once the socket is closed. Another client's socket goes on."""
    async with websockets.connect(f"ws://{wire.address}/graphql", proxy=None) as other:
        for kind, flood in FLOODS.items():
            wire.parsed[WebSocketsSansIOProtocol] = 0
            await talk(wire, flood)
            most = LATE_FRAMES if flood.startswith(BYE) else FRAMES
            assert wire.parsed[WebSocketsSansIOProtocol] < 2 * most * SMALLEST + 3 * SLICE < len(flood), kind  # a second may end meanwhile
        await other.send("hello")
        assert await other.recv() == "hello"


async def test_messages_wait_for_the_application(wire: Wire) -> None:
    """None is lost, and few are kept: it can close the socket before it has all of them. It need not answer each."""
    comments = [f"#{number}" for number in range(5000)]
    talking = asyncio.create_task(talk(wire, b"".join(frame(Opcode.TEXT, text.encode()) for text in ("wait", *comments)) + BYE))
    async with asyncio.timeout(HUNG_UP_SECONDS):
        while wire.asked != ["wait"]:  # noqa: ASYNC110 - the application tells nobody
            await asyncio.sleep(0.005)
    assert 0 < wire.queued <= SLICE // SMALLEST
    wire.may_answer.set()
    assert await talking == ([], 4000)
    assert wire.asked == ["wait", *comments]


async def test_messages_under_way_do_not_hide_why_the_socket_is_closed(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many they are: the client has its time to read it. If they are few, it is heard, behind them all, that it has agreed."""
    late, began = frame(Opcode.TEXT, b"late"), time.monotonic()
    assert await talk(wire, BYE + late * 2 * LATE_FRAMES) == ([], 4000)
    assert time.monotonic() - began > limits.CLOSE_SECONDS
    monkeypatch.setattr(limits, "CLOSE_SECONDS", 2 * HUNG_UP_SECONDS)
    assert await talk(wire, BYE + late * (LATE_FRAMES - 1) + frame(Opcode.CLOSE)) == ([], 4000)
    assert wire.asked == []


async def test_a_message_may_come_in_parts(wire: Wire) -> None:
    parts = frame(Opcode.TEXT, fin=False) + frame(Opcode.CONT, b"he", fin=False) + frame(Opcode.PING) + frame(Opcode.CONT, b"llo") + frame(Opcode.TEXT)
    last = frame(Opcode.TEXT, b"on", fin=False) + frame(Opcode.CONT, b"e", fin=False) + frame(Opcode.CONT)
    assert await talk(wire, parts + last + BYE) == ([b"hello", b"", b"one"], 4000)


@pytest.mark.parametrize(("broken", "code"), [
    (frame(Opcode.TEXT, b"x", fin=False) + frame(Opcode.CONT, fin=False), 1008), (frame(Opcode.TEXT, b"\xff\xfe"), 1007),
    (frame(Opcode.TEXT, "Ё".encode()[:1], fin=False) + frame(Opcode.CONT, b"x"), 1007),
], ids=["empty part", "no UTF-8", "half a letter"])
async def test_a_broken_message_closes(wire: Wire, broken: bytes, code: int) -> None:
    """An empty part adds nothing to the size that is limited; what is not UTF-8 is the client's fault, of which the log says nothing."""
    assert await talk(wire, broken) == ([], code)
    assert wire.asked == []


async def test_a_client_that_does_not_close_is_hung_up_on(wire: Wire) -> None:
    assert await talk(wire, BYE) == ([], 4000)


async def test_a_socket_that_is_not_let_in_is_given_up(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    """And the application is told."""
    monkeypatch.setattr(limits, "HANDSHAKE_SECONDS", 0.1)
    assert await wire.talk(handshake("/ignored")) == b""
    await wire.may_answer.wait()


async def test_a_handshake_that_cannot_be_read_is_refused(wire: Wire) -> None:
    """At once, and it does not count among the connections any more, of which ten are allowed."""
    for sent, status in (
        (handshake(more="Content-Length: 5\r\n") + b"hello", b"400 Bad Request"),
        (handshake(more="Transfer-Encoding: chunked\r\n") + b"0\r\n\r\n", b"400 Bad Request"),
        (handshake(method="POST", more="Content-Length: 2\r\n") + b"{}", b"400 Bad Request"),
        (handshake(method="POST"), b"405 "),
        (handshake("/graphql?" + "a" * 9000), b"414 "),
        (handshake(more="Cookie: " + "a" * 9000 + "\r\n"), b"431 "),
        (handshake(more="".join(f"X-{number}: 1\r\n" for number in range(130))), b"431 "),
    ):
        for _ in range(3):
            assert (await wire.talk(sent)).startswith(b"HTTP/1.1 " + status), sent[:200]
    await wire.serves()
    assert wire.asked == ["/now"]
