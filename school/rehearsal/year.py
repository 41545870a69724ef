"""The school year that is rehearsed: terms and holidays around today, and a week in which nobody is in two places."""

import datetime as dt
from collections.abc import Iterator
from typing import NamedTuple

WEEKDAYS, BELLS = 5, 6
"""A week has thirty lessons: ten subjects of three."""
FREE_BELL = BELLS + 1
"""At which nobody has a lesson."""
SUBJECTS = (
    "Русский язык", "Литература", "Математика", "Английский язык", "История", "География", "Биология", "Физика", "Информатика", "Физкультура",
)
CLASSES = 26
_AT_ONCE = len(SUBJECTS)
_BACK = 10
"""Weeks before this one in which the year has begun: its first term is over, and the second has begun."""


class Days(NamedTuple):
    """The first and the last day of a part of the year."""

    name: str
    first: dt.date
    last: dt.date


class Year(NamedTuple):
    """Its parts, in order."""

    whole: Days
    terms: tuple[Days, ...]
    holidays: tuple[Days, ...]

    def school_days(self, first: dt.date, last: dt.date) -> Iterator[dt.date]:
        """From Monday to Friday, in a term and in no holidays."""
        for number in range((last - first).days + 1):
            date = first + dt.timedelta(days=number)
            if date.isoweekday() <= WEEKDAYS and any(term.first <= date <= term.last for term in self.terms):
                yield date


def year_around(today: dt.date) -> Year:
    """Four terms of eight, eight, ten and four weeks, with holidays between them."""
    monday = today - dt.timedelta(days=today.weekday(), weeks=_BACK)

    def days(name: str, week: int, weeks: int) -> Days:
        first = monday + dt.timedelta(weeks=week)
        return Days(name, first, first + dt.timedelta(weeks=weeks, days=-1))

    return Year(
        days(f"{monday.year}/{monday.year + 1}", 0, 34),
        (days("I четверть", 0, 8), days("II четверть", 9, 8), days("III четверть", 19, 10), days("IV четверть", 30, 4)),
        (days("Осенние каникулы", 8, 1), days("Зимние каникулы", 17, 2), days("Весенние каникулы", 29, 1)),
    )


class Slot(NamedTuple):
    """A lesson of a class's week: which of the subjects, on which weekday (1 is Monday), at which bell."""

    subject: int
    weekday: int
    bell: int


def week_of(place: int) -> list[Slot]:
    """The week of a class, by its place among all. What several are taught at one moment as many teachers teach: their places differ by ten."""
    return [Slot((number + place) % _AT_ONCE, 1 + number // BELLS, 1 + number % BELLS) for number in range(WEEKDAYS * BELLS)]


def teacher_of(place: int, subject: int) -> int:
    """Who teaches a subject to a class: a number from 0; so many classes as there are subjects share one."""
    return place // _AT_ONCE * _AT_ONCE + subject


def teachers(classes: int) -> int:
    """How many there are."""
    return -(-classes // _AT_ONCE) * _AT_ONCE


def class_name(place: int) -> tuple[int, str]:
    """Grade and letter: 1А to 11А, then 1Б and on."""
    return place % 11 + 1, "АБВ"[place // 11]
