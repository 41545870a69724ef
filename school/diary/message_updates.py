"""Remarks and announcements in the family stream. Messages are not: the stream is the pupil's, too."""

import datetime as dt
from collections.abc import Callable
from typing import Annotated

import strawberry

from school.diary import message_events as events
from school.diary.message_models import RemarkKind
from school.diary.message_types import RemarkKindName
from school.fields import rows
from school.ids import Kind
from school.updates import Published, Update


@rows(description="Somebody of the staff has remarked something about the child: ask `remarks` for what.")
class RemarkMade(Update):
    """diary.remark_made"""

    remark_id: strawberry.ID
    lesson_id: strawberry.ID | None
    remark_kind: Annotated[RemarkKind, RemarkKindName]


@rows(description="A remark was taken back.")
class RemarkWithdrawn(Update):
    """diary.remark_withdrawn"""

    remark_id: strawberry.ID
    lesson_id: strawberry.ID | None
    remark_kind: Annotated[RemarkKind, RemarkKindName]


@rows(description="Something is announced to the child's class: ask `announcements` for what.")
class Announced(Update):
    """diary.announced"""

    announcement_id: strawberry.ID
    acknowledge_by: dt.date | None


@rows(description="An announcement was taken back.")
class AnnouncementWithdrawn(Update):
    """diary.announcement_withdrawn"""

    announcement_id: strawberry.ID
    acknowledge_by: dt.date | None


def _remark(update: type[RemarkMade] | type[RemarkWithdrawn]) -> Callable[[Published], Update]:
    return lambda row: update.from_published(
        row, remark_id=row.id(Kind.REMARK, "remark_id"), lesson_id=row.id(Kind.LESSON, "lesson_id") if row.payload["lesson_id"] else None,
        remark_kind=RemarkKind(row.payload["kind"]))


def _announcement(update: type[Announced] | type[AnnouncementWithdrawn]) -> Callable[[Published], Update]:
    return lambda row: update.from_published(
        row, announcement_id=row.id(Kind.ANNOUNCEMENT, "announcement_id"),
        acknowledge_by=dt.date.fromisoformat(row.payload["acknowledge_by"]) if row.payload["acknowledge_by"] else None)


UPDATES: dict[str, Callable[[Published], Update]] = {
    events.REMARK_MADE: _remark(RemarkMade), events.REMARK_WITHDRAWN: _remark(RemarkWithdrawn), events.ANNOUNCED: _announcement(Announced),
    events.ANNOUNCEMENT_WITHDRAWN: _announcement(AnnouncementWithdrawn),
}
TYPES: tuple[type[Update], ...] = (RemarkMade, RemarkWithdrawn, Announced, AnnouncementWithdrawn)
