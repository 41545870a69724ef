"""Correcting a homework: what it says, never for which lesson and whom it is. What it said is kept; its event tells that it has changed."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school import clock, outbox
from school.context import Viewer
from school.diary import events, homework_history, homework_hour, homework_pupils
from school.diary.homework import open_lesson, own_homework
from school.diary.homework_content import Content, checked
from school.diary.homework_rows import HomeworkRow
from school.diary.lessons import own_lesson
from school.diary.models import Homework
from school.errors import Code, Refused, bad_input, conflict, not_found
from school.ids import Ref

MOST_REVISIONS = 100


async def correct_homework(
    session: AsyncSession, viewer: Viewer, ref: Ref, revision: int, text: str, minutes: int | None, links: Sequence[str],
) -> HomeworkRow:
    """Replace what a homework says. `revision` is the one that the teacher saw.

    Asking the same again is harmless, and saying what it says already changes nothing. Refused: homework for a lesson that the viewer does not give
    (NOT_FOUND), a cancelled or past lesson and what `homework_content` does not take (BAD_INPUT, TOO_MANY), the school's hour (TOO_LATE),
    ALREADY_WITHDRAWN, another change made meanwhile (CONFLICT), a hundred changes (TOO_MANY).
    """
    content = checked(text, minutes, links)
    if not 1 <= revision <= MOST_REVISIONS:
        raise bad_input(f"expectedRevision lies between 1 and {MOST_REVISIONS}")
    old = await _own(session, viewer, ref)
    if _content(old) == content and old.revision in (revision, revision + 1) and old.withdrawn_at is None:
        return old
    if old.withdrawn_at is not None:
        raise Refused(Code.ALREADY_WITHDRAWN, "This homework is withdrawn.")
    if revision >= MOST_REVISIONS:
        raise Refused(Code.TOO_MANY, f"a homework changes at most {MOST_REVISIONS} times")
    lesson = await own_lesson(session, viewer, Ref(ref.school_id, old.due_lesson_id))
    obstacle = open_lesson(lesson) or await homework_hour.closed(session, lesson)
    if obstacle is not None:
        raise obstacle
    if not await _change(session, ref, revision, content):
        return await _again(session, viewer, ref, revision, content)
    new = old._replace(text=content.text, minutes=content.minutes, links=list(content.links), revision=revision + 1)
    now = clock.now()
    await homework_history.keep(session, old, lesson.teacher_id, now)
    await outbox.append(session, events.homework_corrected(old, new, await homework_pupils.told(session, ref), now))
    return new


async def _own(session: AsyncSession, viewer: Viewer, ref: Ref) -> HomeworkRow:
    found = await own_homework(session, viewer, ref)
    if found is None:
        raise not_found()
    return found


def _content(homework: HomeworkRow) -> Content:
    return Content(homework.text, homework.minutes, tuple(homework.links))


async def _change(session: AsyncSession, ref: Ref, revision: int, content: Content) -> bool:
    """Change it if it is still as the teacher saw it: of two at once, the database lets one pass."""
    found = await session.execute(
        sa.update(Homework).where(
            Homework.school_id == ref.school_id, Homework.id == ref.id, Homework.revision == revision, Homework.withdrawn_at.is_(None))
        .values(revision=revision + 1, text=content.text, minutes=content.minutes, links=list(content.links)).returning(Homework.id)
        .execution_options(synchronize_session=False))
    return found.one_or_none() is not None


async def _again(session: AsyncSession, viewer: Viewer, ref: Ref, revision: int, content: Content) -> HomeworkRow:
    """The homework as it stands, if this very correction was made meanwhile; otherwise refused."""
    now = await _own(session, viewer, ref)
    if now.withdrawn_at is not None:
        raise Refused(Code.ALREADY_WITHDRAWN, "This homework is withdrawn.")
    if now.revision == revision + 1 and _content(now) == content:
        return now
    raise conflict(f"the homework has changed meanwhile: it is at revision {now.revision}")
