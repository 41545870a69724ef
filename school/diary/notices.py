"""Notices of absence: sent by a guardian or the office, answered by the school, taken back by whoever sent them."""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school import clock, outbox
from school.context import Area, Role, Viewer, act_in
from school.diary import events, files
from school.diary.absence_models import AbsenceNotice, AbsenceReason, NoticeState
from school.diary.files import Thing
from school.diary.inserts import insert, key_of
from school.diary.notice_rows import NOTICE, OPEN, NoticeRow, is_in
from school.diary.policy import answers_for, visible_notices
from school.diary.texts import optional_text
from school.errors import Code, Refused, bad_input, conflict, not_found
from school.ids import Ref
from school.registry.models import Pupil, School
from school.registry.policy import Clause, selves

LONGEST = 31
"""Days of one notice."""
LATEST, EARLIEST = 14, 183
"""How many days ago a notice may have begun, and in how many it may begin."""
MOST_OPEN = 20
"""Of one child: notices that stand, of the last fortnight and ahead."""
LONGEST_WORDS = 500
ANSWERS = (NoticeState.SEEN, NoticeState.ACCEPTED, NoticeState.DECLINED)


@dataclass(frozen=True, slots=True)
class NewNotice:
    """What is told: the days, both included; the bits of the lessons of a day, None for all; why, in the school's words and in one's own."""

    id: UUID
    child: Ref
    starts_on: dt.date
    ends_on: dt.date
    bells: int | None
    reason: Ref
    words: str | None
    files: tuple[Ref, ...] = ()


async def send(session: AsyncSession, viewer: Viewer, new: NewNotice) -> NoticeRow:
    """A guardian with the diary, or the office, tells the school; the client made the id, and asking the same again is harmless, later too.

    Refused: another's child, a reason of another school (NOT_FOUND); days in the wrong order, more than 14 days ago or half a year ahead, or when the child is
    no pupil, a reason not in use, words longer than 500 characters (BAD_INPUT); more than 31 days, or 20 notices open (TOO_MANY); the id with other content
    (CONFLICT); files as `files.hang` says.
    """
    sender = _sender(viewer, new.child)
    words = optional_text(new.words, "words", LONGEST_WORDS)
    files.check_named(new.files, new.child.school_id)
    now, thing = clock.now(), Thing("notice_id", Ref(new.child.school_id, new.id), new.child.id)
    found = await _about(session, new, now)
    notice = NoticeRow(
        new.child.school_id, new.id, new.child.id, new.starts_on, new.ends_on, new.bells, new.reason.id, words, sender, now, NoticeState.SENT, None, None,
        None, found.class_group_id)
    refusal = _refusal(new, found, clock.school_date(now, found.time_zone))
    if refusal is not None or not await _insert(session, notice):
        stored = await _stored(session, viewer, Ref(new.child.school_id, new.id))
        if stored is not None and _said(stored) == _said(notice) and await files.are_those(session, thing, new.files):
            return stored
        raise refusal or conflict("another notice has this id")
    await files.hang(session, viewer, thing, new.files)
    await outbox.append(session, events.notice_sent(notice))
    return notice


async def answer(session: AsyncSession, viewer: Viewer, ref: Ref, state: NoticeState, words: str | None) -> NoticeRow:
    """The class teacher or the office has seen a notice, accepts or declines it; the last answer counts, and the same again changes nothing.

    Refused: a notice of no class for which the viewer answers (NOT_FOUND), one declined without saying why, an answer of more than 500 characters or that
    is none (BAD_INPUT), one that was withdrawn, or seen after it was answered (CONFLICT).
    """
    words = optional_text(words, "answer", LONGEST_WORDS)
    if state not in ANSWERS:
        raise bad_input("state is SEEN, ACCEPTED or DECLINED")
    if state is NoticeState.DECLINED and words is None:
        raise bad_input("answer must say why the notice is declined")
    old = await _locked(session, ref, answers_for(viewer, Pupil.school_id, Pupil.class_group_id))
    if (old.state, old.answer) == (state, words):
        return old
    if old.state is NoticeState.WITHDRAWN:
        raise conflict("the notice was withdrawn")
    if state is NoticeState.SEEN and old.state is not NoticeState.SENT:
        raise conflict("the notice was answered already")
    now, by = clock.now(), act_in(viewer, ref.school_id, Role.TEACHER, Role.OFFICE)
    new = old._replace(state=state, answer=words, answered_by=by, answered_at=now)
    await _change(session, ref, state=state, answer=words, answered_by=by, answered_at=now)
    await outbox.append(session, events.notice_answered(old, new, now))
    return new


async def withdraw(session: AsyncSession, viewer: Viewer, ref: Ref) -> NoticeRow:
    """Whoever sent a notice takes it back; twice is harmless. Registers stay as they are. Refused: another's (NOT_FOUND), a declined one (CONFLICT)."""
    mine = sa.and_(selves(viewer, AbsenceNotice.school_id, AbsenceNotice.sent_by), visible_notices(viewer))
    old = await _locked(session, ref, mine)
    if old.state is NoticeState.WITHDRAWN:
        return old
    if old.state is NoticeState.DECLINED:
        raise conflict("the notice was declined")
    new = old._replace(state=NoticeState.WITHDRAWN)
    await _change(session, ref, state=NoticeState.WITHDRAWN)
    await outbox.append(session, events.notice_withdrawn(old, new, clock.now()))
    return new


def _sender(viewer: Viewer, child: Ref) -> UUID:
    """As whom the viewer sends: as the child's guardian, else as the office of its school. Nobody reports themselves."""
    is_guardian = child in viewer.family(Area.DIARY) and viewer.role_towards(child) is Role.GUARDIAN
    return act_in(viewer, child.school_id, Role.GUARDIAN if is_guardian else Role.OFFICE)


async def _about(session: AsyncSession, new: NewNotice, now: dt.datetime) -> Any:
    """The child and the reason, and how many of the child's notices are open."""
    child = new.child
    same = (AbsenceNotice.school_id == child.school_id, AbsenceNotice.pupil_id == child.id)
    since = clock.school_date(now, "UTC") - dt.timedelta(days=LATEST)
    still_open = sa.select(sa.func.count()).select_from(AbsenceNotice).where(*same, is_in(*OPEN), AbsenceNotice.ends_on >= since)
    reason = sa.and_(AbsenceReason.school_id == Pupil.school_id, AbsenceReason.id == new.reason.id, AbsenceReason.school_id == new.reason.school_id)
    row = (await session.execute(
        sa.select(
            Pupil.class_group_id, Pupil.enrolled_on, Pupil.left_on, School.time_zone, AbsenceReason.retired_at, still_open.scalar_subquery().label("open"))
        .join(School, School.id == Pupil.school_id).join(AbsenceReason, reason)
        .where(Pupil.school_id == child.school_id, Pupil.id == child.id))).one_or_none()
    if row is None:
        raise not_found()
    return row


def _refusal(new: NewNotice, found: Any, today: dt.date) -> Refused | None:
    """Why a notice is not taken now; what was sent before stays what it was."""
    if new.ends_on < new.starts_on:
        return bad_input("endsOn must not lie before startsOn")
    if (new.ends_on - new.starts_on).days >= LONGEST:
        return Refused(Code.TOO_MANY, f"a notice is of at most {LONGEST} days")
    if (today - new.starts_on).days > LATEST:
        return bad_input(f"startsOn lies at most {LATEST} days back")
    if (new.starts_on - today).days > EARLIEST:
        return bad_input(f"startsOn lies at most {EARLIEST} days ahead")
    if new.ends_on < found.enrolled_on or (found.left_on is not None and new.starts_on >= found.left_on):
        return bad_input("the child is no pupil of the school on these days")
    if found.retired_at is not None:
        return bad_input("the reason is not in use any more")
    if found.open >= MOST_OPEN:
        return Refused(Code.TOO_MANY, f"at most {MOST_OPEN} notices of a child may be open")
    return None


def _said(notice: NoticeRow) -> tuple[Any, ...]:
    return notice.pupil_id, notice.starts_on, notice.ends_on, notice.bells, notice.reason_id, notice.words, notice.sent_by


async def _insert(session: AsyncSession, notice: NoticeRow) -> bool:
    values = {column.name: getattr(notice, column.name) for column in AbsenceNotice.__table__.columns}
    statement = insert(session, AbsenceNotice).on_conflict_do_nothing(index_elements=key_of(AbsenceNotice)).returning(AbsenceNotice.id)
    return (await session.execute(statement.values(values))).one_or_none() is not None


async def _stored(session: AsyncSession, viewer: Viewer, ref: Ref) -> NoticeRow | None:
    row = (await session.execute(
        NOTICE.where(AbsenceNotice.school_id == ref.school_id, AbsenceNotice.id == ref.id, visible_notices(viewer)))).one_or_none()
    return None if row is None else NoticeRow(*row)


async def _locked(session: AsyncSession, ref: Ref, allowed: Clause) -> NoticeRow:
    """A notice on which nobody else works until this is done."""
    statement = NOTICE.where(AbsenceNotice.school_id == ref.school_id, AbsenceNotice.id == ref.id, allowed).with_for_update(of=AbsenceNotice)
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        raise not_found()
    return NoticeRow(*row)


async def _change(session: AsyncSession, ref: Ref, **values: Any) -> None:
    await session.execute(
        sa.update(AbsenceNotice).where(AbsenceNotice.school_id == ref.school_id, AbsenceNotice.id == ref.id).values(values)
        .execution_options(synchronize_session=False))
