"""Staff, pupils and guardians come to a school: many at once, each with an answer; repeating is harmless, and what is refused changes nothing."""

import datetime as dt
from typing import Any
from uuid import UUID

import pytest

from school import ids
from school.context import Area, Role
from school.delivery.relay import Relay
from school.ids import Kind
from school.outbox import Signal
from school.record.models import Record
from school.registry.models import Guardianship, Person, Pupil, Staff
from school.registry.names import sort_key
from tests.registry.office import NO_SUCH, NOT_ALLOWED, STRANGER, Office, school_id
from tests.statements import counted

STAFF, ENROL, GUARDIANS = ("""mutation($input: %sInput!) {%s(input: $input) {... on PeopleAdded {results {
  ... on Person {id name} ... on Refusal {code message}}} ... on Refusal {code message}}}""" % (name[0].upper() + name[1:], name)  # noqa: UP031
  for name in ("addStaff", "enrolPupils", "addGuardians"))
TAKEN = {"code": "CONFLICT", "message": "another person has this id"}


def somebody(family: str = "Ёлкина", given: str = "Яна", patronymic: str | None = "Олеговна", **more: Any) -> dict[str, Any]:
    """An item."""
    return {"id": str(ids.new()), "familyName": family, "givenName": given, "patronymic": patronymic, **more}


async def many(office: Office, document: str, *items: dict[str, Any], login: str | None = "office", school: int = 1) -> Any:
    """The answers to the items, or why there are none."""
    answer = await office.result(login, document, schoolId=school_id(school), items=items)
    return answer.get("results", answer)


def pupil(office: Office, group: str = "5A", **more: Any) -> dict[str, Any]:
    """A pupil to be."""
    return {**somebody(), "classGroupId": office.id(Kind.CLASS_GROUP, group), "enrolledOn": "2026-09-01", **more}


def known(item: dict[str, Any]) -> dict[str, str]:
    """The answer to a good item."""
    name = " ".join(item[part] for part in ("familyName", "givenName", "patronymic") if item[part])
    return {"id": ids.encode(Kind.PERSON, 1, UUID(item["id"])), "name": name}


async def test_pupils_are_enrolled_in_a_constant_number_of_statements(office: Office) -> None:
    one, rest = pupil(office), [pupil(office, group="6B" if number % 2 else "5A", familyName=f"Ученик{number}") for number in range(99)]
    statements = []
    for items in ([one], [one, *rest]):
        with counted(office.database) as seen:
            assert await many(office, ENROL, *items) == [known(item) for item in items]
        statements.append(len(seen))
    assert statements == [5, 6]  # one of the second's was there already
    before = await office.rows(Person)
    assert await many(office, ENROL, *[pupil(office) for _ in range(49)]) == {"code": "TOO_MANY", "message": "a class has at most 100 pupils"}
    assert await office.rows(Person) == before  # 5A has 2 + 50
    row = await office.row(Pupil, Pupil.id == UUID(one["id"]))
    assert row == {
        "school_id": 1, "id": UUID(one["id"]), "class_group_id": office.world.classes["5A"], "enrolled_on": dt.date(2026, 9, 1), "left_on": None}
    assert (await office.row(Person, Person.id == UUID(one["id"])))["sort_key"] == sort_key("Ёлкина", "Яна", "Олеговна")
    events = await office.events()
    assert len(events) == 100
    assert (events[0]["kind"], [kind for kind, _ in events[0]["topics"]], events[0]["payload"]) == (
        "registry.pupil_enrolled", ["passes"], {"person_id": one["id"], "class_group_id": str(office.world.classes["5A"]), "on": "2026-09-01"})
    while await Relay(office.database, Signal()).publish():
        pass
    entry = await office.row(Record, Record.person_id == UUID(one["id"]))
    assert (entry["area"], entry["role"], entry["kind"]) == (Area.PEOPLE, Role.OFFICE, "registry.pupil_enrolled")


async def test_a_bad_item_does_not_hold_up_the_others(office: Office) -> None:
    good = pupil(office)
    await many(office, ENROL, good)
    items = [
        pupil(office, familyName=" "), pupil(office, givenName="я" * 81), pupil(office, patronymic="а\nб"), pupil(office, patronymic=" "),
        pupil(office, group="2-5A"), pupil(office, classGroupId="none"), pupil(office, enrolledOn="2025-09-05"), pupil(office, enrolledOn="2027-09-09"),
        pupil(office, id="1"), {**good, "enrolledOn": "2026-09-02"}, pupil(office, id=str(office.world.people["parent"])),
    ]
    found = await many(office, ENROL, *items)
    assert [one.get("code") or one["name"] for one in found] == [
        "BAD_INPUT", "BAD_INPUT", "BAD_INPUT", "Ёлкина Яна", "NOT_FOUND", "NOT_FOUND", "BAD_INPUT", "BAD_INPUT", "BAD_INPUT", "CONFLICT", "CONFLICT"]


async def test_staff_are_added_once(office: Office) -> None:
    items = [somebody(f"Учитель{number}", position="Учитель физики") for number in range(3)]
    before = len(await office.rows(Staff))
    with counted(office.database) as seen:
        assert await many(office, STAFF, *items) == [known(item) for item in items]
    assert len(seen) == 3
    assert await office.harmless("office", STAFF, schoolId=school_id(1), items=items) == {"results": [known(item) for item in items]}
    assert await many(office, STAFF, {**items[0], "position": "Директор"}, somebody(position=" ")) == [
        TAKEN, {"code": "BAD_INPUT", "message": "position must be one line of 1 to 80 characters"}]
    assert len(await office.rows(Staff)) == before + 3
    events = await office.events()
    assert [(event["kind"], event["payload"]) for event in events] == [
        ("registry.staff_added", {"person_id": item["id"]}) for item in sorted(items, key=lambda item: item["id"])]


async def test_guardians_are_added_with_their_pupils(office: Office) -> None:
    child = pupil(office)
    [added] = await many(office, ENROL, child)
    items = [somebody("Ёлкин", "Олег", None, pupilId=added["id"], relation=relation) for relation in ("FATHER", "OTHER")]
    with counted(office.database) as seen:
        assert await many(office, GUARDIANS, *items) == [known(item) for item in items]
    assert len(seen) == 4
    assert await office.harmless("office", GUARDIANS, schoolId=school_id(1), items=items) == {"results": [known(item) for item in items]}
    foreign = somebody(pupilId=office.id(Kind.PERSON, "gleb"), relation="MOTHER")
    assert await many(office, GUARDIANS, {**items[0], "relation": "MOTHER"}, foreign) == [TAKEN, NO_SUCH]
    ties = await office.rows(Guardianship, Guardianship.pupil_id == UUID(child["id"]))
    assert {(str(tie["guardian_id"]), tie["relation"].name, tie["ended_at"], tie["diary"]) for tie in ties} == {
        (item["id"], item["relation"], None, True) for item in items}
    assert [event["kind"] for event in await office.events()] == ["registry.pupil_enrolled"] + ["registry.guardianship_granted"] * 2


async def test_nobody_takes_the_id_of_another_school_s_person(office: Office) -> None:
    """Who is in two schools' families or staffs is known by two lists, of schools and of persons: the same id twice would open the other's data."""
    theirs = {name: {**somebody(), "id": str(office.world.people[name])} for name in ("gleb", "parent2", "teacher2")}
    [child] = await many(office, ENROL, pupil(office))
    before = await office.everything(), await office.rows(Person)
    assert await many(office, ENROL, {**pupil(office), "id": theirs["gleb"]["id"]}) == [TAKEN]
    assert await many(office, STAFF, {**theirs["teacher2"], "position": "Учитель"}) == [TAKEN]
    assert await many(office, GUARDIANS, {**theirs["parent2"], "pupilId": child["id"], "relation": "MOTHER"}) == [TAKEN]
    assert (await office.everything(), await office.rows(Person)) == before


@pytest.mark.parametrize(("login", "school", "answer"), [
    ("office", 2, NO_SUCH), ("office2", 1, NO_SUCH), ("teacher", 1, NOT_ALLOWED), ("parent", 1, NOT_ALLOWED), ("anna", 1, NOT_ALLOWED), (None, 1, STRANGER)])
async def test_only_the_school_s_own_office_adds_people(office: Office, login: str | None, school: int, answer: dict[str, str]) -> None:
    asked = ((STAFF, {"position": "Учитель"}), (ENROL, {"classGroupId": office.id(Kind.CLASS_GROUP, "5A"), "enrolledOn": "2026-09-01"}),
             (GUARDIANS, {"pupilId": office.id(Kind.PERSON, "anna"), "relation": "MOTHER"}))
    before = [await office.rows(table) for table in (Person, Staff, Pupil, Guardianship)]
    for document, more in asked:
        assert await many(office, document, somebody(**more), login=login, school=school) == answer
    assert [await office.rows(table) for table in (Person, Staff, Pupil, Guardianship)] == before


async def test_a_list_has_a_length(office: Office) -> None:
    assert (await many(office, STAFF))["code"] == "BAD_INPUT"
    assert (await many(office, STAFF, *[somebody(position="Учитель")] * 2))["code"] == "BAD_INPUT"
    assert (await many(office, STAFF, *[somebody(position="Учитель") for _ in range(101)]))["code"] == "TOO_MANY"


async def test_the_staff_are_a_part_of_the_people(office: Office) -> None:
    found = (await office.ask("office", "{people(staff: true, first: 50) {edges {node {position}}}}"))["data"]["people"]["edges"]
    assert len(found) == len(await office.rows(Staff, Staff.school_id == 1))
    assert all(edge["node"]["position"] for edge in found)
