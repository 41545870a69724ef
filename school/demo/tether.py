"""Runs `python …` tied to the process that started it: it gets SIGTERM when that one ends, however it ends, so that the demo leaves nothing behind."""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1  # prctl(2), Linux


def main() -> None:
    """The parent's process id, then the arguments for Python."""
    parent, *arguments = sys.argv[1:]
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != int(parent):
        sys.exit(0)  # it has ended already
    os.execv(sys.executable, [sys.executable, *arguments])  # noqa: S606 - our own interpreter, with our own arguments


if __name__ == "__main__":
    main()
