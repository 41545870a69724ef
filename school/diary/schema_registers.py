"""The GraphQL face of whole registers: those not taken, a child's figures, and one entry over many of them."""

import datetime as dt
from typing import Annotated, Any, Self
from uuid import UUID

import strawberry

from school import ids
from school.connections import Connection
from school.context import ADMINISTRATION, Area, Role
from school.diary import registers
from school.diary import spread as spreading
from school.diary.lessons import LessonRow
from school.diary.notice_rows import bell_bits
from school.diary.reason_types import AbsenceReason, load_reason
from school.diary.schema_figures import AttendanceCounts
from school.diary.types import Attendance, Lesson
from school.fields import ROWS, SIGNED_IN, Info, Refusal, holds, mutation, named, no_one, query, rows
from school.ids import Kind
from school.registry.types import Subject

From = Annotated[dt.date, strawberry.argument(name="from")]


@rows(description="A lesson that is over, of whose `pupils` some are `missing` in the register; all of them where it was not taken.")
class UnfilledRegister:
    """A lesson of `registers.unfilled`."""

    lesson: Lesson
    pupils: int
    missing: int

    @classmethod
    def from_row(cls, row: Any) -> Self:
        """From a row of `registers.unfilled`."""
        return cls(lesson=Lesson.from_row(row), pupils=row.pupils, missing=row.missing)


@rows(description="How many lessons a child was absent from for a reason.")
class ReasonCount:
    """A reason."""

    count: int
    school_id: strawberry.Private[int]
    reason_id: strawberry.Private[UUID]

    @query(ROWS)
    def reason(self, info: Info) -> AbsenceReason | None:
        """Which."""
        return load_reason(info, self.school_id, self.reason_id)


@rows(description="How a child attended one subject.")
class SubjectAttendance:
    """A subject."""

    subject: Subject
    counts: AttendanceCounts


@rows(description="How a child attended: lessons by kind, by the reasons that were told, and by subject. `minutesLate` are summed up.")
class ChildAttendance:
    """A child's registers, counted."""

    counts: AttendanceCounts
    minutes_late: int
    reasons: list[ReasonCount]
    subjects: list[SubjectAttendance]

    @classmethod
    def of(cls, school_id: int, found: registers.Attended) -> Self:
        """From `registers.attended`, the commonest reason first."""
        reasons = sorted(found.reasons.items(), key=lambda one: (-one[1], one[0]))
        return cls(
            counts=AttendanceCounts.of(found.kinds), minutes_late=found.minutes_late,
            reasons=[ReasonCount(count=count, school_id=school_id, reason_id=reason) for reason, count in reasons],
            subjects=[
                SubjectAttendance(subject=Subject.of(key.school_id, key.id, key.name), counts=AttendanceCounts.of(kinds))
                for key, kinds in found.subjects.items()
            ],
        )


@strawberry.type
class RegisterQuery:
    """Queries of registers."""

    @query(holds(Role.TEACHER, *ADMINISTRATION), Area.DIARY, no_one)
    async def lessons_without_register(
        self, info: Info, from_: From, to: dt.date, first: int = 50, after: str | None = None,
    ) -> Connection[UnfilledRegister]:
        """Lessons of at most 31 days that are over and lack entries, newest first: a teacher's own and the own class's, all of the school for its office."""
        found = await registers.unfilled(info.context.reader, info.context.viewer, from_, to, first=first, after=after)
        return found.connect(UnfilledRegister.from_row)

    @query(SIGNED_IN, Area.DIARY, named("child_id"))
    async def child_attendance(self, info: Info, child_id: strawberry.ID, from_: From, to: dt.date) -> ChildAttendance:
        """How a child attended in at most 366 days; a teacher sees the own subjects' part."""
        child = ids.decode(Kind.PERSON, child_id)
        return ChildAttendance.of(child.school_id, await registers.attended(info.context.reader, info.context.viewer, child, from_, to))


@strawberry.input(description="A reason for all lessons of a child in at most 31 days, both included, or for those of some bells.")
class SpreadAbsenceInput:
    """What spreadAbsence takes."""

    child_id: strawberry.ID
    from_: dt.date = strawberry.field(name="from")
    to: dt.date
    bells: list[int] | None = None
    reason_id: strawberry.ID


@rows(description="A lesson in which a teacher has seen the child: the entry stays.")
class Contradiction:
    """A lesson with its entry."""

    lesson: Lesson
    attendance: Attendance

    @classmethod
    def of(cls, lesson: LessonRow, entry: Any) -> Self:
        """From a lesson and its entry."""
        return cls(lesson=Lesson.from_row(lesson), attendance=Attendance.from_row(entry))


@rows(description="How many entries were written, said so already (`unchanged`), or are of later days' lessons (`ahead`); and what stays as a teacher saw it.")
class AbsenceSpread:
    """What spreadAbsence did."""

    written: int
    unchanged: int
    ahead: int
    contradictions: list[Contradiction]


@strawberry.type
class RegisterMutation:
    """Mutations of registers."""

    @mutation(holds(Role.TEACHER, Role.OFFICE), Area.DIARY)
    async def spread_absence(
        self, info: Info, input: SpreadAbsenceInput,  # noqa: A002 - public name
    ) -> Annotated[AbsenceSpread | Refusal, strawberry.union("SpreadAbsenceResult")]:
        """The class teacher or the office enters a reason for all of a child's lessons of some days, up to today. Who was seen by a teacher stays so."""
        child, reason = ids.decode(Kind.PERSON, input.child_id), ids.decode(Kind.ABSENCE_REASON, input.reason_id)
        async with info.context.begin() as session:
            done = await spreading.spread(session, info.context.viewer, child, input.from_, input.to, bell_bits(input.bells), reason)
        return AbsenceSpread(
            written=len(done.written), unchanged=done.unchanged, ahead=done.ahead,
            contradictions=[Contradiction.of(lesson, entry) for lesson, entry in done.contradictions])
