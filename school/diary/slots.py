"""Slots: the lessons of a week as timetables have them, and on which days they fall."""

import datetime as dt
from collections.abc import Iterator
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from school import ids
from school.db import Rows
from school.diary.bell_times import Rung
from school.diary.clashes import Place
from school.diary.timetable_models import Timetable, TimetableSlot, Weeks
from school.registry.group_models import PupilGroup
from school.registry.models import ClassGroup, Course, Staff

_WEEK = 7
_FIRST = dt.date(2024, 1, 1)
"""A Monday: weeks are compared by how many lie between."""
ALIKE = (0, 1)
"""Two weeks in a row stand for all, where some slots have every second."""


class SlotRow(NamedTuple):
    """A slot of a timetable in force, with its teacher: the columns of `in_force`, in order. `until` is the first day of the class's next timetable. Of a
    timetable without slots there is one row, whose slot is null."""

    timetable_id: UUID
    class_group_id: UUID
    starts_on: dt.date
    until: dt.date | None
    number: int | None
    course_id: UUID
    weekday: int
    bell: int
    room: str | None
    weeks: Weeks
    shared: bool
    subject_id: UUID
    teacher_id: UUID
    teacher_left_on: dt.date | None
    pupil_group_id: UUID | None = None
    division: str | None = None
    usual_id: UUID | None = None
    """The bell schedule that the class usually has; None is the regular one."""

    def place(self, school_id: int, on_date: dt.date, rung: Rung) -> Place:
        """Where its lesson of a day shall be, of which nothing is settled yet: whoever and whatever it wants must be free."""
        return Place(
            school_id, ids.new(), self.class_group_id, self.teacher_id, on_date, self.bell, self.room, cancelled=False, merged_with_id=None,
            own_teacher=False, own_room=False, as_planned=False, hours=rung.hours, schedule_id=rung.schedule_id,
            pupil_group_id=self.pupil_group_id, division=self.division)

    def dates(self, from_: dt.date, to: dt.date) -> Iterator[dt.date]:
        """The days of a span on which it has its lesson, as far as its timetable is in force."""
        first, last = max(from_, self.starts_on), to if self.until is None else min(to, self.until - dt.timedelta(days=1))
        for day in range((self.weekday - first.isoweekday()) % _WEEK, (last - first).days + 1, _WEEK):
            date = first + dt.timedelta(days=day)
            if is_in_week(self.weeks, self.starts_on, week_of(date)):
                yield date

    def weeks_alike(self) -> list[int]:
        """Of the two weeks in a row that stand for all, those in which it has its lesson."""
        return [week for week in ALIKE if is_in_week(self.weeks, self.starts_on, week)]


def week_of(date: dt.date) -> int:
    """The number of a date's week, Monday to Sunday; years do not begin it anew."""
    return (date - _FIRST).days // 7


def is_in_week(weeks: Weeks, starts_on: dt.date, week: int) -> bool:
    """Whether a slot of a timetable that begins on this day has its lesson in a week."""
    return weeks is Weeks.EVERY or ((week - week_of(starts_on)) % 2 == 0) == (weeks is Weeks.ODD)


def in_force(school_id: Any, from_: Any, to: Any, *of: sa.ColumnElement[bool]) -> Rows:
    """The timetables of a school that are in force on some day of a span, class by class, with their slots of courses that are not closed; `of` chooses
    among the school's timetables."""
    order = (Timetable.starts_on, Timetable.at, Timetable.id)
    until = sa.func.lead(Timetable.starts_on, type_=sa.Date()).over(partition_by=Timetable.class_group_id, order_by=order)
    each = sa.select(Timetable.school_id, Timetable.id, Timetable.class_group_id, Timetable.starts_on, until.label("until")).where(
        Timetable.school_id == school_id, *of).subquery()
    slot = TimetableSlot
    of_open = sa.join(slot, Course, sa.and_(Course.school_id == slot.school_id, Course.id == slot.course_id, Course.closed_at.is_(None)))
    return (
        sa.select(
            each.c.id, each.c.class_group_id, each.c.starts_on, each.c.until, slot.number, slot.course_id, slot.weekday, slot.bell, slot.room, slot.weeks,
            slot.shared, Course.subject_id, Course.teacher_id, Staff.left_on, Course.pupil_group_id, PupilGroup.division, ClassGroup.bell_schedule_id)
        .select_from(each)
        .join(ClassGroup, sa.and_(ClassGroup.school_id == each.c.school_id, ClassGroup.id == each.c.class_group_id))
        .outerjoin(of_open, sa.and_(slot.school_id == each.c.school_id, slot.timetable_id == each.c.id))
        .outerjoin(Staff, sa.and_(Staff.school_id == Course.school_id, Staff.id == Course.teacher_id))
        .outerjoin(PupilGroup, sa.and_(PupilGroup.school_id == Course.school_id, PupilGroup.id == Course.pupil_group_id))
        .where(each.c.starts_on <= to, sa.or_(each.c.until.is_(None), sa.and_(each.c.until > from_, each.c.until > each.c.starts_on)))
        .order_by(each.c.class_group_id, each.c.starts_on, slot.number)
    )
