"""The days that the seed makes up: everything in them agrees."""

from itertools import pairwise
from typing import Any

import pytest
import sqlalchemy as sa

from school import clock
from school.access.models import Passage, Presence
from school.day.models import LateArrival
from school.db import Database
from school.diary.models import Attendance, AttendanceKind, Lesson, Mark, MarkRevision
from school.registry.models import Course, Outcome, Tap
from school.seed.plan import TIME_ZONE
from tests.seed.reading import TODAY, rows

pytestmark = pytest.mark.xdist_group("seed")


async def test_a_day_agrees_with_itself(seeded: Database) -> None:
    lessons = {row.id: row for row in await rows(seeded, sa.select(Lesson.__table__))}
    came = {
        (row.person_id, clock.school_date(row.happened_at, TIME_ZONE)) for row in await rows(seeded, sa.select(Passage.person_id, Passage.happened_at))
    }
    register = await rows(seeded, sa.select(Attendance.__table__))
    for entry in register:
        there = entry.kind in {AttendanceKind.PRESENT, AttendanceKind.LATE}
        assert there == ((entry.pupil_id, lessons[entry.lesson_id].on_date) in came)
    here = {(entry.pupil_id, entry.lesson_id) for entry in register if entry.kind in {AttendanceKind.PRESENT, AttendanceKind.LATE}}
    marks = await rows(seeded, sa.select(Mark.__table__))
    assert all((mark.pupil_id, mark.lesson_id) in here for mark in marks)
    assert not any(lessons[mark.lesson_id].cancelled_at for mark in marks)
    late = {
        (entry.pupil_id, entry.lesson_id): entry.minutes_late for entry in register
        if entry.kind is AttendanceKind.LATE and lessons[entry.lesson_id].bell == 1
    }
    noticed = {(row.pupil_id, row.lesson_id): row.minutes for row in await rows(seeded, sa.select(LateArrival.__table__))}
    assert late == {key: minutes for key, minutes in noticed.items() if lessons[key[1]].bell == 1 and minutes > 0}
    assert late


async def test_a_mark_is_what_its_last_revision_says(seeded: Database) -> None:
    marks = {row.id: row for row in await rows(seeded, sa.select(Mark.__table__))}
    revisions: dict[Any, list[Any]] = {}
    for row in await rows(seeded, sa.select(MarkRevision.__table__).order_by(MarkRevision.mark_id, MarkRevision.revision)):
        revisions.setdefault(row.mark_id, []).append(row)
    assert set(revisions) == set(marks)
    for mark_id, history in revisions.items():
        mark, last = marks[mark_id], history[-1]
        assert [row.revision for row in history] == list(range(1, mark.revision + 1))
        assert (last.value, last.weight, last.work, last.comment) == (mark.value, mark.weight, mark.work, mark.comment)
        assert (mark.withdrawn_at is not None) == (last.action == "withdrawn")
        assert 2 <= mark.value <= 5


async def test_no_teacher_is_in_two_rooms_and_no_class_has_a_gap(seeded: Database) -> None:
    found = await rows(
        seeded, sa.select(Lesson.school_id, Lesson.on_date, Lesson.bell, Lesson.class_group_id, Course.teacher_id)
        .join(Course, sa.and_(Course.school_id == Lesson.school_id, Course.id == Lesson.course_id)))
    assert len({(row.on_date, row.bell, row.teacher_id) for row in found}) == len(found)
    days: dict[Any, list[int]] = {}
    for row in found:
        days.setdefault((row.class_group_id, row.on_date), []).append(row.bell)
    assert all(sorted(bells) == list(range(1, len(bells) + 1)) for bells in days.values())
    assert {row.on_date for row in found} == {day for group, day in days}
    assert len({row.on_date for row in found if row.on_date < TODAY}) == 11
    assert len({row.on_date for row in found if row.on_date >= TODAY}) == 10


async def test_every_passage_has_its_tap_and_everyone_is_outside(seeded: Database) -> None:
    taps = {(row.school_id, row.device_id, row.sequence): row for row in await rows(seeded, sa.select(Tap.__table__))}
    passages = await rows(seeded, sa.select(Passage.__table__))
    admitted = {key for key, tap in taps.items() if tap.outcome is Outcome.ADMIT}
    assert {(row.school_id, row.device_id, row.sequence) for row in passages} == admitted
    assert {tap.reason for tap in taps.values() if tap.outcome is Outcome.REFUSE} <= {"UNKNOWN_CARD", "CARD_BLOCKED"}
    sequences: dict[Any, list[Any]] = {}
    for tap in taps.values():
        sequences.setdefault(tap.device_id, []).append((tap.sequence, tap.happened_at))
    for history in sequences.values():
        history.sort()
        assert [number for number, _ in history] == list(range(1, len(history) + 1))
        assert all(one[1] <= other[1] for one, other in pairwise(history))
    last: dict[Any, Any] = {}
    for row in sorted(passages, key=lambda row: row.happened_at):
        assert row.direction != (last[row.person_id].direction if row.person_id in last else "out"), "one enters before one leaves"
        last[row.person_id] = row
    presence = {row.person_id: row for row in await rows(seeded, sa.select(Presence.__table__))}
    assert set(presence) == set(last)
    assert all((row.inside, row.changed_at) == (False, last[person].happened_at) for person, row in presence.items())
