"""Events of files: how many hang on a homework or a notice, and how many did. Names and what is in a file are told to whoever asks."""

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from school.diary.homework_rows import HomeworkRow
from school.diary.notice_rows import NoticeRow
from school.outbox import Event, Topic, TopicKind

MATERIALS, DOCUMENTS = "diary.homework_files_changed", "diary.absence_files_changed"


def materials_changed(homework: HomeworkRow, old: int, new: int, pupils: Iterable[UUID], at: dt.datetime) -> Event:
    """A homework has files more, or fewer; the lesson and the date are those for which it is due."""
    payload = {
        "homework_id": str(homework.id), "lesson_id": str(homework.due_lesson_id), "course_id": str(homework.course_id),
        "subject_id": str(homework.subject_id), "date": homework.on_date.isoformat(), "files": new, "old_files": old}
    return Event(MATERIALS, homework.school_id, tuple(Topic(TopicKind.PUPIL, pupil) for pupil in pupils), payload, at)


def documents_changed(notice: NoticeRow, old: int, new: int, at: dt.datetime) -> Event:
    """A notice of absence has documents more, or fewer."""
    payload = {
        "notice_id": str(notice.id), "starts_on": notice.starts_on.isoformat(), "ends_on": notice.ends_on.isoformat(), "files": new, "old_files": old}
    return Event(DOCUMENTS, notice.school_id, (Topic(TopicKind.PUPIL, notice.pupil_id),), payload, at)
