"""The office's list of everybody: by name, found by how it begins, a page at a time, in one statement."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
import sqlalchemy as sa

from school import ids
from school.context import NOBODY, Context
from school.db import Database
from school.ids import Kind
from school.registry.models import Card, CardState, Person
from school.registry.names import full_name, sort_key
from school.schema import people
from school.settings import Settings
from tests.statements import counted
from tests.world import World, build

NAMES = [
    ("Ёлкин", "Пётр", None), ("Елагина", "Анна", "Ильинична"), ("Жук", "Анна", None), ("Иванов", "Иван", "Иванович"), ("Иванов", "Илья", None),
    ("Иванова", "Ия", None), ("де ла Крус", "Хуан", None), ("Де", "Ла", None)]
LIST = """query($search: String, $group: ID, $guardian: ID, $first: Int! = 50, $after: String) {
  people(search: $search, classGroupId: $group, guardianId: $guardian, first: $first, after: $after) {
    edges { node %s } pageInfo { endCursor hasNextPage } } }"""
ONE = "query($id: ID!) { person(id: $id) { name hasCard isGuardian } }"


class Office:
    """Who asks, in a school with these people and no other."""

    def __init__(self, database: Database, world: World) -> None:
        self.database, self.world = database, world

    async def ask(self, login: str | None, fields: str = "{ name }", **variables: Any) -> Any:
        """The page, or the code of the refusal."""
        return await self._ask(login, LIST % fields, variables)

    async def one(self, login: str, id_: str) -> Any:
        """One person, or the code of the refusal."""
        return await self._ask(login, ONE, {"id": id_})

    async def _ask(self, login: str | None, document: str, variables: dict[str, Any]) -> Any:
        viewer = self.world.viewers[login] if login else NOBODY
        result = await people().execute(document, variables, Context(viewer, self.database, Settings()))
        if result.errors:
            return (result.errors[0].extensions or {})["code"]
        assert result.data is not None
        return next(iter(result.data.values()))

    async def names(self, search: str | None = None) -> list[str]:
        """Of all who are found."""
        return [edge["node"]["name"] for edge in (await self.ask("office", search=search))["edges"]]


@pytest_asyncio.fixture
async def office(database: Database) -> AsyncIterator[Office]:
    world = await build(database)
    async with database.begin() as session:
        session.add_all(
            Person(school_id=1, id=ids.new(), family_name=family, given_name=given, patronymic=patronymic, sort_key=sort_key(family, given, patronymic))
            for family, given, patronymic in NAMES)
    yield Office(database, world)


@pytest.mark.parametrize(("search", "found"), [
    ("Ив", ["Иванов Иван Иванович", "Иванов Илья", "Иванова Ия"]), ("иванов", ["Иванов Иван Иванович", "Иванов Илья", "Иванова Ия"]),
    ("  ИВАНОВ   ив ", ["Иванов Иван Иванович"]), ("иванов иван ива", ["Иванов Иван Иванович"]), ("Иванов И", ["Иванов Иван Иванович", "Иванов Илья"]),
    ("ё", ["Ёлкин Пётр"]), ("е", ["Елагина Анна Ильинична"]), ("анна", []), ("де ла", ["Де Ла", "де ла Крус Хуан"]), ("%", []), ("_", []), ("\U0010ffff", [])])
async def test_who_is_found_begins_so(office: Office, search: str, found: list[str]) -> None:
    mine = {" ".join(part for part in name if part) for name in NAMES}
    assert [name for name in await office.names(search) if name in mine] == found


async def test_all_stand_in_the_order_of_the_russian_alphabet(office: Office) -> None:
    """ё between е and ж; page by page as at once."""
    shown = await office.names()
    async with office.database.read() as session:
        everybody = sorted(await session.scalars(sa.select(Person).where(Person.school_id == 1)), key=lambda person: person.sort_key)
    assert shown == [full_name(person.family_name, person.given_name, person.patronymic) for person in everybody]
    mine = [name for name in shown if name.startswith(("Е", "Ё", "Ж"))]
    assert mine == ["Елагина Анна Ильинична", "Ёлкин Пётр", "Жук Анна"]
    first, after = list[str](), None
    while True:
        page = await office.ask("office", first=3, after=after)
        first += [edge["node"]["name"] for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert first == shown


async def test_what_somebody_is_stands_beside_the_name(office: Office) -> None:
    fields = "{ id name classGroup { name } position isGuardian leftOn }"
    with counted(office.database) as sent:
        page = await office.ask("office", fields)
    assert len(sent) == 1
    by_id = {edge["node"].pop("id"): edge["node"] for edge in page["edges"]}
    of = {name: by_id[ids.encode(Kind.PERSON, 1, office.world.people[name])] for name in ("anna", "teacher", "parent")}
    assert of["anna"]["classGroup"] == {"name": "5A"}
    assert [(one["position"] is None, one["isGuardian"], one["leftOn"]) for one in of.values()] == [
        (True, False, None), (False, False, None), (True, True, None)]
    async with office.database.read() as session:
        assert len(by_id) == await session.scalar(sa.select(sa.func.count()).where(Person.school_id == 1))


async def test_others_are_refused_and_another_school_is_not_shown(office: Office) -> None:
    for login in ("parent", "anna", "teacher", "class_teacher", "canteen", "guard"):
        assert await office.ask(login) == "NOT_ALLOWED", login
    assert await office.ask(None) == "NOT_SIGNED_IN"
    assert not {edge["node"]["name"] for edge in (await office.ask("office2"))["edges"]} & set(await office.names("ив"))
    for search in ("", "   ", "x" * 101, "a\0"):
        assert await office.ask("office", search=search) == "BAD_INPUT"
    assert await office.ask("office", first=101) == "TOO_MANY"


async def test_a_class_and_a_guardian_narrow_the_list(office: Office) -> None:
    world, fields = office.world, "{ name hasCard }"
    group, parent = ids.encode(Kind.CLASS_GROUP, 1, world.classes["5A"]), ids.encode(Kind.PERSON, 1, world.people["parent"])
    for wanted, found in (({"group": group}, ["Annaова Anna", "Borisова Boris"]), ({"group": group, "search": "b"}, ["Borisова Boris"]),
                          ({"guardian": parent}, ["Annaова Anna", "Veraова Vera"]), ({"guardian": group}, "NOT_FOUND")):
        with counted(office.database) as sent:
            page = await office.ask("office", fields, **wanted)
        assert (page if isinstance(page, str) else [edge["node"]["name"] for edge in page["edges"]]) == found
        assert len(sent) == (0 if isinstance(page, str) else 1)
    assert (await office.ask("office2", fields, group=group))["edges"] == (await office.ask("office2", fields, guardian=parent))["edges"] == []


async def test_one_of_them_is_shown_and_nobody_else_s(office: Office) -> None:
    anna, parent, absent = (ids.encode(Kind.PERSON, 1, key) for key in (office.world.people["anna"], office.world.people["parent"], ids.new()))
    with counted(office.database) as sent:
        assert await office.one("office", anna) == {"name": "Annaова Anna", "hasCard": True, "isGuardian": False}
    assert len(sent) == 1
    assert await office.one("office", parent) == {"name": "Parentова Parent", "hasCard": False, "isGuardian": True}
    async with office.database.begin() as session:
        await session.execute(sa.update(Card).where(Card.person_id == office.world.people["anna"]).values(state=CardState.BLOCKED))
    assert (await office.one("office", anna))["hasCard"] is False
    refused = [await office.one("office", absent), await office.one("office2", anna), await office.one("teacher", anna)]
    assert refused == ["NOT_FOUND", "NOT_FOUND", "NOT_ALLOWED"]
