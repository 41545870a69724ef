"""Cursors: one that this list did not make is refused on both databases, whatever it holds; one that it made goes on behind its row."""

from base64 import urlsafe_b64encode
from typing import Any
from uuid import UUID

import orjson
import pytest
import sqlalchemy as sa

from school import ids
from school.connections import encode, page
from school.db import Column, Database
from school.errors import Code, Refused
from school.meals.models import Posting, SaleItem
from school.registry.bell_models import Bell
from school.registry.models import Course, Device, Person, Pupil, School, Tap

NOON = "2026-09-07T09:00:00+00:00"
SOME = str(UUID(int=7))
COLUMNS: dict[str, Column] = {
    "small": SaleItem.line, "integer": School.id, "big": Posting.amount, "text": Person.sort_key, "uuid": Course.id, "date": Pupil.enrolled_on,
    "moment": Device.enrolled_at, "time": Bell.starts_at, "truth": Tap.late,
}
GOOD: dict[str, tuple[Any, ...]] = {
    "small": (-2**15, 0, 2**15 - 1), "integer": (-2**31, 1, 2**31 - 1), "big": (-2**63, 2**40, 2**63 - 1), "text": ("", "Ёлкина", "\u0001"), "uuid": (SOME,),
    "date": ("2026-09-07", "0001-01-01", "9999-12-31"), "moment": (NOON, "2026-09-07T09:00:00.000001+03:00"), "time": ("08:30:00",), "truth": (True, False),
}
ANYWHERE: tuple[Any, ...] = (None, [], {}, 1.5, [1], "\0", "a\0b")
BAD: dict[str, tuple[Any, ...]] = {
    "small": (2**15, -2**15 - 1, 2**31, 2**63, True, False, "1"), "integer": (2**31, -2**31 - 1, 2**63, 2**64 - 1, True, False, "1"),
    "big": (2**63, 2**64 - 1, True, "1"), "text": (1, True), "uuid": (1, True, "", "nonsense"), "date": (1, True, "", "2026-13-01", "10000-01-01"),
    "moment": (1, "2026-09-07T09:00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "2026-09-07"), "time": (1, "25:00", ""),
    "truth": (0, 1, "true"),
}


def cursor(*values: Any) -> str:
    """As a list makes it."""
    return urlsafe_b64encode(orjson.dumps(list(values))).decode().rstrip("=")


async def ask(database: Database, name: str, after: str) -> str:
    """What a page over this column answers after this cursor: the refusal's code, or nothing."""
    column = COLUMNS[name]
    async with database.read() as session:
        try:
            assert (await page(session, sa.select(column), (column,), first=1, after=after)).rows == []
        except Refused as refused:
            return refused.code
    return ""


@pytest.mark.parametrize("name", COLUMNS)
async def test_a_cursor_holds_what_its_columns_can_hold(database: Database, name: str) -> None:
    for value in GOOD[name]:
        assert await ask(database, name, cursor(value)) == "", value
    for value in (*BAD[name], *ANYWHERE):
        assert await ask(database, name, cursor(value)) == Code.BAD_CURSOR, value


async def test_a_text_that_is_no_cursor_is_refused(database: Database) -> None:
    lone = urlsafe_b64encode(b'["\\ud800"]').decode()
    for text in ("", "=", "nonsense", "é", "\0", "\ud800", cursor(), cursor("a", "b"), cursor("a") + "A" * 1000, lone, urlsafe_b64encode(b"5").decode()):
        assert await ask(database, "text", text) == Code.BAD_CURSOR, text


async def test_pages_follow_each_other(database: Database) -> None:
    people = [Person(school_id=1, id=ids.new(), family_name=name, given_name="", patronymic=None, sort_key=name) for name in ("а", "а", "б", "в")]
    async with database.begin() as session:
        session.add(School(id=1, name="Школа", short_name="Ш", time_zone="Europe/Moscow", currency="RUB"))
        await session.flush()
        session.add_all(people)
    found: list[UUID] = []
    after = None
    async with database.read() as session:
        for _ in people:
            one = await page(session, sa.select(Person.id), (Person.sort_key, Person.school_id, Person.id), first=1, after=after)
            found += [row.id for row in one.rows]
            after = encode(one.keys[0])
    assert (found, one.has_next) == ([person.id for person in people], False)
