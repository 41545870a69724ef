"""How cost grows with 1 × 10 × 100 a school's data on PostgreSQL: a parent's dashboard, a gradebook, a tap. They must stay flat.

One school is seeded; its passages and taps are repeated into the eleven months before, and its feed is filled with the events of them. Then the whole
school is copied, set by set, until there are ten and a hundred, in one database with a part for each month. At each size a service of its own is asked
by turns, and its CPU and that of PostgreSQL's connections are read from /proc; what its other processes take meanwhile (writing back
and vacuuming what was copied) is told beside it. Foreign keys are not checked while copying. Anyone can run it:

    .venv/bin/python bench/growth.py [--quick] [--full]
"""

import argparse
import asyncio
import datetime as dt
import hashlib
import os
import platform
import statistics
import sys
import tempfile
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import asyncpg
import orjson
import sqlalchemy as sa
import urllib3
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.harness import cpu
from school import ids
from school.access.models import Direction, Door, DoorReader
from school.day.reactions import REACTIONS
from school.db import Database, migrate
from school.ids import Kind
from school.record.parts import id_at, make_ahead, parts
from school.registry.models import Card, Device, DeviceKind
from school.seed.build import build
from school.seed.logins import make_passwords
from school.seed.plan import Size
from school.tables import metadata
from tests.gateway.device import DOCUMENTS
from tests.postgres import PostgresServer
from tests.service_process import Service, give_passwords

MUST = 1.5
"""Times the CPU at one school's data."""
SIZES = (1, 10, 100)
COUNTED = ("pupil", "mark", "transfer", "tap", "passage", "feed")
FIRST_COPY = 1000
MONTHS = 11
LEFT_OUT = {"account_role", "device_code", "invitation", "record", "outbox", "feed"}
"""Of a school's tables: what belongs to logins, which are not copied; the feed is copied with numbers of its own."""
DASHBOARD = """query($a: ID!, $b: ID!) {
  aMarks: marks(childId: $a, first: 20) { ...Marks } aTransfers: mealHistory(childId: $a, first: 10) { ...Transfers }
  aPassages: passages(personId: $a, first: 10) { ...Passages }
  bMarks: marks(childId: $b, first: 20) { ...Marks } bTransfers: mealHistory(childId: $b, first: 10) { ...Transfers }
  bPassages: passages(personId: $b, first: 10) { ...Passages }
}
fragment Marks on MarkConnection { edges { node { id value weight work date givenAt subject { id name } givenBy { id name } } } }
fragment Transfers on MealTransferConnection { edges { node { id kind amount { minor currency } happenedAt } } }
fragment Passages on PassageConnection { edges { node { id direction door { id name } happenedAt } } }"""
GRADEBOOK = """query($course: ID!, $from: Date!, $to: Date!) { gradebook(courseId: $course, from: $from, to: $to) {
  lessons { id date } pupils { person { id name } marks { id value weight } attendance { kind } average { numerator } } } }"""
FEED = "query($a: ID!) { updates(children: [$a], first: 20) { updates { __typename cursor occurredAt } cursor hasMore } }"
_ID = """CAST(lpad(to_hex(CAST(extract(epoch FROM {moment}) * 1000 AS bigint)), 12, '0') || '7' || substr(md5({salt}), 1, 3)
    || '8' || substr(md5({salt}), 4, 15) AS uuid)"""


async def seed(url: str, size: Size) -> dict[str, Any]:
    """One school and a year of its passages; what the questions need to know of it."""
    await asyncio.to_thread(migrate, url)
    database, today = Database(url), dt.datetime.now(dt.UTC)
    await _lay_parts(database, today)
    await build(database, make_passwords(), today.date(), size=size)
    await give_passwords(database, "parent", "teacher")
    key = Ed25519PrivateKey.generate()
    async with database.begin() as session:
        door = (await session.scalars(sa.select(Door).where(Door.school_id == 1).limit(1))).one()
        device = Device(
            school_id=1, kind=DeviceKind.GATE, name="bench", public_key=key.public_key().public_bytes_raw(), enrolled_at=today, counter=0, counter_window=0,
            software="bench", queue_depth=0, rejected=0, clock_offset_ms=0)
        session.add(device)
        await session.flush()
        session.add(DoorReader(school_id=1, device_id=device.id, reader="in", door_id=door.id, direction=Direction.IN))
        cards = (await session.execute(sa.select(Card.token, Card.key_id).where(Card.school_id == 1).order_by(Card.id).limit(200))).all()
        course = (await session.execute(sa.text("""
            SELECT course.id FROM course JOIN account_role role ON role.school_id = course.school_id AND role.person_id = course.teacher_id
            JOIN account ON account.id = role.account_id JOIN mark ON mark.course_id = course.id AND mark.school_id = course.school_id
            WHERE login = 'teacher' AND course.school_id = 1 GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"""))).scalar_one()
    await database.close()
    return {"key": key, "device": ids.encode(Kind.DEVICE, 1, device.id), "cards": [(card.token.hex(), str(card.key_id)) for card in cards],
            "course": ids.encode(Kind.COURSE, 1, course)}


async def _lay_parts(database: Database, today: dt.datetime) -> None:
    """A part for each month of the year behind, as a service of that age has them, and those ahead."""
    async with database.begin() as session:
        [first] = await parts(session, "passage")
        await session.execute(sa.select(sa.func.drop_part(first.name)))
        months = [(today.year * 12 + today.month - 1 - back) for back in range(MONTHS + 1, -2, -1)]
        begins = [dt.datetime(month // 12, month % 12 + 1, 1, tzinfo=dt.UTC) for month in months]
        for begin, end in pairwise(begins):
            await session.execute(sa.select(sa.func.make_part("passage", f"passage_{begin:%Y_%m}", str(id_at(begin)), str(id_at(end)))))
    await make_ahead(database, today)


async def age(connection: asyncpg.Connection) -> None:
    """Taps and passages of school 1 once more in each month before, and the feed's events of all."""
    ago = "make_interval(days => 30 * month)"
    for table, moments in {"tap": ("device_at", "happened_at", "received_at"), "passage": ("happened_at", "received_at")}.items():
        changed = {moment: f"{moment} - {ago}" for moment in moments}
        changed["id"] = _ID.format(moment=f"{table}.received_at - {ago}", salt=f"{table}.id || '-' || month")
        changed["sequence"] = "sequence + 10000000 * month"
        await _copy(connection, table, changed, f"{table}, generate_series(1, {MONTHS}) month WHERE school_id = 1")
    own = _ID.format(moment="received_at", salt="CAST(id AS text)")
    await connection.execute(f"UPDATE passage SET id = {own} WHERE school_id = 1 AND sequence < 10000000")  # noqa: S608 - as above
    await connection.execute("""
        INSERT INTO feed (seq, school_id, topic_kind, topic_id, event_id, kind, version, payload, occurred_at, late, published_at)
        SELECT row_number() OVER (ORDER BY passage.received_at), school_id, 'pupil', person_id, passage.id, 'access.passed', 1, jsonb_build_object(
            'passage_id', passage.id, 'tap_id', passage.id, 'person_id', person_id, 'door_id', door_id, 'direction', direction, 'verdict', 'admit',
            'reason', reason, 'data_version', data_version, 'suspect', false), happened_at, false, received_at
        FROM passage JOIN pupil USING (school_id) WHERE pupil.id = person_id AND school_id = 1""")
    await connection.execute("UPDATE feed_head SET seq = (SELECT max(seq) FROM feed)")


async def _copy(connection: asyncpg.Connection, table: str, changed: dict[str, str], source: str) -> None:
    columns = [column.name for column in metadata.tables[table].columns]
    await connection.execute(
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(changed.get(column, f'{table}.{column}') for column in columns)} FROM {source}")  # noqa: S608 - names of ours


async def grow(connection: asyncpg.Connection, have: int, want: int) -> None:
    """School 1 copied until there are so many, and what a service of that age has behind it: reactions to what the feed tells, vacuum."""
    copies = f"generate_series({FIRST_COPY + have}, {FIRST_COPY + want - 1}) copy"
    for table in metadata.sorted_tables if want > have else []:
        if table.name == "school":
            await _copy(connection, "school", {"id": "copy"}, f"school, {copies} WHERE school.id = 1")
        elif "school_id" in table.columns and table.name not in LEFT_OUT:
            await _copy(connection, table.name, {"school_id": "copy"}, f"{table.name}, {copies} WHERE {table.name}.school_id = 1")
    if want > have:
        await _copy(connection, "feed", {"school_id": "copy", "seq": "(SELECT seq FROM feed_head) + row_number() OVER (ORDER BY feed.published_at)"},
                    f"feed, {copies} WHERE feed.school_id = 1")
        await connection.execute("UPDATE feed_head SET seq = (SELECT max(seq) FROM feed)")
    for reaction in REACTIONS:  # they would read the whole feed beside what is measured
        await connection.execute(
            "INSERT INTO checkpoint SELECT $1, seq FROM feed_head ON CONFLICT (consumer) DO UPDATE SET seq = excluded.seq", reaction.name)
    await connection.execute("VACUUM ANALYZE")
    await connection.execute("CHECKPOINT")


@dataclass
class Client:
    """Asks one service, as the parent, the teacher and the gate's device."""

    service: Service
    known: dict[str, Any]
    number: int
    sent: int = 0
    http: urllib3.PoolManager = field(default_factory=lambda: urllib3.PoolManager(retries=False, timeout=60))

    def __post_init__(self) -> None:
        self.parent, self.teacher = (self.service.sign_in(login) for login in ("parent", "teacher"))
        children = self.service.graphql("{ me { children { id } } }", None, self.parent)["data"]["me"]["children"]
        own = [child["id"] for child in children if ids.decode(Kind.PERSON, child["id"]).school_id == 1]
        self.children = {"a": own[0], "b": own[1]}

    def ask(self, document: str, variables: dict[str, Any], token: str) -> None:
        """One operation, which must not fail."""
        answer = self.service.graphql(document, variables, token)
        if "errors" in answer:
            raise SystemExit(str(answer)[:500])

    def tap(self) -> None:
        """One card at the gate's reader, signed."""
        self.sent += 1
        token, key_id = self.known["cards"][self.sent % len(self.known["cards"])]
        now = dt.datetime.now(dt.UTC).isoformat()
        tap = {"sequence": self.number + self.sent, "reader": "in", "token": token, "keyId": key_id, "at": now, "ageMs": 0,
               "verdict": {"outcome": "ADMIT", "reason": "OK", "dataVersion": "1"}}
        body = orjson.dumps({"query": DOCUMENTS["presentTap"], "variables": {"input": tap, "sentAt": now}})
        at, counter = time.time_ns() // 1_000_000, self.number + self.sent
        text = f"school-gateway-1\n{self.known['device']}\n{counter}\n{at}\n{hashlib.sha256(body).hexdigest()}"
        signature = urlsafe_b64encode(self.known["key"].sign(text.encode())).decode().rstrip("=")
        headers = {"content-type": "application/json", "school-device": self.known["device"], "school-counter": str(counter), "school-time": str(at),
                   "school-signature": signature}
        answer = self.http.request("POST", f"{self.service.url}/gateway", body=body, headers=headers)
        if b"TapRecorded" not in answer.data:
            raise SystemExit(answer.data[:500].decode())

    def questions(self) -> dict[str, Callable[[], None]]:
        """What is measured."""
        today = dt.datetime.now(dt.UTC).date()
        week = {"course": self.known["course"], "from": str(today - dt.timedelta(days=21)), "to": str(today)}
        return {
            "dashboard": lambda: self.ask(DASHBOARD, self.children, self.parent), "gradebook": lambda: self.ask(GRADEBOOK, week, self.teacher),
            "tap": self.tap, "page of the feed": lambda: self.ask(FEED, {"a": self.children["a"]}, self.parent),
        }


Figures = tuple[float, float, float, float]
"""CPU milliseconds of the application, of PostgreSQL's connections and of its other processes, and milliseconds until the answer."""


def spent(client: Client, postgres: int) -> Figures:
    """Seconds until now."""
    return cpu.used(client.service.process.pid), cpu.connections(postgres), cpu.used(postgres), time.perf_counter()


def measure(client: Client, postgres: int, rounds: int, each: int) -> dict[str, Figures]:
    """The figures of each question; medians of the rounds."""
    questions, taken = client.questions(), dict[str, list[Figures]]()
    for question in questions.values():
        for _ in range(40):  # plans, caches
            question()
    for _ in range(rounds):
        for name, question in questions.items():
            before = spent(client, postgres)
            for _ in range(each):
                question()
            after = spent(client, postgres)
            app, database, all_of_it, waited = ((end - begin) * 1000 / each for begin, end in zip(before, after, strict=True))
            taken.setdefault(name, []).append((app, database, all_of_it - database, waited))
    return {name: tuple(statistics.median(column) for column in zip(*values, strict=True)) for name, values in taken.items()}  # type: ignore[misc]


async def run(server: PostgresServer, folder: Path, size: Size, *, quick: bool) -> dict[int, dict[str, Figures]]:
    """The figures at each size."""
    url, found, have = server.url(), dict[int, dict[str, Figures]](), 1
    known = await seed(url, size)
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    await connection.execute("SET session_replication_role = replica")
    await connection.execute("ALTER SYSTEM SET max_parallel_workers_per_gather = 0")  # a worker is no connection
    await connection.execute("SELECT pg_reload_conf()")
    await age(connection)
    for want in SIZES[:2] if quick else SIZES:
        began = time.monotonic()
        await grow(connection, have, want)
        have = want
        counts = [f"{await connection.fetchval(f'SELECT count(*) FROM {table}'):,} {table}" for table in COUNTED]  # noqa: S608 - names of ours
        gigabytes = await connection.fetchval("SELECT pg_database_size(current_database())") / 1e9
        print(f"{want} × a school: {', '.join(counts)} rows; {gigabytes:.2f} GB; made in {time.monotonic() - began:.0f} s", flush=True)
        environment = {"SCHOOL_LOG_LEVEL": "warning"}
        with Service(url, folder, environment=environment, program=("-m", "school")) as service:
            client = await asyncio.to_thread(Client, service, known, want * 100_000)
            assert server._process is not None  # noqa: SLF001 - the bench's own server
            found[want] = await asyncio.to_thread(measure, client, server._process.pid, 2 if quick else 5, 20 if quick else 40)  # noqa: SLF001
    await connection.close()
    return found


def main() -> None:
    """Print a table for docs/measurements.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one and ten of a small school, few rounds")
    parser.add_argument("--full", action="store_true", help="of the seed's whole school instead of its small one: much disk and time")
    chosen = parser.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}; the {'whole' if chosen.full else 'small'} seeded school\n")
    with tempfile.TemporaryDirectory(prefix="school-bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        with PostgresServer(folder / "cluster") as server:
            found = asyncio.run(run(server, folder, Size.FULL if chosen.full else Size.SMALL, quick=chosen.quick))
    titles = ("what", "data", "app CPU ms", "PostgreSQL CPU ms", "its other processes", "answered in ms", "CPU, × of one school's", "at most 1.5")
    print(f"\n| {' | '.join(titles)} |\n{'|---' * len(titles)}|")
    for what in found[1]:
        one = sum(found[1][what][:2])
        for want, by_name in found.items():
            app, database, others, waited = by_name[what]
            ratio = (app + database) / one
            print(f"| {what} | {want} × | {app:.2f} | {database:.2f} | {others:.2f} | {waited:.1f} | {ratio:.2f} | {'flat' if ratio <= MUST else 'NOT FLAT'} |")


if __name__ == "__main__":
    main()
