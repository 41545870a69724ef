"""The GraphQL face of how marks go: trends, and pupils who may need help."""

import datetime as dt
from collections.abc import Iterable
from fractions import Fraction
from itertools import groupby
from typing import Any, Self

import strawberry

from school import ids
from school.connections import Connection
from school.context import ADMINISTRATION, Area, Role
from school.diary import risks, trends
from school.diary.figures import Given
from school.diary.scale_rows import label_of
from school.diary.schema_figures import From, ValueCount
from school.diary.screens import Course
from school.diary.term_types import average_of
from school.diary.types import Average, GradingScale, opaque
from school.fields import SIGNED_IN, Info, each, holds, named, no_one, query, rows
from school.ids import Kind, Ref
from school.registry.names import full_name
from school.registry.types import Person, Subject


@rows(description="A week with counting marks, and their exact average.")
class TrendWeek:
    """A week of a trend."""

    week: dt.date = strawberry.field(description="Its Monday.")
    marks: int
    average: Average


@rows(description="How a child's marks in one subject on one scale go, week by week.")
class SubjectTrend:
    """A subject of a child."""

    subject: Subject
    scale: GradingScale
    weeks: list[TrendWeek]

    @classmethod
    def from_rows(cls, found: Iterable[trends.ChildWeek]) -> list[Self]:
        """From rows by subject, scale and week."""
        made = []
        for _, group in groupby(found, key=lambda row: (row.subject_id, row.scale_id)):
            weeks = list(group)
            made.append(cls(
                subject=Subject(id=opaque(Kind.SUBJECT, weeks[0].school_id, weeks[0].subject_id), name=weeks[0].subject_name), scale=GradingScale.of(weeks[0]),
                weeks=[TrendWeek(week=row.week, marks=row.marks, average=Average.from_value(Fraction(int(row.weighted_sum), int(row.weights))))
                       for row in weeks]))
        return made


@rows(description="A week of a course: how often each grade was given, and the average; none on a scale that makes no average.")
class CourseWeek:
    """A week of a course."""

    week: dt.date = strawberry.field(description="Its Monday.")
    average: Average | None
    values: list[ValueCount]


@rows(description="How the marks of a course go, week by week, without a pupil.")
class CourseTrend:
    """A course."""

    course: Course
    weeks: list[CourseWeek]

    @classmethod
    def of(cls, course: Any, found: Iterable[Any]) -> Self:
        """From what `trends.of_course` has found."""
        weeks = []
        for week, group in groupby(found, key=lambda row: row.week):
            sums = Given()
            for row in group:
                sums.add(row.value, row.count, int(row.weights))
            weeks.append(CourseWeek(
                week=week, average=Average.from_value(sums.average) if course.scale_counts else None,
                values=[ValueCount(value=value, label=label_of(course.labels, value), count=count) for value, count in sums.values.items()]))
        return cls(course=Course.from_row(course), weeks=weeks)


@rows(description="A pupil who may need help in a course. `low`: the average is below the scale's pass mark, or without one in its lowest sixth (below 2.5 "
                  "of 2 to 5). `falling`: the last four weeks (`recent`) are lower than the days before (`earlier`) by a sixth of the scale or more, with two "
                  "marks or more in each.")
class PupilAtRisk:
    """A pupil in a course."""

    person: Person
    course: Course
    marks: int
    average: Average
    recent: Average | None
    earlier: Average | None
    low: bool
    falling: bool
    ref: strawberry.Private[Ref]

    @classmethod
    def from_row(cls, row: Any) -> Self:
        """From a row of `risks.of_school`."""
        found = risks.row_of(row)
        name = full_name(found.family_name, found.given_name, found.patronymic)
        return cls(
            person=Person(
                id=opaque(Kind.PERSON, *found.ref), family_name=found.family_name, given_name=found.given_name,
                patronymic=found.patronymic, name=name),
            course=Course.from_row(found.course), marks=found.marks, average=Average.from_value(found.average), recent=average_of(found.recent),
            earlier=average_of(found.earlier), low=found.low, falling=found.falling, ref=found.ref)


@strawberry.type
class TrendQuery:
    """Queries of how marks go."""

    @query(SIGNED_IN, Area.DIARY, named("child_id"))
    async def mark_trend(self, info: Info, child_id: strawberry.ID, from_: From, to: dt.date) -> list[SubjectTrend]:
        """A child's averages by subject and week, of lessons in at most 190 days."""
        child = ids.decode(Kind.PERSON, child_id)
        return SubjectTrend.from_rows(await trends.of_child(info.context.reader, info.context.viewer, child, from_, to))

    @query(holds(Role.TEACHER, *ADMINISTRATION), Area.DIARY, no_one)
    async def course_trend(self, info: Info, course_id: strawberry.ID, from_: From, to: dt.date) -> CourseTrend:
        """How often each grade was given in a course week by week, in at most 190 days: for its teacher, the class teacher and the office."""
        ref = ids.decode(Kind.COURSE, course_id)
        course, found = await trends.of_course(info.context.reader, info.context.viewer, ref, from_, to)
        return CourseTrend.of(course, found)

    @query(holds(Role.TEACHER, *ADMINISTRATION), Area.DIARY, each(lambda pupil: pupil.ref))
    async def pupils_at_risk(
        self, info: Info, school_id: strawberry.ID, from_: From, to: dt.date, first: int = 50, after: str | None = None,
    ) -> Connection[PupilAtRisk]:
        """Pupils who may need help, by class and name: of a teacher's own courses, of the class that a teacher leads, of the office's school."""
        school = ids.decode(Kind.SCHOOL, school_id).school_id
        found = await risks.of_school(info.context.reader, info.context.viewer, school, from_, to, first=first, after=after)
        return found.connect(PupilAtRisk.from_row)
