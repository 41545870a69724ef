"""Reads of files: who sees what a file hangs on sees the file."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa

from school.context import Area, Viewer
from school.db import Rows
from school.diary.absence_models import AbsenceNotice
from school.diary.file_models import StoredFile
from school.diary.file_rows import FILE, STANDS, FileRow
from school.diary.homework_models import Submission
from school.diary.models import Homework, Lesson
from school.diary.policy import visible_courses, visible_homework, visible_notices
from school.errors import not_found
from school.ids import Ref
from school.reading import Reader
from school.registry.models import Course, Pupil
from school.registry.policy import Clause, family
from school.statements import Asking, Many, Read, any_of, given

_ORDER = (StoredFile.made_at, StoredFile.id)


def _asked(column: Any, one: bool) -> Clause:
    """The file that is asked for, or all that hang on these things."""
    if one:
        return sa.and_(StoredFile.school_id == given("school_id"), StoredFile.id == given("file_id"))
    return sa.and_(any_of(StoredFile.school_id, given("schools", Many(int))), any_of(column, given("ids", Many(UUID))))


@Read
def of_homework(viewer: Asking, one: bool) -> Rows:
    """Materials of homework that stands."""
    return (
        FILE.join(Homework, sa.and_(Homework.school_id == StoredFile.school_id, Homework.id == StoredFile.homework_id))
        .join(Lesson, sa.and_(Lesson.school_id == Homework.school_id, Lesson.id == Homework.due_lesson_id))
        .join(Course, sa.and_(Course.school_id == Homework.school_id, Course.id == Homework.course_id))
        .where(_asked(StoredFile.homework_id, one), STANDS, Homework.withdrawn_at.is_(None), visible_homework(viewer)).order_by(*_ORDER))


@Read
def of_submissions(viewer: Asking, one: bool) -> Rows:
    """What was handed in."""
    return (
        FILE.join(Submission, sa.and_(Submission.school_id == StoredFile.school_id, Submission.id == StoredFile.submission_id))
        .join(Homework, sa.and_(Homework.school_id == Submission.school_id, Homework.id == Submission.homework_id))
        .join(Course, sa.and_(Course.school_id == Homework.school_id, Course.id == Homework.course_id))
        .where(
            _asked(StoredFile.submission_id, one), STANDS,
            sa.or_(family(viewer, Area.DIARY, Submission.school_id, Submission.pupil_id), visible_courses(viewer)))
        .order_by(*_ORDER))


@Read
def of_notices(viewer: Asking, one: bool) -> Rows:
    """Documents of absence."""
    return (
        FILE.join(AbsenceNotice, sa.and_(AbsenceNotice.school_id == StoredFile.school_id, AbsenceNotice.id == StoredFile.notice_id))
        .join(Pupil, sa.and_(Pupil.school_id == AbsenceNotice.school_id, Pupil.id == AbsenceNotice.pupil_id))
        .where(_asked(StoredFile.notice_id, one), STANDS, visible_notices(viewer)).order_by(*_ORDER))


async def find(reader: Reader, viewer: Viewer, ref: Ref) -> FileRow:
    """A file that hangs on what the viewer may see. Refused as absent: any other, and any to a program's token that is not for the diary."""
    if not viewer.allows(Area.DIARY):
        raise not_found()
    found = await reader.each((of_homework, of_submissions, of_notices), viewer, True, school_id=ref.school_id, file_id=ref.id)
    row = next((row for rows in found for row in rows), None)
    if row is None:
        raise not_found()
    return FileRow(*row)
