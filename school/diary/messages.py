"""Messages between the guardians of a child and a teacher about it: written, read, withdrawn. The thread begins with its first message."""

import datetime as dt
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school import clock, ids, outbox
from school.context import Role, Viewer
from school.diary import message_events as events
from school.diary.inserts import insert, key_of
from school.diary.message_models import Message, Thread, ThreadReading
from school.diary.message_policy import guarded, teaches_pupil, visible_threads
from school.diary.message_rows import MESSAGE, MessageRow
from school.diary.texts import required_text
from school.errors import Code, Refused, bad_input, conflict, not_found
from school.ids import Ref
from school.registry.models import Pupil, School, Staff
from school.registry.policy import selves

LONGEST_TEXT = 4000
WITHDRAWN_WITHIN = dt.timedelta(minutes=10)
MOST_A_MINUTE, MOST_A_DAY = 20, 300
"""Messages of one person: more than anybody types, and less than a nuisance."""


async def write(session: AsyncSession, viewer: Viewer, id_: UUID, child: Ref, teacher: Ref, text: str, guardians: Sequence[UUID]) -> MessageRow:
    """Write to the other side: as a guardian of the child to a teacher of its class, or as that teacher. The client made the id; a repeat is harmless.

    `guardians` are all who answer for the child and may read its diary: they hear of it, as the teacher does. A constant number of statements.
    Refused: a child that is not one's own, a teacher who neither teaches nor leads its class any more (NOT_FOUND), a text that is empty or longer than
    4000 characters (BAD_INPUT), the same id with different content (CONFLICT), more than 20 messages in a minute or 300 in a day (TOO_MANY_ATTEMPTS).
    """
    text = required_text(text, "text", LONGEST_TEXT)
    author, lately = await _admit(session, viewer, child, teacher)
    now = clock.now()
    thread = await _lock(session, child, teacher, now)
    stored = await _stored(session, child.school_id, id_)
    if stored is not None:
        if (stored.thread_id, stored.author_id) == (thread.id, author) and (stored.withdrawn_at is not None or stored.text == text):
            return stored
        raise conflict("another message has this id")
    _check_pace(lately)
    message = MessageRow(child.school_id, id_, thread.id, child.id, teacher.id, thread.messages + 1, author, text, now, None)
    columns = {name: getattr(message, name) for name in (column.name for column in Message.__table__.columns)}
    added = await session.execute(
        insert(session, Message).values(columns).on_conflict_do_nothing(index_elements=key_of(Message)).returning(Message.id))
    if added.one_or_none() is None:
        raise conflict("another message has this id")
    await session.execute(
        sa.update(Thread).where(Thread.school_id == child.school_id, Thread.id == thread.id).values(messages=message.number, last_at=now)
        .execution_options(synchronize_session=False))
    await outbox.append(session, _event(events.MESSAGE_WRITTEN, message, guardians, now, message_id=str(id_)))
    return message


async def withdraw(session: AsyncSession, viewer: Viewer, ref: Ref, guardians_of: Any) -> MessageRow:
    """Take one's own message back within ten minutes: its text is gone, that there was one stays. Doing so twice is harmless.

    `guardians_of` gives the guardians of a child who hear of it. Refused: somebody else's (NOT_FOUND), one that is older (BAD_INPUT).
    """
    mine = (Message.school_id == ref.school_id, Message.id == ref.id, selves(viewer, Message.school_id, Message.author_id))
    row = (await session.execute(MESSAGE.where(*mine, visible_threads(viewer)).with_for_update(of=Message))).one_or_none()
    if row is None:
        raise not_found()
    message, now = MessageRow(*row), clock.now()
    if message.withdrawn_at is not None:
        return message
    if message.at <= now - WITHDRAWN_WITHIN:
        raise bad_input("a message is withdrawn within ten minutes, or not at all")
    await session.execute(sa.update(Message).where(*mine).values(text=None, withdrawn_at=now).execution_options(synchronize_session=False))
    guardians = await guardians_of(Ref(ref.school_id, message.pupil_id))
    await outbox.append(session, _event(events.MESSAGE_WITHDRAWN, message, guardians, now, message_id=str(message.id)))
    return message._replace(text=None, withdrawn_at=now)


async def mark_read(session: AsyncSession, viewer: Viewer, ref: Ref, number: int, guardians_of: Any) -> int:
    """Say to have read a thread up to a message; how far it is read now, which never goes back.

    Refused: another's thread (NOT_FOUND), a number below 1 (BAD_INPUT).
    """
    if number < 1:
        raise bad_input("upTo is the number of a message")
    thread = (await session.execute(
        sa.select(Thread.pupil_id, Thread.teacher_id, Thread.messages).where(Thread.school_id == ref.school_id, Thread.id == ref.id, visible_threads(viewer))
    )).one_or_none()
    if thread is None:
        raise not_found()
    person, number, now = _side(viewer, ref.school_id, thread.teacher_id), min(number, thread.messages), clock.now()
    reading = insert(session, ThreadReading).values(school_id=ref.school_id, thread_id=ref.id, person_id=person, number=number, at=now)
    reading = reading.on_conflict_do_update(
        index_elements=key_of(ThreadReading), set_={"number": reading.excluded.number, "at": reading.excluded.at},
        where=ThreadReading.number < reading.excluded.number)
    moved = (await session.execute(reading.returning(ThreadReading.number))).one_or_none()
    if moved is None:
        return await session.scalar(sa.select(ThreadReading.number).where(
            ThreadReading.school_id == ref.school_id, ThreadReading.thread_id == ref.id, ThreadReading.person_id == person)) or number
    people = [thread.teacher_id, *await guardians_of(Ref(ref.school_id, thread.pupil_id))]
    payload = {"thread_id": str(ref.id), "reader_id": str(person), "number": number}
    await outbox.append(session, events.in_thread(events.THREAD_READ, ref.school_id, thread.pupil_id, people, payload, now))
    return number


def _side(viewer: Viewer, school_id: int, teacher_id: UUID) -> UUID:
    """As whom the viewer takes part in a thread: its teacher, or one of the guardians."""
    if Ref(school_id, teacher_id) in viewer.persons(Role.TEACHER):
        return teacher_id
    guardian = viewer.person_in(school_id, Role.GUARDIAN)
    if guardian is None:
        raise not_found()
    return guardian


async def _admit(session: AsyncSession, viewer: Viewer, child: Ref, teacher: Ref) -> tuple[UUID, Any]:
    """Who writes, and how much they have written lately. In one statement."""
    if child.school_id != teacher.school_id:
        raise not_found()
    is_teacher = teacher in viewer.persons(Role.TEACHER)
    author = _side(viewer, child.school_id, teacher.id)
    now = clock.now()
    own = (Message.school_id == child.school_id, Message.author_id == author)
    minute, day = (now - dt.timedelta(minutes=1), now - dt.timedelta(days=1))
    lately = (
        sa.select(sa.func.count()).where(*own, Message.at > since).scalar_subquery().label(name) for name, since in (("minute", minute), ("day", day)))
    found = (await session.execute(
        sa.select(School.time_zone, Pupil.left_on, Staff.left_on.label("gone_on"), *lately)
        .join(Staff, sa.and_(Staff.school_id == Pupil.school_id, Staff.id == teacher.id)).join(School, School.id == Pupil.school_id)
        .where(
            Pupil.school_id == child.school_id, Pupil.id == child.id, teaches_pupil(Staff.id),
            sa.true() if is_teacher else guarded(viewer, Pupil.school_id, Pupil.id)))).one_or_none()
    if found is None or any(day is not None and day <= clock.school_date(now, found.time_zone) for day in (found.left_on, found.gone_on)):
        raise not_found()
    return author, found


def _check_pace(lately: Any) -> None:
    for written, most, seconds in ((lately.minute, MOST_A_MINUTE, 60), (lately.day, MOST_A_DAY, 3600)):
        if written >= most:
            raise Refused(Code.TOO_MANY_ATTEMPTS, "Too many messages; try again later.", retry_after=seconds)


async def _lock(session: AsyncSession, child: Ref, teacher: Ref, now: dt.datetime) -> Any:
    """The thread of this child and this teacher, which begins where there is none; one writer at a time, so that its messages have their order."""
    pair = (Thread.school_id == child.school_id, Thread.pupil_id == child.id, Thread.teacher_id == teacher.id)
    statement = insert(session, Thread).values(
        school_id=child.school_id, id=ids.new(), pupil_id=child.id, teacher_id=teacher.id, messages=0, last_at=now)
    await session.execute(statement.on_conflict_do_nothing(index_elements=[Thread.school_id, Thread.pupil_id, Thread.teacher_id]))
    return (await session.execute(sa.select(Thread.id, Thread.messages).where(*pair).with_for_update())).one()


async def _stored(session: AsyncSession, school_id: int, id_: UUID) -> MessageRow | None:
    row = (await session.execute(MESSAGE.where(Message.school_id == school_id, Message.id == id_))).one_or_none()
    return None if row is None else MessageRow(*row)


def _event(kind: str, message: MessageRow, guardians: Sequence[UUID], at: dt.datetime, **payload: str) -> outbox.Event:
    people = [message.teacher_id, *guardians]
    return events.in_thread(kind, message.school_id, message.pupil_id, people, {"thread_id": str(message.thread_id), **payload}, at)
