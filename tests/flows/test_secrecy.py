"""No card's UID leaves the readers' memory, and no name is where credentials are: a hundred of each are looked for in all that is left behind."""

import asyncio
import datetime as dt
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import pyotp
import pytest
import sqlalchemy as sa

from readers.cardkeys import CardKey as ReaderKey
from readers.cardkeys import make_token
from school import ids
from school.access.models import DoorRule
from school.db import Database
from school.ids import Kind, Ref
from school.registry import card_keys, device_keys
from school.registry.models import Card, CardKey, CardState, Device, DeviceKind, FormerToken, Person, Pupil, Tap
from school.registry.names import sort_key
from tests.flows.leaks import STRANGE, UIDS, dump, files, forms, found, names
from tests.identity.authenticator import Authenticator
from tests.identity.desk import KEY, ORIGIN
from tests.readers.hosts import ROOT, Host
from tests.service_process import PASSWORD, Service, device_code, gate_bindings, give_passwords
from tests.world import EARLY, World, build

PATIENCE = 120
ENVIRONMENT = {"SCHOOL_LOG_LEVEL": "debug", "SCHOOL_SECRET_KEYS": f'["{KEY}"]', "SCHOOL_PUBLIC_URL": ORIGIN}
REFUSAL = "... on Refusal {code}"


def test_each_form_would_be_found() -> None:
    log = b"".join(b"level=info uid=" + form + b"\n" for form in forms().values())
    assert found({"a log": log}) == [("a log", what) for what in forms()]
    assert found({"a log": make_token(ReaderKey("k", bytes(32), True), UIDS[0]).encode()}) == []


async def people(database: Database) -> World:
    """The small world and a hundred pupils more, each with a card; the gates are open whenever this test runs."""
    world = await build(database)
    await give_passwords(database, "parent", "office")
    _, secret = world.card_keys[1]
    async with database.begin() as session:
        for name, (family, given) in zip(("parent", "anna", "office"), names()[100:], strict=True):
            await session.execute(sa.update(Person).where(Person.id == world.people[name]).values(family_name=family, given_name=given))
        await session.execute(sa.update(DoorRule).values(weekdays=127, starts_at=dt.time(), ends_at=dt.time()))
        for uid, (family, given) in zip(UIDS, names()[:100], strict=True):
            id_ = world.people[family] = ids.new()
            session.add(Person(school_id=1, id=id_, family_name=family, given_name=given, patronymic=None, sort_key=sort_key(family, given)))
            await session.flush()
            session.add(Pupil(school_id=1, id=id_, class_group_id=world.classes["5A"], enrolled_on=EARLY.date(), left_on=None))
            token = bytes.fromhex(make_token(ReaderKey("k", secret, True), uid))
            session.add(Card(
                school_id=1, id=ids.new(), person_id=id_, token=token, key_id=world.card_keys[1][0], state=CardState.ACTIVE, issued_at=EARLY, blocked_at=None))
            await session.flush()
    return world


@asynccontextmanager
async def broken(database: Database) -> AsyncIterator[None]:
    """Whoever needs the doors meets a bug."""
    async with database.engine.begin() as connection:
        await connection.execute(sa.text("ALTER TABLE door RENAME TO door_away"))
    yield
    async with database.engine.begin() as connection:
        await connection.execute(sa.text("ALTER TABLE door_away RENAME TO door"))


async def meet_a_bug(database: Database, service: Service, office: str) -> None:
    """The office's words are a statement's parameters when it fails, and the log tells of it."""
    (family, given), add = names()[0], f"mutation($input: AddDoorInput!) {{addDoor(input: $input) {{{REFUSAL}}}}}"
    values = {"id": str(ids.new()), "schoolId": ids.encode(Kind.SCHOOL, 1, UUID(int=0)), "name": f"{family} {given}", "antiPassback": "OFF"}
    async with broken(database):
        [error] = (await asyncio.to_thread(service.graphql, add, {"input": values}, office))["errors"]
    assert error["extensions"]["code"] == "INTERNAL"
    assert error["extensions"]["id"].encode() in service.log.read_bytes()


def mistype(service: Service, guardian: str) -> None:
    """Names where they do not belong: as a login, as an id, as a value of no type, as a document."""
    family, given = names()[1]
    login = f"mutation($input: SignInInput!) {{signIn(input: $input) {{{REFUSAL}}}}}"
    assert service.graphql(login, {"input": {"login": family, "password": given}})["data"]["signIn"]["code"] == "BAD_CREDENTIALS"
    pupils = "query($first: Int!, $class: ID) {pupils(first: $first, classGroupId: $class) {edges {node {familyName givenName}}}}"
    for document, variables in (
        (pupils, {"first": 5, "class": family}), (pupils, {"first": given}), (f"{{ {family} {given}", {}), (f'{{me(a: "{family}") {{x}}}}', {}),
    ):
        assert "errors" in service.graphql(document, variables, guardian), document
    answer = service.graphql(pupils, {"first": 5}, guardian)["data"]["pupils"]["edges"]
    assert dict(zip(("familyName", "givenName"), names()[101], strict=True)) in [edge["node"] for edge in answer]  # which is told to her alone


def prove(service: Service, guardian: str) -> None:
    """All proofs that a guardian may have: an app with its recovery codes, a passkey, a ticket for the second step."""

    def ask(document: str, **values: Any) -> Any:
        [answer] = service.graphql(document, values, guardian)["data"].values()
        return answer

    options = ask("mutation {startPasskey {... on PasskeyOptions {options}}}")["options"]
    add = f"mutation($input: AddPasskeyInput!) {{addPasskey(input: $input) {{... on PasskeyAdded {{passkey {{name}}}} {REFUSAL}}}}}"
    assert ask(add, input={"name": "phone", "credential": Authenticator(ORIGIN).create(options)}) == {"passkey": {"name": "phone"}}
    app = pyotp.TOTP(ask("mutation {startTotp {... on TotpStarted {secret}}}")["secret"])
    confirm = f"mutation($code: String!) {{confirmTotp(code: $code) {{... on RecoveryCodes {{codes}} {REFUSAL}}}}}"
    assert len(ask(confirm, code=app.now())["codes"]) == 10
    half = "mutation($input: SignInInput!) {signIn(input: $input) {... on SecondFactorNeeded {ticket}}}"
    assert set(ask(half, input={"login": "parent", "password": PASSWORD})) == {"ticket"}


def invite(service: Service, world: World, office: str) -> None:
    """A code for somebody whose name is looked for."""
    document = f"mutation($input: InviteInput!) {{invite(input: $input) {{... on Invited {{oneTimeCode}} {REFUSAL}}}}}"
    values = {"id": str(ids.new()), "personId": ids.encode(Kind.PERSON, 1, world.people[names()[2][0]]), "role": "PUPIL"}
    assert service.graphql(document, {"input": values}, office)["data"]["invite"]["oneTimeCode"]


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


@pytest.mark.once
async def test_nothing_is_left_behind(database_url: str, database: Database, tmp_path: Path) -> None:
    world = await people(database)
    service_folder, office = tmp_path / "service", world.viewers["office"]
    service_folder.mkdir()
    with Service(database_url, service_folder, environment=ENVIRONMENT) as service:
        guardian, office_token = [await asyncio.to_thread(service.sign_in, login) for login in ("parent", "office")]
        await asyncio.to_thread(mistype, service, guardian)
        await asyncio.to_thread(prove, service, guardian)
        await asyncio.to_thread(invite, service, world, office_token)
        await meet_a_bug(database, service, office_token)
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
    arguments = [sys.executable, "-c", MUTANT, "run", "--state", str(host.state)]
    return subprocess.Popen(arguments, stdout=log, stderr=log, env=host.environment, cwd=ROOT)


VARIABLES = """
import structlog
from school.serving import http
parse = http.parse_request
def chatty(body):
    asked = parse(body)
    structlog.get_logger().info("asked", variables=asked.variables)
    return asked
http.parse_request = chatty
"""
PARAMETERS = """
from school import db
from school.serving import errors
errors._hide_parameters = print
make = db.create_async_engine
db.create_async_engine = lambda url, **words: make(url, **words | {"hide_parameters": False})
"""


@pytest.mark.parametrize("mutant", [VARIABLES, PARAMETERS], ids=["variables", "parameters"])
async def test_a_server_that_tells_a_name_in_its_log_is_found_out(sqlite_url: str, tmp_path: Path, mutant: str) -> None:
    database = Database(sqlite_url)
    await people(database)
    with Service(sqlite_url, tmp_path, environment=ENVIRONMENT, fault=mutant) as service:
        await meet_a_bug(database, service, await asyncio.to_thread(service.sign_in, "office"))
    await database.close()
    assert {place for place, _ in found(files(tmp_path))} == {str(service.log)}
