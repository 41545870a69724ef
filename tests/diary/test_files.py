"""Files: announced, sent and hung on a thing with it; seen by whoever sees that; no refusal and no fault of the store leaves half of anything."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest
import pytest_asyncio
import sqlalchemy as sa

from school import clock, ids
from school.clock import Clock
from school.context import Area, Role, Scope
from school.db import Database
from school.diary import file_bodies, files
from school.diary.absence_models import AbsenceNotice
from school.diary.file_models import FileKind, StoredFile
from school.diary.models import Homework, Lesson
from school.ids import Kind, Ref
from school.record.models import Record
from school.record.retention import PERIODS, apply
from school.registry import sweeping
from tests.diary.absence import send
from tests.diary.desk import NOON
from tests.diary.shelf import ATTACH, PDF, REMOVE, Shelf, document
from tests.diary.test_homework import SET
from tests.diary.test_submissions import SUBMIT
from tests.faces import picture
from tests.world import MONDAY, build

FILES = "files { id name kind size address addedAt }"
OF_HOMEWORK = f'query($child: ID!) {{ homework(childId: $child, from: "2026-09-01", to: "2026-09-30") {{ text {FILES} }} }}'
OF_WORK = f'query($child: ID!) {{ submissions(childId: $child, from: "2026-09-01", to: "2026-09-30") {{ text {FILES} }} }}'
OF_NOTICES = f"query($child: ID!) {{ absenceNotices(childId: $child) {{ edges {{ node {{ id {FILES} }} }} }} }}"
ABSENT = {"code": "NOT_FOUND", "message": "No such object."}


@pytest_asyncio.fixture
async def shelf(database: Database) -> AsyncIterator[Shelf]:
    """The small world with an empty diary and an empty store."""
    yield Shelf(database, await build(database))


async def task(shelf: Shelf, *named: str, login: str = "teacher", **more: Any) -> Any:
    """A homework of the 5A's."""
    given = {"id": str(ids.new()), "lessonId": shelf.lesson("5A-2"), "text": "№ 5", "fileIds": list(named), **more}
    return await shelf.ask(login, SET, input=given)


async def hand_in(shelf: Shelf, homework: str, *named: str, login: str = "anna", text: str = "", id_: str | None = None) -> Any:
    """Anna's work."""
    given = {"id": id_ or str(ids.new()), "homeworkId": homework, "childId": shelf.person("anna"), "text": text, "fileIds": list(named)}
    return await shelf.ask(login, SUBMIT, input=given)


async def attach(shelf: Shelf, login: str, to: str, *named: str) -> Any:
    """The answer of attachFiles: the names that hang there, or the refusal."""
    answer = await shelf.ask(login, ATTACH, input={"toId": to, "fileIds": list(named)})
    return [file["name"] for file in answer["files"]] if "files" in answer else answer


async def test_a_teacher_gives_materials_and_the_class_finds_them(shelf: Shelf) -> None:
    sheet, photo = await shelf.sent("teacher", "../Лист 1.docx", document()), await shelf.sent("teacher", "IMG_1", picture(200, 100, kind="JPEG"))
    assert await shelf.ask("teacher", OF_HOMEWORK, child=shelf.person("anna")) == []
    with shelf.counted() as statements:
        homework = await task(shelf, sheet, photo)
    assert len(statements) == 7, statements  # one hangs them all
    row = (await shelf.rows(StoredFile, "name", "kind", "by", "homework_id", "pupil_id"))[0]
    shown = (await shelf.ask("parent", OF_HOMEWORK, child=shelf.person("anna")))[0]["files"]
    assert [(file["id"], file["name"], file["kind"], file["address"], file["addedAt"]) for file in shown] == [
        (sheet, "Лист 1.docx", "DOCX", f"/files/{sheet}", NOON.isoformat()), (photo, "IMG_1.jpg", "JPEG", f"/files/{photo}", NOON.isoformat())]
    assert row == ("IMG_1.jpg", FileKind.JPEG, shelf.world.people["teacher"], ids.decode(Kind.HOMEWORK, homework["id"]).id, None)
    for login in ("parent", "anna", "other_parent", "teacher", "class_teacher", "office"):
        answer = await shelf.get(login, sheet)
        assert (answer.status_code, answer.content) == (200, document())
    assert answer.headers["content-disposition"] == (
        "attachment; filename=\"____ 1.docx\"; filename*=UTF-8''%D0%9B%D0%B8%D1%81%D1%82%201.docx")
    assert (answer.headers["x-content-type-options"], answer.headers["cache-control"]) == ("nosniff", "private, no-cache")
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox; frame-ancestors 'none'"
    assert answer.headers["content-type"] == "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    assert (await shelf.get("anna", sheet, **{"if-none-match": answer.headers["etag"]})).status_code == 304
    assert (await shelf.get("anna", photo)).content != picture(200, 100, kind="JPEG")
    absent = await shelf.get("anna", ids.encode(Kind.FILE, 1, ids.new()))
    for other in ("stranger", "divorced", "teacher2", "canteen", "guard", None):
        answer = await shelf.get(other, sheet)
        assert (answer.status_code, answer.content, answer.headers) == (404, b"", absent.headers)
    parent = shelf.world.viewers["parent"]
    assert (await shelf.get(replace(parent, scopes=frozenset({Scope(Area.PEOPLE, write=False)})), sheet)).status_code == 404
    assert (await shelf.get(replace(parent, scopes=frozenset({Scope(Area.DIARY, write=False)})), sheet)).status_code == 200
    withheld = replace(parent, withheld=frozenset((child, Area.DIARY) for child in parent.children))
    assert (await shelf.get(withheld, sheet)).status_code == 404


async def test_materials_are_added_and_taken_away_and_told(shelf: Shelf) -> None:
    first = await shelf.sent("teacher", "1.pdf")
    homework = (await task(shelf, first, pupilIds=[shelf.person("anna")]))["id"]
    more = [await shelf.sent("teacher", f"{number}.pdf") for number in range(2, 7)]
    assert await attach(shelf, "teacher", homework, more[0]) == await attach(shelf, "teacher", homework, more[0]) == ["1.pdf", "2.pdf"]
    before = await shelf.all_of_it()
    assert await attach(shelf, "teacher", homework, *more[1:]) == {"code": "TOO_MANY", "message": "at most 5 files hang on one thing"}
    assert await attach(shelf, "teacher", homework, more[1], more[1]) == {"code": "BAD_INPUT", "message": "fileIds has the same file twice"}
    assert await attach(shelf, "parent", homework, await shelf.sent("parent")) == await attach(shelf, "class_teacher", homework, more[1]) == ABSENT
    other = (await task(shelf))["id"]
    assert await attach(shelf, "teacher", other, first) == {"code": "CONFLICT", "message": "a file is in use already"}
    assert await attach(shelf, "teacher", other, ids.encode(Kind.FILE, 1, ids.new())) == await attach(shelf, "teacher", "x" * 28, first) == ABSENT
    assert await shelf.ask("parent", REMOVE, file=first) == await shelf.ask("teacher2", REMOVE, file=first) == ABSENT
    assert (await shelf.get("other_parent", first)).status_code == 404, "homework for one pupil is no business of others"
    with shelf.counted() as statements:
        assert await shelf.ask("teacher", REMOVE, file=first) == await shelf.ask("teacher", REMOVE, file=first) == {"fileId": first}
    assert len(statements) <= 16, statements
    assert len(await shelf.kept()) == len(before[1]), "one came, one went"
    assert (await shelf.get("teacher", first)).status_code == 404
    told = [(topics, payload["files"], payload["old_files"]) for kind, topics, payload in await shelf.events() if kind == "diary.homework_files_changed"]
    assert told == [((str(shelf.world.people["anna"]),), 2, 1), ((str(shelf.world.people["anna"]),), 1, 2)]
    await shelf.change(Lesson, shelf.world.lessons["5A-2"], cancelled_at=NOON)
    assert await attach(shelf, "teacher", homework, more[1]) == {"code": "BAD_INPUT", "message": "the lesson is cancelled"}
    await shelf.change(Homework, ids.decode(Kind.HOMEWORK, homework).id, withdrawn_at=NOON)
    assert (await attach(shelf, "teacher", homework, more[1]))["code"] == "ALREADY_WITHDRAWN"
    assert (await shelf.get("parent", more[0])).status_code == 404


async def test_work_is_handed_in_with_its_pages(shelf: Shelf) -> None:
    homework, id_ = (await task(shelf))["id"], str(ids.new())
    pages = [await shelf.sent("anna", f"{number}.jpg", picture(kind="JPEG")) for number in range(2)]
    before = await shelf.all_of_it()
    assert await hand_in(shelf, homework, await shelf.sent("parent")) == ABSENT, "another's file"
    assert (await hand_in(shelf, homework))["code"] == (await hand_in(shelf, homework, text="x" * 4001))["code"] == "BAD_INPUT"
    slot = await shelf.prepare("anna")
    assert await hand_in(shelf, homework, slot["fileId"]) == ABSENT, "it has not come"
    assert (await shelf.all_of_it())[0]["homework_submission"] == before[0]["homework_submission"] == []
    work = await hand_in(shelf, homework, *pages, id_=id_)
    assert (work["text"], work["state"]) == ("", "SUBMITTED")
    before = await shelf.all_of_it()
    assert await hand_in(shelf, homework, *reversed(pages), id_=id_) == work
    assert (await hand_in(shelf, homework, pages[0], id_=id_))["code"] == (await hand_in(shelf, homework, *pages))["code"] == "CONFLICT"
    assert await shelf.ask("anna", "mutation($file: ID!) { removeFile(input: {fileId: $file}) { ... on Refusal { code } } }", file=pages[0]) == {
        "code": "NOT_ALLOWED"}
    assert await shelf.ask("teacher", REMOVE, file=pages[0]) == ABSENT, "what is handed in stays"
    assert await shelf.all_of_it() == before
    for _ in range(3):
        await hand_in(shelf, homework, await shelf.sent("anna"), text="ещё")
    with shelf.counted() as statements:
        found = await shelf.ask("teacher", OF_WORK, child=shelf.person("anna"))
    assert len(statements) <= 2, statements
    assert [[file["name"] for file in one["files"]] for one in found] == [["0.jpg", "1.jpg"], *[["лист.pdf"]] * 3]
    for login in ("parent", "anna", "teacher", "class_teacher", "office"):
        assert (await shelf.get(login, pages[0])).status_code == 200
    for other in ("other_parent", "stranger", "guard", None):
        assert (await shelf.get(other, pages[0])).status_code == 404
    await shelf.reads.flush()
    anna = shelf.world.people["anna"]
    assert await shelf.rows(Record, "person_id", "area", "role") == [
        (anna, Area.DIARY, role) for role in (Role.GUARDIAN, Role.OFFICE, Role.PUPIL, Role.TEACHER, Role.TEACHER)]


async def test_a_notice_has_documents_for_who_reads_its_words(shelf: Shelf) -> None:
    reason, paper = await shelf.add_reason("Болезнь", "Б"), await shelf.sent("parent", "справка.pdf")
    notice = (await send(shelf, reason, fileIds=[paper]))["id"]
    later = await shelf.sent("office", "оригинал.pdf")
    assert await attach(shelf, "office", notice, later) == ["справка.pdf", "оригинал.pdf"]
    assert await attach(shelf, "teacher", notice, await shelf.sent("teacher")) == ABSENT
    for login in ("parent", "anna", "class_teacher", "office"):
        assert (await shelf.get(login, paper)).status_code == 200
    for other in ("teacher", "other_parent", "stranger", None):
        assert (await shelf.get(other, paper)).status_code == 404
    [edge] = (await shelf.ask("office", OF_NOTICES, child=shelf.person("anna")))["edges"]
    assert [file["name"] for file in edge["node"]["files"]] == ["справка.pdf", "оригинал.pdf"]
    assert await shelf.ask("parent", REMOVE, file=later) == ABSENT, "the office has sent it"
    assert await shelf.ask("office", REMOVE, file=later) == {"fileId": later}
    told = [(payload["files"], payload["old_files"]) for kind, _, payload in await shelf.events() if kind == "diary.absence_files_changed"]
    assert told == [(2, 1), (1, 2)]
    await shelf.change(AbsenceNotice, ids.decode(Kind.ABSENCE_NOTICE, notice).id, answered_at=NOON)
    assert await shelf.ask("parent", REMOVE, file=paper) == {"code": "CONFLICT", "message": "the notice is answered already"}


async def test_what_is_announced_is_bounded_and_repeating_it_is_harmless(shelf: Shelf) -> None:
    id_ = str(ids.new())
    with shelf.counted() as statements:
        slot = await shelf.prepare(id_=id_)
    assert len(statements) == 2, statements
    file = ids.encode(Kind.FILE, 1, ids.client_id(id_))
    assert slot == {"fileId": file, "address": f"/files/{file}"}
    before = await shelf.all_of_it()
    assert await shelf.prepare(id_=id_) == slot
    assert await shelf.prepare(id_=id_, name="другой.pdf") == await shelf.prepare(id_=id_, size=1) == await shelf.prepare("anna", id_=id_) == {
        "code": "CONFLICT", "message": "another file has this id"}
    assert await shelf.prepare(size=10 * 1024 * 1024 + 1) == {"code": "TOO_LARGE", "message": "A file has at most 10485760 bytes."}
    assert [(await shelf.prepare(**more))["code"] for more in ({"size": 0}, {"name": "/"}, {"login": "other_parent", "school_id": 2}, {"login": "guard"})] == [
        "BAD_INPUT", "BAD_INPUT", "NOT_FOUND", "NOT_ALLOWED"]
    assert await shelf.all_of_it() == before
    for _ in range(19):
        await shelf.prepare()
    before = await shelf.all_of_it()
    assert await shelf.prepare() == {"code": "TOO_MANY", "message": "At most 20 files wait to be used."}
    assert await shelf.all_of_it() == before
    assert await shelf.prepare(id_=id_) == slot
    assert "fileId" in await shelf.prepare("anna")


async def test_what_comes_is_what_was_announced_or_nothing_is_kept(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    slot = await shelf.prepare()
    address, before = slot["address"], await shelf.all_of_it()

    async def pieces(*parts: bytes) -> AsyncIterator[bytes]:
        for part in parts:
            yield part

    async def refused(content: Any, viewer: Any = "parent", where: str = address, **headers: str) -> tuple[int, str]:
        answer = await shelf.put(viewer, where, content, **headers)
        assert await shelf.all_of_it() == before
        return answer.status_code, answer.json()["errors"][0]["extensions"]["code"]

    assert await refused(PDF + b"x") == await refused(PDF[:-1]) == (400, "BAD_INPUT")
    assert await refused(pieces(PDF, b"x" * 10_000_000)) == await refused(pieces(PDF[:9])) == (400, "BAD_INPUT")
    assert await refused(PDF, **{"content-encoding": "gzip"}) == (400, "BAD_INPUT")
    assert await refused(PDF, None) == (401, "NOT_SIGNED_IN")
    assert await refused(PDF, replace(shelf.world.viewers["parent"], scopes=frozenset({Scope(Area.DIARY, write=False)}))) == (403, "NOT_ALLOWED")
    for viewer in ("anna", "office", "stranger"):
        assert await refused(PDF, viewer) == (404, "NOT_FOUND")
    assert await refused(PDF, where=f"/files/{ids.encode(Kind.FILE, 1, ids.new())}") == await refused(PDF, where="/files/x") == (404, "NOT_FOUND")
    assert await refused(b"<svg/>".ljust(len(PDF))) == (415, "WRONG_TYPE")
    assert await refused(b"x = 5".ljust(len(PDF))) == (415, "WRONG_TYPE"), "text under the name of a PDF"
    shelf.bodies = file_bodies.Bodies(seconds=0.05, pause=0.02)

    async def slow() -> AsyncIterator[bytes]:
        yield PDF[:5]
        await asyncio.sleep(1)

    assert await refused(slow()) == (408, "TOO_LATE")
    shelf.bodies = file_bodies.Bodies(most_held=len(PDF) - 1)
    assert await refused(PDF) == (429, "TOO_MANY_ATTEMPTS")
    shelf.bodies = file_bodies.Bodies()
    monkeypatch.setattr(file_bodies, "MOST_OF_ONE", 0)
    assert await refused(PDF) == (429, "TOO_MANY_ATTEMPTS")
    monkeypatch.undo()
    monkeypatch.setattr(shelf.store, "_make", lambda: (_ for _ in ()).throw(OSError("away")))
    shelf.store.__dict__.pop("_backend", None)
    assert await _status(shelf, address) == (503, "STORE_AWAY")
    monkeypatch.undo()
    shelf.store.__dict__.pop("_backend", None)
    assert (await shelf.put("parent", address, pieces(PDF[:9], PDF[9:]))).json() == {"name": "лист.pdf", "kind": "pdf", "size": len(PDF)}
    kept = await shelf.all_of_it()
    assert (await shelf.put("parent", address, PDF)).status_code == 200, "sent again, for the answer was lost"
    assert (await shelf.put("parent", address, PDF.replace(b"1.7", b"1.6"))).status_code == 409
    assert await shelf.all_of_it() == kept
    assert (await shelf.get("parent", slot["fileId"])).status_code == 404, "it hangs on nothing yet"


async def _status(shelf: Shelf, address: str) -> tuple[int, str]:
    answer = await shelf.put("parent", address, PDF)
    return answer.status_code, answer.json()["errors"][0]["extensions"]["code"]


async def test_what_is_unused_removed_or_old_goes_with_its_bytes(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    material, page, unused = await shelf.sent("teacher"), await shelf.sent("anna"), await shelf.sent("anna")
    homework = (await task(shelf, material))["id"]
    await hand_in(shelf, homework, page)
    monkeypatch.setattr(sweeping, "YOUNG", dt.timedelta(seconds=-5))
    assert await files.sweep(shelf.database, shelf.store) == 0
    assert len(await shelf.kept()) == 3
    later = NOON + dt.timedelta(hours=25)
    clock.use(Clock(later, later, 0))
    assert await files.sweep(shelf.database, shelf.store) == 1
    assert {ids.encode(Kind.FILE, 1, id_) for (id_,) in await shelf.rows(StoredFile, "id")} == {material, page} != {unused}
    cut = dt.datetime.combine(MONDAY, dt.time(), dt.UTC) + dt.timedelta(days=PERIODS["materials"].days + 1)
    assert [(one.table, one.rows) async for one in apply(shelf.database, {}, cut) if one.noun == "materials"] == [("stored_file", 1)]
    assert (await files.sweep(shelf.database, shelf.store), len(await shelf.kept())) == (1, 1)
    async with shelf.database.begin() as session:
        person = Ref(1, shelf.world.people["anna"])
        [row] = await files.of_pupil(session, person)
        assert (row.digest, row.pupil_id) == (sha256(PDF).digest(), person.id)
        await session.execute(sa.text("DELETE FROM homework_submission"))
    assert await shelf.rows(StoredFile, "id") == [], "it goes with what it hangs on"
    assert (await files.sweep(shelf.database, shelf.store), await shelf.kept()) == (1, [])
