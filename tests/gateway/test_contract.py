"""The contract: what docs/gateway.md says, what gateway.graphql holds and what the daemon sends agree with the code."""

import re
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    build_schema,
    parse,
    print_ast,
    validate,
)
from graphql.utilities import ast_from_value

from readers import gateway, uplink
from readers.operations import DOCUMENTS
from school.gateway import operations
from school.gateway.credentials import TOLERANCE, VERSION, WINDOW
from school.gateway.denial import Reason
from school.gateway.documents import DAEMON, Documents
from school.gateway.http import MOST_BYTES
from school.gateway.schema import LONGEST_WAIT, machines, sdl
from school.gateway.taps import MOST_TAPS
from school.registry.models import DeviceKind

ROOT = Path(__file__).parents[2]
CONTRACT = (ROOT / "docs" / "gateway.md").read_text()
OUTSIDE = {"TOO_SLOW": 408, "TOO_LARGE": 413, "BAD_MEDIA_TYPE": 415, "INTERNAL": 500}
"""Codes that are not the gateway's own: of the way in that both APIs share, and of a bug."""


def block(language: str) -> str:
    """The fenced block of a language in the contract."""
    found = re.search(rf"```{language}\n(.*?)```", CONTRACT, re.DOTALL)
    assert found is not None
    return found[1]


def own(schema: GraphQLSchema) -> dict[str, Any]:
    """All types of a schema but those that every schema has: nothing of descriptions, everything of form."""
    return {name: form(kind) for name, kind in schema.type_map.items() if not name.startswith("__") and name not in {"String", "Int", "Boolean", "ID"}}


def form(kind: GraphQLNamedType) -> Any:
    """A type's kind and its parts, in no order."""
    parts: Any = None
    if isinstance(kind, GraphQLObjectType):
        parts = {name: (str(field.type), arguments(field.args)) for name, field in kind.fields.items()}
        assert not kind.interfaces
    elif isinstance(kind, GraphQLInputObjectType):
        parts = arguments(kind.fields)
    elif isinstance(kind, GraphQLEnumType):
        parts = set(kind.values)
    elif isinstance(kind, GraphQLUnionType):
        parts = {member.name for member in kind.types}
    return type(kind).__name__.removeprefix("Graphene").removeprefix("GraphQL"), parts


def arguments(given: dict[str, Any]) -> dict[str, tuple[str, str | None]]:
    """Arguments or input fields: type and default."""
    found = {}
    for name, argument in given.items():
        default = ast_from_value(argument.default_value, argument.type)
        found[name] = (str(argument.type), None if default is None else print_ast(default))
    return found


def table(title: str) -> list[list[str]]:
    """The rows of the first table under a heading."""
    _, _, below = CONTRACT.partition(f"\n## {title}\n")
    lines = [line for line in below.partition("\n## ")[0].splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


@pytest.mark.parametrize("operation", DOCUMENTS)
def test_what_the_daemon_sends_is_valid_and_allowed(operation: str) -> None:
    schema = machines().graphql_schema
    assert validate(schema, parse(DOCUMENTS[operation])) == []
    assert Documents(schema, DAEMON).read(DOCUMENTS[operation]).field == operation, f"write it into school/gateway/daemon/{operation}.graphql"
    assert operation in operations.FOR_STRANGERS | operations.ALLOWED["gate"]


@pytest.mark.house
def test_the_committed_schema_is_the_code_s() -> None:
    assert (ROOT / "gateway.graphql").read_text() == sdl().rstrip() + "\n", "run `school schema --write .`"


@pytest.mark.house
def test_the_contract_prints_the_schema() -> None:
    code, printed = own(machines().graphql_schema), own(build_schema(block("graphql")))
    assert code.keys() == printed.keys()
    for name, kind in code.items():
        assert printed[name] == kind, name


@pytest.mark.house
def test_a_difference_would_be_seen() -> None:
    whole = block("graphql")
    expected = own(build_schema(whole))
    for old, new in (
        ("wait: Int! = 0", "wait: Int!"), ("wait: Int! = 0", "wait: Int! = 1"), ("since: String,", "since: String!,"), ("ageMs: Int ", "ageMs: Int! "),
        ("GATE CANTEEN DESK", "GATE CANTEEN"), ("= Submitted | Refusal", "= Submitted"), ("full: Boolean!", "full: Boolean"), ("late: Boolean!", ""),
        ("removed: [String!]!", "removed: [String]!"), ("type Heartbeat {", "type Heartbeat { more: Int "), ("scalar DateTime", "scalar DateTime scalar Date"),
    ):
        assert old in whole
        assert own(build_schema(whole.replace(old, new))) != expected, (old, new)


@pytest.mark.house
def test_the_contract_s_matrix_is_the_code_s() -> None:
    told = {kind: frozenset(re.findall(r"`(\w+)`", cell)) for kind, cell in table("Operations by device kind")}
    assert told == dict(operations.ALLOWED)
    assert set(told) == set(DeviceKind)


@pytest.mark.house
def test_the_contract_names_every_denial_with_its_status() -> None:
    told = {code: int(status) for status, cell, _ in table("A request is signed")[4:] if status.isdecimal() for code in re.findall(r"`([A-Z_]+)`", cell)}
    assert told == {reason.name: reason.status for reason in Reason} | OUTSIDE
    assert {*told, "AWAY"} >= uplink.NOT_THE_TAPS
    assert {gateway.BY_STATUS[status] for status in (413, 429, 503)} == {"TOO_LARGE", "THROTTLED", "UNAVAILABLE"}


@pytest.mark.house
def test_the_contract_s_numbers_are_the_code_s() -> None:
    for text in (
        VERSION, f"a window of {WINDOW - 1} below", f"more than {TOLERANCE.total_seconds() / 60:.0f} minutes", f"above {MOST_BYTES // 1024} KiB",
        f"at most {MOST_TAPS} taps", f"(0 to {LONGEST_WAIT})",
    ):
        assert text in CONTRACT, text
    assert uplink.MOST_TAPS == MOST_TAPS
