"""The school's card keys and the token they make of a card's UID. A UID goes no further than this."""
import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

KEY_BYTES = 32
UID_LENGTHS = (4, 7, 10)  # ISO 14443-3: single, double, triple size
RANDOM_PREFIX = 0x08      # ISO 14443-3: a single-size UID that begins so is made anew each time
MOST_KEYS = 16


class CardKeysError(ValueError):
    """The server's card keys are unusable; the ones we have stay."""


@dataclass(frozen=True)
class CardKey:
    """A key by its id. Its bytes stay out of every repr and log."""

    id: str
    key: bytes = field(repr=False)
    current: bool


def parse_card_keys(items: Any) -> tuple[CardKey, ...]:
    """Read `[{id, key, current}]`; exactly one is current, and it comes first in the result."""
    if not isinstance(items, list) or not 1 <= len(items) <= MOST_KEYS:
        raise CardKeysError("expected a list of card keys")
    keys = [_parse_key(item) for item in items]
    if len({key.id for key in keys}) != len(keys) or sum(key.current for key in keys) != 1:
        raise CardKeysError("expected distinct card keys, one of them current")
    return tuple(sorted(keys, key=lambda key: not key.current))


def _parse_key(item: Any) -> CardKey:
    if not isinstance(item, dict) or not isinstance(item.get("id"), str) or not isinstance(item.get("key"), str):
        raise CardKeysError("a card key lacks its id or bytes")
    try:
        key = decode_base64url(item["key"])
    except (binascii.Error, ValueError) as error:
        raise CardKeysError("a card key is not base64url") from error
    if len(key) != KEY_BYTES or not 1 <= len(item["id"]) <= 64 or not isinstance(item.get("current"), bool):
        raise CardKeysError("a card key has the wrong shape")
    return CardKey(item["id"], key, item["current"])


def format_card_keys(keys: Sequence[CardKey]) -> list[dict[str, Any]]:
    """The inverse of parse_card_keys, for the identity file."""
    return [{"id": key.id, "key": encode_base64url(key.key), "current": key.current} for key in keys]


def make_token(key: CardKey, uid: bytes) -> str:
    """64 hex digits. Keyed, because a plain hash of four bytes is reversed in hours."""
    return hmac.new(key.key, uid, hashlib.sha256).hexdigest()


def check_uid(uid: bytes) -> str | None:
    """Why this UID names no card, or None: BAD_UID (a length that no card has), RANDOM_UID (another at each tap)."""
    if len(uid) not in UID_LENGTHS:
        return "BAD_UID"
    if len(uid) == 4 and uid[0] == RANDOM_PREFIX:
        return "RANDOM_UID"
    return None


def encode_base64url(content: bytes) -> str:
    """Unpadded, as the wire wants it."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode("ascii")


def decode_base64url(text: str) -> bytes:
    """Unpadded base64url; anything else is refused."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
