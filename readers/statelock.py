"""One process at a time may own a state directory."""
import fcntl
import os
from pathlib import Path

from readers import durable

FILE = "lock"


class StateBusyError(RuntimeError):
    """A daemon runs on this state directory."""


class StateLock:
    """Held until `release` or the end of the process, however it ends."""

    def __init__(self, state: Path) -> None:
        durable.make_directory(state)
        self._descriptor = os.open(state / FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._descriptor)
            raise StateBusyError(f"a daemon runs on {state}: stop it first") from None

    def release(self) -> None:
        """Let others in."""
        os.close(self._descriptor)


def is_locked(state: Path) -> bool:
    """Whether a daemon runs there."""
    if not (state / FILE).exists():
        return False
    try:
        StateLock(state).release()
    except StateBusyError:
        return True
    return False
