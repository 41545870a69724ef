"""Report cards as a PDF: laid out by typst, from a template of ours and data that is text and nothing else, with the fonts that typst brings along."""

import datetime as dt
from collections.abc import Hashable
from pathlib import Path
from typing import Any

import orjson
import typst

from school.diary.averages import rounded
from school.diary.press import PRESS
from school.diary.report_cards import Card, Line, ReportCards
from school.diary.scale_rows import label_of
from school.registry.calendar_feed_models import Language

FOLDER = Path(__file__).parent / "paper"
"""Where the template lies, alone: typst reads no file outside it."""
WORDS = {
    Language.RU: {
        "title": "Табель успеваемости", "pupil": "Ученик", "group": "Класс", "term": "Период", "subject": "Предмет", "marks": "Отметок",
        "average": "Средний балл", "decision": "Итог", "not_assessed": "н/а", "no_subjects": "Предметов с отметками нет.", "day": "%d.%m.%Y", "point": ",",
        "attendance": "Пропущено уроков: {missed}, из них по уважительной причине: {excused}. Опозданий: {late}.",
        "rule": "Средний балл — сумма произведений отметок на их веса, делённая на сумму весов; округлён до сотых, половина — вверх.",
        "teacher": "Классный руководитель", "head": "Директор", "family": "Подпись родителя (законного представителя)",
    },
    Language.EN: {
        "title": "Report card", "pupil": "Pupil", "group": "Class", "term": "Term", "subject": "Subject", "marks": "Marks",
        "average": "Average", "decision": "Final mark", "not_assessed": "n/a", "no_subjects": "There are no subjects with marks.", "day": "%Y-%m-%d",
        "point": ".", "attendance": "Lessons missed: {missed}, of these excused: {excused}. Late: {late}.",
        "rule": "The average is the sum of marks times weights over the sum of weights, rounded to two places, a half upwards.",
        "teacher": "Class teacher", "head": "Head", "family": "Signature of parent or guardian",
    },
}


async def write(cards: ReportCards, language: Language, account: Hashable = None) -> bytes:
    """The file: a page or more for each card; a class of thirty takes half a second of a processor. Refused: TOO_MANY_ATTEMPTS, as `Press.run`."""
    return await PRESS.run(account, _compile, orjson.dumps(content_of(cards, language)).decode())


def content_of(cards: ReportCards, language: Language) -> dict[str, Any]:
    """What the template is given: words and figures as they are printed."""
    words = WORDS[language]
    *parts, last = cards.terms
    columns = [*(cards.terms[term] for term in parts), words["marks"], words["average"], words["decision"]]
    days = f"{_day(cards.starts_on, words)} – {_day(cards.ends_on, words)}"
    teacher = ", ".join([words["teacher"], *([cards.class_teacher] if cards.class_teacher else [])])
    return {
        "language": language.value, "title": words["title"], "school": cards.school, "term": f"{cards.term}, {days}", "words": words, "columns": columns,
        "footer": f"{cards.school} · {cards.group} · {cards.term}",
        "cards": [{
            "name": card.name, "group": cards.group, "teacher": teacher, "attendance": _attendance(card, words),
            "rows": [[
                line.subject, *(_decision(line, term, words) for term in parts), str(line.marks), _average(line, words), _decision(line, last, words),
            ] for line in card.lines],
        } for card in cards.cards],
    }


def _day(date: dt.date, words: dict[str, str]) -> str:
    return date.strftime(words["day"])


def _decision(line: Line, term: Any, words: dict[str, str]) -> str:
    if term not in line.decisions:
        return "—"
    value = line.decisions[term]
    return words["not_assessed"] if value is None else label_of(line.labels, value)


def _average(line: Line, words: dict[str, str]) -> str:
    return "—" if line.average is None else rounded(line.average).replace(".", words["point"])


def _attendance(card: Card, words: dict[str, str]) -> str:
    attended = card.attended
    return words["attendance"].format(missed=attended.absent + attended.excused, excused=attended.excused, late=attended.late)


def _compile(data: str) -> bytes:
    """No font and no file of the machine, whatever stands in the data."""
    return typst.compile(FOLDER / "report_card.typ", root=FOLDER, ignore_system_fonts=True, format="pdf", sys_inputs={"data": data})
