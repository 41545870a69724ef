"""Reading a register's spreadsheet that somebody sends: first whether the file is small and plain enough to be read at all, then what its cells say."""

import re
import zipfile
from dataclasses import dataclass
from io import BytesIO
from itertools import islice

from python_calamine import CalamineError, CalamineWorkbook

from school.diary.register_sheet import HIDDEN, MOST_PIECES, Snapshot, load
from school.errors import Code, Refused

MOST_BYTES = 700_000
"""Of the file, as many as a request holds in base64."""
MOST_UNPACKED = 12_000_000
MOST_PARTS = 60
MOST_CELLS = 10_000
MOST_ROWS = 1_000
LONGEST_TAG = 400
_FORMULA, _MERGED, _ROW, _CELL, _SHEET = (
    re.compile(rb"<(?:\w{1,20}:)?" + name + rb"[\s/>]") for name in (b"f", b"mergeCell", b"row", b"c", b"sheetData"))
_PLACE = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]{0,3})(\d{1,9})["']""")
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
    except (ValueError, TypeError, KeyError, RecursionError) as error:
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
    return Refused(Code.TOO_LARGE, f"A register has at most {MOST_BYTES} bytes, {MOST_CELLS} cells and {MOST_ROWS} rows.")


def _check(content: bytes) -> None:
    """Before anybody parses it: its size unpacked, as it is and not as it says; and of its sheets how large they are, and what no register has."""
    if len(content) > MOST_BYTES:
        raise _too_large()
    left = MOST_UNPACKED
    try:
        with zipfile.ZipFile(BytesIO(content)) as packed:
            parts = packed.infolist()
            if len(parts) > MOST_PARTS:
                raise _not_ours()
            for part in parts:
                with packed.open(part) as stream:
                    data = stream.read(left + 1)
                left -= len(data)
                if left < 0:
                    raise _too_large()
                _check_part(data, is_text=part.filename.endswith((".xml", ".rels")))
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError, ValueError) as error:
        raise _not_ours() from error


def _check_part(data: bytes, *, is_text: bool) -> None:
    """A sheet is one wherever it lies and whatever it is called. What it says of a far away cell would be room for all cells before it."""
    if is_text and (b"\0" in data or _REPEATED.search(data)):
        raise _not_ours()
    if not _SHEET.search(data):
        return
    rows, cells = ([found.start() for found in islice(tag.finditer(data), most + 1)] for tag, most in ((_ROW, MOST_ROWS), (_CELL, MOST_CELLS)))
    if len(rows) > MOST_ROWS or len(cells) > MOST_CELLS:
        raise _too_large()
    last_row, last_column = _last(data, rows, cells)
    if last_row > MOST_ROWS or last_row * last_column > MOST_CELLS:
        raise _too_large()
    if _FORMULA.search(data):
        raise Refused(Code.FORMULAS, "A register holds no formulas: paste values.")
    if _MERGED.search(data):
        raise Refused(Code.MERGED_CELLS, "Cells of a register are not merged.")


def _last(data: bytes, rows: list[int], cells: list[int]) -> tuple[int, int]:
    """The last row and the last column that a sheet speaks of; rows without a cell are none: some programs format rows to the end of the sheet."""
    last_row, last_column, of_rows = 1, 1, set(rows)
    for begin in (*rows, *cells):
        end = data.find(b">", begin, begin + LONGEST_TAG)
        if end < 0:
            raise _not_ours()
        if begin in of_rows and (data[end - 1:end] == b"/" or data[end + 1:end + 3] == b"</"):
            continue
        if found := _PLACE.search(data, begin, end + 1):
            last_row, last_column = max(last_row, int(found[2])), max(last_column, _number(found[1]))
    return last_row, last_column


def _number(letters: bytes) -> int:
    """A column by its letters: A is 1."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _text(value: object) -> str:
    """What a cell shows. A whole number is one, whatever the program keeps it as."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
