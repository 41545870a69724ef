"""Events of what school and family tell each other: ids and kinds, never a word of it.

A remark and an announcement are told in the family stream. A message is told to its two sides alone, each in their own inbox: the family stream is the
pupil's, too.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from school.diary.message_models import Acknowledged
from school.diary.message_rows import AnnouncementRow, RemarkRow
from school.outbox import Event, Topic, TopicKind

REMARK_MADE, REMARK_WITHDRAWN = "diary.remark_made", "diary.remark_withdrawn"
ANNOUNCED, ANNOUNCEMENT_WITHDRAWN = "diary.announced", "diary.announcement_withdrawn"
MESSAGE_WRITTEN, MESSAGE_WITHDRAWN, THREAD_READ = "diary.message_written", "diary.message_withdrawn", "diary.thread_read"
ACKNOWLEDGED = "diary.acknowledged"


def remark_made(remark: RemarkRow) -> Event:
    """Somebody has remarked something about a pupil."""
    return _remark(REMARK_MADE, remark, remark.given_at)


def remark_withdrawn(remark: RemarkRow, at: dt.datetime) -> Event:
    """It is taken back."""
    return _remark(REMARK_WITHDRAWN, remark, at)


def _remark(kind: str, remark: RemarkRow, at: dt.datetime) -> Event:
    payload = {"remark_id": str(remark.id), "kind": remark.kind.value, "lesson_id": None if remark.lesson_id is None else str(remark.lesson_id)}
    return Event(kind, remark.school_id, (Topic(TopicKind.PUPIL, remark.pupil_id),), payload, at)


def announced(announcement: AnnouncementRow, pupils: Iterable[UUID]) -> Event:
    """Something is announced to the families of these pupils."""
    return _announcement(ANNOUNCED, announcement, pupils, announcement.made_at)


def announcement_withdrawn(announcement: AnnouncementRow, pupils: Iterable[UUID], at: dt.datetime) -> Event:
    """It is taken back."""
    return _announcement(ANNOUNCEMENT_WITHDRAWN, announcement, pupils, at)


def _announcement(kind: str, announcement: AnnouncementRow, pupils: Iterable[UUID], at: dt.datetime) -> Event:
    until = announcement.acknowledge_by
    payload = {"announcement_id": str(announcement.id), "acknowledge_by": None if until is None else until.isoformat()}
    return Event(kind, announcement.school_id, tuple(Topic(TopicKind.PUPIL, pupil) for pupil in pupils), payload, at)


def in_thread(kind: str, school_id: int, pupil_id: UUID, people: Iterable[UUID], payload: dict[str, Any], at: dt.datetime) -> Event:
    """Something happened in a thread about a pupil; `people` are its two sides."""
    return Event(kind, school_id, _inboxes(people), {"person_id": str(pupil_id), **payload}, at)


def acknowledged(school_id: int, kind: Acknowledged, thing_id: UUID, pupil_id: UUID, author: UUID, at: dt.datetime) -> Event:
    """A guardian of a pupil says to have read something: its author hears it."""
    return Event(ACKNOWLEDGED, school_id, _inboxes([author]), {"person_id": str(pupil_id), "kind": kind.value, "thing_id": str(thing_id)}, at)


def _inboxes(people: Iterable[UUID]) -> tuple[Topic, ...]:
    return tuple(Topic(TopicKind.INBOX, person) for person in sorted(set(people)))
