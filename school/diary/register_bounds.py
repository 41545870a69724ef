"""How large a sheet of a spreadsheet is, as its XML says it, read by a parser of XML: what looks for tags by itself sees other ones than a reader does."""

import re
from xml.parsers.expat import ExpatError, ParserCreate

from school.errors import Code, Refused

MOST_CELLS = 10_000
MOST_ROWS = 1_000
MOST_ELEMENTS = 100_000
"""Of a sheet with its formats; a row of a register has some."""
_PLACE = re.compile(r"([A-Za-z]{0,3})([0-9]{1,9})")
_NUMBER = re.compile(r"[0-9]{1,9}")


class NoSheetError(ValueError):
    """It is not well formed, or what it calls a cell's place is none."""


class Bounds:
    """What a sheet holds, by its elements in the order of their coming; by which prefix it calls them does not matter."""

    def __init__(self) -> None:
        self._elements = self._rows = self._cells = 0
        self._row = self._column = 0
        self._last_row = self._last_column = 1

    def element(self, name: str, attributes: dict[str, str]) -> None:
        """One more."""
        self._elements += 1
        kind = name.rpartition(":")[2]
        if kind == "row":
            self._rows += 1
            self._row, self._column = _number(attributes.get("r"), self._row + 1), 0
        elif kind == "c":
            self._cells += 1
            self._cell(attributes.get("r"))
        elif kind == "f":
            raise Refused(Code.FORMULAS, "A register holds no formulas: paste values.")
        elif kind == "mergeCell":
            raise Refused(Code.MERGED_CELLS, "Cells of a register are not merged.")
        if self._rows > MOST_ROWS or self._cells > MOST_CELLS or self._elements > MOST_ELEMENTS:
            raise too_large()

    def _cell(self, place: str | None) -> None:
        """Rows without a cell are none: some programs format rows to the end of the sheet. A far away cell would be room for all cells before it."""
        if place is None:
            self._column += 1
        else:
            found = _PLACE.fullmatch(place)
            if found is None:
                raise NoSheetError(place[:20])
            self._row, self._column = int(found[2]), _column(found[1])
        self._last_row, self._last_column = max(self._last_row, self._row), max(self._last_column, self._column)
        if self._last_row > MOST_ROWS or self._last_row * self._last_column > MOST_CELLS:
            raise too_large()


def check(data: bytes) -> None:
    """Refused: TOO_LARGE (more than 10,000 cells or 1,000 rows, or as many before the last cell), FORMULAS, MERGED_CELLS. NoSheetError: it is none."""
    parser, bounds = ParserCreate("UTF-8"), Bounds()  # whatever the sheet says that it is written in
    parser.StartElementHandler, parser.StartDoctypeDeclHandler = bounds.element, _no_doctype
    try:
        parser.Parse(data, True)
    except ExpatError as error:
        raise NoSheetError(str(error)) from error


def _no_doctype(*_said: object) -> None:
    raise NoSheetError("a document type")


def too_large() -> Refused:
    """Why a sheet is."""
    return Refused(Code.TOO_LARGE, f"A register has at most {MOST_CELLS} cells and {MOST_ROWS} rows.")


def _number(text: str | None, otherwise: int) -> int:
    if text is None:
        return otherwise
    if _NUMBER.fullmatch(text) is None:
        raise NoSheetError(text[:20])
    return int(text)


def _column(letters: str) -> int:
    """A column by its letters: A is 1."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number
