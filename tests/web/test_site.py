"""The web app as it is served: which file for which address, what a browser keeps and may do, and what there is when nothing was built."""

import asyncio
import gzip
import re
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse

from school.app import create
from school.serving.site import Site
from school.settings import Mode, Settings
from tests.serving.server import serving

PAGE = '<html><head><meta property="csp-nonce" nonce="{{nonce}}"></head><body></body></html>'
HTML = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A site of one page and a script, and a file beside it that is nobody's business."""
    folder = tmp_path / "site"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text(PAGE)
    (folder / "icon.svg").write_text("<svg/>")
    (folder / "service-worker.js").write_text("worker")
    (folder / "assets" / "app-1a2b.js").write_text("script")
    (folder / "assets" / "app-1a2b.js.gz").write_bytes(gzip.compress(b"script"))
    (tmp_path / "secret.txt").write_text("secret")
    return folder


def client_of(folder: Path, **told: object) -> httpx.AsyncClient:
    """A client of the site, behind which everything else is absent."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(Site(folder, PlainTextResponse("Not Found", 404), told)), base_url="http://school.test")


async def test_a_file_with_a_hash_in_its_name_is_kept_for_ever(built: Path) -> None:
    async with client_of(built) as client:
        answer = await client.get("/assets/app-1a2b.js", headers={"accept-encoding": "identity"})
    assert (answer.status_code, answer.text) == (200, "script")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert (answer.headers["vary"], answer.headers.get("content-encoding")) == ("accept-encoding", None)


async def test_a_file_goes_packed_to_whoever_can_unpack_it(built: Path) -> None:
    async with client_of(built) as client:
        answer = await client.get("/assets/app-1a2b.js", headers={"accept-encoding": "br, gzip;q=0.8"})
        assert (answer.headers["content-encoding"], answer.text) == ("gzip", "script")
        assert (await client.get("/assets/app-1a2b.js.gz")).status_code == 404


async def test_another_file_is_asked_for_again_and_not_sent_again(built: Path) -> None:
    async with client_of(built) as client:
        first = await client.get("/icon.svg")
        again = await client.get("/icon.svg", headers={"if-none-match": first.headers["etag"]})
    assert (first.headers["cache-control"], first.headers["content-type"]) == ("no-cache", "image/svg+xml")
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])


async def test_any_address_shows_the_page_to_a_browser_alone(built: Path) -> None:
    async with client_of(built) as client:
        for path in ("/", "/account", "/children/abc/today", "/nothing.at.all"):
            assert (await client.get(path, headers=HTML)).headers["content-type"] == "text/html; charset=utf-8", path
            assert (await client.get(path)).status_code == 404, path
            assert (await client.post(path, headers=HTML)).status_code == 404, path
        assert (await client.get("/index.html")).status_code == 404
        head = await client.head("/account", headers=HTML)
    assert (head.status_code, int(head.headers["content-length"]) > 0) == (200, True)


async def test_the_page_runs_nothing_that_is_written_in_it_and_asks_nobody_else(built: Path) -> None:
    async with client_of(built) as client:
        answers = [await client.get("/", headers=HTML) for _ in range(2)]
    policies = [answer.headers["content-security-policy"] for answer in answers]
    nonces = [re.findall("'nonce-([^']+)'", policy)[0] for policy in policies]
    assert nonces[0] != nonces[1]
    for answer, policy, nonce in zip(answers, policies, nonces, strict=True):
        assert f'nonce="{nonce}"' in answer.text
        assert policy.replace(nonce, "…").split("; ") == [
            "default-src 'none'", "script-src 'self'", "style-src 'self' 'nonce-…'", "font-src 'self'", "img-src 'self'", "connect-src 'self'",
            "manifest-src 'self'", "worker-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"]


async def test_the_worker_may_ask_this_host_alone_and_is_looked_for_anew(built: Path) -> None:
    async with client_of(built) as client:
        answer = await client.get("/service-worker.js")
    assert answer.headers["content-security-policy"] == "default-src 'none'; connect-src 'self'; frame-ancestors 'none'"
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("path", [
    "/../secret.txt", "/%2e%2e/secret.txt", "/assets/../../secret.txt", "/assets/..%2f..%2fsecret.txt", "//secret.txt", "/./icon.svg",
])
async def test_no_address_leads_out_of_the_site(built: Path, path: str) -> None:
    served = Starlette()
    served.router.default = Site(built, served.router.default, {})
    async with serving(served) as address:
        answer = await _raw(address, path)
    assert answer.startswith(b"HTTP/1.1 404")
    assert b"secret" not in answer


async def _raw(address: str, path: str) -> bytes:
    """What is answered to a path that no client would send as it is."""
    host, _, port = address.partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(f"GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n".encode())
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer


async def test_what_the_page_is_told_cannot_end_its_element(built: Path) -> None:
    async with client_of(built, logins={"parent": "</script><script>alert(1)</script>"}) as client:
        page = (await client.get("/", headers=HTML)).text
    assert page.count("<script") == page.count("</script>") == 1
    assert r'{"parent": "\u003c/script>\u003cscript>alert(1)\u003c/script>"}' in page


async def test_without_a_site_the_service_says_so(tmp_path: Path) -> None:
    async with client_of(tmp_path / "nothing") as client:
        answer = await client.get("/", headers=HTML)
        assert (answer.status_code, answer.text) == (404, "The web app is not built here: `make web` builds it.")
        assert (await client.get("/icon.svg")).text == "Not Found"


@pytest.mark.parametrize("mode", list(Mode))
async def test_the_service_shows_the_page_and_keeps_its_own_addresses(tmp_path: Path, mode: Mode) -> None:
    """What has a route keeps it, whatever a browser accepts; the page has all headers that every answer has."""
    served = create(Settings(database_url=f"sqlite+aiosqlite:///{tmp_path}/absent.db", mode=mode))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(served), base_url="http://school.test") as client:
        page = await client.get("/", headers=HTML)
        assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert {name: page.headers.get(name) for name in ("cache-control", "x-content-type-options", "referrer-policy", "cross-origin-opener-policy")} == {
            "cache-control": "no-store", "x-content-type-options": "nosniff", "referrer-policy": "no-referrer", "cross-origin-opener-policy": "same-origin"}
        assert (await client.get("/graphql", headers=HTML)).status_code == 405
        assert (await client.get("/gateway", headers=HTML)).status_code == 405
        assert "demo-logins" not in page.text


async def test_the_demo_s_page_has_the_logins_and_passwords(tmp_path: Path) -> None:
    logins = tmp_path / "logins.json"
    logins.write_text('{"parent": "r4ku-ayax"}')
    served = create(Settings(database_url=f"sqlite+aiosqlite:///{tmp_path}/absent.db", mode=Mode.DEMO, demo_logins=logins))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(served), base_url="http://school.test") as client:
        assert '<script type="application/json" id="demo-logins">{"parent": "r4ku-ayax"}</script>' in (await client.get("/", headers=HTML)).text
