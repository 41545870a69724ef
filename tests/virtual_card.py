"""A contactless card in software, laid on a virtual reader (vpcd) over TCP: honest, slow, hung, truncated or torn off at will."""

import socket
import struct
import threading
import time
from collections.abc import Callable
from contextlib import suppress

Answer = Callable[[bytes], bytes | None]
"""A card's mind: the answer to a command APDU. Empty: no answer, and the reader waits; None: the card is torn off."""

CLASSIC_1K = bytes.fromhex("3B8F8001804F0CA000000306030001000000006A")
DESFIRE = bytes.fromhex("3B8180018080")
BAD_ATR = bytes.fromhex("0001020304")
"""No ATR begins so: pcscd reports the card as mute."""

GET_UID = bytes.fromhex("FFCA000000")
NOTICED_AFTER = 0.7
"""Seconds a card must lie there: pcscd asks vpcd every 400 ms."""

_POWER_OFF, _POWER_ON, _RESET, _SEND_ATR = 0, 1, 2, 4


def honest(uid: bytes) -> Answer:
    """Tells its UID; knows no other command."""
    return lambda apdu: uid + b"\x90\x00" if apdu == GET_UID else b"\x6d\x00"


def slow(uid: bytes, seconds: float) -> Answer:
    """As the honest one, but thinks for a while before each answer."""

    def answer(apdu: bytes) -> bytes | None:
        time.sleep(seconds)
        return honest(uid)(apdu)

    return answer


def hung(apdu: bytes) -> bytes | None:
    """Never answers: the reader's program waits until the card is removed."""
    del apdu
    return b""


def truncated(apdu: bytes) -> bytes | None:
    """Answers with half a status word."""
    del apdu
    return b"\x90"


def torn_off(apdu: bytes) -> bytes | None:
    """Is pulled away while the reader waits: PC/SC reports success and an empty answer."""
    del apdu
    return None


class VirtualCard:
    """One card on one reader, served by a thread until it is removed, torn off, or its reader's daemon dies.

    `asked` is set when the first command arrives and `asked_at` is then its time (`time.monotonic()`).
    """

    def __init__(self, port: int, atr: bytes, answer: Answer) -> None:
        self.asked = threading.Event()
        self.asked_at: float | None = None
        self.gone = threading.Event()
        self._atr = atr
        self._answer = answer
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=5)
        self._socket.settimeout(None)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.laid_at = time.monotonic()
        self._thread = threading.Thread(target=self._serve, name=f"card on {port}", daemon=True)
        self._thread.start()

    def remove(self, *, at_once: bool = False) -> None:
        """Take the card away, not before pcscd had time to notice it (unless at once)."""
        rest = self.laid_at + NOTICED_AFTER - time.monotonic()
        if rest > 0 and not at_once:
            self.gone.wait(rest)
        self._close()
        self._thread.join(timeout=10)

    def _close(self) -> None:
        with suppress(OSError):  # the other side was faster
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self.gone.set()

    def _serve(self) -> None:
        with suppress(OSError):  # removed, or pcscd is dead: in either case this card is gone
            while self._exchange():
                pass
        self._close()

    def _exchange(self) -> bool:
        """One message from the reader and its answer; False ends the card's life on the reader."""
        message = self._receive()
        if message is None:
            return False
        if len(message) == 1:
            if message[0] == _SEND_ATR:
                self._send(self._atr)
            return True  # power and reset have no answer
        if not self.asked.is_set():
            self.asked_at = time.monotonic()
            self.asked.set()
        answer = self._answer(message)
        if answer is None:
            return False
        if answer:  # vpcd never gets over an empty message, not even when the card is removed
            self._send(answer)
        return True

    def _send(self, payload: bytes) -> None:
        self._socket.sendall(struct.pack(">H", len(payload)) + payload)

    def _receive(self) -> bytes | None:
        header = self._read(2)
        return None if header is None else self._read(struct.unpack(">H", header)[0])

    def _read(self, size: int) -> bytes | None:
        data = b""
        while len(data) < size:
            # Without it the kernel holds the acknowledgement back and each exchange takes 44 ms. It does not stay set.
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
            part = self._socket.recv(size - len(data))
            if not part:
                return None
            data += part
        return data
