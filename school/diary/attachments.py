"""Files that are added to what stands already, or taken away: materials of a homework by its teacher, documents of a notice by the family and the office."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school import clock, ids, outbox
from school.context import Area, Role, Viewer
from school.diary import file_events, files, homework_hour, homework_pupils
from school.diary.absence_models import AbsenceNotice
from school.diary.file_models import StoredFile
from school.diary.file_rows import FILE, FileRow
from school.diary.files import Thing
from school.diary.homework import open_lesson, own_homework
from school.diary.homework_rows import HomeworkRow
from school.diary.lessons import own_lesson
from school.diary.models import Homework
from school.diary.notice_rows import NOTICE, OPEN, NoticeRow
from school.diary.policy import visible_notices
from school.errors import Code, Refused, conflict, not_found
from school.ids import Kind, Ref
from school.registry.policy import Clause, family, in_schools, selves


async def attach(session: AsyncSession, viewer: Viewer, to: str, named: Sequence[Ref]) -> list[FileRow]:
    """Let files that have come hang on a homework or a notice, by its opaque id; all that hang there now. Asking again is harmless.

    Refused: a homework for a lesson that the viewer does not give, a notice of a child of neither the own family nor the own office (NOT_FOUND); a withdrawn
    homework (ALREADY_WITHDRAWN), a past or cancelled lesson (BAD_INPUT), the school's hour (TOO_LATE); a notice that is declined or withdrawn (CONFLICT);
    files as `files.add` says.
    """
    if ids.kind_of(to) is Kind.HOMEWORK:
        return await _to_homework(session, viewer, ids.decode(Kind.HOMEWORK, to), named)
    return await _to_notice(session, viewer, ids.decode(Kind.ABSENCE_NOTICE, to), named)


async def _to_homework(session: AsyncSession, viewer: Viewer, ref: Ref, named: Sequence[Ref]) -> list[FileRow]:
    homework = await _locked_homework(session, viewer, ref)
    before, now = await files.add(session, viewer, Thing("homework_id", ref), named)
    if len(now) == before:
        return now
    await _check_open(session, viewer, homework)
    await outbox.append(session, file_events.materials_changed(homework, before, len(now), await homework_pupils.told(session, ref), clock.now()))
    return now


async def _to_notice(session: AsyncSession, viewer: Viewer, ref: Ref, named: Sequence[Ref]) -> list[FileRow]:
    whose = sa.or_(family(viewer, Area.DIARY, AbsenceNotice.school_id, AbsenceNotice.pupil_id), in_schools(viewer, AbsenceNotice.school_id, Role.OFFICE))
    notice = await _locked_notice(session, ref, whose)
    if viewer.role_towards(Ref(ref.school_id, notice.pupil_id)) is Role.PUPIL:
        raise not_found()  # nobody reports themselves
    before, now = await files.add(session, viewer, Thing("notice_id", ref, notice.pupil_id), named)
    if len(now) == before:
        return now
    if notice.state not in OPEN:
        raise conflict("the notice stands no more")
    await outbox.append(session, file_events.documents_changed(notice, before, len(now), clock.now()))
    return now


async def detach(session: AsyncSession, viewer: Viewer, ref: Ref) -> FileRow | None:
    """Take a file away: of a homework by whoever gives its lesson, of a notice that waits by whoever has sent the file. The file, whose bytes may go now;
    None where it was away already, which is harmless.

    Refused: any other, and work that is handed in (NOT_FOUND); a homework as `attach` says; a notice that is answered (CONFLICT).
    """
    file = await _file(session, ref)
    if file.homework_id is not None:
        return await _from_homework(session, viewer, file, Ref(ref.school_id, file.homework_id))
    if file.notice_id is not None:
        return await _from_notice(session, viewer, file, Ref(ref.school_id, file.notice_id))
    raise not_found()


async def _from_homework(session: AsyncSession, viewer: Viewer, file: FileRow, ref: Ref) -> FileRow | None:
    homework = await _locked_homework(session, viewer, ref)
    there = await files.hanging(session, Thing("homework_id", ref))
    if file.id not in {one.id for one in there}:
        return None
    await _check_open(session, viewer, homework)
    await files.remove(session, file)
    told = await homework_pupils.told(session, ref)
    await outbox.append(session, file_events.materials_changed(homework, len(there), len(there) - 1, told, clock.now()))
    return file


async def _from_notice(session: AsyncSession, viewer: Viewer, file: FileRow, ref: Ref) -> FileRow | None:
    mine = sa.and_(visible_notices(viewer), sa.exists().where(
        StoredFile.school_id == file.school_id, StoredFile.id == file.id, selves(viewer, StoredFile.school_id, StoredFile.by)))
    notice = await _locked_notice(session, ref, mine)
    there = await files.hanging(session, Thing("notice_id", ref))
    if file.id not in {one.id for one in there}:
        return None
    if notice.answered_at is not None:
        raise conflict("the notice is answered already")
    await files.remove(session, file)
    await outbox.append(session, file_events.documents_changed(notice, len(there), len(there) - 1, clock.now()))
    return file


async def _check_open(session: AsyncSession, viewer: Viewer, homework: HomeworkRow) -> None:
    """As for a correction of its text."""
    if homework.withdrawn_at is not None:
        raise Refused(Code.ALREADY_WITHDRAWN, "This homework is withdrawn.")
    lesson = await own_lesson(session, viewer, Ref(homework.school_id, homework.due_lesson_id))
    obstacle = open_lesson(lesson) or await homework_hour.closed(session, lesson)
    if obstacle is not None:
        raise obstacle


async def _locked_homework(session: AsyncSession, viewer: Viewer, ref: Ref) -> HomeworkRow:
    """One for a lesson that the viewer gives, on whose files nobody else works until this is done. It is read once it is locked: it may have been withdrawn."""
    await session.execute(sa.select(Homework.id).where(Homework.school_id == ref.school_id, Homework.id == ref.id).with_for_update())
    homework = await own_homework(session, viewer, ref)
    if homework is None:
        raise not_found()
    return homework


async def _locked_notice(session: AsyncSession, ref: Ref, whose: Clause) -> NoticeRow:
    statement = NOTICE.where(AbsenceNotice.school_id == ref.school_id, AbsenceNotice.id == ref.id, whose).with_for_update(of=AbsenceNotice)
    row: Any = (await session.execute(statement)).one_or_none()
    if row is None:
        raise not_found()
    return NoticeRow(*row)


async def _file(session: AsyncSession, ref: Ref) -> FileRow:
    row = (await session.execute(FILE.where(StoredFile.school_id == ref.school_id, StoredFile.id == ref.id, StoredFile.kind.is_not(None)))).one_or_none()
    if row is None:
        raise not_found()
    return FileRow(*row)
