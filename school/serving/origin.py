"""Where a browser's request comes from: only our own pages, or those that the settings name."""

from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def is_allowed(headers: Headers, origins: Collection[str], hosts: Collection[str] | None = None) -> bool:
    """No Origin (a program), our own host's, or a named one. With `hosts`, our own host has one of these names.

    That keeps out a page whose site's name was made to mean this machine's address after it was loaded (DNS rebinding): to its browser it is ours.
    """
    origin = headers.get("origin")
    if origin is None or origin in origins:
        return True
    own = origin.partition("://")[2]
    if not own or own != headers.get("host", ""):
        return False
    try:
        return hosts is None or urlsplit(f"//{own}").hostname in hosts
    except ValueError:
        return False
