"""Errors on their way out: a refusal keeps its code, a bug is masked, and the log holds neither documents nor what persons wrote."""

import io
import json
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import httpx
import pytest
import pytest_asyncio
import sqlalchemy as sa
import structlog
from graphql import GraphQLError
from starlette.applications import Starlette

from school.commands.start import configure_log
from school.db import Database
from school.errors import Code, Refused
from school.serving.errors import DatabaseAwayError, present
from tests.serving.workbench import SECRET, Witness, application

PERSON = "Иванова Анна"
BUG = {"message": "Something went wrong; it has been noted.", "extensions": {"code": "INTERNAL", "id": None}}


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What the service writes on standard error, as it is configured for production."""
    text = io.StringIO()
    monkeypatch.setattr("sys.stderr", text)
    before, level = structlog.get_config(), logging.getLogger("uvicorn.error").level
    monkeypatch.setattr("logging.basicConfig", lambda **_: None)
    configure_log("info")
    yield text
    structlog.configure(**before)
    logging.getLogger("uvicorn.error").setLevel(level)


@pytest_asyncio.fixture
async def served(database_url: str) -> AsyncIterator[Starlette]:
    """The workbench on either database."""
    database = Database(database_url)
    yield application(database, Witness())
    await database.close()


async def ask(served: Starlette, document: str, **variables: Any) -> Any:
    """One document over HTTP, on which nothing but an answer may come."""
    transport = httpx.ASGITransport(served)
    async with httpx.AsyncClient(transport=transport, base_url="http://school.test") as client:
        answer = await client.post("/graphql", json={"query": document, "variables": variables})
    assert answer.status_code == 200
    return answer.json()


def without_id(error: dict[str, Any]) -> dict[str, Any]:
    """A masked error with its id taken out, which has 12 hexadecimal digits."""
    assert len(bytes.fromhex(error["extensions"]["id"])) == 6
    return {**error, "extensions": {**error["extensions"], "id": None}}


async def test_a_bug_is_masked_and_logged_with_its_id(served: Starlette, log: io.StringIO) -> None:
    """The log has the trace and where it happened, and not what was asked."""
    answer = await ask(served, "query Secretive($name: String!) { hello found: broken(name: $name) }", name=PERSON)
    assert answer["data"] == {"hello": "hello", "found": None}
    error, = answer["errors"]
    assert without_id(error) == {**BUG, "path": ["found"], "locations": [{"line": 1, "column": 41}]}
    entry = json.loads(log.getvalue())
    assert (entry["event"], entry["level"], entry["id"], entry["field"]) == ("bug", "error", error["extensions"]["id"], "broken")
    assert "workbench.py" in entry["exception"]
    assert entry["exception"].endswith("\nRuntimeError")
    assert set(entry) == {"event", "level", "id", "field", "exception", "timestamp"}
    for told in ("Secretive", "found", SECRET):
        assert told not in log.getvalue()
    assert PERSON not in log.getvalue()


async def test_the_log_of_a_wrong_statement_has_no_parameters(served: Starlette, log: io.StringIO) -> None:
    """What a person wrote stands in them."""
    answer = await ask(served, "query($name: String!) { statement(name: $name) }", name=PERSON)
    error, = answer["errors"]
    assert without_id(error) == {**BUG, "path": ["statement"], "locations": [{"line": 1, "column": 25}]}
    entry = json.loads(log.getvalue())
    assert (entry["event"], entry["id"]) == ("bug", error["extensions"]["id"])
    assert "SELECT nothing FROM nowhere WHERE name = " in entry["exception"]
    assert PERSON not in log.getvalue()


@pytest.mark.parametrize(("document", "message"), [
    ("{ hello", "Syntax Error: Expected Name, found <EOF>."),
    ("{ nothing }", "Cannot query field 'nothing' on type 'Query'."),
    ("query($minor: Minor) { hello(minor: $minor) }",
     f"Variable '$minor' got invalid value '{PERSON}'; Expected type 'Minor'. a whole number of minor units is needed"),
    (f'{{ hello(minor: "{PERSON}") }}', f'Expected value of type \'Minor\', found "{PERSON}"; a whole number of minor units is needed'),
])
async def test_a_mistake_of_the_client_is_told_and_not_logged(served: Starlette, log: io.StringIO, document: str, message: str) -> None:
    answer = await ask(served, document, **({"minor": PERSON} if "$minor" in document else {}))
    error, = answer["errors"]
    assert (error["message"], error["extensions"], "data" in answer) == (message, {"code": "BAD_DOCUMENT"}, False)
    assert log.getvalue() == ""


async def test_a_refusal_keeps_its_code(served: Starlette, log: io.StringIO) -> None:
    answer = await ask(served, "{ refused }")
    assert answer == {"data": {"refused": None}, "errors": [
        {"message": "It is so already.", "path": ["refused"], "locations": [{"line": 1, "column": 3}], "extensions": {"code": "CONFLICT"}}]}
    assert log.getvalue() == ""


def statement_error(orig: type[Exception], invalidated: bool = False) -> sa.exc.DBAPIError:
    """As SQLAlchemy reports what the driver has raised."""
    return sa.exc.DBAPIError("SELECT 1", {}, orig(SECRET), connection_invalidated=invalidated)


def caused(by: Exception) -> Exception:
    """An error that was raised because of another."""
    error = RuntimeError("wrapped")
    error.__cause__ = by
    return error


@pytest.mark.parametrize("reason", [
    lambda: ConnectionRefusedError(SECRET), lambda: ConnectionResetError(SECRET), lambda: TimeoutError(SECRET), lambda: sa.exc.TimeoutError(SECRET),
    lambda: statement_error(RuntimeError, invalidated=True), lambda: sa.exc.InterfaceError("SELECT 1", {}, RuntimeError(SECRET)),
    lambda: caused(ConnectionRefusedError(SECRET)), lambda: caused(caused(ConnectionAbortedError(SECRET))),
    lambda: GraphQLError("wrapped", original_error=ConnectionRefusedError(SECRET)),
])
def test_a_database_that_is_away_is_no_bug(reason: Callable[[], Exception], log: io.StringIO) -> None:
    """One field suffices: the whole request is answered 503."""
    with pytest.raises(DatabaseAwayError):
        present([GraphQLError("fine"), GraphQLError("field", path=["field"], original_error=reason())])
    assert log.getvalue() == ""


@pytest.mark.parametrize("reason", [
    lambda: statement_error(RuntimeError), lambda: KeyError(SECRET), lambda: ValueError(SECRET), lambda: caused(KeyError(SECRET)),
    lambda: GraphQLError(SECRET, original_error=AssertionError(SECRET)),
])
def test_anything_else_is_a_bug(reason: Callable[[], Exception], log: io.StringIO) -> None:
    """Also where nobody knows in which field it happened."""
    for error in (GraphQLError(SECRET, path=["field", 0], original_error=reason()), GraphQLError(SECRET, original_error=reason())):
        told, = present([error])
        expected = {**BUG, "path": ["field", 0]} if error.path else BUG
        assert without_id(told) == expected
    assert [json.loads(line)["field"] for line in log.getvalue().splitlines()] == [None, None]
    assert SECRET not in log.getvalue()


@pytest.mark.parametrize("wrapped", [0, 1, 2])
@pytest.mark.parametrize("code", list(Code))
def test_every_code_gets_through(code: Code, wrapped: int, log: io.StringIO) -> None:
    """However often GraphQL has wrapped the refusal."""
    error: Exception = Refused(code, "No.")
    for _ in range(wrapped):
        error = GraphQLError("wrapped", original_error=error)
    told = present([GraphQLError("wrapped", path=["field"], original_error=error)])
    assert told == [{"message": "No.", "path": ["field"], "extensions": {"code": code.value}}]
    assert log.getvalue() == ""
