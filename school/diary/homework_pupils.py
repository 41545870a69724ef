"""Whom a homework is for: those who are named when it is set, and all who are told of it."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school.diary.homework_models import HomeworkFor
from school.diary.lessons import OwnLesson, check_pupil
from school.diary.models import Homework, Lesson
from school.diary.policy import concerned
from school.errors import Code, Refused, bad_input, not_found
from school.ids import Ref
from school.registry.membership import is_member
from school.registry.models import Pupil

MOST_NAMED = 100


def check_named(pupils: Sequence[Ref] | None) -> None:
    """Null for the whole class, else 1 to 100 pupils, each once (BAD_INPUT, TOO_MANY)."""
    if pupils is None:
        return
    if not pupils:
        raise bad_input("pupilIds must not be empty: leave it out for the whole class")
    if len(pupils) > MOST_NAMED:
        raise Refused(Code.TOO_MANY, f"pupilIds holds at most {MOST_NAMED} pupils")
    if len(set(pupils)) != len(pupils):
        raise bad_input("pupilIds has the same pupil twice")


async def stranger(session: AsyncSession, lesson: OwnLesson, pupils: Sequence[Ref]) -> Refused | None:
    """Why homework for this lesson cannot be for one of these: not of its class or group (NOT_FOUND), or not at the school on its day (BAD_INPUT)."""
    of_group = sa.true() if lesson.pupil_group_id is None else is_member(lesson.pupil_group_id, Pupil.school_id, Pupil.id, lesson.on_date)
    found = await session.execute(
        sa.select(Pupil.id, Pupil.enrolled_on, Pupil.left_on).where(
            Pupil.school_id == lesson.school_id, Pupil.class_group_id == lesson.class_group_id, of_group,
            Pupil.id.in_(sorted(pupil.id for pupil in pupils))))
    known = {Ref(lesson.school_id, row.id): row for row in found}
    for pupil in pupils:
        if pupil not in known:
            return not_found()
        try:
            check_pupil(lesson, known[pupil].enrolled_on, known[pupil].left_on)
        except Refused as refused:
            return refused
    return None


async def name(session: AsyncSession, homework: Ref, pupils: Sequence[Ref]) -> None:
    """Keep for whom a new homework is."""
    await session.execute(
        sa.insert(HomeworkFor), [{"school_id": homework.school_id, "homework_id": homework.id, "pupil_id": pupil.id} for pupil in pupils])


async def named(session: AsyncSession, homework: Ref) -> frozenset[UUID]:
    """Whom a homework names."""
    mine = HomeworkFor.school_id == homework.school_id, HomeworkFor.homework_id == homework.id
    return frozenset(await session.scalars(sa.select(HomeworkFor.pupil_id).where(*mine)))


async def told(session: AsyncSession, homework: Ref) -> list[UUID]:
    """Whom it concerns, of those who are at the school on the day for which it is due; they hear of it."""
    found = await session.scalars(
        sa.select(Pupil.id).select_from(Homework)
        .join(Lesson, sa.and_(Lesson.school_id == Homework.school_id, Lesson.id == Homework.due_lesson_id))
        .join(Pupil, sa.and_(Pupil.school_id == Homework.school_id, concerned(Pupil.id, Pupil.class_group_id)))
        .where(
            Homework.school_id == homework.school_id, Homework.id == homework.id, Pupil.enrolled_on <= Lesson.on_date,
            sa.or_(Pupil.left_on.is_(None), Pupil.left_on > Lesson.on_date))
        .order_by(Pupil.id))
    return list(found)
