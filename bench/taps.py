"""Taps beside their peers: 32 gates send backlogs of one and of ten taps, each signed, over loopback; all store the same in the same tables.

Ours is `school gateway` in production mode, over the restricted login, asked as a reader daemon asks it. Anyone can run it:

    .venv/bin/python bench/taps.py [--quick]
"""

import argparse
import asyncio
import datetime as dt
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import sqlalchemy as sa
import urllib3
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.harness import contest
from bench.harness.contest import Contestant, Turn
from bench.harness.gates import Gate, answer_to, body_of
from bench.harness.ground import Ground, ground, plain
from bench.harness.processes import HTTP, uvicorn
from school import ids
from school.access.models import Direction, Door, DoorReader
from school.db import Database
from school.gateway.documents import DAEMON
from school.ids import Kind
from school.registry.models import Card, CardState, Device, DeviceKind
from school.seed.plan import Size
from tests.service_process import Service

OURS, GRAPHENE, RAW = "this service", "Graphene as it comes, with the ORM", "the same SQL with no GraphQL, coalesced"
LOAD = Path(contest.__file__).with_name("gate_load.py")
GATES, ROUNDS = 32, 3
DOCUMENT = next(text for text in DAEMON if "submitTaps" in text)
MUST = {1: {GRAPHENE: 6.0}, 10: {GRAPHENE: 4.0, RAW: 0.35}}
"""By the taps of a request: how many times a peer's requests per CPU second ours must reach (issue 4)."""
_TAPS = "SELECT sequence, reader, token, key_id, person_id, late, suspect, outcome, reason, data_version FROM tap WHERE device_id = $1 ORDER BY 1"
_PASSAGES = "SELECT sequence, person_id, door_id, direction, reason, data_version, late, suspect FROM passage WHERE device_id = $1 ORDER BY 1"
_EVENTS = """SELECT event.kind, event.version, event.topics, event.payload - ARRAY['tap_id', 'passage_id'], event.late, event.actor_id, event.concerns
    FROM outbox event JOIN tap ON tap.id = (event.payload ->> 'tap_id')::uuid WHERE tap.device_id = $1 ORDER BY tap.sequence"""


@dataclass(slots=True)
class Side:
    """A contestant with its gates. `document` is what it is asked by; the one without GraphQL has none."""

    contestant: Contestant
    gates: Sequence[Gate]
    document: str | None = DOCUMENT

    def send(self, batch: int) -> None:
        """What its first gate sends is recorded; the same once more, and another body, are refused; the same taps anew change nothing."""
        gate = self.gates[0]
        taps = gate.taps(batch)
        body = body_of(self.document, taps)
        request = gate.request(body)
        for sent, status in ((request, 200), (request, 401), (gate.request(body)[:-1] + b" ", 401), (gate.request(body), 200)):
            answer = self._ask(sent)
            if answer.status != status or (status == 200 and answer.data != answer_to(self.document, taps)):
                raise RuntimeError(f"{self.contestant.name}: {answer.status} where {status} was expected: {answer.data[:500]!r}")

    def _ask(self, request: bytes) -> urllib3.BaseHTTPResponse:
        head, _, body = request.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
        return HTTP.request("POST", f"http://127.0.0.1:{self.contestant.port}/gateway", body=body, headers=headers)

    def take_turn(self, postmaster: int, seconds: float, batch: int) -> Turn:
        """All gates at once."""
        order = {
            "port": self.contestant.port, "document": self.document, "batch": batch, "seconds": seconds,
            "gates": [{"id": one.id, "key": one.key, "cards": one.cards, "sent": one.sent, "counter": one.counter} for one in self.gates],
        }
        turn, told = contest.carry_out(LOAD, order, self.contestant, postmaster)
        for gate, reached in zip(self.gates, told["reached"], strict=True):
            gate.sent, gate.counter = reached
        return turn


async def enrol(place: Ground) -> list[Gate]:
    """Gates of a school, each with a reader for each way at the same door, and its share of all cards."""
    database, now = Database(place.owner), dt.datetime.now(dt.UTC)
    keys = [Ed25519PrivateKey.generate() for _ in range(GATES)]
    async with database.begin() as session:
        door = (await session.scalars(sa.select(Door.id).where(Door.school_id == 1).order_by(Door.id).limit(1))).one()
        cards = (await session.execute(
            sa.select(Card.token, Card.key_id).where(Card.school_id == 1, Card.state == CardState.ACTIVE).order_by(Card.id))).all()
        devices = [
            Device(school_id=1, id=ids.new(), kind=DeviceKind.GATE, name="bench", public_key=key.public_key().public_bytes_raw(), enrolled_at=now, counter=0,
                   counter_window=0, software="bench", queue_depth=0, rejected=0, clock_offset_ms=0) for key in keys]
        session.add_all(devices)
        await session.flush()
        session.add_all(
            DoorReader(school_id=1, device_id=device.id, reader=way.value, door_id=door, direction=way) for device in devices for way in Direction)
    await database.close()
    shares = [[(card.token.hex(), str(card.key_id)) for card in cards[number::GATES]] for number in range(GATES)]
    return [Gate(ids.encode(Kind.DEVICE, 1, device.id), key.private_bytes_raw().hex(), share)
            for device, key, share in zip(devices, keys, shares, strict=True)]


def enter_sides(stack: ExitStack, folder: Path, place: Ground) -> list[Side]:
    """All contestants. Ours has only what belongs to the gateway in its process: who numbers events is another."""
    settings = {"SCHOOL_MODE": "production", "SCHOOL_LOG_LEVEL": "warning"}
    service = stack.enter_context(Service(place.url, folder, command=("gateway",), environment=settings, program=("-m", "school")))
    graphene = stack.enter_context(uvicorn(folder, "graphene_taps", {"BENCH_DATABASE_URL": place.owner}))
    raw = stack.enter_context(uvicorn(folder, "raw_taps", {"BENCH_DATABASE_URL": place.url}))
    found = [(OURS, (service.process.pid, service.port), DOCUMENT), (GRAPHENE, graphene, DOCUMENT), (RAW, raw, None)]
    return [Side(Contestant(name, *where, request="", body=b""), asyncio.run(enrol(place)), document) for name, where, document in found]


async def stored(place: Ground, gates: Sequence[Gate]) -> list[Any]:
    """What is kept of these gates' taps, without what is new each time."""
    connection = await asyncpg.connect(plain(place.owner))
    found = [await connection.fetch(query, ids.decode(Kind.DEVICE, gate.id).id) for gate in gates for query in (_TAPS, _PASSAGES, _EVENTS)]
    await connection.close()
    return [[tuple(row) for row in rows] for rows in found]


def check(place: Ground, sides: Sequence[Side]) -> None:
    """All refuse alike and store alike, before and after."""
    for side in sides:
        side.send(1)
        side.send(10)
    kept = [asyncio.run(stored(place, side.gates[:1])) for side in sides]
    if [len(rows) for rows in kept[0]] != [11, 11, 11] or any(one != kept[0] for one in kept):
        raise RuntimeError("not all store the same")


def check_all(place: Ground, sides: Sequence[Side]) -> int:
    """Whatever was answered is stored once, with its passage and its event; how many taps that are."""
    for side in sides:
        wanted = [gate.sent for gate in side.gates for _ in range(3)]
        if [len(rows) for rows in asyncio.run(stored(place, side.gates))] != wanted:
            raise RuntimeError(f"{side.contestant.name} has stored something else than it has answered")
    return sum(gate.sent for side in sides for gate in side.gates)


def main() -> None:
    """Print the tables for docs/measurements.md and README.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="short turns")
    quick = parser.parse_args().quick
    seconds, found = (2.0 if quick else 5.0), {}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="school-bench-")))
        folder.chmod(0o711)
        place = stack.enter_context(ground(folder, Size.FULL, marks=0, others=0))
        sides = {side.contestant.name: side for side in enter_sides(stack, folder, place)}
        check(place, list(sides.values()))
        for batch in MUST:
            found[batch] = contest.run(
                [side.contestant for side in sides.values()], place.postmaster, rounds=ROUNDS, seconds=seconds,
                take=lambda one, postmaster, turn, batch=batch: sides[one.name].take_turn(postmaster, turn, batch))  # type: ignore[misc]
        taps = check_all(place, list(sides.values()))
    print(f"{place.machine}; {dt.datetime.now(dt.UTC):%Y-%m-%d}")
    print(f"{GATES} connections, {ROUNDS} rounds of {seconds:g} s each; {taps:,} taps were stored in all.")
    for batch, turns in found.items():
        print(f"\nBacklogs of {batch}:\n\n{contest.table(turns, OURS)}")
        for name, least in MUST[batch].items():
            reached = contest.median_ratio(turns, OURS, name)
            print(f"{name}: {reached:.2f} times its requests per CPU second; must be {least:g}: {'reached' if reached >= least else 'NOT REACHED'}")


if __name__ == "__main__":
    main()
