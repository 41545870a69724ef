"""The matrix: every field of the people's API, asked by everyone about every child, against what docs/permissions.md declares."""

from collections.abc import AsyncGenerator, Callable, Collection, Iterable, Mapping
from typing import Any

import pytest
import sqlalchemy as sa
import strawberry
from graphql import GraphQLInterfaceType, GraphQLObjectType, GraphQLSchema
from strawberry.schema.config import StrawberryConfig

from school.context import Area, Context
from school.delivery import feed
from school.delivery.hub import Hub
from school.delivery.subscriptions import TYPES
from school.fields import SCALARS, SIGNED_IN, Info, no_one, query
from school.outbox import FeedRow, TopicKind, head
from school.registry.updates import QUIET
from school.schema import Query, people
from tests.matrix.asking import DONE, EMPTY, LETTERS, OTHERWISE, SETTINGS, Desk
from tests.matrix.question import About, Question
from tests.matrix.questions import MUTATIONS, QUERIES
from tests.matrix.table import Cells, Table, columns, read, row
from tests.matrix.town import ROLES, TARGETS
from tests.matrix.walk import walk

pytestmark = pytest.mark.xdist_group("matrix")  # the documents are read once in a process
TABLE = read()
BEST = "+o0-x!"
"""Letters, the one that shows most first."""


def fields_of(schema: GraphQLSchema) -> set[str]:
    """Every field of every type that an answer may hold, the roots' apart."""
    roots = {root.name for root in (schema.query_type, schema.mutation_type, schema.subscription_type) if root is not None}
    kinds = [kind for kind in schema.type_map.values() if isinstance(kind, GraphQLObjectType) and not kind.name.startswith("__") and kind.name not in roots]
    return {f"{kind.name}.{name}" for kind in kinds for name in kind.fields}


def roots_of(schema: GraphQLSchema) -> dict[str, set[str]]:
    """The root fields, by the section in which they stand."""
    roots = {"Queries": schema.query_type, "Mutations": schema.mutation_type, "Subscriptions": schema.subscription_type}
    return {section: set(root.fields) if root is not None else set() for section, root in roots.items()}


def undeclared(schema: GraphQLSchema, table: Table) -> list[str]:
    """In words: what the schema has and the table has not, and the other way round."""
    found = []
    for section, names in roots_of(schema).items():
        declared = {name.partition(" ")[0] for name in table.sections[section]}
        found += [f"{section}: {name} is not in the table" for name in sorted(names - declared)]
        found += [f"{section}: {name} is in the table and nowhere else" for name in sorted(declared - names)]
    found += [f"Types: {name} is not in the table" for name in sorted(fields_of(schema) - table.names("Types"))]
    return found + [f"Types: {name} is in the table and nowhere else" for name in sorted(table.names("Types") - fields_of(schema))]


def differences(section: str, found: Mapping[str, Cells]) -> str:
    """The rows that differ from the table, as they were found."""
    rows = [row(name, section, cells) for name, cells in found.items() if dict(cells) != dict(TABLE.sections[section].get(name, {}))]
    return "\n".join(rows)


@pytest.mark.house
def test_every_field_is_in_the_table() -> None:
    assert undeclared(people()._schema, TABLE) == []
    for section, questions in (("Queries", QUERIES), ("Mutations", MUTATIONS)):
        assert {question.name for question in questions} == set(TABLE.sections[section])
    assert not any(isinstance(kind, GraphQLInterfaceType) and kind.name in TABLE.fields["Types"] for kind in people()._schema.type_map.values())


@pytest.mark.house
def test_a_cell_has_a_letter_for_each_target() -> None:
    for section, questions in (("Queries", QUERIES), ("Mutations", MUTATIONS)):
        for question in questions:
            for role in columns(section):
                cell = TABLE.sections[section][question.name][role]
                assert len(cell) == len(question.about.value), (question.name, role)
                assert set(cell) <= set("+o0-x!c"), (question.name, role)


async def test_everyone_gets_what_is_declared(counter: Desk) -> None:
    """On PostgreSQL, which a city has; on SQLite a third of it, and all in the long run."""
    await (a_third_gets_it if counter.town.database.sqlite else everyone_gets_it)(counter)


@pytest.mark.soak
async def test_everyone_gets_it_on_sqlite_too(sqlite_counter: Desk) -> None:
    await everyone_gets_it(sqlite_counter)


async def a_third_gets_it(counter: Desk) -> None:
    """All questions, each asked by a third of all."""
    for section, questions in (("Queries", QUERIES), ("Mutations", MUTATIONS)):
        walked = await walk(counter, questions, TABLE.sections[section], part=3)
        assert set(walked.cells) == {question.name for question in questions}
        asked = {name: {**TABLE.sections[section][name], **cells} for name, cells in walked.cells.items()}
        assert (walked.faults, differences(section, asked)) == ([], "")


async def everyone_gets_it(counter: Desk) -> None:
    """All questions, asked by all about all."""
    queries = await walk(counter, QUERIES, TABLE.sections["Queries"])
    mutations = await walk(counter, MUTATIONS, TABLE.sections["Mutations"])
    assert [*queries.faults, *mutations.faults] == []
    assert differences("Queries", queries.cells) == ""
    assert differences("Mutations", mutations.cells) == ""
    assert _of_types(queries.seen, mutations.seen) == []


def _of_types(*seen: Mapping[str, Cells]) -> list[str]:
    """Where what was shown of a type is not what the table says. A field in its type's row is told to whoever meets the type, if only as null."""
    found = []
    for name in sorted(TABLE.names("Types")):
        kind, _, one = name.partition(".")
        declared = TABLE.cells("Types", kind, one)
        for role in ROLES:
            letters = {cells[name][role] for cells in seen if role in cells.get(name, {})}
            letter = DONE if DONE in letters else EMPTY if letters else ""
            if letter != declared[role] and not (name not in TABLE.sections["Types"] and declared[role] and letter):
                found.append(f"{name} for {role}: {letter!r}, not {declared[role]!r}")
    return found


async def test_several_roles_are_their_union(sqlite_counter: Desk) -> None:
    """One account that is a guardian in one school and a teacher in another gets what either gets, and no more."""
    walked = await walk(sqlite_counter, (*QUERIES, *MUTATIONS), {}, ("stranger", "physicist", "several"))
    for name, cells in walked.cells.items():
        apart = zip(cells["stranger"], cells["physicist"], strict=True)
        assert cells["several"] == "".join(_better(*letters) for letters in apart), name


def _better(one: str, other: str) -> str:
    return one if OTHERWISE in {one, other} else min(one, other, key=BEST.index)


FOLLOW = """subscription($children: [ID!], $after: String) { updates(children: $children, after: $after) {
    __typename ... on Refusal { code } ... on StreamOpened { cursor } ... on Update { cursor childId } } }"""


FOLLOW_PLACE = """subscription($place: ID!) { happenings(placeId: $place) { __typename ... on Refusal { code } ... on StreamOpened { cursor } } }"""


async def _follow(desk: Desk, hub: Hub, role: str, children: Collection[str], after: str | None, until: str | None) -> Iterable[str]:
    """The kinds of the messages up to a cursor: the first one alone without it."""
    context = Context(desk.town.viewers[role], desk.town.database, SETTINGS, live=hub)
    return await _heard(await desk.schema.subscribe(FOLLOW, {"children": list(children), "after": after}, context_value=context), until)


async def _heard(stream: Any, until: str | None) -> Iterable[str]:
    kinds = []
    assert isinstance(stream, AsyncGenerator)
    async for result in stream:
        assert result.data is not None, result.errors
        [message] = result.data.values()
        kinds.append(message["code"] if message["__typename"] == "Refusal" else message["__typename"])
        if until is None or message.get("cursor") == until or message["__typename"] == "Refusal":
            break
    await stream.aclose()
    return kinds


async def _letter(desk: Desk, hub: Hub, role: str, place: str) -> str:
    """What somebody gets who wants to follow a place."""
    context = Context(desk.town.viewers[role], desk.town.database, SETTINGS, live=hub)
    heard = await _heard(await desk.schema.subscribe(FOLLOW_PLACE, {"place": place}, context_value=context), None)
    return "".join(DONE if kind == "StreamOpened" else LETTERS[kind] for kind in heard)


async def test_who_may_follow_a_child_and_hears_what_of_it(counter: Desk) -> None:
    town, hub = counter.town, Hub(counter.town.database)
    async with town.database.read() as session:
        await hub.resume(await head(session))
        mine = (FeedRow.topic_kind == TopicKind.PUPIL, FeedRow.topic_id == town.world.people["boris"])
        last = await session.scalar(sa.select(sa.func.max(FeedRow.seq)).where(*mine))
        told = list(await session.scalars(sa.select(FeedRow.kind).where(*mine, FeedRow.kind.not_in(QUIET)).order_by(FeedRow.seq)))
    found: dict[str, dict[str, str]] = {"updates": {}}
    for role in ROLES:
        letters = [next(iter(await _follow(counter, hub, role, [town.targets[target]["child"]], None, None))) for target in TARGETS]
        found["updates"][role] = "".join(DONE if letter == "StreamOpened" else LETTERS[letter] for letter in letters)
    for name, topic in {"happenings (door)": "door", "happenings (till)": "till", "happenings (desk)": "desk",
                        "happenings (inbox)": "teacher"}.items():
        found[name] = {role: "".join([await _letter(counter, hub, role, town.targets[target][topic]) for target in ("own", "other school")]) for role in ROLES}
    assert differences("Subscriptions", found) == ""
    own = [town.targets["own"]["child"]]
    heard = {role: list(await _follow(counter, hub, role, own, feed.encode_cursor(0), feed.encode_cursor(last or 0))) for role in ROLES[:5]}
    assert {role: len(kinds) - 1 for role, kinds in heard.items()} == {
        "guardian": len(told), "pupil": len(told), "without diary": sum(not kind.startswith("diary.") for kind in told),
        "without meals": sum(not kind.startswith("meals.") for kind in told),
        "without access": sum(not kind.startswith(("access.", "day.", "registry.card_")) for kind in told),
    }


async def test_a_read_that_is_not_noted_is_found(sqlite_counter: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mutant: a field that says its answer shows no one's record."""
    marks = [question for question in QUERIES if question.name == "marks"]
    assert (await walk(sqlite_counter, marks, TABLE.sections["Queries"], ("guardian",))).faults == []
    monkeypatch.setattr("school.fields.Declared.note", lambda *_: None)
    walked = await walk(sqlite_counter, marks, TABLE.sections["Queries"], ("guardian",))
    assert walked.faults == ["guardian: marks shows boris, and the record of reads does not say so"]


def test_a_field_without_a_row_is_found() -> None:
    """A mutant: a new field, and a new field of a type that is there."""

    @strawberry.type(name="Query")
    class Grown(Query):
        @query(SIGNED_IN, Area.PEOPLE, no_one)
        async def everybody(self, info: Info) -> list[str]:  # noqa: ARG002
            """Names."""
            return []

    grown = strawberry.Schema(Grown, people().mutation, people().subscription, types=TYPES, config=StrawberryConfig(scalar_map=SCALARS))
    assert undeclared(grown._schema, TABLE) == ["Queries: everybody is not in the table"]
    shorter = read()
    shorter.fields["Types"]["Mark"] -= {"comment"}
    assert undeclared(people()._schema, shorter) == ["Types: Mark.comment is not in the table"]


@pytest.mark.parametrize(("place", "name", "told"), [
    ("school.meals.accounts.visible_accounts", "mealAccount", "is not declared"), ("school.diary.queries.visible_children", "averages", "is not declared"),
    ("school.registry.queries.visible_pupils", "pupils", "tells"), ("school.registry.cards.visible_cards", "blockCard", "has changed something"),
])
async def test_a_widened_policy_is_found(sqlite_counter: Desk, widen: Callable[[str], None], place: str, name: str, told: str) -> None:
    """Mutants: a visible-to clause that lets everyone see everything."""
    widen(place)
    questions: list[Question] = [question for question in (*QUERIES, *MUTATIONS) if question.name == name]
    section = "Queries" if questions[0].operation == "query" else "Mutations"
    walked = await walk(sqlite_counter, questions, TABLE.sections[section], ("guardian",))
    declared = TABLE.sections[section][name]["guardian"]
    assert walked.cells[name]["guardian"] != declared
    assert questions[0].about is About.PUPIL
    if told != "is not declared":
        assert any(told in fault for fault in walked.faults)
