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

    def says(self, kind: AttendanceKind, minutes_late: int | None) -> bool:
        """Whether this is what it says."""
        return (self.kind, self.minutes_late) == (kind, minutes_late)


ATTENDANCE: Rows = sa.select(
    Attendance.school_id, Attendance.lesson_id, Attendance.pupil_id, Attendance.kind, Attendance.minutes_late, Attendance.by, Attendance.at,
)
