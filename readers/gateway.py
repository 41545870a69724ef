"""Signed requests to the server's gateway, and what is known of the link (docs/gateway.md)."""
import threading
import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import structlog
import urllib3
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from readers.clock import Clock, to_us
from readers.identity import sign
from readers.operations import DOCUMENTS
from readers.signing import Keys

MOST_ANSWER_BYTES = 64 * 2**20  # a whole pass list of the largest school is far below
MOST_RETRY_AFTER_SECONDS = 3600.0
AT_ONCE = ("CLOCK_SKEW", "REPLAYED")  # refusals that a second try with a corrected header may cure
LINK_TROUBLES = ("AWAY", "UNAVAILABLE", "GARBLED", "REVOKED", "UNKNOWN_DEVICE")  # those that one operation's success ends for all
BY_STATUS = {413: "TOO_LARGE", 429: "THROTTLED", 502: "UNAVAILABLE", 503: "UNAVAILABLE", 504: "UNAVAILABLE"}
log = structlog.get_logger("readers.gateway")

Build = Callable[[], dict[str, Any]]  # variables are built anew for each try: they carry the time of sending


class GatewayError(Exception):
    """No answer to the operation. `code` is the server's, or AWAY (no connection), GARBLED (not our server's words), FAILED (its bug)."""

    def __init__(self, code: str, message: str = "", retry_after: float | None = None) -> None:
        super().__init__(f"{code}: {message}" if message else code)
        self.code = code
        self.message = message
        self.retry_after = retry_after


class Signer(NamedTuple):
    """Whose request it is. `new` with counter 0 until enrolled."""

    device_id: str
    keys: Keys
    take: Callable[[], int]
    skip: Callable[[], None]


class Link:
    """What the last requests said of the server, for the status and for those who wait for its return."""

    def __init__(self) -> None:
        self.last_success: float | None = None   # by the monotonic clock
        self.trouble: str | None = None          # the code of the last failure, None after a success
        self.revoked = False
        self._recovered: list[Callable[[], None]] = []

    def on_recovery(self, wake: Callable[[], None]) -> None:
        """Call `wake` when the server answers again after it was away."""
        self._recovered.append(wake)

    def succeed(self) -> None:
        """The server answered an operation."""
        troubled, self.trouble, self.revoked, self.last_success = self.trouble, None, False, time.monotonic()
        if troubled in LINK_TROUBLES:
            log.info("the server answers again", after=troubled)
            for wake in self._recovered:
                wake()

    def fail(self, error: GatewayError) -> None:
        """The server did not. Logged when the kind of trouble changes, not at every try."""
        if self.trouble != error.code:
            log.warning("no answer from the server", code=error.code, detail=error.message[:200])
        self.trouble = error.code
        self.revoked = self.revoked or error.code == "REVOKED"


def make_pool(ca_file: Path | None = None) -> urllib3.PoolManager:
    """Connections that are kept, never redirected and never silently retried."""
    return urllib3.PoolManager(num_pools=2, maxsize=8, retries=False, ca_certs=str(ca_file) if ca_file else None)


class Gateway:
    """The server's gateway as one device sees it; used by several threads."""

    def __init__(self, pool: urllib3.PoolManager, server: str, signer: Signer, clock: Clock, link: Link) -> None:
        self._pool = pool
        self._url = server if server.endswith("/gateway") else server + "/gateway"
        self._signer = signer
        self._clock = clock
        self._lock = threading.Lock()
        self.link = link

    def call(self, operation: str, build: Build, seconds: float) -> dict[str, Any]:
        """The result union's member. GatewayError if there is none; the link is told either way."""
        try:
            member = self._try_twice(operation, build, seconds)
        except GatewayError as error:
            with self._lock:
                self.link.fail(error)
            raise
        with self._lock:
            self.link.succeed()
        return member

    def _try_twice(self, operation: str, build: Build, seconds: float) -> dict[str, Any]:
        key = self._signer.keys.key
        try:
            return self._try(operation, build, seconds, key)
        except GatewayError as error:
            if error.code not in AT_ONCE and not (error.code == "BAD_SIGNATURE" and self._signer.keys.doubt(key)):
                raise
            log.info("trying once more at once", code=error.code, offset_seconds=round(self._clock.offset_us() / 1e6, 1))
            if error.code == "REPLAYED":
                self._signer.skip()
        return self._try(operation, build, seconds, self._signer.keys.key)

    def _try(self, operation: str, build: Build, seconds: float, key: Ed25519PrivateKey) -> dict[str, Any]:
        body = orjson.dumps({"query": DOCUMENTS[operation], "variables": build()})
        counter, time_ms = self._signer.take(), self._clock.server_us() // 1000
        headers = {
            "Content-Type": "application/json", "School-Device": self._signer.device_id, "School-Counter": str(counter),
            "School-Time": str(time_ms), "School-Signature": sign(key, self._signer.device_id, counter, time_ms, body),
        }
        status, answered, content = self._post(body, headers, seconds)
        server_ms = answered.get("School-Time", "")
        if server_ms.isascii() and server_ms.isdecimal() and len(server_ms) <= 15:
            self._clock.learn(int(server_ms))
        member = read_answer(operation, status, answered.get("Retry-After"), content, now_us=self._clock.server_us)
        self._signer.keys.trust(key)
        return member

    def _post(self, body: bytes, headers: dict[str, str], seconds: float) -> tuple[int, Any, bytes]:
        deadline = time.monotonic() + seconds
        timeout = urllib3.Timeout(connect=min(seconds, 10), read=seconds)
        try:
            response = self._pool.request("POST", self._url, body=body, headers=headers, timeout=timeout,
                                          redirect=False, preload_content=False)
            try:
                content = _read_within(response, deadline)
            except BaseException:
                response.close()
                raise
            response.release_conn()
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise GatewayError("AWAY", type(error).__name__) from error
        return response.status, response.headers, content


def _read_within(response: urllib3.BaseHTTPResponse, deadline: float) -> bytes:
    """The body, within its limit and in time: a server that drips must not hold a reader's thread."""
    parts: list[bytes] = []
    size = 0
    while part := response.read1(65536):
        size += len(part)
        if size > MOST_ANSWER_BYTES:
            raise GatewayError("GARBLED", "the answer is too large")
        if time.monotonic() > deadline:
            raise GatewayError("AWAY", "the answer is too slow")
        parts.append(part)
    return b"".join(parts)


def read_answer(operation: str, status: int, retry_after: str | None, content: bytes, *, now_us: Callable[[], int]) -> dict[str, Any]:
    """The member of the result union, or the error that the answer amounts to."""
    try:
        answer = orjson.loads(content)
    except orjson.JSONDecodeError:
        answer = None
    member = _dig(answer, "data", operation)
    if status == 200 and isinstance(member, dict) and isinstance(member.get("__typename"), str):
        return member
    wait = parse_retry_after(retry_after, now_us)
    errors = answer.get("errors") if isinstance(answer, dict) else None
    if isinstance(errors, list) and errors:
        code = _dig(errors[0], "extensions", "code")
        message = _dig(errors[0], "message")
        fallback = BY_STATUS.get(status, "FAILED")
        raise GatewayError(code if isinstance(code, str) and code.isascii() and 0 < len(code) <= 40 else fallback, str(message)[:200], wait)
    raise GatewayError(BY_STATUS.get(status, "GARBLED"), f"HTTP {status}", wait)


def _dig(value: Any, *names: str) -> Any:
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def parse_retry_after(text: str | None, now_us: Callable[[], int]) -> float | None:
    """Seconds, or an HTTP date; anything else is ignored, and an hour is the most."""
    if text is None:
        return None
    if text.isascii() and text.strip().isdecimal():
        return min(float(text), MOST_RETRY_AFTER_SECONDS)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        return None
    return min(max((to_us(moment) - now_us()) / 1e6, 0.0), MOST_RETRY_AFTER_SECONDS)
