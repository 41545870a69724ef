"""Families for benches of fan-out: PostgreSQL with a small school, as many parents of one child each as are wanted, all signed in, and gates."""

import asyncio
import datetime as dt
import hashlib
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import orjson
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bench.harness.ground import LOGIN, execute, plain
from school import ids
from school.db import Database, migrate
from school.gateway.documents import DAEMON
from school.ids import Kind
from school.seed.build import build
from school.seed.logins import make_passwords
from school.seed.plan import Size
from tests.postgres import PostgresServer

SCHOOL = 1
GATES = 20
"""As many requests may be under way: a daemon sends one after the other."""
_PRESENT_TAP, = (text for text in DAEMON if "presentTap(" in text)


@dataclass(frozen=True, slots=True)
class Family:
    """A child with a card and the token of the parent's session."""

    child: UUID
    card: bytes
    token: str


@dataclass
class Gate:
    """An enrolled device, which signs its requests."""

    door: UUID
    id: UUID = field(default_factory=ids.new)
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    counter: int = 0

    def tap(self, card: bytes, key_id: str) -> tuple[bytes, dict[str, str]]:
        """The body and the headers of a request that tells that a card was presented and admitted."""
        self.counter += 1
        now = dt.datetime.now(dt.UTC)
        tap = {"sequence": self.counter, "reader": "in", "token": card.hex(), "keyId": key_id, "at": now.isoformat(), "ageMs": 0,
               "verdict": {"outcome": "ADMIT", "reason": "OK", "dataVersion": "1"}}
        body = orjson.dumps({"query": _PRESENT_TAP, "variables": {"input": tap, "sentAt": now.isoformat()}})
        device, at = ids.encode(Kind.DEVICE, SCHOOL, self.id), int(now.timestamp() * 1000)
        text = f"school-gateway-1\n{device}\n{self.counter}\n{at}\n{hashlib.sha256(body).hexdigest()}"
        signature = urlsafe_b64encode(self.key.sign(text.encode())).decode().rstrip("=")
        return body, {"content-type": "application/json", "school-device": device, "school-counter": str(self.counter), "school-time": str(at),
                      "school-signature": signature}


@dataclass(frozen=True, slots=True)
class Town:
    """`url` is SQLAlchemy's address for the login that serves, `owner` the superuser's. `key_id` is of the key under which the cards' tokens are."""

    server: PostgresServer
    url: str
    owner: str
    families: list[Family]
    gates: list[Gate]
    key_id: str


@contextmanager
def town(folder: Path, families: int) -> Iterator[Town]:
    """Start it. PostgreSQL flushes what it commits, as it must in earnest, and notes when that was."""
    with PostgresServer(folder / "cluster", durable=True) as server:
        execute(server.url(), "ALTER SYSTEM SET track_commit_timestamp = on", "ALTER SYSTEM SET max_connections = 100")
        server.stop()
        server.start()
        owner, password = server.url("school"), secrets.token_hex(12)
        execute(server.url(), "CREATE DATABASE school")
        migrate(owner)
        execute(owner, "ALTER DATABASE school SET session_replication_role = replica")  # foreign keys, as in `ground`
        made = asyncio.run(_people(owner, families))
        execute(owner, "ALTER DATABASE school RESET session_replication_role", "VACUUM ANALYZE")
        execute(owner, f"CREATE ROLE {LOGIN} LOGIN NOINHERIT PASSWORD '{password}'", f"GRANT school_viewer, school_system TO {LOGIN}")
        url = sa.make_url(owner).set(username=LOGIN, password=password).render_as_string(hide_password=False)
        yield Town(server, url, owner, *made)


async def _people(url: str, count: int) -> tuple[list[Family], list[Gate], str]:
    database = Database(url)
    await build(database, make_passwords(), dt.datetime.now(dt.UTC).date(), size=Size.SMALL)
    await database.close()
    connection = await asyncpg.connect(plain(url))
    door = await connection.fetchval("SELECT id FROM door WHERE school_id = $1 ORDER BY name LIMIT 1", SCHOOL)
    group = await connection.fetchval("SELECT id FROM class_group WHERE school_id = $1 ORDER BY grade, letter LIMIT 1", SCHOOL)
    key_id = await connection.fetchval("SELECT key_id FROM card WHERE school_id = $1 LIMIT 1", SCHOOL)
    families = [Family(ids.new(), secrets.token_bytes(32), secrets.token_urlsafe(32)) for _ in range(count)]
    await _admit(connection, families, group, key_id)
    gates, now = [Gate(door) for _ in range(GATES)], dt.datetime.now(dt.UTC)
    await _copy(connection, "device", [{
        "school_id": SCHOOL, "id": gate.id, "kind": "gate", "name": "bench", "public_key": gate.key.public_key().public_bytes_raw(), "enrolled_at": now,
        "counter": 0, "counter_window": 0, "software": "bench", "queue_depth": 0, "rejected": 0, "clock_offset_ms": 0} for gate in gates])
    await _copy(connection, "door_reader", [
        {"school_id": SCHOOL, "device_id": gate.id, "reader": "in", "door_id": door, "direction": "in"} for gate in gates])
    await connection.close()
    return families, gates, str(key_id)


async def _admit(connection: Any, families: list[Family], group: UUID, key_id: UUID) -> None:
    """Each child with one parent, who has an account and a session of twelve hours."""
    now = dt.datetime.now(dt.UTC)
    until = now + dt.timedelta(hours=12)
    made = [(family, ids.new(), ids.new(), number) for number, family in enumerate(families)]
    names = {"family_name": "Bench", "given_name": "Someone", "sort_key": "bench", "school_id": SCHOOL}
    await _copy(connection, "person", [{**names, "id": one} for family, parent, *_ in made for one in (family.child, parent)])
    await _copy(connection, "pupil", [
        {"school_id": SCHOOL, "id": family.child, "class_group_id": group, "enrolled_on": now.date()} for family in families])
    await _copy(connection, "guardianship", [
        {"school_id": SCHOOL, "id": ids.new(), "guardian_id": parent, "pupil_id": family.child, "relation": "mother", "since": now, "diary": True,
         "meals": True, "access": True} for family, parent, *_ in made])
    await _copy(connection, "card", [
        {"school_id": SCHOOL, "id": ids.new(), "person_id": family.child, "token": family.card, "key_id": key_id, "state": "active", "issued_at": now}
        for family in families])
    await _copy(connection, "account", [{"id": account, "login": f"bench{number}", "made_at": now} for _, _, account, number in made])
    await _copy(connection, "account_role", [
        {"account_id": account, "school_id": SCHOOL, "person_id": parent, "role": "guardian"} for _, parent, account, _ in made])
    await _copy(connection, "session", [
        {"id": ids.new(), "account_id": account, "digest": hashlib.sha256(family.token.encode()).digest(), "kind": "client", "strong": False, "address": "",
         "client": "", "made_at": now, "seen_at": now, "expires_at": until, "ends_at": until} for family, _, account, _ in made])


async def _copy(connection: Any, table: str, rows: list[dict[str, Any]]) -> None:
    columns = list(rows[0])
    await connection.copy_records_to_table(table, columns=columns, records=[tuple(row[column] for column in columns) for row in rows])
