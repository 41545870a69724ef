"""What stands in a cell of a register's spreadsheet: marks with their work and weight, and the register's sign, as text that people type.

A cell holds at most one sign and any number of marks, with spaces between. A mark is its value, a letter of its work (none: an answer) and `*weight` (none: 1):
`5`, `4к*2`. Where the scale has words, they are read in the place of the value, too: `зачёт`, `Aк*2`. A sign is `п` present, `н` absent, `у` excused, `о7`
seven minutes late; after a colon the school's reason: `н:Б`. Both alphabets are read, in capitals or not; what could
be either is a sign in small letters, and a word of the scale if it is written just like that.
"""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple
from uuid import UUID

from school.diary.attendance_rows import AttendanceRow
from school.diary.mark_rows import MarkRow
from school.diary.models import AttendanceKind, WorkKind
from school.diary.reasons import ReasonRow
from school.diary.scale_rows import Labels
from school.registry.calendar_feed_models import Language

WORKS = {
    Language.RU: {WorkKind.ANSWER: "", WorkKind.CLASSWORK: "р", WorkKind.HOMEWORK: "д", WorkKind.TEST: "к", WorkKind.EXAM: "э"},
    Language.EN: {WorkKind.ANSWER: "", WorkKind.CLASSWORK: "c", WorkKind.HOMEWORK: "h", WorkKind.TEST: "t", WorkKind.EXAM: "x"},
}
SIGNS = {
    Language.RU: {AttendanceKind.PRESENT: "п", AttendanceKind.ABSENT: "н", AttendanceKind.EXCUSED: "у", AttendanceKind.LATE: "о"},
    Language.EN: {AttendanceKind.PRESENT: "p", AttendanceKind.ABSENT: "a", AttendanceKind.EXCUSED: "e", AttendanceKind.LATE: "l"},
}
_WORK_OF = {letter: work for of in WORKS.values() for work, letter in of.items()}
_KIND_OF = {letter: kind for of in SIGNS.values() for kind, letter in of.items()}
_MARK = re.compile(rf"(\d{{1,4}})([{''.join(_WORK_OF)}]?)(?:\*(\d{{1,2}}))?", re.IGNORECASE)
_SIGN = re.compile(rf"([{''.join(_KIND_OF)}])(\d{{0,3}})(?::(\S{{1,3}}))?", re.IGNORECASE)
_WORDED = re.compile(r"([^\d*]+)(?:\*(\d{1,2}))?")


class Told(NamedTuple):
    """A mark as a cell tells it."""

    value: int
    work: WorkKind
    weight: int


class Sign(NamedTuple):
    """A register entry as a cell tells it; the reason by its sign."""

    kind: AttendanceKind
    minutes: int | None = None
    reason: str | None = None


class Cell(NamedTuple):
    """A pupil in a lesson."""

    sign: Sign | None = None
    marks: tuple[Told, ...] = ()


class UnreadableError(ValueError):
    """What no cell says; the text is the part that is not understood."""


def read(text: str, labels: Labels | None = None) -> Cell:
    """What a cell says, in a course whose scale has these words. UnreadableError where a part of it is neither a mark nor a sign, or there are two signs."""
    sign, marks = None, []
    for part in text.split():
        found = _SIGN.fullmatch(part)
        told = None if found is not None and part[0].islower() else _worded(part, labels or (), exactly=found is not None)
        if number := _MARK.fullmatch(part):
            marks.append(Told(int(number[1]), _WORK_OF[number[2].lower()], int(number[3] or 1)))
        elif told is not None:
            marks.append(told)
        elif found is not None and sign is None:
            kind = _KIND_OF[found[1].lower()]
            sign = Sign(kind, int(found[2]) if found[2] else None, found[3])
        else:
            raise UnreadableError(part[:40])
    return Cell(sign, tuple(marks))


def _worded(part: str, labels: Labels, *, exactly: bool) -> Told | None:
    """A mark that is told by its word, if this is one."""
    told = _WORDED.fullmatch(part)
    if told is None:
        return None
    values = {(label if exactly else label.casefold()): value for value, label in labels}
    word = told[1] if exactly else told[1].casefold()
    weight = int(told[2] or 1)
    if word in values:
        return Told(values[word], WorkKind.ANSWER, weight)
    work = _WORK_OF.get(word[-1:].lower())
    return Told(values[word[:-1]], work, weight) if work is not None and word[:-1] in values else None


def write_mark(mark: Told, language: Language) -> str:
    """A mark as it stands in a cell."""
    return f"{mark.value}{WORKS[language][mark.work]}{'' if mark.weight == 1 else f'*{mark.weight}'}"


def write_sign(sign: Sign, language: Language) -> str:
    """A sign as it stands in a cell."""
    return f"{SIGNS[language][sign.kind]}{sign.minutes or ''}{'' if sign.reason is None else f':{sign.reason}'}"


def write(cell: Cell, language: Language) -> str:
    """The text of a cell; `read` reads it as it was."""
    sign = () if cell.sign is None else (write_sign(cell.sign, language),)
    return " ".join([*sign, *(write_mark(mark, language) for mark in cell.marks)])


def cell_of(marks: Iterable[MarkRow], entry: AttendanceRow | None, reasons: Mapping[UUID, ReasonRow]) -> Cell:
    """The cell of rows. A reason whose sign a cell cannot hold is left out: an entry that names none keeps the one that is there."""
    sign = None
    if entry is not None:
        reason = reasons.get(entry.reason_id) if entry.reason_id is not None else None
        known = reason is not None and re.fullmatch(r"\S{1,3}", reason.sign) is not None
        sign = Sign(entry.kind, entry.minutes_late, reason.sign if reason is not None and known else None)
    return Cell(sign, tuple(Told(mark.value, mark.work, mark.weight) for mark in marks))
