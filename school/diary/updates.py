"""The diary's kinds of update in the family stream."""

import datetime as dt
from collections.abc import Callable
from typing import Annotated, Any

import strawberry

from school.diary import events, message_updates
from school.diary.absence_models import NoticeState
from school.diary.homework_models import SubmissionState
from school.diary.models import AttendanceKind, WorkKind
from school.diary.notice_types import NoticeStateName
from school.diary.reason_types import AbsenceReason, load_reason
from school.diary.schema_submissions import SubmissionStateName
from school.diary.types import AttendanceKindName, WorkKindName
from school.fields import ROWS, Info, query, rows
from school.ids import Kind, Ref
from school.registry.loaders import load_person, load_subject
from school.registry.types import Person, Subject
from school.updates import Published, Update


@strawberry.interface(description="Something that happened in a child's diary. `date` is the day of the lesson.")
class DiaryUpdate(Update):
    """What every update of the diary has."""

    __policy__ = ROWS
    lesson_id: strawberry.ID
    course_id: strawberry.ID
    date: dt.date
    subject_ref: strawberry.Private[Ref]

    @query(ROWS)
    def subject(self, info: Info) -> Subject | None:
        """The subject of the lesson."""
        return load_subject(info, self.subject_ref)


@rows(description="A mark is given.")
class MarkGiven(DiaryUpdate):
    """diary.mark_given"""

    mark_id: strawberry.ID
    value: int
    weight: int
    work: Annotated[WorkKind, WorkKindName]


@rows(description="A mark is another one now; `oldValue`, `oldWeight` and `oldWork` are what it was before.")
class MarkCorrected(DiaryUpdate):
    """diary.mark_corrected"""

    mark_id: strawberry.ID
    value: int
    weight: int
    work: Annotated[WorkKind, WorkKindName]
    old_value: int
    old_weight: int
    old_work: Annotated[WorkKind, WorkKindName]


@rows(description="A mark counts no more; `value`, `weight` and `work` are what it was.")
class MarkWithdrawn(DiaryUpdate):
    """diary.mark_withdrawn"""

    mark_id: strawberry.ID
    value: int
    weight: int
    work: Annotated[WorkKind, WorkKindName]


@rows(description="A term's mark is decided. Without a value the pupil is not assessed; `oldTermValue` is what was decided before.")
class TermMarkDecided(Update):
    """diary.term_mark_decided"""

    term_id: strawberry.ID
    course_id: strawberry.ID
    term_value: int | None
    old_term_value: int | None
    revision: int
    subject_ref: strawberry.Private[Ref]

    @query(ROWS)
    def subject(self, info: Info) -> Subject | None:
        """The subject of the course."""
        return load_subject(info, self.subject_ref)


@rows(description="The class has homework for the lesson.")
class HomeworkSet(DiaryUpdate):
    """diary.homework_set"""

    homework_id: strawberry.ID


@rows(description="The class need not do a homework any more.")
class HomeworkWithdrawn(DiaryUpdate):
    """diary.homework_withdrawn"""

    homework_id: strawberry.ID


@rows(description="A homework says something else now; `oldMinutes` is how long it was to take before.")
class HomeworkCorrected(DiaryUpdate):
    """diary.homework_corrected"""

    homework_id: strawberry.ID
    text_changed: bool
    links_changed: bool
    minutes: int | None
    old_minutes: int | None


@rows(description="The child, or a guardian for them, has ticked a homework as done, or has taken the tick away (`done` is false).")
class HomeworkTicked(DiaryUpdate):
    """diary.homework_done"""

    homework_id: strawberry.ID
    done: bool


@rows(description="The child's work for a homework is handed in.")
class HomeworkSubmitted(DiaryUpdate):
    """diary.homework_submitted"""

    homework_id: strawberry.ID
    submission_id: strawberry.ID


@rows(description="The child's work for a homework is accepted, or returned; `oldSubmissionState` is what it was before.")
class HomeworkAnswered(DiaryUpdate):
    """diary.homework_answered"""

    homework_id: strawberry.ID
    submission_id: strawberry.ID
    submission_state: Annotated[SubmissionState, SubmissionStateName]
    old_submission_state: Annotated[SubmissionState, SubmissionStateName]


@rows(description="How the child attended a lesson. `oldAttendance` is null for the first entry.")
class AttendanceRecorded(DiaryUpdate):
    """diary.attendance_recorded"""

    bell: int
    attendance: Annotated[AttendanceKind, AttendanceKindName]
    minutes_late: int | None
    old_attendance: Annotated[AttendanceKind, AttendanceKindName] | None
    old_minutes_late: int | None
    reason_ref: strawberry.Private[Ref | None]
    old_reason_ref: strawberry.Private[Ref | None]

    @query(ROWS)
    def reason(self, info: Info) -> AbsenceReason | None:
        """Why they were absent, if that was told."""
        return _reason(info, self.reason_ref)

    @query(ROWS)
    def old_reason(self, info: Info) -> AbsenceReason | None:
        """Why, by the entry before."""
        return _reason(info, self.old_reason_ref)


def _reason(info: Info, ref: Ref | None) -> AbsenceReason | None:
    return None if ref is None else load_reason(info, *ref)


@rows(description="A notice of absence was sent (`oldNoticeState` is null), answered by the school, or taken back. Both days belong to it.")
class AbsenceNoticeChanged(Update):
    """diary.absence_notice_sent, diary.absence_notice_answered, diary.absence_notice_withdrawn"""

    notice_id: strawberry.ID
    starts_on: dt.date
    ends_on: dt.date
    notice_state: Annotated[NoticeState, NoticeStateName]
    old_notice_state: Annotated[NoticeState, NoticeStateName] | None


@rows(description="A lesson is changed against the timetable, or such a change was taken back. `date`, `bell`, `room`, `cancelled`, `merged` and `teacher` are "
                  "how it is now, `old…` what it was before.")
class LessonChanged(DiaryUpdate):
    """diary.lesson_changed"""

    bell: int
    room: str | None
    cancelled: bool
    merged: bool
    old_date: dt.date
    old_bell: int
    old_room: str | None
    old_cancelled: bool
    old_merged: bool
    teacher_ref: strawberry.Private[Ref]
    old_teacher_ref: strawberry.Private[Ref]

    @query(ROWS)
    def teacher(self, info: Info) -> Person | None:
        """Who gives it now."""
        return load_person(info, self.teacher_ref)

    @query(ROWS)
    def old_teacher(self, info: Info) -> Person | None:
        """Who was to give it before."""
        return load_person(info, self.old_teacher_ref)


def _make(update: type[DiaryUpdate], row: Published, **values: Any) -> Update:
    return update.from_published(
        row, lesson_id=row.id(Kind.LESSON, "lesson_id"), course_id=row.id(Kind.COURSE, "course_id"), date=dt.date.fromisoformat(row.payload["date"]),
        subject_ref=row.ref("subject_id"), **values,
    )


def _worth(row: Published, prefix: str = "") -> dict[str, Any]:
    return {
        f"{prefix}value": row.payload[f"{prefix}value"], f"{prefix}weight": row.payload[f"{prefix}weight"],
        f"{prefix}work": WorkKind(row.payload[f"{prefix}work"]),
    }


def _mark_given(row: Published) -> Update:
    return _make(MarkGiven, row, mark_id=row.id(Kind.MARK, "mark_id"), **_worth(row))


def _mark_corrected(row: Published) -> Update:
    return _make(MarkCorrected, row, mark_id=row.id(Kind.MARK, "mark_id"), **_worth(row), **_worth(row, "old_"))


def _mark_withdrawn(row: Published) -> Update:
    return _make(MarkWithdrawn, row, mark_id=row.id(Kind.MARK, "mark_id"), **_worth(row))


def _term_mark_decided(row: Published) -> Update:
    return TermMarkDecided.from_published(
        row, term_id=row.id(Kind.TERM, "term_id"), course_id=row.id(Kind.COURSE, "course_id"), term_value=row.payload["value"],
        old_term_value=row.payload["old_value"], revision=row.payload["revision"], subject_ref=row.ref("subject_id"))


def _homework_set(row: Published) -> Update:
    return _make(HomeworkSet, row, homework_id=row.id(Kind.HOMEWORK, "homework_id"))


def _homework_withdrawn(row: Published) -> Update:
    return _make(HomeworkWithdrawn, row, homework_id=row.id(Kind.HOMEWORK, "homework_id"))


def _homework_corrected(row: Published) -> Update:
    told = {name: row.payload[name] for name in ("text_changed", "links_changed", "minutes", "old_minutes")}
    return _make(HomeworkCorrected, row, homework_id=row.id(Kind.HOMEWORK, "homework_id"), **told)


def _homework_ticked(row: Published) -> Update:
    return _make(HomeworkTicked, row, homework_id=row.id(Kind.HOMEWORK, "homework_id"), done=row.payload["done"])


def _work(row: Published) -> dict[str, strawberry.ID]:
    return {"homework_id": row.id(Kind.HOMEWORK, "homework_id"), "submission_id": row.id(Kind.SUBMISSION, "submission_id")}


def _homework_submitted(row: Published) -> Update:
    return _make(HomeworkSubmitted, row, **_work(row))


def _homework_answered(row: Published) -> Update:
    payload = row.payload
    return _make(
        HomeworkAnswered, row, **_work(row), submission_state=SubmissionState(payload["state"]), old_submission_state=SubmissionState(payload["old_state"]))


def _attendance_recorded(row: Published) -> Update:
    payload = row.payload
    return _make(
        AttendanceRecorded, row, bell=payload["bell"], attendance=AttendanceKind(payload["kind"]), minutes_late=payload["minutes_late"],
        old_attendance=AttendanceKind(payload["old_kind"]) if payload["old_kind"] else None, old_minutes_late=payload["old_minutes_late"],
        reason_ref=_ref_of(row, "reason_id"), old_reason_ref=_ref_of(row, "old_reason_id"),
    )


def _ref_of(row: Published, key: str) -> Ref | None:
    """What was published before there were reasons names none."""
    return row.ref(key) if row.payload.get(key) else None


def _notice(row: Published) -> Update:
    starts_on, ends_on = (dt.date.fromisoformat(row.payload[key]) for key in ("starts_on", "ends_on"))
    old = row.payload["old_state"]
    return AbsenceNoticeChanged.from_published(
        row, notice_id=row.id(Kind.ABSENCE_NOTICE, "notice_id"), starts_on=starts_on, ends_on=ends_on,
        notice_state=NoticeState(row.payload["state"]), old_notice_state=NoticeState(old) if old else None)


def _lesson_changed(row: Published) -> Update:
    same = ("bell", "room", "cancelled", "merged", "old_bell", "old_room", "old_cancelled", "old_merged")
    return _make(
        LessonChanged, row, **{name: row.payload[name] for name in same}, old_date=dt.date.fromisoformat(row.payload["old_date"]),
        teacher_ref=row.ref("teacher_id"), old_teacher_ref=row.ref("old_teacher_id"))


UPDATES: dict[str, Callable[[Published], Update]] = {
    events.MARK_GIVEN: _mark_given, events.MARK_CORRECTED: _mark_corrected, events.MARK_WITHDRAWN: _mark_withdrawn,
    events.TERM_MARK_DECIDED: _term_mark_decided,
    events.HOMEWORK_SET: _homework_set, events.HOMEWORK_WITHDRAWN: _homework_withdrawn, events.HOMEWORK_CORRECTED: _homework_corrected,
    events.HOMEWORK_DONE: _homework_ticked, events.HOMEWORK_SUBMITTED: _homework_submitted, events.HOMEWORK_ANSWERED: _homework_answered,
    events.ATTENDANCE_RECORDED: _attendance_recorded, events.NOTICE_SENT: _notice, events.NOTICE_ANSWERED: _notice, events.NOTICE_WITHDRAWN: _notice,
    **message_updates.UPDATES,
    events.LESSON_CHANGED: _lesson_changed,
}
"""How a published event becomes its update."""

TYPES: tuple[type[Update], ...] = (
    MarkGiven, MarkCorrected, MarkWithdrawn, TermMarkDecided, HomeworkSet, HomeworkWithdrawn, HomeworkCorrected,
    HomeworkTicked, HomeworkSubmitted, HomeworkAnswered, AttendanceRecorded, AbsenceNoticeChanged, LessonChanged,
    *message_updates.TYPES)
"""The types behind `UPDATES`: a schema has to name them, for fields return only their interface."""
