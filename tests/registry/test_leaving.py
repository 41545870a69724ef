"""Staff and pupils leave, by their office alone, from a day on; then staff are nobody there, whatever session they hold, and no card of theirs opens a door."""

import datetime as dt

import pytest

from school import ids
from school.access import passlist
from school.context import Area, Grant, Role, Viewer
from school.delivery.relay import Relay
from school.ids import Kind
from school.outbox import Signal
from school.record.models import Record
from school.registry.account_models import Session
from school.registry.accounts import digest_of
from school.registry.models import Device, Pupil, Staff
from tests.registry.office import NO_SUCH, NOON, NOT_ALLOWED, STRANGER, Office, at

END = "mutation($input: LeavingInput!) {endStaff(input: $input) {... on Left {personId on} ... on Refusal {code message}}}"
END_PUPIL = "mutation($input: LeavingInput!) {endPupil(input: $input) {... on Left {personId on} ... on Refusal {code message}}}"
PUPILS = "{pupils(first: 9) {edges {node {id}}}}"
TODAY = NOON.date()
DAY = dt.timedelta(days=1)


async def signed_in(office: Office, login: str, token: str) -> Viewer:
    """A session that lasts long."""
    async with office.database.begin() as session:
        session.add(Session(
            id=ids.new(), account_id=office.world.accounts[login], digest=digest_of(token), made_at=NOON, expires_at=NOON + 400 * DAY))
    return await office.viewer_of(token)


async def test_a_teacher_who_is_dismissed_is_nobody_at_once(office: Office) -> None:
    teacher = office.id(Kind.PERSON, "teacher")
    before = await signed_in(office, "teacher", "one")
    assert before.grants == (Grant(1, office.world.people["teacher"], Role.TEACHER),)
    for _ in range(2):
        assert await office.result("office", END, personId=teacher, on=TODAY.isoformat()) == {"personId": teacher, "on": TODAY.isoformat()}
    assert (await office.viewer_of("one")).grants == ()
    assert (await office.row(Staff, Staff.id == office.world.people["teacher"]))["left_on"] == TODAY
    [event] = await office.events()
    person = str(office.world.people["teacher"])
    assert (event["kind"], event["payload"], [kind for kind, _ in event["topics"]]) == (
        "registry.staff_ended", {"person_id": person, "on": TODAY.isoformat()}, ["passes"])
    while await Relay(office.database, Signal()).publish():
        pass
    row = await office.row(Record)
    assert (row["person_id"], row["area"], row["account_id"], row["role"], row["kind"]) == (
        office.world.people["teacher"], Area.PEOPLE, office.world.accounts["office"], Role.OFFICE, "registry.staff_ended")


async def test_a_day_ahead_is_kept_to_and_can_be_corrected(office: Office) -> None:
    teacher = office.id(Kind.PERSON, "teacher")
    await signed_in(office, "teacher", "one")
    for on in (TODAY + 366 * DAY, TODAY - 31 * DAY, TODAY + DAY):
        assert (await office.result("office", END, personId=teacher, on=on.isoformat()))["on"] == on.isoformat()
    assert (await office.viewer_of("one")).grants != ()
    at(dt.datetime(2026, 9, 7, 21, tzinfo=dt.UTC))  # midnight in Moscow
    assert (await office.viewer_of("one")).grants == ()
    assert len(await office.events()) == 3


async def test_a_gate_that_waits_is_told_of_whoever_left(office: Office) -> None:
    card = office.world.token("teacher").hex()
    async with office.database.read() as session:
        device = await session.get(Device, (1, office.world.devices["gate"]))
    assert device is not None
    relay = Relay(office.database, Signal())
    await office.result("office", END, personId=office.id(Kind.PERSON, "guard"), on=(TODAY - 9 * DAY).isoformat())
    await relay.publish()
    async with office.database.read() as session:
        whole = await passlist.pass_list(session, device, None)
    assert card in {entry.token for entry in whole.entries}
    await office.result("office", END, personId=office.id(Kind.PERSON, "teacher"), on=(TODAY - 5 * DAY).isoformat())
    await relay.publish()
    async with office.database.read() as session:
        assert await passlist.is_newer(session, device, whole.version)
        changes = await passlist.pass_list(session, device, whole.version)
    assert (changes.full, changes.removed, changes.entries) == (False, [card], [])


@pytest.mark.parametrize(("login", "person", "on", "answer"), [
    ("office", "teacher", TODAY - 32 * DAY, "BAD_INPUT"), ("office", "teacher", TODAY + 367 * DAY, "BAD_INPUT"), ("office", "office", TODAY, "NOT_ALLOWED"),
    ("office", "anna", TODAY, NO_SUCH), ("office", "teacher2", TODAY, NO_SUCH), ("office2", "teacher", TODAY, NO_SUCH),
    ("teacher", "guard", TODAY, NOT_ALLOWED), ("parent", "teacher", TODAY, NOT_ALLOWED), (None, "teacher", TODAY, STRANGER),
])
async def test_what_is_refused_changes_nothing(office: Office, login: str | None, person: str, on: dt.date, answer: str | dict[str, str]) -> None:
    before = await office.rows(Staff)
    found = await office.harmless(login, END, personId=office.id(Kind.PERSON, person), on=on.isoformat())
    assert (found if isinstance(answer, dict) else found["code"]) == answer
    assert await office.rows(Staff) == before


async def test_a_pupil_who_leaves_is_in_no_list_and_at_no_door(office: Office) -> None:
    anna, card, relay = office.id(Kind.PERSON, "anna"), office.world.token("anna").hex(), Relay(office.database, Signal())

    async def listed(login: str) -> list[str]:
        return [edge["node"]["id"] for edge in (await office.ask(login, PUPILS))["data"]["pupils"]["edges"]]

    await office.result("office", END, personId=office.id(Kind.PERSON, "guard"), on=(TODAY - 9 * DAY).isoformat())
    await relay.publish()
    async with office.database.read() as session:
        device = await session.get(Device, (1, office.world.devices["gate"]))
        assert device is not None
        whole = await passlist.pass_list(session, device, None)
    assert (card in {entry.token for entry in whole.entries}, anna in await listed("teacher"), anna in await listed("parent")) == (True, True, True)
    for _ in range(2):
        assert await office.result("office", END_PUPIL, personId=anna, on=TODAY.isoformat()) == {"personId": anna, "on": TODAY.isoformat()}
    [event] = await office.events()
    assert (event["kind"], event["payload"], [kind for kind, _ in event["topics"]]) == (
        "registry.pupil_ended", {"person_id": str(office.world.people["anna"]), "on": TODAY.isoformat()}, ["passes"])
    while await relay.publish():
        pass
    async with office.database.read() as session:
        changes = await passlist.pass_list(session, device, whole.version)
    assert (changes.removed, anna in await listed("teacher"), anna in await listed("parent")) == ([card], False, False)
    row = await office.row(Record, Record.person_id == office.world.people["anna"])
    assert (row["person_id"], row["role"], row["kind"]) == (office.world.people["anna"], Role.OFFICE, "registry.pupil_ended")


@pytest.mark.parametrize(("login", "person", "on", "answer"), [
    ("office", "anna", TODAY - 7 * DAY, "BAD_INPUT"), ("office", "anna", TODAY + 367 * DAY, "BAD_INPUT"),  # enrolled on the 1st
    ("office", "teacher", TODAY, NO_SUCH), ("office", "gleb", TODAY, NO_SUCH), ("office2", "anna", TODAY, NO_SUCH),
    ("teacher", "anna", TODAY, NOT_ALLOWED), ("parent", "anna", TODAY, NOT_ALLOWED), (None, "anna", TODAY, STRANGER),
])
async def test_a_pupil_whom_the_office_may_not_let_go_stays(
    office: Office, login: str | None, person: str, on: dt.date, answer: str | dict[str, str],
) -> None:
    before = await office.rows(Pupil)
    found = await office.harmless(login, END_PUPIL, personId=office.id(Kind.PERSON, person), on=on.isoformat())
    assert (found if isinstance(answer, dict) else found["code"]) == answer
    assert await office.rows(Pupil) == before


async def test_whoever_left_long_ago_stays_so(office: Office) -> None:
    teacher = office.id(Kind.PERSON, "teacher")
    await office.result("office", END, personId=teacher, on=TODAY.isoformat())
    at(NOON + 40 * DAY)
    refused = await office.harmless("office", END, personId=teacher, on=(TODAY + 40 * DAY).isoformat())
    assert refused == {"code": "CONFLICT", "message": "this person left long ago"}
    assert await office.harmless("office", END, personId=teacher, on=TODAY.isoformat()) == {"personId": teacher, "on": TODAY.isoformat()}
