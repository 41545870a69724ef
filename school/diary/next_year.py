"""What the next school year would be made of: which class becomes which, who leaves, and what stands in its way."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school import clock
from school.db import Rows
from school.diary.class_groups import GRADES, LONGEST_LETTER, MOST_CLASSES
from school.diary.models import Lesson
from school.diary.school_year_models import SchoolYear
from school.diary.term_models import TermClosing, TermOpening
from school.errors import Code, Refused, bad_input
from school.registry.calendar_models import Term
from school.registry.former_class_models import FormerClass
from school.registry.models import ClassGroup, Course, Pupil, School, Staff
from school.registry.texts import line

EARLIEST, LATEST = dt.timedelta(days=31), dt.timedelta(days=150)
"""How long after its first day a year may still be started (papers are late), and how long before it: a summer."""
MOST_NEW = 50
"""Classes that are new in a year."""


class Obstacle(StrEnum):
    """What stands in the way of the next school year."""

    FAR_AWAY = "far_away"
    TERM_ACROSS = "term_across"
    TERM_OPEN = "term_open"
    YEAR_NOT_OVER = "year_not_over"
    LESSONS_TO_COME = "lessons_to_come"
    NAME_TAKEN = "name_taken"
    NEWCOMERS = "newcomers"


WORDS = {
    Obstacle.FAR_AWAY: "startsOn is a day from 31 days ago to 150 days ahead",
    Obstacle.TERM_ACROSS: "a term lies across the first day of the new year",
    Obstacle.TERM_OPEN: "a term of the old year is open",
    Obstacle.YEAR_NOT_OVER: "since the year has begun no term was closed: it was started already, or is not over",
    Obstacle.LESSONS_TO_COME: "classes have lessons after today, or in the new year",
    Obstacle.NAME_TAKEN: "two classes of the new year would have one name",
    Obstacle.NEWCOMERS: "pupils come to a class that there is not in the new year",
}
Name = tuple[int, str]


class Wish(NamedTuple):
    """What an office asks for: the first day, after which grade pupils leave, and which classes are new."""

    starts_on: dt.date
    last_grade: int
    new_classes: tuple[Name, ...]

    def checked(self) -> "Wish":
        """With trimmed letters. Refused: a grade that is not 1 to 12, a letter that is not 1 to 4 letters or digits (BAD_INPUT), over 50 (TOO_MANY)."""
        if len(self.new_classes) > MOST_NEW:
            raise Refused(Code.TOO_MANY, f"at most {MOST_NEW} new classes")
        named = tuple((grade, line(letter, "letter", LONGEST_LETTER)) for grade, letter in self.new_classes)
        if not {self.last_grade, *(grade for grade, _ in named)} <= set(GRADES) or not all(letter.isalnum() for _, letter in named):
            raise bad_input("grades are 1 to 12, and a letter 1 to 4 letters or digits")
        return self._replace(new_classes=named)


class Class(NamedTuple):
    """A class of the old year. `becomes` is its name in the new one; null where its pupils leave, and where it has nobody and nothing."""

    school_id: int
    id: UUID
    grade: int
    letter: str
    teacher_id: UUID | None
    bell_schedule_id: UUID | None
    courses: int
    pupils: int
    leaves: bool
    becomes: Name | None


class Going(NamedTuple):
    """A pupil of the old year who is one in the new year, or would be; `new` who comes to the school with it, and was in no class before."""

    id: UUID
    class_group_id: UUID
    enrolled_on: dt.date
    new: bool


class Plan(NamedTuple):
    """The whole of it. `newcomers` are enrolled from the new year on, into the class of this name."""

    school_id: int
    wish: Wish
    classes: Sequence[Class]
    going: Sequence[Going]
    newcomers: Sequence[Going]
    obstacles: Sequence[Obstacle]

    @property
    def names(self) -> list[Name]:
        """Of all classes of the new year."""
        return [*(one.becomes for one in self.classes if one.becomes is not None), *self.wish.new_classes]


async def plan(session: AsyncSession, school_id: int, wish: Wish, *, lock: bool = False) -> Plan:
    """What would happen, in four statements; with `lock` nobody else changes its classes and pupils until the transaction ends.

    Refused: what `Wish.checked` refuses, more than 200 classes (TOO_MANY).
    """
    wish, starts_on = wish.checked(), wish.starts_on
    state = (await session.execute(_state(school_id, starts_on))).one()
    today = clock.school_date(clock.now(), state.time_zone)
    far = not today - EARLIEST <= starts_on <= today + LATEST
    groups = _classes(school_id, today)
    found = (await session.execute(groups.with_for_update(of=ClassGroup) if lock else groups)).all()
    pupils = _pupils(school_id, starts_on)
    all_ = [Going(*row) for row in await session.execute(pupils.with_for_update(of=Pupil) if lock else pupils)]
    going, newcomers = [one for one in all_ if not one.new], [one for one in all_ if one.new]
    counts = Counter(one.class_group_id for one in going)
    made = Plan(school_id, wish, [_class(row, wish, counts[row.id]) for row in found], going, newcomers, ())
    if len(made.names) > MOST_CLASSES:
        raise Refused(Code.TOO_MANY, f"at most {MOST_CLASSES} classes")
    lessons = await session.scalar(sa.select(_lessons_after(school_id, min(today, clock.shifted(starts_on, -1)))))
    days = [obstacle for holds, obstacle in ((far, Obstacle.FAR_AWAY), (lessons, Obstacle.LESSONS_TO_COME)) if holds]
    return made._replace(obstacles=[*_of_terms(state), *days, *_of_names(made)])


def _state(school_id: int, starts_on: dt.date) -> Rows:
    last = sa.select(sa.func.max(SchoolYear.starts_on)).where(SchoolYear.school_id == school_id).scalar_subquery()
    began = sa.and_(Term.school_id == school_id, Term.starts_on < starts_on)
    old = sa.and_(began, Term.ends_on < starts_on, sa.or_(last.is_(None), Term.starts_on >= last))
    closed = sa.exists().where(TermClosing.school_id == Term.school_id, TermClosing.id == Term.id).correlate(Term)
    opened = sa.exists().where(
        TermOpening.school_id == Term.school_id, TermOpening.term_id == Term.id, TermOpening.until > clock.now()).correlate(Term)
    return sa.select(
        School.time_zone, sa.exists().where(began, Term.ends_on >= starts_on).label("across"),
        sa.exists().where(old, sa.or_(~closed, opened)).label("open"), sa.exists().where(old, closed).label("over")).where(School.id == school_id)


def _classes(school_id: int, today: dt.date) -> Rows:
    courses = sa.select(sa.func.count()).where(
        Course.school_id == ClassGroup.school_id, Course.class_group_id == ClassGroup.id, Course.closed_at.is_(None)).correlate(ClassGroup)
    works = sa.and_(Staff.school_id == ClassGroup.school_id, Staff.id == ClassGroup.teacher_id, sa.or_(Staff.left_on.is_(None), Staff.left_on > today))
    return (
        sa.select(ClassGroup.school_id, ClassGroup.id, ClassGroup.grade, ClassGroup.letter, Staff.id.label("teacher_id"),
                  ClassGroup.bell_schedule_id, courses.scalar_subquery().label("courses"))
        .outerjoin(Staff, works).where(ClassGroup.school_id == school_id, ClassGroup.closed_on.is_(None))
        .order_by(ClassGroup.grade, ClassGroup.letter, ClassGroup.id))


def _pupils(school_id: int, starts_on: dt.date) -> Rows:
    here = sa.and_(ClassGroup.school_id == Pupil.school_id, ClassGroup.id == Pupil.class_group_id, ClassGroup.closed_on.is_(None))
    return (
        sa.select(Pupil.id, Pupil.class_group_id, Pupil.enrolled_on, comes(starts_on)).join(ClassGroup, here)
        .where(Pupil.school_id == school_id, sa.or_(Pupil.left_on.is_(None), Pupil.left_on > starts_on)).order_by(Pupil.id))


def comes(starts_on: dt.date) -> sa.ColumnElement[bool]:
    """Whether a pupil comes to the school with a year, and has not only moved to another class since it has begun. For a statement with Pupil."""
    was = sa.exists().where(
        FormerClass.school_id == Pupil.school_id, FormerClass.pupil_id == Pupil.id, FormerClass.since < starts_on).correlate(Pupil)
    return sa.and_(Pupil.enrolled_on >= starts_on, ~was)


def _lessons_after(school_id: int, day: dt.date) -> sa.Exists:
    return sa.exists().where(
        Lesson.school_id == school_id, Lesson.on_date > day, Lesson.cancelled_at.is_(None), ClassGroup.school_id == Lesson.school_id,
        ClassGroup.id == Lesson.class_group_id, ClassGroup.closed_on.is_(None))


def _class(row: Any, wish: Wish, pupils: int) -> Class:
    leaves, empty = row.grade >= wish.last_grade, not pupils and not row.courses
    becomes = None if leaves or empty else (row.grade + 1, row.letter)
    return Class(row.school_id, row.id, row.grade, row.letter, row.teacher_id, row.bell_schedule_id, row.courses, pupils, leaves, becomes)


def _of_terms(state: Any) -> list[Obstacle]:
    found = ((state.across, Obstacle.TERM_ACROSS), (state.open, Obstacle.TERM_OPEN), (not state.over, Obstacle.YEAR_NOT_OVER))
    return [obstacle for holds, obstacle in found if holds]


def _of_names(made: Plan) -> list[Obstacle]:
    names, found = made.names, list[Obstacle]()
    if len(set(names)) < len(names):
        found.append(Obstacle.NAME_TAKEN)
    called = {one.id: (one.grade, one.letter) for one in made.classes}
    if not {called[one.class_group_id] for one in made.newcomers} <= set(names):
        found.append(Obstacle.NEWCOMERS)
    return found
