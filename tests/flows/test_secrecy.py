"""No card's UID leaves the readers' memory, and no name is where credentials are: a hundred of each are looked for in all that is left behind."""

import asyncio
import datetime as dt
import hashlib
import json
import re
import sys
from base64 import b64encode
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from readers.cardkeys import CardKey as ReaderKey
from readers.cardkeys import make_token
from school import ids
from school.access.models import DoorRule
from school.db import Database
from school.ids import Ref
from school.registry import card_keys, device_keys
from school.registry.models import Card, CardKey, CardState, Device, DeviceKind, FormerToken, Person, Pupil, Tap
from school.registry.names import sort_key
from tests.readers.hosts import ROOT, Host
from tests.service_process import Service, device_code, gate_bindings
from tests.world import EARLY, World, build

PATIENCE = 120
CREDENTIALS = ("account", "session", "device", "device_code", "card_key", "card", "former_token", "tap")
FAMILY, GIVEN = "Тайнова", "Неназовинова"
"""With a number each: a hundred people whom nobody else is called like."""
UIDS = [bytes.fromhex(hashlib.sha256(f"secret {number}".encode()).hexdigest()[:2 * size]) for number, size in enumerate([7] * 80 + [10] * 10 + [4] * 10)]
UIDS = [b"\x04" + uid[1:] for uid in UIDS]
STRANGE = [b"\x04" + hashlib.sha256(f"strange {number}".encode()).digest()[:6] for number in range(5)]
"""Cards that nobody has."""


def names() -> list[tuple[str, str]]:
    """Family and given names."""
    return [(f"{FAMILY}{number:03}", f"{GIVEN}{number:03}") for number in range(100)]


def forms() -> dict[str, bytes]:
    """What is looked for, by what it would be."""
    wanted: dict[str, bytes] = {}
    for uid in (*UIDS, *STRANGE):
        for way, raw in (("", uid), (" reversed", uid[::-1])):
            wanted[f"{uid.hex()}{way}"] = raw
            apart = [raw.hex(separator) for separator in ":- "]
            for form in (raw.hex(), *apart, *(text.upper() for text in (raw.hex(), *apart)), repr(raw)[2:-1], b64encode(raw).decode().rstrip("=")):
                wanted[f"{uid.hex()}{way} as {form}"] = form.encode()
    for word in {name for pair in names() for name in pair}:
        for form in (word, word.lower(), word.upper()):
            wanted[f"{word} as {form}"] = form.encode()
            wanted[f"{word} as {form} in JSON"] = json.dumps(form)[1:-1].encode()
            wanted[f"{word} as {form} in UTF-16"] = form.encode("utf-16-le")
    return wanted


TOKEN = re.compile(rb"[0-9a-f]{64}")
"""What a UID may be turned into. Two hundred thousand random digits would hold eight given ones too often."""


def found(places: dict[str, bytes]) -> list[tuple[str, str]]:
    """Where something of it is, and what."""
    hidden = {place: TOKEN.sub(b"", content) for place, content in places.items()}
    return [(place, what) for what, form in forms().items() for place, content in hidden.items() if form in content]


def test_each_form_would_be_found() -> None:
    for what, form in forms().items():
        assert ("a log", what) in found({"a log": b"level=info uid=" + form + b"\n"}), what
    assert found({"a log": make_token(ReaderKey("k", bytes(32), True), UIDS[0]).encode()}) == []


def files(*folders: Path) -> dict[str, bytes]:
    """All that lies there."""
    return {str(path): path.read_bytes() for folder in folders for path in folder.rglob("*") if path.is_file()}


async def dump(database: Database) -> dict[str, bytes]:
    """The tables that hold credentials, a row a line, bytes as they are."""
    tables = {}
    async with database.read() as session:
        for table in CREDENTIALS:
            lines: list[bytes] = []
            for row in await session.execute(sa.text(f"SELECT * FROM {table}")):  # noqa: S608 - a constant
                lines += [value if isinstance(value, bytes) else str(value).encode() for value in row]
            assert lines or table == "session", table
            tables[table] = b"\n".join(lines)
    return tables


async def people(database: Database) -> World:
    """The small world and a hundred pupils more, each with a card; the gates are open whenever this test runs."""
    world = await build(database)
    _, secret = world.card_keys[1]
    async with database.begin() as session:
        await session.execute(sa.update(DoorRule).values(weekdays=127, starts_at=dt.time(), ends_at=dt.time()))
        for uid, (family, given) in zip(UIDS, names(), strict=True):
            id_ = ids.new()
            session.add(Person(school_id=1, id=id_, family_name=family, given_name=given, patronymic=None, sort_key=sort_key(family, given)))
            await session.flush()
            session.add(Pupil(school_id=1, id=id_, class_group_id=world.classes["5A"], enrolled_on=EARLY.date(), left_on=None))
            token = bytes.fromhex(make_token(ReaderKey("k", secret, True), uid))
            session.add(Card(
                school_id=1, id=ids.new(), person_id=id_, token=token, key_id=world.card_keys[1][0], state=CardState.ACTIVE, issued_at=EARLY, blocked_at=None))
            await session.flush()
    return world


async def until(condition: Callable[[], Any]) -> None:
    """Poll for what other processes do, which announce nothing to this one."""
    async with asyncio.timeout(PATIENCE):
        while True:
            if await condition():
                return
            await asyncio.sleep(0.05)


async def count(database: Database, what: sa.Select[Any]) -> int:
    """A number from the database."""
    async with database.read() as session:
        return await session.scalar(what) or 0


async def taps(host: Host, uids: Iterable[bytes], reader: str) -> int:
    """Cards at a reader, by whatever it is answered; how many left a tap."""
    answers = await asyncio.to_thread(host.tap, *(uid.hex() for uid in uids), reader=reader)
    return sum(answer["sequence"] is not None for answer in answers)


async def test_nothing_is_left_behind(database_url: str, database: Database, tmp_path: Path) -> None:
    world = await people(database)
    service_folder, office = tmp_path / "service", world.viewers["office"]
    service_folder.mkdir()
    with Service(database_url, service_folder, environment={"SCHOOL_LOG_LEVEL": "debug"}) as service:
        hosts: dict[str, Host] = {}
        till = [{"reader": "till", "till": str(world.tills["till"])}]
        for kind, bindings in ((DeviceKind.GATE, gate_bindings(world)), (DeviceKind.CANTEEN, till), (DeviceKind.DESK, [{"reader": "desk"}])):
            folder = tmp_path / kind.value
            folder.mkdir()
            host = hosts[kind.value] = Host(folder, service.url, readers=tuple(binding["reader"] for binding in bindings))
            done = await asyncio.to_thread(host.enrol, await device_code(database, kind, f"{kind.value} PC", bindings))
            assert done.returncode == 0, done.stderr
            host.start()
        try:
            sent = await taps(hosts["gate"], (*UIDS, *STRANGE), "in")
            sent += await taps(hosts["canteen"], UIDS[:10], "till")
            async with database.begin(office.identity()) as session:
                await card_keys.rotate(session, office, 1, second := ids.new(), "a gate's PC was stolen")
                for id_ in await session.scalars(sa.select(Device.id).where(Device.name.like("% PC"))):
                    await device_keys.ask(session, office, Ref(1, id_))
            await until(lambda: knows(hosts.values(), second))
            await until(lambda: are_new(database))
            sent += await taps(hosts["gate"], (*UIDS[:60], *STRANGE), "out")
            sent += await taps(hosts["canteen"], UIDS[60:90], "till")
            sent += await taps(hosts["desk"], UIDS[90:], "desk")
            sent += await taps(hosts["desk"], [b"\x08" + UIDS[0][1:4], UIDS[0][:5]], "desk")  # no card: refused at the reader
            await until(lambda: has_taps(database, sent))
        finally:
            for host in hosts.values():
                host.kill()  # what was not cleaned up stays, too
    assert sent == 105 + 10 + 65 + 30 + 10
    assert await count(database, sa.select(sa.func.count()).select_from(Card).where(Card.key_id == second)) == 100
    assert await count(database, sa.select(sa.func.count()).select_from(FormerToken)) == 100
    assert await count(database, sa.select(sa.func.count()).select_from(Tap).where(Tap.person_id.is_(None))) == 10
    left = files(tmp_path)
    assert {Path(place).name for place in left} >= {"daemon.log", "identity.json", "journal.sqlite", "journal.sqlite-wal", "passlist.sqlite", "counter"}
    assert any("serve-" in place and content for place, content in left.items())
    assert found(left | await dump(database)) == []
    async with database.read() as session:
        secrets = list(await session.scalars(sa.select(CardKey.secret)))
    for secret in secrets:  # nor is a key in any log
        assert not any(form in content for place, content in left.items() if place.endswith(".log") for form in (secret, secret.hex().encode()))


async def knows(hosts: Iterable[Host], key: Any) -> bool:
    """Whether all hosts have the new card key."""
    return all(str(key).encode() in (host.state / "identity.json").read_bytes() for host in hosts)


async def are_new(database: Database) -> bool:
    """Whether all devices sign with another key than at the beginning."""
    asked = sa.select(sa.func.count()).select_from(Device).where(Device.name.like("% PC"), Device.key_made_at.is_not(None))
    return await count(database, asked) == 3


async def has_taps(database: Database, number: int) -> bool:
    """Whether the server has as many taps."""
    return await count(database, sa.select(sa.func.count()).select_from(Tap)) == number


MUTANT = """
import sys
from readers import attendant
from readers.__main__ import main
attend = attendant.GateAttendant._attend
def chatty(self, tap):
    attendant.log.info("a card", reader=tap.reader, number=tap.uid.hex(" "))
    return attend(self, tap)
attendant.GateAttendant._attend = chatty
main()
"""


async def test_a_daemon_that_tells_a_uid_in_its_log_is_found_out(sqlite_url: str, tmp_path: Path) -> None:
    database = Database(sqlite_url)
    world = await build(database)
    service_folder, folder = tmp_path / "service", tmp_path / "gate"
    service_folder.mkdir()
    folder.mkdir()
    with Service(sqlite_url, service_folder) as service:
        host = Host(folder, service.url)
        code = await device_code(database, DeviceKind.GATE, "gate PC", gate_bindings(world))
        assert (await asyncio.to_thread(host.enrol, code)).returncode == 0
        with host.log.open("ab") as log:
            host.process = await asyncio.to_thread(start, host, log)
        try:
            assert await taps(host, UIDS[:1], "in") == 1
        finally:
            host.kill()
    await database.close()
    assert {place for place, _ in found(files(tmp_path))} == {str(host.log)}


def start(host: Host, log: Any) -> Any:
    """The daemon as `Host` starts it, with the fault."""
    import subprocess

    arguments = [sys.executable, "-c", MUTANT, "run", "--state", str(host.state)]
    return subprocess.Popen(arguments, stdout=log, stderr=log, env=host.environment, cwd=ROOT)
