"""Where a browser's request comes from: only our own pages, or those that the settings name."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers

from school.serving.terms import Terms

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def is_allowed(headers: Headers, terms: Terms) -> bool:
    """No Origin (a program), our own host's, or a named one. With `hosts` in the terms, our own host has one of these names.

    That keeps out a page whose site's name was made to mean this machine's address after it was loaded (DNS rebinding): to its browser it is ours.
    In production our own pages come by https: without it, whoever is on the way can write into them.
    """
    origin = headers.get("origin")
    if origin is None or origin in terms.origins:
        return True
    scheme, _, own = origin.partition("://")
    if not own or own != headers.get("host", "") or (terms.closed and scheme != "https"):
        return False
    try:
        return terms.hosts is None or urlsplit(f"//{own}").hostname in terms.hosts
    except ValueError:
        return False
