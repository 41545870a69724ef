"""A reader host for tests: the daemon as a real process with simulated readers."""
import json
import os
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.nursery import Forked
from tests.readers.loopback import SECONDS

ROOT = Path(__file__).parents[2]
QUICK = {"READER_BACKOFF_SECONDS": "0.01", "READER_BACKOFF_MOST_SECONDS": "0.2", "READER_HEARTBEAT_SECONDS": "0.2",
         "READER_BALLAST_BYTES": "65536", "READER_LIST_WAIT_SECONDS": "2", "READER_LOG_LEVEL": "debug"}


class DiedError(AssertionError):
    """The daemon ended before anybody could reach it; the text is its log."""


class Host:
    """A state directory, its commands and its daemon."""

    def __init__(self, directory: Path, server: str, readers: tuple[str, ...] = ("in", "out"), **environment: str) -> None:
        self.state = directory / "state"
        self.log = directory / "daemon.log"
        self.server = server
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("READER_")} | QUICK | {
            "PYTHONPATH": str(ROOT), "READER_SERVER": server, "READER_SIMULATED": json.dumps(readers)} | environment
        self.process: Forked | subprocess.Popen[bytes] | None = None

    def command(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run one command to its end."""
        told = Path(tempfile.mkdtemp(dir=self.log.parent))
        out, err = told / "out", told / "err"
        process = self._fork(arguments, environment, out, err)
        return subprocess.CompletedProcess(arguments, process.wait(SECONDS), out.read_text(), err.read_text())

    def _fork(self, arguments: tuple[str, ...], environment: dict[str, str], out: Path, err: Path | None = None) -> Forked:
        return Forked("readers", (*arguments, "--state", str(self.state)), self.environment | environment, ROOT, out, err)

    def enrol(self, code: str = "gate", *more: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return self.command("enrol", "--server", self.server, "--code", code, *more, **environment)

    def start(self, *, ready: bool = True, **environment: str) -> "Host":
        """Start the daemon and wait until it takes cards."""
        self.process = self._fork(("run",), environment, self.log)
        if ready:
            self.connect().close()
        return self

    def connect(self) -> socket.socket:
        """A client of the simulated readers, as soon as the daemon listens."""
        deadline = time.monotonic() + SECONDS
        while True:
            client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            client.settimeout(SECONDS)
            try:
                client.connect(str(self.state / "simulated.sock"))
            except OSError:
                client.close()
                assert self.process is not None
                if self.process.poll() is not None:
                    raise DiedError(self.log.read_text()) from None
                assert time.monotonic() < deadline, self.log.read_text()
                time.sleep(0.02)  # nothing tells when a socket appears
            else:
                return client

    def send(self, *lines: bytes) -> list[dict[str, Any]]:
        """Lines to the simulated readers on one connection; the answers that came before it ended."""
        answers = []
        with self.connect() as client, client.makefile("rb") as incoming:
            for line in lines:
                try:
                    client.sendall(line + b"\n")
                    answer = incoming.readline()
                except OSError:
                    break
                if not answer.endswith(b"\n"):
                    break
                answers.append(json.loads(answer))
        return answers

    def tap(self, *uids: str, reader: str = "in") -> list[dict[str, Any]]:
        return self.send(*(json.dumps({"reader": reader, "uid": uid}).encode() for uid in uids))

    def status(self) -> tuple[int, dict[str, Any]]:
        done = self.command("status", "--json")
        return done.returncode, json.loads(done.stdout)

    def stop(self) -> int:
        """SIGTERM; the exit status."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(SECONDS)

    def kill(self) -> None:
        """`kill -9`, if it still runs."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def wait_killed(self) -> None:
        """Until a failpoint has killed the daemon."""
        assert self.process is not None
        assert self.process.wait(SECONDS) == -signal.SIGKILL, self.log.read_text()
