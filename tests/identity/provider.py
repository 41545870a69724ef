"""Providers for the tests: a real one, as a process; and a liar, which signs whatever it is told to, or does not sign it. And a service that knows one."""

import base64
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import orjson
import sqlalchemy as sa
from joserfc import jwk, jws
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from school.registry.account_models import Account
from school.settings import Provider
from tests.identity.desk import KEY, hashed
from tests.ports import free_ports
from tests.serving.house import House, running
from tests.serving.server import serving

START_SECONDS = 60.0
REDIRECT = "http://school.test"
"""What the service under test is told to be its address; its routes are asked on the port where it is."""


def configured(issuer: str, name: str = "mock", **more: Any) -> Provider:
    """As the settings name it."""
    return Provider(name=name, issuer=issuer, client_id="school", client_secret="secret & more", title_ru="Город", title_en="City", **more)


@contextmanager
def provider_process() -> Iterator[str]:
    """oidc-provider-mock on a free port: its issuer."""
    port = free_ports(1)[0]
    process = subprocess.Popen(
        [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), "--require-nonce", "true"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    issuer, deadline = f"http://127.0.0.1:{port}", time.monotonic() + START_SECONDS
    try:
        while True:
            assert process.poll() is None
            assert time.monotonic() < deadline
            try:
                if httpx.get(f"{issuer}/.well-known/openid-configuration").status_code == 200:
                    break
            except httpx.TransportError:
                time.sleep(0.05)  # nothing announces a listening port
        yield issuer
    finally:
        process.terminate()
        process.wait(30)


@dataclass
class Browser:
    """Keeps cookies, follows nothing by itself, and shows which page it is on."""

    client: httpx.AsyncClient

    async def go(self, path: str = "/signin/mock") -> str:
        """Where a way leads."""
        return (await self.client.get(path)).headers["location"]

    async def consent(self, place: str, subject: str) -> str:
        """Sign in at the provider: what it sends the browser back to, as a path of the service."""
        async with httpx.AsyncClient() as there:
            back = (await there.post(place, data={"sub": subject})).headers["location"]
        assert back.startswith(f"{REDIRECT}/signin/")
        return back.removeprefix(REDIRECT)

    async def sign_in(self, subject: str, path: str = "/signin/mock") -> httpx.Response:
        """All the way there and back."""
        return await self.client.get(await self.consent(await self.go(path), subject))

    async def ask(self, document: str, **values: Any) -> Any:
        """One operation, as a page of the service's sends it: with the cookie."""
        origin = {"origin": str(self.client.base_url).rstrip("/")}
        answer = await self.client.post("/graphql", json={"query": document, "variables": {"input": values}}, headers=origin)
        return answer.json()["data"]


Claims = dict[str, Any]


@dataclass
class Liar:
    """A provider that answers as the test wishes: `claims` and `sign` change what its ID token says and how; `metadata` what it says of itself."""

    issuer: str = ""
    key: jwk.RSAKey = field(default_factory=lambda: jwk.RSAKey.generate_key(2048, {"kid": "1", "use": "sig", "alg": "RS256"}))
    claims: Callable[[Claims], Claims] = field(default=lambda claims: claims)
    sign: Callable[["Liar", Claims], str] = field(default=lambda liar, claims: liar.signed(claims))
    metadata: Claims = field(default_factory=dict)
    keys: list[Claims] | None = None
    nonce: str = ""
    asked: list[dict[str, str]] = field(default_factory=list)
    answer: Callable[[], Response] | None = None

    def signed(self, claims: Claims, key: Any = None, **header: Any) -> str:
        """A token, signed."""
        algorithm = header.get("alg", "RS256")
        return jws.serialize_compact({"alg": algorithm, "kid": "1", **header}, orjson.dumps(claims), key or self.key, algorithms=[algorithm])

    def unsigned(self, claims: Claims) -> str:
        """A token of the algorithm `none`."""
        parts = (base64.urlsafe_b64encode(orjson.dumps(part)).decode().rstrip("=") for part in ({"alg": "none"}, claims))
        return ".".join(parts) + "."

    def back(self, place: str, **more: str) -> str:
        """What the browser is sent back to, once it was there."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(place).query).items()}
        self.nonce = query["nonce"]
        extra = "".join(f"&{name}={value}" for name, value in more.items())
        return f"{query['redirect_uri'].removeprefix(REDIRECT)}?code=a-code&state={query['state']}{extra}"

    async def tell(self, _request: Request) -> Response:
        """What it says of itself."""
        if self.answer is not None:
            return self.answer()
        return JSONResponse({
            "issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/authorize?tenant=1", "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys", **self.metadata,
        })

    async def show_keys(self, _request: Request) -> Response:
        """Its public keys."""
        return JSONResponse({"keys": self.keys if self.keys is not None else [self.key.as_dict(private=False)]})

    async def exchange(self, request: Request) -> Response:
        """A code for a token."""
        self.asked.append({key: values[0] for key, values in parse_qs((await request.body()).decode()).items()} | {
            "authorization": request.headers.get("authorization", "")})
        now = int(time.time())
        claims = {"iss": self.issuer, "sub": "somebody", "aud": "school", "iat": now, "exp": now + 300, "nonce": self.nonce}
        return JSONResponse({"access_token": "x", "token_type": "Bearer", "id_token": self.sign(self, self.claims(claims))})


@asynccontextmanager
async def lying() -> AsyncIterator[Liar]:
    """A liar on a port."""
    liar = Liar()
    application = Starlette(routes=[
        Route("/.well-known/openid-configuration", liar.tell), Route("/keys", liar.show_keys), Route("/token", liar.exchange, methods=["POST"])])
    async with serving(application) as address:
        liar.issuer = f"http://{address}"
        yield liar


@asynccontextmanager
async def house(database_url: str, issuer: str, **more: Any) -> AsyncIterator[House]:
    """The service, which knows one provider."""
    async with running(database_url, public_url=REDIRECT, secret_keys=(KEY,), oidc=(configured(issuer, **more),)) as found:
        async with found.database.begin() as session:
            await session.execute(sa.update(Account).where(Account.login.in_(["parent", "teacher"])).values(password_hash=hashed()))
        yield found


@asynccontextmanager
async def another(found: House) -> AsyncIterator[Browser]:
    """A browser with nothing in it."""
    async with httpx.AsyncClient(base_url=f"http://{found.address}", timeout=30) as client:
        yield Browser(client)
