"""What a family, a pupil and the school's administration see of a record: readable lines, no login, nothing that is withheld."""

import datetime as dt
import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
import sqlalchemy as sa

from school.context import Area, Role
from school.db import Database
from school.record.models import RecordAction
from school.registry.account_models import AccountRole
from school.registry.models import Guardianship
from tests.record.archive import NOON, RECORD, Archive
from tests.statements import counted
from tests.world import build

MINUTE = dt.timedelta(minutes=1)
PAGE = "query($child: ID!, $first: Int!, $after: String) { record(childId: $child, first: $first, after: $after) { edges { node { date area } } \
pageInfo { hasNextPage endCursor } } }"


async def fill(archive: Archive) -> None:
    """A day on which several looked at Anna's record, and two at Boris's."""
    await archive.add(
        *(archive.entry("teacher", Role.TEACHER, "anna", at=NOON + place * MINUTE) for place in range(3)),
        archive.entry("teacher", Role.TEACHER, "anna", at=NOON + 3 * MINUTE, action=RecordAction.CHANGED, kind="diary.mark_given"),
        archive.entry("parent", Role.GUARDIAN, "anna", at=NOON + 4 * MINUTE, area=Area.MEALS),
        archive.entry("anna", Role.PUPIL, "anna", at=NOON + 5 * MINUTE, area=Area.ACCESS),
        archive.entry("office", Role.OFFICE, "anna", at=NOON - dt.timedelta(days=1), area=Area.PEOPLE),
        archive.entry("teacher", Role.TEACHER, "boris"), archive.entry("other_parent", Role.GUARDIAN, "boris"),
    )


def line(date: str, area: str, role: str | None, first: dt.datetime, last: dt.datetime | None = None, times: int = 1, **more: object) -> dict[str, object]:
    """A line as the API has it."""
    return {
        "date": date, "area": area, "action": "READ", "kind": None, "role": role, "own": False, "name": None, "position": None, "relation": None,
        "times": times, "firstAt": first.isoformat(), "lastAt": (last or first).isoformat(),
    } | more


async def test_a_parent_reads_who_looked_at_the_child(archive: Archive) -> None:
    await fill(archive)
    today, teacher = "2026-09-07", "Teacherова Teacher"
    assert await archive.lines("parent", "anna") == [
        line(today, "ACCESS", "PUPIL", NOON + 5 * MINUTE),
        line(today, "MEALS", "GUARDIAN", NOON + 4 * MINUTE, relation="MOTHER", own=True),
        line(today, "DIARY", "TEACHER", NOON + 3 * MINUTE, action="CHANGED", kind="diary.mark_given", name=teacher, position="teacher"),
        line(today, "DIARY", "TEACHER", NOON, NOON + 2 * MINUTE, times=3, name=teacher, position="teacher"),
        line("2026-09-06", "PEOPLE", "OFFICE", NOON - dt.timedelta(days=1), name="Officeова Office", position="office"),
    ]


async def test_who_may_read_it(archive: Archive) -> None:
    await fill(archive)
    for login in ("parent", "anna", "office"):
        assert len(await archive.lines(login, "anna")) == 5
    for login in ("other_parent", "divorced", "teacher", "class_teacher", "canteen", "guard", "office2", "stranger"):
        assert await archive.refusal(login, RECORD, child=archive.person("anna")) == "NOT_FOUND"
    assert await archive.refusal(None, RECORD, child=archive.person("anna")) == "NOT_SIGNED_IN"
    assert await archive.refusal("office", RECORD, child=archive.person("office")) == "NOT_FOUND"  # no pupil


async def test_reading_the_record_is_in_the_record(archive: Archive) -> None:
    await archive.lines("office", "anna")
    await archive.refusal("other_parent", RECORD, child=archive.person("anna"))
    await archive.reads.flush()
    assert [(line["area"], line["role"], line["name"]) for line in await archive.lines("parent", "anna")] == [("RECORD", "OFFICE", "Officeова Office")]


async def test_what_is_withheld_of_a_child_is_withheld_of_its_record(archive: Archive) -> None:
    await fill(archive)
    viewer = archive.restricted("parent", "anna", Area.DIARY, Area.MEALS)
    assert [line["area"] for line in await archive.lines(viewer, "anna")] == ["ACCESS", "PEOPLE"]
    elsewhere = archive.restricted("parent", "vera", Area.DIARY, Area.MEALS)
    assert len(await archive.lines(elsewhere, "anna")) == 5


async def test_who_is_gone_stays_by_role(archive: Archive) -> None:
    await fill(archive)
    await archive.add(archive.entry("teacher", Role.TEACHER, "anna", at=NOON + 9 * MINUTE, action=RecordAction.EXPORTED, area=Area.RECORD))
    async with archive.database.begin() as session:
        await session.execute(sa.delete(AccountRole).where(AccountRole.account_id == archive.world.accounts["teacher"]))
        await session.execute(sa.update(Guardianship).values(ended_at=NOON))
    lines = await archive.lines("office", "anna")
    assert [(line["role"], line["name"], line["relation"]) for line in lines] == [
        ("TEACHER", None, None), ("PUPIL", None, None), ("GUARDIAN", None, "MOTHER"), ("TEACHER", None, None), ("TEACHER", None, None),
        ("OFFICE", "Officeова Office", None),
    ]


async def test_an_operator_has_no_role(archive: Archive) -> None:
    exported = archive.entry("office", Role.OFFICE, "anna", area=Area.RECORD, action=RecordAction.EXPORTED, note="asked by letter")
    await archive.add(replace(exported, account_id=None, role=None))
    assert await archive.lines("parent", "anna") == [line("2026-09-07", "RECORD", None, NOON, action="EXPORTED")]


@pytest.mark.parametrize("first", [1, 2, 4])
async def test_it_is_read_page_by_page(archive: Archive, first: int) -> None:
    await fill(archive)
    whole = [{"date": line["date"], "area": line["area"]} for line in await archive.lines("parent", "anna")]
    read, after = [], None
    for _ in range(10):
        page = await archive.ask("parent", PAGE, child=archive.person("anna"), first=first, after=after)
        read += [edge["node"] for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert read == whole
    assert await archive.refusal("parent", PAGE, child=archive.person("anna"), first=1, after="nonsense") == "BAD_CURSOR"
    assert await archive.refusal("parent", PAGE, child=archive.person("anna"), first=101) == "TOO_MANY"


async def read_on(archive: Archive, page: dict[str, Any], first: int) -> list[str]:
    """The kinds of data of all lines that follow a page."""
    areas = []
    while page["pageInfo"]["hasNextPage"]:
        page = await archive.ask("parent", PAGE, child=archive.person("anna"), first=first, after=page["pageInfo"]["endCursor"])
        areas += [edge["node"]["area"] for edge in page["edges"]]
    return areas


@pytest.mark.parametrize("first", [1, 2, 4])
async def test_what_is_read_again_meanwhile_is_not_skipped(archive: Archive, first: int) -> None:
    """A line keeps its place, whatever is added to it between two pages."""
    await fill(archive)
    rest = ["ACCESS", "MEALS", "DIARY", "DIARY", "PEOPLE"][first:]
    page = await archive.ask("parent", PAGE, child=archive.person("anna"), first=first)
    await archive.add(
        archive.entry("teacher", Role.TEACHER, "anna", at=NOON + 30 * MINUTE), archive.entry("parent", Role.GUARDIAN, "anna", area=Area.MEALS),
        archive.entry("office", Role.OFFICE, "anna", at=NOON - dt.timedelta(days=1, minutes=-30), area=Area.PEOPLE))
    assert await read_on(archive, page, first) == rest


def steps(database: Database, statements: Sequence[tuple[str, Any]]) -> int:
    """What SQLite does for these statements, in steps of its machine."""
    taken = count()
    connection = sqlite3.connect(database.url.partition(":///")[2])
    connection.set_progress_handler(lambda: int(next(taken) < 0), 1)
    for statement, values in statements:
        connection.execute(statement, values).fetchall()
    connection.close()
    return next(taken)


async def test_a_page_reads_its_own_days_alone(sqlite_url: str) -> None:
    """Pages of ten years cost what those of ten days cost, the first and later ones."""
    database = Database(sqlite_url)
    archive, costs = Archive(database, await build(database)), []
    for days in (range(10), range(10, 3650)):
        await archive.add(*(archive.entry("teacher", Role.TEACHER, "anna", at=NOON - day * 24 * 60 * MINUTE) for day in days))
        with counted(database) as statements:
            after, dates = None, list[str]()
            for _ in range(4):
                page = await archive.ask("parent", PAGE, child=archive.person("anna"), first=2, after=after)
                after, dates = page["pageInfo"]["endCursor"], dates + [edge["node"]["date"] for edge in page["edges"]]
                assert page["pageInfo"]["hasNextPage"]
        assert dates == [(NOON - day * 24 * 60 * MINUTE).date().isoformat() for day in range(8)]
        costs.append(steps(database, [one for one in statements if "record" in one[0]]))
    await database.close()
    assert costs[1] == costs[0] > 0


async def test_it_costs_two_statements(archive: Archive) -> None:
    for _ in range(2):  # nothing there; five lines
        with counted(archive.database) as statements:
            await archive.lines("parent", "anna")
        assert len(statements) == 2
        await fill(archive)
