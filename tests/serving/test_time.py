"""Time limits: an operation that takes too long is cancelled and rolled back, a body or a head that does not come is not waited for."""

import asyncio
import contextlib
import dataclasses
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
import sqlalchemy as sa

from school.commands import processes
from school.db import Database
from school.serving.http import GRAPHQL
from school.serving.models import TrustedDocument
from school.serving.trust import TrustedDocuments
from tests.serving.server import PATIENCE, serving
from tests.serving.workbench import TERMS, Witness, application

TIMED_OUT = {"errors": [{"message": "This took more than 0.3 seconds.", "extensions": {"code": "TIMED_OUT"}}]}


@dataclasses.dataclass
class Hurried:
    """The workbench with little time, and its database."""

    address: str
    seen: Witness
    database: Database

    async def ask(self, document: str, **headers: str) -> httpx.Response:
        """One operation."""
        async with httpx.AsyncClient(base_url=f"http://{self.address}", timeout=PATIENCE) as client:
            return await client.post("/graphql", json={"query": document}, headers={"accept": GRAPHQL, **headers})


@pytest_asyncio.fixture
async def hurried(database: Database) -> AsyncIterator[Hurried]:
    """On a port of its own."""
    seen = Witness()
    terms = dataclasses.replace(TERMS, operation_seconds=0.3, body_seconds=0.3)
    async with serving(application(database, seen, terms)) as address:
        yield Hurried(address, seen, database)


async def test_a_query_that_takes_too_long_is_cancelled(hurried: Hurried) -> None:
    """With all that it has begun; the next one is answered."""
    answer = await hurried.ask("{ hello a: patience b: patience }")
    assert (answer.status_code, answer.json(), hurried.seen.waiting) == (504, TIMED_OUT, 0)
    assert (await hurried.ask("{ hello }")).json() == {"data": {"hello": "hello"}}


@pytest.mark.parametrize("document", ["{ needed patience }", "{ patience needed }"])
async def test_nothing_of_a_query_goes_on_after_its_answer(hurried: Hurried, document: str) -> None:
    """Though what may not be null is known to be in vain."""
    answer = await hurried.ask(document)
    assert (answer.status_code, answer.json(), hurried.seen.waiting) == (504, TIMED_OUT, 0)
    answer = await hurried.ask("{ needed hello refused }")
    assert answer.json()["data"] is None
    assert {tuple(error["path"]) for error in answer.json()["errors"]} == {("needed",), ("refused",)}


async def test_whoever_asks_and_for_what_must_be_found_in_time_too(hurried: Hurried, monkeypatch: pytest.MonkeyPatch) -> None:
    """A session that is looked up for ever, then a document."""
    answer = await hurried.ask("{ hello }", authorization="Bearer never")
    assert (answer.status_code, answer.json()) == (504, TIMED_OUT)

    async def wait(*_: object) -> str:
        await asyncio.Event().wait()
        return ""

    monkeypatch.setattr(TrustedDocuments, "find", wait)
    answer = await hurried.ask("{ hello }")
    assert (answer.status_code, answer.json()) == (504, TIMED_OUT)


async def test_a_mutation_that_takes_too_long_rolls_back(hurried: Hurried) -> None:
    """Its lock is free again, on SQLite too, where there is one for all; no connection is lost to the pool."""
    for _ in range(15):
        answer = await hurried.ask("mutation { linger }")
        assert (answer.status_code, answer.json(), hurried.seen.waiting) == (504, TIMED_OUT, 0)
    async with hurried.database.begin() as session:
        assert (await session.scalars(sa.select(TrustedDocument.name))).all() == []
        session.add(TrustedDocument(digest="1" * 64, name="after", text="{ hello }"))


async def test_a_body_that_does_not_come_is_not_waited_for(hurried: Hurried) -> None:
    """A length that is a lie, and a drip. The connection ends."""
    for chunks in ([b'{"query"'], [b" "] * 30):
        reader, writer = await asyncio.open_connection(*hurried.address.split(":"))
        writer.write(b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n")
        drip = asyncio.create_task(_drip(writer, chunks))
        async with asyncio.timeout(PATIENCE):
            answer = await reader.readuntil(b"}]}")
            with contextlib.suppress(ConnectionResetError):  # whoever goes on after it is cut off
                assert await reader.read() == b""
        drip.cancel()
        writer.close()
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert answer.endswith(b'"extensions":{"code":"TOO_SLOW"}}]}')


@pytest.mark.parametrize("head", [b"", b"POST /graphql", b"POST /graphql HTTP/1.1\r\nHost: x\r\n", b"GET /x HTTP/1.1\r\nHost: x\r\n\r\nGET /y"])
async def test_a_head_that_does_not_come_is_not_waited_for(hurried: Hurried, head: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither at the beginning nor after an answer."""
    monkeypatch.setattr(processes, "HEADER_SECONDS", 0.3)
    reader, writer = await asyncio.open_connection(*hurried.address.split(":"))
    writer.write(head)
    drip = asyncio.create_task(_drip(writer, [b"a"] * 30 if head else []))
    async with asyncio.timeout(4):  # uvicorn's own patience, between two requests, is five seconds
        answer = await reader.read()
    drip.cancel()
    writer.close()
    assert answer.count(b"HTTP/1.1") == head.count(b"\r\n\r\n")


async def test_a_head_without_end_is_cut_off(hurried: Hurried) -> None:
    reader, writer = await asyncio.open_connection(*hurried.address.split(":"))
    writer.write(b"POST /graphql HTTP/1.1\r\nX-Long: ")
    drip = asyncio.create_task(_drip(writer, [b"x" * 65536] * 64, pause=0))
    async with asyncio.timeout(4):
        with contextlib.suppress(ConnectionResetError):
            assert await reader.read() == b""
    drip.cancel()
    writer.close()


async def _drip(writer: asyncio.StreamWriter, chunks: list[bytes], pause: float = 0.1) -> None:
    for chunk in chunks:
        writer.write(chunk)
        await asyncio.sleep(pause)
