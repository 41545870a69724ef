"""Where a browser's request comes from: only our own pages, or those that the settings name."""

from collections.abc import Collection

from starlette.datastructures import Headers


def is_allowed(headers: Headers, origins: Collection[str]) -> bool:
    """No Origin (a program), our own host's, or a named one."""
    origin = headers.get("origin")
    if origin is None or origin in origins:
        return True
    return origin.partition("://")[2] == headers.get("host", "")
