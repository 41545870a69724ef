"""What a calendar program reads: the lessons around today of a child or of a teacher, and a child's homework. One read, whatever the number of rows."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from school import clock
from school.context import Area, Viewer
from school.db import Rows
from school.diary.lessons import LESSON
from school.diary.models import Homework, Lesson
from school.diary.policy import visible_lessons
from school.diary.queries import IN_DAYS, IN_ORDER, MINE, class_of, homework_of, of_child
from school.ids import Ref
from school.reading import Reader
from school.registry.group_models import PupilGroup
from school.registry.models import ClassGroup, Course, Pupil, Subject
from school.statements import THIS_PERSON, Asking, Read

BEFORE, AFTER = dt.timedelta(days=14), dt.timedelta(days=60)
"""How far a calendar reaches: what was changed lately stays visible, and the next term's beginning."""
MOST = 2000
"""Entries of a kind: eleven weeks have some six hundred lessons. What is later than that is left out."""


@dataclass(frozen=True, slots=True)
class Timetable:
    """The lessons and the homework of these days, in order. `group` names a child's class; a teacher's lessons have each their own."""

    from_: dt.date
    to: dt.date
    time_zone: str
    group: str | None
    lessons: Sequence[Any]
    homework: Sequence[Any]


def _lessons(viewer: Asking) -> Rows:
    statement = LESSON.outerjoin(Subject, sa.and_(Subject.school_id == Course.school_id, Subject.id == Course.subject_id)).outerjoin(
        ClassGroup, sa.and_(ClassGroup.school_id == Lesson.school_id, ClassGroup.id == Lesson.class_group_id)).outerjoin(
        PupilGroup, sa.and_(PupilGroup.school_id == Lesson.school_id, PupilGroup.id == Lesson.pupil_group_id))
    columns = (Subject.name.label("subject"), ClassGroup.grade, ClassGroup.letter, PupilGroup.name.label("part"))
    return statement.add_columns(*columns).where(
        Lesson.school_id == THIS_PERSON.school_id, IN_DAYS, visible_lessons(viewer)).order_by(*IN_ORDER).limit(MOST)


@Read
def _of_child(viewer: Asking) -> Rows:
    return _lessons(viewer).where(of_child(viewer))


@Read
def _homework(viewer: Asking) -> Rows:
    subject = sa.and_(Subject.school_id == Course.school_id, Subject.id == Course.subject_id)
    order = (Lesson.on_date, Lesson.bell, Homework.set_at, Homework.id)
    statement = homework_of(viewer, of_child(viewer)).outerjoin(Subject, subject)
    return statement.add_columns(Subject.name.label("subject")).where(IN_DAYS).order_by(*order).limit(MOST)


@Read
def _child(viewer: Asking) -> Rows:
    group = sa.and_(ClassGroup.school_id == Pupil.school_id, ClassGroup.id == Pupil.class_group_id)
    return sa.select(ClassGroup.grade, ClassGroup.letter).join(Pupil, group).where(*MINE, Pupil.class_group_id == class_of(viewer))


@Read
def _of_teacher(viewer: Asking) -> Rows:
    """Those of the own courses, also what another gives instead, and those that are given instead of another."""
    return _lessons(viewer).where(sa.or_(Course.teacher_id == THIS_PERSON.id, Lesson.substitute_id == THIS_PERSON.id))


async def read(reader: Reader, viewer: Viewer, person: Ref, time_zone: str) -> Timetable:
    """The timetable of a child of the viewer's family, else of the teacher that the viewer is, whoever has looked that it is one of both.

    It reaches from two weeks before the school's own date to sixty days after it.
    """
    today = clock.school_date(clock.now(), time_zone)
    from_, to = today - BEFORE, today + AFTER
    values = {"school_id": person.school_id, "person_id": person.id, "from_": from_, "to": to}
    if person in viewer.family(Area.DIARY):
        lessons, homework, groups = await reader.each((_of_child, _homework, _child), viewer, **values)
        return Timetable(from_, to, time_zone, f"{groups[0].grade}{groups[0].letter}" if groups else None, lessons, homework)
    return Timetable(from_, to, time_zone, None, await reader.all(_of_teacher, viewer, **values), ())
