"""The service as real processes beside each other on one PostgreSQL: two servers, a gateway and a relay."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from websockets import ConnectionClosed

from school import ids
from school.db import Database
from school.ids import Kind
from tests.delivery.house import postgresql_only
from tests.delivery.processes import leader, relay_process
from tests.nursery import Forked
from tests.service_process import STOP_SECONDS, Service, give_passwords
from tests.world import World

PATIENCE = 60
FEW_SECONDS = 9.0
"""Less than the ten for which a server waits for what does not end."""
GIVE = "mutation($input: GiveMarksInput!) { giveMarks(input: $input) { __typename } }"


@postgresql_only
async def test_a_mark_given_at_one_server_arrives_at_the_other(database: Database, database_url: str, world: World, tmp_path: Path) -> None:
    """By way of the relay's own process, then, when that has gone, of a server's. Every process ends cleanly, and soon, with a stream open."""
    await give_passwords(database, "parent", "teacher")
    with relay_process(database_url, tmp_path) as relay:
        first_leader = await leader(database)
        async with _services(database_url, tmp_path) as (one, two, gateway):
            health = [await asyncio.to_thread(service.http.request, "GET", f"{service.url}/healthz") for service in (one, two, gateway)]
            assert [(answer.status, answer.json()) for answer in health] == [(200, {"status": "ready"})] * 3
            teacher, parent = await asyncio.to_thread(one.sign_in, "teacher"), await asyncio.to_thread(two.sign_in, "parent")
            async with asyncio.timeout(PATIENCE), two.updates(parent) as updates:
                await asyncio.to_thread(_give, one, world, teacher, "5A-1")
                first = await anext(updates)
                assert await leader(database) == first_leader
                assert await asyncio.to_thread(_end, relay, signal.SIGTERM) == 0
                await asyncio.to_thread(_give, one, world, teacher, "5A-2")
                second = await anext(updates)
                assert await leader(database) != first_leader
                ends = ((two, signal.SIGINT), (one, signal.SIGTERM), (gateway, signal.SIGTERM))
                codes = await asyncio.gather(*(asyncio.to_thread(_stop, service, how) for service, how in ends))
                with suppress(ConnectionClosed):  # 1012, service restart; or the stream's completion came first
                    assert [update async for update in updates] == []
            assert codes == [0, 0, 0]
    assert [update["__typename"] for update in (first, second)] == ["MarkGiven", "MarkGiven"]
    assert {update["childId"] for update in (first, second)} == {ids.encode(Kind.PERSON, 1, world.people["anna"])}


def _give(service: Service, world: World, token: str, lesson: str) -> None:
    """A mark for Anna."""
    item = {"id": str(ids.new()), "pupilId": ids.encode(Kind.PERSON, 1, world.people["anna"]), "value": 5, "weight": 1, "work": "ANSWER"}
    answer = service.graphql(GIVE, {"input": {"lessonId": ids.encode(Kind.LESSON, 1, world.lessons[lesson]), "items": [item]}}, token)
    assert answer["data"]["giveMarks"]["__typename"] == "GiveMarksResults", answer


@asynccontextmanager
async def _services(url: str, directory: Path) -> AsyncIterator[list[Service]]:
    """Two servers and a gateway, started at the same time."""
    services = [Service(url, directory, (command,)) for command in ("serve", "serve", "gateway")]
    started = await asyncio.gather(*(asyncio.to_thread(service.__enter__) for service in services), return_exceptions=True)
    try:
        assert started == services
        yield services
    finally:
        for service in started:
            if isinstance(service, Service):
                service.stop()


def _end(process: Forked, how: signal.Signals) -> int:
    """Its exit code; a few seconds are enough."""
    began = time.monotonic()
    process.send_signal(how)
    code = process.wait(STOP_SECONDS)
    assert time.monotonic() - began < FEW_SECONDS
    return code


def _stop(service: Service, how: signal.Signals) -> int:
    """Its exit code; a few seconds are enough."""
    began = time.monotonic()
    code = service.stop(how)
    assert time.monotonic() - began < FEW_SECONDS, service.log.read_text()[-4000:]
    return code

