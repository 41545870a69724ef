"""Signing in with a password: one refusal for every wrong pair, tokens kept as digests, cookies that no script sees."""

import datetime as dt

import pytest
import sqlalchemy as sa

from school.context import NOBODY
from school.identity import passwords
from school.registry.account_models import Account, Session, SessionKind
from school.registry.accounts import digest_of
from tests.identity.desk import PASSWORD, SIGN_IN, WRONG, Desk
from tests.registry.office import NOON, STRANGER, at
from tests.statements import statements

SIGN_OUT = "mutation {signOut {... on Done {done} ... on Refusal {code message}}}"
LASTS, IDLE = dt.timedelta(hours=12), dt.timedelta(hours=4)


async def test_a_session_begins_lasts_and_ends(desk: Desk) -> None:
    await desk.give_password("parent")
    made = await desk.sign_in(" Parent ")
    assert made == {"token": made["token"], "expiresAt": (NOON + LASTS).isoformat(), "device": made["device"]}
    viewer = await desk.viewer_of(made["token"])
    assert (viewer.account_id, viewer.grants, viewer.children) == (
        desk.viewer("parent").account_id, desk.viewer("parent").grants, desk.viewer("parent").children)
    assert await desk.row(Session) == {
        "id": viewer.session_id, "account_id": viewer.account_id, "digest": digest_of(made["token"]), "kind": SessionKind.CLIENT, "name": None,
        "scopes": None, "strong": False, "address": "192.0.2.1", "client": "Tester/1.0", "made_at": NOON, "seen_at": NOON, "expires_at": NOON + IDLE,
        "ends_at": NOON + LASTS, "revoked_at": None,
    }
    assert await desk.ask(viewer, SIGN_OUT) == {"data": {"signOut": {"done": True}}}
    assert (await desk.row(Session))["revoked_at"] == NOON
    assert await desk.viewer_of(made["token"]) == NOBODY
    assert await desk.ask(None, SIGN_OUT) == {"data": {"signOut": STRANGER}}


async def test_a_browser_s_token_is_in_the_cookie_and_nowhere_else(desk: Desk) -> None:
    await desk.give_password("parent")
    made = await desk.sign_in("parent", cookie=True)
    cookie = desk.contexts[-1].cookie
    assert made == {"token": None, "expiresAt": (NOON + LASTS).isoformat(), "device": made["device"]}
    viewer = await desk.viewer_of(cookie.value)
    assert (viewer.account_id, cookie.max_age, (await desk.row(Session))["kind"]) == (desk.viewer("parent").account_id, 12 * 3600, SessionKind.BROWSER)
    await desk.ask(viewer, SIGN_OUT)
    assert (desk.contexts[-1].cookie.value, desk.contexts[-1].cookie.max_age) == (None, 0)


@pytest.mark.real_cost
@pytest.mark.parametrize(("login", "password"), [
    ("parent", "wrong horse"), ("nobody", PASSWORD), ("disabled", PASSWORD), ("anna", ""), ("", ""), ("x" * 1000, "x" * 1000),
    ("parent\0", PASSWORD), ("\0", "\0"), ("\ud800parent", PASSWORD), ("parent", "correct \ud800horse"), ("\udfff", "\ud800"),
])
async def test_every_wrong_pair_is_one_refusal_at_one_cost(desk: Desk, login: str, password: str, monkeypatch: pytest.MonkeyPatch) -> None:
    await desk.give_password("parent", "stranger")
    async with desk.database.begin() as session:
        await session.execute(sa.update(Account).where(Account.login == "stranger").values(login="disabled", disabled_at=NOON))
    verified, verify = [], passwords._verify

    def counted(password_hash: str, tried: str) -> bool:
        verified.append(password_hash.split("$")[1:4])  # the algorithm and its cost
        return verify(password_hash, tried)

    monkeypatch.setattr(passwords, "_verify", counted)
    with statements(desk.database) as sent:
        assert await desk.result(None, SIGN_IN, login=login, password=password) == WRONG | {"retryAfter": None}
    sent = [verb for verb in sent if verb != "DELETE"]  # now and then, by chance, old counts are swept away
    assert (sent, verified) == (["SELECT", "INSERT", "INSERT", "INSERT"], [["argon2id", "v=19", "m=19456,t=2,p=1"]])
    assert await desk.rows(Session) == []


async def test_use_keeps_a_session_alive_until_its_end(desk: Desk) -> None:
    await desk.give_password("parent")
    token, forgotten = (await desk.sign_in("parent"))["token"], (await desk.sign_in("parent"))["token"]
    minute, moment = dt.timedelta(minutes=1), NOON
    while moment + 3 * 60 * minute < NOON + LASTS:
        moment += 3 * 60 * minute
        at(moment)
        assert (await desk.use(token)).signed_in
    at(NOON + LASTS - minute)
    assert (await desk.use(token)).signed_in
    assert await desk.use(forgotten) == NOBODY  # nobody has used it for four hours
    at(NOON + LASTS)
    assert await desk.use(token) == NOBODY


async def test_the_last_use_is_kept_coarsely(desk: Desk) -> None:
    await desk.give_password("parent")
    token = (await desk.sign_in("parent"))["token"]
    for later, kept, sent in (
        (dt.timedelta(minutes=4, seconds=59), dt.timedelta(), ["SELECT"]), (dt.timedelta(minutes=5), dt.timedelta(minutes=5), ["SELECT", "UPDATE"]),
        (dt.timedelta(minutes=6), dt.timedelta(minutes=5), ["SELECT"]),
    ):
        at(NOON + later)
        with statements(desk.database) as seen:
            await desk.use(token)
        assert (seen, (await desk.row(Session))["seen_at"]) == (sent, NOON + kept)


async def test_the_fifty_first_session_makes_the_oldest_end(desk: Desk) -> None:
    await desk.give_password("parent")
    tokens = []
    for second in range(51):
        at(NOON + dt.timedelta(seconds=second))
        tokens.append((await desk.sign_in("parent"))["token"])
    assert [(await desk.viewer_of(token)).signed_in for token in (tokens[0], tokens[1], tokens[-1])] == [False, True, True]


async def test_an_account_that_is_disabled_is_nobody_at_once(desk: Desk) -> None:
    await desk.give_password("parent")
    token = (await desk.sign_in("parent"))["token"]
    async with desk.database.begin() as session:
        await session.execute(sa.update(Account).where(Account.login == "parent").values(disabled_at=NOON))
    assert await desk.use(token) == NOBODY
