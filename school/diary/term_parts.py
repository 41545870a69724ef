"""What else a teacher looks at who decides a term's marks: what was decided in the parts of a year, and the subject's marks from other courses."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from school.db import Rows
from school.diary.gradebook import MOST_PUPILS
from school.diary.mark_rows import counts
from school.diary.models import CourseScale, GradingScale, Lesson, Mark
from school.diary.policy import visible_courses
from school.diary.term_mark_rows import TERM_MARK
from school.diary.term_models import TermMark
from school.registry.calendar_models import Term, TermKind
from school.registry.models import Course, Pupil
from school.statements import Asking, Read, given

MOST = 10 * MOST_PUPILS
_Part = aliased(Term)
_TERM = sa.and_(Term.school_id == given("school_id"), Term.id == given("term_id", sa.Uuid()))


def _asked(viewer: Asking) -> Any:
    """The course whose sheet it is, if the viewer opens it."""
    scale = sa.and_(CourseScale.school_id == Course.school_id, CourseScale.id == Course.id)
    return (
        sa.select(Course.school_id, Course.id, Course.class_group_id, Course.subject_id, CourseScale.scale_id).outerjoin(CourseScale, scale)
        .where(Course.school_id == given("school_id"), Course.id == given("course_id", sa.Uuid()), visible_courses(viewer)).subquery("asked"))


@Read
def decided(viewer: Asking) -> Rows:
    """Marks of the terms that lie in a year, in this course, or, of who is in its class now, in another one of its subject: by term, `TermMarkRow`s."""
    asked = _asked(viewer)
    inside = sa.and_(
        _Part.school_id == TermMark.school_id, _Part.id == TermMark.term_id, Term.kind == TermKind.YEAR, _Part.kind == TermKind.TERM,
        _Part.starts_on >= Term.starts_on, _Part.ends_on <= Term.ends_on)
    return (
        TERM_MARK.join(asked, asked.c.school_id == TermMark.school_id).join(Term, _TERM).join(_Part, inside)
        .join(Pupil, sa.and_(Pupil.school_id == TermMark.school_id, Pupil.id == TermMark.pupil_id))
        .where(Course.subject_id == asked.c.subject_id, sa.or_(Course.id == asked.c.id, Pupil.class_group_id == asked.c.class_group_id))
        .order_by(_Part.starts_on, _Part.id, TermMark.decided_at).limit(MOST + 1)
    )


@Read
def elsewhere(viewer: Asking) -> Rows:
    """Of who is in the course's class now, counting marks of the term in other courses of its subject and scale: a former class's, another group's."""
    asked = _asked(viewer)
    return (
        sa.select(
            Mark.pupil_id, sa.func.count().label("marks"), sa.cast(sa.func.sum(sa.cast(Mark.value, sa.BigInteger) * Mark.weight), sa.BigInteger).label("sum"),
            sa.cast(sa.func.sum(Mark.weight), sa.BigInteger).label("weights"))
        .join(Pupil, sa.and_(Pupil.school_id == Mark.school_id, Pupil.id == Mark.pupil_id))
        .join(asked, sa.and_(asked.c.school_id == Pupil.school_id, asked.c.class_group_id == Pupil.class_group_id))
        .join(Course, sa.and_(
            Course.school_id == Mark.school_id, Course.id == Mark.course_id, Course.subject_id == asked.c.subject_id, Course.id != asked.c.id))
        .join(CourseScale, sa.and_(CourseScale.school_id == Course.school_id, CourseScale.id == Course.id, CourseScale.scale_id == asked.c.scale_id))
        .join(GradingScale, sa.and_(GradingScale.school_id == CourseScale.school_id, GradingScale.id == CourseScale.scale_id, GradingScale.counts))
        .join(Lesson, sa.and_(Lesson.school_id == Mark.school_id, Lesson.id == Mark.lesson_id))
        .join(Term, sa.and_(_TERM, Lesson.on_date.between(Term.starts_on, Term.ends_on)))
        .where(Mark.school_id == given("school_id"), counts()).group_by(Mark.pupil_id)
    )
