"""Keeps a gate's pass list fresh by long-poll: blocks, releases and presence arrive within a moment."""
import threading
import time
from typing import Any

import structlog

from readers.backoff import Backoff
from readers.cardkeys import CardKeysError
from readers.gateway import Gateway, GatewayError
from readers.passlist import Passbook
from readers.passwire import PassListError
from readers.vault import Keyring

GRACE_SECONDS = 10.0     # beyond the long-poll's own patience
LEAST_SECONDS = 1.0      # between answers that brought nothing: a server that does not wait is not hammered
REVOKED_SECONDS = 60.0
log = structlog.get_logger("readers.passfeed")


class PassFeed:
    """One thread that asks, applies, and asks again."""

    def __init__(self, gateway: Gateway, passbook: Passbook, keyring: Keyring, backoff: Backoff, wait: int) -> None:
        self._gateway = gateway
        self._passbook = passbook
        self._keyring = keyring
        self._backoff = backoff
        self._wait = wait
        self._stopping = threading.Event()
        self._wake = threading.Event()
        self._thread = threading.Thread(target=self._run, name="passfeed", daemon=True)
        self.confirmed: float | None = None  # when the server last said that the list is current, by the monotonic clock
        self.problem: str | None = None      # why the last list sent was not taken
        self.tried = threading.Event()       # the first attempt is over, whatever came of it
        gateway.link.on_recovery(self._wake.set)

    def start(self) -> None:
        """A gate without any list asks at once."""
        self._thread.start()

    def stop(self) -> None:
        """Ask no more; a long-poll under way is not waited for."""
        self._stopping.set()
        self._wake.set()

    def _run(self) -> None:
        while not self._stopping.is_set():
            started = time.monotonic()
            self._wake.clear()
            try:
                changed = self.poll()
                self._backoff.reset()
                pause = 0.0 if changed else LEAST_SECONDS - (time.monotonic() - started)
            except GatewayError as error:
                pause = REVOKED_SECONDS if error.code == "REVOKED" else self._backoff.next_pause(error.retry_after)
            except PassListError as error:
                self._report(str(error))
                pause = self._backoff.next_pause()
            self.tried.set()
            if pause > 0 and not self._stopping.is_set():
                self._wake.wait(pause)

    def _report(self, problem: str) -> None:
        if self.problem != problem:
            log.warning("the pass list stays: the one sent is unusable", problem=problem)
        self.problem = problem

    def poll(self) -> bool:
        """Ask once; whether the list changed. The first time of all it does not wait."""
        since = self._passbook.version
        wait = 0 if self.confirmed is None else self._wait

        def build() -> dict[str, Any]:
            return {"since": since, "wait": wait}

        member = self._gateway.call("passList", build, wait + GRACE_SECONDS)
        if member["__typename"] != "PassList":
            raise PassListError(f"refused: {str(member.get('code'))[:40]}")
        try:  # first the keys: a list may know a card by its token under the new one alone
            self._keyring.update(member.get("cardKeys"))
        except (CardKeysError, OSError) as error:
            log.warning("the card keys could not be taken or stored", error=str(error))
        changed = self._passbook.apply(member)
        self.problem = None
        self.confirmed = time.monotonic()
        if changed:
            log.info("pass list", version=member["version"], full=member["full"],
                     changed=len(member["entries"]), removed=len(member["removed"]))
        return changed
