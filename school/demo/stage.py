"""The demo from its first line to its last: seeds once, starts the processes, plays a school day, ends everything."""

import asyncio
import contextlib
import datetime as dt
import json
import os
import signal
import socket
import time
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import urllib3
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from school import clock, ids
from school.clock import Clock, school_date
from school.db import Database, is_current, migrate
from school.demo import chronicle, daemons
from school.demo.acts import perform, wait_until
from school.demo.api import Client
from school.demo.calendar import extend, next_day
from school.demo.canteen import Counter, plan_canteen, plan_parent
from school.demo.cast import Cast, ProcessDiedError
from school.demo.daemons import Daemon, plan_daemons
from school.demo.folder import Folder, FolderError
from school.demo.gates import leave, plan_gates
from school.demo.greeting import greet, read_handles
from school.demo.programme import MAIN, Programme, moment, read_programme
from school.demo.roster import read_roster
from school.demo.teachers import plan_lessons
from school.registry.models import DeviceKind
from school.seed.build import build
from school.seed.dice import Dice
from school.seed.logins import make_passwords
from school.seed.plan import TIME_ZONE, Size
from school.store import Store

_LEAD = (5.0, 60.0)
"""How long at least and at most before the first card the demo's clock begins, in seconds of real time: the processes start meanwhile."""
_LEAD_AGES = 3.0
"""And how long by how long this process took to start."""
_FIRST_CARD = (7, 40)
_READY_SECONDS = 60.0
_LOOK_SECONDS = 0.1
_SEEDED = "seeded"


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the command line asks for."""

    directory: Path
    speed: float
    port: int
    size: Size
    reset: bool
    stop_after_day: bool


def run(wishes: Wishes) -> int:
    """Play until the day is over, a process dies, or Ctrl-C; the exit status."""
    console = Console(highlight=False, soft_wrap=True)
    lead = min(max(_LEAD[0], _LEAD_AGES * _age()), _LEAD[1])
    try:
        folder = Folder(wishes.directory)
    except (FolderError, OSError) as error:
        Console(stderr=True).print(f"school: {error}")
        return 1
    try:
        if wishes.reset:
            folder.clear()
        prepare(folder, wishes.size, console)
        asyncio.run(_until_signalled(play(folder, wishes, lead, console)))
    except ProcessDiedError as error:
        console.print(f"\n{error}", markup=False)
        return 1
    except KeyboardInterrupt:
        console.print("\nEnded before it began; the next start goes on from here.")
        return 130
    finally:
        folder.close()
    return 0


def _age() -> float:
    """For how many seconds this process has been there (proc_pid_stat(5), field 22)."""
    began = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
    return time.clock_gettime(time.CLOCK_BOOTTIME) - began / os.sysconf("SC_CLK_TCK")


def prepare(folder: Folder, size: Size, console: Console) -> None:
    """The database, migrated, and seeded once; half a seed of an interrupted start is thrown away, a database of an older version brought up to date."""
    if folder.read_fact(_SEEDED) is None:
        folder.clear()
    if not (folder.database.is_file() and is_current(folder.url)):
        migrate(folder.url)
    if folder.read_fact(_SEEDED) is None:
        started = time.monotonic()
        passwords = make_passwords()
        rows = asyncio.run(_seed(folder, passwords, size, console))
        folder.write_logins(passwords)
        folder.write_fact(_SEEDED, size.value)
        console.print(f"Seeded two schools: {rows:,} rows in {time.monotonic() - started:.0f} s.")


async def _seed(folder: Folder, passwords: dict[str, str], size: Size, console: Console) -> int:
    columns = (TextColumn("Seeding two schools"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"), TimeElapsedColumn())
    database = Database(folder.url)
    try:
        with Progress(*columns, console=console, transient=True) as progress:
            task = progress.add_task("")
            today = school_date(dt.datetime.now(dt.UTC), TIME_ZONE)
            return await build(
                database, passwords, today, size=size, tell=lambda done, steps: progress.update(task, completed=done, total=steps),
                store=Store.open(str(folder.files)))
    finally:
        await database.close()


async def _until_signalled(work: Coroutine[Any, Any, None]) -> None:
    """Cancel the work on Ctrl-C, SIGTERM and the end of the terminal, and let it clean up."""
    task = asyncio.ensure_future(work)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def play(folder: Folder, wishes: Wishes, lead: float, console: Console) -> None:
    """One school day, with everything running; then it stays as it is until Ctrl-C, or ends at once. The first card comes after `lead` seconds."""
    database = Database(folder.url)
    cast = Cast(folder.make("logs"))
    tell = _teller(console)
    try:
        async with database.begin() as session:
            day = await next_day(session)
            await extend(session, day)
        dice = Dice(day.isoformat(), "demo")
        async with database.read() as session:
            programme = await read_programme(session, day, wishes.speed, dice)
            roster = await read_roster(session)
            handles = await read_handles(session, programme, roster)
            planned, till = await plan_daemons(session, folder)
        begins = moment(day, *_FIRST_CARD) - dt.timedelta(seconds=lead * wishes.speed)
        simulated = Clock(clock.real(), begins, wishes.speed, programme.over)
        clock.use(simulated)
        server = await _serve(cast, folder, wishes.port, simulated.format())
        running = await daemons.start(planned, cast, database, server, replace(simulated, until=None).format())
        for line in greet(server, wishes.directory, folder.read_logins(), day, wishes.speed, planned[0], planned[-1], handles):
            tell(line)
        latest = await chronicle.latest(database)
        async with asyncio.TaskGroup() as tasks:
            telling = tasks.create_task(chronicle.follow(database, roster, tell, latest))
            watching = tasks.create_task(cast.watch())
            clients = _sign_up(server, folder)
            counter = Counter(_of(DeviceKind.CANTEEN, planned)[0].readers[0], clients["canteen"], ids.encode(ids.Kind.TILL, MAIN, till), roster, tell)
            await _perform(programme, _of(DeviceKind.GATE, planned), clients, counter, wishes.speed, dice)
            await wait_until(programme.over, wishes.speed)
            watching.cancel()
            if wishes.stop_after_day:
                telling.cancel()
                tell("The school day is over.")
            else:
                await cast.end(running)  # their clocks know one speed
                await daemons.start(planned, cast, database, server, Clock(clock.real(), clock.now()).format())
                tell("The school day is over. The service goes on, and its clock as in life; Ctrl-C ends it.")
                await cast.watch()
    except ExceptionGroup as group:
        raise _first(group) from group
    finally:
        console.print("\nEnding …")
        await cast.end()
        await database.close()
        console.print("Everything has ended; the next start goes on from here.")


def _of(kind: DeviceKind, planned: Sequence[Daemon]) -> list[Daemon]:
    return [daemon for daemon in planned if daemon.kind is kind]


def _first(group: ExceptionGroup[Exception]) -> Exception:
    """The one that matters: a process that died takes the others' connections with it."""
    died, rest = group.split(ProcessDiedError)
    found = (died or rest or group).exceptions[0]
    return _first(found) if isinstance(found, ExceptionGroup) else found


async def _serve(cast: Cast, folder: Folder, port: int, simulated: str) -> str:
    """The service on a free port; its address once it is ready."""
    port = _free_port(port)
    server = f"http://127.0.0.1:{port}"
    keys, origin = json.dumps([folder.secret_key()]), f"http://localhost:{port}"  # a passkey is bound to a name, never to an address
    member = await cast.start("server", "-m", "school", "serve", environment={
        "SCHOOL_MODE": "demo", "SCHOOL_DATABASE_URL": folder.url, "SCHOOL_PORT": str(port), "SCHOOL_CLOCK": simulated,
        "SCHOOL_STORE": str(folder.files), "SCHOOL_SECRET_KEYS": keys, "SCHOOL_PUBLIC_URL": origin, "SCHOOL_DEMO_LOGINS": str(folder.logins),
        "SCHOOL_SESSION_SECONDS": str(30 * 86400), "SCHOOL_SESSION_IDLE_SECONDS": str(30 * 86400),  # by the demo's clock, which runs fast
    })
    folder.write_fact("url", server)
    deadline = time.monotonic() + _READY_SECONDS
    with urllib3.PoolManager(retries=False, timeout=5) as pool:
        while True:
            with contextlib.suppress(urllib3.exceptions.HTTPError):
                if (await asyncio.to_thread(pool.request, "GET", f"{server}/healthz")).status == 200:
                    return server
            if member.process.returncode is not None or time.monotonic() > deadline:
                raise ProcessDiedError(f"the server does not answer; its log is {member.log}")
            await asyncio.sleep(_LOOK_SECONDS)  # nothing announces a listening port of another process


def _free_port(wanted: int) -> int:
    """The wanted port, or another where it is in use."""
    for port in (wanted, 0):
        with socket.socket() as trial, contextlib.suppress(OSError):
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(("127.0.0.1", port))
            found: int = trial.getsockname()[1]
            return found
    raise ProcessDiedError("there is no free port")


def _teller(console: Console) -> Any:
    return lambda line: console.print(line, markup=False)


def _sign_up(server: str, folder: Folder) -> dict[str, Client]:
    """A client for each login."""
    pool = urllib3.PoolManager(retries=False, timeout=20, maxsize=16)
    return {login: Client(pool, server, login, password) for login, password in folder.read_logins().items()}


async def _perform(programme: Programme, gates: Sequence[Daemon], clients: Mapping[str, Client], counter: Counter, speed: float, dice: Dice) -> None:
    """Everyone's acts, each actor's one after another."""
    readers = [(gate.readers[0], gate.readers[1]) for gate in gates]
    rows = [
        *plan_gates(programme, readers, dice), *plan_lessons(programme, clients, dice),
        plan_canteen(programme, counter, speed, dice), plan_parent(programme, clients["parent"]),
    ]
    try:
        async with asyncio.TaskGroup() as tasks:
            for acts in rows:
                tasks.create_task(perform(acts, speed, counter.tell))
    finally:
        await leave(readers)
