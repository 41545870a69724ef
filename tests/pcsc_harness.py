"""A real, private pcscd with virtual readers: needs neither root nor hardware, and any number of them run side by side.

The daemon is started as systemd would start it (an inherited listening socket), each reader is a copy of vpcd's driver on a TCP port
of its own, and a card is a thread that connects to that port. A missing component is a failure that says how to get it.
"""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

from tests.ports import free_ports
from tests.virtual_card import CLASSIC_1K, NOTICED_AFTER, Answer, VirtualCard, honest

FOUR_READERS = ("Gate A", "Gate B", "Canteen A", "Canteen B")
INSTALL = "apt-get install -y --no-install-recommends pcscd vsmartcard-vpcd libpcsclite-dev"
START_SECONDS = 20.0
ATTEMPTS = 5

_DAEMONS = (Path("/usr/sbin/pcscd"), Path("/usr/local/sbin/pcscd"))
_DRIVERS = (Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so"), Path("/usr/local/lib/pcsc/drivers/serial/libifdvpcd.so"))
_RUN = Path("/run/pcscd")
_SLOTS = 2  # vpcd gives each reader two, the second on the next port
_LISTENING = "0A"


def slot(reader: str) -> str:
    """The name under which PC/SC lists a reader's only slot."""
    return f"{reader} 00 00"


class VirtualReaders:
    """A pcscd of one's own with the readers `names`; a context manager. `environment` is what its clients need.

    The directory's path must be short: a Unix socket's path has at most 107 bytes.
    """

    def __init__(self, names: Sequence[str], directory: Path) -> None:
        self.names = tuple(names)
        self.directory = directory
        self.socket_path = directory / "pcscd.sock"
        self.environment = {"PCSCLITE_CSOCK_NAME": str(self.socket_path)}
        self.log = directory / "pcscd.log"
        self._cards: dict[str, VirtualCard] = {}
        self._ports: dict[str, int] = {}
        self._empty_since: dict[str, float] = {}
        self._daemon: subprocess.Popen[bytes] | None = None
        self._listener: socket.socket | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """The daemon's process id, for a test that wants to stop or kill it itself."""
        if self._daemon is None:
            raise RuntimeError("pcscd is not running")
        return self._daemon.pid

    def start(self) -> None:
        """Start the daemon and return when every reader is there; a port taken by another in between is tried again elsewhere."""
        if self._daemon is not None:
            raise RuntimeError("pcscd is running already")
        program, driver = components()
        for _ in range(ATTEMPTS):
            self._configure(driver)
            self._launch(program)
            if self._is_ready():
                return
            self.stop()
        pytest.fail(f"pcscd did not bring up its readers in {ATTEMPTS} attempts; its log:\n{self.log.read_text()[-2000:]}", pytrace=False)

    def stop(self) -> None:
        """Kill the daemon without a warning; its socket disappears and all cards are gone."""
        if self._daemon is not None:
            self._daemon.send_signal(signal.SIGKILL)  # a private daemon has nothing to save, and would tidy up a public one's files
            self._daemon.wait()
            self._daemon = None
        for reader in list(self._cards):
            self._cards.pop(reader).remove(at_once=True)
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        self.socket_path.unlink(missing_ok=True)

    def restart(self) -> None:
        """`kill -9`, and a new daemon on the same socket path. No card lies on any reader afterwards."""
        self.stop()
        self.start()

    def present(self, reader: str, uid: bytes, atr: bytes = CLASSIC_1K, answer: Answer | None = None) -> VirtualCard:
        """Lay a card on a reader. Without an `answer` it is honest about its UID. Waits until pcscd has seen the last one go."""
        card = self._cards.get(reader)
        if card is not None and not card.gone.is_set():
            raise RuntimeError(f"a card lies on {reader!r} already")
        time.sleep(max(0.0, self._empty_since.get(reader, 0.0) + NOTICED_AFTER - time.monotonic()))  # pcscd tells nobody when it has looked
        self._cards[reader] = VirtualCard(self._ports[reader], atr, answer or honest(uid))
        return self._cards[reader]

    def remove(self, reader: str) -> None:
        """Take the card away (it lies there for 0.7 s at least: pcscd must see it)."""
        self._cards.pop(reader).remove()
        self._empty_since[reader] = time.monotonic()

    def tap(self, reader: str, uid: bytes, *, seconds: float = 10.0) -> VirtualCard:
        """Present a card until its reader's program has asked it something, then take it away. Fails if nobody asks."""
        card = self.present(reader, uid)
        asked = card.asked.wait(seconds)
        self.remove(reader)
        if not asked:
            pytest.fail(f"nobody asked the card on {reader!r} within {seconds:g} s")
        return card

    def _configure(self, driver: Path) -> None:
        configuration = self.directory / "conf"
        configuration.mkdir(parents=True, exist_ok=True)
        self._ports = dict(zip(self.names, free_ports(len(self.names), width=_SLOTS), strict=True))
        entries = []
        for number, (name, port) in enumerate(self._ports.items()):
            library = self.directory / f"vpcd{number}.so"
            if not library.exists():
                shutil.copy(driver, library)  # entries that share one library collide
            entries.append(f'FRIENDLYNAME "{name}"\nDEVICENAME /dev/null:{port}\nLIBPATH {library}\nCHANNELID {port}\n')
        (configuration / "readers").write_text("\n".join(entries))

    def _launch(self, program: Path) -> None:
        if len(os.fsencode(self.socket_path)) > 107:
            raise ValueError(f"a Unix socket's path has at most 107 bytes: {self.socket_path}")
        self.socket_path.unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(str(self.socket_path))
        self.socket_path.chmod(0o666)
        listener.listen(16)
        self._listener = listener
        options = ["--disable-polkit"] if "--disable-polkit" in _run(program, "--help") else []
        # The shell stands in for systemd: the socket as descriptor 3, and its own process id, which `exec` keeps.
        # setpriv: should the test run itself be killed, so is the daemon.
        shell = 'LISTEN_FDS=1 LISTEN_PID=$$ exec "$0" "$@" 3<&0 </dev/null'
        daemon = [str(program), "--foreground", "--error", "-c", str(self.directory / "conf"), *options]
        with self.log.open("ab") as log:
            self._daemon = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", "sh", "-c", shell, *daemon], stdin=listener.fileno(), stdout=log, stderr=log,
            )

    def _is_ready(self) -> bool:
        """Wait until this daemon, and nobody else, listens on every reader's port."""
        daemon = self._daemon
        deadline = time.monotonic() + START_SECONDS
        while daemon is not None and daemon.poll() is None and time.monotonic() < deadline:
            if {port + slot for port in self._ports.values() for slot in range(_SLOTS)} <= _ports_of(daemon.pid):
                return True
            time.sleep(0.01)  # the daemon tells nobody when it is ready
        return False


def components() -> tuple[Path, Path]:
    """The daemon and vpcd's driver; where one is missing the test fails with the command that brings it."""
    program = next((path for path in _DAEMONS if path.exists()), None)
    driver = next((path for path in _DRIVERS if path.exists()), None)
    if program is None or driver is None:
        pytest.fail(f"pcscd and vpcd are needed: {INSTALL}", pytrace=False)
    if not _RUN.exists() and os.geteuid() != 0:
        pytest.fail(f"pcscd needs the directory {_RUN}: sudo install -d {_RUN}", pytrace=False)
    return program, driver


def _run(program: Path, *arguments: str) -> str:
    return subprocess.run([str(program), *arguments], check=False, capture_output=True, text=True, timeout=10).stdout


def _ports_of(pid: int) -> set[int]:
    """The TCP ports on which a process listens, from /proc."""
    inodes = set()
    for link in Path(f"/proc/{pid}/fd").iterdir():
        try:
            target = str(link.readlink())
        except OSError:
            continue  # closed in between
        if target.startswith("socket:["):
            inodes.add(target[8:-1])
    ports = set()
    for line in Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[3] == _LISTENING and fields[9] in inodes:
            ports.add(int(fields[1].rpartition(":")[2], 16))
    return ports
