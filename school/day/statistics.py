"""Statistics: the figures of whole schools, by calendar month, without a name and without a figure that fewer than five pupils are behind.

A figure is of one whole month (a passage's of one day), whatever days were asked for: two questions never differ by a few days, and so tell no more
than one does. The district gets a month when it is over; a school's own office and head, who read its records anyway, the running one too.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school import clock
from school.access.models import Direction, Passage
from school.connections import Page, page
from school.context import ADMINISTRATION, Viewer
from school.day.policy import visible_statistics
from school.day.suppression import Cell, divide, tell
from school.db import Column, Rows, local_date
from school.diary.mark_rows import counts
from school.diary.models import Attendance, CourseScale, GradingScale, Lesson, Mark
from school.errors import not_found
from school.meals.models import MealAccount, Transfer, TransferKind
from school.registry.models import ClassGroup, Pupil, School

LONGEST_RANGE = 190


@dataclass(frozen=True, slots=True)
class Divided:
    """A total and its parts."""

    total: int | None = None
    parts: Sequence[Cell[Any]] = ()


@dataclass(slots=True)
class Figures:
    """The figures of one school. Marks and register entries by month and grade, passages by day, meals and their sums by month."""

    pupils: Divided = field(default_factory=Divided)
    marks: dict[tuple[dt.date, int], Divided] = field(default_factory=dict)
    attendance: dict[tuple[dt.date, int], Divided] = field(default_factory=dict)
    entries: list[Cell[dt.date]] = field(default_factory=list)
    meals: list[tuple[Cell[dt.date], int | None]] = field(default_factory=list)


async def schools(session: AsyncSession, viewer: Viewer, school_id: int | None, *, first: int, after: str | None) -> Page:
    """The schools of whose figures the viewer gets, by number. Refused as absent: another school that is named."""
    columns = sa.select(School.id, School.name, School.short_name, School.time_zone, School.currency)
    statement = columns.where(visible_statistics(viewer), *(() if school_id is None else (School.id == school_id,)))
    found = await page(session, statement, (School.id,), first=first, after=after)
    if school_id is not None and not found.rows and after is None:
        raise not_found()
    return found


async def figures(
    session: AsyncSession, viewer: Viewer, school_ids: Sequence[int], from_: dt.date, to: dt.date, nouns: Collection[str] | None = None,
) -> dict[int, Figures]:
    """The figures of these schools, which the viewer was seen to get, for the months that at most 190 days touch. One statement, as the service.

    With `nouns` only those (of `PARTS`) are counted: rows of a whole school are looked at for each.
    """
    clock.check_range(from_, to, LONGEST_RANGE)
    told: dict[int, Figures] = {school_id: Figures() for school_id in school_ids}
    parts = [part for noun, part in PARTS.items() if nouns is None or noun in nouns]
    if not told or not parts:
        return told
    found: dict[str, dict[int, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for row in await session.execute(_statement(parts, _Span(viewer, school_ids, from_.replace(day=1), _after_month(to)))):
        found[row.noun][row.school_id].append(row)
    for school_id, one in told.items():
        one.pupils = Divided(*divide([Cell(row.grade, row.count, row.pupils) for row in found["pupils"][school_id]]))
        one.marks, one.attendance = _by_month_and_grade(found["marks"][school_id]), _by_month_and_grade(found["attendance"][school_id])
        one.entries = [tell(Cell(row.date, row.count, row.pupils)) for row in found["entries"][school_id]]
        for row in found["meals"][school_id]:
            cell = tell(Cell(_month(row), row.count, row.pupils))
            one.meals.append((cell, None if cell.count is None else int(row.sum)))
    return told


def _by_month_and_grade(rows: Iterable[Any]) -> dict[tuple[dt.date, int], Divided]:
    groups: dict[tuple[dt.date, int], list[Cell[Any]]] = defaultdict(list)
    for row in rows:
        groups[_month(row), row.grade].append(Cell((row.scale, row.key), row.count, row.pupils))
    return {key: Divided(*divide(cells)) for key, cells in groups.items()}


def _month(row: Any) -> dt.date:
    """Its first day."""
    return dt.date(row.month // 100, row.month % 100, 1)


def _after_month(date: dt.date) -> dt.date:
    """The first day after the date's month."""
    return clock.shifted(date.replace(day=28), 4).replace(day=1)


@dataclass(frozen=True, slots=True)
class _Span:
    """Whose figures, and of which days, from inclusive to exclusive."""

    viewer: Viewer
    school_ids: Sequence[int]
    begins: dt.date
    ends: dt.date

    def covers(self, school_id: Column, date: Any) -> sa.ColumnElement[bool]:
        """Rows of these schools and days. Months end later in the west: a month is over when it is in UTC and half a day has gone."""
        over = (clock.now() - dt.timedelta(hours=12)).date().replace(day=1)
        own = sorted(set(self.school_ids) & set(self.viewer.schools(*ADMINISTRATION)))
        told = sa.or_(school_id.in_(own), date < over) if own else date < over
        return sa.and_(school_id.in_(self.school_ids), date >= self.begins, date < self.ends, told)

    def holds(self, moment: Column) -> sa.ColumnElement[bool]:
        """The same days by an index, roughly: a school's day begins up to 14 hours earlier or later than in UTC."""
        begins, ends = (dt.datetime.combine(date, dt.time(), dt.UTC) for date in (clock.shifted(self.begins, -1), clock.shifted(self.ends, 1)))
        return sa.and_(moment >= begins, moment < ends)


Part = Callable[[_Span], Rows]


def _statement(parts: Iterable[Part], span: _Span) -> Any:
    """All these figures at once: what is counted, where, when, of which grade and kind; how many, how much, and how many pupils are behind it."""
    return sa.union_all(*(_summed_up(part(span)) for part in parts)).order_by("noun", "school_id", "month", "date", "grade", "scale", "key")


def _summed_up(part: Rows) -> Rows:
    """Of what each pupil has. PostgreSQL counts the distinct ones of very many rows by sorting all of these; so they are added up by pupil first."""
    each = part.subquery()
    keys = [each.c[name] for name in ("noun", "school_id", *_KEYS)]
    totals = [sa.cast(sa.func.sum(each.c[name]), sa.BigInteger).label(name) for name in ("count", "sum")]
    return sa.select(*keys, *totals, sa.func.count().label("pupils")).group_by(*keys)


def _select(noun: str, school_id: Column, pupil_id: Column, *, total: Any = None, **by: Any) -> Rows:
    """The columns that all parts of the statement share; those that are not given are null. A row for each pupil and what is given."""
    keys = [(by[name] if name in by else sa.cast(sa.null(), kind)).label(name) for name, kind in _KEYS.items()]
    counted = [
        sa.func.count().label("count"), sa.cast(sa.null() if total is None else sa.func.sum(total), sa.BigInteger).label("sum"),
    ]
    return sa.select(sa.literal(noun).label("noun"), school_id.label("school_id"), *keys, *counted).group_by(school_id, pupil_id, *by.values())


_KEYS: dict[str, Any] = {"month": sa.Integer(), "date": sa.Date(), "grade": sa.SmallInteger(), "scale": sa.String(), "key": sa.String()}
"""By what is counted."""


def _month_of(date: Any) -> Any:
    """As a number: 202609. Without parameters: PostgreSQL would take them for other ones where the rows are grouped."""
    return sa.cast(sa.extract("year", date) * sa.literal_column("100") + sa.extract("month", date), sa.Integer)


def _same(table: Any, column: Any, other: Any) -> sa.ColumnElement[bool]:
    """The key of a tenant's row."""
    return sa.and_(other.school_id == table.school_id, other.id == column)


def _pupils(span: _Span) -> Rows:
    """Who is at the school now."""
    return _select("pupils", Pupil.school_id, Pupil.id, grade=ClassGroup.grade).join(ClassGroup, _same(Pupil, Pupil.class_group_id, ClassGroup)).where(
        Pupil.school_id.in_(span.school_ids), Pupil.left_on.is_(None))


def _marks(span: _Span) -> Rows:
    """Marks that count, by value; those of different scales apart."""
    return (
        _select("marks", Mark.school_id, Mark.pupil_id, month=_month_of(Lesson.on_date), grade=ClassGroup.grade, scale=GradingScale.name,
                key=sa.cast(Mark.value, sa.String))
        .join(Lesson, _same(Mark, Mark.lesson_id, Lesson)).join(ClassGroup, _same(Lesson, Lesson.class_group_id, ClassGroup))
        .join(CourseScale, _same(Mark, Mark.course_id, CourseScale)).join(GradingScale, _same(CourseScale, CourseScale.scale_id, GradingScale))
        .where(span.covers(Mark.school_id, Lesson.on_date), counts())
    )


def _attendance(span: _Span) -> Rows:
    """Register entries, by kind."""
    return (
        _select("attendance", Attendance.school_id, Attendance.pupil_id, month=_month_of(Lesson.on_date), grade=ClassGroup.grade,
                key=sa.cast(Attendance.kind, sa.String))
        .join(Lesson, _same(Attendance, Attendance.lesson_id, Lesson)).join(ClassGroup, _same(Lesson, Lesson.class_group_id, ClassGroup))
        .where(span.covers(Attendance.school_id, Lesson.on_date))
    )


def _entries(span: _Span) -> Rows:
    """How often pupils came in."""
    date = local_date(Passage.happened_at, School.time_zone)
    return (
        _select("entries", Passage.school_id, Passage.person_id, date=date)
        .join(School, School.id == Passage.school_id).join(Pupil, _same(Passage, Passage.person_id, Pupil))
        .where(span.covers(Passage.school_id, date), span.holds(Passage.happened_at), Passage.direction == Direction.IN)
    )


def _meals(span: _Span) -> Rows:
    """What was sold to pupils and not taken back."""
    date, refund = local_date(Transfer.happened_at, School.time_zone), sa.orm.aliased(Transfer)
    return (
        _select("meals", Transfer.school_id, MealAccount.person_id, total=Transfer.amount, month=_month_of(date))
        .join(School, School.id == Transfer.school_id).join(MealAccount, _same(Transfer, Transfer.account_id, MealAccount))
        .join(Pupil, _same(MealAccount, MealAccount.person_id, Pupil))
        .outerjoin(refund, sa.and_(refund.school_id == Transfer.school_id, refund.refunds == Transfer.id))
        .where(span.covers(Transfer.school_id, date), span.holds(Transfer.happened_at), Transfer.kind == TransferKind.SALE, refund.id.is_(None))
    )


PARTS: Mapping[str, Part] = {"pupils": _pupils, "marks": _marks, "attendance": _attendance, "entries": _entries, "meals": _meals}
