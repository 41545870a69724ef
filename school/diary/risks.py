"""Pupils who may need help in a course, by a stated rule: for those who work with them, and never as a rank."""

import datetime as dt
from fractions import Fraction
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from school.clock import check_range
from school.connections import Page, paged, read_page
from school.context import Viewer
from school.db import Rows
from school.diary.gradebook import COURSE, CourseRow
from school.diary.lessons import was_in_class
from school.diary.mark_rows import counts
from school.diary.models import CourseScale, GradingScale, Lesson, Mark
from school.diary.policy import visible_courses
from school.diary.queries import IN_DAYS
from school.ids import Ref
from school.reading import Reader
from school.registry.membership import has
from school.registry.models import ClassGroup, Course, Person, Pupil, Subject
from school.statements import Asking, Read, given

LONGEST_RANGE = 190
"""Days: half a school year."""
RECENT = dt.timedelta(days=28)
"""Lessons of the last four weeks are compared with those before."""
FEWEST = 2
"""Marks, before as well as since, from which on a fall is told."""
PART = 6
"""The part of a scale in which an average is low, and from which on a fall is told: a sixth of 2 to 5 is half a mark."""


class RiskRow(NamedTuple):
    """A pupil in a course: the sums of counting marks, of all days and of the last four weeks."""

    course: CourseRow
    pupil_id: UUID
    family_name: str
    given_name: str
    patronymic: str | None
    marks: int
    sum: int
    weights: int
    recent_marks: int
    recent_sum: int
    recent_weights: int
    pass_mark: int | None

    @property
    def ref(self) -> Ref:
        """The pupil."""
        return Ref(self.course.school_id, self.pupil_id)

    @property
    def average(self) -> Fraction:
        """Of all days."""
        return Fraction(int(self.sum), int(self.weights))

    @property
    def recent(self) -> Fraction | None:
        """Of the last four weeks."""
        return Fraction(int(self.recent_sum), int(self.recent_weights)) if self.recent_weights else None

    @property
    def earlier(self) -> Fraction | None:
        """Of the days before."""
        weights = int(self.weights - self.recent_weights)
        return Fraction(int(self.sum - self.recent_sum), weights) if weights else None

    @property
    def low(self) -> bool:
        """Whether the average is below the scale's pass mark; of a scale without one, in its lowest sixth: below 2.5 of 2 to 5."""
        lowest, highest = self.course.lowest, self.course.highest
        if self.pass_mark is not None:
            return self.average < self.pass_mark
        return lowest is not None and highest is not None and self.average - lowest < Fraction(highest - lowest, PART)

    @property
    def falling(self) -> bool:
        """Whether the last four weeks are lower than the days before by a sixth of the scale or more, with two marks or more in each."""
        lowest, highest, recent, earlier = self.course.lowest, self.course.highest, self.recent, self.earlier
        if lowest is None or highest is None or recent is None or earlier is None or min(self.recent_marks, self.marks - self.recent_marks) < FEWEST:
            return False
        return earlier - recent >= Fraction(highest - lowest, PART)


def _big(column: Any) -> Any:
    return sa.cast(column, sa.BigInteger)


def _sums(viewer: Asking) -> Any:
    """By course and pupil, as far as the viewer works with them, those whom the rule names. In whole numbers: no quotient is rounded."""
    is_recent = Lesson.on_date > given("since", sa.Date())
    worth = _big(Mark.value) * Mark.weight
    marks, total, weights = sa.func.count(), _big(sa.func.sum(worth)), _big(sa.func.sum(Mark.weight))
    ones: tuple[Any, ...] = (sa.literal_column("1"), worth, Mark.weight)
    recent_marks, recent, recent_weights = (_big(sa.func.sum(sa.case((is_recent, one), else_=sa.literal_column("0")))) for one in ones)
    lowest, span = sa.func.min(GradingScale.lowest), sa.func.max(GradingScale.highest - GradingScale.lowest)
    passes = sa.func.min(GradingScale.pass_mark)
    low = sa.case((passes.is_not(None), total < passes * weights), else_=PART * (total - lowest * weights) < span * weights)
    before = weights - recent_weights
    falling = sa.and_(
        recent_marks >= FEWEST, marks - recent_marks >= FEWEST,
        PART * ((total - recent) * recent_weights - recent * before) >= span * before * recent_weights)
    return (
        sa.select(
            Mark.course_id, Mark.pupil_id, marks.label("marks"), total.label("sum"), weights.label("weights"), recent_marks.label("recent_marks"),
            recent.label("recent_sum"), recent_weights.label("recent_weights"),
            passes.label("pass_mark"))
        .join(Lesson, sa.and_(Lesson.school_id == Mark.school_id, Lesson.id == Mark.lesson_id))
        .join(Course, sa.and_(Course.school_id == Mark.school_id, Course.id == Mark.course_id))
        .join(CourseScale, sa.and_(CourseScale.school_id == Course.school_id, CourseScale.id == Course.id))
        .join(GradingScale, sa.and_(GradingScale.school_id == CourseScale.school_id, GradingScale.id == CourseScale.scale_id))
        .where(Mark.school_id == given("school_id"), IN_DAYS, counts(), GradingScale.counts, visible_courses(viewer))
        .group_by(Mark.course_id, Mark.pupil_id).having(sa.or_(low, falling)).subquery("risks")
    )


_ORDER = (ClassGroup.grade, ClassGroup.letter, Person.sort_key, Person.id, Subject.name, Course.id)


@Read
def _risks(viewer: Asking, after: bool) -> Rows:
    sums, to = _sums(viewer), given("to", sa.Date())
    statement = (
        COURSE.add_columns(Person.id.label("pupil_id"), Person.family_name, Person.given_name, Person.patronymic, *(
            sums.c[name] for name in ("marks", "sum", "weights", "recent_marks", "recent_sum", "recent_weights", "pass_mark")))
        .join(sums, sums.c.course_id == Course.id)
        .join(Pupil, sa.and_(Pupil.school_id == Course.school_id, Pupil.id == sums.c.pupil_id))
        .join(Person, sa.and_(Person.school_id == Pupil.school_id, Person.id == Pupil.id))
        .where(
            Course.school_id == given("school_id"), Course.closed_at.is_(None), sa.or_(Pupil.left_on.is_(None), Pupil.left_on > to),
            sa.or_(sa.and_(Pupil.class_group_id == Course.class_group_id, Pupil.enrolled_on <= to),
                   was_in_class(Pupil.school_id, Pupil.id, Course.class_group_id, to)),
            has(Course.pupil_group_id, Pupil.school_id, Pupil.id, to))
    )
    return paged(statement, _ORDER, after=after)


def row_of(row: Any) -> RiskRow:
    """From a row of the read."""
    size = len(CourseRow._fields)
    return RiskRow(CourseRow(*row[:size]), *row[size:size + len(RiskRow._fields) - 1])


async def of_school(reader: Reader, viewer: Viewer, school_id: int, from_: dt.date, to: dt.date, *, first: int, after: str | None) -> Page:
    """Of the courses that the viewer teaches, of the class that they lead, or of the office's school: pupils whose average of at most 190 days is below the
    scale's pass mark, or without one in the lowest sixth of the scale, below 2.5 of 2 to 5 (`low`), or whose last four weeks are lower than the days before
    by a sixth of the scale, half a mark of 2 to 5, with two marks or more in each (`falling`). None of a closed course, or of a class or a group in which
    the pupil is no more. By class and name, not by how they stand. One statement; of another school there is nothing."""
    check_range(from_, to, LONGEST_RANGE)
    return await read_page(
        reader, _risks, viewer, _ORDER, first=first, after=after, school_id=school_id, from_=from_, to=to, since=to - min(RECENT, to - dt.date.min))
