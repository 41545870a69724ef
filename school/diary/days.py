"""A child's diary, day by day: lessons with what belongs to each, in three reads of one moment."""

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa

from school.clock import check_range
from school.context import Viewer
from school.db import Rows
from school.diary.attendance_rows import AttendanceRow
from school.diary.homework_rows import HomeworkRow
from school.diary.lessons import LESSON, LessonRow
from school.diary.mark_rows import MarkRow, replaced
from school.diary.models import Attendance, Lesson, Mark
from school.diary.policy import visible_attendance, visible_lessons, visible_marks
from school.diary.queries import IN_DAYS, IN_ORDER, MOST_HOMEWORK, MOST_LESSONS, MOVED_AWAY, check_child, homework_in_days, limited, of_child
from school.diary.scale_rows import SHOWN, with_scale
from school.ids import Ref
from school.reading import Reader
from school.registry.models import Course
from school.statements import THIS_PERSON, Asking, Read

LONGEST = 7
"""Days of one answer: a week."""


@dataclass(frozen=True, slots=True)
class DayLesson:
    """A lesson of one child's diary with what belongs to it."""

    lesson: LessonRow
    homework: list[HomeworkRow]
    marks: list[MarkRow]
    attendance: AttendanceRow | None


@Read
def _lessons(viewer: Asking) -> Rows:
    """Lessons with the child's entry in the register, and those that were moved away from these days."""
    mine = sa.and_(
        Attendance.school_id == Lesson.school_id, Attendance.lesson_id == Lesson.id, Attendance.pupil_id == THIS_PERSON.id, visible_attendance(viewer))
    return LESSON.outerjoin(Attendance, mine).add_columns(Attendance.kind, Attendance.minutes_late, Attendance.by, Attendance.at, Attendance.reason_id).where(
        Lesson.school_id == THIS_PERSON.school_id, of_child(viewer), sa.or_(IN_DAYS, MOVED_AWAY), visible_lessons(viewer),
    ).order_by(*IN_ORDER).limit(MOST_LESSONS + 1)


@Read
def _marks(viewer: Asking) -> Rows:
    """Standing marks."""
    return with_scale(
        sa.select(Mark.lesson_id, Mark.id, Mark.value, Mark.weight, Mark.work, Mark.comment, Mark.revision, Mark.given_by, Mark.given_at,
                  Mark.retake_of, Mark.replaces, replaced().label("replaced"), Mark.work_id, *SHOWN)
        .join(Lesson, sa.and_(Lesson.school_id == Mark.school_id, Lesson.id == Mark.lesson_id))
        .join(Course, sa.and_(Course.school_id == Lesson.school_id, Course.id == Lesson.course_id))
    ).where(
        Lesson.school_id == THIS_PERSON.school_id, of_child(viewer), IN_DAYS, Mark.pupil_id == THIS_PERSON.id,
        Mark.withdrawn_at.is_(None), visible_marks(viewer, *THIS_PERSON),
    ).order_by(Mark.given_at, Mark.id)


async def child_diary(reader: Reader, viewer: Viewer, child: Ref, from_: dt.date, to: dt.date) -> list[DayLesson]:
    """A child's diary of at most a week, also lessons that were moved away from its days. Refused as absent: a child whose diary the viewer may not open."""
    check_range(from_, to, LONGEST)
    asked = {"school_id": child.school_id, "person_id": child.id, "from_": from_, "to": to}
    lessons, marks, homework = await reader.each((_lessons, _marks, homework_in_days), viewer, **asked)
    if not lessons:
        await check_child(reader, viewer, child)
    days = {}
    for *columns, kind, minutes_late, by, at, reason_id in limited(lessons, MOST_LESSONS):
        lesson = LessonRow(*columns)
        entry = AttendanceRow(lesson.school_id, lesson.id, child.id, kind, minutes_late, by, at, reason_id) if kind is not None else None
        days[lesson.id] = DayLesson(lesson, [], [], entry)
    for row in marks:
        at = days[row.lesson_id].lesson
        days[at.id].marks.append(MarkRow(
            at.school_id, row.id, child.id, at.id, at.course_id, at.subject_id, at.on_date, row.value, row.weight, row.work,
            row.comment, row.revision, row.given_by, row.given_at, None, None, row.retake_of, row.replaces, row.replaced, row.work_id,
            labels=row.labels, steps=row.steps, other_labels=row.other_labels))
    for row in limited(homework, MOST_HOMEWORK):
        days[row.due_lesson_id].homework.append(HomeworkRow(*row))
    return list(days.values())
