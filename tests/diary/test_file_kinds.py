"""What a file is, by its content: each kind that is taken, and what only calls itself so; nothing is unpacked, and no name leads anywhere."""

import struct
from collections.abc import Callable
from io import BytesIO
from typing import TypeVar
from zipfile import ZIP_STORED, ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from school.diary.file_kinds import recognise, take
from school.diary.file_models import FileKind
from school.diary.file_names import ENDINGS, LONGEST, clean, of_kind
from school.errors import Code, Refused
from tests.diary.shelf import PDF, document
from tests.faces import picture

T = TypeVar("T")


def odt(*more: str, mimetype: bytes = b"application/vnd.oasis.opendocument.text") -> bytes:
    """A text of LibreOffice's."""
    made = BytesIO()
    with ZipFile(made, "w", ZIP_STORED) as archive:
        for name in ("mimetype", "content.xml", *more):
            archive.writestr(name, mimetype if name == "mimetype" else b"<x/>")
    return made.getvalue()


def many_entries() -> bytes:
    """A small file whose directory says very much."""
    made = BytesIO()
    with ZipFile(made, "w", ZIP_STORED) as archive:
        for number in range(9000):
            archive.writestr(f"{number:040}", b"")
    return made.getvalue()


def bomb() -> bytes:
    """A document that says it makes a terabyte: each entry of the directory is told so."""
    content = bytearray(document())
    place = content.rindex(b"PK\x01\x02")
    content[place + 24:place + 28] = struct.pack("<I", 0xF0000000)
    return bytes(content)


TAKEN = {
    "a PDF": (PDF, FileKind.PDF), "a document": (document(), FileKind.DOCX), "a sheet": (document(FileKind.XLSX), FileKind.XLSX),
    "slides": (document(FileKind.PPTX), FileKind.PPTX), "a text of LibreOffice": (odt(), FileKind.ODT), "text": (b"x = 5\n", FileKind.TEXT),
    "text with a mark in front": ("\ufeffПривет".encode(), FileKind.TEXT), "a JPEG": (picture(kind="JPEG"), FileKind.JPEG),
    "a PNG": (picture(), FileKind.PNG), "a WebP": (picture(kind="WEBP"), FileKind.WEBP),
}
WRONG = {
    "nothing": b"", "blanks": b" \n", "a program of Windows": b"MZ\x90\x00" + bytes(60), "a program of Linux": b"\x7fELF" + bytes(60),
    "a script": b"#!/bin/sh\nrm -rf /\n", "a page": b"<!DOCTYPE html><p>x</p>", "a page with blanks before it": b"\n\n <HTML>", "SVG": b"<svg onload='x()'/>",
    "XML": b"<?xml version='1.0'?><svg/>", "text with a script in it": b"x\n<script>alert(1)</script>", "RTF": b"{\\rtf1 x}", "GIF": b"GIF89a" + bytes(60),
    "Windows-1251": "Привет, мир".encode("cp1251"), "text with a zero": b"x\0y", "half a PDF": b"%PDF-1.7\n1 0 obj",
    "the head of a picture": b"\xff\xd8\xff\xe0",
    "half a picture": picture(kind="JPEG")[:300], "an archive": odt(mimetype=b"application/zip"), "macros": document(more={"word/vbaProject.bin": b"x"}),
    "macros by their type": document(types=b"application/vnd.ms-word.document.macroEnabled.main+xml"), "macros of LibreOffice": odt("Basic/x.xml"),
    "a document of another kind": document(types=b"<x/>"), "two documents in one": document(more={"xl/workbook.xml": b"x"}),
    "a way out of the folder": document(more={"../../x": b"x"}), "an archive with a comment": document() + b"#", "half an archive": document()[:-30],
    "too large a directory": many_entries(), "a bomb": bomb(), "types that are a bomb": document(types=bytes(3_000_000)),
}


def outcome(ask: Callable[[], T]) -> T | Code:
    """What is answered, or the code of the refusal."""
    try:
        return ask()
    except Refused as refused:
        return refused.code


@pytest.mark.parametrize("what", TAKEN)
async def test_what_is_taken(what: str) -> None:
    content, kind = TAKEN[what]
    taken = await take(content)
    assert taken.kind is kind
    assert (taken.content == content) or Image.open(BytesIO(taken.content)).format == kind.upper()


@pytest.mark.parametrize("what", WRONG)
async def test_what_is_not(what: str) -> None:
    with pytest.raises(Refused) as refused:
        await take(WRONG[what])
    assert refused.value.code is Code.WRONG_TYPE


async def test_a_picture_is_upright_and_says_nothing_of_where_it_was_taken() -> None:
    made, exif = BytesIO(), Image.Exif()
    exif[274], exif[271] = 6, "Камера Анны"
    Image.new("RGB", (4000, 100), "teal").save(made, "JPEG", exif=exif, comment=b"55.75, 37.61")
    content = (await take(made.getvalue() + b"hidden behind")).content
    shown = Image.open(BytesIO(content))
    assert (shown.size, dict(shown.getexif()), "comment" in shown.info) == ((80, 3200), {}, False)
    assert b"hidden" not in content


@pytest.mark.parametrize(("given_", "cleaned"), [
    ("лист.pdf", "лист.pdf"), ("C:\\Users\\x\\лист.pdf", "лист.pdf"), ("../../etc/passwd", "passwd"), (" a\tb \u200bc\u202egpj.txt", "a b cgpj.txt"),
    ("..hidden", "hidden"), ('a<b>"c|?*:.pdf', "a_b__c____.pdf"), ("я" * 300 + ".docx", "я" * 115 + ".docx"), ("е\u0308", "ё"), ("x.", "x")])
def test_a_name_is_what_can_be_seen_of_it(given_: str, cleaned: str) -> None:
    assert clean(given_) == cleaned


@pytest.mark.parametrize("name", ["", " ", "..", "/", "a/", "\u200b", "x" * 1001])
def test_a_name_of_which_nothing_is_left(name: str) -> None:
    with pytest.raises(Refused) as refused:
        clean(name)
    assert refused.value.code is Code.BAD_INPUT


def test_a_name_ends_as_what_it_is() -> None:
    assert of_kind("лист.PDF", FileKind.PDF) == "лист.PDF"
    assert of_kind("run.bat", FileKind.TEXT) == "run.bat.txt"
    assert of_kind("photo", FileKind.JPEG) == "photo.jpg"
    with pytest.raises(Refused) as refused:
        of_kind("лист.docx", FileKind.PDF)
    assert refused.value.code is Code.WRONG_TYPE


@given(st.text(max_size=300), st.sampled_from(FileKind))
def test_no_name_leads_anywhere(name: str, kind: FileKind) -> None:
    named = outcome(lambda: of_kind(clean(name), kind))
    if isinstance(named, Code):
        assert named in {Code.BAD_INPUT, Code.WRONG_TYPE}
        return
    assert 0 < len(named) <= LONGEST
    assert named.rpartition(".")[2].lower() in ENDINGS[kind]
    assert named.isprintable()
    assert not set(named) & set('/\\<>:"|?*\0')
    assert not named.startswith(".")
    assert clean(named) == named


@given(st.binary(max_size=400))
def test_whatever_comes_is_a_kind_or_refused(content: bytes) -> None:
    for head in (b"", b"PK\x03\x04", document()[:-40], b"%PDF-"):
        assert outcome(lambda head=head: recognise(head + content)) in {*FileKind, Code.WRONG_TYPE}  # type: ignore[misc]
