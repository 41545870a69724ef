"""What registers said before: each entry that another has replaced, by whom and when it had been made."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school import ids
from school.clock import check_range
from school.context import Viewer
from school.db import Rows
from school.diary.attendance_models import ReplacedAttendance
from school.diary.attendance_rows import ATTENDANCE, AttendanceRow
from school.diary.gradebook import LONGEST_RANGE, in_range, opened
from school.diary.models import Attendance, Lesson
from school.diary.policy import visible_attendance
from school.diary.queries import limited
from school.errors import not_found
from school.ids import Ref
from school.reading import Reader
from school.registry.models import Course
from school.statements import Asking, Read, given

MOST = 500
"""Changes in one answer; of a single entry the latest."""


async def keep(session: AsyncSession, replaced: Iterable[AttendanceRow]) -> None:
    """Keep entries that others take the place of. One statement, none where there is none."""
    rows = [{"id": ids.new(), **entry._asdict()} for entry in replaced]
    if rows:
        table: Any = ReplacedAttendance.__table__  # the ORM would group the rows by what is null in them
        await session.execute(sa.insert(table), rows)


_SAME = sa.and_(
    ReplacedAttendance.school_id == Attendance.school_id, ReplacedAttendance.lesson_id == Attendance.lesson_id,
    ReplacedAttendance.pupil_id == Attendance.pupil_id)
_OLD = tuple(getattr(ReplacedAttendance, name) for name in AttendanceRow._fields)


def _of_lesson(statement: Rows) -> Rows:
    return statement.join(Lesson, sa.and_(Lesson.school_id == Attendance.school_id, Lesson.id == Attendance.lesson_id)).join(
        Course, sa.and_(Course.school_id == Lesson.school_id, Course.id == Lesson.course_id))


def _this(viewer: Asking) -> sa.ColumnElement[bool]:
    return sa.and_(
        Attendance.school_id == given("school_id"), Attendance.lesson_id == given("lesson_id", sa.Uuid()),
        Attendance.pupil_id == given("pupil_id", sa.Uuid()), visible_attendance(viewer))


@Read
def _stands(viewer: Asking) -> Rows:
    return _of_lesson(ATTENDANCE).where(_this(viewer))


@Read
def _before(viewer: Asking) -> Rows:
    order = (ReplacedAttendance.at.desc(), ReplacedAttendance.id.desc())
    return _of_lesson(sa.select(*_OLD).select_from(Attendance).join(ReplacedAttendance, _SAME)).where(_this(viewer)).order_by(*order).limit(MOST)


async def of_entry(reader: Reader, viewer: Viewer, lesson: Ref, child: Ref) -> list[AttendanceRow]:
    """Everything that a pupil's entry in a lesson has been, oldest first, and what it is. Refused as absent: none, or one that is not for the viewer."""
    stands, before = await reader.each((_stands, _before), viewer, school_id=lesson.school_id, lesson_id=lesson.id, pupil_id=child.id)
    if not stands or lesson.school_id != child.school_id:
        raise not_found()
    return [AttendanceRow(*row) for row in (*reversed(before), *stands)]


@dataclass(frozen=True, slots=True)
class Change:
    """An entry that was replaced, and the one that took its place."""

    old: AttendanceRow
    new: AttendanceRow


@Read
def _changed(viewer: Asking) -> Rows:
    now = tuple(getattr(Attendance, name).label(f"now_{name}") for name in AttendanceRow._fields)
    return (
        sa.select(*_OLD, ReplacedAttendance.id, *now).select_from(Attendance).join(ReplacedAttendance, _SAME)
        .join(Lesson, sa.and_(Lesson.school_id == Attendance.school_id, Lesson.id == Attendance.lesson_id)).where(in_range(viewer))
        .order_by(ReplacedAttendance.at.desc(), ReplacedAttendance.id.desc()).limit(MOST + 1))


async def of_course(reader: Reader, viewer: Viewer, ref: Ref, from_: dt.date, to: dt.date) -> list[Change]:
    """What was changed in the register of a course's lessons of at most 190 days, the latest change first. Rights are the gradebook's. Refused as absent: a
    course whose gradebook the viewer may not open; more than 500 changes (TOO_MANY)."""
    check_range(from_, to, LONGEST_RANGE)
    courses, found = await reader.each((opened, _changed), viewer, school_id=ref.school_id, course_id=ref.id, from_=from_, to=to)
    if not courses:
        raise not_found()
    size = len(AttendanceRow._fields)
    later: dict[tuple[UUID, UUID], AttendanceRow] = {}
    made = defaultdict[dt.datetime, list[Change]](list)
    for row in limited(found, MOST):
        old = AttendanceRow(*row[:size])
        new = later.get((old.lesson_id, old.pupil_id)) or AttendanceRow(*row[size + 1:])
        later[old.lesson_id, old.pupil_id] = old
        made[new.at].append(Change(old, new))
    return [change for at in sorted(made, reverse=True) for change in made[at]]
