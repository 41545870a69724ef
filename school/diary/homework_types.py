"""GraphQL types of a course's homework: who has done it, and how much is set for a day."""

import datetime as dt
from typing import Any, Self

import strawberry

from school.diary.homework_history import HomeworkVersion as Version
from school.diary.homework_load import DayLoad
from school.diary.homework_rows import HomeworkRow
from school.diary.types import Homework
from school.fields import ROWS, Info, query, rows
from school.ids import Ref
from school.registry.loaders import load_person
from school.registry.types import Person


@rows(description="A course's homework: whom it concerns (`pupils`), how many have ticked it, and of how many the work waits for an answer.")
class CourseHomework:
    """A line of the teacher's list."""

    homework: Homework
    pupils: int
    done: int
    to_answer: int

    @classmethod
    def from_row(cls, row: Any) -> Self:
        """From a row of `homework_course.course_homework`."""
        *columns, pupils, done, to_answer = row
        return cls(homework=Homework.from_row(HomeworkRow(*columns)), pupils=pupils, done=done, to_answer=to_answer)


@rows(description="What a homework said before a correction: until `at`, when `by` made it.")
class HomeworkVersion:
    """A version of `homework_history.of_homework`."""

    revision: int
    text: str
    minutes: int | None
    links: list[str]
    at: dt.datetime
    author: strawberry.Private[Ref]

    @classmethod
    def from_row(cls, row: Version) -> Self:
        """From a version."""
        return cls(
            revision=row.revision, text=row.text, minutes=row.minutes, links=list(row.links), at=row.at, author=Ref(row.school_id, row.by))

    @query(ROWS)
    def by(self, info: Info) -> Person | None:
        """Who corrected it then."""
        return load_person(info, self.author)


@rows(description="A pupil whom a homework concerns, and when it was ticked by them or for them.")
class HomeworkPupil:
    """Who has done it."""

    person: Person
    done_at: dt.datetime | None

    @classmethod
    def from_row(cls, row: Any) -> Self:
        """From a row of `homework_course.progress`."""
        return cls(person=Person.from_row(row), done_at=row.done_at)


@rows(description="How much is set for a class on a day. `untold` tasks do not say how long they take; `busiestMinutes` has the pupil with most to do.")
class HomeworkLoad:
    """A day of `homeworkLoad`."""

    date: dt.date
    tasks: int
    minutes: int
    untold: int
    busiest_minutes: int

    @classmethod
    def from_row(cls, row: DayLoad) -> Self:
        """From a day of `homework_load.class_load`."""
        return cls(date=row.on_date, tasks=row.tasks, minutes=row.minutes, untold=row.untold, busiest_minutes=row.busiest)


@rows(description="Until which time of the school's clock homework for the next school day may be set; null: until any.")
class HomeworkHour:
    """What setHomeworkHour answers."""

    latest: dt.time | None
