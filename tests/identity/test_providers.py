"""What a provider says, with a lying one: no lie is believed, and one that does not answer as a provider is away."""

import base64
import hmac
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest
import sqlalchemy as sa
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwk
from starlette.responses import JSONResponse, RedirectResponse, Response

from school import clock
from school.identity import providers
from school.identity.models import OutsideIdentity
from school.registry.account_models import Session
from tests.identity.provider import REDIRECT, Liar, another, house, lying


async def test_what_is_sent_to_a_provider(sqlite_url: str) -> None:
    async with lying() as liar, house(sqlite_url, liar.issuer) as found, another(found) as browser:
        place = await browser.go()
        query = {name: values[0] for name, values in parse_qs(urlsplit(place).query).items()}
        assert place.startswith(f"{liar.issuer}/authorize?tenant=1&")
        assert {name: query[name] for name in query if name not in {"state", "nonce", "code_challenge", "tenant"}} == {
            "response_type": "code", "client_id": "school", "redirect_uri": f"{REDIRECT}/signin/mock/callback", "scope": "openid",
            "code_challenge_method": "S256"}
        await browser.client.get(liar.back(place))
        [asked] = liar.asked
        assert create_s256_code_challenge(asked["code_verifier"]) == query["code_challenge"]
        assert base64.b64decode(asked["authorization"].removeprefix("Basic ")) == b"school:secret%20%26%20more"
        assert {asked[name] for name in ("grant_type", "code", "redirect_uri")} == {"authorization_code", "a-code", query["redirect_uri"]}
        ways = [parse_qs(urlsplit(await browser.go()).query) for _ in range(2)]
        assert all(ways[0][name] != ways[1][name] for name in ("state", "nonce", "code_challenge"))


OTHER = jwk.RSAKey.generate_key(2048, {"kid": "1"})
Lie = Callable[[Liar], None]


def says(**changed: Any) -> Lie:
    """The token says something else; None leaves a claim out."""

    def lie(liar: Liar) -> None:
        liar.claims = lambda claims: {name: value for name, value in {**claims, **changed}.items() if value is not None}

    return lie


def signs(how: Callable[[Liar, dict[str, Any]], str]) -> Lie:
    """The token is signed in another way."""

    def lie(liar: Liar) -> None:
        liar.sign = how

    return lie


def by_secret(liar: Liar, claims: dict[str, Any]) -> str:
    """HMAC with the public key as its secret: the confusion of algorithms."""
    signed = ".".join(base64.urlsafe_b64encode(orjson.dumps(part)).decode().rstrip("=") for part in ({"alg": "HS256", "kid": "1"}, claims))
    seal = hmac.digest(liar.key.as_pem(private=False), signed.encode(), "sha256")
    return f"{signed}.{base64.urlsafe_b64encode(seal).decode().rstrip('=')}"


LIES: dict[str, Lie] = {
    "another nonce": says(nonce="another"), "no nonce": says(nonce=None), "another issuer": says(iss="https://evil.test"), "no issuer": says(iss=None),
    "another audience": says(aud="another"), "another party": says(aud=["school", "another"], azp="another"), "no audience": says(aud=None),
    "expired": says(exp=int(time.time()) - 120), "no end": says(exp=None), "no beginning": says(iat=None), "from the future": says(nbf=int(time.time()) + 3600),
    "no subject": says(sub=None), "an empty subject": says(sub=""), "a number": says(sub=1), "a long subject": says(sub="x" * 256), "a NUL": says(sub="a\0"),
    "no signature": signs(lambda liar, claims: liar.unsigned(claims)), "another key": signs(lambda liar, claims: liar.signed(claims, OTHER)),
    "our secret": signs(lambda liar, claims: liar.signed(claims, jwk.OctKey.import_key("secret & more"), alg="HS256")),
    "the public key as a secret": signs(by_secret),
    "a broken signature": signs(lambda liar, claims: liar.signed(claims)[:-8] + "AAAAAAAA"), "nonsense": signs(lambda _liar, _claims: "a.b.c"),
    "a key of its own": signs(lambda liar, claims: liar.signed(claims, OTHER, jwk=OTHER.as_dict(private=False))),
}


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")  # the liar signs with what no one should
async def test_no_lie_is_believed(sqlite_url: str) -> None:
    async with lying() as liar, house(sqlite_url, liar.issuer) as found, another(found) as browser:
        async with found.database.begin() as session:
            session.add(OutsideIdentity(issuer=liar.issuer, subject="somebody", account_id=found.world.accounts["parent"], made_at=clock.now()))
        for name, lie in LIES.items():
            liar.claims, liar.sign = Liar().claims, Liar(key=liar.key).sign
            lie(liar)
            answer = await browser.client.get(liar.back(await browser.go()))
            assert answer.headers["location"] == "/?refused=BAD_CREDENTIALS", name
        async with found.database.read() as session:
            assert (await session.scalars(sa.select(Session.id))).all() == []
        liar.claims, liar.sign = Liar().claims, Liar(key=liar.key).sign
        assert (await browser.client.get(liar.back(await browser.go()))).headers["location"] == "/"  # and the truth is


async def test_an_answer_of_another_provider_s_is_refused(sqlite_url: str) -> None:
    async with lying() as liar, house(sqlite_url, liar.issuer) as found, another(found) as browser:
        for more in ({"iss": "https://evil.test"}, {"error": "access_denied"}):
            answer = await browser.client.get(liar.back(await browser.go(), **more))
            assert (answer.headers["location"], liar.asked) == ("/?refused=BAD_CREDENTIALS", [])


@pytest.mark.parametrize(("methods", "strong"), [([], False), (["pwd"], False), (["pwd", "otp"], True), ("otp", False), ([["otp"]], False)])
async def test_a_provider_s_second_factor_counts_where_it_is_trusted(sqlite_url: str, methods: Any, strong: bool) -> None:
    async with lying() as liar, house(sqlite_url, liar.issuer, strong_amr=("otp", "hwk")) as found, another(found) as browser:
        async with found.database.begin() as session:
            session.add(OutsideIdentity(issuer=liar.issuer, subject="somebody", account_id=found.world.accounts["teacher"], made_at=clock.now()))
        liar.claims = lambda claims: {**claims, "amr": methods}
        await browser.client.get(liar.back(await browser.go()))
        async with found.database.read() as session:
            assert (await session.scalars(sa.select(Session.strong))).all() == ([] if methods == "otp" else [strong])


async def test_a_provider_s_new_key_is_learnt(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with lying() as liar, house(sqlite_url, liar.issuer) as found, another(found) as browser:
        async with found.database.begin() as session:
            session.add(OutsideIdentity(issuer=liar.issuer, subject="somebody", account_id=found.world.accounts["teacher"], made_at=clock.now()))
        assert (await browser.client.get(liar.back(await browser.go()))).headers["location"] == "/"
        liar.key = jwk.RSAKey.generate_key(2048, {"kid": "2", "use": "sig"})
        liar.sign = lambda one, claims: one.signed(claims, kid="2")
        assert (await browser.client.get(liar.back(await browser.go()))).headers["location"] == "/?refused=BAD_CREDENTIALS"  # asked a moment ago
        monkeypatch.setattr(providers, "ASKED_AGAIN", 0.0)
        assert (await browser.client.get(liar.back(await browser.go()))).headers["location"] == "/"


@pytest.mark.parametrize("answer", [
    lambda: Response("x" * 300_000, media_type="application/json"), lambda: Response("[]", media_type="application/json"), lambda: Response("nonsense"),
    lambda: Response(status_code=500), lambda: RedirectResponse("http://127.0.0.1:1/"), lambda: JSONResponse({"issuer": "https://evil.test"}),
])
async def test_a_provider_that_does_not_answer_as_one_is_away(sqlite_url: str, answer: Callable[[], Response]) -> None:
    async with lying() as liar, house(sqlite_url, liar.issuer) as found, another(found) as browser:
        liar.answer = answer
        assert await browser.go() == "/?refused=PROVIDER_AWAY"
        liar.answer = None
        assert (await browser.go()).startswith(liar.issuer)


@pytest.mark.parametrize("metadata", [
    {"issuer": "x"}, {"token_endpoint": None}, {"jwks_uri": "file:///etc/passwd"}, {"authorization_endpoint": "javascript:x"},
])
async def test_a_provider_that_points_elsewhere_is_away(sqlite_url: str, metadata: dict[str, Any]) -> None:
    async with lying() as liar, house(sqlite_url, liar.issuer) as found, another(found) as browser:
        liar.metadata = metadata
        assert await browser.go() == "/?refused=PROVIDER_AWAY"


async def test_a_provider_that_is_not_there_is_away(sqlite_url: str) -> None:
    async with house(sqlite_url, "http://127.0.0.1:1") as found, another(found) as browser:
        assert await browser.go() == "/?refused=PROVIDER_AWAY"
        assert found.logs[-1]["event"] == "a provider is away"
