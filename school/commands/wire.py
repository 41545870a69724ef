"""A WebSocket on the wire: what a client sends is parsed in slices and counted, and a client that is refused or closed is soon hung up on."""

import asyncio
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CTRL_OPCODES, CloseCode, Frame

SLICE = 4096
"""Bytes that are parsed at once: so many may go beyond a limit before it is noticed. A read brings up to 256 KiB."""
FRAMES = 200
"""Frames a second that the application does not see and count: control frames, and parts of messages."""
LATE_FRAMES = 2000
"""As many once the socket is closed: what a client had under way is only parsed, to find behind it all that the client has closed, too."""
HANDSHAKE_SECONDS = 10.0
"""How long the application may take to let a client in."""
CLOSE_SECONDS = 1.0
"""How long a client that was told that its socket is closed has to say so, too."""
_BAD_REQUEST = f"HTTP/1.1 {HTTPStatus.BAD_REQUEST} {HTTPStatus.BAD_REQUEST.phrase}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()


class Inbox:
    """What has come for the application, of which one task takes it: as much of asyncio's queue as uvicorn needs, at a tenth of its size."""

    __slots__ = ("_messages", "_waiting")

    def __init__(self) -> None:
        self._messages: list[Any] = []
        self._waiting: asyncio.Future[None] | None = None

    def put_nowait(self, message: Any) -> None:
        """Something has come."""
        self._messages.append(message)
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    def qsize(self) -> int:
        """How many wait."""
        return len(self._messages)

    def empty(self) -> bool:
        """Whether all is taken."""
        return not self._messages

    async def get(self) -> Any:
        """The next message."""
        while not self._messages:
            self._waiting = asyncio.get_running_loop().create_future()
            await self._waiting
        return self._messages.pop(0)


class Gate:
    """As asyncio's event, which begins set, and is small while nobody waits."""

    __slots__ = ("_closed",)

    def __init__(self) -> None:
        self._closed: asyncio.Event | None = None

    def is_set(self) -> bool:
        """Whether nobody has to wait."""
        return self._closed is None

    def set(self) -> None:
        """Let all pass."""
        if self._closed is not None:
            self._closed.set()
            self._closed = None

    def clear(self) -> None:
        """Let them wait."""
        if self._closed is None:
            self._closed = asyncio.Event()

    async def wait(self) -> None:
        """Until it is set."""
        if self._closed is not None:
            await self._closed.wait()


class Socket(WebSocketsSansIOProtocol):
    """uvicorn's, which takes frames as fast as they come, and waits for ever where a handshake fails or a client has stopped reading.

    To close the socket of one that does not read is to hang up, and so is to give up its pongs.
    """

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.close_timeout = CLOSE_SECONDS
        self.queue, self.writable = Inbox(), Gate()  # type: ignore[assignment]  # most sockets wait, and an empty queue and two events are 4 KB
        self._unparsed = bytearray()
        self._second, self._frames = 0, 0

    def connection_made(self, transport: Any) -> None:
        """The handshake must come to an end."""
        super().connection_made(transport)
        self.loop.call_later(HANDSHAKE_SECONDS, self._end_handshake)

    def _end_handshake(self) -> None:
        if not self.handshake_complete:
            self.transport.abort()

    def data_received(self, data: bytes) -> None:
        """Parsed no faster than the application takes messages, so that it can refuse the first that is too many."""
        self._unparsed += data
        self._parse()

    async def receive(self) -> Any:
        """The application takes a message, and there is room for another one."""
        message = await super().receive()
        self._parse()
        return message

    def _parse(self) -> None:
        while self._unparsed and not self.read_paused and not self.transport.is_closing():
            piece = bytes(self._unparsed[:SLICE])
            del self._unparsed[:SLICE]
            super().data_received(piece)
            if self.conn.handshake_exc is not None and not self.handshake_initiated:  # refused by the parser, of which uvicorn hears nothing
                self.transport.write(b"".join(self.conn.data_to_send()) or _BAD_REQUEST)
                self.transport.close()

    def handle_events(self) -> None:
        """Where too many come, hang up; but one that was told why its socket is closed has its time to read that, though it is not listened to any more."""
        second = int(self.loop.time())
        if second != self._second:
            self._second, self._frames = second, 0
        self._frames += sum(isinstance(event, Frame) and self._is_unseen(event) for event in self.conn.events)
        if self._frames <= (FRAMES if self.close_timer is None else LATE_FRAMES):
            super().handle_events()
        elif self.close_timer is None:
            self.transport.abort()
        else:
            self._unparsed.clear()
            self.transport.pause_reading()

    def _is_unseen(self, frame: Frame) -> bool:
        return self.close_sent or not frame.fin or frame.opcode in CTRL_OPCODES

    def handle_text(self, event: Frame) -> None:
        """The parser holds the last frame until the next one comes: not its content, which is handed over."""
        super().handle_text(event)
        event.data = b""

    def handle_cont(self, event: Frame) -> None:
        """A part without content would be kept, and adds nothing to the size that is limited."""
        if event.data or event.fin:
            super().handle_cont(event)
        else:
            self._fail(CloseCode.POLICY_VIOLATION, "Empty fragment")

    def send_receive_event_to_app(self) -> None:
        """Text that is not UTF-8 is the client's fault, and no error of ours."""
        try:
            if self.curr_msg_data_type == "text":
                b"".join(self.frames).decode()
        except UnicodeDecodeError:
            self._fail(CloseCode.INVALID_DATA, "Invalid UTF-8")
        else:
            super().send_receive_event_to_app()

    def _fail(self, code: CloseCode, reason: str) -> None:
        self.conn.fail(code, reason)
        self.handle_parser_exception()

    async def send(self, message: Any) -> None:
        """ClientDisconnected also after uvicorn itself has closed the socket: that is no fault of the application."""
        if message["type"] == "websocket.close" and not self.writable.is_set():
            self.transport.abort()
        if self.close_sent:
            raise ClientDisconnected
        await super().send(message)
        if message["type"] == "websocket.accept":
            self.request.headers.clear()  # the scope has them, and the parser would hold them for as long as the socket is open
            self.response.headers.clear()
        self._parse()  # after a close nobody takes the messages that wait

    def handle_ping(self) -> None:
        """Pongs that nobody reads would fill the memory."""
        if self.writable.is_set():
            super().handle_ping()
        else:
            self.transport.abort()

    def keepalive_timeout(self) -> None:
        """What is still to be written would keep the connection."""
        super().keepalive_timeout()
        self.transport.abort()
