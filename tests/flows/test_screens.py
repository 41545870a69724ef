"""What each screen costs: its document, as `bench/documents` has it, is answered with one statement, and one more for what its rows name."""

import datetime as dt
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from graphql import GraphQLObjectType, get_named_type

from school import clock, ids
from school.columns import OfRow
from school.context import Context
from school.db import Database
from school.ids import Kind, Ref
from school.registry.kept_names import KeptNames
from school.schema import people
from school.settings import Settings
from tests.access.gatehouse import NOON, Gatehouse, set_clock
from tests.diary.desk import Desk
from tests.diary.test_attendance import entry, record
from tests.diary.test_homework import set_
from tests.diary.test_marks import give, item
from tests.meals.canteen import Canteen, rubles
from tests.statements import counted
from tests.world import build

DOCUMENTS = Path(__file__).parents[2] / "bench" / "documents"


@dataclass
class Building:
    """The small world at the end of a day on which something has happened everywhere."""

    database: Database
    desk: Desk
    house: Gatehouse
    names: KeptNames

    def id(self, kind: Kind, ref: Ref) -> str:
        """An opaque id."""
        return ids.encode(kind, ref.school_id, ref.id)

    async def show(self, login: str, screen: str, **variables: Any) -> tuple[Any, int]:
        """What a screen shows, and how many statements that took; names of the staff are kept from one screen to the next."""
        shown, sent = await self.ask(login, (DOCUMENTS / f"{screen}.graphql").read_text(), **variables)
        return shown, len(sent)

    async def ask(self, login: str, document: str, **variables: Any) -> tuple[Any, list[tuple[str, Any]]]:
        """The data of a query, and the statements that it took."""
        schema = people()
        await schema.read(document, variables)
        context = Context(self.house.viewer(login), self.database, Settings(), names=self.names)
        with counted(self.database) as sent:
            result = await schema.execute(document, variables, context)
        assert result.errors is None, result.errors
        return result.data, sent


@pytest_asyncio.fixture
async def building(database: Database) -> AsyncIterator[Building]:
    set_clock(NOON)
    world = await build(database)
    desk, house, canteen = Desk(database, world), Gatehouse(database, world), Canteen(database, world)
    await set_(desk)
    await give(desk, item(desk, comment="молодец"), item(desk, "boris", value=3))
    await record(desk, entry(desk, "anna", "LATE", 5), entry(desk, "boris"))
    for name in ("anna", "boris", "teacher"):
        await house.enter(name)
    await canteen.fund("anna", rubles(500))
    await canteen.sell(await canteen.present("anna"), rubles(120))
    yield Building(database, desk, house, KeptNames())
    clock.use(clock.Clock())


async def test_a_parent_s_today(building: Building) -> None:
    asked = {"child": building.desk.person("anna"), "date": "2026-09-07", "tomorrow": "2026-09-08"}
    today, sent = await building.show("parent", "today", **asked)
    first, second = today["childDay"]["lessons"]
    assert [mark["value"] for mark in first["marks"]] == [5]
    assert (first["attendance"], first["lesson"]["teacher"]["name"] != "") == ({"kind": "LATE", "minutesLate": 5}, True)
    assert [homework["text"] for homework in second["homework"]] == ["№ 5, 6"]
    assert (today["homework"], today["lateArrivals"], today["pupilPresence"]["inside"]) == ([], [], True)
    assert [[line["name"] for line in edge["node"]["items"]] for edge in today["mealHistory"]["edges"]] == [["Обед"], []]
    assert sent == 2, "all that is asked for, then the teacher's name and the sale's lines"
    assert (await building.show("parent", "today", **asked)) == (today, 2), "the sale's lines"


async def test_a_parent_s_dashboard_of_two_children(building: Building) -> None:
    shown, sent = await building.show("parent", "dashboard", a=building.desk.person("anna"), b=building.desk.person("anna"))
    assert (len(shown["aMarks"]["edges"]), len(shown["bTransfers"]["edges"]), len(shown["aPassages"]["edges"]), sent) == (1, 2, 1, 2)
    again = await building.show("parent", "dashboard", a=building.desk.person("anna"), b=building.desk.person("anna"))
    assert again == (shown, 1)


async def test_a_week_of_the_diary(building: Building) -> None:
    week = {"child": building.desk.person("anna"), "from": "2026-09-07", "to": "2026-09-13"}
    shown, sent = await building.show("parent", "diary_week", **week)
    days = shown["childDays"]
    assert [day["date"] for day in days] == [f"2026-09-{day:02}" for day in range(7, 14)]
    assert [len(day["lessons"]) for day in days] == [2, 0, 0, 0, 0, 0, 0]
    assert [[mark["comment"] for mark in lesson["marks"]] for lesson in days[0]["lessons"]] == [["молодец"], []]
    assert (sent, await building.show("parent", "diary_week", **week)) == (2, (shown, 1))
    nothing, sent = await building.show("parent", "diary_week", **{**week, "from": "2026-09-14", "to": "2026-09-15"})
    assert (nothing["childDays"], sent) == ([{"date": "2026-09-14", "lessons": []}, {"date": "2026-09-15", "lessons": []}], 2)
    document = f'{{ childDays(childId: "{week["child"]}", from: "2026-09-07", to: "2026-09-14") {{ date }} }}'
    assert await building.desk.error("parent", document) == ("TOO_MANY", "at most 7 days at once")


async def test_a_gradebook(building: Building) -> None:
    asked = {"course": building.desk.course("5A"), "from": "2026-09-01", "to": "2026-09-30"}
    shown, sent = await building.show("teacher", "gradebook", **asked)
    assert [[mark["value"] for mark in pupil["marks"]] for pupil in shown["gradebook"]["pupils"]] == [[5], [3]]
    assert (sent, await building.show("teacher", "gradebook", **asked)) == (2, (shown, 1))


@pytest.mark.parametrize("login", ["guard", "office"])
async def test_the_monitor_of_a_gate(building: Building, login: str) -> None:
    shown, sent = await building.show(login, "gate_monitor", door=building.id(Kind.DOOR, building.house.door))
    assert [edge["node"]["door"]["name"] for edge in shown["taps"]["edges"]] == ["Главный вход"] * 3
    assert len({edge["node"]["person"]["id"] for edge in shown["inside"]["edges"]}) == 3
    assert sent == 2, "the doors, the taps and who is inside, then everyone's name"


async def test_ten_days_are_merged_whatever_asks_for_them(building: Building) -> None:
    child, days = building.desk.person("anna"), [dt.date(2026, 9, day).isoformat() for day in range(1, 11)]
    asked = [f'd{number}: childDay(childId: $child, date: "{day}") {{ lessons {{ lesson {{ id }} }} }}' for number, day in enumerate(days)]
    with counted(building.database) as sent:
        shown = await building.desk.ask("parent", f"query($child: ID!) {{ {' '.join(asked)} }}", child=child)
    assert [len(day["lessons"]) for day in shown.values()] == [0] * 6 + [2] + [0] * 3
    assert len(sent) == 2, "the days, and whether the child of those without lessons is there"


LISTS = {
    "marks": ("Mark", "parent", 'childId: "{child}"'), "mealHistory": ("MealTransfer", "parent", 'childId: "{child}"'),
    "passages": ("Passage", "parent", 'personId: "{child}"'), "taps": ("Tap", "parent", 'personId: "{child}"'),
    "doorTaps": ("Tap", "guard", 'doorId: "{door}"'), "inside": ("Presence", "guard", "first: 50"),
    "lessons": ("Lesson", "parent", 'childId: "{child}", from: "2026-09-07", to: "2026-09-07"'),
    "classLessons": ("Lesson", "teacher", 'classGroupId: "{group}", from: "2026-09-07", to: "2026-09-07"'),
}
"""The lists that are asked for the columns of what is selected alone: the types of their rows, who asks, and for what."""
FIELDS = {"doorTaps": "taps", "classLessons": "lessons"}


def selections(name: str) -> dict[str, str]:
    """Each field of a type with all that lies below it, as a selection asks for it."""
    def whole(kind: Any) -> str:
        inner = get_named_type(kind)
        fields = " ".join(f"{name} {whole(field.type)}" for name, field in getattr(inner, "fields", {}).items())
        return f"{{ {fields} }}" if fields else ""

    kind: Any = people()._schema.get_type(name)
    return {field: f"{field} {whole(of.type)}" for field, of in kind.fields.items()}


async def nodes(building: Building, name: str, selection: str) -> tuple[list[Any], str]:
    """The objects of a list, and the statement that brought their rows."""
    kind, login, arguments = LISTS[name]
    desk = building.desk
    asked = arguments.format(child=desk.person("anna"), group=desk.group("5A"), door=building.id(Kind.DOOR, building.house.door))
    below = f"{{ {selection} }}" if kind == "Lesson" else f"{{ edges {{ node {{ {selection} }} }} }}"
    field = FIELDS.get(name, name)
    shown, sent = await building.ask(login, f"{{ {field}({asked}) {below} }}")
    return shown[field] if kind == "Lesson" else [edge["node"] for edge in shown[field]["edges"]], sent[0][0]


@pytest.mark.parametrize("name", LISTS)
async def test_a_field_asked_alone_is_as_in_the_whole(building: Building, name: str) -> None:
    asked = selections(LISTS[name][0])
    everything, _ = await nodes(building, name, " ".join(asked.values()))
    assert everything
    for field, selection in asked.items():
        alone, _ = await nodes(building, name, selection)
        assert alone == [{field: node[field]} for node in everything], field


@pytest.mark.parametrize(("name", "selection", "columns"), [
    ("marks", "value date", "mark.value, lesson.on_date, key_0, key_1"), ("mealHistory", "happenedAt", "transfer.happened_at, key_1"),
    ("passages", "late", "passage.late, key_0, key_1"), ("taps", "late", "tap.late, tap.school_id, tap.person_id, key_0, key_1"),
    ("inside", "changedAt", "presence.changed_at, person.school_id, person.id, key_0"), ("lessons", "date room", "lesson.on_date, lesson.room"),
])
async def test_no_other_columns_are_read(building: Building, name: str, selection: str, columns: str) -> None:
    found, statement = await nodes(building, name, selection)
    assert found
    names = [column.split(" AS ")[-1].strip() for column in statement.removeprefix("SELECT ").split("FROM")[0].split(",")]
    assert sorted(names) == sorted(columns.split(", "))


async def test_one_name_is_told_as_each_place_asks_for_it(building: Building) -> None:
    """Kept names are the same objects in all rows, and what they are the answer of is made once for a place."""
    marks = f'marks(childId: "{building.desk.person("anna")}") {{ edges {{ node'
    document = f"{{ a: {marks} {{ subject {{ id }} }} }} }} b: {marks} {{ subject {{ name }} again: subject {{ name id }} }} }} }} }}"
    for _ in range(2):
        shown, _sent = await building.ask("parent", document)
    rows = [(a["node"]["subject"], b["node"]) for a, b in zip(shown["a"]["edges"], shown["b"]["edges"], strict=True)]
    assert rows
    for first, node in rows:
        assert node == {"subject": {"name": node["again"]["name"]}, "again": {"name": node["again"]["name"], "id": first["id"]}}
        assert first == {"id": node["again"]["id"]}


async def test_a_list_that_is_empty_asks_for_its_subject_s_own_columns(building: Building) -> None:
    for child, found in (("vera", []), ("boris", None)):
        for field in ("passages", "taps"):
            document = f'{{ {field}(personId: "{building.desk.person(child)}") {{ edges {{ node {{ late }} }} }} }}'
            result = await people().execute(document, {}, Context(building.house.viewer("parent"), building.database, Settings()))
            codes = [(error.extensions or {})["code"] for error in result.errors or ()]
            assert (codes, (result.data or {field: None})[field]) == (([], {"edges": []}) if found == [] else (["NOT_FOUND"], None)), (field, child)


def test_resolvers_of_rows_say_what_they_read() -> None:
    """One that did not would make its statement bring all columns; the test above finds one that says too little."""
    silent = [
        f"{kind.name}.{name}" for kind in people()._schema.type_map.values() if isinstance(kind, GraphQLObjectType)
        and (definition := kind.extensions.get("strawberry-definition")) is not None and issubclass(definition.origin, OfRow)
        for name, field in kind.fields.items() if not field.extensions["strawberry-definition"].is_basic_field
        and field.extensions["strawberry-definition"].metadata["reads"] is None
    ]
    assert silent == []
