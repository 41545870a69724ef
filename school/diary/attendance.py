"""Attendance: the register of a lesson, one entry for a pupil; a change keeps no row of its own, its event tells old and new."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school import clock, outbox
from school.context import Viewer
from school.diary import events
from school.diary.attendance_rows import AttendanceRow
from school.diary.batches import check_batch
from school.diary.inserts import insert, key_of
from school.diary.lessons import OwnLesson, check_held, check_pupil, own_lesson
from school.diary.models import Attendance, AttendanceKind
from school.errors import Refused, bad_input, not_found
from school.ids import Ref
from school.registry.models import Pupil

LATEST = 240
"""Minutes of being late; more is being absent."""


@dataclass(frozen=True, slots=True)
class NewEntry:
    """How a pupil attended; `minutes_late` with LATE only."""

    pupil: Ref
    kind: AttendanceKind
    minutes_late: int | None = None


async def record_many(session: AsyncSession, viewer: Viewer, ref: Ref, items: Sequence[NewEntry]) -> list[AttendanceRow | Refused]:
    """Write the register of one lesson: up to 100 entries, answered in their order. Four statements, however many entries.

    An entry that says what is there already changes nothing and tells nobody. Refused for an item: a pupil not of the lesson's class
    (NOT_FOUND), one who was not at the school that day, minutes without being late or the other way round (BAD_INPUT). Refused as a whole: a
    lesson that the viewer does not give (NOT_FOUND), a cancelled or future one, no entry or two for one pupil (BAD_INPUT), more than 100
    (TOO_MANY).
    """
    check_batch([item.pupil for item in items], "items")
    lesson = await own_lesson(session, viewer, ref, lock=True)
    check_held(lesson)
    register = await _register(session, lesson, items)
    now = clock.now()
    answers: list[AttendanceRow | Refused] = []
    changes: list[tuple[AttendanceRow | None, AttendanceRow]] = []
    for item in items:
        try:
            old = _before(item, lesson, register)
        except Refused as refusal:
            answers.append(refusal)
            continue
        if old is None or not old.says(item.kind, item.minutes_late):
            new = AttendanceRow(lesson.school_id, lesson.id, item.pupil.id, item.kind, item.minutes_late, by=lesson.teacher_id, at=now)
            changes.append((old, new))
            answers.append(new)
        else:
            answers.append(old)
    await _write(session, [new for _, new in changes])
    await outbox.append(session, *(events.attendance_recorded(lesson, old, new) for old, new in changes))
    return answers


class _Known(NamedTuple):
    enrolled_on: dt.date
    left_on: dt.date | None
    entry: AttendanceRow | None


async def _register(session: AsyncSession, lesson: OwnLesson, items: Sequence[NewEntry]) -> dict[Ref, _Known]:
    """Those of the pupils who are in the lesson's class, each with the entry that is there."""
    wanted = sorted(item.pupil.id for item in items if item.pupil.school_id == lesson.school_id)
    here = sa.and_(Attendance.school_id == Pupil.school_id, Attendance.pupil_id == Pupil.id, Attendance.lesson_id == lesson.id)
    found = await session.execute(
        sa.select(Pupil.id, Pupil.enrolled_on, Pupil.left_on, Attendance.kind, Attendance.minutes_late, Attendance.by, Attendance.at)
        .outerjoin(Attendance, here)
        .where(Pupil.school_id == lesson.school_id, Pupil.class_group_id == lesson.class_group_id, Pupil.id.in_(wanted)))
    return {
        Ref(lesson.school_id, row.id): _Known(row.enrolled_on, row.left_on, AttendanceRow(
            lesson.school_id, lesson.id, row.id, row.kind, row.minutes_late, row.by, row.at) if row.kind is not None else None)
        for row in found
    }


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


async def _write(session: AsyncSession, entries: Sequence[AttendanceRow]) -> None:
    if not entries:
        return
    statement = insert(session, Attendance)
    replaced = {name: statement.excluded[name] for name in ("kind", "minutes_late", "by", "at")}
    await session.execute(
        statement.on_conflict_do_update(index_elements=key_of(Attendance), set_=replaced), [entry._asdict() for entry in entries])
