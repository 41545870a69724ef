"""The GraphQL face of attendance."""

from typing import Annotated

import strawberry

from school import ids
from school.batches import check_length, decoded, in_order
from school.context import Area, Role
from school.diary import attendance as verbs
from school.diary.models import AttendanceKind
from school.diary.types import Attendance, AttendanceKindName
from school.fields import Info, Refusal, holds, mutation, rows
from school.ids import Kind


@strawberry.input(description="How one pupil attended. `minutesLate` (1 to 240) belongs to LATE; a reason to ABSENT or EXCUSED, and decides which it is.")
class RecordAttendanceItem:
    """An entry of the register."""

    pupil_id: strawberry.ID
    kind: Annotated[AttendanceKind, AttendanceKindName]
    minutes_late: int | None = None
    reason_id: strawberry.ID | None = None


@strawberry.input(description="Items of one lesson's register, at most 100.")
class RecordAttendanceInput:
    """What recordAttendance takes."""

    lesson_id: strawberry.ID
    items: list[RecordAttendanceItem]


AttendanceResult = Annotated[Attendance | Refusal, strawberry.union("AttendanceResult")]


@rows(description="The register has been gone through. Results stand in the order of the items.")
class AttendanceResults:
    """An answer for each item."""

    results: list[AttendanceResult]


@strawberry.type
class AttendanceMutation:
    """Mutations of attendance."""

    @mutation(holds(Role.TEACHER), Area.DIARY)
    async def record_attendance(
        self, info: Info, input: RecordAttendanceInput,  # noqa: A002 - public name
    ) -> Annotated[AttendanceResults | Refusal, strawberry.union("RecordAttendanceResult")]:
        """Write the register of one's own lesson, of today or earlier. One bad item does not hold up the others; saying the same again is harmless."""
        check_length(input.items, "items")
        lesson = ids.decode(Kind.LESSON, input.lesson_id)
        items = [decoded(_entry, item) for item in input.items]
        async with info.context.begin() as session:
            good = [item for item in items if isinstance(item, verbs.NewEntry)]
            answers = await verbs.record_many(session, info.context.viewer, lesson, good) if good else []
        return AttendanceResults(results=in_order(items, answers, Attendance.from_row))


def _entry(item: RecordAttendanceItem) -> verbs.NewEntry:
    reason = ids.decode(Kind.ABSENCE_REASON, item.reason_id) if item.reason_id is not None else None
    return verbs.NewEntry(ids.decode(Kind.PERSON, item.pupil_id), item.kind, item.minutes_late, reason)
