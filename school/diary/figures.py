"""Figures of the diary: how the classes of a school attend and which marks they get, by day, week, class and subject, without a pupil."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction

from school.clock import check_range
from school.context import Viewer
from school.db import Rows
from school.diary.mark_rows import counts
from school.diary.models import Attendance, AttendanceKind, CourseScale, GradingScale, Lesson, Mark
from school.diary.policy import visible_figures
from school.diary.queries import IN_DAYS
from school.diary.scale_rows import SCALE
from school.errors import not_found
from school.ids import Ref
from school.reading import Reader
from school.registry.models import ClassGroup, Course, Subject
from school.statements import Asking, Read, given

LONGEST_RANGE = 190
"""Days: half a school year. Every entry of the registers of these days is counted: some 350,000 of 600 pupils."""


class week_of(GenericFunction[dt.date]):  # noqa: N801 - a function of SQL, called as one
    """The Monday of a date's week: `week_of(date)`."""

    type = sa.Date()
    inherit_cache = True


@compiles(week_of, "postgresql")
def _week_of_postgresql(element: week_of, compiler: Any, **words: Any) -> str:
    (date,) = (compiler.process(clause, **words) for clause in element.clauses)
    return f"({date} - ({date} - DATE '2001-01-01') % 7)"  # which was a Monday


@compiles(week_of, "sqlite")
def _week_of_sqlite(element: week_of, compiler: Any, **words: Any) -> str:
    (date,) = (compiler.process(clause, **words) for clause in element.clauses)
    return f"date({date}, '-6 days', 'weekday 1')"


class ClassKey(NamedTuple):
    """A class, in the order in which classes are listed."""

    grade: int
    letter: str
    school_id: int
    id: UUID


class SubjectKey(NamedTuple):
    """A subject, in the order of names."""

    name: str
    school_id: int
    id: UUID


class Scale(NamedTuple):
    """A grading scale; marks on different ones are never counted together."""

    scale_name: str
    lowest: int
    highest: int
    school_id: int
    scale_id: UUID
    scale_counts: bool
    labels: tuple[tuple[int, str], ...]


Entries = Mapping[AttendanceKind, int]
"""How many register entries of each kind."""


@dataclass(frozen=True, slots=True)
class Attended:
    """The register's entries by day and by class."""

    days: dict[dt.date, Entries]
    classes: dict[ClassKey, Entries]


@dataclass(slots=True)
class Given:
    """Standing marks on one scale: how many of each value, and their sum and weights."""

    values: dict[int, int] = field(default_factory=dict)
    weighted: int = 0
    weights: int = 0

    def add(self, value: int, count: int, weights: int) -> None:
        """So many marks of a value, with the sum of their weights."""
        self.values[value] = count
        self.weighted += value * weights
        self.weights += weights

    @property
    def average(self) -> Fraction:
        """Weighted, exactly."""
        return Fraction(self.weighted, self.weights)


@dataclass(frozen=True, slots=True)
class Marked:
    """Standing marks by week (its Monday), class and subject, each by scale."""

    weeks: dict[tuple[dt.date, Scale], Given]
    classes: dict[tuple[ClassKey, Scale], Given]
    subjects: dict[tuple[SubjectKey, Scale], Given]


@Read
def _classes(viewer: Asking, of_class: bool) -> Rows:
    """Whether the viewer gets figures of the school, or of the class that is named."""
    mine = sa.select(ClassGroup.id).where(ClassGroup.school_id == given("school_id"), visible_figures(viewer, ClassGroup.school_id, ClassGroup.id))
    return mine.where(ClassGroup.id == given("group_id", sa.Uuid())) if of_class else mine.limit(sa.literal_column("1"))


def _asked(viewer: Asking, of_class: bool) -> sa.ColumnElement[bool]:
    """The lessons of these days and this school, or this class of it."""
    return sa.and_(
        Lesson.school_id == given("school_id"), IN_DAYS, visible_figures(viewer, Lesson.school_id, Lesson.class_group_id),
        *((Lesson.class_group_id == given("group_id", sa.Uuid()),) if of_class else ()))


def _none(kind: Any) -> Any:
    return sa.cast(sa.null(), kind)


def _sum(column: Any) -> Any:
    return sa.cast(sa.func.sum(column), sa.BigInteger)


_NO_CLASS = (_none(sa.SmallInteger()).label("grade"), _none(sa.String()).label("letter"), _none(sa.Uuid()).label("class_id"))
_CLASS = (ClassGroup.grade, ClassGroup.letter, ClassGroup.id)


@Read
def _attendance(viewer: Asking, of_class: bool) -> Any:
    """What is counted once, by day and class, is summed up by each."""
    found = (
        sa.select(Lesson.on_date, Lesson.class_group_id, Attendance.kind, sa.func.count().label("count"))
        .join(Lesson, sa.and_(Lesson.school_id == Attendance.school_id, Lesson.id == Attendance.lesson_id))
        .where(Attendance.school_id == given("school_id"), _asked(viewer, of_class)).group_by(Lesson.on_date, Lesson.class_group_id, Attendance.kind)
        .cte("found")
    )
    count = _sum(found.c.count).label("count")
    days = sa.select(found.c.on_date, *_NO_CLASS, found.c.kind, count).group_by(found.c.on_date, found.c.kind)
    classes = (
        sa.select(_none(sa.Date()), *_CLASS, found.c.kind, count)
        .join(ClassGroup, sa.and_(ClassGroup.school_id == given("school_id"), ClassGroup.id == found.c.class_group_id)).group_by(*_CLASS, found.c.kind)
    )
    return sa.union_all(days, classes)


@Read
def _marks(viewer: Asking, of_class: bool) -> Any:
    """The same of standing marks, counted by week and course."""
    week = week_of(Lesson.on_date).label("week")
    counted = (
        sa.select(week, Mark.course_id, Mark.value, sa.func.count().label("count"), sa.func.sum(Mark.weight).label("weights"))
        .join(Lesson, sa.and_(Lesson.school_id == Mark.school_id, Lesson.id == Mark.lesson_id))
        .where(Mark.school_id == given("school_id"), counts(), _asked(viewer, of_class)).group_by(week, Mark.course_id, Mark.value)
        .subquery()
    )
    found = (
        sa.select(counted.c.week, Course.class_group_id, Course.subject_id, *SCALE, counted.c.value, counted.c.count, counted.c.weights)
        .select_from(counted).join(Course, sa.and_(Course.school_id == given("school_id"), Course.id == counted.c.course_id))
        .join(CourseScale, sa.and_(CourseScale.school_id == Course.school_id, CourseScale.id == Course.id))
        .join(GradingScale, sa.and_(GradingScale.school_id == CourseScale.school_id, GradingScale.id == CourseScale.scale_id)).cte("found")
    )
    by = (found.c.scale_id, found.c.scale_name, found.c.lowest, found.c.highest, found.c.scale_counts, found.c.labels, found.c.value)
    sums = (*by, _sum(found.c.count).label("count"), _sum(found.c.weights).label("weights"))
    no_subject = (_none(sa.String()).label("subject_name"), _none(sa.Uuid()).label("subject_id"))
    weeks = sa.select(found.c.week, *_NO_CLASS, *no_subject, *sums).group_by(found.c.week, *by)
    classes = (
        sa.select(_none(sa.Date()), *_CLASS, *no_subject, *sums)
        .join(ClassGroup, sa.and_(ClassGroup.school_id == given("school_id"), ClassGroup.id == found.c.class_group_id)).group_by(*_CLASS, *by)
    )
    subjects = (
        sa.select(_none(sa.Date()), *_NO_CLASS, Subject.name, Subject.id, *sums)
        .join(Subject, sa.and_(Subject.school_id == given("school_id"), Subject.id == found.c.subject_id)).group_by(Subject.name, Subject.id, *by)
    )
    return sa.union_all(weeks, classes, subjects)


async def attended(reader: Reader, viewer: Viewer, school_id: int, group: Ref | None, from_: dt.date, to: dt.date) -> Attended:
    """The register of a school, or of one of its classes, in at most 190 days: one round trip. Refused as absent: what the viewer gets no figures of."""
    days: dict[dt.date, dict[AttendanceKind, int]] = defaultdict(dict)
    classes: dict[ClassKey, dict[AttendanceKind, int]] = defaultdict(dict)
    for row in await _read(reader, viewer, _attendance, school_id, group, from_, to):
        entries = days[row.on_date] if row.on_date is not None else classes[ClassKey(row.grade, row.letter, school_id, row.class_id)]
        entries[row.kind] = row.count
    return Attended(dict(sorted(days.items())), dict(sorted(classes.items())))


async def marked(reader: Reader, viewer: Viewer, school_id: int, group: Ref | None, from_: dt.date, to: dt.date) -> Marked:
    """The marks of a school, or of one of its classes, as `attended`."""
    weeks: dict[tuple[dt.date, Scale], Given] = defaultdict(Given)
    classes: dict[tuple[ClassKey, Scale], Given] = defaultdict(Given)
    subjects: dict[tuple[SubjectKey, Scale], Given] = defaultdict(Given)
    for row in await _read(reader, viewer, _marks, school_id, group, from_, to):
        scale = Scale(
            row.scale_name, row.lowest, row.highest, school_id, row.scale_id, row.scale_counts, tuple((value, label) for value, label in row.labels))
        if row.week is not None:
            one = weeks[row.week, scale]
        elif row.class_id is not None:
            one = classes[ClassKey(row.grade, row.letter, school_id, row.class_id), scale]
        else:
            one = subjects[SubjectKey(row.subject_name, school_id, row.subject_id), scale]
        one.add(row.value, row.count, row.weights)
    return Marked(dict(sorted(weeks.items())), dict(sorted(classes.items())), dict(sorted(subjects.items())))


async def _read(reader: Reader, viewer: Viewer, what: Read, school_id: int, group: Ref | None, from_: dt.date, to: dt.date) -> list[Any]:
    check_range(from_, to, LONGEST_RANGE)
    if group is not None and group.school_id != school_id:
        raise not_found()
    of_class: dict[str, Any] = {} if group is None else {"group_id": group.id}
    there, found = await reader.each((_classes, what), viewer, group is not None, school_id=school_id, from_=from_, to=to, **of_class)
    if not there:
        raise not_found()
    return found
