"""The table of what registers said before."""

import datetime as dt
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from school.db import Base, Tenant, enumerated, tenant_key
from school.diary.models import AttendanceKind


class ReplacedAttendance(Tenant, Base):
    """What an entry of a register was until another took its place: who had entered it and when. Rows are only added."""

    __tablename__ = "replaced_attendance"

    lesson_id: Mapped[UUID]
    pupil_id: Mapped[UUID]
    kind: Mapped[AttendanceKind] = mapped_column(enumerated(AttendanceKind, "attendance_kind"))
    minutes_late: Mapped[int | None] = mapped_column(sa.SmallInteger)
    by: Mapped[UUID]
    at: Mapped[dt.datetime]
    reason_id: Mapped[UUID | None]

    __table_args__ = (
        tenant_key("lesson_id", to="lesson"), tenant_key("pupil_id", to="pupil"), tenant_key("by", to="person"), tenant_key("reason_id", to="absence_reason"),
        sa.Index(None, "school_id", "lesson_id", "pupil_id"), sa.Index(None, "school_id", "pupil_id"),
    )
