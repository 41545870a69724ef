"""PC/SC calls: contexts, waiting for cards, UIDs. The one file that imports smartcard; every fault is a PcscError."""
from collections.abc import Sequence
from typing import Any

try:
    from smartcard import scard
except ImportError as error:  # pyscard, or the library below it
    raise RuntimeError("READER_READERS: real readers need the extra: pip install 'school[pcsc]' (and the package libpcsclite1)") from error

PLUG_AND_PLAY = "\\\\?PnP?\\Notification"  # the name under which PC/SC reports that readers came or went
GET_UID = (0xFF, 0xCA, 0x00, 0x00, 0x00)   # PC/SC part 3: GET DATA of a contactless storage card
# ACR122U: FF 00 40 <LEDs> 04 <T1> <T2> <times> <buzzer>, times in 0.1 s. Green with one beep; red with three.
SHOW_ADMIT = (0xFF, 0x00, 0x40, 0xAE, 0x04, 0x02, 0x01, 0x01, 0x01)
SHOW_REFUSE = (0xFF, 0x00, 0x40, 0x5D, 0x04, 0x01, 0x01, 0x03, 0x01)

GONE = frozenset({  # the card was taken away: nothing is wrong
    scard.SCARD_W_REMOVED_CARD, scard.SCARD_E_NO_SMARTCARD,
})
PASSING = frozenset({  # worth another try while the card lies there
    scard.SCARD_E_SHARING_VIOLATION, scard.SCARD_W_RESET_CARD, scard.SCARD_E_NOT_TRANSACTED, scard.SCARD_F_COMM_ERROR,
    scard.SCARD_W_UNRESPONSIVE_CARD, scard.SCARD_W_UNPOWERED_CARD, scard.SCARD_E_PROTO_MISMATCH,
})


class PcscError(Exception):
    """A PC/SC call failed, with the code that pcscd gave."""

    def __init__(self, call: str, code: int) -> None:
        super().__init__(f"{call}: 0x{code & 0xFFFFFFFF:08X}")
        self.code = code

    @property
    def gone(self) -> bool:
        """Whether the card was merely taken away."""
        return self.code in GONE

    @property
    def passing(self) -> bool:
        """Whether another try may succeed on the same context."""
        return self.code in PASSING


class UnreadableError(PcscError):
    """The card answered something that is no UID; torn off in the middle it answers nothing at all, and calls that success."""

    def __init__(self, status: Sequence[int]) -> None:
        super().__init__("UID", int.from_bytes(bytes(status[-2:]), "big"))

    @property
    def passing(self) -> bool:
        """Torn off: it may come back."""
        return True


def check(call: str, code: int) -> None:
    """Raise what is not success."""
    if code != scard.SCARD_S_SUCCESS:
        raise PcscError(call, code)


def is_present(state: int) -> bool:
    """Whether a card lies there."""
    return bool(state & scard.SCARD_STATE_PRESENT)


def is_new_card(before: int | None, state: int) -> bool:
    """Present, and was absent or has been changed in between: the upper 16 bits count insertions and removals."""
    return is_present(state) and (before is None or not is_present(before) or before >> 16 != state >> 16)


class Context:
    """A connection to pcscd, for one thread. After a fault of pcscd it is worthless; SCardIsValidContext does not say so."""

    def __init__(self) -> None:
        code, self._context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
        check("SCardEstablishContext", code)

    def close(self) -> None:
        """Give it back; a dead pcscd has forgotten it anyway."""
        scard.SCardReleaseContext(self._context)

    def cancel(self) -> None:
        """Wake the thread that waits in `wait`."""
        scard.SCardCancel(self._context)

    def list_slots(self) -> list[str]:
        """The names of all readers' slots; none is not a fault."""
        code, names = scard.SCardListReaders(self._context, [])
        if code == scard.SCARD_E_NO_READERS_AVAILABLE:
            return []
        check("SCardListReaders", code)
        return list(names)

    def wait(self, known: dict[str, int | None], milliseconds: int) -> dict[str, int]:
        """The slots' states once one differs from what is known, a reader comes or goes, or the time is over."""
        asked: list[tuple[str, int]] = [(slot, scard.SCARD_STATE_UNAWARE if state is None else state) for slot, state in known.items()]
        code, states = scard.SCardGetStatusChange(self._context, milliseconds, [*asked, (PLUG_AND_PLAY, scard.SCARD_STATE_UNAWARE)])
        if code == scard.SCARD_E_UNKNOWN_READER:
            return {}  # unplugged since it was listed
        if code != scard.SCARD_E_TIMEOUT:
            check("SCardGetStatusChange", code)
        return {slot: state & ~scard.SCARD_STATE_CHANGED for slot, state, *_ in states if slot in known}

    def connect(self, slot: str) -> "Card":
        """The card on this slot, shared with whoever else uses it."""
        code, card, protocol = scard.SCardConnect(
            self._context, slot, scard.SCARD_SHARE_SHARED, scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1)
        check("SCardConnect", code)
        return Card(card, scard.SCARD_PCI_T0 if protocol == scard.SCARD_PROTOCOL_T0 else scard.SCARD_PCI_T1)


class Card:
    """A card while it lies on the reader."""

    def __init__(self, card: Any, control: Any) -> None:
        self._card = card
        self._control = control

    def close(self) -> None:
        """Leave the card as it is."""
        scard.SCardDisconnect(self._card, scard.SCARD_LEAVE_CARD)

    def _transmit(self, command: Sequence[int]) -> list[int]:
        code, answer = scard.SCardTransmit(self._card, self._control, list(command))
        check("SCardTransmit", code)
        return list(answer)

    def read_uid(self) -> bytes:
        """The UID as the reader tells it."""
        answer = self._transmit(GET_UID)
        if len(answer) < 3 or answer[-2:] != [0x90, 0x00]:
            raise UnreadableError(answer)
        return bytes(answer[:-2])

    def show(self, admitted: bool) -> bool:
        """Light and beep of an ACR122U. Only the first status byte tells success: the second is the LEDs' state."""
        answer = self._transmit(SHOW_ADMIT if admitted else SHOW_REFUSE)
        return len(answer) >= 2 and answer[-2] == 0x90
