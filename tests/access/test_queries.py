"""Reads of access: who sees what, in which order, at how many statements; and what one may not see answers as what does not exist."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import sqlalchemy as sa

from school import ids
from school.access import doors, policy, queries, rules
from school.access.doors import Binding
from school.access.models import AntiPassback, Audience, Direction, DoorRule, Passage
from school.access.rules import MIDNIGHT, Terms
from school.connections import encode
from school.context import NOBODY, Viewer
from school.db import Database
from school.errors import Code, Refused
from school.ids import Ref
from school.registry.models import ClassGroup, Outcome, Pupil, Tap
from tests.access.gatehouse import ABSENT, DAY, HOUR, NOON, Gatehouse
from tests.world import PUPILS, STAFF, build

FIRST = {"anna", "boris", "vera", "teacher", "class_teacher", "canteen", "guard", "office"}
SECOND = {"gleb", "dina", "teacher2", "office2"}
WATCHED = {
    "parent": {"anna", "vera", "gleb"}, "other_parent": {"boris"}, "divorced": {"vera"}, "stranger": {"dina"}, "anna": {"anna"},
    "guard": FIRST, "office": FIRST, "office2": SECOND, "teacher": set(), "class_teacher": set(), "teacher2": set(), "canteen": set(),
}
LOCATED = {
    **{name: seen & PUPILS.keys() for name, seen in WATCHED.items()},
    "teacher": {"anna", "boris"}, "class_teacher": {"anna", "boris", "vera"}, "teacher2": {"gleb", "dina"},
}
CLASSES = {"guard": {"5A", "6B"}, "office": {"5A", "6B"}, "office2": {"2-5A"}, "teacher": {"5A"}, "class_teacher": {"5A", "6B"}, "teacher2": {"2-5A"}}
PAGE: dict[str, Any] = {"first": 50, "after": None}

Query = Callable[[Viewer, Ref], Awaitable[Any]]


async def seen(house: Gatehouse, query: Query, subjects: dict[str, Ref]) -> dict[str, set[str]]:
    """Which subjects each viewer is answered about. Every other answer is, to the letter, that of a subject that does not exist."""
    known: dict[str, set[str]] = {}
    absent = {f"absent {place}": Ref(school, id_) for place, (school, id_) in enumerate(((1, ids.new()), (2, ids.new()), (3, ids.new())))}
    other = {f"{name} elsewhere": Ref(3 - subject.school_id, subject.id) for name, subject in subjects.items()}
    before, refusals = await house.tables(), set()
    for login in (*WATCHED, None):
        viewer, found = house.viewer(login) if login else NOBODY, set()
        for name, subject in (subjects | absent | other).items():
            try:
                await query(viewer, subject)
                found.add(name)
            except Refused as refused:
                refusals.add((refused.code, refused.message))
        known[login or "nobody"] = found
    assert (refusals, await house.tables()) == ({ABSENT}, before)
    assert known.pop("nobody") == set()
    return known


async def refused(house: Gatehouse, query: Any, *args: Any, **kwargs: Any) -> tuple[Code, str]:
    """What a query is refused with."""
    try:
        await (house.ask)(query, *args, **kwargs)
    except Refused as refusal:
        return refusal.code, refusal.message
    raise AssertionError("it was answered")


async def test_who_watches_whom(house: Gatehouse) -> None:
    people = {name: house.person(name) for name in (*PUPILS, *STAFF)}
    assert await seen(house, lambda viewer, person: house.ask(queries.passages, viewer, person, **PAGE), people) == WATCHED
    assert await seen(house, lambda viewer, person: house.ask(queries.taps, viewer, door=None, person=person, **PAGE), people) == WATCHED
    for name in people:
        if name in FIRST:
            await house.enter(name)
    assert await seen(house, lambda viewer, person: house.ask(queries.passages, viewer, person, **PAGE), people) == WATCHED
    names = {id_: name for name, id_ in house.world.people.items()}
    columns: list[tuple[Any, Any]] = [(policy.visible_passages, Passage.person_id), (policy.visible_taps, Tap.person_id)]
    for clause, column in columns:  # rows are chosen so whatever was checked before
        for login, watched in WATCHED.items():
            async with house.database.read() as session:
                assert {names[id_] for id_ in await session.scalars(sa.select(column).where(clause(house.viewer(login))))} == watched & FIRST


async def test_who_locates_whom(house: Gatehouse) -> None:
    people = {name: house.person(name) for name in (*PUPILS, *STAFF)}
    groups = {name: house.group(name) for name in house.world.classes}
    for _ in range(2):  # never seen, and seen
        assert await seen(house, lambda viewer, child: house.ask(queries.pupil_presence, viewer, child), people) == LOCATED
        found = await seen(house, lambda viewer, group: house.ask(queries.class_presence, viewer, group), groups)
        assert {login: classes for login, classes in found.items() if classes} == CLASSES
        for name in FIRST:
            await house.enter(name)


async def test_who_is_inside_by_name(house: Gatehouse) -> None:
    for name in FIRST:
        await house.enter(name, ago=HOUR)
    await house.leave("office")
    names = {id_: name for name, id_ in house.world.people.items()}
    inside = {}
    for login in WATCHED:
        page = await house.ask(queries.inside, house.viewer(login), **PAGE)
        assert all((row.inside, row.changed_at, row.door_id, row.door_name) == (True, NOON - HOUR, house.door.id, "Главный вход") for row in page.rows)
        inside[login] = [names[row.id] for row in page.rows]
    everyone = ["anna", "boris", "canteen", "class_teacher", "guard", "teacher", "vera"]
    assert inside == {
        **{name: [] for name in WATCHED}, "guard": everyone, "office": everyone, "teacher": ["anna", "boris"], "class_teacher": ["anna", "boris", "vera"],
    }
    assert (await house.ask(queries.inside, NOBODY, **PAGE)).rows == []
    with house.counted() as sent:
        first = await house.ask(queries.inside, house.viewer("guard"), first=4, after=None)
    assert sent == ["SELECT"]
    rest = await house.ask(queries.inside, house.viewer("guard"), first=4, after=encode(first.keys[-1]))
    assert ([names[row.id] for row in [*first.rows, *rest.rows]], first.has_next, rest.has_next) == (everyone, True, False)


async def test_passages_newest_first_page_by_page(house: Gatehouse) -> None:
    made = [await house.move("anna", way, ago=ago * HOUR) for way, ago in (("in", 5), ("out", 4), ("in", 6), ("out", 0), ("out", 0))]
    await house.enter("boris")
    anna, parent, newest = house.person("anna"), house.viewer("parent"), [made[place].id for place in (4, 3, 1, 0, 2)]
    with house.counted() as sent:
        first = await house.ask(queries.passages, parent, anna, first=2, after=None)
    assert sent == ["SELECT"]
    second = await house.ask(queries.passages, parent, anna, first=3, after=encode(first.keys[-1]))
    assert [row.id for row in [*first.rows, *second.rows]] == newest
    assert (first.has_next, second.has_next) == (True, False)
    row = second.rows[-1]
    assert (row.direction, row.reason, row.data_version, row.happened_at, row.received_at, row.late, row.suspect, row.door_id) == (
        Direction.IN, "OK", "17", NOON - 6 * HOUR, NOON, True, False, house.door.id)
    for first_, after, code in ((0, None, Code.BAD_INPUT), (101, None, Code.TOO_MANY), (1, "nonsense", Code.BAD_CURSOR)):
        assert (await refused(house, queries.passages, parent, anna, first=first_, after=after))[0] is code
        assert await refused(house, queries.passages, parent, house.person("boris"), first=first_, after=after) == ABSENT


async def test_the_taps_at_a_door(house: Gatehouse) -> None:
    taps = {
        "anna": house.tap("anna", ago=3 * HOUR), "boris": house.tap("boris", outcome=Outcome.REFUSE, reason="CARD_BLOCKED", ago=2 * HOUR),
        "stranger": house.tap(None, outcome=Outcome.REFUSE, reason="UNKNOWN_CARD", ago=HOUR), "teacher": house.tap("teacher", "out"),
        "nowhere": house.tap("anna", "side"), "canteen": house.tap("anna", "till", device="canteen"),
    }
    await house.receive(*taps.values())
    names = {tap.id: name for name, tap in taps.items()}
    shown = {}
    for login in WATCHED:
        if login in {"stranger", "teacher2", "office2"}:  # of the other school
            assert await refused(house, queries.taps, house.viewer(login), door=house.door, person=None, **PAGE) == ABSENT
            continue
        with house.counted() as sent:
            page = await house.ask(queries.taps, house.viewer(login), door=house.door, person=None, **PAGE)
        assert len(sent) == (1 if page.rows else 2)
        shown[login] = [names[row.id] for row in page.rows]
    everyone = ["teacher", "stranger", "boris", "anna"]
    assert shown == {
        "guard": everyone, "office": everyone, "parent": ["anna"], "anna": ["anna"], "other_parent": ["boris"], "divorced": [], "teacher": [],
        "class_teacher": [], "canteen": [],
    }
    for door in (Ref(1, ids.new()), Ref(2, house.door.id)):
        assert await refused(house, queries.taps, house.viewer("office"), door=door, person=None, **PAGE) == ABSENT


@pytest.mark.parametrize("first", [1, 2, 5, 50])
async def test_pages_of_a_door_have_every_tap_once_though_many_are_of_one_moment(house: Gatehouse, first: int) -> None:
    await house.add_device("second gate", door="main")
    taps = [
        house.tap(name, way, device=device, ago=ago * HOUR)
        for ago in (3, 1, 1, 2) for device in ("gate", "second gate") for way in ("in", "out", "in") for name in ("anna", "boris")]
    await house.receive(*taps, house.tap("anna", "side"), house.tap("anna", "till", device="canteen"))
    newest = sorted(taps, key=lambda tap: (tap.happened_at, tap.id), reverse=True)
    for login, seen in (("guard", newest), ("parent", [tap for tap in newest if tap.person_id == house.person("anna").id])):
        found, after = [], None
        while True:
            page = await house.ask(queries.taps, house.viewer(login), door=house.door, person=None, first=first, after=after)
            found += [(row.id, row.reader, row.direction) for row in page.rows]
            if not page.has_next:
                break
            after = encode(page.keys[-1])
        assert found == [(tap.id, tap.reader, Direction(tap.reader)) for tap in seen], login


async def test_of_a_gate_s_years_a_page_reads_what_it_shows(sqlite_url: str) -> None:
    """PostgreSQL's plan depends on what is there; SQLite's does not."""
    database = Database(sqlite_url)
    try:
        house = Gatehouse(database, await build(database))
        guard, dialect = house.viewer("guard"), database.engine.dialect
        for after in (False, True):
            read = queries._taps_at_door.prepare(guard, guard.shape, (after,), dialect)
            bounds = {"after_0": NOON, "after_1": ids.new()} if after else {}
            values = read.values(guard, {"school_id": 1, "door_id": house.door.id, "limit": 3, **bounds}, {})
            [plan] = await database._reads.fetch([(f"EXPLAIN QUERY PLAN {read.text}", values)])  # type: ignore[union-attr, call-arg, arg-type]
            [search] = [line[3] for line in plan if line[3].startswith("SEARCH tap ")]
            assert search.startswith("SEARCH tap USING INDEX ix_tap_school_id_device_id_happened_at (school_id=? AND device_id=? AND happened_at>?"), search
    finally:
        await database.close()


async def test_the_taps_of_a_person_at_every_gate_and_nowhere_else(house: Gatehouse) -> None:
    await house.add_device("second gate")
    refused_tap = house.tap("anna", outcome=Outcome.REFUSE, reason="NOT_NOW", ago=3 * HOUR, data_version=None)
    elsewhere, nowhere = house.tap("anna", "in", device="second gate", ago=2 * HOUR), house.tap("anna", "side", ago=HOUR)
    at_till, at_desk = house.tap("anna", "till", device="canteen"), house.tap("anna", "desk", device="desk")
    await house.receive(refused_tap, elsewhere, nowhere, at_till, at_desk, house.tap("boris"))
    for login in ("parent", "anna", "guard", "office"):  # when a child stood at the till is told by the meals, and to the family alone
        with house.counted() as sent:
            page = await house.ask(queries.taps, house.viewer(login), door=None, person=house.person("anna"), **PAGE)
        assert [(row.id, row.reader, row.outcome, row.reason, row.data_version, row.direction, row.door_id) for row in page.rows] == [
            (nowhere.id, "side", Outcome.ADMIT, "OK", "17", None, None), (elsewhere.id, "in", Outcome.ADMIT, "OK", "17", None, None),
            (refused_tap.id, "in", Outcome.REFUSE, "NOT_NOW", None, Direction.IN, house.door.id)], login
        assert sent == ["SELECT"]
    both = (Code.BAD_INPUT, "doorId or personId must be given, and not both")
    assert await refused(house, queries.taps, house.viewer("office"), door=None, person=None, **PAGE) == both
    assert await refused(house, queries.taps, house.viewer("office"), door=house.door, person=house.person("anna"), **PAGE) == both


async def test_a_reader_bound_anew_takes_its_taps_along(house: Gatehouse) -> None:
    await house.receive(house.tap("anna"))
    office = house.viewer("office")
    side = Ref(1, (await house.write(doors.add_door, office, 1, ids.new(), name="Калитка", anti_passback=AntiPassback.OFF)).id)
    await house.write(doors.bind_reader, office, Ref(1, house.gate.id), Binding("in", side.id, Direction.IN))
    taps = {door.id: (await house.ask(queries.taps, office, door=door, person=None, **PAGE)).rows for door in (house.door, side)}
    assert (len(taps[house.door.id]), len(taps[side.id])) == (0, 1)
    passage, = (await house.ask(queries.passages, office, house.person("anna"), **PAGE)).rows
    assert passage.door_id == house.door.id  # where it was, whatever the reader stands for now


async def test_where_a_class_is(house: Gatehouse) -> None:
    await house.enter("boris", ago=HOUR)
    with house.counted() as sent:
        rows = await house.ask(queries.class_presence, house.viewer("teacher"), house.group("5A"))
    assert sent == ["SELECT"]
    assert [(row.id, row.inside, row.changed_at, row.door_name) for row in rows] == [
        (house.person("anna").id, None, None, None), (house.person("boris").id, True, NOON - HOUR, "Главный вход")]
    with house.counted() as sent:
        row = await house.ask(queries.pupil_presence, house.viewer("other_parent"), house.person("boris"))
    assert (row.id, row.inside, row.changed_at, row.door_id, sent) == (house.person("boris").id, True, NOON - HOUR, house.door.id, ["SELECT"])
    await house.change(Pupil, house.person("anna").id, left_on=NOON.date() - DAY)
    assert [row.id for row in await house.ask(queries.class_presence, house.viewer("teacher"), house.group("5A"))] == [house.person("boris").id]
    await house.insert(ClassGroup(school_id=1, id=(empty := ids.new()), grade=7, letter="В", teacher_id=None))
    assert await house.ask(queries.class_presence, house.viewer("guard"), Ref(1, empty)) == []


async def test_doors_are_everyone_s_of_their_schools(house: Gatehouse) -> None:
    await house.write(doors.add_door, house.viewer("office"), 1, ids.new(), name="Ворота", anti_passback=AntiPassback.SOFT)
    await house.write(doors.add_door, house.viewer("office2"), 2, ids.new(), name="Вход", anti_passback=AntiPassback.OFF)
    for login, names in (
        *((login, ["Ворота", "Главный вход"]) for login in ("office", "guard", "teacher", "canteen", "anna", "other_parent")),
        ("parent", ["Ворота", "Главный вход", "Вход"]), ("stranger", ["Вход"]), ("teacher2", ["Вход"]),
    ):
        with house.counted() as sent:
            assert [row.door_name for row in await house.ask(queries.doors, house.viewer(login))] == names
        assert sent == ["SELECT"]
    assert await house.ask(queries.doors, NOBODY) == []


async def test_rules_are_the_guards_and_the_office_s(house: Gatehouse) -> None:
    office = house.viewer("office")
    made = await house.write(rules.add_rule, office, 1, ids.new(), Terms(Audience.PUPILS, 1, MIDNIGHT, MIDNIGHT))
    in_force = [id_ for id_, in await house.rows(DoorRule, "id")]
    await house.write(rules.end_rule, office, Ref(1, in_force[0]))
    await house.write(rules.add_rule, house.viewer("office2"), 2, ids.new(), Terms(Audience.STAFF, 2, MIDNIGHT, MIDNIGHT))
    for login in ("office", "guard"):
        page = await house.ask(queries.door_rules, house.viewer(login), ended=False, **PAGE)
        assert [row.id for row in page.rows] == [in_force[1], made.id]
        page = await house.ask(queries.door_rules, house.viewer(login), ended=True, **PAGE)
        assert [(row.id, row.ended_at) for row in page.rows] == [(in_force[0], NOON)]
    assert [row.weekdays for row in (await house.ask(queries.door_rules, house.viewer("office2"), ended=False, **PAGE)).rows] == [2]
    for login in ("teacher", "class_teacher", "canteen", "parent", "anna", "teacher2"):
        for ended in (False, True):
            assert (await house.ask(queries.door_rules, house.viewer(login), ended=ended, **PAGE)).rows == []
    with house.counted() as sent:
        first = await house.ask(queries.door_rules, office, ended=False, first=1, after=None)
    rest = await house.ask(queries.door_rules, office, ended=False, first=1, after=encode(first.keys[0]))
    assert ([row.id for row in [*first.rows, *rest.rows]], first.has_next, rest.has_next, sent) == ([in_force[1], made.id], True, False, ["SELECT"])
