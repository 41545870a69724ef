"""The relay as a real process, and who leads."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa

from school.db import Database
from school.delivery.models import Lease
from tests.nursery import Forked
from tests.service_process import ROOT, START_SECONDS


@contextmanager
def relay_process(url: str, directory: Path) -> Iterator[Forked]:
    """`school relay`, which has no port."""
    settings = {**os.environ, "SCHOOL_DATABASE_URL": url, "SCHOOL_MODE": "demo", "PYTHONPATH": str(ROOT)}
    process = Forked("school", ("relay",), settings, directory, directory / "relay.log")
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


async def leader(database: Database) -> UUID:
    """Who leads, as soon as somebody does."""
    async with asyncio.timeout(START_SECONDS):
        while True:
            async with database.read() as session:
                holder = await session.scalar(sa.select(Lease.holder))
            if holder is not None:
                return holder
            await asyncio.sleep(0.02)  # another process, which announces nothing
