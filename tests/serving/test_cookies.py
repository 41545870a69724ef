"""The session's cookie on the wire: how it is set and taken away, and that only a page of ours is believed that sends it."""

import dataclasses
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
import websockets
from starlette.datastructures import Headers

from school.db import Database
from school.serving.cookies import SessionCookie
from tests.serving.conftest import Bench
from tests.serving.server import dial, serving
from tests.serving.workbench import ORIGIN, TERMS, Wish, Witness, application

COOKIE = {"cookie": "__Host-school=good"}
OURS = {"origin": ORIGIN}
BAD_ORIGIN = (403, {"code": "BAD_ORIGIN"})


@pytest_asyncio.fixture
async def client(bench: Bench) -> AsyncIterator[httpx.AsyncClient]:
    """Keeps no cookies of its own."""
    async with httpx.AsyncClient(base_url=f"http://{bench.address}") as opened:
        yield opened


async def ask(client: httpx.AsyncClient, document: str = "{ hello }", **headers: str) -> httpx.Response:
    """One operation."""
    answer = await client.post("/graphql", json={"query": document}, headers=headers)
    client.cookies.clear()
    return answer


async def test_a_cookie_and_an_origin_say_who_asks(bench: Bench, client: httpx.AsyncClient) -> None:
    assert (await ask(client, **COOKIE, **OURS)).json() == {"data": {"hello": "hello"}}
    assert (await ask(client, **COOKIE, origin=f"http://{bench.address}")).json() == {"data": {"hello": "hello"}}
    assert bench.seen.tokens == ["good", "good"]


async def test_a_cookie_without_an_origin_of_ours_is_refused(bench: Bench, client: httpx.AsyncClient) -> None:
    """Also for a query, and whatever Sec-Fetch-Site says; nothing has run."""
    for headers in (COOKIE, {**COOKIE, "sec-fetch-site": "same-origin"}, {**COOKIE, "origin": "https://evil.test"}, {**COOKIE, "origin": "null"},
                    {**COOKIE, "origin": ""}):
        for document in ("{ hello }", "mutation { change }"):
            answer = await ask(client, document, **headers)
            assert (answer.status_code, answer.json()["errors"][0]["extensions"]) == BAD_ORIGIN, headers
    assert (bench.seen.tokens, bench.seen.mutations) == ([], 0)


async def test_the_header_wins(bench: Bench, client: httpx.AsyncClient) -> None:
    """A program that drags a cookie along need not say where it comes from."""
    await ask(client, **COOKIE, authorization="Bearer too good")
    await ask(client, **COOKIE, **OURS, authorization="Bearer too good")
    assert bench.seen.tokens == ["too good", "too good"]


async def test_another_cookie_is_nobody_s(bench: Bench, client: httpx.AsyncClient) -> None:
    for cookie in ("school=good", "__host-school=good", "__Host-school=", "__Host-schoo1=good; theme=dark", ";;;=", "__Host-school"):
        assert (await ask(client, cookie=cookie)).json() == {"data": {"hello": "hello"}}, cookie
    assert set(bench.seen.tokens) == {None}


async def test_a_cookie_is_set_and_taken_away(client: httpx.AsyncClient) -> None:
    answer = await ask(client, "mutation { enter }")
    assert answer.headers.get_list("set-cookie") == ["__Host-school=t0ken; Path=/; HttpOnly; SameSite=Lax; Max-Age=60; Secure"]
    answer = await ask(client, "mutation { enter(token: null) }")
    assert answer.headers.get_list("set-cookie") == ["__Host-school=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0; Secure"]
    assert "set-cookie" not in (await ask(client)).headers


async def test_the_demo_s_cookie_has_a_plain_name(sqlite_url: str) -> None:
    database, seen = Database(sqlite_url), Witness()
    terms = dataclasses.replace(TERMS, cookie=SessionCookie(secure=False))
    transport = httpx.ASGITransport(application(database, seen, terms))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
        answer = await ask(client, "mutation { enter }")
        assert answer.headers["set-cookie"] == "school=t0ken; Path=/; HttpOnly; SameSite=Lax; Max-Age=60"
        await ask(client, cookie="school=good", origin="http://127.0.0.1:8000")
        assert seen.tokens == [None, "good"]
    await database.close()


@pytest.mark.parametrize("token", ["a b", "a;b", "a,b", 'a"b', "a\r\nb", "ж", "a\\b"])
def test_a_token_that_would_break_out_of_the_header_is_a_bug(token: str) -> None:
    with pytest.raises(ValueError, match="letters, digits"):
        SessionCookie(secure=True).write(Wish(token, 60))


def test_a_cookie_is_read_at_a_bounded_length() -> None:
    cookie = SessionCookie(secure=True)
    assert cookie.read(Headers({"cookie": f"__Host-school={'x' * 5000}"})) == "x" * 200
    assert cookie.read(Headers({"cookie": f"{'a=b; ' * 5000}__Host-school=good"})) is None


async def test_over_a_socket_the_handshake_s_cookie_counts_unless_a_token_is_sent(bench: Bench) -> None:
    for token, expected in ((None, "good"), ("too good", "too good")):
        async with dial(bench.address, headers={**COOKIE, **OURS}) as socket:
            await socket.start(token)
            await socket.subscribe("subscription { count(to: 1) }")
            assert await socket.next() == 0
        assert bench.seen.tokens[-1] == expected


async def test_a_cookie_that_is_not_valid_closes(bench: Bench) -> None:
    async with dial(bench.address, headers={"cookie": "__Host-school=bad", **OURS}) as socket:
        await socket.send({"type": "connection_init"})
        assert await socket.closed() == (4403, "Forbidden")


@pytest.mark.parametrize("origin", [None, "https://evil.test", "null"])
async def test_a_socket_with_a_cookie_and_no_origin_of_ours_is_refused_before_the_handshake(bench: Bench, origin: str | None) -> None:
    with pytest.raises(websockets.InvalidStatus) as refused:
        async with dial(bench.address, headers={**COOKIE, **({} if origin is None else {"Origin": origin})}):
            pass
    assert (refused.value.response.status_code, bench.seen.tokens) == (403, [])


async def test_the_plain_cookie_is_nothing_to_production(sqlite_url: str) -> None:
    """Anybody on the way could have set it."""
    database, seen = Database(sqlite_url), Witness()
    async with serving(application(database, seen)) as address, dial(address, headers={"cookie": "school=good"}) as socket:
        await socket.start()
    assert seen.tokens == [None]
    await database.close()
