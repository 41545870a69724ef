"""Files in the family stream."""

import datetime as dt
from collections.abc import Callable

import strawberry

from school.diary import file_events
from school.diary.diary_update import DiaryUpdate, made_of
from school.fields import rows
from school.ids import Kind
from school.updates import Published, Update


@rows(description="A homework has so many files now; `oldFiles` is how many it had.")
class HomeworkFilesChanged(DiaryUpdate):
    """diary.homework_files_changed"""

    homework_id: strawberry.ID
    files: int
    old_files: int


@rows(description="A notice of absence has so many documents now; `oldFiles` is how many it had. Both days belong to it.")
class AbsenceFilesChanged(Update):
    """diary.absence_files_changed"""

    notice_id: strawberry.ID
    starts_on: dt.date
    ends_on: dt.date
    files: int
    old_files: int


def _materials(row: Published) -> Update:
    return made_of(
        HomeworkFilesChanged, row, homework_id=row.id(Kind.HOMEWORK, "homework_id"), files=row.payload["files"], old_files=row.payload["old_files"])


def _documents(row: Published) -> Update:
    starts_on, ends_on = (dt.date.fromisoformat(row.payload[key]) for key in ("starts_on", "ends_on"))
    return AbsenceFilesChanged.from_published(
        row, notice_id=row.id(Kind.ABSENCE_NOTICE, "notice_id"), starts_on=starts_on, ends_on=ends_on, files=row.payload["files"],
        old_files=row.payload["old_files"])


UPDATES: dict[str, Callable[[Published], Update]] = {file_events.MATERIALS: _materials, file_events.DOCUMENTS: _documents}
"""How a published event becomes its update."""

TYPES: tuple[type[Update], ...] = (HomeworkFilesChanged, AbsenceFilesChanged)
"""The types behind `UPDATES`."""
