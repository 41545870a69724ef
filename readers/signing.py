"""With which key requests are signed, and how the next one takes its place without a request being lost (docs/gateway.md, “Keys”)."""
import threading
from typing import Protocol

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from readers import failpoints
from readers.vault import Vault

log = structlog.get_logger("readers.signing")


class Keys(Protocol):
    """What signs, and what becomes of the server's word on it."""

    @property
    def key(self) -> Ed25519PrivateKey:
        """What signs the next request."""

    def doubt(self, key: Ed25519PrivateKey) -> bool:
        """The server did not accept this key's signature: whether to try once more with what `key` is now."""

    def trust(self, key: Ed25519PrivateKey) -> None:
        """The server has answered a request that this key signed."""


class LoneKey:
    """A stranger's key."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self.key = key

    def doubt(self, _key: Ed25519PrivateKey) -> bool:
        """There is no other."""
        return False

    def trust(self, _key: Ed25519PrivateKey) -> None:
        """Nothing follows."""


class DeviceKeys:
    """A device's key, and its successor while that takes over.

    The successor is durable before the server hears of it, and the other is forgotten only when the server has answered a request that the successor
    signed. Whenever the power fails, the server accepts one of the two that are stored: which of them, a refused signature tells."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._lock = threading.Lock()
        self._ahead = False  # the successor signs already

    @property
    def key(self) -> Ed25519PrivateKey:
        """The device's key, or its successor from the moment that the server knows it."""
        identity = self._vault.identity
        return identity.next_key if self._ahead and identity.next_key is not None else identity.private_key

    @property
    def successor(self) -> Ed25519PrivateKey | None:
        """The key that is to take over, if there is one that does not sign yet."""
        return None if self._ahead else self._vault.identity.next_key

    def make_successor(self) -> None:
        """Durable when this returns. One that is there already stays."""
        with self._lock:
            if self._vault.identity.next_key is None:
                failpoints.hit("newkey.before")
                self._vault.change(next_key=Ed25519PrivateKey.generate())
                failpoints.hit("newkey.after")

    def go_ahead(self) -> None:
        """The server accepts the successor: it signs from now on."""
        with self._lock:
            self._ahead = self._vault.identity.next_key is not None

    def doubt(self, key: Ed25519PrivateKey) -> bool:
        """Another thread may have changed to the other key meanwhile; else change to it, if there is one."""
        with self._lock:
            if key is self.key:
                if self._vault.identity.next_key is None:
                    return False
                self._ahead = not self._ahead
                log.info("the server refuses one of the two keys; trying the other")
            return True

    def trust(self, key: Ed25519PrivateKey) -> None:
        """The successor has signed a request: it is the device's key, and the other, which the server has retired, is forgotten."""
        if key is not self._vault.identity.next_key:
            return
        with self._lock:
            if key is not self._vault.identity.next_key:
                return
            failpoints.hit("promote.before")
            try:
                self._vault.change(private_key=key, next_key=None)
            except OSError as error:
                self._ahead = True
                log.warning("the new key could not be stored as the only one; both stay", error=str(error))
                return
            failpoints.hit("promote.after")
            self._ahead = False
        log.info("a new key signs from now on")
