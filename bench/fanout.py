"""How soon news is at the parents' sockets, and what an open socket weighs: 10,000 beside one process, 2,000 beside two.

`school serve` in production mode on a PostgreSQL that flushes what it commits; each subscriber is a parent who follows an own child by the terminal client's
document, names included. The clock starts with PostgreSQL's own note of the commit (track_commit_timestamp), and stops when the frame is at the client's
socket. Anyone can run it:

    .venv/bin/python bench/fanout.py [--quick]
"""

import argparse
import asyncio
import json
import os
import platform
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import asyncpg

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.harness.families import SCHOOL, Family, Gate, Town, town
from bench.harness.ground import execute, plain
from bench.harness.processes import ROOT
from school import ids
from school.access.events import PASSED
from school.delivery.channels import OUTBOX
from school.delivery.feed import decode_cursor
from tests.service_process import Service

DOCUMENT = (ROOT / "school" / "commands" / "operations" / "watch.graphql").read_text().strip()
SUBSCRIBERS = ROOT / "bench" / "harness" / "subscribers.py"
PUSH_MUST, PUSH_AIM, KILOBYTES_MUST, PROCESSES_MUST, PROCESSES_AIM = 10.0, 2.0, 30.0, 250.0, 50.0
"""Milliseconds of the 99th percentile, and KB of a subscriber (issue 4)."""
WARM = 200
"""Subscribers, and news, before anything counts."""
SETTLE_SECONDS = 10
"""After the last socket was opened: its handshake's timers run out."""

_APPEND = """INSERT INTO outbox (school_id, event_id, kind, version, topics, payload, occurred_at, late, appended_at, concerns)
    VALUES ($1, $2, $3, 1, $4, $5, now(), false, now(), '[]')"""

News = list[tuple[int, str]]


class Load(NamedTuple):
    """How many subscribers, and how many news for how many seconds."""

    subscribers: int
    news: int
    a_second: float


@contextmanager
def subscribed(folder: Path, port: int, families: list[Family]) -> Iterator[Callable[[int], News]]:
    """All these parents' streams, open. What the block gets waits for so many news, ends the streams and tells what came."""
    with subprocess.Popen([sys.executable, str(SUBSCRIBERS)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as client:
        assert client.stdin is not None
        assert client.stdout is not None
        file = folder / f"news-{client.pid}.json"
        order = {"port": port, "document": DOCUMENT, "tokens": [family.token for family in families], "file": str(file)}
        try:
            client.stdin.write(json.dumps(order) + "\n")
            client.stdin.flush()
            if client.stdout.readline() != "ready\n":
                raise RuntimeError("the subscribers did not get their streams")

            def stop(count: int) -> News:
                client.communicate(f"{count}\n", timeout=120)
                if client.returncode:
                    raise RuntimeError("the subscribers did not keep their streams")
                found: News = [(at, text) for at, text in json.loads(file.read_text())]
                return found

            yield stop
        finally:
            client.kill()


def kilobytes(pid: int) -> int:
    """What a process has in memory."""
    line, = (line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1])


def service(town: Town, folder: Path) -> Service:
    """`school serve` as an operator runs it."""
    settings = {"SCHOOL_MODE": "production", "SCHOOL_LOG_LEVEL": "warning", "SCHOOL_CONNECTIONS": "12000"}
    return Service(town.url, folder, environment=settings, program=("-m", "school"))


async def steadily(count: int, a_second: float, do: Callable[[int], Awaitable[None]]) -> None:
    """Begin so many a second, whatever the earlier ones do."""
    began, running = time.perf_counter(), []
    for number in range(count):
        await asyncio.sleep(max(0.0, began + number / a_second - time.perf_counter()))
        running.append(asyncio.create_task(do(number)))
    await asyncio.gather(*running)


async def commit_events(town: Town, families: list[Family], load: Load) -> None:
    """Events of passages, each for one child, put into the outbox as a verb of another process does, with the relay nudged. What they tell of is made up."""
    writer = await asyncpg.create_pool(plain(town.owner), min_size=4, max_size=4)

    async def commit(_number: int) -> None:
        child = random.choice(families).child  # noqa: S311 - no secret
        payload = {
            "passage_id": str(ids.new()), "tap_id": str(ids.new()), "person_id": str(child), "door_id": str(town.gates[0].door), "direction": "in",
            "verdict": "admit", "reason": "OK", "data_version": "1", "suspect": False}
        async with writer.acquire() as connection, connection.transaction():
            await connection.execute(_APPEND, SCHOOL, ids.new(), PASSED, json.dumps([["pupil", str(child)]]), json.dumps(payload))
            await connection.execute(f"NOTIFY {OUTBOX}")

    await steadily(load.news, load.a_second, commit)
    await writer.close()


async def send_taps(town: Town, families: list[Family], load: Load, port: int) -> None:
    """Cards at gates, each a request of its own: signed, judged, recorded and told by the service's verbs. A gate sends one after the other, as a daemon does:
    side by side, one request could be overtaken by more of its gate's later ones than the service tells apart. Requests are written by hand: an HTTP client
    in Python costs as much processor time as the tap itself.
    """
    free = asyncio.Queue[tuple[Gate, asyncio.StreamReader, asyncio.StreamWriter]]()
    for gate in town.gates:
        free.put_nowait((gate, *await asyncio.open_connection("127.0.0.1", port)))

    async def tap(_number: int) -> None:
        gate, reader, writer = await free.get()
        body, headers = gate.tap(random.choice(families).card, town.key_id)  # noqa: S311 - no secret
        told = {"host": "127.0.0.1", "content-length": str(len(body)), **headers}
        writer.write("".join(["POST /gateway HTTP/1.1\r\n", *(f"{name}: {value}\r\n" for name, value in told.items()), "\r\n"]).encode() + body)
        head = await reader.readuntil(b"\r\n\r\n")
        answer = await reader.readexactly(int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0]))
        if b"TapRecorded" not in answer:
            raise RuntimeError(answer[:500].decode())
        free.put_nowait((gate, reader, writer))

    async with asyncio.timeout(120):
        await steadily(load.news, load.a_second, tap)
    while not free.empty():
        free.get_nowait()[2].close()


async def committed(town: Town, statement: str) -> dict[Any, int]:
    """When PostgreSQL committed, in nanoseconds since 1970."""
    connection = await asyncpg.connect(plain(town.owner))
    found = await connection.fetch(statement)
    await connection.close()
    return {row["key"]: int(row["microseconds"]) * 1000 for row in found}


_MOMENT = "CAST(extract(epoch FROM pg_xact_commit_timestamp({table}.xmin)) * 1000000 AS bigint) AS microseconds"
_PUBLISHED = f"SELECT seq AS key, {_MOMENT.format(table='feed')} FROM feed WHERE topic_kind = 'pupil' AND kind = 'access.passed' AND seq > "  # noqa: S608 - texts of ours
_WRITTEN = f"""SELECT feed.seq AS key, {_MOMENT.format(table='passage')} FROM feed
    JOIN passage ON passage.school_id = feed.school_id AND passage.id = CAST(feed.payload ->> 'passage_id' AS uuid)
    WHERE feed.topic_kind = 'pupil' AND feed.kind = 'access.passed' AND feed.seq > """  # noqa: S608 - as above


def waits(news: News, moments: dict[Any, int], expected: int) -> list[float]:
    """Milliseconds from the commit to the socket of each, sorted. RuntimeError where news is missing, came twice or has errors."""
    found = {}
    for at, text in news:
        payload = json.loads(text)["payload"]
        seq = decode_cursor(payload["data"]["updates"]["cursor"])
        if seq in moments:
            if "errors" in payload or payload["data"]["updates"]["door"] is None or seq in found:
                raise RuntimeError(f"not as expected: {text}")
            found[seq] = (at - moments[seq]) / 1e6
    if len(found) != expected or len(moments) != expected:
        raise RuntimeError(f"{expected} news were told, {len(moments)} published, {len(found)} came")
    return sorted(found.values())


async def _head(town: Town) -> int:
    """The last number, once all that was written is published: what warmed up does not count."""
    connection = await asyncpg.connect(plain(town.owner))
    async with asyncio.timeout(30):
        while await connection.fetchval("SELECT EXISTS (SELECT FROM outbox)"):  # noqa: ASYNC110 - another process, which announces nothing
            await asyncio.sleep(0.05)
    seq: int = await connection.fetchval("SELECT seq FROM feed_head")
    await connection.close()
    return seq


def push(town: Town, folder: Path, load: Load) -> tuple[list[float], float]:
    """From the relay's commit to the socket, one process: the waits, and KB for each subscriber."""
    execute(town.owner, "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
    with service(town, folder) as serving:
        with subscribed(folder, serving.port, town.families[:WARM]):
            asyncio.run(commit_events(town, town.families[:WARM], Load(WARM, WARM, 100)))
        time.sleep(SETTLE_SECONDS)
        before, families = kilobytes(serving.process.pid), town.families[:load.subscribers]
        with subscribed(folder, serving.port, families) as stop:
            time.sleep(SETTLE_SECONDS)
            each = (kilobytes(serving.process.pid) - before) / len(families)
            head = asyncio.run(_head(town))
            asyncio.run(commit_events(town, families, load))
            news = stop(load.news)
        return waits(news, asyncio.run(committed(town, f"{_PUBLISHED}{head}")), load.news), each


def processes(town: Town, folder: Path, load: Load) -> list[float]:
    """From the writer's commit to the socket, two processes: one records taps, and leads the relay, for it is there first; the other has the sockets."""
    families = town.families[:load.subscribers]
    execute(town.owner, "ALTER SYSTEM RESET fsync", "SELECT pg_reload_conf()")
    with service(town, folder) as writing, service(town, folder) as serving, subscribed(folder, serving.port, families) as stop:
        asyncio.run(send_taps(town, families, Load(WARM, WARM, load.a_second), writing.port))
        head = asyncio.run(_head(town))
        asyncio.run(send_taps(town, families, load, writing.port))
        return waits(stop(WARM + load.news), asyncio.run(committed(town, f"{_WRITTEN}{head}")), load.news)


def verdict(value: float, must: float, aim: float) -> str:
    """In words."""
    return f"{must:g}: {'reached' if value <= must else 'NOT REACHED'}; aim {aim:g}: {'reached' if value <= aim else 'not reached'}"


def row(name: str, sorted_waits: list[float], load: Load, must: float, aim: float) -> None:
    """One line of the table."""
    p50, p99 = (sorted_waits[int(len(sorted_waits) * share)] for share in (0.5, 0.99))
    what = f"{load.subscribers:,} | {load.news:,}, {load.a_second:g}/s"
    print(f"| {name} | {what} | {p50:.1f} | {p99:.1f} | {sorted_waits[-1]:.1f} | {verdict(p99, must, aim)} |", flush=True)


def main() -> None:
    """Print a table for docs/measurements.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few subscribers and news: does it still run?")
    quick = parser.parse_args().quick
    one, two = (Load(500, 200, 50), Load(200, 300, 100)) if quick else (Load(10_000, 1500, 50), Load(2000, 3000, 100))
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}; load {os.getloadavg()[0]:.1f} before it began\n")
    with tempfile.TemporaryDirectory(prefix="school-bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        with town(folder, max(one.subscribers, two.subscribers)) as made:
            print("| from, to the client's socket | subscribers | news | p50 ms | p99 ms | longest ms | p99 at most |", flush=True)
            print("|---|---|---|---|---|---|---|", flush=True)
            found, each = push(made, folder, one)
            row("the relay's commit, one process", found, one, PUSH_MUST, PUSH_AIM)
            row("the writer's commit, two processes", processes(made, folder, two), two, PROCESSES_MUST, PROCESSES_AIM)
    print(f"\nA subscriber holds {each:.1f} KB of the server's memory (at most {KILOBYTES_MUST:g}: {'reached' if each <= KILOBYTES_MUST else 'NOT REACHED'}).")


if __name__ == "__main__":
    main()
