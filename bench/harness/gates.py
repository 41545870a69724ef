"""Gates: enrolled devices with their keys, their readers and cards to show; what they send is signed, and what they must be answered is known."""

import datetime as dt
import hashlib
import time
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

VERDICT = {"outcome": "ADMIT", "reason": "OK", "dataVersion": "1"}


@dataclass(slots=True)
class Gate:
    """A device as it stands at a door. `cards` are tokens with their keys' ids; `sent` is its last sequence, `counter` that of its last request."""

    id: str
    key: str
    cards: Sequence[tuple[str, str]]
    sent: int = 0
    counter: int = 0
    _signing: Ed25519PrivateKey = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._signing = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(self.key))

    def taps(self, count: int) -> list[dict[str, Any]]:
        """The next cards, all of them on the way in, then all on the way out."""
        now, made = dt.datetime.now(dt.UTC).isoformat(), []
        for _ in range(count):
            token, key_id = self.cards[self.sent % len(self.cards)]
            reader = "out" if self.sent // len(self.cards) % 2 else "in"
            self.sent += 1
            made.append({"sequence": self.sent, "reader": reader, "token": token, "keyId": key_id, "at": now, "ageMs": 0, "verdict": VERDICT})
        return made

    def request(self, body: bytes) -> bytes:
        """A whole request, signed with the next counter."""
        self.counter += 1
        at = time.time_ns() // 1_000_000
        text = f"school-gateway-1\n{self.id}\n{self.counter}\n{at}\n{hashlib.sha256(body).hexdigest()}"
        signature = urlsafe_b64encode(self._signing.sign(text.encode())).decode().rstrip("=")
        return (
            f"POST /gateway HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\nSchool-Device: {self.id}\r\n"
            f"School-Counter: {self.counter}\r\nSchool-Time: {at}\r\nSchool-Signature: {signature}\r\n\r\n").encode() + body


def body_of(document: str | None, taps: Sequence[dict[str, Any]]) -> bytes:
    """A backlog as a daemon sends it by this document; without one, its plain variables."""
    variables = {"inputs": taps, "sentAt": dt.datetime.now(dt.UTC).isoformat()}
    return orjson.dumps(variables if document is None else {"query": document, "variables": variables})


def answer_to(document: str | None, taps: Sequence[dict[str, Any]]) -> bytes:
    """What says that all of them are recorded."""
    answers = [{"__typename": "TapRecorded", "sequence": tap["sequence"], "outcome": "ADMIT", "reason": "OK"} for tap in taps]
    return orjson.dumps(answers if document is None else {"data": {"submitTaps": {"__typename": "Submitted", "answers": answers}}})
