"""Puts the daemon together from its parts, runs it, and ends it cleanly."""
import os
import random
import signal
import socket
import threading
import time
import traceback
from typing import Any

import orjson
import structlog

from readers import durable
from readers.actuator import Actuator, GpioActuator, LogActuator
from readers.attendant import Attendant, DeskAttendant, GateAttendant
from readers.backoff import Backoff
from readers.ballast import Ballast
from readers.clock import Clock
from readers.counter import Counter
from readers.endpoint import Endpoint
from readers.gateway import Gateway, Link, Signer, make_pool
from readers.heartbeat import Heartbeat
from readers.identity import Identity, read_identity
from readers.journal import Journal
from readers.passfeed import PassFeed
from readers.passlist import Passbook
from readers.presenter import Presenter
from readers.reader import Readers
from readers.rotation import Rotation
from readers.settings import BadSettingsError, Settings, check_transport
from readers.signing import DeviceKeys
from readers.simulated import SimulatedReaders
from readers.statelock import StateLock
from readers.status import SOCKET, describe
from readers.uplink import Uplink
from readers.vault import Keyring, Vault

FIRST_LIST_SECONDS = 5.0   # a gate that never had a list waits so long for it before it takes cards
STATUS_CONNECTIONS = 4
END_SIGNALS = (signal.SIGTERM, signal.SIGINT)
log = structlog.get_logger("readers.daemon")


def make_readers(settings: Settings, clock: Clock) -> list[Readers]:
    """Real and simulated readers as the settings name them; there must be one."""
    sources: list[Readers] = []
    if settings.readers:
        from readers.contactless import ContactlessReaders  # needs pyscard
        sources.append(ContactlessReaders(settings.readers, clock, repeat_seconds=settings.repeat_seconds, reverse=settings.reverse_uid))
    if settings.simulated:
        sources.append(SimulatedReaders(settings.simulated, settings.state, clock))
    if not sources:
        raise BadSettingsError('READER_READERS: no readers; for example READER_READERS=\'{"in": "ACS ACR122U*"}\'')
    return sources


def make_actuator(settings: Settings) -> Actuator:
    """What the settings say moves."""
    return GpioActuator(settings.gpio_pins, settings.gpio_seconds) if settings.actuator == "gpio" else LogActuator()


class Daemon:
    """All parts of a running reader daemon. Opens everything or nothing: a fault here ends the start."""

    def __init__(self, settings: Settings, software: str) -> None:
        self._lock = StateLock(settings.state)
        self.settings = settings
        self.software = software
        self.identity = identity = read_identity(settings.state)
        self.server = settings.server or identity.server
        check_transport(self.server, allow_plain_http=settings.allow_plain_http)
        folder = settings.state / identity.folder
        durable.make_directory(folder)
        self.clock = Clock(settings.simulation)
        self.readers = make_readers(settings, self.clock)
        self.actuator = make_actuator(settings)
        self.journal = Journal(folder / "journal.sqlite", self.clock.boot_id, limit=settings.queue_limit, keep=settings.keep_accepted,
                               ballast=Ballast(settings.state / "ballast", settings.ballast_bytes))
        vault = Vault(settings.state, identity)
        self.keyring, keys = Keyring(vault), DeviceKeys(vault)
        counter = Counter(folder / "counter")
        self.link = Link()
        self.gateway = Gateway(make_pool(settings.ca_file), self.server,
                               Signer(identity.device_id, keys, counter.take, counter.skip), self.clock, self.link)
        self.uplink = Uplink(self.gateway, self.journal, self.clock, self._make_backoff(), settings.request_seconds)
        self.passbook: Passbook | None = None
        self.passfeed: PassFeed | None = None
        self.attendant = self._make_attendant(identity)
        rotation = Rotation(self.gateway, keys, self.clock, settings.state, identity.device_id, settings.request_seconds)
        self.heartbeat = Heartbeat(
            self.gateway, self.journal, self.keyring, rotation, self.clock, self._make_backoff(), software=software,
            every=settings.heartbeat_seconds, seconds=settings.request_seconds, states=self.read_states,
            list_version=lambda: self.passbook.version if self.passbook else None)
        self.status = Endpoint(settings.state / SOCKET, self._serve_status, STATUS_CONNECTIONS)
        self._ending = False
        self._failed = False

    def _make_backoff(self) -> Backoff:
        return Backoff(self.settings.backoff_seconds, self.settings.backoff_most_seconds, random.SystemRandom())

    def _make_attendant(self, identity: Identity) -> Attendant:
        common = (self.journal, self.keyring, self.actuator, self.uplink.nudge, self.clock.boot_id)
        if identity.kind != "GATE":
            return DeskAttendant(*common, presenter=Presenter(self.gateway, self.journal, self.clock, self.settings.present_seconds))
        self.passbook = Passbook(self.settings.state / identity.folder / "passlist.sqlite", self.clock, self.journal.ballast)
        self.passbook.replay(self.journal.read_presence())
        self.passfeed = PassFeed(self.gateway, self.passbook, self.keyring, self._make_backoff(), self.settings.list_wait_seconds)
        return GateAttendant(*common, passbook=self.passbook)

    def read_states(self) -> dict[str, str]:
        """All readers' states by name."""
        return {name: state for source in self.readers for name, state in source.states().items()}

    def run(self) -> int:
        """Until SIGTERM or SIGINT; the exit status."""
        # Blocked in all threads and awaited here. A handler could run late: a signal that comes just before the main thread blocks
        # in a lock does not wake it.
        signal.pthread_sigmask(signal.SIG_BLOCK, END_SIGNALS)
        threading.excepthook = self._report_thread
        self._start()
        signal.sigwait(END_SIGNALS)
        self._ending = True
        self._end()
        return int(self._failed)

    def _start(self) -> None:
        self.status.start()
        self.heartbeat.start()
        self.uplink.start()
        if self.passfeed is not None and self.passbook is not None:
            self.passfeed.start()
            if self.passbook.version is None:
                self.passfeed.tried.wait(FIRST_LIST_SECONDS)
        for source in self.readers:
            source.start(self.attendant.answer)
        log.info("ready", device=self.identity.name, kind=self.identity.kind, server=self.server, readers=list(self.read_states()),
                 waiting=self.journal.read_depth().pending)

    def _end(self) -> None:
        """Cards first, then the network, then the disk."""
        log.info("stopping")
        for source in self.readers:
            source.stop()
        self.uplink.stop()
        self.heartbeat.stop()
        if self.passfeed is not None:
            self.passfeed.stop()
        self.status.stop()
        self.actuator.close()
        if self.passbook is not None:
            self.passbook.close()
        self.journal.close()
        self._lock.release()
        log.info("stopped")

    def _report_thread(self, arguments: threading.ExceptHookArgs) -> None:
        """A thread died of a fault: end, so that systemd starts all parts anew. Places, but no values: those may be a card's."""
        if self._ending:
            return  # the journal closed under a request that was not waited for
        places = [f"{frame.name}:{frame.lineno}" for frame in traceback.extract_tb(arguments.exc_traceback)]
        part = arguments.thread.name if arguments.thread else ""
        log.error("a part failed; ending", part=part, fault=arguments.exc_type.__name__, places=places)
        self._failed = True
        os.kill(os.getpid(), signal.SIGTERM)

    def _serve_status(self, connection: socket.socket) -> None:
        connection.settimeout(2)
        connection.sendall(orjson.dumps(self.read_snapshot()))

    def read_snapshot(self) -> dict[str, Any]:
        """Everything `status` shows."""
        depth, codes, now = self.journal.read_depth(), self.journal.read_rejected(), time.monotonic()
        passes = self.passbook.passes if self.passbook else None
        feed = self.passfeed
        return {
            "enrolled": True, "running": True, "locked": True, "pid": os.getpid(), "software": self.software,
            "device": describe(self.identity), "server": self.server, "ballastHeld": self.journal.ballast.held,
            "readers": [{"name": name, "state": state} for name, state in self.read_states().items()],
            "queue": {"pending": depth.pending, "oldestSeconds": self.clock.seconds_since(*depth.oldest) if depth.oldest else None,
                      "limit": self.settings.queue_limit, "rejected": depth.rejected, "rejectedCodes": codes, "last": depth.last},
            "unjournaled": dict(self.attendant.unjournaled),
            "link": {"secondsSinceSuccess": None if self.link.last_success is None else now - self.link.last_success,
                     "trouble": self.link.trouble, "revoked": self.link.revoked, "uploadProblem": self.uplink.problem},
            "list": None if feed is None else {
                "version": passes.version if passes else None, "entries": len(passes.entries) if passes else 0,
                "secondsSinceConfirmed": None if feed.confirmed is None else now - feed.confirmed, "problem": feed.problem},
            "clock": {"offsetSeconds": self.clock.offset_us() / 1e6, "learned": self.clock.learned, "simulated": self.clock.simulated},
        }
