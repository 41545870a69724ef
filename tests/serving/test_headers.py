"""What every answer tells a browser, and from which address a request comes."""

import re
from base64 import b64encode
from hashlib import sha256

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from school.app import create
from school.commands.processes import configure
from school.serving.console import PAGE
from school.settings import Mode, Settings
from tests.serving.house import running
from tests.serving.server import serving

ALWAYS = {
    "cache-control": "no-store", "x-content-type-options": "nosniff", "referrer-policy": "no-referrer",
    "content-security-policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "cross-origin-resource-policy": "same-origin", "cross-origin-opener-policy": "same-origin",
}


@pytest.mark.parametrize("mode", list(Mode))
async def test_every_answer_has_them(sqlite_url: str, mode: Mode) -> None:
    """A refusal's and a missing page's too."""
    async with running(sqlite_url, mode) as house:
        answers = [
            await house.ask("{ me { login } }"), await house.ask("{"), await house.client.post("/graphql"), await house.client.get("/graphql"),
            await house.client.get("/healthz"), await house.client.get("/metrics"), await house.client.get("/nothing"), await house.client.post("/gateway"),
        ]
    for answer in answers:
        told = {name: answer.headers.get(name) for name in (*ALWAYS, "strict-transport-security", "server", "x-powered-by")}
        assert told == {
            **ALWAYS, "strict-transport-security": "max-age=31536000" if mode is Mode.PRODUCTION else None, "server": None, "x-powered-by": None}


async def test_a_failure_s_answer_has_them(sqlite_url: str) -> None:
    """One outside GraphQL, of which nothing is told."""
    served = create(Settings(database_url=sqlite_url))

    async def fail(_request: Request) -> PlainTextResponse:
        raise RuntimeError("a secret")

    served.router.routes.append(Route("/fail", fail))
    transport = httpx.ASGITransport(served, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://school.test") as client:
        answer = await client.get("/fail")
    assert (answer.status_code, answer.text, {name: answer.headers.get(name) for name in ALWAYS}) == (500, "Internal Server Error", ALWAYS)


async def test_the_console_runs_what_is_written_in_it_and_nothing_else(sqlite_url: str) -> None:
    async with running(sqlite_url, Mode.DEMO) as house:
        policy = (await house.client.get("/console")).headers["content-security-policy"]
    script, = re.findall("<script>(.*?)</script>", PAGE, re.DOTALL)
    assert f"script-src 'sha256-{b64encode(sha256(script.encode()).digest()).decode()}';" in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert policy.endswith("connect-src 'self'")
    assert "unsafe" not in policy
    assert not re.findall(r"\son\w+=|\sstyle=|<(?:script|link|img)\s", PAGE)  # which the policy would not let run


@pytest.mark.parametrize(("proxies", "expected"), [((), "127.0.0.1"), (("10.0.0.0/8",), "127.0.0.1"), (("127.0.0.0/8",), "203.0.113.7")])
async def test_only_a_trusted_proxy_says_for_whom_it_asks(proxies: tuple[str, ...], expected: str) -> None:
    """Else anybody would have a fresh address for each guess."""

    async def address(request: Request) -> PlainTextResponse:
        assert request.client is not None
        return PlainTextResponse(request.client.host)

    served = Starlette(routes=[Route("/", address)])
    settings = Settings(trusted_proxies=proxies)
    async with serving(served, configure(served, settings)) as where, httpx.AsyncClient(base_url=f"http://{where}") as client:
        assert (await client.get("/", headers={"x-forwarded-for": "203.0.113.7"})).text == expected
