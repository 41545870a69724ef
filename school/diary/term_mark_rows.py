"""What a term's mark is: its row, the sums behind it, and what it would be by the average alone."""

import datetime as dt
from fractions import Fraction
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from school.db import Rows
from school.diary.mark_rows import counts
from school.diary.models import CourseScale, GradingScale, Lesson, Mark
from school.diary.scale_rows import SHOWN, Labels, Steps, with_scale
from school.diary.term_models import TermMark
from school.registry.calendar_models import Term
from school.registry.models import Course


class TermMarkRow(NamedTuple):
    """A term's mark as it stands: the columns of `TERM_MARK`, in order. No value: not assessed."""

    school_id: int
    term_id: UUID
    course_id: UUID
    pupil_id: UUID
    subject_id: UUID
    value: int | None
    comment: str | None
    average_numerator: int | None
    average_denominator: int | None
    revision: int
    decided_by: UUID
    decided_at: dt.datetime
    labels: Labels | None = None
    steps: Steps | None = None
    other_labels: Labels | None = None

    @property
    def average(self) -> Fraction | None:
        """What was seen when it was decided."""
        return fraction(self.average_numerator, self.average_denominator)

    @property
    def differs(self) -> bool:
        """Whether the teacher has decided otherwise than the average would have it."""
        return differs(self.value, self.average_numerator, self.average_denominator)


TERM_MARK: Rows = with_scale(
    sa.select(
        TermMark.school_id, TermMark.term_id, TermMark.course_id, TermMark.pupil_id, Course.subject_id, TermMark.value, TermMark.comment,
        TermMark.average_numerator, TermMark.average_denominator, TermMark.revision, TermMark.decided_by, TermMark.decided_at, *SHOWN,
    ).join(Course, sa.and_(Course.school_id == TermMark.school_id, Course.id == TermMark.course_id))
)


def fraction(numerator: int | None, denominator: int | None) -> Fraction | None:
    """An exact average; None where there is none."""
    return Fraction(int(numerator), int(denominator)) if numerator is not None and denominator else None


def nearest(average: Fraction) -> int:
    """The whole mark that an average makes: the nearest, a half goes up (3.5 is 4, 3.49 is 3)."""
    return (2 * average.numerator + average.denominator) // (2 * average.denominator)


def differs(value: int | None, numerator: int | None, denominator: int | None) -> bool:
    """Whether a decision is another one than the average's; not where either is missing."""
    average = fraction(numerator, denominator)
    return value is not None and average is not None and value != nearest(average)


def sums(school_id: Any, course_id: Any, term_id: Any) -> Any:
    """Of each pupil the counting marks of a course in a term: how many, the sum of value × weight, the sum of weights. A subquery by `pupil_id`.

    On a scale that makes no average none counts.
    """
    return (
        sa.select(
            Mark.pupil_id, sa.func.count().label("marks"), sa.cast(sa.func.sum(sa.cast(Mark.value, sa.BigInteger) * Mark.weight), sa.BigInteger).label("sum"),
            sa.cast(sa.func.sum(Mark.weight), sa.BigInteger).label("weights"))
        .join(Lesson, sa.and_(Lesson.school_id == Mark.school_id, Lesson.id == Mark.lesson_id))
        .join(Term, sa.and_(Term.school_id == Mark.school_id, Lesson.on_date.between(Term.starts_on, Term.ends_on)))
        .join(CourseScale, sa.and_(CourseScale.school_id == Mark.school_id, CourseScale.id == Mark.course_id))
        .join(GradingScale, sa.and_(GradingScale.school_id == CourseScale.school_id, GradingScale.id == CourseScale.scale_id, GradingScale.counts))
        .where(Mark.school_id == school_id, Mark.course_id == course_id, Term.id == term_id, counts()).group_by(Mark.pupil_id).subquery("sums")
    )
