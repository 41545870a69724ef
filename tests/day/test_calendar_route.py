"""Calendar addresses over HTTP, as a program asks at them: without a session, with what it had last time, and too often."""

from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from starlette.applications import Starlette

from school import clock, ids
from school.clock import Clock
from school.context import NOBODY, Area, Context, Viewer
from school.day.calendar_route import Calendars
from school.db import Database
from school.ids import Ref
from school.registry.accounts import digest_of
from school.registry.calendar_feed_models import CalendarFeed, Language
from school.registry.models import Guardianship
from school.settings import Mode, Settings
from tests.diary.desk import NOON
from tests.serving.house import running
from tests.world import World, build

SETTINGS = Settings()
SECRET, OTHER = "a" * 43, "b" * 43


class Notebook:
    """What was noted."""

    def __init__(self) -> None:
        self.noted: list[tuple[Any, Area, set[Ref]]] = []

    def note(self, viewer: Viewer, area: Area, persons: Any) -> None:
        """As the record of reads."""
        self.noted.append((viewer.account_id, area, set(persons)))


async def lay(database: Database, world: World, login: str, person: str, secret: str) -> None:
    """An address that somebody has made."""
    async with database.begin() as session:
        session.add(CalendarFeed(school_id=1, id=ids.new(), account_id=world.accounts[login], person_id=world.people[person], digest=digest_of(secret),
                                 language=Language.RU, strong=False, made_at=NOON))


async def test_a_program_reads_without_a_session_and_is_told_no_more_than_it_needs(database: Database) -> None:
    clock.use(Clock(NOON, NOON, 0))
    world, notebook = await build(database), Notebook()
    await lay(database, world, "parent", "anna", SECRET)
    await lay(database, world, "teacher", "teacher", OTHER)

    def make_context(address: str, agent: str) -> Context:
        return Context(NOBODY, database, SETTINGS, address, agent=agent, reads=notebook)

    transport = httpx.ASGITransport(Starlette(routes=[Calendars(make_context).route]), client=("192.0.2.1", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://school.test") as client:
        first = await client.get(f"/calendar/{SECRET}.ics")
        assert (first.status_code, first.headers["content-type"], first.text.count("BEGIN:VEVENT")) == (200, "text/calendar; charset=utf-8", 2)
        assert notebook.noted == [(world.accounts["parent"], Area.DIARY, {Ref(1, world.people["anna"])})]
        again = await client.get(f"/calendar/{SECRET}.ics", headers={"if-none-match": f'"x", {first.headers["etag"]}'})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
        assert len(notebook.noted) == 1, "nothing was shown that was not known"
        teacher = await client.get(f"/calendar/{OTHER}.ics")
        assert ("SUMMARY:Алгебра\\, 5A" in teacher.text, len(notebook.noted)) == (True, 1), "a teacher's lessons are no child's record"
        async with database.begin() as session:
            assert (await session.scalars(sa.select(CalendarFeed.read_at))).all() == [NOON, NOON]
            await session.execute(sa.update(Guardianship).values(ended_at=NOON))
        unknown = await client.get(f"/calendar/{'c' * 43}.ics")
        for secret in (SECRET, "short", "z" * 300):
            answer = await client.get(f"/calendar/{secret}.ics")
            assert (answer.status_code, answer.content, answer.headers) == (404, b"", unknown.headers) == (404, b"", answer.headers)
        assert (await client.post(f"/calendar/{SECRET}.ics")).status_code == 405
        answers = [(await client.get(f"/calendar/{OTHER}.ics")).status_code for _ in range(20)]
        assert answers == [200] * 19 + [429]
        refused = await client.get(f"/calendar/{OTHER}.ics")
        assert (refused.status_code, refused.headers["retry-after"], refused.content) == (429, "60", b"")
        assert {(await client.get(f"/calendar/{number:043}.ics")).status_code for number in range(56)} == {404}
        assert (await client.get(f"/calendar/{SECRET}.ics")).status_code == 429, "guesses of one network are counted, whatever the address"
    clock.use(Clock())


async def test_the_service_serves_it_and_its_log_is_told_no_secret(sqlite_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with running(sqlite_url, Mode.DEMO, store=str(tmp_path / "files")) as house:
        await lay(house.database, house.world, "parent", "anna", SECRET)
        answer = await house.client.get(f"/calendar/{SECRET}.ics")
        assert (answer.status_code, answer.headers["referrer-policy"], answer.headers["cache-control"], answer.headers["x-robots-tag"]) == (
            200, "no-referrer", "private, no-cache", "noindex")
        async with house.database.engine.begin() as connection:
            await connection.execute(sa.text("ALTER TABLE lesson RENAME TO lesson_away"))
        assert (await house.client.get(f"/calendar/{SECRET}.ics")).status_code == 500
        logged = repr(house.logs) + "".join(record.getMessage() + (record.exc_text or "") for record in caplog.records)
        assert SECRET not in logged
        assert digest_of(SECRET).hex() not in logged
