"""Reading a register's spreadsheet that somebody sends: first whether the file is small and plain enough to be read at all, then what its cells say."""

import re
import struct
import zipfile
import zlib
from dataclasses import dataclass
from io import BytesIO

from python_calamine import CalamineError, CalamineWorkbook

from school.diary import register_bounds
from school.diary.file_kinds import check_directory
from school.diary.register_sheet import HIDDEN, MOST_PIECES, Snapshot, load
from school.errors import Code, Refused

MOST_BYTES = 700_000
"""Of the file, as many as a request holds in base64."""
MOST_UNPACKED = 12_000_000
MOST_PARTS = 60
_BOOK, _OTHERS = "xl/workbook.xml", {"xl/workbook.bin", "content.xml", "mimetype"}
"""By what a reader knows this format, and what the others have."""
_PACKED, _OTHER_NAME = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}, b"\x75\x70"
"""How parts are packed; and the mark of a second name, which some readers take (APPNOTE, 4.6.9)."""
_SHEET = b"sheetData"
_REPEATED = re.compile(rb"<!DOCTYPE|<!ENTITY", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Sent:
    """What a file says: the cells as text, row by row without the header and the names, and what was exported."""

    kept: Snapshot
    rows: list[list[str]]


def read(content: bytes) -> Sent:
    """What a file says. Blocking: for a thread.

    Refused: TOO_LARGE (a file of more than 700 kB, of more than 12 MB unpacked, of more than 10,000 cells or 1,000 rows), NOT_A_SPREADSHEET (another type
    of file, whatever its name, or one that was not exported here), FORMULAS, MERGED_CELLS, HEADER_CHANGED (rows, columns or their titles).
    """
    _check(content)
    try:
        book = CalamineWorkbook.from_filelike(BytesIO(content))
        names = book.sheet_names
        if HIDDEN not in names or not names or names[0] == HIDDEN:
            raise _not_ours()
        pieces = book.get_sheet_by_name(HIDDEN).to_python(skip_empty_area=False)
        grid = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (CalamineError, ValueError, OSError) as error:
        raise _not_ours() from error
    try:
        kept = load([row[0] for row in pieces[:MOST_PIECES] if row])
    except (ArithmeticError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise _not_ours() from error
    rows = [[_text(value) for value in row] for row in grid]
    while rows and not any(rows[-1]):
        rows.pop()
    wide = len(kept.header)
    if not rows or rows[0][:wide] != kept.header or any(any(row[wide:]) for row in rows) or [row[0] for row in rows[1:]] != kept.names:
        raise Refused(Code.HEADER_CHANGED, "Rows, columns and their titles stay as they were exported.")
    return Sent(kept, [[*row[1:wide], *[""] * (wide - len(row))] for row in rows[1:]])


def _not_ours() -> Refused:
    return Refused(Code.NOT_A_SPREADSHEET, "This is no register that was exported here.")


def _too_large() -> Refused:
    return Refused(Code.TOO_LARGE, f"A register has at most {MOST_BYTES} bytes.")


def _check(content: bytes) -> None:
    """Before anybody parses it: that it is of this one format; its size unpacked, as it is and not as it says; and of its sheets how large they are, and
    what no register has. A reader that guesses the format would take others, in which it is not looked what they hold."""
    if len(content) > MOST_BYTES:
        raise _too_large()
    left = MOST_UNPACKED
    try:
        _check_archive(content)
        with zipfile.ZipFile(BytesIO(content)) as packed:
            parts = packed.infolist()
            if len(parts) > MOST_PARTS or any(part.compress_type not in _PACKED or _OTHER_NAME in part.extra for part in parts):
                raise _not_ours()
            for part in parts:
                with packed.open(part) as stream:
                    data = stream.read(left + 1)
                left -= len(data)
                if left < 0:
                    raise _too_large()
                _check_part(data, is_text=part.filename.endswith((".xml", ".rels")))
            names = {part.filename.lower().replace("\\", "/").strip("/") for part in parts}
            if _OTHERS & names or _BOOK not in names:
                raise _not_ours()
    except (zipfile.BadZipFile, zlib.error, struct.error, RuntimeError, NotImplementedError, EOFError, OSError, ValueError) as error:
        raise _not_ours() from error


def _check_archive(content: bytes) -> None:
    try:
        check_directory(content)
    except Refused as refused:
        raise _not_ours() from refused
    if not content.startswith(b"PK\x03\x04"):
        raise _not_ours()


def _check_part(data: bytes, *, is_text: bool) -> None:
    """A sheet is one wherever it lies and whatever it is called."""
    if is_text and (b"\0" in data or _REPEATED.search(data)):
        raise _not_ours()
    if _SHEET in data:
        register_bounds.check(data)


def _text(value: object) -> str:
    """What a cell shows. A whole number is one, whatever the program keeps it as."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
