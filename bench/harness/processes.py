"""Contestants as processes of their own on loopback, and one request to each."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import urllib3

from bench.harness.contest import Contestant
from tests.ports import free_ports

ROOT = Path(__file__).parent.parent.parent
START_SECONDS = 60.0
STOP_SECONDS = 20.0
HTTP = urllib3.PoolManager(retries=False, timeout=30)


def request_of(token: str, body: dict[str, Any]) -> str:
    """A whole request of whoever bears the token, its head included."""
    text = json.dumps(body)
    head = {
        "Host": "127.0.0.1", "Content-Type": "application/json", "Accept": "application/json", "Authorization": f"Bearer {token}",
        "Content-Length": str(len(text)),
    }
    return "POST /graphql HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in head.items()) + "\r\n" + text


def answer_of(request: str, port: int) -> bytes:
    """What a contestant answers."""
    head, _, body = request.partition("\r\n\r\n")
    headers = dict(line.split(": ", 1) for line in head.split("\r\n")[1:])
    found = HTTP.request("POST", f"http://127.0.0.1:{port}/graphql", body=body, headers=headers)
    assert found.status == 200, (found.status, found.data[:2000])
    return found.data


@contextmanager
def process(folder: Path, name: str, command: list[str], port: int, environment: dict[str, str]) -> Iterator[int]:
    """A peer's process, once it answers at its port; ended at the end."""
    log = folder / f"{name}.log"
    with log.open("wb") as output:
        running = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(ROOT), **environment}, stdout=output, stderr=output, cwd=ROOT)
    try:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                HTTP.request("GET", f"http://127.0.0.1:{port}/")
                break
            except urllib3.exceptions.HTTPError:
                if running.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"{name} did not start: {log.read_text()[-3000:]}") from None
                time.sleep(0.05)  # nothing announces a listening port
        yield running.pid
    finally:
        running.send_signal(signal.SIGTERM)
        try:
            running.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()


@contextmanager
def uvicorn(folder: Path, module: str, environment: dict[str, str]) -> Iterator[tuple[int, int]]:
    """A peer in Python: one process of uvicorn with the loop and the parser that ours has; its id and its port."""
    port = free_ports(1)[0]
    command = [
        sys.executable, "-m", "uvicorn", f"bench.peers.{module}:app", "--port", str(port), "--loop", "uvloop", "--http", "httptools", "--no-access-log",
        "--log-level", "warning", "--lifespan", "off",
    ]
    with process(folder, module, command, port, environment) as pid:
        yield pid, port


def contestant(name: str, pid: int, port: int, request: str) -> Contestant:
    """One that answers; the first requests prepare its plans."""
    for _ in range(20):
        body = answer_of(request, port)
    return Contestant(name, pid, port, request, body)
