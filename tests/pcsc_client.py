"""A PC/SC client for the harness's own tests: one command a line on standard input, one answer a line on standard output.

`list` names the readers, `fresh` makes a new context, `stale` uses the old one, `uid READER` waits for a card and asks for its UID.
Return codes are printed as eight hexadecimal digits.
"""

import sys
from typing import Any

import smartcard.scard as pcsc

WAIT_MS = 10_000
ANY_PROTOCOL = pcsc.SCARD_PROTOCOL_T0 | pcsc.SCARD_PROTOCOL_T1


class Session:
    """One context and the commands on it."""

    def __init__(self) -> None:
        self._context: Any = None

    def fresh(self) -> int:
        """A new context."""
        code, self._context = pcsc.SCardEstablishContext(pcsc.SCARD_SCOPE_SYSTEM)
        return int(code)

    def readers(self) -> list[str]:
        """All readers, in no particular order."""
        return list(pcsc.SCardListReaders(self._context, [])[1])

    def stale(self) -> int:
        """What the present context says to an ordinary call."""
        return int(pcsc.SCardListReaders(self._context, [])[0])

    def uid(self, reader: str) -> tuple[int, bytes]:
        """Wait for a card, connect to it, ask for its UID."""
        code, states = pcsc.SCardGetStatusChange(self._context, 0, [(reader, pcsc.SCARD_STATE_UNAWARE)])
        while code == pcsc.SCARD_S_SUCCESS and not states[0][1] & pcsc.SCARD_STATE_PRESENT:
            code, states = pcsc.SCardGetStatusChange(self._context, WAIT_MS, [(reader, states[0][1])])
        if code:
            return int(code), b""
        code, card, protocol = pcsc.SCardConnect(self._context, reader, pcsc.SCARD_SHARE_SHARED, ANY_PROTOCOL)
        if code:
            return int(code), b""
        header = pcsc.SCARD_PCI_T1 if protocol == pcsc.SCARD_PROTOCOL_T1 else pcsc.SCARD_PCI_T0
        code, answer = pcsc.SCardTransmit(card, header, [0xFF, 0xCA, 0, 0, 0])
        pcsc.SCardDisconnect(card, pcsc.SCARD_LEAVE_CARD)
        return int(code), bytes(answer or [])


def shown(code: int) -> str:
    """A return code as PC/SC's documents write it."""
    return f"{code & 0xFFFFFFFF:08X}"


def main() -> None:
    """Answer until standard input ends."""
    session = Session()
    session.fresh()
    for line in sys.stdin:
        command, _, reader = line.rstrip("\n").partition(" ")
        if command == "list":
            answer = ",".join(session.readers())
        elif command == "uid":
            code, data = session.uid(reader)
            answer = f"{shown(code)} {data.hex().upper()}"
        else:
            answer = shown(session.fresh() if command == "fresh" else session.stale())
        print(answer, flush=True)  # noqa: T201 - it is this program's output


if __name__ == "__main__":
    main()
