"""A school's classes: added, and given a class teacher, by office or head."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from school import clock, outbox
from school.context import ADMINISTRATION, Viewer, act_in
from school.db import Rows
from school.diary import course_events
from school.diary.inserts import insert
from school.errors import Code, Refused, bad_input, conflict, not_found
from school.ids import Ref
from school.reading import Reader
from school.registry.enrolment import in_class
from school.registry.membership import is_member
from school.registry.models import ClassGroup, Course, Pupil, School, Staff
from school.registry.policy import in_schools
from school.registry.texts import line
from school.statements import Asking, Read, given

GRADES = range(1, 13)
LONGEST_LETTER = 4
MOST_CLASSES = 200
"""Of one school."""

_CLASS: Rows = sa.select(ClassGroup.school_id, ClassGroup.id, ClassGroup.grade, ClassGroup.letter, ClassGroup.teacher_id)


@Read
def _classes(viewer: Asking) -> Rows:
    courses = sa.select(sa.func.count()).where(
        Course.school_id == ClassGroup.school_id, Course.class_group_id == ClassGroup.id, Course.closed_at.is_(None)).correlate(ClassGroup)
    return (
        _CLASS.add_columns(ClassGroup.bell_schedule_id, in_class().label("pupils"), courses.scalar_subquery().label("courses"))
        .where(ClassGroup.school_id == given("school_id"), ClassGroup.closed_on.is_(None), in_schools(viewer, ClassGroup.school_id, *ADMINISTRATION))
        .order_by(ClassGroup.grade, ClassGroup.letter).limit(MOST_CLASSES))


async def of_school(reader: Reader, viewer: Viewer, school_id: int) -> Sequence[Any]:
    """A school's classes of this year with how many pupils and open courses each has, for office and head; of another school none. One statement."""
    return await reader.all(_classes, viewer, school_id=school_id)


async def add(session: AsyncSession, viewer: Viewer, school_id: int, id_: UUID, grade: int, letter: str, teacher: Ref | None) -> Any:
    """The office or the head adds a class; the client made its id, and asking the same again is harmless.

    Refused: another school or its teacher (NOT_FOUND), a grade that is not 1 to 12, a letter that is not 1 to 4 letters or digits, a teacher who has left
    (BAD_INPUT), a class of this name, the same id with other content (CONFLICT), the 201st (TOO_MANY).
    """
    act_in(viewer, school_id, *ADMINISTRATION)
    letter = line(letter, "letter", LONGEST_LETTER)
    if grade not in GRADES or not letter.isalnum():
        raise bad_input("grade is 1 to 12, and letter 1 to 4 letters or digits")
    await check_teacher(session, school_id, teacher)
    values = {"school_id": school_id, "id": id_, "grade": grade, "letter": letter, "teacher_id": None if teacher is None else teacher.id}
    there = await session.scalar(sa.select(sa.func.count()).select_from(ClassGroup).where(
        ClassGroup.school_id == school_id, ClassGroup.closed_on.is_(None))) or 0
    if there < MOST_CLASSES:
        await session.execute(insert(session, ClassGroup).values(**values, opened_on=latest_year(school_id)).on_conflict_do_nothing())
    stored = (await session.execute(_CLASS.where(ClassGroup.school_id == school_id, ClassGroup.id == id_))).one_or_none()
    if stored is None:
        raise conflict("there is a class of this name already") if there < MOST_CLASSES else Refused(Code.TOO_MANY, f"at most {MOST_CLASSES} classes")
    if tuple(stored) != tuple(values.values()):
        raise conflict("another class has this id")
    return stored


def latest_year(school_id: int) -> sa.ScalarSelect[Any]:
    """The first day of the school year that was started last, as its classes have it; null in the first year here."""
    one = aliased(ClassGroup)
    return sa.select(sa.func.max(one.opened_on)).where(one.school_id == school_id).scalar_subquery()


async def change_teacher(session: AsyncSession, viewer: Viewer, ref: Ref, teacher: Ref | None) -> Any:
    """From now on another one leads a class, or nobody; its families are told. Saying who does already changes nothing.

    Refused as `add`, and a class that has ended (NOT_FOUND).
    """
    act_in(viewer, ref.school_id, *ADMINISTRATION)
    old = (await session.execute(
        _CLASS.where(ClassGroup.school_id == ref.school_id, ClassGroup.id == ref.id, ClassGroup.closed_on.is_(None)).with_for_update())).one_or_none()
    if old is None:
        raise not_found()
    new = None if teacher is None else teacher.id
    if old.teacher_id != new:
        await check_teacher(session, ref.school_id, teacher)
        await session.execute(
            sa.update(ClassGroup).where(ClassGroup.school_id == ref.school_id, ClassGroup.id == ref.id).values(teacher_id=new)
            .execution_options(synchronize_session=False))
        await outbox.append(session, course_events.class_teacher_changed(ref, old.teacher_id, new, await pupils_of_class(session, ref), clock.now()))
    return (await session.execute(_CLASS.where(ClassGroup.school_id == ref.school_id, ClassGroup.id == ref.id))).one()


async def check_teacher(session: AsyncSession, school_id: int, teacher: Ref | None) -> None:
    """Whoever is to teach or to lead is one of the school's staff (NOT_FOUND), and has not left it (BAD_INPUT)."""
    if teacher is None:
        return
    found = (await session.execute(
        sa.select(Staff.left_on, School.time_zone).join(School, School.id == Staff.school_id)
        .where(Staff.school_id == school_id, Staff.id == teacher.id, sa.literal(teacher.school_id == school_id)))).one_or_none()
    if found is None:
        raise not_found()
    if found.left_on is not None and found.left_on <= clock.school_date(clock.now(), found.time_zone):
        raise bad_input("this teacher has left the school")


async def pupils_of_class(session: AsyncSession, group: Ref, part: UUID | None = None) -> Sequence[UUID]:
    """Who is in a class, or in a group of it, now: whose families hear of what changes in it."""
    here = sa.select(Pupil.id).where(Pupil.school_id == group.school_id, Pupil.class_group_id == group.id, Pupil.left_on.is_(None))
    return (await session.scalars(
        (here if part is None else here.where(is_member(part, Pupil.school_id, Pupil.id, None))).order_by(Pupil.id))).all()
