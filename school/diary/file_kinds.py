"""What a file is, by its content alone: nothing is unpacked, and of an archive only its directory is read, within bounds."""

import asyncio
import struct
import zlib
from io import BytesIO
from typing import NamedTuple
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

from school.diary.file_models import FileKind
from school.errors import Code, Refused
from school.registry import pictures

MOST_BYTES = 10 * 1024 * 1024
"""Of one file."""
MEDIA: dict[FileKind, str] = {
    FileKind.PDF: "application/pdf", FileKind.JPEG: "image/jpeg", FileKind.PNG: "image/png", FileKind.WEBP: "image/webp",
    FileKind.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    FileKind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    FileKind.PPTX: "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    FileKind.ODT: "application/vnd.oasis.opendocument.text", FileKind.TEXT: "text/plain; charset=utf-8",
}
"""As what each is served."""
_PICTURES = {FileKind.JPEG: b"\xff\xd8\xff", FileKind.PNG: b"\x89PNG\r\n\x1a\n"}
_OFFICE = {"word/document.xml": FileKind.DOCX, "xl/workbook.xml": FileKind.XLSX, "ppt/presentation.xml": FileKind.PPTX}
_OPEN_DOCUMENT = b"application/vnd.oasis.opendocument.text"
_TYPES = "[Content_Types].xml"
_LONGEST_TYPES = 256 * 1024
_END = struct.Struct("<4s4H2LH")
"""The end of an archive's directory: signature, two disks, entries of this disk and of all, the directory's bytes and place, the comment's length."""
_MOST_DIRECTORY = 512 * 1024
_MOST_UNPACKED = 500 * 1024 * 1024
"""Bytes that an archive says it makes: more is no document of a school's."""
_LIKE_MARKUP = (b"<!doctype", b"<html", b"<head", b"<body", b"<svg", b"<?xml", b"<?php", b"<script", b"<iframe", b"#!", b"{\\rtf", b"<%", b"%pdf-", b"%!ps")
_LIKE_MARKUP_ANYWHERE = (b"<script", b"<html", b"<svg", b"<iframe")


class Taken(NamedTuple):
    """A file as it is kept."""

    kind: FileKind
    content: bytes


async def take(content: bytes) -> Taken:
    """What a file is, and the bytes that are kept: a picture is drawn anew, upright and without what a camera wrote into it.

    Refused: WRONG_TYPE (none of the kinds that are taken, macros, markup under the name of text), TOO_LARGE (pixels), TOO_MANY_ATTEMPTS (too many pictures).
    """
    kind = await asyncio.to_thread(recognise, content)
    if kind not in {FileKind.JPEG, FileKind.PNG, FileKind.WEBP}:
        return Taken(kind, content)
    try:
        return Taken(kind, await pictures.redraw(content))
    except Refused as refused:
        raise _wrong() if refused.code is Code.NOT_A_PICTURE else refused from refused


def recognise(content: bytes) -> FileKind:
    """By magic numbers, an archive by its directory, text by being nothing else. Refused: WRONG_TYPE."""
    if content.startswith(b"%PDF-") and b"%%EOF" in content[-2048:]:
        return FileKind.PDF
    for kind, magic in _PICTURES.items():
        if content.startswith(magic):
            return kind
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return FileKind.WEBP
    if content.startswith(b"PK\x03\x04"):
        return _document(content)
    if _is_text(content):
        return FileKind.TEXT
    raise _wrong()


def _document(content: bytes) -> FileKind:
    """A document of an office: an archive whose directory ends the file, is small, and has what such a document has and no macro."""
    check_directory(content)
    try:
        with ZipFile(BytesIO(content)) as archive:
            entries = archive.infolist()
            names = {entry.filename for entry in entries}
            if sum(entry.file_size for entry in entries) > _MOST_UNPACKED or any(entry.flag_bits & 1 for entry in entries) or not _are_plain(names):
                raise _wrong()
            if content[30:].startswith(b"mimetype" + _OPEN_DOCUMENT) and entries[0].filename == "mimetype" and "content.xml" in names:
                if any(name.startswith(("Basic/", "Scripts/")) for name in names):
                    raise _wrong()
                return FileKind.ODT
            return _office(archive, names)
    except (BadZipFile, NotImplementedError, EOFError, OSError, RuntimeError, ValueError, struct.error, zlib.error) as error:
        raise _wrong() from error


def _office(archive: ZipFile, names: set[str]) -> FileKind:
    found = [kind for name, kind in _OFFICE.items() if name in names]
    if len(found) != 1 or _TYPES not in names or archive.getinfo(_TYPES).compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
        raise _wrong()
    with archive.open(_TYPES) as entry:
        types = entry.read(_LONGEST_TYPES + 1)
    main = MEDIA[found[0]].encode() + b".main+xml"
    if len(types) > _LONGEST_TYPES or main not in types or b"macroenabled" in types.lower() or any("vbaproject" in name.lower() for name in names):
        raise _wrong()
    return found[0]


def check_directory(content: bytes) -> None:
    """Of an archive, before a library reads it: it lies right before the file's end, without a comment, and fits into half a megabyte. Refused: WRONG_TYPE."""
    if len(content) < _END.size:
        raise _wrong()
    signature, disk, first, here, entries, size, place, comment = _END.unpack(content[-_END.size:])
    whole = place + size + _END.size == len(content) and (disk, first, comment) == (0, 0, 0) and here == entries
    if signature != b"PK\x05\x06" or not whole or size > _MOST_DIRECTORY:
        raise _wrong()


def _are_plain(names: set[str]) -> bool:
    """No entry leads out of the folder into which somebody unpacks it."""
    return not any(name.startswith("/") or "\\" in name or ":" in name or ".." in name.split("/") for name in names)


def _is_text(content: bytes) -> bool:
    """UTF-8 without control characters that is no page, picture or program."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    if not text.strip() or any(letter < " " and letter not in "\t\n\r\f" for letter in set(text)) or "\x7f" in text:
        return False
    head = text[:4096].lstrip().lower().encode()
    return not head.startswith(_LIKE_MARKUP) and not any(mark in head for mark in _LIKE_MARKUP_ANYWHERE)


def _wrong() -> Refused:
    return Refused(Code.WRONG_TYPE, "A PDF, JPEG, PNG, WebP, DOCX, XLSX, PPTX, ODT or plain text in UTF-8 is taken, without macros, and nothing else.")
