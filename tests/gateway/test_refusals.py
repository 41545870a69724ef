"""At the real endpoint of a real process: a request that is replayed, altered, ten minutes old or a revoked device's is refused, each by its own code."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import orjson
import pytest
import pytest_asyncio
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from school import clock
from school.db import Database
from school.outbox import OutboxRow
from tests.gateway.device import DOCUMENTS, JSON, Device
from tests.gateway.lodge import Lodge
from tests.service_process import Service
from tests.world import build


@dataclass
class Post:
    """A request as it went over the wire, so that it can be sent again."""

    body: bytes
    headers: dict[str, str]

    async def send(self, client: httpx.AsyncClient) -> tuple[int, str | None]:
        """Status, and the code of a refusal."""
        answer = await client.post("/gateway", content=self.body, headers={"content-type": JSON, **self.headers})
        errors = answer.json().get("errors")
        return answer.status_code, errors[0]["extensions"]["code"] if errors else None


@dataclass
class Gatehouse:
    """A gateway as a process, the small world behind it, a gate and a desk in front of it."""

    lodge: Lodge
    client: httpx.AsyncClient
    gate: Device
    desk: Device

    def post(self, device: Device, *, key: Ed25519PrivateKey | None = None, ahead: dt.timedelta = dt.timedelta()) -> Post:
        """A tap, signed."""
        variables = {"input": device.tap("anna"), "sentAt": clock.now().isoformat()}
        body = orjson.dumps({"query": DOCUMENTS["presentTap"], "variables": variables})
        device.ahead = ahead
        return Post(body, device.sign(body, key=key))

    async def settle(self) -> None:
        """Until the process has published what was done before; it announces nothing to this one."""
        async with asyncio.timeout(30):
            while True:
                if not await self.lodge.rows(OutboxRow):
                    return
                await asyncio.sleep(0.02)

    async def refused(self, post: Post) -> str | None:
        """The code; nothing has changed, not even the counter or when the device was seen."""
        await self.settle()
        async with self.lodge.unchanged():
            status, code = await post.send(self.client)
        assert status == 401
        return code


@pytest_asyncio.fixture
async def house(database_url: str, database: Database, tmp_path: Path) -> AsyncIterator[Gatehouse]:
    """On a fresh database of each kind."""
    lodge = Lodge(database, await build(database))
    with Service(database_url, tmp_path) as service:
        async with httpx.AsyncClient(base_url=service.url, timeout=30) as client:
            yield Gatehouse(lodge, client, await lodge.device("gate"), await lodge.device("desk"))
    await lodge.client.aclose()


@pytest.mark.once
async def test_each_refusal_has_its_own_code_and_changes_nothing(house: Gatehouse) -> None:
    good = house.post(house.gate)
    assert await good.send(house.client) == (200, None)
    altered = house.post(house.gate)
    ten = dt.timedelta(minutes=10)
    assert await house.refused(good) == "REPLAYED"
    assert await house.refused(Post(altered.body.replace(b'"in"', b'"up"'), altered.headers)) == "BAD_SIGNATURE"
    assert await house.refused(Post(altered.body, altered.headers | {"school-counter": "99"})) == "BAD_SIGNATURE"
    assert await house.refused(house.post(house.gate, key=house.desk.key)) == "BAD_SIGNATURE"
    for ahead in (-ten, ten):
        assert await house.refused(house.post(house.gate, ahead=ahead)) == "CLOCK_SKEW"
    waiting, old = house.post(house.gate), house.post(house.gate, ahead=-ten)
    await house.lodge.revoke(house.gate)
    for post in (waiting, good, old):  # whatever else is wrong with it
        assert await house.refused(post) == "REVOKED"
    assert await house.refused(Post(waiting.body, waiting.headers | {"school-counter": "99"})) == "BAD_SIGNATURE"  # who cannot sign learns nothing
    assert await house.post(house.desk).send(house.client) == (200, None)


async def test_a_replay_while_the_key_changes_is_a_replay(house: Gatehouse) -> None:
    gate, following = house.gate, Ed25519PrivateKey.generate()
    body = orjson.dumps({"query": DOCUMENTS["rotateKey"], "variables": {"input": gate.announcement(following)}})
    gate.ahead = dt.timedelta()
    announced = Post(body, gate.sign(body))
    assert await announced.send(house.client) == (200, None)
    assert await house.refused(announced) == "REPLAYED"
    former = house.post(gate)
    gate.key = following
    first = house.post(gate)
    assert await first.send(house.client) == (200, None)
    assert await house.refused(first) == "REPLAYED"
    assert await house.refused(former) == await house.refused(announced) == "BAD_SIGNATURE"
