"""Pupils who move to another class of the school: from a day on they are in its courses, and what was until then stays with those of the old class."""

import datetime as dt
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school import clock, outbox
from school.context import ADMINISTRATION, Viewer, act_in
from school.diary import course_events, groups
from school.diary.models import Attendance, Lesson, Mark
from school.errors import Code, Refused, bad_input, conflict, not_found
from school.ids import Ref
from school.registry.enrolment import FULLEST, in_class
from school.registry.former_class_models import FormerClass
from school.registry.models import ClassGroup, Pupil, School


class Moved(NamedTuple):
    """In which class a pupil is, and since which day."""

    school_id: int
    pupil_id: UUID
    class_group_id: UUID
    on: dt.date


async def move(session: AsyncSession, viewer: Viewer, pupil: Ref, to: Ref, on: dt.date) -> Moved:
    """Office or head moves a pupil to another class; `on` is the first day in it, tomorrow at the latest. The family is told; repeating is harmless.

    From that day on the pupil stands in the new class's gradebooks and registers; in those of the old class they stand until then, as somebody who has left
    it, and what was given there stays and can be corrected. From its groups they go, too. A move on the first day in
    a class leaves no trace: it was the wrong one.
    Refused: a pupil or a class of another school (NOT_FOUND), a day before the first in the class or after tomorrow, one who has left (BAD_INPUT), one of
    whom lessons of the old class from that day on say something, marks or a register (CONFLICT: a later day), a class that is full (TOO_MANY).
    """
    act_in(viewer, pupil.school_id, *ADMINISTRATION)
    was = await _lock(session, pupil, to, on)
    found = (await session.execute(
        sa.select(Pupil.class_group_id, Pupil.enrolled_on, Pupil.left_on, School.time_zone, in_class().label("there"))
        .join(School, School.id == Pupil.school_id).join(ClassGroup, sa.and_(ClassGroup.school_id == Pupil.school_id, ClassGroup.id == to.id))
        .where(Pupil.school_id == pupil.school_id, Pupil.id == pupil.id).with_for_update(of=Pupil))).one_or_none()
    if found is None:
        raise not_found()
    if found.class_group_id not in {was, to.id}:
        raise conflict("the pupil has moved meanwhile")
    moved = Moved(pupil.school_id, pupil.id, to.id, on)
    if found.class_group_id == to.id:
        if found.enrolled_on != on:
            raise bad_input("the pupil is in this class already")
        return moved
    today = clock.school_date(clock.now(), found.time_zone)
    if not found.enrolled_on <= on <= max(today + dt.timedelta(days=1), found.enrolled_on):
        raise bad_input("on is a day from the first in the class until tomorrow")
    if found.left_on is not None and found.left_on <= max(on, today):
        raise bad_input("the pupil has left the school")
    if await session.scalar(sa.select(sa.or_(_says(Mark, pupil, found.class_group_id, on), _says(Attendance, pupil, found.class_group_id, on)))):
        raise conflict("the old class has marks or register entries of the pupil from that day on")
    if found.there >= FULLEST:
        raise Refused(Code.TOO_MANY, f"a class has at most {FULLEST} pupils")
    if on > found.enrolled_on:
        session.add(FormerClass(
            school_id=pupil.school_id, pupil_id=pupil.id, since=found.enrolled_on, until=on, class_group_id=found.class_group_id))
    await session.execute(
        sa.update(Pupil).where(Pupil.school_id == pupil.school_id, Pupil.id == pupil.id).values(class_group_id=to.id, enrolled_on=on)
        .execution_options(synchronize_session=False))
    await session.flush()
    await groups.leave(session, pupil, on)
    await outbox.append(session, course_events.pupil_moved(pupil, found.class_group_id, to.id, on, clock.now()))
    return moved


async def _lock(session: AsyncSession, pupil: Ref, to: Ref, on: dt.date) -> UUID | None:
    """Until the transaction ends nobody else comes into the new class, and no register of the old one is written from that day on; the old class.

    Lessons before pupils, as whoever writes a register has it. Who gives a mark looks once more afterwards (`marks`). Refused: no such class (NOT_FOUND).
    """
    old = sa.select(Pupil.class_group_id).where(Pupil.school_id == pupil.school_id, Pupil.id == pupil.id).scalar_subquery()
    found = (await session.execute(
        sa.select(ClassGroup.id, old.label("old"))
        .where(ClassGroup.school_id == pupil.school_id, ClassGroup.id == to.id, ClassGroup.closed_on.is_(None), sa.literal(to.school_id == pupil.school_id))
        .with_for_update(of=ClassGroup, key_share=True))).one_or_none()
    if found is None:
        raise not_found()
    await session.execute(
        sa.select(Lesson.id).where(
            Lesson.school_id == pupil.school_id, Lesson.class_group_id == found.old, Lesson.on_date.between(on, clock.now().date() + dt.timedelta(days=1)))
        .order_by(Lesson.id).with_for_update(of=Lesson, key_share=True))
    old_class: UUID | None = found.old
    return old_class


def _says(table: type[Mark] | type[Attendance], pupil: Ref, group: UUID, on: dt.date) -> sa.Exists:
    standing = table.withdrawn_at.is_(None) if table is Mark else sa.true()
    return sa.exists().where(
        table.school_id == pupil.school_id, table.pupil_id == pupil.id, standing, Lesson.school_id == table.school_id, Lesson.id == table.lesson_id,
        Lesson.class_group_id == group, Lesson.on_date >= on)
