"""`school watch` as a process: what it cannot follow it tells in one line, a connection that is lost it seeks again, and at the end it signs out."""

import asyncio
import os
import re
import signal
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import pytest
import sqlalchemy as sa

from school.registry.account_models import Session
from school.settings import Mode
from tests.nursery import Forked
from tests.ports import free_ports
from tests.service_process import PASSWORD, give_passwords
from tests.serving.house import House, running

PATIENCE = 30
SIGNED_OUT = [(f"school watch ({socket.gethostname()})", True)]
FOLLOWING = "Following Vera Veraова (Ш1), Anna Annaова (Ш1), Gleb Glebова (Ш2). Ctrl-C stops; start again to go on.\n"


@dataclass
class Terminal:
    """A watch and what it says, line by line, as it says it."""

    process: Forked
    lines: TextIO

    async def line(self) -> str:
        """The next one; "" where it has ended."""
        return await asyncio.wait_for(asyncio.to_thread(self.lines.readline), PATIENCE)

    async def end(self) -> tuple[int, str]:
        """Its exit code, and what it has said besides."""
        return await asyncio.to_thread(self.process.wait, PATIENCE), await asyncio.to_thread(self.lines.read)


@contextmanager
def watching(folder: Path, url: str, login: str) -> Iterator[Terminal]:
    """A parent's terminal, until the end of the block."""
    pipe = folder / "terminal"
    os.mkfifo(pipe)
    environment = {"SCHOOL_WATCH_PASSWORD": PASSWORD, "XDG_STATE_HOME": str(folder)}
    process = Forked("school", ("watch", "--url", url, "--login", login), environment, folder, pipe)
    try:
        with pipe.open(encoding="utf-8") as lines:
            yield Terminal(process, lines)
    finally:
        process.kill()


async def sessions(house: House) -> list[tuple[str, bool]]:
    """Who has signed in, and whether that has been ended."""
    async with house.database.read() as session:
        return [(row.client, row.revoked_at is not None) for row in await session.execute(sa.select(Session.client, Session.revoked_at))]


@asynccontextmanager
async def a_house(url: str) -> AsyncIterator[House]:
    """In production, where a parent and a guard may sign in."""
    async with running(url, Mode.PRODUCTION) as house:
        await give_passwords(house.database, "parent", "guard")
        yield house


async def test_a_service_that_is_not_there_is_told_at_once(tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{free_ports(1)[0]}"
    with watching(tmp_path, url, "parent") as terminal:
        assert await terminal.end() == (1, f"school: NO_ANSWER: nothing answers at {url} (NewConnectionError): does the service run there?\n")


async def test_whoever_is_nobody_s_guardian_has_nothing_to_watch(sqlite_url: str, tmp_path: Path) -> None:
    async with a_house(sqlite_url) as house:
        with watching(tmp_path, f"http://{house.address}", "guard") as terminal:
            assert await terminal.end() == (1, "school: NO_CHILD: this login is nobody's guardian\n")
        assert await sessions(house) == SIGNED_OUT


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
async def test_it_signs_out_when_it_is_told_to_end(sqlite_url: str, tmp_path: Path, how: signal.Signals) -> None:
    async with a_house(sqlite_url) as house:
        with watching(tmp_path, f"http://{house.address}", "parent") as terminal:
            assert await terminal.line() == FOLLOWING
            terminal.process.send_signal(how)
            assert await terminal.end() == (0, "")
        assert await sessions(house) == SIGNED_OUT


async def test_a_service_that_goes_away_is_sought_again(sqlite_url: str, tmp_path: Path) -> None:
    async with AsyncExitStack() as service:
        house = await service.enter_async_context(a_house(sqlite_url))
        with watching(tmp_path, f"http://{house.address}", "parent") as terminal:
            assert await terminal.line() == FOLLOWING
            await service.aclose()
            for _ in range(2):
                assert re.fullmatch(r" {13}… the service is away \(\w+\); trying again\n", await terminal.line())
            terminal.process.send_signal(signal.SIGINT)
            assert (await terminal.end())[0] == 0
