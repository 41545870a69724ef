"""Processes of the service and of readers without the seconds that importing them takes: one imports a program once, and forks for each that a test starts.

Run as a module it is that process: it takes orders as lines of JSON on its standard input, answers each with a line, and ends, with all that it
started, when the input does. Tests of how a process starts use a process of its own.
"""

import atexit
import contextlib
import gc
import importlib
import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
PROGRAMS = {"school": ("school.cli", "school.app"), "readers": ("readers.__main__", "readers.daemon", "readers.simulated")}
"""What is imported: first where the program's `main` is."""


class Nursery:
    """The process that forks, as seen by the tests."""

    def __init__(self, program: str) -> None:
        self.program = program
        self._one_at_a_time = threading.Lock()
        self._process = subprocess.Popen([sys.executable, "-m", "tests.nursery", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT)
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
def nursery(program: str) -> Nursery:
    """The one of this process for a program."""
    return Nursery(program)


class Forked:
    """A program (PROGRAMS) as a process; what `subprocess.Popen` offers of it. What it prints is added to `out`, its errors too if there is no `err`.

    `fault`: Python that is executed before it begins, and makes a mutant of it.
    """

    def __init__(
        self, program: str, arguments: Sequence[str], environment: Mapping[str, str], directory: Path, out: Path, err: Path | None = None,
        fault: str = "",
    ) -> None:
        self.returncode: int | None = None
        self._nursery = nursery(program)
        self.pid = self._nursery.ask(
            arguments=list(arguments), environment=dict(environment), directory=str(directory), out=str(out), err=str(err or out), fault=fault)
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
                raise subprocess.TimeoutExpired(self._nursery.program, timeout or 0)
            self.returncode = self._nursery.ask(forget=self.pid)
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
    gc.disable()  # what is imported stays
    for module in PROGRAMS[sys.argv[1]]:
        importlib.import_module(module)
    gc.freeze()
    gc.enable()
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
    """From here on this is the program."""
    program, code = sys.argv[1], 1
    try:
        files = [os.open(os.devnull, os.O_RDONLY), *(os.open(order[name], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666) for name in ("out", "err"))]
        for number, file in enumerate(files):
            os.dup2(file, number)
            os.close(file)
        os.environ.clear()
        os.environ.update(order["environment"])
        time.tzset()
        os.chdir(order["directory"])
        sys.argv = [program, *order["arguments"]]
        exec(order["fault"], {})  # noqa: S102 - of the tests
        sys.modules[PROGRAMS[program][0]].main()
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
