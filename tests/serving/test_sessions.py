"""The whole service on a port: sessions that stand and that do not, over HTTP and WebSocket, large bodies, the console, a database that goes away."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from strawberry.subscriptions.protocols.graphql_transport_ws import handlers

from school.db import migrate
from school.settings import Mode
from tests.postgres import PostgresServer
from tests.serving.house import House, running
from tests.serving.server import dial

ME = "{ me { login } }"
FOLLOW = "subscription { updates { __typename ... on Refusal { code } } }"
SIGN_OUT = "mutation { signOut { __typename ... on Refusal { code } } }"
TEN_MEGABYTES = 10 * 1024 * 1024
AWAY = {"errors": [{"message": "The service is resting; try again.", "extensions": {"code": "UNAVAILABLE"}}]}


@pytest_asyncio.fixture
async def house(sqlite_url: str, caplog: pytest.LogCaptureFixture) -> AsyncIterator[House]:
    """The whole service; nothing in it was a bug."""
    async with running(sqlite_url) as found:
        yield found
        assert found.complaints(caplog) == []


async def token_of(house: House, kind: str) -> str:
    """A session of this kind."""
    if kind == "unknown":
        return "x" * 43
    return await house.session("parent", lasts=dt.timedelta(seconds=-1 if kind == "expired" else 3600), revoked=kind == "revoked")


async def test_a_session_says_who_asks(house: House) -> None:
    token = await house.session("parent")
    assert (await house.ask(ME, token=token)).json() == {"data": {"me": {"login": "parent"}}}
    for scheme in ("bearer", "BEARER", "Bearer "):
        assert (await house.ask(ME, authorization=f"{scheme} {token}")).json() == {"data": {"me": {"login": "parent"}}}
    async with dial(house.address) as socket:
        await socket.start(token)
        await socket.subscribe(FOLLOW)
        assert await socket.next() == {"__typename": "StreamOpened"}


@pytest.mark.parametrize("kind", ["unknown", "expired", "revoked"])
async def test_a_session_that_does_not_stand_is_none(house: House, kind: str) -> None:
    """Over HTTP the asker is nobody; over WebSocket the first message already closes. Nothing changes."""
    token = await token_of(house, kind)
    before = await house.everything()
    assert (await house.ask(ME, token=token)).json() == {"data": {"me": None}}
    assert (await house.ask(SIGN_OUT, token=token)).json() == {"data": {"signOut": {"__typename": "Refusal", "code": "NOT_SIGNED_IN"}}}
    async with dial(house.address) as socket:
        await socket.send({"type": "connection_init", "payload": {"token": token}})
        assert await socket.closed() == (4403, "Forbidden")
    assert await house.everything() == before


async def test_no_session_in_the_header_is_nobody(house: House) -> None:
    for authorization in ("Bearer", "Basic cGFyZW50OnBhcmVudA==", "token", "Bearer " + "x" * 5000, "Bearer \xff\xfe", ""):
        headers: dict[str, Any] = {"authorization": authorization.encode("latin-1")}
        assert (await house.ask(ME, **headers)).json() == {"data": {"me": None}}


async def test_without_a_token_a_socket_opens_and_every_stream_is_refused(house: House) -> None:
    before = await house.everything()
    async with dial(house.address) as socket:
        await socket.start()
        await socket.subscribe(FOLLOW)
        assert await socket.next() == {"__typename": "Refusal", "code": "NOT_SIGNED_IN"}
        assert await socket.receive() == {"id": "1", "type": "complete"}
    assert await house.everything() == before


async def test_neither_queries_nor_mutations_go_over_a_socket(house: House) -> None:
    """A mutation would leave the session ended; it stands."""
    token = await house.session("parent")
    before = await house.everything()
    async with dial(house.address) as socket:
        await socket.start(token)
        for document in (ME, SIGN_OUT):
            await socket.subscribe(document)
            answer = await socket.receive()
            assert (answer["type"], answer["payload"][0]["extensions"]) == ("error", {"code": "BAD_DOCUMENT"})
        await socket.subscribe(FOLLOW)
        assert await socket.next() == {"__typename": "StreamOpened"}
    assert await house.everything() == before


async def test_a_token_of_odd_letters_is_only_unknown(house: House) -> None:
    forbidden, no_json = (4403, "Forbidden"), (4400, "WebSocket message must be valid JSON")
    for token, expected in (('"\\u0000"', forbidden), ('"ж"', forbidden), ('"' + "x" * 60_000 + '"', forbidden), ("{}", forbidden), ('"\\ud800"', no_json)):
        async with dial(house.address) as socket:
            await socket.send('{"type": "connection_init", "payload": {"token": ' + token + "}}")
            assert await socket.closed() == expected


async def test_a_foreign_cursor_is_a_refusal_in_the_stream(house: House) -> None:
    """The socket goes on."""
    async with dial(house.address) as socket:
        await socket.start(await house.session("parent"))
        for cursor in ("", "\0", "ж", "x" * 60_000, "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkw"):
            await socket.subscribe("subscription($after: String) { updates(after: $after) { __typename ... on Refusal { code } } }", after=cursor)
            assert await socket.next() == {"__typename": "Refusal", "code": "BAD_CURSOR"}
            assert await socket.receive() == {"id": "1", "type": "complete"}


class Impatient:
    """As asyncio, but nothing is slept through."""

    def __init__(self) -> None:
        self.asked: list[float] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(asyncio, name)

    async def sleep(self, delay: float) -> None:
        """Only remembered."""
        self.asked.append(delay)
        await asyncio.sleep(0)


async def test_who_says_nothing_is_closed(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """After ten seconds, which are not waited for here."""
    impatient = Impatient()
    monkeypatch.setattr(handlers, "asyncio", impatient)
    async with dial(house.address) as socket:
        assert await socket.closed() == (4408, "Connection initialisation timeout")
    assert impatient.asked == [10.0]


async def test_a_body_of_ten_megabytes_is_refused_at_once(house: House) -> None:
    """Declared, it is not even read; in chunks it is cut off. The next request is answered."""
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(TEN_MEGABYTES // 65536):
            yield b" " * 65536

    for content in (b" " * TEN_MEGABYTES, chunks()):
        answer = await house.client.post("/graphql", content=content, headers={"content-type": "application/json"})
        assert (answer.status_code, answer.json()["errors"][0]["extensions"]) == (413, {"code": "TOO_LARGE"})
    assert (await house.ask(ME)).json() == {"data": {"me": None}}


@pytest.mark.parametrize(("mode", "status"), [(Mode.DEMO, 200), (Mode.PRODUCTION, 404)])
async def test_the_console_is_the_demos(sqlite_url: str, mode: Mode, status: int) -> None:
    """It names no other site's address."""
    async with running(sqlite_url, mode) as house:
        answer = await house.client.get("/console")
        assert answer.status_code == status
        assert ("<h1>GraphQL console</h1>" in answer.text, "http" in answer.text) == (mode is Mode.DEMO, False)
        assert (await house.client.get("/graphql", params={"query": ME})).status_code == 405


async def test_only_our_own_pages_ask(sqlite_url: str) -> None:
    """A mutation from elsewhere changes nothing."""
    async with running(sqlite_url, origins=("https://app.test",)) as house:
        token = await house.session("parent")
        before = await house.everything()
        for origin in ("https://evil.test", "http://app.test", "https://app.test.evil.test", "null", "", f"http://{house.address}.evil.test"):
            answer = await house.ask(SIGN_OUT, token=token, origin=origin)
            assert (answer.status_code, answer.json()["errors"][0]["extensions"]) == (403, {"code": "BAD_ORIGIN"})
        assert await house.everything() == before
        for origin in ("https://app.test", f"http://{house.address}"):
            assert (await house.ask(ME, token=token, origin=origin)).json() == {"data": {"me": {"login": "parent"}}}


async def test_a_database_that_goes_away_is_a_pause(private_postgres: PostgresServer, caplog: pytest.LogCaptureFixture) -> None:
    """503 and 1013 while it is away, and nothing of its address or a trace; then everything goes on, with the same session."""
    await asyncio.to_thread(migrate, private_postgres.url())
    async with running(private_postgres.url()) as house:
        token = await house.session("parent")
        await house.database.close()
        await asyncio.to_thread(private_postgres.stop)
        for document in (ME, SIGN_OUT, FOLLOW):
            answer = await house.ask(document, token=token)
            assert (answer.status_code, answer.headers["retry-after"], answer.json()) == (503, "2", AWAY)
        assert (await house.client.get("/healthz")).status_code == 503
        async with dial(house.address) as socket:
            await socket.send({"type": "connection_init", "payload": {"token": token}})
            assert await socket.closed() == (1013, "Try again later")
        await asyncio.to_thread(private_postgres.start)
        assert (await house.ask(ME, token=token)).json() == {"data": {"me": {"login": "parent"}}}
        async with dial(house.address) as socket:
            await socket.start(token)
            await socket.subscribe(FOLLOW)
            assert await socket.next() == {"__typename": "StreamOpened"}
        assert [entry for entry in house.logs if entry["event"] == "bug"] == []
        assert "Exception in ASGI application" not in caplog.text  # asyncpg itself complains of connections that were lost while they opened
