"""The second factor: an app whose codes are good once, recovery codes for when it is lost, and schools that want it of their staff."""

import asyncio
import datetime as dt
from typing import Any

import pyotp
import pytest

from school import clock
from school.context import Viewer
from school.identity import factors
from school.identity.models import RecoveryCode, Ticket, Totp
from school.ids import Kind
from school.registry.account_models import Session
from school.registry.models import School
from school.settings import Settings
from tests.identity.desk import BAD_CODE, KEY, Desk
from tests.registry.office import NO_SUCH, NOON, NOT_ALLOWED, at, school_id

START = "mutation {startTotp {... on TotpStarted {secret uri} ... on Refusal {code}}}"
CONFIRM = "mutation($input: String!) {confirmTotp(code: $input) {... on RecoveryCodes {codes} ... on Refusal {code}}}"
RENEW = "mutation($input: String!) {renewRecoveryCodes(code: $input) {... on RecoveryCodes {codes} ... on Refusal {code}}}"
REMOVE = "mutation($input: String!) {removeTotp(code: $input) {... on Done {done} ... on Refusal {code}}}"
COMPLETE = "mutation($input: CompleteSignInInput!) {completeSignIn(input: $input) {... on SignedIn {token device} ... on Refusal {code retryAfter}}}"
SECURITY = "{mySecurity {totp recoveryCodes required strong passkeys {id}}}"
RULE = "mutation($input: RequireStaffFactorInput!) {requireStaffFactor(input: $input) {... on StaffFactorRule {required} ... on Refusal {code message}}}"
STEP = dt.timedelta(seconds=30)


class App:
    """A phone with the secret in it."""

    def __init__(self, secret: str) -> None:
        self.totp = pyotp.TOTP(secret)

    def shows(self, moment: dt.datetime = NOON) -> str:
        """The six digits of a moment."""
        return self.totp.at(moment)

    def wrong(self, moment: dt.datetime = NOON) -> str:
        """Six digits that are none of those around a moment."""
        near = {self.shows(moment + offset * STEP) for offset in range(-2, 3)}
        return next(digits for number in range(10) if (digits := f"{number:06}") not in near)


async def one(desk: Desk, viewer: Viewer | None, document: str, value: str) -> Any:
    """The result of a mutation of one argument."""
    [found] = (await desk.ask(viewer, document, input=value))["data"].values()
    return found


async def enrol(desk: Desk, login: str = "teacher") -> tuple[Viewer, App, list[str]]:
    """A session, an app that was confirmed in it half a minute ago, and its recovery codes."""
    viewer = await desk.enter(login)
    app = App((await desk.ask(viewer, START))["data"]["startTotp"]["secret"])
    codes = (await one(desk, viewer, CONFIRM, app.shows(NOON - STEP)))["codes"]
    return viewer, app, codes


async def complete(desk: Desk, ticket: str, code: str, **more: Any) -> Any:
    """What the second step is answered with."""
    return await desk.result(None, COMPLETE, ticket=ticket, code=code, **more)


async def test_an_app_is_enrolled_and_asked_for(desk: Desk) -> None:
    viewer = await desk.enter("teacher")
    started = (await desk.ask(viewer, START))["data"]["startTotp"]
    assert started["uri"] == f"otpauth://totp/School:teacher?secret={started['secret']}&issuer=School"
    assert "token" in await desk.sign_in("teacher")  # it does not count yet
    app = App(started["secret"])
    assert await one(desk, viewer, CONFIRM, app.wrong()) == BAD_CODE
    codes = (await one(desk, viewer, CONFIRM, app.shows()))["codes"]
    assert len(set(codes)) == 10
    kept = repr(await desk.everything())
    assert not any(secret in kept for secret in (started["secret"], *codes, *(code.replace("-", "") for code in codes)))
    assert (await desk.ask(viewer, SECURITY))["data"]["mySecurity"] == {
        "totp": True, "recoveryCodes": 10, "required": False, "strong": True, "passkeys": []}
    half = await desk.sign_in("teacher")
    assert set(half) == {"ticket"}
    at(NOON + STEP)
    made = await complete(desk, half["ticket"], app.shows(NOON + STEP))
    strong = await desk.row(Session, Session.strong, Session.id != viewer.session_id)
    assert strong["id"] == (await desk.viewer_of(made["token"])).session_id
    again = await desk.sign_in("teacher", device=made["device"], cookie=True)
    at(NOON + 2 * STEP)
    assert (await complete(desk, again["ticket"], app.shows(NOON + 2 * STEP), cookie=True)) == {"token": None, "device": made["device"]}
    assert (await desk.viewer_of(desk.contexts[-1].cookie.value)).signed_in


async def test_a_code_is_good_once_and_within_half_a_minute(desk: Desk) -> None:
    _, app, _ = await enrol(desk)
    tickets = [(await desk.sign_in("teacher"))["ticket"] for _ in range(6)]
    before = await desk.everything()
    for code in (app.shows(NOON - STEP), app.shows(NOON - 2 * STEP), app.shows(NOON + 2 * STEP), "", "12345", "1234567"):
        assert (await complete(desk.from_(f"198.51.100.{len(desk.contexts) % 250}"), tickets[0], code))["code"] == "BAD_CODE", code
    assert await desk.everything() == before
    assert "token" in await complete(desk, tickets[0], f" {app.shows()[:3]} {app.shows()[3:]} ")
    assert (await complete(desk, tickets[1], app.shows()))["code"] == "BAD_CODE"  # the same code, again
    assert "token" in await complete(desk, tickets[1], app.shows(NOON + STEP))
    assert (await complete(desk, tickets[2], app.shows()))["code"] == "BAD_CODE"  # one from before the last


async def test_a_phone_goes_by_the_real_time_whatever_the_demos_clock_says(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    real = NOON + dt.timedelta(days=40)
    monkeypatch.setattr(clock, "real", lambda: real)
    viewer = await desk.enter("teacher")
    app = App((await desk.ask(viewer, START))["data"]["startTotp"]["secret"])
    assert await one(desk, viewer, CONFIRM, app.shows(NOON)) == BAD_CODE
    assert "codes" in await one(desk, viewer, CONFIRM, app.shows(real))


async def test_a_ticket_is_good_once_for_five_minutes(desk: Desk) -> None:
    _, app, codes = await enrol(desk)
    ticket, late = [(await desk.sign_in("teacher"))["ticket"] for _ in range(2)]
    assert "token" in await complete(desk, ticket, app.shows())
    before = await desk.everything()
    assert (await complete(desk, ticket, codes[0]))["code"] == "SIGN_IN_AGAIN"
    assert (await complete(desk, "nonsense", codes[0]))["code"] == "SIGN_IN_AGAIN"
    at(NOON + dt.timedelta(minutes=5))
    assert (await complete(desk, late, codes[0]))["code"] == "SIGN_IN_AGAIN"
    assert await desk.everything() == before


async def test_of_the_same_code_at_once_one_is_let_in(desk: Desk) -> None:
    _, app, codes = await enrol(desk)
    elsewhere = [desk.from_(f"198.51.100.{number}") for number in range(4)]
    for code in (app.shows(), codes[0]):
        tickets = [(await desk.sign_in("teacher"))["ticket"] for _ in elsewhere]
        answers = await asyncio.gather(*(complete(place, ticket, code) for place, ticket in zip(elsewhere, tickets, strict=True)))
        assert sorted(answer.get("code", "IN") for answer in answers) == ["BAD_CODE"] * 3 + ["IN"]
    ticket = (await desk.sign_in("teacher"))["ticket"]
    answers = await asyncio.gather(*(complete(place, ticket, code) for place, code in zip(elsewhere, codes[1:5], strict=True)))
    assert sorted(answer.get("code", "IN") for answer in answers) == ["IN"] + ["SIGN_IN_AGAIN"] * 3
    assert len(await desk.rows(RecoveryCode)) == 8  # whoever was refused has not used one up


async def test_second_factors_are_guessed_five_times(desk: Desk) -> None:
    _, app, codes = await enrol(desk)
    ticket = (await desk.sign_in("teacher"))["ticket"]
    guesses = " ".join(
        f'g{number}: completeSignIn(input: {{ticket: "{ticket}", code: "{app.wrong()}"}}) {{... on Refusal {{code}}}}' for number in range(200))
    answers = [answer["code"] for answer in (await desk.ask(None, f"mutation {{{guesses}}}"))["data"].values()]
    assert answers == ["BAD_CODE"] * 5 + ["TOO_MANY_ATTEMPTS"] * 195
    assert await complete(desk, ticket, codes[0]) == {"code": "TOO_MANY_ATTEMPTS", "retryAfter": 300}
    assert "token" in await complete(desk.from_("198.51.100.7"), ticket, codes[0])  # the owner is elsewhere


async def test_a_recovery_code_is_good_once(desk: Desk) -> None:
    viewer, app, codes = await enrol(desk)
    first, second = [(await desk.sign_in("teacher"))["ticket"] for _ in range(2)]
    assert "token" in await complete(desk, first, codes[3].lower().replace("-", ""))
    assert (await complete(desk, second, codes[3]))["code"] == "BAD_CODE"
    fresh = (await one(desk, viewer, RENEW, codes[0]))["codes"]
    assert not set(fresh) & set(codes)
    assert (await complete(desk, second, codes[1]))["code"] == "BAD_CODE"
    assert "token" in await complete(desk, second, fresh[0])
    assert await one(desk, viewer, REMOVE, app.wrong()) == BAD_CODE
    assert await one(desk, viewer, REMOVE, fresh[1]) == {"done": True}
    assert (await desk.rows(Totp), await desk.rows(RecoveryCode)) == ([], [])
    assert "token" in await desk.sign_in("teacher")
    assert (await desk.ask(viewer, SECURITY))["data"]["mySecurity"]["strong"] is False


async def test_a_factor_needs_a_fresh_session_and_is_started_once(desk: Desk) -> None:
    viewer, _, _ = await enrol(desk)
    assert (await desk.ask(viewer, START))["data"]["startTotp"] == {"code": "CONFLICT"}
    other = await desk.enter("guard")
    assert await one(desk, other, CONFIRM, "123456") == {"code": "NOT_FOUND"}
    secrets = [(await desk.ask(other, START))["data"]["startTotp"]["secret"] for _ in range(2)]
    assert await one(desk, other, CONFIRM, App(secrets[0]).shows()) == BAD_CODE  # replaced
    at(NOON + dt.timedelta(minutes=15))
    assert (await desk.ask(other, START))["data"]["startTotp"] == {"code": "SIGN_IN_AGAIN"}
    assert await one(desk, other, CONFIRM, App(secrets[1]).shows(NOON + dt.timedelta(minutes=15))) == {"code": "SIGN_IN_AGAIN"}


async def test_of_many_apps_that_are_started_at_once_one_stands(desk: Desk) -> None:
    viewer = await desk.enter("teacher")
    answers = [answer["data"]["startTotp"] for answer in await asyncio.gather(*(desk.ask(viewer, START) for _ in range(6)))]
    assert len(await desk.rows(Totp)) == 1
    confirmed = [await one(desk.from_(f"198.51.100.{number}"), viewer, CONFIRM, App(answer["secret"]).shows()) for number, answer in enumerate(answers)]
    assert sum("codes" in answer for answer in confirmed) == 1


async def test_a_service_without_a_key_offers_no_app_and_lets_nobody_past_one(desk: Desk) -> None:
    _, app, codes = await enrol(desk)
    other, bare = await desk.enter("guard"), desk.with_(secret_keys=())
    assert (await bare.ask(other, START))["data"]["startTotp"] == {"code": "NOT_OFFERED"}
    ticket = (await bare.sign_in("teacher"))["ticket"]
    before = await desk.everything()
    assert (await complete(bare, ticket, app.shows()))["code"] == "NOT_OFFERED"
    wrong = Settings(secret_keys=("A" * 43 + "=",)).secret_keys
    assert (await complete(desk.with_(secret_keys=wrong), ticket, app.shows()))["code"] == "NOT_OFFERED"
    assert await desk.everything() == before
    rotated = Settings(secret_keys=("A" * 43 + "=", KEY)).secret_keys
    assert "token" in await complete(desk.with_(secret_keys=rotated), ticket, app.shows())
    assert codes


async def test_a_school_that_wants_a_factor_of_its_staff(desk: Desk) -> None:
    viewer, _, _ = await enrol(desk, "office")
    await desk.give_password("teacher", "parent")
    earlier = [(await desk.sign_in(login))["token"] for login in ("teacher", "parent")]
    rule = {"schoolId": school_id(1), "required": True}
    assert await desk.harmless("teacher", RULE, **rule) == NOT_ALLOWED
    assert await desk.harmless("office2", RULE, **rule) == NO_SUCH
    elsewhere = await desk.enter("office2")
    refused = await desk.harmless(elsewhere, RULE, schoolId=school_id(2), required=True)
    assert refused["code"] == "SIGN_IN_AGAIN"  # it would lock them out
    assert await desk.result(viewer, RULE, **rule) == {"required": True}
    assert (await desk.row(School, School.id == 1))["staff_factor_required"] is True
    assert [(await desk.viewer_of(token)).signed_in for token in earlier] == [False, True]
    weak = await desk.viewer_of((await desk.sign_in("teacher"))["token"])
    assert weak.grants == ()
    assert await desk.code(weak, "query($id: ID!) {pupil(id: $id) {name}}", id=desk.id(Kind.PERSON, "anna")) == "NOT_FOUND"
    assert (await desk.ask(weak, SECURITY))["data"]["mySecurity"]["required"] is True
    app = App((await desk.ask(weak, START))["data"]["startTotp"]["secret"])
    await one(desk, weak, CONFIRM, app.shows())
    ticket = (await desk.sign_in("teacher"))["ticket"]
    made = await complete(desk, ticket, app.shows(NOON + STEP))
    assert (await desk.viewer_of(made["token"])).grants == desk.viewer("teacher").grants
    assert await desk.result(viewer, RULE, schoolId=school_id(1), required=False) == {"required": False}


async def test_an_operator_forgets_a_factor_that_is_lost(desk: Desk) -> None:
    viewer, _, _ = await enrol(desk)
    assert viewer.account_id is not None
    await desk.do(factors.forget, viewer.account_id)
    assert "token" in await desk.sign_in("teacher")
    assert await desk.rows(Session, Session.strong) == []


async def test_tickets_that_nobody_has_used_go(desk: Desk) -> None:
    await enrol(desk)
    for _ in range(3):
        await desk.sign_in("teacher")
    assert len(await desk.rows(Ticket)) == 3
    at(NOON + dt.timedelta(days=2))
    await desk.sign_in("teacher")
    assert len(await desk.rows(Ticket)) == 1


@pytest.mark.parametrize("key", ["", "short", "A" * 44, "я" * 44])
def test_a_key_that_is_none_stops_the_start(key: str) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Settings(secret_keys=(key,))
