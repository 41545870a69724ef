"""One's own sessions: listed, ended one by one or all but this one, and nobody else's to see; passwords that are changed and taken back."""

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa

from school import ids, row_security
from school.context import NOBODY, Role, Viewer
from school.identity import passwords
from school.identity.models import Ticket
from school.ids import Kind
from school.reading import Connections
from school.registry.account_models import Account, AccountRole, Session
from school.row_security import Identity
from tests.identity.desk import BAD_CODE, PASSWORD, SIGN_IN, WRONG, Desk
from tests.identity.test_invitations import CANCEL, INVITE, OPEN
from tests.registry.office import NO_SUCH, NOON, NOT_ALLOWED, STRANGER, at

MINE = "{mySessions {id kind madeAt seenAt expiresAt address client strong current}}"
REVOKE = "mutation($input: ID!) {revokeSession(id: $input) {... on SessionsRevoked {revoked} ... on Refusal {code message}}}"
OTHERS = "mutation {revokeOtherSessions {... on SessionsRevoked {revoked} ... on Refusal {code message}}}"
CHANGE = "mutation($input: ChangePasswordInput!) {changePassword(input: $input) {... on Done {done} ... on Refusal {code}}}"
RESET = "mutation($input: ID!) {resetPassword(personId: $input) {... on PasswordReset {oneTimeCode} ... on Refusal {code message}}}"
SET = "mutation($input: SetPasswordInput!) {setPassword(input: $input) {... on Done {done} ... on Refusal {code}}}"
MINUTE = dt.timedelta(minutes=1)
NEW = "a quite new password"


async def tokens(desk: Desk, login: str, count: int) -> list[str]:
    """So many sessions, a minute apart."""
    await desk.give_password(login)
    made = []
    for number in range(count):
        at(NOON + number * MINUTE)
        made.append((await desk.from_(f"192.0.2.{number}").sign_in(login, cookie=number == 1))["token"] or desk.contexts[-1].cookie.value)
    return made


async def who(desk: Desk, held: list[str]) -> list[bool]:
    """Which of the tokens still are somebody's."""
    return [(await desk.viewer_of(token)).signed_in for token in held]


async def one(desk: Desk, viewer: Viewer, document: str, value: str) -> Any:
    """The result of a mutation of one argument."""
    [found] = (await desk.ask(viewer, document, input=value))["data"].values()
    return found


async def test_an_account_lists_its_own_sessions(desk: Desk) -> None:
    held = await tokens(desk, "parent", 3)
    await tokens(desk, "stranger", 1)
    viewers = [await desk.viewer_of(token) for token in held]
    found = (await desk.ask(viewers[1], MINE))["data"]["mySessions"]
    assert found == [
        {
            "id": ids.encode(Kind.SESSION, 0, viewers[number].session_id or ids.new()), "kind": "BROWSER" if number == 1 else "CLIENT",
            "madeAt": (NOON + number * MINUTE).isoformat(), "seenAt": (NOON + number * MINUTE).isoformat(),
            "expiresAt": (NOON + number * MINUTE + dt.timedelta(hours=4)).isoformat(), "address": f"192.0.2.{number}", "client": "Tester/1.0",
            "strong": False, "current": number == 1,
        }
        for number in (2, 1, 0)
    ]
    assert await desk.code(None, MINE) == "NOT_SIGNED_IN"


async def test_a_session_is_ended_by_its_owner_alone(desk: Desk) -> None:
    held = await tokens(desk, "parent", 3)
    viewers = [await desk.viewer_of(token) for token in held]
    stranger = await desk.enter("stranger")
    keys = [ids.encode(Kind.SESSION, 0, viewer.session_id or ids.new()) for viewer in viewers]
    before = await desk.everything()
    for viewer, key in ((stranger, keys[0]), (viewers[0], ids.encode(Kind.SESSION, 0, ids.new())), (viewers[0], "nonsense")):
        assert await one(desk, viewer, REVOKE, key) == NO_SUCH
    assert await one(desk, NOBODY, REVOKE, keys[0]) == STRANGER
    assert await desk.everything() == before
    for _ in range(2):
        assert await one(desk, viewers[0], REVOKE, keys[1]) == {"revoked": 1}
    assert await who(desk, held) == [True, False, True]
    assert (await desk.ask(viewers[2], OTHERS))["data"] == {"revokeOtherSessions": {"revoked": 1}}
    assert await who(desk, held) == [False, False, True]
    assert (await desk.ask(stranger, "{me {login}}"))["data"] == {"me": {"login": "stranger"}}


async def test_a_changed_password_ends_the_other_sessions(desk: Desk) -> None:
    held = await tokens(desk, "parent", 3)
    viewer = await desk.viewer_of(held[2])
    assert await desk.result(viewer, CHANGE, old=PASSWORD, new=NEW) == {"done": True}
    assert await who(desk, held) == [False, False, True]
    assert await desk.result(None, SIGN_IN, login="parent", password=PASSWORD) == WRONG | {"retryAfter": None}
    assert (await desk.sign_in("parent", password=NEW))["token"]


@pytest.mark.parametrize(("old", "new", "code"), [
    ("wrong horse", NEW, "BAD_CREDENTIALS"), (None, NEW, "BAD_CREDENTIALS"), (PASSWORD, "short", "BAD_INPUT"), (PASSWORD, "x" * 201, "WEAK_PASSWORD"),
    (PASSWORD, "Password123", "WEAK_PASSWORD"), (PASSWORD, "ЙЦУКЕНГШ", "WEAK_PASSWORD"), (PASSWORD, "parent2026", "WEAK_PASSWORD"),
    (PASSWORD, "parentparent", "WEAK_PASSWORD"), (PASSWORD, "aaaabbbb", "WEAK_PASSWORD"), (PASSWORD, "abcdefghi " * 21, "BAD_INPUT"),
])
async def test_a_bad_change_of_a_password_is_refused(desk: Desk, old: str | None, new: str, code: str) -> None:
    viewer = await desk.enter("parent")
    assert await desk.harmless(viewer, CHANGE, old=old, new=new) == {"code": code}


async def test_whoever_finds_a_session_guesses_ten_times(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    viewer = await desk.enter("parent")
    monkeypatch.setattr(passwords, "_verify", lambda _hash, _password: False)
    assert [await desk.harmless(viewer, CHANGE, old=f"{number}", new=NEW) for number in range(11)] == [WRONG] * 10 + [{"code": "TOO_MANY_ATTEMPTS"}]


async def test_an_account_without_a_password_sets_one_soon_after_it_has_signed_in(desk: Desk) -> None:
    viewer = await desk.enter("parent")
    async with desk.database.begin() as session:
        await session.execute(sa.update(Account).where(Account.login == "parent").values(password_hash=None))
    at(NOON + 15 * MINUTE)
    assert await desk.harmless(viewer, CHANGE, new=NEW) == {"code": "SIGN_IN_AGAIN"}
    at(NOON + 14 * MINUTE)
    assert await desk.result(viewer, CHANGE, new=NEW) == {"done": True}
    assert (await desk.sign_in("parent", password=NEW))["token"]


async def test_the_office_takes_a_password_back_and_never_learns_the_next(desk: Desk) -> None:
    held = await tokens(desk, "anna", 2)
    code = (await one(desk, desk.viewer("office"), RESET, desk.id(Kind.PERSON, "anna")))["oneTimeCode"]
    assert await who(desk, held) == [False, False]
    assert await desk.result(None, SIGN_IN, login="anna", password=PASSWORD) == WRONG | {"retryAfter": None}
    assert code.replace("-", "") not in repr(await desk.everything())
    assert await desk.harmless(None, SET, code=code, password="password123") == {"code": "WEAK_PASSWORD"}
    assert await desk.result(None, SET, code=code.lower().replace("-", " "), password=NEW) == {"done": True}
    assert await desk.harmless(None, SET, code=code, password=f"{NEW} again") == BAD_CODE
    assert (await desk.sign_in("anna", password=NEW))["token"]


async def test_a_code_for_a_password_ends_with_the_next_and_after_three_days(desk: Desk) -> None:
    first, second = [(await one(desk, desk.viewer("office"), RESET, desk.id(Kind.PERSON, "anna")))["oneTimeCode"] for _ in range(2)]
    assert await desk.harmless(None, SET, code=first, password=NEW) == BAD_CODE
    at(NOON + dt.timedelta(days=3))
    assert await desk.harmless(None, SET, code=second, password=NEW) == BAD_CODE
    assert len(await desk.rows(Ticket)) == 1


async def test_the_office_resets_a_family_s_account_of_its_own_school_and_no_other(desk: Desk) -> None:
    async with desk.database.begin() as session:
        session.add(AccountRole(account_id=desk.world.accounts["divorced"], school_id=1, person_id=desk.world.people["teacher"], role=Role.TEACHER))
    more = {"code": "NOT_ALLOWED", "message": "This account is more than a family's of your school."}
    before = await desk.everything()
    for login, person, answer in (
        ("office", "parent", more),  # has children in another school, too
        ("office", "divorced", more),  # works at the school, too
        ("office", "teacher", NO_SUCH), ("office", "office", NO_SUCH), ("office", "boris", NO_SUCH), ("office", "dina", NO_SUCH), ("office2", "anna", NO_SUCH),
        ("teacher", "anna", NOT_ALLOWED), ("parent", "anna", NOT_ALLOWED),
    ):
        assert await one(desk, desk.viewer(login), RESET, desk.id(Kind.PERSON, person)) == answer, (login, person)
    assert await desk.everything() == before
    assert set(await one(desk, desk.viewer("office"), RESET, desk.id(Kind.PERSON, "other_parent"))) == {"oneTimeCode"}


async def test_sessions_keep_no_secret(desk: Desk) -> None:
    held = await tokens(desk, "parent", 2)
    kept = repr([(row["digest"], row["name"], row["client"]) for row in await desk.rows(Session)])
    assert not any(token in kept for token in held)


@pytest.fixture
def as_whom(monkeypatch: pytest.MonkeyPatch) -> list[Identity | None]:
    """As whom each transaction of PostgreSQL's ran; None is the service."""
    taken: list[Identity | None] = []
    take = row_security.take

    def note(connection: sa.Connection, identity: Identity | None) -> None:
        taken.append(identity)
        take(connection, identity)

    async def note_read(connections: Connections, identity: Identity | None, waiting: list[Any]) -> list[list[Any]]:
        taken.append(identity)
        return await fetch(connections, identity, waiting)

    fetch = Connections.fetch
    monkeypatch.setattr(row_security, "take", note)
    monkeypatch.setattr(Connections, "fetch", note_read)
    return taken


async def test_what_is_one_s_own_needs_no_rights_of_the_service_s(desk: Desk, as_whom: list[Identity | None]) -> None:
    viewer, other, office = await desk.enter("parent"), await desk.enter("parent"), desk.viewer("office")
    as_whom.clear()
    assert len((await desk.ask(viewer, MINE))["data"]["mySessions"]) == 2
    assert (await desk.ask(viewer, "{myTokens {id}}"))["data"]["myTokens"] == []
    assert await one(desk, viewer, REVOKE, ids.encode(Kind.SESSION, 0, other.session_id or ids.new())) == {"revoked": 1}
    assert (await desk.ask(viewer, OTHERS))["data"]["revokeOtherSessions"] == {"revoked": 0}
    assert (await desk.ask(viewer, "mutation {signOut {... on Done {done}}}"))["data"]["signOut"] == {"done": True}
    assert await who_stands(desk) == []
    made = await desk.result(office, INVITE, id=str(ids.new()), personId=desk.id(Kind.PERSON, "boris"), role="PUPIL")
    assert len((await desk.ask(office, OPEN))["data"]["invitations"]) == 1
    assert await one(desk, office, CANCEL, made["invitation"]["id"]) == {"done": True}
    asked = [identity for identity in as_whom if identity is not None]
    assert {identity.account_id for identity in asked} == (set() if desk.database.sqlite else {viewer.account_id, office.account_id})
    assert len(asked) == (0 if desk.database.sqlite else 9)


async def who_stands(desk: Desk) -> list[Any]:
    """Sessions that have not ended."""
    return await desk.rows(Session, Session.revoked_at.is_(None))
