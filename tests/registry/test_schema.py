"""The registry's GraphQL face, executed: who I am, pupils, classes, and the statements that lists take."""

from typing import Any

import sqlalchemy as sa

from school import ids
from school.ids import Kind
from school.registry.models import Pupil
from tests.registry.office import NOON, Office, school_id
from tests.statements import statements

CHILDREN = "{me {login children {id name classGroup {id name grade letter} school {id shortName timeZone}} grants {role personId school {shortName}}}}"
PUPIL = "query($id: ID!) {pupil(id: $id) {id name familyName givenName patronymic classGroup {name} school {name}}}"
PUPILS = """query($group: ID, $first: Int! = 50, $after: String) {
    pupils(classGroupId: $group, first: $first, after: $after) {
        edges {cursor node {givenName}} pageInfo {hasNextPage hasPreviousPage startCursor endCursor}}}"""
CLASSES = "{classGroups {id name}}"
CARDS = "query($id: ID!) {cards(personId: $id) {id personId state issuedAt blockedAt}}"


async def test_who_is_signed_in_reads_who_they_are(office: Office) -> None:
    me = (await office.ask("parent", CHILDREN))["data"]["me"]
    group = {"id": office.id(Kind.CLASS_GROUP, "5A"), "name": "5A", "grade": 5, "letter": "A"}
    place = {"id": school_id(1), "shortName": "Ш1", "timeZone": "Europe/Moscow"}
    elder = {"id": office.id(Kind.CLASS_GROUP, "6B"), "name": "6B", "grade": 6, "letter": "B"}
    other = {"id": office.id(Kind.CLASS_GROUP, "2-5A"), "name": "5A", "grade": 5, "letter": "A"}
    assert me == {
        "login": "parent",
        "children": [
            {"id": office.id(Kind.PERSON, "vera"), "name": "Veraова Vera", "classGroup": elder, "school": place},
            {"id": office.id(Kind.PERSON, "anna"), "name": "Annaова Anna", "classGroup": group, "school": place},
            {"id": office.id(Kind.PERSON, "gleb"), "name": "Glebова Gleb", "classGroup": other,
             "school": {"id": school_id(2), "shortName": "Ш2", "timeZone": "Asia/Yekaterinburg"}},
        ],
        "grants": [
            {"role": "GUARDIAN", "personId": office.id(Kind.PERSON, "parent"), "school": {"shortName": "Ш1"}},
            {"role": "GUARDIAN", "personId": office.id(Kind.PERSON, "parent2"), "school": {"shortName": "Ш2"}},
        ],
    }
    assert [child["id"] for child in (await office.ask("anna", CHILDREN))["data"]["me"]["children"]] == [office.id(Kind.PERSON, "anna")]
    assert (await office.ask("teacher", CHILDREN))["data"]["me"]["children"] == []
    assert await office.ask(None, CHILDREN) == {"data": {"me": None}}


async def test_another_family_s_pupil_is_absent_to_the_byte(office: Office) -> None:
    seen = {"id": office.id(Kind.PERSON, "anna"), "name": "Annaова Anna", "familyName": "Annaова", "givenName": "Anna", "patronymic": None}
    for login in ("parent", "anna", "teacher", "class_teacher", "guard", "office"):
        answer = await office.ask(login, PUPIL, id=seen["id"])
        assert answer == {"data": {"pupil": seen | {"classGroup": {"name": "5A"}, "school": {"name": "Школа № 1"}}}}, login
    nobody = ids.encode(Kind.PERSON, 1, ids.new())
    absent = await office.ask("other_parent", PUPIL, id=nobody)
    told = {"message": "No such object.", "locations": [{"line": 1, "column": 18}], "path": ["pupil"], "extensions": {"code": "NOT_FOUND"}}
    assert absent == {"data": None, "errors": [told]}
    for login in ("other_parent", "divorced", "stranger", "canteen", "teacher2", "office2"):
        for text in (seen["id"], nobody, office.id(Kind.PERSON, "teacher"), office.id(Kind.CARD, "anna"), "nonsense", ""):
            assert await office.ask(login, PUPIL, id=text) == absent, (login, text)
    assert await office.code(None, PUPIL, id=seen["id"]) == "NOT_SIGNED_IN"


async def names(office: Office, login: str, **variables: Any) -> list[str]:
    """Whom a page of pupils shows."""
    return [edge["node"]["givenName"] for edge in (await office.ask(login, PUPILS, **variables))["data"]["pupils"]["edges"]]


async def test_pupils_come_in_pages_by_name(office: Office) -> None:
    seen, after, more = [], None, True
    while more:
        page = (await office.ask("office", PUPILS, first=1, after=after))["data"]["pupils"]
        [edge] = page["edges"]
        seen.append(edge["node"]["givenName"])
        more, after = page["pageInfo"]["hasNextPage"], page["pageInfo"]["endCursor"]
        assert page["pageInfo"] == {"hasNextPage": more, "hasPreviousPage": False, "startCursor": edge["cursor"], "endCursor": edge["cursor"]}
    assert seen == ["Anna", "Boris", "Vera"]
    assert await names(office, "office", first=2) == ["Anna", "Boris"]
    assert await names(office, "parent") == ["Anna", "Gleb", "Vera"]
    assert await names(office, "teacher") == ["Anna", "Boris"]
    assert await names(office, "office", group=office.id(Kind.CLASS_GROUP, "6B")) == ["Vera"]
    for group in (office.id(Kind.CLASS_GROUP, "2-5A"), ids.encode(Kind.CLASS_GROUP, 1, ids.new())):
        assert await names(office, "office", group=group) == []
    async with office.database.begin() as session:
        await session.execute(sa.update(Pupil).where(Pupil.id == office.world.people["boris"]).values(left_on=NOON.date()))
    assert await names(office, "office") == ["Anna", "Vera"]


async def test_a_bad_page_of_pupils_is_refused(office: Office) -> None:
    for variables, code in (
        ({"first": 0}, "BAD_INPUT"), ({"first": -1}, "BAD_INPUT"), ({"first": 101}, "TOO_MANY"), ({"after": ""}, "BAD_CURSOR"),
        ({"after": "nonsense"}, "BAD_CURSOR"), ({"after": "x" * 1001}, "BAD_CURSOR"), ({"group": office.id(Kind.PERSON, "anna")}, "NOT_FOUND"),
    ):
        assert await office.code("office", PUPILS, **variables) == code, variables


async def test_classes_are_those_of_work_and_of_family(office: Office) -> None:
    classes = {name: {"id": office.id(Kind.CLASS_GROUP, name), "name": name.removeprefix("2-")} for name in ("5A", "6B", "2-5A")}
    for login, seen in (("office", ("5A", "6B")), ("parent", ("5A", "6B", "2-5A")), ("divorced", ("6B",)), ("anna", ("5A",)), ("office2", ("2-5A",))):
        assert await office.ask(login, CLASSES) == {"data": {"classGroups": [classes[name] for name in seen]}}, login


async def test_lists_take_one_statement(office: Office) -> None:
    for document, variables, count in (
        (PUPIL, {"id": office.id(Kind.PERSON, "anna")}, 1), (PUPILS, {}, 1), (PUPILS, {"group": office.id(Kind.CLASS_GROUP, "5A")}, 1), (CLASSES, {}, 1),
        (CARDS, {"id": office.id(Kind.PERSON, "anna")}, 1), ("{me {login}}", {}, 1), ("{me {children {name school {name}}}}", {}, 2),
        ("{me {grants {school {name}}}}", {}, 2),
    ):
        with statements(office.database) as sent:
            assert "errors" not in await office.ask("office", document, **variables)
        assert sent == ["SELECT"] * count, document
