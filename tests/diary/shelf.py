"""A desk with a store of files: files are announced and sent to the route as a page does, and asked for as a browser does."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import httpx
from obstore.store import MemoryStore
from starlette.applications import Starlette
from starlette.requests import Request

from school import ids
from school.context import NOBODY, Context, Viewer
from school.diary.file_bodies import Bodies
from school.diary.file_kinds import MEDIA
from school.diary.file_models import FileKind, StoredFile
from school.diary.file_route import Files
from school.record.reads import ReadRecord
from school.registry.types import school_id as opaque_school
from school.store import Store
from tests.diary.desk import SETTINGS, Desk, schema

PREPARE = "mutation($input: PrepareFileInput!) { prepareFile(input: $input) { ... on FilePrepared { fileId address } ... on Refusal { code message } } }"
ATTACH = """mutation($input: AttachFilesInput!) {
    attachFiles(input: $input) { ... on FilesAttached { files { id name kind size address } } ... on Refusal { code message } } }"""
REMOVE = "mutation($file: ID!) { removeFile(input: {fileId: $file}) { ... on FileRemoved { fileId } ... on Refusal { code message } } }"
PDF = b"%PDF-1.7\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n"


def document(kind: FileKind = FileKind.DOCX, *, types: bytes | None = None, more: dict[str, bytes] | None = None) -> bytes:
    """An office's document, as small as can be."""
    main = {FileKind.DOCX: "word/document.xml", FileKind.XLSX: "xl/workbook.xml", FileKind.PPTX: "ppt/presentation.xml"}[kind]
    made = BytesIO()
    told = b"<Types>%s.main+xml</Types>" % MEDIA[kind].encode() if types is None else types
    with ZipFile(made, "w") as archive:
        for name, content in {"[Content_Types].xml": told, main: b"<x/>", **(more or {})}.items():
            archive.writestr(ZipInfo(name), content, ZIP_DEFLATED)
    return made.getvalue()


@dataclass
class Shelf(Desk):
    """The small world, its diary, a store and a record of reads."""

    store: Store = field(default_factory=lambda: Store(MemoryStore))
    reads: ReadRecord = field(init=False)
    bodies: Bodies = field(default_factory=Bodies)

    def __post_init__(self) -> None:
        self.reads = ReadRecord(self.database)

    def context(self, viewer: Viewer | str | None) -> Context:
        """As whoever asks."""
        asker = self.world.viewers[viewer] if isinstance(viewer, str) else viewer or NOBODY
        return Context(asker, self.database, SETTINGS, names=self.names, store=self.store, reads=self.reads)

    async def _run(self, login: str | None, document: str, variables: dict[str, Any]) -> Any:
        return await schema().execute(document, variables, self.context(login))

    async def prepare(self, login: str | None = "parent", name: str = "лист.pdf", size: int = len(PDF), id_: str | None = None, school_id: int = 1) -> Any:
        """The answer of prepareFile."""
        school = opaque_school(school_id)
        return await self.ask(login, PREPARE, input={"id": id_ or str(ids.new()), "schoolId": school, "name": name, "size": size})

    async def sent(self, login: str = "parent", name: str = "лист.pdf", content: bytes = PDF) -> str:
        """A file that has come; its opaque id."""
        prepared = await self.prepare(login, name, len(content))
        answer = await self.put(login, prepared["address"], content)
        assert answer.status_code == 200, answer.text
        return str(prepared["fileId"])

    async def put(self, viewer: Viewer | str | None, address: str, content: Any, **headers: str) -> httpx.Response:
        """Send bytes."""
        async with self.browser(viewer) as client:
            return await client.put(address, content=content, headers=headers)

    async def get(self, viewer: Viewer | str | None, file: str, **headers: str) -> httpx.Response:
        """Ask for a file, by its id."""
        async with self.browser(viewer) as client:
            return await client.get(f"/files/{file}", headers=headers)

    @asynccontextmanager
    async def browser(self, viewer: Viewer | str | None) -> AsyncIterator[httpx.AsyncClient]:
        """A client of the route alone, signed in as this viewer."""

        async def context_for(_request: Request) -> Context:
            return self.context(viewer)

        transport = httpx.ASGITransport(Starlette(routes=Files(context_for, context_for, self.bodies).routes))
        async with httpx.AsyncClient(transport=transport, base_url="http://school.test") as client:
            yield client

    async def kept(self) -> list[str]:
        """What the store holds."""
        return sorted([str(file["path"]) async for page in self.store._backend.list("files") for file in page])

    async def all_of_it(self) -> tuple[dict[str, list[str]], list[str]]:
        """All rows and all bytes, to compare before and after."""
        return await self.everything(StoredFile), await self.kept()
