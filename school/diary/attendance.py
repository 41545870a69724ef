"""Attendance: the register of a lesson, one entry for a pupil; what it said before is kept, and the event of a change tells old and new."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school import clock, outbox
from school.batches import check_batch
from school.context import Viewer
from school.diary import attendance_history, events
from school.diary.absence_models import AbsenceReason
from school.diary.attendance_rows import AttendanceRow
from school.diary.inserts import insert, key_of
from school.diary.lessons import OwnLesson, check_held, check_pupil, own_lesson, was_in_class
from school.diary.models import Attendance, AttendanceKind
from school.diary.reasons import REASON, ReasonRow
from school.errors import Refused, bad_input, not_found
from school.ids import Ref
from school.registry.membership import is_member
from school.registry.models import Pupil

LATEST = 240
"""Minutes of being late; more is being absent."""
ABSENCES = (AttendanceKind.ABSENT, AttendanceKind.EXCUSED)
REPLACED = ("kind", "minutes_late", "by", "at", "reason_id")
"""What a new entry says instead of the old one."""


@dataclass(frozen=True, slots=True)
class NewEntry:
    """How a pupil attended; `minutes_late` with LATE only, a reason with ABSENT and EXCUSED only: it decides which of them it is."""

    pupil: Ref
    kind: AttendanceKind
    minutes_late: int | None = None
    reason: Ref | None = None


async def record_many(session: AsyncSession, viewer: Viewer, ref: Ref, items: Sequence[NewEntry]) -> list[AttendanceRow | Refused]:
    """Write the register of one lesson: up to 100 entries, answered in their order. Four statements, however many entries, one more for their
    reasons, and one that keeps what they replace.

    An entry that says what is there already changes nothing and tells nobody; one that names no reason leaves the one that is there. Refused for an
    item: a pupil not of the lesson's class or group, a reason of another school (NOT_FOUND), one who was not at the school that day, minutes without being
    late or the other way round, a reason without being absent or one that is not in use any more (BAD_INPUT). Refused as a whole: a
    lesson that the viewer does not give (NOT_FOUND), a cancelled or future one, no entry or two for one pupil (BAD_INPUT), more than 100
    (TOO_MANY).
    """
    check_batch([item.pupil for item in items], "items")
    lesson = await own_lesson(session, viewer, ref, lock=True)
    check_held(lesson)
    register = await _register(session, lesson, items)
    reasons = await _reasons(session, lesson.school_id, items)
    now = clock.now()
    answers: list[AttendanceRow | Refused] = []
    changes: list[tuple[AttendanceRow | None, AttendanceRow]] = []
    for item in items:
        try:
            old = _before(item, lesson, register)
            new = _after(item, lesson, reasons, old, now)
        except Refused as refusal:
            answers.append(refusal)
            continue
        if new is not old:
            changes.append((old, new))
        answers.append(new)
    await attendance_history.keep(session, (old for old, _ in changes if old is not None))
    await _write(session, [new for _, new in changes])
    await outbox.append(session, *(events.attendance_recorded(lesson, old, new) for old, new in changes))
    return answers


class _Known(NamedTuple):
    enrolled_on: dt.date
    left_on: dt.date | None
    entry: AttendanceRow | None


async def _register(session: AsyncSession, lesson: OwnLesson, items: Sequence[NewEntry]) -> dict[Ref, _Known]:
    """Those of the pupils who are in the lesson's class, or were on that day, and in its group then, each with the entry that is there."""
    wanted = sorted(item.pupil.id for item in items if item.pupil.school_id == lesson.school_id)
    was = was_in_class(Pupil.school_id, Pupil.id, lesson.class_group_id, lesson.on_date)
    of_group = sa.true() if lesson.pupil_group_id is None else is_member(lesson.pupil_group_id, Pupil.school_id, Pupil.id, lesson.on_date)
    here = sa.and_(Attendance.school_id == Pupil.school_id, Attendance.pupil_id == Pupil.id, Attendance.lesson_id == lesson.id)
    found = await session.execute(
        sa.select(Pupil.id, Pupil.enrolled_on, Pupil.left_on, Attendance.kind, Attendance.minutes_late, Attendance.by, Attendance.at, Attendance.reason_id,
                  was.label("was"))
        .outerjoin(Attendance, here)
        .where(Pupil.school_id == lesson.school_id, sa.or_(Pupil.class_group_id == lesson.class_group_id, was), of_group,
               Pupil.id.in_(wanted)))
    return {
        Ref(lesson.school_id, row.id): _Known(lesson.on_date if row.was else row.enrolled_on, row.left_on, AttendanceRow(
            lesson.school_id, lesson.id, row.id, row.kind, row.minutes_late, row.by, row.at, row.reason_id) if row.kind is not None else None)
        for row in found
    }


async def _reasons(session: AsyncSession, school_id: int, items: Sequence[NewEntry]) -> dict[Ref, ReasonRow]:
    """The reasons that the items name, as far as they are the school's."""
    wanted = sorted({item.reason.id for item in items if item.reason is not None and item.reason.school_id == school_id})
    if not wanted:
        return {}
    found = await session.execute(REASON.where(AbsenceReason.school_id == school_id, AbsenceReason.id.in_(wanted)))
    return {Ref(school_id, row.id): ReasonRow(*row) for row in found}


def _before(item: NewEntry, lesson: OwnLesson, register: dict[Ref, _Known]) -> AttendanceRow | None:
    """The entry that this item replaces, if any; refused as `record_many` says."""
    known = register.get(item.pupil)
    if known is None:
        raise not_found()
    check_pupil(lesson, known.enrolled_on, known.left_on)
    if (item.kind is AttendanceKind.LATE) != (item.minutes_late is not None):
        raise bad_input("minutesLate belongs to LATE, and only there")
    if item.minutes_late is not None and not 1 <= item.minutes_late <= LATEST:
        raise bad_input(f"minutesLate lies between 1 and {LATEST}")
    return known.entry


def _after(item: NewEntry, lesson: OwnLesson, reasons: dict[Ref, ReasonRow], old: AttendanceRow | None, now: dt.datetime) -> AttendanceRow:
    """The entry as it shall be: the old one, where that says the same."""
    if item.reason is None:
        kind, reason_id = item.kind, old.reason_id if old is not None and old.kind is item.kind else None
    elif item.kind not in ABSENCES:
        raise bad_input("reasonId belongs to ABSENT and EXCUSED, and only there")
    elif (reason := reasons.get(item.reason)) is None:
        raise not_found()
    else:
        kind, reason_id = reason.kind, reason.id
        if reason.retired_at is not None and not (old is not None and old.says(kind, None, reason_id)):
            raise bad_input("the reason is not in use any more")
    if old is not None and old.says(kind, item.minutes_late, reason_id):
        return old
    return AttendanceRow(lesson.school_id, lesson.id, item.pupil.id, kind, item.minutes_late, by=lesson.teacher_id, at=now, reason_id=reason_id)


async def _write(session: AsyncSession, entries: Sequence[AttendanceRow]) -> None:
    if not entries:
        return
    statement = insert(session, Attendance)
    replaced = {name: statement.excluded[name] for name in REPLACED}
    await session.execute(
        statement.on_conflict_do_update(index_elements=key_of(Attendance), set_=replaced), [entry._asdict() for entry in entries])
