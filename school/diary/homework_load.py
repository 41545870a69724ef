"""How much is set for a class already, by day: what a teacher sees before adding more."""

import datetime as dt
from typing import NamedTuple

import sqlalchemy as sa

from school.clock import check_range
from school.context import Viewer
from school.db import Rows
from school.diary.models import Homework, Lesson
from school.diary.policy import concerned, visible_load
from school.diary.queries import IN_DAYS, LONGEST_RANGE
from school.errors import not_found
from school.ids import Ref
from school.reading import Reader
from school.registry.models import ClassGroup, Pupil
from school.statements import Asking, Read, given


class DayLoad(NamedTuple):
    """Of one day: how many tasks the whole class has and their minutes, how many tell no minutes, and the minutes of the pupil who has most to do."""

    on_date: dt.date
    tasks: int
    minutes: int
    untold: int
    busiest: int


def _class(viewer: Asking) -> Rows:
    return sa.select(ClassGroup.id).where(ClassGroup.school_id == given("school_id"), ClassGroup.id == given("group_id", sa.Uuid()), visible_load(viewer))


@Read
def _there(viewer: Asking) -> Rows:
    return _class(viewer)


def _due(viewer: Asking) -> Rows:
    """Standing homework of the class, of these days."""
    lesson = sa.and_(Lesson.school_id == Homework.school_id, Lesson.id == Homework.due_lesson_id)
    return sa.select(Lesson.on_date).select_from(Homework).join(Lesson, lesson).where(
        Homework.school_id == given("school_id"), Homework.withdrawn_at.is_(None), Lesson.cancelled_at.is_(None),
        Lesson.class_group_id == _class(viewer).scalar_subquery(), IN_DAYS)


_MINUTES = sa.cast(sa.func.coalesce(sa.func.sum(Homework.minutes), 0), sa.Integer)


@Read
def _of_class(viewer: Asking) -> Rows:
    return _due(viewer).add_columns(
        sa.cast(sa.func.count(), sa.Integer).label("tasks"), _MINUTES.label("minutes"),
        sa.cast(sa.func.count() - sa.func.count(Homework.minutes), sa.Integer).label("untold"),
    ).where(Homework.for_some.is_(False), Lesson.pupil_group_id.is_(None)).group_by(Lesson.on_date).order_by(Lesson.on_date)


@Read
def _of_busiest(viewer: Asking) -> Rows:
    own = sa.or_(Homework.for_some, Lesson.pupil_group_id.is_not(None))
    each = _due(viewer).add_columns(_MINUTES.label("minutes")).join(Pupil, sa.and_(
        Pupil.school_id == Homework.school_id, concerned(Pupil.id, Pupil.class_group_id))).where(own).group_by(Lesson.on_date, Pupil.id).subquery()
    return sa.select(each.c.on_date, sa.func.max(each.c.minutes).label("minutes")).group_by(each.c.on_date)


async def class_load(reader: Reader, viewer: Viewer, group: Ref, from_: dt.date, to: dt.date) -> list[DayLoad]:
    """The days of at most 31 for which something is set; what is some pupils' own, or a group's, counts for the busiest alone.

    Refused as absent: another's class.
    """
    check_range(from_, to, LONGEST_RANGE)
    asked = {"school_id": group.school_id, "group_id": group.id, "from_": from_, "to": to}
    there, all_, own = await reader.each((_there, _of_class, _of_busiest), viewer, **asked)
    if not there:
        raise not_found()
    more, days = {row.on_date: row.minutes for row in own}, {row.on_date: row for row in all_}
    return [
        DayLoad(date, row.tasks if row else 0, row.minutes if row else 0, row.untold if row else 0, (row.minutes if row else 0) + more.get(date, 0))
        for date in sorted(days.keys() | more.keys()) for row in [days.get(date)]
    ]
