"""The daemon's parts, put together inside a test."""
import time
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from readers.backoff import Backoff
from readers.ballast import Ballast
from readers.cardkeys import parse_card_keys
from readers.clock import Clock, Moment
from readers.counter import Counter
from readers.decision import Verdict
from readers.gateway import Gateway, Link, Signer, make_pool
from readers.identity import Identity, store_identity
from readers.journal import Journal, NewTap
from readers.signing import DeviceKeys
from readers.uplink import Uplink
from readers.vault import Keyring, Vault
from tests.readers.loopback import CARD_KEYS, SECONDS, Loopback

TOKEN = "a1" * 32
ADMIT = Verdict("ADMIT", "OK", "v1")
START_US = 1_780_000_000_000_000


class Hands:
    """Clocks that a test moves."""

    def __init__(self, wall_us: int = START_US, boot_us: int = 10_000_000) -> None:
        self.wall_us = wall_us
        self.boot_us = boot_us

    def make_clock(self, boot_id: str = "boot-1") -> Clock:
        return Clock(wall=lambda: self.wall_us, boot=lambda: self.boot_us, boot_id=boot_id)

    def advance(self, us: int) -> None:
        self.wall_us += us
        self.boot_us += us


def make_journal(directory: Path, *, limit: int = 100, keep: int = 10, ballast: int = 0, **more: Callable[..., object]) -> Journal:
    return Journal(directory / "journal.sqlite", "boot-1", limit=limit, keep=keep, ballast=Ballast(directory / "ballast", ballast), **more)  # type: ignore[arg-type]


def make_tap(reader: str = "in", token: str = TOKEN, at_us: int = START_US, verdict: Verdict | None = ADMIT, inside: bool | None = None) -> NewTap:
    return NewTap(reader, token, "k1", Moment(at_us, 5_000_000, at_us), verdict, inside)


def make_identity(kind: str = "GATE", server: str = "http://127.0.0.1:1") -> Identity:
    return Identity("device-1", kind, "Main gate", "Europe/Moscow", server, Ed25519PrivateKey.generate(), parse_card_keys(CARD_KEYS))


def wait_until(condition: Callable[[], object]) -> None:
    """Poll for what nothing tells of."""
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.005)


class Rig:
    """A gateway client, a journal and an uplink of an enrolled device, on real clocks."""

    def __init__(self, directory: Path, loopback: Loopback, kind: str = "GATE") -> None:
        self.directory = directory
        self.identity = make_identity(kind, loopback.url)
        loopback.devices["device-1"] = (self.identity.private_key.public_key(), kind)
        store_identity(directory, self.identity)
        self.vault = Vault(directory, self.identity)
        self.keyring, self.keys = Keyring(self.vault), DeviceKeys(self.vault)
        self.clock = Clock()
        self.journal = make_journal(directory, limit=10_000, keep=10_000)
        self.counter = Counter(directory / "counter")
        self.link = Link()
        signer = Signer("device-1", self.keys, self.counter.take, self.counter.skip)
        self.gateway = Gateway(make_pool(), loopback.url, signer, self.clock, self.link)
        self.uplink = Uplink(self.gateway, self.journal, self.clock, Backoff(0.001, 0.01), 5)

    def close(self) -> None:
        if self.uplink._thread.ident is not None:
            self.uplink.stop()
        self.journal.close()
