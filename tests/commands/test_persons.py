"""`school person`: a file that only its owner reads, an erasure with its reason, and refusals in one line."""

import datetime as dt
import json
from pathlib import Path
from uuid import uuid4

import pytest_asyncio

from school import clock, ids
from school.db import Database
from school.diary.file_models import FileKind, StoredFile
from school.diary.file_rows import place_of
from school.record.models import RecordAction
from school.registry import photos
from school.store import Store
from tests.commands.shell import Command, Ended
from tests.diary.shelf import PDF
from tests.faces import picture, sent
from tests.record.archive import Archive
from tests.world import build

GONE = dt.date(2026, 9, 1)


@pytest_asyncio.fixture
async def archive(database: Database) -> Archive:
    """The small world."""
    return Archive(database, await build(database))


async def test_an_export_is_a_file_for_one_pair_of_eyes(school: Command, archive: Archive, tmp_path: Path) -> None:
    await archive.live("anna")
    out = tmp_path / "anna.json"
    ended = await school("person", "export", archive.person("anna"), "--out", str(out))
    assert ended == Ended(0, f"All that is held on this person has been written to {str(out)!r}, which only you can read.\n", "")
    assert out.stat().st_mode & 0o777 == 0o600
    document = json.loads(out.read_text(encoding="utf-8"))
    assert (document["person"], document["school"], document["complete"]) == (archive.person("anna"), "Школа № 1", True)
    assert [table["title"] for table in document["tables"] if table["table"] == "mark"] == ["Отметки"]
    assert [row["login"] for table in document["tables"] if table["table"] == "account" for row in table["rows"]] == ["anna"]
    assert [(row.action, row.account_id) for row in await archive.rows()] == [(RecordAction.EXPORTED, None)]


async def test_an_export_that_cannot_be_is_not_in_the_record(school: Command, archive: Archive, tmp_path: Path) -> None:
    out = tmp_path / "anna.json"
    out.write_text("mine")
    for person, path, line in (
        (archive.person("anna"), out, f"cannot write {str(out)!r}: File exists"),
        (archive.person("anna"), tmp_path / "no" / "x", f"cannot write {str(tmp_path / 'no' / 'x')!r}: No such file or directory"),
        *((person, tmp_path / "x", "NOT_FOUND: no such person") for person in ("nonsense", str(archive.world.people["anna"]))),
    ):
        ended = await school("person", "export", person, "--out", str(path))
        assert (ended.code, ended.out, ended.err) == (1, "", f"school: {line}\n")
    assert out.read_text() == "mine"
    assert not (tmp_path / "x").exists()
    assert await archive.rows() == []


async def test_an_erasure_says_what_it_did_and_what_it_cannot(school: Command, archive: Archive) -> None:
    await archive.leave("anna", GONE)
    ended = await school("person", "erase", archive.person("anna"), "--reason", "письмо от 1 октября")
    assert (ended.code, ended.err) == (0, "")
    *rows, last = ended.out.splitlines()
    assert {row.split()[0]: int(row.split()[1]) for row in rows} == {"account_role": 1, "account": 1, "card": 1, "guardianship": 1, "person": 1}
    assert last == "Erased. Backups hold the data until they expire; after a restoration, erase again."
    assert [(row.action, row.note) for row in await archive.rows()] == [(RecordAction.ERASED, "письмо от 1 октября")]


async def test_a_photo_and_files_are_handed_out_and_erased_with_their_bytes(school: Command, archive: Archive, tmp_path: Path) -> None:
    files, photo, content, page = Store.open(str(tmp_path / "files")), photos.new_name(1), picture(), uuid4()
    await files.put(photos.file_of(photo), content)
    await files.put(place_of(1, page), PDF)
    async with archive.database.begin() as session:
        await photos.put(session, archive.viewer("office"), archive.ref("anna"), photo, content)
        anna = archive.world.people["anna"]
        session.add(StoredFile(
            school_id=1, id=ids.new(), by=anna, name="лист.pdf", size=len(PDF), made_at=clock.now(), kind=FileKind.PDF, place=page, digest=bytes(32),
            sent=bytes(32), kept_size=len(PDF), pupil_id=anna))
    settings = {"SCHOOL_STORE": str(tmp_path / "files")}
    assert (await school("person", "export", archive.person("anna"), "--out", str(tmp_path / "anna.json"), **settings)).code == 0
    assert json.loads((tmp_path / "anna.json").read_text(encoding="utf-8"))["files"] == [
        {"title": "Фотография", "type": "image/webp", "content": sent(content)}, {"title": "лист.pdf", "type": "application/pdf", "content": sent(PDF)}]
    await archive.leave("anna", GONE)
    ended = await school("person", "erase", archive.person("anna"), "--reason", "письмо", **settings)
    assert "photo                      1" in ended.out.splitlines()
    assert "stored_file                1" in ended.out.splitlines()
    assert await files.get(photos.file_of(photo)) is await files.get(place_of(1, page)) is None


async def test_an_erasure_that_is_refused_changes_nothing(school: Command, archive: Archive) -> None:
    before = await archive.all_rows()
    for person, line in (
        (archive.person("anna"), "CONFLICT: This person is a pupil and has not left."), (str(archive.world.people["anna"]), "NOT_FOUND: no such person"),
    ):
        assert await school("person", "erase", person, "--reason", "письмо") == Ended(1, "", f"school: {line}\n")
    assert await archive.all_rows() == before
