"""A small gateway on loopback for tests of the daemon: verifies signatures, records taps, and misbehaves when told to."""
import base64
import hashlib
import json
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

SECONDS = 30.0  # how long a test waits for what must come, on the slowest machine
KEY = bytes(range(32))
CARD_KEYS = [{"id": "k1", "key": base64.urlsafe_b64encode(KEY).rstrip(b"=").decode(), "current": True}]


class Refuse(Exception):  # noqa: N818 - an answer, not a fault
    """An answer before GraphQL runs."""

    def __init__(self, status: int, code: str, **headers: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.headers = headers


def binding(name: str, direction: str = "IN", anti_passback: str = "OFF", door: str = "d1") -> dict[str, Any]:
    return {"name": name, "door": door, "direction": direction, "antiPassback": anti_passback}


def rule(name: str = "r1", **changes: Any) -> dict[str, Any]:
    return {"id": name, "door": None, "direction": None, "weekdays": 127, "startsAt": "00:00", "endsAt": "24:00",
            "validFrom": None, "validUntil": None, **changes}


def entry(token: str, **changes: Any) -> dict[str, Any]:
    return {"token": token, "keyId": "k1", "holder": "p1", "state": "ACTIVE", "rules": ["r1"], "inside": None, "changedAt": None, **changes}


def pass_list(version: str = "v1", **changes: Any) -> dict[str, Any]:
    return {"__typename": "PassList", "version": version, "full": True, "timeZone": "Europe/Moscow",
            "readers": [binding("in"), binding("out", "OUT")], "rules": [rule()], "entries": [], "removed": [], "cardKeys": CARD_KEYS, **changes}


def has_signed(key: Ed25519PublicKey, signature: str, text: bytes) -> bool:
    try:
        key.verify(base64.urlsafe_b64decode(signature + "=="), text)
    except InvalidSignature:
        return False
    return True


class Loopback:
    """The server's side of docs/gateway.md, in one object; a context manager."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.codes: dict[str, str] = {"gate": "GATE", "canteen": "CANTEEN"}
        self.devices: dict[str, tuple[Ed25519PublicKey, str]] = {}
        self.announced: dict[str, Ed25519PublicKey] = {}     # by device: the key that would take over
        self.retired: list[bytes] = []                       # keys that signed once, in order
        self.rotate = False                                  # what heartbeats are told, until a new key signs
        self.card_keys = CARD_KEYS
        self.counters: list[tuple[str, int]] = []          # every counter that came with a good signature, in order
        self.taps: dict[tuple[str, int], dict[str, Any]] = {}
        self.received: Counter[tuple[str, int]] = Counter()  # how often each tap arrived
        self.batches: list[int] = []
        self.beats: list[dict[str, Any]] = []
        self.refusals: dict[int, str] = {}                 # sequence → code
        self.verdict = ("ADMIT", "OK")
        self.passes = pass_list()
        self.faults: dict[str, deque[Callable[[], str | None]]] = {}
        self.offset_ms = 0
        self.bodies: list[bytes] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._make_handler())
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()

    def misbehave(self, operation: str, *faults: Callable[[], str | None]) -> None:
        """The next requests of this operation, one fault each. A fault may raise Refuse, or return "drop" or "garbage"."""
        self.faults.setdefault(operation, deque()).extend(faults)

    def wait_for(self, condition: Callable[[], Any], seconds: float = SECONDS) -> None:
        """Until something that came from the daemon makes it true."""
        with self.changed:
            assert self.changed.wait_for(condition, seconds), "the daemon did not do it in time"

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000 + self.offset_ms

    def handle(self, headers: Any, body: bytes) -> tuple[str | None, dict[str, Any]]:
        """What happens to one request: a fault's name, and the result union's member."""
        with self.changed:
            device = self._check(headers, body)
            request = json.loads(body)
            operation = next(name for name in ("enrol", "heartbeat", "rotateKey", "passList", "presentTap", "submitTaps") if f" {name}(" in request["query"])
            queue = self.faults.get(operation)
            fault = queue.popleft()() if queue else None
            result = getattr(self, "_" + operation)(device, request["variables"])
            self.changed.notify_all()
        return fault, {"data": {operation: result}}

    def _check(self, headers: Any, body: bytes) -> str:
        device, counter, time_ms = headers["School-Device"], int(headers["School-Counter"]), int(headers["School-Time"])
        signature = headers["School-Signature"]
        if device == "new":
            text = json.loads(body)["variables"]["input"]["publicKey"]
            key = Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(text + "=="))
        elif device in self.devices:
            key = self.devices[device][0]
        else:
            raise Refuse(401, "UNKNOWN_DEVICE")
        lines = ("school-gateway-1", device, str(counter), str(time_ms), hashlib.sha256(body).hexdigest())
        text, following = "\n".join(lines).encode(), self.announced.get(device)
        if not has_signed(key, signature, text):
            if following is None or not has_signed(following, signature, text):
                raise Refuse(401, "BAD_SIGNATURE")
            self._take_over(device)
        self.bodies.append(body)
        if device == "new":
            return device
        used = [number for name, number in self.counters if name == device]
        self.counters.append((device, counter))
        if abs(time_ms - self.now_ms()) > 300_000:
            raise Refuse(401, "CLOCK_SKEW")
        if counter in used or (used and counter < max(used) - 63):
            raise Refuse(401, "REPLAYED")
        return device

    def _enrol(self, _device: str, variables: dict[str, Any]) -> dict[str, Any]:
        kind = self.codes.pop(variables["input"]["code"], None)
        if kind is None:
            return {"__typename": "Refusal", "code": "BAD_CODE", "message": "no"}
        device = f"device-{len(self.devices) + 1}"
        key = Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(variables["input"]["publicKey"] + "=="))
        self.devices[device] = (key, kind)
        return {"__typename": "Enrolled", "deviceId": device, "kind": kind, "name": "Main gate", "timeZone": "Europe/Moscow",
                "cardKeys": CARD_KEYS, "serverTime": "2026-01-01T00:00:00+00:00"}

    def _heartbeat(self, _device: str, variables: dict[str, Any]) -> dict[str, Any]:
        self.beats.append(variables["input"])
        return {"__typename": "Heartbeat", "serverTime": "2026-01-01T00:00:00+00:00", "cardKeys": self.card_keys, "rotateKey": self.rotate}

    def _take_over(self, device: str) -> None:
        """The announced key has signed: the other signs nothing from now on."""
        former, kind = self.devices[device]
        self.retired.append(former.public_bytes_raw())
        self.devices[device] = (self.announced.pop(device), kind)
        self.rotate = False

    def _rotateKey(self, device: str, variables: dict[str, Any]) -> dict[str, Any]:  # noqa: N802 - the wire's name
        text = variables["input"]["publicKey"]
        key = Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(text + "=="))
        assert has_signed(key, variables["input"]["proof"], f"school-rotate-1\n{device}\n{text}".encode())
        if key.public_bytes_raw() == self.devices[device][0].public_bytes_raw():
            return {"__typename": "KeyAnnounced", "until": None}
        waiting = self.announced.setdefault(device, key)
        if waiting.public_bytes_raw() != key.public_bytes_raw():
            return {"__typename": "Refusal", "code": "CONFLICT", "message": "another key waits"}
        return {"__typename": "KeyAnnounced", "until": "2026-01-08T00:00:00+00:00"}

    def _passList(self, _device: str, variables: dict[str, Any]) -> dict[str, Any]:  # noqa: N802 - the wire's name
        if variables["since"] == self.passes["version"]:
            self.changed.wait_for(lambda: variables["since"] != self.passes["version"], min(variables["wait"], 2))
        if variables["since"] == self.passes["version"]:
            return {**self.passes, "full": False, "entries": []}
        return self.passes

    def _presentTap(self, device: str, variables: dict[str, Any]) -> dict[str, Any]:  # noqa: N802 - the wire's name
        return self._record(device, variables["input"])

    def _submitTaps(self, device: str, variables: dict[str, Any]) -> dict[str, Any]:  # noqa: N802 - the wire's name
        self.batches.append(len(variables["inputs"]))
        return {"__typename": "Submitted", "answers": [self._record(device, tap) for tap in variables["inputs"]]}

    def _record(self, device: str, tap: dict[str, Any]) -> dict[str, Any]:
        sequence = tap["sequence"]
        if sequence in self.refusals:
            return {"__typename": "Refusal", "code": self.refusals[sequence], "message": "no", "refused": sequence}
        content = {name: value for name, value in tap.items() if name != "ageMs"}
        known = self.taps.setdefault((device, sequence), content)
        if known != content:
            return {"__typename": "Refusal", "code": "CONFLICT", "message": "other content", "refused": sequence}
        self.received[device, sequence] += 1
        verdict = tap["verdict"] or {"outcome": self.verdict[0], "reason": self.verdict[1]}
        return {"__typename": "TapRecorded", "sequence": sequence, "outcome": verdict["outcome"], "reason": verdict["reason"]}

    def _make_handler(self) -> type[BaseHTTPRequestHandler]:
        loopback = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # one packet for head and body: no waiting for acknowledgements

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                try:
                    fault, answer = loopback.handle(self.headers, body)
                except Refuse as refusal:
                    error = {"errors": [{"message": "no", "extensions": {"code": refusal.code}}]}
                    self._answer(refusal.status, json.dumps(error).encode(), refusal.headers)
                    return
                if fault == "drop":
                    self.close_connection = True
                    return
                self._answer(200, b"<html>welcome to the airport</html>" if fault == "garbage" else json.dumps(answer).encode(), {})

            def _answer(self, status: int, content: bytes, headers: dict[str, str]) -> None:
                self.send_response(status)
                self.send_header("School-Time", str(loopback.now_ms()))
                self.send_header("Content-Length", str(len(content)))
                for name, value in headers.items():
                    self.send_header(name.replace("_", "-"), value)
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *_arguments: Any) -> None:  # noqa: A002 - the base's name
                """Quiet."""

        return Handler
