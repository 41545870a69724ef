"""Reads of remarks, threads, messages and announcements, shaped for screens: one statement each, however many rows."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from school.connections import Page, paged, read_page
from school.context import ADMINISTRATION, Role, Viewer
from school.db import Column, Rows
from school.diary.message_models import Acknowledgement, Announcement, Message, Remark, Thread, ThreadReading
from school.diary.message_policy import concerned_pupils, followed_announcements, guarded, visible_announcements, visible_remarks, visible_threads
from school.diary.message_rows import ANNOUNCEMENT, MESSAGE, REMARK
from school.diary.policy import visible_children
from school.diary.queries import MINE, check_child
from school.errors import not_found
from school.ids import Ref
from school.reading import Reader
from school.registry.membership import has
from school.registry.models import ClassGroup, Course, Person, Pupil, Subject
from school.registry.policy import selves, taught_by
from school.statements import THIS_PERSON, Asking, Read, given

_NEWEST_REMARKS = (Remark.given_at, Remark.id)
_NEWEST_THREADS = (Thread.last_at, Thread.id)
_NEWEST_MESSAGES = (Message.number,)
_NEWEST_ANNOUNCEMENTS = (Announcement.made_at, Announcement.id)
_Last = aliased(Message)


def _acknowledged(viewer: Asking, school_id: Column, thing_id: Column) -> Any:
    """Since when the viewer, a guardian, has said to have read it."""
    return sa.select(sa.func.min(Acknowledgement.at)).where(
        Acknowledgement.school_id == school_id, Acknowledgement.thing_id == thing_id,
        selves(viewer, Acknowledgement.school_id, Acknowledgement.guardian_id)).scalar_subquery().label("acknowledged_at")


@Read
def _remarks(viewer: Asking, after: bool) -> Rows:
    statement = REMARK.add_columns(_acknowledged(viewer, Remark.school_id, Remark.id)).where(
        Remark.school_id == THIS_PERSON.school_id, Remark.pupil_id == THIS_PERSON.id, Remark.withdrawn_at.is_(None), visible_remarks(viewer))
    return paged(statement, _NEWEST_REMARKS, after=after, descending=True)


async def child_remarks(reader: Reader, viewer: Viewer, child: Ref, *, first: int, after: str | None) -> Page:
    """What was remarked about a child and stands, as far as the viewer may see it, newest first. Refused as absent: a child whose diary is not open to them."""
    found = await read_page(reader, _remarks, viewer, _NEWEST_REMARKS, first=first, after=after, school_id=child.school_id, person_id=child.id)
    if not found.rows:
        await check_child(reader, viewer, child)
    return found


def _read_up_to(*where: Any) -> Any:
    """The number of the last message that was read by some of a thread's people; null where none."""
    return sa.select(sa.func.max(ThreadReading.number)).where(
        ThreadReading.school_id == Thread.school_id, ThreadReading.thread_id == Thread.id, *where).correlate(Thread).scalar_subquery()


def _unread(viewer: Asking) -> Any:
    """How many messages of a thread the viewer has neither written nor read."""
    mine = sa.func.coalesce(_read_up_to(selves(viewer, ThreadReading.school_id, ThreadReading.person_id)), 0)
    return sa.select(sa.func.count()).select_from(Message).where(
        Message.school_id == Thread.school_id, Message.thread_id == Thread.id, Message.number > mine, Message.withdrawn_at.is_(None),
        sa.not_(selves(viewer, Message.school_id, Message.author_id))).correlate(Thread).scalar_subquery()


def _threads_of(viewer: Asking) -> Rows:
    return sa.select(
        Thread.school_id, Thread.id, Thread.pupil_id, Thread.teacher_id, Thread.messages, _unread(viewer).label("unread"),
        _read_up_to(ThreadReading.person_id == Thread.teacher_id).label("teacher_read"),
        _read_up_to(ThreadReading.person_id != Thread.teacher_id).label("family_read"),
        _Last.text.label("last_text"), _Last.at.label("last_at"), _Last.author_id.label("last_author"),
    ).join(_Last, sa.and_(_Last.school_id == Thread.school_id, _Last.thread_id == Thread.id, _Last.number == Thread.messages)).where(visible_threads(viewer))


@Read
def _threads(viewer: Asking, after: bool, of_child: bool) -> Rows:
    statement = _threads_of(viewer)
    if of_child:
        statement = statement.where(Thread.school_id == THIS_PERSON.school_id, Thread.pupil_id == THIS_PERSON.id)
    return paged(statement, _NEWEST_THREADS, after=after, descending=True)


async def threads(reader: Reader, viewer: Viewer, child: Ref | None, *, first: int, after: str | None) -> Page:
    """The viewer's threads, those in which somebody wrote last first: of one child or of all."""
    of = {} if child is None else {"school_id": child.school_id, "person_id": child.id}
    return await read_page(reader, _threads, viewer, _NEWEST_THREADS, child is not None, first=first, after=after, **of)


@Read
def _thread(viewer: Asking) -> Rows:
    return _threads_of(viewer).where(Thread.school_id == given("school_id"), Thread.id == given("thread_id"))


async def thread(reader: Reader, viewer: Viewer, ref: Ref) -> Any:
    """One thread; refused as absent: another's."""
    found = await reader.all(_thread, viewer, school_id=ref.school_id, thread_id=ref.id)
    if not found:
        raise not_found()
    return found[0]


@Read
def _messages(viewer: Asking, after: bool) -> Rows:
    """Who of a child's guardians has written, its teacher is told and they themselves; another guardian is not."""
    told = sa.or_(
        Message.author_id == Thread.teacher_id, taught_by(viewer, Thread.school_id, Thread.teacher_id), selves(viewer, Message.school_id, Message.author_id))
    statement = MESSAGE.outerjoin(Person, sa.and_(Person.school_id == Message.school_id, Person.id == Message.author_id, told)).add_columns(
        Person.family_name, Person.given_name, Person.patronymic,
    ).where(Message.school_id == given("school_id"), Message.thread_id == given("thread_id"), visible_threads(viewer))
    return paged(statement, _NEWEST_MESSAGES, after=after, descending=True)


async def messages(reader: Reader, viewer: Viewer, ref: Ref, *, first: int, after: str | None) -> Page:
    """A thread's messages, newest first; refused as absent: another's thread."""
    found = await read_page(reader, _messages, viewer, _NEWEST_MESSAGES, first=first, after=after, school_id=ref.school_id, thread_id=ref.id)
    if not found.rows:
        await thread(reader, viewer, ref)
    return found


@Read
def _count_unread(viewer: Asking) -> Rows:
    unread = sa.cast(sa.func.coalesce(sa.func.sum(_unread(viewer)), 0), sa.BigInteger)
    return sa.select(unread.label("unread")).select_from(Thread).where(visible_threads(viewer))


async def unread(reader: Reader, viewer: Viewer) -> int:
    """How many messages wait for the viewer, in all threads. No statement for who takes part in none."""
    if not viewer.has(Role.GUARDIAN, Role.TEACHER):
        return 0
    found: int = (await reader.all(_count_unread, viewer))[0].unread
    return found


@Read
def _correspondents(viewer: Asking) -> Rows:
    this = (given("school_id", sa.Integer()), given("person_id", sa.Uuid()))
    group = sa.select(Pupil.class_group_id).where(*MINE, guarded(viewer, Pupil.school_id, Pupil.id)).scalar_subquery()
    taught = (
        sa.select(Course.school_id, Course.teacher_id, Subject.name.label("subject"), sa.literal(0).label("leads"))
        .join(Subject, sa.and_(Subject.school_id == Course.school_id, Subject.id == Course.subject_id))
        .where(Course.school_id == this[0], Course.class_group_id == group, Course.closed_at.is_(None), has(Course.pupil_group_id, *this, None))
    )
    led = sa.select(ClassGroup.school_id, ClassGroup.teacher_id, sa.null(), sa.literal(1)).where(
        ClassGroup.school_id == this[0], ClassGroup.id == group, ClassGroup.teacher_id.is_not(None))
    both = taught.union_all(led).subquery()
    return sa.select(both.c.school_id, both.c.teacher_id, both.c.subject, both.c.leads).order_by(both.c.leads.desc(), both.c.subject).limit(200)


async def correspondents(reader: Reader, viewer: Viewer, child: Ref) -> dict[UUID, tuple[list[str], bool]]:
    """To whom a guardian of the child may write: its class teacher, and who teaches it, each with their subjects. Refused as absent: another's child."""
    found: Sequence[Any] = await reader.all(_correspondents, viewer, school_id=child.school_id, person_id=child.id)
    if not found and child not in viewer.guarded():
        raise not_found()
    teachers: dict[UUID, tuple[list[str], bool]] = {}
    for row in found:
        subjects, leads = teachers.setdefault(row.teacher_id, ([], False))
        if row.subject is not None:
            subjects.append(row.subject)
        teachers[row.teacher_id] = subjects, leads or bool(row.leads)
    return teachers


@Read
def _announcements(viewer: Asking, after: bool, of_child: bool) -> Rows:
    def count(*more: Any) -> Any:
        now, before = (part.correlate(Announcement).scalar_subquery() for part in concerned_pupils(sa.func.count(), Pupil.left_on.is_(None), *more))
        return now + before

    read = sa.exists().where(
        Acknowledgement.school_id == Pupil.school_id, Acknowledgement.pupil_id == Pupil.id, Acknowledgement.thing_id == Announcement.id)
    follows = sa.and_(followed_announcements(viewer), Announcement.acknowledge_by.is_not(None)) if viewer.has(Role.TEACHER, *ADMINISTRATION) else sa.false()
    statement = ANNOUNCEMENT.add_columns(
        _acknowledged(viewer, Announcement.school_id, Announcement.id),
        sa.case((follows, count())).label("families"),
        sa.case((follows, count(read))).label("have_read"),
    ).where(Announcement.withdrawn_at.is_(None), visible_announcements(viewer))
    if of_child:
        its = concerned_pupils(Pupil.id, *MINE, visible_children(viewer))
        statement = statement.where(sa.or_(*(sa.exists(part.correlate(Announcement)) for part in its)))
    return paged(statement, _NEWEST_ANNOUNCEMENTS, after=after, descending=True)


async def announcements(reader: Reader, viewer: Viewer, child: Ref | None, *, first: int, after: str | None) -> Page:
    """What was announced and stands, newest first: all that the viewer may see, or what concerns one child. Refused as absent: another's child."""
    of = {} if child is None else {"school_id": child.school_id, "person_id": child.id}
    found = await read_page(reader, _announcements, viewer, _NEWEST_ANNOUNCEMENTS, child is not None, first=first, after=after, **of)
    if child is not None and not found.rows:
        await check_child(reader, viewer, child)
    return found
