"""Statistics in GraphQL."""

import datetime as dt
from typing import Annotated, Any, Self

import strawberry

from school import ids
from school.clock import check_range
from school.columns import wanted
from school.connections import Connection
from school.context import ADMINISTRATION, Area, Role
from school.day import statistics
from school.day.statistics import Figures
from school.diary.models import AttendanceKind
from school.diary.types import AttendanceKindName
from school.fields import Info, Money, holds, no_one, query, rows
from school.ids import Kind
from school.registry.types import School

From = Annotated[dt.date, strawberry.argument(name="from")]


@rows(description="The pupils of a grade now; null where they are fewer than five, or would give away such a grade.")
class GradePupils:
    """How many learn in a grade."""

    grade: int
    pupils: int | None


@rows(description="How often a mark was given, on its scale.")
class MarkFigure:
    """A value of a scale."""

    scale: str
    value: int
    count: int | None


@rows(description="How many entries of the registers are of this kind.")
class AttendanceFigure:
    """A kind of attendance."""

    kind: Annotated[AttendanceKind, AttendanceKindName]
    count: int | None


@rows(description="A calendar month of a grade. `marks` and `entries` are the sums of the counts, of those that are null too.")
class GradeMonth:
    """Marks and attendance."""

    month: dt.date = strawberry.field(description="Its first day.")
    grade: int
    marks: int | None
    by_value: list[MarkFigure]
    entries: int | None
    by_kind: list[AttendanceFigure]


@rows(description="How often pupils came in on a day.")
class DayEntries:
    """A day at the gates."""

    date: dt.date
    entries: int | None


@rows(description="What pupils bought in a calendar month, without what was taken back.")
class MealMonth:
    """A month of the canteen."""

    month: dt.date = strawberry.field(description="Its first day.")
    sold: int | None
    sum: Money | None


def _of(*nouns: str) -> Any:
    """A field that is made of the figures of these nouns."""
    return strawberry.field(metadata={"reads": nouns})


@rows(description="The figures of a school. None stands for fewer than five pupils: such a figure is null, and so is one by which it could be reckoned.")
class SchoolStatistics:
    """A school in numbers."""

    school: School = _of()
    pupils: int | None = _of("pupils")
    grades: list[GradePupils] = _of("pupils")
    months: list[GradeMonth] = _of("marks", "attendance")
    days: list[DayEntries] = _of("entries")
    meals: list[MealMonth] = _of("meals")

    @classmethod
    def from_figures(cls, school: Any, found: Figures) -> Self:
        """From a school's row and its figures."""
        months = sorted(found.marks.keys() | found.attendance.keys())
        return cls(
            school=School.from_row(school), pupils=found.pupils.total,
            grades=[GradePupils(grade=cell.key, pupils=cell.count) for cell in found.pupils.parts], months=[_month(found, *key) for key in months],
            days=[DayEntries(date=cell.key, entries=cell.count) for cell in found.entries],
            meals=[
                MealMonth(month=cell.key, sold=cell.count, sum=None if total is None else Money.from_value(total, school.currency))
                for cell, total in found.meals
            ],
        )


def _month(found: Figures, month: dt.date, grade: int) -> GradeMonth:
    marks, attendance = (divided.get((month, grade), statistics.Divided(0)) for divided in (found.marks, found.attendance))
    return GradeMonth(
        month=month, grade=grade, marks=marks.total, entries=attendance.total,
        by_value=[MarkFigure(scale=cell.key[0], value=int(cell.key[1]), count=cell.count) for cell in marks.parts],
        by_kind=[AttendanceFigure(kind=AttendanceKind(cell.key[1]), count=cell.count) for cell in attendance.parts],
    )


@strawberry.type
class StatisticsQuery:
    """Figures."""

    @query(holds(Role.DISTRICT, *ADMINISTRATION), Area.RECORD, no_one)
    async def statistics(
        self, info: Info, from_: From, to: dt.date, school_id: strawberry.ID | None = None, first: int = 10, after: str | None = None,
    ) -> Connection[SchoolStatistics]:
        """The figures of one school, or of all whose the viewer gets, for the calendar months that these days touch; at most 190 days.

        The district gets a month when it is over.
        """
        viewer, school = info.context.viewer, None if school_id is None else ids.decode(Kind.SCHOOL, school_id).school_id
        check_range(from_, to, statistics.LONGEST_RANGE)
        async with info.context.read() as session:
            page = await statistics.schools(session, viewer, school, first=first, after=after)
        async with info.context.read(as_service=True) as session:  # no viewer reads all of a school's rows; the district's none
            found = await statistics.figures(session, viewer, [row.id for row in page.rows], from_, to, wanted(info, SchoolStatistics))
        return page.connect(lambda row: SchoolStatistics.from_figures(row, found[row.id]))
