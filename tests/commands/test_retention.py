"""`school retain`: what it removes and keeps, told line by line; a period outside its limits stops it before anything goes."""

import datetime as dt
import os
from pathlib import Path

import pytest
import pytest_asyncio

from school import clock
from school.context import Role
from school.db import Database
from school.record.retention import KEPT
from tests.commands.shell import Command
from tests.record.archive import Archive
from tests.world import build


@pytest_asyncio.fixture
async def archive(database: Database) -> Archive:
    """The small world, with entries of several ages."""
    archive = Archive(database, await build(database))
    ages = (2000, 1500, 500, 0)
    await archive.add(*(archive.entry("teacher", Role.TEACHER, "anna", at=clock.now() - dt.timedelta(days=age)) for age in ages))
    return archive


def removed(out: str) -> dict[str, str]:
    """What is told of each table of which something goes, and of what is kept."""
    lines = [line.split() for line in out.splitlines()]
    return {line[1]: " ".join(line[2:]) for line in lines if line[1] != "kept:" and line[4] != "0"}


async def test_a_dry_run_counts_and_removes_nothing(school: Command, archive: Archive) -> None:
    ended = await school("retain", "--dry-run")
    assert (ended.code, ended.err) == (0, "")
    assert removed(ended.out) == {"record": "1096 days 2 rows would go"}
    assert len(await archive.rows()) == 4


async def test_it_removes_by_the_periods_and_says_what_stays(school: Command, archive: Archive) -> None:
    ended = await school("retain")
    assert (ended.code, ended.err) == (0, "")
    assert removed(ended.out) == {"record": "1096 days 2 rows"}
    assert [line.split(":")[0] for line in ended.out.splitlines()[-len(KEPT):]] == [f"{noun:<14}kept" for noun in KEPT]
    assert len(await archive.rows()) == 2
    assert removed((await school("retain", SCHOOL_RETENTION_DAYS='{"record": 366}')).out) == {"record": "366 days 1 rows"}
    assert removed((await school("retain")).out) == {}


@pytest.mark.usefixtures("archive")
async def test_files_that_no_photo_names_go_too(school: Command, tmp_path: Path) -> None:
    folder = tmp_path / "photos" / "1"
    folder.mkdir(parents=True)
    for name in ("a" * 32, "b" * 32):
        (folder / name).write_bytes(b"a face")
    os.utime(folder / ("a" * 32), (0, 0))
    assert removed((await school("retain", SCHOOL_STORE=str(tmp_path))).out)["file"] == "1 hour 1 of no row"
    assert [path.name for path in folder.iterdir()] == ["b" * 32]


async def test_a_period_outside_its_limits_stops_it(school: Command, archive: Archive) -> None:
    ended = await school("retain", SCHOOL_RETENTION_DAYS='{"record": 30}')
    assert (ended.code, ended.out) == (1, "")
    assert ended.err == "school: BAD_INPUT: retention_days: record must lie between 366 and 3660 days\n"
    assert len(await archive.rows()) == 4
