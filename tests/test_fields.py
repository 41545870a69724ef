"""A field without a policy does not build; a refusal reaches the client as its kind of field says."""

from collections.abc import Collection
from dataclasses import replace
from typing import Annotated, Any

import pytest
import strawberry

from school.context import NOBODY, Area, Context, Grant, Role, Scope, Viewer
from school.db import Database
from school.errors import bad_input
from school.fields import ANYONE, SIGNED_IN, Info, Refusal, check_policies, each, holds, mutation, named, no_one, query, rows
from school.ids import Kind, Ref, encode, new
from school.settings import Settings


@rows(description="A thing.")
class Thing:
    """A declared type."""

    name: str


@strawberry.type
class Root:
    """A declared query."""

    @query(holds(Role.OFFICE), Area.DEVICES, no_one)
    async def thing(self, info: Info) -> Thing:  # noqa: ARG002
        """One."""
        return Thing(name="x")

    @query(SIGNED_IN, Area.DIARY, named("child"))
    async def picky(self, info: Info, number: int, child: strawberry.ID | None = None) -> Thing:  # noqa: ARG002
        """Refuses all numbers but 7."""
        if number != 7:
            raise bad_input("not this number")
        return Thing(name="x")

    @query(SIGNED_IN, Area.MEALS, each(lambda thing: thing.name))
    async def many(self, info: Info) -> list[Thing]:  # noqa: ARG002
        """Three, of two persons."""
        return [Thing(name=person) for person in (ANNA, BORIS, ANNA)]


@strawberry.type
class Changes:
    """A declared mutation."""

    @mutation(ANYONE, Area.DIARY)
    async def change(self, info: Info, number: int) -> Annotated[Thing | Refusal, strawberry.union("ChangeResult")]:  # noqa: ARG002
        """Refuses numbers."""
        raise bad_input("not this number")


SCHEMA = strawberry.Schema(Root, Changes)
ANNA, BORIS = (encode(Kind.PERSON, 1, new()) for _ in range(2))


class Notes:
    """A record of reads, in the memory."""

    def __init__(self) -> None:
        self.kept: list[tuple[Area, set[str]]] = []

    def note(self, viewer: Viewer, area: Area, persons: Collection[Ref]) -> None:  # noqa: ARG002
        """Keep it."""
        self.kept.append((area, {encode(Kind.PERSON, person.school_id, person.id) for person in persons}))


def context(viewer: Viewer) -> Context:
    """A context without a database."""
    return Context(viewer, Database("sqlite+aiosqlite:///never-opened.db"), Settings())


def office() -> Viewer:
    """Somebody of an office."""
    return Viewer(new(), new(), (Grant(1, new(), Role.OFFICE),))


async def code_of(document: str, viewer: Viewer) -> str | None:
    """The code of the first error."""
    result = await SCHEMA.execute(document, context_value=context(viewer))
    return None if not result.errors else str((result.errors[0].extensions or {}).get("code"))


def test_a_schema_whose_fields_declare_their_policy_builds() -> None:
    check_policies(SCHEMA)


def test_an_undeclared_root_field_does_not_build() -> None:
    @strawberry.type
    class Query:
        @strawberry.field
        async def open(self) -> str:
            """Open by mistake."""
            return "x"

    with pytest.raises(TypeError, match=r"^Query.open declares no policy$"):
        check_policies(strawberry.Schema(Query))


def test_an_undeclared_type_does_not_build() -> None:
    @strawberry.type
    class Bare:
        name: str

    @strawberry.type
    class Query:
        @query(ANYONE, Area.PEOPLE, no_one)
        async def bare(self, info: Info) -> Bare:  # noqa: ARG002
            """A type without a policy."""
            return Bare(name="x")

    with pytest.raises(TypeError, match=r"^Bare.name declares no policy$"):
        check_policies(strawberry.Schema(Query))


def test_a_resolved_field_of_a_declared_type_needs_its_own_policy() -> None:
    @rows(description="A thing with a hole.")
    class Holed:
        name: str

        @strawberry.field
        async def secret(self) -> str:
            """Not a plain field."""
            return "x"

    @strawberry.type
    class Query:
        @query(ANYONE, Area.PEOPLE, no_one)
        async def holed(self, info: Info) -> Holed:  # noqa: ARG002
            """One."""
            return Holed(name="x")

    with pytest.raises(TypeError, match=r"^Holed.secret declares no policy$"):
        check_policies(strawberry.Schema(Query))


@pytest.mark.parametrize("given", [(), (Area.DIARY,), (None, no_one)], ids=["nothing", "no record", "no area"])
def test_a_field_that_reads_declares_its_area_and_whose_record_it_shows(given: tuple[Any, ...]) -> None:
    @strawberry.type
    class Query:
        @query(SIGNED_IN, *given)
        async def forgotten(self, info: Info) -> Thing:  # noqa: ARG002
            """One."""
            return Thing(name="x")

    with pytest.raises(TypeError, match=r"^Query.forgotten does not declare its area, or whose record it shows$"):
        check_policies(strawberry.Schema(Query))


async def test_what_was_read_is_noted_once_for_each_person_and_a_refused_read_is_not() -> None:
    notes = Notes()
    made = Context(office(), Database("sqlite+aiosqlite:///never-opened.db"), Settings(), reads=notes)
    document = "query($child: ID) { picky(number: 7, child: $child) { name } many { name } }"
    refused = "query($child: ID) { picky(number: 1, child: $child) { name } }"
    await SCHEMA.execute(refused, {"child": BORIS}, context_value=made)
    assert notes.kept == []
    await SCHEMA.execute(document, {"child": BORIS}, context_value=made)
    assert notes.kept == [(Area.DIARY, {BORIS}), (Area.MEALS, {ANNA, BORIS})]
    await SCHEMA.execute(document, context_value=made)
    assert notes.kept[2:] == [(Area.MEALS, {ANNA, BORIS})]


@pytest.mark.parametrize(("scopes", "codes"), [
    (frozenset(), ["NOT_ALLOWED", "NOT_ALLOWED"]), ({Scope(Area.DIARY, write=False)}, [None, "NOT_ALLOWED"]),
    ({Scope(Area.DIARY, write=True)}, ["NOT_ALLOWED", "BAD_INPUT"]), ({Scope(Area.MEALS, write=False)}, ["NOT_ALLOWED", "NOT_ALLOWED"]),
], ids=["none", "read", "write", "another"])
async def test_a_token_reads_and_writes_only_what_it_is_for(scopes: set[Scope], codes: list[str | None]) -> None:
    viewer = replace(office(), scopes=frozenset(scopes))
    changed = await SCHEMA.execute("mutation { change(number: 1) { ... on Refusal { code } } }", context_value=context(viewer))
    assert changed.data is not None
    assert [await code_of("{ picky(number: 7) { name } }", viewer), changed.data["change"]["code"]] == codes


async def test_a_policy_is_checked_before_the_resolver_runs() -> None:
    assert await code_of("{ thing { name } }", NOBODY) == "NOT_SIGNED_IN"
    assert await code_of("{ thing { name } }", Viewer(new(), new())) == "NOT_ALLOWED"
    assert await code_of("{ thing { name } }", office()) is None


async def test_a_refusal_of_a_query_is_an_error_with_its_code() -> None:
    assert await code_of("{ picky(number: 1) { name } }", office()) == "BAD_INPUT"


async def test_a_refusal_of_a_mutation_is_a_member_of_its_result() -> None:
    result = await SCHEMA.execute("mutation { change(number: 1) { __typename ... on Refusal { code message } } }", context_value=context(NOBODY))
    assert result.errors is None
    assert result.data == {"change": {"__typename": "Refusal", "code": "BAD_INPUT", "message": "not this number"}}
