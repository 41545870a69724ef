"""Correcting and withdrawing marks. Every change adds a revision; no row of the history is ever changed."""

from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from school import clock, outbox
from school.context import Viewer
from school.diary import events, works
from school.diary.lessons import check_open
from school.diary.mark_rows import MARK, Content, MarkRow, checked, revision_of
from school.diary.models import GradingScale, Lesson, Mark, MarkAction, MarkRevision
from school.diary.policy import giver, gives
from school.diary.terms import is_closed
from school.diary.texts import optional_text
from school.errors import Code, Refused, bad_input, conflict, not_found
from school.ids import Ref

LONGEST_REASON = 500
MOST_REVISIONS = 100
"""How often one mark may change; it may always be withdrawn."""


async def correct(session: AsyncSession, viewer: Viewer, ref: Ref, revision: int, content: Content, reason: str | None) -> MarkRow:
    """Replace what a mark says. `revision` is the one that the teacher saw.

    Asking the same again is harmless, and saying what it says already changes nothing. Refused: a mark of a lesson that the viewer does not give
    (NOT_FOUND), another change made meanwhile (CONFLICT), ALREADY_WITHDRAWN, OUT_OF_SCALE, BAD_INPUT, a closed term (CLOSED), a hundred changes (TOO_MANY).
    """
    reason = optional_text(reason, "reason", LONGEST_REASON)
    _check_revision(revision)
    own = await _own(session, viewer, ref)
    old, content = own.mark, checked(content, own.lowest, own.highest)
    if content.work_id not in {None, old.work_id}:
        kinds = await works.named(session, [Ref(ref.school_id, content.work_id)])
        content = content._replace(work=works.usable(kinds, ref.school_id, content.work_id).work)
    elif content.work_id is not None:
        content = content._replace(work=old.work)
    if (revision, content, None) == (old.revision, old.content, old.withdrawn_at):
        return old
    if revision >= MOST_REVISIONS:
        raise Refused(Code.TOO_MANY, f"a mark changes at most {MOST_REVISIONS} times")
    new = old._replace(**content._asdict(), revision=revision + 1, withdrawn_at=None)
    if own.closed or not await _change(session, ref, revision, content._asdict()):
        return await _again(session, viewer, new, MarkAction.CORRECTED, reason, own.teacher_id)
    now = clock.now()
    await session.execute(sa.insert(MarkRevision), [revision_of(new, MarkAction.CORRECTED, reason, own.teacher_id, now)])
    await outbox.append(session, events.mark_corrected(old, new, now))
    return new


async def withdraw(session: AsyncSession, viewer: Viewer, ref: Ref, revision: int, reason: str | None) -> MarkRow:
    """Let a mark count no more; its history stays. `revision` is the one that the teacher saw; asking the same again is harmless.

    Refused: a mark of a lesson that the viewer does not give (NOT_FOUND), a change made meanwhile (CONFLICT), ALREADY_WITHDRAWN by another request, a closed
    term, also of the mark that a retake replaces, which would count again (CLOSED).
    """
    reason = optional_text(reason, "reason", LONGEST_REASON)
    _check_revision(revision)
    own = await _own(session, viewer, ref)
    now = clock.now()
    new = own.mark._replace(revision=revision + 1, withdrawn_at=now)
    if own.closed or own.first_closed or not await _change(session, ref, revision, {"withdrawn_at": now}):
        return await _again(session, viewer, new, MarkAction.WITHDRAWN, reason, own.teacher_id)
    await session.execute(sa.insert(MarkRevision), [revision_of(new, MarkAction.WITHDRAWN, reason, own.teacher_id, now)])
    await outbox.append(session, events.mark_withdrawn(new, now))
    return new


class _Own(NamedTuple):
    mark: MarkRow
    teacher_id: UUID
    lowest: int | None
    highest: int | None
    closed: bool
    first_closed: bool


def _check_revision(revision: int) -> None:
    if not 1 <= revision <= MOST_REVISIONS:
        raise bad_input(f"expectedRevision lies between 1 and {MOST_REVISIONS}")


async def _own(session: AsyncSession, viewer: Viewer, ref: Ref) -> _Own:
    """A mark of a lesson that the viewer gives, with its scale, else refused as absent."""
    row = (await session.execute(
        MARK.add_columns(
            giver(viewer), GradingScale.lowest, GradingScale.highest, is_closed(Mark.school_id, Mark.course_id, Lesson.on_date), _first_closed())
        .where(Mark.school_id == ref.school_id, Mark.id == ref.id, gives(viewer))
    )).one_or_none()
    if row is None:
        raise not_found()
    size = len(MarkRow._fields)
    return _Own(MarkRow(*row[:size]), *row[size:])


def _first_closed() -> sa.ColumnElement[bool]:
    """Whether a mark is there instead of one of a closed term."""
    first, lesson = aliased(Mark), aliased(Lesson)
    return sa.exists().where(
        Mark.replaces, first.school_id == Mark.school_id, first.id == Mark.retake_of, lesson.school_id == first.school_id, lesson.id == first.lesson_id,
        is_closed(first.school_id, first.course_id, lesson.on_date)).correlate_except(first, lesson)


async def _change(session: AsyncSession, ref: Ref, revision: int, values: dict[str, Any]) -> bool:
    """Change the mark if it is still as the teacher saw it: of two at once, the database lets one pass."""
    found = await session.execute(
        sa.update(Mark).where(Mark.school_id == ref.school_id, Mark.id == ref.id, Mark.revision == revision, Mark.withdrawn_at.is_(None))
        .values(revision=revision + 1, **values).returning(Mark.id).execution_options(synchronize_session=False))
    return found.one_or_none() is not None


async def _again(session: AsyncSession, viewer: Viewer, new: MarkRow, action: MarkAction, reason: str | None, by: UUID) -> MarkRow:
    """The mark as it stands, if this very change was made before; otherwise refused."""
    ref = Ref(new.school_id, new.id)
    own = await _own(session, viewer, ref)
    mark = own.mark
    done = (await session.execute(
        sa.select(MarkRevision.action, MarkRevision.reason, MarkRevision.by, MarkRevision.value, MarkRevision.weight, MarkRevision.work, MarkRevision.comment,
                  MarkRevision.work_id)
        .where(MarkRevision.school_id == ref.school_id, MarkRevision.mark_id == ref.id, MarkRevision.revision == new.revision)
    )).one_or_none()
    if done is not None and (action, reason, by) == tuple(done[:3]) and (action is MarkAction.WITHDRAWN or new.content == Content(*done[3:])):
        return mark
    check_open(own.closed or (action is MarkAction.WITHDRAWN and own.first_closed))
    if mark.withdrawn_at is not None:
        raise Refused(Code.ALREADY_WITHDRAWN, "This mark is withdrawn.")
    raise conflict(f"the mark has changed meanwhile: it is at revision {mark.revision}")
