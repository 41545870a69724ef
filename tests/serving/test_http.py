"""The GraphQL endpoint: what it refuses before anything runs, how it says no, and what it never tells."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import strawberry
from starlette.applications import Starlette
from starlette.routing import Route
from strawberry.schema.config import StrawberryConfig

from school.context import NOBODY, Area, Context
from school.db import Database
from school.fields import ANYONE, SCALARS, Info, no_one, query
from school.registry.schema import RegistryMutation, RegistryQuery
from school.serving.cookies import SessionCookie
from school.serving.http import GRAPHQL, JSON, endpoint
from school.serving.schema import Schema
from school.serving.terms import Terms
from school.serving.trust import TrustedDocuments
from school.settings import Settings

LIMIT = 64 * 1024
SECRET = "postgresql://somebody:password@somewhere"


@strawberry.type
class Query(RegistryQuery):
    """The registry's, and a field that fails."""

    @query(ANYONE, Area.PEOPLE, no_one)
    async def broken(self, info: Info) -> str | None:  # noqa: ARG002
        """A bug with a secret in it."""
        raise RuntimeError(SECRET)

    @query(ANYONE, Area.PEOPLE, no_one)
    async def away(self, info: Info) -> str | None:  # noqa: ARG002
        """The database cannot be reached."""
        raise ConnectionRefusedError(SECRET)


@pytest.fixture
async def client(sqlite_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the endpoint, at http://school.test."""
    database = Database(sqlite_url)

    async def context_for(token: str | None, address: str, agent: str, _account: str | None) -> Context:
        assert token is None
        return Context(NOBODY, database, Settings(), address, agent=agent)

    schema = Schema(Query, RegistryMutation, config=StrawberryConfig(scalar_map=SCALARS))
    terms = Terms(SessionCookie(secure=True), ("https://app.test",), closed=False, body_limit=LIMIT)
    post = endpoint(schema, context_for, TrustedDocuments([], database, closed=False), terms)
    transport = httpx.ASGITransport(Starlette(routes=[Route("/graphql", post, methods=["POST"])]))
    async with httpx.AsyncClient(transport=transport, base_url="http://school.test") as opened:
        yield opened
    await database.close()


async def ask(client: httpx.AsyncClient, document: Any, **headers: str) -> httpx.Response:
    """One document."""
    return await client.post("/graphql", json={"query": document}, headers=headers)


def code(answer: httpx.Response) -> str:
    """The first error's code."""
    found: str = answer.json()["errors"][0]["extensions"]["code"]
    return found


async def test_a_query_is_answered(client: httpx.AsyncClient) -> None:
    answer = await ask(client, "{ me { login } }")
    assert (answer.status_code, answer.headers["content-type"], answer.json()) == (200, JSON, {"data": {"me": None}})


@pytest.mark.parametrize(("body", "headers", "status", "expected"), [
    (b"{}", {"content-type": "text/plain"}, 415, "BAD_MEDIA_TYPE"),
    (b"query=x", {"content-type": "application/x-www-form-urlencoded"}, 415, "BAD_MEDIA_TYPE"),
    (b"{", {}, 400, "BAD_REQUEST"), (b"[]", {}, 400, "BAD_REQUEST"), (b'[{"query":"{me{login}}"}]', {}, 400, "BAD_REQUEST"), (b"{}", {}, 400, "BAD_REQUEST"),
    (b'{"query":1}', {}, 400, "BAD_REQUEST"), (b'{"query":"{me{login}}","variables":[]}', {}, 400, "BAD_REQUEST"),
    (b'{"query":"{me{login}}","extensions":"x"}', {}, 400, "BAD_REQUEST"), (b'{"query":"{me{login}}","extensions":[]}', {}, 400, "BAD_REQUEST"),
    (b'{"query":"{me{login}}","operationName":1}', {}, 400, "BAD_REQUEST"), (b"\xff\xfe", {}, 400, "BAD_REQUEST"),
    (b" " * (LIMIT + 1), {}, 413, "TOO_LARGE"), (b"{}", {"content-length": "10485760"}, 413, "TOO_LARGE"),
    (b'{"query":"{me{login}}"}', {"origin": "https://evil.test"}, 403, "BAD_ORIGIN"),
    (b'{"query":"{me{login}}"}', {"origin": "null"}, 403, "BAD_ORIGIN"),
])
async def test_a_bad_request_is_refused_by_kind(client: httpx.AsyncClient, body: bytes, headers: dict[str, str], status: int, expected: str) -> None:
    answer = await client.post("/graphql", content=body, headers={"content-type": JSON, **headers})
    assert (answer.status_code, code(answer)) == (status, expected)


async def test_a_body_of_ten_megabytes_without_a_length_is_cut_off(client: httpx.AsyncClient) -> None:
    async def body() -> AsyncIterator[bytes]:
        for _ in range(160):
            yield b" " * 65536

    answer = await client.post("/graphql", content=body(), headers={"content-type": JSON})
    assert (answer.status_code, code(answer)) == (413, "TOO_LARGE")


@pytest.mark.parametrize(("accept", "expected"), [
    ("", JSON), ("*/*", JSON), ("text/html", JSON), (JSON, JSON), (GRAPHQL, GRAPHQL), (GRAPHQL.upper(), GRAPHQL), (f"{GRAPHQL};charset=utf-8", GRAPHQL),
    (f"{GRAPHQL}, {JSON}", GRAPHQL), (f"{JSON};q=0.9, {GRAPHQL}", GRAPHQL), (f"{JSON}, {GRAPHQL};q=0.9", JSON), (f"{GRAPHQL};q=0, {JSON}", JSON),
    (f"{JSON};q=0, */*", GRAPHQL), (f"{GRAPHQL};q=0.5, */*;q=0.9", JSON), (f"{GRAPHQL};q=0.5, application/*;q=0.5, */*", GRAPHQL), (f"{JSON};q=0", JSON),
    (f"{GRAPHQL};q=0", JSON), (f"{GRAPHQL};q=x", JSON), (f"{GRAPHQL}-seq", JSON), (f'text/plain;p="{GRAPHQL}"', JSON), (",;=,", JSON),
])
async def test_an_answer_has_the_media_type_that_is_liked_best(client: httpx.AsyncClient, accept: str, expected: str) -> None:
    for document, status in (("{ me { login } }", 200), ("{ nothing }", 400 if expected == GRAPHQL else 200)):
        answer = await ask(client, document, accept=accept)
        assert (answer.status_code, answer.headers["content-type"]) == (status, expected)


async def test_what_is_accepted_may_stand_in_several_lines(client: httpx.AsyncClient) -> None:
    lines = [("content-type", JSON), ("accept", "text/html"), ("accept", GRAPHQL)]
    assert (await client.post("/graphql", content='{"query":"{me{login}}"}', headers=lines)).headers["content-type"] == GRAPHQL


@pytest.mark.parametrize(("kind", "status"), [
    ("application/json; charset=utf-8", 200), ('Application/JSON;Charset="UTF-8"', 200), ("application/json;", 200), ("application/json; charset=utf-16", 415),
    ("application/json;charset=latin1", 415), ("application/jsonl", 415), ("", 415),
])
async def test_a_body_is_json_in_utf_8(client: httpx.AsyncClient, kind: str, status: int) -> None:
    answer = await client.post("/graphql", content='{"query":"{me{login}}"}', headers={"content-type": kind})
    assert answer.status_code == status


@pytest.mark.parametrize("origin", ["http://school.test", "https://app.test"])
async def test_our_own_pages_may_ask(client: httpx.AsyncClient, origin: str) -> None:
    assert (await ask(client, "{ me { login } }", origin=origin)).status_code == 200


@pytest.mark.parametrize("document", ["{", "{ nothing }", "", "query A { me { login } } query B { me { login } }", "subscription { x }"])
async def test_a_malformed_document_is_refused(client: httpx.AsyncClient, document: str) -> None:
    answer = await ask(client, document)
    assert (answer.status_code, code(answer), "data" in answer.json()) == (200, "BAD_DOCUMENT", False)
    answer = await ask(client, document, accept=GRAPHQL)
    assert (answer.status_code, code(answer), answer.headers["content-type"]) == (400, "BAD_DOCUMENT", GRAPHQL)


async def test_a_document_of_too_many_tokens_is_refused(client: httpx.AsyncClient) -> None:
    answer = await ask(client, "{" + " me { login }" * 1000 + "}")
    assert code(answer) == "TOO_LONG"


async def test_only_post_is_served(client: httpx.AsyncClient) -> None:
    assert (await client.get("/graphql", params={"query": "{me{login}}"})).status_code == 405


async def test_a_bug_is_masked_with_an_id(client: httpx.AsyncClient) -> None:
    answer = await ask(client, "{ broken }")
    assert (answer.status_code, answer.json()["data"], code(answer)) == (200, {"broken": None}, "INTERNAL")
    assert len(answer.json()["errors"][0]["extensions"]["id"]) == 12
    assert "somebody" not in answer.text


async def test_a_database_that_is_away_is_503(client: httpx.AsyncClient) -> None:
    answer = await ask(client, "{ away }")
    assert (answer.status_code, code(answer), answer.headers["retry-after"]) == (503, "UNAVAILABLE", "2")
    assert "somebody" not in answer.text


async def test_nobody_is_told_to_sign_in(client: httpx.AsyncClient) -> None:
    answer = await ask(client, "{ classGroups { name } }")
    assert (answer.json()["data"], code(answer)) == (None, "NOT_SIGNED_IN")
