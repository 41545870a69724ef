"""Reads of a term's end: a course's sheet of averages and decisions, a child's marks of all terms, how far the courses have come."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from school.connections import Page, paged, read_page
from school.context import ADMINISTRATION, MEMBERS, Role, Viewer
from school.db import Rows
from school.diary import term_parts
from school.diary.gradebook import COURSE, MOST_PUPILS, CourseRow, PupilRow
from school.diary.lessons import was_in_class
from school.diary.models import CourseScale
from school.diary.policy import visible_courses, visible_term_marks
from school.diary.queries import check_child, limited
from school.diary.scale_rows import SHOWN, with_scale
from school.diary.term_mark_rows import TERM_MARK, TermMarkRow, fraction, nearest, sums
from school.diary.term_models import TermClosing, TermMark, TermMarkRevision, TermOpening
from school.errors import not_found
from school.ids import Ref
from school.reading import Reader
from school.registry.calendar_models import Term, TermKind
from school.registry.former_class_models import FormerClass
from school.registry.membership import has, was_member
from school.registry.models import ClassGroup, Course, Person, Pupil, Subject
from school.registry.policy import in_schools
from school.statements import THIS_PERSON, Asking, Read, given

MOST_TERMS = 200
MOST_MARKS = 1000
"""Marks of terms of one child: some fifteen courses, five in each of eleven years."""


class TermRow(NamedTuple):
    """A term: the columns of `TERM`, in order."""

    school_id: int
    id: UUID
    name: str
    kind: TermKind
    starts_on: dt.date
    ends_on: dt.date
    closed_at: dt.datetime | None


TERM: Rows = (
    sa.select(Term.school_id, Term.id, Term.name, Term.kind, Term.starts_on, Term.ends_on, TermClosing.at.label("closed_at"))
    .outerjoin(TermClosing, sa.and_(TermClosing.school_id == Term.school_id, TermClosing.id == Term.id))
)


_CLOSED_TO = Role.TEACHER, *ADMINISTRATION, Role.GUARDIAN, Role.PUPIL
"""Who is told that a term's marks are closed: whom they concern, as PostgreSQL has it too."""


@Read
def _terms(viewer: Asking) -> Rows:
    closed_at = sa.case((in_schools(viewer, Term.school_id, *_CLOSED_TO), TermClosing.at)).label("closed_at")
    told = TERM.with_only_columns(*(column for column in TERM.selected_columns if column.key != "closed_at"), closed_at, maintain_column_froms=True)
    return told.where(in_schools(viewer, Term.school_id, *MEMBERS)).order_by(Term.school_id, Term.starts_on, Term.ends_on, Term.id).limit(MOST_TERMS + 1)


async def terms(reader: Reader, viewer: Viewer) -> list[TermRow]:
    """The terms of the viewer's schools, by their beginning."""
    return limited([TermRow(*row) for row in await reader.all(_terms, viewer)], MOST_TERMS)


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A pupil of a sheet: how many counting marks in the term, their exact average, what it would make, and what the teacher has decided; what was decided
    in the terms that lie in this one; and how many marks the pupil has in other courses of the subject (a class or a group before), with their average."""

    pupil: PupilRow
    marks: int
    average: Fraction | None
    decision: TermMarkRow | None
    parts: Sequence[TermMarkRow] = ()
    elsewhere: int = 0
    elsewhere_average: Fraction | None = None

    @property
    def suggestion(self) -> int | None:
        """The whole mark nearest to the average."""
        return None if self.average is None else nearest(self.average)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A course in a term: its pupils by name."""

    course: CourseRow
    term: TermRow
    rows: list[SheetRow]


_THIS = (Course.school_id == given("school_id"), Course.id == given("course_id"))


@Read
def _course(viewer: Asking) -> Rows:
    return COURSE.where(*_THIS, visible_courses(viewer))


@Read
def _term(viewer: Asking) -> Rows:
    return TERM.where(Term.school_id == given("school_id"), Term.id == given("term_id"), in_schools(viewer, Term.school_id, *MEMBERS))


async def term(reader: Reader, viewer: Viewer, ref: Ref) -> TermRow:
    """A term of the viewer's schools, else refused as absent."""
    found = await reader.all(_term, viewer, school_id=ref.school_id, term_id=ref.id)
    if not found:
        raise not_found()
    return TermRow(*found[0])


@Read
def _sheet(viewer: Asking) -> Rows:
    """Who was in the class in the term, by name: of those who have moved, and of a group, whoever was there at its end."""
    of_term = sums(given("school_id"), given("course_id", sa.Uuid()), given("term_id", sa.Uuid()))
    return (
        sa.select(
            Pupil.school_id, Pupil.id, Person.family_name, Person.given_name, Person.patronymic, Pupil.left_on, of_term.c.marks, of_term.c.sum,
            of_term.c.weights, Course.subject_id, TermMark.value, TermMark.comment, TermMark.average_numerator, TermMark.average_denominator,
            TermMark.revision, TermMark.decided_by, TermMark.decided_at)
        .select_from(Course)
        .join(Term, sa.and_(Term.school_id == Course.school_id, Term.id == given("term_id", sa.Uuid())))
        .join(Pupil, sa.and_(Pupil.school_id == Course.school_id, sa.or_(
            sa.and_(Pupil.class_group_id == Course.class_group_id, Pupil.enrolled_on <= Term.ends_on),
            was_in_class(Pupil.school_id, Pupil.id, Course.class_group_id, Term.ends_on))))
        .join(Person, sa.and_(Person.school_id == Pupil.school_id, Person.id == Pupil.id))
        .outerjoin(of_term, of_term.c.pupil_id == Pupil.id)
        .outerjoin(TermMark, sa.and_(
            TermMark.school_id == Course.school_id, TermMark.term_id == Term.id, TermMark.course_id == Course.id, TermMark.pupil_id == Pupil.id))
        .where(
            *_THIS, visible_courses(viewer), sa.or_(Pupil.left_on.is_(None), Pupil.left_on > Term.starts_on),
            has(Course.pupil_group_id, Pupil.school_id, Pupil.id, Term.ends_on))
        .order_by(Person.sort_key, Pupil.id).limit(MOST_PUPILS + 1)
    )


async def sheet(reader: Reader, viewer: Viewer, course: Ref, term: Ref) -> Sheet:
    """A course's averages and decisions in a term: five reads of one moment. Refused as absent: a course that the viewer neither teaches nor leads nor has in
    the office, a term of another school."""
    if course.school_id != term.school_id:
        raise not_found()
    asked = {"school_id": course.school_id, "course_id": course.id, "term_id": term.id}
    reads = (_course, _term, _sheet, term_parts.decided, term_parts.elsewhere)
    courses, terms_, found, decided, others = await reader.each(reads, viewer, **asked)
    if not courses or not terms_:
        raise not_found()
    parts, elsewhere = defaultdict[UUID, list[TermMarkRow]](list), {row.pupil_id: row for row in others}
    for row in limited(decided, term_parts.MOST):
        parts[row.pupil_id].append(TermMarkRow(*row))
    course_ = CourseRow(*courses[0])
    rows = [_row(row, course_, term, parts[row.id], elsewhere.get(row.id)) for row in limited(found, MOST_PUPILS)]
    return Sheet(course_, TermRow(*terms_[0]), rows)


def _row(row: Any, course: CourseRow, term: Ref, parts: Sequence[TermMarkRow], elsewhere: Any) -> SheetRow:
    decision = None if row.revision is None else TermMarkRow(
        row.school_id, term.id, course.id, row.id, row.subject_id, row.value, row.comment, row.average_numerator, row.average_denominator, row.revision,
        row.decided_by, row.decided_at, course.labels, course.steps, course.other_labels)
    return SheetRow(
        PupilRow(*row[:6]), row.marks or 0, fraction(row.sum, row.weights), decision, parts, 0 if elsewhere is None else elsewhere.marks,
        None if elsewhere is None else fraction(elsewhere.sum, elsewhere.weights))


@Read
def _child_marks(viewer: Asking) -> Rows:
    return TERM_MARK.where(
        TermMark.school_id == THIS_PERSON.school_id, TermMark.pupil_id == THIS_PERSON.id,
        visible_term_marks(viewer, *THIS_PERSON)).order_by(TermMark.decided_at.desc(), TermMark.term_id, TermMark.course_id).limit(MOST_MARKS + 1)


async def child_term_marks(reader: Reader, viewer: Viewer, child: Ref) -> list[TermMarkRow]:
    """What was decided for a child in all terms, the latest first."""
    found = await reader.all(_child_marks, viewer, school_id=child.school_id, person_id=child.id)
    if not found:
        await check_child(reader, viewer, child)
    return limited([TermMarkRow(*row) for row in found], MOST_MARKS)


@Read
def _history(viewer: Asking) -> Rows:
    one = TermMarkRevision
    return with_scale(
        sa.select(one.school_id, one.pupil_id, one.revision, one.value, one.comment, one.average_numerator, one.average_denominator, one.reason, one.by, one.at,
            *SHOWN)
        .join(Course, sa.and_(Course.school_id == one.school_id, Course.id == one.course_id))
    ).where(
        one.school_id == THIS_PERSON.school_id, one.pupil_id == THIS_PERSON.id, one.course_id == given("course_id", sa.Uuid()),
        one.term_id == given("term_id", sa.Uuid()), visible_term_marks(viewer, *THIS_PERSON)).order_by(one.revision)


async def history(reader: Reader, viewer: Viewer, child: Ref, course: Ref, term: Ref) -> Sequence[Any]:
    """What a term's mark was after each decision, oldest first; refused as absent when there is none for the viewer."""
    found = await reader.all(_history, viewer, school_id=child.school_id, person_id=child.id, course_id=course.id, term_id=term.id)
    if not found or not child.school_id == course.school_id == term.school_id:
        raise not_found()
    return found


_BY_CLASS = (ClassGroup.grade, ClassGroup.letter, Subject.name, Course.id)


@Read
def _progress(viewer: Asking, after: bool) -> Rows:
    """Of the courses with a scale: how many pupils they had in the term, and for how many a mark is decided; of closed ones those with some."""
    pupils = (
        sa.select(sa.func.count()).where(
            Pupil.school_id == Course.school_id, Pupil.class_group_id == Course.class_group_id, Pupil.enrolled_on <= Term.ends_on,
            sa.or_(Pupil.left_on.is_(None), Pupil.left_on > Term.starts_on), has(Course.pupil_group_id, Pupil.school_id, Pupil.id, Term.ends_on),
        ).correlate(Course, Term).scalar_subquery())
    moved = (
        sa.select(sa.func.count()).where(
            FormerClass.school_id == Course.school_id, FormerClass.class_group_id == Course.class_group_id, FormerClass.since <= Term.ends_on,
            FormerClass.until > Term.ends_on, has(Course.pupil_group_id, FormerClass.school_id, FormerClass.pupil_id, Term.ends_on),
        ).correlate(Course, Term).scalar_subquery())
    decided = (
        sa.select(sa.func.count()).where(
            TermMark.school_id == Course.school_id, TermMark.term_id == Term.id, TermMark.course_id == Course.id).correlate(Course, Term).scalar_subquery())
    statement = COURSE.add_columns((pupils + moved).label("pupils"), decided.label("decided")).join(
        Term, sa.and_(Term.school_id == Course.school_id, Term.id == given("term_id", sa.Uuid()))).where(
        sa.or_(Course.closed_at.is_(None), decided > 0), Course.school_id == given("school_id"), CourseScale.id.is_not(None),
        in_schools(viewer, Course.school_id, *ADMINISTRATION))
    return paged(statement, _BY_CLASS, after=after)


async def progress(reader: Reader, viewer: Viewer, term: Ref, *, first: int, after: str | None) -> Page:
    """How far the courses of a school have come with a term's marks, class by class. Of another school than the viewer's office there is nothing."""
    return await read_page(
        reader, _progress, viewer, _BY_CLASS, first=first, after=after, school_id=term.school_id, term_id=term.id)


@Read
def _openings(viewer: Asking) -> Rows:
    return (
        sa.select(TermOpening.school_id, TermOpening.id, TermOpening.term_id, TermOpening.course_id, TermOpening.until, TermOpening.reason,
                  TermOpening.by, TermOpening.at)
        .where(TermOpening.school_id == given("school_id"), TermOpening.term_id == given("term_id", sa.Uuid()),
               in_schools(viewer, TermOpening.school_id, *ADMINISTRATION))
        .order_by(TermOpening.at.desc(), TermOpening.id).limit(MOST_TERMS)
    )


async def openings(reader: Reader, viewer: Viewer, term: Ref) -> list[Any]:
    """What was opened in a closed term, the latest first, at most 200."""
    return await reader.all(_openings, viewer, school_id=term.school_id, term_id=term.id)


@Read
def _sums(viewer: Asking) -> Rows:
    """Of one child and course in a term, with the course's scale; also a course of a class in which the child was before."""
    of_term = sums(given("school_id"), given("course_id", sa.Uuid()), given("term_id", sa.Uuid()))
    was = sa.exists().where(
        FormerClass.school_id == Pupil.school_id, FormerClass.pupil_id == Pupil.id, FormerClass.class_group_id == Course.class_group_id)
    mine = sa.and_(Pupil.school_id == Course.school_id, sa.or_(Pupil.class_group_id == Course.class_group_id, was.correlate(Pupil, Course)),
        was_member(Course.pupil_group_id, Pupil.school_id, Pupil.id))
    return (
        COURSE.add_columns(sa.func.coalesce(of_term.c.sum, 0).label("sum"), sa.func.coalesce(of_term.c.weights, 0).label("weights"))
        .join(Pupil, mine).join(Term, sa.and_(Term.school_id == Course.school_id, Term.id == given("term_id", sa.Uuid())))
        .outerjoin(of_term, of_term.c.pupil_id == Pupil.id)
        .where(*_THIS, Pupil.school_id == THIS_PERSON.school_id, Pupil.id == THIS_PERSON.id, visible_term_marks(viewer, *THIS_PERSON))
    )


async def child_sums(reader: Reader, viewer: Viewer, child: Ref, course: Ref, term: Ref) -> Any:
    """The sums of a child's counting marks in a course and term, with the scale; refused as absent where any of the three is not for the viewer."""
    found = await reader.all(
        _sums, viewer, school_id=course.school_id, person_id=child.id, course_id=course.id, term_id=term.id)
    if not found or not child.school_id == course.school_id == term.school_id:
        raise not_found()
    return found[0]


