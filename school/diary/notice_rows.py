"""A notice of absence's row, and which lessons it is about."""

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa

from school.db import Rows
from school.diary.absence_models import AbsenceNotice, NoticeState
from school.diary.models import Lesson
from school.errors import Code, Refused, bad_input
from school.registry.models import Pupil

LAST_BELL = 30
OPEN = (NoticeState.SENT, NoticeState.SEEN, NoticeState.ACCEPTED)
"""Notices that stand: neither declined nor taken back."""


class NoticeRow(NamedTuple):
    """A notice: the columns of `NOTICE`, in order. The class is the pupil's own of today."""

    school_id: int
    id: UUID
    pupil_id: UUID
    starts_on: dt.date
    ends_on: dt.date
    bells: int | None
    reason_id: UUID
    words: str | None
    sent_by: UUID
    sent_at: dt.datetime
    state: NoticeState
    answered_by: UUID | None
    answered_at: dt.datetime | None
    answer: str | None
    class_group_id: UUID


NOTICE: Rows = (
    sa.select(
        AbsenceNotice.school_id, AbsenceNotice.id, AbsenceNotice.pupil_id, AbsenceNotice.starts_on, AbsenceNotice.ends_on, AbsenceNotice.bells,
        AbsenceNotice.reason_id, AbsenceNotice.words, AbsenceNotice.sent_by, AbsenceNotice.sent_at, AbsenceNotice.state, AbsenceNotice.answered_by,
        AbsenceNotice.answered_at, AbsenceNotice.answer, Pupil.class_group_id)
    .join(Pupil, sa.and_(Pupil.school_id == AbsenceNotice.school_id, Pupil.id == AbsenceNotice.pupil_id))
)


def bell_bits(bells: Iterable[int] | None) -> int | None:
    """The bits of some lessons of the day; None is all of them. Refused (BAD_INPUT): none, or a bell outside 1 to 30; more than 30 (TOO_MANY)."""
    if bells is None:
        return None
    numbers = list(bells)
    if len(numbers) > LAST_BELL:
        raise Refused(Code.TOO_MANY, f"bells holds at most {LAST_BELL} items")
    if not numbers or not all(1 <= bell <= LAST_BELL for bell in numbers):
        raise bad_input(f"bells lie between 1 and {LAST_BELL}; leave them out for the whole day")
    return sum(1 << bell for bell in set(numbers))


def bells_of(bits: int | None) -> list[int] | None:
    """The lessons of the day of some bits."""
    return None if bits is None else [bell for bell in range(1, LAST_BELL + 1) if bits >> bell & 1]


def is_in(*states: NoticeState) -> sa.ColumnElement[bool]:
    """Notices in one of these states; a list would be written out anew for each statement."""
    return sa.or_(*(AbsenceNotice.state == state for state in states))


def covers() -> sa.ColumnElement[bool]:
    """Which lessons a notice is about, between AbsenceNotice and Lesson: those of its days and bells, while it stands."""
    meant = sa.or_(AbsenceNotice.bells.is_(None), AbsenceNotice.bells.bitwise_rshift(Lesson.bell).bitwise_and(1) == 1)
    return sa.and_(
        AbsenceNotice.school_id == Lesson.school_id, Lesson.on_date.between(AbsenceNotice.starts_on, AbsenceNotice.ends_on), meant,
        is_in(*OPEN))
