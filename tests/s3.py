"""An S3-compatible store on loopback, as much of it as ours asks for, that can fall ill: it refuses, dawdles, hangs up, or hangs up after it has done it."""

import datetime as dt
import hashlib
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

import pytest

BUCKET = "school-test"


class S3(ThreadingHTTPServer):
    """The server and what it holds: content and moment by key. `illness`: 503, 403, slow, cut or swallowed; `asked`: how often since it fell ill."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.files: dict[str, tuple[bytes, dt.datetime]] = {}
        self.illness, self.asked, self.turns = "", 0, 0

    def handle_error(self, *_: object) -> None:
        """Whoever asked has hung up."""

    @property
    def address(self) -> str:
        """Its own."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def fall_ill(self, illness: str = "", turns: int = 1_000_000) -> None:
        """From now on, for so many requests; without a word it is well again."""
        self.illness, self.asked, self.turns = illness, 0, turns


class _Handler(BaseHTTPRequestHandler):
    server: S3
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Nothing is logged."""

    def _do(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        self.server.asked += 1
        illness = self.server.illness if self.server.asked <= self.server.turns else ""
        if illness == "cut":
            self.connection.close()
        elif illness in {"503", "403"}:
            self._answer(int(illness), b"<Error><Code>Ill</Code></Error>")
        else:
            if illness == "slow":
                time.sleep(1)
            status, answer, headers = self._serve(body)
            if illness == "swallowed":
                self.connection.close()
            else:
                self._answer(status, answer, headers)

    do_GET = do_PUT = do_POST = _do  # noqa: N815 - names that http.server looks for

    def _serve(self, body: bytes) -> tuple[int, bytes, dict[str, str]]:
        parts = urlsplit(self.path)
        bucket, _, key = unquote(parts.path).removeprefix("/").partition("/")
        query = parse_qs(parts.query, keep_blank_values=True)
        if bucket != BUCKET or "AWS4-HMAC-SHA256 Credential=key/" not in self.headers.get("authorization", ""):
            return 403, b"<Error><Code>AccessDenied</Code></Error>", {}
        if self.command == "PUT":
            self.server.files[key] = body, dt.datetime.now(dt.UTC)
            return 200, b"", {"etag": _tag(body)}
        if "list-type" in query:
            return 200, self._list(query["prefix"][0]).encode(), {}
        if self.command == "POST":
            gone = re.findall("<Key>(.*?)</Key>", body.decode())
            for one in gone:
                self.server.files.pop(one, None)
            return 200, f"<DeleteResult>{''.join(f'<Deleted><Key>{one}</Key></Deleted>' for one in gone)}</DeleteResult>".encode(), {}
        if key not in self.server.files:
            return 404, b"<Error><Code>NoSuchKey</Code></Error>", {}
        content, moment = self.server.files[key]
        return 200, content, {"etag": _tag(content), "last-modified": moment.strftime("%a, %d %b %Y %H:%M:%S GMT")}

    def _list(self, prefix: str) -> str:
        found = "".join(
            f"<Contents><Key>{escape(key)}</Key><LastModified>{moment.isoformat()}</LastModified><ETag>{_tag(content)}</ETag><Size>{len(content)}</Size></Contents>"
            for key, (content, moment) in sorted(self.server.files.items()) if key.startswith(prefix))
        return f"<ListBucketResult><IsTruncated>false</IsTruncated>{found}</ListBucketResult>"

    def _answer(self, status: int, content: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def _tag(content: bytes) -> str:
    return f'"{hashlib.md5(content, usedforsecurity=False).hexdigest()}"'


@contextmanager
def running_s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[S3]:
    """Running, with what a client needs in the environment."""
    with S3() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        for name, value in {
            "AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "ru-1", "AWS_ENDPOINT_URL": server.address,
        }.items():
            monkeypatch.setenv(name, value)
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
