"""The GraphQL face of attendance."""

from typing import Annotated

import strawberry

from school import ids
from school.context import Role
from school.diary import attendance as verbs
from school.diary.batches import check_length, decoded, in_order
from school.diary.models import AttendanceKind
from school.diary.types import Attendance, AttendanceKindName
from school.fields import Info, Refusal, holds, mutation, rows
from school.ids import Kind


@strawberry.input(description="How one pupil attended. `minutesLate` (1 to 240) belongs to LATE.")
class AttendanceEntryInput:
    """An entry of the register."""

    child_id: strawberry.ID
    kind: Annotated[AttendanceKind, AttendanceKindName]
    minutes_late: int | None = None


@strawberry.input(description="Entries of one lesson's register, at most 100.")
class RecordAttendanceInput:
    """What recordAttendance takes."""

    lesson_id: strawberry.ID
    entries: list[AttendanceEntryInput]


@rows(description="The entry stands in the register.")
class AttendanceEntryRecorded:
    """The entry."""

    attendance: Attendance


EntryResult = Annotated[AttendanceEntryRecorded | Refusal, strawberry.union("AttendanceEntryResult")]


@rows(description="The register is written. Results stand in the order of the entries.")
class AttendanceRecorded:
    """An answer for each entry."""

    results: list[EntryResult]


@strawberry.type
class AttendanceMutation:
    """Mutations of attendance."""

    @mutation(holds(Role.TEACHER))
    async def record_attendance(
        self, info: Info, input: RecordAttendanceInput,  # noqa: A002 - public name
    ) -> Annotated[AttendanceRecorded | Refusal, strawberry.union("RecordAttendanceResult")]:
        """Write the register of one's own lesson, of today or earlier. One bad entry does not hold up the others; saying the same again is harmless."""
        check_length(input.entries, "entries")
        lesson = ids.decode(Kind.LESSON, input.lesson_id)
        items = [decoded(_entry, entry) for entry in input.entries]
        async with info.context.begin() as session:
            good = [item for item in items if isinstance(item, verbs.NewEntry)]
            answers = await verbs.record_many(session, info.context.viewer, lesson, good) if good else []
        return AttendanceRecorded(results=in_order(items, answers, lambda row: AttendanceEntryRecorded(attendance=Attendance.from_row(row))))


def _entry(entry: AttendanceEntryInput) -> verbs.NewEntry:
    return verbs.NewEntry(ids.decode(Kind.PERSON, entry.child_id), entry.kind, entry.minutes_late)
