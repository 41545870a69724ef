"""The service as a process of its own, and the clients that tests need: GraphQL over HTTP, subscriptions, an enrolled reader daemon."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import urllib3
import websockets

from school.db import Database
from school.registry import accounts, device_codes
from school.registry.account_models import Account
from school.registry.models import DeviceKind
from tests.nursery import Forked
from tests.ports import free_ports, is_taken, listens
from tests.world import World

ROOT = Path(__file__).parent.parent
PASSWORD = "a password for tests"
START_SECONDS = 60.0
STOP_SECONDS = 30.0
ATTEMPTS = 5

UPDATES = """
subscription Updates($children: [ID!], $after: String) {
  updates(children: $children, after: $after) {
    __typename
    ... on Update { cursor childId occurredAt late }
    ... on StreamOpened { cursor }
    ... on StreamClosed { code cursor }
    ... on Refusal { code }
  }
}
"""


@dataclass
class Service:
    """`school serve` on a free port of loopback. A context manager; its output is in `log`.

    With a program of its own it starts as Python does; `fault` makes a mutant of it.
    """

    database_url: str
    directory: Path
    command: tuple[str, ...] = ("serve",)
    environment: Mapping[str, str] | None = None
    program: tuple[str, ...] | None = None
    fault: str = ""

    def __enter__(self) -> Self:
        for _ in range(ATTEMPTS):
            self.port = self.choose_port()
            self._begin()
            if self._is_ready():
                return self
            self.stop()
            if not is_taken(self.port):
                break
        raise AssertionError(f"the service did not start:\n{self.log.read_text()[-4000:]}")

    def choose_port(self) -> int:
        """Where it will listen."""
        return free_ports(1)[0]

    def _begin(self) -> None:
        self.log = self.directory / f"{self.command[0]}-{self.port}.log"
        self.http = urllib3.PoolManager(retries=False, timeout=30)
        settings = {
            "SCHOOL_DATABASE_URL": self.database_url, "SCHOOL_PORT": str(self.port), "SCHOOL_MODE": "demo", "PYTHONPATH": str(ROOT),
            "SCHOOL_STORE": str(self.directory / "files"),
            **(self.environment or {}),
        }
        self.process = self._start({**os.environ, **settings})

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """The address of the service."""
        return f"http://127.0.0.1:{self.port}"

    def _start(self, environment: Mapping[str, str]) -> "Forked | subprocess.Popen[bytes]":
        if self.program is None:
            return Forked("school", self.command, environment, self.directory, self.log, fault=self.fault)
        with self.log.open("ab") as log:
            return subprocess.Popen([sys.executable, *self.program, *self.command], env=environment, stdout=log, stderr=subprocess.STDOUT, cwd=self.directory)

    def _is_ready(self) -> bool:
        """Whether the process came to serve: it listens at the port, and not another one who was faster, and its database answers."""
        deadline = time.monotonic() + START_SECONDS
        while self.process.poll() is None and time.monotonic() < deadline:
            with contextlib.suppress(urllib3.exceptions.HTTPError):
                if listens(self.process.pid, self.port) and self.http.request("GET", f"{self.url}/healthz").status == 200:
                    return True
            time.sleep(0.05)  # nothing announces a listening port
        return False

    def stop(self, how: signal.Signals = signal.SIGINT) -> int:
        """End the process, gently first; its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        try:
            return self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()

    def graphql(self, document: str, variables: Mapping[str, Any] | None = None, token: str | None = None) -> dict[str, Any]:
        """One operation; the whole answer."""
        headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}
        body = json.dumps({"query": document, "variables": dict(variables or {})}).encode()
        answer = self.http.request("POST", f"{self.url}/graphql", body=body, headers=headers)
        found: dict[str, Any] = answer.json()
        return found

    def sign_in(self, login: str) -> str:
        """A session's token for a login that `give_passwords` has prepared."""
        document = "mutation($input: SignInInput!) { signIn(input: $input) { ... on SignedIn { token } ... on Refusal { code } } }"
        answer = self.graphql(document, {"input": {"login": login, "password": PASSWORD}})
        token: str = answer["data"]["signIn"]["token"]
        return token

    @asynccontextmanager
    async def updates(self, token: str, after: str | None = None, document: str = UPDATES) -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
        """The family stream, open: whatever happens from here on comes, until the server completes."""
        async with websockets.connect(f"ws://127.0.0.1:{self.port}/graphql", subprotocols=[websockets.Subprotocol("graphql-transport-ws")]) as socket:
            await socket.send(json.dumps({"type": "connection_init", "payload": {"token": token}}))
            assert json.loads(await socket.recv())["type"] == "connection_ack"
            await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": {"query": document, "variables": {"after": after}}}))
            messages = _messages(socket)
            assert (await anext(messages))["__typename"] == "StreamOpened"
            yield messages
            await messages.aclose()


async def _messages(socket: "websockets.ClientConnection") -> AsyncGenerator[dict[str, Any], None]:
    async for text in socket:
        message = json.loads(text)
        if message["type"] == "next":
            assert "errors" not in message["payload"], message
            yield message["payload"]["data"]["updates"]
        elif message["type"] == "ping":
            await socket.send(json.dumps({"type": "pong"}))
        else:
            assert message["type"] == "complete", message
            return


async def give_passwords(database: Database, *logins: str) -> None:
    """Let these logins of the small world sign in with PASSWORD."""
    import sqlalchemy as sa

    async with database.begin() as session:
        await session.execute(sa.update(Account).where(Account.login.in_(logins)).values(password_hash=accounts.hash_password(PASSWORD)))


async def device_code(database: Database, kind: DeviceKind, name: str, bindings: list[dict[str, str]]) -> str:
    """A one-time code of school 1, made by the office's verb."""
    async with database.begin() as session:
        return await device_codes.make_code(session, 1, kind, name, bindings)


def gate_bindings(world: World) -> list[dict[str, str]]:
    """Two readers of the main door."""
    door = str(world.doors["main"])
    return [{"reader": "in", "door": door, "direction": "in"}, {"reader": "out", "door": door, "direction": "out"}]


@contextlib.contextmanager
def reader_daemon(state: Path, server: str, code: str | None, environment: Mapping[str, str]) -> Iterator[Forked]:
    """An enrolled `school-reader` process; with no code it is enrolled already."""
    settings = {**os.environ, "READER_STATE": str(state), "READER_SERVER": server, **environment}
    log = state / "daemon.log"
    if code is not None:
        assert Forked("readers", ("enrol", "--code", code), settings, ROOT, log).wait(START_SECONDS) == 0, log.read_text()
    process = Forked("readers", ("run",), settings, ROOT, log)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
