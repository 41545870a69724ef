"""What every update of the diary in the family stream has: which lesson it is about."""

import datetime as dt
from typing import Any

import strawberry

from school.fields import ROWS, Info, query
from school.ids import Kind, Ref
from school.registry.loaders import load_subject
from school.registry.types import Subject
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


def made_of(update: type[DiaryUpdate], row: Published, **values: Any) -> Update:
    """An update from the row, with what all of the diary have."""
    return update.from_published(
        row, lesson_id=row.id(Kind.LESSON, "lesson_id"), course_id=row.id(Kind.COURSE, "course_id"), date=dt.date.fromisoformat(row.payload["date"]),
        subject_ref=row.ref("subject_id"), **values,
    )
