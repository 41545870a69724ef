"""Makes this device a new key when the server, the office or a technician wants one; taps go on meanwhile."""
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import structlog

from readers import durable, failpoints
from readers.clock import Clock, format_us
from readers.gateway import Gateway
from readers.identity import Identity, encode_public_key, prove, read_identity
from readers.signing import DeviceKeys
from readers.statelock import is_locked

REQUEST = "rotate-key"      # a file of the state directory: a technician's wish, which a running daemon finds
AGAIN_SECONDS = 600.0       # after a refusal: another key waits at the server, for some days at most
LOOK_SECONDS = 0.2
log = structlog.get_logger("readers.rotation")


class Rotation:
    """Steps that may be broken off anywhere and are taken up again: a key made and stored, announced, used."""

    def __init__(self, gateway: Gateway, keys: DeviceKeys, clock: Clock, state: Path, device_id: str, seconds: float,
                 now: Callable[[], float] = time.monotonic) -> None:
        self._gateway = gateway
        self._keys = keys
        self._clock = clock
        self._request = state / REQUEST
        self._device_id = device_id
        self._seconds = seconds
        self._now = now
        self._not_before = 0.0

    def advance(self, *, asked: bool) -> bool:
        """What is to be done now, if anything; whether the new key is to be used at once. GatewayError where the server is away: then next time."""
        if (asked or self._request.exists()) and self._now() >= self._not_before:
            self._keys.make_successor()
        successor = self._keys.successor
        if successor is None or self._now() < self._not_before:
            return False
        with suppress(FileNotFoundError):
            self._request.unlink()

        def build() -> dict[str, Any]:
            return {"input": {"publicKey": encode_public_key(successor), "proof": prove(successor, self._device_id),
                              "sentAt": format_us(self._clock.wall_us())}}

        failpoints.hit("announce.before")
        member = self._gateway.call("rotateKey", build, self._seconds)
        failpoints.hit("announce.after")
        if member["__typename"] != "KeyAnnounced":
            log.warning("the new key was refused; the present one stays", code=str(member.get("code"))[:40])
            self._not_before = self._now() + AGAIN_SECONDS
            return False
        self._keys.go_ahead()
        return True


def request_rotation(state: Path, seconds: float) -> bool:
    """A technician's wish: leave it for the daemon, and wait for the new key if one is running; whether it is there. NotEnrolledError without an identity."""
    before = _public(read_identity(state))
    durable.write_file(state / REQUEST, b"")
    deadline = time.monotonic() + seconds
    while is_locked(state) and time.monotonic() < deadline:
        if _public(read_identity(state)) != before:
            return True
        time.sleep(LOOK_SECONDS)  # a file of another process
    return False


def _public(identity: Identity) -> str:
    return encode_public_key(identity.private_key)
