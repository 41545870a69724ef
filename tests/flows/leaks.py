"""What may lie nowhere, in every form that it might take, and the places where it is looked for: files, and the tables that hold credentials."""

import hashlib
import json
import re
from base64 import b64encode
from functools import cache
from pathlib import Path

import sqlalchemy as sa

from school.db import Database

CREDENTIALS = (
    "account", "session", "ticket", "invitation", "totp", "recovery_code", "passkey", "outside_identity", "device", "device_code", "card_key", "card",
    "former_token", "tap",
)
EMPTY = {"outside_identity"}
"""Nobody of this story has one; it holds what a provider calls somebody."""
FAMILY, GIVEN = "Тайнова", "Неназовинова"
"""With a number each: people whom nobody else is called like."""
UIDS = [bytes.fromhex(hashlib.sha256(f"secret {number}".encode()).hexdigest()[:2 * size]) for number, size in enumerate([7] * 80 + [10] * 10 + [4] * 10)]
UIDS = [b"\x04" + uid[1:] for uid in UIDS]
STRANGE = [b"\x04" + hashlib.sha256(f"strange {number}".encode()).digest()[:6] for number in range(5)]
"""Cards that nobody has."""


def names() -> list[tuple[str, str]]:
    """Family and given names of a hundred holders of cards and, after them, of a guardian, her child and the office."""
    return [(f"{FAMILY}{number:03}", f"{GIVEN}{number:03}") for number in range(103)]


@cache
def forms() -> dict[str, bytes]:
    """What is looked for, by what it would be."""
    wanted: dict[str, bytes] = {}
    for uid in (*UIDS, *STRANGE):
        for way, raw in (("", uid), (" reversed", uid[::-1])):
            wanted[f"{uid.hex()}{way}"] = raw
            apart = [raw.hex(separator) for separator in ":- "]
            decimal = str(int.from_bytes(raw))
            for form in (raw.hex(), *apart, *(text.upper() for text in (raw.hex(), *apart)), repr(raw)[2:-1], b64encode(raw).decode().rstrip("="), decimal):
                wanted[f"{uid.hex()}{way} as {form}"] = form.encode()
    for word in {name for pair in names() for name in pair}:
        for form in (word, word.lower(), word.upper()):
            wanted[f"{word} as {form}"] = form.encode()
            wanted[f"{word} as {form} in JSON"] = json.dumps(form)[1:-1].encode()
            wanted[f"{word} as {form} in UTF-16"] = form.encode("utf-16-le")
    return wanted


TOKEN = re.compile(rb"[0-9a-f]{64}")
"""What a UID may be turned into. Two hundred thousand random digits would hold eight given ones too often."""


def found(places: dict[str, bytes]) -> list[tuple[str, str]]:
    """Where something of it is, and what."""
    hidden = {place: TOKEN.sub(b"", content) for place, content in places.items()}
    return [(place, what) for what, form in forms().items() for place, content in hidden.items() if form in content]


def files(*folders: Path) -> dict[str, bytes]:
    """All that lies there."""
    return {str(path): path.read_bytes() for folder in folders for path in folder.rglob("*") if path.is_file()}


async def dump(database: Database) -> dict[str, bytes]:
    """The tables that hold credentials, a row a line, bytes as they are."""
    tables = {}
    async with database.read() as session:
        for table in CREDENTIALS:
            lines: list[bytes] = []
            for row in await session.execute(sa.text(f"SELECT * FROM {table}")):  # noqa: S608 - a constant
                lines += [value if isinstance(value, bytes) else str(value).encode() for value in row]
            assert lines or table in EMPTY, table
            tables[table] = b"\n".join(lines)
    return tables
