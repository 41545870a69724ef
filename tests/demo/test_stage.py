"""The demo as a person runs it: a day plays, a parent who is cut off misses nothing, Ctrl-C ends everything, the next start goes on."""

import os
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from school.demo.folder import peek
from tests.ports import free_ports
from tests.service_process import ROOT

PATIENCE = 120.0
LINE = re.compile(r"(Mon|Tue|Wed|Thu|Fri) \d\d:\d\d:\d\d  ")


class Program:
    """A command of `school` whose lines can be awaited."""

    def __init__(self, *arguments: str) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("SCHOOL_", "READER_"))}
        self.process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "TERM", sys.executable, "-m", "school", *arguments],  # should the test run itself be killed, so is the demo
            env={**environment, "PYTHONPATH": str(ROOT), "COLUMNS": "200"}, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, start_new_session=True)
        self.lines: list[str] = []
        self._changed = threading.Condition()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as lines:
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

    def wait_for(self, text: str) -> None:
        """Until a line has this text."""
        self.wait_until(lambda: any(text in line for line in self.lines), text)

    def wait_told(self, count: int) -> None:
        """Until so many events were told."""
        self.wait_until(lambda: len(self.told) >= count, f"{count} events")

    def wait_until(self, true: object, what: str) -> None:
        """Until it is so."""
        assert callable(true)
        with self._changed:
            if not self._changed.wait_for(true, PATIENCE):
                raise AssertionError(f"no {what!r} in:\n" + "\n".join(self.lines))

    def end(self, how: signal.Signals = signal.SIGINT) -> int:
        """Its exit status."""
        self.process.send_signal(how)
        return self.process.wait(PATIENCE)


@contextmanager
def running(*arguments: str) -> Iterator[Program]:
    """A command that is ended in any case."""
    program = Program(*arguments)
    try:
        yield program
    finally:
        program.close()


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


def family_events(database: Path) -> int:
    """How many events the feed has about the children of the login `parent`."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        return int(connection.execute("""
            SELECT count(*) FROM feed JOIN guardianship g ON g.school_id = feed.school_id AND g.pupil_id = feed.topic_id
            JOIN account_role r ON r.school_id = g.school_id AND r.person_id = g.guardian_id JOIN account a ON a.id = r.account_id
            WHERE feed.topic_kind = 'pupil' AND a.login = 'parent' AND r.role = 'guardian' AND g.ended_at IS NULL""").fetchone()[0])


def test_a_day_plays_and_a_parent_who_is_cut_off_misses_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    play = ("demo", "--dir", str(folder), "--size", "small", "--speed", "1500", "--port", str(free_ports(1)[0]))
    watch = ("watch", "--login", "parent", "--dir", str(folder))
    told: list[str] = []
    with running(*play) as demo:
        demo.wait_for("Be a parent")
        for _ in range(2):
            with running(*watch) as parent:
                parent.wait_told(2)
                parent.end(signal.SIGKILL)
            told += parent.told
        with running(*watch) as parent:
            demo.wait_for("The school day is over")
            expected = family_events(folder / "school.db")
            assert expected > 8
            parent.wait_until(lambda: len(_once([*told, *parent.told])) >= expected, f"{expected} events")
            assert parent.end() == 0
            told += parent.told
        assert len(_once(told)) == expected
        below = descendants(demo.process.pid)
        assert len(below) == 4  # the server, two gates, the canteen
        assert demo.end() == 0
        assert not [pid for pid in below if Path(f"/proc/{pid}").exists()]
    day = "\n".join(demo.told)
    assert all(word in day for word in ("enters", "leaves", "REFUSED", "CAME LATE", "mark ", "register", "homework", "buys", "top-up"))
    assert all(any(line.strip().startswith(f"{login} ") and password in line for line in demo.lines) for login, password in peek(folder)[1].items())
    _next_start(folder, play)


def _once(lines: list[str]) -> list[str]:
    """A watch that is killed between a line and its place tells that line once more, at its next start."""
    return [line for place, line in enumerate(lines) if place == 0 or line != lines[place - 1]]


def _next_start(folder: Path, play: tuple[str, ...]) -> None:
    """It seeds nothing and plays the next school day; `--reset` forgets everything, the readers' state included."""
    identity = (folder / "readers" / "gate-1" / "identity.json").read_text()
    started = time.monotonic()
    with running(*play) as demo:
        demo.wait_for("Be a parent")
        assert time.monotonic() - started < PATIENCE / 2
        assert not [line for line in demo.lines if "Seeded" in line]
        demo.wait_told(1)
        assert demo.end(signal.SIGTERM) == 0
    assert (folder / "readers" / "gate-1" / "identity.json").read_text() == identity
    with running(*play, "--reset") as demo:
        demo.wait_for("Seeded two schools")
        demo.wait_told(1)
        assert demo.end() == 0
    assert (folder / "readers" / "gate-1" / "identity.json").read_text() != identity


def test_a_process_that_dies_ends_the_demo_and_says_why(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    with running("demo", "--dir", str(folder), "--size", "small", "--speed", "600", "--port", str(free_ports(1)[0])) as demo:
        demo.wait_told(1)
        victim = next(pid for pid in descendants(demo.process.pid) if "readers" in Path(f"/proc/{pid}/cmdline").read_text())
        os.kill(victim, signal.SIGKILL)
        demo.wait_for("ended with -9")
        assert demo.process.wait(PATIENCE) == 1
    assert "Traceback" not in "\n".join(demo.lines)


def test_a_folder_that_cannot_be_used_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").touch()
    with running("demo", "--dir", str(tmp_path)) as demo:
        assert demo.process.wait(PATIENCE) == 1
    assert len([line for line in demo.lines if line]) == 1
    assert "holds something else" in demo.lines[0]
