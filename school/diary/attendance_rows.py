"""A register entry's row, as screens show it."""

import datetime as dt
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa

from school.db import Rows
from school.diary.models import Attendance, AttendanceKind


class AttendanceRow(NamedTuple):
    """A register entry: the columns of `ATTENDANCE`, in order."""

    school_id: int
    lesson_id: UUID
    pupil_id: UUID
    kind: AttendanceKind
    minutes_late: int | None
    by: UUID
    at: dt.datetime
    reason_id: UUID | None = None

    def says(self, kind: AttendanceKind, minutes_late: int | None, reason_id: UUID | None = None) -> bool:
        """Whether this is what it says."""
        return (self.kind, self.minutes_late, self.reason_id) == (kind, minutes_late, reason_id)


ATTENDANCE: Rows = sa.select(
    Attendance.school_id, Attendance.lesson_id, Attendance.pupil_id, Attendance.kind, Attendance.minutes_late, Attendance.by, Attendance.at,
    Attendance.reason_id,
)
