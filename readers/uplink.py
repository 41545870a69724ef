"""The uplink: carries journaled taps to the server in order, until each has its answer."""
import sqlite3
import threading
import time
from collections.abc import Sequence
from typing import Any

import structlog

from readers import failpoints
from readers.backoff import Backoff
from readers.clock import Clock, format_us
from readers.gateway import Gateway, GatewayError
from readers.journal import Answered, Journal, NotStoredError, StoredTap, unpack_tokens

MOST_TAPS = 100          # in a batch, by contract
IDLE_SECONDS = 60.0      # a look at the journal although nobody nudged
POISON_TRIES = 3         # a tap alone fails so often, the next one goes through, and it fails once more: it is set aside
# These say nothing about the taps sent. After any other failure the server did answer, but not to the taps: one of them may be
# what it cannot digest.
NOT_THE_TAPS = frozenset({"AWAY", "UNAVAILABLE", "THROTTLED", "UNSIGNED", "BAD_SIGNATURE", "UNKNOWN_DEVICE", "CLOCK_SKEW", "REPLAYED",
                          "REVOKED", "NOT_ALLOWED", "UNKNOWN_DOCUMENT"})
TOO_MUCH = ("TOO_LARGE", "TOO_MANY")
log = structlog.get_logger("readers.uplink")


def format_tap(tap: StoredTap, clock: Clock) -> dict[str, Any]:
    """A TapInput as of now."""
    verdict = None
    if tap.outcome is not None:
        verdict = {"outcome": tap.outcome, "reason": tap.reason, "dataVersion": tap.data_version}
    content = {"sequence": tap.sequence, "reader": tap.reader, "token": tap.token, "keyId": tap.key_id, "at": format_us(tap.at_us),
               "ageMs": clock.age_ms(tap.boot_id, tap.boot_us), "verdict": verdict}
    if tap.tokens is not None:
        content["tokens"] = [{"keyId": key_id, "token": token} for token, key_id in unpack_tokens(tap.tokens)]
    return content


def read_answer_of(tap: StoredTap, answer: Any) -> Answered:
    """The server's word on this very tap; anything that is not is GARBLED and marks nothing."""
    kind = answer.get("__typename") if isinstance(answer, dict) else None
    if kind == "TapRecorded" and answer.get("sequence") == tap.sequence:
        return Answered(tap.sequence)
    if kind == "Refusal" and isinstance(answer.get("code"), str) and answer["code"] and answer.get("refused") in (None, tap.sequence):
        return Answered(tap.sequence, answer["code"][:40], str(answer.get("message") or ""))
    raise GatewayError("GARBLED", f"no answer to tap {tap.sequence}")


class Uplink:
    """One thread that uploads. `nudge` tells it of a new tap; failures slow it down, and never lose its place."""

    def __init__(self, gateway: Gateway, journal: Journal, clock: Clock, backoff: Backoff, seconds: float) -> None:
        self._gateway = gateway
        self._journal = journal
        self._clock = clock
        self._backoff = backoff
        self._seconds = seconds
        self._size = MOST_TAPS
        self._suspect = 0        # the sequence of a tap that failed alone
        self._suspicions = 0
        self._not_before = 0.0
        self._asked_to_wait = False
        self.problem: str | None = None  # the code of the last upload's failure
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="uplink", daemon=True)
        gateway.link.on_recovery(self._recover)

    def start(self) -> None:
        """Begin with what the journal holds from before."""
        self._thread.start()

    def stop(self, seconds: float = 5.0) -> None:
        """Take no more batches; waits a little for the one under way, which may be repeated without harm."""
        self._stopping.set()
        self._wake.set()
        self._thread.join(seconds)

    def nudge(self) -> None:
        """There is a new tap. A pause after a failure is not cut short."""
        self._wake.set()

    def _recover(self) -> None:
        if not self._asked_to_wait:
            self._not_before = 0.0
        self._wake.set()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wake.clear()
            pause = self._not_before - time.monotonic()
            if self._gateway.link.revoked:
                self._wake.wait(IDLE_SECONDS)  # until a heartbeat is accepted again
            elif pause > 0:
                self._wake.wait(pause)
            elif not self.upload_once():
                self._wake.wait(IDLE_SECONDS)

    def upload_once(self) -> bool:
        """Send the next batch; False if there was nothing to send."""
        batch: list[StoredTap] = []
        try:
            batch = self._journal.read_pending(self._size)
            if batch:
                self._submit(batch)
                self._succeed()
        except GatewayError as error:
            self.problem = error.code
            self._slow_down(error, len(batch))
        except (NotStoredError, sqlite3.Error) as error:
            log.warning("the journal cannot be marked; the taps will be sent again", error=str(error))
            self._wait(None)
        return bool(batch)

    def _succeed(self) -> None:
        self.problem = None
        self._backoff.reset()
        self._asked_to_wait = False
        self._size = min(self._size * 2, MOST_TAPS)

    def _submit(self, batch: Sequence[StoredTap]) -> None:
        def build() -> dict[str, Any]:
            return {"inputs": [format_tap(tap, self._clock) for tap in batch], "sentAt": format_us(self._clock.wall_us())}

        failpoints.hit("upload.before")
        member = self._gateway.call("submitTaps", build, self._seconds)
        failpoints.hit("upload.after")
        if member["__typename"] == "Refusal":
            raise GatewayError(str(member.get("code"))[:40], str(member.get("message"))[:200])
        answers = member.get("answers")
        if not isinstance(answers, list) or len(answers) != len(batch):
            raise GatewayError("GARBLED", "not an answer for each tap")
        marks = [read_answer_of(tap, answer) for tap, answer in zip(batch, answers, strict=True)]
        self._journal.mark(marks)
        for mark in marks:
            if mark.code is not None:
                log.warning("the server refused a tap; it is set aside", sequence=mark.sequence, code=mark.code)
        log.debug("taps uploaded", count=len(marks), upto=marks[-1].sequence)

    def _slow_down(self, error: GatewayError, sent: int) -> None:
        """Halve what cannot be digested; where one tap is left, see whether it alone is the cause; else wait."""
        if error.code not in NOT_THE_TAPS and sent > 1:
            self._size = sent // 2
            if error.code in TOO_MUCH:
                return  # a smaller batch may go at once
        elif error.code not in NOT_THE_TAPS and error.code not in TOO_MUCH and self._is_poison():
            return
        self._wait(error.retry_after)

    def _is_poison(self) -> bool:
        """The first tap fails alone, again and again, while the next goes through: set it aside, so that the queue moves.

        That the next goes through may also mean that an outage has just ended: so the first is tried once more before it is given up."""
        waiting = self._journal.read_pending(2)
        first = waiting[0].sequence if waiting else 0
        self._suspicions = self._suspicions + 1 if first == self._suspect else 1
        self._suspect = first
        if self._suspicions < POISON_TRIES or len(waiting) < 2:
            return False
        try:
            self._submit(waiting[1:])
            if not self._is_digested(waiting[:1]):
                self._journal.mark([Answered(first, "INDIGESTIBLE", "the server fails on this tap and takes the next")])
                log.warning("the server fails on a tap; it is set aside", sequence=first)
        except (GatewayError, NotStoredError, sqlite3.Error):
            return False
        self._succeed()
        return True

    def _is_digested(self, alone: Sequence[StoredTap]) -> bool:
        """Whether the server takes this tap after all; a failure that says nothing about it is raised."""
        try:
            self._submit(alone)
        except GatewayError as error:
            if error.code in NOT_THE_TAPS or error.code in TOO_MUCH:
                raise
            return False
        return True

    def _wait(self, retry_after: float | None) -> None:
        self._asked_to_wait = retry_after is not None
        self._not_before = time.monotonic() + self._backoff.next_pause(retry_after)
