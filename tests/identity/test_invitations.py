"""Invitations: a code for one person and role, told once, good once; what it opens stands only as long as the person is what it says."""

import asyncio
import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa

from school import ids
from school.context import Grant, Role, Viewer
from school.identity import invitations
from school.identity.codes import canonical
from school.identity.models import Invitation
from school.ids import Kind
from school.registry.account_models import Account, AccountRole
from school.registry.accounts import digest_of
from school.registry.models import Guardianship, Pupil, Relation, Staff
from tests.identity.desk import BAD_CODE, Desk
from tests.registry.office import NO_SUCH, NOON, NOT_ALLOWED, at, school_id
from tests.statements import statements

INVITE = """mutation($input: InviteInput!) {invite(input: $input) {
    ... on Invited {oneTimeCode invitation {id personId role madeAt expiresAt person {name}}} ... on Refusal {code message}}}"""
CLASS = """mutation($input: ID!) {inviteGuardians(classGroupId: $input) {
    ... on ClassInvited {invited {oneTimeCode invitation {personId role}}} ... on Refusal {code message}}}"""
CANCEL = "mutation($input: ID!) {cancelInvitation(id: $input) {... on Done {done} ... on Refusal {code message}}}"
OPEN = "{invitations {id personId role}}"
INFO = "query($code: String!) {invitationInfo(code: $code) {schoolId schoolName role}}"
ACCEPT = """mutation($input: AcceptInvitationInput!) {acceptInvitation(input: $input) {
    ... on InvitationAccepted {invitation {schoolName role}} ... on Refusal {code}}}"""
JOINED = {"invitation": {"schoolName": "Школа № 1", "role": "GUARDIAN"}}
NEW = "a quite new password"
NOT_THEIRS = {"code": "NOT_ALLOWED", "message": "Whoever operates the service invites to this role."}
HAS_ONE = {"code": "CONFLICT", "message": "this person has an account already"}
DAYS = dt.timedelta(days=14)


@pytest.fixture
async def newcomer(desk: Desk) -> Desk:
    """`other_parent`, Boris's guardian, has no account yet."""
    async with desk.database.begin() as session:
        await session.execute(sa.delete(AccountRole).where(AccountRole.person_id == desk.world.people["other_parent"]))
        await session.execute(sa.delete(Account).where(Account.login == "other_parent"))
    return desk


async def invite(desk: Desk, person: str = "other_parent", role: str = "GUARDIAN", login: str = "office", key: str | None = None) -> Any:
    """What the office is answered."""
    return await desk.result(login, INVITE, id=key or str(ids.new()), personId=desk.id(Kind.PERSON, person), role=role)


async def code_for(desk: Desk, person: str = "other_parent", role: str = "GUARDIAN") -> str:
    """A fresh code."""
    code: str = (await invite(desk, person, role))["oneTimeCode"]
    return code


async def accept(desk: Desk, code: str, viewer: Viewer | None = None, login: str | None = "father", password: str | None = NEW) -> Any:
    """What whoever has the code is answered."""
    given = {} if viewer else {"login": login, "password": password}
    return await desk.result(viewer, ACCEPT, code=code, **given)


async def info(desk: Desk, code: str) -> Any:
    """What a code's holder is told: what it is for, or the error's code."""
    answer = await desk.ask(None, INFO, code=code)
    return answer["data"]["invitationInfo"] if "errors" not in answer else answer["errors"][0]["extensions"]["code"]


async def test_a_guardian_joins_by_the_office_s_code(newcomer: Desk) -> None:
    key = str(ids.new())
    made = await invite(newcomer, key=key)
    person = newcomer.id(Kind.PERSON, "other_parent")
    shown = made["invitation"]
    assert shown == {
        "id": shown["id"], "personId": person, "role": "GUARDIAN", "madeAt": NOON.isoformat(), "expiresAt": (NOON + DAYS).isoformat(),
        "person": {"name": "Other_Parentова Other_Parent"},
    }
    code = made["oneTimeCode"]
    assert (len(code), code[4], code[9]) == (14, "-", "-")
    row = await newcomer.row(Invitation)
    assert (row["digest"], row["made_by"]) == (digest_of(canonical(code)), newcomer.viewer("office").account_id)
    assert (await newcomer.ask("office", OPEN))["data"]["invitations"] == [{"id": shown["id"], "personId": person, "role": "GUARDIAN"}]
    assert await invite(newcomer, key=key) == made | {"oneTimeCode": None}
    assert await info(newcomer, code) == {"schoolId": school_id(1), "schoolName": "Школа № 1", "role": "GUARDIAN"}
    assert await accept(newcomer, code.lower().replace("-", " ")) == JOINED
    viewer = await newcomer.viewer_of((await newcomer.sign_in("Father", password=NEW))["token"])
    assert viewer.grants == (Grant(1, newcomer.world.people["other_parent"], Role.GUARDIAN),)
    assert {child.id for child in viewer.children} == {newcomer.world.people["boris"]}
    row = await newcomer.row(Invitation)
    assert (row["used_at"], row["account_id"]) == (NOON, viewer.account_id)
    assert (await newcomer.ask("office", OPEN))["data"]["invitations"] == []
    for again in (accept(newcomer, code, login="another"), accept(newcomer, code, viewer)):
        assert await again == BAD_CODE


async def test_whoever_is_signed_in_gets_the_role_too(newcomer: Desk) -> None:
    viewer = await newcomer.enter("parent2" if "parent2" in newcomer.world.accounts else "office2")
    code = await code_for(newcomer)
    assert await newcomer.harmless(viewer, ACCEPT, code=code, login="another", password=NEW) == {"code": "BAD_INPUT"}
    assert await accept(newcomer, code, viewer) == JOINED
    grown = await newcomer.viewer_of((await newcomer.sign_in("office2"))["token"])
    assert set(grown.grants) == {*viewer.grants, Grant(1, newcomer.world.people["other_parent"], Role.GUARDIAN)}
    assert {child.id for child in grown.children} == {newcomer.world.people["boris"]}


@pytest.mark.parametrize(("login", "password", "code"), [
    ("parent", NEW, "CONFLICT"), ("PARENT ", NEW, "CONFLICT"), ("x", NEW, "BAD_INPUT"), (None, NEW, "BAD_INPUT"), ("father", None, "BAD_INPUT"),
    ("father", "", "BAD_INPUT"), ("father", "short", "BAD_INPUT"), ("father", "password1", "WEAK_PASSWORD"), ("father", "father123", "WEAK_PASSWORD"),
    ("fat\0her", NEW, "BAD_INPUT"), ("parent\u200b", NEW, "BAD_INPUT"), ("ｐａｒｅｎｔ", NEW, "CONFLICT"), ("pаrent", NEW, "BAD_INPUT"),
    ("par  ent", NEW, "BAD_INPUT"),
])
async def test_a_bad_account_leaves_the_code_unused(newcomer: Desk, login: str | None, password: str | None, code: str) -> None:
    secret = await code_for(newcomer)
    before = await newcomer.everything()
    assert await accept(newcomer, secret, login=login, password=password) == {"code": code}
    assert await newcomer.everything() == before
    assert await accept(newcomer, secret) == JOINED


async def ended(desk: Desk) -> None:
    """The guardianship ends."""
    async with desk.database.begin() as session:
        await session.execute(sa.update(Guardianship).where(Guardianship.guardian_id == desk.world.people["other_parent"]).values(ended_at=NOON))


async def test_unknown_used_expired_cancelled_renewed_and_revoked_are_one_answer(newcomer: Desk) -> None:
    renewed = await code_for(newcomer)
    made = await invite(newcomer)
    cancelled = made["oneTimeCode"]
    for _ in range(2):
        assert (await newcomer.ask("office", CANCEL, input=made["invitation"]["id"]))["data"]["cancelInvitation"] == {"done": True}
    expired = await code_for(newcomer)
    at(NOON + DAYS)
    revoked = await code_for(newcomer)
    await ended(newcomer)
    for code in ("0000-0000-0000", "", "x" * 5000, renewed, cancelled, expired, revoked):
        assert await newcomer.harmless(None, ACCEPT, code=code, login="father", password=NEW) == BAD_CODE, code
        assert await info(newcomer, code) == "BAD_CODE"


async def test_codes_are_guessed_twenty_times(newcomer: Desk) -> None:
    code = await code_for(newcomer)
    answers = [await accept(newcomer, f"0000-0000-{number:04}") for number in range(15)] + [await info(newcomer, "0") for _ in range(5)]
    assert answers == [BAD_CODE] * 15 + ["BAD_CODE"] * 5
    assert (await accept(newcomer, code), await info(newcomer, code)) == ({"code": "TOO_MANY_ATTEMPTS"}, "TOO_MANY_ATTEMPTS")
    fields = " ".join(f'i{number}: invitationInfo(code: "{number}") {{role}}' for number in range(12))
    elsewhere = newcomer.from_("192.0.2.99")
    assert {error["extensions"]["code"] for error in (await elsewhere.ask(None, f"{{{fields}}}"))["errors"]} == {"BAD_CODE"}  # the first of them
    assert [await info(elsewhere, "0") for _ in range(11)] == ["BAD_CODE"] * 10 + ["TOO_MANY_ATTEMPTS"]  # ten of the twelve were tried
    assert await accept(newcomer.from_("192.0.2.98"), code) == JOINED


@pytest.mark.parametrize(("login", "person", "role", "answer"), [
    ("office", "anna", "GUARDIAN", NO_SUCH), ("office", "other_parent", "PUPIL", NO_SUCH), ("office", "other_parent", "TEACHER", NO_SUCH),
    ("office", "dina", "PUPIL", NO_SUCH), ("office2", "boris", "PUPIL", NO_SUCH), ("teacher", "boris", "PUPIL", NOT_ALLOWED),
    ("parent", "anna", "PUPIL", NOT_ALLOWED), ("office", "guard", "HEAD", NOT_THEIRS),
    ("office", "guard", "DISTRICT", NOT_THEIRS),
    ("office", "guard", "GUARD", HAS_ONE),
    ("office", "parent", "GUARDIAN", HAS_ONE),
])
async def test_a_bad_invitation_is_refused(newcomer: Desk, login: str, person: str, role: str, answer: dict[str, str]) -> None:
    before = await newcomer.everything()
    assert await invite(newcomer, person, role, login) == answer
    assert await newcomer.everything() == before


async def test_pupils_and_staff_are_invited_as_long_as_they_are_there(newcomer: Desk) -> None:
    pupil, teacher = await code_for(newcomer, "boris", "PUPIL"), await code_for(newcomer, "guard", "CANTEEN")
    async with newcomer.database.begin() as session:
        await session.execute(sa.update(Staff).where(Staff.id == newcomer.world.people["guard"]).values(left_on=NOON.date()))
    assert await accept(newcomer, teacher) == BAD_CODE
    assert await accept(newcomer, pupil, login="boris") == {"invitation": {"schoolName": "Школа № 1", "role": "PUPIL"}}
    viewer = await newcomer.viewer_of((await newcomer.sign_in("boris", password=NEW))["token"])
    assert {child.id for child in viewer.children} == {newcomer.world.people["boris"]}


async def test_an_id_is_one_invitation_s(newcomer: Desk) -> None:
    key = str(ids.new())
    await invite(newcomer, key=key)
    before = await newcomer.everything()
    assert (await invite(newcomer, "boris", "PUPIL", key=key))["code"] == "CONFLICT"
    assert (await invite(newcomer, key="1"))["code"] == "BAD_INPUT"
    assert await newcomer.everything() == before


async def test_a_whole_class_is_invited_at_once(newcomer: Desk) -> None:
    async with newcomer.database.begin() as session:  # a second guardian of Boris's, and one who answers for two of the class
        for guardian, child in (("guard", "boris"), ("guard", "anna")):
            session.add(Guardianship(school_id=1, guardian_id=newcomer.world.people[guardian], pupil_id=newcomer.world.people[child],
                                     relation=Relation.OTHER, since=NOON, ended_at=None))
    old = await code_for(newcomer)
    with statements(newcomer.database) as sent:
        found = (await newcomer.ask("office", CLASS, input=newcomer.id(Kind.CLASS_GROUP, "5A")))["data"]["inviteGuardians"]["invited"]
    assert [verb for verb in sent if verb not in {"SAVEPOINT", "RELEASE"}] == ["SELECT", "UPDATE", "INSERT", "INSERT", "SELECT"]
    assert {one["invitation"]["personId"] for one in found} == {newcomer.id(Kind.PERSON, name) for name in ("other_parent", "guard")}
    assert {one["invitation"]["role"] for one in found} == {"GUARDIAN"}
    assert await accept(newcomer, old) == BAD_CODE
    assert [await accept(newcomer, one["oneTimeCode"], login=f"new {number}") for number, one in enumerate(found)] == [JOINED, JOINED]
    again = (await newcomer.ask("office", CLASS, input=newcomer.id(Kind.CLASS_GROUP, "5A")))["data"]["inviteGuardians"]
    assert again == {"invited": []}


async def test_a_class_is_invited_by_its_own_office_within_a_limit(newcomer: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invitations, "MOST_AT_ONCE", 0)
    before = await newcomer.everything()
    too_many = {"code": "TOO_MANY", "message": "at most 0 are invited at once"}
    for login, answer in (("office", too_many), ("office2", NO_SUCH), ("teacher", NOT_ALLOWED)):
        assert (await newcomer.ask(login, CLASS, input=newcomer.id(Kind.CLASS_GROUP, "5A")))["data"]["inviteGuardians"] == answer
    assert await newcomer.everything() == before


async def test_another_school_s_invitation_is_absent(newcomer: Desk) -> None:
    made = await invite(newcomer)
    for key in (made["invitation"]["id"], ids.encode(Kind.INVITATION, 1, ids.new())):
        answer = await newcomer.ask("office2", CANCEL, input=key)
        assert answer["data"]["cancelInvitation"] == NO_SUCH
    assert (await newcomer.ask("office2", OPEN))["data"]["invitations"] == []
    assert await newcomer.code("teacher", OPEN) == "NOT_ALLOWED"
    assert await accept(newcomer, made["oneTimeCode"]) == JOINED


async def test_of_two_who_accept_at_once_one_joins(newcomer: Desk) -> None:
    for round_ in range(5):
        code = (await code_for(newcomer)) if round_ == 0 else (await invite_again(newcomer))
        answers = await asyncio.gather(*(accept(newcomer, code, login=f"father {round_} {number}") for number in range(4)))
        assert sorted(answers, key=str) == [BAD_CODE] * 3 + [JOINED]
        async with newcomer.database.read() as session:
            made = await session.scalars(sa.select(Account.id).where(Account.login.startswith(f"father {round_}")))
            assert len(made.all()) == 1


async def invite_again(desk: Desk) -> str:
    """A code for the same person once more: the operator has taken the account away."""
    async with desk.database.begin() as session:
        await session.execute(sa.delete(AccountRole).where(AccountRole.person_id == desk.world.people["other_parent"]))
    return await code_for(desk)


async def test_of_two_who_invite_at_once_one_code_is_good(newcomer: Desk) -> None:
    answers = await asyncio.gather(*(invite(newcomer) for _ in range(4)))
    codes = [answer["oneTimeCode"] for answer in answers if "oneTimeCode" in answer]
    assert codes
    assert [row["void_at"] for row in await newcomer.rows(Invitation)].count(None) == 1
    assert sorted([await accept(newcomer, code, login=f"father {number}") for number, code in enumerate(codes)], key=str) == (
        [BAD_CODE] * (len(codes) - 1) + [JOINED])


async def test_a_pupil_who_has_left_is_not_invited(newcomer: Desk) -> None:
    async with newcomer.database.begin() as session:
        await session.execute(sa.update(Pupil).where(Pupil.id == newcomer.world.people["boris"]).values(left_on=NOON.date()))
    assert await invite(newcomer, "boris", "PUPIL") == NO_SUCH
