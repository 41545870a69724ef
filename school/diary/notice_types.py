"""Notices of absence as GraphQL shows them."""

import datetime as dt
from typing import Annotated

import strawberry

from school import columns
from school.columns import OfRow, column, made
from school.diary.absence_models import NoticeState
from school.diary.file_types import File, load_documents
from school.diary.notice_rows import bells_of
from school.diary.reason_types import AbsenceReason, load_reason
from school.fields import ROWS, Info, query, rows
from school.ids import Kind, Ref
from school.registry.loaders import load_class_group, load_person
from school.registry.types import ClassGroup, Person

NoticeStateName = strawberry.enum(NoticeState, name="NoticeState", description="What has become of a notice of absence.")


@rows(description="A child will be away, or was, on these days, both included. `bells` are the lessons of the day that are meant; null is the whole day.")
class AbsenceNotice(OfRow):
    """A notice, of a `NoticeRow`."""

    id: strawberry.ID = columns.opaque(Kind.ABSENCE_NOTICE)
    child_id: strawberry.ID = columns.opaque(Kind.PERSON, "pupil_id")
    starts_on: dt.date = column()
    ends_on: dt.date = column()
    bells: list[int] | None = made(bells_of)
    words: str | None = column(description="Of whoever sent it.")
    sent_at: dt.datetime = column()
    state: Annotated[NoticeState, NoticeStateName] = column()
    answered_at: dt.datetime | None = column()
    answer: str | None = column(description="The school's; there is one where it is declined.")

    @property
    def child_ref(self) -> Ref:
        """Whose record it is."""
        return Ref(self.row.school_id, self.row.pupil_id)

    @query(ROWS, reads=("school_id", "reason_id"))
    def reason(self, info: Info) -> AbsenceReason | None:
        """Why, in the school's words."""
        return load_reason(info, self.row.school_id, self.row.reason_id)

    @query(ROWS, reads=("school_id", "pupil_id"))
    def child(self, info: Info) -> Person | None:
        """Who is away."""
        return load_person(info, Ref(self.row.school_id, self.row.pupil_id))

    @query(ROWS, reads=("school_id", "class_group_id"))
    def class_group(self, info: Info) -> ClassGroup | None:
        """The child's class."""
        return load_class_group(info, Ref(self.row.school_id, self.row.class_group_id))

    @query(ROWS, reads=("school_id", "sent_by"))
    def sent_by(self, info: Info) -> Person | None:
        """Who sent it; null where it is another guardian than whoever asks."""
        return load_person(info, Ref(self.row.school_id, self.row.sent_by))

    @query(ROWS, reads=("school_id", "id"))
    def files(self, info: Info) -> list[File]:
        """Documents, in the order of coming."""
        return load_documents(info, self.row)

    @query(ROWS, reads=("school_id", "answered_by"))
    def answered_by(self, info: Info) -> Person | None:
        """Who of the school answered last."""
        return load_person(info, Ref(self.row.school_id, self.row.answered_by)) if self.row.answered_by is not None else None


def _is_accepted(state: NoticeState) -> bool:
    return state is NoticeState.ACCEPTED


@rows(description="A lesson for which a pupil is announced to be away. `accepted` tells that the school agrees.")
class AnnouncedAbsence(OfRow):
    """What a teacher learns of a notice, of an `AnnouncedRow`."""

    pupil_id: strawberry.ID = columns.opaque(Kind.PERSON, "pupil_id")
    lesson_id: strawberry.ID = columns.opaque(Kind.LESSON, "lesson_id")
    accepted: bool = made(_is_accepted, "state")

    @query(ROWS, reads=("school_id", "reason_id"))
    def reason(self, info: Info) -> AbsenceReason | None:
        """Why, in the school's words."""
        return load_reason(info, self.row.school_id, self.row.reason_id)
