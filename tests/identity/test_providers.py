"""Signing in by a provider's word, with a real provider and a lying one: who is vouched for is only who has said so here, and no lie is believed."""

import base64
import hmac
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import orjson
import pyotp
import pytest
import sqlalchemy as sa
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwk
from starlette.responses import JSONResponse, RedirectResponse, Response

from school import clock, ids
from school.context import Role
from school.identity import invitations
from school.identity.models import Invitation, OutsideIdentity, Totp
from school.identity.secrets_at_rest import Safe
from school.ids import Kind, Ref
from school.registry.account_models import Account, AccountRole, Session, SessionKind
from tests.identity.desk import KEY, hashed
from tests.identity.provider import REDIRECT, Browser, Liar, configured, lying, provider_process
from tests.serving.house import House, running

ME = "{me {login}}"
PREPARE = "mutation($input: PrepareProviderInput!) {prepareProvider(input: $input) {... on ProviderPrepared {path} ... on Refusal {code}}}"
UNLINK = "mutation {unlinkProvider(name: \"mock\") {... on FactorRemoved {done} ... on Refusal {code}}}"
SIGN_IN = "mutation($input: SignInInput!) {signIn(input: $input) {... on SignedIn {token} ... on Refusal {code}}}"
COMPLETE = "mutation($input: CompleteSignInInput!) {completeSignIn(input: $input) {... on SignedIn {token} ... on Refusal {code}}}"
PROVIDERS = "{myProviders {name} signInProviders {name titleRu titleEn path}}"
PASSWORD = "correct horse"


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """A real provider, for all tests of this module."""
    with provider_process() as address:
        yield address


@asynccontextmanager
async def house(database_url: str, issuer: str, **more: Any) -> AsyncIterator[House]:
    """The service, which knows one provider."""
    async with running(database_url, public_url=REDIRECT, secret_keys=(KEY,), oidc=(configured(issuer, **more),)) as found:
        async with found.database.begin() as session:
            await session.execute(sa.update(Account).where(Account.login.in_(["parent", "teacher"])).values(password_hash=hashed()))
        yield found


async def identities(found: House) -> list[tuple[str, str]]:
    """Who is linked: subject and login."""
    async with found.database.read() as session:
        rows = await session.execute(sa.select(OutsideIdentity.subject, Account.login).join(Account).order_by(OutsideIdentity.subject))
        return [(row.subject, row.login) for row in rows]


async def link(browser: Browser, subject: str, login: str = "parent") -> httpx.Response:
    """Sign in with a password, and link the identity of a subject."""
    assert (await browser.ask(SIGN_IN, login=login, password=PASSWORD, cookie=True))["signIn"] == {"token": None}
    path = (await browser.ask(PREPARE, provider="mock"))["prepareProvider"]["path"]
    return await browser.sign_in(subject, path)


@asynccontextmanager
async def another(found: House) -> AsyncIterator[Browser]:
    """A browser with nothing in it."""
    async with httpx.AsyncClient(base_url=f"http://{found.address}", timeout=30) as client:
        yield Browser(client)


async def test_an_identity_is_linked_by_its_owner_and_signs_in_from_then_on(database_url: str, issuer: str) -> None:
    async with house(database_url, issuer) as found, another(found) as browser, another(found) as elsewhere:
        subject = f"mother {ids.new()}"
        assert (await elsewhere.sign_in(subject)).headers["location"] == "/?refused=BAD_CREDENTIALS"
        done = await link(browser, subject)
        assert (done.status_code, done.headers["location"]) == (303, "/")
        assert await identities(found) == [(subject, "parent")]
        assert await browser.ask(PROVIDERS) == {
            "myProviders": [{"name": "mock"}], "signInProviders": [{"name": "mock", "titleRu": "Город", "titleEn": "City", "path": "/signin/mock"}]}
        entered = await elsewhere.sign_in(subject)
        assert entered.headers["location"] == "/"
        assert "HttpOnly; SameSite=Lax" in entered.headers["set-cookie"]
        assert await elsewhere.ask(ME) == {"me": {"login": "parent"}}
        async with found.database.read() as session:
            kinds = (await session.execute(sa.select(Session.kind, Session.strong))).all()
        assert kinds == [(SessionKind.BROWSER, False)] * 2
        assert (await elsewhere.ask(UNLINK))["unlinkProvider"] == {"done": True}
        assert (await elsewhere.ask(UNLINK))["unlinkProvider"] == {"code": "NOT_FOUND"}
        assert (await browser.sign_in(subject)).headers["location"] == "/?refused=BAD_CREDENTIALS"
        assert await identities(found) == []


async def test_the_name_of_a_login_or_an_address_is_nobody_s_identity(sqlite_url: str, issuer: str) -> None:
    async with house(sqlite_url, issuer) as found, another(found) as browser:
        for subject in ("parent", "office", "parent@school.test"):
            assert (await browser.sign_in(subject)).headers["location"] == "/?refused=BAD_CREDENTIALS"
        assert await browser.ask(ME) == {"me": None}


async def test_an_invitation_makes_an_account_that_a_provider_vouches_for(database_url: str, issuer: str) -> None:
    async with house(database_url, issuer) as found, another(found) as browser, another(found) as elsewhere:
        person = Ref(1, found.world.people["other_parent"])
        async with found.database.begin() as session:
            await session.execute(sa.delete(AccountRole).where(AccountRole.person_id == person.id))
            code = (await invitations.invite_by_operator(session, person, Role.GUARDIAN)).code
        subject = f"father {ids.new()}"
        assert (await browser.ask(PREPARE, provider="mock"))["prepareProvider"] == {"code": "NOT_SIGNED_IN"}
        assert (await browser.ask(PREPARE, provider="other", invitation=code))["prepareProvider"] == {"code": "NOT_OFFERED"}
        assert (await browser.ask(PREPARE, provider="mock", invitation="0000"))["prepareProvider"] == {"code": "BAD_CODE"}
        paths = [(await browser.ask(PREPARE, provider="mock", invitation=code))["prepareProvider"]["path"] for _ in range(2)]
        assert (await browser.sign_in(subject, paths[0])).headers["location"] == "/"
        login = (await browser.ask(ME))["me"]["login"]
        assert login.startswith("mock-")
        assert (await browser.ask("{me {children {id}}}"))["me"]["children"] == [{"id": found.id(Kind.PERSON, found.world.people["boris"])}]
        assert (await elsewhere.sign_in(f"thief {ids.new()}", paths[1])).headers["location"] == "/?refused=BAD_CODE"
        assert (await elsewhere.sign_in(subject)).headers["location"] == "/"
        async with found.database.read() as session:
            assert await session.scalar(sa.select(Account.password_hash).where(Account.login == login)) is None
            assert (await session.execute(sa.select(Invitation.used_at.is_not(None)))).scalars().all() == [True]


async def test_a_way_is_one_browser_s_for_one_time(sqlite_url: str, issuer: str) -> None:
    async with house(sqlite_url, issuer) as found, another(found) as browser, another(found) as victim:
        subject = f"mother {ids.new()}"
        await link(browser, subject)
        back = await browser.consent(await browser.go(), subject)
        assert (await victim.client.get(back)).headers["location"] == "/?refused=SIGN_IN_AGAIN"  # it has not gone there
        await victim.go()
        back = await browser.consent(await browser.go(), subject)
        assert (await victim.client.get(back)).headers["location"] == "/?refused=SIGN_IN_AGAIN"  # nor this way
        assert await victim.ask(ME) == {"me": None}
        back = await browser.consent(await browser.go(), subject)
        state = parse_qs(urlsplit(back).query)["state"][0]
        for forged in (back.replace(state, "x" * 43), back.replace("state=", "st="), f"{back}&state={state}", f"{back}&code=x", "/signin/mock/callback"):
            assert (await browser.client.get(forged)).headers["location"] in ("/?refused=SIGN_IN_AGAIN", "/?refused=BAD_CREDENTIALS"), forged
        assert (await browser.client.get(back)).headers["location"] == "/"
        assert (await browser.client.get(back)).headers["location"] == "/?refused=SIGN_IN_AGAIN"  # the same answer, again


async def test_a_code_that_was_used_is_refused_by_the_provider(sqlite_url: str, issuer: str) -> None:
    async with house(sqlite_url, issuer) as found, another(found) as browser:
        subject = f"mother {ids.new()}"
        await link(browser, subject)
        used = parse_qs(urlsplit(await browser.consent(await browser.go(), subject)).query)["code"][0]
        await browser.client.get(await browser.consent(await browser.go(), subject))
        async with httpx.AsyncClient() as thief:
            await thief.post(f"{issuer}/oauth2/token", data={
                "grant_type": "authorization_code", "code": used, "redirect_uri": f"{REDIRECT}/signin/mock/callback"}, auth=("school", "x"))
        back = await browser.consent(await browser.go(), subject)
        fresh = parse_qs(urlsplit(back).query)["code"][0]
        assert (await browser.client.get(back.replace(fresh, used))).headers["location"] == "/?refused=BAD_CREDENTIALS"


async def test_whoever_says_no_at_the_provider_comes_home(sqlite_url: str, issuer: str) -> None:
    async with house(sqlite_url, issuer) as found, another(found) as browser, httpx.AsyncClient() as there:
        denied = (await there.post(await browser.go(), data={"action": "deny"})).headers["location"]
        query = urlsplit(denied).query
        answer = await browser.client.get(f"/signin/mock/callback?{query}")
        assert answer.headers["location"] in ("/?refused=BAD_CREDENTIALS", "/?refused=SIGN_IN_AGAIN")


async def test_a_linking_way_is_the_session_s_that_has_prepared_it(sqlite_url: str, issuer: str) -> None:
    async with house(sqlite_url, issuer) as found, another(found) as browser, another(found) as victim:
        await browser.ask(SIGN_IN, login="parent", password=PASSWORD, cookie=True)
        await victim.ask(SIGN_IN, login="teacher", password=PASSWORD, cookie=True)
        path = (await browser.ask(PREPARE, provider="mock"))["prepareProvider"]["path"]
        assert await victim.go(path) == "/?refused=SIGN_IN_AGAIN"  # the attacker's own, sent to another
        path = (await victim.ask(PREPARE, provider="mock"))["prepareProvider"]["path"]
        place = await victim.go(path)
        back = await victim.consent(place, f"attacker {ids.new()}")
        await victim.ask("mutation {signOut {__typename}}")
        assert (await victim.client.get(back)).headers["location"] == "/?refused=SIGN_IN_AGAIN"
        await victim.ask(SIGN_IN, login="teacher", password=PASSWORD, cookie=True)
        path = (await victim.ask(PREPARE, provider="mock"))["prepareProvider"]["path"]
        back = await victim.consent(await victim.go(path), f"attacker {ids.new()}")
        await victim.ask(SIGN_IN, login="parent", password=PASSWORD, cookie=True)
        assert (await victim.client.get(back)).headers["location"] == "/?refused=SIGN_IN_AGAIN"  # somebody else sits there now
        assert await identities(found) == []
        subject = f"mother {ids.new()}"
        await link(browser, subject)
        taken = await link(victim, subject, "teacher")
        assert taken.headers["location"] == "/?refused=CONFLICT"
        assert await identities(found) == [(subject, "parent")]


async def test_an_account_with_a_second_factor_is_asked_for_it(sqlite_url: str, issuer: str) -> None:
    async with house(sqlite_url, issuer) as found, another(found) as browser:
        subject, secret = f"teacher {ids.new()}", pyotp.random_base32()
        await link(browser, subject, "teacher")
        async with found.database.begin() as session:
            session.add(Totp(account_id=found.world.accounts["teacher"], secret=Safe([KEY]).lock(secret), made_at=clock.now(), confirmed_at=clock.now(),
                             last_step=0))
        browser.client.cookies.clear()
        home = (await browser.sign_in(subject)).headers["location"]
        assert home.startswith("/#ticket=")
        assert await browser.ask(ME) == {"me": None}
        done = await browser.ask(COMPLETE, ticket=home.removeprefix("/#ticket="), code=pyotp.TOTP(secret).now(), cookie=True)
        assert done["completeSignIn"] == {"token": None}
        assert await browser.ask(ME) == {"me": {"login": "teacher"}}


async def test_nothing_that_is_brought_along_is_followed(sqlite_url: str, issuer: str) -> None:
    async with house(sqlite_url, issuer) as found, another(found) as browser:
        place = await browser.go("/signin/mock?next=https://evil.test&redirect_uri=https://evil.test&with=")
        assert place == "/?refused=SIGN_IN_AGAIN"
        for path in (
            "/signin/other", "/signin/mock//evil.test", "/signin/mock/callback?next=//evil.test", "/signin/mock/callback?error=https://evil.test&state=x",
            f"/signin/mock/callback?state={'x' * 5000}", "/signin/%2f%2fevil.test",
        ):
            answer = await browser.client.get(path)
            assert answer.status_code == 404 or answer.headers["location"].startswith("/?refused="), path
            assert "evil" not in answer.headers.get("location", "") + answer.text
        assert (await browser.client.post("/signin/mock")).status_code == 405


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
    from school.identity import providers

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
