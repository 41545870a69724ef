"""Rows of remarks, messages and announcements, as verbs return them and screens show them."""

import datetime as dt
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa

from school.db import Rows
from school.diary.message_models import Announcement, Message, Remark, RemarkKind, Thread


class RemarkRow(NamedTuple):
    """A remark: the columns of `REMARK`, in order."""

    school_id: int
    id: UUID
    pupil_id: UUID
    lesson_id: UUID | None
    kind: RemarkKind
    text: str
    given_by: UUID
    given_at: dt.datetime
    withdrawn_at: dt.datetime | None


REMARK: Rows = sa.select(
    Remark.school_id, Remark.id, Remark.pupil_id, Remark.lesson_id, Remark.kind, Remark.text, Remark.given_by, Remark.given_at, Remark.withdrawn_at)


class MessageRow(NamedTuple):
    """A message with the thread's two sides: the columns of `MESSAGE`, in order."""

    school_id: int
    id: UUID
    thread_id: UUID
    pupil_id: UUID
    teacher_id: UUID
    number: int
    author_id: UUID
    text: str | None
    at: dt.datetime
    withdrawn_at: dt.datetime | None


MESSAGE: Rows = sa.select(
    Message.school_id, Message.id, Message.thread_id, Thread.pupil_id, Thread.teacher_id, Message.number, Message.author_id, Message.text, Message.at,
    Message.withdrawn_at,
).join(Thread, sa.and_(Thread.school_id == Message.school_id, Thread.id == Message.thread_id))


class AnnouncementRow(NamedTuple):
    """An announcement: the columns of `ANNOUNCEMENT`, in order."""

    school_id: int
    id: UUID
    grade: int | None
    class_group_id: UUID | None
    title: str
    text: str
    acknowledge_by: dt.date | None
    made_by: UUID
    made_at: dt.datetime
    withdrawn_at: dt.datetime | None


ANNOUNCEMENT: Rows = sa.select(
    Announcement.school_id, Announcement.id, Announcement.grade, Announcement.class_group_id, Announcement.title, Announcement.text,
    Announcement.acknowledge_by, Announcement.made_by, Announcement.made_at, Announcement.withdrawn_at)
