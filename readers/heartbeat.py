"""Tells the server every few seconds that this device lives, and learns the time, the card keys and whether its own key is to be another."""
import sqlite3
import threading
from collections.abc import Callable
from typing import Any

import structlog

from readers.backoff import Backoff
from readers.cardkeys import CardKeysError
from readers.clock import Clock, format_us
from readers.gateway import Gateway, GatewayError
from readers.journal import Journal
from readers.rotation import Rotation
from readers.vault import Keyring

REVOKED_SECONDS = 60.0  # a revoked device asks seldom whether that was a mistake
log = structlog.get_logger("readers.heartbeat")


class Heartbeat:
    """One thread. It is also what notices that a server came back while nobody taps."""

    def __init__(self, gateway: Gateway, journal: Journal, keyring: Keyring, rotation: Rotation, clock: Clock, backoff: Backoff, *,
                 software: str, every: float, seconds: float,
                 states: Callable[[], dict[str, str]], list_version: Callable[[], str | None]) -> None:
        self._gateway = gateway
        self._journal = journal
        self._keyring = keyring
        self._rotation = rotation
        self._clock = clock
        self._backoff = backoff
        self._software = software
        self._every = every
        self._seconds = seconds
        self._states = states
        self._list_version = list_version
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)

    def start(self) -> None:
        """The first beat goes out at once."""
        self._thread.start()

    def stop(self) -> None:
        """No more beats; one under way is not waited for."""
        self._stopping.set()

    def _run(self) -> None:
        while not self._stopping.is_set():
            pause = self._every
            try:
                if self.beat():
                    pause = 0.0
                self._backoff.reset()
            except GatewayError as error:
                pause = REVOKED_SECONDS if error.code == "REVOKED" else self._backoff.next_pause(error.retry_after)
            except (sqlite3.Error, OSError) as error:
                log.warning("no heartbeat: the disk refuses", error=str(error))
            self._stopping.wait(pause)

    def beat(self) -> bool:
        """One heartbeat; whether the next is to go out at once, under a new key. The journal's ballast is restored here too, when the disk has space again."""
        self._journal.ballast.restore()
        member = self._gateway.call("heartbeat", self._build, self._seconds)
        if member["__typename"] != "Heartbeat":
            log.warning("the heartbeat was refused", code=str(member.get("code"))[:40])
            return False
        try:
            if self._keyring.update(member.get("cardKeys")):
                log.info("new card keys", current=self._keyring.keys[0].id)
        except CardKeysError as error:
            log.warning("the card keys stay: those sent are unusable", error=str(error))
        return self._rotation.advance(asked=member.get("rotateKey") is True)

    def _build(self) -> dict[str, Any]:
        depth = self._journal.read_depth()
        return {"input": {
            "sentAt": format_us(self._clock.wall_us()), "software": self._software, "queueDepth": depth.pending, "rejected": depth.rejected,
            "listVersion": self._list_version(), "readers": [{"name": name, "state": state} for name, state in self._states().items()],
        }}
