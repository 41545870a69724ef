"""The diary's kinds of update in the family stream."""

import datetime as dt
from collections.abc import Callable
from typing import Annotated, Any

import strawberry

from school.diary import course_updates, events, file_updates, group_updates, homework_updates, message_updates, timetable_updates
from school.diary.absence_models import NoticeState
from school.diary.diary_update import DiaryUpdate, made_of
from school.diary.models import AttendanceKind, WorkKind
from school.diary.notice_types import NoticeStateName
from school.diary.reason_types import AbsenceReason, load_reason
from school.diary.types import AttendanceKindName
from school.diary.work_types import OwnWork, WorkKindName, load_work
from school.fields import ROWS, Info, query, rows
from school.ids import Kind, Ref
from school.registry.loaders import load_person, load_subject
from school.registry.types import Person, Subject
from school.updates import Published, Update


@rows(description="A mark is given. `label` is the value as people read it. Of a retake: which mark was tried again, what that was, and whether this one "
                  "counts instead of it.")
class MarkGiven(DiaryUpdate):
    """diary.mark_given"""

    mark_id: strawberry.ID
    value: int
    label: str
    weight: int
    work: Annotated[WorkKind, WorkKindName]
    retake_of: strawberry.ID | None
    replaces: bool
    retaken_value: int | None
    retaken_label: str | None
    work_ref: strawberry.Private[Ref | None]

    @query(ROWS)
    def own_work(self, info: Info) -> OwnWork | None:
        """The school's own kind of work, if it is of one."""
        return _own_work(info, self.work_ref)


@rows(description="A mark is another one now; `oldValue`, `oldWeight` and `oldWork` are what it was before.")
class MarkCorrected(DiaryUpdate):
    """diary.mark_corrected"""

    mark_id: strawberry.ID
    value: int
    label: str
    weight: int
    work: Annotated[WorkKind, WorkKindName]
    old_value: int
    old_label: str
    old_weight: int
    old_work: Annotated[WorkKind, WorkKindName]
    work_ref: strawberry.Private[Ref | None]
    old_work_ref: strawberry.Private[Ref | None]

    @query(ROWS)
    def own_work(self, info: Info) -> OwnWork | None:
        """The school's own kind of work, if it is of one now."""
        return _own_work(info, self.work_ref)

    @query(ROWS)
    def old_own_work(self, info: Info) -> OwnWork | None:
        """The same, before."""
        return _own_work(info, self.old_work_ref)


@rows(description="A mark counts no more; `value`, `weight` and `work` are what it was. The mark that it replaced (`retakeOf`) counts again.")
class MarkWithdrawn(DiaryUpdate):
    """diary.mark_withdrawn"""

    mark_id: strawberry.ID
    value: int
    label: str
    weight: int
    work: Annotated[WorkKind, WorkKindName]
    retake_of: strawberry.ID | None
    replaces: bool


@rows(description="A term's mark is decided. Without a value the pupil is not assessed; `oldTermValue` is what was decided before.")
class TermMarkDecided(Update):
    """diary.term_mark_decided"""

    term_id: strawberry.ID
    course_id: strawberry.ID
    term_value: int | None
    term_label: str | None
    old_term_value: int | None
    old_term_label: str | None
    revision: int
    subject_ref: strawberry.Private[Ref]

    @query(ROWS)
    def subject(self, info: Info) -> Subject | None:
        """The subject of the course."""
        return load_subject(info, self.subject_ref)


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


@rows(description="It is told what a lesson was about (`Lesson.topic`), or told otherwise, or no more; `oldTold`: whether something stood there before.")
class TopicSet(DiaryUpdate):
    """diary.topic_set"""

    bell: int
    told: bool
    old_told: bool


def _own_work(info: Info, ref: Ref | None) -> OwnWork | None:
    return None if ref is None else load_work(info, *ref)


def _worth(row: Published, prefix: str = "") -> dict[str, Any]:
    value = row.payload[f"{prefix}value"]
    return {
        f"{prefix}value": value, f"{prefix}label": row.payload.get(f"{prefix}label", str(value)), f"{prefix}weight": row.payload[f"{prefix}weight"],
        f"{prefix}work": WorkKind(row.payload[f"{prefix}work"]),
    }


def _mark_given(row: Published) -> Update:
    value = row.payload.get("retaken_value")
    label = None if value is None else row.payload.get("retaken_label", str(value))
    return made_of(
        MarkGiven, row, mark_id=row.id(Kind.MARK, "mark_id"), retaken_value=value, retaken_label=label, work_ref=_ref_of(row, "work_id"),
        **_retake(row), **_worth(row))


def _retake(row: Published) -> dict[str, Any]:
    return {"retake_of": row.id(Kind.MARK, "retake_of") if row.payload.get("retake_of") else None, "replaces": row.payload.get("replaces", False)}


def _mark_corrected(row: Published) -> Update:
    return made_of(MarkCorrected, row, mark_id=row.id(Kind.MARK, "mark_id"), **_worth(row), **_worth(row, "old_"),
                   work_ref=_ref_of(row, "work_id"), old_work_ref=_ref_of(row, "old_work_id"))


def _mark_withdrawn(row: Published) -> Update:
    return made_of(MarkWithdrawn, row, mark_id=row.id(Kind.MARK, "mark_id"), **_retake(row), **_worth(row))


def _label(row: Published, prefix: str) -> str | None:
    value = row.payload[f"{prefix}value"]
    return None if value is None else row.payload.get(f"{prefix}label", str(value))


def _term_mark_decided(row: Published) -> Update:
    return TermMarkDecided.from_published(
        row, term_id=row.id(Kind.TERM, "term_id"), course_id=row.id(Kind.COURSE, "course_id"), term_value=row.payload["value"],
        old_term_value=row.payload["old_value"],
        term_label=_label(row, ""), old_term_label=_label(row, "old_"), revision=row.payload["revision"], subject_ref=row.ref("subject_id"))


def _attendance_recorded(row: Published) -> Update:
    payload = row.payload
    return made_of(
        AttendanceRecorded, row, bell=payload["bell"], attendance=AttendanceKind(payload["kind"]), minutes_late=payload["minutes_late"],
        old_attendance=AttendanceKind(payload["old_kind"]) if payload["old_kind"] else None, old_minutes_late=payload["old_minutes_late"],
        reason_ref=_ref_of(row, "reason_id"), old_reason_ref=_ref_of(row, "old_reason_id"),
    )


def _ref_of(row: Published, key: str) -> Ref | None:
    """What was published before there were reasons, or own kinds of work, names none."""
    return row.ref(key) if row.payload.get(key) else None


def _notice(row: Published) -> Update:
    starts_on, ends_on = (dt.date.fromisoformat(row.payload[key]) for key in ("starts_on", "ends_on"))
    old = row.payload["old_state"]
    return AbsenceNoticeChanged.from_published(
        row, notice_id=row.id(Kind.ABSENCE_NOTICE, "notice_id"), starts_on=starts_on, ends_on=ends_on,
        notice_state=NoticeState(row.payload["state"]), old_notice_state=NoticeState(old) if old else None)


def _lesson_changed(row: Published) -> Update:
    same = ("bell", "room", "cancelled", "merged", "old_bell", "old_room", "old_cancelled", "old_merged")
    return made_of(
        LessonChanged, row, **{name: row.payload[name] for name in same}, old_date=dt.date.fromisoformat(row.payload["old_date"]),
        teacher_ref=row.ref("teacher_id"), old_teacher_ref=row.ref("old_teacher_id"))


def _topic_set(row: Published) -> Update:
    return made_of(TopicSet, row, **{name: row.payload[name] for name in ("bell", "told", "old_told")})


UPDATES: dict[str, Callable[[Published], Update]] = {
    events.MARK_GIVEN: _mark_given, events.MARK_CORRECTED: _mark_corrected, events.MARK_WITHDRAWN: _mark_withdrawn,
    events.TERM_MARK_DECIDED: _term_mark_decided, events.LESSON_CHANGED: _lesson_changed,
    events.TOPIC_SET: _topic_set,
    events.ATTENDANCE_RECORDED: _attendance_recorded, events.NOTICE_SENT: _notice, events.NOTICE_ANSWERED: _notice, events.NOTICE_WITHDRAWN: _notice,
    **homework_updates.UPDATES, **file_updates.UPDATES, **message_updates.UPDATES, **timetable_updates.UPDATES, **course_updates.UPDATES,
    **group_updates.UPDATES,
}
"""How a published event becomes its update."""

TYPES: tuple[type[Update], ...] = (
    MarkGiven, MarkCorrected, MarkWithdrawn, TermMarkDecided, LessonChanged, TopicSet, AttendanceRecorded, AbsenceNoticeChanged,
    *homework_updates.TYPES, *file_updates.TYPES, *message_updates.TYPES, *timetable_updates.TYPES, *course_updates.TYPES, *group_updates.TYPES)
"""The types behind `UPDATES`: a schema has to name them, for fields return only their interface."""
