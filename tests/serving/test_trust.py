"""Trusted documents: production executes what our own clients send and what an operator has admitted, by text or by id, and nothing else."""

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
import sqlalchemy as sa

from school import app
from school.db import Database
from school.errors import Code, Refused
from school.operations import operations_of
from school.schema import people
from school.serving import trust
from school.serving.documents import BadDocumentError
from school.serving.errors import DatabaseAwayError
from school.serving.models import TrustedDocument
from school.serving.trust import TrustedDocuments, digest_of
from school.settings import Mode
from tests.serving.house import House, running
from tests.serving.server import dial

SCHOOL = Path(app.__file__).parent
FAMILY = operations_of(SCHOOL / "commands")["family"]
FOREIGN = "query Foreign { me { login } }"
TOLD = "This document is not known here: its text must be the admitted one, without space around it."
UNKNOWN = {"errors": [{"message": TOLD, "extensions": {"code": "UNKNOWN_DOCUMENT"}}]}


@pytest_asyncio.fixture
async def house(database_url: str, caplog: pytest.LogCaptureFixture) -> AsyncIterator[House]:
    """The whole service in production; nothing in it was a bug."""
    async with running(database_url, Mode.PRODUCTION) as found:
        yield found
        assert found.complaints(caplog) == []


async def post(house: House, **body: Any) -> httpx.Response:
    """One request, as a client of the GraphQL media type sends it."""
    return await house.client.post("/graphql", json=body, headers={"accept": "application/graphql-response+json"})


async def changes(house: House) -> dict[str, list[str]]:
    """All rows but the record of reads."""
    return {name: rows for name, rows in (await house.everything()).items() if name != "record"}


async def admit(database: Database, text: str, name: str = "foreign.graphql") -> str:
    """As the operator's command does."""
    async with database.begin() as session:
        return await trust.admit(session, people(closed=True).documents, name, text)


async def test_only_what_is_known_is_executed(house: House) -> None:
    token = await house.session("parent")
    before = await changes(house)
    known = await house.ask(FAMILY, token=token)
    assert [child["givenName"] for child in known.json()["data"]["me"]["children"]] == ["Vera", "Anna", "Gleb"]
    by_id = await house.client.post(
        "/graphql", json={"documentId": f"sha256:{digest_of(FAMILY)}"}, headers={"authorization": f"Bearer {token}"})
    assert by_id.json() == known.json()
    for text in (FOREIGN, f"{FAMILY}\n", FAMILY.lower(), "{ __typename }", "{ __schema { types { name } } }", "{", "", "mutation { signOut { __typename } }"):
        assert ((await post(house, query=text)).status_code, (await house.ask(text, token=token)).json()) == (400, UNKNOWN), text
    for document_id in (digest_of(FAMILY), f"sha256:{digest_of(FOREIGN)}", f"sha256:{digest_of(FAMILY).upper()}", "sha256:", "sha256:\0", "x" * 5000, ""):
        answer = await post(house, documentId=document_id)
        assert (answer.status_code, answer.json()) == (400, UNKNOWN), document_id
    assert await changes(house) == before


@pytest.mark.parametrize("body", [
    {"query": FAMILY, "documentId": f"sha256:{digest_of(FAMILY)}"}, {"documentId": 1}, {"documentId": None}, {"query": None}, {"id": digest_of(FAMILY)},
    {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": digest_of(FAMILY)}}},
])
async def test_a_request_names_its_document_in_one_way(house: House, body: dict[str, Any]) -> None:
    answer = await post(house, **body)
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]) == (400, {"code": "BAD_REQUEST"})


async def test_what_an_operator_admits_is_known_within_a_second_and_removed_as_fast(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trust, "FRESH_SECONDS", 0.0)
    assert (await post(house, query=FOREIGN)).json() == UNKNOWN
    digest = await admit(house.database, FOREIGN)
    assert await admit(house.database, FOREIGN, "again") == digest
    for body in ({"query": FOREIGN}, {"documentId": f"sha256:{digest}"}):
        answer = await post(house, **body)
        assert (answer.status_code, answer.json()) == (200, {"data": {"me": None}})
    async with house.database.begin() as session:
        assert await trust.dismiss(session, digest[:8]) == "foreign.graphql"
    assert (await post(house, query=FOREIGN)).json() == UNKNOWN


async def test_a_flood_of_unknown_documents_costs_one_statement(database: Database) -> None:
    found = TrustedDocuments([FAMILY], database, closed=True)
    statements: list[str] = []
    sa.event.listen(database.engine.sync_engine, "before_cursor_execute", lambda *about: statements.append(about[2]))
    for number in range(200):
        with pytest.raises(BadDocumentError):
            await found.find(f"{{ a{number}: __typename }}", None)
    assert await found.find(FAMILY, None) == FAMILY
    assert len([statement for statement in statements if "trusted_document" in statement]) == 1


async def test_a_flood_while_the_database_is_away_costs_one_attempt() -> None:
    """All are told to come again, for the document may have been admitted; what our own clients send needs no database."""
    database = Database("postgresql+asyncpg://nobody@127.0.0.1:1/nothing")
    found, attempts = TrustedDocuments([FAMILY], database, closed=True), list[object]()
    sa.event.listen(database.engine.sync_engine, "do_connect", lambda *about: attempts.append(about))
    with pytest.raises(DatabaseAwayError):
        await found.find(FOREIGN, None)
    once = len(attempts)
    for number in range(200):
        with pytest.raises(DatabaseAwayError):
            await found.find(f"{{ a{number}: __typename }}", None)
    assert (len(attempts), await found.find(FAMILY, None)) == (once, FAMILY)
    assert once > 0


async def test_a_database_that_does_not_answer_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trust, "READ_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        database = Database(f"postgresql+asyncpg://nobody@127.0.0.1:{silent.getsockname()[1]}/nothing")
        found = TrustedDocuments([FAMILY], database, closed=True)
        async with asyncio.timeout(5):
            outcomes = await asyncio.gather(*(found.find(f"{{ a{number}: __typename }}", None) for number in range(20)), return_exceptions=True)
        await database.close()
    assert [type(outcome) for outcome in outcomes] == [DatabaseAwayError] * 20


async def test_over_a_socket_too_only_what_is_known_is_followed(house: House) -> None:
    watch = operations_of(SCHOOL / "commands")["watch"]
    async with dial(house.address) as socket:
        await socket.start(await house.session("parent"))
        await socket.subscribe("subscription { updates { __typename } }")
        assert await socket.receive() == {"id": "1", "type": "error", "payload": UNKNOWN["errors"]}
        await socket.subscribe(watch)
        assert (await socket.next())["__typename"] == "StreamOpened"
        await socket.send({"id": "2", "type": "subscribe", "payload": {"documentId": f"sha256:{digest_of(watch)}"}})
        assert (await socket.next("2"))["__typename"] == "StreamOpened"
        await socket.send({"id": "3", "type": "subscribe", "payload": {"documentId": f"sha256:{digest_of(watch)}", "query": watch}})
        assert await socket.closed() == (4400, "Failed to parse message")


async def test_the_demo_takes_any_document(sqlite_url: str) -> None:
    async with running(sqlite_url, Mode.DEMO) as house:
        assert (await post(house, query=FOREIGN)).json() == {"data": {"me": None}}
        assert (await post(house, documentId=f"sha256:{digest_of(FOREIGN)}")).json() == UNKNOWN
        assert (await post(house, documentId=f"sha256:{digest_of(FAMILY)}")).json() == {"data": {"me": None}}


@pytest.mark.parametrize("text", [
    "{", "{ nothing }", "{ __schema { types { name } } }", "{ me { ...A } } fragment A on Me { ...A }", "{" + "me{" * 20 + "login" + "}" * 21,
    "{" + " ".join(f"a{number}: me {{ login }}" for number in range(11)) + "}", "",
])
async def test_what_is_not_valid_or_breaks_a_limit_is_not_admitted(database: Database, text: str) -> None:
    with pytest.raises(Refused) as refused:
        await admit(database, text)
    assert refused.value.code is Code.BAD_INPUT
    async with database.read() as session:
        assert await trust.admitted(session) == []


async def test_what_is_not_there_cannot_be_dismissed(database: Database) -> None:
    digest = await admit(database, FOREIGN)
    async with database.begin() as session:
        session.add(TrustedDocument(digest=digest[:8] + "0" * 56, name="alike", text="{ me { login } }"))
    for wrong, code in (
        ("0" * 64, Code.NOT_FOUND), (digest[:8], Code.BAD_INPUT), (digest[:7], Code.BAD_INPUT), ("%" * 8, Code.BAD_INPUT), ("", Code.BAD_INPUT),
    ):
        async with database.begin() as session:
            with pytest.raises(Refused) as refused:
                await trust.dismiss(session, wrong)
            assert refused.value.code is code
            assert len(await trust.admitted(session)) == 2


async def test_there_is_room_for_some(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trust, "MOST_ADMITTED", 1)
    await admit(database, FOREIGN)
    with pytest.raises(Refused, match="1 documents are admitted already"):
        await admit(database, "{ me { accountId } }")
    assert await admit(database, FOREIGN) == digest_of(FOREIGN)
