"""A class register as a spreadsheet: a course's term, pupils down and lessons across, with what it was when it was written in a hidden sheet beside it."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from io import BytesIO
from typing import Any
from uuid import UUID

import xlsxwriter

from school import ids
from school.diary import register_cells
from school.diary.attendance_rows import AttendanceRow
from school.diary.gradebook import Gradebook
from school.diary.mark_rows import MarkRow
from school.diary.register_cells import Cell
from school.diary.scale_rows import Labels
from school.ids import Kind, Ref
from school.registry.calendar_feed_models import Language
from school.registry.names import full_name

VERSION = 1
HIDDEN = "school"
PIECE = 30_000
"""Letters of the hidden sheet in one cell; Excel holds 32,767."""
MOST_PIECES = 100
WORDS = {
    Language.RU: {"sheet": "Журнал", "pupil": "Ученик", "lesson": "{0:%d.%m.%Y}, урок {1}", "cancelled": "отменён", "how": "Как заполнять",
                  "scale": "Шкала", "words": "Слово или букву можно писать и в журнале, вместо числа.", "rules": (
        "Отметка: 5. Вид работы — буквой после неё: р — классная, д — домашняя, к — контрольная, э — экзамен. Вес — после звёздочки: 4к*2.",
        "Посещение: п — был, н — не был, у — уважительная причина, о7 — опоздал на 7 минут. Причина школы — после двоеточия: н:Б.",
        "Несколько — через пробел: о5 4 5к*3. Строки, столбцы и заголовки не меняйте, формул не вставляйте.")},
    Language.EN: {"sheet": "Register", "pupil": "Pupil", "lesson": "{0:%Y-%m-%d}, lesson {1}", "cancelled": "cancelled", "how": "How to fill in",
                  "scale": "Scale", "words": "A word or a letter may be written in the register, too, in the place of its number.", "rules": (
        "A mark: 5. Its work by a letter after it: c classwork, h homework, t test, x exam. Its weight after an asterisk: 4t*2.",
        "Attendance: p present, a absent, e excused, l7 seven minutes late. The school's reason after a colon: a:B.",
        "Several with spaces between: l5 4 5t*3. Do not change rows, columns and headers, and insert no formulas.")},
}
Place = tuple[UUID, UUID]
"""A pupil and a lesson."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What was exported: opaque ids of course and term, the header with its lessons, the names with their pupils, and of each cell that is not empty, by
    `row:column` counted from 0, its text and the marks with their revisions, in order."""

    version: int
    course: str
    term: str
    language: str
    header: list[str]
    names: list[str]
    lessons: list[str]
    pupils: list[str]
    cells: dict[str, tuple[str, list[tuple[str, int]]]]


def contents(book: Gradebook) -> dict[Place, tuple[Cell, list[MarkRow], AttendanceRow | None]]:
    """What stands in a gradebook now, cell by cell, but for empty ones; marks in the order in which they were given."""
    reasons = {reason.id: reason for reason in book.reasons}
    marks: defaultdict[Place, list[MarkRow]] = defaultdict(list)
    entries: dict[Place, AttendanceRow] = {}
    for row in book.pupils:
        for mark in row.marks:
            marks[row.pupil.id, mark.lesson_id].append(mark)
        entries.update({(row.pupil.id, entry.lesson_id): entry for entry in row.attendance})
    found = {}
    for place in marks.keys() | entries.keys():
        given = sorted(marks.get(place, []), key=lambda mark: (mark.given_at, mark.id))
        found[place] = register_cells.cell_of(given, entries.get(place), reasons), given, entries.get(place)
    return found


def snapshot(book: Gradebook, term: Ref, language: Language) -> Snapshot:
    """Of a gradebook as it is now."""
    words, course = WORDS[language], book.course
    header = [str(words["lesson"]).format(one.on_date, one.bell) + (f", {words['cancelled']}" if one.cancelled_at else "") for one in book.lessons]
    columns, rows = ({id_: place for place, id_ in enumerate(of)} for of in ([one.id for one in book.lessons], [one.pupil.id for one in book.pupils]))
    cells = {
        f"{rows[pupil]}:{columns[lesson]}": (register_cells.write(cell, language), [(mark.id.hex, mark.revision) for mark in marks])
        for (pupil, lesson), (cell, marks, _) in contents(book).items() if lesson in columns}
    return Snapshot(
        VERSION, ids.encode(Kind.COURSE, course.school_id, course.id), ids.encode(Kind.TERM, term.school_id, term.id), language.value,
        [str(words["pupil"]), *header], [full_name(one.pupil.family_name, one.pupil.given_name, one.pupil.patronymic) for one in book.pupils],
        [one.id.hex for one in book.lessons], [one.pupil.id.hex for one in book.pupils], cells)


def write(kept: Snapshot, labels: Labels | None = None) -> bytes:
    """The file, with what the scale's values are called beside it. Everything is written as text: what a name begins with is no formula."""
    words, target = WORDS[Language(kept.language)], BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}) as book:
        book.set_properties({"title": words["sheet"]})
        sheet, how, hidden = book.add_worksheet(words["sheet"]), book.add_worksheet(words["how"]), book.add_worksheet(HIDDEN)
        bold, cell = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "num_format": "@"}), book.add_format({"num_format": "@"})
        sheet.freeze_panes(1, 1)
        sheet.set_column(0, 0, 34, cell)
        sheet.set_column(1, max(1, len(kept.lessons)), 11, cell)
        for column, text in enumerate(kept.header):
            sheet.write_string(0, column, text, bold)
        for row, name in enumerate(kept.names):
            sheet.write_string(row + 1, 0, name, cell)
        for place, (text, _) in kept.cells.items():
            row, column = map(int, place.split(":"))
            sheet.write_string(row + 1, column + 1, text, cell)
        scale = [f"{words['scale']}: {', '.join(f'{value} — {label}' for value, label in labels)}. {words['words']}"] if labels else []
        for row, text in enumerate([*words["rules"], *scale]):
            how.write_string(row, 0, text)
        data = json.dumps(asdict(kept), ensure_ascii=True, separators=(",", ":"))
        for row, begin in enumerate(range(0, len(data), PIECE)):
            hidden.write_string(row, 0, data[begin:begin + PIECE])
        hidden.very_hidden()
    return target.getvalue()


def load(pieces: Sequence[Any]) -> Snapshot:
    """The snapshot of a hidden sheet's cells. ValueError, TypeError, KeyError or ArithmeticError where it is none of ours."""
    data: Mapping[str, Any] = json.loads("".join(str(piece) for piece in pieces[:MOST_PIECES]))
    kept = Snapshot(**data)
    lists = (kept.header, kept.names, kept.lessons, kept.pupils)
    if kept.version != VERSION or not all(isinstance(one, list) and all(isinstance(text, str) for text in one) for one in lists):
        raise ValueError("another version")
    if len(kept.header) != len(kept.lessons) + 1 or len(kept.names) != len(kept.pupils) or not isinstance(kept.cells, dict):
        raise ValueError("not whole")
    for id_ in (*kept.lessons, *kept.pupils):
        UUID(id_)
    cells = {str(place): (str(text), [(str(mark), int(revision)) for mark, revision in marks]) for place, (text, marks) in kept.cells.items()}
    Language(kept.language)
    return Snapshot(kept.version, str(kept.course), str(kept.term), kept.language, *lists, cells)
