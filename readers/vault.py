"""The identity in use and its file, and the card keys in use: what the server renews while the daemon runs."""
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

from readers.cardkeys import CardKey, parse_card_keys
from readers.identity import Identity, store_identity


class Vault:
    """Whoever changes a part of the identity writes it whole, one after another; what the disk refuses (OSError) is not changed."""

    def __init__(self, state: Path, identity: Identity) -> None:
        self._state = state
        self._identity = identity
        self._lock = threading.Lock()

    @property
    def identity(self) -> Identity:
        """As it is on the disk."""
        return self._identity

    def change(self, **parts: Any) -> None:
        """Durable when this returns."""
        with self._lock:
            renewed = replace(self._identity, **parts)
            store_identity(self._state, renewed)
            self._identity = renewed


class Keyring:
    """The card keys in use, replaced when the server sends others."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._lock = threading.Lock()
        self._keys = vault.identity.card_keys

    @property
    def keys(self) -> tuple[CardKey, ...]:
        """All keys, the current one first."""
        return self._keys

    def update(self, items: Any) -> bool:
        """Take the server's keys if they differ; CardKeysError changes nothing. They count at once; what the disk refuses is stored with the next answer."""
        keys = parse_card_keys(items)
        with self._lock:
            changed = keys != self._keys
            self._keys = keys
            if keys != self._vault.identity.card_keys:
                self._vault.change(card_keys=keys)
        return changed
