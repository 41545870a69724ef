"""Events of the diary: ids and values, never names and never what somebody wrote."""

import datetime as dt
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from school.diary.attendance_rows import AttendanceRow
from school.diary.clashes import Place
from school.diary.homework_rows import HomeworkRow
from school.diary.lessons import LessonRow, OwnLesson
from school.diary.mark_rows import MarkRow
from school.diary.notice_rows import NoticeRow
from school.diary.scale_rows import some_label
from school.diary.submission_rows import SubmissionRow
from school.diary.term_mark_rows import TermMarkRow
from school.outbox import Event, Topic, TopicKind

MARK_GIVEN = "diary.mark_given"
MARK_CORRECTED = "diary.mark_corrected"
MARK_WITHDRAWN = "diary.mark_withdrawn"
TERM_MARK_DECIDED = "diary.term_mark_decided"
HOMEWORK_SET = "diary.homework_set"
HOMEWORK_WITHDRAWN = "diary.homework_withdrawn"
HOMEWORK_CORRECTED = "diary.homework_corrected"
HOMEWORK_DONE = "diary.homework_done"
HOMEWORK_SUBMITTED = "diary.homework_submitted"
HOMEWORK_ANSWERED = "diary.homework_answered"
ATTENDANCE_RECORDED = "diary.attendance_recorded"
NOTICE_SENT = "diary.absence_notice_sent"
NOTICE_ANSWERED = "diary.absence_notice_answered"
NOTICE_WITHDRAWN = "diary.absence_notice_withdrawn"
LESSON_CHANGED = "diary.lesson_changed"
TOPIC_SET = "diary.topic_set"


def _pupils(kind: str, school_id: int, pupils: Iterable[UUID], payload: dict[str, Any], at: dt.datetime) -> Event:
    return Event(kind, school_id, tuple(Topic(TopicKind.PUPIL, pupil) for pupil in pupils), payload, at)


def _place(lesson_id: UUID, course_id: UUID, subject_id: UUID, on_date: dt.date) -> dict[str, Any]:
    """Where in the diary something happened; the beginning of every payload here."""
    return {"lesson_id": str(lesson_id), "course_id": str(course_id), "subject_id": str(subject_id), "date": on_date.isoformat()}


def _worth(mark: MarkRow) -> dict[str, Any]:
    """With what is shown instead of the value, where the scale has words or letters."""
    return {"value": mark.value, "weight": mark.weight, "work": mark.work.value, **({"label": mark.label} if mark.labels else {}),
            **({"work_id": str(mark.work_id)} if mark.work_id else {})}


def _mark(kind: str, mark: MarkRow, more: dict[str, Any], at: dt.datetime) -> Event:
    where = _place(mark.lesson_id, mark.course_id, mark.subject_id, mark.on_date)
    payload = {"mark_id": str(mark.id), "revision": mark.revision, **where, **_worth(mark), **more}
    return _pupils(kind, mark.school_id, [mark.pupil_id], payload, at)


def mark_given(mark: MarkRow, retaken: MarkRow | None = None) -> Event:
    """A mark is given; of a retake it is told what was tried again."""
    first = {f"retaken_{name}": value for name, value in _worth(retaken).items() if name in {"value", "label"}} if retaken else {}
    return _mark(MARK_GIVEN, mark, {**_retake(mark), **first}, mark.given_at)


def _retake(mark: MarkRow) -> dict[str, Any]:
    return {"retake_of": str(mark.retake_of), "replaces": mark.replaces} if mark.retake_of else {}


def mark_corrected(old: MarkRow, new: MarkRow, at: dt.datetime) -> Event:
    """A mark is another one now; what it was before is told too."""
    return _mark(MARK_CORRECTED, new, {f"old_{name}": value for name, value in _worth(old).items()}, at)


def mark_withdrawn(mark: MarkRow, at: dt.datetime) -> Event:
    """A mark counts no more; it is told what it was. What it replaced counts again."""
    return _mark(MARK_WITHDRAWN, mark, _retake(mark), at)


def term_mark_decided(mark: TermMarkRow, old_value: int | None) -> Event:
    """What a pupil gets for a term; values are null where nothing was decided, or that the pupil is not assessed. Labels as of marks."""
    labels = {"label": some_label(mark.labels, mark.value), "old_label": some_label(mark.labels, old_value)} if mark.labels else {}
    payload = {
        "term_id": str(mark.term_id), "course_id": str(mark.course_id), "subject_id": str(mark.subject_id), "value": mark.value, "old_value": old_value,
        "revision": mark.revision, **labels,
    }
    return _pupils(TERM_MARK_DECIDED, mark.school_id, [mark.pupil_id], payload, mark.decided_at)


def homework_set(homework: HomeworkRow, pupils: Iterable[UUID]) -> Event:
    """A class has homework; the lesson and the date are those for which it is due."""
    return _pupils(HOMEWORK_SET, homework.school_id, pupils, _homework(homework), homework.set_at)


def homework_withdrawn(homework: HomeworkRow, pupils: Iterable[UUID], at: dt.datetime) -> Event:
    """A class need not do a homework any more."""
    return _pupils(HOMEWORK_WITHDRAWN, homework.school_id, pupils, _homework(homework), at)


def homework_corrected(old: HomeworkRow, new: HomeworkRow, pupils: Iterable[UUID], at: dt.datetime) -> Event:
    """A homework says something else now: whether its text and links do, and what minutes it had. What was written is not told."""
    payload = {
        **_homework(new), "revision": new.revision, "text_changed": old.text != new.text, "links_changed": list(old.links) != list(new.links),
        "minutes": new.minutes, "old_minutes": old.minutes}
    return _pupils(HOMEWORK_CORRECTED, new.school_id, pupils, payload, at)


def homework_done(homework: HomeworkRow, pupil: UUID, at: dt.datetime, *, done: bool) -> Event:
    """A pupil has done a homework, or has not after all."""
    return _pupils(HOMEWORK_DONE, homework.school_id, [pupil], {**_homework(homework), "done": done}, at)


def homework_submitted(homework: HomeworkRow, work: SubmissionRow) -> Event:
    """A pupil has handed in work."""
    return _pupils(HOMEWORK_SUBMITTED, work.school_id, [work.pupil_id], {**_homework(homework), "submission_id": str(work.id)}, work.at)


def homework_answered(homework: HomeworkRow, old: SubmissionRow, new: SubmissionRow, at: dt.datetime) -> Event:
    """A pupil's work is accepted, or returned; `old_state` is what it was before."""
    payload = {**_homework(homework), "submission_id": str(new.id), "state": new.state.value, "old_state": old.state.value}
    return _pupils(HOMEWORK_ANSWERED, new.school_id, [new.pupil_id], payload, at)


def _homework(homework: HomeworkRow) -> dict[str, Any]:
    return {"homework_id": str(homework.id), **_place(homework.due_lesson_id, homework.course_id, homework.subject_id, homework.on_date)}


def attendance_recorded(lesson: OwnLesson | LessonRow, old: AttendanceRow | None, new: AttendanceRow) -> Event:
    """How a pupil attended a lesson; `old_kind` is null for the first entry."""
    payload = {
        **_place(lesson.id, lesson.course_id, lesson.subject_id, lesson.on_date), "bell": lesson.bell,
        "kind": new.kind.value, "minutes_late": new.minutes_late, "reason_id": _id(new.reason_id),
        "old_kind": old.kind.value if old else None, "old_minutes_late": old.minutes_late if old else None,
        "old_reason_id": _id(old.reason_id) if old else None,
    }
    return _pupils(ATTENDANCE_RECORDED, lesson.school_id, [new.pupil_id], payload, new.at)


def _id(id_: UUID | None) -> str | None:
    return None if id_ is None else str(id_)


def notice_sent(notice: NoticeRow) -> Event:
    """The school is told that a child will be away, or was."""
    return _notice(NOTICE_SENT, notice, None, notice.sent_at)


def notice_answered(old: NoticeRow, new: NoticeRow, at: dt.datetime) -> Event:
    """The school has seen, accepted or declined a notice; what became of it before is told too."""
    return _notice(NOTICE_ANSWERED, new, old, at)


def notice_withdrawn(old: NoticeRow, new: NoticeRow, at: dt.datetime) -> Event:
    """Whoever sent a notice takes it back."""
    return _notice(NOTICE_WITHDRAWN, new, old, at)


def _notice(kind: str, notice: NoticeRow, old: NoticeRow | None, at: dt.datetime) -> Event:
    payload = {
        "notice_id": str(notice.id), "starts_on": notice.starts_on.isoformat(), "ends_on": notice.ends_on.isoformat(), "bells": notice.bells,
        "reason_id": str(notice.reason_id), "state": notice.state.value, "old_state": old.state.value if old else None,
    }
    return _pupils(kind, notice.school_id, [notice.pupil_id], payload, at)


def lesson_changed(course_id: UUID, subject_id: UUID, old: Place, new: Place, pupils: Iterable[UUID], at: dt.datetime) -> Event:
    """A lesson is cancelled, given by another teacher, elsewhere, merged with another, or as planned again. `date` is where it is now."""
    values, old_values = _where(new), {f"old_{name}": value for name, value in _where(old).items()}
    payload = {**_place(new.id, course_id, subject_id, new.on_date), **values, **old_values, "old_date": old.on_date.isoformat()}
    teachers = tuple(sorted({old.teacher_id, new.teacher_id}))
    return Event(LESSON_CHANGED, new.school_id, tuple(Topic(TopicKind.PUPIL, pupil) for pupil in pupils), payload, at, concerns=teachers)


def topic_set(lesson: OwnLesson, pupils: Iterable[UUID], at: dt.datetime, *, old: str | None, new: str | None) -> Event:
    """It is told what a lesson was about, or told no more. What was written is not in it, but whether something is, and was."""
    where = _place(lesson.id, lesson.course_id, lesson.subject_id, lesson.on_date)
    payload = {**where, "bell": lesson.bell, "told": new is not None, "old_told": old is not None}
    return _pupils(TOPIC_SET, lesson.school_id, pupils, payload, at)


def _where(place: Place) -> dict[str, Any]:
    return {
        "bell": place.bell, "room": place.room, "teacher_id": str(place.teacher_id), "cancelled": place.cancelled,
        "merged": place.merged_with_id is not None,
    }
