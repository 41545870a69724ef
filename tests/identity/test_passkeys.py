"""Passkeys, with a phone in software: made in a fresh session, used without a password, and no use to whoever copies, replays or phishes."""

import asyncio
import datetime as dt
import json
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric import ec

from school import ids
from school.context import Viewer
from school.identity import throttle
from school.identity.models import Passkey, Ticket
from school.ids import Kind
from school.registry.account_models import Account, Session, SessionKind
from tests.identity.authenticator import PRESENT, Authenticator
from tests.identity.desk import ORIGIN, WRONG, Desk
from tests.registry.office import NO_SUCH, NOON, at
from tests.statements import statements

START = "mutation {startPasskey {... on PasskeyOptions {options} ... on Refusal {code}}}"
ADD = """mutation($input: AddPasskeyInput!) {addPasskey(input: $input) {
    ... on PasskeyAdded {passkey {id name madeAt usedAt}} ... on Refusal {code}}}"""
REMOVE = "mutation($input: ID!) {removePasskey(id: $input) {... on Done {done} ... on Refusal {code message}}}"
ASK = "mutation {startPasskeySignIn {... on PasskeyOptions {options} ... on Refusal {code retryAfter}}}"
IN = """mutation($input: PasskeySignInInput!) {signInWithPasskey(input: $input) {
    ... on SignedIn {token expiresAt device} ... on Refusal {code}}}"""
SECURITY = "{mySecurity {strong passkeys {id name usedAt}}}"
BAD_INPUT = {"code": "BAD_INPUT"}


async def options(desk: Desk, viewer: Viewer | None, document: str) -> str:
    """What the browser is told."""
    [found] = (await desk.ask(viewer, document))["data"].values()
    text: str = found["options"]
    return text


async def enrol(desk: Desk, login: str = "teacher", phone: Authenticator | None = None) -> tuple[Viewer, Authenticator]:
    """A session and the phone that was added in it."""
    viewer, phone = await desk.enter(login), phone or Authenticator(ORIGIN)
    added = await desk.result(viewer, ADD, name="my phone", credential=phone.create(await options(desk, viewer, START)))
    assert added["passkey"] == {"id": added["passkey"]["id"], "name": "my phone", "madeAt": NOON.isoformat(), "usedAt": None}
    return viewer, phone


async def sign_in(desk: Desk, phone: Authenticator, **cheat: Any) -> Any:
    """Ask for a passkey, and bring it."""
    return await desk.result(None, IN, credential=phone.get(await options(desk, None, ASK), **cheat))


async def test_a_passkey_signs_in_alone_and_counts_as_two_factors(desk: Desk) -> None:
    viewer, phone = await enrol(desk)
    made = await sign_in(desk, phone)
    assert made == {"token": made["token"], "expiresAt": (NOON + dt.timedelta(hours=12)).isoformat(), "device": None}
    found = await desk.viewer_of(made["token"])
    assert (found.account_id, found.grants) == (viewer.account_id, desk.viewer("teacher").grants)
    assert [row["strong"] for row in await desk.rows(Session)] == [True, True]
    security = (await desk.ask(found, SECURITY))["data"]["mySecurity"]
    assert security == {"strong": True, "passkeys": [{"id": security["passkeys"][0]["id"], "name": "my phone", "usedAt": NOON.isoformat()}]}
    cookie = await desk.result(None, IN, credential=phone.get(await options(desk, None, ASK)), cookie=True)
    assert (cookie["token"], (await desk.rows(Session))[-1]["kind"]) == (None, SessionKind.BROWSER)
    assert (await desk.row(Passkey))["sign_count"] == 2


async def test_what_a_browser_is_asked_for_is_verified_and_discoverable(desk: Desk) -> None:
    viewer = await desk.enter("teacher")
    made = json.loads(await options(desk, viewer, START))
    assert (made["rp"]["id"], made["user"]["name"], made["attestation"]) == ("school.test", "teacher", "none")
    assert {key: made["authenticatorSelection"][key] for key in ("residentKey", "userVerification")} == {
        "residentKey": "required", "userVerification": "required"}
    asked = json.loads(await options(desk, None, ASK))
    assert (asked["rpId"], asked["userVerification"], asked.get("allowCredentials", [])) == ("school.test", "required", [])


@pytest.mark.parametrize("cheat", [
    {"host": "phishing.test"}, {"challenge": "A" * 86}, {"key": ec.generate_private_key(ec.SECP256R1())},
])
async def test_a_passkey_for_another_site_challenge_or_key_is_refused(desk: Desk, cheat: dict[str, Any]) -> None:
    _, phone = await enrol(desk)
    before = len(await desk.rows(Session))
    assert await sign_in(desk, phone, **cheat) == WRONG
    assert len(await desk.rows(Session)) == before
    assert (await desk.row(Passkey))["sign_count"] == 0


@pytest.mark.parametrize("origin", ["https://phishing.test", "http://school.test", "https://school.test:8443", "https://school.test.phishing.test", "null"])
async def test_another_origin_s_page_gets_nowhere(desk: Desk, origin: str) -> None:
    viewer, phone = await enrol(desk)
    phished = replace(phone, origin=origin)
    assert await sign_in(desk, phished) == WRONG
    made = Authenticator(origin).create(await options(desk, viewer, START))
    assert await desk.result(viewer, ADD, name="another", credential=made) == WRONG
    assert len(await desk.rows(Passkey)) == 1


async def test_a_phone_that_does_not_check_who_holds_it_is_refused(desk: Desk) -> None:
    viewer, phone = await enrol(desk)
    assert await sign_in(desk, replace(phone, flags=PRESENT)) == WRONG
    made = Authenticator(ORIGIN, flags=PRESENT).create(await options(desk, viewer, START))
    assert await desk.result(viewer, ADD, name="another", credential=made) == WRONG


async def test_a_challenge_is_good_once_for_five_minutes_and_for_what_it_was_made(desk: Desk) -> None:
    viewer, phone = await enrol(desk)
    answer = phone.get(await options(desk, None, ASK))
    assert "token" in await desk.result(None, IN, credential=answer)
    assert await desk.harmless(None, IN, credential=answer) == WRONG
    asked, made = await options(desk, None, ASK), await options(desk, viewer, START)
    for_making = json.dumps({"rpId": "school.test", "challenge": json.loads(made)["challenge"]})
    assert await desk.harmless(None, IN, credential=phone.get(for_making)) == WRONG
    at(NOON + dt.timedelta(minutes=5))
    assert await desk.harmless(None, IN, credential=phone.get(asked)) == WRONG
    assert await desk.harmless(viewer, ADD, name="late", credential=Authenticator(ORIGIN).create(made)) == WRONG


async def test_a_counter_that_goes_backwards_is_a_copy(desk: Desk) -> None:
    _, phone = await enrol(desk)
    copy = replace(phone)
    for _ in range(3):
        assert "token" in await sign_in(desk, phone)
    assert await sign_in(desk, copy) == WRONG
    assert "token" in await sign_in(desk, phone)


async def test_of_one_answer_at_once_one_is_let_in(desk: Desk) -> None:
    _, phone = await enrol(desk)
    answer = phone.get(await options(desk, None, ASK))
    answers = await asyncio.gather(*(desk.result(None, IN, credential=answer) for _ in range(4)))
    assert sorted("token" in answer for answer in answers) == [False, False, False, True]


async def test_a_challenge_is_its_account_s(desk: Desk) -> None:
    viewer, stranger = await desk.enter("teacher"), await desk.enter("stranger")
    made = Authenticator(ORIGIN).create(await options(desk, viewer, START))
    assert await desk.result(stranger, ADD, name="stolen", credential=made) == WRONG
    assert await desk.rows(Passkey) == []


async def test_the_same_passkey_is_kept_once(desk: Desk) -> None:
    viewer, phone = await enrol(desk)
    asked = await options(desk, viewer, START)
    assert [one["id"] for one in json.loads(asked)["excludeCredentials"]] == [json.loads(phone.create(asked))["id"]]
    assert await desk.result(viewer, ADD, name="again", credential=phone.create(asked)) == {"code": "CONFLICT"}
    assert len(await desk.rows(Passkey)) == 1


async def test_a_passkey_is_added_and_removed_in_a_fresh_session_by_its_owner(desk: Desk) -> None:
    viewer, phone = await enrol(desk)
    stranger, row = await desk.enter("stranger"), await desk.row(Passkey)
    key = ids.encode(Kind.PASSKEY, 0, row["id"])
    assert (await desk.ask(stranger, REMOVE, input=key))["data"]["removePasskey"] == NO_SUCH
    at(NOON + dt.timedelta(minutes=15))
    assert (await desk.ask(viewer, START))["data"]["startPasskey"] == {"code": "SIGN_IN_AGAIN"}
    assert (await desk.ask(viewer, REMOVE, input=key))["data"]["removePasskey"]["code"] == "SIGN_IN_AGAIN"
    fresh = await desk.viewer_of((await sign_in(desk, phone))["token"])
    assert (await desk.ask(fresh, REMOVE, input=key))["data"]["removePasskey"] == {"done": True}
    assert await sign_in(desk, phone) == WRONG


async def test_a_disabled_account_s_passkey_is_refused(desk: Desk) -> None:
    _, phone = await enrol(desk)
    async with desk.database.begin() as session:
        await session.execute(sa.update(Account).where(Account.login == "teacher").values(disabled_at=NOON))
    assert await sign_in(desk, phone) == WRONG


async def test_ten_passkeys_are_the_most(desk: Desk) -> None:
    viewer, _ = await enrol(desk)
    for _ in range(9):
        made = Authenticator(ORIGIN).create(await options(desk, viewer, START))
        assert "passkey" in await desk.result(viewer, ADD, name="another", credential=made)
    assert (await desk.ask(viewer, START))["data"]["startPasskey"] == {"code": "TOO_MANY"}


async def test_challenges_are_asked_for_within_a_rate(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "CHALLENGE", replace(throttle.CHALLENGE, burst=3))
    for _ in range(3):
        await options(desk, None, ASK)
    assert (await desk.ask(None, ASK))["data"]["startPasskeySignIn"] == {"code": "TOO_MANY_ATTEMPTS", "retryAfter": 1}
    assert len(await desk.rows(Ticket)) == 3


async def test_a_whole_school_behind_one_address_asks_at_once(desk: Desk) -> None:
    for _ in range(500):
        await throttle.attempt(desk.database, (throttle.CHALLENGE, "192.0.2.1"))
    assert await options(desk, None, ASK)


async def test_an_unknown_challenge_costs_a_look_and_no_write(desk: Desk) -> None:
    _, phone = await enrol(desk)
    asked = json.dumps({"rpId": "school.test", "challenge": "A" * 86})
    with statements(desk.database) as sent:
        assert await desk.result(None, IN, credential=phone.get(asked)) == WRONG
    assert sent == ["SELECT"]


async def test_an_account_keeps_ten_however_many_are_added_at_once(desk: Desk) -> None:
    viewer, _ = await enrol(desk)
    phones = [Authenticator(ORIGIN) for _ in range(13)]
    made = [phone.create(await options(desk, viewer, START)) for phone in phones]
    answers = await asyncio.gather(*(desk.result(viewer, ADD, name=f"{number}", credential=one) for number, one in enumerate(made)))
    assert sorted(answer.get("code", "ADDED") for answer in answers) == ["ADDED"] * 9 + ["TOO_MANY"] * 4
    assert len(await desk.rows(Passkey)) == 10
    assert (await desk.ask(viewer, START))["data"]["startPasskey"] == {"code": "TOO_MANY"}


async def test_a_service_that_does_not_know_its_address_offers_none(desk: Desk) -> None:
    viewer, bare = await desk.enter("teacher"), desk.with_(public_url=None)
    assert (await bare.ask(viewer, START))["data"]["startPasskey"] == {"code": "NOT_OFFERED"}
    assert (await bare.ask(None, ASK))["data"]["startPasskeySignIn"]["code"] == "NOT_OFFERED"


@pytest.mark.parametrize("text", [
    "", "{", "[]", "{}", "null", "1", '{"response": []}', '{"response": {"clientDataJSON": 1}}', '{"response": {"clientDataJSON": "AAAA"}}', "[" * 10_000,
    "x" * 20_001, '{"response": {"clientDataJSON": "eyJjaGFsbGVuZ2UiOiAxfQ"}}',
])
async def test_what_is_no_credential_is_refused(desk: Desk, text: str) -> None:
    assert await desk.harmless(None, IN, credential=text) == BAD_INPUT


@pytest.mark.parametrize("change", [
    {"rawId": "é"}, {"rawId": None}, {"rawId": 1}, {"id": 1}, {"type": "other"}, {"response": {}}, {"response": {"authenticatorData": "AA"}},
    {"response": {"signature": "é"}}, {"response": {"signature": None}}, {"response": {"authenticatorData": 5}},
])
async def test_a_broken_credential_is_refused(desk: Desk, change: dict[str, Any]) -> None:
    _, phone = await enrol(desk)
    whole = json.loads(phone.get(await options(desk, None, ASK)))
    broken = whole | {key: {**whole[key], **value} if isinstance(value, dict) and value else value for key, value in change.items()}
    answer = await desk.result(None, IN, credential=json.dumps(broken))
    assert answer in (WRONG, BAD_INPUT)
