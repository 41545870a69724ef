"""A homework's row, as screens show it."""

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa

from school.db import Rows
from school.diary.models import Homework, Lesson
from school.registry.models import Course


class HomeworkRow(NamedTuple):
    """A homework: the columns of `HOMEWORK`, in order. `on_date` is the day of the lesson for which it is due.

    `done_at`: when the child who was asked about has ticked it; where no child was, null.
    """

    school_id: int
    id: UUID
    due_lesson_id: UUID
    course_id: UUID
    class_group_id: UUID
    subject_id: UUID
    on_date: dt.date
    text: str
    set_by: UUID
    set_at: dt.datetime
    withdrawn_at: dt.datetime | None
    minutes: int | None = None
    links: Sequence[str] = ()
    for_some: bool = False
    revision: int = 1
    done_at: dt.datetime | None = None


HOMEWORK: Rows = (
    sa.select(
        Homework.school_id, Homework.id, Homework.due_lesson_id, Homework.course_id, Lesson.class_group_id, Course.subject_id, Lesson.on_date,
        Homework.text, Homework.set_by, Homework.set_at, Homework.withdrawn_at, Homework.minutes, Homework.links, Homework.for_some, Homework.revision,
    )
    .join(Lesson, sa.and_(Lesson.school_id == Homework.school_id, Lesson.id == Homework.due_lesson_id))
    .outerjoin(Course, sa.and_(Course.school_id == Homework.school_id, Course.id == Homework.course_id))
)
