"""What every answer tells a browser: keep nothing, guess no type, run and frame nothing that a page does not name."""

import re
from base64 import b64encode
from hashlib import sha256

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_YEAR = 365 * 86400


def policy_of(page: str) -> str:
    """The policy for a page that asks its own server alone, and whose only scripts and styles are those written in it, known by their hashes."""
    scripts, styles = (" ".join(
        f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'" for text in re.findall(f"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
    ) or "'none'" for tag in ("script", "style"))
    return f"{_NOTHING}; script-src {scripts}; style-src {styles}; connect-src 'self'"


class SecurityHeaders:
    """Adds them to every HTTP answer that does not say otherwise. `strict`: browsers come by https alone from now on (HSTS), as in production."""

    def __init__(self, app: ASGIApp, *, strict: bool) -> None:
        self._app = app
        self._headers = {
            "cache-control": "no-store", "x-content-type-options": "nosniff", "referrer-policy": "no-referrer", "content-security-policy": _NOTHING,
            "cross-origin-resource-policy": "same-origin", "cross-origin-opener-policy": "same-origin",
            **({"strict-transport-security": f"max-age={_YEAR}"} if strict else {}),
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)
