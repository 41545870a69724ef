"""`school rehearse diary`: a school's year through the public API alone, by the command, against a service in production."""

import asyncio
import os
import re
import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest

from tests.commands.shell import Command
from tests.service_process import Service

ROOT = Path(__file__).parents[2]
PATIENCE = 900
FOUND = ("found", "--name", "Школа № 5", "--family-name", "Иванова", "--given-name", "Анна")
STEPS = (
    "school year", "people", "courses", "timetable", "logins", "marks", "term marks", "closing", "second try", "register", "substitutions", "bells",
    "report cards", "homework", "absence", "words", "calendar", "groups", "another class", "next year",
)
SMALL = 3, 4
"""Classes, and pupils in each."""
WHOLE = 26, 25


async def rehearse(url: str, folder: Path, classes: int, pupils: int) -> str:
    """What the command prints, of a school that was just founded."""
    school = Command({"SCHOOL_DATABASE_URL": url})
    [code] = re.findall("code +(\\S+)", (await school(*FOUND)).out)
    with Service(url, folder, environment={"SCHOOL_MODE": "production"}) as service:
        order = ("--url", service.url, "--code", code, "--classes", str(classes), "--pupils", str(pupils), "--password", "a word of many")
        command = [sys.executable, "-m", "school", "rehearse", "diary", *order]
        ended = await asyncio.to_thread(
            subprocess.run, command, cwd=ROOT, env={**os.environ, "COLUMNS": "200"}, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert (ended.returncode, ended.stderr) == (0, ""), ended.stdout + ended.stderr
    return ended.stdout


async def test_a_year_goes_by_through_the_api_alone(database_url: str, tmp_path: Path) -> None:
    printed = await rehearse(database_url, tmp_path, *SMALL)
    for step in STEPS:
        assert step in printed
    assert "10 teachers, 3 classes, 12 pupils" in printed
    assert "360 marks in columns, each sent twice" in printed
    assert "120 marks of the term beside exact averages" in printed


async def look_through(url: str) -> None:
    """What autovacuum does in a database of one's own, and not in the tests': plans are made anew when tables have grown."""
    connection = await asyncpg.connect(url.replace("postgresql+asyncpg", "postgresql"))
    try:
        while True:
            await connection.execute("ANALYZE")
            await asyncio.sleep(5)
    finally:
        connection.terminate()


@pytest.mark.soak
async def test_a_whole_school_s_year(postgresql_url: str, tmp_path: Path) -> None:
    looking = asyncio.create_task(look_through(postgresql_url))
    printed = await rehearse(postgresql_url, tmp_path, *WHOLE)
    looking.cancel()
    await asyncio.wait([looking])
    assert "30 teachers, 26 classes, 650 pupils" in printed
    assert "19500 marks in columns" in printed
