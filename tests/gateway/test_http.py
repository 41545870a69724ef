"""The endpoint: what it refuses by status, how it fails, and that every answer tells the time."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest
from starlette.requests import Request
from structlog.testing import capture_logs

from school.db import Database, migrate
from school.gateway import credentials
from school.gateway.http import MOST_BYTES
from school.registry import devices
from school.registry.models import Tap
from tests.gateway.device import ADMIT, DOCUMENTS, JSON, denial, milliseconds, recorded
from tests.gateway.lodge import NOON, Lodge, at, lodge_at
from tests.postgres import PostgresServer

BODY = b'{"query":"{ passList { __typename } }"}'
SECRET = "postgresql://somebody:password@somewhere"
TEN_MEGABYTES = 10 * 2**20
AWAY = (503, "UNAVAILABLE", "2")


async def test_a_body_is_json_by_its_type(lodge: Lodge) -> None:
    gate = await lodge.device("gate")
    async with lodge.unchanged():
        for media in (None, "", "text/plain", "application/x-www-form-urlencoded", "application/graphql", "application/jsonp"):
            headers = gate.sign(BODY) | ({} if media is None else {"content-type": media})
            answer = await lodge.client.post("/gateway", content=BODY, headers=headers)
            assert denial(answer) == (415, "BAD_MEDIA_TYPE"), media
            assert answer.headers["school-time"] == str(milliseconds(NOON))
    answer = await lodge.client.post("/gateway", content=BODY, headers=gate.sign(BODY) | {"content-type": "Application/JSON; charset=utf-8"})
    assert answer.status_code == 200


async def test_a_body_may_have_256_kib(lodge: Lodge) -> None:
    gate = await lodge.device("gate")
    drawn = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal drawn
        for _ in range(TEN_MEGABYTES // 65536):
            drawn += 1
            yield b" " * 65536

    async with lodge.unchanged():
        for size in (MOST_BYTES + 1, TEN_MEGABYTES):
            assert denial(await gate.post(BODY.ljust(size))) == (413, "TOO_LARGE")
        headers = gate.sign(BODY) | {"content-type": JSON}
        for declared in (str(TEN_MEGABYTES), "-1", "many"):
            answer = await lodge.client.post("/gateway", content=BODY, headers=headers | {"content-length": declared})
            assert denial(answer) == (413, "TOO_LARGE"), declared
        answer = await lodge.client.post("/gateway", content=endless(), headers=headers)
        assert (denial(answer), answer.headers["school-time"]) == ((413, "TOO_LARGE"), str(milliseconds(NOON)))
    assert drawn == MOST_BYTES // 65536 + 1  # not read to its end
    assert (await gate.post(BODY.ljust(MOST_BYTES))).status_code == 200


async def test_what_is_no_request_is_refused(lodge: Lodge) -> None:
    gate = await lodge.device("gate")
    async with lodge.unchanged():
        for body in (
            b"", b"{", b"[]", b"null", b"1", b"\xff\xfe", b"query=x", b"{}", b'{"query":null}', b'{"query":1}', b"[" + BODY + b"]", b'{"query":"\\ud800"}',
            BODY[:-1] + b',"variables":[]}', BODY[:-1] + b',"operationName":1}',
        ):
            assert denial(await gate.post(body)) == (400, "BAD_REQUEST"), body
            assert denial(await lodge.stranger().post(body)) == (400, "BAD_REQUEST"), body
            assert denial(await gate.post(body, {})) == (401, "UNSIGNED"), body  # the signature comes first


async def test_only_post_is_served(lodge: Lodge) -> None:
    gate = await lodge.device("gate")
    for method in ("GET", "PUT", "DELETE", "OPTIONS", "HEAD"):
        async with lodge.unchanged():
            answer = await lodge.client.request(method, "/gateway", headers=gate.sign(b""), params={"query": "{ passList { __typename } }"})
        assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


async def test_variables_that_do_not_fit_are_refused(lodge: Lodge) -> None:
    gate = await lodge.device("gate")
    report = gate.report()
    wrong: tuple[dict[str, Any] | None, ...] = (
        None, {}, {"input": None}, {"input": []}, {"input": report | {"queueDepth": 2**31}}, {"input": report | {"queueDepth": "1"}},
        {"input": report | {"readers": [{"name": "in"}]}}, {"input": report | {"readers": [{"name": "in", "state": "ODD"}]}},
        {"input": report | {"readers": [None]}}, {"input": report | {"sentAt": 1}}, {"input": {**report, "uid": "04"}},
        {"input": {name: value for name, value in report.items() if name != "software"}},
    )
    async with lodge.unchanged(counters=False):
        for variables in wrong:
            assert denial(await gate.ask(DOCUMENTS["heartbeat"], variables)) == (400, "BAD_REQUEST"), variables
    assert (await gate.ask(DOCUMENTS["heartbeat"], {"input": report, "more": 1})).status_code == 200


async def test_every_answer_tells_the_time(lodge: Lodge) -> None:
    gate = await lodge.device("gate")
    for moment in (NOON, NOON + dt.timedelta(days=400, milliseconds=7, microseconds=999), dt.datetime(2038, 1, 19, 4, tzinfo=dt.UTC)):
        at(moment)
        statuses = [
            (await gate.post(body, headers)).status_code  # which asserts the time
            for body, headers in ((BODY, None), (b"{", None), (b'{"query":"{ __typename }"}', None), (BODY, {}), (BODY.ljust(MOST_BYTES + 1), None))
        ]
        assert statuses == [200, 400, 403, 401, 413]


async def test_a_bug_is_masked_with_an_id_that_the_log_has(lodge: Lodge, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: Any) -> None:
        raise RuntimeError(SECRET)

    monkeypatch.setattr(devices, "report", broken)
    gate = await lodge.device("gate")
    async with lodge.unchanged(counters=False):
        with capture_logs() as logged:
            answer = await gate.ask(DOCUMENTS["heartbeat"], {"input": gate.report()})
    [entry] = logged
    assert (entry["event"], entry["field"], repr(entry["exc_info"])) == ("bug", "heartbeat", repr(RuntimeError(SECRET)))
    assert (answer.status_code, answer.json()) == (500, {"data": None, "errors": [{
        "message": "Something went wrong; it has been noted.", "path": ["heartbeat"], "extensions": {"code": "INTERNAL", "id": entry["id"]}}]})
    assert len(entry["id"]) == 12
    monkeypatch.undo()
    assert (await gate.call("heartbeat", input=gate.report()))["__typename"] == "Heartbeat"


async def test_a_bug_before_graphql_tells_nothing_either(lodge: Lodge, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError(SECRET)

    monkeypatch.setattr(credentials, "identify", broken)
    gate = await lodge.device("gate")
    async with lodge.unchanged():
        with capture_logs() as logs:
            answer = await gate.post(BODY)
    error, = answer.json()["errors"]
    assert (answer.status_code, answer.json()["data"], error["extensions"]["code"]) == (500, None, "INTERNAL")
    assert SECRET not in answer.text
    assert [entry["id"] for entry in logs if entry["event"] == "bug"] == [error["extensions"]["id"]]
    assert "School-Time" in answer.headers


@pytest.mark.parametrize("error", [ConnectionRefusedError(SECRET), TimeoutError(SECRET)])
async def test_a_database_that_is_away_in_the_midst_is_503(lodge: Lodge, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    async def away(*_: Any) -> None:
        raise error

    gate = await lodge.device("gate")
    for place, counters in ((credentials, True), (devices, False)):
        monkeypatch.setattr(place, "take_counters" if place is credentials else "report", away)
        async with lodge.unchanged(counters=counters):
            answer = await gate.ask(DOCUMENTS["heartbeat"], {"input": gate.report()})
            assert (*denial(answer), answer.headers["retry-after"]) == AWAY
            assert "somebody" not in answer.text
        monkeypatch.undo()


async def test_a_database_that_goes_and_comes_back(private_postgres: PostgresServer) -> None:
    await asyncio.to_thread(migrate, private_postgres.url())
    database = Database(private_postgres.url())
    async with lodge_at(database) as lodge, asyncio.timeout(60):
        gate, stranger = await lodge.device("gate"), lodge.stranger()
        await gate.present(gate.tap("anna", verdict=ADMIT))
        version, waiting = await lodge.publish(), asyncio.Event()
        lodge.signal.told = waiting.set
        poll = asyncio.create_task(gate.ask(DOCUMENTS["passList"], {"since": version, "wait": 25}))
        await waiting.wait()
        await asyncio.to_thread(private_postgres.stop)
        lodge.signal.advance(10**6)  # who waits must look, and cannot
        tap = gate.tap("boris", verdict=ADMIT)
        body = orjson.dumps({"query": DOCUMENTS["presentTap"], "variables": {"input": tap, "sentAt": NOON.isoformat()}})
        away = [await poll, await gate.post(body), await gate.post(body), await gate.ask(DOCUMENTS["heartbeat"], {"input": gate.report()}),
                await stranger.ask(DOCUMENTS["enrol"], {"input": lodge.enrolment(stranger, "0000-0000-0000")})]
        assert [(*denial(answer), answer.headers["retry-after"]) for answer in away] == [AWAY] * 5
        assert denial(await gate.post(b"", {})) == (401, "UNSIGNED")  # nobody is asked for that
        await asyncio.to_thread(private_postgres.start)
        assert await gate.present(tap) == recorded(2)
        assert await gate.submit(tap, gate.tap("vera", verdict=ADMIT)) == [recorded(2, repeated=True), recorded(3)]
        assert await lodge.presence() == {"anna": True, "boris": True, "vera": True}
        await asyncio.to_thread(private_postgres.stop)
        await asyncio.to_thread(private_postgres.start)  # while nobody looked: what the pool holds is dead
        tap = gate.tap("teacher", verdict=ADMIT)
        answer = await gate.ask(DOCUMENTS["presentTap"], {"input": tap, "sentAt": NOON.isoformat()})
        if answer.status_code == 503:  # once, and the pool is new
            assert (*denial(answer), answer.headers["retry-after"]) == AWAY
            answer = await gate.ask(DOCUMENTS["presentTap"], {"input": tap, "sentAt": NOON.isoformat()})
        assert answer.json()["data"]["presentTap"] == recorded(4)
        assert (len(await lodge.rows(Tap)), await lodge.presence()) == (4, {"anna": True, "boris": True, "vera": True, "teacher": True})
    await database.close()


async def test_a_device_that_vanishes_within_its_body_is_no_bug(lodge: Lodge) -> None:
    parts = iter([{"type": "http.request", "body": BODY[:9], "more_body": True}, {"type": "http.disconnect"}])

    async def receive() -> Any:
        return next(parts)

    headers = [(b"content-type", JSON.encode())]
    request = Request({"type": "http", "method": "POST", "path": "/gateway", "client": ("127.0.0.1", 1), "headers": headers}, receive)
    with capture_logs() as logs:
        async with lodge.unchanged():
            assert (await lodge.gateway.post(request)).status_code == 400
    assert (list(parts), logs) == ([], [])
