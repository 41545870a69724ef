"""Homework: set for a lesson, for the class or for some of it, and withdrawn."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school import clock, outbox
from school.context import Viewer
from school.diary import events, homework_hour, homework_pupils
from school.diary import files as materials
from school.diary.files import Thing
from school.diary.homework_content import checked
from school.diary.homework_rows import HOMEWORK, HomeworkRow
from school.diary.inserts import insert, key_of
from school.diary.lessons import OwnLesson, own_lesson
from school.diary.models import Homework
from school.diary.policy import gives
from school.errors import Refused, bad_input, conflict, not_found
from school.ids import Ref


async def set_homework(
    session: AsyncSession, viewer: Viewer, id_: UUID, due: Ref, text: str, *, minutes: int | None = None, links: Sequence[str] = (),
    pupils: Sequence[Ref] | None = None, files: Sequence[Ref] = (),
) -> HomeworkRow:
    """Set homework for a lesson of today or later, for the whole class or for these pupils of it.

    The client made its id, and asking the same again is harmless, later too (until it is corrected). Refused: a lesson that the viewer does not give, a
    pupil not of its class (NOT_FOUND), a cancelled or past lesson, what `homework_content` does not take (BAD_INPUT, TOO_MANY), the hour that the school has
    set (TOO_LATE, which names it), files as `files.hang` says, the same id with different content (CONFLICT).
    """
    content = checked(text, minutes, links)
    homework_pupils.check_named(pupils)
    materials.check_named(files, due.school_id)
    lesson = await own_lesson(session, viewer, due, lock=True)  # planning may take it away
    homework = HomeworkRow(
        due.school_id, id_, lesson.id, lesson.course_id, lesson.class_group_id, lesson.subject_id, lesson.on_date, content.text,
        set_by=lesson.teacher_id, set_at=clock.now(), withdrawn_at=None, minutes=content.minutes, links=list(content.links), for_some=pupils is not None,
    )
    ref = Ref(due.school_id, id_)
    obstacle = await _obstacle(session, lesson, pupils)
    if obstacle is not None or not await _insert(session, homework):
        stands = await _again(session, viewer, homework, pupils, otherwise := obstacle or conflict("another homework has this id"))
        if not await materials.are_those(session, Thing("homework_id", ref), files):
            raise otherwise
        return stands
    if pupils is not None:
        await homework_pupils.name(session, ref, pupils)
    await materials.hang(session, viewer, Thing("homework_id", ref), files)
    await outbox.append(session, events.homework_set(homework, await homework_pupils.told(session, ref)))
    return homework


async def withdraw_homework(session: AsyncSession, viewer: Viewer, ref: Ref) -> HomeworkRow:
    """Take homework back; withdrawing it twice is harmless. Refused: homework for a lesson that the viewer does not give (NOT_FOUND)."""
    homework = await own_homework(session, viewer, ref)
    if homework is None:
        raise not_found()
    now = clock.now()
    withdrawn = await session.execute(
        sa.update(Homework).where(Homework.school_id == ref.school_id, Homework.id == ref.id, Homework.withdrawn_at.is_(None))
        .values(withdrawn_at=now).returning(Homework.id).execution_options(synchronize_session=False))
    if withdrawn.one_or_none() is None:
        return await own_homework(session, viewer, ref) or homework
    homework = homework._replace(withdrawn_at=now)
    await outbox.append(session, events.homework_withdrawn(homework, await homework_pupils.told(session, ref), now))
    return homework


async def own_homework(session: AsyncSession, viewer: Viewer, ref: Ref) -> HomeworkRow | None:
    """A homework for a lesson that the viewer gives."""
    row = (await session.execute(HOMEWORK.where(Homework.school_id == ref.school_id, Homework.id == ref.id, gives(viewer)))).one_or_none()
    return HomeworkRow(*row) if row is not None else None


def open_lesson(lesson: OwnLesson) -> Refused | None:
    """Why there is nothing to do for a lesson: it is cancelled, or past."""
    if lesson.cancelled_at is not None:
        return bad_input("the lesson is cancelled")
    return bad_input("the lesson lies in the past") if lesson.on_date < lesson.today else None


async def _obstacle(session: AsyncSession, lesson: OwnLesson, pupils: Sequence[Ref] | None) -> Refused | None:
    """Why new homework cannot be set; a repeat of what was set before is no new one."""
    return (
        open_lesson(lesson) or (None if pupils is None else await homework_pupils.stranger(session, lesson, pupils))
        or await homework_hour.closed(session, lesson))


async def _again(session: AsyncSession, viewer: Viewer, homework: HomeworkRow, pupils: Sequence[Ref] | None, otherwise: Refused) -> HomeworkRow:
    """What stands there, if it is this very homework; else refused."""
    ref = Ref(homework.school_id, homework.id)
    stored = await own_homework(session, viewer, ref)
    if stored is None or not _is_same(stored, homework):
        raise otherwise
    if pupils is not None and await homework_pupils.named(session, ref) != {pupil.id for pupil in pupils}:
        raise otherwise
    return stored


def _is_same(one: HomeworkRow, other: HomeworkRow) -> bool:
    said, says = ((row.due_lesson_id, row.text, row.minutes, list(row.links), row.for_some) for row in (one, other))
    return said == says


async def _insert(session: AsyncSession, homework: HomeworkRow) -> bool:
    columns = [column.name for column in Homework.__table__.columns]
    statement = insert(session, Homework).on_conflict_do_nothing(index_elements=key_of(Homework)).returning(Homework.id)
    found = await session.execute(statement.values({name: getattr(homework, name) for name in columns}))
    return found.one_or_none() is not None
