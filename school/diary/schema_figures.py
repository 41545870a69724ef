"""The GraphQL face of the diary's figures."""

import datetime as dt
from typing import Annotated, Any, Self

import strawberry

from school import ids
from school.context import ADMINISTRATION, Area, Role
from school.diary import figures
from school.diary.figures import ClassKey, Entries, Given, Scale
from school.diary.models import AttendanceKind
from school.diary.scale_rows import label_of
from school.diary.types import Average, GradingScale, opaque
from school.fields import Info, holds, no_one, query, rows
from school.ids import Kind, Ref
from school.registry.types import ClassGroup, Subject

From = Annotated[dt.date, strawberry.argument(name="from")]


@rows(description="Entries of the registers by kind: who was there, came late, was absent without a reason or with one.")
class AttendanceCounts:
    """How many of each."""

    present: int
    late: int
    absent: int
    excused: int

    @classmethod
    def of(cls, entries: Entries) -> Self:
        """From the entries of a day or a class."""
        return cls(**{kind.value: entries.get(kind, 0) for kind in AttendanceKind})


@rows(description="A day on which a register was written.")
class AttendanceDay:
    """A day."""

    date: dt.date
    counts: AttendanceCounts


@rows(description="A class whose register was written.")
class ClassAttendance:
    """A class."""

    class_group: ClassGroup
    counts: AttendanceCounts


@rows(description="How a school or a class attended: by day, and by class.")
class AttendanceFigures:
    """The registers, counted."""

    days: list[AttendanceDay]
    classes: list[ClassAttendance]


@rows(description="How often a mark was given.")
class ValueCount:
    """A value of a scale."""

    value: int
    label: str = strawberry.field(description="The value as people read it.")
    count: int


@rows(description="Standing marks on one scale, by value, and their weighted average; none on a scale that makes no average.")
class MarkCounts:
    """How many of each."""

    scale: GradingScale
    average: Average | None
    values: list[ValueCount]

    @classmethod
    def of(cls, scale: Scale, given: Given) -> Self:
        """From the marks of a week, a class or a subject; there is at least one."""
        return cls(
            scale=GradingScale.of(scale), average=Average.from_value(given.average) if scale.scale_counts else None,
            values=[ValueCount(value=value, label=label_of(scale.labels, value), count=count) for value, count in sorted(given.values.items())],
        )


@rows(description="A week in which lessons were marked.")
class WeekMarks:
    """A week."""

    week: dt.date = strawberry.field(description="Its Monday.")
    counts: MarkCounts


@rows(description="A class with marks.")
class ClassMarks:
    """A class."""

    class_group: ClassGroup
    counts: MarkCounts


@rows(description="A subject with marks.")
class SubjectFigures:
    """A subject."""

    subject: Subject
    counts: MarkCounts


@rows(description="The marks of a school or a class: by week, by class and by subject. Marks on different scales are never counted together.")
class MarkFigures:
    """Marks, counted."""

    weeks: list[WeekMarks]
    classes: list[ClassMarks]
    subjects: list[SubjectFigures]


def _class(key: ClassKey) -> ClassGroup:
    return ClassGroup.of(key.school_id, key.id, key.grade, key.letter)


def _asked(school_id: str, class_group_id: str | None) -> tuple[int, Ref | None]:
    return ids.decode(Kind.SCHOOL, school_id).school_id, None if class_group_id is None else ids.decode(Kind.CLASS_GROUP, class_group_id)


_GETS: Any = holds(Role.TEACHER, *ADMINISTRATION)


@strawberry.type
class FigureQuery:
    """Figures of the diary."""

    @query(_GETS, Area.DIARY, no_one)
    async def attendance_figures(
        self, info: Info, school_id: strawberry.ID, from_: From, to: dt.date, class_group_id: strawberry.ID | None = None,
    ) -> AttendanceFigures:
        """How a school attended, or one of its classes, by day and by class; at most 190 days. A class teacher gets those of the own class."""
        school, group = _asked(school_id, class_group_id)
        found = await figures.attended(info.context.reader, info.context.viewer, school, group, from_, to)
        return AttendanceFigures(
            days=[AttendanceDay(date=date, counts=AttendanceCounts.of(entries)) for date, entries in found.days.items()],
            classes=[ClassAttendance(class_group=_class(key), counts=AttendanceCounts.of(entries)) for key, entries in found.classes.items()],
        )

    @query(_GETS, Area.DIARY, no_one)
    async def mark_figures(
        self, info: Info, school_id: strawberry.ID, from_: From, to: dt.date, class_group_id: strawberry.ID | None = None,
    ) -> MarkFigures:
        """The standing marks of a school, or of one of its classes, by week, class and subject; whose and how long as of attendanceFigures."""
        school, group = _asked(school_id, class_group_id)
        found = await figures.marked(info.context.reader, info.context.viewer, school, group, from_, to)
        return MarkFigures(
            weeks=[WeekMarks(week=week, counts=MarkCounts.of(scale, given)) for (week, scale), given in found.weeks.items()],
            classes=[ClassMarks(class_group=_class(key), counts=MarkCounts.of(scale, given)) for (key, scale), given in found.classes.items()],
            subjects=[
                SubjectFigures(subject=Subject(id=opaque(Kind.SUBJECT, key.school_id, key.id), name=key.name), counts=MarkCounts.of(scale, given))
                for (key, scale), given in found.subjects.items()
            ],
        )
