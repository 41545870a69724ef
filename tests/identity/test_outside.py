"""Signing in by a provider's word, with a real provider: who is vouched for is only who has said so here, in the browser that has begun it."""

import datetime as dt
import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pyotp
import pytest
import sqlalchemy as sa

from school import clock, ids
from school.context import NOBODY, Role
from school.errors import Refused
from school.identity import invitations, outside
from school.identity.models import Invitation, OutsideIdentity, Totp
from school.identity.providers import Providers
from school.identity.secrets_at_rest import Safe
from school.identity.sessions import Client
from school.ids import Kind, Ref
from school.registry.account_models import Account, AccountRole, Session, SessionKind
from tests.identity.desk import KEY, PASSWORD, Desk
from tests.identity.provider import REDIRECT, Browser, another, configured, house, provider_process
from tests.serving.house import House
from tests.statements import statements

ME = "{me {login}}"
PREPARE = "mutation($input: PrepareProviderInput!) {prepareProvider(input: $input) {... on ProviderPrepared {path} ... on Refusal {code}}}"
UNLINK = "mutation {unlinkProvider(name: \"mock\") {... on Done {done} ... on Refusal {code}}}"
SIGN_IN = "mutation($input: SignInInput!) {signIn(input: $input) {... on SignedIn {token} ... on Refusal {code}}}"
COMPLETE = "mutation($input: CompleteSignInInput!) {completeSignIn(input: $input) {... on SignedIn {token} ... on Refusal {code}}}"
PROVIDERS = "{myProviders {name} signInProviders {name titleRu titleEn path}}"


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """A real provider, for all tests of this module."""
    with provider_process() as address:
        yield address


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


@pytest.mark.once
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


@pytest.mark.once
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
        paths = [(await one.ask(PREPARE, provider="mock", invitation=code))["prepareProvider"]["path"] for one in (browser, elsewhere)]
        assert (await browser.sign_in(subject, paths[0])).headers["location"] == "/"
        login = (await browser.ask(ME))["me"]["login"]
        assert login.startswith("mock-")
        assert (await browser.ask("{me {children {id}}}"))["me"]["children"] == [{"id": found.id(Kind.PERSON, found.world.people["boris"])}]
        assert (await elsewhere.sign_in(f"thief {ids.new()}", paths[1])).headers["location"] == "/?refused=BAD_CODE"
        assert (await elsewhere.sign_in(subject)).headers["location"] == "/"
        async with found.database.read() as session:
            assert await session.scalar(sa.select(Account.password_hash).where(Account.login == login)) is None
            assert (await session.execute(sa.select(Invitation.used_at.is_not(None)))).scalars().all() == [True]


async def test_a_prepared_invitation_is_the_browser_s_that_has_prepared_it(sqlite_url: str, issuer: str) -> None:
    """A link to it, sent to somebody who is known here, would put the sender's invitation into their account."""
    async with house(sqlite_url, issuer) as found, another(found) as browser, another(found) as victim, another(found) as third:
        subject, person = f"mother {ids.new()}", Ref(1, found.world.people["other_parent"])
        await link(victim, subject)
        async with found.database.begin() as session:
            await session.execute(sa.delete(AccountRole).where(AccountRole.person_id == person.id))
            code = (await invitations.invite_by_operator(session, person, Role.GUARDIAN)).code
        path = (await browser.ask(PREPARE, provider="mock", invitation=code))["prepareProvider"]["path"]
        await third.ask(PREPARE, provider="mock", invitation=code)  # a cookie of another preparation's
        for one in (victim, third):
            assert await one.go(path) == "/?refused=SIGN_IN_AGAIN"
        async with found.database.read() as session:
            assert (await session.scalars(sa.select(Invitation.used_at))).all() == [None]
        cookie = next(one for one in browser.client.cookies.jar if one.name == "school-way")
        assert (cookie.path, cookie.has_nonstandard_attr("HttpOnly")) == ("/", True)
        assert (await browser.sign_in(f"father {ids.new()}", path)).headers["location"] == "/"  # nobody has used it up


async def test_an_unknown_state_costs_a_look_and_no_write(desk: Desk) -> None:
    known = Providers((configured("http://127.0.0.1:1"),))
    client = Client("192.0.2.1", "", SessionKind.BROWSER, dt.timedelta(hours=1), dt.timedelta(hours=1))
    with statements(desk.database) as sent, pytest.raises(Refused, match=re.escape("Begin again.")):
        await outside.come_back(desk.database, known, "mock", REDIRECT, {"state": "x" * 43, "code": "y"}, browser="z" * 43, viewer=NOBODY, client=client)
    assert sent == ["SELECT"]


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
