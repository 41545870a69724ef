"""Wake-ups between real processes: one that is lost loses no event, and a gateway by itself wakes the relay of another process."""

import asyncio
import datetime as dt
from pathlib import Path

import httpx
import sqlalchemy as sa

from bench.harness.families import Gate
from school import clock, ids
from school.access.models import Direction, DoorReader
from school.db import Database
from school.delivery import channels
from school.ids import Kind
from school.outbox import FeedRow, TopicKind
from school.registry.models import Device, DeviceKind
from tests.delivery.house import event, listener, postgresql_only, tell
from tests.delivery.processes import leader, relay_process
from tests.service_process import UPDATES, Service, give_passwords
from tests.world import World

PATIENCE = 120
EVENTS = 6
CARDS = UPDATES.replace("__typename\n    ... on Update", "__typename\n    ... on CardChanged { cardId }\n    ... on Update", 1)


@postgresql_only
async def test_a_notification_that_is_lost_loses_no_event(database: Database, database_url: str, world: World, tmp_path: Path) -> None:
    """The connections on which processes listen are cut off again and again, and events are committed before anybody listens anew."""
    await give_passwords(database, "parent")
    cards = [ids.new() for _ in range(EVENTS)]
    with relay_process(database_url, tmp_path):
        await leader(database)
        with await asyncio.to_thread(Service(database_url, tmp_path).__enter__) as service:
            parent = await asyncio.to_thread(service.sign_in, "parent")
            async with asyncio.timeout(PATIENCE), service.updates(parent, document=CARDS) as updates:
                for number, card in enumerate(cards):
                    await cut_listeners(database)
                    await tell(database, event(world, "anna", number, kind="registry.card_issued", card_id=str(card)))
                found = [(await anext(updates))["cardId"] for _ in cards]
    assert found == [ids.encode(Kind.CARD, 1, card) for card in cards]


async def cut_listeners(database: Database) -> None:
    """Cut off all who listen, until the server's tail was among them."""
    listening = sa.text(
        "SELECT query, pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'school listen' AND datname = current_database()")
    while True:
        async with database.engine.begin() as connection:  # as the login, which may end others' connections
            if f'LISTEN "{channels.FEED}"' in [row.query for row in await connection.execute(listening)]:
                return
        await asyncio.sleep(0.02)  # another process, which announces nothing


@postgresql_only
async def test_a_gateway_by_itself_wakes_the_relay_of_another_process(database: Database, database_url: str, world: World, tmp_path: Path) -> None:
    """A card at a gate: the gateway's commit is told to the relay, which publishes, and tells everybody."""
    gate = await enrolled_gate(database, world)
    nudges, published = list[str](), list[str]()
    with relay_process(database_url, tmp_path):
        await leader(database)
        with await asyncio.to_thread(Service(database_url, tmp_path, ("gateway",)).__enter__) as gateway:
            async with (
                asyncio.timeout(PATIENCE), listener(database, channels.OUTBOX, nudges), listener(database, channels.FEED, published),
                httpx.AsyncClient(base_url=gateway.url, timeout=30) as client,
            ):
                body, headers = gate.tap(world.token("anna"), str(world.card_keys[1][0]))
                answer = await client.post("/gateway", content=body, headers=headers)
                assert "TapRecorded" in answer.text
                while not (nudges and published):  # noqa: ASYNC110 - what is watched is filled by two connections
                    await asyncio.sleep(0.01)
    assert set(nudges) == {""}
    async with database.read() as session:
        kinds = (await session.scalars(sa.select(FeedRow.kind).where(
            FeedRow.topic_kind == TopicKind.PUPIL, FeedRow.topic_id == world.people["anna"]).order_by(FeedRow.seq))).all()
    assert kinds[0] in {"access.passed", "access.refused"}


async def enrolled_gate(database: Database, world: World) -> Gate:
    """A gate at the main door, as if its code had been used."""
    gate, now = Gate(world.doors["main"]), clock.now()
    assert now.tzinfo is dt.UTC
    async with database.begin() as session:
        session.add(Device(
            school_id=1, id=gate.id, kind=DeviceKind.GATE, name="gate", public_key=gate.key.public_key().public_bytes_raw(), enrolled_at=now, counter=0,
            counter_window=0, software="test", queue_depth=0, rejected=0, clock_offset_ms=0))
        await session.flush()
        session.add(DoorReader(school_id=1, device_id=gate.id, reader="in", door_id=gate.door, direction=Direction.IN))
    return gate
