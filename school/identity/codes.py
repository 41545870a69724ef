"""One-time codes that people type from paper: twelve letters in groups, 60 random bits, told once."""

import secrets

from school.errors import Code, Refused

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no letter that is taken for a digit."""
LENGTH, GROUP = 12, 4


def make() -> str:
    """A new one: `XXXX-XXXX-XXXX`."""
    code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    return "-".join(code[start:start + GROUP] for start in range(0, LENGTH, GROUP))


def canonical(code: str) -> str:
    """The code as it was made, however it was typed: small letters, spaces, O for 0, I and L for 1. What keeps a digest keeps this one's."""
    return code[:100].upper().translate(str.maketrans("OIL", "011", "- \t"))


def refused() -> Refused:
    """Unknown, used, expired, void: one answer for all."""
    return Refused(Code.BAD_CODE, "This code is unknown, used or expired.")
