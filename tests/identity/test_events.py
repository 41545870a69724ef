"""What is done about ways in stands in the record of whom it concerns: who did it and in which role, or that it was the operator."""

import pytest

from school import ids
from school.context import Area, Role
from school.delivery.relay import Relay
from school.identity import factors, invitations, passwords
from school.ids import Kind
from school.outbox import FeedRow, Signal
from school.record.models import Record, RecordAction
from tests.identity import test_passkeys
from tests.identity.desk import PASSWORD, Desk
from tests.identity.test_factors import CONFIRM, REMOVE, RULE, START, App, one
from tests.identity.test_invitations import ACCEPT, CANCEL, INVITE
from tests.identity.test_passkeys import REMOVE as REMOVE_PASSKEY
from tests.identity.test_sessions import CHANGE, RESET, SET
from tests.registry.office import NOON, school_id

NEW = "a quite new password"
Line = tuple[str, str, str | None, Role | None]


async def record(desk: Desk) -> list[Line]:
    """Once it is published: of whom, what, whose login did it, in which role. Nobody is told."""
    relay = Relay(desk.database, Signal(), lease_seconds=0)
    while await relay.publish():
        pass
    persons, logins = ({key: name for name, key in names.items()} for names in (desk.world.people, desk.world.accounts))
    rows = await desk.rows(Record)
    assert {(row["area"], row["action"], row["at"]) for row in rows} <= {(Area.ACCOUNT, RecordAction.CHANGED, NOON)}
    assert await desk.rows(FeedRow) == []
    return [
        (persons[row["person_id"]], row["kind"].removeprefix("identity."), logins.get(row["account_id"], "?") if row["account_id"] else None, row["role"])
        for row in rows
    ]


async def test_a_reset_by_the_office(desk: Desk) -> None:
    await desk.give_password("anna")
    code = (await one(desk, desk.viewer("office"), RESET, desk.id(Kind.PERSON, "anna")))["oneTimeCode"]
    assert await record(desk) == [("anna", "password_reset", "office", Role.OFFICE)]
    await desk.result(None, SET, code=code, password=NEW)
    assert (await record(desk))[1:] == [("anna", "password_changed", "anna", Role.PUPIL)]


async def test_a_change_by_oneself_is_told_of_each_person_that_one_is(desk: Desk) -> None:
    viewer = await desk.enter("parent")
    await desk.result(viewer, CHANGE, old=PASSWORD, new=NEW)
    found = await record(desk)
    assert {line[1:] for line in found} == {("password_changed", "parent", Role.GUARDIAN)}
    assert [line[0] for line in found] == [name for name, key in desk.world.people.items() if key in {grant.person_id for grant in viewer.grants}]


async def test_an_invitation_from_its_making_to_its_use(desk: Desk) -> None:
    asked = {"personId": desk.id(Kind.PERSON, "boris"), "role": "PUPIL"}
    keys = [str(ids.new()) for _ in range(2)]
    made = [await desk.result("office", INVITE, id=key, **asked) for key in (*keys, keys[1])]
    for _ in range(2):
        await one(desk, desk.viewer("office"), CANCEL, made[1]["invitation"]["id"])
    assert await record(desk) == [
        ("boris", "invited", "office", Role.OFFICE), ("boris", "invited", "office", Role.OFFICE), ("boris", "invitation_cancelled", "office", Role.OFFICE)]
    code = (await desk.result("office", INVITE, id=str(ids.new()), **asked))["oneTimeCode"]
    await desk.result(None, ACCEPT, code=code, login="boris", password=NEW)
    viewer = await desk.viewer_of((await desk.sign_in("boris", password=NEW))["token"])
    assert (await record(desk))[3:] == [("boris", "invited", "office", Role.OFFICE), ("boris", "joined", "?", Role.PUPIL)]
    assert (await desk.rows(Record))[-1]["account_id"] == viewer.account_id


async def test_whoever_is_signed_in_joins_as_what_they_were_invited_to(desk: Desk) -> None:
    viewer = await desk.enter("teacher")
    code = (await desk.result("office", INVITE, id=str(ids.new()), personId=desk.id(Kind.PERSON, "boris"), role="PUPIL"))["oneTimeCode"]
    await desk.result(viewer, ACCEPT, code=code)
    assert (await record(desk))[1:] == [("boris", "joined", "teacher", Role.PUPIL)]


async def test_factors_that_come_and_go(desk: Desk) -> None:
    viewer, _ = await test_passkeys.enrol(desk)
    app = App((await desk.ask(viewer, START))["data"]["startTotp"]["secret"])
    codes = (await one(desk, viewer, CONFIRM, app.shows()))["codes"]
    await one(desk, viewer, REMOVE, codes[0])
    key = (await desk.ask(viewer, "{mySecurity {passkeys {id}}}"))["data"]["mySecurity"]["passkeys"][0]["id"]
    await one(desk, viewer, REMOVE_PASSKEY, key)
    by = ("teacher", Role.TEACHER)
    assert await record(desk) == [("teacher", f"factor_{change}", *by) for change in ("added", "added", "removed", "removed")]


async def test_a_school_s_rule_stands_in_the_record_of_whoever_set_it(desk: Desk) -> None:
    viewer, _ = await test_passkeys.enrol(desk, "office")
    for required in (True, True, False):
        assert await desk.result(viewer, RULE, schoolId=school_id(1), required=required) == {"required": required}
    rule = ("office", "staff_factor_rule", "office", Role.OFFICE)
    assert await record(desk) == [("office", "factor_added", "office", Role.OFFICE), rule, rule]


@pytest.mark.parametrize("act", ["reset", "disable", "forget-factor", "invite"])
async def test_an_operator_s_act_is_nobody_s_in_no_role(desk: Desk, act: str) -> None:
    viewer = await desk.enter("guard")
    app = App((await desk.ask(viewer, START))["data"]["startTotp"]["secret"])
    await one(desk, viewer, CONFIRM, app.shows())
    account = desk.world.accounts["guard"]
    for _ in range(2):  # what has changed nothing is not told
        if act == "reset":
            await desk.do(passwords.take_away, account)
        elif act == "disable":
            await desk.do(passwords.disable, account)
        elif act == "forget-factor":
            await desk.do(factors.forget, account)
        else:
            await desk.do(invitations.invite_by_operator, desk.person("guard"), Role.TEACHER)
    kind, times = {"reset": ("password_reset", 2), "disable": ("account_disabled", 1), "forget-factor": ("factor_removed", 1), "invite": ("invited", 2)}[act]
    assert (await record(desk))[1:] == [("guard", kind, None, None)] * times
