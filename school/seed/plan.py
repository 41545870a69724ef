"""The outline of a seeded school: its classes, posts, bells, doors, and the school days behind and ahead of the seeding day."""

import datetime as dt
import itertools
from dataclasses import dataclass
from enum import StrEnum

from school.context import Role

WEEKDAYS = 5
TIME_ZONE = "Europe/Moscow"
CURRENCY = "RUB"


class Size(StrEnum):
    """How much to seed: the whole of it, or a school of a few classes for a quick look and for tests."""

    FULL = "full"
    SMALL = "small"


@dataclass(frozen=True, slots=True)
class ClassPlan:
    """A class and its number of pupils."""

    grade: int
    letter: str
    pupils: int


@dataclass(frozen=True, slots=True)
class Plan:
    """A school to be. `teachers` are the subjects of each teacher; each class of grades 1 to 4 has a teacher of its own besides."""

    school_id: int
    name: str
    short_name: str
    classes: tuple[ClassPlan, ...]
    teachers: tuple[tuple[str, ...], ...]
    posts: tuple[tuple[str, Role], ...]
    bells: tuple[tuple[dt.time, dt.time], ...]
    doors: tuple[str, ...]
    tills: tuple[str, ...]
    shared_families: int


@dataclass(frozen=True, slots=True)
class Calendar:
    """School days, Monday to Friday: `past` have been lived through, `ahead` have a timetable. The first of `ahead` is the seeding day, or the Monday after."""

    past: tuple[dt.date, ...]
    ahead: tuple[dt.date, ...]
    passages_from: dt.date

    @property
    def last_ended(self) -> dt.date:
        """The last day of the term before: a week of holidays lies between."""
        return self.begins - dt.timedelta(days=10)

    @property
    def enrolled(self) -> dt.date:
        """The first day of the term before, and since when all are pupils."""
        return self.last_ended - dt.timedelta(days=74)

    @property
    def begins(self) -> dt.date:
        """The first day of the term."""
        return self.past[0]

    @property
    def ends(self) -> dt.date:
        """The last day of the term."""
        return self.ahead[-1]


def next_school_day(date: dt.date) -> dt.date:
    """This date if it is a school day, else the Monday that follows."""
    return date + dt.timedelta(days=max(0, 7 - date.weekday()) if date.weekday() >= WEEKDAYS else 0)


def lay_calendar(today: dt.date, size: Size) -> Calendar:
    """Twelve weeks behind and four ahead (two and two in a small school); gates kept their passages for the last 29 days only."""
    first = next_school_day(today)
    weeks = 12 if size is Size.FULL else 2
    begins = first - dt.timedelta(days=first.weekday(), weeks=weeks)
    days = [begins + dt.timedelta(days=day) for day in range((first - begins).days + 7 * (4 if size is Size.FULL else 2))]
    days = [day for day in days if day.weekday() < WEEKDAYS]
    past = tuple(day for day in days if day < first)
    return Calendar(past, tuple(day for day in days if day >= first), past[-29:][0])


def _bells(*starts: str) -> tuple[tuple[dt.time, dt.time], ...]:
    """Lessons of 45 minutes."""
    begin = [dt.datetime.combine(dt.date.min, dt.time.fromisoformat(start)) for start in starts]
    return tuple((moment.time(), (moment + dt.timedelta(minutes=45)).time()) for moment in begin)


_MORNING = _bells("08:30", "09:25", "10:30", "11:35", "12:30", "13:25", "14:20")
_AFTERNOON = _bells("14:00", "14:55", "15:50", "16:45", "17:40", "18:35", "19:25")
_TEACHERS = (
    *(("Русский язык", "Литература"),) * 4, *(("Математика", "Алгебра", "Геометрия"),) * 4, *(("Английский язык",),) * 3, *(("История", "Обществознание"),) * 2,
    ("География",), ("Биология",), ("Химия",), ("Физика",), ("Информатика",), ("Музыка",), ("ИЗО", "Труд"), *(("Физкультура",),) * 3, ("ОБЗР",),
)
_FEW_TEACHERS = (
    ("Русский язык", "Литература"), ("Математика", "Алгебра", "Геометрия", "Информатика", "Физика"), ("Английский язык",),
    ("История", "Обществознание", "География"), ("Биология", "Химия", "Музыка", "ИЗО", "Труд"), ("Физкультура", "ОБЗР"),
)
_POSTS = (
    ("Директор", Role.HEAD), ("Заместитель директора", Role.HEAD), ("Заместитель директора", Role.OFFICE), ("Секретарь", Role.OFFICE),
    ("Заведующая столовой", Role.CANTEEN), ("Буфетчица", Role.CANTEEN), ("Охранник", Role.GUARD), ("Охранник", Role.GUARD), ("Библиотекарь", Role.OFFICE),
)
_SECOND = (ClassPlan(3, "А", 20), ClassPlan(6, "А", 21), ClassPlan(8, "А", 19))
_FEW = (ClassPlan(3, "Б", 12), ClassPlan(7, "А", 14), ClassPlan(9, "А", 12))
_FEW_SECOND = (ClassPlan(4, "А", 8), ClassPlan(6, "А", 8))
_FEW_POSTS = (("Директор", Role.HEAD), ("Секретарь", Role.OFFICE), ("Буфетчица", Role.CANTEEN), ("Охранник", Role.GUARD))


def plan_schools(size: Size) -> tuple[Plan, Plan]:
    """The main school of the morning shift, and a small one of the afternoon shift that shares families and a teacher with it."""
    full = size is Size.FULL
    second = Plan(
        2, "МБОУ «Школа № 41» (вторая смена)", "Школа 41", _SECOND if full else _FEW_SECOND, _FEW_TEACHERS, _FEW_POSTS, _AFTERNOON, ("Вход",), ("Буфет",),
        14 if full else 3,
    )
    main = Plan(
        1, "ГБОУ «Школа № 1284»", "Школа 1284", _lay_classes() if full else _FEW, _TEACHERS if full else _FEW_TEACHERS, _POSTS if full else _FEW_POSTS,
        _MORNING, ("Главный вход", "Вход со двора"), ("Столовая", "Буфет"), 0,
    )
    return main, second


def _lay_classes() -> tuple[ClassPlan, ...]:
    """Three classes of each primary grade and two of each other: 26 with 600 pupils."""
    pairs = [(grade, letter) for grade in range(1, 12) for letter in ("АБВ" if grade <= 4 else "АБ")]
    sizes = itertools.cycle((23, 24, 22, 23, 25, 22, 24, 23, 21, 23, 24, 22, 24))
    return tuple(ClassPlan(grade, letter, pupils) for (grade, letter), pupils in zip(pairs, sizes, strict=False))
