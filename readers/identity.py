"""Who this device is: its key pair, its id and the school's card keys, in one private file."""
import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from readers import durable
from readers.cardkeys import CardKey, CardKeysError, decode_base64url, encode_base64url, format_card_keys, parse_card_keys

FILE = "identity.json"
SIGNATURE_VERSION = "school-gateway-1"
ROTATION_VERSION = "school-rotate-1"
KINDS = ("GATE", "CANTEEN", "DESK")


class NotEnrolledError(RuntimeError):
    """There is no identity in this state directory."""


class IdentityError(RuntimeError):
    """The identity file, or the answer that should become one, cannot be read."""


@dataclass(frozen=True)
class Identity:
    """A device as the server knows it. Private keys never leave this host; `next_key` is there while it takes the other's place."""

    device_id: str
    kind: str
    name: str
    time_zone: str
    server: str
    private_key: Ed25519PrivateKey = field(repr=False)
    card_keys: tuple[CardKey, ...]
    next_key: Ed25519PrivateKey | None = field(repr=False, default=None)

    @property
    def folder(self) -> str:
        """The device's own folder in the state directory: a new enrolment never meets the journal of an old one."""
        return "device-" + hashlib.sha256(self.device_id.encode()).hexdigest()[:16]


def sign(key: Ed25519PrivateKey, device_id: str, counter: int, time_ms: int, body: bytes) -> str:
    """The School-Signature of a request (docs/gateway.md)."""
    lines = (SIGNATURE_VERSION, device_id, str(counter), str(time_ms), hashlib.sha256(body).hexdigest())
    return encode_base64url(key.sign("\n".join(lines).encode()))


def prove(key: Ed25519PrivateKey, device_id: str) -> str:
    """A next key's own word that it is this device's (docs/gateway.md, “Keys”)."""
    return encode_base64url(key.sign("\n".join((ROTATION_VERSION, device_id, encode_public_key(key))).encode()))


def encode_public_key(key: Ed25519PrivateKey) -> str:
    """The public half, as `enrol` sends it."""
    return encode_base64url(key.public_key().public_bytes_raw())


def serialise_key(key: Ed25519PrivateKey) -> str:
    """The private half, for the identity file only."""
    return encode_base64url(key.private_bytes_raw())


def read_identity(state: Path) -> Identity:
    """The stored identity; NotEnrolledError if there is none, IdentityError if it is damaged."""
    path = state / FILE
    try:
        content = orjson.loads(path.read_bytes())
    except FileNotFoundError:
        raise NotEnrolledError(f"{state} holds no enrolled device: run `school-reader enrol`") from None
    except orjson.JSONDecodeError:
        raise IdentityError(f"{path} is damaged: enrol this device anew") from None
    return parse_identity(content)


def parse_identity(content: Any) -> Identity:
    """Check every part: a daemon with half an identity must not start."""
    names = ("deviceId", "kind", "name", "timeZone", "server", "privateKey")
    if not isinstance(content, dict) or any(not isinstance(content.get(name), str) or not content[name] for name in names):
        raise IdentityError("the identity lacks a part")
    if content["kind"] not in KINDS:
        raise IdentityError(f"this version does not know devices of kind {content['kind'][:40]}")
    try:
        key = Ed25519PrivateKey.from_private_bytes(decode_base64url(content["privateKey"]))
        next_key = None if content.get("nextKey") is None else Ed25519PrivateKey.from_private_bytes(decode_base64url(str(content["nextKey"])))
        card_keys = parse_card_keys(content.get("cardKeys"))
    except CardKeysError as error:
        raise IdentityError(str(error)) from error
    except ValueError:
        raise IdentityError("a private key cannot be read") from None
    return Identity(content["deviceId"], content["kind"], content["name"], content["timeZone"], content["server"], key, card_keys, next_key)


def store_identity(state: Path, identity: Identity) -> None:
    """Durable and whole; the file is the device's secret, mode 0600."""
    content = {
        "deviceId": identity.device_id, "kind": identity.kind, "name": identity.name, "timeZone": identity.time_zone,
        "server": identity.server, "privateKey": serialise_key(identity.private_key),
        "cardKeys": format_card_keys(identity.card_keys), "nextKey": None if identity.next_key is None else serialise_key(identity.next_key),
    }
    durable.write_file(state / FILE, orjson.dumps(content, option=orjson.OPT_INDENT_2))

