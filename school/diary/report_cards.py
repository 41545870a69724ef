"""What stands on report cards: a pupil's or a whole class's, of a term or the year. One read, whatever the number of rows."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from school.context import ADMINISTRATION, Role, Viewer
from school.db import Rows
from school.diary.gradebook import COURSE, MOST_COURSES, MOST_PUPILS
from school.diary.mark_rows import counts
from school.diary.models import Attendance, AttendanceKind, CourseScale, Lesson, Mark
from school.diary.policy import visible_report_cards, visible_report_classes
from school.diary.queries import limited
from school.diary.scale_rows import Labels
from school.diary.term_mark_rows import fraction
from school.diary.term_models import TermMark
from school.diary.term_sheets import MOST_TERMS
from school.errors import not_found
from school.ids import Kind, Ref
from school.reading import Reader
from school.registry.calendar_models import Term
from school.registry.former_class_models import FormerClass
from school.registry.group_models import GroupMember, PupilGroup
from school.registry.models import ClassGroup, Course, Person, Pupil, School, Subject
from school.registry.names import full_name
from school.statements import Asking, Read, given

MOST_CLASSES = 500
_WITHIN = aliased(Term)
"""A term that lies in the one that is asked for: itself, and of a year its parts."""
_LAST_DAY = sa.select(Term.ends_on).where(Term.school_id == given("school_id"), Term.id == given("term_id", sa.Uuid())).scalar_subquery()
_MOST_ROWS = 10 * MOST_COURSES
"""Of courses, those of groups with each of their pupils."""


@dataclass(frozen=True, slots=True)
class Line:
    """A subject of a card, of a class before with its name: what was decided in each term of the card (a missing one: nothing; None: not assessed), and the
    counting marks behind the last; no average on a scale that makes none. `labels` are the scale's."""

    subject: str
    decisions: Mapping[UUID, int | None]
    marks: int
    average: Fraction | None
    labels: Labels | None = None
    course_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Attended:
    """Lessons of the term that were held: missed without and with an excuse, come late to."""

    absent: int
    excused: int
    late: int


@dataclass(frozen=True, slots=True)
class Card:
    """One pupil's."""

    person: Ref
    name: str
    lines: Sequence[Line]
    attended: Attended


@dataclass(frozen=True, slots=True)
class ReportCards:
    """The cards by name. `terms` are the columns, by id in order: the parts of a year before the year itself."""

    school: str
    group: str
    class_teacher: str | None
    term: str
    starts_on: dt.date
    ends_on: dt.date
    terms: Mapping[UUID, str]
    cards: Sequence[Card]


def _class() -> Any:
    """The class in which a pupil was in the term, the last of several; null for who was in none. For a statement with Pupil and Term."""
    before = sa.select(FormerClass.class_group_id).where(
        FormerClass.school_id == Pupil.school_id, FormerClass.pupil_id == Pupil.id, FormerClass.since <= Term.ends_on, FormerClass.until > Term.starts_on,
    ).order_by(FormerClass.until.desc()).limit(1).correlate(Pupil, Term).scalar_subquery()
    return sa.case((Pupil.enrolled_on <= Term.ends_on, Pupil.class_group_id), else_=before)


def who(viewer: Asking, one: bool) -> tuple[Any, ...]:
    """The pupils in question who were in a class in the term, or in this one; for a statement with Pupil and Term."""
    id_ = given("id", sa.Uuid())
    before = sa.select(FormerClass.pupil_id).where(FormerClass.school_id == given("school_id"), FormerClass.class_group_id == id_)
    this = (Pupil.id == id_,) if one else (sa.or_(Pupil.class_group_id == id_, Pupil.id.in_(before)), _class() == id_)
    return (
        Pupil.school_id == given("school_id"), *this, visible_report_cards(viewer, _class(), whole_class=not one), Term.id == given("term_id", sa.Uuid()),
        sa.or_(Pupil.left_on.is_(None), Pupil.left_on > Term.starts_on))


def of_pupils(statement: Rows, pupil_id: Any) -> Rows:
    """With the pupils of rows, and the term."""
    return (
        statement.join(Pupil, sa.and_(Pupil.school_id == given("school_id", sa.Integer()), Pupil.id == pupil_id))
        .join(Term, Term.school_id == Pupil.school_id))


@Read
def _pupils(viewer: Asking, one: bool) -> Rows:
    teacher = aliased(Person)
    return (
        sa.select(
            Pupil.school_id, Pupil.id, Person.family_name, Person.given_name, Person.patronymic, ClassGroup.id.label("class_group_id"), ClassGroup.grade,
            ClassGroup.letter, School.name,
            teacher.family_name.label("teacher_family_name"), teacher.given_name.label("teacher_given_name"),
            teacher.patronymic.label("teacher_patronymic"), Term.name.label("term"), Term.starts_on, Term.ends_on)
        .select_from(Pupil)
        .join(Person, sa.and_(Person.school_id == Pupil.school_id, Person.id == Pupil.id))
        .join(Term, Term.school_id == Pupil.school_id).join(School, School.id == Pupil.school_id)
        .join(ClassGroup, sa.and_(ClassGroup.school_id == Pupil.school_id, ClassGroup.id == _class()))
        .outerjoin(teacher, sa.and_(teacher.school_id == ClassGroup.school_id, teacher.id == ClassGroup.teacher_id))
        .where(*who(viewer, one)).order_by(Person.sort_key, Pupil.id).limit(MOST_PUPILS + 1)
    )


@Read
def _terms(_viewer: Asking, _one: bool) -> Rows:
    inside = sa.and_(_WITHIN.school_id == Term.school_id, _WITHIN.starts_on >= Term.starts_on, _WITHIN.ends_on <= Term.ends_on)
    last = sa.case((_WITHIN.id == Term.id, 1), else_=0)
    return sa.select(_WITHIN.id, _WITHIN.name).select_from(Term).join(_WITHIN, inside).where(
        Term.school_id == given("school_id"), Term.id == given("term_id", sa.Uuid())).order_by(
        last, _WITHIN.starts_on, _WITHIN.ends_on, _WITHIN.id).limit(MOST_TERMS)


@Read
def _courses(viewer: Asking, one: bool) -> Rows:
    """Of the pupils' classes, now and before: which of them a card has is said by its class, a group's pupils (a row for each) and what stands there."""
    now = sa.select(Pupil.class_group_id).join(Term, Term.school_id == Pupil.school_id).where(*who(viewer, one))
    before = sa.select(FormerClass.class_group_id).join(
        Pupil, sa.and_(Pupil.school_id == FormerClass.school_id, Pupil.id == FormerClass.pupil_id),
    ).join(Term, Term.school_id == Pupil.school_id).where(*who(viewer, one))
    member = sa.and_(
        GroupMember.school_id == Course.school_id, GroupMember.group_id == Course.pupil_group_id,
        GroupMember.since <= _LAST_DAY, sa.or_(GroupMember.until.is_(None), GroupMember.until > _LAST_DAY))
    part = sa.and_(PupilGroup.school_id == Course.school_id, PupilGroup.id == Course.pupil_group_id)
    columns = (Course.closed_at, GroupMember.pupil_id.label("member_id"), PupilGroup.name.label("part"))
    return COURSE.add_columns(*columns).outerjoin(GroupMember, member).outerjoin(PupilGroup, part).where(
        Course.school_id == given("school_id"), Course.class_group_id.in_(now.union_all(before)), CourseScale.id.is_not(None),
    ).order_by(Subject.name, Course.id).limit(_MOST_ROWS)


@Read
def _marks(viewer: Asking, one: bool) -> Rows:
    lesson = sa.and_(Lesson.school_id == Mark.school_id, Lesson.id == Mark.lesson_id)
    product = sa.cast(sa.func.sum(sa.cast(Mark.value, sa.BigInteger) * Mark.weight), sa.BigInteger)
    statement: Rows = sa.select(
        Mark.pupil_id, Mark.course_id, sa.func.count().label("marks"), product.label("sum"), sa.cast(sa.func.sum(Mark.weight), sa.BigInteger).label("weights"),
    ).join(Lesson, lesson)
    return of_pupils(statement, Mark.pupil_id).where(
        Mark.school_id == given("school_id"), *who(viewer, one), Lesson.on_date.between(Term.starts_on, Term.ends_on), counts()).group_by(
        Mark.pupil_id, Mark.course_id)


@Read
def _decisions(viewer: Asking, one: bool) -> Rows:
    statement: Rows = sa.select(TermMark.pupil_id, TermMark.course_id, TermMark.term_id, TermMark.value).join(
        _WITHIN, sa.and_(_WITHIN.school_id == TermMark.school_id, _WITHIN.id == TermMark.term_id))
    return of_pupils(statement, TermMark.pupil_id).where(
        TermMark.school_id == given("school_id"), *who(viewer, one), _WITHIN.starts_on >= Term.starts_on, _WITHIN.ends_on <= Term.ends_on)


@Read
def _attended(viewer: Asking, one: bool) -> Rows:
    lesson = sa.and_(Lesson.school_id == Attendance.school_id, Lesson.id == Attendance.lesson_id)
    statement: Rows = sa.select(Attendance.pupil_id, Attendance.kind, sa.func.count().label("count")).join(Lesson, lesson)
    return of_pupils(statement, Attendance.pupil_id).where(
        Attendance.school_id == given("school_id"), *who(viewer, one), Lesson.on_date.between(Term.starts_on, Term.ends_on),
        Lesson.cancelled_at.is_(None), Attendance.kind != AttendanceKind.PRESENT).group_by(Attendance.pupil_id, Attendance.kind)


async def read(reader: Reader, viewer: Viewer, whose: Ref, kind: Kind, term: Ref) -> ReportCards:
    """The card of a pupil, or those of a class (`kind` says which `whose` is), with what stands there now.

    A card tells of all subjects: the family, the class teacher, office and head read it; a class's, the class teacher, office and head. Refused as absent:
    for anybody else, of a pupil or a class that is not there, or was not in that term.
    """
    if whose.school_id != term.school_id:
        raise not_found()
    asked = {"school_id": whose.school_id, "id": whose.id, "term_id": term.id}
    reads = (_pupils, _terms, _courses, _marks, _decisions, _attended)
    pupils, terms, courses, marks, decisions, attended = await reader.each(reads, viewer, kind is Kind.PERSON, **asked)
    if not pupils:
        raise not_found()
    sums = {(row.pupil_id, row.course_id): row for row in marks}
    decided: defaultdict[tuple[UUID, UUID], dict[UUID, int | None]] = defaultdict(dict)
    for row in decisions:
        decided[row.pupil_id, row.course_id][row.term_id] = row.value
    counted = {(row.pupil_id, row.kind): row.count for row in attended}
    first = pupils[0]
    return ReportCards(
        school=first.name, group=f"{first.grade}{first.letter}",
        class_teacher=first.teacher_family_name and full_name(first.teacher_family_name, first.teacher_given_name, first.teacher_patronymic),
        term=first.term, starts_on=first.starts_on, ends_on=first.ends_on, terms={row.id: row.name for row in terms},
        cards=[Card(
            Ref(row.school_id, row.id), full_name(row.family_name, row.given_name, row.patronymic),
            _lines(row, courses, sums, decided),
            Attended(*(counted.get((row.id, one), 0) for one in (AttendanceKind.ABSENT, AttendanceKind.EXCUSED, AttendanceKind.LATE))),
        ) for row in limited(pupils, MOST_PUPILS)])


def _lines(pupil: Any, courses: Sequence[Any], sums: Mapping[Any, Any], decided: Mapping[Any, Mapping[UUID, int | None]]) -> list[Line]:
    """All courses of the card's class but for closed ones and others' groups'; those and a class's before where they say something of the pupil. The card's
    class first."""
    own, others, members = list[Line](), list[Line](), {(course.id, course.member_id) for course in courses}
    for course in {course.id: course for course in courses}.values():
        of, decisions = sums.get((pupil.id, course.id)), decided.get((pupil.id, course.id), {})
        is_own = course.class_group_id == pupil.class_group_id
        if of is None and not decisions and not (
                is_own and course.closed_at is None and (course.pupil_group_id is None or (course.id, pupil.id) in members)):
            continue
        subject = course.subject_name if course.part is None else f"{course.subject_name} · {course.part}"
        name = subject if is_own else f"{subject} ({course.grade}{course.letter})"
        average = fraction(of.sum, of.weights) if of is not None and course.scale_counts else None
        (own if is_own else others).append(Line(name, decisions, 0 if of is None else of.marks, average, course.labels, course.id))
    return own + others


@Read
def _classes(viewer: Asking, of_term: bool) -> Rows:
    order = (ClassGroup.school_id, ClassGroup.grade, ClassGroup.letter, ClassGroup.id)
    found = sa.select(ClassGroup.school_id, ClassGroup.id, ClassGroup.grade, ClassGroup.letter).where(visible_report_classes(viewer))
    if of_term:
        found = found.join(Term, sa.and_(
            Term.school_id == ClassGroup.school_id, sa.or_(ClassGroup.opened_on.is_(None), ClassGroup.opened_on <= Term.ends_on),
            sa.or_(ClassGroup.closed_on.is_(None), ClassGroup.closed_on > Term.starts_on))).where(
            Term.school_id == given("school_id"), Term.id == given("term_id", sa.Uuid()))
    else:
        found = found.where(ClassGroup.closed_on.is_(None))
    return found.order_by(*order).limit(MOST_CLASSES + 1)


async def classes(reader: Reader, viewer: Viewer, term: Ref | None = None) -> list[Any]:
    """The classes whose report cards the viewer prints: of this school year, or those that there were in a term."""
    asked = {} if term is None else {"school_id": term.school_id, "term_id": term.id}
    return limited(await reader.all(_classes, viewer, term is not None, **asked), MOST_CLASSES)


PRINTERS = (Role.TEACHER, *ADMINISTRATION)
"""Who prints a class's cards; of the teachers, those who lead one."""
