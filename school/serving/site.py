"""The web app as it was built: its files, each known by its exact path, and one page for every address that is no file's and no route's."""

import json
import secrets
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

_PAGE = "index.html"
_WORKER = "/service-worker.js"
_NONCE = "{{nonce}}"
"""In the page, where the build leaves a place for it."""
_KINDS = {
    ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".png": "image/png", ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json", ".woff2": "font/woff2",
}
_PACKED = {".br": "br", ".gz": "gzip"}
"""Encodings that the build has made beforehand, the better one first: `app.js.br` beside `app.js`."""
_FOREVER, _ASK_AGAIN = "public, max-age=31536000, immutable", "no-cache"


class File(NamedTuple):
    """A file as it is sent: its content, the same packed by the encoding's name, its type, its ETag, how long it is kept."""

    content: bytes
    packed: Mapping[str, bytes]
    kind: str
    tag: str
    kept: str


def read_files(folder: Path) -> dict[str, File]:
    """All files by their address, but the page. What stands in assets/ has its content's hash in its name, and never changes."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.suffix in _PACKED or path == folder / _PAGE:
            continue
        content, name = path.read_bytes(), path.relative_to(folder).as_posix()
        packed = {encoding: beside.read_bytes() for suffix, encoding in _PACKED.items() if (beside := path.with_name(path.name + suffix)).is_file()}
        found[f"/{name}"] = File(
            content, packed, _KINDS.get(path.suffix, "application/octet-stream"), f'"{sha256(content).hexdigest()[:32]}"',
            _FOREVER if name.startswith("assets/") else _ASK_AGAIN)
    return found


def policy(nonce: str) -> str:
    """The page's: everything from this host alone, no script in it, and of styles only those that carry the nonce (the components' variables)."""
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; font-src 'self'; img-src 'self'; connect-src 'self'; "
        "manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")


class Site:
    """Answers what no route has. `otherwise` has what is neither a file nor asked for as a page; `told` is JSON that the page finds in itself, by its id."""

    def __init__(self, folder: Path, otherwise: ASGIApp, told: Mapping[str, object]) -> None:
        self._files, self._otherwise = read_files(folder), otherwise
        page = folder / _PAGE
        self._page = _tell(page.read_text(encoding="utf-8"), told) if page.is_file() else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http" or scope["method"] not in {"GET", "HEAD"}:
            await self._otherwise(scope, receive, send)
            return
        request = Request(scope)
        if (file := self._files.get(scope["path"])) is not None:
            await _answer(file, request)(scope, receive, send)
        elif "text/html" in request.headers.get("accept", ""):
            await self._show()(scope, receive, send)
        else:
            await self._otherwise(scope, receive, send)

    def _show(self) -> Response:
        if self._page is None:
            return PlainTextResponse("The web app is not built here: `make web` builds it.", 404)
        nonce = secrets.token_urlsafe(16)
        return HTMLResponse(self._page.replace(_NONCE, nonce), headers={"content-security-policy": policy(nonce)})


def _answer(file: File, request: Request) -> Response:
    accepted = {part.partition(";")[0].strip() for part in request.headers.get("accept-encoding", "").split(",")}
    encoding = next((one for one in file.packed if one in accepted), None)
    headers = {"etag": file.tag, "cache-control": file.kept, "vary": "accept-encoding"}
    if request.url.path == _WORKER:  # which goes by its own policy, not by the page's
        headers["content-security-policy"] = "default-src 'none'; connect-src 'self'; frame-ancestors 'none'"
    if request.headers.get("if-none-match") == file.tag:
        return Response(status_code=304, headers=headers)
    if encoding is not None:
        headers["content-encoding"] = encoding
    return Response(file.content if encoding is None else file.packed[encoding], headers=headers, media_type=file.kind)


def _tell(page: str, told: Mapping[str, object]) -> str:
    """The page with data in it, which no browser runs. `<` is written so that no text can end the element."""
    texts = {name: json.dumps(value, ensure_ascii=False).replace("<", r"\u003c") for name, value in told.items()}
    blocks = "".join(f'<script type="application/json" id="{name}">{text}</script>' for name, text in texts.items())
    return page.replace("</head>", f"{blocks}</head>", 1)
