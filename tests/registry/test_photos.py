"""Photos: the office's to set and remove, seen by who has to know the face; no refusal and no fault of the store leaves half of anything."""

import datetime as dt
import os
from collections.abc import AsyncIterator
from dataclasses import replace
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from obstore.store import MemoryStore
from PIL import Image

from school import clock
from school.clock import Clock
from school.context import Area, Role, Scope
from school.db import Database
from school.errors import Code, Refused
from school.ids import Ref
from school.outbox import OutboxRow
from school.record.models import RecordAction
from school.record.retention import PERIODS, apply
from school.registry import photos
from school.registry.photo_models import Photo
from school.store import Store
from tests.faces import picture, sent
from tests.record.archive import Archive
from tests.registry.gallery import Gallery
from tests.registry.office import NOON, at
from tests.s3 import BUCKET, running_s3
from tests.statements import counted
from tests.world import build

PEOPLE = "{ people(first: 100) { edges { node { id photo } } } }"


@pytest_asyncio.fixture
async def gallery(database: Database) -> AsyncIterator[Gallery]:
    """The small world, and an empty store."""
    at(NOON)
    yield Gallery(database, await build(database), Store(MemoryStore))
    clock.use(Clock())


async def test_the_office_gives_somebody_a_photo(gallery: Gallery) -> None:
    saved = await gallery.put("anna")
    assert (saved["__typename"], saved["personId"]) == ("PhotoSaved", gallery.person("anna"))
    row = await gallery.office.row(Photo)
    [file] = await gallery.files()
    content = await gallery.store.get(file)
    assert content is not None
    assert row == {
        "school_id": 1, "person_id": gallery.world.people["anna"], "name": row["name"], "digest": sha256(content).digest(), "size": len(content),
        "set_by": gallery.world.people["office"], "set_at": NOON}
    assert (file, saved["photo"]) == (photos.file_of(Ref(1, row["name"])), photos.address_of(1, row["name"]))
    assert row["name"].version == 4, "by chance alone"
    answer = await gallery.get("parent", saved["photo"])
    assert (answer.status_code, answer.content, answer.headers["content-type"]) == (200, content, "image/webp")
    assert Image.open(BytesIO(answer.content)).size == (96, 96)


async def test_another_photo_replaces_the_first_and_nothing_stays(gallery: Gallery) -> None:
    first = (await gallery.put("anna"))["photo"]
    second = (await gallery.put("anna", sent(picture(colour="red"))))["photo"]
    assert first != second
    assert ((await gallery.get("office", first)).status_code, (await gallery.get("office", second)).status_code) == (404, 200)
    assert len(await gallery.files()) == 1
    assert (await gallery.remove("anna"), await gallery.remove("anna")) == ({
        "__typename": "PhotoSaved", "personId": gallery.person("anna"), "photo": None},) * 2
    assert ((await gallery.get("office", second)).status_code, await gallery.files()) == (404, [])
    row = await gallery.office.row(Photo)
    assert (row["name"], row["digest"], row["size"], row["set_by"]) == (None, None, None, gallery.world.people["office"])
    assert (await gallery.put("anna"))["photo"] is not None
    kinds = [(row["kind"], row["topics"], row["concerns"]) for row in await gallery.office.rows(OutboxRow)]
    anna = [str(gallery.world.people["anna"])]
    assert kinds == [(kind, [], anna) for kind in (photos.SET, photos.SET, photos.REMOVED, photos.SET)]


@pytest.mark.parametrize(("viewer", "name", "content", "code"), [
    ("office", "anna", "", "NOT_A_PICTURE"), ("office", "anna", sent(b"<svg/>"), "NOT_A_PICTURE"), ("office", "anna", "A" * 8_000_000, "TOO_LARGE"),
    ("office", "dina", "", "NOT_FOUND"), ("head", "anna", "", "NOT_ALLOWED"), ("parent", "anna", "", "NOT_ALLOWED"), ("teacher", "anna", "", "NOT_ALLOWED"),
    (None, "anna", "", "NOT_SIGNED_IN"),
])
async def test_what_is_refused_changes_nothing(gallery: Gallery, viewer: str | None, name: str, content: str, code: str) -> None:
    await gallery.put("anna")
    gallery.world.viewers["head"] = replace(
        gallery.world.viewers["office"], grants=tuple(replace(grant, role=Role.HEAD) for grant in gallery.world.viewers["office"].grants))
    before = await gallery.office.rows(Photo), await gallery.office.rows(OutboxRow), await gallery.files()
    assert (await gallery.put(name, content, viewer))["code"] == code
    if code not in {"NOT_A_PICTURE", "TOO_LARGE"}:
        assert (await gallery.remove(name, viewer))["code"] == code
    assert (await gallery.office.rows(Photo), await gallery.office.rows(OutboxRow), await gallery.files()) == before


async def test_who_sees_which_face(gallery: Gallery) -> None:
    """As docs/permissions.md says under "Photos"."""
    names = ("anna", "boris", "vera", "teacher", "parent", "dina")
    addresses = {name: (await gallery.put(name, viewer="office2" if name == "dina" else "office"))["photo"] for name in names}
    viewers: dict[str, Any] = {name: name for name in ("parent", "other_parent", "divorced", "anna", "teacher", "canteen", "guard", "office", "stranger")}
    parent = gallery.world.viewers["parent"]
    viewers["token for the diary"] = replace(parent, scopes=frozenset({Scope(Area.DIARY, write=False)}))
    viewers["token for people"] = replace(parent, scopes=frozenset({Scope(Area.PEOPLE, write=False)}))
    viewers["nobody"] = None
    seen = {}
    for who, viewer in viewers.items():
        answers = {name: await gallery.get(viewer, address) for name, address in addresses.items()}
        assert {answer.status_code for answer in answers.values()} <= {200, 404}
        assert {answer.content for answer in answers.values() if answer.status_code == 404} <= {b""}
        seen[who] = {name for name, answer in answers.items() if answer.status_code == 200}
    here = {"anna", "boris", "vera", "teacher", "parent"}
    assert seen == {
        "parent": {"anna", "vera", "parent"}, "other_parent": {"boris"}, "divorced": {"vera"}, "anna": {"anna"}, "teacher": {"anna", "boris", "teacher"},
        "canteen": here, "guard": here, "office": here, "stranger": {"dina"}, "token for the diary": set(), "token for people": {"anna", "vera", "parent"},
        "nobody": set()}


async def test_a_photo_is_as_private_as_any_answer(gallery: Gallery) -> None:
    address = (await gallery.put("anna"))["photo"]
    answer = await gallery.get("parent", address)
    headers = dict(answer.headers)
    assert headers["cache-control"] == "private, no-cache"
    assert headers["content-security-policy"] == "default-src 'none'; sandbox; frame-ancestors 'none'"
    assert headers["vary"] == "cookie, authorization"
    again = await gallery.get("parent", address, **{"if-none-match": headers["etag"]})
    assert (again.status_code, again.content, again.headers["cache-control"]) == (304, b"", "private, no-cache")
    other = await gallery.get("other_parent", address, **{"if-none-match": headers["etag"]})
    assert (other.status_code, other.content) == (404, b""), "what a browser has kept of another account is not shown"
    for wrong in ("/photos/x", "/photos/" + gallery.person("anna"), address[:-1], address + "A"):
        assert (await gallery.get("parent", wrong)).status_code == 404


async def test_who_looks_is_in_the_record_once_a_minute(gallery: Gallery) -> None:
    address = (await gallery.put("anna"))["photo"]
    for viewer in ("guard", "guard", "canteen", "parent", "other_parent", None):
        await gallery.get(viewer, address)
    await gallery.reads.flush()
    archive = Archive(gallery.database, gallery.world)
    accounts = gallery.world.accounts
    assert [line for line in await archive.written() if line[4] is RecordAction.READ] == [
        (accounts[login], role, "anna", Area.PEOPLE, RecordAction.READ, None)
        for login, role in (("guard", Role.GUARD), ("canteen", Role.CANTEEN), ("parent", Role.GUARDIAN))]
    await archive.publish()
    assert (accounts["office"], Role.OFFICE, "anna", Area.PEOPLE, RecordAction.CHANGED, photos.SET) in await archive.written()


async def test_a_list_of_faces_takes_as_many_statements_however_long_it_is(gallery: Gallery) -> None:
    async def ask() -> tuple[int, int]:
        with counted(gallery.database) as statements:
            found = await gallery.ask("office", PEOPLE)
        return len(statements), sum(edge["node"]["photo"] is not None for edge in found["edges"])

    assert await ask() == (2, 0)
    for name in ("anna", "boris", "vera", "teacher"):
        await gallery.put(name)
    assert await ask() == (2, 4)
    with counted(gallery.database) as statements:
        await gallery.ask("office", "{ people(first: 100) { edges { node { id } } } }")
    assert len(statements) == 1, "nobody pays for what is not asked for"


async def test_a_child_has_a_face_for_the_family(gallery: Gallery) -> None:
    address = (await gallery.put("anna"))["photo"]
    children = await gallery.ask("parent", "{ me { children { givenName photo } } }")
    assert {child["givenName"]: child["photo"] for child in children["children"]} == {"Anna": address, "Vera": None, "Gleb": None}


async def test_a_file_that_is_not_as_it_was_written_is_not_shown(gallery: Gallery) -> None:
    address = (await gallery.put("anna"))["photo"]
    [file] = await gallery.files()
    await gallery.store.put(file, b"<script>")
    assert (await gallery.get("parent", address)).status_code == 404
    await gallery.store.remove(file)
    assert (await gallery.get("parent", address)).status_code == 404
    assert (await gallery.put("anna"))["photo"] is not None


@pytest.mark.parametrize("illness", ["503", "cut", "swallowed"])
async def test_a_store_that_is_away_leaves_all_as_it_was(database: Database, monkeypatch: pytest.MonkeyPatch, illness: str) -> None:
    at(NOON)
    with running_s3(monkeypatch) as s3:
        store = Store.open(f"s3://{BUCKET}")
        store._seconds = 0.7
        gallery = Gallery(database, await build(database), store)
        address = (await gallery.put("anna"))["photo"]
        before = await gallery.office.rows(Photo), await gallery.office.rows(OutboxRow)
        s3.fall_ill(illness)
        assert await gallery.put("anna", sent(picture(colour="red"))) == {"__typename": "Refusal", "code": "STORE_AWAY", "retryAfter": 5}
        answer = await gallery.get("parent", address)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        assert (await gallery.office.rows(Photo), await gallery.office.rows(OutboxRow)) == before
        s3.fall_ill()
        assert (await gallery.get("parent", address)).status_code == 200
        s3.fall_ill(illness)
        assert (await gallery.remove("anna"))["photo"] is None, "what is not to be shown goes at once; its file when it can"
        s3.fall_ill()
        assert (await gallery.get("parent", address)).status_code == 404
        for key, (content, _) in s3.files.items():
            s3.files[key] = content, NOON
        await photos.sweep(database, store)
        assert s3.files == {}


async def test_the_sweep_leaves_what_is_named_or_young(database: Database, tmp_path: Path) -> None:
    at(NOON)
    gallery = Gallery(database, await build(database), Store.open(str(tmp_path)))
    await gallery.put("anna")
    [kept] = await gallery.files()
    for name in ("photos/1/" + "a" * 32, "photos/1/" + "b" * 32, "photos/notes.txt"):
        await gallery.store.put(name, b"x")
        if "b" not in name:
            os.utime(tmp_path / name, (0, 0))
    os.utime(tmp_path / kept, (0, 0))
    assert (await photos.sweep(database, gallery.store), await photos.sweep(database, gallery.store)) == (1, 0)
    assert await gallery.files() == sorted([kept, "photos/1/" + "b" * 32, "photos/notes.txt"])


async def test_a_write_that_breaks_off_leaves_the_old_photo(gallery: Gallery, monkeypatch: pytest.MonkeyPatch) -> None:
    address = (await gallery.put("anna"))["photo"]

    async def refuse(*_: object) -> None:
        raise Refused(Code.NOT_FOUND, "No such object.")

    monkeypatch.setattr(photos, "_lock", refuse)
    assert (await gallery.put("anna", sent(picture(colour="red"))))["code"] == "NOT_FOUND"
    assert ((await gallery.get("parent", address)).status_code, len(await gallery.files())) == (200, 1)


async def test_a_face_goes_three_months_after_its_person_has_left(gallery: Gallery) -> None:
    names = ("anna", "boris", "vera", "teacher", "guard", "parent")
    for name in names:
        await gallery.put(name)
    archive, today = Archive(gallery.database, gallery.world), NOON.date()
    for name, days in (("anna", 91), ("boris", 89), ("teacher", 91), ("guard", -10)):
        await archive.leave(name, today - dt.timedelta(days=days))
    assert PERIODS["photos"].days == 90
    removed = {one.table: one.rows async for one in apply(gallery.database, {}, NOON) if one.rows}
    assert removed == {"photo": 2}
    left = {row["person_id"] for row in await gallery.office.rows(Photo)}
    assert left == {gallery.world.people[name] for name in names} - {gallery.world.people["anna"], gallery.world.people["teacher"]}


async def test_an_export_has_the_picture_in_it(gallery: Gallery) -> None:
    await gallery.put("anna")
    [file] = await gallery.files()
    found = (await gallery.ask("parent", "query($id: ID!) { personalData(personId: $id) { document } }", id=gallery.person("anna")))["document"]
    content = await gallery.store.get(file)
    assert content is not None
    assert found["files"] == [{"title": "Фотография", "type": "image/webp", "content": sent(content)}]
    [row] = next(table["rows"] for table in found["tables"] if table["table"] == "photo")
    assert row == {
        "school_id": 1, "person_id": str(gallery.world.people["anna"]), "size": len(content), "set_by": str(gallery.world.people["office"]),
        "set_at": NOON.isoformat()}
