"""A timetable as an iCalendar file. Nobody is named in it: it lies with whoever runs somebody's calendar.

A lesson keeps its UID wherever it is moved, and its SEQUENCE counts its changes and those of its hours; one that is not held is there still, as CANCELLED.
Homework is an entry of the whole day on which it is due, not a VTODO: most programs leave to-dos out of a calendar that they only read.
"""

import datetime as dt
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from school.diary import ics
from school.diary.calendar import Timetable
from school.registry.calendar_feed_models import Language

WORDS = {
    Language.RU: {
        "lessons": "Уроки", "cancelled": "Отменён", "given": "Ведёт другой учитель", "substituted": "Замена", "merged": "Вместе с другим классом",
        "room": "Другой кабинет", "moved": "Перенесён с", "topic": "Тема", "homework": "ДЗ", "minutes": "Примерно минут", "day": "%d.%m.%Y",
    },
    Language.EN: {
        "lessons": "Lessons", "cancelled": "Cancelled", "given": "Given by another teacher", "substituted": "Substitution", "merged": "With another class",
        "room": "Another room", "moved": "Moved from", "topic": "Topic", "homework": "Homework", "minutes": "Minutes, about", "day": "%Y-%m-%d",
    },
}
REFRESH = "PT1H"


def write(timetable: Timetable, language: Language, person_id: UUID, stamp: dt.datetime) -> bytes:
    """The file, the same for the same rows. `stamp` is when the feed was made, for every entry: a lesson does not tell when it was changed, only how often."""
    words = WORDS[language]
    name = f"{words['lessons']} {timetable.group}" if timetable.group else words["lessons"]
    head = (
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//school//diary//RU", "CALSCALE:GREGORIAN", f"X-WR-CALNAME:{ics.text(name)}", f"NAME:{ics.text(name)}",
        f"REFRESH-INTERVAL;VALUE=DURATION:{REFRESH}", f"X-PUBLISHED-TTL:{REFRESH}", f"X-WR-TIMEZONE:{timetable.time_zone}")
    parts = [*map(ics.fold, head), ics.time_zone(timetable.time_zone, timetable.from_, timetable.to)]
    dtstamp = ics.utc(stamp)
    parts += (_lesson(lesson, words, dtstamp, of_teacher=None if timetable.group else person_id) for lesson in timetable.lessons)
    parts += (_homework(homework, words, dtstamp) for homework in timetable.homework)
    return "".join([*parts, ics.fold("END:VCALENDAR")]).encode()


def _lesson(row: Any, words: dict[str, str], dtstamp: str, *, of_teacher: UUID | None) -> str:
    """For a teacher, a lesson that another gives is not held; the class is told beside the subject, as a group is to all. Lines that are never long are
    written at once."""
    given_away = of_teacher is not None and row.teacher_id != of_teacher
    subject = ", ".join((row.subject, *(() if of_teacher is None else (f"{row.grade}{row.letter}",)), *((row.part,) if row.part else ())))
    off = row.cancelled_at is not None or given_away
    said = [*_changes(row, words, given_away=given_away), *([f"{words['topic']}: {row.topic}"] if row.topic else [])]
    day, zone = ics.date(row.on_date), row.time_zone
    return (
        f"BEGIN:VEVENT\r\nUID:lesson-{row.id}\r\nDTSTAMP:{dtstamp}\r\nSEQUENCE:{row.revision + row.retimed}\r\n"
        f"DTSTART;TZID={zone}:{day}T{ics.time(row.bell_starts_at)}\r\nDTEND;TZID={zone}:{day}T{ics.time(row.bell_ends_at)}\r\n"
        f"{ics.line('SUMMARY', ': '.join([words['cancelled'], subject]) if off else subject)}"
        f"{ics.line('LOCATION', row.room) if row.room else ''}{ics.line('DESCRIPTION', chr(10).join(said)) if said else ''}"
        f"STATUS:{'CANCELLED' if off else 'CONFIRMED'}\r\nTRANSP:{'TRANSPARENT' if off else 'OPAQUE'}\r\nEND:VEVENT\r\n")


def _changes(row: Any, words: dict[str, str], *, given_away: bool) -> Iterator[str]:
    """What of a lesson is not as the timetable has it; why is not told."""
    if not row.revision:
        return
    if given_away and row.cancelled_at is None:
        yield words["given"]
    if row.substitute_id is not None and not given_away:
        yield words["substituted"]
    if row.merged_with_id is not None:
        yield words["merged"]
    if row.planned_room != row.room:
        yield words["room"]
    if _is_moved(row):
        yield f"{words['moved']} {row.planned_on:{words['day']}}, {row.planned_starts_at:%H:%M}"


def _is_moved(row: Any) -> bool:
    return (row.planned_on, row.planned_bell) != (row.on_date, row.bell)


def _homework(row: Any, words: dict[str, str], dtstamp: str) -> str:
    said = [row.text, *row.links, *([f"{words['minutes']}: {row.minutes}"] if row.minutes else [])]
    return (
        f"BEGIN:VEVENT\r\nUID:homework-{row.id}\r\nDTSTAMP:{dtstamp}\r\nSEQUENCE:{row.revision - 1}\r\n"
        f"DTSTART;VALUE=DATE:{ics.date(row.on_date)}\r\nDTEND;VALUE=DATE:{ics.date(row.on_date + dt.timedelta(days=1))}\r\n"
        f"{ics.line('SUMMARY', ': '.join([words['homework'], row.subject]))}{ics.line('DESCRIPTION', chr(10).join(said))}"
        f"STATUS:CONFIRMED\r\nTRANSP:TRANSPARENT\r\nEND:VEVENT\r\n")
