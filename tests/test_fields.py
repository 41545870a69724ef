"""A field without a policy does not build; a refusal reaches the client as its kind of field says."""

from typing import Annotated

import pytest
import strawberry

from school.context import NOBODY, Context, Grant, Role, Viewer
from school.db import Database
from school.errors import bad_input
from school.fields import ANYONE, SIGNED_IN, Info, Refusal, check_policies, holds, mutation, query, rows
from school.ids import new
from school.settings import Settings


@rows(description="A thing.")
class Thing:
    """A declared type."""

    name: str


@strawberry.type
class Root:
    """A declared query."""

    @query(holds(Role.OFFICE))
    async def thing(self, info: Info) -> Thing:  # noqa: ARG002
        """One."""
        return Thing(name="x")

    @query(SIGNED_IN)
    async def picky(self, info: Info, number: int) -> Thing:  # noqa: ARG002
        """Refuses numbers."""
        raise bad_input("not this number")


@strawberry.type
class Changes:
    """A declared mutation."""

    @mutation(ANYONE)
    async def change(self, info: Info, number: int) -> Annotated[Thing | Refusal, strawberry.union("ChangeResult")]:  # noqa: ARG002
        """Refuses numbers."""
        raise bad_input("not this number")


SCHEMA = strawberry.Schema(Root, Changes)


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
        @query(ANYONE)
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
        @query(ANYONE)
        async def holed(self, info: Info) -> Holed:  # noqa: ARG002
            """One."""
            return Holed(name="x")

    with pytest.raises(TypeError, match=r"^Holed.secret declares no policy$"):
        check_policies(strawberry.Schema(Query))


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
