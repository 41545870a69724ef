"""What is attacked: a service as a process of its own, the processor time that it takes, and another client that goes on asking meanwhile."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import websockets

from school.db import Database, migrate
from school.operations import operations_of
from school.serving.http import GRAPHQL
from school.settings import Mode
from tests.service_process import PASSWORD, ROOT, Service, give_passwords
from tests.world import build

MARKER = "Мария-Секретная"
"""Stands in every payload that can carry it, and must not come into the log."""
CPU_SECONDS = 0.2
USUAL_SECONDS = 0.010
"""Processor seconds of an honest request on a machine for which the attacks' limits are told. A slower one, measured beside the attack, has as much more."""
ANSWER_SECONDS = 1.0
BODY_SECONDS = 1.0
TRIES = 4
PROTOCOL = "graphql-transport-ws"
OWN = operations_of(ROOT / "school" / "commands")


@dataclass
class Target:
    """A running service."""

    mode: Mode
    service: Service
    token: str = ""
    usual: float = 0.0  # processor seconds of an honest request
    told: list[str] = field(default_factory=list)  # all that it has answered

    @property
    def host(self) -> str:
        """Its address and port."""
        return f"127.0.0.1:{self.service.port}"

    def sign_in(self, login: str) -> str:
        """A session's token, by a document that production knows."""
        answer = self.service.graphql(OWN["sign_in"], {"input": {"login": login, "password": PASSWORD}})
        token: str = answer["data"]["signIn"]["token"]
        return token

    def cpu(self) -> float:
        """Processor seconds of its process until now: Linux has a clock for each process, clock_getcpuclockid(3)."""
        return time.clock_gettime(~self.service.process.pid << 3 | 2)

    async def send(self, content: Any, method: str = "POST", path: str = "/graphql", **headers: str) -> str:
        """One request; its outcome: the status, and the code of the first error."""
        async with httpx.AsyncClient(base_url=f"http://{self.host}", timeout=60) as client:
            given = {"content-type": "application/json", "accept": GRAPHQL, "authorization": f"Bearer {self.token}"}
            wanted = {name: value for name, value in {**given, **{key.replace("_", "-"): value for key, value in headers.items()}}.items() if value}
            return self.read(await client.request(method, path, content=content, headers=wanted))

    def read(self, answer: httpx.Response) -> str:
        """The outcome of an answer."""
        self.told.append(answer.text)
        with suppress(ValueError, LookupError, TypeError):
            return f"{answer.status_code} {answer.json()['errors'][0]['extensions']['code']}"
        return str(answer.status_code)

    async def raw(self, *chunks: bytes, pause: float = 0) -> str:
        """Bytes on a connection; the outcome is the status, or that it was closed."""
        host, port = self.host.split(":")
        reader, writer = await asyncio.open_connection(host, port)

        async def write() -> None:
            for chunk in chunks:
                writer.write(chunk)
                await writer.drain()
                await asyncio.sleep(pause)

        sending = asyncio.create_task(write())
        try:
            async with asyncio.timeout(30):
                line = await reader.readline()
        except OSError:
            line = b""
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        writer.close()
        return line.split()[1].decode() if line else "closed"

    async def socket(self, messages: Sequence[str | bytes], protocol: str = PROTOCOL, init: bool = True, **headers: str) -> str:
        """Messages over a WebSocket; its outcome is how the server closes it, or the first error that it tells."""
        try:
            async with websockets.connect(
                f"ws://{self.host}/graphql", subprotocols=[websockets.Subprotocol(protocol)], additional_headers=headers, proxy=None, max_size=2**24,
            ) as raw:
                with suppress(websockets.ConnectionClosed):
                    if init:
                        await raw.send(json.dumps({"type": "connection_init", "payload": {"token": self.token}}))
                    for message in messages:
                        await raw.send(message)
                with suppress(websockets.ConnectionClosed):
                    async with asyncio.timeout(30):
                        while True:
                            message = json.loads(await raw.recv())
                            self.told.append(json.dumps(message))
                            if message["type"] == "error":
                                return f"error {message['payload'][0]['extensions']['code']}"
                return f"closed {raw.close_code}"
        except websockets.InvalidStatus as refused:
            return str(refused.response.status_code)


Do = Callable[[Target], Awaitable[str]]


class Attack(NamedTuple):
    """What is done, and how it must end in each mode in which it is tried; what it may cost the server, in seconds of its processor (see `USUAL_SECONDS`)."""

    name: str
    do: Do
    expected: Mapping[Mode, str]
    cpu: float = CPU_SECONDS


class Report(NamedTuple):
    """How an attack went: its outcome, what it cost the server, how long another client waited, and what an honest request cost."""

    outcome: str
    cpu: float
    slowest: float
    usual: float

    def complaints(self, attack: Attack, mode: Mode) -> list[str]:
        """What is wrong with it."""
        expected = attack.expected[mode]
        wrong = [] if self.outcome == expected else [f"ended with {self.outcome!r} and not with {expected!r}"]
        limit = attack.cpu * max(1.0, self.usual / USUAL_SECONDS)
        wrong += [f"cost {self.cpu:.3f} s of processor time, more than {limit:.3f}"] if self.cpu > limit else []
        return wrong + ([f"another client waited {self.slowest:.3f} s"] if self.slowest > ANSWER_SECONDS else [])


async def assault(target: Target, attack: Attack, tries: int = TRIES) -> Report:
    """Do it, while another client goes on asking. What that costs is not counted; the machine has others to serve, so the best of some tries counts."""
    reports = []
    async with httpx.AsyncClient(base_url=f"http://{target.host}", timeout=60) as client:
        for _ in range(tries):
            if reports or not target.usual:
                target.usual = await _usual_cost(target, client)
            done = asyncio.Event()
            asking = asyncio.create_task(_go_on_asking(client, target, done))
            before = target.cpu()
            outcome = await attack.do(target)
            done.set()
            waits = await asking
            reports.append(Report(outcome, max(0.0, target.cpu() - before - target.usual * len(waits)), max(waits), target.usual))
            if not reports[-1].complaints(attack, target.mode):
                break
    return min(reports, key=lambda report: (len(report.complaints(attack, target.mode)), report.cpu))


async def _usual_cost(target: Target, client: httpx.AsyncClient) -> float:
    """Of one honest request, when nothing else happens."""
    await _ask(client, target)
    before = target.cpu()
    for _ in range(20):
        await _ask(client, target)
    return (target.cpu() - before) / 20


async def _go_on_asking(client: httpx.AsyncClient, target: Target, done: asyncio.Event) -> list[float]:
    waits = [await _ask(client, target)]
    while not done.is_set():
        with suppress(TimeoutError):
            await asyncio.wait_for(done.wait(), 0.05)
        waits.append(await _ask(client, target))
    return waits


async def _ask(client: httpx.AsyncClient, target: Target) -> float:
    """How long an honest client waits for its answer: for ever, if it is told something else."""
    began = time.monotonic()
    answer = await client.post("/graphql", json={"query": OWN["family"]}, headers={"authorization": f"Bearer {target.token}"})
    waited = time.monotonic() - began
    with suppress(KeyError, TypeError):
        if len(answer.json()["data"]["me"]["children"]) == 3:
            return waited
    return float("inf")


@contextmanager
def standing(mode: Mode, directory: Path, fault: str = "", others: Sequence[str] = ()) -> Iterator[Target]:
    """A service with the small world in it, in which a parent has signed in, and others may."""
    url = f"sqlite+aiosqlite:///{directory}/school.db"
    migrate(url)

    async def fill() -> None:
        database = Database(url)
        await build(database)
        await give_passwords(database, "parent", *others)
        await database.close()

    asyncio.run(fill())
    environment = {"SCHOOL_MODE": mode.value, "SCHOOL_BODY_SECONDS": str(BODY_SECONDS)}
    with Service(url, directory, environment=environment, fault=fault) as service:
        target = Target(mode, service)
        target.token = target.sign_in("parent")
        yield target
