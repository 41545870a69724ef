"""Asks the server about one tap now, while a person waits at the canteen or the office desk."""
import sqlite3
import time
from collections.abc import Callable
from typing import Any

import structlog

from readers import failpoints
from readers.clock import Clock, format_us
from readers.gateway import Gateway, GatewayError
from readers.journal import Answered, Journal, NotStoredError, StoredTap
from readers.uplink import format_tap

SLOW_SECONDS = 1.0      # a failure that took so long is not repeated at the cost of the next person in the queue
RESPITE_SECONDS = 5.0
OUTCOMES = ("ADMIT", "REFUSE")
log = structlog.get_logger("readers.presenter")


class Presenter:
    """presentTap with a short patience; used by several readers' threads."""

    def __init__(self, gateway: Gateway, journal: Journal, clock: Clock, seconds: float,
                 now: Callable[[], float] = time.monotonic) -> None:
        self._gateway = gateway
        self._journal = journal
        self._clock = clock
        self._seconds = seconds
        self._now = now
        self._away_until = 0.0
        gateway.link.on_recovery(self._end_respite)

    def _end_respite(self) -> None:
        self._away_until = 0.0

    def present(self, tap: StoredTap) -> tuple[str, str, Answered | None]:
        """Outcome, reason, and what to mark in the journal; REFUSE `OFFLINE` and nothing to mark where the server is away."""
        if self._now() < self._away_until:
            return "REFUSE", "OFFLINE", None
        started = self._now()
        try:
            failpoints.hit("upload.before")
            member = self._gateway.call("presentTap", lambda: self._build(tap), self._seconds)
            failpoints.hit("upload.after")
        except GatewayError as error:
            if self._now() - started > SLOW_SECONDS:
                self._away_until = self._now() + RESPITE_SECONDS
            return "REFUSE", "REVOKED" if error.code == "REVOKED" else "OFFLINE", None
        return self._read(tap, member)

    def _build(self, tap: StoredTap) -> dict[str, Any]:
        return {"input": format_tap(tap, self._clock), "sentAt": format_us(self._clock.wall_us())}

    def _read(self, tap: StoredTap, member: dict[str, Any]) -> tuple[str, str, Answered | None]:
        outcome, reason, code = member.get("outcome"), member.get("reason"), member.get("code")
        recorded = member["__typename"] == "TapRecorded" and member.get("sequence") == tap.sequence
        if recorded and outcome in OUTCOMES and isinstance(reason, str) and reason:
            return str(outcome), reason[:40], Answered(tap.sequence)
        if member["__typename"] == "Refusal" and isinstance(code, str) and code:
            return "REFUSE", code[:40], Answered(tap.sequence, code[:40], str(member.get("message") or ""))
        log.warning("the server's answer to a tap cannot be read; it will be sent again", sequence=tap.sequence)
        return "REFUSE", "OFFLINE", None

    def mark(self, answered: Answered) -> None:
        """Record the answer, after it was shown. A failure is harmless: the tap is sent again and known as repeated."""
        try:
            self._journal.mark([answered])
        except (NotStoredError, sqlite3.Error) as error:
            log.warning("the journal cannot be marked; the tap will be sent again", sequence=answered.sequence, error=str(error))
