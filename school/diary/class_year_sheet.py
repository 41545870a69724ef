"""A class's term or year as a spreadsheet: a sheet of what was decided in all subjects, and one for each subject with its marks."""

import re
from collections import defaultdict
from io import BytesIO
from typing import Any
from uuid import UUID

import xlsxwriter

from school.diary import register_cells
from school.diary.averages import rounded
from school.diary.class_years import ClassYear
from school.diary.register_cells import Cell, Told
from school.diary.report_cards import Card, Line
from school.diary.scale_rows import label_of
from school.registry.calendar_feed_models import Language

LONGEST_TITLE = 31
"""Of a sheet: Excel's."""
WORDS = {
    Language.RU: {"all": "Итоги", "pupil": "Ученик", "day": "{0:%d.%m}, {1}", "average": "Среднее", "none": "н/а", "comma": ",", "absent": "Пропущено",
                  "excused": "По уважительной", "late": "Опозданий"},
    Language.EN: {"all": "All subjects", "pupil": "Pupil", "day": "{0:%Y-%m-%d}, {1}", "average": "Average", "none": "n/a", "comma": ".", "absent": "Absent",
                  "excused": "Excused", "late": "Late"},
}
Grid = list[list[str]]


def write(year: ClassYear, language: Language) -> bytes:
    """The file. Everything is text, as in a register: what a name begins with is no formula."""
    words, target, titles = WORDS[language], BytesIO(), set[str]()
    with xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}) as book:
        book.set_properties({"title": f"{year.cards.group}, {year.cards.term}"})
        bold, cell = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "num_format": "@"}), book.add_format({"num_format": "@"})
        for title, grid in [(words["all"], summary(year, language)), *((name, of_course(year, id_, language)) for id_, name in _courses(year).items())]:
            sheet = book.add_worksheet(_title(title, titles))
            sheet.freeze_panes(1, 1)
            sheet.set_column(0, 0, 34, cell)
            sheet.set_column(1, max(1, len(grid[0]) - 1), 11, cell)
            for row, texts in enumerate(grid):
                for column, text in enumerate(texts):
                    if text:
                        sheet.write_string(row, column, text, cell if row else bold)
    return target.getvalue()


def summary(year: ClassYear, language: Language) -> Grid:
    """Pupils down, subjects across: what was decided for the term, and the lessons missed."""
    words, courses = WORDS[language], _courses(year)
    rows = [[words["pupil"], *courses.values(), words["absent"], words["excused"], words["late"]]]
    for card in year.cards.cards:
        lines = {line.course_id: line for line in card.lines}
        attended = (card.attended.absent, card.attended.excused, card.attended.late)
        rows.append([card.name, *(_decided(lines.get(id_), year.term.id, language) for id_ in courses), *map(str, attended)])
    return rows


def of_course(year: ClassYear, course: UUID, language: Language) -> Grid:
    """Pupils down, lessons with marks across, then what was decided in each term, and the average."""
    words, terms = WORDS[language], year.cards.terms
    marks: defaultdict[Any, list[Told]] = defaultdict(list)
    for mark in year.marks:
        if mark.course_id == course:
            marks[mark.pupil_id, mark.on_date, mark.bell].append(Told(mark.value, mark.work, mark.weight))
    lessons = sorted({(on_date, bell) for _, on_date, bell in marks})
    rows = [[words["pupil"], *(words["day"].format(*lesson) for lesson in lessons), *terms.values(), words["average"]]]
    for card in year.cards.cards:
        line = _line(card, course)
        given = [register_cells.write(Cell(None, tuple(marks.get((card.person.id, *lesson), ()))), language) for lesson in lessons]
        average = "" if line is None or line.average is None else rounded(line.average).replace(".", words["comma"])
        rows.append([card.name, *given, *(_decided(line, term, language) for term in terms), average])
    return rows


def _courses(year: ClassYear) -> dict[UUID, str]:
    """Those of which a card says something, in the order of the cards."""
    return {line.course_id: line.subject for card in year.cards.cards for line in card.lines if line.course_id is not None}


def _line(card: Card, course: UUID) -> Line | None:
    return next((line for line in card.lines if line.course_id == course), None)


def _decided(line: Line | None, term: UUID, language: Language) -> str:
    if line is None or term not in line.decisions:
        return ""
    value = line.decisions[term]
    return WORDS[language]["none"] if value is None else label_of(line.labels, value)


def _title(subject: str, taken: set[str]) -> str:
    """A sheet's name that Excel takes, and that no other sheet has."""
    plain = re.sub(r"[\[\]:*?/\\']", " ", subject).strip() or "—"
    for number in range(1, len(taken) + 2):
        end = "" if number == 1 else f" {number}"
        title = plain[:LONGEST_TITLE - len(end)] + end
        if title.casefold() not in taken:
            break
    taken.add(title.casefold())
    return title
