"""Access's GraphQL face, executed: what each role reads, how a refusal looks on the wire, and the events as updates of the family stream."""

from typing import Any

import pytest
import sqlalchemy as sa
import strawberry
from strawberry.schema.config import StrawberryConfig

from school import ids
from school.access.schema import UPDATES, AccessMutation, AccessQuery
from school.context import NOBODY, Context, Grant, Role, Viewer
from school.fields import SCALARS, check_policies
from school.ids import Kind, Ref
from school.outbox import OutboxRow
from school.registry.models import Outcome
from school.registry.types import school_id
from school.serving.schema import Schema
from school.settings import Settings
from school.updates import Published, Update
from tests.access.gatehouse import HOUR, NOON, Gatehouse, opaque

SCHEMA = Schema(AccessQuery, AccessMutation, config=StrawberryConfig(scalar_map=SCALARS))
check_policies(SCHEMA)
SETTINGS = Settings()
REFUSAL = "... on Refusal { code message }"
DOOR = "id name antiPassback"
RULE = f"id audience weekdays startsAt endsAt validFrom validUntil direction endedAt door {{ {DOOR} }} classGroup {{ id }} person {{ id givenName }}"
ADD_DOOR = f"mutation($input: AddDoorInput!) {{ addDoor(input: $input) {{ ... on DoorAdded {{ door {{ {DOOR} }} }} {REFUSAL} }} }}"
BIND = f"""mutation($input: BindReaderInput!) {{
    bindReader(input: $input) {{ ... on ReaderBound {{ reader direction door {{ {DOOR} }} }} {REFUSAL} }} }}"""
ADD_RULE = f"mutation($input: AddDoorRuleInput!) {{ addDoorRule(input: $input) {{ ... on DoorRuleAdded {{ rule {{ {RULE} }} }} {REFUSAL} }} }}"
END_RULE = f"mutation($input: EndDoorRuleInput!) {{ endDoorRule(input: $input) {{ ... on DoorRuleEnded {{ rule {{ id endedAt }} }} {REFUSAL} }} }}"
PASSAGES = "query($id: ID!, $first: Int! = 50) { passages(personId: $id, first: $first) { edges { node { id } } } }"
TAPS = "query($door: ID, $person: ID) { taps(doorId: $door, personId: $person) { edges { node { id } } } }"
ABSENT = {"code": "NOT_FOUND", "message": "No such object."}


async def ask(house: Gatehouse, viewer: str | Viewer | None, document: str, **variables: Any) -> Any:
    """Execute as this viewer: the one field of the answer, or the one error's code and message, as a mutation's refusal has it."""
    asker = NOBODY if viewer is None else house.viewer(viewer) if isinstance(viewer, str) else viewer
    result = await SCHEMA.execute(document, variable_values=variables, context_value=Context(asker, house.database, SETTINGS))
    if result.errors:
        error, = result.errors
        return {"code": (error.extensions or {}).get("code"), "message": error.message}
    assert result.data is not None
    answer, = result.data.values()
    return [edge["node"] for edge in answer["edges"]] if isinstance(answer, dict) and "edges" in answer else answer


def person(house: Gatehouse, name: str) -> str:
    """A person's opaque id."""
    return opaque(Kind.PERSON, house.person(name))


def rule_input(**values: Any) -> dict[str, Any]:
    """A rule for all pupils on schooldays."""
    return {"id": str(ids.new()), "audience": "PUPILS", "weekdays": ["FRIDAY", "MONDAY", "MONDAY"], "startsAt": "07:30", "endsAt": "24:00", **values}


async def test_the_office_sets_up_a_door(house: Gatehouse) -> None:
    door_id, gate = ids.new(), opaque(Kind.DEVICE, Ref(1, house.gate.id))
    door = {"id": opaque(Kind.DOOR, Ref(1, door_id)), "name": "Калитка", "antiPassback": "SOFT"}
    values = {"id": str(door_id), "name": "Калитка", "antiPassback": "SOFT"}
    for _ in range(2):
        assert await ask(house, "office", ADD_DOOR, input=values) == {"door": door}
    bound = await ask(house, "office", BIND, input={"deviceId": gate, "reader": "side", "doorId": door["id"], "direction": "OUT"})
    assert bound == {"reader": "side", "direction": "OUT", "door": door}
    group = opaque(Kind.CLASS_GROUP, house.group("5A"))
    added = await ask(house, "office", ADD_RULE, input=rule_input(
        audience="CLASS_GROUP", classGroupId=group, doorId=door["id"], direction="IN", validFrom="2026-09-07", validUntil="2026-09-30"))
    assert added["rule"] | {"id": ""} == {
        "id": "", "audience": "CLASS_GROUP", "weekdays": ["MONDAY", "FRIDAY"], "startsAt": "07:30", "endsAt": "24:00", "validFrom": "2026-09-07",
        "validUntil": "2026-09-30", "direction": "IN", "endedAt": None, "door": door, "classGroup": {"id": group}, "person": None,
    }
    ended = await ask(house, "office", END_RULE, input={"ruleId": added["rule"]["id"]})
    assert ended == {"rule": {"id": added["rule"]["id"], "endedAt": NOON.isoformat()}}
    rules = f"query($ended: Boolean!) {{ doorRules(ended: $ended) {{ edges {{ node {{ {RULE} }} }} }} }}"
    for viewer in ("office", "guard"):
        assert await ask(house, viewer, rules, ended=True) == [added["rule"] | {"endedAt": NOON.isoformat()}]
        in_force = await ask(house, viewer, rules, ended=False)
        assert [(rule["audience"], rule["door"], rule["direction"], rule["endsAt"]) for rule in in_force] == [
            ("PUPILS", None, None, "20:00"), ("STAFF", None, None, "20:00")]


async def test_how_a_second_entry_is_met_is_told_to_guards_and_office_alone(house: Gatehouse) -> None:
    for viewer, told in (("office", "HARD"), ("guard", "HARD"), ("teacher", None), ("canteen", None), ("parent", None), ("anna", None)):
        assert await ask(house, viewer, f"{{ doors {{ {DOOR} }} }}") == [
            {"id": opaque(Kind.DOOR, house.door), "name": "Главный вход", "antiPassback": told}]
    assert await ask(house, "office2", f"{{ doors {{ {DOOR} }} }}") == []


async def test_the_office_of_several_schools_says_which(house: Gatehouse) -> None:
    both = Viewer(ids.new(), ids.new(), tuple(Grant(school, house.world.people[name], Role.OFFICE) for school, name in ((1, "office"), (2, "office2"))))
    door = {"id": str(ids.new()), "name": "Калитка", "antiPassback": "OFF"}
    for document, values in ((ADD_DOOR, door), (ADD_RULE, rule_input())):
        before = await house.tables()
        which = {"code": "BAD_INPUT", "message": "schoolId must be given by the office of several schools"}
        assert await ask(house, both, document, input=values) == which
        assert await ask(house, both, document, input=values | {"schoolId": "nonsense"}) == ABSENT
        assert await ask(house, "office", document, input=values | {"schoolId": school_id(2)}) == ABSENT
        assert await ask(house, both, document, input=values | {"schoolId": school_id(3)}) == ABSENT
        assert await house.tables() == before
        assert "code" not in await ask(house, both, document, input=values | {"schoolId": school_id(2)})


async def test_refusals_are_members_of_the_result(house: Gatehouse) -> None:
    gate, door, far = opaque(Kind.DEVICE, Ref(1, house.gate.id)), opaque(Kind.DOOR, house.door), opaque(Kind.DOOR, Ref(2, house.door.id))
    binding = {"deviceId": gate, "reader": "side", "doorId": door, "direction": "IN"}
    cases: list[tuple[str, dict[str, Any], str]] = [
        (ADD_DOOR, {"id": "nonsense", "name": "Калитка", "antiPassback": "OFF"}, "BAD_INPUT"),
        (ADD_DOOR, {"id": str(ids.new()), "name": " ", "antiPassback": "OFF"}, "BAD_INPUT"),
        (ADD_DOOR, {"id": str(ids.new()), "name": "Главный вход", "antiPassback": "OFF"}, "CONFLICT"),
        (BIND, binding | {"deviceId": door}, "NOT_FOUND"), (BIND, binding | {"doorId": far}, "NOT_FOUND"), (BIND, binding | {"doorId": gate}, "NOT_FOUND"),
        (BIND, binding | {"deviceId": opaque(Kind.DEVICE, Ref(1, house.world.devices["desk"]))}, "BAD_INPUT"), (BIND, binding | {"reader": ""}, "BAD_INPUT"),
        (ADD_RULE, rule_input(id="nonsense"), "BAD_INPUT"), (ADD_RULE, rule_input(weekdays=[]), "BAD_INPUT"),
        (ADD_RULE, rule_input(startsAt="24:00"), "BAD_INPUT"), (ADD_RULE, rule_input(endsAt="00:00"), "BAD_INPUT"),
        (ADD_RULE, rule_input(endsAt="07:30"), "BAD_INPUT"), (ADD_RULE, rule_input(doorId=far), "NOT_FOUND"),
        (ADD_RULE, rule_input(audience="PERSON"), "BAD_INPUT"), (ADD_RULE, rule_input(audience="PERSON", personId=person(house, "gleb")), "NOT_FOUND"),
        (ADD_RULE, rule_input(audience="CLASS_GROUP", classGroupId=opaque(Kind.CLASS_GROUP, house.group("2-5A"))), "NOT_FOUND"),
        (END_RULE, {"ruleId": opaque(Kind.DOOR_RULE, Ref(1, ids.new()))}, "NOT_FOUND"), (END_RULE, {"ruleId": door}, "NOT_FOUND"),
    ]
    before = await house.tables()
    for document, values, code in cases:
        assert (await ask(house, "office", document, input=values))["code"] == code, values
    for document, values in ((ADD_DOOR, cases[1][1]), (BIND, binding), (ADD_RULE, rule_input()), (END_RULE, cases[-2][1])):
        for viewer in ("guard", "teacher", "canteen", "parent", "anna"):
            assert (await ask(house, viewer, document, input=values))["code"] == "NOT_ALLOWED"
        assert (await ask(house, None, document, input=values))["code"] == "NOT_SIGNED_IN"
    assert await ask(house, "office2", BIND, input=binding) == ABSENT
    assert await house.tables() == before


async def test_a_child_s_way_through_the_day(house: Gatehouse) -> None:
    passage = await house.enter("anna", ago=HOUR)
    tap = house.tap("anna", "side", outcome=Outcome.REFUSE, reason="UNKNOWN_READER")
    await house.receive(tap)
    anna = person(house, "anna")
    door = {"id": opaque(Kind.DOOR, house.door), "name": "Главный вход", "antiPassback": None}
    moments = {"happenedAt": (NOON - HOUR).isoformat(), "receivedAt": NOON.isoformat(), "late": True, "suspect": False}
    for viewer in ("parent", "anna"):
        assert await ask(house, viewer, f"""query($id: ID!) {{ passages(personId: $id) {{ edges {{ node {{
            id direction happenedAt receivedAt late suspect door {{ {DOOR} }} verdict {{ outcome reason dataVersion }} }} }} }} }}""", id=anna) == [
            {"id": opaque(Kind.PASSAGE, Ref(1, passage.id)), "direction": "IN", "door": door, **moments,
             "verdict": {"outcome": "ADMIT", "reason": "OK", "dataVersion": "17"}}]
        taps = await ask(house, viewer, """query($id: ID!) { taps(personId: $id) { edges { node {
            id reader direction door { name } person { id } verdict { outcome reason } } } } }""", id=anna)
        assert taps[0] == {
            "id": opaque(Kind.TAP, Ref(1, tap.id)), "reader": "side", "direction": None, "door": None, "person": {"id": anna},
            "verdict": {"outcome": "REFUSE", "reason": "UNKNOWN_READER"},
        }
        assert [(row["reader"], row["door"]) for row in taps[1:]] == [("in", {"name": "Главный вход"})]
    presence = {"inside": True, "changedAt": (NOON - HOUR).isoformat(), "door": {"name": "Главный вход"}, "person": {"givenName": "Anna"}}
    fields = "{ inside changedAt door { name } person { givenName } }"
    for viewer in ("parent", "anna", "teacher", "class_teacher", "guard", "office"):
        assert await ask(house, viewer, f"query($id: ID!) {{ pupilPresence(childId: $id) {fields} }}", id=anna) == presence
    for viewer in ("teacher", "class_teacher", "guard", "office"):
        assert await ask(house, viewer, f"query($id: ID!) {{ presence(classGroupId: $id) {fields} }}", id=opaque(Kind.CLASS_GROUP, house.group("5A"))) == [
            presence, {"inside": None, "changedAt": None, "door": None, "person": {"givenName": "Boris"}}]
        with house.counted() as sent:
            assert await ask(house, viewer, f"{{ inside {{ edges {{ node {fields} }} }} }}") == [presence]
        assert sent == ["SELECT"] * 2  # who is inside, and all names at once


async def test_another_family_s_child_is_absent(house: Gatehouse) -> None:
    await house.enter("anna")
    queries = (PASSAGES, TAPS.replace("$door: ID, $person: ID", "$id: ID").replace("doorId: $door, personId: $person", "personId: $id"))
    where = "query($id: ID!) { pupilPresence(childId: $id) { inside } }"
    children = (person(house, "anna"), opaque(Kind.PERSON, Ref(1, ids.new())), opaque(Kind.DOOR, house.door), "nonsense", "")
    for viewer in ("other_parent", "stranger", "divorced", "canteen", "office2"):
        for child in children:
            assert [await ask(house, viewer, document, id=child) for document in (*queries, where)] == [ABSENT] * 3
    for viewer in ("teacher", "class_teacher"):
        assert [await ask(house, viewer, document, id=children[0]) for document in queries] == [ABSENT] * 2
    groups = [opaque(Kind.CLASS_GROUP, ref) for ref in (house.group("6B"), house.group("2-5A"), Ref(1, ids.new()))]
    for group in (*groups, "nonsense"):
        assert await ask(house, "teacher", "query($id: ID!) { presence(classGroupId: $id) { inside } }", id=group) == ABSENT
    for viewer in ("parent", "anna", "canteen", "stranger"):
        assert (await ask(house, viewer, "{ inside { edges { node { inside } } } }"))["code"] == "NOT_ALLOWED"
        assert (await ask(house, viewer, "query($id: ID!) { presence(classGroupId: $id) { inside } }", id=groups[0]))["code"] == "NOT_ALLOWED"
        assert (await ask(house, viewer, "{ doorRules { edges { node { id } } } }"))["code"] == "NOT_ALLOWED"
    assert (await ask(house, "teacher", "{ doorRules { edges { node { id } } } }"))["code"] == "NOT_ALLOWED"


@pytest.mark.parametrize("document", [
    "{ doors { id } }", "{ doorRules { edges { cursor } } }", "{ inside { edges { cursor } } }", '{ passages(personId: "x") { edges { cursor } } }',
    '{ taps(personId: "x") { edges { cursor } } }', '{ presence(classGroupId: "x") { inside } }', '{ pupilPresence(childId: "x") { inside } }',
])
async def test_nobody_reads_without_signing_in(document: str) -> None:
    result = await SCHEMA.execute(document, context_value=Context(NOBODY, None, Settings()))  # type: ignore[arg-type]
    assert result.errors is not None
    assert [(error.extensions or {})["code"] for error in result.errors] == ["NOT_SIGNED_IN"]


async def test_events_become_updates_of_the_family_stream(house: Gatehouse) -> None:
    passage = await house.enter("anna", ago=HOUR, suspect=True, data_version=None)
    blocked = house.tap("anna", "out", outcome=Outcome.REFUSE, reason="CARD_BLOCKED")
    nowhere = house.tap("anna", "side", outcome=Outcome.REFUSE, reason="UNKNOWN_READER")
    await house.receive(blocked, nowhere, house.tap("boris"))
    anna = house.person("anna")
    async with house.database.read() as session:
        rows = (await session.execute(sa.select(OutboxRow).order_by(OutboxRow.position))).scalars().all()
    published = [
        Published(f"cursor-{row.position}", 1, anna.id, row.kind, row.payload, row.occurred_at, row.late)
        for row in rows if ["pupil", str(anna.id)] in row.topics]
    assert {row.kind for row in published} == UPDATES.keys()

    @strawberry.type
    class Query:
        @strawberry.field(metadata={"declared": None})
        def updates(self) -> list[Update]:
            return [UPDATES[row.kind](row) for row in published]

    types = [type(UPDATES[row.kind](row)) for row in published]
    schema = strawberry.Schema(Query, types=types, config=StrawberryConfig(scalar_map=SCALARS))
    result = await schema.execute("""{ updates { __typename cursor childId occurredAt late
        ... on AccessUpdate { suspect door { name } verdict { outcome reason dataVersion } }
        ... on Passed { passageId in: direction } ... on PassRefused { tapId way: direction } } }""",
        context_value=Context(house.viewer("parent"), house.database, Settings()))
    assert (result.errors, result.data is None) == (None, False)
    common = {"childId": person(house, "anna"), "occurredAt": NOON.isoformat(), "late": False, "suspect": False}
    refused = {"outcome": "REFUSE", "dataVersion": "17"}
    assert [update | {"cursor": ""} for update in result.data["updates"]] == [  # type: ignore[index]
        {"__typename": "Passed", "cursor": "", **common, "occurredAt": (NOON - HOUR).isoformat(), "late": True, "suspect": True,
         "door": {"name": "Главный вход"}, "verdict": {"outcome": "ADMIT", "reason": "OK", "dataVersion": None},
         "passageId": opaque(Kind.PASSAGE, Ref(1, passage.id)), "in": "IN"},
        {"__typename": "PassRefused", "cursor": "", **common, "door": {"name": "Главный вход"}, "verdict": {**refused, "reason": "CARD_BLOCKED"},
         "tapId": opaque(Kind.TAP, Ref(1, blocked.id)), "way": "OUT"},
        {"__typename": "PassRefused", "cursor": "", **common, "door": None, "verdict": {**refused, "reason": "UNKNOWN_READER"},
         "tapId": opaque(Kind.TAP, Ref(1, nowhere.id)), "way": None},
    ]
