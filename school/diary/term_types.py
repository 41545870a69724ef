"""The GraphQL types of a term's end."""

import datetime as dt
from fractions import Fraction
from typing import Annotated, Any, Self

import strawberry

from school.diary import term_sheets
from school.diary.gradebook import CourseRow
from school.diary.scale_rows import converted, some_label
from school.diary.screens import Course, person_of
from school.diary.term_mark_rows import TermMarkRow, differs, fraction
from school.diary.types import Average, opaque
from school.fields import ROWS, Info, query, rows
from school.ids import Kind, Ref
from school.registry.calendar_models import TermKind
from school.registry.loaders import load_person, load_subject_of
from school.registry.types import Person, Subject, school_id

TermKindName = strawberry.enum(TermKind, name="TermKind", description="Whether a term is a part of the school year, or all of it.")


@rows(description="A part of the school year, or the year itself; both days belong to it. Since `closedAt` its marks and registers stay as they are.")
class Term:
    """A term, of a `TermRow`."""

    id: strawberry.ID
    school_id: strawberry.ID
    name: str
    kind: Annotated[TermKind, TermKindName]
    starts_on: dt.date
    ends_on: dt.date
    closed_at: dt.datetime | None

    @classmethod
    def from_row(cls, row: term_sheets.TermRow) -> Self:
        """From a term's row."""
        return cls(
            id=opaque(Kind.TERM, row.school_id, row.id), school_id=school_id(row.school_id), name=row.name, kind=row.kind, starts_on=row.starts_on,
            ends_on=row.ends_on, closed_at=row.closed_at)


def average_of(value: Fraction | None) -> Average | None:
    return None if value is None else Average.from_value(value)


@rows(description="A pupil's mark of a term. No value: not assessed. `label` is the value as people read it, `converted` what it is "
                  "on another scale. `average` is what the teacher saw; `differs` from the mark that it makes.")
class TermMark:
    """A term's mark, of a `TermMarkRow`."""

    term_id: strawberry.ID
    course_id: strawberry.ID
    pupil_id: strawberry.ID
    value: int | None
    label: str | None
    converted: str | None
    comment: str | None
    average: Average | None
    differs: bool
    revision: int
    decided_at: dt.datetime
    course_ref: strawberry.Private[Ref]
    author: strawberry.Private[Ref]

    @classmethod
    def from_row(cls, row: TermMarkRow) -> Self:
        """From a row of `term_mark_rows`."""
        return cls(
            term_id=opaque(Kind.TERM, row.school_id, row.term_id), course_id=opaque(Kind.COURSE, row.school_id, row.course_id),
            pupil_id=opaque(Kind.PERSON, row.school_id, row.pupil_id), value=row.value, label=some_label(row.labels, row.value),
            converted=converted(row.steps, row.other_labels, row.value), comment=row.comment, average=average_of(row.average), differs=row.differs,
            revision=row.revision, decided_at=row.decided_at, course_ref=Ref(row.school_id, row.course_id),
            author=Ref(row.school_id, row.decided_by))

    @query(ROWS)
    def subject(self, info: Info) -> Subject:
        """What the course teaches."""
        return load_subject_of(info, self.course_ref)

    @query(ROWS)
    def decided_by(self, info: Info) -> Person | None:
        """Who decided it."""
        return load_person(info, self.author)


@rows(description="What a term's mark was after a decision.")
class TermMarkRevision:
    """A row of the history."""

    revision: int
    value: int | None
    label: str | None
    comment: str | None
    average: Average | None
    differs: bool
    reason: str | None
    at: dt.datetime
    author: strawberry.Private[Ref]

    @classmethod
    def from_row(cls, row: Any) -> Self:
        """From columns of a revision."""
        return cls(
            revision=row.revision, value=row.value, label=some_label(row.labels, row.value), comment=row.comment,
            average=average_of(fraction(row.average_numerator, row.average_denominator)),
            differs=differs(row.value, row.average_numerator, row.average_denominator), reason=row.reason, at=row.at, author=Ref(row.school_id, row.by))

    @query(ROWS)
    def by(self, info: Info) -> Person | None:
        """Who decided."""
        return load_person(info, self.author)


@rows(description="A pupil of a sheet: counting marks of the term, their exact average, the whole mark nearest to it (a half goes up), the decision. `parts` "
                  "are the decisions of the terms that lie in a year, `elsewhere` counts marks in other courses of the subject: of a class or a group before.")
class TermSheetRow:
    """A row of a sheet."""

    person: Person
    left_on: dt.date | None
    marks: int
    average: Average | None
    suggestion: int | None
    decision: TermMark | None
    parts: list[TermMark]
    elsewhere: int
    elsewhere_average: Average | None

    @classmethod
    def from_row(cls, row: term_sheets.SheetRow) -> Self:
        """From a row of `term_sheets.sheet`."""
        return cls(
            person=person_of(row.pupil), left_on=row.pupil.left_on, marks=row.marks, average=average_of(row.average), suggestion=row.suggestion,
            decision=None if row.decision is None else TermMark.from_row(row.decision), parts=[TermMark.from_row(one) for one in row.parts],
            elsewhere=row.elsewhere, elsewhere_average=average_of(row.elsewhere_average))


@rows(description="A course at the end of a term, its pupils by name.")
class TermSheet:
    """Where a teacher decides."""

    course: Course
    term: Term
    pupils: list[TermSheetRow]


@rows(description="How far a course has come with a term's marks: for how many of its pupils one is decided.")
class TermProgress:
    """A course of `termProgress`."""

    course: Course
    pupils: int
    decided: int

    @classmethod
    def from_row(cls, row: Any) -> Self:
        """From a row of `term_sheets.progress`."""
        size = len(CourseRow._fields)
        return cls(course=Course.from_row(CourseRow(*row[:size])), pupils=row.pupils, decided=row.decided)


@rows(description="Until a moment the lessons of a closed term may be written again: those of one course, or of all.")
class TermOpening:
    """An exception from a closing."""

    id: str
    course_id: strawberry.ID | None
    until: dt.datetime
    reason: str
    at: dt.datetime
    author: strawberry.Private[Ref]

    @classmethod
    def from_row(cls, row: Any) -> Self:
        """From columns of an opening."""
        return cls(
            id=str(row.id), course_id=None if row.course_id is None else opaque(Kind.COURSE, row.school_id, row.course_id), until=row.until,
            reason=row.reason, at=row.at, author=Ref(row.school_id, row.by))

    @query(ROWS)
    def by(self, info: Info) -> Person | None:
        """Who opened it."""
        return load_person(info, self.author)


@rows(description="How many more marks of this value, with weight 1, the wanted mark needs; 0 where it is made already.")
class Needed:
    """A way to a wanted mark."""

    value: int
    count: int


@rows(description="What if: the average with the imagined marks, the whole mark that it makes (a half goes up), and the ways to the wanted one.")
class Forecast:
    """A child's average with marks that are not there."""

    average: Average | None
    makes: int | None
    needed: list[Needed]
