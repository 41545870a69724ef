"""Programs' tokens: told once, for what they name, and never more than their account may."""

import asyncio
import datetime as dt
from typing import Any

import pytest

from school import ids
from school.context import NOBODY, Area, Scope, Viewer
from school.ids import Kind
from school.registry.account_models import Session, SessionKind
from school.registry.accounts import digest_of
from tests.identity.desk import Desk
from tests.registry.office import NOON, at

MAKE = """mutation($input: MakeTokenInput!) {makeToken(input: $input) {
    ... on TokenMade {text token {id name scopes {area write} madeAt seenAt expiresAt}} ... on Refusal {code}}}"""
MINE = "{myTokens {id name seenAt}}"
REVOKE = "mutation($input: ID!) {revokeSession(id: $input) {... on SessionsRevoked {revoked} ... on Refusal {code}}}"
DIARY = [{"area": "DIARY", "write": False}]


async def make(desk: Desk, viewer: Viewer, **values: Any) -> Any:
    """A token with what is given, and the rest as usual."""
    return await desk.result(viewer, MAKE, **({"id": str(ids.new()), "name": "journal", "scopes": DIARY, "days": 30} | values))


async def test_a_token_is_told_once_and_kept_as_a_digest(desk: Desk) -> None:
    viewer = await desk.enter("parent")
    asked = {"id": str(ids.new()), "scopes": [{"area": "MEALS", "write": True}, *DIARY, *DIARY]}
    made = await make(desk, viewer, **asked)
    assert made["text"].startswith("sch_")
    assert len(made["text"]) == 47
    assert made["token"] == {
        "id": made["token"]["id"], "name": "journal", "scopes": [{"area": "DIARY", "write": False}, {"area": "MEALS", "write": True}],
        "madeAt": NOON.isoformat(), "seenAt": None, "expiresAt": (NOON + dt.timedelta(days=30)).isoformat(),
    }
    row = await desk.row(Session, Session.kind == SessionKind.PROGRAM)
    assert (row["digest"], made["text"] in repr(row)) == (digest_of(made["text"]), False)
    program = await desk.viewer_of(made["text"])
    assert program.scopes == {Scope(Area.DIARY, write=False), Scope(Area.MEALS, write=True)}
    assert (program.account_id, program.grants, program.children) == (viewer.account_id, viewer.grants, viewer.children)
    assert await make(desk, viewer, **asked) == made | {"text": None}
    assert len(await desk.rows(Session, Session.kind == SessionKind.PROGRAM)) == 1


async def test_a_token_never_touches_the_account(desk: Desk) -> None:
    viewer = await desk.enter("parent")
    every = [{"area": area.name, "write": write} for area in Area if area is not Area.ACCOUNT for write in (False, True)]
    program = await desk.viewer_of((await make(desk, viewer, scopes=every))["text"])
    assert await make(desk, program) == {"code": "NOT_ALLOWED"}
    for query in (MINE, "{mySessions {id}}", "{mySecurity {totp}}", "{me {login}}", '{invitationInfo(code: "x") {role}}'):
        assert await desk.code(program, query) == "NOT_ALLOWED", query
    for mutation in ("signOut", "revokeOtherSessions", "startTotp", "startPasskey"):
        answer = await desk.ask(program, f"mutation {{{mutation} {{... on Refusal {{code}}}}}}")
        assert answer == {"data": {mutation: {"code": "NOT_ALLOWED"}}}, mutation


async def test_a_token_ends_by_itself_by_its_owner_and_shows_its_last_use(desk: Desk) -> None:
    viewer = await desk.enter("parent")
    made, other = await make(desk, viewer, days=1), await make(desk, viewer)
    at(NOON + dt.timedelta(hours=23))
    assert (await desk.use(made["text"])).signed_in  # it needs no use to stay alive, and lasts no longer for it
    viewer = await desk.viewer_of((await desk.sign_in("parent"))["token"])
    found = (await desk.ask(viewer, MINE))["data"]["myTokens"]
    assert [(one["id"], one["seenAt"]) for one in found] == [
        (other["token"]["id"], None), (made["token"]["id"], (NOON + dt.timedelta(hours=23)).isoformat())]
    assert (await desk.ask(viewer, REVOKE, input=other["token"]["id"]))["data"]["revokeSession"] == {"revoked": 1}
    at(NOON + dt.timedelta(days=1))
    assert [await desk.use(one["text"]) for one in (made, other)] == [NOBODY, NOBODY]
    assert (await desk.ask(viewer, MINE))["data"]["myTokens"] == []


@pytest.mark.parametrize(("values", "code"), [
    ({"scopes": []}, "BAD_INPUT"), ({"scopes": [{"area": "ACCOUNT", "write": False}]}, "BAD_INPUT"), ({"days": 0}, "BAD_INPUT"), ({"days": 366}, "BAD_INPUT"),
    ({"name": ""}, "BAD_INPUT"), ({"name": "x" * 81}, "BAD_INPUT"), ({"id": "1"}, "BAD_INPUT"), ({"scopes": DIARY * 15}, "BAD_INPUT"),
])
async def test_a_bad_token_is_refused(desk: Desk, values: dict[str, Any], code: str) -> None:
    viewer = await desk.enter("parent")
    before = await desk.everything()
    assert await make(desk, viewer, **values) == {"code": code}
    assert await desk.everything() == before


async def test_a_token_needs_a_fresh_session_room_and_an_id_of_its_own(desk: Desk) -> None:
    viewer, stranger, key = await desk.enter("parent"), await desk.enter("stranger"), str(ids.new())
    await make(desk, viewer, id=key)
    for asker, values in ((viewer, {"name": "another"}), (viewer, {"days": 31}), (viewer, {"scopes": [{"area": "MEALS"}]}), (stranger, {})):
        assert await make(desk, asker, id=key, **values) == {"code": "CONFLICT"}
    for _ in range(19):
        assert (await make(desk, viewer))["text"]
    assert await make(desk, viewer) == {"code": "TOO_MANY"}
    at(NOON + dt.timedelta(minutes=15))
    assert await make(desk, stranger) == {"code": "SIGN_IN_AGAIN"}


async def test_another_s_token_is_absent(desk: Desk) -> None:
    viewer, stranger = await desk.enter("parent"), await desk.enter("stranger")
    made = await make(desk, viewer)
    for key in (made["token"]["id"], ids.encode(Kind.SESSION, 0, ids.new())):
        assert (await desk.ask(stranger, REVOKE, input=key))["data"]["revokeSession"] == {"code": "NOT_FOUND"}
    assert (await desk.viewer_of(made["text"])).signed_in


async def test_an_account_has_twenty_however_many_are_made_at_once(desk: Desk) -> None:
    viewer = await desk.enter("parent")
    for _ in range(15):
        await make(desk, viewer)
    answers = await asyncio.gather(*(make(desk, viewer) for _ in range(12)))
    assert sorted(answer.get("code", "MADE") for answer in answers) == ["MADE"] * 5 + ["TOO_MANY"] * 7
    assert len(await desk.rows(Session, Session.kind == SessionKind.PROGRAM)) == 20


async def test_an_id_that_comes_many_times_at_once_is_told_once(desk: Desk) -> None:
    viewer, stranger, key = await desk.enter("parent"), await desk.enter("stranger"), str(ids.new())
    answers = await asyncio.gather(*(make(desk, asker, id=key) for asker in [viewer, stranger] * 5))
    told = [answer for answer in answers if answer.get("text")]
    assert len(told) == 1
    assert sorted(answer.get("code", "MADE") for answer in answers) == ["CONFLICT"] * 5 + ["MADE"] * 5
    assert len(await desk.rows(Session, Session.kind == SessionKind.PROGRAM)) == 1
