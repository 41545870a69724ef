"""Homework: set for a class and a lesson, and withdrawn."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school import clock, outbox
from school.context import Viewer
from school.diary import events
from school.diary.homework_rows import HOMEWORK, HomeworkRow
from school.diary.inserts import insert, key_of
from school.diary.lessons import own_lesson
from school.diary.models import Homework
from school.diary.policy import gives
from school.diary.texts import required_text
from school.errors import bad_input, conflict, not_found
from school.ids import Ref
from school.registry.models import Pupil

LONGEST_TEXT = 4000


async def set_homework(session: AsyncSession, viewer: Viewer, id_: UUID, due: Ref, text: str) -> HomeworkRow:
    """Set homework for a lesson of today or later; the client made its id, and asking the same again is harmless, later too.

    Refused: a lesson that the viewer does not give (NOT_FOUND), a cancelled or past one, a text that is empty or longer than 4000
    characters (BAD_INPUT), the same id with different content (CONFLICT).
    """
    text = required_text(text, "text", LONGEST_TEXT)
    lesson = await own_lesson(session, viewer, due)
    homework = HomeworkRow(
        due.school_id, id_, lesson.id, lesson.course_id, lesson.class_group_id, lesson.subject_id, lesson.on_date, text,
        set_by=lesson.teacher_id, set_at=clock.now(), withdrawn_at=None,
    )
    possible = lesson.cancelled_at is None and lesson.on_date >= lesson.today
    if not possible or not await _insert(session, homework):
        stored = await _stored(session, viewer, Ref(due.school_id, id_))
        if stored is not None and (stored.due_lesson_id, stored.text) == (lesson.id, text):
            return stored
        if possible:
            raise conflict("another homework has this id")
        raise bad_input("the lesson is cancelled" if lesson.cancelled_at is not None else "the lesson lies in the past")
    await outbox.append(session, events.homework_set(homework, await _pupils(session, homework)))
    return homework


async def withdraw_homework(session: AsyncSession, viewer: Viewer, ref: Ref) -> HomeworkRow:
    """Take homework back; withdrawing it twice is harmless. Refused: homework for a lesson that the viewer does not give (NOT_FOUND)."""
    homework = await _stored(session, viewer, ref)
    if homework is None:
        raise not_found()
    now = clock.now()
    withdrawn = await session.execute(
        sa.update(Homework).where(Homework.school_id == ref.school_id, Homework.id == ref.id, Homework.withdrawn_at.is_(None))
        .values(withdrawn_at=now).returning(Homework.id).execution_options(synchronize_session=False))
    if withdrawn.one_or_none() is None:
        return await _stored(session, viewer, ref) or homework
    homework = homework._replace(withdrawn_at=now)
    await outbox.append(session, events.homework_withdrawn(homework, await _pupils(session, homework), now))
    return homework


async def _insert(session: AsyncSession, homework: HomeworkRow) -> bool:
    columns = [column.name for column in Homework.__table__.columns]
    statement = insert(session, Homework).on_conflict_do_nothing(index_elements=key_of(Homework)).returning(Homework.id)
    found = await session.execute(statement.values({name: getattr(homework, name) for name in columns}))
    return found.one_or_none() is not None


async def _stored(session: AsyncSession, viewer: Viewer, ref: Ref) -> HomeworkRow | None:
    """A homework for a lesson that the viewer gives."""
    row = (await session.execute(HOMEWORK.where(Homework.school_id == ref.school_id, Homework.id == ref.id, gives(viewer)))).one_or_none()
    return HomeworkRow(*row) if row is not None else None


async def _pupils(session: AsyncSession, homework: HomeworkRow) -> list[UUID]:
    """The pupils of the class on the day for which the homework is due; they are told."""
    found = await session.scalars(
        sa.select(Pupil.id).where(
            Pupil.school_id == homework.school_id, Pupil.class_group_id == homework.class_group_id, Pupil.enrolled_on <= homework.on_date,
            sa.or_(Pupil.left_on.is_(None), Pupil.left_on > homework.on_date),
        ).order_by(Pupil.id))
    return list(found)
