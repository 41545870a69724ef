"""Subscriptions over WebSocket: what is refused before, during and after the handshake, how a stream fails, and what is never told."""

import asyncio
import json
from typing import Any

import pytest
import websockets

from tests.serving.conftest import Bench
from tests.serving.server import dial
from tests.serving.workbench import ORIGIN, SECRET, TERMS

COUNT = "subscription { count(to: 2) }"
SUBSCRIBE = {"id": "1", "type": "subscribe", "payload": {"query": COUNT}}
UNPARSED = (4400, "Failed to parse message")
NO_JSON = (4400, "WebSocket message must be valid JSON")


def refusal(message: str, **locations: Any) -> dict[str, Any]:
    """The error of a document that did not run."""
    return {"id": "1", "type": "error", "payload": [{"message": message, "extensions": {"code": "BAD_DOCUMENT"}, **locations}]}


def masked(bench: Bench, number: int, field: str | None = None, **more: Any) -> dict[str, Any]:
    """How the bug that is logged as this number is told."""
    entry = bench.logs[number]
    assert (entry["event"], entry["log_level"], entry["field"], repr(entry["exc_info"])) == ("bug", "error", field, f"RuntimeError({SECRET!r})")
    assert len(entry["id"]) == 12
    return {"message": "Something went wrong; it has been noted.", "extensions": {"code": "INTERNAL", "id": entry["id"]}, **more}


@pytest.mark.parametrize("token", [None, "good"])
async def test_a_stream_comes_in_order_and_completes(bench: Bench, token: str | None) -> None:
    async with dial(bench.address) as socket:
        assert socket.raw.subprotocol == "graphql-transport-ws"
        await socket.start(token)
        for identifier in ("1", "1", "ж"):
            await socket.subscribe(COUNT, identifier)
            assert [await socket.next(identifier), await socket.next(identifier)] == [0, 1]
            assert await socket.receive() == {"id": identifier, "type": "complete"}
    assert bench.logs == []


@pytest.mark.parametrize(("token", "expected"), [
    ("bad", (4403, "Forbidden")), ("", (4403, "Forbidden")), (1, (4403, "Forbidden")), (["good"], (4403, "Forbidden")), ("away", (1013, "Try again later")),
])
async def test_a_token_that_is_not_valid_closes(bench: Bench, token: Any, expected: tuple[int, str]) -> None:
    """A database that is away is not the token's fault: the client may come again with it."""
    async with dial(bench.address) as socket:
        await socket.send({"type": "connection_init", "payload": {"token": token}})
        assert await socket.closed() == expected
    assert bench.logs == []


async def test_a_bug_at_sign_in_closes_without_a_word(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    async with dial(bench.address) as socket:
        await socket.send({"type": "connection_init", "payload": {"token": "bug"}})
        assert await socket.closed() == (1006, "")
    assert [record.getMessage() for record in caplog.records] == ["Exception in ASGI application\n"]
    caplog.clear()


@pytest.mark.parametrize(("first", "expected"), [
    (SUBSCRIBE, (4401, "Unauthorized")), ({"type": "connection_init", "payload": []}, (4400, "Invalid connection init payload")),
    ({"type": "connection_init", "payload": "good"}, (4400, "Invalid connection init payload")), ("{", NO_JSON), ("null", UNPARSED),
])
async def test_the_first_message_says_who_asks(bench: Bench, first: Any, expected: tuple[int, str]) -> None:
    async with dial(bench.address) as socket:
        await socket.send(first)
        assert await socket.closed() == expected


async def test_nothing_need_be_said_first(bench: Bench) -> None:
    for payload in ({}, {"payload": None}, {"payload": {}}):
        async with dial(bench.address) as socket:
            await socket.send({"type": "connection_init", **payload})
            assert await socket.receive() == {"type": "connection_ack"}


@pytest.mark.parametrize(("message", "expected"), [
    ({"type": "connection_init"}, (4429, "Too many initialisation requests")),
    ("", NO_JSON), ("{", NO_JSON), ("[" * 60_000, NO_JSON), ('{"type": "ping", "payload": NaN}', NO_JSON),
    (b'{"type": "ping"}', (4400, "WebSocket message type must be text")),
    ("[]", UNPARSED), ("1", UNPARSED), ("{}", UNPARSED), ({"type": 1}, UNPARSED), ({"type": ["ping"]}, UNPARSED),
    ({"type": "start"}, (4400, "Unknown message type: start")), ({"type": "ё" * 300}, (4400, "Unknown message type: " + "ё" * 50)),
    ({"type": "complete"}, UNPARSED), ({"type": "complete", "id": []}, UNPARSED),
    ({**SUBSCRIBE, "id": None}, UNPARSED), ({**SUBSCRIBE, "id": {}}, UNPARSED), ({"type": "subscribe", "payload": {"query": COUNT}}, UNPARSED),
    ({**SUBSCRIBE, "payload": COUNT}, UNPARSED), ({**SUBSCRIBE, "payload": None}, UNPARSED), ({**SUBSCRIBE, "payload": {}}, UNPARSED),
    ({**SUBSCRIBE, "payload": {"query": None}}, UNPARSED), ({**SUBSCRIBE, "payload": {"query": 1}}, UNPARSED),
    ({**SUBSCRIBE, "payload": {"query": COUNT, "variables": []}}, UNPARSED), ({**SUBSCRIBE, "payload": {"query": COUNT, "variables": "{}"}}, UNPARSED),
    ({**SUBSCRIBE, "payload": {"query": COUNT, "operationName": 1}}, UNPARSED),
    ({**SUBSCRIBE, "id": "ж" * 128}, None), ({**SUBSCRIBE, "id": "x" * 129}, UNPARSED), ({"type": "complete", "id": "x" * 129}, UNPARSED),
    (json.dumps({**SUBSCRIBE, "id": "x" * 65_536}), (1009, "frame with 65622 bytes exceeds limit of 65536 bytes")),
])
async def test_a_malformed_message_closes(bench: Bench, message: Any, expected: tuple[int, str] | None) -> None:
    """Nobody's bug: nothing is logged."""
    async with dial(bench.address) as socket:
        await socket.start("good")
        await socket.send(message)
        if expected is None:
            assert await socket.next("ж" * 128) == 0
        else:
            assert await socket.closed() == expected
    assert bench.logs == []


async def test_an_id_that_is_in_use_closes_and_its_stream_ends(bench: Bench) -> None:
    identifier = "ж" * 128
    async with dial(bench.address) as socket:
        await socket.start("good")
        await socket.subscribe("subscription { silence }", identifier)
        await bench.seen.until_waiting(1)
        await socket.subscribe(COUNT, identifier)
        assert await socket.closed() == (4409, f"Subscriber for {'ж' * 54}")
    await bench.seen.until_waiting(0)


@pytest.mark.parametrize(("document", "variables", "operation", "message", "column"), [
    ("{ hello }", {}, None, "Only subscriptions are served over WebSocket.", None),
    ("mutation { change }", {}, None, "Only subscriptions are served over WebSocket.", None),
    ("query A { hello } subscription B { count }", {}, "A", "Only subscriptions are served over WebSocket.", None),
    (f"{COUNT} {COUNT}", {}, None, "This anonymous operation must be the only defined operation.", 1),
    ("subscription A { count } subscription B { count }", {}, None, "The document does not say which operation to run.", None),
    (COUNT, {}, "B", "The document does not say which operation to run.", None),
    ("", {}, None, "The document does not say which operation to run.", None),
    ("fragment A on Query { hello }", {}, None, "Fragment 'A' is never used.", 1),
    ("subscription {", {}, None, "Syntax Error: Expected Name, found <EOF>.", 15),
    ("subscription { nothing }", {}, None, "Cannot query field 'nothing' on type 'Subscription'.", 16),
    ("subscription { count broken }", {}, None, "Anonymous Subscription must select only one top level field.", 22),
    ("subscription { count @skip(if: true) }", {}, None, "A subscription's root must not have @skip.", 22),
    ("subscription($to: Int!) { count(to: $to) }", {}, None, "Variable '$to' of required type 'Int!' was not provided.", 14),
    ("subscription($to: Int!) { count(to: $to) }", {"to": "two"}, None,
     "Variable '$to' got invalid value 'two'; Int cannot represent non-integer value: 'two'", 14),
    ("subscription($minor: Minor) { count(minor: $minor) }", {"minor": 1.5}, None,
     "Variable '$minor' got invalid value 1.5; Expected type 'Minor'. a whole number of minor units is needed", 14),
])
async def test_a_document_that_cannot_run_is_an_error_of_its_own(
    bench: Bench, document: str, variables: dict[str, Any], operation: str | None, message: str, column: int | None,
) -> None:
    """The socket goes on, nothing has run, and nothing is logged: it is the client's mistake."""
    async with dial(bench.address) as socket:
        await socket.start("good")
        await socket.send({"id": "1", "type": "subscribe", "payload": {"query": document, "variables": variables, "operationName": operation}})
        located = {} if column is None else {"locations": [{"line": 1, "column": column}]}
        answer = await socket.receive()
        assert {**answer, "payload": answer["payload"][:1]} == refusal(message, **located)
        await socket.subscribe(COUNT)
        assert await socket.next() == 0
    assert (bench.logs, bench.seen.mutations) == ([], 0)


async def test_the_twenty_first_subscription_is_refused(bench: Bench) -> None:
    """The others go on; one that completes makes room."""
    async with dial(bench.address) as socket:
        await socket.start("good")
        for number in range(TERMS.subscriptions):
            await socket.subscribe("subscription { silence }", str(number))
        await socket.subscribe(COUNT, "one more")
        assert await socket.receive() == {"id": "one more", "type": "error", "payload": [
            {"message": "A socket may have 20 subscriptions.", "extensions": {"code": "TOO_MANY_SUBSCRIPTIONS"}}]}
        await bench.seen.until_waiting(20)
        await socket.send({"type": "complete", "id": "7"})
        await bench.seen.until_waiting(19)
        await socket.subscribe(COUNT, "one more")
        assert await socket.next("one more") == 0
    await bench.seen.until_waiting(0)


async def test_a_bug_in_a_stream_is_masked_with_an_id(bench: Bench) -> None:
    """In the source after its first row, before it, and in a field of a row; other operations do not notice."""
    async with dial(bench.address) as socket:
        await socket.start("good")
        await socket.subscribe("subscription { broken }")
        assert await socket.next() == 0
        assert await socket.receive() == {"id": "1", "type": "next", "payload": {"data": None, "errors": [masked(bench, 0)]}}
        assert await socket.receive() == {"id": "1", "type": "complete"}
        await socket.subscribe("subscription { broken(after: 0) }")
        assert await socket.receive() == {"id": "1", "type": "next", "payload": {"data": None, "errors": [masked(bench, 1)]}}
        assert await socket.receive() == {"id": "1", "type": "complete"}
        await socket.subscribe("subscription { rows { number broken } }")
        for number in (1, 2):
            message = await socket.receive()
            error = masked(bench, number + 1, "broken", path=["rows", "broken"], locations=[{"line": 1, "column": 30}])
            assert message == {"id": "1", "type": "next", "payload": {"data": {"rows": {"number": number, "broken": None}}, "errors": [error]}}
        assert await socket.receive() == {"id": "1", "type": "complete"}
    assert len(bench.logs) == 4


@pytest.mark.parametrize("after", [0, 2])
async def test_a_database_that_goes_away_closes_for_later(bench: Bench, after: int) -> None:
    """All operations of the socket end; the client comes again and resumes."""
    async with dial(bench.address) as socket:
        await socket.start("good")
        await socket.subscribe("subscription { silence }", "0")
        await bench.seen.until_waiting(1)
        for identifier in ("1", "2"):
            await socket.subscribe("subscription($after: Int!) { away(after: $after) }", identifier, after=after)
        async with asyncio.timeout(30):
            messages = [message async for message in socket.rest()]
        assert await socket.closed() == (1013, "Try again later")
        assert {message["type"] for message in messages} <= {"next"}
        told = {identifier: [message["payload"] for message in messages if message["id"] == identifier] for identifier in ("1", "2")}
        expected = [{"data": {"away": number}} for number in range(after)]
        assert expected in told.values()  # of whichever came first
        assert all(payloads == expected[:len(payloads)] for payloads in told.values())
    await bench.seen.until_waiting(0)
    assert bench.logs == []


async def test_a_client_that_vanishes_ends_its_streams_and_is_no_bug(bench: Bench) -> None:
    for _ in range(3):
        async with dial(bench.address) as socket:
            await socket.start("good")
            await socket.subscribe("subscription { flood }")
            assert [await socket.next() for _ in range(5)] == ["x" * 1000] * 5
            socket.raw.transport.abort()
        await bench.seen.until_waiting(0)
    assert bench.logs == []


async def test_a_client_that_completes_gets_no_more(bench: Bench) -> None:
    async with dial(bench.address) as socket:
        await socket.start("good")
        await socket.subscribe("subscription { silence }")
        await bench.seen.until_waiting(1)
        await socket.send({"type": "complete", "id": "1"})
        await bench.seen.until_waiting(0)
        await socket.send({"type": "complete", "id": "unknown"})
        await socket.send({"type": "ping"})
        assert await socket.receive() == {"type": "pong"}


async def test_a_ping_is_answered_even_before_sign_in_and_a_pong_is_not(bench: Bench) -> None:
    async with dial(bench.address) as socket:
        await socket.send({"type": "ping", "payload": {"some": "thing"}})
        assert await socket.receive() == {"type": "pong"}
        await socket.send({"type": "pong"})
        await socket.start("good")


@pytest.mark.parametrize("origin", ["https://evil.test", "null", "http://app.test"])
async def test_a_page_of_another_site_is_refused_before_the_handshake(bench: Bench, origin: str) -> None:
    with pytest.raises(websockets.InvalidStatus) as refused:
        async with dial(bench.address, headers={"Origin": origin}):
            pass
    assert (refused.value.response.status_code, refused.value.response.body) == (403, b"")


async def test_our_own_pages_may_follow(bench: Bench) -> None:
    for origin in (ORIGIN, f"http://{bench.address}"):
        async with dial(bench.address, headers={"Origin": origin}) as socket:
            await socket.start("good")


@pytest.mark.parametrize("protocols", [(), ("graphql-ws",), ("graphql-sse", "chat")])
async def test_another_protocol_is_refused(bench: Bench, protocols: tuple[str, ...]) -> None:
    """The legacy one among them."""
    async with dial(bench.address, protocols) as socket:
        assert socket.raw.subprotocol is None
        assert await socket.closed() == (4406, "Subprotocol not acceptable")


async def test_ours_is_chosen_among_several(bench: Bench) -> None:
    async with dial(bench.address, ("graphql-ws", "graphql-transport-ws")) as socket:
        assert socket.raw.subprotocol == "graphql-transport-ws"
        await socket.start("good")
