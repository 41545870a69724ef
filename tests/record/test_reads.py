"""The record of reads: what is noted, how it is written, and that nothing is read unnoted."""

import asyncio
import uuid
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine

from school import clock, ids
from school.context import Area, Context, Role
from school.db import Database
from school.ids import Kind, Ref
from school.record import reads
from school.record.models import RecordAction
from school.record.reads import ReadRecord, RecordFullError
from school.schema import people
from school.serving.errors import DatabaseAwayError, mask
from school.settings import Settings
from tests.record.archive import Archive
from tests.statements import counted

DIARY = "query($child: ID!) { marks(childId: $child, first: 5) { edges { node { id } } } }"
CHILDREN = "{ me { children { id } } }"
PUPILS = "{ pupils { edges { node { id } } } }"
CARDS = "query($person: ID!) { cards(personId: $person) { id } }"
READ = RecordAction.READ


async def test_a_read_is_noted_once_it_has_succeeded(archive: Archive) -> None:
    marks = await archive.run("parent", DIARY, child=archive.person("anna"))
    assert marks.errors is None
    for login in ("teacher", "anna", "office"):
        await archive.ask(login, DIARY, child=archive.person("anna"))
    assert await archive.rows() == []  # nothing waits for the disk
    await archive.reads.flush()
    accounts = archive.world.accounts
    assert await archive.written() == [
        (accounts["parent"], Role.GUARDIAN, "anna", Area.DIARY, READ, None), (accounts["teacher"], Role.TEACHER, "anna", Area.DIARY, READ, None),
        (accounts["anna"], Role.PUPIL, "anna", Area.DIARY, READ, None), (accounts["office"], Role.OFFICE, "anna", Area.DIARY, READ, None),
    ]


async def test_a_list_is_noted_for_each_person_that_it_shows(archive: Archive) -> None:
    await archive.ask("parent", CHILDREN)
    await archive.ask("teacher", PUPILS)
    await archive.reads.flush()
    read = {(account, role, child, area) for account, role, child, area, _, _ in await archive.written()}
    parent, teacher = archive.world.accounts["parent"], archive.world.accounts["teacher"]
    assert read == {
        *((parent, Role.GUARDIAN, child, Area.PEOPLE) for child in ("anna", "vera", "gleb")),
        *((teacher, Role.TEACHER, child, Area.PEOPLE) for child in ("anna", "boris")),
    }


async def test_what_is_refused_or_shows_nobody_is_not_noted(archive: Archive) -> None:
    for login in ("other_parent", "stranger", "teacher2", "guard", None):
        assert await archive.refusal(login, DIARY, child=archive.person("anna")) in {"NOT_FOUND", "NOT_SIGNED_IN"}
    for login in ("other_parent", "teacher", "stranger"):
        assert await archive.ask(login, CARDS, person=archive.person("anna")) == []
    archive.reads.note(archive.viewer("other_parent"), Area.ACCESS, {archive.ref("anna"), Ref(1, uuid.uuid4()), Ref(7, archive.ref("anna").id)})
    archive.reads.note(archive.viewer(None), Area.ACCESS, {archive.ref("anna")})
    await archive.reads.flush()
    assert await archive.rows() == []


async def test_the_same_reading_within_a_minute_is_one_entry(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    anna = archive.person("anna")
    for _ in range(3):
        await archive.ask("parent", DIARY, child=anna)
    await archive.reads.flush()
    await archive.ask("parent", DIARY, child=anna)
    await archive.reads.flush()
    assert len(await archive.rows()) == 1
    monkeypatch.setattr(reads, "AGAIN", 0.0)
    await archive.ask("parent", DIARY, child=anna)
    await archive.reads.flush()
    assert len(await archive.rows()) == 2
    assert archive.reads._known == {}


async def test_an_entry_has_the_school_s_date(archive: Archive) -> None:
    with time_machine.travel("2026-09-07 20:30:00+00:00", tick=False):  # 23:30 in Moscow, 01:30 of the next day in Yekaterinburg
        await archive.ask("parent", CHILDREN)
    await archive.reads.flush()
    dates = {(row.school_id, row.on_date.isoformat()) for row in await archive.rows()}
    assert dates == {(1, "2026-09-07"), (2, "2026-09-08")}


async def test_many_are_written_by_one_statement(archive: Archive) -> None:
    await archive.ask("office", PUPILS)
    await archive.reads.flush()
    archive.reads.note(archive.viewer("office"), Area.MEALS, {Ref(1, ids.new()) for _ in range(500)})
    with counted(archive.database) as statements:
        await archive.reads.flush()
    assert [statement.split(" ")[0] for statement, _ in statements] == ["INSERT"]
    assert len(await archive.rows()) == 3 + 500


async def test_when_too_much_waits_nothing_is_read(archive: Archive) -> None:
    archive.reads = ReadRecord(archive.database, most_waiting=2)
    await archive.ask("parent", DIARY, child=archive.person("anna"))
    await archive.ask("parent", DIARY, child=archive.person("anna"))  # noted already
    result = await archive.run("parent", CHILDREN)  # would be three more
    assert result.data in (None, {"me": None})
    with pytest.raises(DatabaseAwayError):  # 503, try again
        mask(result.errors)
    with pytest.raises(RecordFullError):
        archive.reads.note(archive.viewer("teacher"), Area.DIARY, {archive.ref("anna"), archive.ref("boris")})
    await archive.reads.flush()
    assert len(await archive.rows()) == 1  # not a part of what was refused
    archive.reads.note(archive.viewer("teacher"), Area.DIARY, {archive.ref("anna"), archive.ref("boris")})
    await archive.reads.flush()
    assert len(await archive.rows()) == 3


async def test_what_could_not_be_written_waits_and_is_written_once(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database goes away, and at the first try even after it has committed."""
    begin, tries = Database.begin, iter([True])

    class Away:
        def __init__(self, inner: Any) -> None:
            self.inner = inner

        async def __aenter__(self) -> Any:
            return await self.inner.__aenter__()

        async def __aexit__(self, *error: object) -> None:
            await self.inner.__aexit__(*error)
            raise ConnectionResetError

    monkeypatch.setattr(Database, "begin", lambda self, *args, **more: Away(begin(self, *args, **more)) if next(tries, False) else begin(self, *args, **more))
    await archive.ask("parent", DIARY, child=archive.person("anna"))
    with pytest.raises(ConnectionResetError):
        await archive.reads.flush()
    assert len(archive.reads._waiting) == 1
    await archive.ask("teacher", DIARY, child=archive.person("anna"))
    await archive.reads.flush()
    assert archive.reads._waiting == []
    assert [role for _, role, *_ in await archive.written()] == [Role.GUARDIAN, Role.TEACHER]


async def test_it_is_written_about_every_second_and_at_an_orderly_stop(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    written = asyncio.Event()
    flush = ReadRecord.flush

    async def flush_and_tell(self: ReadRecord) -> None:
        await flush(self)
        written.set()

    monkeypatch.setattr(ReadRecord, "flush", flush_and_tell)
    monkeypatch.setattr(reads, "EVERY", 0.01)
    running = asyncio.create_task(archive.reads.run())
    await archive.ask("parent", DIARY, child=archive.person("anna"))
    written.clear()
    async with asyncio.timeout(30):
        await written.wait()
    assert len(await archive.rows()) == 1
    monkeypatch.setattr(reads, "EVERY", 3600.0)
    written.clear()
    async with asyncio.timeout(30):
        await written.wait()  # from here on it would wait for an hour
    await archive.ask("teacher", DIARY, child=archive.person("anna"))
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert len(await archive.rows()) == 2


async def test_a_full_page_of_entries_is_written_at_once(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reads, "EVERY", 3600.0)
    monkeypatch.setattr(reads, "BATCH", 3)
    running = asyncio.create_task(archive.reads.run())
    await archive.ask("parent", CHILDREN)
    async with asyncio.timeout(30):
        while archive.reads._waiting:  # noqa: ASYNC110 - the notebook has no event of its own for this
            await asyncio.sleep(0.002)
    assert len(await archive.rows()) == 3
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_a_stop_without_a_database_ends_and_says_how_much_is_lost(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reads, "EVERY", 3600.0)

    async def away(_self: ReadRecord) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr(ReadRecord, "flush", away)
    running = asyncio.create_task(archive.reads.run())
    await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


@pytest.mark.parametrize("statement", ["UPDATE record SET note = 'x'", "DELETE FROM record"])
async def test_the_record_is_only_added_to(archive: Archive, statement: str) -> None:
    await archive.add(archive.entry("teacher", Role.TEACHER, "anna", at=clock.now()))
    before = await archive.rows()
    for system in (True, False):
        with pytest.raises(sa.exc.DBAPIError):
            async with archive.database.begin() if system else archive.database.engine.begin() as session:
                await session.execute(sa.text(statement))
    assert await archive.rows() == before


async def test_without_a_notebook_nothing_is_noted(archive: Archive) -> None:
    """As in a command or a test of a domain; the service always has one."""
    context = Context(archive.viewer("parent"), archive.database, Settings())
    answer = await people().execute(DIARY, {"child": ids.encode(Kind.PERSON, 1, archive.world.people["anna"])}, context)
    assert answer.errors is None
    assert await archive.rows() == []
