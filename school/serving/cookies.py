"""The cookie that holds a browser's session: no script reads it, no other site sends it along, and on the way it is encrypted."""

from dataclasses import dataclass
from typing import Protocol

from starlette.datastructures import Headers
from starlette.requests import cookie_parser

LONGEST = 200
"""Of a session's token, in a cookie as in a header."""


class SetCookie(Protocol):
    """What a context leaves in `cookie` to be told to the browser: a token for so many seconds, or None, which takes it away."""

    @property
    def value(self) -> str | None:
        """The session's token."""

    @property
    def max_age(self) -> int:
        """Seconds."""

    @property
    def suffix(self) -> str:
        """Of the cookie's name: empty for the session's own."""


@dataclass(frozen=True, slots=True)
class SessionCookie:
    """Its name, and whether it is for https alone. The prefix `__Host-` makes the browser insist on that, on the path and on this very host (RFC 6265bis).

    On loopback without encryption, in the demo, some browsers keep no such cookie: there it has a plain name.
    """

    secure: bool

    @property
    def name(self) -> str:
        """Under which the browser keeps it."""
        return "__Host-school" if self.secure else "school"

    def read(self, headers: Headers) -> str | None:
        """The session's token, if the request carries one."""
        value = cookie_parser(headers.get("cookie", "")[:8192]).get(self.name)
        return value[:LONGEST] if value else None

    def write(self, wish: SetCookie) -> str:
        """The value of `Set-Cookie`. A token is letters that need no quoting; ValueError for anything else, which is a bug."""
        value = wish.value or ""
        if not all(letter.isascii() and (letter.isalnum() or letter in "-_.~") for letter in value):
            raise ValueError("a session's token has letters, digits and -_.~ only")
        age = max(0, wish.max_age) if value else 0
        return f"{self.name}{wish.suffix}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={age}{'; Secure' if self.secure else ''}"
