"""Places where a test kills the daemon as a power cut would: before and after each durable step."""
import os
import signal

VARIABLE = "READER_FAILPOINT"
NAMES = frozenset({
    "journal.before", "journal.after",    # around the commit of a tap
    "answer.before", "answer.after",      # around the answer to the card's holder
    "upload.before", "upload.after",      # around the request that carries taps
    "mark.before", "mark.after",          # around the commit that marks taps as answered by the server
    "counter.before", "counter.after",    # around the reservation of request counters
    "passlist.before", "passlist.after",  # around the commit of a pass list
    "enrol.before", "enrol.after",        # around the storing of a new identity
    "newkey.before", "newkey.after",      # around the storing of a device's next key
    "announce.before", "announce.after",  # around the request that tells the server of it
    "promote.before", "promote.after",    # around the storing of that key as the only one
})


class FailpointError(ValueError):
    """READER_FAILPOINT names no place in the code: a test that would test nothing."""


class _Armed:
    """The one armed failpoint of this process and how many times it may still be passed."""

    def __init__(self) -> None:
        self.name = ""
        self.passes = 0


_armed = _Armed()


def arm(text: str | None) -> None:
    """Arm `name` or `name:n` (die at the n-th passage, from 1); an empty text disarms."""
    name, _, count = (text or "").partition(":")
    if name and (name not in NAMES or not (count or "1").isdecimal() or int(count or "1") < 1):
        raise FailpointError(f"{VARIABLE}: no such failpoint: {text}")
    _armed.name, _armed.passes = name, int(count or "1")


def hit(name: str) -> None:
    """Die here, without any cleaning up, if this place is armed."""
    if _armed.name != name:
        return
    _armed.passes -= 1
    if _armed.passes <= 0:
        os.kill(os.getpid(), signal.SIGKILL)
