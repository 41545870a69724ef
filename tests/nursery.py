"""Processes of the service without the seconds that importing it takes: one process imports it once and forks for each that a test starts.

Run as a module it is that process: it takes orders as lines of JSON on its standard input, answers each with a line, and ends, with all that it
started, when the input does. Tests of how a process starts use a process of its own.
"""

import atexit
import contextlib
import gc
import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent


class Nursery:
    """The process that forks, as seen by the tests."""

    def __init__(self) -> None:
        self._one_at_a_time = threading.Lock()
        self._process = subprocess.Popen([sys.executable, "-m", "tests.nursery"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT)
        atexit.register(self.end)

    def ask(self, **order: Any) -> int:
        """Its answer to an order."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with self._one_at_a_time:
            self._process.stdin.write(json.dumps(order).encode() + b"\n")
            self._process.stdin.flush()
            return int(self._process.stdout.readline())

    def end(self) -> None:
        """No more orders."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


@cache
def nursery() -> Nursery:
    """The one of this process."""
    return Nursery()


class Forked:
    """`school …` as a process; what `subprocess.Popen` offers of it."""

    def __init__(self, arguments: tuple[str, ...], environment: Mapping[str, str], directory: Path, log: Path) -> None:
        self.returncode: int | None = None
        self.pid = nursery().ask(arguments=arguments, environment=dict(environment), directory=str(directory), log=str(log))
        self._descriptor = os.pidfd_open(self.pid)  # nobody but us lets the nursery forget it

    def poll(self) -> int | None:
        """Its exit code, if it has ended."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self.wait(0)
        return None

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code; subprocess.TimeoutExpired if it goes on for longer."""
        if self.returncode is None:
            if not select.select([self._descriptor], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired("school", timeout or 0)
            self.returncode = nursery().ask(forget=self.pid)
            os.close(self._descriptor)
        return self.returncode

    def send_signal(self, how: int) -> None:
        """To the process, if it has not ended."""
        if self.poll() is None:
            os.kill(self.pid, how)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)


def main() -> None:
    """Take orders."""
    import school.app
    import school.cli

    del school
    gc.freeze()
    children: set[int] = set()
    for line in sys.stdin.buffer:
        order = json.loads(line)
        if "forget" in order:
            children.remove(order["forget"])
            answer = os.waitstatus_to_exitcode(os.waitpid(order["forget"], 0)[1])
        else:
            answer = os.fork()
            if not answer:
                _be(order)
            children.add(answer)
        sys.stdout.buffer.write(b"%d\n" % answer)
        sys.stdout.buffer.flush()
    for child in children:
        os.kill(child, signal.SIGKILL)


def _be(order: dict[str, Any]) -> None:
    """From here on this is `school …`."""
    from school.cli import main as school

    code = 1
    try:
        log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
        null = os.open(os.devnull, os.O_RDONLY)
        for number, file in enumerate((null, log, log)):
            os.dup2(file, number)
        os.close(log)
        os.close(null)
        os.environ.clear()
        os.environ.update(order["environment"])
        time.tzset()
        os.chdir(order["directory"])
        sys.argv = ["school", *order["arguments"]]
        school()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 - as Python itself ends
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main()
