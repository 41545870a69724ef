"""Short texts that a device or a form sends: one line, within its column, nothing invisible in it."""

import datetime as dt
from unicodedata import category

from school.errors import bad_input


def line(text: str, name: str, longest: int) -> str:
    """The text without outer spaces; refused when empty, too long, or with control characters (PostgreSQL stores no NUL) and lone surrogates."""
    text = text.strip()
    if not 0 < len(text) <= longest or any(category(letter) in {"Cc", "Cs", "Zl", "Zp"} for letter in text):
        raise bad_input(f"{name} must be one line of 1 to {longest} characters")
    return text


def moment(text: str, name: str) -> dt.datetime:
    """An ISO 8601 moment with an offset, in UTC; anything else is refused."""
    refused = bad_input(f"{name} must be an ISO 8601 moment with an offset")
    try:
        value = dt.datetime.fromisoformat(text)
        if value.tzinfo is not None:
            return value.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        raise refused from None
    raise refused
