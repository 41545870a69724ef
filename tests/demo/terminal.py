"""Terminals: commands of `school` as processes, whose lines can be awaited."""

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from tests.nursery import Forked
from tests.service_process import ROOT

PATIENCE = 120.0
LINE = re.compile(r"(Mon|Tue|Wed|Thu|Fri) \d\d:\d\d:\d\d  ")


class Program:
    """A command of `school` whose lines can be awaited."""

    def __init__(self, process: "subprocess.Popen[str] | Forked", output: IO[str]) -> None:
        self.process = process
        self.lines: list[str] = []
        self._output = output
        self._changed = threading.Condition()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        with self._output as lines:
            for line in lines:
                with self._changed:
                    self.lines.append(line.rstrip("\n"))
                    self._changed.notify_all()

    def close(self) -> None:
        """End it if it has not ended, and read its last words."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self._reader.join(PATIENCE)

    @property
    def told(self) -> list[str]:
        """The lines that tell an event."""
        return [line for line in self.lines if LINE.match(line)]

    def wait_for(self, *texts: str, after: int = 0) -> str:
        """The first line, of those after so many, that has all these texts."""
        found: list[str] = []

        def look() -> bool:
            found.extend(line for line in self.lines[after:] if all(text in line for text in texts))
            return bool(found)

        self.wait_until(look, " ".join(texts))
        return found[0]

    def wait_told(self, count: int) -> None:
        """Until so many events were told."""
        self.wait_until(lambda: len(self.told) >= count, f"{count} events")

    def wait_until(self, true: Callable[[], bool], what: str) -> None:
        """Until it is so."""
        with self._changed:
            if not self._changed.wait_for(true, PATIENCE):
                raise AssertionError(f"no {what!r} in:\n" + "\n".join(self.lines))

    def end(self, how: signal.Signals = signal.SIGINT) -> int:
        """Its exit status."""
        self.process.send_signal(how)
        return self.process.wait(PATIENCE)


@contextmanager
def playing(folder: Path, *arguments: str) -> Iterator[Program]:
    """A demo, as a process that is ended in any case; should the test run itself be killed, so is the demo."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("SCHOOL_", "READER_"))}
    process = subprocess.Popen(
        ["setpriv", "--pdeathsig", "TERM", sys.executable, "-m", "school", "demo", "--dir", str(folder), *arguments],
        env={**environment, "PYTHONPATH": str(ROOT), "COLUMNS": "200"}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True)
    assert process.stdout is not None
    demo = Program(process, process.stdout)
    try:
        yield demo
    finally:
        demo.close()


@contextmanager
def watching(folder: Path, name: str) -> Iterator[Program]:
    """The parent's terminal."""
    pipe = folder.parent / name
    os.mkfifo(pipe)
    process = Forked("school", ("watch", "--login", "parent", "--dir", str(folder)), dict(os.environ), ROOT, pipe)
    parent = Program(process, pipe.open(encoding="utf-8"))
    try:
        yield parent
    finally:
        parent.close()


def descendants(pid: int) -> set[int]:
    """The processes below one, from /proc."""
    parents = {}
    for path in Path("/proc").iterdir():
        if path.name.isdigit():
            try:
                parents[int(path.name)] = int((path / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue  # it has ended in between
    found, fresh = set(), {pid}
    while fresh:
        fresh = {child for child, parent in parents.items() if parent in fresh}
        found |= fresh
    return found
