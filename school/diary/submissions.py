"""Submissions: a pupil hands in work for a homework, the teacher answers it: accepted, or returned to be done better."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school import clock, outbox
from school.context import Area, Role, Viewer, act_in
from school.diary import events, files
from school.diary.files import Thing
from school.diary.homework_done import concerning, tick
from school.diary.homework_models import Submission, SubmissionState
from school.diary.homework_rows import HOMEWORK, HomeworkRow
from school.diary.inserts import insert, key_of
from school.diary.models import Homework
from school.diary.policy import teaches
from school.diary.submission_rows import SUBMISSION, SubmissionRow
from school.diary.texts import optional_text, required_text
from school.errors import Code, Refused, bad_input, conflict, not_found
from school.ids import Ref
from school.registry.models import Course

LONGEST_TEXT, LONGEST_ANSWER = 4000, 2000
MOST_TRIES = 20
"""How often one pupil hands in work for one homework."""


async def submit(session: AsyncSession, viewer: Viewer, id_: UUID, ref: Ref, child: Ref, text: str, handed: Sequence[Ref] = ()) -> SubmissionRow:
    """Hand in a pupil's work, which is ticked as done by that; what they handed in before stays. The client made its id, and asking again is harmless.

    Refused: another's child, and homework that does not concern this one (NOT_FOUND); ALREADY_WITHDRAWN; neither text nor files, a text longer than 4000
    characters (BAD_INPUT); files as `files.hang` says; work that is accepted already, and the same id with different content (CONFLICT); twenty tries
    (TOO_MANY).
    """
    text = (optional_text(text, "text", LONGEST_TEXT) or "") if handed else required_text(text, "text", LONGEST_TEXT)
    files.check_named(handed, ref.school_id)
    if child not in viewer.family(Area.DIARY) or child.school_id != ref.school_id:
        raise not_found()
    by, now = act_in(viewer, child.school_id, Role.PUPIL, Role.GUARDIAN), clock.now()
    homework = await concerning(session, ref, child)
    before = await _of_pupil(session, ref, child.id)
    again = next((one for one in before if one.id == id_), None)
    thing = Thing("submission_id", Ref(ref.school_id, id_), child.id)
    if again is not None and again.text == text and await files.are_those(session, thing, handed):
        return again
    if homework.withdrawn_at is not None:
        raise Refused(Code.ALREADY_WITHDRAWN, "This homework is withdrawn.")
    if before and before[-1].state is SubmissionState.ACCEPTED:
        raise conflict("the work is accepted already")
    if len(before) >= MOST_TRIES:
        raise Refused(Code.TOO_MANY, f"work is handed in at most {MOST_TRIES} times")
    new = SubmissionRow(ref.school_id, id_, ref.id, child.id, text, by, now, SubmissionState.SUBMITTED, None, None, None)
    statement = insert(session, Submission).on_conflict_do_nothing(index_elements=key_of(Submission)).returning(Submission.id)
    if (await session.execute(statement.values(new._asdict()))).one_or_none() is None:
        raced = next((one for one in await _of_pupil(session, ref, child.id) if one.id == id_), None)
        if raced is None or raced.text != text or not await files.are_those(session, thing, handed):
            raise conflict("another submission has this id")
        return raced
    await files.hang(session, viewer, thing, handed)
    told = [events.homework_submitted(homework, new)]
    if await tick(session, ref, child, by, now):
        told.append(events.homework_done(homework, child.id, now, done=True))
    await outbox.append(session, *told)
    return new


async def answer(session: AsyncSession, viewer: Viewer, ref: Ref, state: SubmissionState, text: str | None) -> SubmissionRow:
    """Accept a pupil's work, or return it with what is to be done better. Another answer takes the place of the first; the same again changes nothing.

    Refused: work for a homework that is not of the viewer's courses (NOT_FOUND), SUBMITTED for a state, returning without a text, a text longer than 2000
    characters (BAD_INPUT), newer work that came meanwhile (CONFLICT).
    """
    text = optional_text(text, "text", LONGEST_ANSWER)
    if state is SubmissionState.SUBMITTED:
        raise bad_input("state is RETURNED or ACCEPTED")
    if state is SubmissionState.RETURNED and text is None:
        raise bad_input("text must not be empty where work is returned")
    old, homework, teacher_id = await _own(session, viewer, ref)
    if (old.state, old.answer) == (state, text):
        return old
    if (await _of_pupil(session, Ref(ref.school_id, old.homework_id), old.pupil_id))[-1].id != old.id:
        raise conflict("the pupil has handed in newer work meanwhile")
    now = clock.now()
    new = old._replace(state=state, answer=text, answered_by=teacher_id, answered_at=now)
    changed = await session.execute(
        sa.update(Submission).where(
            Submission.school_id == ref.school_id, Submission.id == ref.id, Submission.state == old.state, Submission.answer.is_not_distinct_from(old.answer))
        .values(state=state, answer=text, answered_by=teacher_id, answered_at=now).returning(Submission.id).execution_options(synchronize_session=False))
    if changed.one_or_none() is None:
        stands, _, _ = await _own(session, viewer, ref)
        if (stands.state, stands.answer) != (state, text):
            raise conflict("the work has been answered meanwhile")
        return stands
    await outbox.append(session, events.homework_answered(homework, old, new, now))
    return new


async def _of_pupil(session: AsyncSession, homework: Ref, pupil_id: UUID) -> list[SubmissionRow]:
    """What a pupil has handed in for a homework, the newest last."""
    mine = Submission.school_id == homework.school_id, Submission.homework_id == homework.id, Submission.pupil_id == pupil_id
    return [SubmissionRow(*row) for row in await session.execute(SUBMISSION.where(*mine).order_by(Submission.at, Submission.id))]


async def _own(session: AsyncSession, viewer: Viewer, ref: Ref) -> tuple[SubmissionRow, HomeworkRow, UUID]:
    """Work for a homework of the viewer's own courses, and who teaches there."""
    work = sa.and_(Submission.school_id == Homework.school_id, Submission.homework_id == Homework.id)
    columns = [getattr(Submission, name) for name in SubmissionRow._fields]
    row = (await session.execute(
        HOMEWORK.join(Submission, work).add_columns(*columns, Course.teacher_id)
        .where(Submission.school_id == ref.school_id, Submission.id == ref.id, teaches(viewer)))).one_or_none()
    if row is None:
        raise not_found()
    size = len(row) - len(columns) - 1
    return SubmissionRow(*row[size:-1]), HomeworkRow(*row[:size]), row[-1]
